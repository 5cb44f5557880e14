"""Search by name: current and former names, in Chinese, with the same answer on both engines.

The full-text index (or, at another point than the cache's, the statements) gives candidates; which of them match,
and in what order, is decided here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from credit_graph.projection import normal_name
from credit_graph.server.context import Context, Moment
from credit_graph.server.loaders import NAMING
from credit_graph.server.roles import limits

# what the index has: letters and digits, and pairs of Chinese characters
_RUN = re.compile(r"[^\W_]+")
_ONE_CHARACTER = 1


@dataclass(frozen=True, slots=True)
class Hit:
    """A match: exact name 0, beginning of the name 1, elsewhere in it 2, a former name 3."""

    rank: int
    eid: str

    @property
    def keys(self) -> tuple[int, str]:
        """What hits are ordered by."""
        return (self.rank, self.eid)


async def search(context: Context, text: str, at: Moment) -> list[Hit]:
    """All matches in order: every word of the text stands in one name. At most ``search_candidates`` are compared."""
    words = [word for word in map(normal_name, text.split()) if word]
    runs = [run for word in words for run in _RUN.findall(word)]
    if not runs:
        return []
    longest = max(runs, key=len)
    if await context.cached(at):
        found = await _from_index(context, runs, longest)
    else:
        found = await _from_statements(context, longest, at)
    hits = (_hit(eid, names, words) for eid, names in found.items())
    return sorted((hit for hit in hits if hit), key=lambda hit: hit.keys)


async def _from_index(context: Context, runs: list[str], longest: str) -> dict[str, list[str]]:
    """eid -> names, current first."""
    limit = limits().search_candidates.value
    if len(longest) == _ONE_CHARACTER:
        rows = await context.read("read/api_search_prefix", prefix=longest, limit=limit)
    else:
        # quoted runs of letters and digits only: no character has a meaning to the query parser
        query = " ".join(f'+"{run}"' for run in runs if len(run) > _ONE_CHARACTER)
        index = context.store.fulltext_index
        rows = await context.read("read/api_search", index=index, query=query, limit=limit)
    return {row["eid"]: [row["name"] or "", *_former(row)] for row in rows}


def _former(row: dict[str, str | None]) -> list[str]:
    return [name for name in (row["names"] or "").splitlines() if name != row["name"]]


async def _from_statements(context: Context, longest: str, at: Moment) -> dict[str, list[str]]:
    point = at.point
    rows = await context.read(
        "read/api_search_statements",
        part=longest,
        kinds=NAMING,
        seq=point.seq,
        valid=point.valid,
        limit=limits().search_candidates.value,
    )
    views = await context.loaders.views.load_many([(row["eid"], at) for row in rows])
    return {view["eid"]: [view["name"] or "", *view["former_names"]] for view in views}


def _hit(eid: str, names: list[str], words: list[str]) -> Hit | None:
    current, *former = [normal_name(name) for name in names]
    if all(word in current for word in words):
        whole = "".join(words)
        return Hit(0 if current == whole else 1 if current.startswith(words[0]) else 2, eid)
    if any(all(word in name for word in words) for name in former):
        return Hit(3, eid)
    return None
