"""Answers as files for a spreadsheet: CSV and XLSX of the table of an operation, all its pages up to a limit."""

from __future__ import annotations

import csv
import io
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    GraphQLSyntaxError,
    NamedTypeNode,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)
from starlette.responses import JSONResponse, Response
from strawberry.http import GraphQLRequestData
from strawberry.schema.base import BaseSchema
from strawberry.types import ExecutionResult
from strawberry.types.graphql import OperationType

from credit_graph.jobs.sheets import Sheet, Value, workbook_bytes
from credit_graph.lists.editions.cells import cleaned, csv_cell
from credit_graph.server.context import Context
from credit_graph.server.http import CSV, wrong
from credit_graph.server.operations import Operation
from credit_graph.server.roles import limits
from credit_graph.server.tables import NUMBERS, Column, Found, Plan, Row, Table, plan, tabled
from credit_graph.text import t

Ask = Callable[[str, dict[str, Any]], Awaitable[ExecutionResult]]  # an operation's text and variables

_AFTER = "tableAfter"  # a variable of this name is added where the list of an operation has no `after`
_PAGE_INFO = "{ pageInfo { hasNextPage endCursor } }"
_STATUS = {"server.unavailable": 503, "server": 500, "access": 403, "usage": 400, "state": 409}
_WIDTH, _WIDE = 16, 40  # of columns, in characters


@dataclass(frozen=True, slots=True)
class Paged:
    """An operation that can be asked page by page: its text, its variables, which of them is the cursor.

    ``size``: the variable that was set to the largest page, since the client said nothing of it.
    """

    plan: Plan
    text: str
    variables: dict[str, Any]
    cursor: str | None
    size: str | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """All rows, or as many as the limit allows; or the answer that has errors."""

    table: Table | None
    complete: bool
    refused: ExecutionResult | None = None


async def table_response(
    schema: BaseSchema, context: Context, sent: GraphQLRequestData, saved: Operation | None, media_type: str
) -> Response:
    """The answer as a file, or its errors as JSON. Raises ``Refused`` for what is not one query."""
    try:
        ready = paged(sent.query or "", sent.operation_name, sent.variables or {}, saved.table if saved else None)
    except GraphQLSyntaxError as error:
        raise wrong(400, error.message) from None
    if ready is None:
        raise wrong(400, "a table is the answer to one query")

    async def ask(text: str, variables: dict[str, Any]) -> ExecutionResult:
        context.left = limits().nodes.value  # of each page
        return await schema.execute(
            text,
            variables,
            context,
            operation_name=sent.operation_name,
            allowed_operation_types=[OperationType.QUERY],
        )

    found = await gather(ready, ask)
    if found.table is None:
        return _errors(found.refused)
    name = saved.id if saved else sent.operation_name or "table"
    body = await context.run(partial(_file, found, media_type, saved.title if saved else name))
    suffix = ("" if found.complete else "-incomplete") + (".csv" if media_type == CSV else ".xlsx")
    headers = {
        **context.response_headers,
        "Content-Disposition": f'attachment; filename="{name}{suffix}"',
        "X-Complete": "true" if found.complete else "false",
    }
    return Response(body, headers=headers, media_type=media_type)


def _file(found: Gathered, media_type: str, title: str) -> bytes:
    assert found.table is not None
    if media_type == CSV:
        return csv_bytes(found.table)
    rows = len(found.table.rows)
    note = t(f"只有前 {rows} 行，其余未导出。", f"Only the first {rows} rows; there are more.")
    return xlsx_bytes(found.table, title, None if found.complete else note)


def _errors(result: ExecutionResult | None) -> Response:
    errors = [error.formatted for error in (result.errors if result else None) or ()]
    codes = [str(error.get("extensions", {}).get("code", "")) for error in errors]
    status = next((_STATUS[code] for code in codes if code in _STATUS), None)
    status = status or next(
        (_STATUS[code.partition(".")[0]] for code in codes if code.partition(".")[0] in _STATUS), 500
    )
    return JSONResponse({"errors": errors}, status_code=status)


def paged(text: str, name: str | None, variables: Mapping[str, Any], table: str | None) -> Paged | None:
    """The operation made ready; ``None`` where the text has not just one query (of that name).

    Raises ``GraphQLSyntaxError``.
    """
    document = parse(text)
    found = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    chosen = [node for node in found if name is None or (node.name and node.name.value == name)]
    if len(chosen) != 1 or chosen[0].operation.value != "query":
        return None
    planned = plan(document, chosen[0], table)
    if not planned.steps or not planned.steps[-1].pages or any(step.many for step in planned.steps[:-1]):
        return Paged(planned, text, dict(variables), None)
    return _pages(document, chosen[0], planned, dict(variables))


async def gather(asked: Paged, ask: Ask) -> Gathered:
    """Ask page after page until the last, or until the table is as long as the limit allows."""
    rows: list[Row] = []
    variables, limit = asked.variables, limits().table_rows.value
    while True:
        result = await ask(asked.text, variables)
        if not rows and asked.size in variables and _too_costly(result):
            variables = {name: value for name, value in variables.items() if name != asked.size}
            continue
        data = _withheld(result, asked.plan)
        if data is None:
            return Gathered(None, complete=False, refused=result)
        rows += asked.plan.rows(data)
        after = _next(data, asked.plan) if asked.cursor else None
        if after is None or len(rows) >= limit or after == variables.get(asked.cursor or ""):
            return Gathered(tabled(asked.plan, rows[:limit]), complete=after is None and len(rows) <= limit)
        variables = {**variables, asked.cursor or "": after}


