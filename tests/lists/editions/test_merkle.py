"""RFC 6962 trees: the vectors of the certificate-transparency project, the definition itself, every path."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from credit_graph.lists.editions.merkle import audit_path, leaf_hash, root, root_by_path

# leaves and roots of the reference implementation of certificate transparency
LEAVES = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")] + [
    bytes.fromhex("606162636465666768696a6b6c6d6e6f")
]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, word for word: split at the largest power of two below n."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + by_definition(leaves[:k]) + by_definition(leaves[k:])).digest()


def test_the_vectors_of_certificate_transparency() -> None:
    assert {n: root([leaf_hash(data) for data in LEAVES[:n]]).hex() for n in ROOTS} == ROOTS


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_the_root_is_that_of_the_definition_and_every_path_leads_to_it(data: list[bytes]) -> None:
    leaves = [leaf_hash(item) for item in data]
    top = root(leaves)
    assert top == by_definition(data)
    for at, leaf in enumerate(leaves):
        path = audit_path(leaves, at)
        assert root_by_path(leaf, at, len(leaves), path) == top
        assert root_by_path(leaf, at, len(leaves), [*path, leaf]) is None
        if path:
            assert root_by_path(leaf, at, len(leaves), path[:-1]) is None
        assert root_by_path(leaf_hash(b"other" + data[at]), at, len(leaves), path) != top


def test_no_path_for_a_place_outside_the_tree() -> None:
    assert (root_by_path(LEAVES[1], 1, 1, []), root_by_path(LEAVES[1], -1, 1, [])) == (None, None)
