"""Checks across tables (跨表核对): records that can't both be right. They are data; they change nothing.

Each row of ``policies/checks.yml`` names a statement of ``cypher/read`` that returns the records at fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from credit_graph.model.time import Point
from credit_graph.policyfile import Dated, read_policy
from credit_graph.resources import root
from credit_graph.store import Store
from credit_graph.text import t

_PAGE = 5000
# after every eid: one is a credit code or prefix:number, so it begins with an ASCII character
_END = "~"


class _Pair(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str
    en: str


class Check(Dated):
    """One check: the statement that finds its faults, and how a fault is told."""

    id: str
    statement: str = Field(pattern=r"^check_[a-z_]+$")
    labels: dict[str, str] = Field(default_factory=dict)
    title: _Pair
    detail: _Pair


class _Checks(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True, order=True)
class CheckFault:
    """One record at fault. ``detail`` is a sentence in the language in use."""

    check: str
    eid: str
    sid: str
    source: str
    detail: str


@cache
def checks() -> tuple[Check, ...]:
    """The checks of this installation; raises ``DefinitionError("policy.invalid")``."""
    return read_policy(root("policies") / "checks.yml", _Checks).checks


def run_checks(store: Store, point: Point) -> list[CheckFault]:
    """All faults at the point, by check, enterprise and statement, in whatever order the files were loaded.

    A record counts if it is known at the point and has begun by its day; what it is compared with has to be
    valid on that day.
    """
    rows = [check for check in checks() if check.in_force(point.valid)]
    return sorted(fault for low, high in _pages(store) for row in rows for fault in _run(store, row, low, high, point))


def _run(store: Store, check: Check, low: str, high: str, point: Point) -> Iterator[CheckFault]:
    name = f"read/{check.statement}"
    labels = check.labels or None
    for row in store.read(name, labels=labels, low=low, high=high, seq=point.seq, valid=point.valid):
        detail = f"{t(check.title.zh, check.title.en)}{t('：', ': ')}{_tell(check.detail, row['shown'])}"
        yield CheckFault(check.id, row["eid"], row["sid"], row["source"], detail)


def _tell(detail: _Pair, shown: dict[str, Any]) -> str:
    return t(detail.zh, detail.en).format(**{name: "" if v is None else v for name, v in shown.items()})


def _pages(store: Store) -> Iterator[tuple[str, str]]:
    """Ranges [low, high) of enterprise ids, about ``_PAGE`` enterprises each."""
    bounds = [row["eid"] for n, row in enumerate(store.stream("read/check_pages")) if n % _PAGE == 0]
    yield from pairwise([*bounds, _END])
