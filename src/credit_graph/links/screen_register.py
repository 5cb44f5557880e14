"""The names and numbers of all firms, laid out for screening."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from credit_graph.links.likeness import regions_of
from credit_graph.links.screen_index import PairIndex
from credit_graph.links.screen_names import Cutter, simplified, sound
from credit_graph.links.screen_policy import ScreenRules
from credit_graph.model.identifiers import check_credit_codes
from credit_graph.text import folded_name

Ints = npt.NDArray[np.int64]
COLUMNS = ("credit_code", "registration_number", "org_code", "legal_representative", "district", "address")
UNKNOWN = -1


class Register:
    """Firms by place, their names by place, and what both are found by; what only likeness needs is made when needed.

    ``names``: eid, name, normal, current; ``firms``: by eid with :data:`COLUMNS`.
    """

    def __init__(self, names: pd.DataFrame, firms: pd.DataFrame, rules: ScreenRules, regions: Iterable[str]) -> None:
        """``regions``: besides those of the firms' addresses."""
        self.rules = rules
        self.eids = firms.index.to_numpy()
        self.firms = firms
        self.firm = np.asarray(firms.index.get_indexer(pd.Index(names["eid"])), np.int64)
        self.names = names["name"].tolist()
        self.current = names["current"].to_numpy(np.bool_)
        self.simple = simplified(names["normal"].tolist())
        self.by_name = _places(self.simple)
        self._more_regions = regions

    @cached_property
    def by_number(self) -> Mapping[str, tuple[int, ...]]:
        """Credit code, registration number or organisation code -> firms."""
        codes = self.firms["credit_code"].astype("str").where(self.firms["credit_code"].notna(), None)
        own = codes.str[8:17].where(codes.notna(), self.firms["org_code"])
        found: dict[str, list[int]] = defaultdict(list)
        for column in (codes, self.firms["registration_number"], own):
            for place, value in enumerate(column.tolist()):
                if isinstance(value, str) and value and place not in found[value]:
                    found[value].append(place)
        return _frozen(found)

    @cached_property
    def called(self) -> list[str | None]:
        """The current name of each firm."""
        return [name if isinstance(name, str) else None for name in self.firms["name"]]

    @cached_property
    def coded(self) -> npt.NDArray[np.bool_]:
        """The firms that have a credit code."""
        return check_credit_codes(pa.array(self.firms["credit_code"], pa.string(), from_pandas=True))

    @cached_property
    def representatives(self) -> tuple[dict[str, int], Ints]:
        """Folded name -> number, and the number of each firm's legal representative."""
        folded = [folded_name(name) if isinstance(name, str) else "" for name in self.firms["legal_representative"]]
        numbers = {name: number for number, name in enumerate(sorted({*folded} - {""}))}
        return numbers, np.fromiter((numbers.get(name, UNKNOWN) for name in folded), np.int64, len(folded))

    @cached_property
    def districts(self) -> Ints:
        """The division code (行政区划代码) of each firm, six digits as a number."""
        return np.fromiter((district_code(code) for code in self.firms["district"]), np.int64, len(self.eids))

    def district_called(self, text: str) -> int:
        """The division code that most addresses with the text in them have; :data:`UNKNOWN` without any."""
        holds = self.firms["address"].str.contains(text, regex=False, na=False).to_numpy(bool)
        codes, counts = np.unique(self.districts[holds & (self.districts > 0)], return_counts=True)
        return int(codes[counts.argmax()]) if len(codes) else UNKNOWN

    @cached_property
    def cutter(self) -> Cutter:
        """What cuts names up, by the regions of the addresses too."""
        addresses = self.firms["address"].dropna().unique()
        return Cutter(self.rules, {*self._more_regions, *regions_of(addresses)})

    @cached_property
    def cut(self) -> Cut:
        """The names cut up."""
        return Cut(self.simple, self.cutter, Regions())

    @cached_property
    def index(self) -> PairIndex:
        """What own names sound like, each once."""
        return PairIndex(list(self._cores))

    @cached_property
    def _cores(self) -> dict[str, int]:
        return {core: place for place, core in enumerate(dict.fromkeys(self.cut.core.sounds))}

    @cached_property
    def _of_core(self) -> tuple[Ints, Ints]:
        """The names ordered by their place in :attr:`index`, and where those of each begin."""
        number = np.fromiter((self._cores[core] for core in self.cut.core.sounds), np.int64, len(self.names))
        order = np.argsort(number, kind="stable")
        return order, np.searchsorted(number[order], np.arange(len(self._cores) + 1))

    @cached_property
    def expected(self) -> tuple[npt.NDArray[np.float64], Ints]:
        """Of each character of all own names, one name after another, how large a share of the names with its neighbour
        have it there too; and where each name begins."""
        return expected(self.cut.core.plain.tolist(), self.rules.expected.names)

    def names_of(self, row: Ints, core: Ints) -> tuple[Ints, Ints]:
        """Rows with places in :attr:`index`, as rows with the places of all names that are there."""
        names, starts = self._of_core
        counts = starts[core + 1] - starts[core]
        repeated = np.repeat(np.arange(len(core)), counts)
        within = np.arange(len(repeated)) - np.repeat(np.cumsum(counts) - counts, counts)
        return row[repeated], names[starts[core][repeated] + within]


