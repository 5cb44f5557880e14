"""How many statements an answer takes, and queries that ask for everything below a field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNonNull,
    GraphQLUnionType,
    SelectionSetNode,
    Undefined,
    get_named_type,
    is_composite_type,
    parse,
)

from credit_graph.server.schema import schema
from credit_graph.store import Store

SCHEMA = schema()._schema
_INSIDE = {"edges", "node", "pageInfo"}  # of a connection
_WRAPPERS = _INSIDE - {"node"}  # which of them it has is one statement, what they say of themselves another
_SAID = {"list": '"serious_violation"'}  # arguments that a field can't do without


@contextmanager
def counted(store: Store) -> Iterator[Counter[str]]:
    """The statements that run inside, by name, when it is over."""
    found: Counter[str] = Counter()
    before = {name: metric.count for name, metric in store.metrics.items()}
    yield found
    after = Counter({name: metric.count - before.get(name, 0) for name, metric in store.metrics.items()})
    found.update(+after)


def levels(text: str) -> int:
    """How many objects and lists an operation descends into, each of which may take a statement."""
    document = parse(text)
    parts = {part.name.value: part for part in document.definitions if isinstance(part, FragmentDefinitionNode)}

    def below(selections: SelectionSetNode | None) -> int:
        total = 0
        for node in selections.selections if selections else ():
            if isinstance(node, FragmentSpreadNode):
                total += below(parts[node.name.value].selection_set)
            else:
                inner = getattr(node, "selection_set", None)
                descends = isinstance(node, FieldNode) and inner is not None and node.name.value not in _WRAPPERS
                total += below(inner) + int(descends)
        return total

    whole = [part for part in document.definitions if not isinstance(part, FragmentDefinitionNode)]
    return sum(below(getattr(part, "selection_set", None)) for part in whole)


def fields_of_an_enterprise() -> list[str]:
    """A query per field of an enterprise that leads to objects: of a page of them all that lies two levels below."""
    kind: Any = SCHEMA.type_map["Enterprise"]
    found = {name: field for name, field in kind.fields.items() if is_composite_type(get_named_type(field.type))}
    head = "query ($first: Int, $after: String) { enterprises(first: $first, after: $after) { edges { cursor node { "
    return [f"{head}{_asked(name, field, 2)} }} }} }} }}" for name, field in found.items()]


def _asked(name: str, field: GraphQLField, depth: int) -> str:
    needed = {
        arg
        for arg, said in field.args.items()
        if isinstance(said.type, GraphQLNonNull) and said.default_value is Undefined
    }
    given = f"({', '.join(f'{arg}: {_SAID[arg]}' for arg in sorted(needed))})" if needed else ""
    return f"{name}{given} {_selected(get_named_type(field.type), depth)}"


def _selected(kind: Any, depth: int) -> str:
    if isinstance(kind, GraphQLUnionType):
        return "{ __typename " + " ".join(f"... on {one.name} {_selected(one, depth)}" for one in kind.types) + " }"
    parts = ["__typename"]
    for name, field in kind.fields.items():
        below = get_named_type(field.type)
        if not is_composite_type(below):
            parts += [name]
        elif name in _INSIDE:
            parts += [_asked(name, field, depth)]
        elif depth > 0 and kind.name not in {"Enterprise", "Person"}:
            parts += [_asked(name, field, depth - 1)]
    return "{ " + " ".join(parts) + " }"