def _too_costly(result: ExecutionResult) -> bool:
    return any((error.extensions or {}).get("code") == "usage.too_costly" for error in result.errors or ())


def _pages(document: DocumentNode, operation: OperationDefinitionNode, planned: Plan, given: dict[str, Any]) -> Paged:
    """The operation with a cursor that can be set, and asked for the end of each page."""
    step = planned.steps[-1]
    after, first = (_argument(step, name) for name in ("after", "first"))
    cursor = after.name.value if isinstance(after, VariableNode) else _AFTER
    size = first.name.value if isinstance(first, VariableNode) and first.name.value not in given else None
    if size is not None:
        given[size] = limits().page.value
    if isinstance(after, StringValueNode):
        given[_AFTER] = after.value
    edited = visit(document, _Edit(operation, step, None if isinstance(after, VariableNode) else cursor))
    return Paged(planned, print_ast(edited), given, cursor, size)


def _argument(step: Found, name: str) -> Any:
    return next((a.value for node in step.nodes for a in node.arguments or () if a.name.value == name), None)


class _Edit(Visitor):
    """Gives a connection the argument ``after`` as a variable, and asks for its ``pageInfo``."""

    def __init__(self, operation: OperationDefinitionNode, step: Found, cursor: str | None) -> None:
        super().__init__()
        self._operation, self._cursor = operation, cursor
        self._nodes = {id(node) for node in step.nodes}
        asked = parse(_PAGE_INFO).definitions[0]
        assert isinstance(asked, OperationDefinitionNode)
        self._page_info = asked.selection_set.selections

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> OperationDefinitionNode | None:
        """Declare the variable."""
        if node is not self._operation or self._cursor is None:
            return None
        variable = VariableNode(name=NameNode(value=self._cursor))
        declared = VariableDefinitionNode(
            variable=variable, type=NamedTypeNode(name=NameNode(value="String")), directives=()
        )
        changed: OperationDefinitionNode = _changed(
            node, variable_definitions=(*(node.variable_definitions or ()), declared)
        )
        return changed

    def enter_field(self, node: FieldNode, *_: Any) -> FieldNode | None:
        """Change the connection, wherever it stands."""
        if id(node) not in self._nodes or node.selection_set is None:
            return None
        arguments = tuple(node.arguments or ())
        if self._cursor is not None:
            after = ArgumentNode(name=NameNode(value="after"), value=VariableNode(name=NameNode(value=self._cursor)))
            arguments = (*(a for a in arguments if a.name.value != "after"), after)
        selections = SelectionSetNode(selections=(*node.selection_set.selections, *self._page_info))
        changed: FieldNode = _changed(node, arguments=arguments, selection_set=selections)
        return changed


def _changed(node: Any, **values: Any) -> Any:
    return type(node)(**{**{key: getattr(node, key) for key in node.keys}, **values})


def _withheld(result: ExecutionResult, planned: Plan) -> dict[str, Any] | None:
    """The data, with a mark where the role may not see a cell; ``None`` where the answer is no table."""
    data: dict[str, Any] | None = result.data
    for error in result.errors or ():
        path = list(error.path or ())
        depth = len([key for key in path if isinstance(key, str) and key not in ("edges", "node")])
        if data is None or (error.extensions or {}).get("code") != "access.denied" or depth <= len(planned.steps):
            return None
        holder: Any = data
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = t("（无权查看）", "(withheld)")
    return data


def _next(data: Any, planned: Plan) -> str | None:
    """The cursor of the next page, if there is one."""
    for key in planned.path:
        data = data.get(key) if isinstance(data, dict) else None
    info = data["pageInfo"] if isinstance(data, dict) else {}
    return info["endCursor"] if info.get("hasNextPage") else None


def csv_bytes(table: Table) -> bytes:
    """UTF-8 with BOM, CRLF after each row; a text is never a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([csv_cell(column.header) for column in table.columns])
    for row in table.rows:
        writer.writerow(
            [
                _number(value) if column.type in NUMBERS else csv_cell(cleaned(_text(value)))
                for column, value in zip(table.columns, row, strict=True)
            ]
        )
    return out.getvalue().encode("utf-8-sig")


def xlsx_bytes(table: Table, title: str, note: str | None) -> bytes:
    """A workbook of one sheet; numbers are numbers, a text is never a formula. ``note``: a line above the table."""
    header = [column.header for column in table.columns]
    widths = [_WIDE if column.items else max(_WIDTH, min(_WIDE, len(column.title) * 2)) for column in table.columns]
    return workbook_bytes(Sheet(title, header, widths, list(_cells(table)), [note] if note else []))


def _cells(table: Table) -> Iterator[list[Value]]:
    for row in table.rows:
        yield [_cell(column, value) for column, value in zip(table.columns, row, strict=True)]


def _cell(column: Column, value: Any) -> Value:
    if column.type in NUMBERS and value is not None:
        try:
            return int(value) if column.type == "Int" else float(value)
        except ValueError:
            pass  # what is withheld
    return _text(value)


def _number(value: Any) -> str:
    return "" if value is None else str(value)


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return t("是", "yes") if value else t("否", "no")
    return None if value is None else str(value)
