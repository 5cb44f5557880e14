"""What an erasure takes with it: finds the statements of a target, or those that tombstones cover."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

from credit_graph.errors import UsageError
from credit_graph.ingest.definitions import definitions
from credit_graph.jobs.tombstones import Tombstones, hashed_content, key_hash, person_hash
from credit_graph.model.kinds import DECISION_KINDS, KINDS, PERSONAL_KEYS, FieldType
from credit_graph.model.statement import Statement
from credit_graph.store import Store
from credit_graph.store.chunks import chunks
from credit_graph.text import t

Report = Callable[[str, int, int], None]  # what, done, total
Name = tuple[str, str]  # source and natural key

_RANGES = [f"{number:02x}" for number in range(0, 256, 4)]  # statement ids are hexadecimal and evenly spread


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be erased. ``history``: all statements of the record, not only those that say the same;
    ``mentions``: also the name-only persons whom the link run takes for the person.
    """

    sids: tuple[str, ...] = ()
    pids: tuple[str, ...] = ()
    history: bool = False
    mentions: bool = False


@dataclass(slots=True)
class Plan:
    """What goes, and what of the same records stays."""

    statements: list[Statement] = field(default_factory=list)
    holds: list[Statement] = field(default_factory=list)  # on records of which nothing is left
    pids: set[str] = field(default_factory=set)  # persons erased whole
    kept: list[Statement] = field(default_factory=list)  # other statements of the same keys
    mentions: dict[str, tuple[str, ...]] = field(default_factory=dict)  # name-only person -> statements that name him

    @property
    def names(self) -> set[Name]:
        """The records of which something goes."""
        return {(item.source, item.key) for item in self.statements}

    @property
    def emptied(self) -> set[Name]:
        """The records of which nothing is left."""
        return self.names - {(item.source, item.key) for item in self.kept}

    @property
    def whole(self) -> set[Name]:
        """Records whose key is refused whatever it says: it names a person itself, or a hold on it goes, too.

        Without the second a corrected row would bring back what had been repaired or withdrawn.
        """
        held = {(str(hold.content["held_source"]), str(hold.content["held_key"])) for hold in self.holds}
        naming = {(item.source, item.key) for item in self.statements if any(v in item.key for v in personal(item))}
        return self.emptied & (held | naming)


def personal(statement: Statement) -> list[str]:
    """The personal values that it states as text: names, phones."""
    fields = KINDS[statement.kind].fields
    values = (statement.content.get(name) for name, item in fields.items() if item.personal)
    return [value for value in values if isinstance(value, str) and 2 <= len(value) < 64]


def find(store: Store, target: Target) -> Plan:
    """What the target takes with it. Raises ``UsageError`` for an unknown statement, and for a hold (lift it) or
    a decision on persons (undo it).
    """
    plan = Plan(pids=set(target.pids))
    found: dict[str, Statement] = {}
    for sid in target.sids:
        rows = store.read("read/statement", sid=sid)
        if not rows:
            raise UsageError("usage.unknown_entity", what=sid)
        found[sid] = Statement.from_properties(rows[0]["record"])
        if found[sid].kind in DECISION_KINDS:
            why = t(
                "停用标记用 credit-graph hold lift 解除，认定用 credit-graph person undo 或 agreement undo 撤销",
                "a hold is lifted: credit-graph hold lift; a decision undone: credit-graph person undo, agreement undo",
            )
            raise UsageError("usage.bad_value", option="STATEMENT", value=sid, why=why)
    plan.mentions = _mentions(store, target.pids)
    if target.mentions:
        plan.pids |= plan.mentions.keys()
    if target.pids and not (named := _naming(store, plan.pids)):
        raise UsageError("usage.unknown_entity", what="person")
    if target.pids:
        found |= named
    _complete(store, plan, found, history=target.history)
    return plan


