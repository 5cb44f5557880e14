"""Erase (清除): what the law wants gone goes from graph, batch files, quarantine and caches; two persons decide.

The tombstones are written first: from then on the graph does not agree with them and is not opened (but by this job)
until they are applied to it. So an erasure that is killed, and a graph restored from an older backup, are brought to an
end by :func:`apply`; nothing is lost in between, and no erased value comes back.

Order: files before the graph, since the graph tells where in the files a row stands; names and caches before the
statements that they came from; the database's own files last.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from credit_graph import clock
from credit_graph.errors import UsageError
from credit_graph.jobs import audit, batches, tombstones
from credit_graph.jobs.audit import Act, Said, named
from credit_graph.jobs.batches import Counters
from credit_graph.jobs.cache import refresh
from credit_graph.jobs.decisions import SOURCE
from credit_graph.jobs.erasefiles import clean_home, erase_rows
from credit_graph.jobs.erasing import Plan, Report, Target, covered, find
from credit_graph.jobs.tombstones import Ground, Tombstone, Tombstones
from credit_graph.jobs.writing import person_subject
from credit_graph.model.chain import links
from credit_graph.model.derived import unknown_holder
from credit_graph.model.kinds import KINDS, UNKNOWN_PREFIX
from credit_graph.model.statement import Statement
from credit_graph.store import Store
from credit_graph.store.chunks import PER_STATEMENT, chunks
from credit_graph.store.rewrite import rewrite
from credit_graph.store.secret import load_or_create, secret_path
from credit_graph.store.secret import read as read_secret
from credit_graph.store.tombstones import mark, refuse_pending
from credit_graph.text import folded_name, t

PATH = "erase"  # what the batch of an erasure calls itself


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure removed: statements, rows of batch files, persons; the tombstones that stand for it; its seq."""

    statements: int = 0
    rows: int = 0
    persons: int = 0
    tombstones: tuple[str, ...] = ()
    seq: int = 0


def _quiet(what: str, done: int, total: int) -> None:
    """No progress."""


def require_two(ground: Ground) -> None:
    """Two different persons and a basis; a name counts without width, case and spaces. Raises ``UsageError``."""
    for option, value in (("--by", ground.by), ("--second", ground.second), ("--basis", ground.basis)):
        if not folded_name(value):
            why = t("必须给出：依据和两个不同的人", "must be given: a basis and two different persons")
            raise UsageError("usage.bad_value", option=option, value=value, why=why)
    if folded_name(ground.by) == folded_name(ground.second):
        raise UsageError("usage.same_person", by=ground.by, second=ground.second)


def erase(store: Store, target: Target, ground: Ground, report: Report = _quiet) -> Erased:
    """Erase statements or persons, leave tombstones for them.

    Raises ``UsageError`` (one person twice, an unknown statement or person) before anything is written, and
    ``StateError`` (an unfinished batch, another writer).
    """
    require_two(ground)
    with store.writer("erase"):
        refuse_pending(store)
        batches.refuse_open_batch(store)
        plan = find(store, target)
        secret = load_or_create(store.settings, store)
        stones = _stones(plan, ground, secret)
        tombstones.add(store, stones, secret)
        return _carry_out(store, plan, stones, ground, report)


def apply(store: Store, report: Report = _quiet) -> Erased:
    """Apply the tombstones of the installation to its graph: after a restore, or to finish what was interrupted."""
    if not (stones := Tombstones.of(store.home, secret_path(store.settings))):
        return Erased()
    with store.writer("erase"):
        load_or_create(store.settings, store)  # a graph from before a rotation knows the persons by other keys
        interrupted = _take_back(store)
        plan, by_stone = covered(store, stones, report)
        last = stones.lines[-1]
        again = [
            replace(
                line,
                sids=tuple(item.sid for item in by_stone[line.id]),
                last_n=max(item.n for item in by_stone[line.id]) if line.key_hash else 0,
            )
            for line in stones.lines
            if line.id in by_stone
        ]
        tombstones.add(store, again, read_secret(secret_path(store.settings)))
        if interrupted:
            _remove_orphans(store)
            store.write("write/cache_state", seq=0, day=clock.today())  # every enterprise is looked at again
        ground = Ground(last.basis, last.by, last.second)
        return _carry_out(store, plan, again, ground, report)


