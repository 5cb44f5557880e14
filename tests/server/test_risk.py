"""The credit-risk class over the API equals the run file, line by line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from credit_graph.grading import runfile
from credit_graph.jobs import level_decisions
from credit_graph.jobs.decisions import Decision
from credit_graph.jobs.explain import explain
from credit_graph.jobs.grade import GradeResult, grade, run_path
from credit_graph.model.time import Point
from credit_graph.store import Store
from server.city import TODAY, A, B, Batch, C, registration
from server.conftest import Api
from viewers import INSIDE

LEVEL = """query ($code: String!, $asOf: AsOf) { enterprise(code: $code, asOf: $asOf) { creditRiskLevel {
  level levelName score directRule policy valid known useDay notice
  evidence { indicator name group text value unit points cap recordCount
    records { kind validFrom } path { start { code } end { code } relationship records { kind } }
    withheld { reason text } } } } }"""


@pytest.fixture
def graded(store: Store, once: Callable[[Callable[[], GradeResult]], GradeResult]) -> GradeResult:
    """A was penalised, B stands on the serious list, C is a household that is not graded."""

    def made() -> GradeResult:
        batch = Batch(store)
        registration(batch, A, "庆阳天工建材有限公司")
        registration(batch, B, "庆阳严重有限公司")
        registration(batch, C, "庆城县丙商店", entity_type="个体工商户")
        for number in (1, 2):
            day = date(2026, 5, number)
            case: dict[str, Any] = {
                "document_number": f"庆市监处〔2026〕{number}号",
                "fine": 5_000_000,
                "decided_on": day,
            }
            batch.say("Case", A, f"case-{number}", source="penalty_published", valid_from=day, **case)
        serious: dict[str, Any] = {"listed_on": date(2026, 1, 5), "reason": "提交虚假材料"}
        batch.say(
            "SeriousListing", B, "s-1", source="serious_violation_listing", valid_from=date(2026, 1, 5), **serious
        )
        seq = batch.commit()
        return grade(store, Point(seq, TODAY, TODAY))

    return once(made)


@pytest.mark.reads
def test_level_score_and_evidence_equal_the_run_file(store: Store, api: Api, graded: GradeResult) -> None:
    row = runfile.rows(run_path(store, graded.rid), [A])[A]
    found = api.ask(LEVEL, code=A)["enterprise"]["creditRiskLevel"]
    lines = found.pop("evidence")
    assert found == {
        "level": row["level"],
        "levelName": {"A": "信用风险低", "B": "信用风险一般"}[row["level"]],
        "score": row["score"],
        "directRule": None,
        "policy": "general",
        "valid": "2026-11-23",
        "known": graded.point.seq,
        "useDay": "2026-11-23",
        "notice": "内部监管参考，非信用评价，不得公开",
    }
    explained = explain(store, A, graded.point, INSIDE)
    expected = explained.as_json()
    assert (found["level"], found["score"]) == (expected["level"], expected["score"])
    assert [
        (line["indicator"], line["value"], line["points"], line["cap"], line["recordCount"], line["text"])
        for line in lines
    ] == [
        (
            item["indicator"],
            None if item["value"] is None else str(item["value"]),
            item["points"],
            item["cap"],
            len(item["records"]),
            told.line.text,
        )
        for item, told in zip(expected["evidence"], explained.lines or (), strict=True)
    ]
    assert all(len(line["records"]) == line["recordCount"] for line in lines)
    assert sum(line["points"] for line in lines) == row["score"] > 0
    cases = [{"kind": "Case", "validFrom": f"2026-05-0{number}"} for number in (1, 2)]
    assert any(sorted(line["records"], key=str) == cases for line in lines)


@pytest.mark.reads
def test_a_direct_rule_and_a_firm_that_is_not_graded(store: Store, api: Api, graded: GradeResult) -> None:
    found = api.ask(LEVEL, code=B)["enterprise"]["creditRiskLevel"]
    first = found["evidence"][0]
    assert (found["level"], found["directRule"], first["indicator"]) == ("D", "serious_list", "serious_list")
    assert [record["kind"] for record in first["records"]] == ["SeriousListing"]
    assert api.ask(LEVEL, code=C) == {"enterprise": {"creditRiskLevel": None}}


@pytest.mark.reads
def test_the_level_filter_and_the_number_of_statements(store: Store, api: Api, graded: GradeResult) -> None:
    query = """query ($level: String) { enterprises(filter: {level: $level}) { edges { node { code
      creditRiskLevel { level evidence { points records { kind } } } } } } }"""
    store.metrics.clear()
    found = api.ask(query, level="D")["enterprises"]["edges"]
    assert [edge["node"]["code"] for edge in found] == [B]
    assert {name: metric.count for name, metric in store.metrics.items()} == {
        "read/api_pin": 1,
        "read/api_enterprises": 1,
        "read/api_views": 1,
        "read/api_statements": 1,
    }


@pytest.mark.reads
def test_a_department_sees_the_level_only(store: Store, api_as: Callable[[str], Api], graded: GradeResult) -> None:
    department = api_as("department")
    query = "query ($code: String!) { enterprise(code: $code) { name creditRiskLevel { level notice } } }"
    row = runfile.rows(run_path(store, graded.rid), [A])[A]
    assert department.ask(query, code=A)["enterprise"] == {
        "name": "庆阳天工建材有限公司",
        "creditRiskLevel": {"level": row["level"], "notice": "内部监管参考，非信用评价，不得公开"},
    }
    answer = department.post(LEVEL, code=A)
    level = answer.json()["data"]["enterprise"]["creditRiskLevel"]
    assert (level["score"], level["directRule"], level["evidence"]) == (None, None, None)
    assert {error["extensions"]["code"] for error in answer.json()["errors"]} == {"access.denied"}


def test_without_a_run_it_says_what_to_do(store: Store, api: Api) -> None:
    batch = Batch(store)
    registration(batch, A, "庆阳天工建材有限公司")
    batch.commit()
    assert api.codes(LEVEL, code=A) == ["state.no_run"]
    past = {"valid": "2020-01-01"}
    assert api.codes(LEVEL, code=A, asOf=past) == ["state.no_run"]


def test_another_point_is_answered_by_the_latest_run_before_it(store: Store, api: Api, graded: GradeResult) -> None:
    batch = Batch(store, source="other")
    batch.say("Case", A, "case-3", valid_from=date(2026, 11, 1), decided_on=date(2026, 11, 1))
    seq = batch.commit()
    grade(store, Point(seq, TODAY, TODAY))
    query = "query ($code: String!, $asOf: AsOf) { enterprise(code: $code, asOf: $asOf) { creditRiskLevel { known } } }"
    assert api.ask(query, code=A)["enterprise"]["creditRiskLevel"] == {"known": seq}
    past = {"known": str(graded.point.seq)}
    assert api.ask(query, code=A, asOf=past)["enterprise"]["creditRiskLevel"] == {"known": graded.point.seq}


def test_what_stands_beside_the_computed_class(
    store: Store, api: Api, api_as: Callable[[str], Api], graded: GradeResult
) -> None:
    batch = Batch(store, source="official_risk_class")
    official: dict[str, Any] = {"risk_class": "C", "risk_score": 61.5, "month": date(2026, 4, 1)}
    batch.say("OfficialRiskClass", A, "o-1", valid_from=date(2026, 4, 1), **official)
    batch.commit()
    fields = "level leads levelInEffect official { level month leads differs score why } override { level text }"
    query = f"query ($code: String!) {{ enterprise(code: $code) {{ creditRiskLevel {{ {fields} }} }} }}"
    own = runfile.rows(run_path(store, graded.rid), [A])[A]["level"]
    found = api.ask(query, code=A)["enterprise"]["creditRiskLevel"]
    why = found["official"].pop("why")
    assert found == {
        "level": own,
        "leads": "official",
        "levelInEffect": "C",
        "official": {"level": "C", "month": "2026-04", "leads": True, "differs": True, "score": 61.5},
        "override": None,
    }
    assert why[0] == "省级评价月份（2026-04）之后的记录：近三年行政处罚次数（140 分）"
    level_decisions.override(store, A, "D", date(2026, 12, 31), Decision("张一", "approver", "现场核查"))
    found = api.ask(query, code=A)["enterprise"]["creditRiskLevel"]
    assert (found["level"], found["leads"], found["levelInEffect"]) == (own, "override", "D")
    assert found["override"]["level"] == "D"
    assert found["override"]["text"].startswith("人工调整为 D 类，有效至 2026-12-31，理由：现场核查（张一")
    answer = api_as("department").post(query, code=A).json()["data"]["enterprise"]["creditRiskLevel"]
    assert (answer["levelInEffect"], answer["official"]["level"], answer["official"]["why"]) == ("D", "C", None)
    assert answer["override"] == {"level": "D", "text": None}


def test_a_record_held_since_is_no_evidence_any_more(store: Store, api: Api, graded: GradeResult) -> None:
    batch = Batch(store, source="bureau")
    record = store.read("read/statements_of", eid=A)[0]["record"]
    held = {"held_source": record["source"], "held_key": record["key"], "reason": "repaired", "channels": "grading"}
    batch.say("Hold", A, "h-1", **held)
    batch.commit()
    lines = api.ask(LEVEL, code=A)["enterprise"]["creditRiskLevel"]["evidence"]
    assert record["kind"] == "Case"
    shown = {(item["kind"], item["validFrom"]) for line in lines for item in line["records"]}
    assert ("Case", record["valid_from"].isoformat()) not in shown
    assert len([kind for kind, _ in shown if kind == "Case"]) == 1
    (penalties,) = [line for line in lines if line["indicator"] == "penalties"]
    assert penalties["withheld"] == [{"reason": "use", "text": "该记录已停用（修复、撤销、到期或来源删除），不再显示"}]
