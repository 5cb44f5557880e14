"""A text as a search has to see it: without the widths, spaces and signs by which a number or a name can be hidden."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

Span = tuple[int, int]

_NUMERALS = {c: str(n) for row in ("〇一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖") for n, c in enumerate(row)}
_NUMERALS["幺"] = "1"  # as telephone numbers are read out
_DOTS = "·•・‧∙⋅●"  # between the parts of a name
_BLANK = "\u115f\u1160\u3164\uffa0"  # letters by their class, and nothing to be seen
_PLAIN = re.compile(r"[0-9A-Za-z\u3400-\u9fff]*")
_LETTERS = ("Lu", "Ll", "Lt", "Lo")
_UNSEEN = ("Cf", "Cc", "Co", "Cn", "Zs", "Zl", "Zp", "Mn", "Me")


@dataclass(frozen=True, slots=True)
class View:
    """Characters of a text, and the place of each in it."""

    text: str
    at: Sequence[int]

    def span(self, start: int, end: int) -> Span:
        """The part of the whole text that the characters [start, end) stand in."""
        return self.at[start], self.at[end - 1] + 1


@dataclass(frozen=True, slots=True)
class Views:
    """A text in three ways: ``folded`` is as long as the text, in half width and with all digits as 0 to 9; ``close``
    has nothing unseen; ``tight`` has only letters, characters and digits."""

    folded: str
    close: View
    tight: View


def views(text: str) -> Views:
    """The views of a text."""
    if _PLAIN.fullmatch(text):  # as most are: nothing to fold
        whole = View(text, range(len(text)))
        return Views(text, whole, whole)
    folded = "".join(map(_fold, text))
    seen = [place for place, character in enumerate(folded) if not _unseen(character)]
    solid = [place for place in seen if not is_sign(folded[place])]
    return Views(folded, _view(folded, seen), _view(folded, solid))


def tight(text: str) -> str:
    """Only the letters, characters and digits of a text."""
    return views(text).tight.text


def digit(character: str) -> str | None:
    """The digit 0 to 9 that a folded character stands for, also as a Chinese numeral; ``None``: it is none."""
    return character if "0" <= character <= "9" else _NUMERALS.get(character)


@lru_cache(maxsize=1 << 14)
def is_sign(character: str) -> bool:
    """Whether a folded character is neither letter nor digit: it may stand between the digits of a number."""
    if digit(character) is not None:
        return False
    return character in _BLANK or unicodedata.category(character) not in _LETTERS


def _view(folded: str, places: list[int]) -> View:
    return View("".join(folded[place] for place in places), tuple(places))


@lru_cache(maxsize=1 << 14)
def _fold(character: str) -> str:
    value = unicodedata.digit(character, None)
    if value is not None:
        return str(value)
    if character in _DOTS:
        return "·"
    half = unicodedata.normalize("NFKC", character)
    return half if len(half) == 1 else character


@lru_cache(maxsize=1 << 14)
def _unseen(character: str) -> bool:
    return character in _BLANK or unicodedata.category(character) in _UNSEEN
