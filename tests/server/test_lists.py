"""List entries over the API equal those of a release of the same point; the public does not see them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from credit_graph.model.statement import Statement
from credit_graph.model.time import Point
from credit_graph.store import Store
from releases import build, entries_of
from server.city import TODAY, A, B, Batch, C, D, registration
from server.conftest import Api

ENTRIES = """query ($first: Int, $after: String, $asOf: AsOf) {
  listEntries(list: "serious_violation", first: $first, after: $after, asOf: $asOf) {
    edges { node { name code ground basis lastDay notice fields { field title value } } }
    pageInfo { hasNextPage endCursor } } }"""


def serious(batch: Batch, eid: str, name: str, **values: Any) -> Statement:
    """A listing that qualifies."""
    registration(batch, eid, name, source="registration")
    content = {
        "name": name,
        "credit_code": eid,
        "listing_id": f"id-{eid}",
        "listed_on": date(2025, 6, 1),
        "reason": "提交虚假材料或者采取其他欺诈手段隐瞒重要事实取得登记",
        "listed_by": "庆阳市市场监督管理局",
        "valid_from": date(2025, 6, 1),
    }
    return batch.say("SeriousListing", eid, f"{eid}|1", source="serious_violation_listing", **{**content, **values})


def fill(store: Store) -> list[Statement]:
    batch = Batch(store)
    made = [
        serious(batch, B, "庆阳乙有限公司"),
        serious(batch, A, "庆阳甲有限公司"),
        serious(batch, C, "庆城县丙商店", reason="通过登记的住所无法联系"),
        serious(batch, D, "镇原县丁合作社", removed_on=date(2026, 1, 1), valid_to=date(2026, 1, 1)),
    ]
    batch.commit()
    return made


def entries(api: Api, first: int = 20, **as_of: str) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = []
    after = None
    while True:
        page = api.ask(ENTRIES, first=first, after=after, asOf=as_of or None)["listEntries"]
        nodes += [edge["node"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return nodes
        after = page["pageInfo"]["endCursor"]


def released(store: Store, out: Path, day: date = TODAY) -> list[dict[str, str | None]]:
    """The entries of a release built in the same graph."""
    build(store, "serious_violation", Point(store.read("read/last_seq")[0]["seq"], day, TODAY), out)
    return sorted(entries_of(out), key=lambda entry: (entry["credit_code"] or "", entry["sid"] or ""))


def test_entries_equal_a_release(store: Store, api_as: Callable[[str], Api], tmp_path: Path) -> None:
    fill(store)
    department = api_as("department")
    expected = released(store, tmp_path / "out")
    assert [entry["credit_code"] for entry in expected] == sorted([A, B])
    for size in (1, 2, 20):
        found = entries(department, size)
        assert [node["code"] for node in found] == [entry["credit_code"] for entry in expected]
        for node, entry in zip(found, expected, strict=True):
            assert node["name"] == entry["name"]
            assert (node["ground"], node["basis"]) == (entry["ground"], entry["basis"])
            assert node["lastDay"] == entry["last_day"]
            assert node["notice"] == "测试数据，不得公开"
            assert {f["field"]: f["value"] for f in node["fields"]} == {
                name: entry[name] for name in [f["field"] for f in node["fields"]]
            }


def test_the_public_sees_what_was_published_alone(store: Store, api_as: Callable[[str], Api]) -> None:
    fill(store)
    public = api_as("public")
    assert public.codes(ENTRIES) == ["access.denied"]
    assert public.codes('{ listings(list: "serious_violation") { edges { node { code } } } }') == ["access.denied"]


def test_every_record_and_what_it_is_judged_to_be(store: Store, api_as: Callable[[str], Api]) -> None:
    made = fill(store)
    batch = Batch(store, source="bureau")
    batch.hold(made[0], "public", reason="repaired", valid_from=date(2026, 11, 1))
    batch.commit()
    query = """query ($status: ListingStatus, $after: String) {
      listings(list: "serious_violation", status: $status, first: 1, after: $after) {
      edges { node { status code reasons } } pageInfo { hasNextPage endCursor } } }"""

    def judged(role: str, status: str | None) -> list[tuple[str, str | None, tuple[str, ...]]]:
        nodes, after = [], None
        while True:
            page = api_as(role).ask(query, status=status, after=after)["listings"]
            nodes += [edge["node"] for edge in page["edges"]]
            if not page["pageInfo"]["hasNextPage"]:
                return [(node["status"], node["code"], tuple(node["reasons"])) for node in nodes]
            after = page["pageInfo"]["endCursor"]

    entry, refused = ("ENTRY", A, ()), ("REFUSED", C, ("not_a_ground",))
    held, removed = ("HELD", None, ("repaired",)), ("REMOVED", None, ())
    assert sorted(judged("analyst", None), key=str) == sorted([entry, refused, held, removed], key=str)
    assert judged("analyst", "REFUSED") == [refused]
    assert judged("department", "ENTRY") == [entry]
    assert api_as("department").codes(query, status="REFUSED") == ["access.denied"]


def test_a_past_day_and_a_hold_placed_since(store: Store, api: Api, tmp_path: Path) -> None:
    made = fill(store)
    past = released(store, tmp_path / "past", date(2025, 12, 31))
    assert [entry["credit_code"] for entry in past] == sorted([A, B, D])
    assert [node["code"] for node in entries(api, valid="2025-12-31")] == sorted([A, B, D])
    batch = Batch(store, source="bureau")
    batch.hold(made[0], "public", valid_from=date(2026, 11, 1))
    batch.commit()
    assert [node["code"] for node in entries(api)] == [A]
    assert [node["code"] for node in entries(api, valid="2025-12-31", known="1")] == sorted([A, D])


def test_entries_of_one_enterprise_and_an_unknown_list(store: Store, api: Api) -> None:
    fill(store)
    query = """query ($code: String!, $list: String!) { enterprise(code: $code) { listEntries(list: $list) {
      edges { node { code statementId } } } } }"""
    edges = api.ask(query, code=A, list="serious_violation")["enterprise"]["listEntries"]["edges"]
    assert [edge["node"]["code"] for edge in edges] == [A]
    again = "query ($id: ID!) { record(statementId: $id) { kind } }"
    assert api.ask(again, id=edges[0]["node"]["statementId"]) == {"record": {"kind": "SeriousListing"}}
    assert api.ask(query, code=C, list="serious_violation")["enterprise"]["listEntries"]["edges"] == []
    assert api.codes(query, code=A, list="../grading/general") == ["usage.bad_value"]
