"""Risk as other definitions have it, for comparison: reached by ``credit-graph solve`` only, not used by the platform.

Exact fractions, small charts. ``network``: from -> to -> the probabilities of the links between the two.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

N = TypeVar("N", bound=Hashable)
Links = Mapping[N, Mapping[N, Sequence[Fraction]]]
_NEAR = 10**6  # largest denominator of a limit that is looked for
_ROUNDS = 10_000


def noisy_or(
    network: Links[N], sources: Mapping[N, Fraction], nodes: Sequence[N], rounds: int = 0
) -> dict[N, Fraction]:
    """``h(v) = 1 - prod(1 - h(u) p(u, v))`` over all links into v, repeated until nothing changes.

    Evidence that shares a beginning is counted twice: that is what :func:`reliability` is compared for. On a cycle
    the values rise for ever: the limit is given where it is a fraction that solves the equations exactly, else the
    value after many rounds. ``rounds``: stop after so many instead.
    """
    into: dict[N, list[tuple[N, Fraction]]] = {node: [] for node in nodes}
    for start, ends in network.items():
        for end, links in ends.items():
            into[end] += [(start, p) for p in links]
    value = {node: sources.get(node, Fraction(0)) for node in nodes}
    for _ in range(rounds or len(nodes) + 1):
        following = _once(into, sources, value)
        if following == value:
            return value
        value = following
    return value if rounds else _limit(into, sources, value)


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


def _limit(
    into: Mapping[N, Sequence[tuple[N, Fraction]]], sources: Mapping[N, Fraction], value: dict[N, Fraction]
) -> dict[N, Fraction]:
    """The limit on a chart with cycles: guessed from rounds in floating point, and proved by the equations."""
    links = {node: [(start, float(p)) for start, p in found] for node, found in into.items()}
    own = {node: float(p) for node, p in sources.items()}
    near = {node: float(p) for node, p in value.items()}
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
    if _once(into, sources, guess) == guess:
        return guess
    return {node: Fraction(p).limit_denominator(10**15) for node, p in near.items()}


def reliability(network: Links[N], sources: Mapping[N, Fraction], nodes: Sequence[N]) -> dict[N, Fraction]:
    """The true probability that a node is reached when every link holds independently.

    By cases on one link after the other among those that leave what is reached; exponential in the links.
    """
    links = [(start, end, p) for start, ends in network.items() for end, many in ends.items() for p in many]
    found = dict.fromkeys(nodes, Fraction(0))
    for reached, chance in _starts(sources):
        for final, probability in _outcomes(frozenset(reached), frozenset(range(len(links))), links):
            for node in final:
                found[node] += chance * probability
    return found


def _starts(sources: Mapping[N, Fraction]) -> Iterator[tuple[set[N], Fraction]]:
    """Which sources are hit, with the probability of that."""
    cases: list[tuple[set[N], Fraction]] = [(set(), Fraction(1))]
    for node, strength in sources.items():
        cases = [
            (reached | extra, chance * p)
            for reached, chance in cases
            for extra, p in (({node}, strength), (set(), 1 - strength))
            if p
        ]
    yield from cases


def _outcomes(
    reached: frozenset[N], left: frozenset[int], links: Sequence[tuple[N, N, Fraction]]
) -> Iterator[tuple[frozenset[N], Fraction]]:
    """What is reached in the end, with the probability of that; ``left``: links not yet decided."""
    waiting = [(reached, left, Fraction(1))]
    while waiting:
        hit, open_, chance = waiting.pop()
        way = next((i for i in sorted(open_) if links[i][0] in hit and links[i][1] not in hit), None)
        if way is None:
            yield hit, chance
            continue
        rest = open_ - {way}
        if links[way][2]:
            waiting.append((hit | {links[way][1]}, rest, chance * links[way][2]))
        if links[way][2] != 1:
            waiting.append((hit, rest, chance * (1 - links[way][2])))
