"""Saved operations: described, called by name or hash, and answered alike on both engines."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable
from operator import itemgetter
from pathlib import Path
from typing import Any

import httpx
import pytest
from python_calamine import CalamineWorkbook

from credit_graph.errors import UsageError
from credit_graph.resources import root
from credit_graph.server import exports, guard, roles
from credit_graph.server.http import XLSX
from credit_graph.server.operations import find, operations, read_operation
from credit_graph.server.roles import roles_file
from credit_graph.store import Store
from server.city import A
from server.conftest import Api
from server.operationcity import fill
from server.statements import counted, fields_of_an_enterprise, levels

ANSWERS = Path(__file__).with_name("saved_answers.json")
# a list is judged as a whole, by as many statements as there are kinds of records that it may rest on
JUDGING = {
    "read/naming_records", "read/proceeding_receipts", "read/receipts", "read/release_holds", "read/release_records",
    "read/release_versions", "read/text_decisions",
}  # fmt: skip
ONE_BY_ONE = {"warning_steps": 1}  # the steps of a warning are read with its signals, for each warning by itself
SECRET = ("id", "statementId", "endCursor", "salt", "leaf", "root", "files")  # differ from installation to installation


@pytest.fixture
def city(
    store: Store,
    api_as: Callable[[str], Api],
    once: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The city of the answers."""
    once(lambda: fill(store, api_as, tmp_path, monkeypatch))


def call(api: Api, name: str, variables: dict[str, Any]) -> dict[str, Any]:
    """The data of an answer without errors."""
    answer = api.request("POST", "/graphql", json={"id": name, "variables": variables}).json()
    assert "errors" not in answer, (name, answer["errors"])
    data: dict[str, Any] = answer["data"]
    return data


def masked(found: Any) -> Any:
    """Without what is sealed or random."""
    if isinstance(found, list):
        return [masked(item) for item in found]
    if not isinstance(found, dict):
        return found
    return {name: "*" if name in SECRET and value else masked(value) for name, value in found.items()}


@pytest.mark.reads
def test_every_operation_answers_as_written_down(api: Api, city: None) -> None:
    # after a change of an operation or the schema: delete the file, run this on one engine, read what it wrote
    found: dict[str, Any] = {}
    holder = call(api, "holders", {"code": A})["enterprise"]["holders"]["edges"][-1]["node"]["holder"]
    for name, operation in operations().items():
        variables = {**operation.example, **({"id": holder["id"]} if name == "person" else {})}
        found[name] = masked(call(api, name, variables))
        assert all(value is not None for value in found[name].values()), name
    if not ANSWERS.exists():
        rows = [f"{json.dumps(n)}: {json.dumps(answer, ensure_ascii=False)}" for n, answer in found.items()]
        ANSWERS.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")
    assert found == json.loads(ANSWERS.read_text(encoding="utf-8"))


@pytest.mark.reads
def test_an_operation_takes_as_many_statements_as_it_has_levels(store: Store, api: Api, city: None) -> None:
    holder = call(api, "holders", {"code": A})["enterprise"]["holders"]["edges"][-1]["node"]["holder"]
    for name, operation in operations().items():
        variables = {**operation.example, **({"id": holder["id"]} if name == "person" else {})}
        sizes = ({"first": 1}, {"first": 50}) if "$first" in operation.text else ({},)
        call(api, name, variables)  # what is made once and kept is made here
        taken = []
        for size in sizes:
            with counted(store) as found:
                call(api, name, {**variables, **size})
            taken.append({statement: count for statement, count in found.items() if statement not in JUDGING})
        assert taken[0] == taken[-1], name
        # what a request is pinned to, another point in time, and the enterprise that a code names come before
        before = 2 + ("asOf" in operation.text) + ONE_BY_ONE.get(name, 0)
        assert sum(taken[0].values()) <= before + levels(operation.text), (name, taken[0])


@pytest.mark.reads
@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
@pytest.mark.parametrize("query", fields_of_an_enterprise(), ids=lambda query: query.split("node { ")[1].split()[0])
def test_a_page_takes_no_more_statements_than_one_enterprise(store: Store, api: Api, city: None, query: str) -> None:
    most: Counter[str] = Counter()
    after, size = None, 0
    while True:
        with counted(store) as found:
            edges = api.ask(query, first=1, after=after)["enterprises"]["edges"]
        if not edges:
            break
        most |= found
        after, size = edges[0]["cursor"], size + 1
    assert size > 4
    with counted(store) as found:
        api.ask(query, first=size)
    assert {name: count for name, count in found.items() if count > most[name]} == {}


