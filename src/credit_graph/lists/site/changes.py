"""What a release changed against the one before, as its page shows it: of who is gone, only how many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from markupsafe import Markup

from credit_graph.lists.editions.edition import leaf
from credit_graph.lists.site.files import ROWS, entry_page
from credit_graph.lists.site.law import Pair
from credit_graph.lists.site.rows import cell, marks
from credit_graph.lists.site.shown import Release, Told, key_of
from credit_graph.lists.site.words import Words

_ADDED, _CORRECTED, _REMOVED = "added", "changed", "removed"
Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Changes:
    """Counts, and a table with its title for additions and corrections. ``more``: there are more than are shown."""

    added: int
    corrected: int
    removed: int
    tables: tuple[tuple[Pair, Markup], ...]
    more: bool


def changes(told: Told, words: Words, keys: Collection[str], here: str) -> Changes:
    """Of a release. ``keys``: of the firms that have a page; ``here``: the way up to the part in this language."""
    counts = Counter(line["change"] for line in told.delta)
    parts: list[tuple[Pair, Markup]] = []
    more = False
    for change, title in ((_ADDED, ("新增条目", "Added")), (_CORRECTED, ("更正条目", "Corrected"))):
        lines = [line for line in told.delta if line["change"] == change and "entry" in line]
        if lines and told.release.predecessor is not None:  # all of a first release are new
            parts.append((title, _table(told.release, lines[:ROWS], words, keys, here)))
            more = more or len(lines) > ROWS
    return Changes(counts[_ADDED], counts[_CORRECTED], counts[_REMOVED], tuple(parts), more)


def _table(release: Release, lines: Sequence[Line], words: Words, keys: Collection[str], here: str) -> Markup:
    corrected = lines[0]["change"] == _CORRECTED
    titles = {column.name: words.t(column.zh, column.en) for column in release.columns}
    names = [name for name in ("number", "name", "credit_code", "listed_on", "ground") if name in titles]
    head = [titles[name] for name in names] + ([words.t("更正的内容", "what was corrected")] if corrected else [])
    cells = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(_row(release, line, names, titles, words, keys, here) for line in lines)
    return Markup(f"<table>\n<thead><tr>{cells}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>")


def _row(
    release: Release,
    line: Line,
    names: Sequence[str],
    titles: Mapping[str, str],
    words: Words,
    keys: Collection[str],
    here: str,
) -> str:
    entry = line["entry"]
    found = leaf(entry, release.columns).hex()
    key = key_of(entry, found)
    cells = [cell(entry[name], name, words) for name in names]
    if key in keys and "name" in names:
        at = names.index("name")
        cells[at] = f'<a href="{here}{entry_page(release.list, key)}">{cells[at]}</a>'
    if line["change"] == _CORRECTED:
        said = [titles[name] for name in line["fields"] if name in titles and name != "salt"]
        cells.append(escape(words.t("、", ", ").join(said)))
    return f"<tr{marks(found, entry)}>{''.join(f'<td>{text}</td>' for text in cells)}</tr>\n"
