"""Reads the loader definitions: one folder per data source, those of the program and a department's own."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from credit_graph import resources
from credit_graph.errors import DefinitionError
from credit_graph.model.definition import Definition
from credit_graph.settings import settings
from credit_graph.text import t
from credit_graph.yamlfile import Problem, read_yaml

FILE = "loader.yml"


def load_definition(folder: Path) -> Definition:
    """The definition in a folder.

    Raises ``DefinitionError`` (``definition.invalid``): the line of the first problem and how many follow.
    """
    definition, problems = read_definition(folder)
    if definition is None:
        first = problems[0]
        more = len(problems) - 1
        why = first.why + (t(f"（另有 {more} 处）", f" ({more} more)") if more else "")
        raise DefinitionError("definition.invalid", path=f"loaders/{folder.name}/{FILE}:{first.line}", why=why)
    return definition


def read_definition(folder: Path) -> tuple[Definition | None, list[Problem]]:
    """The definition and no problems, or None and every problem of the file."""
    definition, problems = read_yaml(folder / FILE, Definition)
    if definition is not None and definition.source != folder.name:
        zh = f"source: {definition.source} 与目录名 {folder.name} 不同"
        en = f"source: {definition.source} is not the name of the folder, {folder.name}"
        return None, [Problem(1, t(zh, en))]
    return definition, problems


def folders() -> dict[str, Path]:
    """Folder of every source: the program's and those under ``CREDIT_GRAPH_LOADERS``.

    Raises ``DefinitionError`` where a department's folder takes the name of another.
    """
    found: dict[str, Path] = {}
    for parent in (resources.root("loaders"), settings().loaders):
        for file in sorted(parent.glob(f"*/{FILE}")) if parent else ():
            name = file.parent.name
            if name in found:
                why = t("已有同名数据源", "there is another source of this name")
                raise DefinitionError("definition.invalid", path=f"loaders/{name}/{FILE}:1", why=why)
            found[name] = file.parent
    return found


def definitions() -> dict[str, Definition]:
    """Every definition by the name of its source. Raises ``DefinitionError`` if one is wrong."""
    return {name: load_definition(folder) for name, folder in folders().items()}


def version(definition: Definition) -> str:
    """Hash of what the definition says, 16 hex digits: comments and the order of its lines don't count."""
    text = json.dumps(definition.model_dump(mode="json", by_alias=True), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
