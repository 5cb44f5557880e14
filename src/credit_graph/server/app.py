"""The ASGI application: /graphql, /graphiql, /health and a first page. Nothing is fetched from another origin."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from cross_web import AsyncHTTPRequestAdapter, HTTPException, StarletteRequestAdapter
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLRequestData
from strawberry.http.base import BaseRequestProtocol
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types.unset import UNSET

from credit_graph import __version__, text
from credit_graph.errors import AccessError, CreditGraphError, UsageError
from credit_graph.server import departments, observing, query_pages, screen_page, web, work_pages
from credit_graph.server.caching import REVALIDATE, VARY, is_known, rests_on_batches, version
from credit_graph.server.context import Client, Context
from credit_graph.server.exports import table_response
from credit_graph.server.guard import Guard, refusal
from credit_graph.server.http import JSON, RESPONSE_JSON, TABLES, Refused, asked, wanted, wrong
from credit_graph.server.keys import Keys
from credit_graph.server.loaders import Loaders
from credit_graph.server.observing import Metrics, Observed
from credit_graph.server.oidc import Tokens
from credit_graph.server.operations import Operation, by_text, operations
from credit_graph.server.roles import limits, role
from credit_graph.server.schema import schema
from credit_graph.server.tokens import Sealer
from credit_graph.store import Store
from credit_graph.store.secret import load_or_create, secret_path

LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
GRAPHIQL_FILES = {
    "graphiql.min.css": "text/css",
    "graphiql.min.js": "text/javascript",
    "react.production.min.js": "text/javascript",
    "react-dom.production.min.js": "text/javascript",
}
OWN_FILES = {"graphiql.js": "text/javascript", "page.css": "text/css"}
SITE_FILES = {"style.css": "text/css"}  # pages look like those of the public lists
_HEADERS = {
    # GraphiQL writes style elements of its own; its fonts lie in its style sheet
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src data:; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


_CORS: dict[str, Any] = {
    "allow_methods": ["GET", "POST"],
    "allow_headers": ["Accept", "Accept-Language", "Authorization", "Content-Type", "If-None-Match", "X-Purpose"],
    "expose_headers": ["Content-Disposition", "ETag", "Retry-After", "X-Complete"],
}


class GraphQLEndpoint(GraphQL[Context, None]):
    """GraphQL over HTTP for one graph; who asks is known before a query is looked at."""

    def __init__(self, store: Store, guard: Guard) -> None:
        super().__init__(schema(), graphql_ide=None)
        self._store = store
        self._guard = guard
        self._secret = b""
        self._seen: tuple[int, int] | None = None  # of the secret's file: when written, and which
        self.refresh_secret()

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """The context of a request that :class:`Guarded` let pass."""
        client: Client = request.scope["client_role"]
        headers = response.headers if isinstance(response, Response) else MutableHeaders()
        context = Context(self._store, client, Sealer(self._secret, client.id), response_headers=headers)
        context.loaders = Loaders(context)
        return context

    def refresh_secret(self) -> None:
        """Read the secret again where its file has changed: a rotation needs no restart.

        Raises ``StateError``: ``state.rotating`` until the graph has come after it, ``state.secret``.
        """
        path = secret_path(self._store.settings)
        status = path.stat() if path.exists() else None
        seen = (status.st_mtime_ns, status.st_ino) if status else None
        if not self._secret or seen != self._seen:
            self._secret = load_or_create(self._store.settings, self._store)
            self._seen = seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; a request that is none gets an error in JSON with an HTTP status."""
        try:
            response = await self.run(Request(scope, receive))
        except Refused as refused:
            response = refused.response()
        except HTTPException as error:
            wrong_method = isinstance(error.__cause__, InvalidOperationTypeError)
            status, headers = (405, {"Allow": "POST"}) if wrong_method else (error.status_code, None)
            response = wrong(status, error.reason, headers).response()
        await response(scope, receive, send)

    async def run(self, request: Any, context: Any = UNSET, root_value: Any = UNSET) -> Any:
        """Answer in the media type that the client likes: JSON, or the table of the answer."""
        if request.method not in ("GET", "POST"):
            raise wrong(405, "GET or POST", {"Allow": "GET, POST"})
        media_type = wanted(request.headers.get("accept"), request.query_params.get("format"))
        request.scope["media_type"] = media_type
        headers = await self.get_sub_response(request)
        context = await self.get_context(request, headers)
        sent = await self.parse_http_body(StarletteRequestAdapter(request))
        saved = admit(context, sent)
        request.scope["operation"] = context.operation
        if await self._has_it(request, context, sent, saved):
            return Response(status_code=304, headers=dict(headers.headers))
        if media_type in TABLES:
            return await table_response(self.schema, context, sent, saved, media_type)
        request.scope["sub_response"] = headers
        return await super().run(request, context, None)

    async def _has_it(self, request: Any, context: Context, sent: GraphQLRequestData, saved: Operation | None) -> bool:
        """Whether the client has the answer to a saved operation still; puts the tag on the answer."""
        # of the auditor's readings and of those from outside the bureau each is noted, so they are answered
        noted = context.role.passes_holds or context.role.channel != "internal"
        if request.method != "GET" or noted or saved is None or not rests_on_batches(saved):
            return False
        try:
            tag = await version(context, sent, request.scope["media_type"])
        except CreditGraphError:
            return False  # the answer says why
        context.response_headers.update({"ETag": tag, "Cache-Control": REVALIDATE, "Vary": VARY})
        return is_known(tag, request.headers.get("if-none-match"))

    async def get_sub_response(self, request: Any) -> Response:
        """What headers are put on; it carries the media type to :meth:`create_response`."""
        if "sub_response" in request.scope:
            found: Response = request.scope["sub_response"]
            return found
        response = await super().get_sub_response(request)
        response.media_type = request.scope["media_type"]
        return response

    def create_response(self, response_data: Any, sub_response: Response) -> Response:
        """The answer, as the specification has it for the media type: without ``data`` where nothing was run."""
        refused = response_data["data"] is None and not any("path" in row for row in response_data.get("errors", ()))
        strict = sub_response.media_type == RESPONSE_JSON
        if strict and refused:
            del response_data["data"]
        response = super().create_response(response_data, sub_response)
        response.headers["content-type"] = f"{sub_response.media_type}; charset=utf-8" if strict else JSON
        response.status_code = 400 if strict and refused else response.status_code
        if "errors" in response_data:  # may be of the moment
            for name in ("ETag", "Cache-Control"):
                if name in response.headers:
                    del response.headers[name]
        return response

    def should_render_graphql_ide(self, request: BaseRequestProtocol) -> bool:
        """Never: it is a page of its own."""
        return False

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        """The parameters of the request; a saved operation may be named in place of its text."""
        body = b"" if request.method == "GET" else _bytes(await request.get_body())
        return asked(request.method, request.query_params, request.content_type, body)

    def encode_json(self, data: object) -> bytes:
        """Chinese as itself: half the bytes of escapes."""
        return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")

    def client(self, authorization: str | None, purpose: str | None = None) -> Client:
        """Who asks; raises as ``Guard.client`` does."""
        self.refresh_secret()
        return self._guard.client(authorization, purpose)


