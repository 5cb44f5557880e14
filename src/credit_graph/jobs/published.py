"""What of the published releases (已发布名单) may be shown now: public editions, less what has to go today."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from credit_graph import clock
from credit_graph.errors import UsageError
from credit_graph.jobs.batches import last_seq
from credit_graph.jobs.release_store import ReleaseStore
from credit_graph.jobs.takedown import Today
from credit_graph.lists.editions.archive import DELTA, INDEX, LEAVES
from credit_graph.lists.editions.draft import DRAFT, ENTRIES, Draft
from credit_graph.lists.editions.edition import NUMBER, Entry, sha256
from credit_graph.lists.policy import list_names
from credit_graph.store import Store


@dataclass(frozen=True, slots=True)
class Published:
    """A release as anyone may see it now. ``index``, ``head``: the files of that name; ``leaves``: of all its entries,
    in the order of their numbers; ``version``: hash of its index, another one as soon as anything is taken down."""

    index: dict[str, Any]
    head: dict[str, Any]
    entries: Sequence[Entry]
    delta: Sequence[dict[str, Any]]
    leaves: Sequence[str]
    version: str

    @property
    def id(self) -> str:
        """``serious_violation/2026Q3``."""
        return f"{self.head['list']}/{self.head['release']}"


def published(store: Store, list_name: str, release: str) -> Published:
    """The release. What may not be shown today is left out, even where its takedown has not yet run.

    Raises ``UsageError("usage.unknown_release")``.
    """
    releases = ReleaseStore(store.home)
    if list_name not in list_names() or release not in releases.releases(list_name):
        raise UsageError("usage.unknown_release", release=f"{list_name}/{release}"[:80])
    folder = releases.public_folder(list_name, release)
    if not folder.is_dir():  # withdrawn
        raise UsageError("usage.unknown_release", release=f"{list_name}/{release}")
    found = _read(folder)
    return _less(found, _shown(store, list_name, release, last_seq(store), clock.today()))


def latest(store: Store, list_name: str) -> Published | None:
    """The release of a list that is valid now, where there is one."""
    releases = ReleaseStore(store.home)
    last = releases.latest(list_name) if list_name in list_names() else None
    return published(store, list_name, last) if last and releases.public_folder(list_name, last).is_dir() else None


@lru_cache(maxsize=16)
def _parsed(folder: Path, version: tuple[int, int]) -> Published:
    """``version``: of the index, which is written anew whenever anything of the edition is."""
    files = {name: (folder / name).read_bytes() for name in (INDEX, "head.json", ENTRIES, DELTA, LEAVES)}
    return Published(
        json.loads(files[INDEX]),
        json.loads(files["head.json"]),
        [json.loads(line) for line in files[ENTRIES].splitlines()],
        [json.loads(line) for line in files[DELTA].splitlines()],
        files[LEAVES].decode().split(),
        sha256(files[INDEX]),
    )


def _read(folder: Path) -> Published:
    status = (folder / INDEX).stat()
    return _parsed(folder, (status.st_mtime_ns, status.st_ino))


@lru_cache(maxsize=64)
def _shown(store: Store, list_name: str, release: str, seq: int, day: date) -> frozenset[str]:
    """``seq``, ``day``: at which the answer is kept."""
    folder = ReleaseStore(store.home).archive_folder(list_name, release)
    draft = Draft.of_archive({name: (folder / name).read_bytes() for name in (DRAFT, ENTRIES)})
    return frozenset(_today(store, list_name, seq, day).shown(draft))


@lru_cache(maxsize=8)
def _today(store: Store, list_name: str, seq: int, day: date) -> Today:
    """The list judged once for all its releases; kept as the answers are."""
    return Today(store, list_name)


def _less(found: Published, shown: frozenset[str]) -> Published:
    """Without the entries that are not ``shown``, of which the delta tells the leaf."""
    kept = [entry for entry in found.entries if entry[NUMBER] in shown]
    if len(kept) == len(found.entries):
        return found
    told = {*shown, None}
    lines = [line if line.get("number") in told else _bare(line, found.leaves) for line in found.delta]
    left = ",".join(sorted(shown))
    return replace(found, entries=kept, delta=lines, version=sha256(f"{found.version} {left}".encode()))


def _bare(line: dict[str, Any], leaves: Sequence[str]) -> dict[str, Any]:
    said = {name: value for name, value in line.items() if name not in ("entry", "leaf")}
    return said | {"leaf": leaves[int(line["number"]) - 1]}
