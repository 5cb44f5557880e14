"""Rules of early warning over two grading runs: a higher class (分类上升), a new fact that gives the class at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from credit_graph.grading.alert_policy import DirectGrade, LevelRise
from credit_graph.grading.alert_rules import Found
from credit_graph.grading.signals import NONE_BEFORE, Scene, Silence, Told, rows
from credit_graph.model.definition import Title

NO_RUN = Silence("还没有分级结果，请先运行 credit-graph grade", "nothing is graded yet: run credit-graph grade first")
OTHER_POLICY = Silence("两次分级所用的政策不同，不能比较", "the two runs were made by different policies")


@dataclass(frozen=True, slots=True)
class GradeRun:
    """A grading run. ``firms``: level, direct_rule, direct_statements by eid; ``rows``: points and evidence of
    some firms, as the run file names them."""

    firms: pd.DataFrame
    rows: Callable[[Sequence[str]], Mapping[str, Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class TwoRuns:
    """The run before and the present one (the same where there is none before: nothing is new then).

    ``levels`` by rising risk, ``direct``: names of the direct rules.
    """

    before: GradeRun
    after: GradeRun
    levels: tuple[str, ...]
    direct: Mapping[str, Title]


def level_rise(rule: LevelRise, scene: Scene, runs: TwoRuns) -> Found:
    """Firms in a class that warns; new where it rose to it since the run before."""
    del scene
    rank = {level: number for number, level in enumerate(runs.levels)}
    firms = runs.after.firms[["level"]].join(runs.before.firms["level"].rename("before"))
    firms = firms[firms["level"].isin(rule.to)]
    risen = firms["level"].map(rank) > firms["before"].map(rank)  # who was not graded before has not risen
    eids = [str(eid) for eid in firms.index]
    earlier, later = runs.before.rows([str(eid) for eid in firms.index[risen]]), runs.after.rows(eids)
    columns = zip(eids, firms["level"], firms["before"], risen, strict=True)

    def told() -> Iterator[Told]:
        for eid, level, was, rose in columns:
            said = {"before": was if isinstance(was, str) else NONE_BEFORE, "after": level}
            yield eid, rule.id, level, bool(rose), _scoring(earlier.get(eid, {}), later[eid]), said

    return rows(told())


def _scoring(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The statements of what gives more points than before, those first that did not count then; direct facts ahead."""
    new: list[str] = []
    old: list[str] = []
    for name, value in after.items():
        indicator, _, part = name.rpartition(".")
        if part == "points" and value > (before.get(name) or 0):
            counted = set(before.get(f"{indicator}.statements") or ())
            for sid in after[f"{indicator}.statements"] or ():
                (old if sid in counted else new).append(sid)
    return [*(after.get("direct_statements") or ()), *new, *old]


def direct_grade(rule: DirectGrade, scene: Scene, runs: TwoRuns) -> Found:
    """Firms whose class is given at once; new where another rule, or none, gave it before."""
    del scene
    firms = runs.after.firms
    firms = firms[firms["direct_rule"] != ""]
    before = runs.before.firms["direct_rule"].reindex(firms.index)
    columns = zip(firms.index, firms["direct_rule"], before, firms["direct_statements"], firms["level"], strict=True)
    return rows(
        (str(eid), rule.id, direct, direct != was, list(sids), {"rule": _title(runs, direct), "level": level})
        for eid, direct, was, sids, level in columns
    )


def _title(runs: TwoRuns, direct: str) -> dict[str, str] | str:
    title = runs.direct.get(direct)
    return direct if title is None else {"zh": title.zh, "en": title.en}
