"""What departments send back: read or refused as a whole, recorded row by row, given back with every fault."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from commandline import invoke
from credit_graph.errors import InputError
from credit_graph.ingest.files import SourceFile
from credit_graph.jobs import batches
from credit_graph.jobs.collect import write_forms
from credit_graph.jobs.collect_file import read_form
from credit_graph.lists.collecting_form import read_period
from credit_graph.store import Store
from facts import D, commit, fact
from officefiles import xls

TODAY = D("2026-11-23")
LIST = "serious_violation"
BUREAU, WEST = "庆原市市场监督管理局", "庆原市西原区市场监督管理局"
A, B, C, E = "91621002MA00X0015H", "91621002MA00X0023C", "91621002MA00X004XY", "91621021MA00X0066A"
SEVEN = "第七条 质量安全领域违法行为"
ACT = "以不合格产品冒充合格产品"
NUMBER = "庆西市监处罚〔2026〕%s号"
RIGHT = ["甲公司", A, SEVEN, ACT, "庆西市监处罚〔2026〕17号", "2026-10-12", "GS-17", "2026-10-20"]
Sheet = Any


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")


def filled(folder: Path, *rows: Sequence[Any], department: str = WEST) -> Path:
    """A form of the department with these rows in it."""
    (path,) = write_forms(LIST, folder, read_period("2026Q4", TODAY), TODAY, department)

    def put(book: Any) -> None:
        for at, row in enumerate(rows, start=4):
            _put(book["报送表"], at, row)

    return change(path, put)


def _put(sheet: Sheet, at: int, row: Sequence[Any]) -> None:
    for place, value in enumerate(row, start=1):
        sheet.cell(at, place).value = value
        if isinstance(value, str) and value.startswith("="):
            sheet.cell(at, place).data_type = "s"  # typed into a text cell, as the form's are


def change(path: Path, how: Callable[[Any], object]) -> Path:
    book = openpyxl.load_workbook(path)
    how(book)
    book.save(path)
    return path


def collected(*words: str, status: int = 0) -> list[dict[str, Any]]:
    """What became of each file."""
    done = invoke("--actor", "周公示", "--role", "publisher", "release", "collect", LIST, *words, "--json")
    assert done.exit_code == status, done.output
    said = json.loads(done.stdout)
    found: list[dict[str, Any]] = said["files"]
    assert [said["list"], said["period"], len(said["missing"])] == [LIST, "2026Q4", 8]
    return found


def table(path: str) -> list[list[Any]]:
    """What stands in the table of what went back."""
    return [list(row) for row in openpyxl.load_workbook(path)["报送表"].iter_rows(min_row=4, values_only=True)]


def told(item: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(fault["row"], fault["column"], fault["code"]) for fault in item["faults"]]


def standing(store: Store, code: str) -> list[dict[str, Any]]:
    seq = batches.last_seq(store)
    found = store.read("read/kind_of_firms", labels={"KIND": "SeriousListing"}, eids=[code], seq=seq)
    names = ("source", "key", "row", "batch", "name", "credit_code", "listing_id", "reason", "listed_by")
    return [{**{name: row["record"].get(name) for name in names}, "on": row["record"]["listed_on"]} for row in found]


@pytest.fixture
def register(store: Store) -> Store:
    """Four firms: one renamed, one deregistered, one that stands on the list by a source."""
    renamed, ended = D("2025-04-01"), D("2026-09-01")
    firm: dict[str, Any] = {"state": "存续", "authority": WEST, "founded_on": D("2015-01-01")}
    listing: dict[str, Any] = {"name": "戊公司", "credit_code": E, "listing_id": "Q4", "reason": ACT, "listed_by": WEST}
    day = D("2026-08-03")
    made = [
        fact("Registration", "r1", A, credit_code=A, name="甲公司", **firm),
        fact("Registration", "r2", B, credit_code=B, name="乙商行", end=renamed, **firm),
        fact("Registration", "r2", B, credit_code=B, name="乙公司", start=renamed, **firm).again(n=2),
        fact("Registration", "r3", C, credit_code=C, name="丙公司", **{**firm, "state": "注销"}, approved_on=ended),
        fact("Registration", "r4", E, credit_code=E, name="戊公司", **firm),
        fact("SeriousListing", "k4", E, start=day, source="serious_violation_listing", listed_on=day, **listing),
    ]
    commit(store, 1, made)
    return store


def test_from_files_to_records_and_what_goes_back(register: Store, tmp_path: Path) -> None:
    rows = [
        RIGHT,
        ["乙商行", B, SEVEN, ACT, NUMBER % 18, "2026-10-13", "GS-18", "2026-10-01"],
        [],
        ["丙公司", C, SEVEN, "=1+1 110101199003070134", NUMBER % 19, "2026-10-13", "GS-19", "2026-10-20"],
        ["戊公司", E, SEVEN, ACT, NUMBER % 20, "2026-08-03", "GS-20", "2026-08-05"],
    ]
    path = filled(tmp_path / "in", *rows)
    out = tmp_path / "out"
    (dry,) = collected(str(path), "--out", str(out), "--dry-run")
    assert (dry["batch"], dry["recorded"], batches.last_seq(register)) == (None, 0, 1)
    (done,) = collected(str(path), "--out", str(out))
    counts = {name: done[name] for name in ("state", "department", "batch", "rows", "recorded", "known", "faulty")}
    assert counts == {
        "state": "taken", "department": WEST, "batch": 2, "rows": 4, "recorded": 1, "known": 1, "faulty": 2,
    }  # fmt: skip
    assert told(done) == [
        (5, "name", "name_former"),
        (5, "published_on", "published_early"),
        (7, "credit_code", "ended"),
        (7, "reason", "id_number"),
        (7, "reason", "reason_unfit"),
    ]
    key = f"return|{LIST}|{A}|{NUMBER % 17}"
    entry = {"source": "bureau", "key": key, "row": 4, "batch": 2, "name": "甲公司", "credit_code": A}
    entry |= {"listing_id": NUMBER % 17, "reason": ACT, "listed_by": WEST, "on": D("2026-10-12")}
    assert (standing(register, A), standing(register, B), standing(register, C)) == ([entry], [], [])
    receipts = [row["record"] for row in register.read("read/receipts", seq=2, all=False)]
    assert {(r["number"], r["shown_on"], r["shown_source"], r["shown_key"], r["row"]) for r in receipts} == {
        ("GS-17", D("2026-10-20"), "bureau", key, 4),
        ("GS-20", D("2026-08-05"), "serious_violation_listing", "k4", 8),  # of what a source delivered
    }
    (lineage,) = [row["batch"] for row in register.read("read/batch", seqs=[2])]
    assert (lineage["path"], lineage["actor"], lineage["role"]) == (path.name, "周公示", "publisher")
    back = Path(done["returned"])
    assert back.name == f"严重违法失信名单-{WEST}-2026Q4-退回2.xlsx"  # the first is the dry run's
    sheet = openpyxl.load_workbook(back)["报送表"]
    assert [cell.value for cell in sheet[3]][8:] == ["期限届满日", "行", "问题"]
    assert sheet["A2"].value.startswith("共 4 行：无问题 2 行（本次收取 1，此前已在库 1），有问题 2 行")
    assert [row[9:] for row in table(str(back))] == [
        [4, "无问题"],
        [5, "企业名称：该企业已更名为“乙公司”（乙商行 用至 2025-03-31），请改填现名\n"
            "公示日期：早于列入日期 2026-10-13"],
        [None, None],
        [7, "统一社会信用代码：该企业登记状态为“注销”（2026-09-01），不能列入\n"
            "列入原因：含有身份证件号码（已遮盖），请删去\n"
            f"列入原因：不能确认属于“{SEVEN}”所列行为，请以填表说明所列表述之一开头"],
        [8, "无问题（此前已在库）"],
    ]  # fmt: skip
    assert (sheet["D7"].value, sheet["D7"].data_type, sheet["D7"].fill.fgColor.rgb) == (
        "=1+1 11**************34", "s", "00FFD9D9",
    )  # fmt: skip
    back_and_forth(register, tmp_path, path, back)


def back_and_forth(register: Store, folder: Path, path: Path, back: Path) -> None:
    """The same file again changes nothing; what went back is corrected, and taken in turn; then another's files."""
    out = back.parent
    (again,) = collected(str(path), "--out", str(out))
    assert (again["batch"], again["recorded"], again["known"], again["faulty"]) == (None, 0, 2, 2)
    change(
        back,
        lambda book: _put(
            book["报送表"], 5, ["乙公司", B, SEVEN, ACT, NUMBER % 18, "2026-10-13", "GS-18", "2026-10-20"]
        ),
    )
    change(back, lambda book: _put(book["报送表"], 7, [None] * 9))
    (mended,) = collected(str(back), "--out", str(out))
    assert (mended["batch"], mended["recorded"], mended["known"], mended["faults"]) == (3, 1, 2, [])
    assert Path(mended["returned"]).name == f"严重违法失信名单-{WEST}-2026Q4-退回4.xlsx"
    assert openpyxl.load_workbook(mended["returned"])["报送表"]["A2"].value.endswith("没有问题。")
    assert [item["listing_id"] for item in standing(register, B)] == [NUMBER % 18]
    build = invoke("release", "build", LIST, "--period", "2026Q4", "--out", str(folder / "release"), "--json")
    assert json.loads(build.stdout)["counts"]["entries"] == 3
    # a second department says the same again, and a file that can't be taken stops no other
    (folder / "in2").mkdir()
    other = [*RIGHT[:4], "庆市监处罚〔2026〕1号", *RIGHT[5:]]
    filled(folder / "in2", other, department=BUREAU)
    (folder / "in2" / "a.csv").write_text("企业名称\n甲公司\n", encoding="utf-8")
    bad, doubled = collected(str(folder / "in2"), "--out", str(out), status=3)
    assert (bad["file"], bad["state"], bad["code"]) == ("a.csv", "refused", "input.not_a_return")
    assert told(doubled) == [(4, "ground", "listed_already"), (4, "receipt", "receipt_taken")]
    assert batches.last_seq(register) == 3
    text = invoke("release", "collect", LIST, str(folder / "in2"), "--out", str(out), "--dry-run")
    assert (text.exit_code, "input.not_a_return" in text.stderr) == (3, True)
    assert f"本次没有见到：{WEST}、" in text.stdout and "没有收取" in text.stdout
    batch = invoke("batch", "undo", "3")
    assert (batch.exit_code, standing(register, B)) == (0, [])
    (redone,) = collected(str(back), "--out", str(out))
    assert (redone["recorded"], redone["known"], len(standing(register, B))) == (1, 2, 1)


