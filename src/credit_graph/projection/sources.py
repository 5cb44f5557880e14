"""Where a projection's columns come from: read out of the graph, or kept from before and brought forward."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.model.kinds import KINDS
from credit_graph.model.time import Point
from credit_graph.projection import cache
from credit_graph.projection.begun import Begun, at_point, begun_by
from credit_graph.projection.cache import Damaged, Kept
from credit_graph.projection.columns import record_frame
from credit_graph.projection.forward import changes, crossing, merged, views_forward
from credit_graph.projection.lazy import Lazy
from credit_graph.projection.stamp import Stamp, history, stamp
from credit_graph.projection.statements import Progress, read_statements
from credit_graph.projection.view import precedence
from credit_graph.settings import Settings
from credit_graph.store import Store
from credit_graph.store.files import forget_projection

_TEXT = pa.large_string()


class Source(Protocol):
    """What a projection is made of."""

    statements: Mapping[str, pa.Table]
    """Per kind but ``Hold`` all statements known, in the columns of ``columns.schema``, by ``sid``."""

    def holds(self) -> pa.Table:
        """The Hold statements known."""

    def view(self, name: str) -> pa.Table | None:
        """What follows at the point, if it is there already."""

    def made(self, name: str, table: pa.Table) -> None:
        """It was made."""


class Given:
    """Statements in memory, and nothing that follows."""

    def __init__(self, statements: Mapping[str, pa.Table], holds: pa.Table) -> None:
        self.statements, self._holds = statements, holds

    def holds(self) -> pa.Table:
        """The Hold statements known."""
        return self._holds

    def view(self, name: str) -> pa.Table | None:
        """Nothing."""
        return None

    def made(self, name: str, table: pa.Table) -> None:
        """Nobody keeps it."""


class FromCache:
    """Statements and views that are kept beside the graph; a damaged file is read, or made, anew."""

    def __init__(self, settings: Settings, made: Kept, key: str, tables: Mapping[str, pa.Table]) -> None:
        """``tables``: kinds that are in memory already."""
        self._settings, self._kept, self._key = settings, made, key
        self._views: dict[str, pa.Table] = {}
        self._all: Lazy[pa.Table] = Lazy(KINDS, lambda kind: tables[kind] if kind in tables else self._load(kind))
        self.statements: Mapping[str, pa.Table] = Lazy(
            [kind for kind in KINDS if kind != "Hold"], self._all.__getitem__
        )

    def holds(self) -> pa.Table:
        """The Hold statements known."""
        return self._all["Hold"]

    def view(self, name: str) -> pa.Table | None:
        """What is kept for this day, use and channel."""
        if name in self._views:
            return self._views[name]
        entry = self._kept.views.get(self._key, {}).get(name)
        try:
            return self._kept.table(entry) if entry else None
        except Damaged:
            return None

    def made(self, name: str, table: pa.Table) -> None:
        """Keep it."""
        self.add({name: table})

    def add(self, tables: Mapping[str, pa.Table]) -> None:
        """Keep views of this day, use and channel."""
        self._views |= tables
        cache.keep_views(self._settings.home.resolve(), self._kept, self._key, tables)

    def _load(self, kind: str) -> pa.Table:
        try:
            return self._kept.statements(kind)
        except Damaged:
            with Store.open(self._settings) as store:  # the caller's may be closed by now
                return read_statements(store, self._kept.stamp.seq, [kind])[kind]


def open_source(store: Store, point: Point, channel: str, hold_seq: int, progress: Progress | None) -> Source:
    """The statements known at the point, and what is kept of what follows. Raises ``StoreError``.

    Only what is known at the last seq is kept: what is asked for day by day.
    """
    now = stamp(store) if point.seq == hold_seq else None
    if now is None or now.seq != point.seq:
        statements = read_statements(store, point.seq, tuple(KINDS), progress)
        known = statements.pop("Hold")
        if hold_seq != point.seq:
            known = read_statements(store, hold_seq, ("Hold",))["Hold"]
        return Given(statements, known)
    here = View(point.valid, point.use, channel)
    found = cache.kept(store)
    if found is not None:
        earlier = _earlier(found, here)  # its files go when a later state is kept
        if (later := _at(store, found, now)) is not None:
            return _with_views(store, later, earlier, here)
    forget_projection(store.home)  # of another graph, or from before an erasure, or damaged
    statements = read_statements(store, point.seq, tuple(KINDS), progress)
    made = None
    if sum(map(len, statements.values())) >= cache.SMALLEST:
        made = cache.keep(store, now, statements, {})
    if made is None:
        return Given(statements, statements.pop("Hold"))
    return FromCache(store.settings, made, here.key, statements)


class View(NamedTuple):
    """What views depend on beside the statements: the day, the day of use, the channel."""

    valid: date
    use: date
    channel: str

    @property
    def key(self) -> str:
        """How the manifest names it."""
        return f"{self.valid} {self.use} {self.channel}"

    @classmethod
    def of(cls, key: str) -> View:
        """The view of a key."""
        valid, use, channel = key.split(" ", 2)
        return cls(date.fromisoformat(valid), date.fromisoformat(use), channel)


class _Later(NamedTuple):
    """Kept statements at the stamp asked for, those of them in memory, and the enterprises that changes speak of."""

    kept: Kept
    tables: dict[str, pa.Table]
    touched: list[pa.ChunkedArray]


def _at(store: Store, found: Kept, now: Stamp) -> _Later | None:
    """What is kept, brought forward to ``now``; ``None`` where it is of another graph, or can't be."""
    if found.stamp == now:
        return _Later(found, {}, [])
    then = found.stamp
    same = (then.secret, then.tombstones) == (now.secret, now.tombstones) and then.seq <= now.seq
    if not same or history(store, then.seq) != then.history:
        return None
    try:
        unlinked = {
            kind: table.filter(pc.is_null(table["eid"]))["sid"].to_pylist()
            for kind, entry in found.kinds.items()
            if int(entry["unlinked"]) and (table := found.statements(kind)) is not None
        }
        changed = changes(store, then.seq, now.seq, unlinked)
        pairs = {kind: merged(kind, found.statements(kind), changed) for kind in changed.kinds}
    except Damaged:
        return None
    tables = {kind: table for kind, (table, _) in pairs.items()}
    kept = cache.keep(store, now, tables, {k: entry for k, entry in found.kinds.items() if k not in tables})
    return _Later(kept, tables, [touched for _, touched in pairs.values()]) if kept else None


