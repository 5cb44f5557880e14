"""Who asked what about whom, and for what; what a source's department shares, with whom, for which purpose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from commandline import CommandLine
from credit_graph.errors import AccessError
from credit_graph.ingest import definitions as shipped
from credit_graph.jobs.audit import entries
from credit_graph.model.definition import Sharing
from credit_graph.server.auditing import purpose_of
from credit_graph.server.keys import Keys, Wanted
from credit_graph.server.roles import role
from credit_graph.server.scope import Scope
from credit_graph.store import Store
from server.city import A, B, Batch, registration
from server.conftest import Api

NAMED = "query ($code: String!) { enterprise(code: $code) { name } }"


def lines(store: Store, action: str) -> list[tuple[str, dict[str, Any]]]:
    return [(line["actor"], line["what"]) for line in entries(store.home) if line["action"] == action]


def test_a_purpose_is_read_as_clients_can_send_it() -> None:
    who = role("department")
    assert purpose_of(who, "%E6%8B%9B%E6%A0%87%20审查".encode().decode("latin-1")) == "招标 审查"
    assert purpose_of(who, "loan  check\t") == "loan check"
    assert "199001011234" not in purpose_of(who, "130102199001011234")
    assert (purpose_of(who, None), len(purpose_of(who, "x" * 1000))) == ("", 200)
    asked = who.model_copy(update={"purpose": True})
    assert purpose_of(asked, "x") == "x"
    with pytest.raises(AccessError) as raised:
        purpose_of(asked, " ")
    assert raised.value.code == "access.no_purpose"


def test_sharing_on_conditions_is_for_its_purpose() -> None:
    to = {"to": ["发改委"], "for": "招标审查", "until": "2026-12-31"}
    sharing = Sharing.model_validate({"type": "conditional", **to})
    day = date(2026, 11, 23)
    assert sharing.allows(["发改委"], day, "招标审查") and sharing.allows(["发改委"], day)
    for names, on, purpose in ((["发改委"], day, "其他"), (["发改委"], day, ""), (["税务局"], day, "招标审查")):
        assert not sharing.allows(names, on, purpose)
    assert not sharing.allows(["发改委"], date(2027, 1, 1), "招标审查")


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_each_question_of_a_department_is_a_line(
    store: Store, api: Api, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    batch = Batch(store)
    registration(batch, A, "庆阳天工建材有限公司")
    registration(batch, B, "庆阳控股有限公司")
    batch.commit()
    keys = Keys(store.home)
    key, text = keys.create("department")
    headers = {"Authorization": f"Bearer {text}", "X-Purpose": "%E6%8B%9B%E6%A0%87"}
    department = Api(api.app, headers)
    both = f'{{ a: enterprise(code: "{A}") {{ name address }} b: enterprise(code: "{B}") {{ name }} }}'
    assert department.post(both).json()["data"]["a"] == {"name": "庆阳天工建材有限公司", "address": None}
    department.post("{ __typename }")
    api.request("GET", f"/v1/risk-level/{A}", headers={"Authorization": headers["Authorization"]})
    asked = {"roots": ["enterprise"], "about": sorted([A, B]), "purpose": "招标"}
    found = lines(store, "asked")
    assert found[0] == (key.id, asked)
    assert found[1] == (key.id, {"roots": ["__typename"], "about": [], "purpose": "招标"})
    assert all(said["about"] == [A] for _, said in found[2:])
    analyst = Api(api.app, {"Authorization": f"Bearer {keys.create('analyst')[1]}"})
    analyst.ask(NAMED, code=A)
    assert lines(store, "asked") == found
    command = CommandLine(monkeypatch, capfd)
    out, _ = command.run("--role", "auditor", "audit", "show", "--what", B)
    assert key.id in out and "招标" in out and B in out
    out, _ = command.run("--role", "auditor", "audit", "show", "--what", "91621002")
    assert key.id not in out
    (store.home / "audit" / "head").write_text(f"{99:018} {'0' * 64}\n")
    answer = department.post(NAMED, code=A)
    assert answer.json()["data"] is None and "庆阳" not in answer.text
    assert answer.json()["errors"][0]["extensions"]["code"] == "state.audit_broken"


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_names_of_persons_in_bulk_are_a_line_without_names(store: Store, api_as: Callable[[str], Api]) -> None:
    batch = Batch(store)
    for number in range(51):
        registration(batch, f"reg:{number:015}", f"庆阳第{number}号有限公司", credit_code=None)
    batch.commit()
    analyst = api_as("analyst")
    query = "query ($n: Int) { enterprises(first: $n) { edges { node { legalRepresentative { name } } } } }"
    analyst.ask(query, n=50)
    assert lines(store, "persons_read") == []
    analyst.ask(query, n=51)
    about = [f"reg:{number:015}" for number in range(51)]
    assert lines(store, "persons_read") == [("local", {"roots": ["enterprises"], "about": about, "names": 51})]


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_what_is_not_shared_is_left_out_and_told(store: Store, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = Batch(store)
    registration(batch, A, "庆阳天工建材有限公司")
    day = date(2026, 5, 1)
    for number, source in enumerate(("penalty_published", "penalty_published", "abnormal_listing")):
        kind = "AbnormalListing" if source == "abnormal_listing" else "Case"
        batch.say(kind, A, f"r-{number}", source=source, valid_from=day)
    batch.commit()
    known = dict(shipped.definitions())
    sharing = Sharing.model_validate({"type": "conditional", "to": ["department"], "for": "招标审查"})
    changed = known["penalty_published"].model_copy(update={"sharing": sharing})
    monkeypatch.setattr("credit_graph.jobs.withheld.definitions", lambda: {**known, "penalty_published": changed})
    outside = role("department").model_copy(update={"rights": ("identity", "records")})
    monkeypatch.setattr("credit_graph.server.keys.find_role", lambda name: outside)
    _, text = Keys(store.home).create(Wanted("department", Scope(rate=60)))
    query = """query ($code: String!) { enterprise(code: $code) { records(kinds: [Case, AbnormalListing], first: 2) {
      pageInfo { hasNextPage } edges { node { source } } } } }"""

    def seen(purpose: str) -> tuple[list[str], bool, Any]:
        client = Api(api.app, {"Authorization": f"Bearer {text}", "X-Purpose": purpose})
        answer = client.post(query, code=A).json()
        page = answer["data"]["enterprise"]["records"]
        sources = [edge["node"]["source"] for edge in page["edges"]]
        return sources, page["pageInfo"]["hasNextPage"], answer["extensions"].get("withheld")

    told = "来源部门未授权，不予显示"
    for purpose in ("", "other"):
        sources, more, withheld = seen(purpose)
        assert (sources, more) == ([], True)
        assert sum(row["records"] for row in withheld) == 2
        assert {row["reason"] for row in withheld} == {told}
    sources, more, withheld = seen("%E6%8B%9B%E6%A0%87%E5%AE%A1%E6%9F%A5")
    assert "penalty_published" in sources and more