def _complete(store: Store, plan: Plan, found: dict[str, Statement], *, history: bool = False) -> None:
    """Add the statements of the same records that say the same; note those that stay, and holds on what is emptied."""
    said = {(item.source, item.key, _said(item)) for item in found.values()}
    for item in _of_keys(store, {(item.source, item.key) for item in found.values()}):
        goes = item.sid in found or history or (item.source, item.key, _said(item)) in said
        (plan.statements if goes else plan.kept).append(item)
    plan.statements.sort(key=lambda item: (item.source, item.key, item.n))
    by_source: dict[str, list[str]] = {}
    for source, key in sorted(plan.emptied):
        by_source.setdefault(source, []).append(key)
    for source, keys in by_source.items():
        for chunk in chunks(keys):
            rows = store.read("read/erase_holds", source=source, keys=chunk)
            plan.holds += [Statement.from_properties(row["record"]) for row in rows]


def _said(statement: Statement) -> str:
    """The content without person keys, so that a row and the same row with an ID added are one."""
    return hashed_content(str, statement.content)


def _mentions(store: Store, pids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    rows = store.read("read/erase_same", pids=sorted(pids)) if pids else []
    return {row["pid"]: tuple(row["sids"]) for row in rows}


def _naming(store: Store, pids: set[str]) -> dict[str, Statement]:
    """Every statement that names one of the persons by key."""
    found: dict[str, Statement] = {}
    for low, high in sid_ranges():
        rows = store.read("read/erase_named", low=low, high=high, pids=sorted(pids), fields=document_fields())
        found |= {row["record"]["sid"]: Statement.from_properties(row["record"]) for row in rows}
    return {
        sid: item for sid, item in found.items() if item.kind not in DECISION_KINDS
    }  # they go with what they are of


def covered(store: Store, stones: Tombstones, report: Report) -> tuple[Plan, dict[str, list[Statement]]]:
    """What of this graph the tombstones cover (it was restored from an older backup), and by which of them."""
    candidates: list[str] = []
    persons = {line.person_hash for line in stones.lines if not line.key_hash}
    keys = {(line.source, line.key_hash) for line in stones.lines if line.key_hash}
    sources = {source for source, _ in keys}
    ranges = list(sid_ranges())
    for done, (low, high) in enumerate(ranges):
        report("tombstones", done, len(ranges))
        for row in store.read("read/erase_scan", low=low, high=high, fields=document_fields()):
            named = {*row["documents"], *([person_hash(stones.hasher, row["pid"])] if row["pid"] and persons else [])}
            of_key = row["source"] in sources and (
                (row["source"], key_hash(stones.hasher, row["source"], row["key"])) in keys
            )
            if of_key or not persons.isdisjoint(named):
                candidates.append(row["sid"])
    found: dict[str, Statement] = {}
    by_stone: dict[str, list[Statement]] = {}
    for chunk in chunks(candidates):
        for row in store.read("read/grade_records", sids=chunk):
            item = Statement.from_properties(row["record"])
            if item.kind not in DECISION_KINDS and (
                line := stones.covering(item.source, item.key, item.content, item.pid)
            ):
                found[item.sid] = item
                by_stone.setdefault(line.id, []).append(item)
    plan = Plan(
        pids={item.pid for item in found.values() if item.pid and person_hash(stones.hasher, item.pid) in persons}
    )
    plan.pids |= {str(value) for item in found.values() for value in item.content.values() if value in persons}
    _complete(store, plan, found)
    return plan, by_stone


def sid_ranges() -> Iterator[tuple[str, str]]:
    """Ranges [low, high) of statement ids, about as many statements in each."""
    yield from pairwise([*_RANGES, "g"])


@cache
def document_fields() -> list[str]:
    """Fields that hold a person key: of the kinds, and those that loader definitions add."""
    found = {name for kind in KINDS.values() for name, item in kind.fields.items() if item.type in PERSONAL_KEYS}
    for definition in definitions().values():
        found |= {name for name in definition.columns if definition.type_of(name) is FieldType.ID_NUMBER}
    return sorted(found)


def _of_keys(store: Store, names: Iterable[Name]) -> list[Statement]:
    rows = [{"source": source, "key": key} for source, key in sorted(names)]
    return [
        Statement.from_properties(row["record"])
        for chunk in chunks(rows)
        for row in store.read("read/erase_statements", rows=chunk)
    ]
