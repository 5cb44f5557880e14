"""Where a projection's columns come from: read out of the graph, or kept from before and brought forward."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date
from functools import partial
from typing import NamedTuple, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.errors import StateError
from credit_graph.model.kinds import KINDS
from credit_graph.model.time import Point
from credit_graph.projection import cache
from credit_graph.projection.begun import Use, hold_frame
from credit_graph.projection.cache import Damaged, Kept
from credit_graph.projection.columns import Columns, given, schema, subset
from credit_graph.projection.forward import changes, crossing, merged, views_forward
from credit_graph.projection.lazy import Lazy
from credit_graph.projection.stamp import Stamp, history, stamp
from credit_graph.projection.statements import Progress, count_statements, read_statements
from credit_graph.projection.threads import each
from credit_graph.projection.view import precedence
from credit_graph.projection.views import VIEWS
from credit_graph.store import Store
from credit_graph.store.files import forget_projection

_TEXT = pa.large_string()


class Source(Protocol):
    """What a projection is made of."""

    statements: Mapping[str, Columns]
    """Per kind all statements known."""

    def holds(self) -> Columns:
        """The Hold statements known at the batch up to which holds count."""

    def prepare(self, wanted: Mapping[str, Iterable[str]]) -> None:
        """These columns of these kinds are about to be asked for: read together they take less time."""

    def view(self, name: str) -> pa.Table | None:
        """What follows at the point, if it is there already."""

    def made(self, name: str, table: pa.Table) -> None:
        """It was made."""

    def has(self, names: Iterable[str]) -> bool:
        """Whether all of these are there."""

    def add(self, tables: Mapping[str, pa.Table]) -> None:
        """They were made."""


class Given:
    """Statements in memory, and nothing that follows."""

    def __init__(self, statements: Mapping[str, pa.Table]) -> None:
        self.statements: Mapping[str, Columns] = {kind: given(kind, table) for kind, table in statements.items()}

    def holds(self) -> Columns:
        """The Hold statements."""
        return self.statements["Hold"]

    def prepare(self, wanted: Mapping[str, Iterable[str]]) -> None:
        """They are there."""

    def view(self, name: str) -> pa.Table | None:
        """Nothing."""
        return None

    def made(self, name: str, table: pa.Table) -> None:
        """Nobody keeps it."""

    def has(self, names: Iterable[str]) -> bool:
        """None is."""
        return False

    def add(self, tables: Mapping[str, pa.Table]) -> None:
        """Nobody keeps them."""


class FromGraph:
    """Statements that are read when they are asked for, from what is kept beside the graph, else out of it."""

    def __init__(
        self, store: Store, seq: int, hold_seq: int, kept: Kept | None, key: str, progress: Progress | None
    ) -> None:
        """``kept``: what is kept for this very state of the graph, and where to keep what is read; ``key``: of its
        views, the day, use and channel."""
        self._store, self._seq, self._hold_seq = store, seq, hold_seq
        self._kept, self._key, self._progress = kept, key, progress
        self._views: dict[str, pa.Table] = {}
        self.statements: Mapping[str, Columns] = Lazy(KINDS, lambda kind: Columns(kind, partial(self._read, kind)))

    def holds(self) -> Columns:
        """The Hold statements known at the batch up to which holds count."""
        if self._hold_seq == self._seq:
            return self.statements["Hold"]
        with self._reading() as store:
            return given("Hold", read_statements(store, self._hold_seq, {"Hold": schema("Hold")})["Hold"])

    def prepare(self, wanted: Mapping[str, Iterable[str]]) -> None:
        """Read what is missing of these, several kinds at a time: while columns are made of one the engine collects
        the next."""
        each(lambda kind: self.statements[kind].need(wanted[kind]), wanted)

    @contextmanager
    def _reading(self) -> Iterator[Store]:
        """The caller's store; another one where that is closed by now."""
        if not self._store.closed:
            yield self._store
        else:
            with Store.open(self._store.settings) as store:
                yield store

    def _read(self, kind: str, names: list[str]) -> dict[str, pa.ChunkedArray]:
        """Columns of a kind, kept or read. Raises ``StateError`` where the statements are not those read before."""
        found = self._kept_columns(kind, names)
        missing = [name for name in names if name not in found]
        if not missing:
            return found
        ids = found.get("sid") if "sid" in names else self.statements[kind]["sid"]
        columns = subset(kind, tuple(dict.fromkeys(["sid", *missing])))
        with self._reading() as store:
            read = read_statements(store, self._seq, {kind: columns}, self._progress)[kind]
            if ids is not None and not read["sid"].equals(ids):
                forget_projection(store.home)
                raise StateError("state.changed_meanwhile")
            made = {name: read[name] for name in missing}
            if self._kept is not None and cache.keep_columns(store, self._kept, kind, made):
                made |= self._kept_columns(kind, missing)  # mapped into memory, which takes less of it
        del read
        pa.default_memory_pool().release_unused()
        return found | made

    def _kept_columns(self, kind: str, names: list[str]) -> dict[str, pa.ChunkedArray]:
        """Those of the columns that are kept, whole; none where one is damaged."""
        if self._kept is None:
            return {}
        there = self._kept.fields(kind)
        with suppress(Damaged):
            return self._kept.columns(kind, [name for name in names if name in there])
        return {}

    def view(self, name: str) -> pa.Table | None:
        """What is kept for this day, use and channel."""
        if name not in self._views and self._kept is not None:
            entry = self._kept.views.get(self._key, {}).get(name)
            with suppress(Damaged):
                return self._kept.table(entry) if entry else None
        return self._views.get(name)

    def has(self, names: Iterable[str]) -> bool:
        """Whether all of these are kept."""
        kept = self._kept.views.get(self._key, {}) if self._kept is not None else {}
        return {*names} <= {*self._views, *kept}

    def made(self, name: str, table: pa.Table) -> None:
        """Keep it."""
        self.add({name: table})

    def add(self, tables: Mapping[str, pa.Table]) -> None:
        """Keep views of this day, use and channel."""
        self._views |= tables
        if self._kept is not None:
            cache.keep_views(self._store.home, self._kept, self._key, tables)