def _earlier(found: Kept, here: View) -> tuple[View, dict[str, pa.Table]] | None:
    """The kept view that the one asked for may be made from: the same, else the latest of the channel."""
    keys = [key for key in found.views if View.of(key).channel == here.channel]
    if not keys:
        return None
    key = here.key if here.key in keys else keys[-1]
    try:
        tables = {name: found.table(entry) for name, entry in found.views[key].items()}
    except Damaged:
        return None
    return (View.of(key), tables) if "enterprises" in tables else None


def _with_views(store: Store, later: _Later, earlier: tuple[View, dict[str, pa.Table]] | None, here: View) -> FromCache:
    """The source, its views brought forward where an earlier one is there."""
    source = FromCache(store.settings, later.kept, here.key, later.tables)
    if earlier is None or here.key in later.kept.views:
        return source
    before, tables = earlier
    if precedence().on(before.valid) is not precedence().on(here.valid):
        return source
    touched = [*later.touched]
    if before.valid != here.valid:
        days = sorted((before.valid, here.valid))
        touched += [crossing(table, *days) for table in source.statements.values()]
    if before.use != here.use:
        touched.append(crossing(source.holds(), *sorted((before.use, here.use))))
    eids = pc.drop_null(pc.unique(pa.chunked_array([chunk for part in touched for chunk in part.chunks], _TEXT)))
    holds = record_frame(begun_by(source.holds(), here.use))

    def begin(table: pa.Table, firms: pa.Array) -> Begun:
        return at_point(table, firms, here.valid, holds, here.channel, here.use)

    source.add(views_forward(tables, eids, source.statements, begin, here.valid))
    return source
