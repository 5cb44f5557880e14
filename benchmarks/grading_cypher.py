"""The reference of ``benchmarks/grading.py`` in the graph: each indicator that counts or sums records is one Cypher
statement, made of the policy's rule, that computes the indicator's value of every firm.

The statements judge as docs/grading.md says: known, begun or valid, no hold on the channel, within the window, all
conditions met. Their values have to be those of the product, of every firm.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from credit_graph.grading.facts import Facts
from credit_graph.grading.inputs import value_of
from credit_graph.grading.policy import grading_policy
from credit_graph.grading.rules import Condition, Indicator, RecordsInput, Span
from credit_graph.links.compute import Links
from credit_graph.links.policy import link_policy
from credit_graph.model.kinds import KINDS
from credit_graph.model.time import Point
from credit_graph.projection import project
from credit_graph.projection.columns import schema
from credit_graph.projection.statements import count_statements
from credit_graph.store import Store, embedded
from credit_graph.store.files import forget_projection
from projection import apart, load_city, settings

Given = dict[str, Any]

_HELD = """OPTIONAL MATCH (h:Hold)
WHERE h.known_from <= $seq AND h.known_to > $seq AND h.valid_from <= $day AND h.valid_to > $day
  AND 'grading' IN split(replace(h.channels, ' ', ''), ',')
