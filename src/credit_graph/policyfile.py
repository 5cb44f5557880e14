"""Reads a file of ``policies/`` into typed objects; a fault names file and line.

Every rule, threshold, weight, period and legal basis of the program is a dated row of such a file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from credit_graph.errors import DefinitionError

Confidence = Literal["verified", "verified-2nd", "recalled", "own"]


class Basis(BaseModel):
    """Where a rule comes from: law, notice and article, and how sure that is.

    ``recalled``: the text was not seen, so the row is to be checked and changed by whoever has it;
    ``own``: a choice of this installation that no law prescribes.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str = Field(min_length=1)
    confidence: Confidence


class Dated(BaseModel):
    """A row that is in force on the days [effective_from, effective_to)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    effective_from: date
    effective_to: date = date(9999, 12, 31)
    basis: Basis

    @model_validator(mode="after")
    def _ordered(self) -> Dated:
        if self.effective_to <= self.effective_from:
            raise ValueError("effective_to must lie after effective_from")
        return self

    def in_force(self, day: date) -> bool:
        """Whether the row applies on the day."""
        return self.effective_from <= day < self.effective_to


class _InForce(Protocol):
    def in_force(self, day: date) -> bool: ...


M = TypeVar("M", bound=BaseModel)
R = TypeVar("R", bound=_InForce)


def read_policy(path: Path, model: type[M]) -> M:
    """The file as an object of ``model``.

    Raises ``DefinitionError("policy.invalid")`` with the line of the first fault.
    """
    name = f"{path.parent.name}/{path.name}"
    try:
        text = path.read_text(encoding="utf-8")
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        if bad := _bad_day(tree):
            raise DefinitionError("policy.invalid", path=f"{name}:{bad[1]}", why=f"{bad[0]} 不是日期 / no day")
        data = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError("policy.invalid", path=name, why=str(error)) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise DefinitionError("policy.invalid", path=f"{name}:{line}", why=str(error.problem)) from None
    if repeated := _repeated_key(tree):
        raise DefinitionError("policy.invalid", path=f"{name}:{repeated[1]}", why=f"{repeated[0]} 重复 / repeated")
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        why = f"{where}: {first['msg']}" if where else first["msg"]
        raise DefinitionError("policy.invalid", path=f"{name}:{_line(tree, first['loc'])}", why=why) from None


def fingerprint(*paths: Path) -> str:
    """SHA-256 over the files' bytes, in the order given: names the version of the rules that a result was made by."""
    return hashlib.sha256(b"".join(hashlib.sha256(path.read_bytes()).digest() for path in paths)).hexdigest()


def only_in_force(rows: Iterable[R], day: date, what: str) -> R:
    """The one row in force on the day.

    Raises ``DefinitionError``: ``policy.none_in_force``, or ``policy.invalid`` where two rows claim the day.
    """
    found = [row for row in rows if row.in_force(day)]
    if not found:
        raise DefinitionError("policy.none_in_force", day=day, what=what)
    if len(found) > 1:
        raise DefinitionError("policy.invalid", path=what, why=f"{day}：两条同时有效 / two rows in force")
    return found[0]


def _line(tree: yaml.Node | None, location: tuple[Any, ...]) -> int:
    """The line of the deepest part of the location that the file has."""
    node = tree
    line = 1
    for part in location:
        if isinstance(node, yaml.MappingNode):
            pairs = {key.value: (key, value) for key, value in node.value}
            if str(part) not in pairs:
                break
            key, node = pairs[str(part)]
            line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def _repeated_key(tree: yaml.Node | None) -> tuple[str, int] | None:
    """YAML readers keep the last of two equal keys silently; here it is a fault."""
    for node in _walk(tree):
        if isinstance(node, yaml.MappingNode):
            seen: set[str] = set()
            for key, _ in node.value:
                if key.value in seen:
                    return str(key.value), key.start_mark.line + 1
                seen.add(key.value)
    return None


def _bad_day(tree: yaml.Node | None) -> tuple[str, int] | None:
    """A day like 2014-13-01, at which the YAML reader itself would stop without naming the line."""
    for node in _walk(tree):
        if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:timestamp":
            try:
                date.fromisoformat(node.value)
            except ValueError:
                return node.value, node.start_mark.line + 1
    return None


def _walk(node: yaml.Node | None) -> Iterator[yaml.Node]:
    """The node and all below it, in the order of the file."""
    if node is None:
        return
    yield node
    children = node.value if isinstance(node.value, list) else []
    for child in children:
        for part in child if isinstance(child, tuple) else (child,):
            yield from _walk(part)
