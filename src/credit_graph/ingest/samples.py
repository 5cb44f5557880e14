"""What a loader's ``sample.csv`` must become (``expected.yml``), compared with what it becomes in an empty graph."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from credit_graph.ingest.check import check_file
from credit_graph.ingest.compare import Delivery, Timeline, compare
from credit_graph.ingest.drafts import said
from credit_graph.ingest.files import expand
from credit_graph.ingest.rows import CheckedTable, Row
from credit_graph.model.definition import Definition
from credit_graph.model.kinds import FieldType
from credit_graph.model.statement import content_hash
from credit_graph.model.time import DAY_MAX, DAY_MIN
from credit_graph.text import t

SAMPLE = "sample.csv"
EXPECTED = "expected.yml"
PERSON_KEY = "(key)"  # stands for a person key: it differs per installation
_SECRET = b"sample" * 8  # keys made with it never leave this module


class _Plain(yaml.SafeDumper):
    """YAML as people write it: a value that appears twice is written twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Record(_Strict):
    """One accepted row. Amounts in fen, shares in ppm, days as dates; open ends are left out."""

    row: int
    key: str
    eid: str | None = None
    person: str | None = None  # a label: equal labels are one person, different ones are not
    valid_from: date | None = None
    valid_to: date | None = None
    use: str | None = None  # annulled, or the reason of a hold, where ``use_when`` says so
    faults: tuple[str, ...] = ()
    content: dict[str, str | int | float | bool | date]


class Refused(_Strict):
    """One quarantined row."""

    row: int
    key: str | None = None
    reasons: tuple[str, ...]


class Expected(_Strict):
    """``expected.yml``: everything that the sample must become."""

    counters: dict[str, int]
    units: dict[str, str] = {}
    records: tuple[Record, ...]
    refused: tuple[Refused, ...] = ()


def as_yaml(expected: Expected) -> str:
    """The text of ``expected.yml``, to be checked by hand before it is kept."""
    content = expected.model_dump(exclude_defaults=True)
    text = yaml.dump(content, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=110)
    return "# What sample.csv becomes in an empty graph: amounts in fen, rows as a spreadsheet counts.\n" + str(text)


def outcome_of_sample(folder: Path, definition: Definition, today: date) -> Expected:
    """What the sample of a loader's folder becomes. Raises ``InputError`` if the file itself is refused."""
    with TemporaryDirectory() as work:
        (table,) = check_file(
            expand([folder / SAMPLE])[0],
            {definition.source: definition},
            source=definition.source,
            secret=_SECRET,
            work=Path(work),
            today=today,
        )
        return outcome(table)


def outcome(table: CheckedTable) -> Expected:
    """What a checked table becomes in an empty graph."""
    rows = [row for chunk in table.rows() for row in chunk]
    contents: dict[str, set[str]] = {}
    for row in rows:
        if row.status == "ok" and row.key is not None:
            contents.setdefault(row.key, set()).add(content_hash(row.content))
    counters: Counter[str] = Counter(read=len(rows), faults=sum(len(row.faults) for row in rows))
    records: list[Record] = []
    refused: list[Refused] = []
    persons: dict[str, str] = {}
    seen: set[str | None] = set()
    for row in rows:
        if row.status == "ok" and len(contents[row.key or ""]) > 1:
            refused.append(Refused(row=row.number, key=row.key, reasons=("contradiction",)))
        elif row.status == "quarantined":
            reasons = tuple(f"{fault.field}: {fault.reason}" for fault in row.reasons)
            refused.append(Refused(row=row.number, key=row.key, reasons=reasons))
        elif row.status == "empty":
            counters["empty"] += 1
        elif row.key in seen:
            counters["duplicate"] += 1
        else:
            seen.add(row.key)
            records.append(_record(table.definition, row, persons))
    annulled = sum(record.use == "annulled" for record in records)  # never was: nothing stands, nothing changes
    counters.update(new=len(records) - annulled, unchanged=annulled, quarantined=len(refused))
    kept = {name: count for name, count in counters.items() if count}
    return Expected(counters=kept, units=table.units, records=tuple(records), refused=tuple(refused))


