"""A column of screened text becomes values: each distinct cell is read once, most without leaving the columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from credit_graph.ingest.limits import rules
from credit_graph.ingest.values import Bad, clean
from credit_graph.model.identifiers import check_credit_codes
from credit_graph.model.kinds import FieldType

_HAN = r"\x{4e00}-\x{9fff}"
# cells that a reader would return as they are, by type; everything else is read one by one
_AS_IT_IS = {
    FieldType.NAME: rf"^[{_HAN}A-Za-z0-9（）\-]*$",
    FieldType.PERSON_NAME: rf"^[{_HAN}]*$",
    FieldType.ADDRESS: rf"^[{_HAN}A-Za-z0-9（）\-]*$",
    FieldType.NUMBER_TEXT: rf"^[{_HAN}A-Za-z0-9\-〔〕]*$",
    FieldType.TEXT: r"^([^\r\[{][^\r]*)?$",
}


@dataclass(slots=True)
class Read:
    """The values of a column's rows (None where there is none) and the cells that have no such value, by row."""

    values: list[Any]
    bad: dict[int, tuple[str, Bad]] = field(default_factory=dict)  # row -> cell, fault


def cleaned(cells: pa.Array) -> pa.Array:
    """The cells without surrounding space and apostrophe; null for what says nothing, as :func:`clean`."""
    trimmed = pc.utf8_trim(cells, characters=" \t\r\n\u3000\ufeff")
    quoted = pc.starts_with(trimmed, "'")
    if pc.any(quoted).as_py():
        texts = pa.array([clean(cell) for cell in trimmed.filter(quoted).to_pylist()], type=pa.string())
        trimmed = pc.replace_with_mask(trimmed, pc.fill_null(quoted, False), texts)
    nothing = pc.is_in(pc.utf8_upper(trimmed), value_set=pa.array(sorted(rules().empty_words)))
    return pc.if_else(nothing, pa.scalar(None, pa.string()), trimmed)


def read_column(cells: pa.Array, read: Callable[[str], Any], kind: FieldType, *, corrected: bool) -> Read:
    """Read a column of screened cells. ``corrected``: the definition lists corrections, so every cell is looked at."""
    encoded = cells.dictionary_encode()
    distinct = _read_cells(cleaned(encoded.dictionary), read, kind, corrected=corrected)
    values = np.empty(len(distinct.values) + 1, dtype=object)  # the last stays None, for rows without a cell
    values[:-1] = distinct.values
    codes = pc.fill_null(encoded.indices, len(distinct.values)).to_numpy(zero_copy_only=False)
    result = Read(values[codes].tolist())
    if distinct.bad:
        rows = np.flatnonzero(np.isin(codes, list(distinct.bad)))
        result.bad = {int(row): distinct.bad[int(codes[row])] for row in rows}
    return result


def _read_cells(cells: pa.Array, read: Callable[[str], Any], kind: FieldType, *, corrected: bool) -> Read:
    """Read cleaned cells: what a pattern or a check of the whole column passes as it is, the rest one by one."""
    fine = pc.is_null(cells)
    if kind is FieldType.CREDIT_CODE and not corrected:
        fine = pc.or_(fine, pa.array(check_credit_codes(cells)))
    elif kind in _AS_IT_IS and not corrected:
        fine = pc.fill_null(pc.match_substring_regex(cells, _AS_IT_IS[kind]), True)
    result = Read(cells.to_pylist())
    for place in pc.indices_nonzero(pc.invert(fine)).to_pylist():
        text = result.values[place]
        try:
            result.values[place] = read(text)
        except Bad as bad:
            result.values[place] = None
            result.bad[place] = (text, bad)
    return result
