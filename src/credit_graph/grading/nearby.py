"""What a full run leaves for partial ones: who touches whom, and the links that a few firms' grades depend on.

A folder of Arrow files, mapped into memory. It holds keys of persons, so it goes with the caches: erasing, rotating the
secret and wiping remove it, and the next full run writes it anew.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.grading.columns import Flags, Places, Rows, texts
from credit_graph.grading.facts import Facts
from credit_graph.grading.policy import GradingPolicy
from credit_graph.grading.related import Ties, controller_history, persons, related, ties_of_history
from credit_graph.grading.rules import Via
from credit_graph.links.claims import FIELDS
from credit_graph.links.compute import Links
from credit_graph.links.keeping import packed, unpacked
from credit_graph.links.policy import LinkPolicy
from credit_graph.model.kinds import KINDS
from credit_graph.projection import Projection

LINKS, REBORN = "links", "reborn"  # what may be otherwise by now: who belongs together, who is come back
_FRAMES = ("same_as", "holdings", "majority", "representatives", "branches", "addresses", "ruled", "state", "decisions")
_HISTORY = "controller_history"
_TEXT = pa.large_string()
# kinds whose statements say who belongs to whom
LINK_KINDS = frozenset(
    {"Registration", "ControlDecision", "PersonDecision", "Website", *FIELDS}
    | {name for name, kind in KINDS.items() if kind.links}
)


def tables_of(facts: Facts) -> dict[str, pa.Table]:
    """What is left of a full run, by name."""
    frame = controller_history(facts)
    facts.relations[_HISTORY] = ties_of_history(facts, frame)
    relations = [related(via, facts) for via in get_args(Via)]
    found, shared = facts.reborn
    come_back = found["status"] == "reborn"
    pairs = [relation.ends for relation in relations if isinstance(relation, Ties)]
    pairs.append((facts.place(found["new"]), facts.place(found["old"])))
    links = facts.links
    kept = {name: links.frames[name] for name in _FRAMES} | {
        "addresses": links.addresses[links.addresses["hosted"]],
        _HISTORY: frame,
        "reborn": found.loc[come_back, ["old", "new", "status", "what", "end_sids"]].reset_index(drop=True),
        "shared": shared[["old", "new", "sids"]].merge(found.loc[come_back, ["old", "new"]]),
        "ends": facts.ends[["old", "what", "end"]],
    }
    return {
        "firms": pa.table({"eid": facts.eids, "head": facts.chains.head, "registered": _registered(facts)}),
        "pairs": _both_ways(pairs, facts.count),
        "candidates": pa.table({"old": texts(found["old"]), "new": texts(found["new"])}),
        "persons": _persons(facts),
        "stated": _stated(facts.projection),
        "unlinked": _unlinked(facts),
        **{name: packed(_nameless(table)) for name, table in kept.items()},
    }


def _nameless(frame: pd.DataFrame) -> pd.DataFrame:
    """Without what people and places are called: no grade rests on it."""
    return frame.drop(columns=["name", "matched", "text"], errors="ignore")


def _registered(facts: Facts) -> Flags:
    """Which enterprises the register speaks of."""
    found = np.zeros(facts.count, np.bool_)
    place = facts.place(facts.projection.history("Registration")["eid"])
    found[place[place >= 0]] = True
    return found


def _both_ways(pairs: Iterable[tuple[Places, Places]], count: int) -> pa.Table:
    """Every pair of places in both directions, once, by the first."""
    one, other = (np.concatenate(ends).astype(np.int64) for ends in zip(*pairs, strict=True))
    known = (one >= 0) & (other >= 0)
    one, other = one[known], other[known]
    every = np.unique(np.concatenate([one * count + other, other * count + one]))
    width = max(count, 1)
    return pa.table({"firm": (every // width).astype(np.int32), "other": (every % width).astype(np.int32)})


def _persons(facts: Facts) -> pa.Table:
    """Firm (place) and pid of who represents or controls it."""
    both = [persons("legal_representative", facts), persons("controller", facts)]
    parts = [pa.table({"firm": found.firm, "pid": found.pids.take(pa.array(found.person))}) for found in both]
    return pa.concat_tables(parts)


def _stated(projection: Projection) -> pa.Table:
    """How many statements there are of each kind."""
    counts = {kind: projection.count(kind) for kind in KINDS if kind != "Hold" and projection.stated(kind)}
    return pa.table({"kind": pa.array(list(counts), _TEXT), "count": pa.array(list(counts.values()), pa.int64())})


def _unlinked(facts: Facts) -> pa.Table:
    """Statements that speak of no firm yet: one may be found for them without a new batch."""
    found = []
    for kind in KINDS:
        if kind != "Hold":
            frame = facts.projection.history(kind)
            found.append(texts(frame.loc[frame["eid"].isna(), "sid"]))
    return pa.table({"sid": pa.concat_arrays(found)})


def write(folder: Path, rid: str, tables: Mapping[str, pa.Table]) -> None:
    """Keep what a run leaves, in place of what the run before it left."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder / f"{rid}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700)
    for name, table in tables.items():
        with pa.OSFile(str(part / f"{name}.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table.combine_chunks())
    for path in folder.iterdir():
        if path != part:
            shutil.rmtree(path, ignore_errors=True)
    part.rename(folder / rid)


def there(folder: Path, rid: str) -> bool:
    """Whether what a run left is there."""
    return (folder / rid).is_dir()


class Nearby:
    """What a full run left."""

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self._tables = tables
        self._eids = tables["firms"]["eid"].combine_chunks()
        self._head = tables["firms"]["head"].to_numpy()
        self._firm, self._other = (tables["pairs"][name].to_numpy() for name in ("firm", "other"))

    @classmethod
    def read(cls, folder: Path, rid: str) -> Nearby:
        """What a run left; ``OSError`` or ``KeyError`` where it is not there."""
        tables = {}
        for path in (folder / rid).iterdir():
            with pa.memory_map(str(path)) as source:
                tables[path.stem] = pa.ipc.open_file(source).read_all()
        return cls(tables)

    def places(self, eids: Collection[str]) -> Rows:
        """The places of those that were known then."""
        return np.flatnonzero(pc.is_in(self._eids, value_set=_array(eids)).to_numpy(zero_copy_only=False))

    def _eids_of(self, places: Rows) -> set[str]:
        return set(self._eids.take(pa.array(places)).to_pylist())

    def unregistered(self, eids: Collection[str]) -> bool:
        """Whether the register does not speak of one of them: then any record may say what it is called."""
        places = self.places(eids)
        known = self._tables["firms"]["registered"].take(pa.array(places)).to_numpy()
        return len(places) < len(set(eids)) or not bool(known.all())

    def again(self, eids: Collection[str], pids: Collection[str]) -> set[str]:
        """Whose grades may rest on what is said of these firms and persons."""
        touched = self._around(self.places(eids))
        return {*eids, *self._eids_of(touched), *self._eids_of(self._firms_of(pids))}

    def around(self, eids: Collection[str]) -> set[str]:
        """These firms, and those on whose records their grades rest."""
        return {*eids, *self._eids_of(self._around(self.places(eids)))}

    def _around(self, places: Rows) -> Rows:
        """These and all that touch them, or are touched."""
        start = np.searchsorted(self._firm, places, side="left")
        end = np.searchsorted(self._firm, places, side="right")
        parts = [self._other[low:high] for low, high in zip(start.tolist(), end.tolist(), strict=True)]
        heads = self._head[places]
        group = np.flatnonzero(np.isin(self._head, heads[heads >= 0]))
        return np.unique(np.concatenate([places, group, *parts])).astype(np.int64)

    def _firms_of(self, pids: Collection[str]) -> Rows:
        """The firms that these persons represent or control."""
        same = unpacked(_where(self._tables["same_as"], "pid", pids))["same_as"]
        found = self._tables["persons"].filter(pc.is_in(self._tables["persons"]["pid"], _array({*pids, *same})))
        return np.unique(found["firm"].to_numpy()).astype(np.int64)

    def persons_of(self, eids: Collection[str]) -> set[str]:
        """Who represents or controls these firms, under every key."""
        places = self.places(eids)
        found = self._tables["persons"]
        pids = set(found["pid"].filter(pa.array(np.isin(found["firm"].to_numpy(), places))).to_pylist())
        return pids | set(_where(self._tables["same_as"], "same_as", pids)["pid"].to_pylist())

    @property
    def counts(self) -> dict[str, int]:
        """Statements of each kind that there were."""
        found = self._tables["stated"]
        return dict(zip(found["kind"].to_pylist(), found["count"].to_pylist(), strict=True))

    @property
    def unlinked(self) -> list[str]:
        """Statements that spoke of no firm."""
        found: list[str] = self._tables["unlinked"]["sid"].to_pylist()
        return found

    def facts(self, projection: Projection, policy: GradingPolicy, rules: LinkPolicy, around: set[str]) -> Facts:
        """The facts of a few firms: ``projection`` speaks of them, the links are those of the run."""
        facts = Facts(projection, self._links(projection, rules, around), policy.reads)
        history = unpacked(_where(self._tables[_HISTORY], "eid", around))
        facts.relations[_HISTORY] = ties_of_history(facts, history)
        found, shared = (unpacked(_where(self._tables[name], "new", around)) for name in ("reborn", "shared"))
        # whom nothing ends any more nobody has come back for
        facts.reborn = found[~found["old"].isin(around) | found["old"].isin(facts.ends["old"])], shared
        return facts

    def _links(self, projection: Projection, rules: LinkPolicy, around: Collection[str]) -> Links:
        """Of the links those that the firms ``around`` need: all holdings in them, and in whoever is above them."""
        tables = self._tables
        ruled = tables["ruled"]
        above, new = set(around), set(around)
        while new:
            told = [_where(tables["holdings"], "eid", new)["holder"], _where(ruled, "eid", new)["controller"]]
            new = {holder for part in told for holder in part.to_pylist()} - above
            above |= new
        branches, people = tables["branches"], tables["representatives"]
        pids = _where(people, "eid", around)["pid"].to_pylist()
        holdings = _where(tables["holdings"], "eid", above)
        frames = {
            # that there are holdings at all is what tells no data from none
            "holdings": holdings if len(holdings) else tables["holdings"].slice(0, 1),
            "majority": _where(tables["majority"], "eid", around),
            "representatives": people.filter(pc.or_(_is(people, "eid", around), _is(people, "pid", pids))),
            "branches": branches.filter(pc.or_(_is(branches, "eid", around), _is(branches, "parent", around))),
            "ruled": _where(ruled, "eid", above),
            "same_as": _same_as(tables["same_as"], {*above, *pids}),
            "addresses": _where(tables["addresses"], "aid", projection.addresses["aid"]),
            **{name: tables[name] for name in ("state", "decisions")},
        }
        return Links(rules.on(projection.point.valid), {name: unpacked(table) for name, table in frames.items()})

    def others_come_back(self, facts: Facts, eids: Collection[str]) -> bool:
        """Whether another firm may look like one of these come back, that did not then.

        So where a day that ends a firm came to it, or one of several went.
        """
        found = facts.ends[["old", "what", "end"]]
        now = set(found[found["old"].isin(list(eids))].itertuples(index=False, name=None))
        before = set(unpacked(_where(self._tables["ends"], "old", eids)).itertuples(index=False, name=None))
        fewer = {old for old, *_ in before - now} & {old for old, *_ in now}
        return bool(now - before) or len(_where(self._tables["candidates"], "old", fewer)) > 0

    def alike(self, eids: Collection[str]) -> bool:
        """Whether one of these firms was looked at as one that came back, or is come back."""
        found = self._tables["candidates"]
        return any(len(_where(found, side, eids)) for side in ("old", "new"))


def _same_as(table: pa.Table, pids: Collection[str]) -> pa.Table:
    """Who is one of these persons, or is another than himself."""
    return table.filter(pc.or_(_is(table, "same_as", pids), _is(table, "pid", pids)))


def _array(values: Collection[str]) -> pa.Array:
    return pa.array(sorted(values), _TEXT)


def _is(table: pa.Table, name: str, values: Collection[str]) -> pa.ChunkedArray:
    return pc.is_in(table[name].cast(_TEXT), value_set=_array(values))


def _where(table: pa.Table, name: str, values: Collection[str]) -> pa.Table:
    return table.filter(_is(table, name, values))
