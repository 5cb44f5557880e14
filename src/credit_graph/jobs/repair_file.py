"""The portal's export of applications for credit repair, read; and the rows that were refused, written for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from credit_graph.errors import CreditGraphError, InputError, UsageError
from credit_graph.ingest import values
from credit_graph.ingest.files import expand
from credit_graph.ingest.limits import limits
from credit_graph.ingest.screening import screen_text
from credit_graph.ingest.tables import RawTable, tables
from credit_graph.jobs.sheets import Sheet, new_file, write_csv, write_workbook
from credit_graph.lists.repair import Application, RepairPolicy
from credit_graph.model.headers import normal_header
from credit_graph.text import joined, t


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row of which no proceeding was begun, the field that is at fault, and why."""

    application: Application
    field: str
    error: CreditGraphError


def read(path: Path, rules: RepairPolicy) -> list[Application]:
    """The applications of the first table of a file in which the columns are found; cells screened, days as ISO text.

    Raises ``InputError``: not_found, not_a_table …, ``input.not_applications`` where no table has the columns.
    """
    missing: list[str] = list(rules.required)
    label = str(path)
    for file in expand([path]):
        label = file.label
        for table in tables(file):
            found, lacking = _header(table, rules)
            if found is not None:
                line, places = found
                return list(_rows(table, line, places))
            missing = min(missing, lacking, key=len)
    names = joined(rules.columns[name][0] for name in missing)
    raise InputError("input.not_applications", path=label, why=names)


def _header(table: RawTable, rules: RepairPolicy) -> tuple[tuple[int, dict[str, int]] | None, list[str]]:
    """The line of the header and the place of each column; else what the line that fits best lacks."""
    fields = {normal_header(name): field for field, names in rules.columns.items() for name in names}
    best = list(rules.required)
    for line, cells in enumerate(islice(table.rows(), limits().max_title_rows), start=1):
        places: dict[str, int] = {}
        for place, cell in enumerate(cells):
            field = fields.get(normal_header(cell))
            if field is not None:
                places.setdefault(field, place)
        lacking = [name for name in rules.required if name not in places]
        if not lacking:
            return (line, places), []
        best = min(best, lacking, key=len)
    return None, best


def _rows(table: RawTable, line: int, places: dict[str, int]) -> Iterator[Application]:
    for number, cells in enumerate(islice(table.rows(), line, None), start=line + 1):
        found = {}
        for field, place in places.items():
            text = values.clean(screen_text(cells[place])) if place < len(cells) else ""
            if text:
                found[field] = _value(field, text)
        if found:
            yield Application(number, found)


def _value(field: str, text: str) -> str:
    """Days and numbers in one form; what is no day stays, and is refused where a day is asked."""
    try:
        if field in ("applied_on", "shown_since", "ruling_on"):
            day = values.day(text)
            return day.isoformat() if day is not None else text
        return values.document_number(text) if field == "number" else text
    except values.Bad:
        return text


_HEADER = [("行", "row"), ("列", "column"), ("原因", "reason"), ("错误代码", "code")]
_WIDTHS = [8, 20, 60, 24, 24, 28, 24, 32]


def check_out(path: Path | None) -> None:
    """Refuse a name of the file of refusals that can't be written, before anything is begun."""
    if path is None:
        return
    if path.suffix.lower() not in (".xlsx", ".csv"):
        raise UsageError("usage.bad_value", option="--refused", value=path, why="FILE.xlsx, FILE.csv")
    with new_file(path):
        pass
    path.unlink()


def write_refused(path: Path, refused: Sequence[RefusedRow], rules: RepairPolicy) -> None:
    """A new file (.xlsx or .csv): row, column, reason, code of the error, and whose application it is.

    Raises ``StateError``: exists, cannot_write.
    """
    told = ("application", "kind", "code", "name")
    header = [t(*item) for item in _HEADER] + [rules.columns[field][0] for field in told]
    rows = [
        [
            str(item.application.row),
            rules.columns.get(item.field, (item.field,))[0],
            screen_text(str(item.error)),
            item.error.code,
            *(item.application.values.get(field, "") for field in told),
        ]
        for item in refused
    ]
    if path.suffix.lower() == ".xlsx":
        write_workbook(path, [Sheet(t("未接收", "refused"), header, _WIDTHS, rows)])
        return
    write_csv(path, [header, *rows])
