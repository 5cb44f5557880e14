"""Reads a YAML file that people edit into a typed object; every fault is said in its terms, with the line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from credit_graph.errors import Inconsistent
from credit_graph.text import t

M = TypeVar("M", bound=BaseModel)
Fault = tuple[tuple[int | str, ...], str, str]  # place as keys of the file, Chinese, English

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where it was built

# what pydantic calls a fault: what to tell the one who wrote the file; {…} comes from the fault's context
_WHY: dict[str, tuple[str, str]] = {
    "missing": ("缺少这一项", "is missing"),
    "extra_forbidden": ("没有这个键（拼写有误？）", "there is no such key (misspelt?)"),
    "literal_error": ("只能是 {expected}", "must be {expected}"),
    "enum": ("只能是 {expected}", "must be {expected}"),
    "string_type": (
        "应为文字，数字、日期和是非值请加引号",
        "must be text; put numbers, dates and yes/no in quotes",
    ),
    "string_pattern_mismatch": ("格式不符，应匹配 {pattern}", "must match {pattern}"),
    "too_short": ("不能为空", "must not be empty"),
    "string_too_short": ("不能为空", "must not be empty"),
    "greater_than_equal": ("不能小于 {ge}", "must be at least {ge}"),
    "greater_than": ("须大于 {gt}", "must be more than {gt}"),
    "less_than_equal": ("不能大于 {le}", "must be at most {le}"),
    "less_than": ("须小于 {lt}", "must be less than {lt}"),
    "int_from_float": ("应为整数", "must be a whole number"),
    "union_tag_invalid": ("只能是 {expected_tags}", "must be one of {expected_tags}"),
    "int_type": ("应为整数", "must be a whole number"),
    "int_parsing": ("应为整数", "must be a whole number"),
    "float_type": ("应为数字", "must be a number"),
    "float_parsing": ("应为数字", "must be a number"),
    "bool_type": ("应为 true 或 false", "must be true or false"),
    "bool_parsing": ("应为 true 或 false", "must be true or false"),
    "date_from_datetime_parsing": ("应为日期，如 2027-12-31", "must be a day such as 2027-12-31"),
    "tuple_type": ("应为列表，如 [a, b]", "must be a list such as [a, b]"),
    "dict_type": ("应为“键: 值”", "must be “key: value” pairs"),
    "model_type": ("应为“键: 值”", "must be “key: value” pairs"),
    "model_attributes_type": ("应为“键: 值”", "must be “key: value” pairs"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a file: the line (from 1) and what is wrong there, in the language in use."""

    line: int
    why: str


def read_yaml(path: Path, model: type[M]) -> tuple[M | None, list[Problem]]:
    """The file as an object of ``model`` and no problems, or None and all problems found, by line."""
    try:
        tree, data, problems = _parse(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        return None, [Problem(1, str(error))]
    if problems:
        return None, problems
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        return None, _problems(tree, error.errors())


def _parse(text: str) -> tuple[yaml.Node | None, Any, list[Problem]]:
    """Nodes (which know their lines), data, and what stops a YAML reader or would silently be lost."""
    try:
        tree = yaml.compose(text, Loader=_LOADER)
        if bad := _bad_day(tree):
            return tree, None, [Problem(bad[1], t(f"{bad[0]} 不是日期", f"{bad[0]} is no day"))]
        repeated = [Problem(line, t(f"键 {key} 重复", f"the key {key} is repeated")) for key, line in _repeated(tree)]
        return tree, yaml.load(text, Loader=_LOADER), repeated
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        why = " ".join(str(part) for part in (error.context, error.problem) if part)
        return None, None, [Problem(mark.line + 1 if mark else 1, f"YAML: {why}")]
    except (yaml.YAMLError, ValueError) as error:
        return None, None, [Problem(1, f"YAML: {error}")]


def located(path: Path, faults: Iterable[Fault]) -> list[Problem]:
    """Faults that were found in the file as a whole, with their lines."""
    tree = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=_LOADER)
    found = []
    for place, zh, en in faults:
        line, where = _locate(tree, place)
        found.append(Problem(line, f"{where}: {t(zh, en)}" if where else t(zh, en)))
    return sorted(found, key=lambda problem: problem.line)


def _problems(tree: yaml.Node | None, errors: list[ErrorDetails]) -> list[Problem]:
    found: dict[tuple[int, str], list[str]] = {}
    for error in errors:
        if error["type"] == "too_short" and any(_below(other["loc"], error["loc"]) for other in errors):
            continue  # the list is empty only because its faulty items do not count
        raised = error.get("ctx", {}).get("error")
        if isinstance(raised, Inconsistent):
            for place, zh, en in raised.faults:
                line, where = _locate(tree, (*error["loc"], *place))
                found.setdefault((line, where), []).append(t(zh, en))
        else:
            line, where = _locate(tree, error["loc"])
            if error["type"] == "missing":  # the key that is not there is the last of the place
                where = ".".join(part for part in (where, str(error["loc"][-1])) if part)
            found.setdefault((line, where), []).append(_why(error))
    return [
        Problem(line, f"{where}: {t('；', '; ').join(whys)}" if where else t("；", "; ").join(whys))
        for (line, where), whys in sorted(found.items())
    ]


def _below(place: tuple[int | str, ...], above: tuple[int | str, ...]) -> bool:
    return len(place) > len(above) and place[: len(above)] == above


def _why(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    if isinstance(raised := context.get("error"), ValueError):
        return str(raised)
    if error["type"] in _WHY:
        said = {name: str(value).replace(" or ", t(" 或 ", " or ")) for name, value in context.items()}
        return t(*_WHY[error["type"]]).format(**said)
    return str(error["msg"])


def _locate(tree: yaml.Node | None, location: tuple[Any, ...]) -> tuple[int, str]:
    """Line and dotted name of the deepest part of the location that the file has."""
    node, line, names = tree, 1, []
    for part in location:
        if isinstance(node, yaml.MappingNode):
            pairs = {key.value: (key, value) for key, value in node.value}
            if str(part) not in pairs:
                continue  # e.g. the name of a union's member, which the file knows nothing of
            key, node = pairs[str(part)]
            line = key.start_mark.line + 1
            names.append(str(part))
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line, ".".join(names)


def _repeated(tree: yaml.Node | None) -> list[tuple[str, int]]:
    """Repeated keys: YAML readers keep the last of two silently; here it is a fault."""
    found: list[tuple[str, int]] = []
    for node in _walk(tree):
        seen: set[str] = set()
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if key.value in seen:
                found.append((str(key.value), key.start_mark.line + 1))
            seen.add(key.value)
    return found


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
    for child in node.value if isinstance(node.value, list) else []:
        for part in child if isinstance(child, tuple) else (child,):
            yield from _walk(part)
