"""Who may see what: every protected field as every role, and no protected value anywhere in the bytes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import yaml

from credit_graph.jobs.grade import grade
from credit_graph.jobs.link import link
from credit_graph.model.time import Point
from credit_graph.resources import root
from credit_graph.server.roles import roles_file
from credit_graph.store import Store
from server.city import TODAY, A, B, Batch, registration
from server.conftest import Api

# right -> a query that takes it, and the values that only it may show
PROTECTED: dict[str, tuple[str, list[str]]] = {
    "identity": ("query ($code: String!) { enterprise(code: $code) { name state } }", ["庆阳天工建材", "存续"]),
    "browse": ('{ search(text: "天工") { edges { cursor } } }', ["cursor"]),
    "registration": ("query ($code: String!) { enterprise(code: $code) { address } }", ["南大街"]),
    "persons": (
        "query ($code: String!) { enterprise(code: $code) { legalRepresentative { name } } }",
        ["王小明"],
    ),
    "records": (
        "query ($code: String!) { enterprise(code: $code) { records { edges { node { ... on Case"
        " { documentNumber } } } } } }",
        ["庆市监处"],
    ),
    "holds": (
        "query ($code: String!) { enterprise(code: $code) { records { edges { node { inUse } } } } }",
        ["true"],
    ),
    "lineage": (
        "query ($code: String!) { enterprise(code: $code) { records { edges { node { lineage { file } } } } } }",
        ["registration_1.csv"],
    ),
    "links": (
        "query ($code: String!) { enterprise(code: $code) { holders { edges { node { share } } } } }",
        ["60.0000"],
    ),
    "level": ("query ($code: String!) { enterprise(code: $code) { creditRiskLevel { level } } }", ['"A"']),
    "evidence": (
        "query ($code: String!) { enterprise(code: $code) { creditRiskLevel { score"
        " evidence { indicator points } } } }",
        ["penalties", "points"],
    ),
}
# what else a query takes on the way to its field
ON_THE_WAY = {
    "registration": {"identity"},
    "persons": {"identity"},
    "records": {"identity"},
    "holds": {"identity", "records"},
    "lineage": {"identity", "records"},
    "links": {"identity"},
    "level": {"identity"},
    "evidence": {"identity", "level"},
}


def fill(store: Store) -> None:
    """A firm with everything that a right protects."""
    batch = Batch(store)
    registration(batch, A, "庆阳天工建材有限公司")
    registration(batch, B, "庆阳控股有限公司")
    batch.say("Contribution", A, "c-1", holder_name="庆阳控股有限公司", subscribed=60_000_000)
    case: dict[str, Any] = {"document_number": "庆市监处〔2026〕1号", "fine": 100, "decided_on": date(2026, 5, 1)}
    batch.say("Case", A, "case-1", source="penalty_published", valid_from=date(2026, 5, 1), **case)
    point = Point(batch.commit(), TODAY, TODAY)
    link(store, point)
    grade(store, point)


def test_every_right_as_every_role(store: Store, api_as: Callable[[str], Api]) -> None:
    fill(store)
    roles = roles_file().on(TODAY)
    assert len(roles) == 12
    for name, role in roles.items():
        api = api_as(name)
        for right, (query, values) in PROTECTED.items():
            answer = api.post(query, code=A)
            needed = {right, *ON_THE_WAY.get(right, set())}
            shown = [value for value in values if value in answer.text]
            if needed <= set(role.rights):
                assert (shown, answer.json().get("errors")) == (values, None), (name, right)
            else:
                assert shown == [], (name, right, answer.text)
                codes = {error["extensions"]["code"] for error in answer.json()["errors"]}
                assert codes == {"access.denied"}, (name, right)


def test_the_past_is_for_those_who_may_ask_for_it(store: Store, api_as: Callable[[str], Api]) -> None:
    fill(store)
    query = """query ($code: String!) { listEntries(list: "serious_violation", asOf: {valid: "2026-01-01"}) {
      edges { cursor } } enterprise(code: $code, asOf: {valid: "2026-01-01"}) { name } }"""
    for name, role in roles_file().on(TODAY).items():
        answer = api_as(name).post(query, code=A)
        asked = not {"lists", "identity"}.isdisjoint(role.rights)  # the public is refused before
        assert ("asOf" in answer.text) == (asked and not role.as_of), name
        if not role.as_of:
            assert answer.json()["data"] == {"listEntries": None, "enterprise": None}
            assert "庆阳" not in answer.text.replace("庆阳市", "")


def test_introspection_is_for_internal_roles(store: Store, api_as: Callable[[str], Api]) -> None:
    query = "{ __schema { queryType { name } } }"
    for name, role in roles_file().on(TODAY).items():
        answer = api_as(name).post(query).json()
        if role.introspection:
            assert answer["data"] == {"__schema": {"queryType": {"name": "Query"}}}, name
        else:
            assert {error["extensions"]["code"] for error in answer["errors"]} == {"usage.query"}, name
            assert answer["data"] is None
        assert api_as(name).ask("{ __typename }") == {"__typename": "Query"}


def test_an_unknown_role_is_refused(api_as: Callable[[str], Api]) -> None:
    from credit_graph.errors import UsageError

    with pytest.raises(UsageError) as raised:
        api_as("emperor")
    assert raised.value.code == "usage.bad_value"


def test_every_role_of_the_design_is_there() -> None:
    text = (root("policies") / "roles.yml").read_text(encoding="utf-8")
    names = "public department analyst inspector case_officer reviewer legal approver publisher planner auditor"
    assert list(yaml.safe_load(text)["rows"][0]["roles"]) == [*names.split(), "administrator"]
    # of releases see test_releases.py, of lists test_lists.py; liaisons' phones are no part of the API; for the others
    # see test_alerts.py and test_proceedings_api.py
    others = {"releases", "lists", "contacts", "alerts", "handling", "proceedings", "list_work", "audit", "monitoring"}
    assert {right for right, _ in PROTECTED.items()} | others == set(roles_file().rights)
