"""The grade of every firm in one vectorised pass. Points are integers that add up exactly to the score."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
import pyarrow as pa

from credit_graph.grading.columns import NOTHING, Flags, Rows, Said, joined
from credit_graph.grading.facts import Facts
from credit_graph.grading.inputs import value_of
from credit_graph.grading.policy import DirectRule, GradingPolicy, Indicator
from credit_graph.grading.rules import Subjects
from credit_graph.grading.values import points_of
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
    eids = projection.enterprises.index[place]
    indicators = {rule.id: _indicator(rule, facts, place, eids) for rule in policy.indicators}
    total = np.zeros(len(eids), dtype=np.int64)
    for frame in indicators.values():
        total += frame["points"].to_numpy()
    score = np.minimum(total, policy.scale.maximum)
    firms = pd.DataFrame({"score": score, "scale_cap": score - total}, index=eids)
    return GradeFrame(policy, _classed(firms, facts, place, policy), indicators)


def _classed(firms: pd.DataFrame, facts: Facts, place: Rows, policy: GradingPolicy) -> pd.DataFrame:
    """With the class: the worse of that by the score and that of the first direct rule that strikes."""
    levels = policy.scale.levels
    names = np.array([level.level for level in levels], dtype=object)
    rank = np.searchsorted([level.from_ for level in levels], firms["score"].to_numpy(), side="right") - 1
    direct = np.full(len(firms), "", dtype=object)
    told: list[Said] = []
    for rule in policy.direct:  # the worst class first
        struck, said = _struck(rule, facts)
        given = [level.level for level in levels].index(rule.level)
        mine = struck[place] & (direct == "") & (rank <= given)
        direct[mine], rank[mine] = rule.id, given
        only = np.zeros(facts.count, np.bool_)
        only[place[mine]] = True
        kept = only[said.firm]
        told.append(Said(said.firm[kept], said.row[kept], said.sids))
    return firms.assign(level=names[rank], direct_rule=direct, direct_statements=_lists(joined(told), facts, place))


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


def _indicator(rule: Indicator, facts: Facts, place: Rows, eids: pd.Index) -> pd.DataFrame:
    found = value_of(rule, facts)
    numbers = pd.array(found.numbers[place], dtype="Int64")
    numbers[~found.known[place]] = pd.NA
    return pd.DataFrame(
        {
            "value": numbers,
            "points": points_of(rule, found)[place],
            "statements": _lists(found.said(), facts, place),
            "path": _lists(found.path(), facts, place),
        },
        index=eids,
    )


def _lists(said: Said, facts: Facts, place: Rows) -> pd.api.extensions.ExtensionArray:
    """The statements of the graded firms, one list each."""
    if not len(said.firm):
        return _nothing(len(place))
    return pd.arrays.ArrowExtensionArray(said.lists(facts.count).take(pa.array(place)))


@lru_cache(maxsize=1)
def _nothing(count: int) -> pd.api.extensions.ExtensionArray:
    """No statement for anybody: most indicators lead by no path, and share it."""
    ends = pa.array(np.zeros(count + 1, np.int32))
    return pd.arrays.ArrowExtensionArray(pa.ListArray.from_arrays(ends, pa.array([], pa.string())))
