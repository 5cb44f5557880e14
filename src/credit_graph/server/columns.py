"""All enterprises at a moment as columns in memory: what nested filters, statistics and neighbours are answered from.

Made by the first request that asks, from the projection that lies beside the graph, for the channel of its role; kept
until another moment or channel needs the room.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import date
from functools import cached_property, partial
from threading import RLock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit_graph.errors import DefinitionError, StateError, UsageError
from credit_graph.grading import runfile
from credit_graph.grading.grade import CHANNEL
from credit_graph.grading.leading import levels_in_effect, standing_at
from credit_graph.grading.places import placed
from credit_graph.grading.reports_policy import ReportRules, reports_policy
from credit_graph.jobs.grade import latest_run, run_path
from credit_graph.links.holdings import capital_in_yuan
from credit_graph.links.policy import link_policy
from credit_graph.model.time import Point
from credit_graph.projection import Projection, project
from credit_graph.server.context import COMMANDS, GRADE, Context, Moment
from credit_graph.store import Store

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_KEPT = 2  # a city of 300,000 firms takes about half a gigabyte
_GRADES = 2
_lock = RLock()
_columns: WeakKeyDictionary[Store, OrderedDict[tuple[Any, ...], Columns]] = WeakKeyDictionary()
_grades: WeakKeyDictionary[Store, OrderedDict[tuple[Any, ...], pd.DataFrame]] = WeakKeyDictionary()


class Columns:
    """Every enterprise that a record speaks of, ascending by ``eid``; each part is made once."""

    def __init__(self, projection: Projection) -> None:
        self.projection = projection
        self.lock = RLock()
        self.mates: dict[str, Any] = {}  # lists of neighbours (server/mates.py)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The current view by ``eid``."""
        return self.projection.enterprises

    @cached_property
    def eids(self) -> npt.NDArray[np.object_]:
        """The enterprises."""
        return self.frame.index.to_numpy(dtype=object)

    @cached_property
    def rules(self) -> ReportRules:
        """What tells counties, stations and industries. Raises ``UsageError`` on a day without such rules."""
        try:
            return reports_policy().on(self.projection.point.valid)
        except DefinitionError:
            raise _no_rules(self.projection.point.valid) from None

    @cached_property
    def places(self) -> pd.DataFrame:
        """county, county_name, station, section by ``eid``, "" for what is not known."""
        return placed(self.frame, self.rules)

    @cached_property
    def county_names(self) -> dict[str, str]:
        """County -> what it is called."""
        named = self.places.drop_duplicates("county").set_index("county")["county_name"]
        return {str(county): str(name) for county, name in named.items()}

    @cached_property
    def capital(self) -> pd.Series:
        """Registered capital in fen by ``eid``; missing where it is zero, unknown or in another currency."""
        try:
            rules = link_policy().on(self.projection.point.valid)
        except DefinitionError:
            raise _no_rules(self.projection.point.valid) from None
        return capital_in_yuan(self.frame, rules)


def _no_rules(day: date) -> UsageError:
    return UsageError("usage.bad_value", option="asOf.valid", value=day, why="no rules are in force on that day")


async def columns(context: Context, moment: Moment) -> Columns:
    """The columns of the moment, on the channel of the role."""
    names = await context.bids()
    return await context.together(
        partial(columns_at, context.store, moment.point, moment.head, context.role.channel, names)
    )


def columns_at(store: Store, point: Point, head: int, channel: str, names: tuple[str, ...]) -> Columns:
    """The columns of a point; ``head``: the batch up to which holds count, of the id(s) ``names``."""
    with _lock:  # two requests at once must not build the same twice
        kept = _columns.setdefault(store, OrderedDict())
        for old in [key for key in kept if key[0] < head]:
            del kept[old]  # an erasure is a batch: what it removed must not live on here
        key = (head, point, channel, names)
        return _taken(kept, key, _KEPT, lambda: Columns(project(store, point, channel, hold_seq=head)))


async def grades(context: Context, moment: Moment, *, beside: bool) -> pd.DataFrame:
    """The classes of the grade run that answers for the moment, by ``eid``: score, level, direct_rule.

    ``beside``: also ``official`` and ``in_effect``, what the province says and which class counts. Without ``asOf`` it
    is the current run, with it the latest at or before that point. Raises ``StateError("state.no_run")``.
    """
    if moment.present:
        run = await context.run_at(GRADE, moment)
    else:
        run = await context.run(partial(latest_run, context.store, moment.point))
    return await context.run(partial(_graded, context.store, run["rid"], moment, beside))


def _graded(store: Store, rid: str, moment: Moment, beside: bool) -> pd.DataFrame:
    path = run_path(store, rid)
    if not path.is_file():
        raise StateError("state.no_run", what=GRADE, command=COMMANDS[GRADE])
    point = moment.point if beside else None

    def made() -> pd.DataFrame:
        own = runfile.grades(path)
        if not beside:
            return own
        return levels_in_effect(own, standing_at(project(store, moment.point, CHANNEL, hold_seq=moment.head)))

    with _lock:
        kept = _grades.setdefault(store, OrderedDict())
        key = (moment.head, rid, path.stat().st_mtime_ns, point)
        return _taken(kept, key, _GRADES, made)


def _taken(kept: OrderedDict[K, V], key: K, most: int, make: Callable[[], V]) -> V:
    """The value of the key, made where it is not there; the ones that were not asked for longest make room."""
    if key not in kept:
        kept[key] = make()
        while len(kept) > most:
            kept.popitem(last=False)
    kept.move_to_end(key)
    return kept[key]


def by_eid(frame: pd.DataFrame, column: str, eids: pd.Index) -> npt.NDArray[np.object_]:
    """A column in the order of the enterprises, ``None`` where it has none."""
    found = frame[column].reindex(eids)
    told: npt.NDArray[np.object_] = found.astype(object).where(found.notna(), None).to_numpy(dtype=object)
    return told
