"""Proceedings: no path reaches its end without its steps, in order, in time, by different persons."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_graph.errors import CreditGraphError, DefinitionError, StateError, UsageError
from credit_graph.lists import procedures as rules
from credit_graph.lists.bases import documents
from credit_graph.lists.deadlines import deadlines
from credit_graph.lists.proceedings import (
    Actor,
    Proceeding,
    due,
    earliest,
    position,
    steps_of,
    stop,
    take,
)
from credit_graph.policyfile import read_policy
from credit_graph.resources import root
from credit_graph.server.roles import roles_file

CLERK, HEAD, LEADER, PUBLISHER, LEGAL = (
    Actor("王经办", "case_officer"),
    Actor("李科长", "reviewer"),
    Actor("赵局长", "approver"),
    Actor("周公示", "publisher"),
    Actor("孙法制", "legal"),
)
RAW = {
    name: yaml.safe_load((root("policies") / "procedures" / f"{name}.yml").read_text("utf-8"))
    for name in rules.procedure_lists()
}
ALL = [(name, row["id"]) for name, file in RAW.items() for row in file["procedures"]]
BEGIN = date(2026, 3, 2)


def begun(list_name: str, procedure_id: str, day: date = BEGIN) -> tuple[rules.Procedure, Proceeding]:
    procedure = rules.procedures(list_name).on(procedure_id, day)
    return procedure, Proceeding("X2026-00001", list_name, procedure_id, "91621002MA7000034B", "某公司", day)


def said_for(step: rules.Step, day: date, ground: str = "6") -> dict[str, str]:
    values = {"day": day.isoformat(), "ground": ground}
    return {ask.name: values.get(ask.type, "写明") for ask in step.asks}


@given(data=st.data(), which=st.sampled_from(ALL), ground=st.sampled_from(["5", "6", "7", "8", "9", "13"]))
@settings(max_examples=300, deadline=None)
def test_no_path_reaches_its_end_without_its_steps(data: st.DataObject, which: tuple[str, str], ground: str) -> None:
    """Whatever people try, what was taken obeys the file, read here as plain YAML."""
    procedure, proceeding = begun(*which)
    rows = [row for row in RAW[which[0]]["procedures"] if row["id"] == which[1]]
    raw = next(row for row in rows if row["effective_from"] <= BEGIN < row.get("effective_to", date.max))
    today = BEGIN
    people = [CLERK, HEAD, LEADER, PUBLISHER, LEGAL, Actor("王经办", "reviewer"), Actor("王经办", "approver")]
    for _ in range(data.draw(st.integers(1, 25))):
        today += timedelta(days=data.draw(st.sampled_from([0, 0, 1, 4, 9, 20, 40])))
        expected = position(procedure, proceeding).next
        likely = [expected.id] * 6 if expected is not None else []
        tried = data.draw(st.sampled_from([*likely, *(step["id"] for step in raw["steps"])]))
        step = procedure.step(tried)
        assert step is not None
        actor = data.draw(st.sampled_from([*[who for who in people if who.role == step.role] * 3, *people]))
        outcome = data.draw(st.sampled_from([*(item.id for item in step.outcomes)] * 3 + ["nonsense"]))
        told = said_for(step, today, ground)
        try:
            proceeding = take(procedure, proceeding, tried, actor, today, outcome=outcome, said=told)
        except CreditGraphError:
            continue
    assert obeys(raw, proceeding)
    assert steps_of(proceeding.steps_json()) == proceeding.taken
    assert position(procedure, replace(proceeding, taken=steps_of(proceeding.steps_json()))) == position(
        procedure, proceeding
    )


def obeys(raw: dict[str, Any], proceeding: Proceeding) -> bool:
    """The steps taken, judged by the file alone."""
    ground = proceeding.said.get("ground")
    order = [s for s in raw["steps"] if not s.get("grounds") or ground in s["grounds"]]
    at, days = 0, dict[str, date]()
    for taken in proceeding.taken:
        step = order[at]
        assert taken.step == step["id"]
        assert taken.role == step["role"]
        assert not any(item.actor == taken.actor for item in proceeding.taken if item.step in step.get("not_by", []))
        outcomes = {item["id"]: item for item in step.get("outcomes", [{"id": "done"}])}
        outcome = outcomes[taken.outcome]
        assert all(taken.day >= day for day in days.values())
        then = outcome.get("then", "next")
        if then == "next":
            assert set(taken.said) == {ask["name"] for ask in step.get("asks", [])}
        for wait in filter(None, (step.get("after"), outcome.get("after"))):
            if wait.get("period") == {"days": 15}:
                assert taken.day >= date.fromisoformat(proceeding.said[wait["of"]]) + timedelta(days=15)
        days[taken.step] = taken.day
        if then == "end":
            assert taken is proceeding.taken[-1]
            return True
        at = at + 1 if then == "next" else next(i for i, s in enumerate(order) if s["id"] == then)
    stands = position(rules.procedures(proceeding.list).on(proceeding.procedure, BEGIN), proceeding)
    return (stands.next.id if stands.next else None) == (order[at]["id"] if at < len(order) else None)


def test_the_list_of_abnormal_operation_takes_clerk_head_and_leader() -> None:
    procedure, start = begun("abnormal_operation", "listing", date(2026, 7, 1))
    facts = {"ground": "6", "facts": "未报送2025年度报告", "found_on": "2026-06-30"}
    day = date(2026, 7, 1)
    one = take(procedure, start, "proposed", CLERK, day, said=facts)
    two = take(procedure, one, "reviewed", HEAD, day, outcome="agreed")
    # 10 working days after 30 June 2026
    term = due(procedure, two)
    assert term is not None
    assert (term.day, term.event) == (date(2026, 7, 14), "abnormal_report_listed")
    three = take(procedure, two, "decided", LEADER, date(2026, 7, 14), outcome="agreed", number="异列1号")
    receipt = {"receipt": "R1", "published_on": "2026-07-15"}
    four = take(procedure, three, "published", PUBLISHER, date(2026, 7, 16), said=receipt)
    assert position(procedure, four).state == "complete"
    assert four.numbers == ("异列1号",)
    with pytest.raises(StateError, match="已办结"):
        take(procedure, four, "published", PUBLISHER, date(2026, 7, 16), said=receipt)


@pytest.mark.parametrize(
    ("step", "actor", "day", "said", "code"),
    [
        ("decided", LEADER, "2026-07-02", {}, "state.step_order"),  # the head has not reviewed it
        ("reviewed", Actor("王经办", "reviewer"), "2026-07-02", {}, "state.same_person"),
        ("reviewed", CLERK, "2026-07-02", {}, "usage.bad_value"),  # another role
        ("reviewed", Actor(" ", "reviewer"), "2026-07-02", {}, "usage.bad_value"),  # nobody
        ("reviewed", HEAD, "2026-06-30", {}, "state.dated_back"),  # before the step that was taken last
        ("reviewed", HEAD, "2026-07-02", {"colour": "red"}, "usage.bad_value"),  # nobody asked for it
    ],
)
def test_what_is_not_in_order_is_refused(step: str, actor: Actor, day: str, said: dict[str, str], code: str) -> None:
    procedure, start = begun("abnormal_operation", "listing", date(2026, 7, 1))
    facts = {"ground": "6", "facts": "未报送", "found_on": "2026-06-30"}
    one = take(procedure, start, "proposed", CLERK, date(2026, 7, 1), said=facts)
    with pytest.raises(CreditGraphError) as raised:
        take(procedure, one, step, actor, date.fromisoformat(day), outcome="agreed", said=said)
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"ground": "6", "facts": "x"}, "usage.bad_value"),  # found_on is asked
        ({"ground": "6", "facts": " ", "found_on": "2026-06-30"}, "usage.bad_value"),
        ({"ground": "6", "facts": "x", "found_on": "30.6."}, "usage.bad_value"),
        ({"ground": "6", "facts": "x", "found_on": "2026-07-02"}, "usage.future"),
    ],
)
def test_what_is_asked_has_to_be_there_and_possible(said: dict[str, str], code: str) -> None:
    procedure, start = begun("abnormal_operation", "listing", date(2026, 7, 1))
    with pytest.raises(CreditGraphError) as raised:
        take(procedure, start, "proposed", CLERK, date(2026, 7, 1), said=said)
    assert raised.value.code == code


def test_a_firm_that_hid_information_is_ordered_to_publish_first() -> None:
    """限期自查自纠: only for that ground, and its term has to be over."""
    procedure, start = begun("abnormal_operation", "listing", date(2026, 3, 2))
    facts = {"ground": "7", "facts": "未公示股权变更", "found_on": "2026-03-02"}
    one = take(procedure, start, "proposed", CLERK, date(2026, 3, 2), said=facts)
    assert [step.id for step in procedure.for_ground("7")][:3] == ["proposed", "ordered", "order_checked"]
    two = take(procedure, one, "ordered", CLERK, date(2026, 3, 3), said={"ordered_on": "2026-03-03"})
    # ten days from the order: until 13 March, a Friday
    assert earliest(procedure, two, "not_published") == date(2026, 3, 14)
    assert earliest(procedure, two, "obeyed") is None
    with pytest.raises(StateError, match="2026-03-14"):
        take(procedure, two, "order_checked", CLERK, date(2026, 3, 13), outcome="not_published")
    obeyed = take(procedure, two, "order_checked", CLERK, date(2026, 3, 13), outcome="obeyed")
    assert (position(procedure, obeyed).state, position(procedure, obeyed).open) == ("obeyed", False)
    three = take(procedure, two, "order_checked", CLERK, date(2026, 3, 14), outcome="not_published")
    four = take(procedure, three, "reviewed", HEAD, date(2026, 3, 16), outcome="agreed")
    term = due(procedure, four)
    assert term is not None
    assert term.day == date(2026, 3, 27)  # 10 working days after 13 March


def test_no_hearing_is_passed_over_before_its_term_is_over() -> None:
    procedure, start = begun("serious_violation", "listing", date(2026, 3, 2))
    said = {
        "ground": "5",
        "reason": "生产经营添加药品的食品",
        "facts": "x",
        "case_number": "案1",
        "filed_on": "2026-02-02",
    }
    one = take(procedure, start, "proposed", CLERK, date(2026, 3, 2), said=said)
    said = {"notified_on": "2026-03-03", "penalty_basis": "食品安全法第一百二十三条", "penalty_content": "罚款"}
    two = take(procedure, one, "notified", CLERK, date(2026, 3, 3), said=said, number="告1")
    # 5 working days after Tuesday 3 March end on Tuesday 10 March
    with pytest.raises(StateError, match="2026-03-11"):
        take(procedure, two, "heard", CLERK, date(2026, 3, 10), outcome="silent")
    assert take(procedure, two, "heard", CLERK, date(2026, 3, 10), outcome="hearing_held").last is not None
    three = take(procedure, two, "heard", CLERK, date(2026, 3, 11), outcome="silent")
    with pytest.raises(StateError, match="王经办"):
        take(procedure, three, "business_reviewed", Actor("王经办", "reviewer"), date(2026, 3, 11), outcome="agreed")


def test_consent_of_the_higher_regulator_can_be_switched_off() -> None:
    procedure, _ = begun("serious_violation", "listing")
    order = [step.id for step in procedure.for_ground("5")]
    assert order.index("consented") == order.index("decided") - 1
    steps = tuple(
        step.model_copy(update={"asked": False}) if step.id == "consented" else step for step in procedure.steps
    )
    without = procedure.model_copy(update={"steps": steps})
    assert [step.id for step in without.for_ground("5")] == [id_ for id_ in order if id_ != "consented"]


def test_stopped_before_its_effect_only() -> None:
    procedure, start = begun("abnormal_operation", "listing", date(2026, 7, 1))
    facts = {"ground": "6", "facts": "未报送", "found_on": "2026-06-30"}
    day = date(2026, 7, 1)
    one = take(procedure, start, "proposed", CLERK, day, said=facts)
    stopped = stop(procedure, one, CLERK, day, "企业已注销")
    assert (position(procedure, stopped).state, position(procedure, stopped).open) == ("stopped", False)
    with pytest.raises(UsageError):
        stop(procedure, one, CLERK, day, " ")
    two = take(procedure, one, "reviewed", HEAD, day, outcome="agreed")
    three = take(procedure, two, "decided", LEADER, day, outcome="agreed", number="1号")
    with pytest.raises(StateError) as raised:
        stop(procedure, three, CLERK, day, "错误")
    assert raised.value.code == "state.in_effect"


def test_every_step_is_taken_by_a_role_within_terms_that_exist() -> None:
    known, terms = set(roles_file().rows[-1].roles), {row.event for row in deadlines().deadlines}
    for file, procedure in rules.all_procedures():
        assert set(procedure.not_on) <= set(rules.procedure_lists())
        for step in procedure.steps:
            assert step.role in known, (file.name, procedure.id, step.id)
            waits = [wait for wait in (step.after, *(item.after for item in step.outcomes)) if wait is not None]
            named = {term.deadline for term in step.terms} | {term.following for term in step.terms if term.following}
            named |= {wait.deadline for wait in waits if wait.deadline}
            assert named <= terms, (file.name, procedure.id, step.id)
        assert procedure.article is None or procedure.article in documents()[procedure.document].articles


FAULTS = {
    "effect": ("makes: listing", "makes: null", "恰有一个生效的步骤"),
    "order": ("not_by: [proposed]", "not_by: [decided]", "不在步骤 reviewed 之前"),
    "article": ('article: "4"', 'article: "99"', "没有登记第99条"),
    "twice": ("id: reviewed", "id: proposed", "出现两次"),
    "typo": ("role: reviewer", "rolle: reviewer", "缺少这一项"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_procedure_names_file_and_line(fault: str, tmp_path: Path) -> None:
    old, new, words = FAULTS[fault]
    text = (root("policies") / "procedures" / "abnormal_operation.yml").read_text("utf-8")
    assert old in text
    path = tmp_path / "abnormal_operation.yml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(DefinitionError, match=words) as raised:
        read_policy(path, rules.Procedures)
    assert "abnormal_operation.yml:" in str(raised.value)


def test_a_day_before_any_row_has_no_procedure() -> None:
    with pytest.raises(DefinitionError) as raised:
        rules.procedures("serious_violation").on("listing", date(2021, 8, 31))
    assert raised.value.code == "policy.none_in_force"
