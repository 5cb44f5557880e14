"""Screening (证件号码筛查): every cell of every column, before anything is hashed, stored, cached, logged or printed.

A maximal run of letters and digits that has the form of a citizen ID, a region that existed and a possible date is
masked, also inside text. Exempt: a credit code that passes both checks; a 15-digit number in a column typed
``registration_number`` with a valid check digit and a registration authority's region.
"""

from __future__ import annotations

import re
import unicodedata

import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.model.identifiers import is_credit_code, is_registration_number, is_screened, region_exists

# a quick look for cells that may hold an ID, also in full-width digits; what it finds is looked at closely
_MAYBE = r"[0-9０-９]{15}"
_RUN = re.compile(r"[0-9A-Za-z]+")
MASK = "*"


def mask(number: str) -> str:
    """First two and last two characters; the rest is hidden."""
    return number[:2] + MASK * (len(number) - 4) + number[-2:] if len(number) > 4 else MASK * len(number)


def screen_text(text: str, *, registration: bool = False) -> str:
    """The text with every citizen ID in it masked; ``registration`` exempts valid registration numbers."""
    folded = "".join(_fold(c) for c in text)
    result, end = [], 0
    for run in _RUN.finditer(folded):
        found = run.group()
        if _must_hide(found, registration):
            result += [text[end : run.start()], mask(found)]
            end = run.end()
    return "".join(result) + text[end:] if result else text


def _fold(character: str) -> str:
    """Full-width digits and letters as ASCII, everything else as it is (so that positions stay)."""
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) == 1 else character


def _must_hide(run: str, registration: bool) -> bool:
    if len(run) not in (15, 18) or not is_screened(run):
        return False
    if is_credit_code(run.upper()):
        return False
    return not (registration and is_registration_number(run) and region_exists(run[:6]))


def screen_column(column: pa.Array, *, registration: bool = False) -> tuple[pa.Array, int]:
    """A string column with its IDs masked, and how many cells held one."""
    maybe = pc.fill_null(pc.match_substring_regex(column, _MAYBE), False)
    places = pc.indices_nonzero(maybe).to_pylist()
    if not places:
        return column, 0
    cells = column.to_pylist()
    changed = 0
    for place in places:
        screened = screen_text(cells[place], registration=registration)
        changed += screened != cells[place]
        cells[place] = screened
    return pa.array(cells, type=pa.string()), changed
