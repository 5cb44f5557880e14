"""Who asks, known before anything is read: for every route that gives data."""

from __future__ import annotations

from dataclasses import replace

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse

from credit_graph.errors import CreditGraphError
from credit_graph.server.auditing import purpose_of
from credit_graph.server.context import Client
from credit_graph.server.keys import Keys
from credit_graph.server.oidc import Tokens
from credit_graph.server.rates import Buckets
from credit_graph.server.roles import limits, role

LOCAL = "local"  # the client of a server without keys
# of a request that is refused before it is read
_STATUS = {
    "access.too_many": 429,
    "access.denied": 403,
    "access.no_purpose": 400,
    "access.token_role": 403,
    "state.token_keys": 503,
    "state.rotating": 503,
}


class Guard:
    """Finds the client of a request and counts it."""

    def __init__(
        self, keys: Keys, local_role: str, tokens: Tokens | None = None, buckets: Buckets | None = None
    ) -> None:
        self._keys = keys
        self._tokens = tokens
        self._local_role = local_role
        self._buckets = buckets or Buckets()

    def client(self, authorization: str | None, purpose: str | None = None) -> Client:
        """Who asks; without any key or identity provider it is the local user, whose requests are not counted.

        ``purpose``: the header ``X-Purpose``. Raises those of ``Keys.check`` and ``Tokens.client``, ``access.too_many``
        beyond the key's rate, ``access.no_purpose`` where the role must say it.
        """
        found = self._known(authorization)
        return replace(found, purpose=purpose_of(found.role, purpose))

    def _known(self, authorization: str | None) -> Client:
        if self._tokens is None and not self._keys.all():
            return Client(LOCAL, role(self._local_role))
        scheme, _, said = (authorization or "").partition(" ")
        token = said.strip() if scheme.lower() == "bearer" else ""
        if self._tokens is not None and token.count(".") == 2:  # a key has none
            client = self._tokens.client(token)
        else:
            key = self._keys.check(token)
            client = Client(key.id, key.narrowed(), key.scope)
        self._buckets.take(client.id, client.scope.rate or limits().requests_per_minute.value)
        return client


async def client_of(request: Request) -> Client:
    """The client of a request to a route that is no GraphQL; raises ``CreditGraphError`` (see :func:`refusal`)."""
    guard: Guard = request.app.state.guard
    headers = request.headers
    return await run_in_threadpool(guard.client, headers.get("authorization"), headers.get("x-purpose"))


def refusal(error: CreditGraphError, status: int | None = None) -> JSONResponse:
    """The answer to a request that is refused before it is read: a GraphQL error with its HTTP status."""
    known = 401 if error.code.startswith("access.") else 500
    found = status or _STATUS.get(error.code, known)
    headers = {}
    if found == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if found == 429:
        headers["Retry-After"] = str(error.fields["seconds"])
    body = {"errors": [{"message": str(error), "extensions": {"code": error.code}}]}
    return JSONResponse(body, status_code=found, headers=headers)
