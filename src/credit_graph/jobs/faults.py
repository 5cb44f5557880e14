"""What is doubtful in the graph: values set aside, sources that disagree, checks across tables, unlinked records."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from credit_graph.jobs.checks import run_checks
from credit_graph.model.time import Point
from credit_graph.store import Store
from credit_graph.text import t


@dataclass(frozen=True, slots=True)
class DataFault:
    """One doubt. ``kind``: value | contradiction | check | unlinked; ``code`` names the rule that found it."""

    kind: str
    code: str
    eid: str | None
    sid: str | None
    source: str
    detail: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def faults(store: Store, point: Point) -> list[DataFault]:
    """All doubts at the point; independent of the order in which files were loaded."""
    found = [*_values(store, point), *_contradictions(store), *_unlinked(store), *_checks(store, point)]
    return sorted(found, key=lambda f: (f.kind, f.code, f.eid or "", f.sid or "", f.detail))


def _values(store: Store, point: Point) -> Iterator[DataFault]:
    for row in store.read("read/value_faults", seq=point.seq):
        for fault in row["faults"]:
            field, code, value = fault.split(":", 2)
            yield DataFault("value", code, row["eid"], row["sid"], row["source"], f"{field}: {value}")


def _contradictions(store: Store) -> Iterator[DataFault]:
    for row in store.read("read/contradictions"):
        for text in row["contradictions"]:
            found = json.loads(text)
            detail = f"{found['value']} ({found['source']}) ≠ {found['other_value']} ({found['other_source']})"
            yield DataFault("contradiction", found["field"], row["eid"], found["sid"], found["source"], detail)


def _unlinked(store: Store) -> Iterator[DataFault]:
    for row in store.read("read/unlinked"):
        record = row["record"]
        detail = t("找不到主体 ", "no subject found for ") + record["subject_ref"]
        yield DataFault("unlinked", "unlinked", None, record["sid"], record["source"], detail)


def _checks(store: Store, point: Point) -> Iterator[DataFault]:
    for fault in run_checks(store, point):
        yield DataFault("check", fault.check, fault.eid, fault.sid, fault.source, fault.detail)
