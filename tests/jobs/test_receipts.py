"""Receipts of publication, as typed, on both engines: what is recorded, what is refused, the clock they start."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from commandline import invoke
from credit_graph.errors import CreditGraphError
from credit_graph.jobs import batches
from credit_graph.store import Store
from facts import D, commit, fact

A, B = "91621002MA00X0015H", "91621002MA70000342"
NUMBER = "庆西市监处罚〔2024〕17号"


def typed(*words: str) -> Any:
    done = invoke("--actor", "周公示", "--role", "publisher", *words)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout) if "--json" in words else done.stdout


def refused(*words: str) -> str:
    with pytest.raises(CreditGraphError) as raised:
        invoke("--role", "publisher", *words)
    return raised.value.code


def add(what: str, channel: str = "gsxt", number: str = "G-1", on: str = "2024-05-20") -> tuple[str, ...]:
    return ("receipt", "add", what, "--channel", channel, "--number", number, "--on", on)


@pytest.fixture
def graph(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A penalty that two sources tell of, another of the same firm, an entry of B, and B's registration."""
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")
    day = D("2024-05-06")
    penalty: dict[str, Any] = {"decided_on": day, "penalty_kind": "罚款;没收违法所得", "fine": 2_000_000}
    penalty |= {"basis": "《产品质量法》第四十九条", "authority": "庆原市市场监督管理局"}
    made = [
        fact("Case", "k1", A, start=day, document_number=NUMBER, **penalty),
        fact("Case", "k2", A, start=day, source="other", document_number=NUMBER, **penalty),
        fact("Case", "k3", A, start=day, document_number="庆西市监处罚〔2024〕18号", **penalty),
        fact("AbnormalListing", "k4", B, start=day, listed_on=day, listing_id="A1"),
        fact("Registration", "r1", A, credit_code=A, name="甲公司", state="存续"),
        fact("Registration", "r2", B, credit_code=B, name="乙公司", state="存续"),
    ]
    commit(store, 1, made)
    return store


def test_a_recorded_receipt_starts_the_clock_for_every_source_until_it_is_undone(graph: Store) -> None:
    typed(*add("庆西市监处罚(2024)17号", number="G-1 110101199003070134"))
    (known,) = typed("receipt", "list", "--json")
    wanted: dict[str, Any] = {"channel": "gsxt", "number": "G-1 11**************34", "on": "2024-05-20", "kind": "Case"}
    wanted |= {"source": "case", "key": "k1", "document": NUMBER, "by": "周公示", "role": "publisher", "undone": None}
    assert {name: known[name] for name in wanted} == wanted
    for valid, state in (("2025-06-01", "running"), ("2024-05-19", "not_started")):
        clocks = [item["clocks"][0] for item in typed("clock", NUMBER, "--valid", valid, "--json")]
        assert [found["state"] for found in clocks] == [state, state]
    assert refused(*add(NUMBER)) == "state.receipt_given"
    typed(*add(NUMBER, "credit_china"))  # another channel
    typed("receipt", "undo", known["id"], "--why", "录入错误")
    assert [item["channel"] for item in typed("receipt", "list", "--json")] == ["credit_china"]
    (first, _) = typed("clock", NUMBER, "--valid", "2025-06-01", "--json")
    assert first["clocks"][0]["state"] == "not_started"
    assert refused("receipt", "undo", known["id"], "--why", "x") == "state.decision_undone"
    typed(*add(NUMBER, on="2024-06-03"))  # and it can be recorded again
    (first, _) = typed("clock", NUMBER, "--valid", "2025-06-01", "--json")
    assert (first["clocks"][0]["start"], first["clocks"][0]["until_max"]) == ("2024-06-03", "2027-06-03")


def test_what_can_not_be_recorded_changes_nothing(graph: Store) -> None:
    before = batches.last_seq(graph)
    for words, code in (
        (add("没有这个文号"), "usage.unknown_entity"),
        (add(A), "usage.several"),  # three records, two decisions
        (add(NUMBER, "wechat"), "usage.bad_value"),
        (add(NUMBER, number="  "), "usage.bad_value"),
        (add(NUMBER, on="2024-02-30"), "usage.bad_value"),
        (add(NUMBER, on="2024-05-05"), "usage.bad_value"),  # before the decision
        (add(NUMBER, on="2026-11-24"), "usage.future"),
        (("receipt", "undo", "0" * 32, "--why", "x"), "usage.unknown_entity"),
    ):
        assert refused(*words) == code, words
    assert batches.last_seq(graph) == before
    typed(*add(B))  # it has one record that is shown


def test_a_file_of_receipts_loses_no_row(graph: Store, tmp_path: Path) -> None:
    rows = [
        (NUMBER, "公示系统", "G-1", "2024-05-20"),
        (NUMBER, "国家企业信用信息公示系统", "G-1", "2024年5月20日"),
        ("庆西市监处罚〔2024〕18号", "信用中国", "C-1", "2024/5/7"),
        (NUMBER, "gsxt", "G-2", "2024-05-21"),  # a second one of the same
        ("庆西市监处罚〔2024〕18号", "gsxt", "", "2024-05-20"),
        ("庆西市监处罚〔2024〕18号", "gsxt", "G-3", "昨天"),
        ("庆西市监处罚〔2024〕19号", "gsxt", "G-4", "2024-05-20"),
        (B, "gsxt", "G-5", "2024-05-20"),
    ]
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["文号", "公示渠道", "回执编号", "公示日期"])
    for row in rows:
        book.active.append(row)
    book.save(tmp_path / "in.xlsx")
    done = typed("receipt", "import", str(tmp_path / "in.xlsx"), "--refused", str(tmp_path / "no.xlsx"), "--json")
    assert (done["batch"], done["recorded"]) == (2, 3)
    assert [(item["row"], item["column"], item["code"]) for item in done["refused"]] == [
        (2, "公示渠道", "usage.bad_value"),
        (5, "文号", "state.receipt_given"),
        (6, "回执编号", "usage.bad_value"),
        (7, "公示日期", "usage.bad_value"),
        (8, "文号", "usage.unknown_entity"),
    ]
    sheet = openpyxl.load_workbook(tmp_path / "no.xlsx").worksheets[0]
    written = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert [row[:6] for row in written][:2] == [
        [NUMBER, "公示系统", "G-1", "2024-05-20", 2, "公示渠道"],
        [NUMBER, "gsxt", "G-2", "2024-05-21", 5, "文号"],
    ]
    assert {(item["key"], item["channel"]) for item in typed("receipt", "list", "--json")} == {
        ("k1", "gsxt"),
        ("k3", "credit_china"),
        ("k4", "gsxt"),
    }
    # the same file again: everything is there, and no batch is made
    again = typed("receipt", "import", str(tmp_path / "in.xlsx"), "--json")
    assert (again["batch"], again["recorded"], len(again["refused"])) == (None, 0, 8)
    bad = tmp_path / "bad.csv"
    bad.write_text("文号,回执编号\n1,2\n", encoding="utf-8")
    assert refused("receipt", "import", str(bad)) == "input.columns"
    bad.write_text(f"文号,回执编号,公示日期\n{NUMBER},C-9,2024-05-08\n", encoding="utf-8")
    assert typed("receipt", "import", str(bad), "--channel", "credit_china", "--json")["recorded"] == 1
