"""Opaque ids and cursors: what is sealed opens again, and nothing else does."""

from __future__ import annotations

import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_graph.errors import UsageError
from credit_graph.server.tokens import Sealer

ONE = Sealer(b"s" * 32, "one")
OTHERS = (Sealer(b"s" * 32, "two"), Sealer(b"t" * 32, "one"))
KEYS = st.lists(st.text() | st.integers(), min_size=1, max_size=4)


@given(st.sampled_from(["Enterprise", "Person", "Record"]), st.text(min_size=1))
def test_ids_open_for_their_client_only(kind: str, key: str) -> None:
    token = ONE.node_id(kind, key)
    assert ONE.node_id(kind, key) == token
    assert ONE.open_id(token) == (kind, key)
    for other in OTHERS:
        assert other.node_id(kind, key) != token
        with pytest.raises(UsageError):
            other.open_id(token)


def test_no_id_is_taken_for_an_option_and_those_that_were_still_open() -> None:
    tokens = {key: ONE.node_id("Person", str(key)) for key in range(1000)}
    assert not any(token.startswith("-") for token in tokens.values())
    changed = {key: token for key, token in tokens.items() if token.startswith(".")}
    assert len(changed) > 5  # one of sixty-four
    for key, token in changed.items():
        assert ONE.open_id(token) == ONE.open_id(f"-{token[1:]}") == ("Person", str(key))


@given(st.text(min_size=1), KEYS)
def test_cursors_fit_their_connection_only(name: str, keys: list[str | int]) -> None:
    token = ONE.cursor(name, *keys)
    assert ONE.open_cursor(name, token) == keys
    with pytest.raises(UsageError):
        ONE.open_cursor(name + "x", token)
    with pytest.raises(UsageError):
        ONE.open_id(token)


@given(st.text() | st.binary().map(lambda data: data.hex()))
def test_anything_else_is_refused(token: str) -> None:
    with pytest.raises(UsageError):
        ONE.open_id(token)
    with pytest.raises(UsageError):
        ONE.open_cursor("records", token)


@given(st.integers(0, 30), st.integers(1, 255))
def test_a_changed_token_is_refused(position: int, change: int) -> None:
    import base64

    token = ONE.node_id("Enterprise", "91621000MA0000AA2W")
    data = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    data[position % len(data)] ^= change
    with pytest.raises(UsageError):
        ONE.open_id(base64.urlsafe_b64encode(bytes(data)).decode().rstrip("="))


def test_ids_given_out_before_rotations_still_open() -> None:
    first, second, third = (bytes([number]) * 32 for number in (1, 2, 3))
    keys = [hmac.new(first, b"id", "sha256").digest()]
    for link in (second, third):
        keys.append(hmac.new(link, keys[-1], "sha256").digest())
    old, middle, new = (Sealer(secret, "one") for secret in (first, first + second, first + second + third))
    for sealer, key in ((old, keys[0]), (middle, keys[1]), (new, keys[2])):
        assert new.open_id(sealer.node_id("Person", key.hex())) == ("Person", keys[2].hex())
        assert new.open_id(sealer.node_id("Person", "name:00ff")) == ("Person", "name:00ff")
        assert new.open_id(sealer.node_id("Record", "00ff")) == ("Record", "00ff")
    with pytest.raises(UsageError):
        old.open_id(new.node_id("Record", "00ff"))
    with pytest.raises(UsageError):
        new.open_cursor("name", old.cursor("name", 1))
