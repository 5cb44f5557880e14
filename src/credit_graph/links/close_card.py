"""Close links (密切关联) of one entity as plain values, by both definitions, each with the holdings that add up.

Shares are fractions as text and, rounded down and for display only, parts per million; votes are in fen.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

from credit_graph.links.close_links import (
    FIFTH,
    CloseLink,
    TooManyPaths,
    ecb_close_links,
    product_close_links,
    simple_paths,
)
from credit_graph.links.closure import closure
from credit_graph.links.control import SHOWN, vote_row
from credit_graph.links.structure import Structure

ECB = "ECB, T2S data model, T2S.16.690"
PRODUCTS = "Atzeni et al., Weaving enterprise knowledge graphs, 2020"
_PATHS = 20


def close_card(chart: Structure, entity: str, limit: int = SHOWN) -> dict[str, Any]:
    """``ecb`` and ``products``: ``rule``, ``links`` (at most ``limit`` of ``total``), ``complete``.

    A link: ``other``, ``why`` (``owns``, ``owned``, or ``third``: that one owns the majority of both), ``share``,
    ``share_ppm``. By the ECB: ``holdings``, the shares of the one in the other that add up, direct and by companies it
    owns the majority of, and ``through``, the holdings that make up these majorities. By products: ``paths``, each with
    its product and its steps. ``complete`` is false where there are too many paths to be told.
    """
    number = chart.number(entity)
    empty: dict[str, Any] = {"links": [], "total": 0, "complete": True}
    if number is None:
        return {"ecb": {"rule": ECB, **empty}, "products": {"rule": PRODUCTS, **empty}}
    ecb = ecb_close_links(chart.holdings, number, state=chart.state)
    told = [_ecb(chart, number, link, limit) for link in ecb[:limit]]
    return {
        "ecb": {"rule": ECB, "links": told, "total": len(ecb), "complete": True},
        "products": {"rule": PRODUCTS, **_products(chart, number, limit)},
    }


def _ecb(chart: Structure, number: int, link: CloseLink, limit: int) -> dict[str, Any]:
    if link.third is None:
        ends = [(number, link.other) if link.why == "owns" else (link.other, number)]
    else:
        ends = [(link.third, number), (link.third, link.other)]
    parts = [_adds_up(chart, *pair) for pair in ends]
    holdings = [row for direct, _ in parts for row in direct]
    through = {(row["holder"], row["company"]): row for _, rest in parts for row in rest}
    # what is said already is not said again: of a third party the one company may lie below the other
    for row in holdings:
        through.pop((row["holder"], row["company"]), None)
    third = None if link.third is None else chart.name(link.third)
    told = {"other": chart.name(link.other), "why": link.why, **_share(link.share), "third": third}
    return {**told, "holdings": holdings[:limit], "through": list(through.values())[:limit]}


def _adds_up(chart: Structure, owner: int, company: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The holdings in the company of the owner and those it owns the majority of, and what makes these majorities."""
    among = {owner, *closure(chart.holdings, owner)}
    rows: dict[int, list[dict[str, Any]]] = {}
    waiting = [company]
    while waiting:
        held = waiting.pop()
        holders = [h for h, votes in chart.holdings.holders(held) if votes > 0 and h in among]
        rows[held] = [_row(chart, h, held) for h in holders]
        waiting += [h for h in holders if h != owner and h not in rows and h not in waiting]
    direct = rows.pop(company)
    return direct, [row for held in sorted(rows) for row in rows[held]]


def _products(chart: Structure, number: int, limit: int) -> dict[str, Any]:
    try:
        links = product_close_links(chart.holdings, number)
    except TooManyPaths:
        return {"links": [], "total": None, "complete": False}
    shown = links[:limit]
    paths: dict[tuple[str, int], list[tuple[Fraction, tuple[int, ...]]]] = {}
    for why, down in (("owns", True), ("owned", False)):
        wanted = {link.other for link in shown if link.why == why}
        for path, product in simple_paths(chart.holdings, number, down=down) if wanted else ():
            if path[-1] in wanted:
                paths.setdefault((why, path[-1]), []).append((product, path if down else path[::-1]))
    told = [_product(chart, link, paths[link.why, link.other]) for link in shown]
    return {"links": told, "total": len(links), "complete": True}


def _product(chart: Structure, link: CloseLink, paths: list[tuple[Fraction, tuple[int, ...]]]) -> dict[str, Any]:
    ordered = sorted(paths, key=lambda item: (-item[0], item[1]))
    told = [
        {**_share(product), "steps": [_row(chart, a, b) for a, b in pairwise(path)]}
        for product, path in ordered[:_PATHS]
    ]
    head = {"other": chart.name(link.other), "why": link.why, **_share(link.share), "third": None}
    return {**head, "paths": told, "paths_total": len(paths)}


def _row(chart: Structure, holder: int, company: int) -> dict[str, Any]:
    held = chart.holding(chart.name(holder), chart.name(company))
    assert held is not None  # only asked of holdings
    return {"company": chart.name(company), **vote_row(held, chart.whole(chart.name(company)))}


def _share(share: Fraction | None) -> dict[str, Any]:
    if share is None:
        return {"share": None, "share_ppm": None}
    return {"share": str(share), "share_ppm": share.numerator * 1_000_000 // share.denominator}


def line() -> str:
    """The line of both definitions, for people."""
    return f"{FIFTH.numerator * 100 // FIFTH.denominator}%"
