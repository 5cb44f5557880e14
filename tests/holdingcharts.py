"""Small ownership charts as a graph has them: "P>A" at a percentage becomes a contribution record of A."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from credit_graph.links import compute
from credit_graph.links.policy import link_policy
from credit_graph.links.structure import Structure
from handmade import Said, projection_of

TODAY = date(2026, 11, 23)
PERSONS = "PQRST"
CAPITAL = 100_000_000  # fen


def code(letter: str) -> str:
    """The credit code of a company by its letter."""
    return f"91330200{letter * 10}"


def entity(letter: str) -> str:
    """A company's eid, or a person's pid, by its letter."""
    return f"k-{letter}" if letter in PERSONS else code(letter)


def say(city: Said, holds: Mapping[str, float | None], capital: Mapping[str, int] | None = None) -> dict[str, str]:
    """Say the chart; returns the statement of each holding. ``capital`` of a company where it is not ``CAPITAL``."""
    pairs = [tuple(pair.split(">")) for pair in holds]
    for letter in sorted({letter for pair in pairs for letter in pair} - set(PERSONS)):
        city.firm(code(letter), f"{letter}测试有限公司", registered_capital=(capital or {}).get(letter, CAPITAL))
    sids = {}
    for (holder, company), percent in zip(pairs, holds.values(), strict=True):
        content: dict[str, Any] = {"holder_name": f"{holder}测试有限公司"}
        if percent is not None:
            content["subscribed"] = round(percent * CAPITAL / 100)
        if holder in PERSONS:
            content["holder_name"] = f"王{holder}"
        else:
            content["holder_code"] = code(holder)
        pid = entity(holder) if holder in PERSONS else None
        key = f"{holder}>{company}"
        sids[key] = city.say("Contribution", code(company), key, pid=pid, **content).sid
    return sids


def charted(
    holds: Mapping[str, float | None], valid: date = TODAY, capital: Mapping[str, int] | None = None
) -> tuple[Structure, dict[str, str]]:
    """The chart without a graph, and the statement of each holding."""
    said = Said()
    sids = say(said, holds, capital)
    found = compute.links(projection_of(said.statements, TODAY, valid=valid), link_policy())
    return compute.chart(found), sids
