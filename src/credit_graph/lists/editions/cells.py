"""Texts of a release as files can hold them: the same text in every format, and never a formula in a spreadsheet."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 32_767  # UTF-16 units of a cell of a workbook (Excel specifications and limits)

_BREAK = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# what XML 1.0 can't hold or HTML takes for a fault: control characters, halves of pairs, what is no character
_NO_TEXT = re.compile("[^\t\n -~\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]")
# a spreadsheet takes a cell that begins so for a formula, also in full width
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
# and one that looks so for a number or a day: a code of digits loses its last ones, or the zeros before it
_NUMBER = re.compile(r"\d{12,}|0\d+|\d+(\.\d+)?[eE][+-]?\d+|\d{1,4}[-/]\d{1,2}")


def cleaned(text: str | None) -> str | None:
    """The text as every format can hold it; ``None`` for an empty one. An entry is made of such texts.

    Line breaks of all kinds become one, a line feed; every other control character but the tab, and whatever is no
    character, becomes U+FFFD (�), so that its place is seen. All else stays as it is.
    """
    if not text:
        return None
    return text if text.isprintable() else _NO_TEXT.sub("�", _BREAK.sub("\n", text))


def csv_cell(text: str | None) -> str:
    """The text as a cell of a CSV file: with an apostrophe before it where a spreadsheet would not take it for text."""
    if not text:
        return ""
    return "'" + text if _needs_apostrophe(text.lstrip("'")) else text


def from_csv_cell(cell: str) -> str | None:
    """The text of a cell that :func:`csv_cell` made."""
    if not cell:
        return None
    return cell[1:] if cell[0] == "'" and _needs_apostrophe(cell.lstrip("'")) else cell


def too_long(text: str) -> bool:
    """Whether a cell of a workbook is too small for the text."""
    return len(text) > LONGEST // 2 and len(text.encode("utf-16-le")) // 2 > LONGEST


def _needs_apostrophe(text: str) -> bool:
    if text.startswith(_FORMULA):
        return True
    return text[:1].isdigit() and _NUMBER.fullmatch(unicodedata.normalize("NFKC", text)) is not None
