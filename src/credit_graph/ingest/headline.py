"""Finds the header of a table below its titles: one line, or two where columns are grouped (合并表头)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from credit_graph.errors import InputError
from credit_graph.ingest.limits import limits
from credit_graph.ingest.screening import screen_text
from credit_graph.model.definition import Definition
from credit_graph.model.headers import normal_header, split_unit
from credit_graph.text import t

Known = Callable[[str], bool]


def find_header(rows: Iterable[list[str]], definitions: Iterable[Definition], label: str) -> tuple[int, list[str]]:
    """Number of the header's (last) line among the first rows, and its screened cells.

    It is the line that holds the most names of known columns; two lines count together where that finds more. Where
    no name is known it is the first row of more than one cell, so that the message can name its columns.
    Raises ``InputError("input.not_a_table")``.
    """
    known = _known(definitions)
    best: tuple[int, int, list[str]] | None = None
    for number, header in _candidates(rows, known):
        score = sum(map(known, header))
        if best is None or score > best[0] or (best[0] == 0 and len(list(filter(None, best[2]))) == 1):
            best = (score, number, header)
    if best is None:
        raise InputError("input.not_a_table", path=label, why=t("没有表头", "it has no header"))
    return best[1], best[2]


def _candidates(rows: Iterable[list[str]], known: Known) -> Iterator[tuple[int, list[str]]]:
    """Each line among the first, then together with the line above it."""
    above: list[str] = []
    for number, cells in enumerate(islice(rows, limits().max_title_rows), start=1):
        header = [screen_text(" ".join(cell.split())) for cell in cells]
        if any(header):
            yield number, header
            if len(list(filter(None, above))) > 1:
                yield number, _joined(above, header, known)
        above = header


def _joined(groups: list[str], columns: list[str], known: Known) -> list[str]:
    """One header of a line of groups and a line of columns: 认缴 above 额 and 日期 gives 认缴额 and 认缴日期.

    A group stands over the columns to its right up to the next group; a cell merged over both lines counts once.
    """
    width = max(len(groups), len(columns))
    groups, columns = ([*line, *[""] * (width - len(line))] for line in (groups, columns))
    joined: list[str] = []
    group = ""
    for above, column in zip(groups, columns, strict=True):
        group = above or group
        if not column or column == group:
            joined.append(above or column)
            continue
        choices = (group + column, column, above)
        joined.append(next((text for text in choices if known(text)), group + column))
    return joined


def _known(definitions: Iterable[Definition]) -> Known:
    """Whether a header is one of a definition's columns, with or without its unit."""
    names = [
        name
        for definition in definitions
        for name in (*definition.ignore, *(n for column in definition.columns.values() for n in column.names))
    ]
    forms = {normal_header(name) for name in names if name} | {split_unit(name)[0] for name in names if name}
    return lambda text: bool(text) and (normal_header(text) in forms or split_unit(text)[0] in forms)
