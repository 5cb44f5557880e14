"""``search-index.js``, what the search page looks through: a script, since a page of a file can fetch nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator

from credit_graph.lists.site.pages import FORMAT, Content
from credit_graph.lists.site.shown import firms

NAME = "search-index.js"
_BEGIN, _END = "window.creditIndex = ", ";\n"


def search_index(content: Content) -> bytes:
    """One line a firm and list: name, code, number of the list, key of its page where that is not the code."""
    index = {
        "format": FORMAT,
        "day": content.day.isoformat(),
        "lists": [[shown.name, *law.title] for shown, law in content.lists],
        "text": "\n".join(_lines(content)),
    }
    text = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")  # ends of line to an old browser
    return f"{_BEGIN}{text}{_END}".encode()


def read_index(data: bytes) -> tuple[str, list[tuple[str, str, str]]]:
    """The day of such a file, and (list, key, name) of each firm in it. ``ValueError``, ``KeyError``: it is none."""
    text = data.decode()
    if not text.startswith(_BEGIN):
        raise ValueError(NAME)
    index = json.loads(text.removeprefix(_BEGIN).removesuffix(_END))
    cut = [line.split("\t") for line in index["text"].split("\n") if line]
    return index["day"], [(index["lists"][int(n)][0], key or code, name) for name, code, n, key in cut]


def _lines(content: Content) -> Iterator[str]:
    for number, (shown, _) in enumerate(content.lists):
        for firm in firms(shown.latest):
            key = "" if firm.key == firm.code else firm.key
            yield "\t".join((_one_line(firm.name), _one_line(firm.code), str(number), key))


def _one_line(text: str) -> str:
    return " ".join(text.split())
