"""Finds the data folders that travel with the program (cypher, loaders, policies, api)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

Folder = Literal["cypher", "loaders", "policies", "api"]

_PACKAGE = Path(__file__).resolve().parent


@cache
def root(folder: Folder) -> Path:
    """The folder inside the wheel, else in the repository (editable install).

    Raises ``FileNotFoundError`` where neither exists: the installation is broken.
    """
    for candidate in (_PACKAGE / "_resources" / folder, _PACKAGE.parents[1] / folder):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"resource folder {folder!r} is missing; reinstall credit_graph")
