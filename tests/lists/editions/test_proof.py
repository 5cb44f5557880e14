"""The proof that an entry is in a release: what it shows, and that nothing of it can be altered."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from folders import HISTORY, MADE, PUBLISHED, SIGNER, VIEWED, release, resigned

from credit_graph import text
from credit_graph.errors import CreditGraphError, InputError
from credit_graph.lists.editions.draft import columns_of
from credit_graph.lists.editions.edition import canonical, sha256
from credit_graph.lists.editions.keys import KeyHistory
from credit_graph.lists.editions.proof import prove, verify_proof
from credit_graph.lists.editions.signatures import Signer
from releases import BUREAU, TITLES, entry

MADE_OF = release(12, {3})
CODE, GONE = (str(entry(n)["credit_code"]) for n in (11, 3))
PROOF = prove(MADE_OF.archive, CODE)


@pytest.fixture(autouse=True)
def english() -> None:
    text.use("en")


def fault(said: Any, trusted: KeyHistory | None = None) -> str:
    with pytest.raises(InputError) as raised:
        verify_proof(said if isinstance(said, bytes) else canonical(said) + b"\n", trusted)
    assert raised.value.code == "input.proof"
    return str(raised.value.fields["why"])


def test_a_proof_shows_whose_entry_was_in_which_release_of_which_day() -> None:
    assert prove(MADE_OF.public, CODE) == PROOF  # what stays in the bureau is in neither
    found = verify_proof(PROOF, HISTORY)
    public = [column.name for column in columns_of(TITLES, marked=True) if not column.internal]
    assert [dict(shown) for shown in found.entries] == [{**{n: entry(11).get(n) for n in public}, "number": "11"}]
    assert (found.head.list, found.head.release, found.head.published_on) == (
        "serious_violation",
        "2026Q3",
        "2026-10-09",
    )
    assert (found.published.key.owner, found.published.signed_on, found.trusted) == (BUREAU, PUBLISHED, True)
    assert not verify_proof(PROOF).trusted
    assert len(PROOF) < 4_000
    for n in range(1, 13):
        [shown] = verify_proof(prove(MADE_OF.archive, str(entry(n)["credit_code"]))).entries
        assert shown["number"] == str(n)


def test_what_is_not_there_or_was_taken_down_or_does_not_verify_is_not_proven() -> None:
    for files, code, refused in (
        (MADE_OF.archive, "91621002MA00009999", "usage.unknown_entity"),
        (MADE_OF.public, GONE, "usage.unknown_entity"),
        (MADE_OF.public | {"leaves.txt": b""}, CODE, "input.release_altered"),
    ):
        with pytest.raises(CreditGraphError) as raised:
            prove(files, code)
        assert raised.value.code == refused
    assert verify_proof(prove(MADE_OF.archive, GONE)).entries[0]["name"] == entry(3)["name"]


def test_no_byte_of_a_proof_can_be_another() -> None:
    random = Random(8)
    for at, byte in enumerate(PROOF):
        assert fault(PROOF[:at] + bytes([byte ^ random.randrange(1, 256)]) + PROOF[at + 1 :])
    for data in (
        b"",
        b"{}\n",
        b"[]\n",
        PROOF[:-1],
        PROOF + b"\n",
        b" " + PROOF,
        json.dumps(json.loads(PROOF)).encode(),
    ):
        assert fault(data) == "it has parts missing, or was written otherwise"


def test_forged_proofs() -> None:
    said = json.loads(PROOF)
    [row] = said["entries"]
    outside, parts = "an entry is not in the tree of the release", "it has parts missing, or was written otherwise"

    def with_row(**changes: Any) -> str:
        return fault({**said, "entries": [row, {**row, **changes}]})

    assert with_row(entry={**row["entry"], "name": "别的公司"}) == outside
    assert with_row(entry={**row["entry"], "number": "10"}) == outside
    assert with_row(entry={**row["entry"], "sid": "0" * 32}) == outside  # the leaf says nothing of it
    assert with_row(path=row["path"][1:]) == with_row(path=[*row["path"], row["path"][0]]) == outside
    assert with_row(path=[step.upper() for step in row["path"]]) == with_row(path=None) == with_row(more=1) == outside
    assert with_row(entry={}) == with_row(entry=[]) == outside
    assert fault({**said, "entries": []}) == fault({**said, "entries": {}}) == fault({**said, "more": 1}) == parts
    assert fault({**said, "format": "credit_graph/proof/2"}) == fault({**said, "keys": {}}) == parts
    assert fault({**said, "keys": []}).endswith("it is cut off")
    assert fault({**said, "head": {**said["head"], "published_on": "2026-10-10"}}) == "it is not over this content"
    assert fault({**said, "head": []}) == "it has parts missing or wrong"
    thief = Signer.new()
    theirs = KeyHistory().add(thief.public, BUREAU, "bureau", MADE, thief)
    forged = prove(release(12, set(), thief, theirs).public, CODE)
    assert verify_proof(forged).history.root.fingerprint == sha256(thief.public)
    assert fault(forged, HISTORY) == "its keys are not those that are trusted"
    late = resigned(MADE_OF.public, "head", said["head"], VIEWED, SIGNER)
    assert fault({**said, "head_sig": json.loads(late["head.sig"])}) == "it was not signed on the day of publication"