def open_source(store: Store, point: Point, channel: str, hold_seq: int, progress: Progress | None) -> Source:
    """The statements known at the point, and what is kept of what follows. Raises ``StoreError``.

    Only what is known at the last seq is kept: what is asked for day by day.
    """
    now = stamp(store) if point.seq == hold_seq else None
    here = View(point.valid, point.use, channel)
    if now is None or now.seq != point.seq:
        return FromGraph(store, point.seq, hold_seq, None, here.key, progress)
    found = cache.kept(store)
    if found is not None:
        earlier = _earlier(found, now, here)  # its files go when a later state is kept
        if (later := _at(store, found, now)) is not None:
            source = FromGraph(store, point.seq, hold_seq, later.kept, here.key, progress)
            if earlier is not None:
                _views_forward(source, later.touched, *earlier, here)
            return source
    forget_projection(store.home)  # of another graph, or from before an erasure, or damaged
    large = count_statements(store, "Record") >= cache.SMALLEST
    made = cache.keep(store, now, {}, {}) if large else None
    return FromGraph(store, point.seq, hold_seq, made, here.key, progress)


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
    """What is kept at the stamp asked for, and the enterprises that changes speak of."""

    kept: Kept
    touched: list[pa.ChunkedArray]


def _at(store: Store, found: Kept, now: Stamp) -> _Later | None:
    """What is kept, brought forward to ``now``; ``None`` where it is of another graph, or can't be."""
    if found.stamp == now:
        return _Later(found, [])
    then = found.stamp
    same = (then.secret, then.tombstones) == (now.secret, now.tombstones) and then.seq <= now.seq
    if not same or history(store, then.seq) != then.history:
        return None
    try:
        kept_fields = {kind: found.fields(kind) for kind in KINDS if found.fields(kind)}
        unlinked = {kind: found.unlinked(kind) for kind in kept_fields}
        changed = changes(store, then.seq, now.seq, kept_fields, unlinked)
        pairs = {
            kind: merged(found.columns(kind, fields), changed, kind)
            for kind, fields in kept_fields.items()
            if kind in changed.kinds
        }
    except Damaged:
        return None
    columns = {kind: made for kind, (made, _) in pairs.items()}
    parts = {cache.part(kind, name) for kind, made in columns.items() for name in made}
    kept = cache.keep(store, now, columns, {name: e for name, e in found.parts.items() if name not in parts})
    return _Later(kept, [touched for _, touched in pairs.values()]) if kept else None


def _earlier(found: Kept, now: Stamp, here: View) -> tuple[View, dict[str, pa.Table]] | None:
    """The kept view that the one asked for may be made from: the same of an earlier state, else the latest of the
    channel. ``None`` where the very one is there, or none, or where it is not known of which firms changes speak."""
    if (found.stamp == now and here.key in found.views) or not found.spoken_of():
        return None
    keys = [key for key in found.views if View.of(key).channel == here.channel]
    if not keys:
        return None
    key = here.key if here.key in keys else keys[-1]
    try:
        files = {name: entry for name, entry in found.views[key].items() if name in VIEWS}
        tables = dict(zip(files, each(found.table, files.values()), strict=True))
    except Damaged:
        return None
    return (View.of(key), tables) if "enterprises" in tables else None


def _views_forward(
    source: FromGraph, touched: list[pa.ChunkedArray], before: View, tables: Mapping[str, pa.Table], here: View
) -> None:
    """Bring views of an earlier state or another day to the one asked for."""
    if precedence().on(before.valid) is not precedence().on(here.valid):
        return
    statements = {kind: source.statements[kind] for kind in KINDS if kind != "Hold"}
    crossed = [*touched]
    if before.valid != here.valid:
        days = sorted((before.valid, here.valid))
        crossed += [crossing(columns, *days) for columns in statements.values()]
    if before.use != here.use:
        crossed.append(crossing(source.holds(), *sorted((before.use, here.use))))
    eids = pc.drop_null(pc.unique(pa.chunked_array([chunk for part in crossed for chunk in part.chunks], _TEXT)))
    use = Use(hold_frame(source.holds(), here.use), here.channel, here.use)
    source.add(views_forward(tables, eids, statements, here.valid, use))
