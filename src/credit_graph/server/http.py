"""GraphQL over HTTP (the specification of the GraphQL foundation, stage 2 draft): how a request is read.

A saved operation is named by ``documentId``, as the specification's appendix on persisted documents has it, by ``id``,
which means the same, or by ``extensions.persistedQuery.sha256Hash``, as Apollo's clients send it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from strawberry.http import GraphQLRequestData

from credit_graph.errors import CreditGraphError, UsageError
from credit_graph.server import operations
from credit_graph.server.guard import refusal

JSON = "application/json"
RESPONSE_JSON = "application/graphql-response+json"
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TABLES = (CSV, XLSX)
FORMATS = {"json": JSON, "csv": CSV, "xlsx": XLSX}  # ?format= says so where a link can't send Accept


class Refused(Exception):
    """A request that is answered with an error and an HTTP status, before anything is read."""

    def __init__(self, status: int, error: CreditGraphError, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(error.code)
        self.status, self.error, self.headers = status, error, headers

    def response(self) -> Response:
        """The answer: a GraphQL error."""
        answer = refusal(self.error, self.status)
        answer.headers.update(self.headers or {})
        return answer


def wrong(status: int, why: str, headers: Mapping[str, str] | None = None) -> Refused:
    """The refusal of a request that is none."""
    return Refused(status, UsageError("usage.query", why=why), headers)


def wanted(accept: str | None, named: str | None) -> str:
    """The media type to answer in: that of ``?format=``, else what ``Accept`` likes most; JSON where it says nothing.

    Raises :class:`Refused` where it is none that there is.
    """
    if named is not None:
        if named not in FORMATS:
            raise wrong(400, f"format has to be one of {', '.join(FORMATS)}")
        return FORMATS[named]
    liked = sorted(filter(None, map(_range, (accept or "*/*").split(","))), key=lambda item: -item[1])
    for pattern, quality in liked:
        for known in (JSON, RESPONSE_JSON, CSV, XLSX):
            if quality > 0 and pattern in (known, "*/*", known.partition("/")[0] + "/*"):
                return known
    raise wrong(406, f"Accept one of {', '.join((JSON, RESPONSE_JSON, CSV, XLSX))}")


def _range(text: str) -> tuple[str, float] | None:
    kind, *parameters = (part.strip().lower() for part in text.split(";"))
    quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
    try:
        return (kind, float(quality)) if kind else None
    except ValueError:
        return None


def asked(method: str, query: Mapping[str, Any], content_type: str | None, body: bytes) -> GraphQLRequestData:
    """The parameters of a request, a saved operation put in place of its name. Raises :class:`Refused`."""
    if method == "GET":
        said: dict[str, Any] = dict(query)
        for name in ("variables", "extensions"):
            if said.get(name):
                said[name] = _json(said[name])
    else:
        _check_type(content_type)
        said = _json(body)
        if not isinstance(said, dict):
            raise wrong(400, "the body has to be one object: batches are not taken")
    variables, extensions = _object(said, "variables"), _object(said, "extensions")
    chosen = said.get("operationName")
    if not isinstance(chosen, str | None):
        raise wrong(400, "operationName has to be a string")
    text = _text(said, extensions or {})
    return GraphQLRequestData(query=text, variables=variables, operation_name=chosen or None, extensions=extensions)


def _check_type(content_type: str | None) -> None:
    kind, *parameters = (part.strip().lower() for part in (content_type or "").split(";"))
    charsets = [part.partition("=")[2].strip('"') for part in parameters if part.startswith("charset=")]
    if kind != "application/json" or any(charset not in ("utf-8", "utf8") for charset in charsets):
        raise wrong(415, "send Content-Type: application/json", {"Accept-Post": "application/json"})


def _json(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # RecursionError: brackets within brackets
        raise wrong(400, "the body, variables and extensions have to be JSON") from None


def _object(said: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    found = said.get(name)
    if found in (None, ""):
        return None
    if not isinstance(found, dict):
        raise wrong(400, f"{name} has to be an object")
    return found


def _text(said: Mapping[str, Any], extensions: Mapping[str, Any]) -> str:
    """The text of the operation: sent, or that of the saved one named."""
    text, key = said.get("query"), said.get("documentId", said.get("id"))
    persisted = extensions.get("persistedQuery")
    if not text and key is None and isinstance(persisted, dict):
        key = f"{operations.HASH}{persisted.get('sha256Hash')}"
    if key is None and isinstance(text, str) and text:
        return text
    if text or not isinstance(key, str):
        raise wrong(400, "send either query or id (of a saved operation), as a string")
    try:
        return operations.find(key).text
    except UsageError as error:
        raise Refused(404, error) from None
