"""Who reads the feeds for other departments, and how far each said that it took note (HOME/feeds/readers.json).

A client is a reader from its first question on, and starts with what there was then: it reads all of that anyway.
Of every stop-of-use event after it has to say, within a term of policies/departments.yml, that it took note.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from credit_graph import clock
from credit_graph.errors import UsageError
from credit_graph.jobs.department_policy import department_terms
from credit_graph.jobs.level_feed import LevelFeed
from credit_graph.jobs.list_feed import list_feed
from credit_graph.lists.due import Item
from credit_graph.store import Store
from credit_graph.store.files import lock_file, private_folder, write_whole

Feed = Literal["levels", "listings"]
FEEDS: tuple[Feed, ...] = ("levels", "listings")
TITLES = {"levels": ("分类变化", "changes of classes"), "listings": ("名单变化", "changes of lists")}
FEED = "feed"  # the kind of such a thing in ``due``


@dataclass(frozen=True, slots=True)
class Reader:
    """A client of a feed. ``acknowledged``: the number up to which it took note; ``since``, ``on``: the days of its
    first question and of its last acknowledgement."""

    client: str
    feed: Feed
    acknowledged: int
    since: str
    on: str | None = None


class Readers:
    """The readers of an installation."""

    def __init__(self, home: Path) -> None:
        self._path = home / "feeds" / "readers.json"

    def all(self) -> list[Reader]:
        """By client and feed."""
        if not self._path.exists():
            return []
        return [Reader(**row) for row in json.loads(self._path.read_bytes())["readers"]]

    def reads(self, client: str, feed: Feed, last: int) -> None:
        """Note that a client asked; ``last``: the number of the last line there is."""
        if not any((row.client, row.feed) == (client, feed) for row in self.all()):
            self._put(Reader(client, feed, last, clock.today().isoformat()))

    def acknowledge(self, client: str, feed: Feed, sequence: int, last: int) -> int:
        """Note that a client took note of all lines up to a number; returns how far it did, which never goes back.

        Raises ``UsageError("usage.bad_value")`` for a number beyond the last line.
        """
        if not 0 <= sequence <= last:
            raise UsageError("usage.bad_value", option="sequence", value=sequence, why=f"0–{last}")
        return self._put(Reader(client, feed, sequence, clock.today().isoformat(), clock.today().isoformat()))

    def _put(self, reader: Reader) -> int:
        private_folder(self._path.parent)
        with lock_file(self._path.with_suffix(".lock")).acquire():
            rows = {(row.client, row.feed): row for row in self.all()}
            if (known := rows.get((reader.client, reader.feed))) is not None:
                reached = max(known.acknowledged, reader.acknowledged)
                reader = Reader(reader.client, reader.feed, reached, known.since, reader.on or known.on)
            rows[reader.client, reader.feed] = reader
            told = {"readers": [asdict(rows[key]) for key in sorted(rows)]}
            write_whole(self._path, json.dumps(told, indent=1).encode())
        return reader.acknowledged


def silent(store: Store, day: date, clients: Iterable[tuple[str, str]]) -> list[Item]:
    """Which of these clients (id, name) have not acknowledged a stop-of-use event, each by its last day."""
    names, found = dict(clients), []
    readers = [reader for reader in Readers(store.home).all() if reader.client in names]
    stops = {feed: _stops(store, feed) for feed in {reader.feed for reader in readers}}
    for reader in readers:
        waiting = [(sequence, since) for sequence, since in stops[reader.feed] if sequence > reader.acknowledged]
        if waiting:
            first = date.fromisoformat(waiting[0][1])
            terms = department_terms(day)
            title, n = TITLES[reader.feed], len(waiting)
            zh = f"部门未确认停用：{title[0]}第 {waiting[0][0]} 号起 {n} 项"
            en = f"stop of use not acknowledged: {title[1]}, {n} from number {waiting[0][0]} on"
            last = first + timedelta(days=terms.acknowledge_days)
            place = (last, FEED, reader.client, "", names[reader.client])
            found.append(Item((zh, en), *place, article=(terms.basis.source, terms.basis.source)))
    return found


def _stops(store: Store, feed: Feed) -> list[tuple[int, str]]:
    if feed == "levels":
        return list(LevelFeed(store.home).stops())
    return [(line["sequence"], line["day"]) for line in list_feed(store) if line["stop"]]
