"""Screening over GraphQL: the rows' enterprises as a role may see them."""

from __future__ import annotations

from collections.abc import Callable

from credit_graph.jobs.grade import grade
from credit_graph.model.time import Point
from credit_graph.store import Store
from server.city import TODAY, A, B, Batch, C, registration
from server.conftest import Api

SCREEN = """query ($rows: [ScreenRow!]!) { screen(rows: $rows) { row status notes
  match { score matchedName explanation reasons { kind points count }
    enterprise { code name creditRiskLevel { level } } }
  candidates { score enterprise { code } } } }"""
BRIEF = "query ($rows: [ScreenRow!]!) { screen(rows: $rows) { status match { score enterprise { code } } } }"


def test_rows_are_answered_as_the_role_may_know(store: Store, api_as: Callable[[str], Api]) -> None:
    batch = Batch(store)
    registration(batch, A, "庆阳天工建材有限公司")
    registration(batch, B, "西峰区老街便利店", legal_representative="李大")
    registration(batch, C, "西峰区老街便利店", legal_representative="赵二")
    grade(store, Point(batch.commit(), TODAY, TODAY))
    analyst, department = api_as("analyst"), api_as("department")

    rows = [{"name": "慶陽添工建材"}, {"name": "西峰区老街便利店"}, {"code": C}, {"name": "别的公司"}, {}]
    answers = analyst.ask(SCREEN, rows=rows)["screen"]
    assert [answer["row"] for answer in answers] == [1, 2, 3, 4, 5]
    assert answers[0] == {
        "row": 1,
        "status": "MATCH",
        "notes": [],
        "match": {
            "score": 92,
            "matchedName": "庆阳天工建材有限公司",
            "explanation": "同音、形近、重复或颠倒的字（-6）；缺组织形式（-2）",
            "reasons": [
                {"kind": "slip", "points": 6, "count": 1},
                {"kind": "missing_form", "points": 2, "count": 1},
            ],
            "enterprise": {"code": A, "name": "庆阳天工建材有限公司", "creditRiskLevel": {"level": "A"}},
        },
        "candidates": [],
    }
    both = [{"score": 100, "enterprise": {"code": code}} for code in sorted([B, C])]
    assert (answers[1]["status"], answers[1]["match"], answers[1]["candidates"]) == ("SEVERAL", None, both)
    assert (answers[2]["status"], answers[2]["match"]["enterprise"]["code"]) == ("MATCH", C)
    assert [answer["status"] for answer in answers[3:]] == ["NONE", "NONE"]
    assert answers[4]["notes"] == ["empty"]

    named = [{"name": "西峰区老街便利店", "legalRepresentative": "赵二"}]
    found = [{"status": "MATCH", "match": {"score": 100, "enterprise": {"code": C}}}]
    assert analyst.ask(BRIEF, rows=named)["screen"] == found
    assert department.codes(BRIEF, rows=named) == ["access.denied"]  # agreement would tell the name
    assert department.codes(BRIEF, rows=[{"name": "甲", "district": "621002"}]) == ["access.denied"]
    assert department.ask(BRIEF, rows=[{"code": C}])["screen"] == found
    told = department.post(SCREEN, rows=[{"name": "西峰区老街便利店"}])
    assert told.json()["data"]["screen"][0]["candidates"] is None
    assert B not in told.text and C not in told.text
    assert api_as("public").codes(BRIEF, rows=[{"code": C}]) == ["access.denied"]

    assert analyst.codes(BRIEF, rows=[{"code": C}] * 201) == ["usage.bad_value"]
    assert analyst.codes(BRIEF, rows=[]) == ["usage.bad_value"]
    assert len(analyst.ask(BRIEF, rows=[{"name": "天工"}] * 200)["screen"]) == 200
