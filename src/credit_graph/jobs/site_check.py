"""Reads a copy of the public lists, wherever it lies, and says what is overdue there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from credit_graph.errors import InputError
from credit_graph.jobs.site import read_releases
from credit_graph.lists.site.copies import Copy, copy_of
from credit_graph.lists.site.overdue import Checked, check
from credit_graph.lists.site.today import Today


def check_copy(home: Path, place: Path, day: date) -> Checked:
    """What is overdue in a folder (with all below) or a single file: a page, a table, a search index of ours.

    Raises ``InputError``: ``input.not_found``, ``input.no_permission``, ``input.no_copy`` where nothing is ours,
    ``input.not_public``; ``StateError("state.no_releases")``.
    """
    if not place.exists():
        raise InputError("input.not_found", path=place)
    today = Today(day)
    for shown in read_releases(home / "releases" / "public"):
        today.add(shown)
    found = check(_copies(place, today), today)
    if not found.files:
        raise InputError("input.no_copy", path=place)
    return found


def _copies(place: Path, today: Today) -> Iterator[Copy]:
    paths = sorted(path for path in place.rglob("*") if path.is_file()) if place.is_dir() else [place]
    for path in paths:
        name = path.relative_to(place).as_posix() if path != place else path.name
        try:
            data = path.read_bytes()
        except PermissionError:
            raise InputError("input.no_permission", path=path) from None
        copy = copy_of(name, data, today)
        if copy is not None:
            yield copy
