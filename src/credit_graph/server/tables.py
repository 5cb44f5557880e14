"""An answer as a table (结果表): the one list of an operation as rows, so that nobody copies from JSON.

The columns are those fields that the operation asks for, by their dotted names and, where the schema has one, a title.
What stands above the list (the firm whose records these are) is repeated in every row. Lists within a row become lines
of one cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

from credit_graph.server.schema import schema_text
from credit_graph.text import t

Row = dict[str, Any]
NUMBERS = frozenset({"Int", "Float", "Decimal"})
_SEALED = {("id", "Enterprise"), ("id", "Person"), ("id", "Node")}  # ids that mean something to one client only
_NAMED = ("NamedValue", "StatisticsKey")  # lists of these are columns
_END = re.compile("[：，（；(,;:]")
_CHINESE = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Found:
    """A field that is asked for: under which key, of which type, where in the text, and what is asked of it."""

    key: str
    name: str
    parent: str
    field: GraphQLField
    nodes: tuple[FieldNode, ...] = ()
    below: tuple[tuple[GraphQLNamedType, SelectionSetNode], ...] = ()

    @property
    def many(self) -> bool:
        """Whether it is a list, or a connection."""
        return is_list_type(get_nullable_type(self.field.type)) or self.pages

    @property
    def pages(self) -> bool:
        """Whether it is a connection."""
        named = get_named_type(self.field.type)
        return isinstance(named, GraphQLObjectType) and {"edges", "pageInfo"} <= named.fields.keys()

    @property
    def leaf(self) -> bool:
        """Whether it has no fields of its own."""
        return is_leaf_type(get_named_type(self.field.type))

    @property
    def title(self) -> str:
        """What the schema calls it in the caller's language, without explanations; empty if nothing short."""
        zh, _, en = (self.field.description or "").partition(" / ")
        named = _END.split(t(zh, en), maxsplit=1)[0].strip()
        return "" if len(named) > 24 or (t("zh", "en") == "zh" and not _CHINESE.match(named)) else named


@dataclass(frozen=True, slots=True)
class Column:
    """A column: where its value stands in a row, what it is called, the type of what is in it."""

    path: tuple[str, ...]
    title: str
    type: str = "String"
    items: tuple[Column, ...] = ()  # of a list within the row
    above: bool = False  # stands above the list
    field: str | None = None  # of NamedValue: whose value it is

    @property
    def name(self) -> str:
        """The dotted name."""
        return ".".join(self.path)

    @property
    def header(self) -> str:
        """Title and name."""
        return f"{self.title} ({self.name})" if self.title else self.name


