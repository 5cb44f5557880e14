"""The pages for people: search, a firm, signing in. They ask the very GraphQL endpoint that programs ask.

A page is an answer of ``/graphql`` made readable: rights, withheld fields, holds, limits and the audit are the
endpoint's, for no page reads the graph by itself. Where keys are in use, a browser has its key in a cookie that scripts
can't read and other sites can't send (HttpOnly, SameSite=Strict); ``/graphql`` itself takes no cookie.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message

from credit_graph import text
from credit_graph.projection import normal_name
from credit_graph.server.firm_page import firm_page
from credit_graph.server.web_pages import Answer, page
from credit_graph.text import t

KEY, LANGUAGE, PURPOSE = "credit_graph_key", "credit_graph_language", "credit_graph_purpose"  # cookies
JSON = "application/json"
SIGN_IN = (400, 401, 429)  # no purpose where one is asked for, no key, or one that asked too often
LONGEST = 4_000  # bytes of a form that is sent
_KEY_TEXT = re.compile(r"[\w.-]{1,3000}", re.ASCII)
_CODE = re.compile(r"[0-9A-Z]{18}|\d{15}|(?=.*\d)[0-9A-Z]{9}")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",  # with no-referrer a browser would not say where a form comes from
}
Handler = Callable[[Request], Awaitable[Response]]


def routes(graphql: ASGIApp) -> list[Route]:
    """The routes; ``graphql``: the endpoint behind its checks."""
    return [
        Route("/", page_route(partial(_start, graphql))),
        Route("/enterprise/{code}", page_route(partial(_enterprise, graphql))),
        Route("/sign-in", page_route(_sign_in)),
        Route("/sign-in", page_route(partial(_signed_in, graphql)), methods=["POST"]),
        Route("/sign-out", page_route(_signed_out), methods=["POST"]),
    ]


def page_route(handler: Handler) -> Handler:
    """The handler in the language that is asked for, its answer with the headers of a page."""

    async def shown(request: Request) -> Response:
        chosen = request.query_params.get("lang")
        asked = chosen or request.cookies.get(LANGUAGE) or request.headers.get("accept-language", "zh")
        text.use("en" if asked.lower().startswith("en") else "zh")
        response = await handler(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if chosen in ("zh", "en"):
            response.set_cookie(LANGUAGE, chosen, httponly=True, samesite="strict")
        return response

    return shown


async def ask(graphql: ASGIApp, request: Request, operation: str, **variables: Any) -> Answer:
    """The answer to a saved operation, as the client of the request gets it from ``/graphql``."""
    said = {"id": operation, "variables": variables}
    status, _, body = await call(graphql, request, said, signed(request))
    return Answer.read(status, body)


async def call(
    graphql: ASGIApp, request: Request, said: Mapping[str, Any], authorization: str | None, accept: str = JSON
) -> tuple[int, Headers, bytes]:
    """Status, headers and body of a request to the endpoint, within this process."""
    body = json.dumps(said).encode()
    headers = {"content-type": JSON, "content-length": str(len(body)), "accept": accept}
    headers |= {"host": request.headers.get("host", ""), "accept-language": text.language()}
    if authorization is not None:
        headers["authorization"] = authorization
    if (why := purpose(request)) is not None:
        headers["x-purpose"] = why
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    changed = {"method": "POST", "path": "/graphql", "raw_path": b"/graphql", "query_string": b"", "headers": raw}
    started: Message = {"status": 500, "headers": []}
    parts: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        nonlocal started
        if message["type"] == "http.response.start":
            started = message
        parts.append(bytes(message.get("body", b"")))

    await graphql({**request.scope, **changed}, receive, send)
    return started["status"], Headers(raw=started["headers"]), b"".join(parts)


def purpose(request: Request) -> str | None:
    """What the request is for (用途), as its header or the form of signing in said it, percent-encoded."""
    return request.headers.get("x-purpose") or request.cookies.get(PURPOSE) or None


def signed(request: Request) -> str | None:
    """The authorization of a request: its header, or the key in the cookie."""
    key = request.cookies.get(KEY, "")
    return request.headers.get("authorization") or (f"Bearer {key}" if _KEY_TEXT.fullmatch(key) else None)


def refused(request: Request, answer: Answer) -> Response:
    """The page in place of one that can't be given: to sign in, or why not."""
    if answer.status == 401 or answer.code == "access.no_purpose":
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        why = answer.first if signed(request) or answer.status != 401 else None
        return page(request, "sign_in.html", answer.status, why=why, next=here)
    status = answer.status if answer.status >= 400 else 404 if answer.code == "usage.unknown_entity" else 403
    return page(request, "refused.html", status, why=answer.first)


