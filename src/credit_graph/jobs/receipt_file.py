"""A file of receipts of publication (公示回执), CSV or workbook: read; what was refused of it, written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from credit_graph.errors import InputError
from credit_graph.ingest.files import expand, shown
from credit_graph.ingest.screening import screen_text
from credit_graph.ingest.tables import tables
from credit_graph.jobs.receipt_book import Names, Refused, Stated
from credit_graph.jobs.sheets import Sheet, Value, write_workbook
from credit_graph.text import joined, t

# how a column may be called; the first names it in what is refused
_WHAT = ("文号", "文书文号", "行政处罚决定书文号", "记录编号", "统一社会信用代码", "document", "code")
_CHANNEL = ("公示渠道", "渠道", "channel")
_NUMBER = ("回执编号", "公示回执编号", "receipt", "number")
_DAY = ("公示日期", "公示之日", "day", "on")
NAMES = Names(_WHAT[0], _CHANNEL[0], _NUMBER[0], _DAY[0])


def read(path: Path, channel: str | None = None) -> list[Stated]:
    """The rows of a file, every cell screened; ``channel``: of all rows, where the file has no such column.

    Raises ``InputError``: ``input.columns`` where a column is missing, and what reading a table raises.
    """
    found: list[Stated] = []
    for file in expand([path]):
        for table in tables(file):
            rows = enumerate(table.rows(), start=1)
            places = _places(next((row for _, row in rows if any(row)), []))
            if not places and found:
                continue  # a sheet of notes behind the table
            wanted = {_WHAT: places.get(_WHAT), _NUMBER: places.get(_NUMBER), _DAY: places.get(_DAY)}
            if channel is None:
                wanted[_CHANNEL] = places.get(_CHANNEL)
            if missing := [names[0] for names, place in wanted.items() if place is None]:
                raise InputError("input.columns", path=shown(str(path)), columns=joined(missing))
            found += _rows(rows, places, channel)
    return found


def write_refused(path: Path, refused: Sequence[Refused]) -> None:
    """Write the refused rows into a new workbook that can be corrected and imported again.

    Raises ``StateError``: exists, cannot_write.
    """
    header = [*(getattr(NAMES, name) for name in ("what", "channel", "number", "day")), t("行", "row")]
    header += [t("列", "column"), t("原因", "reason")]
    rows = [_told(item) for item in refused]
    write_workbook(path, [Sheet(t("未记录的回执", "refused"), header, [32, 12, 24, 12, 8, 12, 60], rows)])


def _told(item: Refused) -> list[Value]:
    stated, why = item.stated, f"{item.error.code} {item.error}"
    return [stated.what, stated.channel, stated.number, stated.day, stated.row, item.column, why]


def _places(header: Sequence[str]) -> dict[tuple[str, ...], int]:
    """Where the columns stand, by their names."""
    titles = [cell.strip().lower() for cell in header]
    return {
        names: place
        for names in (_WHAT, _CHANNEL, _NUMBER, _DAY)
        if (place := next((titles.index(name) for name in names if name in titles), None)) is not None
    }


def _rows(
    rows: Iterator[tuple[int, list[str]]], places: dict[tuple[str, ...], int], channel: str | None
) -> Iterator[Stated]:
    for number, row in rows:
        if any(row):
            cells = {names: screen_text(row[at].strip()) for names, at in places.items() if at < len(row)}
            where = cells.get(_CHANNEL) or channel or ""
            yield Stated(cells.get(_WHAT, ""), where, cells.get(_NUMBER, ""), cells.get(_DAY, ""), number)
