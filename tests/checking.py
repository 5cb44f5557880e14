"""Checking small files in tests."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from city import citizen_id
from credit_graph.ingest.check import check_file
from credit_graph.ingest.definitions import definitions
from credit_graph.ingest.files import expand
from credit_graph.ingest.rows import CheckedTable, Row
from sourcefiles import put

SECRET = b"0123456789abcdef" * 2
TODAY = date(2026, 11, 23)
KNOWN = definitions()
ID = citizen_id("19850317", 42)
HIDDEN = ID[:2] + "*" * 14 + ID[-2:]


def check(path: Path, **options: Any) -> CheckedTable:
    (file,) = expand([path])
    work = path.parent / "work"
    work.mkdir(exist_ok=True)
    (table,) = check_file(
        file, options.pop("known", KNOWN), secret=SECRET, work=work, today=options.pop("today", TODAY), **options
    )
    return table


def text_of(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns)
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def csv_file(folder: Path, columns: Sequence[str], rows: Sequence[Mapping[str, str]], name: str = "a.csv") -> Path:
    return put(folder / name, text_of(columns, rows).encode())


def all_rows(table: CheckedTable) -> list[Row]:
    return [row for chunk in table.rows() for row in chunk]


def outcome(row: Row) -> tuple[str, set[tuple[str, str, str]]]:
    return row.status, {(fault.field, fault.reason, fault.value) for fault in (*row.reasons, *row.faults)}
