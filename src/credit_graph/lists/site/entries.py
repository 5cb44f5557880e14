"""The page of each firm on a list. A template is rendered once for a list; what differs is put into its slots, since a
hundred thousand pages by a template take minutes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape

from credit_graph.lists.editions.edition import Column, Entry
from credit_graph.lists.site.files import entry_page, list_page, release_page
from credit_graph.lists.site.law import Law
from credit_graph.lists.site.pages import Page, Site
from credit_graph.lists.site.rows import cell, marks
from credit_graph.lists.site.shown import Firm, ShownList, firms

_NAMES = ("title", "folder", "key", "entries", "releases")
_SLOTS = {name: f"@@{name}@@" for name in _NAMES}
_SLOT = re.compile(f"@@({'|'.join(_NAMES)})@@")
_BESIDE = ("number", "mark", "salt", "name")
_HERE = "../../../"


def entry_pages(site: Site, shown: ShownList, law: Law) -> Iterator[Page]:
    """Of all firms on the list."""
    if not shown.latest.entries:
        return
    pieces = _pieces(site, shown, law)
    filled = _Filled(site, shown)
    for firm in firms(shown.latest):
        values = filled.of(firm)
        text = "".join([values[piece] if at % 2 else piece for at, piece in enumerate(pieces)])
        yield site.base + entry_page(shown.name, firm.key), text.encode()


def _pieces(site: Site, shown: ShownList, law: Law) -> list[str]:
    """The page cut at its slots: text, name of a slot, text, …"""
    path = f"entries/{shown.name}/{_SLOTS['folder']}/{_SLOTS['key']}.html"
    said = {"kind": "entry", "list": shown.name, "release": shown.latest.release.release}
    above = site.above((("名单", "Lists"), f"{_HERE}index.html"), (law.title, _HERE + list_page(shown.name)))
    _, data = site.page(path, "entry.html", said, above, law=law, list=shown.name, slot=_SLOTS, noindex=True)
    return _SLOT.split(data.decode())


class _Filled:
    """What fills the slots of one list's pages."""

    def __init__(self, site: Site, shown: ShownList) -> None:
        self._words, self._shown = site.words, shown.latest
        self._columns = [column for column in shown.latest.release.columns if column.name not in _BESIDE]
        self._releases = [(told, escape(told.release.release)) for told in shown.releases]

    def of(self, firm: Firm) -> Mapping[str, str]:
        """The slots of a firm."""
        return {
            "title": escape(firm.name),
            "folder": firm.key[-2:],
            "key": firm.key,
            "entries": "".join(self._entry(entry) for entry in firm.entries),
            "releases": self._where(firm),
        }

    def _entry(self, entry: Entry) -> str:
        """One entry with all that is public of it."""
        told = "".join(
            f"<div><dt>{escape(self._words.t(column.zh, column.en))}</dt><dd>{self._value(entry, column)}</dd></div>\n"
            for column in self._columns
            if entry[column.name] is not None or column.name == "last_day"
        )
        return f'<dl class="entry"{marks(self._shown.leaf(entry), entry)}>\n{told}</dl>\n'

    def _value(self, entry: Entry, column: Column) -> str:
        if column.name == "last_day" and entry["last_day"] is None:
            return escape(self._words.t("不设期限，移出为止", "none: until it is removed"))
        return cell(entry[column.name], column.name, self._words)

    def _where(self, firm: Firm) -> str:
        """In which releases the firm stands, under which numbers, with which leaf in the last one."""
        t = self._words.t
        items = []
        for told, name in self._releases:
            if found := told.numbers.get(firm.key):
                number = t("序号 ", "No. ") + t("、", ", ").join(found)
                link = f"{_HERE}{release_page(self._shown.release.list, told.release.release)}"
                items.append(f'<li><a href="{link}">{name}</a>{t("：", ": ")}{number}</li>\n')
        leaves = "".join(f"<br><code>{self._shown.leaf(entry)}</code>" for entry in firm.entries)
        told_leaf = t("本条目在最新一期中的哈希（leaves.txt）：", "Its hash in the latest release (leaves.txt):")
        return f"<ul>\n{''.join(items)}</ul>\n<p>{told_leaf}{leaves}</p>"
