"""The commands of links and grades, as they are typed, on both engines."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from commandline import invoke
from credit_graph.errors import CreditGraphError
from credit_graph.jobs.cache import refresh
from credit_graph.store import Store
from handmade import City

A, B = "91330200AAAAAAAAAA", "91330200BBBBBBBBBB"
NOTICE = "内部监管参考，非信用评价，不得公开"
LEAD = "线索，不作为列入名单或公示的依据"


@pytest.fixture
def graph(store: Store, once: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")

    def made() -> None:
        city = City(store)
        city.firm(A, "甲贸易有限公司", founded_on=date(2014, 11, 2))
        city.firm(B, "乙贸易有限公司", founded_on=date(2015, 1, 1))
        city.say("Contribution", B, "1", holder_name="甲贸易有限公司", subscribed=60_000_000, paid=6_000_000)
        city.say("Contribution", B, "2", holder_name="王测试", subscribed=40_000_000, paid=0, pid="secretkey")
        city.say("Case", B, "c", start=date(2025, 1, 2), decided_on=date(2025, 1, 2), document_number="测1号")
        city.commit()
        refresh(store)

    once(made)
    return store


def typed(*words: str) -> str:
    result = invoke(*words, catch=True)
    if result.exception is not None:
        raise result.exception
    return result.stdout


def as_json(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(typed(*words, "--json"))
    return found


def test_link_and_its_repetition(graph: Store) -> None:
    first = as_json("link")
    assert {name: first[name] for name in ("holdings", "majority", "known", "valid", "unchanged")} == {
        "holdings": 2, "majority": 1, "known": 1, "valid": "2026-11-23", "unchanged": False,
    }  # fmt: skip
    assert as_json("link") == {**first, "unchanged": True}
    assert "结果与上次相同" in typed("link")


@pytest.mark.reads
def test_holders(graph: Store) -> None:
    found = as_json("holders", B)
    assert [(row["name"], row["amount"], row["share_ppm"], row["match"]) for row in found["holders"]] == [
        ("甲贸易有限公司", 60_000_000, 600_000, "name"),
        ("王测试", 40_000_000, 400_000, "person"),
    ]
    assert (found["majority"]["holder"], found["majority"]["status"]) == (A, "majority")
    assert "secretkey" not in str(found)
    printed = typed("holders", "乙贸易有限公司")
    assert "600,000.00" in printed
    assert "contribution" in printed  # the source
    assert LEAD in printed


@pytest.mark.reads
def test_path(graph: Store) -> None:
    found = as_json("path", A, "乙贸易有限公司")
    assert [(hop["from"], hop["to"], hop["kind"], hop["label"]) for hop in found["path"]] == [(A, B, "holds", "60.00%")]
    assert found["notice"] == LEAD
    person = as_json("holders", B)["holders"][1]["holder"]
    assert as_json("path", person, A)["path"][0]["from"] == person
    assert "secretkey" not in typed("path", person, A)


def test_grade_and_explain(graph: Store) -> None:
    found = as_json("grade")
    assert (found["levels"], found["notice"]) == ({"A": 2, "B": 0, "C": 0, "D": 0}, NOTICE)
    printed = typed("grade", "--valid", "2026-11-23")
    assert NOTICE in printed
    assert "结果与上次相同" in printed
    line = typed("explain", B).splitlines()
    assert line[0] == f"{B} 乙贸易有限公司 2026-11-23 信用风险分类：A 类，76 分（政策 general）"
    assert line[-1] == NOTICE
    keys = "code score level direct_rule official policy valid known use_day run evidence"
    result = as_json("explain", "乙贸易有限公司")
    assert list(result) == keys.split()
    assert sum(row["points"] for row in result["evidence"]) == result["score"] == 76
    assert {name for row in result["evidence"] for name in row} == {
        "indicator", "value", "points", "cap", "records", "path",
    }  # fmt: skip


@pytest.mark.reads
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("explain", A), "state.no_run"),
        (("grade", "--policy", "nothing"), "policy.none_in_force"),
        (("grade", "--valid", "1999-01-01"), "policy.none_in_force"),
        (("grade", "--valid", "2014-11-01"), "usage.before_firms"),
        (("grade", "--valid", "gestern"), "usage.bad_value"),
        (("grade", "--known", "2"), "usage.known_beyond"),
        (("grade", "--known", "9" * 5000), "usage.known_beyond"),
        (("grade", "--known", "0"), "usage.before_data"),
        (("grade", "--known", "2020-01-01"), "usage.before_data"),
        (("path", A, "没有"), "usage.unknown_entity"),
        (("holders", "没有"), "usage.unknown_entity"),
    ],
)
def test_what_can_not_be_answered(graph: Store, words: tuple[str, ...], code: str) -> None:
    files = sorted(graph.home.glob("runs/*"))
    with pytest.raises(CreditGraphError) as caught:
        typed(*words)
    assert caught.value.code == code
    assert sorted(graph.home.glob("runs/*")) == files
