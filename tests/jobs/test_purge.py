"""Retention: what is due, what is not yet, and that purging it is an erasure by two persons."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from commandline import invoke
from credit_graph.errors import CreditGraphError, DefinitionError
from credit_graph.jobs import purge
from credit_graph.model.statement import Statement
from credit_graph.policyfile import read_policy
from credit_graph.store import Store
from credit_graph.store.secret import load_or_create
from facts import D, commit, fact

TODAY = D("2026-11-23")
EID = "91330200AAAAAAAAAA"
PERSONS = [f"{n:x}" * 64 for n in range(1, 10)]


@pytest.fixture
def store(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The graph forgets its tombstones with the test that made them."""
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", str(TODAY))
    load_or_create(store.settings, store)
    yield store
    store.clear()


def office(number: int, end: str | None, seq: int = 1, name: str = "", **changes: Any) -> Statement:
    """An office that ended on a day; each number another person."""
    given: dict[str, Any] = {"end": D(end)} if end else {}
    content = {"person_name": name or f"人{number}", "person_id": PERSONS[number], "office": "监事"}
    given |= {"start": D("2001-01-01"), "pid": PERSONS[number]}
    return fact("Office", f"{EID}|{number}", EID, seq, **given, **content | changes)


def case(number: int, decided: str, eid: str | None) -> Statement:
    day = D(decided)
    item = fact("Case", f"c{number}", EID, start=day, pid=PERSONS[number], decided_on=day, name=f"当事人{number}")
    return item.again(eid=eid)


def test_what_is_due_and_since_when(store: Store) -> None:
    firm = fact("Registration", EID, EID, name="甲有限公司", credit_code=EID)
    said = [
        office(1, "2016-11-23"),  # ten years ago today: the last day of its term was yesterday
        office(2, "2016-11-24"),  # due tomorrow
        office(3, None),  # still in office
        case(4, "2020-02-29", None),  # five years after a leap day
        case(5, "2019-01-01", EID),  # a case against the firm, which merely names a person
        case(6, "2022-01-01", None),
        fact("Complaint", "t1", EID, start=D("2020-01-01"), received_on=D("2020-01-01"), closed_on=D("2023-11-23")),
        fact("Complaint", "t2", EID, start=D("2020-01-01"), received_on=D("2020-01-01")),  # not closed yet
        firm,
    ]
    commit(store, 1, said)
    found = purge.due(store)
    assert [(item.sid, item.person, item.since, item.rule) for item in found] == [
        (said[3].sid, "当事人4", D("2025-03-01"), "case_against_person"),
        (said[6].sid, "", TODAY, "complaint_closed"),
        (said[0].sid, "人1", TODAY, "office_ended"),
    ]
    assert {item.basis for item in found} == {"个人信息保护法第四十七条（期限由本机构确定）"}


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_what_was_asserted_again_is_not_due_before_all_of_it_is(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    first, wrong = office(1, "2010-01-01"), office(2, None, name="误")
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2011-05-05")
    commit(store, 1, [first, wrong])
    again = first.again(n=2, known_from=2, batch=2, valid_to=date(9999, 12, 31))  # he came back: the same content
    right = office(2, None, name="正").again(n=2, known_from=2, batch=2)
    commit(store, 2, [again, right], [first, wrong])
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", str(TODAY))
    # what was corrected in 2011 is due ten years later; he who is in office is not, whatever was said of him before
    assert [(item.sid, item.since) for item in purge.due(store)] == [(wrong.sid, D("2021-05-05"))]


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_purge_lists_then_erases_by_two(store: Store) -> None:
    gone, kept = office(1, "2010-01-01"), office(2, "2020-01-01")
    commit(store, 1, [gone, kept])
    dry = json.loads(invoke("purge", "--dry-run", "--json").output)
    assert [(item["sid"], item["kind"], item["person"], item["since"]) for item in dry] == [
        (gone.sid, "Office", "人1", "2020-01-01")
    ]
    told = invoke("purge", "--dry-run").output
    assert "保存期届满（1）" in told and "任职" in told and "office_ended: 1" in told
    assert store.read("read/statement", sid=gone.sid) != []
    for second in ("张一", ""):
        with pytest.raises(CreditGraphError):
            arguments = ["purge", "--basis", "年度清理", "--by", "张一", "--second", second]
            invoke(*arguments)
    assert not (store.home / "tombstones.jsonl").exists()
    arguments = ["purge", "--basis", "年度清理", "--by", "张一", "--second", "李二", "--json"]
    done = json.loads(invoke(*arguments).output)
    assert (done["statements"], len(done["tombstones"])) == (1, 1)
    assert (store.read("read/statement", sid=gone.sid), purge.due(store)) == ([], [])
    assert store.read("read/statement", sid=kept.sid) != []
    assert store.read("read/api_person", pid=PERSONS[1]) == []


# the policy


def test_the_shipped_periods_are_the_installations_own() -> None:
    assert {row.basis.confidence for row in purge.retention()} == {"own"}
    assert len({row.id for row in purge.retention()}) == len(purge.retention())


@pytest.mark.parametrize(
    ("change", "line", "why"),
    [
        ("kind: Offices", 3, "Offices"),
        ("after: ended", 5, "end"),
        ("years: -1", 6, "years"),
        ("about: firm", 4, "about"),
    ],
)
def test_a_faulty_row_is_named_with_its_line(tmp_path: Path, change: str, line: int, why: str) -> None:
    key = change.split(":", maxsplit=1)[0]
    rows = ["rows:", "  - id: x", "    kind: Office", "    about: any", "    after: end", "    years: 10"]
    rows += ["    effective_from: 2021-11-01", "    basis: {source: x, confidence: own}"]
    text = "\n".join(f"    {change}" if row.strip().startswith(key) else row for row in rows)
    path = tmp_path / "retention.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        read_policy(path, purge.RetentionFile)
    assert f"retention.yml:{line}" in str(caught.value) and why in str(caught.value)
