"""Columns of text for the tables of an invented city: built whole, never cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Days = npt.NDArray[np.datetime64]
Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Column = Any  # a pyarrow string array; the library is not typed

ISO = "%Y-%m-%d"
SLASH = "%Y/%m/%d"
MIDNIGHT = "%Y-%m-%d 0:00:00"
CHINESE = "%Y年%m月%d日"
COMPACT = "%Y%m%d"


def stream(seed: int, name: str) -> np.random.Generator:
    """The random stream of one table or one part of the city: what is added elsewhere leaves it unchanged."""
    return np.random.default_rng([seed, crc32(name.encode())])


def texts(values: Sequence[str] | npt.NDArray[Any] | Column) -> Column:
    """A column of these texts; numbers are written out."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "iu":
        return pc.cast(pa.array(values), pa.string())
    return values if isinstance(values, pa.Array) else pa.array(values, type=pa.string())


def take(words: Sequence[str] | Column, places: npt.NDArray[Any]) -> Column:
    """The words at these places; a negative place is an empty cell."""
    column = texts(words)
    missing = places < 0
    if not missing.any():
        return column.take(pa.array(places))
    return pc.fill_null(column.take(pa.array(places, mask=missing)), "")


def join(*parts: Any) -> Column:
    """The parts put together row by row; a plain string stands in every row."""
    return pc.binary_join_element_wise(*(part if isinstance(part, str) else texts(part) for part in parts), "")


def where(condition: Mask, yes: Any, no: Any) -> Column:
    """Cells of one column or the other."""
    return pc.if_else(
        pa.array(condition), yes if isinstance(yes, str) else texts(yes), no if isinstance(no, str) else texts(no)
    )


def blank(column: Any, empty: Mask) -> Column:
    """The column with empty cells where told."""
    return where(empty, "", column)


def after(day: Any, count: Any) -> Days:
    """Days so many days later."""
    result: Days = day + count
    return result


def keep(column: Column, rows: npt.NDArray[Any]) -> Column:
    """Some rows of a column: a mask or places."""
    return column.filter(pa.array(rows)) if rows.dtype == np.bool_ else column.take(pa.array(rows))


def days(values: Days, form: str = ISO) -> Column:
    """Days as text; not-a-day is an empty cell. Each distinct day is formatted once."""
    distinct, places = np.unique(values, return_inverse=True)
    words = ["" if np.isnat(day) else _format(day, form) for day in distinct]
    return take(words, places)


def _format(day: np.datetime64, form: str) -> str:
    return str(day.astype("datetime64[D]").item().strftime(form))


def padded(numbers: Numbers, width: int) -> Column:
    """Numbers with leading zeros."""
    return pc.utf8_lpad(texts(numbers), width, "0")


def hashed(numbers: Numbers, salt: str) -> Column:
    """Thirty-two hexadecimal digits per number, as databases give for ids; different numbers get different ones."""
    offset = np.uint64(crc32(salt.encode()))
    x = numbers.astype(np.uint64) + (offset << np.uint64(32))
    halves = []
    for factor in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F):
        mixed = x * np.uint64(factor)
        mixed ^= mixed >> np.uint64(29)
        halves.append(mixed * np.uint64(0xBF58476D1CE4E5B9))
    raw = np.stack(halves, axis=1).astype(">u8").view(np.uint8)
    digits = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
    shown = np.stack([digits[raw >> 4], digits[raw & 15]], axis=2).reshape(len(numbers), 32)
    # a run of digits could be taken for a citizen ID: the first character is a letter
    shown[:, 0] = digits[10 + (raw[:, 0] % 6)]
    return fixed(shown)


def fixed(characters: npt.NDArray[np.uint8]) -> Column:
    """A matrix of ASCII characters as a column, one text per row."""
    rows, width = characters.shape
    data = pa.py_buffer(np.ascontiguousarray(characters).tobytes())
    offsets = pa.py_buffer((np.arange(rows + 1, dtype=np.int32) * width).tobytes())
    return pa.Array.from_buffers(pa.string(), rows, [None, offsets, data])


def decimal(hundredths: Numbers, places: int = 2) -> Column:
    """Numbers given in hundredths (``places`` 2) or other parts of ten, as text without trailing zeros."""
    scale = 10**places
    whole, part = np.divmod(np.abs(hundredths), scale)
    text = join(whole, ".", padded(part, places))
    text = pc.utf8_rtrim(pc.utf8_rtrim(text, "0"), ".")
    return join(where(hundredths < 0, "-", ""), text)
