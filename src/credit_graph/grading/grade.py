"""The grade of every firm in one vectorised pass. Points are integers that add up exactly to the score.

What each indicator found is kept with few bytes a firm; the lists of statements behind it are made for a part of the
firms at a time, as those of a whole province would take more memory than all else.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from credit_graph.grading.columns import NOTHING, Flags, Listed, Places, Rows, Said, joined
from credit_graph.grading.facts import Facts
from credit_graph.grading.inputs import value_of
from credit_graph.grading.policy import GradingPolicy
from credit_graph.grading.rules import DirectRule, Indicator, Subjects
from credit_graph.grading.values import points_of, small
from credit_graph.links.compute import Links
from credit_graph.projection import Projection

CHANNEL = "grading"  # only records in use on this channel score


@dataclass(frozen=True, slots=True)
class GradeFrame:
    """Grades by enterprise (index ``eid``, ascending).

    ``firms``: score (0 to the policy's maximum), level, direct_rule ("" if none), direct_statements, scale_cap (0,
    or the negative points that bring a sum over the maximum back to it). ``indicators``: per indicator id a frame
    with value (missing: no data), points, statements and path (lists of statement ids).
    The points of all indicators and scale_cap add up to the score.
    """

    policy: GradingPolicy
    firms: pd.DataFrame
    indicators: dict[str, pd.DataFrame]


def grade(projection: Projection, links: Links, policy: GradingPolicy) -> GradeFrame:
    """Grade the policy's subjects; raises as :func:`grade_facts` does."""
    return grade_facts(Facts(projection, links, policy.reads), policy)


def grade_facts(facts: Facts, policy: GradingPolicy, among: Collection[str] | None = None) -> GradeFrame:
    """Grade the policy's subjects, of the enterprises ``among`` (all) only; raises as :func:`grades` does."""
    found = grades(facts, policy, among)
    return found.part(0, len(found))


@dataclass(frozen=True, slots=True)
class _Found:
    """What an indicator found of the graded firms. ``known``: of whom there is data, ``None`` for all."""

    numbers: npt.NDArray[np.signedinteger]
    known: Flags | None
    points: npt.NDArray[np.signedinteger]
    statements: Listed
    path: Listed


@dataclass(frozen=True, slots=True)
class Grades:
    """Grades of all subjects, with few bytes each; frames are made of a part of the firms at a time.

    ``firms``: as in :class:`GradeFrame`, without the statements of direct rules.
    """

    policy: GradingPolicy
    firms: pd.DataFrame
    _direct: Listed
    _indicators: dict[str, _Found]

    def __len__(self) -> int:
        return len(self.firms)

    def part(self, start: int, end: int) -> GradeFrame:
        """The firms from ``start`` up to ``end``, in the order of ``firms``."""
        firms = self.firms.iloc[start:end]
        told = {rule.id: _frame(self._indicators[rule.id], firms.index, start) for rule in self.policy.indicators}
        direct = pd.arrays.ArrowExtensionArray(_lists(self._direct, start, start + len(firms)))
        return GradeFrame(self.policy, firms.assign(direct_statements=direct), told)

    def columns(self, start: int, end: int) -> dict[str, pa.Array]:
        """The same as columns of a run file: of indicators ``ID.value``, ``ID.points``, ``ID.statements``, ``ID.path``.
        A frame for each indicator would take most of the time of a run over a few firms."""
        firms = self.firms.iloc[start:end]
        end = start + len(firms)
        found: dict[str, pa.Array] = {
            "eid": pa.array(firms.index.tolist(), pa.string()),
            "score": pa.array(firms["score"].to_numpy(), pa.int32()),
            "level": pa.array(firms["level"].tolist(), pa.string()),
            "direct_rule": pa.array(firms["direct_rule"].tolist(), pa.string()),
            "direct_statements": _lists(self._direct, start, end),
            "scale_cap": pa.array(firms["scale_cap"].to_numpy(), pa.int32()),
        }
        for rule in self.policy.indicators:
            one = self._indicators[rule.id]
            missing = None if one.known is None else ~one.known[start:end]
            found[f"{rule.id}.value"] = pa.array(one.numbers[start:end].astype(np.int64), mask=missing)
            found[f"{rule.id}.points"] = pa.array(one.points[start:end].astype(np.int32))
            found[f"{rule.id}.statements"] = _lists(one.statements, start, end)
            found[f"{rule.id}.path"] = _lists(one.path, start, end)
        return found


def _frame(found: _Found, eids: pd.Index, start: int) -> pd.DataFrame:
    end = start + len(eids)
    missing = np.zeros(len(eids), np.bool_) if found.known is None else ~found.known[start:end]
    return pd.DataFrame(
        {
            "value": pd.arrays.IntegerArray(found.numbers[start:end].astype(np.int64), missing),
            "points": found.points[start:end].astype(np.int64),
            "statements": pd.arrays.ArrowExtensionArray(_lists(found.statements, start, end)),
            "path": pd.arrays.ArrowExtensionArray(_lists(found.path, start, end)),
        },
        index=eids,
    )


