"""Clocks of whatever is to be shown: none contradicts another, nothing is guessed; and faulty rules are refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clockrules import with_start
from credit_graph.errors import DefinitionError
from credit_graph.lists.clock_policy import CHANNELS, DOMAINS, SEVERITIES, ClockPolicy, clock_policy
from credit_graph.lists.clocks import clock
from credit_graph.lists.matter import Matter
from credit_graph.policyfile import read_policy
from credit_graph.resources import root

DAYS = st.dates(date(2021, 9, 1), date(2026, 12, 31))
MAYBE = st.none() | DAYS
KINDS = st.sampled_from(["criticism", "warning", "confiscation", "fine", "suspension", "occupation", "revocation"])
MATTERS = st.builds(
    Matter,
    subject=st.sampled_from(["penalty", "penalty", "serious_violation", "abnormal_operation", "sampling_results"]),
    event_on=MAYBE,
    published_on=MAYBE,
    kinds=st.frozensets(KINDS, max_size=3),
    simple=st.none() | st.booleans(),
    domain=st.none() | st.sampled_from(DOMAINS),
    severity=st.none() | st.sampled_from(SEVERITIES),
    fine=st.none() | st.sampled_from([10_000, 300_000, 9_999_999, 10_000_000]),
    natural_person=st.booleans(),
    region=st.sampled_from([None, "420500", "621000"]),
    stopped_on=MAYBE,
    withdrawn_on=MAYBE,
    restored_on=MAYBE,
    restricted_until=MAYBE,
    held=st.sampled_from([None, "repaired"]),
)
TESTED = with_start({"gsxt_2025_minor": "publication", "gsxt_2025_general": "publication"})


@given(matter=MATTERS, day=DAYS)
def test_no_two_clocks_contradict(matter: Matter, day: date) -> None:
    found = {channel: clock(matter, channel, day, TESTED) for channel in CHANNELS}
    for one in found.values():
        if one.until_min and one.until_max:
            assert one.until_min <= one.until_max
        if one.until and one.until_max:
            assert one.until <= one.until_max
        if one.shown:
            assert one.start is not None and one.start <= day and (one.until is None or day <= one.until)
        # an early stop never before the law's minimum
        if one.until and one.until_min and matter.withdrawn_on is None and one.state != "blocked":
            assert one.until >= one.until_min
        # an annulled decision is shown nowhere
        if matter.withdrawn_on is not None and matter.withdrawn_on <= day:
            assert not one.shown
        assert one.state != "blocked" or one.why
    # the bureau shows nothing that GSXT may not show
    assert not found["release"].shown or found["gsxt"].shown


@given(
    matter=MATTERS,
    day=DAYS,
    simple=st.booleans(),
    domain=st.sampled_from(DOMAINS),
    fine=st.sampled_from([20_000, 20_000_000]),
)
def test_nothing_is_guessed(matter: Matter, day: date, simple: bool, domain: Any, fine: int) -> None:
    told = replace(
        matter,
        domain=matter.domain or domain,
        fine=matter.fine if matter.fine is not None else fine,
        simple=matter.simple if matter.simple is not None else simple and _can_be_simple(matter, fine),
    )
    for channel in CHANNELS:
        found, known = clock(matter, channel, day, TESTED), clock(told, channel, day, TESTED)
        if matter.withdrawn_on is not None and matter.withdrawn_on <= day:
            assert not found.shown and not known.shown
        elif found.state == "not_shown":  # two rows of article 2 may say so
            assert (known.state, known.articles) == ("not_shown", found.articles)
        elif found.state != "blocked":
            assert known == found


def _can_be_simple(matter: Matter, fine: int) -> bool:
    limit = 20_000 if matter.natural_person else 300_000
    amount = matter.fine if matter.fine is not None else fine
    return not matter.published_on and matter.kinds <= {"warning", "fine"} and amount <= limit


MOST = 'most: {period: {months: 3}, article: "13"}'
LEAST = "least: {period: {months: 6}, document: credit_repair_rule_2021"
NDRC = "2026-04-01\n    document: credit_repair_rule_2026"


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (MOST, 'most: {article: "13"}', "period"),
        (MOST, 'most: {period: {months: 3, days: 1}, article: "13"}', "工作日中的一项"),
        (LEAST, "least: {period: {months: 6}, document: rumour", "rumour"),
        ("least: {period: {months: 6}, ", "least: {period: {years: 4}, ", "最短长于最长"),
        ("least: {period: {months: 6}, ", "least: {period: {months: 6}, early_stop: any, ", "early_stop"),
        ('article: "12"}', 'article: "99"}', "没有登记第99条"),
        ("follows: [gsxt]", "follows: [release]", "follows"),
        ("id: gsxt_45_short", "id: gsxt_45_other", "编号重复"),
        (NDRC, NDRC.replace("04-01", "03-31"), "施行"),
        ("channel: gsxt", "channel: billboard", "channel"),
    ],
)
def test_a_faulty_policy_of_clocks_is_refused(tmp_path: Path, old: str, new: str, why: str) -> None:
    shipped = (root("policies") / "clocks.yml").read_text(encoding="utf-8")
    assert old in shipped
    path = tmp_path / "clocks.yml"
    path.write_text(shipped.replace(old, new), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        read_policy(path, ClockPolicy)
    assert caught.value.code == "policy.invalid" and why in str(caught.value)


def test_every_word_of_a_kind_or_field_belongs_to_one() -> None:
    for rows in (clock_policy().penalty_kinds, clock_policy().domains):
        words = [word for row in rows for word in row.words]
        assert len(words) == len(set(words))