class Cut:
    """Names cut up, in columns."""

    def __init__(self, names: Sequence[str], cutter: Cutter, regions: Regions) -> None:
        parts = [cutter.cut(name) for name in names]
        count = len(parts)
        self.regions = regions
        self.core = Texts([part.core for part in parts], cutter)
        self.body = Texts([part.body for part in parts], cutter)
        self.whole = Texts(list(names), cutter)
        self.form = np.fromiter((part.form for part in parts), np.int64, count)
        self.ending = np.fromiter((hash(part.ending) for part in parts), np.int64, count)
        before = (part.body.removesuffix(part.core) for part in parts)
        self.before = np.fromiter(map(hash, before), np.int64, count)
        self.region = np.fromiter((regions.number(part.regions) for part in parts), np.int64, count)


class Texts:
    """Own names in the forms that they are compared in."""

    def __init__(self, texts: list[str], cutter: Cutter) -> None:
        self.plain, self.sounds = np.array(texts, object), np.array([sound(text) for text in texts], object)
        self.shapes = np.array([cutter.shape(text) for text in texts], object)
        self.lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        self.bags = np.fromiter((hash("".join(sorted(text))) for text in texts), np.int64, len(texts))
        self.once = np.fromiter((hash(_once(text)) for text in texts), np.int64, len(texts))


class Regions:
    """Sets of regions by number, and how two of them agree."""

    def __init__(self) -> None:
        self._numbers: dict[frozenset[str], int] = {}

    def number(self, regions: frozenset[str]) -> int:
        """The number of the set."""
        return self._numbers.setdefault(regions, len(self._numbers))

    def agree(self, one: Ints, other: Ints) -> Ints:
        """For each pair 0: equal, 1: one names no more than the other, 2: they contradict each other."""
        sets = list(self._numbers)
        both, inverse = np.unique(one * len(sets) + other, return_inverse=True)
        told = (_agree(sets[pair // len(sets)], sets[pair % len(sets)]) for pair in both.tolist())
        return np.fromiter(told, np.int64, len(both))[inverse]


def _agree(one: frozenset[str], other: frozenset[str]) -> int:
    if one == other:
        return 0
    return 1 if one <= other or other <= one else 2


def district_code(value: object) -> int:
    """A division code of two, four or six digits as one of six; :data:`UNKNOWN` for anything else."""
    text = value.strip() if isinstance(value, str) else ""
    if text.isascii() and text.isdigit() and len(text) in (2, 4, 6, 9, 12):
        return int(text[:6].ljust(6, "0"))
    return UNKNOWN


def expected(texts: Sequence[str], least: int) -> tuple[npt.NDArray[np.float64], Ints]:
    """As :attr:`Register.expected`; two characters that stand together in fewer than ``least`` texts say nothing."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    starts = np.cumsum(lengths) - lengths
    chars = np.frombuffer("".join(texts).encode("utf-32-le"), np.uint32).astype(np.int64)
    of_text = np.repeat(np.arange(len(texts)), lengths)
    _, char, count = np.unique(chars, return_inverse=True, return_counts=True)
    beside = np.flatnonzero(of_text[1:] == of_text[:-1])
    _, pair, pairs = np.unique((char[beside] << 32) | char[beside + 1], return_inverse=True, return_counts=True)
    together = np.where(pairs >= least, pairs, 0)[pair]
    share = np.zeros(len(chars))
    np.maximum.at(share, beside + 1, together / count[char[beside]])
    np.maximum.at(share, beside, together / count[char[beside + 1]])
    return share, starts


def _once(text: str) -> str:
    """Without repetitions of a character right behind itself."""
    return "".join(char for place, char in enumerate(text) if not place or text[place - 1] != char)


def _places(values: Iterable[str]) -> Mapping[str, tuple[int, ...]]:
    found: dict[str, list[int]] = defaultdict(list)
    for place, value in enumerate(values):
        found[value].append(place)
    return _frozen(found)


def _frozen(found: Mapping[str, list[int]]) -> Mapping[str, tuple[int, ...]]:
    """As tuples of numbers, which the garbage collector does not look through again and again."""
    return {value: tuple(places) for value, places in found.items()}