def grades(facts: Facts, policy: GradingPolicy, among: Collection[str] | None = None) -> Grades:
    """Grade the policy's subjects, of the enterprises ``among`` (all) only.

    The projection must be made for the channel ``grading``; raises ``ValueError`` if it is not.
    """
    projection = facts.projection
    if projection.channel != CHANNEL:
        raise ValueError(f"grades are made of records in use on the channel {CHANNEL}, not {projection.channel}")
    who = subjects(facts, policy.subjects)
    if among is not None:
        who = who & projection.enterprises.index.isin(list(among))
    place = np.flatnonzero(who)
    number = np.full(facts.count, -1, np.int32)
    number[place] = np.arange(len(place), dtype=np.int32)
    indicators: dict[str, _Found] = {}
    struck: dict[str, tuple[Flags, Said]] = {}
    every: list[DirectRule | Indicator] = [*policy.direct, *policy.indicators]
    # by kind: what was worked out of the statements of one is not needed for those of the next
    for kind, rules in groupby(sorted(every, key=_kind), key=_kind):
        for rule in rules:
            if isinstance(rule, Indicator):
                indicators[rule.id] = _found(rule, facts, place, number)
            else:
                struck[rule.id] = _struck(rule, facts)
        facts.forget(kind)
    total = np.zeros(len(place), dtype=np.int64)
    for found in indicators.values():
        total += found.points
    score = np.minimum(total, policy.scale.maximum)
    firms = pd.DataFrame({"score": score, "scale_cap": score - total}, index=projection.enterprises.index[place])
    classed, direct = _classed(firms, struck, place, policy)
    return Grades(policy, classed, direct.by_firm(number), indicators)


def _kind(rule: DirectRule | Indicator) -> str:
    """The kind of the records that the rule reads, of other rules the register's."""
    return str(getattr(rule.input, "kind", "Registration"))


def _found(rule: Indicator, facts: Facts, place: Rows, number: Places) -> _Found:
    value = value_of(rule, facts)
    known = value.known[place]
    return _Found(
        small(value.numbers[place]),
        None if known.all() else known,
        small(points_of(rule, value)[place]),
        value.said().by_firm(number),
        value.path().by_firm(number),
    )


def _classed(
    firms: pd.DataFrame, struck: dict[str, tuple[Flags, Said]], place: Rows, policy: GradingPolicy
) -> tuple[pd.DataFrame, Said]:
    """With the class: the worse of that by the score and that of the first direct rule that strikes; and the
    statements of that rule."""
    levels = policy.scale.levels
    names = np.array([level.level for level in levels], dtype=object)
    rank = np.searchsorted([level.from_ for level in levels], firms["score"].to_numpy(), side="right") - 1
    direct = np.full(len(firms), "", dtype=object)
    told: list[Said] = []
    for rule in policy.direct:  # the worst class first
        hit, said = struck[rule.id]
        given = [level.level for level in levels].index(rule.level)
        mine = hit[place] & (direct == "") & (rank <= given)
        direct[mine], rank[mine] = rule.id, given
        only = np.zeros(len(hit), np.bool_)
        only[place[mine]] = True
        kept = only[said.firm]
        told.append(Said(said.firm[kept], said.row[kept], said.sids))
    return firms.assign(level=names[rank], direct_rule=direct), joined(told)


def _struck(rule: DirectRule, facts: Facts) -> tuple[Flags, Said]:
    """Which enterprises (n) a direct rule strikes, and by which statements."""
    table = facts.table(rule.input.kind)
    if table is None:
        return np.zeros(facts.count, np.bool_), NOTHING
    chosen = facts.chosen(rule.input, rule.window)
    return facts.firms(rule.input, rule.window), table.tell(chosen)


def subjects(facts: Facts, rule: Subjects) -> Flags:
    """Which enterprises (n) the policy grades."""
    firms = facts.projection.enterprises
    in_being = ~firms["state"].isin(rule.states_excluded) & ~(
        firms["founded_on"] > np.datetime64(facts.projection.point.valid)  # the register tells of it since then
    )
    who: Flags = (firms["entity_kind"].isin(rule.kinds) & in_being).to_numpy(dtype=bool)
    if rule.industries or rule.having:
        codes = firms["industry_code"].fillna("").astype("str")
        field: Flags = codes.str.startswith(rule.industries).to_numpy(dtype=bool) & bool(rule.industries)
        for records in rule.having:
            field = field | facts.firms(records, None)
        who = who & field
    return who


def _lists(said: Listed, start: int, end: int) -> pa.ListArray:
    """The statements of these firms, one list each."""
    return said.lists(start, end) if len(said.firm) else _nothing(end - start)


@lru_cache(maxsize=1)
def _nothing(count: int) -> pa.ListArray:
    """No statement for anybody: most indicators lead by no path, and share it."""
    return pa.ListArray.from_arrays(pa.array(np.zeros(count + 1, np.int32)), pa.array([], pa.string()))
