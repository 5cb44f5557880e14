"""What a copy elsewhere holds: a page, a table or an index of ours, wherever it was saved to. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from html import unescape
from typing import Any

from python_calamine import CalamineError

from credit_graph.lists.editions.edition import NUMBER, Column, Entry, leaf
from credit_graph.lists.editions.tables import read_csv, read_jsonl, read_parquet, read_xlsx
from credit_graph.lists.editions.verify import leaf_columns
from credit_graph.lists.site.pages import META
from credit_graph.lists.site.search_index import read_index
from credit_graph.lists.site.shown import SHORT
from credit_graph.lists.site.today import Today

_META = re.compile(rb'<meta name="' + META.encode() + rb'" content="([^"]*)"')
_MARKED = re.compile(rb'data-entry="([0-9a-f]{16})" data-last="([0-9-]*)"')
_ROOT = re.compile(r"\b[0-9a-f]{64}\b")
_CODE = re.compile(r"<t[dh][^>]*>(?:<[^/>]*>)*\s*([0-9A-Z]{13,18})\s*<")  # credit codes, registration numbers
_NO_TABLE = (ValueError, KeyError, TypeError, AttributeError, OSError, CalamineError)
Columns = tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """An entry on a copy, by the beginning of its leaf; what else the copy says of it."""

    leaf: str
    last_day: date | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """A file of ours. ``day``: of which day it is the view, where it says so; ``releases``: list -> release that it
    shows; ``firms``: (list, key) of those that a search index names; ``codes``: those in the table of a bulletin."""

    file: str
    day: date | None = None
    releases: Mapping[str, str] = field(default_factory=dict)
    entries: tuple[Held, ...] = ()
    firms: tuple[tuple[str, str], ...] = ()
    codes: tuple[str, ...] = ()


def copy_of(file: str, data: bytes, today: Today) -> Copy | None:
    """What the file holds; ``None``: it is nothing of ours."""
    read = _READERS.get(file.rpartition(".")[2].lower())
    try:
        return read(file, data, today) if read else None
    except _NO_TABLE:
        return None


def _page(file: str, data: bytes, today: Today) -> Copy | None:
    found = _META.search(data)
    if found is None:
        return _bulletin(file, data, today)
    said = json.loads(unescape(found[1].decode()))
    releases = said.get("releases") or ({said["list"]: said["release"]} if "list" in said else {})
    entries = [Held(name.decode(), _day(last.decode())) for name, last in _MARKED.findall(data)]
    return Copy(file, date.fromisoformat(said["day"]), releases, tuple(entries))


def _bulletin(file: str, data: bytes, today: Today) -> Copy | None:
    """A bulletin, also one pasted into another page: it names the root of its release, and codes in a table."""
    text = data.decode()
    place = next(filter(None, map(today.roots.get, _ROOT.findall(text))), None)
    return Copy(file, releases=dict([place]), codes=tuple(_CODE.findall(text))) if place else None


def _script(file: str, data: bytes, today: Today) -> Copy:
    day, firms = read_index(data)
    return Copy(file, date.fromisoformat(day), firms=tuple((name, key) for name, key, _ in firms))


def _index(file: str, data: bytes, today: Today) -> Copy | None:
    said = json.loads(data)
    if said["edition"] != "public":
        return None
    return Copy(file, date.fromisoformat(said["day"]), {str(said["list"]): str(said["release"])})


def _table(read: Callable[[bytes, Columns], list[dict[str, str | None]]]) -> _Reader:
    def found(file: str, data: bytes, today: Today) -> Copy | None:
        for columns in today.columns:
            try:
                return Copy(file, entries=tuple(_held(read(data, columns))))
            except ValueError:
                continue
        return None

    return found


def _lines(file: str, data: bytes, today: Today) -> Copy | None:
    rows: list[dict[str, Any]] = list(read_jsonl(data))
    if rows and "change" in rows[0]:  # a delta
        rows = [row["entry"] for row in rows if "entry" in row]
    return Copy(file, entries=tuple(_held(rows))) if rows else None


def _parquet(file: str, data: bytes, today: Today) -> Copy:
    return Copy(file, entries=tuple(_held(read_parquet(data))))


def _held(rows: Iterable[Entry]) -> Iterator[Held]:
    for row in rows:
        found = leaf(row, leaf_columns(row)).hex()[:SHORT]
        yield Held(found, _day(row.get("last_day") or ""), row[NUMBER])


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


_Reader = Callable[[str, bytes, Today], Copy | None]
_READERS: dict[str, _Reader] = {
    **dict.fromkeys(("html", "htm"), _page),
    "js": _script,
    "json": _index,
    "csv": _table(read_csv),
    "xlsx": _table(read_xlsx),
    "jsonl": _lines,
    "parquet": _parquet,
}
