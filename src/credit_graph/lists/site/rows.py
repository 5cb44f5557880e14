"""Tables of entries on pages, written without a template: a list may have a hundred thousand rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from markupsafe import Markup

from credit_graph.lists.editions.edition import Column, Entry
from credit_graph.lists.site.files import entry_page
from credit_graph.lists.site.shown import SHORT, Firm, Shown
from credit_graph.lists.site.words import Words

# what a table of entries leaves to the page of the firm
_BESIDE = ("document", "basis", "mark", "salt")
_CLASSES = {"number": "number", "name": "who", "credit_code": "code", "registration_number": "code", "ground": "what"}


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of a table, with its class as an attribute."""

    name: str
    zh: str
    en: str
    cls: Markup


def header(columns: Sequence[Column], entries: Sequence[Entry]) -> list[Heading]:
    """The columns that a table of these entries shows: such as have a value in any of them."""
    return [
        Heading(column.name, column.zh, column.en, Markup(_class(column.name)))
        for column in columns
        if column.name not in _BESIDE and any(entry[column.name] is not None for entry in entries)
    ]


def rows(
    shown: Shown, entries: Iterable[tuple[Entry, Firm]], columns: Sequence[Heading], words: Words, here: str
) -> Markup:
    """The rows of a table. ``here``: the way up to the language's part of the site."""
    names = [heading.name for heading in columns]
    return Markup("".join(_row(shown, entry, firm, names, words, here) for entry, firm in entries))


def _row(shown: Shown, entry: Entry, firm: Firm, names: Sequence[str], words: Words, here: str) -> str:
    link = here + entry_page(shown.release.list, firm.key)
    linked = "name" if entry.get("name") else "number"
    cells = []
    for name in names:
        text = cell(entry[name], name, words)
        text = f'<a href="{link}">{text}</a>' if name == linked else text
        cells.append(f"<td{_class(name)}>{text}</td>")
    return f"<tr{marks(shown.leaf(entry), entry)}>{''.join(cells)}</tr>\n"


def marks(leaf: str, entry: Entry) -> str:
    """Attributes that say to ``site check`` which entry an element shows, and until when it may."""
    return f' data-entry="{leaf[:SHORT]}" data-last="{escape(entry.get("last_day") or "")}"'


def cell(text: str | None, name: str, words: Words) -> str:
    """A value as it stands on a page; Chinese is told apart on an English one."""
    if text is None:
        return "–"
    return escape(text) if words.language == "zh" or text.isascii() else f'<span lang="zh-CN">{escape(text)}</span>'


def _class(name: str) -> str:
    found = _CLASSES.get(name) or ("day" if name.endswith(("_on", "_day")) else "")
    return f' class="{found}"' if found else ""
