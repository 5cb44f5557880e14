"""Claim: all firms of a city are graded in seconds.

``python benchmarks/grading.py [--firms N [N …]] [--graph N | --home HOME]``

Makes statements as columns (grading_city.py), without an engine, and grades the firms by all indicators of ``general``,
each size in a process of its own: view, links, search for firms come back, points, run file; peak memory, and whether
it is under the limit: the exit status is 1 where it is not. The reference is plain pandas, for the indicators that
count or sum records of a firm, written here by what docs/grading.md says: its points have to be the same. For the same
indicators the other reference is one Cypher statement each (grading_cypher.py), on a generated city of ``--graph``
firms (0: without) or a copy of a loaded HOME.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from grading_city import DAY, City
from grading_cypher import of_city

from credit_graph.grading import runfile
from credit_graph.grading.facts import Facts
from credit_graph.grading.grade import Grades, grade_facts, grades
from credit_graph.grading.policy import GradingPolicy, grading_policy
from credit_graph.grading.rules import Condition, Indicator, RecordsInput, months_before
from credit_graph.links.compute import links
from credit_graph.links.policy import link_policy
from credit_graph.model.time import Point
from credit_graph.projection import Projection
from credit_graph.projection.columns import SPINE

GOALS = {300_000: {"points": 5.0, "written": 15.0}, 3_000_000: {"peak_mb": 6_000}}


def naive(rules: list[Indicator], tables: dict[str, pa.Table], eids: pd.Index) -> dict[str, pd.Series]:
    """Points per firm of indicators that count or sum records, by plain pandas."""
    frames = {kind: table.to_pandas(date_as_object=False) for kind, table in tables.items()}
    found = {}
    for rule in rules:
        read = rule.input
        assert isinstance(read, RecordsInput)
        frame = frames[read.kind]
        frame = frame[(frame["valid_from"] <= pd.Timestamp(DAY))]
        if read.only == "valid":
            frame = frame[frame["valid_to"] > pd.Timestamp(DAY)]
        for condition in read.where:
            frame = frame[_fits(frame[condition.field], condition)]
        spans = [step.span.length for step in rule.decay] or [rule.window.length if rule.window else None]
        percents = [step.percent for step in rule.decay] or [100]
        total = pd.Series(0, index=eids)
        for span, percent, following in zip(spans, percents, [*percents[1:], 0], strict=True):
            value = _value(frame, read, span).reindex(eids).fillna(0)
            total = total + (percent - following) * value.map(lambda number, rule=rule: _banded(rule, number))
        found[rule.id] = (total // 100).clip(upper=rule.cap)
    return found


def _fits(column: pd.Series, condition: Condition) -> pd.Series:
    if condition.empty is not None:
        return column.isna() == condition.empty
    if condition.one_of:
        return column.isin(condition.one_of)
    if condition.none_of:
        return ~column.isin(condition.none_of)
    if condition.contains:
        return column.fillna("").map(lambda text: any(word in text for word in condition.contains))
    return column >= condition.at_least if condition.at_least is not None else column < condition.below


def _value(frame: pd.DataFrame, read: RecordsInput, months: int | None) -> pd.Series:
    if months is not None:
        day = frame[read.day or "valid_from"]
        if not pd.api.types.is_datetime64_any_dtype(day):
            day = pd.to_datetime(day.astype("Int64").astype("str") + "-12-31", errors="coerce")
        frame = frame[(day > pd.Timestamp(months_before(DAY, months))) & (day <= pd.Timestamp(DAY))]
    if not read.sum:
        fact = frame["key"] if read.same is None else frame[read.same].fillna(frame["key"])
        return fact.groupby(frame["eid"]).nunique()
    amount = sum(frame[name].fillna(0) for name in read.sum)
    assert isinstance(amount, pd.Series)
    fact = frame["key"] if read.same is None else frame[read.same].fillna(frame["key"])
    return amount.groupby([frame["eid"], fact]).max().groupby(level=0).sum()


def _banded(rule: Indicator, number: float) -> int:
    points = 0
    for band in rule.bands:
        if number >= band.from_:
            points = band.points
    return points


def measured(firms: int, *, reference: bool) -> dict[str, Any]:
    """Seconds of each step, peak memory in MB, and how the reference does."""
    policy = grading_policy("general", DAY)[0]
    city = City(firms, policy)
    told: dict[str, Any] = {"firms": firms, "indicators": len(policy.indicators)}
    clock = _Clock(told, city)
    projection = Projection(Point(1, DAY, DAY), "grading", 1, city)
    projection.enterprises  # noqa: B018 - the view is made when it is asked for
    clock.lap("view")
    found = links(projection, link_policy())
    projection.forget("names")
    clock.lap("links")
    facts = Facts(projection, found, policy.reads)
    facts.reborn  # noqa: B018
    clock.lap("come_back")
    graded = grades(facts, policy)
    clock.lap("points")
    with tempfile.TemporaryDirectory() as folder:
        told["sha256"] = runfile.write(Path(folder), "run", runfile.parts(graded, {}))
    clock.lap("file")
    clock.total("written")
    told["columns_mb"] = round(city.nbytes / 2**20)
    if reference:
        told["reference"] = _compared(policy, projection, found, city, graded)
    return told


class _Clock:
    """Wall and processor seconds since the last lap, without those that making the city's columns took; peak memory."""

    def __init__(self, told: dict[str, Any], city: City) -> None:
        self._told, self._city = told, city
        self._first = self._last = self._now()

    def _now(self) -> tuple[float, float]:
        return time.perf_counter() - self._city.wall, time.process_time() - self._city.processor

    def lap(self, name: str) -> None:
        """Note what the step before took, and the peak of memory until now."""
        last, self._last = self._last, self._now()
        self._note(name, last)

    def total(self, name: str) -> None:
        """Note what all steps took."""
        self._note(name, self._first)

    def _note(self, name: str, since: tuple[float, float]) -> None:
        seconds, processor = (round(now - then, 2) for now, then in zip(self._last, since, strict=True))
        peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        self._told[name] = {"seconds": seconds, "processor": processor, "peak_mb": peak}


