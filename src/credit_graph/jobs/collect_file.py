"""Reads a form that a department sent back. Whatever was changed but the table itself is an error, not a guess."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice

from openpyxl.utils import get_column_letter
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from credit_graph.errors import InputError
from credit_graph.ingest import workbooks
from credit_graph.ingest.files import SourceFile, fingerprint
from credit_graph.ingest.screening import screen_text
from credit_graph.ingest.tables import tables
from credit_graph.ingest.values import clean
from credit_graph.jobs.collect_book import EXAMPLE, FAULTS, FORM, HEADER, LINE, MARKS, NOTES, marks
from credit_graph.lists.collecting_draft import Row
from credit_graph.lists.collecting_form import MOST_ROWS, Form, form_of
from credit_graph.lists.issuers import issuer_named
from credit_graph.lists.periods import Quarter
from credit_graph.lists.policy import plain
from credit_graph.model.headers import normal_header
from credit_graph.model.identifiers import is_credit_code
from credit_graph.text import t

_CODE = re.compile(r"[0-9A-Z]{18}")
_OURS = (FORM, NOTES, MARKS)


def read_form(file: SourceFile, list_name: str, period: Quarter, today: date) -> tuple[Form, list[Row]]:
    """The form that the file is, and its rows that say something, every cell screened.

    Raises ``InputError``: not_found, no_permission, empty, damaged, encrypted, too_large as any file;
    ``input.not_a_return``: no form of this list, of an issuing department, for this period and by today's rules;
    ``input.return_altered``: sheet, header or table are not as they were made.
    """
    fingerprint(file)
    data = file.whole()
    if not _is_xlsx(data):
        raise _not_a_return(file, t("不是 XLSX 工作簿，请用原报送表", "it is no XLSX workbook: use the form itself"))
    workbooks.guard(data, file.label)
    form = _recognised(file, data, list_name, period, today)
    rows = next((table.rows for table in tables(file) if table.sheet == FORM), None)
    if rows is None:
        raise _altered(file, FORM, "", t("被隐藏，请取消隐藏", "is hidden: show it"))
    shift = _check_head(file, form, list(islice(rows(), HEADER)))
    return form, list(_rows(file, form, islice(rows(), HEADER, None), shift))


def _is_xlsx(data: bytes) -> bool:
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return False
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "xl/workbook.xml" in archive.namelist()


def _recognised(file: SourceFile, data: bytes, list_name: str, period: Quarter, today: date) -> Form:
    """The form by the marks of the workbook; its sheets are looked at."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        if FORM not in book.sheet_names or MARKS not in book.sheet_names:
            why = t(f"没有“{FORM}”和标记，请用 release template 生成的报送表", "it was not made by release template")
            raise _not_a_return(file, why)
        told = {
            str(row[0]): str(row[1]) for row in book.get_sheet_by_name(MARKS).to_python() if len(row) > 1 and row[0]
        }
        form = _form(file, told, list_name, period, today)
        _check_sheets(file, book, [name for name in book.sheet_names if name not in (FORM, MARKS)])
        merged = book.get_sheet_by_name(FORM).merged_cell_ranges or []
    except PasswordError:
        raise InputError("input.encrypted", path=file.label) from None
    except (CalamineError, OSError, ValueError):
        why = t("工作簿不完整或格式不对", "the workbook is incomplete or malformed")
        raise InputError("input.damaged", path=file.label, why=why) from None
    if merged:
        (top, left), (bottom, right) = min(merged)
        cells = f"{get_column_letter(left + 1)}{top + 1}:{get_column_letter(right + 1)}{bottom + 1}"
        raise _altered(file, FORM, cells, t("有合并单元格，请取消合并", "has merged cells"))
    return form