def finish_restore(store: Store, report: Report = _quiet) -> Erased:
    """After ``db restore``: an older backup must not bring back what was erased since."""
    return apply(store, report)


def _take_back(store: Store) -> bool:
    """Remove the open batch of an erasure that was killed; whether there was one."""
    found = batches.open_batch(store)
    if found is None or found["path"] != PATH:
        return False
    batches.undo_open(store, batches.find(store, found["seq"]))
    return True


def _stones(plan: Plan, ground: Ground, secret: bytes) -> list[Tombstone]:
    hasher = Tombstones.made([], secret).hasher
    chain = len(links(secret))
    stones = tombstones.for_statements(hasher, ground, plan.statements, whole=plan.whole, chain=chain)
    for pid in sorted(plan.pids):
        sids = [item.sid for item in plan.statements if pid in {item.pid, *map(str, item.content.values())}]
        stones.append(tombstones.for_person(hasher, ground, pid, sids, chain))
    return stones


def _carry_out(store: Store, plan: Plan, stones: list[Tombstone], ground: Ground, report: Report) -> Erased:
    rows = erase_rows(store, plan, report)
    gone = [*plan.statements, *plan.holds]
    seq = 0
    if gone or plan.pids:
        seq = batches.last_seq(store) + 1
        bid = _begin(store, seq, stones, ground)
        eids = _remove(store, plan, gone)
        batches.commit(store, bid, seq, Counters(erased=len(gone)).properties())
        refresh(store, report, also=eids)
    elif stones:  # nothing of it is in the graph: it is refused from now on
        audit.record(store.home, ground.by, "", "erase", _said(stones, ground))
    clean_home(store)
    rewrite(store, report)
    mark(store)
    names = tuple(line.id for line in stones)
    return Erased(len(plan.statements), rows, len(plan.pids), names, seq)


def _begin(store: Store, seq: int, stones: list[Tombstone], ground: Ground) -> str:
    """The erasure is a batch of the bureau: results made before it say so when they are rebuilt."""
    digest = hashlib.sha256("\n".join(line.id for line in stones).encode()).hexdigest()
    bid = batches.batch_id(SOURCE, digest, "", seq)
    props: dict[str, Any] = {"scopes": [""], "scope": "", "snapshot": False, "path": PATH, "day": clock.today()}
    props |= {"actor": ground.by, "second": ground.second, "tombstones": sorted(line.id for line in stones)}
    batches.begin(store, bid, seq, SOURCE, props, Act("erase", _said(stones, ground)))
    return bid


def _said(stones: list[Tombstone], ground: Ground) -> Said:
    return {"second": ground.second, "tombstones": named(line.id for line in stones)}


