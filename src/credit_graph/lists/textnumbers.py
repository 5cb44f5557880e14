"""Numbers of persons in a text: citizen IDs, telephones, bank accounts, and long numbers that nothing explains.

Digits are joined over whatever stands between them that is no letter, so that neither spaces, signs nor widths hide a
number. What the policy explains (days, numbers of documents, amounts) is left out, unless it makes such a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import phonenumbers

from credit_graph.ingest.screening import MASK, screen_text
from credit_graph.lists.textviews import Span, digit, is_sign
from credit_graph.model.identifiers import is_credit_code, must_screen

Sort = Literal["id_number", "phone", "account", "contact", "number"]

_LONGEST = 22  # digits of an account
_ID_LENGTHS = (15, 18)
_CARD_LENGTHS = range(15, 20)
_CARD_BEGINS = "34569"  # of cards that banks give out (ISO/IEC 7812)
_MOBILE = re.compile(r"(?:0{0,2}86)?0?1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(?:0{0,2}86)?0[1-9][0-9]{8,10}|[48]00[0-9]{7}")
_SEQUENCE, _GROUP = re.compile("[dc][dcs]*"), re.compile("d+|c+")
_BESIDE = 12  # characters before a number in which a word tells what it is
_SOME = re.compile(r"[0-9〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]")
_FEWEST = 5  # digits; a text with fewer has no number of a person
_RUN = re.compile(r"[0-9A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Number:
    """A number that was found: what it is, and where."""

    sort: Sort
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Group:
    """Digits that stand side by side."""

    start: int
    end: int
    digits: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a pattern explains; ``sure``: no number of a person is written so."""

    pattern: re.Pattern[str]
    sure: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """What counts: what is ``explained``; words ``beside`` a number of so many digits that tell what it is; and the
    ``least`` digits of a number that nothing explains."""

    explained: tuple[Explanation, ...]
    beside: tuple[tuple[Sort, re.Pattern[str], int], ...]
    least: int


def find_numbers(text: str, folded: str, rules: Rules) -> Iterator[Number]:
    """The numbers of a text; ``folded`` is its folded view."""
    if len(_SOME.findall(folded)) < _FEWEST:
        return
    yield from _screened(text)
    known = [(found.span(), item.sure) for item in rules.explained for found in item.pattern.finditer(folded)]
    known += [(span, True) for span in _credit_codes(folded)]
    for groups in sequences(folded):
        yield from _judged(folded, groups, known, rules)


def sequences(folded: str) -> Iterator[list[Group]]:
    """Groups of digits with no letter between them; Chinese numerals are groups of their own."""
    classes = "".join(_class(character) for character in folded)
    for run in _SEQUENCE.finditer(classes):
        spans = [(run.start() + found.start(), run.start() + found.end()) for found in _GROUP.finditer(run.group())]
        yield [Group(a, b, "".join(digit(c) or "" for c in folded[a:b])) for a, b in spans]


def _class(character: str) -> str:
    if digit(character) is not None:
        return "d" if character.isascii() else "c"
    return "s" if is_sign(character) else "l"


def _judged(folded: str, groups: Sequence[Group], known: list[tuple[Span, bool]], rules: Rules) -> Iterator[Number]:
    inside = [[sure for (start, end), sure in known if start <= group.start and group.end <= end] for group in groups]
    explained = all(inside)
    for part in _parts(groups, [explained and any(sure) for sure in inside]):
        yield from _windows(folded, part)
    count = sum(len(group.digits) for group in groups)
    before = _before(folded, groups[0].start)
    sorts = [sort for sort, words, least in rules.beside if count >= least and words.search(before)]
    if sorts or (count >= rules.least and not explained):
        yield Number(sorts[0] if sorts else "number", groups[0].start, groups[-1].end)


def _before(folded: str, start: int) -> str:
    """The letters and characters that stand close before a number."""
    return "".join(c for c in folded[max(0, start - 3 * _BESIDE) : start] if not is_sign(c))[-_BESIDE:]


def _parts(groups: Sequence[Group], left_out: Sequence[bool]) -> Iterator[list[Group]]:
    """The groups without those left out, which part the others."""
    part: list[Group] = []
    for group, out in zip(groups, left_out, strict=True):
        if out:
            yield part
            part = []
        else:
            part.append(group)
    yield part


def _windows(folded: str, groups: Sequence[Group]) -> Iterator[Number]:
    """What any neighbouring groups make together."""
    for first in range(len(groups)):
        joined = ""
        for group in groups[first:]:
            joined += group.digits
            if len(joined) > _LONGEST:
                break
            if len(joined) == 17 and (end := _x(folded, group.end)) and must_screen(joined + "X"):
                yield Number("id_number", groups[first].start, end)
            elif sort := _sort(joined):
                yield Number(sort, groups[first].start, group.end)


def _x(folded: str, start: int) -> int | None:
    """The end of an X that follows, over signs: the last character of one ID in eleven."""
    place = next((at for at in range(start, len(folded)) if not is_sign(folded[at])), None)
    return place + 1 if place is not None and folded[place] in "Xx" else None


def _sort(digits: str) -> Sort | None:
    if len(digits) in _ID_LENGTHS and must_screen(digits):
        return "id_number"
    if _MOBILE.fullmatch(digits) or (_LANDLINE.fullmatch(digits) and _in_service(digits)):
        return "phone"
    if len(digits) in _CARD_LENGTHS and digits[0] in _CARD_BEGINS and luhn(digits):
        return "account"
    return None


def _in_service(digits: str) -> bool:
    """Whether such a number is given out in China (area codes and lengths by libphonenumber)."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(digits, "CN"))
    except phonenumbers.NumberParseException:
        return False


def luhn(digits: str) -> bool:
    """Whether the check digit of a bank card is right (ISO/IEC 7812-1, annex B)."""
    values = [int(value) for value in reversed(digits)]
    return sum(values[::2] + [sum(divmod(2 * value, 10)) for value in values[1::2]]) % 10 == 0


def _screened(text: str) -> Iterator[Number]:
    """IDs as the loader screens them, also those that a spreadsheet wrote with an exponent."""
    screened = screen_text(text)
    if screened == text:
        return
    if len(screened) != len(text):
        yield Number("id_number", 0, len(text))
        return
    changed = [place for place, character in enumerate(screened) if character == MASK and text[place] != MASK]
    yield Number("id_number", changed[0] - 2, changed[-1] + 3)  # a mask leaves two characters at either end


def _credit_codes(folded: str) -> Iterator[Span]:
    for run in _RUN.finditer(folded):
        code = run.group().upper()
        if is_credit_code(code) and not must_screen(code):
            yield run.span()
