"""Cases (算例) of ``credit-graph solve``: a small ownership chart and the definition to work out on it.

A file is a JSON list of objects with ``name``, ``definition``, ``nodes`` (``id``, ``type`` and more) and ``edges``
(``src``, ``dst``, ``type``, ``pct`` in percent or null, and more), optionally ``params``. Numbers are read as exact
fractions. Of an ``expect`` that stands beside them only questions are read, never answers: which holders to merge
(``control_if_merged.merge``) and which dampings to try (the keys of ``alpha``); both may be given in ``params``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, NoReturn

from credit_graph.errors import InputError
from credit_graph.text import t

HOLDS = "HOLDS"
_MAX_DIGITS = 40  # of a number; 1e999999999 would fill the memory as a fraction
_NEVER_HELD = ("person", "state")


@dataclass(frozen=True, slots=True)
class Node:
    """An entity: ``type`` is company, person, state, address …; ``properties`` is whatever else the case says."""

    id: str
    type: str
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edge:
    """A relation; ``pct`` (percent, exact) is ``None`` where it is blank or the relation has none."""

    src: str
    dst: str
    type: str
    pct: Fraction | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """One chart. ``merge``: sets of node ids to take as one holder; ``alphas``: dampings asked for."""

    name: str
    definition: str
    params: Mapping[str, Any]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    merge: tuple[tuple[str, ...], ...] = ()
    alphas: tuple[str, ...] = ()

    def of_type(self, *types: str) -> list[str]:
        """The ids of the nodes of these types, ascending."""
        return sorted(node.id for node in self.nodes if node.type in types)

    def of_kind(self, *types: str) -> list[Edge]:
        """The edges of these types in the order of the file."""
        return [edge for edge in self.edges if edge.type in types]

    def number(self, place: str, value: Any) -> Fraction:
        """The value as an exact fraction: a number, "9/25" or "0.36"; ``place`` names it in the error."""
        found = _fraction(value)
        return self.fail(place, t(f"“{value}”不是数", f"“{value}” is no number")) if found is None else found

    def param(self, name: str, default: Any = None) -> Any:
        """A parameter of the case; one without a default must be there."""
        value = self.params.get(name, default)
        return self.fail(f"params.{name}", t("缺失", "missing")) if value is None else value

    def fail(self, place: str, why: str) -> NoReturn:
        """Raise ``InputError("input.case")`` for a field of this case."""
        raise InputError("input.case", case=self.name, field=place, why=why)


def parse_cases(text: str, path: str) -> list[Case]:
    """The cases of a file's text. Raises ``InputError``: ``input.damaged`` (no JSON), ``input.case``."""
    return [case_of(row, index) for index, row in enumerate(case_rows(text, path))]


def case_rows(text: str, path: str) -> list[Any]:
    """What stands in a file for each case, unchecked. Raises ``InputError("input.damaged")`` if it is no JSON list."""
    try:
        rows = json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InputError("input.damaged", path=path, why=f"JSON: {error}") from None
    if not isinstance(rows, list):
        raise InputError("input.damaged", path=path, why=t("应为算例的列表", "a list of cases is expected"))
    if not rows:
        raise InputError("input.damaged", path=path, why=t("列表中没有算例", "there is no case in the list"))
    return rows


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def case_of(row: Any, index: int) -> Case:
    """The case of a row, the ``index``-th of its file from 0. Raises ``InputError("input.case")``."""
    where = f"#{index + 1}"
    if not isinstance(row, dict):
        raise InputError("input.case", case=where, field="", why=t("应为对象", "an object is expected"))
    fail = Case(str(row.get("name") or where), "", {}, (), ()).fail
    for key, kind in (("name", str), ("definition", str), ("nodes", list), ("edges", list)):
        if not isinstance(row.get(key), kind) or (kind is str and not row[key]):
            fail(key, t("缺失或类型不对", "missing or of the wrong type"))
    params = row.get("params")
    if params is not None and not isinstance(params, dict):
        fail("params", t("应为对象", "an object is expected"))
    nodes = tuple(_node(node, f"nodes[{at}]", fail) for at, node in enumerate(row["nodes"]))
    types = {node.id: node.type for node in nodes}
    if len(types) < len(nodes):
        twice = sorted({node.id for node in nodes if sum(other.id == node.id for other in nodes) > 1})
        fail("nodes", t(f"编号重复：{twice}", f"ids occur twice: {twice}"))
    edges = tuple(_edge(edge, f"edges[{at}]", types, fail) for at, edge in enumerate(row["edges"]))
    merge, alphas = _questions(row, params or {}, types, fail)
    return Case(row["name"], row["definition"], params or {}, nodes, edges, merge, alphas)


