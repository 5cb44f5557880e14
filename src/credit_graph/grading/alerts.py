"""Early warning (风险预警): all rules over a city and two grading runs; pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from credit_graph.grading import alert_policy as policy
from credit_graph.grading.alert_bans import banned_office
from credit_graph.grading.alert_levels import TwoRuns, direct_grade, level_rise
from credit_graph.grading.alert_rules import (
    Found,
    burst,
    contagion,
    listed_controller,
    mass_at_room,
    official_rise,
    permit_lapse,
    report_lapse,
    term_lapse,
)
from credit_graph.grading.signals import COLUMNS, Scene, Silence, Unverified

_OVER_RECORDS: dict[type, Callable[[Any, Scene], Found]] = {
    policy.OfficialRise: official_rise,
    policy.Burst: burst,
    policy.MassAtRoom: mass_at_room,
    policy.ListedController: listed_controller,
    policy.Contagion: contagion,
    policy.BannedOffice: banned_office,
    policy.PermitLapse: permit_lapse,
    policy.TermLapse: term_lapse,
    policy.ReportLapse: report_lapse,
}
_OVER_RUNS: dict[type, Callable[[Any, Scene, TwoRuns], Found]] = {
    policy.LevelRise: level_rise,
    policy.DirectGrade: direct_grade,
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """``signals``: all that hold now, new or not, of firms in being (``signals.COLUMNS``, by eid, rule and object);
    ``silent``: rules that could not be judged, and why; ``unverified``: what warns of nothing until verified."""

    signals: pd.DataFrame
    silent: dict[str, Silence]
    unverified: list[Unverified]


def judge(scene: Scene, runs: TwoRuns | Silence) -> Judgement:
    """Judge every rule of ``scene.rules``; ``runs``: the two grading runs, or why there are none to compare."""
    found, silent = [], {}
    for rule in scene.rules.rules:
        if type(rule) in _OVER_RECORDS:
            result = _OVER_RECORDS[type(rule)](rule, scene)
        else:
            result = runs if isinstance(runs, Silence) else _OVER_RUNS[type(rule)](rule, scene, runs)
        if isinstance(result, Silence):
            silent[rule.id] = result
        else:
            found.append(result[result["eid"].isin(scene.alive)])
    signals = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=COLUMNS)
    ordered = signals.sort_values(COLUMNS[:3], ignore_index=True)
    return Judgement(ordered, silent, scene.unverified)
