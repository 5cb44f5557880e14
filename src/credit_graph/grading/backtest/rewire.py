"""The same links with other ends: whom a firm is tied to is left to chance, how many ties each one has is not.

A relation that helps only because well-connected firms differ from others helps as much after this; one that helps
because of who is at the other end does not (Maslov and Sneppen 2002: edges are swapped, degrees stay).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit_graph.links.compute import Links
from credit_graph.links.majority import direct_majority

Texts = npt.NDArray[np.object_]
_ROUNDS = 200  # of repairs; a hub with nearly every firm may keep double ties


def rewired(links: Links, random: np.random.Generator) -> Links:
    """Links with the ends of holdings, offices and branches dealt out anew.

    Every holder keeps its number of holdings, and of those with a majority, every company its holdings with their
    amounts; every person the number of firms it represents; every parent its number of branches. No firm holds itself
    or has one representative or parent twice because of it, save where there is no other way; a holding that would be
    the holder's second one in a company is then left out.
    """
    held = _holdings(links, random)
    frames = {name: links.frames[name] for name in links.frames}
    frames["ruled"] = _followed(links, held)
    held = held[~held.duplicated(["eid", "holder"])]
    frames["holdings"] = held
    frames["majority"] = direct_majority(held, links.rules)
    frames["representatives"] = _swapped(links.representatives, "eid", "pid", random)
    frames["branches"] = _swapped(links.branches, "eid", "parent", random)
    return Links(links.rules, frames)


def _holdings(links: Links, random: np.random.Generator) -> pd.DataFrame:
    """The holder of each row from among those of its kind, of majorities from among majority holders."""
    held = links.holdings
    company, holder = held["eid"].to_numpy(object), held["holder"].to_numpy(object)
    majority = links.majority["holder"].reindex(held["eid"]).to_numpy(object) == holder
    kinds = held["holder_kind"].to_numpy(object)
    others = [name for name in ("holder", "name", "match", "matched") if name in held]
    row = np.arange(len(held))
    for kind in sorted(set(kinds)):
        first, rest = np.flatnonzero((kinds == kind) & majority), np.flatnonzero((kinds == kind) & ~majority)
        row[first] = first[dealt(company[first], holder[first], random)]
        # nobody who has the majority of a company now is dealt another part of it
        row[rest] = rest[dealt(company[rest], holder[rest], random, (company[first], holder[row[first]]))]
    return held.assign(**{name: held[name].array[row] for name in others})


def _followed(links: Links, held: pd.DataFrame) -> pd.DataFrame:
    """Whose votes a partnership's are: of whoever has the executing partner's place among its holders now."""
    ruled = links.ruled
    now = pd.Series(held["holder"].array, index=pd.MultiIndex.from_frame(links.holdings[["eid", "holder"]]))
    now = now[~now.index.duplicated()]
    partner = now.reindex(pd.MultiIndex.from_frame(ruled[["eid", "controller"]]))
    return ruled.assign(controller=partner.fillna(pd.Series(ruled["controller"].array, index=partner.index)).array)


def _swapped(frame: pd.DataFrame, fixed: str, moved: str, random: np.random.Generator) -> pd.DataFrame:
    rows = dealt(frame[fixed].to_numpy(object), frame[moved].to_numpy(object), random)
    return frame.assign(**{moved: frame[moved].array[rows]})


def dealt(
    fixed: Texts, moved: Texts, random: np.random.Generator, taken: tuple[Texts, Texts] | None = None
) -> npt.NDArray[np.int64]:
    """Which row's ``moved`` each row gets: a permutation; pairs that repeat, or tie an end to itself, are undone.

    ``taken``: pairs that are there already.
    """
    there = (fixed[:0], moved[:0]) if taken is None else taken
    before = len(there[0])
    both = np.concatenate([there[0], fixed, there[1], moved])
    code = pd.factorize(both)[0].astype(np.int64)
    ends, others = code[: before + len(fixed)], code[before + len(fixed) :]
    row = random.permutation(len(fixed))
    for _ in range(_ROUNDS):
        wrong = np.flatnonzero(_wrong(ends, np.r_[others[:before], others[before:][row]], len(both))[before:])
        if not len(wrong):
            break
        for place in wrong.tolist():
            partner = int(random.integers(len(row)))
            row[place], row[partner] = row[partner], row[place]
    return row


def _wrong(ends: npt.NDArray[np.int64], others: npt.NDArray[np.int64], size: int) -> npt.NDArray[np.bool_]:
    """The pairs that tie an end to itself, or stand there a second time."""
    pair = ends * size + others
    order = np.argsort(pair, kind="stable")
    again = np.zeros(len(pair), dtype=bool)
    again[order[1:]] = pair[order[1:]] == pair[order[:-1]]
    wrong: npt.NDArray[np.bool_] = (ends == others) | again
    return wrong
