"""Early stop of publication: from which day a penalty can be repaired, by the rules of 2021 and of 2025."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import yaml

from clockrules import with_start
from credit_graph.errors import DefinitionError, StateError, UsageError
from credit_graph.lists import deadlines as terms
from credit_graph.lists.clocks import clock
from credit_graph.lists.deadlines import Deadlines, deadline
from credit_graph.lists.early_stop import check_early_stop, severity_named
from credit_graph.lists.matter import Matter
from credit_graph.resources import root

D = date.fromisoformat
OLD, NEW = D("2025-12-24"), D("2025-12-25")
FINE = Matter(  # a fine of 50,000 yuan in Gansu, shown since Tuesday 20 May 2025
    "penalty",
    event_on=D("2025-05-12"),
    published_on=D("2025-05-20"),
    kinds=frozenset({"fine", "confiscation"}),
    domain="general",
    fine=5_000_000,
    region="621000",
)
WHAT = "庆市监罚〔2025〕7号"


def changed(**values: Any) -> Matter:
    return replace(FINE, **values)


def refused(matter: Matter, day: date, **more: Any) -> tuple[str, str]:
    with pytest.raises(StateError) as raised:
        check_early_stop(matter, "gsxt", day, WHAT, **more)
    return raised.value.code, str(raised.value)


@pytest.mark.parametrize(
    ("matter", "last_refused", "first"),
    [
        (FINE, "2025-11-20", "2025-11-21"),  # 国市监信规〔2021〕3号第六条: six months
        (changed(published_on=D("2024-08-31")), "2025-02-28", "2025-03-01"),
        (changed(domain="food", published_on=D("2024-08-20")), "2025-08-20", "2025-08-21"),  # a year
        (changed(domain="special_equipment", published_on=D("2024-02-29")), "2025-02-28", "2025-03-01"),
        # a repair that was revoked lets the minimum run anew: 第十二条
        (changed(restored_on=D("2025-05-30")), "2025-11-30", "2025-12-01"),
    ],
)
def test_the_minimum_of_2021_to_the_day(matter: Matter, last_refused: str, first: str) -> None:
    code, words = refused(matter, D(last_refused))
    assert (code, first in words, "国市监信规〔2021〕3号" in words) == ("state.shown_too_short", True, True)
    assert check_early_stop(matter, "gsxt", D(first), WHAT) == D(first)


@pytest.mark.parametrize(
    ("matter", "code", "words"),
    [
        # 45号令第十四条
        (changed(kinds=frozenset({"suspension", "fine"})), "state.no_early_stop", "第十四条"),
        (changed(kinds=frozenset({"revocation"}), fine=None), "state.no_early_stop", "2028-05-20"),
        (changed(kinds=frozenset({"downgrade"}), fine=None), "state.no_early_stop", "第十四条"),
        (changed(kinds=frozenset({"occupation"}), fine=None), "state.no_early_stop", "第十四条"),
        (changed(kinds=frozenset({"restriction"}), fine=None), "state.no_early_stop", "第十四条"),
        # not shown at all, or for three months only: nothing to repair
        (changed(kinds=frozenset({"warning"}), fine=None), "state.no_repair_needed", "第二条"),
        (changed(simple=True), "state.no_repair_needed", "第二条"),
        (
            changed(kinds=frozenset({"criticism"}), fine=None, simple=False, published_on=D("2025-10-20")),
            *("state.no_early_stop", "2026-01-20"),
        ),
        (changed(kinds=frozenset({"criticism"}), fine=None, simple=False), "state.no_repair_needed", "第十三条"),
        # nothing is guessed
        (changed(published_on=None), "state.clock_open", "公示回执"),
        (changed(kinds=frozenset()), "state.clock_open", "处罚种类未知"),
    ],
)
def test_what_can_not_be_stopped_early_or_need_not(matter: Matter, code: str, words: str) -> None:
    found = refused(matter, OLD)
    assert found[0] == code
    assert words in found[1], found[1]


def test_the_change_of_the_rules_on_one_penalty() -> None:
    """Half a year until 24 December 2025; three months from then, of which the start day is not known: it blocks."""
    one = changed(published_on=D("2025-08-20"), event_on=D("2025-08-11"), severity="general")
    assert refused(one, OLD)[0] == "state.shown_too_short"
    assert clock(one, "gsxt", OLD).until_min == D("2026-02-20")
    code, words = refused(one, NEW)
    assert code == "state.clock_open"
    assert "起算日未设定" in words
    assert clock(one, "gsxt", NEW).state == "blocked"
    # 测试数据: a start from publication, and one from the decision
    published, decided = (with_start({"gsxt_2025_general": start}) for start in ("publication", "event"))
    assert check_early_stop(one, "gsxt", NEW, WHAT, published) == D("2025-11-21")
    assert check_early_stop(one, "gsxt", NEW, WHAT, decided) == D("2025-11-12")
    assert refused(changed(severity="general", published_on=D("2025-10-09")), NEW, policy=published) == (
        "state.shown_too_short",
        f"{WHAT}的最短公示期未满，最早 2026-01-10 可以申请修复（《市场监督管理信用修复管理办法》"
        "（国家市场监督管理总局（2025年）））。",
    )
    # the other clock, of 信用中国, runs from the decision and from 2026-04-01 on only
    assert clock(one, "credit_china", D("2026-04-01")).until_min == D("2025-11-11")
    assert clock(one, "credit_china", D("2026-03-31")).state == "blocked"


def test_the_classes_of_2025() -> None:
    """轻微: at any time, whatever the start; 严重 and what was not seen: blocked."""
    assert check_early_stop(changed(severity="minor"), "gsxt", NEW, WHAT) is None
    assert refused(changed(severity="serious"), NEW)[0] == "state.clock_open"
    result = Matter("sampling_results", event_on=D("2025-05-12"), published_on=D("2025-05-20"))
    assert refused(result, OLD)[0] == "state.no_early_stop"  # before there was no repair of them
    assert refused(result, NEW)[0] == "state.clock_open"
    assert [severity_named(word) for word in ("轻微", "一般失信", "serious")] == ["minor", "general", "serious"]
    with pytest.raises(UsageError):
        severity_named("较重")


def test_terms_of_the_desk_before_and_after(monkeypatch: pytest.MonkeyPatch) -> None:
    """2, 15 and 3 working days; 7 to decide from 2025-12-25, the others not seen: refused, or with 测试数据."""
    assert [str(deadline(name, D("2025-12-01")).day) for name in ("repair_accepted", "repair_stopped")] == [
        "2025-12-03",
        "2025-12-04",
    ]
    assert deadline("repair_decided", D("2025-12-01")).day == D("2025-12-22")
    assert deadline("repair_decided", D("2026-03-02")).day == D("2026-03-11")
    with pytest.raises(DefinitionError, match="决定是否受理修复申请") as raised:
        deadline("repair_accepted", D("2026-03-02"))
    assert raised.value.code == "policy.unset"
    data = yaml.safe_load((root("policies") / "deadlines.yml").read_text("utf-8"))
    for row in data["deadlines"]:
        if row["event"] == "repair_accepted" and "period" not in row:
            row |= {"period": {"working_days": 2}, "basis": {"source": "测试数据", "confidence": "own"}}
    monkeypatch.setattr(terms, "deadlines", lambda: Deadlines.model_validate(data))
    assert deadline("repair_accepted", D("2026-03-02")).day == D("2026-03-04")