def read(path: Path, list_name: str = LIST, period: str = "2026Q4") -> Any:
    return read_form(SourceFile(path), list_name, read_period(period, TODAY), TODAY)


def refused(path: Path, **asked: str) -> tuple[str, str]:
    """Code and text of the error."""
    with pytest.raises(InputError) as raised:
        read(path, **asked)
    return raised.value.code, str(raised.value)


def _renamed(book: Any) -> None:
    book["报送表"]["B3"] = "信用代码"


def _moved(book: Any) -> None:
    sheet = book["报送表"]
    sheet["A3"], sheet["B3"] = sheet["B3"].value, sheet["A3"].value


def _merged(book: Any) -> None:
    book["报送表"].merge_cells("C4:C5")


def _beside(book: Any) -> None:
    book["报送表"]["L4"] = "备注"


def _second(book: Any) -> None:
    book.create_sheet("第二批")["A1"] = "甲公司"


def _in_notes(book: Any) -> None:
    book["填表说明"]["A60"] = B


def _heading(book: Any) -> None:
    book["报送表"]["A1"] = f"严重违法失信名单报送表 · {BUREAU} · 2026年第4季度"


def _mark(name: str, value: str) -> Callable[[Any], None]:
    def set_mark(book: Any) -> None:
        sheet = book["credit_graph"]
        at = next(row for row in range(1, 9) if sheet.cell(row, 1).value == name)
        sheet.cell(at, 2).value = value

    return set_mark


