"""Enterprises: current view, time, records, use and batch loading, asked over HTTP on both engines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from credit_graph.jobs.audit import entries, verify
from credit_graph.model.statement import Statement
from credit_graph.store import Store
from server.city import A, B, Batch, C, registration
from server.conftest import Api

ONE = """query ($code: String!, $asOf: AsOf) { enterprise(code: $code, asOf: $asOf) {
  code name formerNames state entityKind district address foundedOn
  registeredCapital { amount currency } legalRepresentative { name } } }"""
NAMES = """query ($code: String!, $asOf: AsOf) { enterprise(code: $code, asOf: $asOf) { name formerNames } }"""
RECORDS = """query ($code: String!, $kinds: [RecordKind!], $ended: Boolean! = false, $first: Int, $after: String,
    $asOf: AsOf) {
  enterprise(code: $code, asOf: $asOf) {
    records(kinds: $kinds, ended: $ended, first: $first, after: $after) {
      edges { cursor node { kind source validFrom validTo knownFrom inUse grading: inUse(channel: GRADING)
        ... on AbnormalListing { reason } ... on Case { documentNumber fine } } }
      pageInfo { hasNextPage hasPreviousPage endCursor } } } }"""


def test_the_current_view_is_exact(store: Store, api: Api) -> None:
    batch = Batch(store)
    registration(batch, A, "庆阳天工建材有限公司")
    batch.commit()
    assert api.ask(ONE, code=A.lower()) == {
        "enterprise": {
            "code": A,
            "name": "庆阳天工建材有限公司",
            "formerNames": [],
            "state": "存续",
            "entityKind": "企业",
            "district": "621002",
            "address": "庆阳市西峰区南大街1号",
            "foundedOn": "2015-03-01",
            "registeredCapital": {"amount": "1000000.00", "currency": "人民币"},
            "legalRepresentative": {"name": "王小明"},
        }
    }


def renamed(store: Store) -> int:
    """A firm renamed on 2020-06-01, known since the second of two batches; the seq of the first is returned."""
    first = Batch(store)
    old = registration(first, A, "庆阳旧名有限公司")
    one = first.commit()
    second = Batch(store)
    second.close(old)
    day = date(2020, 6, 1)
    registration(second, A, "庆阳旧名有限公司", n=1, valid_to=day)
    registration(second, A, "庆阳新名有限公司", n=2, valid_from=day)
    second.commit()
    return one


def named(api: Api, **as_of: str) -> tuple[str, list[str]]:
    found = api.ask(NAMES, code=A, asOf=as_of or None)["enterprise"]
    return found["name"], found["formerNames"]


def test_both_axes_of_time(store: Store, api: Api) -> None:
    one = renamed(store)
    old, new = "庆阳旧名有限公司", "庆阳新名有限公司"
    assert named(api) == (new, [old])
    assert named(api, valid="2020-06-01") == (new, [old])
    assert named(api, valid="2020-05-31") == (old, [])
    assert named(api, known=str(one)) == (old, [])
    assert named(api, known="2026-11-23") == (new, [old])
    assert named(api, valid="2021-01-01", known=str(one)) == (old, [])


@pytest.mark.parametrize(
    ("code", "as_of", "error"),
    [
        (B, None, "usage.unknown_entity"),
        ("", None, "usage.unknown_entity"),
        ("'; MATCH (n) DETACH DELETE n //", None, "usage.unknown_entity"),
        (A, {"known": "0"}, "usage.before_data"),
        (A, {"known": "2020-01-01"}, "usage.before_data"),
        (A, {"known": "gestern"}, "usage.bad_value"),
        (A, {"known": "２"}, "usage.bad_value"),  # no ASCII digit
        (A, {"known": "2"}, "usage.known_beyond"),  # as the command line says it
        (A, {"known": "9" * 5000}, "usage.known_beyond"),
    ],
)
def test_what_can_not_be_answered_says_why(
    store: Store, api: Api, code: str, as_of: dict[str, str] | None, error: str
) -> None:
    batch = Batch(store)
    registration(batch, A, "庆阳天工建材有限公司")
    batch.commit()
    answer = api.post(NAMES, code=code, asOf=as_of).json()
    assert (answer["data"], [e["extensions"]["code"] for e in answer["errors"]]) == ({"enterprise": None}, [error])


def test_numbers_find_a_firm_unless_several_share_them(store: Store, api: Api) -> None:
    batch = Batch(store)
    registration(batch, A, "庆阳天工建材有限公司", registration_number="621000000000017")
    registration(batch, B, "庆阳控股有限公司", registration_number="621000000000025")
    registration(batch, "reg:621000000000033", "庆阳老厂", credit_code=None)
    batch.commit()
    query = "query ($code: String!) { enterprise(code: $code) { name } }"
    found = {
        A: "庆阳天工建材有限公司",
        " 621000000000017 ": "庆阳天工建材有限公司",
        A[8:17]: "庆阳天工建材有限公司",
        B[8:17].lower(): "庆阳控股有限公司",
        "621000000000033": "庆阳老厂",
    }
    assert {code: api.ask(query, code=code)["enterprise"]["name"] for code in found} == found
    batch = Batch(store)
    registration(batch, C, "庆城县丙商店", registration_number="621000000000025")
    batch.commit()
    assert api.codes(query, code="621000000000025") == ["usage.several"]


def test_an_empty_graph_says_so(store: Store, api: Api) -> None:
    assert api.codes(NAMES, code=A) == ["state.no_data"]


def test_an_uncommitted_batch_is_not_seen(store: Store, api: Api) -> None:
    renamed(store)
    store.write("load/batch", bid="open", props={"seq": 3, "source": "registration", "state": "writing"})
    registration(later := Batch(store), A, "庆阳未提交有限公司", n=3, valid_from=date(2026, 1, 1))
    from credit_graph.jobs.writing import write_statements

    write_statements(store, later.opened)
    assert named(api) == ("庆阳新名有限公司", ["庆阳旧名有限公司"])
    assert api.ask("{ meta { seq today } }") == {"meta": {"seq": 2, "today": "2026-11-23"}}


def listing(batch: Batch, eid: str = A, **values: Any) -> Statement:
    """Listed 2022-03-01, removed 2023-03-01 after repair."""
    content = {"source": "abnormal_listing", "reason": "未按规定公示年度报告", "listed_on": date(2022, 3, 1)}
    days = {"valid_from": date(2022, 3, 1), "valid_to": date(2023, 3, 1)}
    return batch.say("AbnormalListing", eid, f"{eid}|2022", **{**content, **days, **values})


def shown(api: Api, **variables: Any) -> list[tuple[str, bool, bool]]:
    """(reason, in use on the caller's channel, in use for grading) of the abnormal listings that are shown."""
    kinds = ["AbnormalListing"]
    found = api.ask(RECORDS, code=A, kinds=kinds, **variables)["enterprise"]["records"]["edges"]
    return [(edge["node"]["reason"], edge["node"]["inUse"], edge["node"]["grading"]) for edge in found]


def test_a_repaired_listing_as_the_architecture_works_it(store: Store, api: Api) -> None:
    batch = Batch(store)
    registration(batch, A, "庆阳天工建材有限公司")
    record = listing(batch)
    batch.hold(record, "public,departments,grading", valid_from=date(2023, 3, 1))
    batch.commit()
    reason = "未按规定公示年度报告"
    assert shown(api) == []
    assert shown(api, ended=True) == [(reason, True, False)]
    assert shown(api, asOf={"valid": "2022-06-01"}) == [(reason, True, False)]
    assert shown(api, asOf={"valid": "2023-03-01"}) == []


def test_a_withdrawn_record_is_for_the_auditor_only_and_that_is_logged(
    store: Store, api_as: Callable[[str], Api]
) -> None:
    first = Batch(store)
    registration(first, A, "庆阳天工建材有限公司")
    record = listing(first, valid_to=date(9999, 12, 31))
    one = first.commit()
    second = Batch(store, source="bureau")
    second.hold(record, "public,departments,grading,internal", reason="withdrawn")
    second.commit()
    analyst, auditor = api_as("analyst"), api_as("auditor")
    past = {"valid": "2022-06-01", "known": str(one)}
    # use is judged today, so an earlier state of knowledge shows the record no more
    assert shown(analyst) == shown(analyst, asOf=past) == []
    assert list(entries(store.home)) == []
    assert shown(auditor) == shown(auditor, asOf=past) == [("未按规定公示年度报告", False, False)]
    lines = [(line["actor"], line["role"], line["action"], line["what"]) for line in entries(store.home)]
    assert lines == [("local", "auditor", "held_records_read", {"statements": [record.sid]})] * 2
    assert verify(store.home).sound


def test_a_hold_on_an_event_day_covers_that_statement_only(store: Store, api: Api) -> None:
    batch = Batch(store)
    registration(batch, A, "庆阳天工建材有限公司")
    record = listing(batch)
    listing(batch, n=1, valid_from=date(2024, 1, 1), valid_to=date(9999, 12, 31), reason="隐瞒真实情况")
    batch.hold(record, "internal", event_day=date(2022, 3, 1))
    batch.commit()
    assert shown(api, ended=True) == [("隐瞒真实情况", True, True)]


def test_a_held_registration_names_nobody(store: Store, api_as: Callable[[str], Api]) -> None:
    batch = Batch(store)
    record = registration(batch, A, "庆阳误录有限公司")
    batch.hold(record, "public,departments,grading,internal", reason="withdrawn")
    registration(batch, A, "庆阳正确有限公司", source="registration_gsxt")
    batch.commit()
    for role in ("analyst", "auditor"):
        assert named(api_as(role)) == ("庆阳正确有限公司", [])


def test_every_field_of_a_record_and_its_lineage(store: Store, api: Api) -> None:
    batch = Batch(store, source="penalty_published")
    registration(batch, A, "庆阳天工建材有限公司", source="registration")
    case: dict[str, Any] = {"document_number": "庆市监处〔2025〕1号", "fine": 1_234_567, "decided_on": date(2025, 5, 6)}
    made = batch.say("Case", A, "case-1", valid_from=date(2025, 5, 6), credit_code=A, person_name="李某", **case)
    seq = batch.commit()
    query = """query ($code: String!) { enterprise(code: $code) { records(kinds: [Case]) { edges { node {
      __typename statementId kind source validFrom validTo knownFrom knownTo inUse
      lineage { batch row file committedOn }
      ... on Case { documentNumber fine confiscated decidedOn creditCode personName } } } } } }"""
    node = api.ask(query, code=A)["enterprise"]["records"]["edges"][0]["node"]
    statement_id = node.pop("statementId")
    assert node == {
        "__typename": "Case",
        "kind": "Case",
        "source": "penalty_published",
        "validFrom": "2025-05-06",
        "validTo": None,
        "knownFrom": seq,
        "knownTo": None,
        "inUse": True,
        "lineage": {"batch": seq, "row": 3, "file": "penalty_published_1.csv", "committedOn": "2026-11-23"},
        "documentNumber": "庆市监处〔2025〕1号",
        "fine": "12345.67",
        "confiscated": None,
        "decidedOn": "2025-05-06",
        "creditCode": A,
        "personName": "李某",
    }
    again = "query ($id: ID!) { record(statementId: $id) { kind ... on Case { documentNumber } } }"
    assert api.ask(again, id=statement_id) == {"record": {"kind": "Case", "documentNumber": "庆市监处〔2025〕1号"}}
    assert made.sid not in statement_id


def paged(api: Api, first: int, between: Callable[[], object] = lambda: None) -> list[str]:
    """All listing days, page by page."""
    days: list[str] = []
    after = None
    while True:
        page = api.ask(RECORDS, code=A, ended=True, kinds=["AbnormalListing"], first=first, after=after)
        found = page["enterprise"]["records"]
        assert found["pageInfo"]["hasPreviousPage"] == (after is not None)
        days += [edge["node"]["validFrom"] for edge in found["edges"]]
        if not found["pageInfo"]["hasNextPage"]:
            return days
        after = found["pageInfo"]["endCursor"]
        between()


def test_pages_are_complete_and_stable_while_data_is_added(store: Store, api: Api) -> None:
    batch = Batch(store)
    registration(batch, A, "庆阳天工建材有限公司")
    start = date(2020, 1, 1)
    days = [start + timedelta(days=10 * (i // 2)) for i in range(11)]  # pairs share a day: the id decides
    for number, day in enumerate(days):
        batch.say("AbnormalListing", A, f"k{number}", valid_from=day, valid_to=day + timedelta(days=5))
    batch.commit()
    wanted = sorted((day.isoformat() for day in days), reverse=True)
    assert [paged(api, size) for size in (1, 3, 10, 11, 200)] == [wanted] * 5

    def add() -> None:
        more = Batch(store)
        key = f"new{more.seq}"
        more.say("AbnormalListing", A, key, valid_from=date(2021, 1, 1), valid_to=date(2021, 2, 1))
        more.commit(cache=False)

    assert paged(api, 3, add) == wanted


def test_one_statement_per_level_whatever_the_page_size(store: Store, api: Api) -> None:
    batch = Batch(store)
    for number in range(30):
        eid = f"reg:{100000000000000 + number}"
        registration(batch, eid, f"庆阳第{number}号有限公司", credit_code=None)
        listing(batch, eid)
    batch.commit()
    query = """query ($first: Int!) { enterprises(first: $first) { edges { node { name formerNames address
      records(ended: true, first: 5) { edges { node { validFrom lineage { file } } } } } } } }"""
    counts = []
    for size in (1, 30):
        before = {name: metric.count for name, metric in store.metrics.items()}
        found = api.ask(query, first=size)["enterprises"]["edges"]
        assert len(found) == size
        assert all(len(edge["node"]["records"]["edges"]) == 2 for edge in found)
        after = {name: metric.count - before.get(name, 0) for name, metric in store.metrics.items()}
        counts.append({name: count for name, count in after.items() if count})
    assert counts[0] == counts[1]
    assert counts[0] == {f"read/api_{name}": 1 for name in ("pin", "enterprises", "views", "records", "batches")}


def browse(api: Api, first: int, as_of: dict[str, str] | None = None, **filters: Any) -> list[str]:
    """Names of all enterprises that fit, page by page."""
    query = """query ($filter: EnterpriseFilter, $first: Int, $after: String, $asOf: AsOf) {
      enterprises(filter: $filter, first: $first, after: $after, asOf: $asOf) {
        edges { node { name } } pageInfo { hasNextPage endCursor } } }"""
    names: list[str] = []
    after = None
    while True:
        page = api.ask(query, filter=filters, first=first, after=after, asOf=as_of)["enterprises"]
        names += [edge["node"]["name"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return names
        after = page["pageInfo"]["endCursor"]


FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["庆阳甲有限公司", "庆阳乙有限公司", "庆城县丙商店"]),
    ({"nameContains": "庆阳"}, ["庆阳甲有限公司", "庆阳乙有限公司"]),
    ({"state": "注销"}, ["庆阳乙有限公司"]),
    ({"district": "6210"}, ["庆阳甲有限公司", "庆阳乙有限公司", "庆城县丙商店"]),
    ({"district": "621021"}, ["庆城县丙商店"]),
    ({"entityKind": "个体工商户"}, ["庆城县丙商店"]),
    ({"foundedFrom": "2016-01-01", "foundedTo": "2018-12-31"}, ["庆阳乙有限公司"]),
    ({"foundedFrom": "2018-12-31"}, ["庆阳乙有限公司", "庆城县丙商店"]),
    ({"state": "存续", "nameContains": "乙"}, []),
]


@pytest.mark.parametrize("cache", [True, False])
def test_filters_answer_the_same_from_cache_and_statements(store: Store, api: Api, cache: bool) -> None:
    batch = Batch(store)
    registration(batch, B, "庆阳甲有限公司")
    registration(batch, A, "庆阳乙有限公司", state="注销", founded_on=date(2018, 12, 31))
    registration(batch, C, "庆城县丙商店", district="621021", founded_on=date(2020, 1, 1), entity_type="个体工商户")
    batch.commit(cache=cache)
    store.metrics.clear()
    for filters, names in FILTERS:
        for size in (1, 2, 200):
            assert sorted(browse(api, size, **filters)) == sorted(names), (filters, size)
    assert ("read/api_enterprises" in store.metrics) == cache
    assert ("read/api_eids" in store.metrics) != cache
    assert sorted(browse(api, 2, {"valid": "2026-11-22"}, state="注销")) == ["庆阳乙有限公司"]
