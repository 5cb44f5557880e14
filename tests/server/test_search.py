"""Search by name: Chinese, current and former names, the same on both engines and on both ways."""

from __future__ import annotations

from datetime import date

import pytest

from credit_graph.store import Store
from server.city import A, B, Batch, C, D, registration
from server.conftest import Api

QUERY = """query ($text: String!, $first: Int, $after: String, $asOf: AsOf) {
  search(text: $text, first: $first, after: $after, asOf: $asOf) {
    edges { node { name } } pageInfo { hasNextPage endCursor } } }"""

E, F = "reg:621000000000017", "reg:621000000000025"
NAMES = {
    A: "宁波天工工具有限公司",
    B: "天工贸易（庆阳）有限公司",
    C: "庆阳工天商店",
    D: "天工",
    E: "庆阳ABC天工公司",
    F: "庆阳巨星工具厂",
}


@pytest.fixture(params=[True, False], ids=["index", "statements"])
def city(request: pytest.FixtureRequest, store: Store) -> bool:
    """Six firms; F was called 庆阳巨星天工工具厂 until 2020."""
    batch = Batch(store)
    for eid, name in NAMES.items():
        if eid == F:
            registration(batch, eid, "庆阳巨星天工工具厂", valid_to=date(2020, 1, 1), credit_code=None)
            registration(batch, eid, name, n=1, valid_from=date(2020, 1, 1), credit_code=None)
        else:
            registration(batch, eid, name, credit_code=None if ":" in eid else eid)
    batch.commit(cache=request.param)
    return bool(request.param)


def found(api: Api, text: str, first: int = 20) -> list[str]:
    names: list[str] = []
    after = None
    while True:
        page = api.ask(QUERY, text=text, first=first, after=after)["search"]
        names += [edge["node"]["name"] for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            return names
        after = page["pageInfo"]["endCursor"]


def test_matches_and_their_order(store: Store, api: Api, city: bool) -> None:
    # the exact name, then names that begin so, then the others by key, then former names
    everything = [NAMES[D], NAMES[B], NAMES[A], NAMES[E], NAMES[F]]
    assert found(api, "天工") == everything
    assert found(api, " 天工 ", first=2) == found(api, "天工", first=1) == everything
    assert found(api, "工天") == [NAMES[C]]
    assert found(api, "宁波 工具") == [NAMES[A]]
    assert found(api, "工具") == [NAMES[A], NAMES[F]]
    assert found(api, "巨星天工") == [NAMES[F]]
    assert found(api, "贸易(庆阳)") == found(api, "贸易（庆阳）") == [NAMES[B]]
    assert found(api, "abc天工") == found(api, "ＡＢＣ天工") == [NAMES[E]]
    assert found(api, "不存在") == []
    assert ("read/api_search" in store.metrics) == city
    assert ("read/api_search_statements" in store.metrics) != city


def test_one_character(store: Store, api: Api, city: bool) -> None:
    if city:  # the index has pairs of characters: one alone is looked for at the beginning of names
        assert found(api, "宁") == [NAMES[A]]
        assert found(api, "天") == [NAMES[B], NAMES[D]]
    else:
        assert found(api, "宁") == [NAMES[A]]


ODD = [
    '"',
    "\\",
    "(",
    "天工)",
    "天工*",
    "天工~2",
    "names_text:天工",
    '+-&&||!(){}[]^"~*?:\\/',
    "天工 AND",
    "\u0000",
    "%",
    "'",
]


@pytest.mark.parametrize("text", [*ODD, "", "  ", "天工" * 5000])
def test_no_text_is_an_error_or_a_query_of_its_own(store: Store, api: Api, text: str) -> None:
    batch = Batch(store)
    registration(batch, A, NAMES[A])
    batch.commit()
    assert found(api, text) == []


def test_a_former_point_is_searched_by_its_names(store: Store, api: Api, city: bool) -> None:
    page = api.ask(QUERY, text="巨星天工", asOf={"valid": "2019-06-01"})["search"]
    assert [edge["node"]["name"] for edge in page["edges"]] == ["庆阳巨星天工工具厂"]
    page = api.ask(QUERY, text="庆阳巨星工具", asOf={"valid": "2019-06-01"})["search"]
    assert page["edges"] == []
