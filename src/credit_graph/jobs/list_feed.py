"""What was published and taken down, line by line: numbered by the log of releases, which only grows.

A publication gives the lines of the release's public delta, a takedown one line for each entry of each release. How
many there are does not depend on what may be shown today, so that no line ever gets another number; what may not be
shown any more is told by its leaf alone, also where its takedown has not yet run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from credit_graph.jobs.published import Published, published
from credit_graph.jobs.release_store import ReleaseStore
from credit_graph.lists.editions.delta import REMOVED
from credit_graph.lists.editions.edition import NUMBER
from credit_graph.store import Store

STOP, BACK = "stop", "back"  # taken down: may no longer be shown or used; may be again
Line = dict[str, Any]


def list_feed(store: Store) -> Iterator[Line]:
    """All lines from 1 on. ``event``: added, changed, removed (by a new release), stop, back; ``stop``: what the line
    is about may no longer be used.

    Raises ``UsageError("usage.unknown_release")`` where a release of the log is not there.
    """
    for sequence, line in enumerate(_lines(store), 1):
        yield {"sequence": sequence, **line}


def _lines(store: Store) -> Iterator[Line]:
    releases: dict[tuple[str, str], Published] = {}

    def release(list_name: str, name: str) -> Published:
        if (list_name, name) not in releases:
            releases[list_name, name] = published(store, list_name, name)
        return releases[list_name, name]

    seen: set[tuple[str, str]] = set()
    for noted in ReleaseStore(store.home).noted():
        if noted["what"] == "published" and (noted["list"], noted["release"]) not in seen:
            seen.add((noted["list"], noted["release"]))
            found = release(noted["list"], noted["release"])
            for change in found.delta:
                yield {**_head(found, noted), **_change(found, change)}
        elif noted["what"] == "takedown":
            for view in noted["releases"]:
                yield from _views(noted, view, release(noted["list"], view["release"]))


def _views(noted: Line, view: Line, found: Published) -> Iterator[Line]:
    shown = {str(entry[NUMBER]): entry for entry in found.entries}
    for event, name in ((STOP, "taken_down"), (BACK, "back")):
        for number in view.get(name, ()):
            said = {"event": event, "stop": event == STOP, "number": int(number), "leaf": found.leaves[int(number) - 1]}
            entry = {"entry": shown[number]} if event == BACK and number in shown else {}
            yield {**_head(found, noted), **said, **entry}


def _head(found: Published, noted: Line) -> Line:
    return {"list": found.head["list"], "release": found.head["release"], "day": noted["day"]}


def _change(found: Published, change: Line) -> Line:
    said: Line = {"event": change["change"], "stop": change["change"] == REMOVED}
    if "number" in change:
        said |= {"number": int(change["number"]), "leaf": found.leaves[int(change["number"]) - 1]}
    else:
        said["leaf"] = change["leaf"]
    names = {"entry": "entry", "fields": "fields", "former_leaf": "formerLeaf"}
    return said | {name: change[key] for key, name in names.items() if key in change}
