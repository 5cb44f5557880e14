"""Tokens of an identity provider: who signed, for whom, when, and as which role; where keys may be fetched from."""

from __future__ import annotations

import base64
import hmac
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from credit_graph.errors import CreditGraphError, UsageError
from credit_graph.server.app import create_app
from credit_graph.server.context import Client
from credit_graph.server.fetching import get
from credit_graph.server.oidc import Provider, Tokens
from credit_graph.server.roles import role
from credit_graph.server.scope import Scope
from credit_graph.store import Store
from credit_graph.store.secret import load_or_create
from server.city import A, Batch, registration
from server.conftest import Api

NOW = 1_800_000_000
RSA = RSAKey.generate_key(2048, {"kid": "one"})
EC = ECKey.generate_key("P-256", {"kid": "two"})
OTHER = RSAKey.generate_key(2048, {"kid": "one"})
GOOD = {"iss": "https://sso", "aud": "credit-graph", "sub": "zhang", "exp": NOW + 600, "roles": ["staff", "sc-analyst"]}
FILE = {"issuer": "https://sso", "audience": "credit-graph", "roles": {"sc-admin": "auditor", "sc-analyst": "analyst"}}


def token(key: Any = RSA, algorithm: str = "RS256", **claims: Any) -> str:
    said = {name: value for name, value in {**GOOD, **claims}.items() if value is not None}
    return jwt.encode({"alg": algorithm, "kid": key.kid}, said, key, algorithms=[algorithm])


def part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def key_set(path: Path, *keys: Any) -> None:
    path.write_text(json.dumps({"keys": [key.as_dict(private=False) for key in keys]}))


@pytest.fixture
def jwks(tmp_path: Path) -> Path:
    key_set(tmp_path / "jwks.json", RSA, EC)
    return tmp_path / "jwks.json"


def tokens(jwks: Path, now: Any = lambda: NOW, **changed: Any) -> Tokens:
    return Tokens(Provider.model_validate({**FILE, "jwks": str(jwks), **changed}), now)


def code(found: Tokens, text: str) -> str:
    with pytest.raises(CreditGraphError) as raised:
        found.client(text)
    return raised.value.code


def test_a_token_is_a_client_with_the_role_of_its_claim(jwks: Path) -> None:
    analyst = Client("oidc:zhang", role("analyst"))
    assert tokens(jwks).client(token()) == analyst
    assert tokens(jwks).client(token(EC, "ES256")) == analyst
    assert tokens(jwks).client(token(RSA, "PS256", roles="sc-analyst", aud=["other", "credit-graph"])) == analyst
    assert tokens(jwks).client(token(roles=["sc-analyst", "sc-admin"])).role == role("auditor")
    inner = tokens(jwks, claim="realm.roles", districts="district")
    found = inner.client(token(realm={"roles": ["sc-analyst"]}, district=["621000"]))
    assert (found.role, found.scope) == (role("analyst"), Scope(("6210",)))
    for district in (None, [], "emperor", [1], {"a": 1}):  # a county's clerk does not become the province's
        assert code(inner, token(realm={"roles": ["sc-analyst"]}, district=district)) == "access.token_role"


def test_each_fault_of_a_token_has_its_code(jwks: Path) -> None:
    found = tokens(jwks)
    head, body, signature = token().split(".")
    unsigned = part(b'{"alg":"none","kid":"one"}') + f".{body}."
    start = part(b'{"alg":"HS256","kid":"one"}') + f".{body}"
    shared = start + "." + part(hmac.digest(RSA.as_pem(private=False), start.encode(), "sha256"))
    wrong = [token(OTHER), unsigned, shared, "..", "a.b.c", f"{head}.{body}.", f"{head}.{body}x.{signature}"]
    wrong += [token(iss="https://other"), token(aud="other"), token(exp=None), token(sub=None), token(exp="tomorrow")]
    assert {code(found, text) for text in wrong} == {"access.token"}
    assert code(found, token(exp=NOW - 61)) == "access.token_expired"
    for text in (token(nbf=NOW + 300), token(iat=NOW + 300)):  # a clock five minutes off
        assert code(found, text) == "access.token_early"
    within = token(exp=NOW - 59, nbf=NOW + 60, iat=NOW + 60)
    assert found.client(within).id == "oidc:zhang"
    for roles in (None, [], ["staff"], {"sc-analyst": True}, 1):
        assert code(found, token(roles=roles)) == "access.token_role"


def test_keys_are_read_again_for_an_unknown_one_but_seldom(jwks: Path) -> None:
    now = float(NOW)
    found = tokens(jwks, lambda: now)
    key_set(jwks, EC)
    assert code(found, token()) == "access.token"
    key_set(jwks, RSA)
    assert code(found, token()) == "access.token"  # read a moment ago
    now += 60
    assert found.client(token()).id == "oidc:zhang"
    jwks.unlink()
    now += 120
    assert found.client(token()).id == "oidc:zhang"  # the provider is away: what is known counts
    assert code(tokens(jwks), token()) == "state.token_keys"


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("http://sso.example.gov.cn/jwks", ["sso.example.gov.cn"]),
        ("https://other.example/jwks", ["sso.example.gov.cn"]),
        ("https://user@localhost/jwks", ["localhost"]),
        ("https://localhost/jwks", ["localhost"]),
        ("https://127.0.0.1:9/jwks", ["127.0.0.1"]),
        ("file:///etc/passwd", [""]),
    ],
)
def test_keys_are_fetched_from_listed_hosts_over_tls_only(url: str, hosts: list[str]) -> None:
    with pytest.raises(PermissionError):
        get(url, hosts=hosts)


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_with_a_provider_every_request_needs_a_token_or_a_key(store: Store, today: None, jwks: Path) -> None:
    load_or_create(store.settings, store)
    batch = Batch(store)
    registration(batch, A, "庆阳天工建材有限公司")
    batch.commit()
    file = jwks.with_name("oidc.yml")
    file.write_text(yaml.safe_dump({**FILE, "jwks": str(jwks)}))
    store.settings.oidc_file = file
    query = "query ($code: String!) { enterprise(code: $code) { name } }"
    app = create_app(store)
    late = 4_000_000_000
    good = Api(app, {"Authorization": f"Bearer {token(exp=late)}"})
    assert good.ask(query, code=A) == {"enterprise": {"name": "庆阳天工建材有限公司"}}
    for text, status, found in (
        ("", 401, "access.key"),
        (token(exp=1), 401, "access.token_expired"),
        (token(roles=[], exp=late), 403, "access.token_role"),
    ):
        answer = Api(app, {"Authorization": f"Bearer {text}", "X-Role": "analyst"}).post(query, code=A)
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (status, found)
    file.write_text(yaml.safe_dump({**FILE, "jwks": str(jwks), "roles": {"x": "emperor"}}))
    with pytest.raises(UsageError):
        create_app(store)
