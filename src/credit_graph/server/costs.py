"""What a query may cost (查询开销), worked out from its text and variables before anything is read.

A field that gives an object costs what ``costs`` of policies/roles.yml says, or 1, and what is asked of the object once
for each that there may be: the page size where it has ``first``, ``list_size`` for other lists. Values cost nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, cast

import strawberry
from graphql import (
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_operation_ast,
    parse,
    specified_rules,
    validate,
)
from graphql.language import DocumentNode
from strawberry.extensions import SchemaExtension
from strawberry.scalars import JSON

from credit_graph.errors import UsageError
from credit_graph.server.limits import ShapeRule
from credit_graph.server.needs import Info, shown
from credit_graph.server.roles import Role, limits, roles_file

Cost = Counter[str]  # "Type.field" -> what it costs in all
MOST_FIELDS = 50  # told by explainCost
_INSIDE = ("edges", "node", "pageInfo")  # of a connection: its page size says all


class _Measure:
    """Measures one operation; each fragment once."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, sizes: Mapping[str, Any]) -> None:
        self._schema = schema
        self._sizes = sizes  # values of the variables
        found = (part for part in document.definitions if isinstance(part, FragmentDefinitionNode))
        self._fragments = {part.name.value: part for part in found}
        self._measured: dict[str, Cost] = {}

    def of(self, selections: SelectionSetNode | None, on: str) -> Cost:
        """What the selections on a type cost."""
        total: Cost = Counter()
        for node in selections.selections if selections else ():
            if isinstance(node, FragmentSpreadNode):
                total.update(self._fragment(node.name.value))
            elif isinstance(node, InlineFragmentNode):
                total.update(self.of(node.selection_set, node.type_condition.name.value if node.type_condition else on))
            elif isinstance(node, FieldNode):
                total.update(self._field(node, on))
        return total

    def _fragment(self, name: str) -> Cost:
        if name not in self._measured:
            self._measured[name] = Counter()  # a circle is refused elsewhere; here it only has to end
            fragment = self._fragments.get(name)
            if fragment is not None:
                self._measured[name] = self.of(fragment.selection_set, fragment.type_condition.name.value)
        return self._measured[name]

    def _field(self, node: FieldNode, on: str) -> Cost:
        name = node.name.value
        field = getattr(self._schema.get_type(on), "fields", {}).get(name)
        if field is None or name.startswith("__"):  # asking about the schema is limited by right
            return Counter()
        inside = name in _INSIDE and on.endswith(("Connection", "Edge"))
        own = roles_file().costs.get(f"{on}.{name}", 0 if inside or node.selection_set is None else 1)
        below = self.of(node.selection_set, get_named_type(field.type).name)
        times = 1 if inside else self._times(node, field)
        total: Cost = Counter({part: cost * times for part, cost in below.items()})
        rows = times if "first" in field.args else 0
        if own or rows:
            total[f"{on}.{name}"] += own + rows
        return total

    def _times(self, node: FieldNode, field: Any) -> int:
        if "first" in field.args:
            return self._first(node)
        found = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
        return limits().list_size.value if isinstance(found, GraphQLList) else 1

    def _first(self, node: FieldNode) -> int:
        value = next((argument.value for argument in node.arguments or () if argument.name.value == "first"), None)
        size: Any = None
        if isinstance(value, IntValueNode):
            size = int(value.value)
        elif isinstance(value, VariableNode):
            size = self._sizes.get(value.name.value)
        if not isinstance(size, int) or isinstance(size, bool):
            return limits().page_default.value
        return min(max(1, size), limits().page.value)  # any other is refused where the page is read


def measure(schema: GraphQLSchema, document: DocumentNode, name: str | None, variables: Mapping[str, Any]) -> Cost:
    """What the operation of that name costs, by field; nothing where there is no such operation."""
    operation = get_operation_ast(document, name)
    if operation is None:
        return Counter()
    root = schema.get_root_type(operation.operation)
    sizes = {**_defaults(operation), **{key: value for key, value in variables.items() if value is not None}}
    return _Measure(schema, document, sizes).of(operation.selection_set, root.name) if root else Counter()


def _defaults(operation: OperationDefinitionNode) -> dict[str, int]:
    found = ((part.variable.name.value, part.default_value) for part in operation.variable_definitions or ())
    return {name: int(value.value) for name, value in found if isinstance(value, IntValueNode)}


def budget(role: Role) -> int:
    """What one request of the role may cost."""
    return role.budget or limits().budget.value


class CostLimit(SchemaExtension):
    """Refuses what costs more than the role's budget (``usage.too_costly``); tells the cost in ``extensions.cost``."""

    _told: dict[str, int] | None = None

    def on_execute(self) -> Iterator[None]:
        """Measure, and refuse in place of executing."""
        context = self.execution_context
        document = context.graphql_document
        assert document is not None
        most = budget(context.context.role)
        schema = cast("Any", context.schema)._schema
        total = measure(schema, document, context.operation_name, context.variables or {}).total()
        self._told = {"requested": total, "budget": most}
        if total > most:
            error = UsageError("usage.too_costly", cost=total, limit=most)
            refused = GraphQLError(str(error), original_error=error)
            context.result = ExecutionResult(data=None, errors=[refused])
        yield

    def get_results(self) -> dict[str, Any]:
        """What the answer says of it."""
        return {"cost": self._told} if self._told else {}


@strawberry.type(description="一个字段的开销 / what a field costs in all")
class FieldCost:
    """A field and its share."""

    field: str = strawberry.field(description="类型.字段 / Type.field")
    cost: int


@strawberry.type(description="查询开销 / what a query would cost")
class QueryCost:
    """The cost of a query that is not run."""

    cost: int = strawberry.field(description="合计 / in all")
    budget: int = strawberry.field(description="本角色一次请求的上限 / what one request of this role may cost")
    allowed: bool = strawberry.field(description="是否在上限以内 / whether it is within the budget")
    fields: list[FieldCost] = strawberry.field(description="开销大者在前，至多 50 项 / the dearest first, at most 50")


@strawberry.type
class CostQuery:
    """What queries cost."""

    @shown("一个查询的开销，并不执行 / what a query would cost; it is not run")
    def explain_cost(self, info: Info, query: str, variables: JSON | None = None) -> QueryCost | None:
        """Raises ``UsageError("usage.query")`` for a query that would be refused for its text."""
        schema = info._raw_info.schema
        try:
            document = parse(query, max_tokens=limits().tokens.value)
        except GraphQLError as error:
            raise UsageError("usage.query", why=error.message) from None
        if faults := validate(schema, document, [*specified_rules, ShapeRule], max_errors=1):
            raise UsageError("usage.query", why=faults[0].message)
        given: dict[str, Any] = variables if isinstance(variables, dict) else {}
        found, most = measure(schema, document, None, given), budget(info.context.role)
        shown_fields = [FieldCost(field=name, cost=_int(cost)) for name, cost in found.most_common(MOST_FIELDS)]
        return QueryCost(cost=_int(found.total()), budget=most, allowed=found.total() <= most, fields=shown_fields)


def _int(cost: int) -> int:
    return min(cost, 2**31 - 1)  # of GraphQL
