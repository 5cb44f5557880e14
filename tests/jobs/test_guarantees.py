"""Guarantees: the relationship to the debtor is made once one firm alone bears its name."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from city import REGISTRATION, credit_code, registration, write
from credit_graph.jobs.load import LoadOptions, load
from credit_graph.jobs.undo import undo
from credit_graph.model.time import DAY_MAX, OPEN_SEQ
from credit_graph.store import Store
from credit_graph.store.snapshot import snapshot

COLUMNS = (
    "external_gua annual_id creditor debtor major_credit_type major_credit_amt period_from period_to promis_dur "
    "is_public promis_way uni_social_crd_cd comp_nm annual_year"
).split()
Edge = tuple[str, str, int, int, date, date]


def guarantee(number: int, debtor: str, **changes: str) -> dict[str, str]:
    values = (str(100 + number), "nb1", "某银行", debtor, "1", "1900", "2024-01-01", "2026-12-31", "1", "2", "2")
    row = dict(zip(COLUMNS, (*values, credit_code(number), f"宁波第{number}贸易有限公司", "2024"), strict=True))
    return row | changes


def edges(store: Store) -> set[Edge]:
    found = set()
    relationships: Any = snapshot(store)[1]
    for type_, start, end, properties, *_ in relationships:
        if type_ == "GUARANTEES":
            has = {name: value for name, _, value in properties}
            times = (has["known_from"], has["known_to"], has["valid_from"], has["valid_to"])
            found.add((start[1], end[1], *times))
    return found


@pytest.mark.parametrize("register_first", [True, False])
def test_a_guarantee_finds_its_debtor_in_either_order(store: Store, tmp_path: Path, register_first: bool) -> None:
    register = write(tmp_path / "r.csv", REGISTRATION, [registration(n) for n in (1, 2, 3)])
    rows = [guarantee(1, "宁波第2 贸易有限公司"), guarantee(2, "戴强华"), guarantee(3, "宁波第3贸易有限公司")]
    guarantees = write(tmp_path / "g.csv", COLUMNS, rows)
    for path in (register, guarantees) if register_first else (guarantees, register):
        load(store, [path])
    seq = 2 if register_first else 1
    # the last day of the term still counts; a person is no firm, and nobody stands for himself
    assert edges(store) == {
        (credit_code(1), credit_code(2), seq, OPEN_SEQ, date(2024, 1, 1), date(2027, 1, 1)),
    }


def test_a_name_of_two_firms_makes_no_relationship(store: Store, tmp_path: Path) -> None:
    rows = [registration(n, comp_nm="宁波同名贸易有限公司") for n in (2, 3)]
    load(store, [write(tmp_path / "r.csv", REGISTRATION, [registration(1), *rows])])
    load(store, [write(tmp_path / "g.csv", COLUMNS, [guarantee(1, "宁波同名贸易有限公司")])])
    assert edges(store) == set()


def test_a_correction_closes_and_makes_anew_and_an_undo_takes_back(store: Store, tmp_path: Path) -> None:
    load(store, [write(tmp_path / "r.csv", REGISTRATION, [registration(n) for n in (1, 2, 3)])])
    load(store, [write(tmp_path / "g.csv", COLUMNS, [guarantee(1, "宁波第2贸易有限公司")])])
    later = [guarantee(1, "宁波第3贸易有限公司", period_to="长期")]
    load(store, [write(tmp_path / "g2.csv", COLUMNS, later)], LoadOptions())
    first = (credit_code(1), credit_code(2), 2, 3, date(2024, 1, 1), date(2027, 1, 1))
    second = (credit_code(1), credit_code(3), 3, OPEN_SEQ, date(2024, 1, 1), DAY_MAX)
    assert edges(store) == {first, second}
    undo(store, 3, "me", "analyst")
    assert edges(store) == {
        first,
        (*second[:3], 4, *second[4:]),
        (credit_code(1), credit_code(2), 4, OPEN_SEQ, date(2024, 1, 1), date(2027, 1, 1)),
    }
