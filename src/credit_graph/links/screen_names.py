"""A firm's name as screening compares it: in simplified characters, cut into region, own name and legal form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import opencc
from pypinyin.pinyin_dict import pinyin_dict

from credit_graph.links.likeness import LEVELS
from credit_graph.links.screen_policy import ScreenRules
from credit_graph.projection.names import normal_name

_FEW = 2  # characters that an own name keeps
_SOUNDS = 0xE000  # private characters: one per syllable
NO_FORM = -1


@dataclass(frozen=True, slots=True)
class Parts:
    """A name cut up. ``core``: the own name (字号、行业); ``body``: all but the legal form; ``form``: the row of the
    policy, :data:`NO_FORM` for none; ``ending``: the legal form as it is written."""

    core: str
    body: str
    regions: frozenset[str]
    form: int = NO_FORM
    ending: str = ""


def simplified(names: Sequence[str]) -> list[str]:
    """The names as ``projection.names`` compares them, in simplified characters (简化字)."""
    whole = _to_simplified().convert("\n".join(map(normal_name, names)))
    return whole.split("\n") if names else []


@cache
def _to_simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@cache
def _sound_table() -> dict[int, str]:
    """Character -> one that stands for its syllable, without tone (of several readings the first)."""
    syllables: dict[str, str] = {}
    table = {}
    for code, readings in pinyin_dict.items():
        bare = unicodedata.normalize("NFD", readings.partition(",")[0])
        syllable = "".join(char for char in bare if not unicodedata.combining(char))
        table[code] = syllables.setdefault(syllable, chr(_SOUNDS + len(syllables)))
    return table


def sound(text: str) -> str:
    """The text with one character for each syllable: what sounds alike is equal.

    >>> sound("天工") == sound("添公")
    True
    """
    return text.translate(_sound_table())


class Cutter:
    """Cuts names up by the policy's legal forms and the regions that are known."""

    def __init__(self, rules: ScreenRules, regions: Iterable[str]) -> None:
        """``regions``: without 省, 市, 区 …"""
        self._forms = {simplified([form])[0]: number for number, row in enumerate(rules.legal_forms) for form in row}
        known = {normal_name(region) for region in regions} - {""}
        region = f"({_either(known)})(?:{LEVELS})?"
        self._end = re.compile(f"(?:{_either(self._forms)})$")
        self._begin, self._inside = re.compile(region), re.compile(rf"\({region}\)")
        self._shapes = {ord(char): row[0] for row in rules.look_alike for char in row}

    def shape(self, text: str) -> str:
        """The text with one character for all that look like it."""
        return text.translate(self._shapes)

    def cut(self, name: str) -> Parts:
        """The parts of a simplified name."""
        form = self._end.search(name)
        if form is None or form.start() < _FEW:
            core, regions = self._without_regions(name)
            return Parts(core, name, regions)
        body = name[: form.start()]
        core, regions = self._without_regions(body)
        return Parts(core, body, regions, self._forms[form.group()], form.group())

    def _without_regions(self, name: str) -> tuple[str, frozenset[str]]:
        found: set[str] = set()

        def take(match: re.Match[str]) -> str:
            found.add(match.group(1))
            return ""

        core = self._inside.sub(take, name) if "(" in name else name
        if len(core) < _FEW:
            core = name
        while (head := self._begin.match(core)) and len(core) - head.end() >= _FEW:
            found.add(head.group(1))
            core = core[head.end() :]
        return core, frozenset(found)


def _either(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first."""
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word)))) or "(?!)"
