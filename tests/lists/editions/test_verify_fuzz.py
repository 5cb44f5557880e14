"""Whatever a stranger writes into a release and signs by keys of his own: an answer or a refusal, never a crash."""

from __future__ import annotations

import json
from typing import Any

from folders import PUBLISHED, VIEWED, listed, release, resigned
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_graph.errors import InputError
from credit_graph.lists.editions.edition import canonical
from credit_graph.lists.editions.proof import prove, verify_proof
from credit_graph.lists.editions.verify import verify_files
from releases import entry

MADE_OF = release(4, {2})
PROOF = json.loads(prove(MADE_OF.archive, str(entry(3)["credit_code"])))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2**70) | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in a JSON value, the whole of it first."""
    below: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        below = list(value.items())
    elif isinstance(value, list):
        below = list(enumerate(value))
    return [path, *(place for key, item in below for place in places(item, (*path, key)))]


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(value[path[0]], path[1:], new)
    return copy


def tampered(data: st.DataObject) -> dict[str, bytes]:
    """Signed as if the bureau itself had written something else somewhere."""
    archive = data.draw(st.booleans())
    files, day = (MADE_OF.archive, PUBLISHED) if archive else (MADE_OF.public, VIEWED)
    name = data.draw(st.sampled_from([name for name in files if name.endswith((".json", ".jsonl", ".sig"))]))
    lines = [json.loads(line) for line in files[name].splitlines()]
    at = data.draw(st.integers(0, len(lines) - 1))
    lines[at] = changed(lines[at], data.draw(st.sampled_from(places(lines[at]))), data.draw(VALUES))
    if name == "index.json":
        return resigned(files, "index", lines[0], day)
    files = {**files, name: b"".join(canonical(line) + b"\n" for line in lines)}
    if name == "index.sig":
        return files
    if name == "head.json":
        files = resigned(files, "head", lines[0], PUBLISHED)
    return listed(files, day)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_verifying_answers_or_refuses(data: st.DataObject) -> None:
    try:
        verify_files(tampered(data))
    except InputError as error:
        assert error.code in {"input.release_altered", "input.not_a_release"}
        assert isinstance(error.fields["path"], str)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(places(PROOF)), VALUES)
def test_a_proof_is_read_or_refused(path: tuple[Any, ...], new: Any) -> None:
    try:
        verify_proof(canonical(changed(PROOF, path, new)) + b"\n")
    except InputError as error:
        assert error.code == "input.proof"
