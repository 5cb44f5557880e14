"""Published releases over the API: today's public editions, the same for every role, also before a takedown has run."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from credit_graph.jobs import publish, release_draft, signing_keys
from credit_graph.jobs.batches import last_seq
from credit_graph.jobs.release_store import ReleaseStore
from credit_graph.jobs.takedown import takedown
from credit_graph.lists.editions.approvals import Act, file_name, sign_off
from credit_graph.lists.editions.edition import Column, leaf
from credit_graph.lists.editions.keys import KeyHistory
from credit_graph.lists.editions.merkle import root
from credit_graph.lists.editions.signatures import Signer
from credit_graph.model.time import Point
from credit_graph.store import Store
from server.city import TODAY, A, B, Batch, C
from server.conftest import Api
from server.test_lists import serious

LIST = "serious_violation"
DEPARTMENT = "庆阳市市场监督管理局"
RELEASE = """query ($id: ID!, $first: Int, $after: String) { release(id: $id) {
  id listName period number publishedOn noticeNumber notice root size shownEntries files { name }
  entries(first: $first, after: $after) { edges { node { number name code ground basis lastDay salt leaf releaseId
    fields { field value } } } pageInfo { hasNextPage endCursor } }
  delta { edges { node { change number fields leaf formerLeaf entry { code } } } } } }"""
RECORD = "query ($code: String!) { publicRecord(code: $code) { code day entries { name releaseId } } }"


class Bureau:
    """Publishes quarters of the list."""

    def __init__(self, store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store, self.folder, self.monkeypatch = store, folder, monkeypatch
        self.key = Signer.new()
        signing_keys.new_bureau_key(store.home, "庆原市市场监督管理局", date(2026, 1, 1))
        signing_keys.add_department(store.home, self.key.public, DEPARTMENT, date(2026, 1, 1))

    def publish(self, period: str, day: str) -> None:
        self.monkeypatch.setenv("CREDIT_GRAPH_TODAY", day)
        on = date.fromisoformat(day)
        point = Point(last_seq(self.store), release_draft.valid_day(period, None), on)
        built = release_draft.build(self.store, LIST, period, point, self.folder / period, maker="王经办")
        act = Act(DEPARTMENT, "李负责人", on)
        approval = sign_off(built.draft, act, self.key, KeyHistory.read((built.out / "keys.jsonl").read_bytes()))
        (built.out / "approvals").mkdir()
        (built.out / "approvals" / file_name(DEPARTMENT)).write_bytes(approval)
        publish.publish(self.store, built.out, actor="周公示", role="publisher")
        self.monkeypatch.setenv("CREDIT_GRAPH_TODAY", TODAY.isoformat())


@pytest.fixture
def bureau(store: Store, api_as: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bureau:
    """Two quarters: A and B, then C too."""
    first = Batch(store)
    serious(first, A, "庆阳甲有限公司")
    made = serious(first, B, "庆阳乙有限公司")
    first.commit()
    bureau = Bureau(store, tmp_path, monkeypatch)
    bureau.publish("2026Q2", "2026-07-06")
    second = Batch(store)
    serious(second, C, "庆城县丙有限公司")
    second.commit()
    bureau.publish("2026Q3", "2026-10-09")
    assert takedown(store, actor="周公示", role="publisher")  # the view of today, as every day
    third = Batch(store, source="bureau")
    third.hold(made, "public,departments", reason="repaired", valid_from=date(2026, 11, 1))
    third.commit()
    return bureau


def test_what_was_published_less_what_went_since(bureau: Bureau, api_as: Callable[[str], Api]) -> None:
    public = api_as("public")
    found = public.ask(RELEASE, id=f"{LIST}/2026Q3")["release"]
    assert found == api_as("auditor").ask(RELEASE, id=f"{LIST}/2026Q3")["release"]
    nodes = [edge["node"] for edge in found["entries"]["edges"]]
    assert sorted((node["code"], node["number"]) for node in nodes) == sorted(
        (code, sorted([A, B, C]).index(code) + 1) for code in (A, C)
    )
    head = {name: found[name] for name in ("id", "listName", "period", "number", "publishedOn", "size", "shownEntries")}
    assert head == {
        "id": f"{LIST}/2026Q3",
        "listName": LIST,
        "period": "2026Q3",
        "number": 2,
        "publishedOn": "2026-10-09",
        "size": 3,
        "shownEntries": 2,
    }
    assert found["notice"] == "测试数据，不得公开"
    files = ReleaseStore(bureau.store.home).public(LIST, "2026Q3")
    assert {row["name"] for row in found["files"]} == files.keys() - {"index.json", "index.sig"}
    leaves = files["leaves.txt"].decode().split()
    assert root([bytes.fromhex(text) for text in leaves]).hex() == found["root"]
    for node in nodes:
        said = {row["field"]: row["value"] for row in node["fields"]} | {"salt": node["salt"]}
        computed = leaf(said, [Column(name, "", "") for name in said]).hex()
        assert computed == node["leaf"] == leaves[node["number"] - 1]
    changes = [edge["node"] for edge in found["delta"]["edges"]]
    assert [(line["change"], (line["entry"] or {}).get("code")) for line in changes] == [("added", C)]
    older = public.ask(RELEASE, id=f"{LIST}/2026Q2")["release"]
    gone = [line["node"] for line in older["delta"]["edges"] if line["node"]["entry"] is None]
    assert [(line["change"], line["leaf"] in leaves) for line in gone] == [("added", True)]
    assert "庆阳乙有限公司" not in str(older)


def test_lists_records_and_what_is_not_there(bureau: Bureau, api_as: Callable[[str], Api]) -> None:
    public = api_as("public")
    assert public.ask(RECORD, code=A.lower())["publicRecord"] == {
        "code": A,
        "day": TODAY.isoformat(),
        "entries": [{"name": "庆阳甲有限公司", "releaseId": f"{LIST}/2026Q3"}],
    }
    assert public.ask(RECORD, code=B)["publicRecord"]["entries"] == []
    rows = public.ask("{ lists { name state latest { id } } }")["lists"]
    assert {row["name"]: (row["state"], (row["latest"] or {}).get("id")) for row in rows if row["latest"]} == {
        LIST: ("own", f"{LIST}/2026Q3")
    }
    query = "query ($list: String!) { releases(list: $list) { id } }"
    assert [row["id"] for row in public.ask(query, list=LIST)["releases"]] == [f"{LIST}/2026Q3", f"{LIST}/2026Q2"]
    assert public.ask(query, list="red_list")["releases"] == []
    assert public.codes(query, list="../keys") == ["usage.unknown_release"]
    for wrong in ("serious_violation/2026Q4", "serious_violation", "../../secret.json", ""):
        assert public.codes(RELEASE, id=wrong) == ["usage.unknown_release"]
    first = public.ask(RELEASE, id=f"{LIST}/2026Q3", first=1)["release"]["entries"]
    assert first["pageInfo"]["hasNextPage"]
    rest = public.ask(RELEASE, id=f"{LIST}/2026Q3", first=1, after=first["pageInfo"]["endCursor"])["release"]["entries"]
    both = first["edges"] + rest["edges"]
    assert {edge["node"]["code"] for edge in both} == {A, C}
    assert not rest["pageInfo"]["hasNextPage"]


def test_an_etag_until_something_changes(bureau: Bureau, api_as: Callable[[str], Api]) -> None:
    public = api_as("public")

    def get(query: str, known: str | None = None) -> httpx.Response:
        headers = {"If-None-Match": known} if known else {}
        return public.request("GET", "/graphql", params={"query": query}, headers=headers)

    query = '{ release(id: "serious_violation/2026Q2") { shownEntries } }'
    answer = get(query)
    tag = answer.headers["etag"]
    assert tag.startswith(f'"{LIST}/2026Q2;{TODAY.isoformat()};')
    again = get(query, f'"other", {tag}')
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert "etag" not in get('{ meta { seq } release(id: "serious_violation/2026Q2") { number } }').headers
    assert public.request("POST", "/graphql", json={"query": query}, headers={"If-None-Match": tag}).status_code == 200
    takedown(bureau.store, actor="周公示", role="publisher")
    after = get(query, tag)
    assert (after.status_code, after.json()["data"]) == (200, {"release": {"shownEntries": 1}})
    assert after.headers["etag"] != tag