@pytest.mark.reads
def test_by_name_by_hash_and_whole(api: Api, city: None) -> None:
    text = (root("api") / "operations" / "search.graphql").read_text(encoding="utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()
    expected = api.ask(text, text="天工")
    assert len(expected["search"]["edges"]) == 2
    hashed = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
    variables = {"text": "天工"}
    for said in ({"id": "search"}, {"documentId": "search"}, {"id": f"sha256:{digest}"}, {"extensions": hashed}):
        answer = api.request("POST", "/graphql", json={**said, "variables": variables})
        assert answer.json()["data"] == expected, said
        shown = {name: value if isinstance(value, str) else json.dumps(value) for name, value in said.items()}
        got = api.request("GET", "/graphql", params={**shown, "variables": json.dumps(variables)})
        assert got.json()["data"] == expected, said


WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"id": "emperor"}, 404, "usage.unknown_operation"),
    ({"id": "../schema"}, 404, "usage.unknown_operation"),
    ({"id": "sha256:" + "0" * 64}, 404, "usage.unknown_operation"),
    ({"extensions": {"persistedQuery": {"sha256Hash": 5}}}, 404, "usage.unknown_operation"),
    ({"id": 5}, 400, "usage.query"),
    ({"id": "search", "query": "{ __typename }"}, 400, "usage.query"),
    ({"id": "search", "variables": []}, 400, "usage.query"),
    ({"id": "search", "operationName": 5}, 400, "usage.query"),
    ({"id": "search", "extensions": "x"}, 400, "usage.query"),
    ({}, 400, "usage.query"),
]


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_a_wrong_call_is_a_client_error(api: Api) -> None:
    for said, status, code in WRONG:
        answer = api.request("POST", "/graphql", json=said)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (status, code), said


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_a_role_may_be_limited_to_saved_operations(
    api_as: Callable[[str], Api], monkeypatch: pytest.MonkeyPatch
) -> None:
    def limited(name: str) -> roles.Role:
        return roles.Role(name=name, **{**roles_file().rows[0].roles[name].model_dump(), "saved_only": True})

    monkeypatch.setattr(guard, "role", limited)
    api = api_as("public")
    text = find("lists").text
    for said in ({"id": "lists"}, {"query": text}):
        assert "errors" not in api.request("POST", "/graphql", json=said).json()
    for query in ("{ __typename }", text + " ", "{ lists { name } }"):
        answer = api.request("POST", "/graphql", json={"query": query})
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]) == (403, {"code": "access.saved_only"})
        assert "公众" in answer.text


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_a_client_learns_what_there_is(api_as: Callable[[str], Api]) -> None:
    rows = api_as("public").request("GET", "/operations").json()["operations"]
    assert [row["id"] for row in rows] == list(operations())
    (search,) = (row for row in rows if row["id"] == "search")
    assert search == {
        "id": "search",
        "title": "按现用名或曾用名检索企业",
        "sha256": find("search").sha256,
        "variables": [
            {"name": "text", "type": "String!", "default": None, "title": "名称中的词，以空格分开"},
            {"name": "first", "type": "Int", "default": "20", "title": "每页条数"},
            {"name": "after", "type": "String", "default": None, "title": "上一页的 endCursor"},
        ],
        "example": {"text": "天工"},
        "table": "search",
    }


def test_an_operation_that_is_not_described_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.graphql"
    for head in ("", "# 一 / one\n", "# 一 / one\n# table: search\n", "# 一\n# $text: 词 / words\n# table: search\n"):
        path.write_text(
            head + "query X($text: String!) { search(text: $text) { edges { cursor } } }\n", encoding="utf-8"
        )
        with pytest.raises(ValueError, match="not described"):
            read_operation(path)
    with pytest.raises(UsageError):
        find("x")


def test_the_page_of_operations_is_complete() -> None:
    text = (Path(__file__).parents[2] / "docs" / "operations-api.md").read_text(encoding="utf-8")
    rows = [line for line in text.split("\n") if line.startswith("| `")]
    assert rows == [table_row(name) for name in operations()]
    assert len(rows) >= 40


def table_row(name: str) -> str:
    """The row of an operation in docs/operations-api.md."""
    found = operations()[name]
    variables = ", ".join(f"`{v.name}: {v.type}`" + (f" = {v.default}" if v.default else "") for v in found.variables)
    example = f"`{json.dumps(dict(found.example), ensure_ascii=False)}`" if found.example else ""
    return f"| `{name}` | {found.zh}<br>{found.en} | {variables} | {example} | `{found.table}` |"


