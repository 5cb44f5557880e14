"""Tokens of an identity provider (统一身份认证): JWT (RFC 7519) as OpenID Connect gives them, in place of an API key.

The file that ``CREDIT_GRAPH_OIDC_FILE`` names says whose tokens count, and which of their claims is which role.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, Field

from credit_graph.errors import AccessError, StateError, UsageError
from credit_graph.policyfile import read_policy
from credit_graph.server.context import Client
from credit_graph.server.fetching import get
from credit_graph.server.roles import role
from credit_graph.server.scope import Scope, districts

ALGORITHMS = ("RS256", "PS256", "ES256")  # signatures of public keys only: a shared secret is an API key
SKEW = 60  # seconds that clocks may differ (RFC 7519: "usually no more than a few minutes")
FRESH = 3600.0  # seconds that fetched keys are kept
AGAIN = 60.0  # seconds until keys are fetched again for a token whose key is unknown


class Provider(BaseModel):
    """The provider's file. ``jwks``: a file, or an https address whose host is in ``hosts``; ``private``: it may lie in
    a private network; ``claim``: the one that names roles, inner ones behind dots; ``roles``: its values and our roles,
    the first that fits counts; ``districts``: the claim that names division codes, if any."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str = Field(min_length=1)
    audience: str = Field(min_length=1)
    jwks: str = Field(min_length=1)
    hosts: tuple[str, ...] = ()
    private: bool = False
    claim: str = "roles"
    roles: dict[str, str] = Field(min_length=1)
    districts: str | None = None


class Tokens:
    """Checks tokens of one provider. ``now``: seconds since 1970."""

    def __init__(self, provider: Provider, now: Callable[[], float] = time.time) -> None:
        self._provider = provider
        self._now = now
        self._lock = threading.Lock()
        self._keys: KeySet | None = None
        self._read_at = 0.0

    @classmethod
    def of(cls, path: Path) -> Tokens:
        """The provider of the file; ``DefinitionError("policy.invalid")``, ``UsageError`` for an unknown role."""
        provider = read_policy(path, Provider)
        for name in provider.roles.values():
            role(name)
        return cls(provider)

    def client(self, text: str) -> Client:
        """Who bears the token. Raises ``AccessError``: ``access.token`` (not signed by the provider, or for another
        service), ``access.token_expired``, ``access.token_early``, ``access.token_role``; ``StateError`` without keys.
        """
        claims = self._claims(text)
        names = _inner(claims, self._provider.claim)
        given = {names} if isinstance(names, str) else set(names) if isinstance(names, list) else set()
        mapped = next((ours for theirs, ours in self._provider.roles.items() if theirs in given), None)
        if mapped is None or not isinstance(claims.get("sub"), str):
            raise AccessError("access.token_role", claim=self._provider.claim)
        return Client(f"oidc:{claims['sub'][:80]}", role(mapped), self._scope(claims))

    def _scope(self, claims: dict[str, Any]) -> Scope:
        if self._provider.districts is None:
            return Scope()
        found = _inner(claims, self._provider.districts)
        try:
            codes = districts([found] if isinstance(found, str) else found if isinstance(found, list) else [])
        except (TypeError, UsageError):
            codes = ()
        if not codes:  # nobody is given the whole province since a claim is missing
            raise AccessError("access.token_role", claim=self._provider.districts)
        return Scope(codes)

    def _claims(self, text: str) -> dict[str, Any]:
        provider = self._provider
        rules = jwt.JWTClaimsRegistry(
            now=lambda: int(self._now()),
            leeway=SKEW,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": provider.audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        try:
            claims: dict[str, Any] = self._decoded(text).claims
            rules.validate(claims)
        except ExpiredTokenError:
            raise AccessError("access.token_expired") from None
        except InvalidClaimError as error:
            early = error.claim in {"nbf", "iat"}
            raise AccessError("access.token_early" if early else "access.token") from None
        except (JoseError, ValueError, TypeError, RecursionError):
            raise AccessError("access.token") from None
        return claims

    def _decoded(self, text: str) -> jwt.Token:
        try:
            return jwt.decode(text, self._known(FRESH), algorithms=ALGORITHMS)
        except (JoseError, ValueError):  # perhaps by a key that the provider began to use since
            return jwt.decode(text, self._known(AGAIN), algorithms=ALGORITHMS)

    def _known(self, age: float) -> KeySet:
        with self._lock:
            if self._keys is None or self._now() - self._read_at >= age:
                self._read_at = self._now()
                try:
                    self._keys = KeySet.import_key_set(json.loads(self._bytes()))
                except (OSError, HTTPException, ValueError, KeyError, TypeError, JoseError) as error:
                    if self._keys is None:
                        raise StateError(
                            "state.token_keys", path=self._provider.jwks, why=type(error).__name__
                        ) from None
            return self._keys

    def _bytes(self) -> bytes:
        provider = self._provider
        if "://" not in provider.jwks:
            return Path(provider.jwks).read_bytes()
        return get(provider.jwks, hosts=provider.hosts, private=provider.private)


def _inner(claims: dict[str, Any], name: str) -> Any:
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found
