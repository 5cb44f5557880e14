"""Parties without a credit code, and records about persons: whom courts, tax offices and sanctions speak of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from city import REGISTRATION, citizen_id, credit_code, registration, write
from credit_graph.jobs import resolve
from credit_graph.jobs.batches import last_seq
from credit_graph.jobs.faults import faults
from credit_graph.jobs.load import LoadOptions, load
from credit_graph.links.lookup import find
from credit_graph.model.time import Point
from credit_graph.projection import project
from credit_graph.store import Store
from roles import CODED

DAY = date(2026, 11, 23)
OLD_NUMBER = "33020600000012345678"  # 20 digits, no code and no ID in it
SANCTION = (
    "决定文书号|姓名|证件类型|证件号码|任职单位|单位统一社会信用代码|职务|措施类别|依据|限制范围|起始日期|截止日期|条件|罚款|"
    "决定机关|决定日期"
).split("|")


def org_code(number: int) -> str:
    return credit_code(number)[8:17]


def table(path: Path, role: str, *rows: Mapping[str, str]) -> Path:
    """A file of a role; columns that a row does not name are empty."""
    columns = CODED[role].split("|")
    return write(path, columns, [dict.fromkeys(columns, "") | dict(row) for row in rows])


def register(folder: Path, *numbers: int, **changes: str) -> Path:
    rows = [registration(number, **changes) for number in numbers]
    return write(folder / f"register-{'-'.join(map(str, numbers))}.csv", REGISTRATION, rows)


def owed(number: str, name: str = "", tax: str = "增值税") -> dict[str, str]:
    return {"tax_no": number, "tax nm": name, "own_tax_type": tax, "cumu_own_amt": "5000"}


def rated(number: int, tax_number: str, year: int = 2020) -> dict[str, str]:
    return {
        "uni_social_crd_cd": credit_code(number),
        "tax_no": tax_number,
        "taxer_nm": f"宁波第{number}贸易有限公司",
        "eval_year": str(year),
        "eval_dt": f"{year + 1}-04-20",
        "tax_credi_level": "A",
    }


def defaulter(number: int, name: str, **changes: str) -> dict[str, str]:
    return {
        "dishonest_id": str(number),
        "executed_nm": name,
        "executed_nature": "法人或其他组织",
        "case_no": f"(2024)浙0206执{number}号",
        "publish_dt": "2024-01-27",
    } | changes


def measures(store: Store, number: int, kind: str = "Measure") -> list[dict[str, Any]]:
    rows = [row["record"] for row in store.read("read/statements_of", eid=credit_code(number))]
    return [row for row in rows if row["kind"] == kind]


def unlinked(store: Store) -> list[tuple[str, str, str]]:
    point = Point(last_seq(store), DAY, DAY)
    return [(f.source, f.code, f.detail) for f in faults(store, point) if f.kind == "unlinked"]


@pytest.mark.parametrize("register_first", [True, False])
def test_a_taxpayer_number_finds_its_firm_in_either_order(store: Store, tmp_path: Path, register_first: bool) -> None:
    numbers = [credit_code(1).lower(), "330206" + org_code(2), OLD_NUMBER, "330206" + org_code(9)]
    arrears = table(tmp_path / "a.csv", "tax_arrears", *map(owed, numbers))
    firms = [register(tmp_path, 1, 2), table(tmp_path / "r.csv", "tax_a_rating", rated(3, OLD_NUMBER))]
    for path in [*firms, arrears] if register_first else [arrears, *firms]:
        load(store, [path])
    assert [[row["amount_due"] for row in measures(store, number)] for number in (1, 2, 3)] == [[500_000]] * 3
    assert {row["key"] for number in (1, 2, 3) for row in measures(store, number)} == {
        f"{credit_code(1)}|增值税",
        f"org:{org_code(2)}|增值税",
        f"tax:{OLD_NUMBER}|增值税",
    }
    told = f"组织机构代码 {org_code(9)} (纳税人识别号 330206{org_code(9)}): 没有企业符合"
    assert unlinked(store) == [("tax_arrears", "none_fits", told)]


def test_a_taxpayer_number_that_fits_two_firms_is_linked_to_neither(store: Store, tmp_path: Path) -> None:
    load(store, [table(tmp_path / "r.csv", "tax_a_rating", rated(3, OLD_NUMBER), rated(4, OLD_NUMBER))])
    load(store, [table(tmp_path / "a.csv", "tax_arrears", owed(OLD_NUMBER, "宁波第3贸易有限公司"))])
    both = "、".join(sorted((credit_code(3), credit_code(4))))
    assert unlinked(store) == [
        ("tax_arrears", "several_fit", f"纳税人识别号 {OLD_NUMBER}: 有 2 家企业符合，未关联：{both}")
    ]
    assert (measures(store, 3), measures(store, 4)) == ([], [])


def test_a_record_that_finds_its_firm_takes_those_along_that_wait_for_its_number(store: Store, tmp_path: Path) -> None:
    load(store, [table(tmp_path / "a.csv", "tax_arrears", owed(OLD_NUMBER))])
    nameless = rated(1, OLD_NUMBER) | {"uni_social_crd_cd": "", "org_no": org_code(1)}
    load(store, [table(tmp_path / "r.csv", "tax_a_rating", nameless)])
    assert len(unlinked(store)) == 2
    load(store, [register(tmp_path, 1)])
    assert unlinked(store) == []
    assert [row["tax_number"] for row in measures(store, 1)] == [OLD_NUMBER]


@pytest.mark.parametrize("many", [0, 5000])
def test_small_loads_do_not_look_at_every_unlinked_record(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    """Both ways find the same: by what the touched enterprises are called, and by every open reference."""
    monkeypatch.setattr(resolve, "_MANY", many)
    numbers = ["330206" + org_code(2), OLD_NUMBER, *(f"3302060000000000{n:04d}" for n in range(30))]
    load(store, [table(tmp_path / "a.csv", "tax_arrears", *map(owed, numbers))])
    load(store, [register(tmp_path, 1, 2), table(tmp_path / "r.csv", "tax_a_rating", rated(3, OLD_NUMBER))])
    assert [len(measures(store, number)) for number in (1, 2, 3)] == [0, 1, 1]
    assert len(unlinked(store)) == 30
    looked = "read/unlinked_references" in store.metrics and store.metrics["read/unlinked_references"].count > 0
    assert looked == (many == 0)


def test_a_record_of_the_same_load_gives_no_firm_to_another(store: Store, tmp_path: Path) -> None:
    """Only what is committed counts, so that a load that was interrupted ends as any other; afterwards it is tried."""
    waiting = rated(3, OLD_NUMBER, 2021) | {"uni_social_crd_cd": ""}
    load(store, [table(tmp_path / "r.csv", "tax_a_rating", rated(3, OLD_NUMBER), waiting)])
    found = measures(store, 3, "Evaluation")
    assert {(row["year"], row.get("resolved_from")) for row in found} == {(2020, None), (2021, f"tax:{OLD_NUMBER}")}


@pytest.fixture
def viewed(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The enterprises whose view was written, in order."""
    seen: list[str] = []
    write_ = store.write

    def note(name: str, /, rows: Any = None, **params: Any) -> int:
        if name == "write/enterprise_cache":
            seen.extend(row["eid"] for row in rows)
        return write_(name, rows, **params)

    monkeypatch.setattr(store, "write", note)
    return seen


