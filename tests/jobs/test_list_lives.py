"""How entries end: corrected, removed at term, withdrawn, closed with their firm; and how a source says them too."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest

from credit_graph.jobs import batches
from credit_graph.jobs.handover import give_way
from credit_graph.model.statement import Statement
from credit_graph.store import Store
from credit_graph.store.secret import load_or_create
from handmade import City
from listwork import BUREAU, holds, on, refused, said, standing, typed

A = "91621002MA70000342"


@pytest.fixture
def city(store: Store, monkeypatch: pytest.MonkeyPatch) -> City:
    on("2026-03-02", monkeypatch)
    load_or_create(store.settings, store)
    made = City(store)
    made.firm(A, "庆原甲食品有限公司", authority=BUREAU)
    made.commit()
    return made


def listed(ground: str = "8") -> str:
    """The id of a proceeding that has listed A on the list of abnormal operation, published."""
    words = said(ground=ground, facts="公示的联系方式不实", found_on="2026-03-02")
    id_ = typed("case_officer", "begin", "abnormal_operation", "listing", A, *words)["proceedings"][0]["id"]
    typed("reviewer", "step", "reviewed", id_, "--outcome", "agreed")
    typed("approver", "step", "decided", id_, "--outcome", "agreed")
    typed("publisher", "step", "published", id_, *said(receipt="G-1", published_on="2026-03-02"))
    return str(id_)


def serious(city: City, day: date, *eids: str) -> None:
    """They (A) stand on the serious list since that day, as a source says."""
    city.seq = batches.last_seq(city.store) + 1
    said: dict[str, Any] = {"name": "庆原甲食品有限公司", "listed_by": BUREAU, "reason": "生产经营添加药品的食品"}
    for eid in eids or (A,):
        entry = {**said, "credit_code": eid, "listed_on": day}
        city.say("SeriousListing", eid, f"s{eid}", start=day, source="serious", **entry)
    city.commit()


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_a_wrong_ground_is_corrected(city: City, store: Store) -> None:
    listed()
    words = said(error_found_on="2026-03-02", ground="9", finding="应为通过登记的住所无法联系")
    id_ = typed("case_officer", "begin", "abnormal_operation", "correction", A, *words)["proceedings"][0]["id"]
    assert refused("case_officer", "step", "corrected", id_, "--outcome", "agreed") == "usage.bad_value"
    typed("approver", "step", "corrected", id_, "--outcome", "agreed")
    (entry,) = standing(store, "AbnormalListing", A)
    assert (entry["reason"], entry["listed_on"]) == ("通过登记的住所或者经营场所无法联系", date(2026, 3, 2))
    assert holds(store, A) == set()


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_an_entry_is_removed_at_its_term(city: City, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    serious(city, date(2023, 6, 1))
    on("2026-05-31", monkeypatch)
    words = ("begin", "serious_violation", "removal_at_term", A, *said(restriction="无"))
    assert refused("case_officer", *words) == "state.step_early"  # three years are not over
    on("2026-06-01", monkeypatch)
    id_ = typed("case_officer", *words)["proceedings"][0]["id"]
    typed("approver", "step", "decided", id_, "--outcome", "agreed")
    assert holds(store, A) == {("expired", "public,departments,grading", date(2026, 6, 1))}
    assert refused("case_officer", *words) == "state.not_listed"
    typed("publisher", "step", "stopped", id_, *said(stopped_on="2026-06-01"))


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_a_bundle_is_removed_by_as_many_reads_as_one(city: City, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    eids = [A, *(f"9162100200000000{number:02d}" for number in range(11, 15))]
    for eid in eids[1:]:
        city.firm(eid, "庆原甲食品有限公司", authority=BUREAU)
    serious(city, date(2023, 6, 1), *eids)
    on("2026-06-01", monkeypatch)
    read, asked = Store.read, list[str]()

    def counted(self: Store, name: str, /, *more: Any, **params: Any) -> Any:
        asked.append(name)
        return read(self, name, *more, **params)

    def decided(bundle: str, some: list[str]) -> Counter[str]:
        words = ("removal_at_term", *some, *said(restriction="无"), "--bundle", bundle)
        typed("case_officer", "begin", "serious_violation", *words)
        asked.clear()
        typed("approver", "step", "decided", "--bundle", bundle, "--outcome", "agreed")
        return Counter(asked)

    monkeypatch.setattr(Store, "read", counted)
    one, four = decided("one", eids[:1]), decided("four", eids[1:])
    assert {name for name in four if four[name] > one[name]} == set()
    assert one["read/timelines"] == 3  # proceedings, entries, holds
    for eid in eids:
        assert holds(store, eid) == {("expired", "public,departments,grading", date(2026, 6, 1))}


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_a_penalty_that_is_annulled_takes_the_entry_with_it(
    city: City, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    serious(city, date(2025, 9, 1))
    words = said(annulled_by="省市场监督管理局", annulled_number="甘市监复〔2026〕1号", annulled_on="2026-02-27")
    begun = typed("case_officer", "begin", "serious_violation", "withdrawal", A, *words)["proceedings"][0]
    assert begun["due"] == "2026-03-03"  # three working days after 27 February; Saturday the 28th is worked
    typed("approver", "step", "decided", begun["id"], "--outcome", "agreed")
    typed("publisher", "step", "stopped", begun["id"], *said(stopped_on="2026-03-02"))
    assert standing(store, "SeriousListing", A) == []
    assert holds(store, A) == {("withdrawn", "public,departments,grading,internal", date(1, 1, 1))}


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_an_entry_ends_with_its_firm(city: City, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    listed()
    firm = store.read("read/kind_of_firms", labels={"KIND": "Registration"}, eids=[A], seq=batches.last_seq(store))
    city.seq = batches.last_seq(store) + 1
    city.close(Statement.from_properties(firm[0]["record"]))
    city.say("Registration", A, f"{A}x", credit_code=A, name="庆原甲食品有限公司", state="注销", authority=BUREAU)
    city.commit()
    on("2026-04-01", monkeypatch)
    words = said(applied_on="2026-04-01", way="补报")
    assert refused("case_officer", "begin", "abnormal_operation", "removal", A, *words) == "state.subject_ended"
    words = said(ended_on="2026-03-20", way="注销")
    id_ = typed("case_officer", "begin", "abnormal_operation", "closing", A, *words)["proceedings"][0]["id"]
    done = typed("reviewer", "step", "decided", id_, "--outcome", "agreed")["proceedings"][0]
    assert (done["state"], done["open"]) == ("complete", False)
    assert holds(store, A) == {("expired", "public,departments,grading", date(2026, 4, 1))}


def test_the_bureaus_entry_gives_way_to_its_sources(city: City, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next delivery says it too: it stands once, and what is in hand goes on with the source's."""
    listed()
    on("2026-03-10", monkeypatch)
    words = said(applied_on="2026-03-10", way="更正")
    id_ = typed("case_officer", "begin", "abnormal_operation", "removal", A, *words)["proceedings"][0]["id"]
    assert give_way(store, {"AbnormalListing"}) is None  # no source has it yet
    city.seq = batches.last_seq(store) + 1
    entry: dict[str, Any] = {"listed_on": date(2026, 3, 2), "reason": "公示企业信息隐瞒真实情况", "listed_by": BUREAU}
    city.say("AbnormalListing", A, "a-1", source="abnormal", start=date(2026, 3, 2), credit_code=A, **entry)
    city.commit()
    assert {row["source"] for row in standing(store, "AbnormalListing", A)} == {"bureau", "abnormal"}
    assert give_way(store, {"AbnormalListing", "Case"}) == batches.last_seq(store)
    assert [row["source"] for row in standing(store, "AbnormalListing", A)] == ["abnormal"]
    assert give_way(store, {"AbnormalListing"}) is None
    typed("case_officer", "step", "verified", id_, "--outcome", "confirmed")
    typed("reviewer", "step", "reviewed", id_, "--outcome", "agreed")
    done = typed("approver", "step", "decided", id_, "--outcome", "agreed")["proceedings"][0]
    assert done["entry"] == {"source": "abnormal", "key": "a-1"}
    assert holds(store, A) == {("repaired", "public,departments,grading", date(2026, 3, 10))}


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_what_the_bureau_put_in_place_of_a_sources_entry_stays(city: City, store: Store) -> None:
    """The source says again what was corrected: it is held, and the corrected entry stands."""
    serious(city, date(2025, 3, 1))
    words = said(error_found_on="2026-03-02", ground="9", finding="应为破坏公平竞争秩序")
    id_ = typed("case_officer", "begin", "serious_violation", "correction", A, *words)["proceedings"][0]["id"]
    typed("approver", "step", "corrected", id_, "--outcome", "agreed")
    serious(city, date(2025, 3, 1))
    assert give_way(store, {"SeriousListing"}) is None
    assert [row["source"] for row in standing(store, "SeriousListing", A) if row["source"] == "bureau"] == ["bureau"]
    assert holds(store, A) == {("withdrawn", "public,departments,grading,internal", date(1, 1, 1))}