def _remove(store: Store, plan: Plan, gone: list[Statement]) -> set[str]:
    """Remove the statements with what they made; returns the enterprises whose cache has to be made again."""
    rows = [{"sid": item.sid, "eid": item.eid} for item in gone]
    sids = [item.sid for item in gone]
    at_firms = [row for row in rows if row["eid"] is not None]
    ends = [end for chunk in chunks(at_firms) for end in store.read("read/erase_ends", rows=chunk)]
    persons = {end["pid"] for end in ends if end["pid"]} | {item.pid for item in gone if item.pid} | plan.pids
    holders = {end["eid"] for end in ends if end["eid"]} | _named_only(gone)
    lonely = _rename(store, "read/erase_person_sids", ("Person", "pid", "name"), persons, set(sids)) | plan.pids
    decisions = store.read("read/decisions_on", pids=sorted(lonely)) if lonely else []
    rows += decisions
    sids += [row["sid"] for row in decisions]
    _rename(store, "read/erase_holder_sids", ("Enterprise", "eid", "holder_name"), holders, set(sids))
    eids = {str(row["eid"]) for row in rows if row["eid"] is not None} | holders
    store.write("write/erase_links", at_firms)
    store.write("write/erase_derived", [{"eid": eid} for eid in sorted(eids)], sids=sids)
    store.write("write/erase_joins", _keys(persons), sids=sids)
    store.write("write/erase_merges", _keys(_joined_by(store, set(sids))))
    names = [{"source": source, "key": key} for source, key in sorted(plan.emptied)]
    store.write("write/erase_absences", names)
    store.write("write/erase_persons", _keys(lonely))
    store.write("write/erase_records", rows)
    for kind, key, values in (
        ("Address", "aid", {end["aid"] for end in ends if end["aid"]}),
        ("Phone", "number", {end["number"] for end in ends if end["number"]}),
        ("Enterprise", "eid", eids),
    ):
        store.write("write/erase_orphans", _keys(values), labels={"KIND": kind, "KEY": key})
    return eids


def _named_only(gone: list[Statement]) -> set[str]:
    """The unknown holders whom these statements name: of reports and changes, their nodes are made by link runs."""
    named = ((item.eid, item.content.get("holder_name")) for item in gone if item.pid is None)
    return {unknown_holder(eid, str(name)) for eid, name in named if eid is not None and name is not None}


def _joined_by(store: Store, going: set[str]) -> set[str]:
    """The persons whose merge with another rests on one of these statements.

    That may be a telephone of either firm or a third person, so every merge is looked at.
    """
    cuts = ["", *(f"{UNKNOWN_PREFIX}{number:02x}" for number in range(0, 256, 4)), "\U0010ffff"]
    rows = (row for low, high in pairwise(cuts) for row in store.read("read/erase_joined", low=low, high=high))
    return {row["pid"] for row in rows if not going.isdisjoint(row["sids"])}


def _rename(store: Store, statement: str, node: tuple[str, str, str], keys: set[str], going: set[str]) -> set[str]:
    """Give nodes the name that their remaining statements say; returns the keys of those without any."""
    found = {row["key"]: set(row["sids"]) - going for row in store.read(statement, keys=sorted(keys))}
    wanted = sorted({sid for sids in found.values() for sid in sids})
    records: dict[str, Statement] = {}
    for chunk in chunks(wanted):
        for row in store.read("read/grade_records", sids=chunk):
            records[row["record"]["sid"]] = Statement.from_properties(row["record"])
    rows = []
    for key in sorted(keys):
        said = sorted((records[sid] for sid in found.get(key, ()) if sid in records), key=lambda s: (s.known_from, s.n))
        name = next((name for item in said if (name := _named(item)) is not None), None)
        rows.append({"key": key, "name": name})
    kind, key_name, property_name = node
    store.write("write/erase_names", rows, labels={"KIND": kind, "KEY": key_name, "NAME": property_name})
    return {key for key in keys if not found.get(key)}


def _named(statement: Statement) -> str | None:
    """How a statement names the person it is about, else whom it connects with its enterprise, else its subject."""
    if (person := person_subject(statement)) is not None:
        return person
    links_ = [link for link in KINDS[statement.kind].links if link.type in {"HOLDS_OFFICE", "CONTRIBUTES"}]
    values = [statement.content.get(link.field) for link in links_] or [statement.content.get("name")]
    return next((str(value) for value in values if value is not None), None)


def _remove_orphans(store: Store) -> None:
    for label in ("Person", "Address", "Phone", "Enterprise"):
        while store.change("load/orphans", labels={"KIND": label}, limit=PER_STATEMENT)[0]["removed"]:
            pass


def _keys(values: set[str]) -> list[dict[str, str]]:
    return [{"key": value} for value in sorted(values)]
