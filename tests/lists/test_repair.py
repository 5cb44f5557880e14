"""The repair desk without a graph: kinds and materials, the portal's export, the figures of a month."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
import yaml
from openpyxl import Workbook, load_workbook

from credit_graph.errors import CreditGraphError, DefinitionError, InputError, StateError, UsageError
from credit_graph.jobs import repair_file
from credit_graph.lists.procedures import procedures
from credit_graph.lists.proceedings import Actor, Proceeding, Target, due, stop, take
from credit_graph.lists.repair import Application, RepairPolicy, repair_policy
from credit_graph.lists.repair_counts import count
from credit_graph.policyfile import read_policy
from credit_graph.resources import root

D = date.fromisoformat
RULES = repair_policy()
DAY = D("2025-12-01")
ALL = "信用修复申请书；守信承诺书；罚款缴纳凭证"
CLERK, HEAD, LEADER = Actor("王经办", "case_officer"), Actor("李科长", "reviewer"), Actor("赵局长", "approver")


@pytest.mark.parametrize(
    ("called", "day", "kind"),
    [
        ("移出经营异常名录", DAY, "abnormal_operation"),
        ("个体工商户恢复正常记载状态", DAY, "abnormal_mark"),
        ("提前移出严重违法失信名单", DAY, "serious_violation"),
        ("行政处罚信息提前停止公示", DAY, "penalty"),
        ("penalty", DAY, "penalty"),
        ("抽查检查结果修复", D("2025-12-25"), "inspection"),
        ("行政处罚临时修复（重整）", D("2025-12-25"), "temporary_penalty"),
    ],
)
def test_what_may_be_applied_for(called: str, day: date, kind: str) -> None:
    assert RULES.kind(called, day).id == kind


@pytest.mark.parametrize(("called", "day"), [("抽查检查结果修复", D("2025-12-24")), ("荣誉称号", DAY), ("", DAY)])
def test_what_may_not(called: str, day: date) -> None:
    with pytest.raises(UsageError):
        RULES.kind(called, day)


@pytest.mark.parametrize(
    ("kind", "handed_in", "lacking"),
    [
        ("penalty", ALL, None),
        ("penalty", "信用修复申请书，守信承诺书", "履行处罚、消除后果的证明"),
        ("penalty", "缴款凭证", "信用修复申请书、守信承诺书"),
        ("penalty", "", "信用修复申请书、守信承诺书、履行处罚、消除后果的证明"),
        ("abnormal_operation", "申请表、承诺书", None),
        ("abnormal_mark", "申请表", "守信承诺书"),
        ("temporary_penalty", "申请书", "批准重整计划的裁定书"),
    ],
)
def test_what_an_application_has_to_bring(kind: str, handed_in: str, lacking: str | None) -> None:
    row = RULES.kind(kind, D("2026-03-02"))
    if lacking is None:
        row.check_materials(handed_in, "甲公司")
        return
    with pytest.raises(StateError) as raised:
        row.check_materials(handed_in, "甲公司")
    assert (raised.value.code, raised.value.fields["materials"]) == ("state.materials_missing", lacking)


HEADER = [
    "序号",
    "申请编号",
    "申请事项",
    "企业名称",
    "统一社会信用代码",
    "处罚决定书文号",
    "申请日期",
    "申请材料",
    "联系人电话",
]
ROW = [
    "1",
    "GS-1",
    "行政处罚",
    "甲公司",
    "91621002MA7000034B",
    "庆市监罚[2025]第7号",
    "2025年12月1日",
    ALL,
    "13900000000",
]


def test_the_export_is_read_below_its_title_and_only_what_is_named(tmp_path: Path) -> None:
    path = tmp_path / "导出.xlsx"
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["信用修复申请明细表"], HEADER, ROW, [], ["2", "GS-2", "经营异常名录", "", "x", "", "昨天", "", ""]):
        sheet.append(row)
    book.save(path)
    one, two = repair_file.read(path, RULES)
    assert one == Application(
        3,
        {
            "application": "GS-1", "kind": "行政处罚", "name": "甲公司", "code": "91621002MA7000034B",
            "number": "庆市监罚〔2025〕7号", "applied_on": "2025-12-01", "materials": ALL,
        },
    )  # fmt: skip
    # what is no day stays as it is, for the refusal to name it
    assert two == Application(5, {"application": "GS-2", "kind": "经营异常名录", "code": "x", "applied_on": "昨天"})


def test_a_file_without_the_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("申请编号,申请事项,统一社会信用代码\n1,x,y\n", "utf-8")
    with pytest.raises(InputError, match="申请日期、申请材料") as raised:
        repair_file.read(path, RULES)
    assert raised.value.code == "input.not_applications"


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_refused_rows_are_written_as_text(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"refused{suffix}"
    repair_file.check_out(path)
    assert not path.exists()
    error = UsageError("usage.unknown_entity", what="11010519491231002X")
    row = Application(7, {"application": "=1+1", "kind": "行政处罚", "code": "没有"})
    repair_file.write_refused(path, [repair_file.RefusedRow(row, "code", error)], RULES)
    if suffix == ".csv":
        lines = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    else:
        sheet = load_workbook(path).worksheets[0]
        lines = [["" if cell is None else str(cell) for cell in line] for line in sheet.iter_rows(values_only=True)]
    assert lines[0] == ["行", "列", "原因", "错误代码", "申请编号", "申请事项", "统一社会信用代码", "名称"]
    assert lines[1][:2] == ["7", "统一社会信用代码"]
    assert "11010519491231002X" not in lines[1][2]
    assert lines[1][3:] == [
        "usage.unknown_entity",
        "'=1+1" if suffix == ".csv" else "=1+1",
        "行政处罚",
        "没有",
        "",
    ]
    with pytest.raises(StateError):
        repair_file.check_out(path)
    with pytest.raises(UsageError):
        repair_file.check_out(tmp_path / "refused.txt")


def proceeding(number: int, *steps: tuple[str, str, Actor, str], applied: str = "2025-11-03") -> Proceeding:
    """A proceeding of a penalty's repair; steps: step, outcome, who, day."""
    rules = procedures("penalty").on("repair", D(applied))
    target = Target("penalty", f"p{number}", D("2025-01-01"))
    found = Proceeding(f"XF2025-{number:05d}", "penalty", "repair", f"e{number}", "甲公司", D(applied), (), target)
    first = {"applied_on": applied, "materials": ALL, "shown_since": "2025-01-10"}
    found = take(rules, found, "applied", CLERK, D(applied), said=first)
    for step, outcome, who, day in steps:
        if outcome == "stopped":
            found = stop(rules, found, who, D(day), "申请人撤回")
            continue
        said = {"finding": "属实"} if step == "verified" else {}
        found = take(rules, found, step, who, D(day), outcome=outcome, said=said)
    return found


