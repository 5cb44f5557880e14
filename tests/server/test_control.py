"""Control, owners, groups, rings, neighbours and paths over the API, by role and channel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from credit_graph.jobs.batches import last_seq
from credit_graph.jobs.control_decisions import Party, decide
from credit_graph.jobs.decisions import Decision
from credit_graph.jobs.link import link
from credit_graph.model.time import Point
from credit_graph.server import charts
from credit_graph.store import Store
from facts import commit
from handmade import City, Said
from holdingcharts import code, say
from server.city import TODAY
from server.conftest import Api

A, B, C, D, E, F = (code(letter) for letter in "ABCDEF")
PARTY = "{ ... on Enterprise { code } ... on Person { id person: name } }"
STEP = f"basis rule share nearLine controller {PARTY} company {{ code }}"
CONTROL = f"""query ($code: String!) {{ enterprise(code: $code) {{ controller {{ status reason state ring {{ code }}
  chain {{ {STEP} addsUp {{ share holder {PARTY} records {{ kind }} }} }} ultimate {{ {STEP} }} }} }} }}"""
OWNERS = f"""query ($code: String!) {{ enterprise(code: $code) {{
  beneficialOwners {{ person {{ name }} criteria ownership votes
    paths {{ share steps {{ share holder {PARTY} company {{ code }} }} }} }}
  ownershipTree(depth: 2) {{ depth share holder {PARTY} company {{ code }} }}
  group {{ groupId layer cameFrom total members {{ role party {PARTY} records {{ kind }} }} }} }} }}"""
RINGS = """query ($first: Int, $after: String) { rings(first: $first, after: $after) {
  edges { node { kind closed members { outside company { code } heldInside { share } } } }
  pageInfo { hasNextPage endCursor } } }"""
LINKED = """query ($code: String!, $kinds: [LinkKind!], $hops: Int!) {
  linkedEnterprises(code: $code, kinds: $kinds, hops: $hops) { hops enterprise { code } } }"""
PATH = f"""query ($a: String!, $b: String!, $kinds: [LinkKind!], $count: Int!) {{
  path(from: $a, to: $b, kinds: $kinds, count: $count) {{ blocked paths {{ steps {{
    kind label start {PARTY} end {PARTY} records {{ kind }} }} }} }} }}"""


@pytest.fixture
def city(store: Store, api: Api, once: Callable[[Callable[[], City]], City]) -> City:
    """P controls C through A and B; C holds D; E and F hold each other."""

    def made() -> City:
        city = City(store)
        say(city, {"P>A": 60, "Q>A": 40, "P>B": 70, "A>C": 30, "B>C": 25, "Q>C": 45, "C>D": 51, "E>F": 60, "F>E": 60})
        for eid in (D, E):
            city.say("Office", eid, f"{eid}o", pid="k-R", person_name="王R", office="executive")
        seq = city.commit()
        link(store, Point(seq, TODAY, TODAY))
        return city

    return once(made)


@pytest.mark.reads
def test_control_with_the_votes_that_add_up(api: Api, city: City) -> None:
    found = api.ask(CONTROL, code=D)["enterprise"]["controller"]
    assert (found["status"], found["reason"], found["state"], found["ring"]) == ("controlled", None, False, [])
    near, far = found["chain"]
    told = {"kind": "Contribution"}
    assert near == {
        "basis": "direct", "rule": None, "share": "51.0000", "nearLine": False,
        "controller": {"code": C}, "company": {"code": D},
        "addsUp": [{"share": "51.0000", "holder": {"code": C}, "records": [told]}],
    }  # fmt: skip
    assert (far["basis"], far["share"], far["controller"]["person"]) == ("jointly", "55.0000", "王P")
    assert [(row["holder"], row["share"]) for row in far["addsUp"]] == [
        ({"code": A}, "30.0000"),
        ({"code": B}, "25.0000"),
    ]
    assert found["ultimate"]["controller"] == far["controller"]
    assert "k-P" not in str(found)
    ring = api.ask(CONTROL, code=E)["enterprise"]["controller"]
    assert (ring["status"], ring["ring"], ring["chain"], ring["ultimate"]) == (
        "ring",
        [{"code": E}, {"code": F}],
        [],
        None,
    )


@pytest.mark.reads
def test_owners_tree_and_group(store: Store, api: Api, city: City) -> None:
    found = api.ask(OWNERS, code=C)["enterprise"]
    owners = [
        (row["person"]["name"], row["criteria"], row["ownership"], row["votes"]) for row in found["beneficialOwners"]
    ]
    assert owners == [
        ("王Q", ["equity", "votes"], "57.0000", "45.0000"),
        ("王P", ["equity", "votes", "control"], "35.5000", "55.0000"),
    ]
    path = found["beneficialOwners"][1]["paths"][0]
    assert (path["share"], [step["company"]["code"] for step in path["steps"]]) == ("18.0000", [A, C])
    tree = [
        (row["depth"], row["holder"].get("code") or row["holder"]["person"], row["company"]["code"])
        for row in found["ownershipTree"]
    ]
    assert tree == [(1, "王Q", C), (1, A, C), (2, "王P", A), (2, "王Q", A), (1, B, C), (2, "王P", B)]
    (group,) = found["group"]
    assert (group["layer"], group["cameFrom"], group["total"], len(group["groupId"])) == ("control", [], 5, 32)
    assert [(row["role"], row["party"].get("code")) for row in group["members"]] == [
        ("head", None), ("member", A), ("member", B), ("member", C), ("member", D),
    ]  # fmt: skip
    assert [len(row["records"]) for row in group["members"]] == [4, 1, 1, 2, 1]


@pytest.mark.reads
def test_rings_by_pages(api: Api, city: City) -> None:
    page = api.ask(RINGS, first=1)["rings"]
    assert [edge["node"] for edge in page["edges"]] == [
        {
            "kind": "cross",
            "closed": False,
            "members": [
                {"outside": "40.0000", "company": {"code": E}, "heldInside": [{"share": "60.0000"}]},
                {"outside": "40.0000", "company": {"code": F}, "heldInside": [{"share": "60.0000"}]},
            ],
        }
    ]
    assert page["pageInfo"]["hasNextPage"] is False
    assert api.ask(RINGS, first=1, after=page["pageInfo"]["endCursor"])["rings"]["edges"] == []


@pytest.mark.reads
def test_neighbours_and_paths(api: Api, city: City) -> None:
    near = api.ask(LINKED, code=C, hops=1, kinds=["holds"])["linkedEnterprises"]
    assert [(row["hops"], row["enterprise"]["code"]) for row in near] == [(1, A), (1, B), (1, D)]
    wide = api.ask(LINKED, code=D, hops=3, kinds=["holds", "office"])["linkedEnterprises"]
    assert {(row["hops"], row["enterprise"]["code"]) for row in wide} == {(1, C), (2, A), (2, B), (2, E), (3, F)}
    found = api.ask(PATH, a=A, b=B, count=3)["path"]
    assert found["blocked"] is False
    kinds = [[step["kind"] for step in walk["steps"]] for walk in found["paths"]]
    assert kinds[:2] == [["holds", "holds"], ["holds", "holds"]]
    first = found["paths"][0]["steps"][0]
    assert (first["start"], first["label"], first["records"]) == ({"code": A}, "30.00%", [{"kind": "Contribution"}])
    assert api.ask(PATH, a=A, b=E, kinds=["holds"], count=1)["path"] == {"blocked": False, "paths": []}
    assert api.codes(PATH, a=A, b="91330200NOBODYHERE", count=1) == ["usage.unknown_entity"]


@pytest.mark.reads
def test_persons_and_records_take_their_own_rights(api_as: Callable[[str], Api], city: City) -> None:
    planner = api_as("planner")  # links without persons and records
    answer = planner.post(CONTROL, code=D).json()
    far = answer["data"]["enterprise"]["controller"]["chain"][1]
    assert far["controller"]["person"] is None
    assert far["addsUp"][0]["records"] is None
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"access.denied"}


def test_what_was_decided_of_control_is_marked(store: Store, api: Api, city: City) -> None:
    both = [Party("k-R", is_person=True), Party("k-Q", is_person=True)]
    by = Decision("张一", "reviewer", "一致行动协议")
    decide(store, "concert", [Party(A, is_person=False), both[1]], C, by)
    decide(store, "appointment", both[:1], E, by)
    link(store, Point(last_seq(store), TODAY, TODAY))
    query = CONTROL.replace("basis rule", f"parties {PARTY} basis rule").replace("addsUp {", "addsUp { concert")
    found = api.ask(query, code=C)["enterprise"]["controller"]["chain"][0]
    assert (found["basis"], found["share"], found["controller"], found["parties"][1]["person"]) == (
        "concert", "75.0000", {"code": A}, "王Q",
    )  # fmt: skip
    assert [(row["concert"], row["share"]) for row in found["addsUp"]] == [(True, "45.0000"), (True, "30.0000")]
    ruled = api.ask(query, code=E)["enterprise"]["controller"]["ultimate"]
    assert (ruled["basis"], ruled["rule"], ruled["controller"]["person"], ruled["parties"]) == (
        "ruled", "appointment", "王R", [],
    )  # fmt: skip
    owners = api.ask(OWNERS, code=C)["enterprise"]["beneficialOwners"]
    assert {row["person"]["name"]: row["criteria"] for row in owners} == {
        "王Q": ["equity", "votes", "joint_control"], "王P": ["equity", "votes", "joint_control"],
    }  # fmt: skip
    assert "k-" not in str(found)


def test_without_links_nothing_and_without_a_run_what_to_do(
    store: Store, api_as: Callable[[str], Api], api: Api
) -> None:
    city = City(store)
    say(city, {"P>A": 100})
    city.commit()
    assert api.codes(CONTROL, code=A) == ["state.no_run"]
    assert api.codes(RINGS) == ["state.no_run"]
    assert api_as("public").codes(RINGS) == ["access.denied"]


def test_a_record_under_a_hold_supports_nothing_on_its_channel(store: Store, api: Api, city: City) -> None:
    assert api.ask(CONTROL, code=D)["enterprise"]["controller"]["status"] == "controlled"
    held: dict[str, Any] = {"held_source": "contribution", "held_key": "C>D", "reason": "repaired"}
    city.say("Hold", D, "contribution|C>D", source="bureau", channels="internal", **held)
    seq = city.commit()
    found = api.ask(CONTROL, code=D)["enterprise"]["controller"]
    assert (found["status"], found["reason"], found["chain"]) == ("not_held", "no_holders", [])
    assert [kept.projection.hold_seq for kept in charts._charts[store].values()] == [seq]  # the older one is gone


def test_a_graph_filled_again_is_not_answered_from_the_old_one(store: Store, api: Api, city: City) -> None:
    assert api.ask(CONTROL, code=D)["enterprise"]["controller"]["status"] == "controlled"
    store.clear()
    again = Said()
    say(again, {"Q>D": 100})
    commit(store, 1, again.statements)
    link(store, Point(1, TODAY, TODAY))
    chain = api.ask(CONTROL, code=D)["enterprise"]["controller"]["chain"]
    assert [step["controller"]["person"] for step in chain] == ["王Q"]
