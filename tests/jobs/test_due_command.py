"""``credit-graph due`` as typed, on both engines: what is late comes first, and only what is asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from commandline import invoke
from credit_graph.errors import CreditGraphError
from credit_graph.store import Store
from credit_graph.store.secret import load_or_create
from facts import D
from handmade import City

A, B = "91621002MA70000342", "91621003MA70000343"
OURS = "庆原市市场监督管理局"


def typed(*words: str, actor: str = "周公示", role: str = "publisher") -> Any:
    done = invoke("--actor", actor, "--role", role, *words)
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout) if "--json" in words else done.stdout


def refused(*words: str) -> str:
    with pytest.raises(CreditGraphError) as raised:
        invoke(*words)
    return raised.value.code


def test_what_is_due_by_whom(store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")
    load_or_create(store.settings, store)
    city = City(store)
    for code in (A, B):
        city.firm(code, f"庆原{code[-1]}公司", authority=OURS)
    for number, decided, authority in (
        ("1", "2026-11-02", OURS),
        ("2", "2026-10-30", OURS),  # before receipts are asked for
        ("3", "2026-11-02", "兰州市市场监督管理局"),
        ("4", "2026-11-02", OURS),  # shown on both
    ):
        named: dict[str, Any] = {"document_number": f"庆市监处罚〔2026〕{number}号", "name": "庆原公司"}
        named |= {"fine": 5_000_000, "penalty_kind": "罚款", "authority": authority, "decided_on": D(decided)}
        city.say("Case", A, f"c{number}", start=D(decided), **named)
    listed: dict[str, Any] = {"listed_on": D("2023-11-20"), "listed_by": OURS, "name": "庆原公司", "listing_id": "L1"}
    city.say("SeriousListing", B, "l1", start=D("2023-11-20"), reason="组织虚假交易", **listed)
    city.commit()
    for channel in ("gsxt", "credit_china"):
        shown = ("--channel", channel, "--number", "G-1", "--on", "2026-11-09")
        typed("receipt", "add", "庆市监处罚〔2026〕4号", *shown)
    said = ("ground=8", "facts=公示信息弄虚作假", "found_on=2026-11-20")
    stated = [word for pair in said for word in ("--set", pair)]
    typed("list", "begin", "abnormal_operation", "listing", A, *stated, actor="王经办", role="case_officer")

    found = typed("due", "--days", "11", "--json")
    told = [(item["day"], item["days_late"], item["list"], item["id"], item["role"]) for item in found["items"]]
    penalty = "庆市监处罚〔2026〕1号"
    assert told == [
        ("2026-11-11", 12, "penalty", penalty, "publisher"),  # 信用中国, seven working days
        ("2026-11-20", 3, "serious_violation", "L1", "case_officer"),  # three years are over
        ("2026-11-30", 0, "penalty", penalty, "publisher"),  # GSXT, twenty
        ("2026-12-04", 0, "abnormal_operation", "YC2026-00001", "reviewer"),  # ten after the finding
    ]
    assert (found["until"], found["late"]) == ("2026-12-04", 2)
    assert [line["count"] for line in found["unknown"]] == [1]  # decided before 2026-11-01
    assert found["items"][3]["persons"] == ["王经办"]
    assert found["items"][3]["article"].endswith("第八条")

    def ids(*words: str) -> list[str]:
        return [item["id"] for item in typed("due", *words, "--json")["items"]]

    assert ids() == [penalty, "L1", penalty]  # seven days
    assert ids("--days", "0") == [penalty, "L1"]
    assert ids("--days", "11", "--for", "王经办") == ids("--days", "11", "--for", "复核人员") == ["YC2026-00001"]
    assert ids("--for", "publisher") == ids("--list", "penalty") == [penalty, penalty]
    out = tmp_path / "due.xlsx"
    text = typed("due", "--days", "11", "--out", str(out))
    assert "2026-11-01 以前决定的处罚不问回执" in invoke("due").output
    assert penalty in text
    sheet = openpyxl.load_workbook(out).worksheets[0]
    assert [row[7].value for row in sheet.iter_rows(min_row=5)] == [penalty, "L1", penalty, "YC2026-00001"]
    wrong: list[tuple[tuple[str, ...], str]] = [
        (("due", "--list", "blacklist"), "usage.bad_value"),
        (("due", "--out", "due.csv"), "usage.bad_value"),
        (("due", "--out", str(out)), "state.exists"),
        (("--role", "planner", "due"), "access.denied"),
    ]
    for words, code in wrong:
        assert refused(*words) == code