def _node(row: Any, place: str, fail: Any) -> Node:
    if not isinstance(row, dict):
        fail(place, t("应为对象", "an object is expected"))
    for key in ("id", "type"):
        if not isinstance(row.get(key), str) or not row[key]:
            fail(f"{place}.{key}", t("缺失或不是文字", "missing or no text"))
    return Node(row["id"], row["type"], {key: value for key, value in row.items() if key not in ("id", "type")})


def _edge(row: Any, place: str, types: Mapping[str, str], fail: Any) -> Edge:
    if not isinstance(row, dict):
        fail(place, t("应为对象", "an object is expected"))
    for key in ("src", "dst", "type"):
        if not isinstance(row.get(key), str) or not row[key]:
            fail(f"{place}.{key}", t("缺失或不是文字", "missing or no text"))
    for key in ("src", "dst"):
        if row[key] not in types:
            fail(f"{place}.{key}", t(f"nodes 中没有“{row[key]}”", f"“{row[key]}” is not among the nodes"))
    if row["type"] == HOLDS and types[row["dst"]] in _NEVER_HELD:
        why = t(f"“{row['dst']}”不是企业，不能被持股", f"“{row['dst']}” is no company and can't be held")
        fail(f"{place}.dst", why)
    pct = None
    if row.get("pct") is not None:
        pct = _fraction(row["pct"])
        if pct is None or not 0 <= pct <= 100:
            fail(f"{place}.pct", t(f"“{row['pct']}”不在 0 到 100 之间", f"“{row['pct']}” does not lie in 0 to 100"))
    rest = {key: value for key, value in row.items() if key not in ("src", "dst", "type", "pct")}
    return Edge(row["src"], row["dst"], row["type"], pct, rest)


def _questions(row: Any, params: Any, types: Mapping[str, str], fail: Any) -> tuple[Any, Any]:
    """Which holders to merge and which dampings to try."""
    expect = row.get("expect") if isinstance(row.get("expect"), dict) else {}
    merged, alpha = expect.get("control_if_merged"), expect.get("alpha")
    merge = params.get("merge", merged.get("merge") if isinstance(merged, dict) else None) or []
    if not isinstance(merge, list) or not all(isinstance(part, list) and len(part) > 1 for part in merge):
        fail("merge", t("应为编号列表的列表", "a list of lists of ids is expected"))
    for name in (name for part in merge for name in part):
        if not isinstance(name, str) or name not in types:
            fail("merge", t(f"nodes 中没有“{name}”", f"“{name}” is not among the nodes"))
    if sum(len(set(part)) for part in merge) > len({name for part in merge for name in part}):
        fail("merge", t("同一编号在两组中", "an id is in two sets"))
    asked = params.get("alpha", alpha if isinstance(alpha, dict) else ())
    alphas = list(asked) if isinstance(asked, list | dict) else [asked] if asked != () else []
    for value in alphas:
        share = _fraction(value)
        if share is None or not 0 <= share <= 1:
            fail("alpha", t(f"“{value}”不在 0 到 1 之间", f"“{value}” does not lie in 0 to 1"))
    return tuple(tuple(sorted(set(part))) for part in merge), tuple(str(value) for value in alphas)


def _fraction(value: Any) -> Fraction | None:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    text = str(value).strip()
    try:
        parts = [Decimal(part.strip()) for part in text.split("/")]
    except InvalidOperation:
        return None
    plain = len(text) <= _MAX_DIGITS and all(part.is_finite() and abs(part.adjusted()) < _MAX_DIGITS for part in parts)
    if not plain or len(parts) > 2 or (len(parts) == 2 and not parts[1]):
        return None
    return Fraction(parts[0]) / Fraction(parts[1]) if len(parts) == 2 else Fraction(parts[0])
