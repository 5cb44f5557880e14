"""List work in the graph: whole lives of entries, through the commands, and what is refused changes nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from credit_graph.jobs import batches, proceeding_records
from credit_graph.lists.bases import documents
from credit_graph.model.statement import Statement
from credit_graph.model.time import OPEN_SEQ
from credit_graph.store import Store
from credit_graph.store.secret import load_or_create
from handmade import City
from listwork import BUREAU, holds, on, refused, said, standing, typed

A, B, C, D = (f"9162100{n}MA7000034{n}" for n in "2345")
PERSON = "92621002MA70000351"


@pytest.fixture
def city(store: Store, monkeypatch: pytest.MonkeyPatch) -> City:
    """A, B and D of this bureau, C of another city, an individual business; D stands on a list of a source."""
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-07-01")
    load_or_create(store.settings, store)
    made = City(store)
    for code in (A, B, D, PERSON):
        made.firm(code, f"庆原测试{code[-1]}有限公司", authority=BUREAU)
    made.firm(C, "外地测试有限公司", authority="兰州市市场监督管理局")
    listing: dict[str, Any] = {"name": "庆原测试5有限公司", "credit_code": D, "listed_by": BUREAU}
    made.say(
        "SeriousListing",
        D,
        "d",
        start=date(2025, 3, 1),
        listed_on=date(2025, 3, 1),
        reason="生产经营添加药品的食品",
        source="list",
        **listing,
    )
    made.commit()
    return made


REPORT = said(ground="6", facts="未按规定期限报送2025年度报告", found_on="2026-06-30")


def test_an_entry_of_the_abnormal_list_from_its_proposal_to_its_removal(
    city: City, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = typed("case_officer", "begin", "abnormal_operation", "listing", A, *REPORT)
    (one,) = begun["proceedings"]
    id_ = one["id"]
    assert (id_, one["state"], one["next"], one["due"]) == ("YC2026-00001", "proposed", "reviewed", "2026-07-14")
    assert refused("case_officer", "begin", "abnormal_operation", "listing", A, *REPORT) == "state.proceeding_open"
    assert refused("approver", "step", "decided", id_, "--outcome", "agreed") == "state.step_order"
    typed("reviewer", "step", "reviewed", id_, "--outcome", "agreed")
    assert standing(store, "AbnormalListing", A) == []  # nobody is listed before it is decided
    on("2026-07-03", monkeypatch)
    decided = typed("approver", "step", "decided", id_, "--outcome", "agreed")["proceedings"][0]
    number = decided["steps"][-1]["number"]
    assert number == "庆市监异列〔2026〕1号"
    entry = {"listing_id": number, "listed_on": date(2026, 7, 3), "reason": "未按照规定的期限公示年度报告"}
    entry |= {"listed_by": BUREAU, "source": "bureau", "valid_from": date(2026, 7, 3)}
    assert standing(store, "AbnormalListing", A) == [entry]
    assert refused("case_officer", "begin", "abnormal_operation", "listing", A, *REPORT) == "state.listed_already"
    withdrawing = said(annulled_by="省局", annulled_number="复1号", annulled_on="2026-07-03")
    code = refused("case_officer", "begin", "abnormal_operation", "withdrawal", A, *withdrawing)
    assert code == "state.not_published"
    receipt = said(receipt="G-1", published_on="2026-07-03")
    done = typed("publisher", "step", "published", id_, *receipt)["proceedings"][0]
    assert (done["state"], done["open"], done["next"]) == ("complete", False, None)

    on("2026-08-03", monkeypatch)
    words = said(applied_on="2026-08-03", way="补报年报")
    removal = typed("case_officer", "begin", "abnormal_operation", "removal", A, *words)["proceedings"][0]["id"]
    typed("case_officer", "step", "verified", removal, "--outcome", "confirmed")
    reviewed = typed("reviewer", "step", "reviewed", removal, "--outcome", "agreed")["proceedings"][0]
    assert reviewed["due"] == "2026-08-10"  # 5 working days after the application
    on("2026-08-04", monkeypatch)
    typed("approver", "step", "decided", removal, "--outcome", "agreed")
    ended = entry | {"removed_on": date(2026, 8, 4), "removal_reason": "补报年报", "removed_by": BUREAU}
    assert standing(store, "AbnormalListing", A) == [ended]
    assert holds(store, A) == {("repaired", "public,departments,grading", date(2026, 8, 4))}
    steps = [step["step"] for step in typed("case_officer", "show", id_)["steps"]]
    assert steps == ["proposed", "reviewed", "decided", "published"]
    # each step is a statement: the first is known until the second
    seqs = store.read("read/statements_of", eid=A)
    versions = [row["record"] for row in seqs if row["record"].get("proceeding") == id_]
    assert [row["state"] for row in sorted(versions, key=lambda row: row["known_from"])] == [
        "proposed",
        "reviewed",
        "decided",
        "complete",
    ]
    assert sum(row["known_to"] == OPEN_SEQ for row in versions) == 1


def test_an_entry_of_the_serious_list_removed_early_and_listed_again(
    city: City, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D's entry is a source's: its use ends by a hold; listed again it is the bureau's, its period counted anew."""
    on("2026-02-27", monkeypatch)
    words = said(applied_on="2026-02-27", materials="申请书、守信承诺书、履行证明")
    assert refused("case_officer", "begin", "serious_violation", "early_removal", D, *words) == "state.step_early"
    on("2026-03-02", monkeypatch)
    words = said(applied_on="2026-03-02", materials="申请书、守信承诺书、履行证明")
    begun = typed("case_officer", "begin", "serious_violation", "early_removal", D, *words)["proceedings"][0]
    id_ = begun["id"]
    assert (begun["due"], begun["entry"]) == ("2026-03-04", {"source": "list", "key": "d"})
    typed("case_officer", "step", "accepted", id_, "--outcome", "accepted")
    typed("case_officer", "step", "verified", id_, "--outcome", "met", *said(finding="已履行，无再犯"))
    typed("reviewer", "step", "reviewed", id_, "--outcome", "agreed")
    decided = typed("approver", "step", "decided", id_, "--outcome", "agreed")["proceedings"][0]
    assert decided["due"] == "2026-03-05"  # 3 working days
    assert holds(store, D) == {("repaired", "public,departments,grading", date(2026, 3, 2))}
    typed("publisher", "step", "stopped", id_, *said(stopped_on="2026-03-02"))
    # the promise was false: the removal is revoked, and the period starts anew
    on("2026-05-06", monkeypatch)
    words = said(facts="履行证明系伪造", found_on="2026-05-06")
    again = typed("case_officer", "begin", "serious_violation", "restoration", D, *words)["proceedings"][0]["id"]
    typed("legal", "step", "legal_reviewed", again, "--outcome", "agreed")
    typed("approver", "step", "decided", again, "--outcome", "agreed")
    entry = {"listed_on": date(2025, 3, 1), "counted_from": date(2026, 5, 6), "reason": "生产经营添加药品的食品"}
    entry |= {"listed_by": BUREAU, "source": "bureau", "valid_from": date(2025, 3, 1)}
    assert standing(store, "SeriousListing", D) == [entry]
    on("2027-05-05", monkeypatch)
    words = said(applied_on="2027-05-05", materials="申请书")
    assert refused("case_officer", "begin", "serious_violation", "early_removal", D, *words) == "state.step_early"


