"""Values by as many as one statement takes."""

from __future__ import annotations

from credit_graph.store.chunks import PER_STATEMENT, chunks


def test_every_item_once_in_its_order() -> None:
    assert list(chunks([], 2)) == []
    assert list(chunks({"a": 1, "b": 2, "c": 3}, 2)) == [["a", "b"], ["c"]]
    assert [len(chunk) for chunk in chunks(range(2 * PER_STATEMENT))] == [PER_STATEMENT, PER_STATEMENT]
