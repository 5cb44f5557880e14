"""Rotation of the installation secret: a new link wraps all that hangs on it, and no ID number is needed for that.

New key = HMAC(new link, old key). The secret's file gets the new link first; from then on nothing is loaded until the
graph has come after. What is changed: keys of persons; the fields, content hashes and natural keys of records that hold
one; the keys of awaiting statements; the rows kept beside the graph; tombstones. Statement ids, result files and
releases stay as they are. Every step knows what it has done: the job, killed anywhere, goes on by the same call.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from credit_graph.ingest.definitions import definitions
from credit_graph.ingest.rekey import Rekey
from credit_graph.jobs import batches
from credit_graph.jobs.tombstones import rewrap
from credit_graph.model.chain import LINK
from credit_graph.model.kinds import KINDS, PERSONAL_KEYS, FieldType
from credit_graph.store import Store
from credit_graph.store import secret as secrets_store
from credit_graph.store.files import forget_caches
from credit_graph.text import t

T = TypeVar("T")
Report = Callable[[str, int, int], None]  # what, done, total

_END = "g"  # behind every key, before "name:…", the persons without one
_MOVING = "~"  # stands before a new key until no old one is left: behind every other
_SPAN = 0x10000


@dataclass(slots=True)
class Rotated:
    """What a rotation changed; ``resumed`` where it only finished what had been begun."""

    links: int
    resumed: bool
    records: int = 0
    persons: int = 0
    files: int = 0
    tombstones: int = 0


def _quiet(what: str, done: int, total: int) -> None:
    """No progress."""


def rotate(store: Store, report: Report = _quiet) -> Rotated:
    """Give the installation a new link, or finish a rotation that was interrupted; returns what this call did.

    Raises ``StateError``: ``state.batch_open`` (resume or undo the load first), ``state.secret``, ``state.locked``.
    """
    with store.writer("rotate"):
        batches.refuse_open_batch(store)
        found = secrets_store.standing(store.settings, store)
        if not (resumed := found.behind):
            path = secrets_store.secret_path(store.settings)
            found = secrets_store.Standing(found.secret + secrets.token_bytes(LINK), found.applied)
            secrets_store.write(path, found.secret)
        return _Rotation(store, found, resumed, report).run()


def catch_up(store: Store, report: Report = _quiet) -> Rotated | None:
    """Bring a graph that was restored from a backup older than a rotation to the secret; ``None`` if it is not behind.

    Raises ``StateError`` like :func:`rotate`.
    """
    with store.writer("rotate"):
        found = secrets_store.standing(store.settings, store)
        if not found.behind:
            return None
        batches.refuse_open_batch(store)
        return _Rotation(store, found, True, report).run()


class _Rotation:
    """The steps, in order; each may be cut off anywhere and is then repeated."""

    def __init__(self, store: Store, standing: secrets_store.Standing, resumed: bool, report: Report) -> None:
        self.store = store
        self.secret = standing.secret
        self.rekey = Rekey(standing.secret, standing.applied)
        self.report = report
        self.size = store.settings.batch_size  # a page is one transaction
        self.done = Rotated(self.rekey.number, resumed)
        self.fields = _Documents()

    def run(self) -> Rotated:
        """Go on where the marker in the graph says; others can't write while it is there."""
        steps: dict[str, Callable[[str], None]] = {
            "files": self._files,
            "absences": self._absences,
            "records": self._records,
            "persons": self._persons,
            "moved": self._moved,
            "tombstones": self._tombstones,
        }
        order = list(steps)
        rows = self.store.read("read/rotation")
        phase, after = (rows[0]["phase"], rows[0]["after"]) if rows else self._enter(order[0])
        for name, following in zip(order, [*order[1:], ""], strict=True):
            if name == phase:
                steps[name](after)
                phase, after = self._enter(following) if following else ("", "")
        self.store.write("write/rotated", check=secrets_store.check_value(self.secret))
        return self.done

    def _enter(self, phase: str) -> tuple[str, str]:
        self.store.write("write/rotation", phase=phase, after="")
        return phase, ""

    def _files(self, _: str) -> None:
        """The rows that batches read; each file says of itself whether it is done. The graph has its old keys yet."""
        shutil.rmtree(self.store.home / "standing", ignore_errors=True)  # caches that hold keys
        forget_caches(self.store.home)
        after = ""
        while page := self.store.read("read/rotate_parties", after=after, size=self.size):
            after = page[-1]["sid"]
            self.rekey.know(row["pid"] for row in page)
        paths = sorted((self.store.home / "batches").glob("*.parquet"))
        for number, path in enumerate(paths, start=1):
            self.done.files += self.rekey.file(path)
            self.report(t("批次文件", "batch files"), number, len(paths))

    def _absences(self, _: str) -> None:
        """One transaction, with the step to the next phase: the records still have the keys by which they match."""
        found = self.store.read("read/rotate_absences")
        rows = [{"aid": row["aid"], "key": self.rekey.parts(row["key"], row["pids"])} for row in found]
        self.store.change("write/rotate_absences", rows=rows, phase="records")

    def _records(self, after: str) -> None:
        """In the order of their ids, which stay; a page and the place behind it are one transaction."""
        fields = sorted(self.fields.all())
        what = t("记录", "records")
        while page := self.store.read("read/rotate_records", after=after, fields=fields, size=self.size):
            after = page[-1]["record"]["sid"]
            rows = [
                {"sid": row["record"]["sid"], "props": self.rekey.record(row["record"], self.fields.of)} for row in page
            ]
            self.store.write("write/rotate_records", rows, phase="records", after=after)
            self.done.records += sum(bool(row["props"]) for row in rows)
            self.report(what, _place(after), _SPAN)

    def _persons(self, _: str) -> None:
        """Old keys are random and so are new ones: a sign puts the new behind all that are still to be done."""
        what = t("人员", "persons")
        for pids in self._pages("", _END):
            self._rename([(pid, _MOVING + self.rekey.key(pid)) for pid in pids])
            self.done.persons += len(pids)
            self.report(what, _place(pids[-1]) // 2, _SPAN)

    def _moved(self, _: str) -> None:
        """No old key is left: the sign goes."""
        what = t("人员", "persons")
        for pids in self._pages(_MOVING, _MOVING + _END):
            self._rename([(pid, pid.removeprefix(_MOVING)) for pid in pids])
            self.report(what, (_SPAN + _place(pids[-1].removeprefix(_MOVING))) // 2, _SPAN)

    def _pages(self, after: str, before: str) -> Iterator[list[str]]:
        while page := self.store.read("read/rotate_persons", after=after, before=before, size=self.size):
            after = page[-1]["pid"]
            yield [row["pid"] for row in page]

    def _rename(self, pairs: list[tuple[str, str]]) -> None:
        self.store.write("write/rotate_persons", [{"old": old, "new": new} for old, new in pairs])

    def _tombstones(self, _: str) -> None:
        """Each line says of itself with how many links it was made."""
        self.done.tombstones = rewrap(self.store.home, self.secret)


class _Documents:
    """Which fields of a record hold the key of a personal document: by its kind and by its source's definition."""

    def __init__(self) -> None:
        self._kinds = {kind.name: _id_fields(kind.fields.items(), lambda f: f.type) for kind in KINDS.values()}
        known = definitions().values()
        self._sources = {d.source: _id_fields(((n, n) for n in d.columns), d.type_of) for d in known}

    def of(self, kind: str, source: str) -> frozenset[str]:
        """The fields of records of this kind and source."""
        return self._kinds.get(kind, frozenset()) | self._sources.get(source, frozenset())

    def all(self) -> frozenset[str]:
        """The fields of any record."""
        return frozenset().union(*self._kinds.values(), *self._sources.values())


def _id_fields(named: Iterable[tuple[str, T]], type_of: Callable[[T], FieldType]) -> frozenset[str]:
    return frozenset(name for name, item in named if type_of(item) in PERSONAL_KEYS)


def _place(text: str) -> int:
    """How far a key or id lies in the whole, as both begin with random hexadecimal digits."""
    try:
        return int(text[:4], 16)
    except ValueError:
        return 0
