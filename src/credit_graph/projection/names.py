"""Comparing names: width, case, brackets and spaces carry no meaning."""

from __future__ import annotations

import re
import unicodedata

_NOISE = re.compile(r"[\s·•．.,，、]+")


def normal_name(name: str) -> str:
    """The name (企业名称) as it is compared: NFKC, upper case, no spaces or dots, plain brackets."""
    text = unicodedata.normalize("NFKC", name)
    return _NOISE.sub("", text).translate(_BRACKETS).upper()


_BRACKETS = str.maketrans("[]{}<>〔〕【】《》〈〉", "()()()()()()()")
