"""Warnings over the API: who sees them and who acts, pages, evidence and steps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from credit_graph.jobs import alerts, batches
from credit_graph.jobs.decisions import Decision
from credit_graph.server.tokens import Sealer
from credit_graph.store import Store
from server.city import TODAY, A, B, Batch, C, registration
from server.conftest import Api

pytestmark = pytest.mark.parametrize("engine", ["embedded"], indirect=True)

LIST = """query ($states: [String!], $owner: String, $overdue: Boolean! = false, $first: Int, $after: String) {
  alerts(states: $states, owner: $owner, overdue: $overdue, first: $first, after: $after) {
    edges { node { code name state level round points openedOn dueOn overdue owner measure note closedOn notice
      signals { rule text stands records { kind ... on Permit { permitName } } }
      steps { step on owner measure note actor role undone } } }
    pageInfo { hasNextPage endCursor } } }"""
ASSIGN = """mutation ($codes: [String!]!, $owner: String!, $due: Date) {
  assignAlerts(codes: $codes, owner: $owner, due: $due, note: "先电话") { code state owner dueOn note } }"""
HANDLE = 'mutation ($codes: [String!]!) { handleAlerts(codes: $codes, measure: "约谈") { state measure handledOn } }'
CLOSE = 'mutation ($codes: [String!]!) { closeAlerts(codes: $codes, note: "已延续") { state note closedOn } }'


@pytest.fixture
def warned(store: Store, api_as: Callable[[str], Api]) -> Callable[[str], Api]:
    """A's and B's permits have lapsed; signals were looked for."""
    batch = Batch(store)
    for eid, name in ((A, "甲有限公司"), (B, "乙有限公司"), (C, "丙有限公司")):
        registration(batch, eid, name)
    for eid in (A, B):
        day = date(2026, 11, 10)
        batch.say("Permit", eid, f"p{eid}", source="permits", permit_name="食品经营许可证", permitted_until=day)
    batch.commit()
    api_as("analyst")
    alerts.run(store, Decision("张一", "analyst", "测试"))
    return api_as


def nodes(api: Api, **variables: Any) -> list[dict[str, Any]]:
    return [edge["node"] for edge in api.ask(LIST, **variables)["alerts"]["edges"]]


def test_a_warning_is_taken_from_open_to_closed(store: Store, warned: Callable[[str], Api]) -> None:
    api = warned("analyst")
    first, second = nodes(api)
    assert (first["code"], second["code"]) == (A, B)
    assert {name: first[name] for name in ("state", "level", "round", "points", "openedOn", "dueOn", "overdue")} == {
        "state": "open", "level": "yellow", "round": 1, "points": 30,
        "openedOn": str(TODAY), "dueOn": "2026-12-21", "overdue": False,
    }  # fmt: skip
    assert first["signals"] == [
        {
            "rule": "permit_lapsed",
            "text": "食品经营许可证有效期至 2026-11-10，未见续期",
            "stands": True,
            "records": [{"kind": "Permit", "permitName": "食品经营许可证"}],
        }
    ]
    assert "不得公开" in first["notice"]
    assert api.ask(ASSIGN, codes=[A, B], owner="李二", due="2026-12-01")["assignAlerts"] == [
        {"code": code, "state": "assigned", "owner": "李二", "dueOn": "2026-12-01", "note": "先电话"} for code in (A, B)
    ]
    assert api.ask(HANDLE, codes=[A])["handleAlerts"] == [
        {"state": "handled", "measure": "约谈", "handledOn": str(TODAY)}
    ]
    assert api.ask(CLOSE, codes=[A])["closeAlerts"] == [{"state": "closed", "note": "已延续", "closedOn": str(TODAY)}]
    assert [row["code"] for row in nodes(api)] == [B]
    (closed,) = nodes(api, states=["closed"])
    assert [(step["step"], step["actor"], step["role"], step["undone"]) for step in closed["steps"]] == [
        ("opened", "张一", "analyst", False),
        ("assigned", "local", "analyst", False),
        ("handled", "local", "analyst", False),
        ("closed", "local", "analyst", False),
    ]
    assert nodes(api, owner="王五") == nodes(api, overdue=True) == []


def test_pages_go_on_where_the_last_one_ended(warned: Callable[[str], Api]) -> None:
    api = warned("inspector")
    page = api.ask(LIST, first=1)["alerts"]
    assert ([edge["node"]["code"] for edge in page["edges"]], page["pageInfo"]["hasNextPage"]) == ([A], True)
    rest = api.ask(LIST, first=1, after=page["pageInfo"]["endCursor"])["alerts"]
    assert ([edge["node"]["code"] for edge in rest["edges"]], rest["pageInfo"]["hasNextPage"]) == ([B], False)
    assert api.codes(LIST, after=Sealer(b"0" * 32, "x").cursor("alerts", "2026-12-21", A)) == ["usage.bad_cursor"]
    assert api.codes(LIST, states=["开"]) == ["usage.bad_value"]


def test_who_may_not_is_refused_and_nothing_is_written(store: Store, warned: Callable[[str], Api]) -> None:
    seq = batches.last_seq(store)
    for role in ("public", "department", "planner", "administrator"):
        assert warned(role).codes(LIST) == ["access.denied"]
    for role in ("public", "department", "inspector", "auditor"):
        for query in (HANDLE, CLOSE):
            assert warned(role).codes(query, codes=[A]) == ["access.denied"]
        assert warned(role).codes(ASSIGN, codes=[A], owner="李二") == ["access.denied"]
    api = warned("analyst")
    assert api.codes(ASSIGN, codes=[A, C], owner="李二") == ["state.no_alert"]  # and A stays as it is
    assert api.codes(ASSIGN, codes=[A], owner=" ") == ["usage.bad_value"]
    assert api.codes(ASSIGN, codes=[A], owner="李二", due="2026-11-01") == ["usage.bad_value"]
    assert api.codes(ASSIGN, codes=[], owner="李二") == ["usage.page_size"]
    assert api.codes(ASSIGN, codes=["没有"], owner="李二") == ["usage.unknown_entity"]
    assert api.codes(CLOSE, codes=[A]) == ["state.alert_step"]
    # no foreign page can send a step: a browser adds no such content type without asking first
    body = '{"query": "mutation { closeAlerts(codes: [], note: \\"x\\") { state } }"}'
    sent = api.request("POST", "/graphql", content=body, headers={"Content-Type": "text/plain"})
    asked = api.request("GET", "/graphql", params={"query": 'mutation { closeAlerts(codes: [], note: "x") { state } }'})
    assert (sent.status_code, asked.status_code) == (415, 405)
    assert {row["state"] for row in nodes(api)} == {"open"} and batches.last_seq(store) == seq