@pytest.mark.reads
def test_a_table_has_the_rows_of_all_pages(api: Api, city: None) -> None:
    whole = call(api, "search", {"text": "天工"})["search"]["edges"]
    body = {"id": "search", "variables": {"text": "天工", "first": 1}}
    answer = api.request("POST", "/graphql", json=body, headers={"Accept": "text/csv"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert answer.headers["content-disposition"] == 'attachment; filename="search.csv"'
    assert answer.headers["x-complete"] == "true"
    titles = ("统一社会信用代码 (code)", "名称 (name)", "曾用名 (formerNames)", "登记状态 (state)")
    rows = [
        [node["code"], node["name"], "、".join(node["formerNames"]), node["state"], node["district"]]
        for node in map(itemgetter("node"), whole)
    ]
    assert answer.content == _csv([[*titles, "住所所在行政区划 (district)"], *rows])
    assert len(rows) == 2
    # a list without `after`, in a link: the dossier's records, two at a time
    params = {"id": "dossier", "variables": json.dumps({"code": A, "first": 2}), "format": "xlsx"}
    book = api.request("GET", "/graphql", params=params)
    assert book.headers["content-type"] == XLSX
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book.content)).get_sheet_by_index(0)
    found = sheet.to_python()
    assert [row[found[0].index("记录种类 (kind)")] for row in found[1:]] == [
        edge["node"]["kind"]
        for edge in call(api, "dossier", {"code": A, "first": 50})["enterprise"]["records"]["edges"]
    ]
    assert found[2][found[0].index("资产总额 (assets)")] == 900_000.0
    assert {row[0] for row in found[1:]} == {A}


@pytest.mark.reads
def test_a_table_is_cut_at_the_limit_and_says_so(api: Api, city: None, monkeypatch: pytest.MonkeyPatch) -> None:
    few = roles.limits().model_copy(update={"table_rows": roles.Limit(value=1, reason="test")})
    monkeypatch.setattr(exports, "limits", lambda: few)
    params = {"id": "search", "variables": '{"text": "天工"}'}
    for kind in ("csv", "xlsx"):
        answer = api.request("GET", "/graphql", params={**params, "format": kind})
        assert answer.headers["content-disposition"] == f'attachment; filename="search-incomplete.{kind}"'
        assert answer.headers["x-complete"] == "false"
    found = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert (found[0][0], found[2][0], len(found)) == ("只有前 1 行，其余未导出。", A, 3)


@pytest.mark.reads
def test_what_is_no_table_is_an_error_in_json(api_as: Callable[[str], Api], city: None) -> None:
    headers = {"Accept": "text/csv"}

    def asked(role: str, **said: Any) -> tuple[int, str, str]:
        answer = api_as(role).request("POST", "/graphql", json=said, headers=headers)
        error = answer.json()["errors"][0]
        return answer.status_code, error["extensions"]["code"], answer.headers["content-type"]

    json_type = "application/json"
    assert asked("analyst", id="dossier", variables={"code": "X"}) == (400, "usage.unknown_entity", json_type)
    assert asked("department", id="search", variables={"text": "天工"}) == (403, "access.denied", json_type)
    assert asked("analyst", query="{ nothing }") == (400, "usage.query", json_type)
    assert asked("analyst", query="{") == (400, "usage.query", json_type)
    assert asked("analyst", query='mutation { stopProceedings(ids: [], why: "") { batch } }')[:2] == (
        400,
        "usage.query",
    )
    # a cell that the role may not see is marked, not empty
    body = {"id": "records", "variables": {"code": A, "kinds": ["Office"]}}
    answer = api_as("publisher").request("POST", "/graphql", json=body, headers=headers)
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert (rows[1][rows[0].index("姓名 (personName)")], "王小明" in answer.text) == ("（无权查看）", False)


def _csv(rows: list[list[str]]) -> bytes:
    return "".join(",".join(row) + "\r\n" for row in rows).encode("utf-8-sig")


@pytest.mark.reads
def test_an_answer_that_a_client_has_is_not_sent_again(store: Store, api_as: Callable[[str], Api], city: None) -> None:
    params = {"id": "search", "variables": '{"text": "天工"}'}

    def got(role: str, tag: str | None = None, **headers: str) -> httpx.Response:
        told = {**headers, **({"If-None-Match": tag} if tag else {})}
        return api_as(role).request("GET", "/graphql", params=params, headers=told)

    first = got("analyst")
    tag = first.headers["etag"]
    assert tag.startswith('W/"4-')
    assert (first.headers["cache-control"], first.headers["vary"]) == (
        "private, no-cache",
        "Accept, Accept-Language, Authorization",
    )
    store.metrics.clear()
    again = got("analyst", f'"other", {tag}')
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert set(store.metrics) == {"read/secret_check", "read/api_pin"}  # the start, and what the tag is made of
    others = [got("inspector"), got("analyst", **{"Accept-Language": "en"}), got("analyst", Accept="text/csv")]
    assert len({tag, *(answer.headers["etag"] for answer in others)}) == 4
    # readings that are noted one by one, what is not saved, what has errors, and what is posted: never from a cache
    assert "etag" not in got("auditor").headers
    params["variables"] = '{"text": "天工", "first": 0}'
    answer = got("analyst")
    assert "errors" in answer.json()
    assert ("etag" in answer.headers, answer.headers["cache-control"]) == (False, "no-store")
    params = {"query": "{ meta { seq } }"}
    assert "etag" not in got("analyst").headers
