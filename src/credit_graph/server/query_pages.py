"""Saved operations as forms: what an operation asks for becomes a form, its answer a table, and that a workbook."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from graphql import OperationDefinitionNode, parse
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from credit_graph.errors import UsageError
from credit_graph.server.http import CSV, XLSX
from credit_graph.server.operations import Operation, Variable, find, operations
from credit_graph.server.tables import Plan, plan, tabled
from credit_graph.server.web import SIGN_IN, ask, call, page_route, refused, signed
from credit_graph.server.web_pages import Answer, page

RUN = "run"  # a form that was sent names it
AFTER = "after"
_PARTS = re.compile(r"[\s,，、]+")
_KINDS = {"Int": "number", "Date": "date"}
_FILES = {"xlsx": XLSX, "csv": CSV}


def routes(graphql: ASGIApp) -> list[Route]:
    """The routes; ``graphql``: the endpoint behind its checks."""
    return [
        Route("/queries", page_route(_all)),
        Route("/queries/{name}.{kind}", page_route(partial(_file, graphql))),
        Route("/queries/{name}", page_route(partial(_query, graphql))),
    ]


async def _all(request: Request) -> Response:
    return page(request, "queries.html", operations=list(operations().values()))


async def _query(graphql: ASGIApp, request: Request) -> Response:
    """The form, and below it what was found; rows to be screened have a page of their own."""
    if request.path_params["name"] == "screen":
        return RedirectResponse("/screen", 303)
    try:
        operation = find(request.path_params["name"])
        given = variables(operation, request.query_params) if RUN in request.query_params else None
    except UsageError as error:
        return page(request, "refused.html", 404 if error.code == "usage.unknown_operation" else 400, why=str(error))
    asked: dict[str, Any] = {
        "operation": operation,
        "fields": [_field(v, request.query_params) for v in operation.variables],
    }
    if given is None:
        return page(request, "query.html", **asked, answer=None)
    answer = await ask(graphql, request, operation.id, **given)
    if answer.status in SIGN_IN:
        return refused(request, answer)
    planned = table_of(operation)
    found = tabled(planned, planned.rows(answer.data))
    kept = {name: value for name, value in request.query_params.items() if name != AFTER}
    end = _end(answer, planned) if any(v.name == AFTER for v in operation.variables) else None
    following = urlencode({**kept, AFTER: end}) if end else None
    said = list(dict.fromkeys(answer.faults.values()))
    return page(
        request, "query.html", **asked, answer=answer, table=found, following=following, said=said, sent=urlencode(kept)
    )


async def _file(graphql: ASGIApp, request: Request) -> Response:
    """All pages of the answer as a file, as ``/graphql`` gives it."""
    try:
        operation = find(request.path_params["name"])
        given = variables(operation, request.query_params)
        kind = _FILES[request.path_params["kind"]]
    except (UsageError, KeyError) as error:
        return page(request, "refused.html", 404, why=str(error))
    said = {"id": operation.id, "variables": {name: value for name, value in given.items() if name != "first"}}
    status, headers, body = await call(graphql, request, said, signed(request), kind)
    if status != 200 or not headers.get("content-type", "").startswith(kind):
        return refused(request, Answer.read(status, body))
    kept = {name: headers[name] for name in ("content-disposition", "x-complete") if name in headers}
    return Response(body, headers=kept, media_type=kind)


def table_of(operation: Operation) -> Plan:
    """How its answer becomes rows."""
    document = parse(operation.text)
    asked = next(node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    return plan(document, asked, operation.table)


def variables(operation: Operation, sent: Mapping[str, str]) -> dict[str, Any]:
    """The variables of a form that was sent; an empty field is none. ``UsageError("usage.bad_value")``: no number."""
    found: dict[str, Any] = {}
    for variable in operation.variables:
        text = sent.get(variable.name, "").strip()
        kind = variable.type.replace("!", "")
        if kind == "Boolean":
            found[variable.name] = text == "true"
        elif text and kind.startswith("["):
            found[variable.name] = [part for part in _PARTS.split(text) if part]
        elif text and kind == "Int":
            found[variable.name] = _number(variable.name, text)
        elif text:
            found[variable.name] = text
    return found


def _number(name: str, text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise UsageError("usage.bad_value", option=name, value=text[:80], why="0–9")
    return int(text)


def _field(variable: Variable, sent: Mapping[str, str]) -> dict[str, Any]:
    """A field of the form."""
    kind = variable.type.replace("!", "")
    default = (variable.default or "").strip('"')
    return {
        "name": variable.name,
        "zh": variable.zh,
        "en": variable.en,
        "kind": "checkbox" if kind == "Boolean" else _KINDS.get(kind, "text"),
        "several": kind.startswith("["),
        "required": variable.type.endswith("!") and variable.default is None and kind != "Boolean",
        "value": sent.get(variable.name, default),
    }


def _end(answer: Answer, planned: Plan) -> str | None:
    """The cursor of the next page, if there is one."""
    found: Any = answer.data
    for key in planned.path:
        found = found.get(key) if isinstance(found, dict) else None
    info = (found.get("pageInfo") if isinstance(found, dict) else None) or {}
    return info.get("endCursor") if info.get("hasNextPage") else None
