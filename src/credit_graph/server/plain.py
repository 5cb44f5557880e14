"""What the plain HTTP routes share: who asks, in which language, refusals, versions."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from credit_graph import clock, text
from credit_graph.errors import AccessError, CreditGraphError, StateError, UsageError
from credit_graph.jobs.batches import last_seq
from credit_graph.model.time import Point
from credit_graph.server.auditing import note
from credit_graph.server.context import Client
from credit_graph.server.guard import refusal
from credit_graph.store import Store
from credit_graph.text import t

FindClient = Callable[[str | None, str | None], Client]  # by Authorization and X-Purpose; raises AccessError
Answer = Callable[[Request, Client], Response]
BODY = 10_000  # bytes; what is sent here is one small object


def present(store: Store) -> Point:
    """Today, as known now. Raises ``StateError("state.no_data")`` on an empty graph."""
    seq = last_seq(store)
    if not seq:
        raise StateError("state.no_data")
    return Point(seq, clock.today(), clock.today())


def answered(client: FindClient, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    """A route's function: in the language asked for, by a client that is known, a refusal with its HTTP status.

    The body, which ``answer`` finds in ``request.state.body``, is read up to :data:`BODY` bytes.
    """

    def work(request: Request) -> Response:
        try:
            who = client(request.headers.get("authorization"), request.headers.get("x-purpose"))
            found = answer(request, who)
            about = [str(part) for part in request.path_params.values()]
            note(request.app.state.home, who, {"route": request.url.path, "about": about})
            return found
        except CreditGraphError as error:
            return refused(error)

    async def route(request: Request) -> Response:
        english = request.headers.get("accept-language", "zh").lower().startswith("en")
        text.use("en" if english else "zh")
        request.state.body = await _body(request)
        response = await run_in_threadpool(work, request)
        response.headers["Vary"] = "Accept-Language, Authorization"
        response.headers["Content-Language"] = "en" if english else "zh-CN"
        return response

    return route


def refused(error: CreditGraphError) -> Response:
    """An error with the HTTP status of its code."""
    status = 400 if isinstance(error, UsageError) else 503 if isinstance(error, StateError) else None
    return refusal(error, status)


def permit(who: Client, operation: str, right: str, *, districts: bool = False) -> None:
    """Let a client ask; ``operation``: as api/v1.yaml names it; ``districts``: what is answered knows districts.

    Raises ``AccessError("access.denied")`` where the role lacks the right or the key is for other operations.
    """
    who.role.require(right)
    named = who.scope.operations
    if named is not None and operation not in named:
        raise denied(who, t(f"调用本密钥以外的操作 {operation}", f"call {operation}, which its key does not name"))
    if who.scope.districts and not districts:
        raise denied(who, outside())


def outside() -> str:
    """What a key of some districts may not do."""
    return t("查阅本密钥辖区以外的经营主体", "see enterprises outside the districts of this key")


def denied(who: Client, action: str) -> AccessError:
    """What the client may not do."""
    return AccessError("access.denied", role=t(who.role.zh, who.role.en), action=action)


def tagged(request: Request, version: str, body: Any) -> Response:
    """The answer with its version as ETag; 304 where the client says that it has it."""
    tag = f'"{version}"'
    known = [part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")]
    if tag in known:
        return Response(status_code=304, headers={"ETag": tag})
    return as_json(body, {"ETag": tag})


def as_json(body: Any, headers: dict[str, str] | None = None) -> Response:
    """JSON with Chinese as itself."""
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(content, headers=headers, media_type="application/json; charset=utf-8")


async def _body(request: Request) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > BODY:
            break
    return body[: BODY + 1]
