"""The installation secret: made once, tied to its graph, refused when it is another."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from credit_graph.errors import StateError
from credit_graph.settings import Settings
from credit_graph.store import Store, admin
from credit_graph.store.secret import load_or_create, secret_path

Define = Callable[[str, str], str]

PUT = "// purpose: x\n// parameters: none\n// returns: none\nMERGE (:Person {pid: 'p'})"


def test_it_is_made_once_and_private(settings: Settings, store: Store) -> None:
    secret = load_or_create(settings, store)
    assert len(secret) == 32
    path = settings.home / "secret.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text()) == {"chain": [secret.hex()]}
    assert load_or_create(settings, store) == secret
    check = hashlib.sha256(hmac.new(secret, b"credit_graph secret check", "sha256").digest()).hexdigest()
    assert store.read("read/secret_check") == [{"check": check}]


def test_it_may_lie_elsewhere(settings: Settings, store: Store, tmp_path: Path) -> None:
    elsewhere = settings.model_copy(update={"secret_file": tmp_path / "other.json"})
    secret = load_or_create(elsewhere, store)
    assert json.loads((tmp_path / "other.json").read_text()) == {"chain": [secret.hex()]}
    assert not (settings.home / "secret.json").exists()


def test_another_secret_is_refused(settings: Settings, store: Store) -> None:
    first = load_or_create(settings, store)
    path = secret_path(settings)
    original = path.read_text()
    path.write_text(json.dumps({"chain": [os.urandom(32).hex()]}))
    with pytest.raises(StateError) as caught:
        load_or_create(settings, store)
    assert (caught.value.code, caught.value.exit_status) == ("state.secret", 6)
    assert str(path) in str(caught.value)
    path.write_text(original)
    assert load_or_create(settings, store) == first


def test_a_missing_file_is_refused_where_the_graph_holds_data(settings: Settings, store: Store, define: Define) -> None:
    load_or_create(settings, store)
    secret_path(settings).unlink()
    with pytest.raises(StateError, match="缺失"):
        load_or_create(settings, store)
    store.clear()
    store.write(define("test/put", PUT))
    with pytest.raises(StateError, match="缺失"):
        load_or_create(settings, store)
    assert not secret_path(settings).exists()
    store.clear()
    assert len(load_or_create(settings, store)) == 32


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"chain": []}', '{"chain": ["00"]}', '{"chain": ["x"]}'])
@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_a_damaged_file_is_refused_and_kept(settings: Settings, store: Store, text: str) -> None:
    path = secret_path(settings)
    path.write_text(text)
    with pytest.raises(StateError) as caught:
        load_or_create(settings, store)
    assert caught.value.code == "state.secret"
    assert path.read_text() == text
    assert store.size() == 0


def test_a_wiped_graph_takes_the_same_secret_again(settings: Settings, store: Store) -> None:
    secret = load_or_create(settings, store)
    assert admin.wipe(store) == 1
    assert load_or_create(settings, store) == secret
