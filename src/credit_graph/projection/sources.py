"""Where a projection's columns come from: read out of the graph, or kept from before and brought forward."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
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
from credit_graph.projection.parts import LIGHT, columns_of, spoken_kinds
from credit_graph.projection.stamp import Stamp, history, stamp
from credit_graph.projection.statements import Progress, count_statements, read_statements
from credit_graph.projection.threads import each
from credit_graph.projection.view import precedence
from credit_graph.projection.views import VIEWS
from credit_graph.settings import Settings
from credit_graph.store import Store
from credit_graph.store.files import forget_projection

_TEXT = pa.large_string()


class Source(Protocol):
    """What a projection is made of."""

    full: Mapping[str, pa.Table]
    """Per kind all statements known, in the columns of ``columns.schema``, by ``sid``."""
    light: Mapping[str, pa.Table]
    """Per kind at least the columns that the view of an enterprise needs."""

    def holds(self) -> pa.Table:
        """The Hold statements known at the batch up to which holds count."""

    def prepare(self, full: Iterable[str], light: Iterable[str] = ()) -> None:
        """These kinds are about to be asked for: read together they take less time."""

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

    def __init__(self, statements: Mapping[str, pa.Table], holds: pa.Table) -> None:
        self.full = self.light = statements
        self._holds = holds

    def holds(self) -> pa.Table:
        """The Hold statements."""
        return self._holds

    def prepare(self, full: Iterable[str], light: Iterable[str] = ()) -> None:
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
        self, settings: Settings, seq: int, hold_seq: int, kept: Kept | None, key: str, progress: Progress | None
    ) -> None:
        """``kept``: what is kept for this very state of the graph, and where to keep what is read; ``key``: of its
        views, the day, use and channel."""
        self._settings, self._seq, self._hold_seq = settings, seq, hold_seq
        self._kept, self._key, self._progress = kept, key, progress
        self._parts: dict[str, pa.Table] = {}
        self._views: dict[str, pa.Table] = {}
        self.full: Mapping[str, pa.Table] = Lazy(KINDS, self._part)
        self.light: Mapping[str, pa.Table] = Lazy(KINDS, lambda kind: self._part(self._cheapest(kind)))

    def holds(self) -> pa.Table:
        """The Hold statements known at the batch up to which holds count."""
        if self._hold_seq == self._seq:
            return self.full["Hold"]
        with Store.open(self._settings) as store:
            return read_statements(store, self._hold_seq, {"Hold": columns_of("Hold")})["Hold"]

    def prepare(self, full: Iterable[str], light: Iterable[str] = ()) -> None:
        """Read what is missing of these kinds."""
        wanted = {*full, "Hold"}
        self._read({*wanted, *(self._cheapest(kind) for kind in light if kind not in wanted)})

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
            cache.keep_views(self._settings.home.resolve(), self._kept, self._key, tables)

    def _cheapest(self, kind: str) -> str:
        """The part that has at least the few columns: all of them, where they are there or needed anyway."""
        kept = self._kept.parts if self._kept is not None else {}
        whole = kind in self._parts or kind in kept or kind in spoken_kinds() or kind == "Hold"
        return kind if whole else kind + LIGHT

    def _part(self, part: str) -> pa.Table:
        self._read({part})
        return self._parts[part]

    def _read(self, parts: set[str]) -> None:
        wanted = sorted(parts - self._parts.keys())
        found = dict(zip(wanted, each(self._kept_part, wanted), strict=True))
        self._parts |= {part: table for part, table in found.items() if table is not None}
        missing = [part for part in wanted if found[part] is None]
        if missing:
            with Store.open(self._settings) as store:  # the caller's may be closed by now
                for part in missing:
                    self._parts[part] = self._read_part(store, part)

    def _kept_part(self, part: str) -> pa.Table | None:
        try:
            return self._kept.statements(part) if self._kept is not None else None
        except Damaged:
            return None

    def _read_part(self, store: Store, part: str) -> pa.Table:
        """Read a part and keep it; what is kept is mapped into memory, which takes less of it."""
        kind = part.removesuffix(LIGHT)
        table = read_statements(store, self._seq, {kind: columns_of(part)}, self._progress)[kind]
        if self._kept is not None and cache.keep_parts(store, self._kept, {part: table}):
            with suppress(Damaged):
                table = self._kept.statements(part)
        pa.default_memory_pool().release_unused()
        return table


def open_source(store: Store, point: Point, channel: str, hold_seq: int, progress: Progress | None) -> Source:
    """The statements known at the point, and what is kept of what follows. Raises ``StoreError``.

    Only what is known at the last seq is kept: what is asked for day by day.
    """
    now = stamp(store) if point.seq == hold_seq else None
    here = View(point.valid, point.use, channel)
    if now is None or now.seq != point.seq:
        return FromGraph(store.settings, point.seq, hold_seq, None, here.key, progress)
    found = cache.kept(store)
    if found is not None:
        earlier = _earlier(found, now, here)  # its files go when a later state is kept
        if (later := _at(store, found, now)) is not None:
            source = FromGraph(store.settings, point.seq, hold_seq, later.kept, here.key, progress)
            if earlier is not None:
                _views_forward(source, later.touched, *earlier, here)
            return source
    forget_projection(store.home)  # of another graph, or from before an erasure, or damaged
    large = sum(count_statements(store, kind) for kind in KINDS) >= cache.SMALLEST
    made = cache.keep(store, now, {}, {}) if large else None
    return FromGraph(store.settings, point.seq, hold_seq, made, here.key, progress)


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
        unlinked = {
            part.removesuffix(LIGHT): found.statements(part).filter(pc.field("eid").is_null())["sid"].to_pylist()
            for part, entry in found.parts.items()
            if int(entry["unlinked"])
        }
        changed = changes(store, then.seq, now.seq, unlinked)
        there = [part for part in found.parts if part.removesuffix(LIGHT) in changed.kinds]
        pairs = each(lambda part: merged(found.statements(part), changed, part.removesuffix(LIGHT)), there)
    except Damaged:
        return None
    tables = {part: table for part, (table, _) in zip(there, pairs, strict=True)}
    kept = cache.keep(store, now, tables, {part: e for part, e in found.parts.items() if part not in tables})
    return _Later(kept, [touched for _, touched in pairs]) if kept else None


def _earlier(found: Kept, now: Stamp, here: View) -> tuple[View, dict[str, pa.Table]] | None:
    """The kept view that the one asked for may be made from: the same of an earlier state, else the latest of the
    channel. ``None`` where the very one is there, or none."""
    if found.stamp == now and here.key in found.views:
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
    kinds = [kind for kind in KINDS if kind != "Hold"]
    source.prepare((), kinds)
    statements = {kind: source.light[kind] for kind in kinds}
    crossed = [*touched]
    if before.valid != here.valid:
        days = sorted((before.valid, here.valid))
        crossed += [crossing(table, *days) for table in statements.values()]
    if before.use != here.use:
        crossed.append(crossing(source.holds(), *sorted((before.use, here.use))))
    eids = pc.drop_null(pc.unique(pa.chunked_array([chunk for part in crossed for chunk in part.chunks], _TEXT)))
    holds = record_frame(begun_by(source.holds(), here.use))

    def begin(table: pa.Table) -> Begun:
        return at_point(table, here.valid, holds, here.channel, here.use)

    source.add(views_forward(tables, eids, statements, begin, here.valid))