async def _start(graphql: ASGIApp, request: Request) -> Response:
    wanted = request.query_params.get("q", "").strip()[:200]
    if not wanted:
        answer = await ask(graphql, request, "data_version")
        return refused(request, answer) if answer.status in SIGN_IN else page(request, "start.html", answer=answer)
    if _CODE.fullmatch(code := normal_name(wanted).upper()):
        return RedirectResponse(f"/enterprise/{code}", 303)
    answer = await ask(graphql, request, "search", text=wanted, after=request.query_params.get("after") or None)
    if answer.status in SIGN_IN:
        return refused(request, answer)
    found = answer.data.get("search") or {"edges": []}
    rows = [edge["node"] for edge in found["edges"]]
    if len(rows) == 1 and rows[0]["code"] and "after" not in request.query_params:
        return RedirectResponse(f"/enterprise/{quote(rows[0]['code'], safe='')}", 303)
    info = found.get("pageInfo")
    return page(request, "hits.html", wanted=wanted, why=answer.fault("search"), rows=rows, info=info)


async def _enterprise(graphql: ASGIApp, request: Request) -> Response:
    answer = await ask(graphql, request, "dossier_page", code=request.path_params["code"][:200])
    firm = answer.data.get("enterprise")
    return firm_page(request, answer, firm) if firm else refused(request, answer)


async def _sign_in(request: Request) -> Response:
    return page(request, "sign_in.html", why=None, next="/")


async def _signed_in(graphql: ASGIApp, request: Request) -> Response:
    """Put the key into the cookie, if it is one, and go on to where the browser wanted to."""
    if not same_origin(request):
        return foreign(request)
    form = await read_form(request)
    key, wanted = form.get("key", "").strip(), _local(form.get("next", "/"))
    if not _KEY_TEXT.fullmatch(key):
        why = t("这不是密钥：应为 cg_ 开头的一串字符。", "This is no key: keys begin with cg_.")
        return page(request, "sign_in.html", 401, why=why, next=wanted)
    said = quote(" ".join(form.get("purpose", "").split())[:200])
    request.cookies[PURPOSE] = said
    status, _, body = await call(graphql, request, {"id": "data_version"}, f"Bearer {key}")
    answer = Answer.read(status, body)
    if answer.status in SIGN_IN:
        return page(request, "sign_in.html", answer.status, why=answer.first, next=wanted)
    response = RedirectResponse(wanted, 303)
    secure = request.url.scheme == "https"
    for name, value in ((KEY, key), (PURPOSE, said)):
        response.set_cookie(name, value, httponly=True, samesite="strict", secure=secure)
    return response


async def _signed_out(request: Request) -> Response:
    if not same_origin(request):
        return foreign(request)
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(KEY, httponly=True, samesite="strict")
    return response


def same_origin(request: Request) -> bool:
    """Whether a form was sent by a page of this server: browsers say where it comes from."""
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    return urlsplit(origin).netloc == request.headers.get("host")


def foreign(request: Request) -> Response:
    """The refusal of a form that another site sent."""
    why = t("表单来自其他网站，已拒绝。", "The form comes from another site and is refused.")
    return page(request, "refused.html", 403, why=why)


async def read_form(request: Request, longest: int = LONGEST) -> dict[str, str]:
    """The fields of a form; none where it is too long or no text."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > longest:
            return {}
    found = parse_qs(body.decode(errors="replace"), keep_blank_values=True)
    return {name: values[0] for name, values in found.items()}


def _local(wanted: str) -> str:
    """The address within this server, or the first page: a form must not lead elsewhere."""
    return wanted if re.fullmatch(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*", wanted) else "/"