def granted(number: int, day: str, applied: str = "2025-11-03", accepted: str = "2025-11-04") -> Proceeding:
    return proceeding(
        number,
        ("accepted", "accepted", CLERK, accepted),
        ("verified", "met", CLERK, accepted),
        ("reviewed", "agreed", HEAD, day),
        ("decided", "agreed", LEADER, day),
        applied=applied,
    )


def test_the_figures_of_a_month() -> None:
    """Accepted on 4 November 2025 it has to be decided by 25 November (15 working days)."""
    kind = RULES.kind("penalty", D("2025-11-30"))
    found = [
        granted(1, "2025-11-10"),  # after 7 days
        granted(2, "2025-11-25"),  # after 22, on the last day
        granted(3, "2025-11-26"),  # after 23, a day late
        proceeding(4, ("accepted", "not_accepted", CLERK, "2025-11-05")),  # refused after 2
        proceeding(5, ("accepted", "stopped", CLERK, "2025-11-12")),
        proceeding(6),  # was to be accepted by 5 November: late
        proceeding(7, applied="2025-11-27"),  # has until 1 December
        proceeding(8, ("accepted", "accepted", CLERK, "2025-10-30"), applied="2025-10-30"),  # until 20 November: late
        granted(9, "2025-12-02", applied="2025-11-27", accepted="2025-11-28"),
    ]
    assert count(kind, found, 2025, 11, D("2025-12-05")).as_json() == {
        "kind": "penalty",
        "name": "行政处罚信息修复",
        "received": 8,
        "accepted": 4,
        "granted": 3,
        "refused": 1,
        "withdrawn": 1,
        "median_days": 14.5,  # of 2, 7, 22, 23
        "longest_days": 23,
        "late": 3,
    }
    none = count(kind, found, 2026, 1, D("2025-12-05"))
    assert (none.received, none.granted, none.median_days, none.longest_days) == (0, 0, None, None)


def test_a_term_that_is_not_set_blocks() -> None:
    day = D("2026-03-02")
    rules = procedures("penalty").on("repair", day)
    assert [ask.name for ask in rules.steps[0].asks] == ["applied_on", "materials", "shown_since", "severity"]
    start = Proceeding("XF2026-00001", "penalty", "repair", "e", "甲公司", day)
    said = {"applied_on": "2026-03-02", "materials": ALL, "shown_since": "2025-05-20", "severity": "一般"}
    begun = take(rules, start, "applied", CLERK, day, said=said)
    with pytest.raises(DefinitionError, match="决定是否受理修复申请") as raised:
        due(rules, begun)
    assert raised.value.code == "policy.unset"


FAULTS = {
    "procedure": ("procedure: removal", "procedure: removel", "removal"),
    "twice": ("way: [修复事由", "way: [名称", "列名重复：名称"),
    "required": ("required: [application", "required: [applicant", "没有 applicant"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_file_is_named_with_its_line(fault: str, tmp_path: Path) -> None:
    old, new, words = FAULTS[fault]
    text = (root("policies") / "repair.yml").read_text("utf-8")
    assert old in text
    path = tmp_path / "repair.yml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(CreditGraphError, match=words) as raised:
        read_policy(path, RepairPolicy)
    assert "repair.yml:" in str(raised.value)


def test_every_kind_has_a_row_of_each_list_that_the_section_repairs() -> None:
    data = yaml.safe_load((root("policies") / "repair.yml").read_text("utf-8"))
    begins = {(row["list"], row["procedure"]) for row in data["kinds"]}
    repairs = {
        (name, row.id)
        for name in ("penalty", "sampling_results", "serious_violation", "abnormal_operation", "abnormal_mark")
        for row in procedures(name).procedures
        if any(item.makes in ("repair", "pause") for step in row.steps for item in step.outcomes)
    }
    assert begins == repairs
