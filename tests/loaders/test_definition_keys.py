"""What a definition may say beyond its columns: constants, the number that joins, ends that still count."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from checking import all_rows, check, csv_file, outcome
from city import credit_code
from credit_graph import text
from credit_graph.ingest.definitions import load_definition, read_definition
from credit_graph.ingest.drafts import said
from credit_graph.model.definition import Definition

GOOD = """\
source: decrees
kind: Case
title: {zh: 决定, en: Decrees}
publisher: 某局
key: [case_id]
scope: none
joined_by: document_number
valid: {from: opened_on, through: public_until}
constants: {penalty_kind: 警告}
columns:
  case_id: [nr, 编号]
  document_number: [doc, 文号]
  opened_on: [start, 起]
  public_until: [last, 止]
"""
COLUMNS = ["nr", "doc", "start", "last"]


@pytest.fixture(autouse=True)
def chinese() -> None:
    text.use("zh")


def folder(tmp_path: Path, content: str = GOOD) -> Path:
    made = tmp_path / "decrees"
    made.mkdir()
    (made / "loader.yml").write_text(content, encoding="utf-8")
    return made


@pytest.mark.parametrize(
    ("old", "new", "line", "why"),
    [
        ("joined_by: document_number\n", "", 9, "没有指明主体的列"),
        ("joined_by: document_number", "joined_by: case_number", 7, "case_number 不在 columns 中"),
        ("through: public_until", "through: case_id", 8, "case_id 不是日期"),
        ("through: public_until", "to: public_until, through: public_until", 8, "to 与 through 只能写一个"),
        ("penalty_kind: 警告", "fine: '5'", 9, "须是 Case 的文字或类别字段"),
        ("penalty_kind: 警告", "colour: 红", 9, "须是 Case 的文字或类别字段"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, old: str, new: str, line: int, why: str) -> None:
    definition, problems = read_definition(folder(tmp_path, GOOD.replace(old, new)))
    assert definition is None
    assert [problem.line for problem in problems] == [line]
    assert why in problems[0].why


def decree(tmp_path: Path, **cells: str) -> tuple[Definition, Path]:
    row = dict(zip(COLUMNS, ("1", "甲罚[2024]第3号", "2024-01-01", "2024-12-31"), strict=True)) | cells
    return load_definition(folder(tmp_path)), csv_file(tmp_path, COLUMNS, [row])


@pytest.mark.parametrize(
    ("last", "end"),
    [("2024-12-31", date(2025, 1, 1)), ("2024-01-01", date(2024, 1, 2)), ("长期", None), ("2023-12-31", None)],
)
def test_the_last_day_of_a_term_still_counts(tmp_path: Path, last: str, end: date | None) -> None:
    definition, path = decree(tmp_path, last=last)
    (row,) = all_rows(check(path, known={"decrees": definition}))
    found = said(definition, row, seq=1, as_of=None)
    assert (found.start, found.end) == (date(2024, 1, 1), end)
    assert [fault.reason for fault in row.faults] == (["interval_reversed"] if last == "2023-12-31" else [])


def test_constants_are_content_and_the_number_stands_for_the_subject(tmp_path: Path) -> None:
    definition, path = decree(tmp_path)
    (row,) = all_rows(check(path, known={"decrees": definition}))
    assert (row.key, row.eid, row.content["penalty_kind"]) == ("1", "doc:甲罚〔2024〕3号", "警告")


def test_a_row_without_party_and_number_is_set_aside(tmp_path: Path) -> None:
    definition, path = decree(tmp_path, doc="")
    (row,) = all_rows(check(path, known={"decrees": definition}))
    assert outcome(row) == ("quarantined", {("subject", "subject_missing", "")})


def test_a_credit_code_among_persons_documents_names_the_firm(tmp_path: Path) -> None:
    columns = ["唯一标志符", "案件编号", "当事人名称", "当事人证件号码"]
    firm = dict(zip(columns, ("c1", "n1", "某公司", credit_code(1)), strict=True))
    (row,) = all_rows(check(csv_file(tmp_path, columns, [firm])))
    assert (row.eid, row.pid, row.faults) == (credit_code(1), None, ())
    assert row.content["credit_code"] == credit_code(1)