def test_only_firms_of_whom_something_new_is_said_are_viewed_again(
    store: Store, tmp_path: Path, viewed: list[str]
) -> None:
    load(store, [table(tmp_path / "a.csv", "tax_a_rating", rated(3, OLD_NUMBER))])
    assert viewed == [credit_code(3)]  # nobody registered it: the tax office names it for the time being
    load(store, [register(tmp_path, 1)])
    load(store, [table(tmp_path / "b.csv", "tax_a_rating", rated(3, OLD_NUMBER, 2021))])
    load(store, [register(tmp_path, 3)])
    load(store, [table(tmp_path / "c.csv", "tax_a_rating", rated(3, OLD_NUMBER, 2022))])
    assert viewed == [credit_code(number) for number in (3, 1, 3, 3)]


def test_a_firm_whose_record_is_found_late_is_viewed_at_once(store: Store, tmp_path: Path, viewed: list[str]) -> None:
    load(store, [register(tmp_path, 1), table(tmp_path / "a.csv", "tax_arrears", owed(OLD_NUMBER))])
    load(store, [table(tmp_path / "r.csv", "tax_a_rating", rated(1, OLD_NUMBER))])
    assert viewed == [credit_code(1)] * 2
    assert len(measures(store, 1)) == 1


def test_the_id_of_an_owner_in_a_taxpayer_number_is_kept_nowhere(store: Store, tmp_path: Path) -> None:
    owner = citizen_id("19340506", 12)
    load(store, [register(tmp_path, 1)])
    load(store, [table(tmp_path / "a.csv", "tax_arrears", owed(owner + "01", "宁波第1贸易有限公司"))])
    (record,) = measures(store, 1)
    assert "tax_number" not in record
    assert record["faults"] == [f"tax_number:code_masked:{owner[:2]}{'*' * 16}01"]
    assert not any(owner in str(row) for row in store.read("read/unlinked")) and owner not in str(record)