WITH collect(h.held_source + ' ' + h.held_key + coalesce(' ' + toString(h.event_day), '')) AS held
"""


def statement(rule: Indicator, day: date) -> tuple[str, Given]:
    """A statement that returns eid and value of the firms that have such records, with its parameters; seq is missing.

    A sum takes of a key the last statement's amount, of several keys that tell of one fact the highest.
    """
    read = rule.input
    assert isinstance(read, RecordsInput)
    given: Given = {"day": day}
    tests = [
        "r.known_from <= $seq AND r.known_to > $seq AND r.valid_from <= $day AND r.eid IS NOT NULL",
        "NOT key IN held AND NOT key + ' ' + toString(r.valid_from) IN held",
        *(["r.valid_to > $day"] if read.only == "valid" else []),
        *(_test(condition, f"value{number}", given) for number, condition in enumerate(read.where)),
        *([_within(read, rule.window, given)] if rule.window else []),
    ]
    fact = f"coalesce(toString(r.{read.same}), key)" if read.same else "key"
    text = f"{_HELD}MATCH (r:{read.kind})\nWITH r, held, r.source + ' ' + r.key AS key\nWHERE " + "\n  AND ".join(tests)
    if not read.sum:
        return f"{text}\nRETURN r.eid AS eid, count(DISTINCT {fact}) AS value", given
    amount = " + ".join(f"coalesce(r.{name}, 0)" for name in read.sum)
    return (
        # in two steps: the engine sorts in its heap, where each row would have the holds and its node with it
        f"{text}\nWITH key, [r.eid, {fact}, {amount}] AS told, r.valid_from AS since, r.known_from AS seq, r.sid AS id"
        "\nWITH key, told, since, seq, id ORDER BY since, seq, id"
        "\nWITH key, last(collect(told)) AS said"
        "\nWITH said[0] AS eid, said[1] AS fact, max(said[2]) AS amount"
        "\nRETURN eid, sum(amount) AS value"
    ), given


def _test(condition: Condition, name: str, given: Given) -> str:
    """A condition in Cypher; a missing value meets only ``empty`` and ``none_of``."""
    field = f"r.{condition.field}"
    if condition.empty is not None:
        return f"{field} IS NULL" if condition.empty else f"{field} IS NOT NULL"
    if condition.at_least is not None or condition.below is not None:
        low = condition.at_least is not None
        given[name] = condition.at_least if low else condition.below
        return f"{field} {'>=' if low else '<'} ${name}"
    if condition.contains:
        given[name] = [*condition.contains]
        return f"any(part IN ${name} WHERE {field} CONTAINS part)"
    given[name] = [*(condition.one_of or condition.none_of)]
    return f"{field} IN ${name}" if condition.one_of else f"({field} IS NULL OR NOT {field} IN ${name})"


def _within(read: RecordsInput, window: Span, given: Given) -> str:
    """Within (day - window, day]; a year counts as its last day."""
    field, first, last = read.day or "valid_from", window.start(given["day"]), given["day"]
    if schema(read.kind).field(field).type == "int64":
        last_of = [year for year in range(first.year, last.year + 1) if first < date(year, 12, 31) <= last]
        given["from"], given["to"] = min(last_of), max(last_of)
        return f"r.{field} >= $from AND r.{field} <= $to"
    given["from"] = first
    return f"r.{field} > $from AND r.{field} <= $day"


def measured(home: Path, day: date) -> dict[str, Any]:
    """Processor seconds of this process and the engine, the better of two turns, as the first warms the engine up: of
    the product, reading the projection out of the graph (with the view of every firm) and computing the values, and of
    the statements. Raises ``SystemExit`` where a value differs."""
    policy = grading_policy("general", day)[0]
    counting = [rule for rule in policy.indicators if isinstance(rule.input, RecordsInput)]
    with Store.open(settings(home)) as store:
        point = Point(store.read("read/last_seq")[0]["seq"], day, day)
        kinds = {rule.input.kind for rule in counting} & {*KINDS}
        reads = {kind: policy.reads[kind] for kind in kinds if count_statements(store, kind)}
        rules = [rule for rule in counting if rule.input.kind in reads]
        turns = [_turn(store, rules, reads, point) for _ in range(2)]
    read, computed, asked = (min(figures) for figures in zip(*turns, strict=True))
    return {
        "indicators": len(rules),
        "projection": round(read, 2),
        "values": round(computed, 2),
        "cypher": round(asked, 2),
        "ratio": round(asked / (read + computed), 1),
        "ratio_to_values": round(asked / computed, 1),
    }


def _turn(store: Store, rules: list[Indicator], reads: dict[str, set[str]], point: Point) -> tuple[float, float, float]:
    """What the projection, the values and the statements took."""
    forget_projection(store.home)
    clock = Clock(store)
    projection = project(store, point, "grading")
    projection.prepare(["enterprises"], reads)
    facts = Facts(projection, Links(link_policy().on(point.valid), {}), reads)  # links play no part in these values
    for kind in reads:
        facts.table(kind)
    read = clock.lap()
    values = [value_of(rule, facts).numbers for rule in rules]
    computed = clock.lap()
    asked = 0.0
    eids = facts.eids.to_pylist()
    for rule, own in zip(rules, values, strict=True):
        clock.lap()
        told = _asked(store, rule, point)
        asked += clock.lap()
        found = np.array([told.pop(eid, 0) for eid in eids])
        if told or not np.array_equal(found, own):
            others = len(told) + int(np.count_nonzero(found != own))
            raise SystemExit(f"{rule.id}: the statement gives another value for {others} firms")
    return read, computed, asked


def _asked(store: Store, rule: Indicator, point: Point) -> dict[str, int]:
    """The statement's values by eid."""
    text, given = statement(rule, point.valid)
    with store.connection.driver.session(database=store.connection.database, fetch_size=5000) as session:
        return {row["eid"]: row["value"] for row in session.run(text, {**given, "seq": point.seq})}


class Clock:
    """Processor seconds of this process and of the engine since the last lap."""

    def __init__(self, store: Store) -> None:
        endpoint = store.connection._endpoint
        assert endpoint is not None
        self._engine = Path(f"/proc/{endpoint.java}/stat")
        self._last = self._spent()

    def _spent(self) -> float:
        user, system = self._engine.read_text().rpartition(")")[2].split()[11:13]
        return time.process_time() + (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def lap(self) -> float:
        """What was spent."""
        before, self._last = self._last, self._spent()
        return self._last - before


def of_city(firms: int, home: Path | None, day: date) -> dict[str, Any]:
    """The comparison on a generated city, or on a copy of a loaded home, which must be stopped."""
    with tempfile.TemporaryDirectory(prefix="bench-grading-") as name, ExitStack() as stack:
        own = Path(name) / "home"
        stack.callback(embedded.stop, settings(own))
        if home:
            shutil.copytree(home, own, ignore=shutil.ignore_patterns("batches", "standing", "projection", "runs"))
        else:
            apart(load_city, Path(name) / "city", own, firms)
        return apart(measured, own, day)
