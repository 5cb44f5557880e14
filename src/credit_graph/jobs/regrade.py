"""Re-grade the firms of which a new case, a change of use or an override speaks, and those they touch: no full run.

The result is a partial run: a run file of these firms alone that names its base, the last full run, of which all others
are read. What it holds is what a full run at that moment would hold, where ``stale`` is empty: who belongs to whom is
taken from the base, and not worked out again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Literal

from credit_graph import __version__, clock
from credit_graph.errors import CreditGraphError
from credit_graph.grading import nearby, runfile
from credit_graph.grading.facts import Facts
from credit_graph.grading.grade import CHANNEL, Grades, grades
from credit_graph.grading.nearby import LINK_KINDS, LINKS, REBORN, Nearby
from credit_graph.grading.policy import GradingPolicy, grading_policy
from credit_graph.jobs.batches import find_all, last_seq, open_batch
from credit_graph.jobs.grade import DEFAULT_POLICY as POLICY
from credit_graph.jobs.grade import Cache, changes_of, run_folder, run_path, state_name, undo_unfinished
from credit_graph.jobs.link import rules_fingerprint
from credit_graph.jobs.runs import current_run, run_id, run_properties
from credit_graph.links.policy import link_policy
from credit_graph.links.reborn_policy import reborn_policy
from credit_graph.model.kinds import DECISION_KINDS, KINDS, WORK_KINDS
from credit_graph.model.time import Point
from credit_graph.projection.part import Part, project_part
from credit_graph.store import Store
from credit_graph.store.files import nearby_folder

MOST_CHANGED = 2_000  # firms of which changes speak; with more the city is graded faster as a whole
MOST_WRITTEN = 20_000  # statements that batches opened or closed: of a snapshot of the register not one by one
MOST_READ = 20_000
FIXED = LINK_KINDS | {"Permit"}  # what a partial run takes from its base rests on them
_LINKED = ("sid", "eid")
_NOT_READ = {*DECISION_KINDS, *WORK_KINDS} - LINK_KINDS - {"Hold"}  # nothing in a grade rests on them

Why = Literal["", "nothing", "never", "no_base", "other_rules", "other_kinds", "many", "open_batch"]


@dataclass(frozen=True, slots=True)
class Regraded:
    """What a partial run did; ``why`` there is none: ``nothing`` to do, else the city has to be graded as a whole.

    ``firms`` were looked at, of ``changed`` the class or score is another; ``stale``: what was taken from the base run
    of ``day`` and may be otherwise by now (``links``, ``reborn``).
    """

    why: Why
    rid: str | None = None
    base: str | None = None
    firms: int = 0
    changed: int = 0
    day: date | None = None
    stale: tuple[str, ...] = ()


@dataclass(slots=True)
class _Spoken:
    """Of whom statements speak that were opened or closed since; ``held``: keys that holds name."""

    eids: set[str] = field(default_factory=set)
    pids: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)
    closed: Counter[str] = field(default_factory=Counter)

    @property
    def kinds(self) -> set[str]:
        """Of which kinds they are."""
        return self.opened | set(self.closed)


def regrade(store: Store) -> Regraded:
    """Grade again whom changes since the current run touch. Raises ``StoreError``, and ``DefinitionError``."""
    with store.writer("grade"):
        try:
            return _regraded(store)
        except _NotDone as refused:
            return Regraded(refused.why)


def follow(store: Store) -> Regraded | CreditGraphError:
    """After a change: grade again whom it touches. The change stands whatever comes of this, also an error."""
    try:
        return regrade(store)
    except CreditGraphError as error:
        return error


class _NotDone(Exception):
    """There is no partial run."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


def _regraded(store: Store) -> Regraded:
    if open_batch(store) is not None:
        raise _NotDone("open_batch")
    current = current_run(store, state_name(POLICY))
    if current is None:
        raise _NotDone("never")
    today = clock.today()
    point = Point(last_seq(store), today, today)
    if point.seq == current["seq"]:
        raise _NotDone("nothing")
    if not runfile.whole(run_path(store, current["rid"])):
        raise _NotDone("no_base")
    found = _since(store, current, point)
    if not found.spoken.kinds:
        raise _NotDone("nothing")
    if not found.by_rules or current["valid"] > today:
        raise _NotDone("other_rules")
    return _Run(store, point, found.policy, found.rules, found.near(), current).carry_out(found.spoken)


