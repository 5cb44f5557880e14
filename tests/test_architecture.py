"""The rules that keep the program honest: rooms, statements, sizes, and that everything is documented."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
import typer
import yaml
from pydantic import BaseModel

import credit_graph
from credit_graph import cli
from credit_graph.lists.bases import documents
from credit_graph.lists.policy import list_names, list_policy
from credit_graph.lists.standing import REASONS
from credit_graph.messages import MESSAGES
from credit_graph.model.kinds import KINDS, SUBJECT_FIELDS, Field
from credit_graph.model.statement import META
from credit_graph.resources import root
from credit_graph.settings import Settings
from credit_graph.store.catalogue import names, statement
from credit_graph.store.migrate import keys

REPOSITORY = Path(__file__).resolve().parents[1]
SOURCES = sorted((REPOSITORY / "src").rglob("*.py"))
TESTS = sorted((REPOSITORY / "tests").rglob("*.py"))
DOCS = [*sorted((REPOSITORY / "docs").glob("*.md")), *sorted(REPOSITORY.glob("*.md"))]
DOCS += [REPOSITORY / "policies" / "README.md", REPOSITORY / "cypher" / "README.md"]


def text_of(paths: Iterable[Path]) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


@cache
def rooms(paths: tuple[Path, ...]) -> list[str]:
    """The text of each folder."""
    return [text_of(path for path in paths if path.parent == folder) for folder in {path.parent for path in paths}]


def in_backticks() -> set[str]:
    return {word for span in re.findall(r"`([^`\n]+)`", text_of(DOCS)) for word in [span, *re.split(r"[^\w.]+", span)]}


# rooms


def test_no_room_imports_to_its_right() -> None:
    lint = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    done = subprocess.run([sys.executable, "-c", lint], cwd=REPOSITORY, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_every_module_can_be_imported() -> None:
    found = [module.name for module in pkgutil.walk_packages(credit_graph.__path__, "credit_graph.")]
    assert len(found) == len([path for path in SOURCES if path.parent != REPOSITORY / "src"]) - 1
    for name in found:
        importlib.import_module(name)


# sizes


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{path.name}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1


def test_functions_and_files_are_small() -> None:
    sizes = [item for path in SOURCES for item in functions(path)]
    assert [item for item in sizes if item[1] > 80] == []
    lines = sorted(size for _, size in sizes)
    assert lines[len(lines) // 2] <= 12
    assert lines[len(lines) * 9 // 10] < 40
    long = [path.name for path in [*SOURCES, *TESTS] if path.read_text(encoding="utf-8").count("\n") > 400]
    assert long == []


# statements


@pytest.mark.parametrize("name", names())
def test_every_statement_has_a_sound_header_and_a_caller(name: str) -> None:
    assert statement(name).purpose.endswith(".") or statement(name).purpose.endswith(")")
    callers = TESTS if name.startswith("explore/") else SOURCES
    assert any(runs(text, name) for text in rooms(tuple(callers))) or name in named_by_checks()


def runs(text: str, name: str) -> bool:
    """Whether a room names the statement, whole or as f"prefix{rest}" with the rest beside it."""
    if f'"{name}"' in text:
        return True
    prefixes = {prefix for prefix in re.findall(r'f"((?:\w+/)\w*)\{', text) if name.startswith(prefix)}
    return any(re.search(rf"\b{name.removeprefix(prefix)}\b", text) for prefix in prefixes)


def named_by_checks() -> set[str]:
    rows = yaml.safe_load((root("policies") / "checks.yml").read_text(encoding="utf-8"))["checks"]
    return {f"read/{row['statement']}" for row in rows}


def test_no_cypher_stands_in_python() -> None:
    pattern = re.compile(r"\b(MATCH|MERGE|UNWIND|DETACH DELETE)\s*[($\[\"]")
    allowed = {"catalogue.py", "migrate.py"}
    found = [path.name for path in SOURCES if pattern.search(path.read_text(encoding="utf-8"))]
    assert set(found) <= allowed


# documentation


def test_the_index_names_every_page() -> None:
    index = (REPOSITORY / "docs" / "README.md").read_text(encoding="utf-8")
    linked = set(re.findall(r"\]\(([\w./-]+)\)", index))
    assert {path.name for path in (REPOSITORY / "docs").glob("*.md")} - {"README.md"} <= linked
    assert [link for link in linked if not (REPOSITORY / "docs" / link).is_file()] == []


def test_every_error_code_is_documented_as_it_is() -> None:
    page = (REPOSITORY / "docs" / "errors.md").read_text(encoding="utf-8").splitlines()
    shown = {line for line in page if line.startswith("| `") and "." in line.split("`")[1] and line.count("|") == 4}
    told = {f"| `{code}` | {zh} | {en} |" for code, (zh, en) in MESSAGES.items()}
    stale = {line for line in shown - told if not line.split("`")[1].endswith(".")}
    assert (sorted(told - shown), sorted(stale)) == ([], [])


def commands(app: typer.Typer, path: str) -> Iterator[str]:
    for command in app.registered_commands:
        assert command.callback is not None
        yield f"{path} {command.name or command.callback.__name__.replace('_', '-')}"
    for group in app.registered_groups:
        assert group.typer_instance is not None
        yield from commands(group.typer_instance, f"{path} {group.name}")


def test_every_command_is_documented() -> None:
    table = (REPOSITORY / "docs" / "README.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"^\| `(credit-graph [a-z -]+)` \|", table, re.MULTILINE))
    assert shown == set(commands(cli.application(), "credit-graph"))


def test_a_command_is_found_whatever_stands_before_it() -> None:
    for module, words in cli._MODULES.items():
        for name in words:
            alone = cli.application(["--lang", "en", "--role=auditor", "--actor", "demo", name, "load"])
            found = {word.split()[1] for word in commands(alone, "credit-graph")}
            assert found == set(words), module


def test_every_setting_is_documented() -> None:
    words = in_backticks()
    wanted = {f"CREDIT_GRAPH_{name.upper()}" for name in Settings.model_fields}
    assert sorted(wanted - words) == []


def policy_models() -> Iterator[type[BaseModel]]:
    """The models of the files in ``policies/``: those of every module that reads one, and what they hold."""
    for path in SOURCES:
        if "read_policy(" not in path.read_text(encoding="utf-8"):
            continue
        name = ".".join(path.relative_to(REPOSITORY / "src").with_suffix("").parts)
        module = importlib.import_module(name)
        for _, item in inspect.getmembers(module, inspect.isclass):
            if issubclass(item, BaseModel) and item.__module__.startswith("credit_graph."):
                yield item


def test_every_policy_key_is_documented() -> None:
    keys_of = {field.alias or name for model in policy_models() for name, field in model.model_fields.items()}
    assert len(keys_of) > 60
    assert sorted(keys_of - in_backticks()) == []


def test_every_reason_of_a_refusal_is_documented() -> None:
    page = (REPOSITORY / "docs" / "lists.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE)) == set(REASONS)


def table(page: str, heading: str) -> set[tuple[str, str, str]]:
    """The rows of the first table below a heading."""
    part = page.split(heading, 1)[1]
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", part.split("\n##", 1)[0], re.MULTILINE)
    return {(name, kind.strip(), zh.strip()) for name, kind, zh in rows}


def told(fields: dict[str, Field]) -> set[tuple[str, str, str]]:
    return {(n, f.type.value + (", personal" if f.personal else ""), f.zh) for n, f in fields.items()}


def test_the_model_page_shows_every_kind_as_it_is() -> None:
    page = (REPOSITORY / "docs" / "model.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^### ([A-Z]\w+) ", page, re.MULTILINE)) == set(KINDS)
    assert table(page, "name the subject, of every kind:") == told(SUBJECT_FIELDS)
    for kind in KINDS.values():
        heading = f"### {kind.name} {kind.zh}\n"
        assert table(page, heading) == told(kind.fields)
        intro = page.split(heading, 1)[1].strip().split("\n", 1)[0]
        links = [f"`{link.type}` from `{link.field}`" for link in kind.links]
        nature = "An event" if kind.nature == "event" else "A state"
        assert intro == nature + ("; makes " + ", ".join(links) if links else "") + "."


def test_the_model_page_names_every_property_and_node() -> None:
    page = (REPOSITORY / "docs" / "model.md").read_text(encoding="utf-8")
    listed = page.split("Every record has:", 1)[1].split("; an empty value", 1)[0]
    assert set(re.findall(r"`(\w+)`", listed)) == META
    nodes = page.split("| node | key |", 1)[1].split("\n\n", 1)[0]
    assert set(keys()) <= set(re.findall(r"`([A-Z]\w+)`", nodes))


def test_no_list_rests_on_an_article_that_its_document_has_not() -> None:
    for name in list_names():
        for row in list_policy(name).rows:
            if row.document is None:  # the gate stops it (tests/lists/test_gate.py)
                continue
            document = documents()[row.document]
            assert document.in_force(row.effective_from)
            assert {ground.article for ground in row.grounds} <= set(document.articles)
