"""The life of a warning: a state machine that loses nothing and does nothing twice, whatever comes in which order."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from credit_graph.errors import CreditGraphError
from credit_graph.grading.alert_life import Alert, Plan, assign, close, handle, plan
from credit_graph.grading.alert_policy import AlertRules, alert_policy
from credit_graph.grading.alerts import Judgement
from credit_graph.grading.signals import Silence, Told, rows
from credit_graph.workdays import calendar

TODAY = date(2026, 3, 2)
FIRMS = ("甲", "乙")
RULES: AlertRules = alert_policy().on(TODAY)
POINTS = {row.id: row.points for row in RULES.rules}
KINDS = ("permit_lapsed", "report_missing", "banned_office", "complaints")
Key = tuple[str, str, str]


def judged(found: dict[Key, bool], silent: frozenset[str] = frozenset()) -> Judgement:
    """A judgement that found these signals, new or not; silent rules find nothing."""
    told: list[Told] = [(*key, new, (f"sid {key}",), {}) for key, new in found.items() if key[1] not in silent]
    return Judgement(rows(told), {name: Silence("未载入", "not loaded") for name in silent}, [])


def planned(found: Judgement, standing: set[Key], alerts: dict[str, Alert], day: date = TODAY) -> Plan:
    return plan(found, standing, alerts, RULES, day, partial(calendar().after, day))


class Life(RuleBasedStateMachine):
    """A city of two firms. ``facts``: what is true, and whether it is new; the model keeps its own books beside."""

    def __init__(self) -> None:
        super().__init__()
        self.day = TODAY
        self.facts: dict[Key, bool] = {}
        self.silent: frozenset[str] = frozenset()
        self.standing: set[Key] = set()
        self.alerts: dict[str, Alert] = {}

    @rule(firm=st.sampled_from(FIRMS), kind=st.sampled_from(KINDS), what=st.sampled_from("12"), new=st.booleans())
    def comes_true(self, firm: str, kind: str, what: str, new: bool) -> None:
        self.facts[firm, kind, what] = new

    @rule(firm=st.sampled_from(FIRMS), kind=st.sampled_from(KINDS), what=st.sampled_from("12"))
    def is_over(self, firm: str, kind: str, what: str) -> None:
        self.facts.pop((firm, kind, what), None)

    @rule(silent=st.frozensets(st.sampled_from(KINDS), max_size=2))
    def sources_change(self, silent: frozenset[str]) -> None:
        self.silent = silent

    @rule()
    def time_passes(self) -> None:
        self.day += timedelta(days=1)
        self.facts = dict.fromkeys(self.facts, False)

    @rule(interrupted=st.booleans())
    def looks(self, interrupted: bool) -> None:
        """A run; one that is interrupted before its commit leaves nothing, and the next finds all of it."""
        found = judged(self.facts, self.silent)
        made = planned(found, self.standing, self.alerts, self.day)
        if interrupted:
            return
        self._expect(made)
        begun, ended = {item.key for item in made.begun}, set(made.ended)
        assert not begun & self.standing and ended <= self.standing
        assert not {kind for _, kind, _ in ended} & self.silent
        assert len(begun) == len(made.begun)
        self.standing = (self.standing | begun) - ended
        self.alerts |= {alert.eid: alert for alert in made.alerts}
        assert planned(found, self.standing, self.alerts, self.day).empty

    def _expect(self, made: Plan) -> None:
        """What a run has to do, said without the program: per firm, from the facts alone."""
        seen = {key: new for key, new in self.facts.items() if key[1] not in self.silent}
        changed = {alert.eid: alert for alert in made.alerts}
        for firm in FIRMS:
            own = {key for key in seen if key[0] == firm}
            fresh = {key for key in own if seen[key]} - self.standing
            points = sum(POINTS[kind] for kind in {kind for _, kind, _ in own})
            before = self.alerts.get(firm)
            waits = before is not None and before.state in ("open", "assigned")
            if not fresh or not (waits or points >= 30):
                assert firm not in changed
                continue
            after = changed[firm]
            if before is None:
                assert (after.state, after.step, after.round) == ("open", "opened", 1)
            elif waits:
                assert (after.state, after.step, after.round) == (before.state, "joined", before.round)
                assert after.owner == before.owner and after.due_on <= before.due_on and after.points >= points
            else:
                assert (after.state, after.step, after.round) == ("open", "reopened", before.round + 1)
                assert (after.owner, after.measure, after.closed_on) == (None, None, None)
                assert after.opened_on == self.day < after.due_on

    @rule(firm=st.sampled_from(FIRMS), step=st.sampled_from(["assign", "handle", "close"]))
    def somebody_acts(self, firm: str, step: str) -> None:
        """Each step only from where it may be taken; refused, nothing changes."""
        if (alert := self.alerts.get(firm)) is None:
            return
        steps = {
            "assign": lambda: assign(alert, "张一", self.day),
            "handle": lambda: handle(alert, "约谈", self.day),
            "close": lambda: close(alert, "已整改", self.day),
        }
        allowed = {"assign": {"open", "assigned", "handled"}, "handle": {"assigned"}, "close": {"handled"}}
        if alert.state in allowed[step]:
            self.alerts[firm] = steps[step]()
            assert self.alerts[firm].state == {"assign": "assigned", "handle": "handled", "close": "closed"}[step]
        else:
            with pytest.raises(CreditGraphError) as caught:
                steps[step]()
            assert caught.value.code == "state.alert_step"

    @invariant()
    def nothing_stands_of_a_firm_without_a_warning(self) -> None:
        assert {key[0] for key in self.standing} <= set(self.alerts)

    @invariant()
    def a_warning_survives_its_statement(self) -> None:
        for firm, alert in self.alerts.items():
            assert Alert.of(firm, alert.content()) == alert
            assert (alert.owner is not None) == (alert.state != "open")
            assert (alert.closed_on is not None) == (alert.state == "closed")


Life.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestLife = Life.TestCase


def test_signals_of_a_firm_are_judged_together() -> None:
    low = {("甲", "report_missing", "2025"): True}
    assert planned(judged(low), set(), {}).empty
    both = {**low, ("甲", "permit_lapsed", "食品经营许可证"): False}
    (alert,) = planned(judged(both), set(), {}).alerts
    assert (alert.level, alert.points, alert.due_on) == ("yellow", 45, date(2026, 3, 30))
    twice = {**both, ("甲", "permit_lapsed", "药品经营许可"): True}  # a rule counts once
    made = planned(judged(twice), set(), {})
    assert [alert.points for alert in made.alerts] == [45]
    assert {(item.key, item.round, item.sids) for item in made.begun} == {(key, 1, (f"sid {key}",)) for key in twice}


def test_more_signals_shorten_the_term_and_never_lengthen_it() -> None:
    first = {("甲", "permit_lapsed", "1"): True}
    (alert,) = planned(judged(first), set(), {}).alerts
    held = assign(alert, "张一", TODAY)
    assert (held.level, held.due_on) == ("yellow", date(2026, 3, 30))
    later = date(2026, 3, 3)
    ban = {**first, ("甲", "banned_office", "x"): True}
    (red,) = planned(judged(ban), {("甲", "permit_lapsed", "1")}, {"甲": held}, later).alerts
    assert (red.level, red.points, red.state, red.owner, red.due_on) == (
        "red",
        130,
        "assigned",
        "张一",
        date(2026, 3, 10),
    )
    # what ended takes no points away
    over = {("甲", "complaints", ""): True}
    (same,) = planned(judged(over), {("甲", "permit_lapsed", "1")}, {"甲": red}, later).alerts
    assert (same.level, same.points, same.due_on) == ("red", 130, date(2026, 3, 10))


def test_a_handled_warning_is_given_back_or_closed() -> None:
    (alert,) = planned(judged({("甲", "banned_office", "x"): True}), set(), {}).alerts
    done = handle(assign(alert, "张一", TODAY), "责令改正", TODAY, "已送达")
    back = assign(done, "李二", TODAY, date(2026, 3, 20))
    assert (back.state, back.owner, back.measure, back.handled_on, back.due_on) == (
        "assigned", "李二", None, None, date(2026, 3, 20),
    )  # fmt: skip
    shut = close(done, "已改正", TODAY)
    assert (shut.state, shut.measure, shut.handled_on, shut.closed_on) == ("closed", "责令改正", TODAY, TODAY)


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (lambda alert: assign(alert, " ", TODAY), "usage.bad_value"),
        (lambda alert: assign(alert, "张一", TODAY, date(2026, 3, 1)), "usage.bad_value"),
        (lambda alert: handle(assign(alert, "张一", TODAY), "", TODAY), "usage.bad_value"),
        (lambda alert: close(handle(assign(alert, "张一", TODAY), "约谈", TODAY), " ", TODAY), "usage.bad_value"),
        (lambda alert: handle(alert, "约谈", TODAY), "state.alert_step"),
        (lambda alert: close(alert, "无", TODAY), "state.alert_step"),
    ],
)
def test_a_step_says_what_it_lacks(step: object, code: str) -> None:
    (alert,) = planned(judged({("甲", "banned_office", "x"): True}), set(), {}).alerts
    with pytest.raises(CreditGraphError) as caught:
        step(alert)  # type: ignore[operator]
    assert caught.value.code == code


def test_a_level_says_nothing_of_overdue_once_handled() -> None:
    (alert,) = planned(judged({("甲", "banned_office", "x"): True}), set(), {}).alerts
    late = alert.due_on + timedelta(days=1)
    assert not alert.overdue(alert.due_on) and alert.overdue(late)
    assert not handle(assign(alert, "张一", late), "约谈", late).overdue(late)
