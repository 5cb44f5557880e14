"""Limits on the shape of a query, who may ask about the schema, and which errors a client is told."""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Iterator
from typing import Any

import structlog
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationContext,
    ValidationRule,
)
from strawberry.extensions import MaskErrors, SchemaExtension

from credit_graph.errors import CreditGraphError, DefinitionError, StoreError, UsageError
from credit_graph.server.roles import limits

log = structlog.get_logger("credit_graph.server")


class DepthRule(ValidationRule):
    """Refuses operations that nest deeper than the limit.

    Each fragment is measured once: fragments that spread each other twice would otherwise take exponential time.
    """

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        definitions = context.document.definitions
        self._fragments = {d.name.value: d for d in definitions if isinstance(d, FragmentDefinitionNode)}
        self._depths: dict[str, int] = {}

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        """Measure the operation."""
        limit = limits().depth.value
        if self._depth(node.selection_set) > limit:
            self.report_error(GraphQLError(f"The operation is nested deeper than {limit} levels.", node))

    def _depth(self, selections: SelectionSetNode | None) -> int:
        deepest = 0
        for node in selections.selections if selections else ():
            if isinstance(node, FragmentSpreadNode):
                found = self._fragment(node.name.value)
            elif isinstance(node, FieldNode):
                # asking about the schema is deep by nature and limited by right instead
                found = 0 if node.name.value.startswith("__") else 1 + self._depth(node.selection_set)
            else:
                found = self._depth(getattr(node, "selection_set", None))
            deepest = max(deepest, found)
        return deepest

    def _fragment(self, name: str) -> int:
        if name not in self._depths:
            self._depths[name] = 0  # a circle is refused by another rule; here it only has to end
            fragment = self._fragments.get(name)
            self._depths[name] = self._depth(fragment.selection_set) if fragment else 0
        return self._depths[name]


class ShapeLimits(SchemaExtension):
    """Depth and introspection, by role."""

    def on_operation(self) -> Iterator[None]:
        """Add the rules to the validation of this operation."""
        context = self.execution_context
        rules: tuple[type[ValidationRule], ...] = (DepthRule,)
        if not context.context.role.introspection:
            rules += (NoSchemaIntrospectionCustomRule,)
        context.validation_rules = (*context.validation_rules, *rules)
        yield


class Errors(MaskErrors):
    """Every error leaves with a code; what is not the client's doing only with a number, the log has the rest."""

    def __init__(self) -> None:
        super().__init__(should_mask_error=lambda error: True)

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        """The error as the client may see it."""
        fault = _fault(error)
        return GraphQLError(
            str(fault),
            nodes=error.nodes,
            source=error.source,
            positions=error.positions,
            path=error.path,
            extensions={"code": fault.code},
        )


def _fault(error: GraphQLError) -> CreditGraphError:
    original = error.original_error
    if error.path is None:  # refused before anything ran: syntax, unknown field, wrong variable
        return UsageError("usage.query", why=error.message)
    if isinstance(original, StoreError):
        return StoreError("server.unavailable", id=_logged(original))
    if isinstance(original, CreditGraphError) and not isinstance(original, DefinitionError):
        return original
    return StoreError("server.internal", id=_logged(original or error))


def _logged(error: BaseException) -> str:
    """Log where it happened (values could be personal, so no message but our own) and return its number."""
    number = secrets.token_hex(4)
    where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    message = str(error) if isinstance(error, CreditGraphError) else ""
    log.error("request failed", id=number, error=type(error).__name__, message=message, where=where[-8:])
    return number
