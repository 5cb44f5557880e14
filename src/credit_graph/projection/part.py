"""The part of a projection that speaks of a few enterprises and persons, read from their nodes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pyarrow as pa

from credit_graph.model.kinds import KINDS
from credit_graph.model.time import Point
from credit_graph.projection.columns import SPINE, packed_batch, subset
from credit_graph.projection.graph import Projection
from credit_graph.projection.holds import HOLD_FIELDS
from credit_graph.projection.sources import Given
from credit_graph.projection.views import fields_of
from credit_graph.store import Store
from credit_graph.store.chunks import chunks

_NODES = 500  # a statement's parameters
_VIEWS = ("enterprises", "contributions", "addresses")
_ALWAYS = (*SPINE, "source", "key", "known_from", "pid", "recorded_on")


class Part(Projection):
    """The statements about a few enterprises and persons; ``told``: the kinds of which any are known, of whomever."""

    def __init__(self, point: Point, channel: str, source: Given, told: Collection[str]) -> None:
        super().__init__(point, channel, point.seq, source)
        self._told = frozenset(told)

    def stated(self, kind: str) -> bool:
        """Whether any statement of the kind is known that has begun."""
        return kind in self._told


def project_part(
    store: Store,
    point: Point,
    channel: str,
    who: Mapping[str, Collection[str]],
    reads: Mapping[str, Collection[str]],
    told: Collection[str],
    without: Collection[str] = (),
) -> Part:
    """The statements about some enterprises and persons (``who``: ``Enterprise`` and ``Person``, with their keys).

    ``point``: the last seq; ``reads``: per kind the fields that will be asked for beside those of the views;
    ``without``: statements left out. Raises ``StoreError``.
    """
    names = fields_read(point, reads)
    rows: dict[str, dict[str, list[Any]]] = {kind: {} for kind in KINDS}
    for label, key in (("Enterprise", "eid"), ("Person", "pid")):
        for ids in chunks(sorted(who.get(label, ())), _NODES):
            for row in store.stream(
                "project/of_nodes", {"KIND": label, "KEY": key}, ids=ids, seq=point.seq, fields=names
            ):
                rows[row["kind"]] |= {item[0]: item for item in row["rows"] if item[0] not in without}
    return Part(point, channel, Given(tables_of(names, rows)), told)


def tables_of(names: Mapping[str, Sequence[str]], rows: Mapping[str, Mapping[str, list[Any]]]) -> dict[str, pa.Table]:
    """Packed rows by kind and id as tables."""
    return {
        kind: pa.Table.from_batches([packed_batch(subset(kind, tuple(names[kind])), list(found.values()))])
        for kind, found in rows.items()
    }


def fields_read(point: Point, reads: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Per kind the columns of the views and those in ``reads``, ``sid`` first."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    views = [fields_of(name, point.valid) for name in _VIEWS]
    parts: list[Mapping[str, Collection[str]]] = [dict.fromkeys(KINDS, _ALWAYS), *views, {"Hold": HOLD_FIELDS}, reads]
    for part in parts:
        for kind, fields in part.items():
            found[kind] |= dict.fromkeys(fields)
    return {kind: list(fields) for kind, fields in found.items()}
