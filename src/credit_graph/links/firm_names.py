"""Which firm a name means: by its current and former names, then with the legal form or region written otherwise.

Only one candidate is a match. Width, case, brackets and spaces never matter (``projection.names``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from credit_graph.links.gather import among
from credit_graph.links.holding_policy import HolderNames
from credit_graph.links.likeness import regions_of
from credit_graph.projection.names import normal_name

_LEVEL = "省|市|自治区|自治州|自治县|地区|州|盟|区|县|旗|镇|乡"
_FEW = 2  # characters that a name keeps beside its region and legal form


def match_names(
    wanted: Iterable[str], names: pd.DataFrame, enterprises: pd.DataFrame, rules: HolderNames
) -> pd.DataFrame:
    """The firms that normalised names mean: eid, match, matched, by ``normal``; names without one match are left out.

    ``names``: eid, name, normal, current; ``enterprises``: by eid with entity_kind and address. ``match``: ``name``
    (the firm's current name), ``former_name``, ``legal_form`` (有限公司 for 有限责任公司 …), ``region`` (with or
    without 甘肃省, 市 … before it). ``matched``: the firm's name that fits. A name that several firms bear is decided
    by no weaker rule.
    """
    kinds = enterprises["entity_kind"]
    never = kinds.index[kinds.isin(rules.never_hold).to_numpy()]
    firms = names[~among(names["eid"], never)]
    wanted = pd.Index(pd.unique(pd.Series(list(wanted), dtype="str")))
    borne = firms[among(firms["normal"], wanted)]
    exact = borne.sort_values(["normal", "eid", "current", "name"], ascending=[True, True, False, True])
    found = _single(exact, "normal")
    found["match"] = found["current"].map({True: "name", False: "former_name"})
    parts = [found[["eid", "match", "matched"]]]
    rest = wanted[~among(wanted, borne["normal"])]
    if len(rest):
        variants = Variants(rules, regions_of(enterprises["address"].dropna().unique()))
        likely = firms[firms["normal"].str.endswith(tuple(variants.endings))]
        own = variants.frame(likely["normal"].unique()).merge(likely[["normal", "eid", "name"]], on="normal")
        asked = variants.frame(rest)
        for by in ("legal_form", "region"):
            part, fitted = _by_variant(asked, own, by)
            parts.append(part)
            asked = asked[~among(asked["normal"], fitted)]
    return pd.concat(parts).rename_axis("normal")


def _single(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """The first row of each key that belongs to exactly one firm."""
    bearers = frame.drop_duplicates([key, "eid"])
    single = bearers[~bearers[key].duplicated(keep=False)]
    return single.rename(columns={"name": "matched"}).set_index(key)


def _by_variant(asked: pd.DataFrame, own: pd.DataFrame, by: str) -> tuple[pd.DataFrame, pd.Series]:
    """Matches by one rule, and the names that any firm fits: they are not looked for any further."""
    pairs = asked.merge(own, on=by, suffixes=("", "_own"))
    if by == "region":  # 庆原 and 庆原西原 may be one firm, 庆原 and 兰州 never
        both = zip(pairs["regions"], pairs["regions_own"], strict=True)
        pairs = pairs[np.fromiter((a <= b or b <= a for a, b in both), np.bool_, len(pairs))]
    found = _single(pairs.sort_values(["normal", "eid", "name"]), "normal")
    found["match"] = by
    return found[["eid", "match", "matched"]], pairs["normal"]


class Variants:
    """Reduces normalised names to what is the same however legal form and region are written."""

    def __init__(self, rules: HolderNames, regions: Iterable[str]) -> None:
        """``regions`` are added to those of the rules."""
        self.endings = {normal_name(form): group[0] for group in rules.legal_forms for form in group}
        self._form = re.compile(f"(?:{_either(list(self.endings))})$")
        self._region = re.compile(f"({_either([*rules.regions, *regions])})(?:{_LEVEL})?")

    def frame(self, names: Iterable[str]) -> pd.DataFrame:
        """The names that end with a legal form: normal, what to compare by each rule, and the regions taken off."""
        rows = [(name, *reduced) for name in names if (reduced := self.of(name))]
        return pd.DataFrame(rows, columns=["normal", "legal_form", "region", "regions"])

    def of(self, normal: str) -> tuple[str, str, frozenset[str]] | None:
        """The name with its legal form in one spelling, the same without regions before it, and those regions."""
        form = self._form.search(normal)
        if form is None or form.start() < _FEW:
            return None
        ending = self.endings[form.group()]
        whole = own = normal[: form.start()]
        found: set[str] = set()
        while (head := self._region.match(own)) and len(own) - head.end() >= _FEW:
            found.add(head.group(1))
            own = own[head.end() :]
        return f"{whole}|{ending}", f"{own}|{ending}", frozenset(found)


def _either(words: Sequence[str]) -> str:
    """A pattern for any of the words, the longest first; for nothing where there is none."""
    ordered = sorted({normal_name(word) for word in words}, key=lambda word: (-len(word), word))
    return "|".join(re.escape(word) for word in ordered) or "(?!)"
