"""The statements of ``benchmarks/grading.py``: columns of an invented city, each made when it is first asked for.

A projection reads its columns so too, one by one, out of the graph or of what is kept beside it. What of a statement
says nothing (source, key, batch, end of validity, missing values) is the same memory for all kinds.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.grading.policy import GradingPolicy
from credit_graph.model.kinds import KINDS
from credit_graph.model.time import DAY_MAX
from credit_graph.projection.columns import Columns, schema
from credit_graph.projection.sources import Given

DAY = date(2026, 11, 23)
# statements for each firm; of other kinds that the policy reads one for every ten
RATES = {"Registration": 1.0, "Office": 1.0, "Contribution": 1.5, "AnnualReport": 2.0, "Permit": 0.5, "Inspection": 0.3}
NAMES = 5000  # of persons, and of what firms call their holders
_TEXT = pa.large_string()
Ints = np.ndarray[Any, np.dtype[np.integer[Any]]]


class City(Given):
    """Statements of so many firms. Values are drawn from those that the policy names, and others; the same numbers give
    the same columns, in whatever order they are asked for."""

    def __init__(self, firms: int, policy: GradingPolicy, seed: int = 1) -> None:
        super().__init__({})
        self._firms, self._seed, self._told = firms, seed, _values(policy)
        self.wall = self.processor = 0.0  # seconds that making columns took
        self._buffers: dict[int, int] = {}
        read = {*policy.reads, *RATES}
        self.counts = {kind: int(firms * RATES.get(kind, 0.1)) if kind in read else 0 for kind in KINDS}
        most = max(self.counts.values())
        self._shared = {
            "key": _numbers(np.arange(most), "k"),
            "source": _text(np.zeros(most, np.int8), ["s"]),
            "known_from": pa.array(np.ones(most, np.int64)),
            "valid_to": _days_of(np.full(most, int(np.datetime64(DAY_MAX).astype(np.int32)), np.int32)),
        }
        self._eids = _numbers(np.arange(firms), "9133", 14)
        self._nothing: dict[pa.DataType, pa.Array] = {}
        self.statements = {kind: Columns(kind, self._reader(kind)) for kind in KINDS}

    @property
    def nbytes(self) -> int:
        """Memory of the columns made."""
        return sum(self._buffers.values())

    def _reader(self, kind: str) -> Callable[[list[str]], dict[str, pa.ChunkedArray]]:
        def read(names: list[str]) -> dict[str, pa.ChunkedArray]:
            wall, processor = time.perf_counter(), time.process_time()
            made = {name: pa.chunked_array([self._column(kind, name)]) for name in names}
            self.wall += time.perf_counter() - wall
            self.processor += time.process_time() - processor
            self._buffers |= {
                buffer.address: buffer.size
                for column in made.values()
                for buffer in column.chunk(0).buffers()
                if buffer is not None
            }
            return made

        return read

    def _random(self, kind: str, name: str) -> np.random.Generator:
        return np.random.default_rng([self._seed, zlib.crc32(f"{kind}.{name}".encode())])

    def _whose(self, kind: str) -> Ints:
        """The number of the firm that each statement speaks of."""
        count = self.counts[kind]
        if kind == "Registration":
            return np.arange(count, dtype=np.int32)
        return np.sort(self._random(kind, "eid").integers(0, self._firms, count, dtype=np.int32))

    def _column(self, kind: str, name: str) -> pa.Array:
        count, random = self.counts[kind], self._random(kind, name)
        if name in self._shared:
            return self._shared[name].slice(0, count)
        if name == "sid":
            return _numbers(np.arange(count), f"{list(KINDS).index(kind):02d}", 8)
        if name == "eid" or (kind, name) == ("Registration", "credit_code"):
            return self._eids if kind == "Registration" else self._eids.take(pa.array(self._whose(kind)))
        made = getattr(self, f"_of_{kind.lower()}", lambda *_: None)(name, random, count)
        return self._drawn(kind, name, random, count) if made is None else made

    def _of_registration(self, name: str, random: np.random.Generator, count: int) -> pa.Array | None:
        constant = {"state": "存续", "entity_type": "有限责任公司"}
        if name in constant:
            return _text(np.zeros(count, np.int8), [constant[name]])
        if name == "valid_from":
            return pa.array(np.full(count, np.datetime64("2010-01-01")), pa.date32())
        return _numbers(np.arange(count), "第", 7, "号") if name == "name" else None

    def _of_office(self, name: str, random: np.random.Generator, count: int) -> pa.Array | None:
        if name == "office":
            return _text(np.zeros(count, np.int8), ["legal_representative"])
        return self._person("Office", random) if name == "pid" else None

    def _of_contribution(self, name: str, random: np.random.Generator, count: int) -> pa.Array | None:
        if name == "subscribed":
            return pa.array(random.integers(1, 100, count) * 1_000_000)
        if name not in {"pid", "holder_code"}:
            return None
        by_firm = self._random("Contribution", "by_firm").random(count) < 0.1
        if name == "pid":
            return _where(~by_firm, self._person("Contribution", random))
        holder = np.maximum(self._whose("Contribution") - random.integers(1, 50, count, dtype=np.int32), 0)
        return _where(by_firm, self._eids.take(pa.array(holder)))

    def _person(self, kind: str, random: np.random.Generator) -> pa.Array:
        whose = self._whose(kind)
        people = np.minimum(whose + random.integers(0, 3, len(whose), dtype=np.int32), self._firms - 1)
        return _numbers(people, "p", 8)

    def _drawn(self, kind: str, name: str, random: np.random.Generator, count: int) -> pa.Array:
        type_ = schema(kind).field(name).type
        if values := self._told.get((kind, name)):
            known = [*dict.fromkeys(values), "其他"]
            return _text(random.integers(0, len(known), count, dtype=np.int8), known)
        if type_ == pa.date32():
            days = _days(random, count)
            return days if name == "valid_from" else _where(random.random(count, np.float32) < 0.5, days)
        if type_ == pa.int64():
            return pa.array(random.integers(*((2019, 2026) if name == "year" else (0, 10_000_000)), count))
        if type_ not in self._nothing:
            self._nothing[type_] = pa.nulls(max(self.counts.values()), type_)
        return self._nothing[type_].slice(0, count)


def _values(policy: GradingPolicy) -> dict[tuple[str, str], list[str]]:
    """By kind and field the values that conditions name."""
    found: dict[tuple[str, str], list[str]] = {}
    for rule in policy.rules:
        for condition in getattr(rule.input, "where", ()):
            named = [*condition.one_of, *condition.none_of, *condition.contains]
            found.setdefault((rule.input.kind, condition.field), []).extend(named)
    return found


def _numbers(numbers: Ints, before: str, digits: int = 0, after: str = "") -> pa.Array:
    """The numbers as text, with zeros in front where they have so many ``digits``."""
    text = pc.cast(pa.array(numbers), _TEXT)
    text = pc.utf8_lpad(text, digits, "0") if digits else text
    return pc.binary_join_element_wise(pa.scalar(before, _TEXT), text, pa.scalar(after, _TEXT), pa.scalar("", _TEXT))


def _text(places: Ints, values: list[str]) -> pa.Array:
    return pa.array(values, _TEXT).take(pa.array(places))


def _where(chosen: np.ndarray[Any, Any], values: pa.Array) -> pa.Array:
    return pc.if_else(pa.array(chosen), values, pa.scalar(None, values.type))


def _days(random: np.random.Generator, count: int) -> pa.Array:
    today = int(np.datetime64(DAY).astype(np.int32))
    return _days_of(today - random.integers(0, 2000, count, dtype=np.int32))


def _days_of(numbers: Ints) -> pa.Array:
    return pa.array(numbers, pa.int32()).cast(pa.date32())
