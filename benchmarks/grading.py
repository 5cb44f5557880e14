"""Claim: all firms of a city are graded in seconds.

``python benchmarks/grading.py [--firms N [N …]] [--graph N | --home HOME]``

Makes statements as columns (see ``make``), without an engine, and grades the firms by all indicators of ``general``,
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
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from grading_cypher import of_city

from credit_graph.grading import runfile
from credit_graph.grading.facts import Facts
from credit_graph.grading.grade import Grades, grade_facts, grades
from credit_graph.grading.policy import GradingPolicy, grading_policy
from credit_graph.grading.rules import Condition, Indicator, RecordsInput, months_before
from credit_graph.links.compute import links
from credit_graph.links.policy import link_policy
from credit_graph.model.kinds import KINDS
from credit_graph.model.time import DAY_MAX, Point
from credit_graph.projection import Projection
from credit_graph.projection.columns import schema, subset
from credit_graph.projection.part import fields_read
from credit_graph.projection.sources import Given

DAY = date(2026, 11, 23)
# statements for each firm; of kinds not named here one for every ten
RATES = {"Registration": 1.0, "Office": 1.0, "Contribution": 1.5, "AnnualReport": 2.0, "Permit": 0.5, "Inspection": 0.3}
GOALS = {300_000: {"points": 5.0, "written": 15.0}, 3_000_000: {"peak_mb": 6_000}}


def make(firms: int, policy: GradingPolicy, seed: int = 1) -> dict[str, pa.Table]:
    """Per kind the columns that grading reads. Values are drawn from those that the policy names, and others."""
    random = np.random.default_rng(seed)
    point = Point(1, DAY, DAY)
    told = _values(policy)
    names = fields_read(point, {**policy.reads, "Registration": set(schema("Registration").names)})
    extra = {kind: schema(kind).names for kind in ("Office", "Contribution", "ReportedContribution", "EquityChange")}
    tables = {}
    for kind in KINDS:
        columns = tuple(dict.fromkeys(["sid", *names[kind], *extra.get(kind, ()), *schema(kind).names]))
        count = int(firms * RATES.get(kind, 0.1)) if kind in policy.reads or kind in RATES else 0
        tables[kind] = _table(kind, subset(kind, columns), count, firms, told, random)
    return tables


def _values(policy: GradingPolicy) -> dict[tuple[str, str], list[str]]:
    """By kind and field the values that conditions name."""
    found: dict[tuple[str, str], list[str]] = {}
    for rule in policy.rules:
        for condition in getattr(rule.input, "where", ()):
            named = [*condition.one_of, *condition.none_of, *condition.contains]
            found.setdefault((rule.input.kind, condition.field), []).extend(named)
    return found


def _codes(numbers: np.ndarray[Any, Any]) -> pa.Array:
    return pa.array([f"9133{number:014d}" for number in numbers.tolist()], pa.large_string())


def _table(
    kind: str, columns: pa.Schema, count: int, firms: int, told: dict[tuple[str, str], list[str]], random: Any
) -> pa.Table:
    whose = np.arange(count) if kind == "Registration" else np.sort(random.integers(0, firms, count))
    eids = _codes(whose)
    keys = pa.array([f"{kind}{number}" for number in range(count)], pa.large_string())
    made: dict[str, Any] = {
        "sid": pa.array([f"{number:032x}" for number in range(count)], pa.large_string()),
        "eid": eids,
        "key": keys,
        "source": _text(np.zeros(count, np.int64), [kind.lower()]),
        "known_from": pa.array(np.ones(count, np.int64)),
        "valid_from": _days(random, count),
        "valid_to": pa.array(np.full(count, np.datetime64(DAY_MAX)), pa.date32()),
    }
    if kind == "Registration":
        made |= {"credit_code": eids, "state": _text(np.zeros(count, np.int64), ["存续"])}
        made |= {"name": pa.array([f"第{number}号有限公司" for number in range(count)], pa.large_string())}
        made |= {"entity_type": _text(np.zeros(count, np.int64), ["有限责任公司"])}
        made["valid_from"] = pa.array(np.full(count, np.datetime64("2010-01-01")), pa.date32())
    if kind in {"Office", "Contribution"}:
        people = np.minimum(whose + random.integers(0, 3, count), firms - 1)
        made["pid"] = pa.array([f"{number:064x}" for number in people.tolist()], pa.large_string())
        made["office"] = _text(np.zeros(count, np.int64), ["legal_representative"])
    if kind == "Contribution":
        by_firm = random.random(count) < 0.1
        holder = _codes(np.maximum(whose - random.integers(1, 50, count), 0))
        made["holder_code"] = _where(by_firm, holder)
        made["pid"] = _where(~by_firm, made["pid"])
        made["subscribed"] = pa.array(random.integers(1, 100, count) * 1_000_000)
    for item in columns:
        if item.name not in made:
            made[item.name] = _drawn(item, told.get((kind, item.name)), count, random)
    return pa.table([made[item.name] for item in columns], schema=columns)


def _where(chosen: np.ndarray[Any, Any], values: pa.Array) -> pa.Array:
    return pc.if_else(pa.array(chosen), values, pa.scalar(None, values.type))


def _text(places: np.ndarray[Any, Any], values: list[str]) -> pa.Array:
    return pa.array(values, pa.large_string()).take(pa.array(places))


def _days(random: Any, count: int) -> pa.Array:
    return pa.array(np.datetime64(DAY) - random.integers(0, 2000, count).astype("timedelta64[D]"), pa.date32())


def _drawn(item: pa.Field, values: list[str] | None, count: int, random: Any) -> pa.Array:
    if values:
        known = [*dict.fromkeys(values), "其他"]
        return _text(random.integers(0, len(known), count), known)
    if item.type == pa.date32():
        return _where(random.random(count) < 0.5, _days(random, count))
    if item.type == pa.int64():
        return pa.array(random.integers(0, 10_000_000, count)) if item.name != "year" else _years(random, count)
    return pa.nulls(count, item.type)


def _years(random: Any, count: int) -> pa.Array:
    return pa.array(random.integers(2019, 2026, count))


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
    tables = make(firms, policy)
    made = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told: dict[str, Any] = {"firms": firms, "indicators": len(policy.indicators), "arrays_mb": round(made)}
    clock = _Clock(told)
    projection = Projection(Point(1, DAY, DAY), "grading", 1, Given(tables))
    projection.enterprises  # noqa: B018 - the view is made when it is asked for
    clock.lap("view")
    found = links(projection, link_policy())
    clock.lap("links")
    facts = Facts(projection, found, policy.reads)
    facts.reborn  # noqa: B018
    clock.lap("come_back")
    graded = grades(facts, policy)
    clock.lap("points")
    with tempfile.TemporaryDirectory() as folder:
        runfile.write(Path(folder), "run", runfile.parts(graded, {}))
    clock.lap("file")
    told["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    if reference:
        told["reference"] = _compared(policy, projection, found, tables, graded)
    return told


class _Clock:
    """Wall and processor seconds since the last lap."""

    def __init__(self, told: dict[str, Any]) -> None:
        self._told, self._wall, self._cpu = told, time.perf_counter(), time.process_time()

    def lap(self, name: str) -> None:
        """Note what the step before took."""
        wall, cpu = time.perf_counter(), time.process_time()
        self._told[name] = {"seconds": round(wall - self._wall, 2), "processor": round(cpu - self._cpu, 2)}
        self._wall, self._cpu = time.perf_counter(), time.process_time()


def _compared(
    policy: GradingPolicy, projection: Projection, found: Any, tables: dict[str, pa.Table], graded: Grades
) -> dict[str, Any]:
    """Processor seconds of this program and of plain pandas for the same indicators; the points have to be the same."""
    loaded = {kind for kind, table in tables.items() if len(table)}
    rules = [rule for rule in policy.indicators if isinstance(rule.input, RecordsInput) and rule.input.kind in loaded]
    began = time.process_time()
    grade_facts(Facts(projection, found, policy.reads), policy.model_copy(update={"indicators": tuple(rules)}))
    own = time.process_time() - began
    began = time.process_time()
    plain = naive(rules, {rule.input.kind: tables[rule.input.kind] for rule in rules}, graded.firms.index)
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
            told["under_limit"] = told["peak_mb"] <= goals["peak_mb"]
            fits = fits and told["under_limit"]
        print(json.dumps({**told, "goals": goals}, indent=1), flush=True)
    if given.graph or given.home:
        print(json.dumps(of_city(given.graph, given.home, DAY), indent=1))
    sys.exit(0 if fits else 1)


if __name__ == "__main__":
    main()
