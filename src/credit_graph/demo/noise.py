"""Faults as real files have them, planted in a share of the rows, each with a record of what was done.

A row gets one fault at most. What becomes of it is written down in the words of whoever reads files: ``quarantined``
(the row can't be used), ``set_aside`` (one value can't), ``duplicate``, ``fine`` (it must be understood all the same).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa

from credit_graph.demo.cells import Column, texts
from credit_graph.demo.codes import broken, citizen_ids
from credit_graph.demo.files import Form, Table

_CODES = (
    "uni_social_crd_cd",
    "统一社会信用代码",
    "行政相对人代码_1（统一社会信用代码）",
    "代码_1（统一社会信用代码）",
    "单位统一社会信用代码",
)
# columns, in any table, that bear a wrong value without making the row useless
_DAYS = (
    "opt_from",
    "subscrip_dt",
    "认缴出资日期",
    "subscrip_amt_dt",
    "公示日期",
    "issue_dt",
    "处罚有效期",
    "finish_dt",
    "report_dt",
    "public_deadline",
    "doc_dt",
    "评定时间",
    "经营(营业)起始日期",
)
_AMOUNTS = (
    "reg_capt",
    "注册资本(资金数额)",
    "资产总额",
    "asset_zmt",
    "subscrip_amt",
    "实缴出资额",
    "cumula_sub_amt",
    "involve_amt",
    "punish_money",
)
_TEXTS = (
    "opt_scop",
    "经营范围",
    "facts",
    "违法事实",
    "处罚事由",
    "punish_rea",
    "problem_desc",
    "case_desc",
    "检查事项",
    "营运状况",
    "position_cn",
    "comp_nm",
    "企业名称",
    "opt_pro",
    "main_illg_fact",
    "legal_basis",
)
_NAMES = ("comp_nm", "企业名称", "企业名称（字号名称）", "行政相对人名称", "taxer_nm", "opt_nm", "单位名称")
# a column whose change makes two rows of one key contradict each other
_CONTENT = {
    "registration": ("addr", "住所（登记、个体户经营场所）"),
    "legal_representative": ("position_cn",),
    "subscribed_contribution": ("subscrip_way_cn",),
    "annual_report": ("营运状况",),
    "annual_report_assets": ("tax_total",),
    "abnormal_listing": ("作出决定机关(列入)",),
    "complaint": ("handle_org",),
    "inspection": ("检查机关",),
}
_FIRST_ID, _LAST_ID = 4_000_000, 4_900_000  # numbers of persons who are nowhere else in the city


@dataclass(frozen=True)
class Planted:
    """One fault: the row as a spreadsheet counts, the column, what was done, what must become of the row."""

    row: int
    column: str
    fault: str
    outcome: str
    number: str = ""  # a citizen ID that was put there


@dataclass
class Dirt:
    """A table on its way to being dirty."""

    table: Table
    form: Form
    draw: np.random.Generator
    source: str
    planted: list[Planted] = field(default_factory=list)
    edits: dict[str, dict[int, str]] = field(default_factory=dict)  # column -> row -> cell
    copies: list[tuple[int, dict[str, str]]] = field(default_factory=list)  # rows to repeat, with changes

    def column(self, names: tuple[str, ...]) -> str | None:
        """The first of these columns that the table has."""
        return next((name for name in names if name in self.table.columns), None)

    def cell(self, column: str, row: int) -> str:
        """A cell as it is."""
        return str(self.table.columns[column][row].as_py())

    def put(self, row: int, column: str, cell: str, fault: str, outcome: str, number: str = "") -> bool:
        """Put the cell there and write it down."""
        self.edits.setdefault(column, {})[row] = cell
        self.planted.append(Planted(row + 2, column, fault, outcome, number))
        return True

    def pick(self, choices: tuple[str, ...]) -> str:
        """One of them."""
        return choices[int(self.draw.integers(len(choices)))]


def dirty(
    table: Table, form: Form, source: str, share: float, draw: np.random.Generator
) -> tuple[Table, list[Planted]]:
    """The table with faults in about ``share`` of its rows, and what was planted, by row."""
    table = Table({name: texts(column) for name, column in table.columns.items()})
    dirt = Dirt(table, form, draw, source)
    for row in np.flatnonzero(draw.random(len(table)) < share).tolist():
        order = draw.permutation(len(_FAULTS))
        next((True for place in order.tolist() if _FAULTS[place](dirt, row)), False)
    return _finished(dirt), sorted(dirt.planted, key=lambda item: item.row)


def _finished(dirt: Dirt) -> Table:
    """The table with changed cells, repeated rows at its end, and broken lines."""
    columns: dict[str, Column] = {}
    for name, column in dirt.table.columns.items():
        cells = column
        changed = dirt.edits.get(name, {})
        if changed or dirt.copies:
            values = cells.to_pylist()
            for row, cell in changed.items():
                values[row] = cell
            values += [change.get(name, values[row]) for row, change in dirt.copies]
            cells = pa.array(values, type=pa.string())
        columns[name] = cells
    return Table(columns, dirt.table.lines)


def _code(dirt: Dirt, row: int) -> bool:
    """A credit code that is wrong, destroyed by a spreadsheet, or only oddly written."""
    column = dirt.column(_CODES)
    if column is None or dirt.source in _OTHER_KEYS or len(code := dirt.cell(column, row)) != 18:
        return False
    kind = dirt.pick(("check", "destroyed", "lower", "wide", "apostrophe", "spaced"))
    written = {
        "check": (broken(code), "quarantined"),
        "destroyed": (f"{code[0]}.{code[1:6]}E+17", "quarantined"),
        "lower": (code.lower(), "fine"),
        "wide": ("".join(chr(ord(c) + 0xFEE0) for c in code), "fine"),
        "apostrophe": ("'" + code, "fine"),
        "spaced": (f"{code[:6]} {code[6:]} ", "fine"),
    }
    cell, outcome = written[kind]
    return dirt.put(row, column, cell, f"code_{kind}", outcome)


# tables in which another column names the subject, or none does
_OTHER_KEYS = ("court_defaulter", "unfulfilled_judgment", "tax_a_rating", "sanction", "penalty_case")


def _day(dirt: Dirt, row: int) -> bool:
    """An impossible day, or a possible one in another form."""
    column = dirt.column(_DAYS)
    if column is None or not (cell := dirt.cell(column, row)):
        return False
    try:
        parts = cell.split(" ")[0].replace("/", "-").split("-")
        day = date(*(int(part) for part in parts))
    except (ValueError, TypeError):
        return False
    if not 1950 < day.year < 2090 or (day.month, day.day) == (1, 1):
        return False
    kind = dirt.pick(("impossible", "compact", "chinese", "serial", "dotted"))
    form = {
        "impossible": f"{day.year}-02-30",
        "compact": f"{day:%Y%m%d}",
        "chinese": f"{day.year}年{day.month}月{day.day}日",
        "serial": str((day - date(1899, 12, 30)).days),
        "dotted": f"{day.year}.{day.month}.{day.day}",
    }[kind]
    return dirt.put(row, column, form, f"day_{kind}", "set_aside" if kind == "impossible" else "fine")


def _amount(dirt: Dirt, row: int) -> bool:
    """An amount in words, or with its unit or thousands marks in the cell."""
    column = dirt.column(_AMOUNTS)
    if column is None or not (cell := dirt.cell(column, row)).replace(".", "").isdigit():
        return False
    kind = dirt.pick(("words", "marks", "currency"))
    whole = cell.split(".")[0]
    form = {"words": "伍拾万元整左右", "marks": f"{int(whole):,}", "currency": f"人民币{cell}"}[kind]
    return dirt.put(row, column, form, f"amount_{kind}", "set_aside" if kind == "words" else "fine")


def _number_in_text(dirt: Dirt, row: int) -> bool:
    """A citizen ID in a text, or in a column that is for something else."""
    column = dirt.column(_TEXTS)
    if column is None:
        return False
    number = bytes(citizen_ids(dirt.draw.integers(_FIRST_ID, _LAST_ID, 1))[0]).decode()
    form = dirt.pick(("text", "alone", "spaced"))
    cell = dirt.cell(column, row)
    put = {"text": f"{cell}（经营者身份证{number}）", "alone": number, "spaced": f"{cell} 身份证号：{number} 。"}[form]
    if form == "alone" and column in _NAMES:
        return False
    return dirt.put(row, column, put, f"id_{form}", "fine", number)


def _rare_character(dirt: Dirt, row: int) -> bool:
    """A character of four bytes in GB18030, a full-width letter, a soft break in a name."""
    column = dirt.column(_NAMES)
    if column is None or len(name := dirt.cell(column, row)) < 4 or dirt.source in _BY_NAME:
        return False
    odd = dirt.pick(("𠮷", "㛃", "Ａ", "·"))
    return dirt.put(row, column, name[:2] + odd + name[2:], "character", "fine")


_BY_NAME = ("tax_arrears", "court_defaulter", "unfulfilled_judgment")


def _again(dirt: Dirt, row: int) -> bool:
    """The same row a second time, or with another content."""
    column = dirt.column(_CONTENT.get(dirt.source, ()))
    place = len(dirt.table) + len(dirt.copies) + 2
    if column is not None and dirt.draw.random() < 0.4:
        dirt.copies.append((row, {column: "与另一行不同"}))
        dirt.planted += [Planted(line, column, "contradiction", "quarantined") for line in (row + 2, place)]
        return True
    dirt.copies.append((row, {}))
    dirt.planted.append(Planted(place, "", "repeated", "duplicate"))
    return True


def _shape(dirt: Dirt, row: int) -> bool:
    """A row of a text file with a few cells only, or with some too many."""
    if not dirt.form.suffix.startswith(("csv", "tsv")):
        return False
    delimiter = "\t" if dirt.form.suffix.startswith("tsv") else ","
    cells = [dirt.cell(name, row).replace(delimiter, "，").replace('"', "") for name in dirt.table.columns]
    more = dirt.draw.random() < 0.5
    dirt.table.lines[row] = delimiter.join([*cells, "多出", "两格"] if more else cells[: max(2, len(cells) // 2)])
    dirt.planted.append(Planted(row + 2, "", "cells_more" if more else "cells_fewer", "quarantined"))
    return True


def _bare(dirt: Dirt, row: int) -> bool:
    """A row of the register that has a code and a name, and tells nothing."""
    column = dirt.column(_CODES)
    if dirt.source != "registration" or column is None:
        return False
    for name in dirt.table.columns:
        if name not in {column, *_NAMES}:
            dirt.edits.setdefault(name, {})[row] = ""
    dirt.planted.append(Planted(row + 2, "", "bare", "empty"))
    return True


_FAULTS: tuple[Callable[[Dirt, int], bool], ...] = (
    _code,
    _day,
    _amount,
    _number_in_text,
    _rare_character,
    _again,
    _shape,
    _bare,
)