def _hidden(book: Any) -> None:
    book["报送表"].sheet_state = "hidden"
    book.active = 1


def _without_marks(book: Any) -> None:
    del book["credit_graph"]


@pytest.mark.parametrize(
    ("how", "code", "words"),
    [
        (_renamed, "input.return_altered", "“报送表”B3：列名被改动：应为“统一社会信用代码”，现为“信用代码”"),
        (_moved, "input.return_altered", "“报送表”A3：列的位置被移动：应为“企业名称”，现为“统一社会信用代码”"),
        (_merged, "input.return_altered", "“报送表”C4:C5：有合并单元格"),
        (_beside, "input.return_altered", "“报送表”L4：表格之外有内容"),
        (_second, "input.return_altered", "“第二批”第 1 行：有内容"),
        (_in_notes, "input.return_altered", "“填表说明”第 60 行：有内容"),
        (_hidden, "input.return_altered", "“报送表”：被隐藏"),
        (_heading, "input.return_altered", f"“报送表”A1：表头机关与标记（{WEST}）不一致"),
        (_mark("list", "abnormal_operation"), "input.not_a_return", "名单是 abnormal_operation，本次收取 serious"),
        (_mark("period", "2026Q3"), "input.not_a_return", "期次是 2026Q3，本次收取 2026Q4"),
        (_mark("department", "某局"), "input.not_a_return", "“某局”不是本名单的列入机关"),
        (_mark("version", "0"), "input.not_a_return", "按旧规则生成"),
        (_mark("rules", "order_83"), "input.not_a_return", "按旧规则生成"),
        (_without_marks, "input.not_a_return", "请用 release template 生成的报送表"),
    ],
)  # fmt: skip
def test_a_form_that_was_changed_is_refused(how: Callable[[Any], None], code: str, words: str, tmp_path: Path) -> None:
    path = change(filled(tmp_path, RIGHT), how)
    found, text = refused(path)
    assert found == code and words in text and path.name in text


