"""Risk as other definitions have it, for comparison: reached by ``credit-graph solve`` only, not used by the platform.

Exact fractions, small charts. ``network``: from -> to -> the probabilities of the links between the two.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

N = TypeVar("N", bound=Hashable)
Links = Mapping[N, Mapping[N, Sequence[Fraction]]]
MAX_DIGITS = 4000  # of a fraction, in bits
MAX_UNCERTAIN = 16  # links that may fail: the time doubles with each
_NEAR = 10**6  # largest denominator of a limit that is looked for
_ROUNDS = 10_000


def noisy_or(network: Links[N], sources: Mapping[N, Fraction], nodes: Sequence[N]) -> dict[N, Fraction] | None:
    """``h(v) = 1 - prod(1 - h(u) p(u, v))`` over all links into v, repeated until nothing changes.

    Evidence that shares a beginning is counted twice: that is what :func:`reliability` is compared for. On a cycle
    the values rise for ever: their limit is given where it is a fraction that solves the equations exactly. None
    where there is no such fraction, or fractions get too long.
    """
    into: dict[N, list[tuple[N, Fraction]]] = {node: [] for node in nodes}
    for start, ends in network.items():
        for end, links in ends.items():
            into[end] += [(start, p) for p in links]
    value = {node: sources.get(node, Fraction(0)) for node in nodes}
    for _ in nodes:
        following = _once(into, sources, value)
        if following == value:
            return value
        if max(share.denominator.bit_length() for share in following.values()) > MAX_DIGITS:
            break
        value = following
    return _limit(into, sources)


def _once(
    into: Mapping[N, Sequence[tuple[N, Fraction]]], sources: Mapping[N, Fraction], value: Mapping[N, Fraction]
) -> dict[N, Fraction]:
    result = {}
    for node, links in into.items():
        spared = 1 - sources.get(node, Fraction(0))
        for start, p in links:
            spared *= 1 - value[start] * p
        result[node] = 1 - spared
    return result


def _limit(into: Mapping[N, Sequence[tuple[N, Fraction]]], sources: Mapping[N, Fraction]) -> dict[N, Fraction] | None:
    """The limit on a chart with cycles: guessed from rounds in floating point, and proved by the equations."""
    links = {node: [(start, float(p)) for start, p in found] for node, found in into.items()}
    own = {node: float(p) for node, p in sources.items()}
    near = {node: own.get(node, 0.0) for node in into}
    for _ in range(_ROUNDS):
        before = dict(near)
        for node, found in links.items():
            spared = 1 - own.get(node, 0.0)
            for start, p in found:
                spared *= 1 - near[start] * p
            near[node] = 1 - spared
        if near == before:
            break
    guess = {node: Fraction(p).limit_denominator(_NEAR) for node, p in near.items()}
    return guess if _once(into, sources, guess) == guess else None


def reliability(network: Links[N], sources: Mapping[N, Fraction], nodes: Sequence[N]) -> dict[N, Fraction] | None:
    """The true probability that a node is reached when every link holds, and every source is hit, independently.

    By cases on one link after the other among those that leave what is reached. None where more than
    ``MAX_UNCERTAIN`` links and sources may fail.
    """
    links = [(start, end, p) for start, ends in network.items() for end, many in ends.items() for p in many if p]
    if sum(p < 1 for _, _, p in links) + sum(0 < p < 1 for p in sources.values()) > MAX_UNCERTAIN:
        return None
    found = dict.fromkeys(nodes, Fraction(0))
    states = {(reached, frozenset(range(len(links)))): chance for reached, chance in _starts(sources)}
    while states:
        (hit, left), chance = states.popitem()
        way = next((i for i in sorted(left) if links[i][0] in hit and links[i][1] not in hit), None)
        if way is None:
            for node in hit:
                found[node] += chance
            continue
        _, end, p = links[way]
        for state, share in (((hit | {end}, left - {way}), p), ((hit, left - {way}), 1 - p)):
            if share:
                states[state] = states.get(state, Fraction(0)) + chance * share
    return found


def _starts(sources: Mapping[N, Fraction]) -> Iterator[tuple[frozenset[N], Fraction]]:
    """Which sources are hit, with the probability of that."""
    cases: list[tuple[frozenset[N], Fraction]] = [(frozenset(), Fraction(1))]
    for node, strength in sources.items():
        hit = [(reached | {node}, chance * strength) for reached, chance in cases if strength]
        cases = hit + [(reached, chance * (1 - strength)) for reached, chance in cases if strength != 1]
    yield from cases
