"""Decisions that name no party: linked by the document's number as soon as another record of it names the firm."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from city import credit_code, write
from credit_graph.jobs.faults import faults
from credit_graph.jobs.load import load
from credit_graph.jobs.undo import undo
from credit_graph.model.time import Point
from credit_graph.store import Store
from credit_graph.store.snapshot import snapshot

DAY = date(2026, 11, 23)
DECISION = ["id", "admin_punish_doc", "punish_decide_tm", "punish_type", "cancel_reason"]
NUMBER = "庆西市监处罚〔2024〕17号"
# how the tables write the same number, and the tables that name a firm beside it
SOURCES = {
    "penalty_published": (
        ["uni_social_crd_cd", "taxer_nm", "admin_punish_doc", "punish_dt"],
        "庆西市监处罚（2024）17号",
    ),
    "penalty_double_publicity": (
        ["行政相对人代码_1", "行政相对人类别", "行政处罚决定书文号", "处罚决定日期"],
        "庆西市监处罚 [2024] 第17号",
    ),
    "penalty_double_publicity_2018": (["代码_1", "处罚名称", "决定书文号", "处罚决定日期"], NUMBER),
}


def decisions(folder: Path, *rows: tuple[str, str], cancelled: str = "") -> Path:
    cells = [dict(zip(DECISION, (i, number, "2024-05-06", "罚款", cancelled), strict=True)) for i, number in rows]
    return write(folder / "decisions.csv", DECISION, cells)


def penalties(folder: Path, source: str, *firms: int, number: str = "") -> Path:
    columns, written = SOURCES[source]
    cells = [
        dict(zip(columns, (credit_code(firm), "罚款", number or written, "2024-05-06"), strict=True)) for firm in firms
    ]
    return write(folder / f"{source}.csv", columns, cells)


def about(store: Store, firm: int) -> set[tuple[str, str]]:
    rows: list[dict[str, Any]] = [row["record"] for row in store.read("read/statements_of", eid=credit_code(firm))]
    return {(row["kind"], row["source"]) for row in rows}


def unlinked(store: Store, seq: int) -> list[tuple[str, str]]:
    found = [f for f in faults(store, Point(seq, DAY, DAY)) if f.kind == "unlinked"]
    records = [store.read("read/statement", sid=f.sid)[0]["record"] for f in found]
    return [(record["source"], record["subject_ref"]) for record in records]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("decision_first", [True, False])
def test_a_decision_finds_its_firm_in_either_order(
    store: Store, tmp_path: Path, source: str, decision_first: bool
) -> None:
    files = [decisions(tmp_path, ("1/1", NUMBER), ("1/2", "3")), penalties(tmp_path, source, 1)]
    for path in files if decision_first else reversed(files):
        load(store, [path])
    assert about(store, 1) == {("Case", source), ("Case", "penalty_decision")}
    assert unlinked(store, 2) == [("penalty_decision", "doc:3")]


def test_all_orders_give_one_graph(store: Store, tmp_path: Path) -> None:
    files = [
        decisions(tmp_path, ("1/1", NUMBER)),
        penalties(tmp_path, "penalty_published", 1),
        penalties(tmp_path, "penalty_double_publicity", 1),
    ]
    found = set()
    for order in permutations(files):
        store.clear()
        for path in order:
            load(store, [path])
        edges = {(type_, start, end) for type_, start, end, *_ in snapshot(store)[1]}
        found.add(frozenset(edge for edge in edges if edge[0] == "SUBJECT_OF"))
    (graph,) = found
    assert len(graph) == 3


def test_a_number_that_two_firms_share_stays_unlinked(store: Store, tmp_path: Path) -> None:
    load(store, [penalties(tmp_path, "penalty_published", 1, 2), decisions(tmp_path, ("1/1", NUMBER))])
    assert (about(store, 1), about(store, 2)) == ({("Case", "penalty_published")},) * 2
    assert unlinked(store, 2) == [("penalty_decision", f"doc:{NUMBER}")]


def test_a_case_number_joins_too(store: Store, tmp_path: Path) -> None:
    columns = ["record_unique_identity", "punish_case_code", "administrative_cp_name", "administrative_cp_cert_code"]
    case = dict(zip(columns, ("c1", "1162100024000017", "宁波第1贸易有限公司", credit_code(1)), strict=True))
    load(store, [decisions(tmp_path, ("1/1", "1162100024000017"))])
    assert unlinked(store, 1) == [("penalty_decision", "doc:1162100024000017")]
    load(store, [write(tmp_path / "cases.csv", columns, [case])])
    assert about(store, 1) == {("Case", "penalty_case"), ("Case", "penalty_decision")}
    assert unlinked(store, 2) == []


@pytest.mark.parametrize(
    ("reason", "kinds"), [("经复议，决定予以撤销", {"Case", "Hold"}), ("撤销", {"Hold"}), ("无", {"Case"})]
)
def test_a_reason_of_cancelling_keeps_the_decision_from_use(
    store: Store, tmp_path: Path, reason: str, kinds: set[str]
) -> None:
    load(store, [decisions(tmp_path, ("1/1", NUMBER), cancelled=reason)])
    load(store, [penalties(tmp_path, "penalty_published", 1)])
    assert {kind for kind, source in about(store, 1) if source.startswith("penalty_decision")} == kinds
    assert unlinked(store, 2) == []


def test_a_decision_that_lost_its_witness_stays_linked(store: Store, tmp_path: Path) -> None:
    load(store, [decisions(tmp_path, ("1/1", NUMBER))])
    load(store, [penalties(tmp_path, "penalty_published", 1)])
    undo(store, 2, "me", "analyst")
    rows = [row["record"] for row in store.read("read/statements_of", eid=credit_code(1))]
    standing = [row for row in rows if row["known_to"] > 3]
    assert [(row["source"], row["resolved_from"]) for row in standing] == [("penalty_decision", f"doc:{NUMBER}")]
