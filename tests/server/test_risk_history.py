"""How classes changed, over the API."""

from __future__ import annotations

import pytest

from credit_graph.store import Store
from months import A, B, C, three_months
from server.conftest import Api


def test_history_and_changes(store: Store, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    three_months(store, monkeypatch)
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")
    fields = "levelBefore level scoreBefore score valid known why { indicator pointsBefore points }"
    query = f"query ($code: String!) {{ enterprise(code: $code) {{ riskLevelHistory {{ {fields} }} }} }}"
    found = api.ask(query, code=A)["enterprise"]["riskLevelHistory"]
    assert [(row["levelBefore"], row["level"], row["scoreBefore"], row["score"], row["known"]) for row in found] == [
        ("B", "A", 300, 0, 3), ("A", "B", 0, 300, 2), (None, "A", None, 0, 1),
    ]  # fmt: skip
    assert found[0]["why"][0] == {"indicator": "abnormal_now", "pointsBefore": 200, "points": 0}
    paged = """query ($after: String) { riskLevelChanges(since: "2026-09-01", first: 3, after: $after) {
      edges { node { enterprise { code } levelBefore level } } pageInfo { hasNextPage endCursor } } }"""
    first = api.ask(paged)["riskLevelChanges"]
    second = api.ask(paged, after=first["pageInfo"]["endCursor"])["riskLevelChanges"]
    edges = [edge["node"] for page in (first, second) for edge in page["edges"]]
    assert [(node["enterprise"]["code"], node["levelBefore"], node["level"]) for node in edges] == [
        (A, "B", "A"), (B, "A", "B"), (C, "A", "B"), (A, "A", "B"),
    ]  # fmt: skip
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)