@dataclass(frozen=True, slots=True)
class _Since:
    """What was said since a run, and what that run left; ``by_rules``: by the rules and program of today."""

    spoken: _Spoken
    policy: GradingPolicy
    rules: str
    by_rules: bool
    near: Callable[[], Nearby]


def _since(store: Store, current: dict[str, Any], point: Point) -> _Since:
    """What stands between the current run and ``point``; :class:`_NotDone` where it left nothing, or too much does."""
    folder, base = nearby_folder(store.home), current.get("base") or current["rid"]
    if not nearby.there(folder, base):
        raise _NotDone("no_base")
    if _written(store, range(current["seq"] + 1, point.seq + 1)) > MOST_WRITTEN:
        raise _NotDone("many")
    spoken = _spoken(store, current["seq"], point.seq)
    policy, version = grading_policy(POLICY, point.valid)
    rules = version + rules_fingerprint()
    same = (current["rules"], current["program"]) == (rules, __version__)
    return _Since(spoken, policy, rules, same, lambda: Nearby.read(folder, base))


def _written(store: Store, seqs: range) -> int:
    """How many statements these batches opened or closed."""
    names = ("new", "changed", "closed")
    return sum(batch.properties.get(name) or 0 for batch in find_all(store, seqs) for name in names)


def _spoken(store: Store, since: int, seq: int) -> _Spoken:
    found = _Spoken()
    for later in range(since + 1, seq + 1):
        for side in ("known_from", "known_to"):
            for row in store.read("read/spoken_of", {"SIDE": side}, seq=later):
                kind = row["kind"]
                about = [item for item in row["about"] if side == "known_from" or item[3] <= since]
                if kind in _NOT_READ or not about:
                    continue
                found.eids |= {eid for eid, *_ in about if eid is not None}
                found.pids |= {pid for _, pid, *_ in about if pid is not None}
                found.held |= {item[2] for item in about if item[2] is not None}
                if side == "known_from":
                    found.opened.add(kind)
                else:
                    found.closed[kind] += len(about)
    return found


def reads_of(policy: GradingPolicy, day: date) -> dict[str, set[str]]:
    """Per kind the fields that the policy and the search for ends of firms read."""
    reads = {kind: set(fields) for kind, fields in policy.reads.items()}
    for rule in reborn_policy().on(day).ends:
        reads.setdefault(rule.kind, set()).update(rule.fields)
    return reads


def near_at(store: Store, point: Point) -> Nearby | None:
    """What the current run left, where it still is right at ``point``: no change since, nothing in doubt."""
    current = current_run(store, state_name(POLICY))
    here = (point.valid, point.use, last_seq(store))
    if current is None or current.get("stale") or (current["valid"], current["use"], point.seq) != here:
        return None
    try:
        found = _since(store, current, point)
    except _NotDone:
        return None
    return found.near() if found.by_rules and not found.spoken.kinds else None


