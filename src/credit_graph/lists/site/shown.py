"""The public edition of a release as the pages need it, read from the bytes of its folder."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from credit_graph.errors import InputError
from credit_graph.lists.editions.edition import Column, Entry, sha256
from credit_graph.text import t

HEAD, INDEX, SIGNATURE = "head.json", "index.json", "index.sig"
ENTRIES, LEAVES, DELTA = "entries.jsonl", "leaves.txt", "delta.jsonl"
READ = (INDEX, SIGNATURE, HEAD, ENTRIES, LEAVES, DELTA)  # what pages are made from; the rest is only copied
SHORT = 16  # hex digits of a leaf that name an entry on a page: 64 bits
_PLAIN_KEY = re.compile(r"[0-9A-Z]{6,30}")


@dataclass(frozen=True, slots=True)
class Release:
    """The head and the index of a release. ``day``: of which day it is the view; ``size``: entries when published;
    ``files``: name -> (bytes, SHA-256), all of the folder."""

    list: str
    release: str
    number: int
    period: str
    published_on: date
    day: date
    size: int
    root: str
    predecessor: str | None
    titles: tuple[str, str]
    mark: str | None
    notice_number: str
    columns: tuple[Column, ...]
    files: Mapping[str, tuple[int, str]]

    @classmethod
    def read(cls, files: Mapping[str, bytes], folder: str) -> Release:
        """Of ``index.json``, ``index.sig`` and ``head.json``; every other file given is compared with its hash.

        Raises ``InputError("input.not_public")``: something else, an archive, or a file that differs.
        """
        try:
            index, head = json.loads(files[INDEX]), json.loads(files[HEAD])
            listed = {name: (int(row["size"]), str(row["sha256"])) for name, row in index["files"].items()}
            return cls(
                list=str(head["list"]),
                release=str(head["release"]),
                number=int(head["number"]),
                period=str(index["period"]),
                published_on=date.fromisoformat(head["published_on"]),
                day=_public_day(index),
                size=int(head["size"]),
                root=str(head["root"]),
                predecessor=head["predecessor"],
                titles=(str(index["titles"]["zh"]), str(index["titles"]["en"])),
                mark=index["mark"],
                notice_number=str(index["notice_number"] or ""),
                columns=tuple(Column(row["name"], row["zh"], row["en"]) for row in index["columns"]),
                files={**_checked(files, listed), **{name: _size(files[name]) for name in (INDEX, SIGNATURE)}},
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            why = str(error) if isinstance(error, _Wrong) else t("不完整", "it is not whole")
            raise InputError("input.not_public", path=folder, why=why) from None


class _Wrong(ValueError):
    """Carries the reason for the user."""


def _public_day(index: Mapping[str, Any]) -> date:
    if index["edition"] != "public":
        raise _Wrong(t("不是公开版本", "it is no public edition"))
    return date.fromisoformat(index["day"])


def _checked(files: Mapping[str, bytes], listed: dict[str, tuple[int, str]]) -> dict[str, tuple[int, str]]:
    for name, data in files.items():
        if name not in (INDEX, SIGNATURE) and listed.get(name) != _size(data):
            raise _Wrong(t(f"{name} 与 index.json 所载不符", f"{name} is not what index.json says"))
    return listed


def _size(data: bytes) -> tuple[int, str]:
    return len(data), sha256(data)


@dataclass(frozen=True, slots=True)
class Shown:
    """A release with what it shows today. ``leaves``: of all its entries, also those that are gone, in hex."""

    release: Release
    entries: Sequence[Entry]
    leaves: Sequence[str]
    delta: Sequence[Mapping[str, Any]]

    @classmethod
    def read(cls, files: Mapping[str, bytes], folder: str) -> Shown:
        """Of the files ``READ``. Raises ``InputError("input.not_public")``."""
        release = Release.read(files, folder)
        leaves = files[LEAVES].decode().split()
        entries = [json.loads(line) for line in files[ENTRIES].splitlines()]
        lines = [json.loads(line) for line in files[DELTA].splitlines()]
        return cls(release, entries, leaves, lines)

    def leaf(self, entry: Entry) -> str:
        """The leaf of one of its entries, in hex."""
        return self.leaves[int(entry["number"] or 0) - 1]


@dataclass(frozen=True, slots=True)
class Firm:
    """Who stands on a list: its key within the list's pages, and its entries (mostly one)."""

    key: str
    entries: tuple[Entry, ...]

    @property
    def name(self) -> str:
        """What it is called; its code where it has no name."""
        first = self.entries[0]
        return first.get("name") or self.code or self.key

    @property
    def code(self) -> str:
        """Its credit code or registration number; empty without."""
        return self.entries[0].get("credit_code") or self.entries[0].get("registration_number") or ""


@dataclass(frozen=True, slots=True)
class Told:
    """A release as its own page tells it. ``count``: entries that it shows; ``numbers``: of each firm, by its key."""

    release: Release
    count: int
    numbers: Mapping[str, tuple[str, ...]]
    delta: Sequence[Mapping[str, Any]]

    @property
    def removed(self) -> int:
        """How many entries it no longer shows."""
        return self.release.size - self.count


@dataclass(frozen=True, slots=True)
class ShownList:
    """A list: its last release in full, and all of them, the newest first."""

    latest: Shown
    releases: tuple[Told, ...]

    @property
    def name(self) -> str:
        """The list."""
        return self.latest.release.list


def key_of(entry: Entry, leaf: str) -> str:
    """By what the page of an entry's firm is named: its code or registration number, else the entry's leaf."""
    code = entry.get("credit_code") or entry.get("registration_number") or ""
    return code if _PLAIN_KEY.fullmatch(code) else leaf[:SHORT]


def firms(shown: Shown) -> list[Firm]:
    """Who stands there, in the order of their first entries."""
    found: dict[str, list[Entry]] = {}
    for entry in shown.entries:
        found.setdefault(key_of(entry, shown.leaf(entry)), []).append(entry)
    return [Firm(key, tuple(entries)) for key, entries in found.items()]


def shown_list(releases: Iterable[Shown]) -> ShownList:
    """Of all releases of one list, oldest first; of the former ones no entry is kept."""
    told: list[Told] = []
    for shown in releases:
        numbers = {firm.key: tuple(str(entry["number"]) for entry in firm.entries) for firm in firms(shown)}
        told.append(Told(shown.release, len(shown.entries), numbers, shown.delta))
        latest = shown
    return ShownList(latest, tuple(reversed(told)))
