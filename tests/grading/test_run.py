"""The grade run and its explanation, on both engines."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
import pytest

from credit_graph.errors import StateError, UsageError
from credit_graph.grading import runfile
from credit_graph.grading.facts import Facts, read_at_once
from credit_graph.grading.grade import CHANNEL
from credit_graph.grading.policy import grading_policy
from credit_graph.jobs.explain import explain as explain_firm
from credit_graph.jobs.grade import GradeResult, grade, run_path
from credit_graph.links.compute import links
from credit_graph.links.policy import link_policy
from credit_graph.model.statement import Statement
from credit_graph.model.time import Point
from credit_graph.projection import project
from credit_graph.projection.views import VIEWS
from credit_graph.store import Store
from handmade import City
from viewers import INSIDE

TODAY = date(2026, 11, 23)
A, B, C = (f"91330200{letter * 10}" for letter in "ABC")


@pytest.fixture
def city(store: Store, monkeypatch: pytest.MonkeyPatch) -> City:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", TODAY.isoformat())
    return City(store)


def three_firms(city: City) -> tuple[Statement, Statement]:
    """甲 without a blemish, 乙 with a listing and a penalty, 丙 on the serious list."""
    for code, name in ((A, "甲有限公司"), (B, "乙有限公司"), (C, "丙有限公司")):
        city.firm(code, name)
    listing = city.say(
        "AbnormalListing",
        B,
        "l",
        start=date(2025, 7, 8),
        listed_on=date(2025, 7, 8),
        reason="无法联系。",
        listed_by="某局",
    )
    case = city.say(
        "Case", B, "c", start=date(2025, 1, 2), decided_on=date(2025, 1, 2), document_number="测〔2025〕1号",
        violation="虚假宣传", fine=2_000_000, authority="某局",
    )  # fmt: skip
    city.say("SeriousListing", C, "s", start=date(2025, 3, 1), listed_on=date(2025, 3, 1))
    return listing, case


def at(city: City, valid: date = TODAY, use: date = TODAY) -> Point:
    return Point(city.seq - 1, valid, use)


def explain(store: Store, code: str, point: Point) -> dict[str, Any]:
    return explain_firm(store, code, point, INSIDE).as_json()


def levels(store: Store) -> dict[str, tuple[Any, ...]]:
    found = store.read("explore/grades")
    return {row["eid"]: (row["level"], row["score"], len(row["grades"])) for row in found}


def run(city: City) -> GradeResult:
    city.commit()
    return grade(city.store, at(city))


def test_the_run_and_a_second_one(city: City) -> None:
    three_firms(city)
    first = run(city)
    assert (first.levels, first.direct, first.changed, first.unchanged) == (
        {"A": 1, "B": 1, "C": 0, "D": 1},
        1,
        3,
        False,
    )
    assert levels(city.store) == {A: ("A", 0, 1), B: ("B", 358, 1), C: ("D", 0, 1)}
    path = run_path(city.store, first.rid)
    before = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    second = grade(city.store, at(city))
    assert (second.rid, second.unchanged, second.changed, second.levels) == (first.rid, True, 0, first.levels)
    assert levels(city.store) == {A: ("A", 0, 1), B: ("B", 358, 1), C: ("D", 0, 1)}
    # a lost file is made again, byte for byte
    path.unlink()
    third = grade(city.store, at(city))
    assert (third.rid, third.unchanged, path.read_bytes()) == (first.rid, False, before)
    assert levels(city.store) == {A: ("A", 0, 1), B: ("B", 358, 1), C: ("D", 0, 1)}


def test_what_the_rules_read_is_read_with_the_views(city: City) -> None:
    three_firms(city)
    city.commit()
    point, policy = at(city), grading_policy("general", TODAY)[0]
    projection = project(city.store, point, CHANNEL)
    projection.prepare(VIEWS, read_at_once(policy.reads))
    facts = Facts(projection, links(projection, link_policy()), policy.reads)
    reads = city.store.metrics["project/records"].count
    told = {kind for kind in policy.reads if facts.table(kind) is not None}
    assert told == {"AbnormalListing", "Case", "Registration", "SeriousListing"}
    assert city.store.metrics["project/records"].count == reads


def test_the_file_adds_up_and_says_from_what(city: City) -> None:
    three_firms(city)
    result = run(city)
    path = run_path(city.store, result.rid)
    frame = pd.read_parquet(path)
    points = frame[[name for name in frame.columns if name.endswith(".points")]].sum(axis=1) + frame["scale_cap"]
    assert frame["eid"].tolist() == [A, B, C]
    assert points.tolist() == frame["score"].tolist()
    stored = city.store.read("read/run", run=result.rid)[0]["run"]
    assert stored["sha256"] == runfile.sha256(path)
    assert (stored["state"], stored["seq"], stored["valid"], stored["use"], stored["policy"]) == (
        "complete", 1, TODAY, TODAY, "general",
    )  # fmt: skip


def test_only_what_changed_gets_a_grade_node(city: City) -> None:
    _, case = three_firms(city)
    run(city)
    city.hold(case, start=date(2026, 5, 1))
    second = run(city)
    assert second.changed == 1
    assert levels(city.store) == {A: ("A", 0, 1), B: ("B", 288, 2), C: ("D", 0, 1)}


def test_a_firm_that_is_graded_no_more_loses_its_level(city: City) -> None:
    three_firms(city)
    run(city)
    city.firm(A, "甲有限公司", key="later", start=date(2026, 1, 1), state="注销")
    assert run(city).changed == 1
    assert levels(city.store) == {A: (None, None, 2), B: ("B", 358, 1), C: ("D", 0, 1)}


def test_a_look_back_does_not_replace_the_current_classes(city: City) -> None:
    three_firms(city)
    run(city)
    past = grade(city.store, at(city, valid=date(2025, 1, 31)))
    assert (past.current, past.levels, past.changed) == (False, {"A": 3, "B": 0, "C": 0, "D": 0}, 0)
    assert levels(city.store) == {A: ("A", 0, 1), B: ("B", 358, 1), C: ("D", 0, 1)}
    # the stored result of that day is found again, and the present one stays
    assert explain(city.store, B, at(city, valid=date(2025, 6, 1)))["score"] == 100
    assert explain(city.store, B, at(city))["score"] == 358


def test_an_interrupted_run_is_taken_back(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    _, case = three_firms(city)
    first = run(city)
    city.hold(case, start=date(2026, 5, 1))
    city.commit()
    write = Store.write

    def dies(self: Store, name: str, *args: Any, **kwargs: Any) -> int:
        if name == "write/run" and kwargs["props"].get("state") == "complete":
            raise KeyboardInterrupt
        return write(self, name, *args, **kwargs)

    monkeypatch.setattr(Store, "write", dies)
    with pytest.raises(KeyboardInterrupt):
        grade(city.store, at(city))
    monkeypatch.undo()
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", TODAY.isoformat())
    assert explain(city.store, B, at(city))["run"] == first.rid
    city.say("Case", A, "new", start=date(2026, 1, 2), decided_on=date(2026, 1, 2))
    last = run(city)
    assert last.changed == 2
    assert levels(city.store) == {A: ("A", 80, 2), B: ("B", 288, 2), C: ("D", 0, 1)}


def test_explain(city: City) -> None:
    listing, case = three_firms(city)
    result = run(city)
    found = explain(city.store, B, at(city))
    head = {name: found[name] for name in found if name != "evidence"}
    assert head == {
        "code": B,
        "score": 358,
        "level": "B",
        "direct_rule": None,
        "official": None,
        "policy": "general",
        "valid": "2026-11-23",
        "known": 1,
        "use_day": "2026-11-23",
        "run": result.rid,
    }
    assert sum(line["points"] for line in found["evidence"]) == 358
    scoring = {
        line["indicator"]: (line["value"], line["points"], line["cap"], [r["sid"] for r in line["records"]])
        for line in found["evidence"]
        if line["points"]
    }
    assert scoring == {
        "abnormal_now": (1, 200, 250, [listing.sid]),
        "abnormal_unreachable": (1, 60, 60, [listing.sid]),
        # more than a year old: 70 per cent
        "abnormal_times": (1, 28, 120, [listing.sid]),
        "penalties": (1, 56, 220, [case.sid]),
        "fines": (2_000_000, 14, 100, [case.sid]),
    }
    texts = {item.line.id: item.line.text for item in explain_firm(city.store, B, at(city), INSIDE).lines or ()}
    assert texts["fines"] == "近三年罚没金额：20,000.00 元，计 14 分（上限 100 分）"
    assert texts["complaints"] == "近一年投诉举报次数：无数据或来源未载入，计 0 分（上限 60 分）"
    records = {r["sid"]: r for line in found["evidence"] for r in line["records"]}
    assert records[case.sid]["text"] == "2025-01-02 行政处罚：虚假宣传，某局 文号 测〔2025〕1号"
    assert records[listing.sid]["text"] == "2025-07-08 经营异常名录：无法联系，某局"
    assert (records[case.sid]["day"], records[case.sid]["document"]) == ("2025-01-02", "测〔2025〕1号")


def test_explain_by_name_and_a_direct_rule(city: City) -> None:
    three_firms(city)
    run(city)
    from credit_graph.jobs.cache import refresh

    refresh(city.store)
    found = explain(city.store, "丙有限公司", at(city))
    assert (found["code"], found["level"], found["direct_rule"]) == (C, "D", "serious_list")
    assert (explain_firm(city.store, C, at(city), INSIDE).lines or [])[
        0
    ].line.text == "直接判定为 D 类：当前列入严重违法失信名单"
    assert [record["kind"] for record in found["evidence"][0]["records"]] == ["SeriousListing"]


def test_a_record_repaired_since_the_run_is_not_shown(city: City) -> None:
    _, case = three_firms(city)
    run(city)
    city.hold(case, start=date(2026, 5, 1))
    city.commit()
    found = explain(city.store, B, at(city))
    line = next(line for line in found["evidence"] if line["indicator"] == "penalties")
    assert (line["points"], line["records"][0]["withheld"], line["records"][0]["document"]) == (56, "use", None)
    assert "虚假宣传" not in str(found)


def test_a_run_of_another_version_is_made_again(city: City) -> None:
    three_firms(city)
    first = run(city)
    path = run_path(city.store, first.rid)
    before = path.read_bytes()
    pq.write_table(pq.read_table(path).replace_schema_metadata(None), path)
    city.store.write("write/run", run=first.rid, props={"sha256": runfile.sha256(path)})
    with pytest.raises(StateError) as unreadable:
        explain(city.store, B, at(city))
    assert unreadable.value.code == "state.policy_changed"
    again = grade(city.store, at(city))
    assert (again.rid, again.unchanged, path.read_bytes()) == (first.rid, False, before)
    assert explain(city.store, B, at(city))["score"] == 358


def test_errors(city: City, tmp_path: Path) -> None:
    three_firms(city)
    city.firm("92330200DDDDDDDDDD", "丁店", entity_type="个体工商户")
    city.commit()
    with pytest.raises(StateError) as none:
        explain(city.store, A, at(city))
    grade(city.store, at(city))
    with pytest.raises(UsageError) as unknown:
        explain(city.store, "不存在", at(city))
    with pytest.raises(UsageError) as outside:
        explain(city.store, "92330200DDDDDDDDDD", at(city))
    city.say("Case", A, "x")
    city.write()
    with pytest.raises(StateError) as unfinished:
        grade(city.store, at(city))
    with pytest.raises(StateError) as earlier:  # runs of later days are there
        explain(city.store, A, at(city, valid=date(2024, 1, 1)))
    assert (none.value.fields["command"], earlier.value.fields["command"]) == ("grade", "grade --valid 2024-01-01")
    codes = [error.value.code for error in (none, unknown, outside, unfinished)]
    assert codes == ["state.no_run", "usage.unknown_entity", "usage.not_graded", "state.batch_open"]
