"""Answers as tables: which list, which columns, what is in a cell; no text is a formula."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import pytest
from graphql import GraphQLError, OperationDefinitionNode, parse
from python_calamine import CalamineWorkbook
from strawberry.types import ExecutionResult

from credit_graph.server.exports import csv_bytes, gather, paged, xlsx_bytes
from credit_graph.server.http import CSV, JSON, RESPONSE_JSON, XLSX, Refused, wanted
from credit_graph.server.tables import Plan, Table, plan, tabled


def planned(query: str, table: str | None = None) -> Plan:
    document = parse(query)
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    return plan(document, operation, table)


def table(query: str, data: dict[str, Any], path: str | None = None) -> Table:
    found = planned(query, path)
    return tabled(found, found.rows(data))


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("{ search(text: \"x\") { edges { node { name } } } }", ("search",)),
        ("{ meta { seq } enterprise(code: \"x\") { records { edges { node { kind } } } } }", ("enterprise", "records")),
        ("{ enterprise(code: \"x\") { formerNames group { members { role } } } }", ("enterprise", "group")),
        ("{ node(id: \"x\") { ...F } } fragment F on Person { holdings { edges { cursor } } }", ("node", "holdings")),
        ("{ meta { seq } lists { name } }", ("lists",)),
        ("{ meta { seq } }", ("meta",)),
        ("{ nothing }", ()),
    ],
)  # fmt: skip
def test_the_list_of_an_operation_is_found(query: str, path: tuple[str, ...]) -> None:
    assert planned(query).path == path


def test_cells() -> None:
    query = """{ enterprise(code: "x") { id code formerNames group { groupId members { role
      party { ... on Enterprise { code creditRiskLevel { level } } ... on Person { person: name } } } } } }"""
    members = [
        {"role": "head", "party": {"person": "王小明"}},
        {"role": "member", "party": {"code": "B", "creditRiskLevel": None}},
    ]
    groups = [{"groupId": "g", "members": members}, {"groupId": None, "members": members[1:]}]
    found = table(
        query,
        {"enterprise": {"id": "1", "code": "A", "formerNames": ["甲", "乙"], "group": groups}},
        "enterprise.group.members",
    )
    assert [column.header for column in found.columns] == [
        "统一社会信用代码 (enterprise.code)", "曾用名 (enterprise.formerNames)", "序号 (enterprise.group.#)",
        "族群编号 (enterprise.group.groupId)", "role", "成员·统一社会信用代码 (party.code)",
        "成员·信用风险分类·等级 (party.creditRiskLevel.level)", "成员·姓名 (party.person)",
    ]  # fmt: skip
    assert found.rows == (
        ("A", "甲、乙", 1, "g", "head", None, None, "王小明"),
        ("A", "甲、乙", 1, "g", "member", "B", None, None),
        ("A", "甲、乙", 2, None, "member", "B", None, None),
    )


def test_a_list_in_a_row_is_lines_of_a_cell_and_named_values_are_columns() -> None:
    query = """{ listEntries(list: "x") { edges { node { name fields { field title value } } } } }"""
    nodes = [
        {"name": "甲", "fields": [{"field": "a", "title": "一", "value": "1"}]},
        {
            "name": "乙",
            "fields": [{"field": "b", "title": "二", "value": None}, {"field": "a", "title": "一", "value": "3"}],
        },
    ]
    found = table(query, {"listEntries": {"edges": [{"node": node} for node in nodes]}})
    assert [column.header for column in found.columns] == ["名称 (name)", "一 (fields.a)", "二 (fields.b)"]
    assert found.rows == (("甲", "1", None), ("乙", "3", None))
    query = """{ enterprises { edges { node { code
      records { edges { node { kind validFrom } } pageInfo { hasNextPage } } } } } }"""
    records = [{"node": {"kind": "Case", "validFrom": "2026-01-01"}}, {"node": {"kind": "Office", "validFrom": None}}]
    node = {"code": "A", "records": {"edges": records, "pageInfo": {"hasNextPage": True}}}
    found = table(query, {"enterprises": {"edges": [{"node": node}]}})
    assert found.rows == (("A", "Case 2026-01-01\nOffice\n…"),)
    assert table(query, {"enterprises": None}).rows == ()


def test_no_text_is_a_formula_and_numbers_are_numbers() -> None:
    query = "{ enterprises { edges { node { name code registeredCapital { amount } creditRiskLevel { score } } } } }"
    evil = {
        "name": "=HYPERLINK(1)",
        "code": "-1+1",
        "registeredCapital": {"amount": "-5.50"},
        "creditRiskLevel": {"score": 7},
    }
    found = table(query, {"enterprises": {"edges": [{"node": evil}]}})
    assert csv_bytes(found).decode("utf-8-sig").split("\r\n")[1] == "'=HYPERLINK(1),'-1+1,-5.50,7"
    book = CalamineWorkbook.from_filelike(io.BytesIO(xlsx_bytes(found, "a/b", None)))
    assert book.get_sheet_by_index(0).to_python()[1] == ["=HYPERLINK(1)", "-1+1", -5.5, 7.0]


def test_titles_are_in_the_callers_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_LANG", "en")
    found = table('{ enterprise(code: "x") { name address } }', {"enterprise": {"name": "甲", "address": None}})
    assert [column.header for column in found.columns] == ["name (name)", "domicile (address)"]


@pytest.mark.parametrize(
    ("query", "given", "variables", "text_has"),
    [
        ('query ($after: String) { search(text: "x", after: $after) { edges { cursor } } }', {}, {}, "after: $after"),
        ('{ search(text: "x") { edges { cursor } } }', {}, {}, "after: $tableAfter"),
        ('{ search(text: "x", after: "c") { edges { cursor } } }', {}, {"tableAfter": "c"}, "after: $tableAfter"),
        ("query ($n: Int = 5) { rings(first: $n) { edges { cursor } } }", {}, {"n": 200}, "first: $n, after"),
        ("query ($n: Int = 5) { rings(first: $n) { edges { cursor } } }", {"n": 3}, {"n": 3}, "first: $n, after"),
    ],
)
def test_an_operation_is_made_ready_for_pages(
    query: str, given: dict[str, Any], variables: dict[str, Any], text_has: str
) -> None:
    ready = paged(query, None, given, None)
    assert ready is not None
    assert ready.variables == variables
    assert text_has in ready.text
    assert "pageInfo {" in ready.text


def test_only_one_query_is_a_table() -> None:
    assert paged("query A { meta { seq } } query B { meta { seq } }", None, {}, None) is None
    assert paged("query A { meta { seq } } query B { meta { seq } }", "B", {}, None) is not None
    assert paged('mutation { stopProceedings(ids: [], why: "") { batch } }', None, {}, None) is None


ACCEPTED = [
    (None, JSON), ("", JSON), ("*/*", JSON), ("application/*", JSON), ("text/*", CSV),
    ("application/graphql-response+json", RESPONSE_JSON),
    ("application/graphql-response+json; charset=utf-8, application/json; charset=utf-8", RESPONSE_JSON),
    ("application/json, application/graphql-response+json;q=0.9", JSON),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", JSON),
    ("application/json;q=0.1, TEXT/CSV", CSV), (XLSX, XLSX), ("text/csv;q=x, */*;q=0.1", JSON),
]  # fmt: skip


def test_the_media_type_is_the_one_liked_most() -> None:
    for accept, expected in ACCEPTED:
        assert wanted(accept, None) == expected, accept
    assert wanted("text/html", "csv") == CSV
    for accept, named, status in (("text/html", None, 406), ("text/csv;q=0", None, 406), ("*/*", "pdf", 400)):
        with pytest.raises(Refused) as raised:
            wanted(accept, named)
        assert raised.value.status == status


def test_pages_that_cost_too_much_are_smaller() -> None:
    ready = paged("query ($n: Int = 5) { rings(first: $n) { edges { cursor } } }", None, {}, None)
    assert ready is not None
    asked: list[dict[str, Any]] = []
    costly = GraphQLError("x", extensions={"code": "usage.too_costly"})

    async def ask(text: str, variables: dict[str, Any]) -> ExecutionResult:
        asked.append(variables)
        if "n" in variables:
            return ExecutionResult(data=None, errors=[costly])
        after = variables.get("tableAfter", "0")
        info = {"hasNextPage": after != "2", "endCursor": str(int(after) + 1)}
        return ExecutionResult(data={"rings": {"edges": [{"node": {"kind": after}}], "pageInfo": info}}, errors=None)

    found = asyncio.run(gather(ready, ask))
    assert asked == [{"n": 200}, {}, {"tableAfter": "1"}, {"tableAfter": "2"}]
    assert found.complete
    assert found.table is not None
    assert len(found.table.rows) == 3


def test_statistics_have_a_column_for_each_dimension() -> None:
    query = "{ statistics(by: [COUNTY, LEVEL]) { rows { keys { dimension value name } count } } }"
    keys = [
        {"dimension": "COUNTY", "value": "621002", "name": "西峰区"},
        {"dimension": "LEVEL", "value": "D", "name": ""},
    ]
    found = table(query, {"statistics": {"rows": [{"keys": keys, "count": 3}]}})
    assert [column.name for column in found.columns] == ["keys.COUNTY", "keys.LEVEL", "count"]
    assert found.rows == (("西峰区", "D", 3),)
