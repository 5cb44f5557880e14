"""Saved operations (保存的查询): ``api/operations/*.graphql``, called by name or by the hash of their text.

The comment above an operation says what it is for and what its variables are, each in Chinese and English, gives an
example of their values, and names the list that becomes the rows of a table (docs/operations-api.md).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from graphql import FieldNode, OperationDefinitionNode, parse, print_ast

from credit_graph.errors import UsageError
from credit_graph.resources import root
from credit_graph.text import t

HASH = "sha256:"  # before a hash, as the GraphQL over HTTP specification writes ids of persisted documents
_VARIABLE = re.compile(r"\$(\w+): (.+?) / (.+)")


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of an operation: its type and default as GraphQL writes them, what it means."""

    name: str
    type: str
    default: str | None
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A saved operation. ``table``: where the answer has the list that becomes the rows of a table, ``a.b``;
    ``roots``: what it asks of the root."""

    id: str
    text: str
    zh: str
    en: str
    variables: tuple[Variable, ...]
    example: Mapping[str, Any]
    table: str
    roots: frozenset[str]

    @property
    def sha256(self) -> str:
        """The hash of its text, in hexadecimal digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def title(self) -> str:
        """What it is for, in the caller's language."""
        return t(self.zh, self.en)

    def as_json(self) -> dict[str, Any]:
        """What a client needs to call it."""
        variables = [
            {"name": v.name, "type": v.type, "default": v.default, "title": t(v.zh, v.en)} for v in self.variables
        ]
        shown = {"id": self.id, "title": self.title, "sha256": self.sha256, "variables": variables}
        return {**shown, "example": dict(self.example), "table": self.table}


@cache
def operations() -> dict[str, Operation]:
    """All saved operations by name, in the order of their names."""
    paths = sorted((root("api") / "operations").glob("*.graphql"))
    return {path.stem: read_operation(path) for path in paths}


def find(key: str) -> Operation:
    """The operation of that name, or of ``sha256:`` and the hash of its text.

    Raises ``UsageError("usage.unknown_operation")``.
    """
    found = by_hash(key.removeprefix(HASH)) if key.startswith(HASH) else operations().get(key)
    if found is None:
        raise UsageError("usage.unknown_operation", id=key[:80])
    return found


def by_hash(sha256: str) -> Operation | None:
    """The operation whose text has the hash."""
    return _hashes().get(sha256.lower())


def by_text(text: str) -> Operation | None:
    """The operation with exactly that text: a client may send it whole."""
    return _hashes().get(hashlib.sha256(text.encode(errors="replace")).hexdigest())


@cache
def _hashes() -> dict[str, Operation]:
    return {operation.sha256: operation for operation in operations().values()}


def read_operation(path: Path) -> Operation:
    """The operation of a file; ``ValueError`` says what its comment lacks."""
    text = path.read_text(encoding="utf-8")
    comment = [line.lstrip("# ").rstrip() for line in text.split("\n") if line.startswith("#")]
    said = dict(line.split(": ", 1) for line in comment if line.startswith(("example: ", "table: ")))
    meanings = {found[1]: (found[2], found[3]) for line in comment if (found := _VARIABLE.fullmatch(line))}
    zh, _, en = "".join(comment[:1]).partition(" / ")
    (operation,) = (node for node in parse(text).definitions if isinstance(node, OperationDefinitionNode))
    variables = tuple(_variables(operation, meanings))
    if not (zh and en and "table" in said and set(meanings) == {v.name for v in variables}):
        raise ValueError(f"{path.name}: purpose, table or a variable is not described")
    example: dict[str, Any] = json.loads(said.get("example", "{}"))
    roots = {node.name.value for node in operation.selection_set.selections if isinstance(node, FieldNode)}
    return Operation(path.stem, text, zh, en, variables, example, said["table"], frozenset(roots))


def _variables(operation: OperationDefinitionNode, meanings: Mapping[str, tuple[str, str]]) -> list[Variable]:
    made = []
    for node in operation.variable_definitions or ():
        default = print_ast(node.default_value) if node.default_value else None
        zh, en = meanings.get(node.variable.name.value, ("", ""))
        made.append(Variable(node.variable.name.value, print_ast(node.type), default, zh, en))
    return made
