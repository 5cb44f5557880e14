"""Limits of loading from ``policies/loading.yml``."""

from __future__ import annotations

from functools import cache

from pydantic import BaseModel, ConfigDict

from credit_graph import clock
from credit_graph.policyfile import Dated, only_in_force, read_policy
from credit_graph.resources import root


class Limits(Dated):
    """What is refused as implausible or dangerous."""

    id: str
    max_closure_share: float
    max_closure_rows: int
    max_line_bytes: int
    max_columns: int
    max_cell_characters: int
    max_archive_members: int
    max_archive_depth: int
    max_archive_bytes: int
    max_archive_ratio: float
    organisation_words: tuple[str, ...]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: tuple[Limits, ...]


@cache
def _file() -> _File:
    return read_policy(root("policies") / "loading.yml", _File)


def limits() -> Limits:
    """The limits in force today; ``DefinitionError`` for a faulty file."""
    return only_in_force(_file().rows, clock.today(), "loading.yml")