def _compared(policy: GradingPolicy, projection: Projection, found: Any, city: City, graded: Grades) -> dict[str, Any]:
    """Processor seconds of this program and of plain pandas for the same indicators; the points have to be the same."""
    counting = [rule for rule in policy.indicators if isinstance(rule.input, RecordsInput)]
    rules = [rule for rule in counting if city.counts.get(rule.input.kind)]
    kinds = {rule.input.kind for rule in rules}
    tables = {kind: city.statements[kind].table([*SPINE, "key", *sorted(policy.reads[kind])]) for kind in kinds}
    began = time.process_time()
    grade_facts(Facts(projection, found, policy.reads), policy.model_copy(update={"indicators": tuple(rules)}))
    own = time.process_time() - began
    began = time.process_time()
    plain = naive(rules, tables, graded.firms.index)
    naively = time.process_time() - began
    told = graded.part(0, len(graded))
    for rule in rules:
        mine = told.indicators[rule.id]["points"].to_numpy()
        if not np.array_equal(mine, plain[rule.id].to_numpy()):
            raise SystemExit(f"{rule.id}: other points than plain pandas gives")
    ratio = round(naively / own, 1)
    return {"indicators": len(rules), "own": round(own, 2), "pandas": round(naively, 2), "ratio": ratio}


def main() -> None:
    """Print one object for each size, and one for the graph."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--firms", type=int, nargs="*", default=[300_000, 3_000_000])
    parser.add_argument("--graph", type=int, default=30_000)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measured(given.firms[0], reference=given.firms[0] <= 300_000)))
        return
    fits = True
    for firms in given.firms:
        command = [sys.executable, __file__, "--one", "--firms", str(firms)]
        told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        goals = GOALS.get(firms, {})
        if "peak_mb" in goals:
            told["under_limit"] = told["written"]["peak_mb"] <= goals["peak_mb"]
            fits = fits and told["under_limit"]
        print(json.dumps({**told, "goals": goals}, indent=1), flush=True)
    if given.graph or given.home:
        print(json.dumps(of_city(given.graph, given.home, DAY), indent=1))
    sys.exit(0 if fits else 1)


if __name__ == "__main__":
    main()
