"""The workbooks of collecting: the form that a department fills in, and what goes back to it with its faults."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from credit_graph.ingest.values import Bad
from credit_graph.ingest.values import day as read_day
from credit_graph.jobs.sheets import exported, new_file
from credit_graph.lists.collecting import Checked
from credit_graph.lists.collecting_form import MOST_ROWS, VERSION, Column, Form, alternatives, wordings
from credit_graph.text import t

FORM, NOTES, MARKS = "报送表", "填表说明", "credit_graph"  # names of the sheets
HEADER = 3  # row of the header; the table begins below
LINE, FAULTS = ("行", "row"), ("问题", "faults")  # what is added to what goes back
EXAMPLE = ("庆原市示例商贸有限公司", "91621002MA00X0015H")  # invented; of the notes alone

_LAST = HEADER + MOST_ROWS
_THIN = Side(style="thin", color="B0B0B0")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_HEAD, _NEEDED = PatternFill("solid", fgColor="D9E2F3"), PatternFill("solid", fgColor="BDD0EE")
_WRONG, _RIGHT = PatternFill("solid", fgColor="FFD9D9"), PatternFill("solid", fgColor="E5F2E0")
_TOLD_WIDTH = 60
_NOTE_WIDTHS = (34, 8, 60, 60)
_LEFT = Alignment(vertical="top", horizontal="left")
_WRAP = Alignment(wrap_text=True, vertical="top")


def write_form(path: Path, form: Form) -> None:
    """Write an empty form as a new file. Raises ``StateError``: exists, cannot_write."""
    with new_file(path) as file:
        _form(form).save(file)


def write_returned(path: Path, form: Form, checked: Sequence[Checked], told: str) -> None:
    """Write what goes back: the form with the rows as they came, where they stood, each with its faults; ``told``: what
    became of the file, above the table. Raises as :func:`write_form`."""
    book = _form(form)
    sheet: Any = book[FORM]
    columns = form.columns
    sheet["A2"] = exported(told)
    for place, (title, width) in enumerate(((LINE, 6), (FAULTS, _TOLD_WIDTH)), start=len(columns) + 1):
        _head(sheet.cell(HEADER, place), t(*title), _HEAD)
        sheet.column_dimensions[get_column_letter(place)].width = width
    for item in checked:
        faulty: dict[str, list[str]] = {}
        for fault in item.faults:
            faulty.setdefault(fault.column, []).append(fault.text)
        for place, column in enumerate(columns, start=1):
            _fill(sheet.cell(item.row.number, place), item.row.cells.get(column.name, ""), column)
            if column.name in faulty:
                sheet.cell(item.row.number, place).fill = _WRONG
        _tell(sheet, item, faulty, {column.name: column.title for column in columns}, len(columns) + 1)
        texts = [(item.row.cells.get(column.name, ""), column.width) for column in columns]
        told_of = (str(sheet.cell(item.row.number, len(columns) + 2).value), _TOLD_WIDTH)
        sheet.row_dimensions[item.row.number].height = _height([*texts, told_of])
    sheet.auto_filter.ref = f"A{HEADER}:{get_column_letter(len(columns) + 2)}{_end(checked)}"
    with new_file(path) as file:
        book.save(file)


def marks(form: Form) -> dict[str, str]:
    """By what a returned file is recognised."""
    return {
        "version": VERSION,
        "list": form.list_name,
        "department": form.issuer.name,
        "period": form.period.name,
        "rules": form.row.id,
    }


def _end(checked: Sequence[Checked]) -> int:
    return max((item.row.number for item in checked), default=HEADER + 1)


def _form(form: Form) -> Workbook:
    book = Workbook()
    sheet: Any = book.active
    sheet.title = FORM
    _table(sheet, form)
    _notes(book.create_sheet(NOTES), form)
    hidden: Any = book.create_sheet(MARKS)
    hidden.sheet_state = "hidden"
    for row, (name, value) in enumerate(marks(form).items(), start=1):
        hidden.cell(row, 1, name)
        hidden.cell(row, 2, value)
    _choices(sheet, hidden, form)
    return book


def _table(sheet: Any, form: Form) -> None:
    """Heading, header, columns that stay text or days, protected but for the table itself."""
    sheet["A1"] = form.heading
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A2"] = t(
        f"每份决定一行，从第 {HEADER + 1} 行填起；深色列必填，逐列说明见“{NOTES}”；不要增删、移动列，不要合并单元格。",
        f"A row per decision from row {HEADER + 1} on; dark columns are needed; see “{NOTES}”; don't move columns.",
    )
    for place, column in enumerate(form.columns, start=1):
        _head(sheet.cell(HEADER, place), column.title, _NEEDED if column.needed else _HEAD)
        dimension = sheet.column_dimensions[get_column_letter(place)]
        dimension.width = column.width
        dimension.number_format = _format(column)
        dimension.protection = Protection(locked=False)
    sheet.row_dimensions[HEADER].height = 22
    sheet.freeze_panes = f"B{HEADER + 1}"
    guard = sheet.protection
    guard.sheet = True
    for allowed in ("formatColumns", "formatRows", "formatCells", "insertRows", "deleteRows", "sort", "autoFilter"):
        setattr(guard, allowed, False)  # openpyxl: False means that it is not locked
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{HEADER}:{HEADER}"


def _head(cell: Any, title: str, fill: PatternFill) -> None:
    cell.value = title
    cell.font = Font(bold=True)
    cell.fill = fill
    cell.border = _BORDER
    cell.alignment = Alignment(vertical="center", wrap_text=True)


def _height(cells: Iterable[tuple[str, int]]) -> float:
    """The height of a row, in points, in which these texts fit when they are wrapped to these widths (characters, of
    which a Chinese one takes two): not every program finds it by itself."""
    lines = 1
    for text, width in cells:
        needed = sum(
            max(1, math.ceil(sum(1 if character.isascii() else 2 for character in part) / (width - 2)))
            for part in text.split("\n")
        )
        lines = max(lines, needed)
    return 15.0 * lines + 3


def _format(column: Column) -> str:
    return "yyyy-mm-dd" if column.kind == "day" else "@"


def _fill(cell: Any, text: str, column: Column) -> None:
    """The text as it came, a day as a day; a cell that begins like a formula stays text."""
    cell.value = _day(text) if column.kind == "day" else None
    if cell.value is None:
        cell.value = exported(text) or None
        cell.data_type = "s"
        cell.quotePrefix = True
    cell.number_format = _format(column)
    cell.border = _BORDER
    cell.alignment = _LEFT if column.kind == "day" else _WRAP
    cell.protection = Protection(locked=False)


def _day(text: str) -> date | None:
    try:
        return read_day(text) if text else None
    except Bad:
        return None


def _tell(sheet: Any, item: Checked, faulty: Mapping[str, list[str]], titles: Mapping[str, str], place: int) -> None:
    """Row and faults beside the table; a faulty cell also tells its own in a comment."""
    row = item.row.number
    line, cell = sheet.cell(row, place), sheet.cell(row, place + 1)
    line.value = row
    texts = [f"{titles[column]}：{text}" for column, found in faulty.items() for text in found]
    right = t("无问题（此前已在库）", "right (known already)") if item.known else t("无问题", "right")
    if item.shown_later:
        end = item.form.period.last
        right += t(
            f"；公示日期晚于 {end}，按该日编制的名单不含本条", f"; published after {end}: not on a list of that day"
        )
    cell.value = exported("\n".join(texts) or right)
    cell.data_type = "s"
    cell.alignment = _WRAP
    cell.fill = _WRONG if texts else _RIGHT
    line.border = cell.border = _BORDER
    line.alignment = Alignment(vertical="top", horizontal="center")
    for at, column in enumerate(item.form.columns, start=1):
        if column.name in faulty:
            sheet.cell(row, at).comment = Comment(exported("\n".join(faulty[column.name])), "credit-graph")


def _choices(sheet: Any, hidden: Any, form: Form) -> None:
    """Drop-downs: the grounds; the wordings of the ground that was chosen; days."""
    last = 0  # of the wordings so far
    for at, ground in enumerate(form.row.grounds, start=1):
        texts = wordings(ground) or [ground.text]
        for at_column, value in enumerate((form.choice(ground), last, len(texts)), start=4):
            hidden.cell(at, at_column, value)
        for below, text in enumerate(texts, start=last + 1):
            hidden.cell(below, 8, text)
        last += len(texts)
    places = {column.name: get_column_letter(place) for place, column in enumerate(form.columns, start=1)}
    table = f"{MARKS}!$D$1:$F${len(form.row.grounds)}"
    start, count = (f"VLOOKUP(${places['ground']}{HEADER + 1},{table},{n},FALSE)" for n in (2, 3))
    formulas = {
        "choice": f"{MARKS}!$D$1:$D${len(form.row.grounds)}",
        "wording": f"OFFSET({MARKS}!$H$1,{start},0,{count},1)",
    }
    for column in form.columns:
        place = places[column.name]
        if column.kind in formulas:
            free = column.kind == "wording"  # its wordings are beginnings, to be written on
            found = DataValidation("list", formulas[column.kind], allow_blank=True, showErrorMessage=not free)
        elif column.kind == "code":
            found = DataValidation("textLength", operator="equal", formula1="18", allow_blank=True)
        elif column.kind == "day":
            found = DataValidation("date", operator="greaterThan", formula1="36526", allow_blank=True)
        else:
            continue
        found.errorTitle, found.error = column.title, column.note[:200]
        found.promptTitle, found.prompt = column.title[:30], column.note[:200]
        found.showInputMessage = True
        found.add(f"{place}{HEADER + 1}:{place}{_LAST}")
        sheet.add_data_validation(found)


def _notes(sheet: Any, form: Form) -> None:
    """What belongs in each column, by which article; the wordings of each ground; an example."""
    needed = (t("必填", "needed"), t("可不填", "may be empty"))
    lines: list[tuple[str, ...]] = [(form.heading,), (_about(form),), ()]
    lines.append((t("列", "column"), t("须否", ""), t("怎样填", "what belongs there"), t("依据", "basis")))
    lines += [(c.title, needed[0] if c.needed else needed[1], c.note, c.basis) for c in form.columns]
    lines += [(), (t("示例（虚构，不要照抄到报送表）", "an example (invented)"),)]
    lines += [(column.title, "", text, "") for column, text in zip(form.columns, example(form), strict=True)]
    lines += [(), (t("列入情形与列入原因的表述", "grounds, and how the act is worded"),)]
    for ground in form.row.grounds:
        choice, basis = form.choice(ground), form.document.cite(ground.article)
        lines += [(choice, "", text, basis) for text in alternatives(ground) or [ground.text]]
    for row, line in enumerate(lines, start=1):
        for place, text in enumerate(line, start=1):
            cell = sheet.cell(row, place, text or None)
            cell.alignment = _WRAP if len(line) > 1 else Alignment()
            cell.border = _BORDER if len(line) > 1 else Border()
            cell.font = Font(bold=len(line) == 1 or line[0] == t("列", "column"))
        if len(line) > 1:
            sheet.row_dimensions[row].height = _height(zip(line, _NOTE_WIDTHS, strict=True))
    for place, width in enumerate(_NOTE_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.protection.sheet = True
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _about(form: Form) -> str:
    return t(
        "填好后原样发回；核对结果以“-退回”文件返回，问题逐行写明，改正后可直接发回该文件。",
        "Send it back filled in; what is wrong comes back row by row, and can be corrected in that file.",
    )


def example(form: Form) -> list[str]:
    """A filled-in row, invented."""
    ground = form.row.grounds[0]
    day = form.period.last
    said = {
        "name": EXAMPLE[0],
        "credit_code": EXAMPLE[1],
        "ground": form.choice(ground),
        "reason": next(iter(wordings(ground)), ground.text),
        "number": f"{(form.issuer.prefixes or ('示例市监处罚',))[0]}〔{day.year}〕1号",
        "listed_on": f"{day}",
        "receipt": "GS-1",
        "published_on": f"{day}",
        "last_day": f"{form.last_day(day) or ''}",
    }
    return [said[column.name] for column in form.columns]
