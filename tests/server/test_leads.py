"""Reborn firms and case series: what the link run writes, and what the API shows of it."""

from __future__ import annotations

from typing import Any

import pytest

from credit_graph.jobs.link import link
from credit_graph.model.time import Point
from credit_graph.store import Store
from facts import D
from handmade import City
from server.city import TODAY
from server.conftest import Api

OLD, NEW, KIN, OTHER = (f"91330200{letter * 10}" for letter in "ABCD")
FOOD: dict[str, Any] = {"industry_code": "5229"}
NOTICE = "线索，不作为列入名单或公示的依据"

REBORN = """query ($code: String!) { enterprise(code: $code) { rebornCandidates {
  old { name } new { name } status reason score rank endedBy endedOn days sameIndustry nameLikeness notice
  evidence { text records { statementId kind } } } } }"""
SERIES = """query ($code: String, $first: Int, $after: String) { caseSeries(code: $code, first: $first, after: $after) {
  edges { node { unitKind markKind mark first last cases notice
    unit { __typename ... on Person { name } ... on Enterprise { firm: name } }
    units { ... on Person { name } }
    parties { party { ... on Enterprise { firm: name } } records { kind } } } }
  pageInfo { hasNextPage endCursor } } }"""


def planted(city: City) -> None:
    """An old firm and a new one of one person with one phone; cases of both, and of two others of concert parties."""
    city.firm(OLD, "宁波华远食品有限公司", state="吊销", approved_on=D("2024-03-01"), phone="13800000001", **FOOD)
    city.firm(NEW, "宁波新华远食品有限公司", founded_on=D("2024-05-20"), phone="13800000001", **FOOD)
    for firm, letter in ((KIN, "丙"), (OTHER, "丁")):
        city.firm(firm, f"宁波{letter}有限公司", registered_capital=100)
        for pid, name, part in (("k2", "李测试", 30), ("k3", "赵测试", 30), ("k4", "孙测试", 40)):
            city.say("Contribution", firm, f"{firm}{pid}", pid=pid, holder_name=name, subscribed=part)
    for pid in ("k2", "k3"):
        party: dict[str, Any] = {"decision": "concert", "agreement": "1", "party_person": pid}
        city.say("ControlDecision", None, f"1|{pid}", source="bureau", **party)
    for firm, pid, name in (
        (OLD, "k1", "王测试"),
        (NEW, "k1", "王测试"),
        (KIN, "k2", "李测试"),
        (OTHER, "k2", "李测试"),
    ):
        city.say("Office", firm, f"o{firm}", pid=pid, person_name=name, office="legal_representative")
    for number, (firm, day, violation) in enumerate(
        ((OLD, "2023-01-01", "食品"), (NEW, "2024-06-01", "食品"), (OLD, "2024-02-01", "食品"),
         (KIN, "2024-01-01", "广告"), (OTHER, "2024-02-01", "广告"))
    ):  # fmt: skip
        content: dict[str, Any] = {
            "decided_on": D(day),
            "violation": violation,
            "document_number": f"甬罚〔2024〕{number}号",
        }
        city.say("Case", firm, str(number), start=D(day), **content)


def test_leads_of_a_link_run(store: Store, api: Api) -> None:
    city = City(store)
    planted(city)
    refused = api.post(SERIES).json()
    assert refused["errors"][0]["extensions"] == {"code": "state.no_data"}
    point = Point(city.commit(), TODAY, TODAY)
    assert api.codes(REBORN, code=OLD) == ["state.no_run"]
    counts = link(store, point).counts
    assert (counts["reborn"], counts["series"]) == (1, 2)
    _reborn(api)
    _series(api)
    assert link(store, point).unchanged


