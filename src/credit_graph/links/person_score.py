"""How well persons were joined across firms, measured on mentions of which it is known who was meant. Pure.

A place is a person at a firm; what is judged are pairs of places in two firms of which at least one is without an ID,
for two IDs need no judgement. ``evaluate`` calls :func:`score` with the truth of a generated city
(``truth/persons.parquet``, ``truth/person_pairs.parquet``) and what :func:`credit_graph.links.compute.links` found
(:func:`found_places`), and again with the baselines :func:`by_name` and :func:`by_name_and_phone`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit_graph.links.gather import renamed
from credit_graph.projection.names import normal_name
from credit_graph.projection.numbering import components

PLACE = ["code", "normal"]


@dataclass(frozen=True, slots=True)
class PersonScore:
    """Pairs of places in two firms, at least one of them without an ID.

    ``decidable``: of one person, and the files say so; ``right``: of these, merged; ``wrong``: merged pairs of two
    persons, whatever the files say; ``undecidable``: all others of one name, of one person or two;
    ``wrong_undecidable``: of these, merged though they are two persons; ``beyond``: merged, of one person, though the
    files do not decide it.
    """

    decidable: int
    right: int
    wrong: int
    undecidable: int
    wrong_undecidable: int
    beyond: int

    @property
    def precision(self) -> float:
        """Right merges among the right and the wrong ones; 1 where nothing was merged."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Share of the decidable pairs that were merged; 1 where there are none."""
        return self.right / self.decidable if self.decidable else 1.0

    @property
    def wrongly_merged(self) -> float:
        """Share of the undecidable pairs that were merged and are two persons."""
        return self.wrong_undecidable / self.undecidable if self.undecidable else 0.0


def score(mentions: pd.DataFrame, pairs: pd.DataFrame, found: pd.Series) -> PersonScore:
    """Judge who was taken for whom.

    ``mentions``: the truth: person, name, code (the firm's credit code), keyed (an ID stands beside). ``pairs``:
    person, code_a, code_b, decided (pairs of firms that name one person, and whether the files say that it is one).
    ``found``: label by (code, normal): places of one label were taken for one person. A place that is not there was
    not read, so it is merged with nothing. Several persons of one name in one firm are one place to the files: left
    out.
    """
    places = _places(mentions)
    decided = _pairs(pairs.loc[pairs["decided"], ["person", "code_a", "code_b"]])
    label = found.reindex(pd.MultiIndex.from_frame(places[PLACE]))
    places["label"] = label.to_numpy()
    known = places.set_index(["person", "code"])["keyed"]
    decidable = decided[_open(decided, known)]
    merged = _merged(places.dropna(subset=["label"]))
    same = merged["person_a"] == merged["person_b"]
    own = pd.MultiIndex.from_arrays([merged["person_a"], merged["code_a"], merged["code_b"]])
    said = same.to_numpy() & own.isin(decidable)
    wrong = int((~same).sum())
    undecidable = _of_one_name(places) - len(decidable)
    return PersonScore(len(decidable), int(said.sum()), wrong, undecidable, wrong, int((same & ~said).sum()))


def _places(mentions: pd.DataFrame) -> pd.DataFrame:
    """person, code, normal, keyed; without those that share firm and name with another person."""
    names = pd.Series(mentions["name"].unique(), dtype="str")
    normal = mentions["name"].map(dict(zip(names, names.map(normal_name), strict=True)))
    keyed = mentions.assign(normal=normal).groupby(["person", *PLACE])["keyed"].any()
    frame = keyed.reset_index()
    return frame[~frame.duplicated(PLACE, keep=False)].reset_index(drop=True)


def _pairs(pairs: pd.DataFrame) -> pd.MultiIndex:
    """(person, code, code), the codes in order."""
    codes = np.sort(pairs[["code_a", "code_b"]].to_numpy(dtype=object), axis=1)
    return pd.MultiIndex.from_arrays([pairs["person"], codes[:, 0], codes[:, 1]]).drop_duplicates()


def _open(pairs: pd.MultiIndex, keyed: pd.Series) -> npt.NDArray[np.bool_]:
    """Whether both places are known and at least one has no ID."""
    found = []
    for level in (1, 2):
        ends = [pairs.get_level_values(0), pairs.get_level_values(level)]
        found.append(keyed.astype("boolean").reindex(pd.MultiIndex.from_arrays(ends)))
    one, other = found
    known = one.notna().to_numpy() & other.notna().to_numpy()
    return known & ~(one.fillna(True).to_numpy(dtype=bool) & other.fillna(True).to_numpy(dtype=bool))


def _merged(places: pd.DataFrame) -> pd.DataFrame:
    """Pairs of places of one label in two firms, one at least without an ID; code_a before code_b."""
    several = places[places.duplicated("label", keep=False)]
    both = several.merge(several, on="label", suffixes=("_a", "_b"))
    return both[(both["code_a"] < both["code_b"]) & ~(both["keyed_a"] & both["keyed_b"])]


def _of_one_name(places: pd.DataFrame) -> int:
    """How many pairs of places have one name and not two IDs (a name stands once in a firm here)."""

    def pairs(frame: pd.DataFrame) -> int:
        sizes = frame.groupby("normal").size().to_numpy(dtype=np.int64)
        return int((sizes * (sizes - 1) // 2).sum())

    return pairs(places) - pairs(places[places["keyed"]])


def found_places(named: pd.DataFrame, persons: Mapping[str, str], codes: pd.Series) -> pd.Series:
    """What a program found, as :func:`score` takes it. ``named``: pid, normal, eid; ``persons``: pid -> same pid;
    ``codes``: credit code by eid. Where a firm has several persons of one name, the first one stands for them.
    """
    frame = named.assign(label=renamed(named["pid"], persons), code=codes.reindex(named["eid"]).to_numpy())
    frame = frame.dropna(subset=["code"]).sort_values([*PLACE, "label"]).drop_duplicates(PLACE)
    return frame.set_index(PLACE)["label"]


def by_name(mentions: pd.DataFrame) -> pd.Series:
    """Baseline: everybody of one name is one person. ``mentions``: code, name."""
    frame = _named(mentions)
    return frame.set_index(PLACE).index.to_frame()["normal"]


def by_name_and_phone(mentions: pd.DataFrame, phones: pd.DataFrame) -> pd.Series:
    """Baseline: everybody of one name in firms that use one telephone is one person. ``phones``: code, number."""
    frame = _named(mentions)
    ties = frame.reset_index().merge(phones[["code", "number"]].drop_duplicates(), on="code")
    first = ties.groupby(["number", "normal"])["index"].transform("first")
    part = components(len(frame), ties["index"].to_numpy(), first.to_numpy())
    return pd.Series(part, index=pd.MultiIndex.from_frame(frame[PLACE]))


def _named(mentions: pd.DataFrame) -> pd.DataFrame:
    frame = mentions.assign(normal=mentions["name"].map(normal_name))
    return frame[PLACE].drop_duplicates(ignore_index=True)
