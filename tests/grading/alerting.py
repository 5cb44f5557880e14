"""Helpers of the tests of early warning: judge a few hand-made firms, and read what was found."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any

import pandas as pd

from credit_graph.grading.alert_levels import NO_RUN, TwoRuns
from credit_graph.grading.alert_policy import alert_policy
from credit_graph.grading.alerts import Judgement, judge
from credit_graph.grading.signals import Scene, Silence
from credit_graph.links.compute import FRAMES, Links, links
from credit_graph.links.policy import link_policy
from credit_graph.model.statement import Statement
from credit_graph.projection.lazy import Lazy
from handmade import Said, projection_of

TODAY = date(2026, 11, 23)
A, B, C, D, E = (f"91330200{letter * 10}" for letter in "ABCDE")
KEY, OTHER = "1a" * 32, "2b" * 32


def judged(
    said: Said | list[Statement],
    *only: str,
    since: int | None = None,
    runs: TwoRuns | Silence = NO_RUN,
    today: date = TODAY,
    same: Iterable[tuple[str, str, str]] | None = None,
) -> Judgement:
    """The judgement by these rules alone, or by all. ``same``: who is whom by which rule, else as links find it."""
    statements = said.statements if isinstance(said, Said) else said
    projection, policy = projection_of(statements, today), link_policy()
    rules = alert_policy().on(today)
    if only:
        rules = rules.model_copy(update={"rules": tuple(rules.rule(name) for name in only)})
    whole = cache(lambda: links(projection, policy))  # most rules need none
    given = {} if same is None else {"same_as": pd.DataFrame(same, columns=["pid", "same_as", "rule"], dtype="str")}
    found = Links(policy.on(today), Lazy(FRAMES, lambda name: given[name] if name in given else whole().frames[name]))
    return judge(Scene(projection, found, rules, since), runs)


def told(found: Judgement, rule: str) -> set[tuple[str, str, bool]]:
    """The rule's signals: firm, object, whether it is new."""
    part = found.signals[found.signals["rule"] == rule]
    return set(zip(part["eid"], part["object"], part["fresh"], strict=True))


def warned(found: Judgement, rule: str) -> set[str]:
    """The firms of the rule's signals."""
    return {eid for eid, _, _ in told(found, rule)}


def only(found: Judgement, rule: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Figures and evidence of the rule's only signal."""
    ((figures, sids),) = found.signals.loc[found.signals["rule"] == rule, ["said", "sids"]].to_numpy().tolist()
    return json.loads(figures), sids


def firms(*codes: str, **content: Any) -> Said:
    """Companies with these codes."""
    said = Said()
    for code in codes:
        said.firm(code, f"测试{code[-1]}有限公司", **content)
    return said