class _Run:
    """One partial run, over ``current``, the run that is current now."""

    def __init__(
        self, store: Store, point: Point, policy: GradingPolicy, rules: str, near: Nearby, current: dict[str, Any]
    ) -> None:
        self._store, self._point, self._policy, self._rules = store, point, policy, rules
        self._near, self._current = near, current
        self._base: str = current.get("base") or current["rid"]

    def carry_out(self, spoken: _Spoken) -> Regraded:
        """Grade again and write."""
        reads = reads_of(self._policy, self._point.valid)
        if not (spoken.opened & reads.keys()) <= self._near.counts.keys():
            raise _NotDone("other_kinds")  # of nobody there was data, now it is of everybody
        changed = spoken.eids | self._linked_since()
        again = self._near.again(changed, spoken.pids)
        if len(changed) > MOST_CHANGED:
            raise _NotDone("many")
        same_day = (self._current["valid"], self._current["use"]) == (self._point.valid, self._point.use)
        before = runfile.regraded(run_path(self._store, self._current["rid"])) if self._partial else set()
        if not same_day:
            again |= before  # what was graded on another day may be older by now
        around = self._near.around(again)
        if len(around) > MOST_READ:
            raise _NotDone("many")
        who = {"Enterprise": around, "Person": self._near.persons_of(again)}
        part = project_part(self._store, self._point, CHANNEL, who, reads, self._near.counts)
        counts = self._near.counts
        if any(not part.count(kind) and spoken.closed[kind] >= counts[kind] for kind in reads.keys() & counts.keys()):
            raise _NotDone("other_kinds")
        facts = self._near.facts(part, self._policy, link_policy(), around)
        graded = grades(facts, self._policy, again)
        stale = self._stale(spoken, changed, facts, part)
        return self._write(graded, again, before if same_day else set(), stale)

    @cached_property
    def _full(self) -> dict[str, Any]:
        """The base run's properties."""
        found: dict[str, Any] = self._store.read("read/run", run=self._base)[0]["run"]
        return found

    @property
    def _partial(self) -> bool:
        return "base" in self._current

    def _linked_since(self) -> set[str]:
        """The firms that were found for statements that spoke of none."""
        fields = {kind: [*_LINKED] for kind in KINDS}
        rows = self._store.read("project/again", sids=self._near.unlinked, seq=self._point.seq, fields=fields)
        return {eid for row in rows for _, eid in row["rows"] if eid is not None}

    def _stale(self, spoken: _Spoken, changed: Collection[str], facts: Facts, part: Part) -> tuple[str, ...]:
        """What of the base run may be otherwise by now."""
        found = set((self._current.get("stale") or "").split())
        held = {kind for kind in FIXED if spoken.held and spoken.held & set(_keys(part, kind))}
        touched = (spoken.kinds | held) - {"Hold"}
        unknown = self._near.unregistered(changed)
        another_day = (self._full["valid"], self._full["use"]) != (self._point.valid, self._point.use)
        if touched & LINK_KINDS or unknown or another_day:
            found |= {LINKS, REBORN}
        if "Permit" in touched and self._near.alike(changed):
            found.add(REBORN)
        if self._near.others_come_back(facts, changed):
            found.add(REBORN)
        return tuple(sorted(found))

    def _write(self, graded: Grades, again: set[str], before: set[str], stale: tuple[str, ...]) -> Regraded:
        """Write the file, the Run node and what changed; ``before``: firms of the partial run that it replaces."""
        store = self._store
        path = run_path(store, self._current["rid"])
        properties = run_properties("grade", self._point, self._point.seq, POLICY, self._rules)
        properties |= {"base": self._base, "stale": " ".join(stale)}
        rid = run_id(properties)
        table = runfile.table(graded, properties)
        without = again - set(graded.firms.index)
        if before:
            table, gone = runfile.joined(path, table, again)
            without |= gone
        digest = runfile.write(run_folder(store), rid, [runfile.partial(table, without)])
        undo_unfinished(store, rid)
        cache = self._cache(again)
        changes = changes_of(rid, graded.firms, cache, properties)
        previous = {"previous": self._current["rid"]}
        store.write("write/run", run=rid, props={**properties, **previous, "state": "writing", "sha256": digest})
        store.write("write/grade_changes", changes, run=rid)
        counts = {"graded": len(table), "changed": len(changes), "current": True}
        store.write("write/run", run=rid, props={"state": "complete", **counts})
        store.write("write/current_run", name=state_name(POLICY), run=rid)
        return Regraded("", rid, self._base, len(again), len(changes), self._full["valid"], stale)

    def _cache(self, eids: set[str]) -> Cache:
        rows = self._store.read("read/grade_cache_of", eids=sorted(eids))
        return {row["eid"]: (row["level"], row["score"]) for row in rows}


def _keys(part: Part, kind: str) -> list[str]:
    keys: list[str] = part.history(kind, ["key"])["key"].tolist()
    return keys
