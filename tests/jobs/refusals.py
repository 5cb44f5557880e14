"""Deliveries with refused rows, and the workbooks in which people correct them, for tests."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

from city import OFFICE, REGISTRATION, credit_code, write
from credit_graph.jobs import quarantine, quarantinebook, replay
from credit_graph.jobs.load import LoadOptions, load
from credit_graph.jobs.replay import Replayed
from credit_graph.store import Store

D = date.fromisoformat


def wrong(number: int) -> str:
    """The credit code with another check digit."""
    code = credit_code(number)
    return code[:-1] + ("1" if code[-1] != "1" else "2")


def deliver(store: Store, path: Path, rows: list[dict[str, str]], as_of: str | None = None, **options: Any) -> Any:
    columns = OFFICE if "nm" in rows[0] else REGISTRATION
    return load(store, [write(path, columns, rows)], LoadOptions(as_of=D(as_of) if as_of else None, **options))[-1]


def corrected(store: Store, path: Path, changes: dict[str, dict[str, str]], name: str = "registration") -> Path:
    """The exported workbook with cells changed in some rows (``SEQ:ROW``) and the other rows left out."""
    path.unlink(missing_ok=True)
    quarantinebook.write(path, quarantine.refused(store))
    book = openpyxl.load_workbook(path)
    sheet = book[name]
    header = [cell.value for cell in sheet[1]]
    for row in range(sheet.max_row, 1, -1):
        place = f"{sheet.cell(row, 1).value}:{sheet.cell(row, 3).value}"
        if place not in changes:
            sheet.delete_rows(row)
            continue
        for column, text in changes[place].items():
            sheet.cell(row, header.index(column, 5) + 1).value = text
    for other in book.sheetnames:
        if other != name:
            del book[other]
    book.save(path)
    return path


def again(store: Store, path: Path | None = None, **options: Any) -> Replayed:
    return replay.replay(store, quarantinebook.read(path) if path else None, **options)


def listed(store: Store) -> list[tuple[str, str]]:
    return [(item["id"], item["reason"]) for item in quarantine.quarantined(store)]
