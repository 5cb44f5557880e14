"""Takes down what may no longer be shown (撤下): every public edition of every release becomes the view of today.

An entry is shown while its record stands by today's judgement (holds, clocks, receipts, removals, terms, redaction)
and still says what the archive says; else its leaf alone remains. Archives are never changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from credit_graph import clock
from credit_graph.errors import CreditGraphError, DefinitionError, InputError, StateError, UsageError
from credit_graph.jobs import audit, signing_keys
from credit_graph.jobs.batches import last_seq
from credit_graph.jobs.listing import known
from credit_graph.jobs.rebuild import tombstones
from credit_graph.jobs.release_store import ReleaseStore
from credit_graph.lists.editions.archive import INDEX
from credit_graph.lists.editions.draft import ENTRIES, Draft
from credit_graph.lists.editions.drafting import same_content
from credit_graph.lists.editions.edition import NUMBER, Entry
from credit_graph.lists.editions.public import public_edition, redated
from credit_graph.lists.editions.verify import verify_files
from credit_graph.lists.release import Known, Rules, judge_list, rules_on
from credit_graph.model.time import Point
from credit_graph.store import Store

Files = Mapping[str, bytes]
# nothing carries the list any more, or it is none of this installation's: nothing may be shown
_LAPSED = ("policy.no_basis", "policy.none_in_force", "usage.bad_value")
_MARK = frozenset({"mark"})


@dataclass(frozen=True, slots=True)
class View:
    """What became of a public edition. ``shown``: how many entries it has; ``down``, ``back``: numbers of those that
    left it and came back; ``error``: why it could not be made."""

    list: str
    release: str
    shown: int = 0
    down: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    error: CreditGraphError | None = None

    def as_json(self) -> dict[str, Any]:
        """As ``--json`` and the log tell it."""
        said = {"list": self.list, "release": self.release}
        if self.error is not None:
            return {**said, "error": self.error.code}
        return {**said, "shown": self.shown, "taken_down": list(self.down), "back": list(self.back)}


class Today:
    """A list as it may be shown today, at the last committed batch."""

    def __init__(self, store: Store, list_name: str) -> None:
        self._store, self._list = store, list_name
        if not last_seq(store):  # an empty graph says of nothing that it stands
            raise StateError("state.no_data")
        self._point = Point(last_seq(store), clock.today(), clock.today())
        self._known: Known | None = None
        self._judged: dict[tuple[str, str], dict[str, Entry]] = {}
        self._erased = tombstones(store)
        try:
            self._standing = self._entries(rules_on(list_name, self._point.valid))
        except (DefinitionError, UsageError) as error:
            if error.code not in _LAPSED:
                raise
            self._standing = {}

    def shown(self, draft: Draft) -> set[str]:
        """Numbers of the entries of a release that may be shown."""
        if not self._standing:
            return set()
        # what an entry says is read by the rules of its release: new rules alone don't make it say something else
        said = self._said_by(date.fromisoformat(draft.said["valid"]))
        erased = self._erased.of_statements(str(entry["sid"]) for entry in draft.entries)
        return {
            str(entry[NUMBER])
            for entry in draft.entries
            if (record := str(entry["record"])) in self._standing
            and record in said
            and same_content(said[record], entry, but=_MARK)
            and entry["sid"] not in erased
        }

    def _said_by(self, valid: date) -> dict[str, Entry]:
        try:
            return self._entries(rules_on(self._list, valid))
        except DefinitionError:  # its rules are not kept any more: those of today
            return self._standing

    def _entries(self, rules: Rules) -> dict[str, Entry]:
        key = (rules.row.id, rules.sha256)
        if key not in self._judged:
            if self._known is None:
                self._known = known(self._store, rules, self._point)
            listed = judge_list(rules, self._known, self._point)
            self._judged[key] = {str(entry["record"]): entry for entry in listed.entries}
        return self._judged[key]


def takedown(store: Store, *, actor: str, role: str) -> list[View]:
    """Make every public edition of every list the view of today.

    What can't be made (a damaged archive) is withdrawn until it can, told with its error, and keeps nobody else from
    being taken down. Raises
    ``StateError``: ``state.no_data`` for an empty graph, ``state.no_signing_key``, ``state.busy``,
    ``state.cannot_write``.
    """
    releases = ReleaseStore(store.home)
    views: list[View] = []
    for name in releases.lists():
        with releases.lock(name):
            views += view_all(store, releases, name, releases.releases(name), actor=actor, role=role)
    return views


def view_all(
    store: Store, releases: ReleaseStore, list_name: str, names: Iterable[str], *, actor: str, role: str
) -> list[View]:
    """Make the public editions of these releases the view of today; the list is locked.

    Only what changed is written, each edition whole or not at all, so that an interrupted run can be run again.
    """
    views: list[View] = []
    today: Today | None = None
    for release in names:
        try:
            today = today or Today(store, list_name)
            views.append(_View(store, releases, list_name, release, actor, role).made(today))
        except (InputError, DefinitionError) as error:
            if isinstance(error, InputError):  # a damaged archive: who may still be shown can't be told, so nobody is
                releases.withdraw_public(list_name, release)
            views.append(View(list_name, release, error=error))
    changed = [view.as_json() for view in views if view.down or view.back or view.error]
    if changed:
        releases.note("takedown", list=list_name, releases=changed)
    return views


@dataclass(frozen=True, slots=True)
class _View:
    """Makes one public edition the view of today."""

    store: Store
    releases: ReleaseStore
    list: str
    release: str
    actor: str
    role: str

    def made(self, today: Today) -> View:
        archive = self.releases.archive(self.list, self.release)
        verify_files(archive)
        before = _intact(self.releases.public(self.list, self.release))
        numbers, shown = _numbers(before), today.shown(Draft.of_archive(archive))
        day = clock.today()
        if not before or shown != numbers or json.loads(before[INDEX])["day"] != day.isoformat():
            home = self.store.home
            signing = (signing_keys.bureau_signer(home, day), signing_keys.history(home))
            same = before and shown == numbers
            files = redated(before, day, *signing) if same else public_edition(archive, shown, day, *signing)
            if numbers - shown:
                what: audit.Said = {
                    "list": self.list,
                    "release": self.release,
                    "numbers": [*_sorted(numbers - shown)],
                }
                audit.record(home, self.actor, self.role, "takedown", what)
            unchanged = [name for name, data in files.items() if before.get(name) == data]
            self.releases.put_public(self.list, self.release, files, unchanged)
        back = _sorted(shown - numbers) if before else ()
        return View(self.list, self.release, len(shown), _sorted(numbers - shown), back)


def _intact(files: Files) -> Files:
    """The public edition as it was made; none where it is not there or was altered, so that it is made anew."""
    try:
        verify_files(files)
    except InputError:
        return {}
    return files


def _numbers(public: Files) -> set[str]:
    lines: Sequence[bytes] = public[ENTRIES].splitlines() if public else []
    return {str(json.loads(line)[NUMBER]) for line in lines}


def _sorted(numbers: set[str]) -> tuple[str, ...]:
    return tuple(sorted(numbers, key=int))
