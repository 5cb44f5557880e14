"""Comparing names: width, case, brackets and spaces carry no meaning."""

from __future__ import annotations

import re
import unicodedata

import pyarrow as pa
import pyarrow.compute as pc

_NOISE = re.compile(r"[\s·•．.,，、]+")


def normal_name(name: str) -> str:
    """The name (企业名称) as it is compared: NFKC, upper case, no spaces or dots, plain brackets."""
    text = unicodedata.normalize("NFKC", name)
    return _NOISE.sub("", text).translate(_BRACKETS).upper()


def normal_names(names: pa.ChunkedArray) -> pa.Array:
    """Each of the names as :func:`normal_name` gives it; each spelling is looked at once."""
    coded = names.combine_chunks().dictionary_encode()
    spelled = coded.dictionary
    # most are plain: of them only the width of brackets may differ
    other = pc.invert(pc.match_substring_regex(spelled, _PLAIN))
    narrow = pc.replace_substring(pc.replace_substring(spelled, "（", "("), "）", ")")
    rest = pa.array([normal_name(name) for name in spelled.filter(other).to_pylist()], pa.large_string())
    return pc.replace_with_mask(narrow, other, rest).take(coded.indices)


_PLAIN = r"\A[一-鿿0-9A-Z()（）]*\z"  # nothing that :func:`normal_name` folds but brackets
_BRACKETS = str.maketrans("[]{}<>〔〕【】《》〈〉", "()()()()()()()")