def _form(file: SourceFile, told: dict[str, str], list_name: str, period: Quarter, today: date) -> Form:
    name = told.get("department", "")
    issuer = issuer_named(list_name, name, today)
    if told.get("list") == list_name and issuer is None:
        told_name = screen_text(name)
        raise _not_a_return(file, t(f"“{told_name}”不是本名单的列入机关", f"“{told_name}” does not enter on this list"))
    wanted = {"list": list_name, "period": period.name}
    titles = {"list": t("名单", "list"), "period": t("期次", "period")}
    for mark, value in wanted.items():
        if (found := told.get(mark, "")) != value:
            what, where = titles[mark], screen_text(found)
            zh, en = f"{what}是 {where}，本次收取 {value}", f"its {what} is {where}, not {value}"
            hint = t("（可用 --period 指定）", " (see --period)") if mark == "period" else ""
            raise _not_a_return(file, t(zh, en) + hint)
    assert issuer is not None
    form = form_of(list_name, issuer, period, today)
    now = marks(form)
    if any(told.get(mark) != now[mark] for mark in ("version", "rules")):
        raise _not_a_return(file, t("按旧规则生成，请重新生成报送表", "it was made by former rules: make it anew"))
    if not form.row.authority.fits(issuer.name):
        raise _not_a_return(file, t(f"“{issuer.name}”无权列入", f"“{issuer.name}” may not list"))
    return replace(form, issuer=issuer.model_copy(update={"formerly": (*issuer.formerly, name)}))


def _check_sheets(file: SourceFile, book: CalamineWorkbook, names: Sequence[str]) -> None:
    """No entry stands on a sheet that nobody would read."""
    for name in names:
        for number, row in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False), start=1):
            texts = [str(cell) for cell in row if cell not in ("", None)]
            codes = [code for text in texts for code in _CODE.findall(plain(text)) if is_credit_code(code)]
            if (name != NOTES and texts) or set(codes) - {EXAMPLE[1]}:
                where = t(f"第 {number} 行", f"row {number}")
                raise _altered(file, screen_text(name), where, t("有内容：数据只能填在报送表内", "holds something"))


def _check_head(file: SourceFile, form: Form, above: Sequence[Sequence[str]]) -> int:
    """How many columns it has, with those that were added when it went back, if heading and header are its own."""
    heading = above[0][0] if above and above[0] else ""
    if plain(form.issuer.formerly[-1]) not in plain(heading):
        why = t(f"表头机关与标记（{form.issuer.formerly[-1]}）不一致", "the heading names another department")
        raise _altered(file, FORM, "A1", why)
    header = [cell.strip() for cell in above[HEADER - 1]] if len(above) >= HEADER else []
    wanted = [column.title for column in form.columns]
    known = {normal_header(title) for title in wanted}
    for place, title in enumerate(wanted):
        found = header[place] if place < len(header) else ""
        if normal_header(found) == normal_header(title):
            continue
        where = f"{get_column_letter(place + 1)}{HEADER}"
        shown = screen_text(found) or t("空", "nothing")
        moved = normal_header(found) in known
        why = t("列的位置被移动" if moved else "列名被改动", "a column was moved" if moved else "a header was changed")
        raise _altered(file, FORM, where, why + t(f"：应为“{title}”，现为“{shown}”", f": “{shown}” for “{title}”"))
    more = [normal_header(title) for title in header[len(wanted) :]]
    if tuple(more[:2]) in tuple(zip(LINE, FAULTS, strict=True)):
        return len(wanted) + 2
    return len(wanted)


def _rows(file: SourceFile, form: Form, rows: Iterator[Sequence[str]], width: int) -> Iterator[Row]:
    columns = form.columns
    count = 0
    for number, cells in enumerate(rows, start=HEADER + 1):
        texts = [clean(cell) for cell in cells]
        beyond = next((place for place, text in enumerate(texts[width:], start=width + 1) if text), None)
        if beyond is not None:
            where = f"{get_column_letter(beyond)}{number}"
            raise _altered(file, FORM, where, t("表格之外有内容，请删去", "something stands beside the table"))
        said = dict(zip((column.name for column in columns), texts, strict=False))
        if not any(said.values()):
            continue
        count += 1
        if count > MOST_ROWS:
            raise _altered(file, FORM, f"A{number}", t(f"超过 {MOST_ROWS} 行，请分成几份", f"over {MOST_ROWS} rows"))
        screened = {name: screen_text(text) for name, text in said.items()}
        masked = frozenset(name for name, text in said.items() if screened[name] != text)
        yield Row(file.label, number, screened, masked)


def _not_a_return(file: SourceFile, why: str) -> InputError:
    return InputError("input.not_a_return", path=file.label, why=why)


def _altered(file: SourceFile, sheet: str, where: str, why: str) -> InputError:
    return InputError("input.return_altered", path=file.label, sheet=sheet, where=where, why=why)
