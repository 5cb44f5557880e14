"""List work over the API: an entry taken from its proposal to its publication, by clients in the roles of the steps."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from credit_graph.grading import runfile
from credit_graph.jobs.grade import DEFAULT_POLICY, grade, run_path, state_name
from credit_graph.jobs.runs import current_run
from credit_graph.model.time import Point
from credit_graph.server.keys import Keys
from credit_graph.server.roles import roles_file
from credit_graph.store import Store
from server.city import TODAY, A, B, Batch, registration
from server.conftest import Api

pytestmark = pytest.mark.parametrize("engine", ["embedded"], indirect=True)

FIELDS = "id state open nextStep nextRole dueOn dueBasis numbers steps { step outcome actor role said { name value } }"
BEGIN = f"""mutation ($codes: [String!]!, $said: [StepStatementInput!]) {{
  beginProceedings(listName: "abnormal_operation", procedure: "listing", codes: $codes, said: $said, bundle: "b") {{
    batch refused {{ what code }} proceedings {{ {FIELDS} }} }} }}"""
STEP = f"""mutation ($ids: [String!]!, $step: String!, $outcome: String! = "done", $said: [StepStatementInput!]) {{
  takeStep(ids: $ids, step: $step, outcome: $outcome, said: $said) {{ proceedings {{ {FIELDS} }} }} }}"""
LIST = """query ($first: Int, $after: String, $ended: Boolean! = false) {
  proceedings(bundle: "b", first: $first, after: $after, ended: $ended) {
    edges { node { id name code } } pageInfo { hasNextPage endCursor } } }"""
STOP = 'mutation ($ids: [String!]!) { stopProceedings(ids: $ids, why: "已注销") { batch } }'
SAID = [
    {"name": "ground", "value": "6"},
    {"name": "facts", "value": "未按规定期限报送2025年度报告"},
    {"name": "found_on", "value": "2026-11-20"},
]


@pytest.fixture
def clients(store: Store, api: Api) -> Callable[[str], Api]:
    """A client of its own for each role: the key's id is who acts."""
    batch = Batch(store)
    for eid, name in ((A, "甲有限公司"), (B, "乙有限公司")):
        registration(batch, eid, name, authority="庆原市市场监督管理局")
    batch.commit()
    return lambda role: Api(api.app, {"Authorization": f"Bearer {Keys(store.home).create(role)[1]}"})


def test_each_step_is_taken_in_its_role(clients: Callable[[str], Api]) -> None:
    clerk, head, leader = (clients(role) for role in ("case_officer", "reviewer", "approver"))
    begun = clerk.ask(BEGIN, codes=[A, B], said=SAID)["beginProceedings"]
    first, second = (item["id"] for item in begun["proceedings"])
    assert [item["nextStep"] for item in begun["proceedings"]] == ["reviewed", "reviewed"]
    assert begun["proceedings"][0]["dueOn"] == "2026-12-04"  # ten working days after 20 November
    assert "第六条" in begun["proceedings"][0]["dueBasis"]
    assert clerk.codes(STEP, ids=[first], step="reviewed", outcome="agreed") == ["usage.bad_value"]  # not its role
    page = head.ask(LIST, first=1)["proceedings"]
    rest = head.ask(LIST, first=1, after=page["pageInfo"]["endCursor"])["proceedings"]
    found = [edge["node"]["code"] for edge in (*page["edges"], *rest["edges"])]
    assert (found, page["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == ([A, B], True, False)
    head.ask(STEP, ids=[first, second], step="reviewed", outcome="agreed")
    done = leader.ask(STEP, ids=[first], step="decided", outcome="agreed")["takeStep"]["proceedings"][0]
    assert (done["numbers"], done["nextRole"]) == (["庆市监异列〔2026〕1号"], "publisher")
    assert [step["step"] for step in done["steps"]] == ["proposed", "reviewed", "decided"]
    assert len({step["actor"] for step in done["steps"]}) == 3
    receipt = [{"name": "receipt", "value": "G-1"}, {"name": "published_on", "value": "2026-11-23"}]
    shown = clients("publisher").ask(STEP, ids=[first], step="published", said=receipt)["takeStep"]["proceedings"][0]
    assert (shown["state"], shown["open"], shown["nextStep"]) == ("complete", False, None)
    stopped = clerk.ask(
        'mutation ($ids: [String!]!) { stopProceedings(ids: $ids, why: "已注销") { batch } }', ids=[second]
    )
    assert stopped["stopProceedings"]["batch"] > 0
    assert head.ask(LIST)["proceedings"]["edges"] == []
    assert len(head.ask(LIST, ended=True)["proceedings"]["edges"]) == 2


def test_who_may_see_and_who_may_act(clients: Callable[[str], Api]) -> None:
    """Every role: who sees proceedings, and who may begin them at all (the first step itself is the case officer's)."""
    work = {"case_officer", "reviewer", "legal", "approver", "publisher"}
    sees = work | {"analyst", "inspector", "auditor"}
    for role in roles_file().on(TODAY):
        api = clients(role)
        told = api.post(LIST).json()
        assert ("errors" not in told) == (role in sees), role
        code = api.codes(BEGIN, codes=[A], said=[])
        assert code == ["usage.bad_value" if role in work else "access.denied"], role
    assert clients("analyst").codes('{ proceeding(id: "YC2026-00009") { state } }') == ["usage.unknown_entity"]


def test_a_decision_over_the_api_grades_again_whom_it_touches(store: Store, clients: Callable[[str], Api]) -> None:
    batch = Batch(store)
    batch.say("AbnormalListing", B, "l1", valid_from=TODAY, listed_on=TODAY, reason="未按规定报送年度报告")
    seq = batch.commit()
    base = grade(store, Point(seq, TODAY, TODAY)).rid
    clerk, head, leader = (clients(role) for role in ("case_officer", "reviewer", "approver"))
    [begun] = clerk.ask(BEGIN, codes=[A], said=SAID)["beginProceedings"]["proceedings"]
    head.ask(STEP, ids=[begun["id"]], step="reviewed", outcome="agreed")
    current = current_run(store, state_name(DEFAULT_POLICY))
    assert current is not None
    assert current["rid"] == base  # what is only proposed changes no class
    leader.ask(STEP, ids=[begun["id"]], step="decided", outcome="agreed")
    now = current_run(store, state_name(DEFAULT_POLICY))
    assert now is not None
    assert (now["base"], now["seq"]) == (base, seq + 3)
    assert runfile.regraded(run_path(store, now["rid"])) == {A}