def test_a_natural_person_without_a_document_is_nobody_else(store: Store, tmp_path: Path) -> None:
    """Not the firm of that name, and not the person of that name in another record."""
    load(store, [register(tmp_path, 1, comp_nm="周玉六")])
    rows = [defaulter(n, "周玉六", executed_nature="自然人", uni_social_crd_cd="1616173") for n in (7, 8)]
    load(store, [table(tmp_path / "c.csv", "court_defaulter", *rows)])
    load(store, [register(tmp_path, 2, comp_nm="周玉六")])
    assert (measures(store, 1), measures(store, 2)) == ([], [])
    told = "姓名 周玉六: 自然人，未给出证件号码，不与任何主体关联"
    assert unlinked(store) == [("court_defaulter", "natural_person", told)] * 2
    found = [row["record"] for row in store.read("read/unlinked")]
    assert len({row["pid"] for row in found}) == 2
    assert all("fault_count" in row and row["fault_count"] == 0 for row in found)


def test_a_natural_person_is_the_subject_by_document(store: Store, tmp_path: Path) -> None:
    person = citizen_id("19340506", 12)
    rows = [
        defaulter(7, "周玉六", executed_nature="自然人", identi_id=person, uni_social_crd_cd=person),
        defaulter(8, "周玉六", executed_nature="自然人", identi_id=person, birth_dt="1934-05-06", gen="男性"),
    ]
    load(store, [table(tmp_path / "c.csv", "court_defaulter", *rows)])
    records = [row["record"] for row in store.read("read/records_opened", seq=1)]
    assert len({row["pid"] for row in records}) == 1 and all("eid" not in row for row in records)
    assert unlinked(store) == []
    assert not any(word in str(records) for word in (person, "1934", "男性"))


def held(store: Store, number: int) -> list[tuple[str, date]]:
    holds = [row["hold"] for row in store.read("read/grade_holds", eids=[credit_code(number)], seq=last_seq(store))]
    return [(hold["reason"], hold["valid_from"]) for hold in holds]


def test_a_court_row_that_is_deleted_is_held_and_comes_back(store: Store, tmp_path: Path) -> None:
    rows = [defaulter(n, f"宁波第{n}贸易有限公司", uni_social_crd_cd=credit_code(n)) for n in (1, 2)]
    both, one = (table(tmp_path / f"{n}.csv", "court_defaulter", *rows[:n]) for n in (2, 1))
    load(store, [both], LoadOptions(as_of=date(2024, 3, 1), complete=True))
    load(store, [one], LoadOptions(as_of=date(2024, 4, 1)))  # an increment says nothing about other rows
    assert held(store, 2) == []
    one.write_bytes(one.read_bytes() + b"\n")
    load(store, [one], LoadOptions(as_of=date(2024, 5, 1), complete=True))
    assert (held(store, 1), held(store, 2)) == ([], [("deleted_by_source", date(2024, 5, 1))])
    assert [row["valid_to"].year for row in measures(store, 2)] == [9999]  # it was so: it is only out of use
    both.write_bytes(both.read_bytes() + b"\n")
    load(store, [both], LoadOptions(as_of=date(2024, 6, 1), complete=True))
    assert held(store, 2) == []


def test_a_hold_goes_with_its_record_to_the_firm_that_is_found_later(store: Store, tmp_path: Path) -> None:
    row = defaulter(1, "宁波第1贸易有限公司")
    other = defaulter(5, "别的公司")
    load(
        store,
        [table(tmp_path / "1.csv", "court_defaulter", row, other)],
        LoadOptions(as_of=date(2024, 3, 1), complete=True),
    )
    load(
        store,
        [table(tmp_path / "2.csv", "court_defaulter", other)],
        LoadOptions(as_of=date(2024, 5, 1), complete=True),
    )
    load(store, [register(tmp_path, 1)])
    assert held(store, 1) == [("deleted_by_source", date(2024, 5, 1))]


