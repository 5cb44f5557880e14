"""Records that name their subject by anything but a credit code: one candidate, or unlinked and tried again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from city import REGISTRATION, credit_code, registration, write
from credit_graph.jobs.faults import faults
from credit_graph.jobs.load import load
from credit_graph.model.time import Point
from credit_graph.store import Store

PENALTY = ["uni_social_crd_cd", "taxer_nm", "admin_punish_doc", "punish_rea", "punish_dt", "punish_result"]
DAY = date(2026, 11, 23)


def penalty(name: str, number: int) -> dict[str, str]:
    values = ("", name, f"甬税罚（2024）{number}号", "少缴税款", "2024-05-06", "罚款2000元")
    return dict(zip(PENALTY, values, strict=True))


def unlinked(store: Store, seq: int) -> list[str]:
    return [f.source for f in faults(store, Point(seq, DAY, DAY)) if f.kind == "unlinked"]


def cases(store: Store, number: int) -> list[str]:
    rows = [row["record"] for row in store.read("read/statements_of", eid=credit_code(number))]
    return [row["document_number"] for row in rows if row["kind"] == "Case"]


@pytest.mark.parametrize("register_first", [True, False])
def test_a_name_finds_its_firm_in_either_order(store: Store, tmp_path: Path, register_first: bool) -> None:
    register = write(tmp_path / "r.csv", REGISTRATION, [registration(1), registration(2)])
    rows = [penalty("宁波第1贸易有限公司", 1), penalty("没有登记的商行", 2)]
    penalties = write(tmp_path / "p.csv", PENALTY, rows)
    for path in (register, penalties) if register_first else (penalties, register):
        load(store, [path])
    assert cases(store, 1) == ["甬税罚〔2024〕1号"]
    assert unlinked(store, 2) == ["penalty_published"]


def test_a_name_of_two_firms_stays_unlinked(store: Store, tmp_path: Path) -> None:
    rows = [registration(i, comp_nm="宁波同名贸易有限公司") for i in (1, 2)]
    load(store, [write(tmp_path / "r.csv", REGISTRATION, rows)])
    load(store, [write(tmp_path / "p.csv", PENALTY, [penalty("宁波同名贸易有限公司", 1)])])
    assert (cases(store, 1), cases(store, 2)) == ([], [])
    assert unlinked(store, 2) == ["penalty_published"]
