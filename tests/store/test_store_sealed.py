"""The sealed copy of the secret: opened by its passphrase only, and taken only where it fits."""

from __future__ import annotations

import base64
import json
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from credit_graph.errors import InputError, StateError
from credit_graph.settings import Settings
from credit_graph.store import Store, admin, sealed
from credit_graph.store.secret import adopt, load_or_create, read, secret_path, standing

A, B = bytes(range(32)), bytes(range(32, 64))
WORDS = "一个很长的口令 2026"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "COST", 2**10)


def test_it_opens_by_its_passphrase_and_holds_what_the_format_says(tmp_path: Path) -> None:
    path = tmp_path / "copy.json"
    sealed.export(A + B, path, WORDS)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sealed.open_sealed(path, WORDS) == A + B
    head = json.loads(path.read_text())
    assert (head["format"], head["version"], head["links"]) == ("credit_graph secret", 1, 2)
    box = base64.b64decode(head.pop("sealed"))
    salt, nonce = (base64.b64decode(text) for text in (head["kdf"]["salt"], head["cipher"]["nonce"]))
    key = Scrypt(salt=salt, length=32, n=2**10, r=8, p=1).derive(WORDS.encode())
    beside = json.dumps(head, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    assert AESGCM(key).decrypt(nonce, box, beside) == A + B
    for part in (A, B, A.hex().encode(), base64.b64encode(A)[:20]):
        assert part not in path.read_bytes()


def test_no_two_copies_are_alike_and_none_is_overwritten(tmp_path: Path) -> None:
    for name in ("one", "two"):
        sealed.export(A, tmp_path / name, WORDS)
    one = (tmp_path / "one").read_bytes()
    assert one != (tmp_path / "two").read_bytes()
    with pytest.raises(StateError) as caught:
        sealed.export(B, tmp_path / "one", WORDS)
    assert caught.value.code == "state.exists"
    assert (tmp_path / "one").read_bytes() == one
    with pytest.raises(StateError) as caught:
        sealed.export(B, tmp_path / "nowhere" / "one", WORDS)
    assert caught.value.code == "state.cannot_write"


@pytest.mark.parametrize("words", ["", "Wrong passphrase", WORDS + " "])
def test_a_wrong_passphrase(tmp_path: Path, words: str) -> None:
    sealed.export(A, tmp_path / "copy", WORDS)
    with pytest.raises(InputError) as caught:
        sealed.open_sealed(tmp_path / "copy", words)
    assert (caught.value.code, caught.value.exit_status) == ("input.passphrase", 3)


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("links", 2, "input.passphrase"),
        ("made_on", "2020-01-01", "input.passphrase"),
        ("check", "00", "input.passphrase"),
        ("sealed", "AAAA", "input.passphrase"),
        ("sealed", None, "input.not_a_secret"),
        ("sealed", "?", "input.not_a_secret"),
        ("format", "other", "input.not_a_secret"),
        ("version", 2, "input.not_a_secret"),
        ("kdf", {"name": "scrypt", "n": 2**40, "r": 8, "p": 1, "salt": "AAAA"}, "input.not_a_secret"),
        ("kdf", {"name": "scrypt", "n": 1025, "r": 8, "p": 1, "salt": "AAAA"}, "input.not_a_secret"),
        ("kdf", {"name": "none", "n": 1024, "r": 8, "p": 1, "salt": "AAAA"}, "input.not_a_secret"),
        ("kdf", "scrypt", "input.not_a_secret"),
    ],
)
def test_an_altered_copy_is_refused(tmp_path: Path, name: str, value: object, code: str) -> None:
    path = tmp_path / "copy"
    sealed.export(A, path, WORDS)
    path.write_text(json.dumps(json.loads(path.read_text()) | {name: value}))
    with pytest.raises(InputError) as caught:
        sealed.open_sealed(path, WORDS)
    assert caught.value.code == code


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{}", b"\xff\xfe"])
def test_what_is_no_copy(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "copy").write_bytes(data)
    with pytest.raises(InputError) as caught:
        sealed.open_sealed(tmp_path / "copy", WORDS)
    assert caught.value.code == "input.not_a_secret"
    with pytest.raises(InputError) as caught:
        sealed.open_sealed(tmp_path / "missing", WORDS)
    assert caught.value.code == "input.not_found"


def refused(settings: Settings, store: Store, secret: bytes) -> None:
    before = secret_path(settings).read_bytes() if secret_path(settings).exists() else None
    with pytest.raises(StateError) as caught:
        adopt(settings, store, secret)
    assert caught.value.code == "state.secret_copy"
    assert (secret_path(settings).read_bytes() if before else None) == before


def test_it_is_taken_where_it_fits(settings: Settings, store: Store) -> None:
    assert adopt(settings, store, A)
    assert load_or_create(settings, store) == A
    assert not adopt(settings, store, A)
    refused(settings, store, B)
    secret_path(settings).unlink()
    refused(settings, store, B)
    assert adopt(settings, store, A)
    assert load_or_create(settings, store) == A


def test_a_rotated_copy_replaces_the_old_one_and_never_the_other_way(settings: Settings, store: Store) -> None:
    assert adopt(settings, store, A)
    load_or_create(settings, store)
    assert adopt(settings, store, A + B)
    found = standing(settings, store)
    assert (found.secret, found.applied, found.behind) == (A + B, 1, True)
    refused(settings, store, A)
    refused(settings, store, B + A)
    assert read(secret_path(settings)) == A + B


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_on_an_empty_graph_the_former_secret_is_kept_beside(settings: Settings, store: Store) -> None:
    adopt(settings, store, A)
    assert store.size() == 0
    assert adopt(settings, store, B)
    kept = secret_path(settings).with_name("secret.json.replaced")
    assert (read(secret_path(settings)), read(kept)) == (B, A)
    (settings.home / "tombstones.jsonl").write_text('{"id": "1"}\n')
    refused(settings, store, A)
    admin.wipe(store)
    refused(settings, store, A)