def _record(definition: Definition, row: Row, persons: dict[str, str]) -> Record:
    statement = said(definition, row, seq=1, as_of=None)
    delivery = Delivery(seq=1, as_of=None, day=date.max, last_as_of={})
    (opened,) = compare(definition, Timeline(), statement, delivery).opens
    person = label(row.pid, persons)
    return Record(
        row=row.number,
        key=plain_key(row.key or "", person),
        eid=row.eid,
        person=person,
        valid_from=None if opened.valid_from == DAY_MIN else opened.valid_from,
        valid_to=None if opened.valid_to == DAY_MAX else opened.valid_to,
        use=_use(definition, row),
        faults=opened.faults,
        content=plain_content(definition, row.content),
    )


def _use(definition: Definition, row: Row) -> str | None:
    """What the row says of its own use (信用修复, 期满, 撤销); without a day it says nothing."""
    rule = definition.use_when
    if rule is None or not isinstance(row.content.get(rule.start), date):
        return None
    value = str(row.content.get(rule.column, "")).rstrip("。.;；")
    values = {"repaired": rule.repaired, "expired": rule.expired, "annulled": rule.annulled}
    return next((name for name, listed in values.items() if value in listed), rule.otherwise if value else None)


def label(pid: str | None, persons: dict[str, str]) -> str | None:
    """p1, p2 … in order of appearance: what stands for a person's key, which differs per installation."""
    return persons.setdefault(pid, f"p{len(persons) + 1}") if pid else None


def plain_key(key: str, person: str | None) -> str:
    """The key with a natural person as subject (自然人) shown by the label."""
    return re.sub(r"^person:[0-9a-f]+", f"person:{person}", key)


def plain_content(definition: Definition, content: Mapping[str, Any]) -> dict[str, Any]:
    """The content in the definition's order, what no column says last, with a placeholder for person keys."""
    names = [name for name in definition.columns if name in content]
    return {
        name: PERSON_KEY if definition.type_of(name) is FieldType.ID_NUMBER else content[name]
        for name in (*names, *sorted(content.keys() - definition.columns.keys()))
    }


def differences(expected: Expected, found: Expected) -> list[str]:
    """Every difference, in words, by row."""
    lines = []
    for name in ("counters", "units"):
        wanted, got = getattr(expected, name), getattr(found, name)
        if wanted != got:
            lines.append(_difference(name, wanted, got))
    for name in ("records", "refused"):
        wanted_rows = {item.row: item.model_dump() for item in getattr(expected, name)}
        found_rows = {item.row: item.model_dump() for item in getattr(found, name)}
        for number in sorted(wanted_rows.keys() | found_rows.keys()):
            lines += _row_differences(name, number, wanted_rows.get(number, {}), found_rows.get(number, {}))
    return lines


def _row_differences(name: str, number: int, wanted: dict[str, Any], got: dict[str, Any]) -> list[str]:
    where = t(f"第 {number} 行", f"row {number}")
    if not wanted or not got:
        zh, en = ("没有写明", "is not listed") if got else ("没有得到", "did not come out")
        return [f"{where}: {t(zh, en)}（{name}）"]
    wanted, got = _flat(wanted), _flat(got)
    return [
        f"{where}: " + _difference(field, wanted.get(field), got.get(field))
        for field in sorted(wanted.keys() | got.keys())
        if wanted.get(field) != got.get(field)
    ]


def _flat(item: dict[str, Any]) -> dict[str, Any]:
    content = item.get("content", {})
    return {**content, **{name: value for name, value in item.items() if name != "content"}}


def _difference(what: str, wanted: Any, got: Any) -> str:
    return t(f"{what} 应为 {wanted}，实为 {got}", f"{what} should be {wanted} and is {got}")
