"""The row of a firm in a run file as lines of evidence, whose points add up to its score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from credit_graph.grading.policy import DirectRule, GradingPolicy, Indicator
from credit_graph.grading.sentences import indicator_sentence
from credit_graph.text import t

SCALE_CAP = "scale_cap"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: an indicator, the direct rule that struck, or what the scale cuts off (``rule`` is missing then).

    ``records``: ids of the statements counted; ``path``: of those that lead to related firms.
    """

    id: str
    name: tuple[str, str]
    rule: Indicator | DirectRule | None
    value: int | None
    points: int
    cap: int
    records: tuple[str, ...]
    path: tuple[str, ...]
    text: str

    @property
    def named(self) -> set[str]:
        """Every statement that the line names."""
        return {*self.records, *self.path}


def lines_of(policy: GradingPolicy, row: Mapping[str, Any]) -> Iterator[Line]:
    """The lines of a row of a run that followed ``policy``: the direct rule first, the scale's cap last."""
    for rule in policy.direct:
        if rule.id == row["direct_rule"]:
            text = t(f"直接判定为 {rule.level} 类：{rule.name.zh}", f"{rule.level} at once: {rule.name.en}")
            sids = tuple(row["direct_statements"])
            yield Line(rule.id, (rule.name.zh, rule.name.en), rule, 1, 0, 0, sids, (), text)
    for item in policy.indicators:
        value, points = row[f"{item.id}.value"], row[f"{item.id}.points"]
        sids, path = (tuple(row[f"{item.id}.{part}"]) for part in ("statements", "path"))
        text = indicator_sentence(item, value, points)
        yield Line(item.id, (item.name.zh, item.name.en), item, value, points, item.cap, sids, path, text)
    if row["scale_cap"]:
        name = ("超出满分的部分", "over the top of the scale")
        text = t(f"总分以 {policy.scale.maximum} 分为限", f"The score ends at {policy.scale.maximum}")
        yield Line(SCALE_CAP, name, None, None, row["scale_cap"], 0, (), (), text)


@dataclass(frozen=True, slots=True)
class Difference:
    """A line of evidence that gives other points, or gives the class at once in one of two rows only."""

    id: str
    name: tuple[str, str]
    before: int
    after: int


def differing(
    policy_before: GradingPolicy, before: Mapping[str, Any], policy_after: GradingPolicy, after: Mapping[str, Any]
) -> list[Difference]:
    """What differs between two rows of a firm, direct rules first, then the largest difference of points."""
    old, new = (
        {line.id: line for line in lines_of(*pair)} for pair in ((policy_before, before), (policy_after, after))
    )
    found = []
    for id_ in dict.fromkeys([*new, *old]):
        one, other = old.get(id_), new.get(id_)
        line = other or one
        assert line is not None
        was, is_now = (item.points if item else 0 for item in (one, other))
        direct = isinstance(line.rule, DirectRule) and (one is None or other is None)
        if direct or was != is_now:
            found.append((not direct, -abs(is_now - was), Difference(id_, line.name, was, is_now)))
    return [item for *_, item in sorted(found, key=lambda entry: entry[:2])]