def test_an_individual_business_is_marked_and_restored(
    city: City, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refused("case_officer", "begin", "abnormal_operation", "listing", PERSON, *REPORT) == "usage.bad_value"
    words = said(ground="13", facts="未报送2025年度报告", found_on="2026-06-30")
    id_ = typed("case_officer", "begin", "abnormal_mark", "marking", PERSON, *words)["proceedings"][0]["id"]
    assert id_ == "BJ2026-00001"
    typed("reviewer", "step", "reviewed", id_, "--outcome", "agreed")
    typed("approver", "step", "decided", id_, "--outcome", "agreed")
    typed("publisher", "step", "published", id_, *said(receipt="G-2", published_on="2026-07-01"))
    (mark,) = standing(store, "AbnormalMark", PERSON)
    assert (mark["marked_on"], mark["reason"], mark["marked_by"]) == (
        date(2026, 7, 1),
        "未按照规定报送年度报告",
        BUREAU,
    )
    on("2026-07-20", monkeypatch)
    words = said(applied_on="2026-07-20", way="补报年报")
    other = typed("case_officer", "begin", "abnormal_mark", "restoring", PERSON, *words)["proceedings"][0]["id"]
    typed("case_officer", "step", "verified", other, "--outcome", "confirmed")
    typed("reviewer", "step", "reviewed", other, "--outcome", "agreed")
    typed("approver", "step", "decided", other, "--outcome", "agreed")
    (restored,) = standing(store, "AbnormalMark", PERSON)
    assert (restored["restored"], restored["restored_on"]) == (True, date(2026, 7, 20))


def test_an_objection_that_is_right_annuls_the_entry(city: City, store: Store) -> None:
    id_ = typed("case_officer", "begin", "abnormal_operation", "listing", B, *REPORT)["proceedings"][0]["id"]
    typed("reviewer", "step", "reviewed", id_, "--outcome", "agreed")
    typed("approver", "step", "decided", id_, "--outcome", "agreed")
    typed("publisher", "step", "published", id_, *said(receipt="G-3", published_on="2026-07-01"))
    words = said(received_on="2026-07-01", claims="已于6月29日报送")
    other = typed("case_officer", "begin", "abnormal_operation", "objection", B, *words)["proceedings"][0]["id"]
    typed("case_officer", "step", "accepted", other, "--outcome", "accepted")
    typed("reviewer", "step", "verified", other, "--outcome", "wrong", *said(finding="系统延迟入库"))
    done = typed("approver", "step", "corrected", other, "--outcome", "revoked")["proceedings"][0]
    assert (done["state"], done["open"]) == ("complete", False)
    assert standing(store, "AbnormalListing", B) == []  # it never was
    assert holds(store, B) == {("withdrawn", "public,departments,grading,internal", date(1, 1, 1))}


def test_what_the_law_does_not_allow_is_refused_and_changes_nothing(
    city: City, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = batches.last_seq(store)
    begin = ("begin", "abnormal_operation", "listing")
    assert refused("case_officer", *begin, C, *REPORT) == "state.not_competent"
    assert refused("case_officer", *begin, A, C, *REPORT) == "state.not_competent"  # all or none
    assert refused("case_officer", *begin, "没有这家公司", *REPORT) == "usage.unknown_entity"
    strange = said(ground="5", facts="x", found_on="2026-06-30")
    assert refused("case_officer", *begin, A, *strange) == "usage.bad_value"  # no ground of this list
    assert refused("case_officer", "begin", "abnormal_operation", "removal", A, *said(way="x")) == "state.not_listed"
    assert refused("approver", *begin, A, *REPORT) == "usage.bad_value"  # the first step is the clerk's
    serious = said(reason="被列入经营异常名录满三年", ground="10", facts="x", case_number="1", filed_on="2026-06-01")
    assert refused("case_officer", "begin", "serious_violation", "listing", A, *serious) == "usage.bad_value"
    assert refused("case_officer", "show", "YC2026-09999") == "usage.unknown_entity"
    on("2010-01-04", monkeypatch)  # before there was such a list
    assert refused("case_officer", *begin, A, *REPORT) == "policy.none_in_force"
    assert batches.last_seq(store) == before


def test_a_firm_that_changed_meanwhile_and_a_number_used_twice(
    city: City, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = typed("case_officer", "begin", "abnormal_operation", "listing", A, B, *REPORT)["proceedings"]
    first, second = (item["id"] for item in begun)
    assert (first, second) == ("YC2026-00001", "YC2026-00002")
    typed("reviewer", "step", "reviewed", first, second, "--outcome", "agreed")
    typed("approver", "step", "decided", first, "--outcome", "agreed", "--number", "庆市监异列〔2026〕77号")
    twice = ("step", "decided", second, "--outcome", "agreed", "--number", "庆市监异列〔2026〕77号")
    assert refused("approver", *twice) == "state.number_used"
    on("2026-07-02", monkeypatch)
    city.seq = batches.last_seq(store) + 1
    old = store.read("read/kind_of_firms", labels={"KIND": "Registration"}, eids=[B], seq=city.seq)[0]["record"]
    city.close(Statement.from_properties(old))
    city.say("Registration", B, f"{B}-new", credit_code=B, name="庆原更名有限公司", state="存续", authority=BUREAU)
    city.commit()
    assert refused("approver", "step", "decided", second, "--outcome", "agreed") == "state.subject_changed"
    typed("case_officer", "stop", second, "--why", "当事人更名，重新立项")
    assert [item.proceeding.id for item in proceeding_records.listed(store)] == [first]


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_a_basis_that_lapsed_and_a_year_without_a_calendar(
    city: City, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = ("begin", "abnormal_operation", "listing", A)
    id_ = typed("case_officer", *begin, *REPORT)["proceedings"][0]["id"]
    typed("reviewer", "step", "reviewed", id_, "--outcome", "agreed")
    before = batches.last_seq(store)
    rule = documents()["abnormal_list_rule"]
    with monkeypatch.context() as patch:
        patch.setitem(documents(), rule.id, rule.model_copy(update={"in_force_to": date(2026, 7, 1)}))
        assert refused("case_officer", "begin", "abnormal_operation", "listing", B, *REPORT) == "policy.no_basis"
        assert refused("approver", "step", "decided", id_, "--outcome", "agreed") == "policy.no_basis"
    on("2026-12-29", monkeypatch)  # ten working days run into a year that nobody has announced
    words = said(ground="8", facts="x", found_on="2026-12-28")
    assert refused("case_officer", "begin", "abnormal_operation", "listing", B, *words) == "policy.no_calendar"
    assert batches.last_seq(store) == before