class Selections:
    """What an operation asks for, fragments spread out."""

    def __init__(self, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        self._schema = _schema()
        self._fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        root = self._schema.get_root_type(operation.operation)
        assert root is not None  # the operation was answered
        self.top = ((root, operation.selection_set),)

    def fields(self, of: Sequence[tuple[GraphQLNamedType, SelectionSetNode]]) -> dict[str, Found]:
        """The fields by their keys, in the order of the answer."""
        found: dict[str, Found] = {}
        for parent, selections in of:
            for type_, node in self._spread(parent, selections):
                known = _fields(type_).get(node.name.value)
                if known is None:  # __typename
                    continue
                key = node.alias.value if node.alias else node.name.value
                first = found.get(key) or Found(key, node.name.value, type_.name, known)
                below = ((get_named_type(known.type), node.selection_set),) if node.selection_set else ()
                found[key] = replace(first, nodes=(*first.nodes, node), below=(*first.below, *below))
        return found

    def rows_of(self, found: Found) -> dict[str, Found]:
        """The fields of one row of a list."""
        fields = self.fields(found.below)
        if not found.pages:
            return fields
        edges = fields.get("edges")
        node = self.fields(edges.below).get("node") if edges else None
        return self.fields(node.below) if node else {}

    def _spread(
        self, parent: GraphQLNamedType, selections: SelectionSetNode
    ) -> Iterator[tuple[GraphQLNamedType, FieldNode]]:
        for node in selections.selections:
            if isinstance(node, FieldNode):
                yield parent, node
                continue
            fragment = self._fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            assert isinstance(fragment, FragmentDefinitionNode | InlineFragmentNode)
            condition = fragment.type_condition
            named = self._schema.get_type(condition.name.value) if condition else parent
            yield from self._spread(named or parent, fragment.selection_set)


@dataclass(frozen=True, slots=True)
class Plan:
    """How an answer becomes rows: the fields from the root to the list, and the columns."""

    steps: tuple[Found, ...]
    columns: tuple[Column, ...]

    @property
    def path(self) -> tuple[str, ...]:
        """The keys from the root to the list."""
        return tuple(step.key for step in self.steps)

    def rows(self, data: Mapping[str, Any]) -> list[Row]:
        """The rows of an answer, or of one page."""
        return list(_rows(data, self.steps, {}, ()))


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, and the cells of the rows."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]


def tabled(planned: Plan, rows: Sequence[Row]) -> Table:
    """The table of the rows; named values and keys of statistics have a column each."""
    columns: list[Column] = []
    for column in planned.columns:
        columns += _named(column, rows) if column.type in _NAMED else [column]
    return Table(tuple(columns), tuple(tuple(_value(row, column) for column in columns) for row in rows))


def _named(column: Column, rows: Sequence[Row]) -> list[Column]:
    titles: dict[str, str] = {}
    for row in rows:
        for item in _items(_at(row, column.path)):
            titles.setdefault(_name(item), item.get("title") or "")
    return [Column((*column.path, field), title, field=field) for field, title in titles.items()]


def plan(document: DocumentNode, operation: OperationDefinitionNode, table: str | None = None) -> Plan:
    """The table of an operation: the list at the path ``table``, else the first connection, else the first list."""
    selections = Selections(document, operation)
    wanted = tuple(table.split(".")) if table else _first(selections)
    steps: list[Found] = []
    columns: list[Column] = []
    fields = selections.fields(selections.top)
    prefix: tuple[str, ...] = ()
    for key in wanted:
        step = fields[key]
        steps.append(step)
        prefix = (*prefix, key)
        if step.many and len(steps) < len(wanted):
            columns.append(Column((*prefix, "#"), t("序号", "number"), "Int", above=True))
        fields = selections.rows_of(step)
        last = len(steps) == len(wanted)
        if last:
            columns += _columns(selections, fields, (), "")
        else:
            told = (found for found in fields.values() if found.leaf and _shown(found))
            columns += [replace(_leaf(found, prefix, ""), above=True) for found in told]
    return Plan(tuple(steps), tuple(columns))


def _first(selections: Selections) -> tuple[str, ...]:
    """The path of the first connection, nearest to the root; else of the first list; else of the first field."""
    best: dict[int, tuple[str, ...]] = {}
    level: list[tuple[tuple[str, ...], Found]] = []
    level += [((key,), found) for key, found in selections.fields(selections.top).items()]
    best[2] = level[0][0] if level else ()
    while level:
        below: list[tuple[tuple[str, ...], Found]] = []
        for path, found in level:
            if found.many and not found.leaf:
                best.setdefault(0 if found.pages else 1, path)
            elif not found.leaf:
                below += [((*path, key), one) for key, one in selections.fields(found.below).items()]
        level = below
    return best.get(0) or best.get(1) or best[2]


def _columns(selections: Selections, fields: Mapping[str, Found], prefix: tuple[str, ...], title: str) -> list[Column]:
    columns: list[Column] = []
    for key, found in fields.items():
        if not _shown(found):
            continue
        named = _joined(title, found.title)
        if found.leaf:
            columns.append(_leaf(found, prefix, title))
        elif found.many:
            items = tuple(_columns(selections, selections.rows_of(found), (), ""))
            columns.append(Column((*prefix, key), named, get_named_type(found.field.type).name, items))
        else:
            columns += _columns(selections, selections.fields(found.below), (*prefix, key), named)
    return columns


def _leaf(found: Found, prefix: tuple[str, ...], title: str) -> Column:
    type_ = "list" if found.many else get_named_type(found.field.type).name
    return Column((*prefix, found.key), _joined(title, found.title) if found.title else "", type_)


def _joined(above: str, title: str) -> str:
    return "·".join(part for part in (above, title) if part)


def _shown(found: Found) -> bool:
    return (
        found.key != "pageInfo"
        and found.name not in ("statementId", "cursor")
        and ((found.name, found.parent) not in _SEALED)
    )


def _rows(value: Any, steps: Sequence[Found], above: Row, prefix: tuple[str, ...]) -> Iterator[Row]:
    """One dictionary a row; what stands above it under its dotted path."""
    if not steps:
        yield {**above, **(value if isinstance(value, dict) else {})}
        return
    step, rest = steps[0], steps[1:]
    found = value.get(step.key) if isinstance(value, dict) else None
    path = (*prefix, step.key)
    for number, item in enumerate(_items(found) if step.many else [found] if found is not None else [], 1):
        told = dict(above)
        if rest and isinstance(item, dict):
            told |= {".".join((*path, key)): one for key, one in item.items() if not isinstance(one, dict)}
            told |= {".".join((*path, "#")): number} if step.many else {}
        yield from _rows(item, rest, told, path)


def _items(found: Any) -> list[Any]:
    """The items of a list or of a page."""
    if isinstance(found, dict):
        return [edge["node"] for edge in found.get("edges") or []]
    return found if isinstance(found, list) else []


def _name(item: Row) -> str:
    return str(item.get("field") or item.get("title") or item.get("dimension") or "")


def _value(row: Row, column: Column) -> Any:
    found = row.get(column.name) if column.above else _at(row, column.path[: -1 if column.field is not None else None])
    if column.field is not None:
        values = [item.get("name") or item.get("value") for item in _items(found) if _name(item) == column.field]
        return values[0] if values else None
    if column.items and not isinstance(found, str):
        more = isinstance(found, dict) and (found.get("pageInfo") or {}).get("hasNextPage")
        return "\n".join([*(_line(item, column.items) for item in _items(found)), *(["…"] if more else [])])
    return t("、", ", ").join(map(_text, found)) if isinstance(found, list) else found


def _at(row: Row, path: Sequence[str]) -> Any:
    found: Any = row
    for key in path:
        found = found.get(key) if isinstance(found, dict) else found
    return found


def _line(item: Any, columns: Sequence[Column]) -> str:
    values = (_value(item, column) for column in columns) if isinstance(item, dict) else (item,)
    return " ".join(_text(value) for value in values if value not in (None, "")).replace("\n", "; ")


def _text(value: Any) -> str:
    return t("是", "yes") if value is True else t("否", "no") if value is False else str(value)


def _fields(type_: GraphQLNamedType) -> Mapping[str, GraphQLField]:
    return type_.fields if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) else {}


@cache
def _schema() -> GraphQLSchema:
    return build_schema(schema_text())
