"""A file that is, byte for byte, the latest of its source says nothing new: only its batch is written, unread."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credit_graph import __version__
from credit_graph.ingest.definitions import version
from credit_graph.ingest.files import SourceFile, fingerprint
from credit_graph.jobs import batches
from credit_graph.jobs.batches import COUNTS, Batch
from credit_graph.jobs.decisions import SOURCE as BUREAU
from credit_graph.jobs.tombstones import Tombstones
from credit_graph.model.definition import Definition
from credit_graph.store import Store
from credit_graph.text import t

if TYPE_CHECKING:
    from credit_graph.jobs.load import LoadOptions

_SAID = (
    "path",
    "file_sha256",
    "definition_version",
    "as_of",
    "scope_given",
    "complete",
    "units",
    "unmapped",
    "skipped",
)
_COVERED = ("scopes", "scope", "snapshot", "late_scopes", "reasons")


@dataclass(frozen=True, slots=True)
class RepeatedTable:
    """A table that an earlier batch has read: what ``load`` needs to know of it."""

    batch: Batch
    definition: Definition
    path: Path
    read: int

    @property
    def sha256(self) -> str:
        """Of the file."""
        return str(self.batch.properties["file_sha256"])

    @property
    def member(self) -> str:
        """Its sheet, if any."""
        return str(self.batch.properties["path"]).partition("#")[2]

    @property
    def as_of(self) -> Any:
        """The day that the file speaks of."""
        return self.batch.properties.get("as_of")

    @property
    def units(self) -> dict[str, str]:
        """Field -> unit, as they were decided."""
        return dict(item.split("=", 1) for item in self.batch.properties.get("units") or ())

    def write(self, store: Store, seq: int, delivery: str, options: LoadOptions) -> None:
        """Write the batch; its rows are those of the batch that it repeats."""
        bid = batches.batch_id(self.definition.source, self.sha256, version(self.definition), seq)
        who = {"delivery": delivery, "actor": options.actor or None, "role": options.role}
        batches.begin(store, bid, seq, self.definition.source, {**self._identity(), **who})
        batches.commit(store, bid, seq, self._outcome())

    def preview(self, seq: int) -> dict[str, Any]:
        """What ``write`` would report."""
        properties = {**self._identity(), **self._outcome(), "source": self.definition.source, "seq": seq}
        return Batch("", seq, self.definition.source, properties).report()

    def _identity(self) -> dict[str, Any]:
        said, seq = self.batch.properties, self.batch.properties.get("repeats", self.batch.seq)
        first = said.get("repeats_path", said["path"])
        zh, en = (
            f"与批次 {seq}（{first}）是同一文件，未再读取",
            f"it is the same file as that of batch {seq} ({first}), not read again",
        )
        path = self.path.name + (f"#{self.member}" if self.member else "")
        return {
            **{name: said.get(name) for name in _SAID},
            "path": path,
            "repeats": seq,
            "repeats_path": first,
            "notes": [t(zh, en)],
        }

    def _outcome(self) -> dict[str, Any]:
        said = self.batch.properties
        counts = {name: said.get(name, 0) for name in COUNTS}
        counts["unchanged"] += counts["new"] + counts["changed"]
        counts |= dict.fromkeys(("new", "changed", "closed"), 0)
        return {**counts, **{name: said.get(name) for name in _COVERED}}


def repeated(
    store: Store, files: Sequence[SourceFile], known: dict[str, Definition], options: LoadOptions
) -> dict[SourceFile, list[RepeatedTable]]:
    """The files whose every table was the last that its source said, in the last of its deliveries.

    Not where the reading may differ (another definition, program, day or scope), where something is awaited, or where
    people have decided or erased since.
    """
    if options.units or options.partial or Tombstones.read(store):
        return {}
    found = [Batch.of(node) for node in _committed(store)]
    by_file: dict[str, list[Batch]] = defaultdict(list)
    for batch in found:
        by_file[str(batch.properties.get("file_sha256"))].append(batch)
    wanted = {file: _latest(by_file.get(fingerprint(file), []), known, options) for file in files}
    while True:
        passed = _passed(store, [b for some in wanted.values() for b in some], found)
        dropped = [file for file, some in wanted.items() if any(batch.source not in passed for batch in some)]
        if not dropped:
            break
        for file in dropped:
            del wanted[file]
    return {
        file: [RepeatedTable(b, known[b.source], file.path, b.properties["read"]) for b in some]
        for file, some in wanted.items()
        if some
    }


def _committed(store: Store) -> list[dict[str, Any]]:
    rows = [row["batch"] for row in store.read("read/batches", source=None, limit=1_000_000)]
    return sorted((row for row in rows if row["state"] == "committed"), key=lambda row: -int(row["seq"]))


def _latest(found: list[Batch], known: dict[str, Definition], options: LoadOptions) -> list[Batch]:
    """The newest batches of a file, one per table of it; none if they were read in another way."""
    newest: dict[str, Batch] = {}
    for batch in found:
        newest.setdefault(str(batch.properties["path"]).partition("#")[2], batch)
    return list(newest.values()) if all(_same(batch, known, options) for batch in newest.values()) else []


def _same(batch: Batch, known: dict[str, Definition], options: LoadOptions) -> bool:
    said, definition = batch.properties, known.get(batch.source)
    return (
        definition is not None
        and said.get("definition_version") == version(definition)
        and said.get("program") == __version__
        and options.source in (None, batch.source)
        and options.as_of in (None, said.get("as_of"))
        and said.get("scope_given") == options.scope
        and bool(said.get("complete")) == options.complete
        and not {"reverses", "replays"} & said.keys()
    )


def _passed(store: Store, wanted: list[Batch], found: list[Batch]) -> set[str]:
    """Sources whose last batches are just these."""
    by_source: dict[str, set[int]] = defaultdict(set)
    for batch in wanted:
        by_source[batch.source].add(batch.seq)
    passed = set()
    for source, seqs in by_source.items():
        last = [batch.seq for batch in found if batch.source == source][: len(seqs)]
        decided = any(batch.source == BUREAU and batch.seq > min(seqs) for batch in found)
        if set(last) == seqs and not decided and not store.read("read/absences", source=source, seq=last[0] + 1):
            passed.add(source)
    return passed