def test_a_tax_listing_is_out_of_use_from_its_removal_on(store: Store, tmp_path: Path) -> None:
    """The table gives a day of removal (移出时间) and no reason: it is published no more, and was listed."""
    listed = {
        "tax_no": credit_code(1),
        "tax_nm": "宁波第1贸易有限公司",
        "case_nature": "偷税",
        "entry_tm": "2023-06-01",
    }
    load(store, [table(tmp_path / "1.csv", "tax_blacklist", listed)])
    assert held(store, 1) == []
    load(store, [table(tmp_path / "2.csv", "tax_blacklist", listed | {"remove_tm": "2024-03-05"})])
    assert held(store, 1) == [("expired", date(2024, 3, 5))]
    assert {(row["valid_from"], row["valid_to"]) for row in measures(store, 1) if row["known_to"] > 2} == {
        (date(2023, 6, 1), date(2024, 3, 5))
    }


def sanctioned(name: str, document: str, firm: str = "", code: str = "", until: str = "") -> dict[str, str]:
    row = {"决定文书号": "甬市监罚〔2024〕1号", "姓名": name, "证件号码": document, "任职单位": firm}
    row |= {"单位统一社会信用代码": code, "措施类别": "从业禁止", "起始日期": "2024-05-06", "截止日期": until}
    return dict.fromkeys(SANCTION, "") | row


def subjects(store: Store) -> set[tuple[str, str]]:
    """Label and name of what sanctions are linked to."""
    rows = store.read("explore/subjects_of_sanctions")
    return {(row["label"], row["subject"]) for row in rows}


def test_a_sanction_is_on_the_person_and_beside_it_on_the_firm(store: Store, tmp_path: Path) -> None:
    one, two = citizen_id("19340506", 12), citizen_id("19350607", 13)
    rows = [
        sanctioned("周玉六", one, "宁波第1贸易有限公司", credit_code(1), "2029-05-05"),
        sanctioned("钱七", two, until="终身"),
        sanctioned("孙八", "", "宁波第2贸易有限公司"),
        sanctioned("李九", ""),
    ]
    load(store, [write(tmp_path / "s.csv", SANCTION, rows)])
    persons = {("Person", name) for name in ("周玉六", "钱七", "孙八", "李九")}
    assert subjects(store) == {("Enterprise", credit_code(1)), *persons}
    load(store, [register(tmp_path, 2)])
    assert subjects(store) == {("Enterprise", credit_code(1)), ("Enterprise", credit_code(2)), *persons}
    (record,) = measures(store, 1, "Sanction")
    assert (record["valid_from"], record["valid_to"]) == (date(2024, 5, 6), date(2029, 5, 6))
    assert [code for _, code, _ in unlinked(store)] == ["natural_person"]


def test_one_decision_sanctions_two_persons_of_a_firm(store: Store, tmp_path: Path) -> None:
    rows = [sanctioned(name, "", "宁波第1贸易有限公司", credit_code(1)) for name in ("周玉六", "钱七")]
    (report,) = load(store, [write(tmp_path / "s.csv", SANCTION, rows)])
    assert (report["new"], report["quarantined"]) == (2, 0)
    assert {row["person_name"] for row in measures(store, 1, "Sanction")} == {"周玉六", "钱七"}


def test_the_code_within_the_credit_code_goes_before_a_recorded_one(store: Store, tmp_path: Path) -> None:
    """A tax office that writes firm 2's 组织机构代码 beside firm 3's credit code takes nothing from either."""
    load(
        store,
        [register(tmp_path, 2), table(tmp_path / "r.csv", "tax_a_rating", rated(3, "") | {"org_no": org_code(2)})],
    )
    load(store, [table(tmp_path / "a.csv", "tax_arrears", *(owed("330206" + org_code(n)) for n in (2, 3)))])
    assert [[row["tax_number"] for row in measures(store, n)] for n in (2, 3)] == [
        ["330206" + org_code(2)],
        ["330206" + org_code(3)],
    ]
    assert unlinked(store) == []
    firms = project(store, Point(last_seq(store), DAY, DAY), "grading")
    assert [find(firms, org_code(n)) for n in (2, 3)] == [credit_code(2), credit_code(3)]
