"""Who shares an address or a telephone: pages against the sets they are cut from, without a graph."""

from __future__ import annotations

from functools import cache
from random import Random

import pytest

from credit_graph.server.columns import Columns
from credit_graph.server.mates import Mates, Shared
from handmade import Said, projection_of
from holdingcharts import TODAY

SIZE = 60
EIDS = [f"91330200{number:010}" for number in range(SIZE)]


@cache
def shared() -> tuple[Columns, dict[str, set[str]]]:
    """Firms with up to two of a few telephones, one of which most of them have; one firm's statement is held."""
    random, said = Random(7), Said()
    numbers: dict[str, set[str]] = {}
    for place, eid in enumerate(EIDS):
        told = {"13900000000"} if place % 3 else set()
        told |= {f"1390000000{random.randint(1, 4)}"} if random.random() < 0.5 else set()
        if not told:
            said.firm(eid, f"庆阳{place}有限公司", address="庆阳市西峰区南大街1号")
            numbers[eid] = set()
            continue
        first, *rest = sorted(told)
        statement = said.firm(eid, f"庆阳{place}有限公司", phone=first)
        for number in rest:
            said.say("Office", eid, f"o{place}", person_name="王某", office="liaison", mobile=number)
        numbers[eid] = told
        if place == 4:
            said.hold(statement, channels="grading")
            numbers[eid] -= {first}
    return Columns(projection_of(said.statements, TODAY)), numbers


def pages(found: Mates, eid: str, size: int) -> list[str]:
    told: list[str] = []
    while page := found.page(eid, told[-1] if told else "", size):
        assert len(page) <= size
        told += page
    return told


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_pages_are_the_sorted_set_of_mates(size: int) -> None:
    columns, numbers = shared()
    found = Mates(columns, "phones")
    for eid in EIDS:
        mates = sorted(other for other in EIDS if other != eid and numbers[eid] & numbers[other])
        assert pages(found, eid, size) == mates
    assert pages(found, "91330200NOBODYHERE", size) == []
    assert found.page(EIDS[1], "A", size) == []


def test_addresses_are_shared_in_the_same_way() -> None:
    columns, numbers = shared()
    without = [eid for eid in EIDS if not numbers[eid] and eid != EIDS[4]]
    kind: Shared = "addresses"
    found = Mates(columns, kind)
    assert len(without) > 3
    assert pages(found, without[1], 2) == [without[0], *without[2:]]
    assert pages(found, EIDS[1], 2) == []
