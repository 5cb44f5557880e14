"""Typical cases and transfers to the police, through the commands: what is told, and what comes back into the graph."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from credit_graph.jobs import batches
from credit_graph.jobs.referrals import referrals
from credit_graph.store import Store
from credit_graph.store.secret import load_or_create
from handmade import City
from listwork import on, refused, said, typed

BUREAU = "庆原市市场监督管理局"
A, B = (f"9162100{n}MA7000034{n}" for n in "23")
NUMBER = "庆市监处罚〔2026〕17号"
WARNING = "庆市监处罚〔2026〕18号"


@pytest.fixture
def city(store: Store, monkeypatch: pytest.MonkeyPatch) -> City:
    """A with a penalty of this bureau, in two sources; B with a case of another city and one that is not decided."""
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-07-01")
    load_or_create(store.settings, store)
    made = City(store)
    for code in (A, B):
        made.firm(code, f"庆原测试{code[-1]}有限公司", authority=BUREAU)
    penalty: dict[str, Any] = {"document_number": NUMBER, "decided_on": date(2026, 5, 6), "violation": "销售不合格食品"}
    penalty |= {"penalty_kind": "罚款", "fine": 5_000_000, "authority": BUREAU, "party_kind": "法人"}
    for source in ("cases", "credit_china"):
        made.say("Case", A, NUMBER, source=source, start=date(2026, 5, 6), name="庆原测试2有限公司", **penalty)
    foreign: dict[str, Any] = penalty | {
        "document_number": "兰市监处罚〔2026〕1号",
        "authority": "兰州市市场监督管理局",
    }
    made.say("Case", B, "b1", source="cases", start=date(2026, 5, 6), **foreign)
    made.say("Case", B, "b2", source="cases", case_number="案2", opened_on=date(2026, 6, 1), authority=BUREAU)
    warned = penalty | {"document_number": WARNING, "penalty_kind": "警告"}
    made.say("Case", B, "b3", source="cases", start=date(2026, 5, 6), **warned)
    made.commit()
    return made


def state(id_: str) -> tuple[str, str | None, str | None]:
    found = typed("case_officer", "show", id_)
    return found["state"], found["next"], found["due"]


def test_a_typical_case_is_chosen_redacted_approved_by_another_published_and_taken_down(
    city: City, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = ("begin", "typical_cases", "publication")
    why = said(why_chosen="有警示意义")
    assert refused("case_officer", *begin, B, "--entry", "兰市监处罚〔2026〕1号", *why) == "state.not_competent"
    assert refused("case_officer", *begin, B, "--entry", "案2", *why) == "state.not_listed"  # it is not decided
    assert refused("case_officer", *begin, B, "--entry", WARNING, *why) == "state.not_publishable"
    id_ = typed("case_officer", *begin, A, "--entry", NUMBER, *why)["proceedings"][0]["id"]
    assert state(id_) == ("chosen", "redacted", None)
    assert refused("approver", "step", "approved", id_, "--outcome", "agreed") == "state.step_order"
    text = said(headline="销售不合格食品案", text="某公司销售不合格食品，罚款五万元，联系电话 13893412345")
    assert refused("case_officer", "step", "redacted", id_, *text) == "usage.bad_value"
    text = said(headline="销售不合格食品案", text="某公司销售不合格食品，罚款五万元")
    typed("case_officer", "step", "redacted", id_, *text)
    typed("legal", "step", "reviewed", id_, "--outcome", "sent_back")
    typed("case_officer", "step", "redacted", id_, *said(headline="销售不合格食品案", text="某公司销售不合格食品"))
    typed("legal", "step", "reviewed", id_, "--outcome", "agreed")
    typed("approver", "step", "approved", id_, "--outcome", "agreed")
    typed("publisher", "step", "published", id_, *said(receipt="网站1号", published_on="2026-07-01"))
    assert state(id_) == ("published", "taken_down", None)
    on("2026-08-03", monkeypatch)
    early = said(taken_down_on="2026-06-30")
    assert refused("publisher", "step", "taken_down", id_, "--outcome", "annulled", *early) == "usage.bad_value"
    typed("publisher", "step", "taken_down", id_, "--outcome", "annulled", *said(taken_down_on="2026-08-03"))
    assert state(id_) == ("complete", None, None)


def test_a_case_goes_to_the_police_and_its_outcome_comes_back(
    city: City, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = said(
        team="王经办、钱执法", crime="生产、销售不符合安全标准的食品罪", facts="检出禁用物质", handed_to="庆原市公安局"
    )
    begin = ("begin", "transfer", "transfer", A, "--entry", NUMBER)
    (begun,) = typed("case_officer", *begin, *words)["proceedings"]
    id_ = begun["id"]
    assert (begun["next"], begun["due"], begun["entry"]["key"]) == ("legal_reviewed", "2026-07-04", NUMBER)
    assert refused("case_officer", *begin, *words) == "state.proceeding_open"
    typed("legal", "step", "legal_reviewed", id_, "--outcome", "agreed")
    on("2026-07-03", monkeypatch)
    typed("approver", "step", "approved", id_, "--outcome", "agreed")
    assert state(id_) == ("approved", "handed_over", "2026-07-04")
    assert referrals(store, A, batches.last_seq(store)) == []
    typed("case_officer", "step", "handed_over", id_, *said(handed_on="2026-07-03", receipt="回执1"))
    assert state(id_) == ("handed_over", "answered", "2026-07-06")
    crime = "生产、销售不符合安全标准的食品罪"
    (told,) = referrals(store, A, batches.last_seq(store))
    assert told.text == f"2026-07-03 移送庆原市公安局（{crime}）：待答复"
    on("2026-07-06", monkeypatch)
    filed = said(answered_on="2026-07-06", answer_number="庆公立字〔2026〕9号")
    typed("case_officer", "step", "answered", id_, "--outcome", "filed", *filed)
    on("2026-11-02", monkeypatch)
    judged = said(court="庆原市西原区人民法院", judgment_number="（2026）甘刑初1号", judged_on="2026-10-30")
    judged += said(judgment="罚金十万元", set_off="已缴罚款五万元折抵")
    typed("case_officer", "step", "judged", id_, "--outcome", "convicted", *judged)
    assert state(id_) == ("complete", None, None)
    (told,) = referrals(store, A, batches.last_seq(store))
    inside = "2026-07-06、庆原市西原区人民法院、（2026）甘刑初1号、罚金十万元"
    assert told.text == f"2026-07-03 移送庆原市公安局（{crime}）：判决有罪（{inside}）"
    # one record, said anew with each answer: what was known then can still be asked
    rows = [row["record"] for row in store.read("read/statements_of", eid=A) if row["record"]["kind"] == "Referral"]
    assert [row["result"] for row in sorted(rows, key=lambda row: row["known_from"])] == [
        "handed_over",
        "filed",
        "convicted",
    ]
    # a case that is not decided yet is handed over, too; the police may see no crime
    other = typed("case_officer", "begin", "transfer", "transfer", B, "--entry", "案2", *words)["proceedings"][0]["id"]
    typed("legal", "step", "legal_reviewed", other, "--outcome", "agreed")
    typed("approver", "step", "approved", other, "--outcome", "agreed")
    typed("case_officer", "step", "handed_over", other, *said(handed_on="2026-11-02", receipt="回执2"))
    nothing = said(answered_on="2026-11-02", answer_number="庆公不立字〔2026〕3号")
    typed("case_officer", "step", "answered", other, "--outcome", "not_filed", *nothing)
    assert state(other) == ("not_filed", None, None)
    (told,) = referrals(store, B, batches.last_seq(store))
    assert told.text.endswith("：不立案，依法作出行政处理（2026-11-02）")
