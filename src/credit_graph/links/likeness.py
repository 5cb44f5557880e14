"""How alike two firms' names are, without what firms of one region and legal form have in common anyway."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from fractions import Fraction

from credit_graph.projection.names import normal_name

# 上海市场调查 and 西湖区域规划 go on after the region
LEVELS = "省|自治区|特别行政区|自治州|自治县|地区|市(?![场政民容])|州|盟|区(?![域块])|县|旗|镇|乡"
# 〈…省〉〈…市〉〈…区〉 at the beginning of an address; the shortest that fits, so that 市区路 is not eaten
_ADDRESS = re.compile(
    r"^(?:(?P<a>[一-鿿]{2,6}?(?:省|自治区)))?(?:(?P<b>[一-鿿]{2,7}?(?:市|自治州|地区|盟)))?"
    r"(?:(?P<c>[一-鿿]{1,7}?(?:市|区|县|旗)))?"
)
_FEW = 2  # characters that a core keeps


def regions_of(addresses: Iterable[str]) -> set[str]:
    """Regions named at the beginning of the addresses (甘肃省庆原市西原区 …), without 省, 市, 区 …"""
    found = {part for match in map(_ADDRESS.match, addresses) if match for part in match.groups() if part}
    bare = {re.sub(f"(?:{LEVELS})$", "", region) for region in found}
    return {region for region in bare if len(region) >= _FEW}


class Core:
    """Strips names down to what a firm chose (字号、行业用语)."""

    def __init__(self, legal_forms: Iterable[str], regions: Iterable[str]) -> None:
        """``legal_forms`` are stripped from the end, ``regions`` (without 省, 市 …) from the beginning and in
        brackets; the longest that fits goes first."""
        region = f"(?:{_either(regions)})(?:{LEVELS})?"
        self._end = re.compile(f"(?:{_either(legal_forms)})$")
        self._begin = re.compile(f"^{region}")
        self._inside = re.compile(rf"\({region}\)")

    def of(self, name: str) -> str:
        """The name without regions and legal forms, as it is compared; at least two characters stay.

        >>> Core(["有限公司"], ["宁波"]).of("宁波市鑫达食品（宁波）有限公司")
        '鑫达食品'
        """
        text = self._inside.sub("", normal_name(name))
        for pattern in (self._end, self._begin):
            shorter = pattern.sub("", text)
            while shorter != text and len(shorter) >= _FEW:
                text, shorter = shorter, pattern.sub("", shorter)
        return text


def _either(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first; for nothing where there is none."""
    ordered = sorted({normal_name(word) for word in words}, key=lambda word: (-len(word), word))
    return "|".join(re.escape(word) for word in ordered) or "(?!)"


def bigrams(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters."""
    return frozenset(text[i : i + 2] for i in range(len(text) - 1))


def jaccard(one: Collection[object], other: Collection[object]) -> Fraction:
    """What the two sets share over what they have together; 0 for two empty ones."""
    a, b = set(one), set(other)
    return Fraction(len(a & b), len(a | b)) if a | b else Fraction(0)