def _reborn(api: Api) -> None:
    (row,) = api.ask(REBORN, code=OLD)["enterprise"]["rebornCandidates"]
    evidence = row.pop("evidence")
    assert row == {
        "old": {"name": "宁波华远食品有限公司"},
        "new": {"name": "宁波新华远食品有限公司"},
        "status": "reborn",
        "reason": None,
        # person 5, phone 3, trade 1, end 4, 3 times 4 of 7 bigrams, 1 - 80/730 for the days
        "score": pytest.approx(5 + 3 + 1 + 4 + 3 * 4 / 7 + 1 - 80 / 730, abs=1e-4),
        "rank": 1,
        "endedBy": "revoked",
        "endedOn": "2024-03-01",
        "days": 80,
        "sameIndustry": True,
        "nameLikeness": pytest.approx(4 / 7),
        "notice": NOTICE,
    }
    assert [(line["text"], [record["kind"] for record in line["records"]]) for line in evidence] == [
        ("“宁波新华远食品有限公司”在“宁波华远食品有限公司”被吊销或撤销后80日成立。", ["Registration"]),
        ("同一人曾是原企业的法定代表人，现为新企业的法定代表人。", ["Office", "Office"]),
        ("两企业联系电话相同。", ["Registration", "Registration"]),
        ("两企业登记的行业相同。", []),
        ("去除行政区划和组织形式后，两企业名称的相似度为57%。", []),
    ]
    assert [item["rank"] for item in api.ask(REBORN, code=NEW)["enterprise"]["rebornCandidates"]] == [1]
    assert api.ask(REBORN, code=KIN)["enterprise"]["rebornCandidates"] == []


def _series(api: Api) -> None:
    page = api.ask(SERIES, first=1)["caseSeries"]
    assert page["pageInfo"]["hasNextPage"] is True
    assert page["edges"][0]["node"] == {
        "unitKind": "person",
        "unit": {"__typename": "Person", "name": "王测试"},
        "units": [{"name": "王测试"}],
        "markKind": "violation",
        "mark": "食品",
        "first": "2023-01-01",
        "last": "2024-06-01",
        "cases": 3,
        "notice": NOTICE,
        "parties": [
            {"party": {"firm": "宁波华远食品有限公司"}, "records": [{"kind": "Case"}, {"kind": "Case"}]},
            {"party": {"firm": "宁波新华远食品有限公司"}, "records": [{"kind": "Case"}]},
        ],
    }
    rest = api.ask(SERIES, first=1, after=page["pageInfo"]["endCursor"])["caseSeries"]
    assert [edge["node"]["mark"] for edge in rest["edges"]] == ["广告"]
    assert rest["pageInfo"]["hasNextPage"] is False
    of_one = api.ask(SERIES, code=OTHER)["caseSeries"]["edges"]
    (node,) = [edge["node"] for edge in of_one]
    assert (node["unitKind"], node["unit"]["name"]) == ("group", "李测试")
    assert node["units"] == [{"name": "李测试"}, {"name": "赵测试"}]  # who act in concert
    assert api.codes(SERIES, code="91330200ZZZZZZZZZZ") == ["usage.unknown_entity"]


def test_the_next_run_replaces_the_leads(store: Store, api: Api) -> None:
    city = City(store)
    planted(city)
    cases = [made for made in city.statements if made.kind in ("Case", "Office")]
    link(store, Point(city.commit(), TODAY, TODAY))
    for made in cases:
        city.close(made)
    city.say("Office", KIN, "more", pid="k3", person_name="赵测试", office="executive")
    counts = link(store, Point(city.commit(), TODAY, TODAY)).counts
    # the phone is left
    assert (counts["reborn"], counts["series"]) == (1, 0)
    assert api.ask(SERIES)["caseSeries"]["edges"] == []
    (row,) = api.ask(REBORN, code=OLD)["enterprise"]["rebornCandidates"]
    assert "联系电话" in row["evidence"][1]["text"]
    assert all("Series" not in row["labels"] for row in store.read("read/count_labels"))


def test_an_erasure_takes_the_leads_that_rest_on_what_is_erased(store: Store, api: Api) -> None:
    city = City(store)
    planted(city)
    office = next(made for made in city.statements if made.kind == "Office" and made.eid == NEW)
    case = next(made for made in city.statements if made.kind == "Case" and made.eid == OTHER)
    link(store, Point(city.commit(), TODAY, TODAY))
    store.write("write/erase_derived", [{"eid": NEW}, {"eid": OTHER}], sids=[office.sid, case.sid])
    assert api.ask(REBORN, code=OLD)["enterprise"]["rebornCandidates"] == []
    assert api.ask(SERIES, code=OTHER)["caseSeries"]["edges"] == []
    assert len(api.ask(SERIES)["caseSeries"]["edges"]) == 2


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_a_role_without_the_right_sees_none(store: Store, api_as: Any) -> None:
    city = City(store)
    planted(city)
    link(store, Point(city.commit(), TODAY, TODAY))
    assert api_as("department").codes(SERIES) == ["access.denied"]
    assert api_as("department").codes(REBORN, code=OLD) == ["access.denied"]
