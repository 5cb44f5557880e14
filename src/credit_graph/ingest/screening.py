"""Screening (证件号码筛查): every cell of every column, before anything is hashed, stored, cached, logged or printed.

A maximal run of letters and digits that has the form of a citizen ID, a region that existed and a possible date is
masked, also inside text (个人信息保护法 arts 6, 51: no more than needed, and secured), also where spaces or quotes
cut it: codes are stored without them. Exempt: a credit code that passes both checks; a 15-digit number in a column
typed ``registration_number`` with a valid check digit and the region of a registration authority. Column names can't
be trusted, so every column is looked at.
"""

from __future__ import annotations

import re
import unicodedata

import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.model.identifiers import is_authority, is_registration_number, must_screen, normalise

MASK = "*"
# characters that nobody sees and that would hide a number from the search
_INVISIBLE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x{ad}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}\x{feff}]"
# a quick look for cells that may hold an ID, in digits of any script, with what normalising removes between them; what
# it finds is looked at closely
_MAYBE = r"""\p{N}(?:[\s\p{Z}'"’‘`“”＇＂｀]*\p{N}){14}|[0-9]\.[0-9]{5,16}[Ee]\+?1[47]"""
_OTHER_DIGITS = re.compile(r"(?![0-9])\d|[Ａ-Ｚａ-ｚ]")
_RUN = re.compile(r"[0-9A-Za-z]+")
_OWNERS_LENGTH = 20
_PROBE = 1000  # cells by which a column is judged to have few distinct ones
_LOOK = f"{_MAYBE}|{_INVISIBLE}"
_DESTROYED = re.compile(r"([0-9])\.([0-9]{5,16})[Ee]\+?(14|17)(?![0-9A-Za-z])")


def mask(number: str) -> str:
    """First two and last two characters; the rest is hidden."""
    return number[:2] + MASK * (len(number) - 4) + number[-2:] if len(number) > 4 else MASK * len(number)


def screen_text(text: str, *, registration: bool = False, tax: bool = False) -> str:
    """The text with every citizen ID in it masked; ``registration`` exempts a cell that is a registration number.

    ``tax``: also a taxpayer number that is the ID of a 个体户's owner with digits after it.
    """
    if registration and _is_registration(text):
        return text
    if tax and _is_owners_number(text):
        return mask(normalise(text))
    if text.isascii() and text.isalnum():  # most cells with many digits are one code: one run, stored as it is
        return mask(text) if must_screen(text) else text
    text = _masked(text)
    stored = normalise(text)
    return _masked(stored) if any(must_screen(run) for run in _RUN.findall(stored)) else text


def _masked(text: str) -> str:
    folded = text
    if not text.isascii():
        folded = _OTHER_DIGITS.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)
    places = [run.span() for run in _RUN.finditer(folded) if must_screen(run.group())]
    places += [run.span() for run in _DESTROYED.finditer(folded) if _destroyed_id(*run.groups())]
    for start, end in places:
        text = text[:start] + mask(folded[start:end]) + text[end:]
    return text


def _is_registration(text: str) -> bool:
    number = normalise(text)
    return len(number) == 15 and is_registration_number(number) and is_authority(number[:6])


def _is_owners_number(text: str) -> bool:
    """纳税人识别号 of 20 characters: the owner's ID of 18 and a serial of two, or of 15 and five zeros (SW 5-2013)."""
    number = normalise(text)
    if len(number) != _OWNERS_LENGTH:
        return False
    return must_screen(number[:18]) or (must_screen(number[:15]) and number[15:] == "00000")


def _destroyed_id(first: str, digits: str, exponent: str) -> bool:
    """Whether a spreadsheet's 3.30206198001011E+17 shows region and birth of an ID."""
    length = int(exponent) + 1
    return len(digits) >= length - 5 and must_screen((first + digits)[:length].ljust(length, "0"))


def screen_column(column: pa.Array, *, registration: bool = False, tax: bool = False) -> pa.Array:
    """A string column without invisible characters and with its IDs masked; the flags as :func:`screen_text`."""
    if (
        len(pc.unique(column[:_PROBE])) < _PROBE // 4
    ):  # few distinct cells, as most columns have: each is looked at once
        encoded = column.dictionary_encode()
        return _screened(encoded.dictionary, registration, tax).take(encoded.indices)
    return _screened(column, registration, tax)


def _screened(column: pa.Array, registration: bool, tax: bool) -> pa.Array:
    look = pc.fill_null(pc.match_substring_regex(column, _LOOK), False)
    found = column.filter(look)
    if not len(found):
        return column
    visible = pc.replace_substring_regex(found, _INVISIBLE, "").to_pylist()
    screened = pa.array([screen_text(cell, registration=registration, tax=tax) for cell in visible], type=pa.string())
    return pc.replace_with_mask(column, look, screened)