def test_other_kinds_of_file_are_refused(tmp_path: Path) -> None:
    path = filled(tmp_path, RIGHT)
    whole = path.read_bytes()
    for name, data, code in (
        ("empty.xlsx", b"", "input.empty"),
        ("old.xls", xls(报送表=[["企业名称"]]), "input.not_a_return"),
        ("list.csv", "企业名称\n甲公司\n".encode(), "input.not_a_return"),
        ("cut.xlsx", whole[: len(whole) // 2], "input.not_a_return"),
    ):
        (tmp_path / name).write_bytes(data)
        assert refused(tmp_path / name)[0] == code, name
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<no/>")
    assert refused(tmp_path / "other.xlsx")[0] == "input.damaged"
    assert refused(path, list_name="abnormal_operation")[0] == "input.not_a_return"
    assert refused(path, period="2026Q3")[0] == "input.not_a_return"


def test_too_many_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("credit_graph.jobs.collect_file.MOST_ROWS", 2)
    path = filled(tmp_path, RIGHT, RIGHT, RIGHT)
    assert refused(path)[1] == f"{path.name} 的工作表“报送表”A6：超过 2 行，请分成几份。未写入任何内容。"


def test_rows_are_read_as_they_were_typed(tmp_path: Path) -> None:
    row = ["  甲公司 ", 91621002, SEVEN, None, "'17号", D("2026-10-12"), "GS 17 110101199003070134", 46315]
    form, rows = read(filled(tmp_path, [], row))
    assert (form.issuer.name, [(item.number, sorted(item.masked)) for item in rows]) == (WEST, [(5, ["receipt"])])
    assert {name: text for name, text in rows[0].cells.items() if text} == {
        "name": "甲公司",
        "credit_code": "91621002",
        "ground": SEVEN,
        "number": "17号",
        "listed_on": "2026-10-12",
        "receipt": "GS 17 11**************34",
        "published_on": "46315",
    }
