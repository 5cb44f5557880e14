"""Brings kept statements, and what followed from them, forward to a later state of the graph.

Only statements that were opened or closed since are read, and those that had no subject, which may have one by now.
What follows is made anew for the firms of which any of these speak; all others keep theirs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.projection.begun import Begun, Use, known_firms
from credit_graph.projection.columns import Columns, packed_batch, subset
from credit_graph.projection.threads import each
from credit_graph.projection.views import VIEWS, make_view
from credit_graph.store import Store
from credit_graph.store.chunks import chunks

_TEXT = pa.large_string()
_SIDS = 10_000  # a statement's parameters
_SID_BYTES = 32
_FIRST = ("sid", "eid")  # of what is read of a statement
_EID = _FIRST.index("eid")


@dataclass(slots=True)
class Changes:
    """Per kind: statements that are new or otherwise than before, and ids of those that are no more as they were."""

    opened: dict[str, pa.RecordBatch]
    gone: dict[str, set[str]]

    @property
    def kinds(self) -> set[str]:
        """The kinds of which anything changed."""
        return self.opened.keys() | self.gone.keys()


def changes(
    store: Store, since: int, seq: int, kept: Mapping[str, list[str]], unlinked: Mapping[str, set[str]]
) -> Changes:
    """What changed after ``since`` up to ``seq``; ``kept``: per kind the columns to read; ``unlinked``: per kind the
    statements that had no subject then."""
    fields = {kind: _read_fields(names) for kind, names in kept.items()}
    rows: dict[str, list[list[Any]]] = defaultdict(list)
    gone: dict[str, set[str]] = defaultdict(set)
    for later in range(since + 1, seq + 1):
        for row in store.stream("project/opened", opened=later, seq=seq, fields=fields):
            rows[row["kind"]] += row["rows"]
        for row in store.stream("project/closed", closed=later, since=since):
            gone[row["kind"]].update(row["sids"])
    for kind, sids in unlinked.items():
        wanted = sorted(sids - gone[kind])
        for page in chunks(wanted, _SIDS):
            for row in store.read("project/again", sids=page, seq=seq, fields={kind: fields[kind]}):
                linked = [item for item in row["rows"] if item[_EID] is not None]
                gone[kind].update(item[0] for item in linked)
                rows[kind] += linked
    opened = {kind: packed_batch(subset(kind, tuple(fields[kind])), told) for kind, told in rows.items() if told}
    return Changes(opened, {kind: sids for kind, sids in gone.items() if sids})


def _read_fields(names: list[str]) -> list[str]:
    """The columns named, the statement's id and its subject first."""
    return [*dict.fromkeys([*_FIRST, *names])]


def merged(
    old: Mapping[str, pa.ChunkedArray], found: Changes, kind: str
) -> tuple[dict[str, pa.ChunkedArray], pa.ChunkedArray]:
    """The columns of a kind after the changes, by ``sid``, and the enterprises of which the changes speak."""
    gone = pa.array(sorted(found.gone.get(kind, ())), _TEXT)
    leaves = pc.is_in(old["sid"], value_set=gone)
    opened = [found.opened[kind]] if kind in found.opened else []
    new = pa.Table.from_batches(opened, subset(kind, tuple(_read_fields([*old]))))
    touched = pa.chunked_array([*old["eid"].filter(leaves).chunks, *new["eid"].chunks], _TEXT)
    stays = np.flatnonzero(~leaves.to_numpy())
    places = np.searchsorted(_bytes(old["sid"].take(pa.array(stays)) if len(gone) else old["sid"]), _bytes(new["sid"]))
    order = pa.array(np.insert(stays, places, len(leaves) + np.arange(len(new))))

    def column(name: str) -> pa.ChunkedArray:
        return pa.chunked_array([*old[name].chunks, *new[name].chunks], new.schema.field(name).type).take(order)

    return dict(zip(old, each(column, old), strict=True)), touched


def _bytes(sids: pa.ChunkedArray) -> np.ndarray[tuple[int], np.dtype[np.bytes_]]:
    """Statement ids as fixed strings of bytes, which numpy compares as they are."""
    whole = sids.combine_chunks()
    if not len(whole):
        return np.empty(0, f"S{_SID_BYTES}")
    data = whole.buffers()[2]
    start, end = np.frombuffer(whole.buffers()[1], np.int64)[[whole.offset, whole.offset + len(whole)]]
    if end - start != _SID_BYTES * len(whole):
        raise ValueError(f"statement ids must have {_SID_BYTES} characters")
    return np.frombuffer(data, f"S{_SID_BYTES}", count=len(whole), offset=int(start))


def crossing(columns: Columns, first: date, last: date) -> pa.ChunkedArray:
    """The enterprises of statements that begin or end to hold after ``first`` up to ``last``."""
    bounds = [pa.scalar(day, pa.date32()) for day in (first, last)]
    within = [
        pc.and_(pc.greater(columns[name], bounds[0]), pc.less_equal(columns[name], bounds[1]))
        for name in ("valid_from", "valid_to")
    ]
    return columns["eid"].filter(pc.or_(*within))


def views_forward(
    old: Mapping[str, pa.Table], touched: pa.Array, statements: Mapping[str, Columns], day: date, use: Use
) -> dict[str, pa.Table]:
    """``old`` views after a change that speaks of the enterprises ``touched``.

    ``statements``: all, after the change, without holds; ``use``: which of them may be used.
    """

    def spoken(columns: Columns) -> Begun:
        begun = Begun(columns.filter(pc.is_in(columns["eid"], touched)), day, use)
        begun.need([])
        return begun

    begun = dict(zip(statements, each(spoken, statements.values()), strict=True))
    firms = known_firms(part.columns["eid"] for part in begun.values())
    made: dict[str, pa.Table] = {}
    for name in VIEWS:
        if name in old or name == "enterprises":
            made[name] = make_view(name, begun, lambda: firms, day, made.__getitem__)
    every = known_firms([old["enterprises"]["eid"], made["enterprises"]["eid"]])
    anew = pc.is_in(every, touched).to_numpy(zero_copy_only=False)
    replaced = each(lambda name: _replaced(old[name], made[name], every, anew), old)
    return dict(zip(old, replaced, strict=True))


def _replaced(old: pa.Table, made: pa.Table, firms: pa.Array, anew: npt.NDArray[np.bool_]) -> pa.Table:
    """By ``eid``: what is made of the firms that are ``anew``, of all others the old; of one firm in its order."""
    ranks = [pc.index_in(table["eid"], firms).to_numpy() for table in (old, made)]
    rows = np.concatenate([np.flatnonzero(~anew[ranks[0]]), len(old) + np.arange(len(made))])
    order = np.argsort(np.concatenate(ranks)[rows], kind="stable")
    return pa.concat_tables([old, made]).take(pa.array(rows[order]))
