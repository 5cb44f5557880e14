"""Column headers: the one form in which they are compared, and the unit that a header may name."""

from __future__ import annotations

import re
import unicodedata

UNITS = ("元", "万元", "分", "亿元")

_UNIT = re.compile(r"^(?P<base>.+?)[(\[](?:单位:?)?(?:人民币)?(?P<unit>亿元|万元|元|分)(?:人民币)?[)\]]$")


def normal_header(text: str) -> str:
    """A header without variants of width, bracket, case and space, line breaks, quotes and marks (*)."""
    folded = unicodedata.normalize("NFKC", text).replace("\ufeff", "").replace("【", "[").replace("】", "]")
    return "".join(folded.split()).strip("'\"*:").casefold()


def split_unit(header: str) -> tuple[str, str | None]:
    """The header without its unit, and the unit: ``注册资本（万元）`` -> (``注册资本``, ``万元``).

    The base is in :func:`normal_header` form; the unit is 元, 万元, 分, 亿元 or None.
    """
    normal = normal_header(header)
    found = _UNIT.match(normal)
    return (found["base"], found["unit"]) if found else (normal, None)
