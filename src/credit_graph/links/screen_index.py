"""Which own names share most with one that is asked about: an index of pairs of characters that stand close together.

A pair is two characters next to each other or with one between them, so that a character left out, put in or exchanged
leaves most pairs of a name as they are. Rare pairs weigh more; those that nearly every name has are read last.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from credit_graph.links.compiled import compiled

Ints = npt.NDArray[np.int32]
Keys = npt.NDArray[np.uint64]
_BUDGET = 60_000  # places read for one name
_LEVELS = 1024  # scores are counted by


def pairs(texts: Sequence[str]) -> tuple[npt.NDArray[np.int32], Keys]:
    """The place of each text and its pairs, each once, ordered by place."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts)) + 1
    # a character that no text has begins each, so that one of a single character has a pair
    whole = np.frombuffer("".join(f"\x01{text}" for text in texts).encode("utf-32-le"), np.uint32).astype(np.uint64)
    place = np.repeat(np.arange(len(texts), dtype=np.int32), lengths)
    found, at = [], []
    for gap in (1, 2):
        same = place[gap:] == place[:-gap]
        found.append(((whole[:-gap] << np.uint64(32)) | whole[gap:])[same])
        at.append(place[gap:][same])
    key, where = np.concatenate(found), np.concatenate(at)
    order = np.lexsort((key, where))
    key, where = key[order], where[order]
    first = np.ones(len(key), np.bool_)
    first[1:] = (key[1:] != key[:-1]) | (where[1:] != where[:-1])
    return where[first], key[first]


class PairIndex:
    """The pairs of many texts, and where they occur."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.count = len(texts)
        place, key = pairs(texts)
        order = np.argsort(key, kind="stable")
        self._keys, counts = np.unique(key, return_counts=True)
        self._places = place[order]
        self._starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        self._weights = np.maximum(1, np.round(4 * np.log2(1 + self.count / counts))).astype(np.int32)

    def nearest(self, texts: Sequence[str], most: int) -> Ints:
        """For each text the places of those that share most with it, at most ``most``, -1 where there are fewer."""
        place, key = pairs(texts)
        at = np.minimum(np.searchsorted(self._keys, key), max(len(self._keys) - 1, 0))
        known = self._keys[at] == key if len(self._keys) else np.zeros(len(key), np.bool_)
        place, at = place[known], at[known]
        order = np.lexsort((self._starts[at + 1] - self._starts[at], place))  # rare ones first
        place, at = place[order], at[order].astype(np.int64)
        starts = np.searchsorted(place, np.arange(len(texts) + 1)).astype(np.int64)
        found = np.full((len(texts), most), -1, np.int32)
        cores = os.cpu_count() or 1
        edges = np.linspace(0, len(texts), cores + 1).astype(int)

        def part(number: int) -> None:
            begin, end = edges[number], edges[number + 1]
            if begin < end:
                scratch = np.zeros(self.count, np.int32), np.zeros(self.count, np.int32)
                own = found[begin:end]
                _nearest(starts[begin : end + 1], at, self._starts, self._places, self._weights, *scratch, own)

        with ThreadPoolExecutor(cores) as pool:
            list(pool.map(part, range(cores)))
        return found


@compiled
def _nearest(
    starts: npt.NDArray[np.int64],
    tokens: npt.NDArray[np.int64],
    indptr: npt.NDArray[np.int64],
    places: Ints,
    weights: Ints,
    score: Ints,
    touched: Ints,
    found: Ints,
) -> None:
    """Add up the weights of shared pairs; keep those of the highest sums. Leaves ``score`` clean."""
    most = found.shape[1]
    levels = np.zeros(_LEVELS, np.int64)
    for query in range(starts.size - 1):
        size = 0
        read = 0
        for k in range(starts[query], starts[query + 1]):
            token = tokens[k]
            span = indptr[token + 1] - indptr[token]
            if read > 0 and read + span > _BUDGET:
                break
            read += span
            for p in range(indptr[token], indptr[token + 1]):
                name = places[p]
                if score[name] == 0:
                    touched[size] = name
                    size += 1
                score[name] += weights[token]
        levels[:] = 0
        for i in range(size):
            levels[min(score[touched[i]], _LEVELS - 1)] += 1
        total = 0
        least = _LEVELS
        while least > 1 and total < most:
            least -= 1
            total += levels[least]
        kept = 0
        # those above the lowest level that has room first, then of that level as many as fit
        for above in (True, False):
            for i in range(size):
                level = min(score[touched[i]], _LEVELS - 1)
                if kept < most and (level > least if above else level == least):
                    found[query, kept] = touched[i]
                    kept += 1
        for i in range(size):
            score[touched[i]] = 0