def admit(context: Context, sent: GraphQLRequestData) -> Operation | None:
    """The saved operation that was sent, if it is one.

    Raises :class:`Refused` where it is none and the role may ask no other, or none that the key names.
    """
    saved = by_text(sent.query or "")
    who, named = text.t(context.role.zh, context.role.en), context.client.scope.operations
    if saved is None and context.role.saved_only:
        raise Refused(403, AccessError("access.saved_only", role=who))
    if named is not None and (saved is None or saved.id not in named):
        action = text.t("使用本密钥以外的查询", "ask what its key does not name")
        raise Refused(403, AccessError("access.denied", role=who, action=action))
    context.operation = saved.id if saved else None
    return saved


class Guarded:
    """Around the endpoint, or what else needs a key: language, body size, key.

    A refusal is a GraphQL error with an HTTP status.
    """

    def __init__(self, endpoint: GraphQLEndpoint, app: ASGIApp | None = None) -> None:
        self._endpoint = endpoint
        self._app = app or endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, then answer."""
        headers = Headers(scope=scope)
        text.use("en" if headers.get("accept-language", "zh").lower().startswith("en") else "zh")
        body = await _body(receive, limits().body_bytes.value)
        if body is None:
            why = text.t("请求体过大", "the request body is too large")
            answer: ASGIApp = refusal(UsageError("usage.query", why=why), 413)
        else:
            try:
                said = headers.get("authorization"), headers.get("x-purpose")
                scope["client_role"] = await run_in_threadpool(self._endpoint.client, *said)
                answer = self._app
            except CreditGraphError as error:
                answer = refusal(error)
        await answer(scope, _replay(body or b""), unless_known(headers.get("if-none-match"), scope["method"], send))


async def _body(receive: Receive, limit: int) -> bytes | None:
    """The whole body, ``None`` as soon as it is longer than the limit."""
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if len(body) > limit:
            return None
        if not message.get("more_body"):
            return body


def unless_known(known: str | None, method: str, send: Send) -> Send:
    """Sends 304 in place of an answer with the ETag that a client says it has."""
    dropped = False

    async def sending(message: Message) -> None:
        nonlocal dropped
        if message["type"] == "http.response.start" and method == "GET" and known:
            tag = Headers(raw=message["headers"]).get("etag")
            if tag is not None and is_known(tag, known):
                dropped = True
                kept = [row for row in message["headers"] if row[0].lower() not in (b"content-length", b"content-type")]
                message = {**message, "status": 304, "headers": kept}
        elif dropped:
            message = {"type": "http.response.body", "body": b""}
        await send(message)

    return sending


def _replay(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def create_app(store: Store, local_role: str = "analyst", *, hosts: tuple[str, ...] = LOOPBACK) -> Starlette:
    """The application over an open graph.

    ``local_role``: of requests while no key exists; ``hosts``: names that a request may address, so that no
    foreign page can reach a loopback server under a name of its own (DNS rebinding); ``("*",)`` for any.
    Raises ``StateError("state.secret")`` where the installation secret is missing or wrong.
    """
    role(local_role)
    operations()  # a file that is none stops the start, not a request
    provider = store.settings.oidc_file
    guard = Guard(Keys(store.home), local_role, Tokens.of(provider) if provider else None)
    endpoint = GraphQLEndpoint(store, guard)

    metrics = Metrics(store)

    async def health(request: Request) -> Response:
        try:
            await run_in_threadpool(store.read, "read/ping")
        except CreditGraphError as error:
            return JSONResponse({"status": "unavailable", "code": error.code}, status_code=503)
        return JSONResponse({"status": "ok", "version": __version__})

    graphql = Guarded(endpoint)
    routes = [
        *web.routes(graphql),
        *query_pages.routes(graphql),
        *screen_page.routes(graphql),
        *work_pages.routes(store, endpoint.client),
        Route("/health", health),
        Route("/graphiql", _page("graphiql.html")),
        Route("/static/{name}", _static),
        Route("/graphql", graphql),
        Route("/operations", Guarded(endpoint, _operations)),
        *departments.routes(store, endpoint.client),
        *observing.routes(store, metrics),
    ]
    origins = store.settings.origins
    cors = [] if not origins else [Middleware(CORSMiddleware, allow_origins=origins, **_CORS)]
    middleware = [
        Middleware(Observed, metrics=metrics),
        Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False),
        Middleware(SafeHeaders),
        *cors,
        Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
    ]
    app = Starlette(routes=routes, middleware=middleware)
    app.state.guard = guard
    app.state.home = store.home
    return app


class SafeHeaders:
    """Adds the headers that keep pages to this origin and answers out of caches."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the headers."""
        added = [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()]

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower() for name, _ in message["headers"]}  # a page may be stricter
                message["headers"] = [*message["headers"], *(row for row in added if row[0] not in own)]
            await send(message)

        await self._app(scope, receive, with_headers)


async def _operations(scope: Scope, receive: Receive, send: Send) -> None:
    """The saved operations, as a client needs them to call one."""
    rows = [operation.as_json() for operation in operations().values()]
    await JSONResponse({"operations": rows})(scope, receive, send)


def _bytes(body: str | bytes) -> bytes:
    return body.encode() if isinstance(body, str) else body


def _page(name: str) -> Any:
    async def page(request: Request) -> Response:
        content = files("credit_graph.server").joinpath("pages", name).read_bytes()
        return Response(content, media_type="text/html; charset=utf-8")

    return page


async def _static(request: Request) -> Response:
    """GraphiQL's files from the package that ships them built, and our own two."""
    name = request.path_params["name"]
    if name in OWN_FILES:
        folder = files("credit_graph.server").joinpath("pages")
    elif name in GRAPHIQL_FILES:
        package = "graphene_django_graphiql_static"
        folder = files(package).joinpath("static", package)
    elif name in SITE_FILES:
        folder = files("credit_graph.lists.site").joinpath("static")
    else:
        return Response(status_code=404)
    media_type = (OWN_FILES | GRAPHIQL_FILES | SITE_FILES)[name] + "; charset=utf-8"
    return Response(folder.joinpath(name).read_bytes(), media_type=media_type)
