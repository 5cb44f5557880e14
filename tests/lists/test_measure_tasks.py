"""Tasks of joint measures: what is asked follows from what stands, and what was taken is lifted when nothing does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_graph.errors import CreditGraphError, DefinitionError
from credit_graph.lists.measure_entries import Carried, Entry, carried_measures, entries_of, wanted
from credit_graph.lists.measure_tasks import Figures, Ground, Key, MeasureTask, answer, due_tasks, figures, plan
from credit_graph.lists.measures import Measure, measure_terms, measures
from credit_graph.lists.policy import list_policy

DAY = date(2026, 7, 1)
TERMS = measure_terms(DAY)
A = Key("A", "no_honours", "awarding_bodies")
BUREAU = "庆原市市场监督管理局"


def ground(*entries: str, basis: str = "《某法》", since: date = date(2026, 6, 1)) -> Ground:
    return Ground(tuple(sorted(entries)), ("serious_violation",), since, basis, "punishment")


def ids() -> Any:
    numbers = count(1)
    return lambda: f"LH2026-{next(numbers):05d}"


def planned(
    want: Mapping[Key, Ground], tasks: dict[Key, MeasureTask], day: date, new: Any, why: Any = "removed"
) -> Any:
    made = plan(want, tasks, lambda _: why, TERMS, day, new)
    tasks |= {task.key: task for task in made}
    return made


def state(task: MeasureTask) -> tuple[str, str, bool]:
    return task.id, task.state, task.taken


def test_a_measure_is_asked_for_taken_and_lifted_with_the_last_entry() -> None:
    tasks: dict[Key, MeasureTask] = {}
    (task,) = planned({A: ground("list|1")}, tasks, DAY, ids())
    assert (state(task), task.due_on) == (("LH2026-00001-1", "asked", False), date(2026, 7, 15))  # 10 working days
    taken = answer(task, 1, "taken", date(2026, 7, 3), date(2026, 7, 6), TERMS, "文明办张三", "已取消评选资格")
    assert (state(taken), taken.answered_on) == (("LH2026-00001-1", "answered", True), date(2026, 7, 3))
    tasks[A] = taken
    (two,) = planned({A: ground("list|1", "bureau|entry|2")}, tasks, date(2026, 7, 7), ids())
    assert (two.state, two.entries) == ("answered", "bureau|entry|2\nlist|1")
    (one,) = planned({A: ground("bureau|entry|2")}, tasks, date(2026, 7, 8), ids())
    assert (one.state, one.entries) == ("answered", "bureau|entry|2")  # another entry still leads to it
    (lift,) = planned({}, tasks, date(2026, 7, 9), ids(), "repaired")
    assert (state(lift), lift.why) == (("LH2026-00001-2", "lift_asked", True), "repaired")
    assert lift.due_on == date(2026, 7, 14)  # 3 working days
    done = answer(lift, 2, "lifted", date(2026, 7, 13), date(2026, 7, 13), TERMS)
    assert (state(done), done.lifted_on) == (("LH2026-00001-2", "closed", False), date(2026, 7, 13))
    tasks[A] = done
    (again,) = planned({A: ground("list|3")}, tasks, date(2026, 8, 3), ids())
    assert (state(again), again.answer, again.lift) == (("LH2026-00001-3", "asked", False), None, None)


def test_what_was_never_answered_is_taken_back_and_a_late_answer_still_leads_to_its_lift() -> None:
    tasks: dict[Key, MeasureTask] = {}
    planned({A: ground("list|1")}, tasks, DAY, ids())
    (void,) = planned({}, tasks, date(2026, 7, 2), ids())
    assert state(void) == ("LH2026-00001-1", "void", False)
    late = answer(void, 1, "taken", date(2026, 7, 1), date(2026, 7, 3), TERMS)
    assert (state(late), late.due_on) == (("LH2026-00001-2", "lift_asked", True), date(2026, 7, 8))
    assert state(answer(void, 1, "no_case", DAY, date(2026, 7, 3), TERMS)) == state(void)


def test_a_lift_that_nobody_confirmed_leaves_the_measure_in_force_when_it_is_asked_for_again() -> None:
    tasks: dict[Key, MeasureTask] = {}
    (task,) = planned({A: ground("list|1")}, tasks, DAY, ids())
    tasks[A] = answer(task, 1, "taken", DAY, DAY, TERMS)
    planned({}, tasks, date(2026, 7, 2), ids())
    (again,) = planned({A: ground("list|1")}, tasks, date(2026, 7, 3), ids())
    assert state(again) == ("LH2026-00001-3", "asked", True)
    (lift,) = planned({}, tasks, date(2026, 7, 6), ids())
    assert state(lift) == ("LH2026-00001-4", "lift_asked", True)  # though nobody answered the third


@pytest.mark.parametrize(
    ("request_", "said", "on", "code"),
    [
        (1, "yes", DAY, "usage.bad_value"),
        (1, "lifted", DAY, "usage.bad_value"),  # it is asked to take it
        (1, "taken", date(2026, 5, 31), "usage.bad_value"),  # before anybody was listed
        (1, "taken", date(2026, 7, 2), "usage.future"),
        (2, "taken", DAY, "state.task_step"),  # no such request
    ],
)
def test_an_answer_that_can_not_be(request_: int, said: str, on: date, code: str) -> None:
    (task,) = planned({A: ground("list|1")}, {}, DAY, ids())
    with pytest.raises(CreditGraphError) as caught:
        answer(task, request_, said, on, DAY, TERMS)
    assert caught.value.code == code


def test_to_a_request_to_lift_nobody_answers_that_it_was_taken_nor_to_what_is_closed() -> None:
    tasks: dict[Key, MeasureTask] = {}
    (task,) = planned({A: ground("list|1")}, tasks, DAY, ids())
    tasks[A] = answer(task, 1, "taken", DAY, DAY, TERMS)
    (lift,) = planned({}, tasks, date(2026, 7, 2), ids())
    closed = planned({}, {A: answer(task, 1, "no_case", DAY, DAY, TERMS)}, date(2026, 7, 2), ids())[0]
    for before, request_, code in (
        (lift, 2, "usage.bad_value"),
        (lift, 1, "state.task_step"),
        (closed, 1, "state.task_step"),
    ):
        with pytest.raises(CreditGraphError) as caught:
            answer(before, request_, "taken", DAY, date(2026, 7, 2), TERMS)
        assert caught.value.code == code


def test_a_term_into_a_year_without_a_calendar_is_refused() -> None:
    with pytest.raises(DefinitionError) as caught:
        planned({A: ground("list|1")}, {}, date(2026, 12, 28), ids())
    assert caught.value.code == "policy.no_calendar"


KEYS = [Key(eid, measure, "registrar") for eid in "AB" for measure in ("one", "two")]


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_whatever_happens_what_is_in_force_stands_or_is_to_be_lifted(data: st.DataObject) -> None:
    tasks: dict[Key, MeasureTask] = {}
    new, today = ids(), date(2026, 3, 2)
    for _ in range(data.draw(st.integers(1, 12))):
        today += timedelta(days=data.draw(st.sampled_from([0, 1, 5, 30])))
        for key in [key for key in KEYS if key in tasks and data.draw(st.booleans())]:
            before = tasks[key]
            request = before.request - data.draw(st.sampled_from([0, 0, 0, 1]))
            said = data.draw(st.sampled_from(["taken", "lifted", "no_case", "not_applicable"]))
            try:
                tasks[key] = answer(before, request, said, today, today, TERMS)
            except CreditGraphError:
                continue
            assert request == before.request
            assert tasks[key].taken == (said == "taken")
        refs = data.draw(st.dictionaries(st.sampled_from(KEYS), st.sets(st.sampled_from("xyz"), min_size=1)))
        want = {key: ground(*entries, since=date(2026, 1, 5)) for key, entries in refs.items()}
        before_run = dict(tasks)
        made = planned(want, tasks, today, new)
        assert plan(want, tasks, lambda _: "removed", TERMS, today, new) == []  # nothing twice
        assert {task.key for task in made} <= {*want, *before_run}
        for key, task in tasks.items():
            assert MeasureTask.of(key.eid, task.content()) == task
            assert (task.state in ("asked", "answered")) == (key in want)
            assert (task.state == "lift_asked") == (key not in want and task.taken)
            assert key not in before_run or task.request >= before_run[key].request
            if key in want:
                assert task.entries.split("\n") == list(want[key].entries)
        assert len({task.task for task in tasks.values()}) == len(tasks)
        assert {task.key for task in due_tasks(tasks.values())} == {
            key for key, task in tasks.items() if task.state in ("asked", "lift_asked")
        }


def test_figures_count_the_latest_request_of_each_firm() -> None:
    keys = [Key(eid, "no_honours", "awarding_bodies") for eid in "ABCDEF"]
    tasks: dict[Key, MeasureTask] = {}
    planned({key: ground("list|1") for key in keys}, tasks, DAY, ids())
    late = date(2026, 7, 16)
    for key, said, on in zip(
        keys, ("taken", "taken", "no_case", "not_applicable"), (DAY, late, DAY, DAY), strict=False
    ):
        tasks[key] = answer(tasks[key], 1, said, on, late, TERMS)
    planned({key: ground("list|1") for key in keys[1:5]}, tasks, late, ids())
    # A was taken and has to be lifted, E is silent, F was taken back before anybody answered
    assert figures(tasks.values(), date(2026, 7, 31)) == [
        Figures("awarding_bodies", "no_honours", 5, 3, 1, 2, 1, 1, 1, 1, 1, 1)
    ]


# which entries lead to which measures


def record(sid: str, **content: Any) -> dict[str, Any]:
    full: dict[str, Any] = {
        "sid": sid,
        "source": "list",
        "key": sid,
        "eid": "A",
        "name": "甲公司",
        "credit_code": "9162100MA7000034B",
    }
    full |= {"listed_on": date(2025, 3, 3), "valid_from": date(2025, 3, 3), "valid_to": date(9999, 12, 31)}
    full |= {"reason": "生产经营添加药品的食品", "listed_by": BUREAU, "listing_id": sid}
    return full | content


def held(key: str, reason: str) -> dict[str, Any]:
    return {
        "sid": f"h{key}", "held_source": "list", "held_key": key, "reason": reason, "channels": "public,grading",
        "valid_from": DAY, "valid_to": date(9999, 12, 31),
    }  # fmt: skip


def test_what_becomes_of_entries() -> None:
    records = [
        record("stands"),
        record("removed", removed_on=date(2026, 6, 30)),
        record("repaired"),
        record("deleted"),
        record("over", listed_on=date(2023, 6, 30), valid_from=date(2023, 6, 30)),
        record("anew", listed_on=date(2023, 6, 30), valid_from=date(2023, 6, 30), counted_from=date(2026, 5, 6)),
        record("strange", reason="别的原因"),
        record("own", source="bureau"),
    ]
    holds = [held("repaired", "repaired"), held("deleted", "deleted_by_source")]
    found = entries_of(list_policy("serious_violation"), records, holds, frozenset({"bureau|own"}), DAY)
    assert {entry.ref: entry.fate for entry in found} == {
        "list|stands": "stands",
        "list|removed": "removed",
        "list|repaired": "repaired",
        "list|deleted": "removed",
        "list|over": "expired",
        "list|anew": "stands",
        "list|strange": "unfit",
        "bureau|own": "unpublished",
    }


def test_only_measures_that_a_document_carries_are_asked_for_and_only_of_lists_that_may_be_shown() -> None:
    carried = carried_measures(DAY)
    assert {name: [row.id for row, _ in rows] for name, rows in carried.measures.items()} == {
        "serious_violation": ["no_simple_deregistration", "key_supervision", "no_honours"],
        "abnormal_operation": ["no_simple_deregistration"],
    }
    assert carried.measures["abnormal_operation"][0][1] == (
        "《中华人民共和国市场主体登记管理条例》（国务院令第746号）第三十三条"
    )
    whys = {(row.measure, row.list): row.why for row in carried.refused}
    assert whys.keys() == {
        ("no_commitment_procedure", "serious_violation"),  # the item of its policy is not entered
        ("legal_representative_bar", "person_bans"),  # no text lets these names be published
        ("green_channel", "red_list"),
        ("fewer_inspections", "red_list"),
    }
    assert "没有写明 国办发〔2020〕42号 的条款" in whys["no_commitment_procedure", "serious_violation"]
    assert "没有设定依据文件，需要：地方性法规" in whys["green_channel", "red_list"]


def test_a_measure_of_another_place_is_not_asked_for() -> None:
    local = Measure.model_validate(measures()[2].model_dump() | {"level": "local", "region": "620100"})
    carried = carried_measures(DAY, [local])
    (why,) = [row.why for row in carried.refused]
    assert not carried.measures and why.endswith("只在 620100 适用，本机关在 621000")


def test_an_incentive_is_asked_for_like_a_punishment_and_firms_of_two_lists_once() -> None:
    serious, abnormal = "serious_violation", "abnormal_operation"
    measure = Measure.model_validate(measures()[0].model_dump() | {"kind": "incentive"})
    carried = Carried({serious: ((measure, "《某法》"),), abnormal: ((measure, "《某法》"),)}, ())
    entries = [
        Entry(serious, "list|1", "A", "stands", date(2026, 3, 2)),
        Entry(abnormal, "list|2", "A", "stands", date(2026, 1, 5)),
        Entry(abnormal, "list|3", "B", "removed", DAY),
        Entry(abnormal, "list|4", None, "stands", DAY),
    ]
    assert wanted(entries, carried) == {
        Key("A", measure.id, "registrar"): Ground(
            ("list|1", "list|2"), (abnormal, serious), date(2026, 1, 5), "《某法》", "incentive"
        )
    }
