"""Reads a draft, an archive or a public edition, checks every file, and compares it with the graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from credit_graph.errors import InputError, StateError
from credit_graph.jobs.listing import listed as list_at
from credit_graph.jobs.rebuild import refuse_erased
from credit_graph.jobs.release_store import SID, read_draft, read_folder
from credit_graph.lists.editions.archive import INDEX
from credit_graph.lists.editions.draft import DRAFT, Draft
from credit_graph.lists.editions.drafting import same_content
from credit_graph.lists.editions.verify import verify_files
from credit_graph.lists.release import rules_on
from credit_graph.model.time import Point
from credit_graph.store import Store

Kind = Literal["draft", "archive", "public"]
_TEXTS = (".json", ".jsonl", ".csv")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a folder holds: which edition, what it says of itself (``draft.json`` or ``index.json``), its files."""

    folder: Path
    kind: Kind
    said: Mapping[str, Any]
    files: Mapping[str, bytes]


def show(folder: Path) -> Shown:
    """Read the folder and check every file; needs no graph.

    Raises ``InputError``: it is none of the three, a file is missing, altered, or does not belong to it, or a
    signature does not hold.
    """
    if not (folder / INDEX).is_file():
        if not (folder / DRAFT).is_file():
            raise InputError("input.not_a_release", path=folder)
        draft = read_draft(folder)
        return Shown(folder, "draft", draft.said, draft.files)
    files = read_folder(folder)
    said = verify_files(files).index
    return Shown(folder, "public" if said["edition"] == "public" else "archive", said, files)


def rebuild(store: Store, folder: Path) -> Shown:
    """Compare a draft or an archive with the graph: judged again at its own point it has to say the same.

    Only here is use judged at a past day, and nothing is written. Raises what :func:`show` raises, and ``StateError``:
    ``state.release_differs``, ``state.erased`` where a statement that it names was erased since.
    """
    shown = show(folder)
    if shown.kind == "public":
        raise InputError("input.no_internal", path=folder)
    draft = Draft.of_archive(shown.files)
    said = draft.said
    point = Point(int(said["seq"]), date.fromisoformat(said["valid"]), date.fromisoformat(said["use"]))
    rules = rules_on(draft.list, point.valid)
    listed = list_at(store, rules, point)
    same = len(listed.entries) == len(draft.entries) and all(
        same_content(entry, found, but=frozenset({"mark"})) and entry["sid"] == found["sid"]
        for entry, found in zip(draft.entries, listed.entries, strict=True)
    )
    if not same or listed.sha256 != said["judged"] or rules.sha256 != said["policy"]["sha256"]:
        texts = [data.decode("utf-8-sig") for name, data in shown.files.items() if name.endswith(_TEXTS)]
        refuse_erased(store, draft.release, {sid for text in texts for sid in SID.findall(text)})
        raise StateError("state.release_differs", release=draft.release)
    return shown
