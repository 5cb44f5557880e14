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


class ShapeRule(ValidationRule):
    """Refuses operations that nest too deep or ask for too much under aliases.

    Each fragment is measured once. (Strawberry's own rules measure it at every spread, so that sixty fragments
    that spread each other twice keep a server busy for ever.)
    """

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        definitions = context.document.definitions
        self._fragments = {d.name.value: d for d in definitions if isinstance(d, FragmentDefinitionNode)}
        self._measured: dict[str, tuple[int, int]] = {}

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: Any) -> None:
        """Measure the operation."""
        depth, aliases = self._measure(node.selection_set)
        if depth > (most := limits().depth.value):
            self.report_error(GraphQLError(f"The operation is nested deeper than {most} levels.", node))
        if aliases > (most := limits().aliases.value):
            self.report_error(GraphQLError(f"The operation has more than {most} aliases.", node))

    def _measure(self, selections: SelectionSetNode | None) -> tuple[int, int]:
        """Depth, and number of aliases with every fragment spread out."""
        deepest = aliases = 0
        for node in selections.selections if selections else ():
            if isinstance(node, FragmentSpreadNode):
                depth, more = self._fragment(node.name.value)
            else:
                depth, more = self._measure(getattr(node, "selection_set", None))
            if isinstance(node, FieldNode):
                # asking about the schema is deep by nature and limited by right instead
                depth = 0 if node.name.value.startswith("__") else depth + 1
                more += node.alias is not None
            deepest, aliases = max(deepest, depth), aliases + more
        return deepest, aliases

    def _fragment(self, name: str) -> tuple[int, int]:
        if name not in self._measured:
            self._measured[name] = (0, 0)  # a circle is refused by another rule; here it only has to end
            fragment = self._fragments.get(name)
            self._measured[name] = self._measure(fragment.selection_set if fragment else None)
        return self._measured[name]


class ShapeLimits(SchemaExtension):
    """Depth, aliases, and by role whether the schema may be asked about."""

    def on_operation(self) -> Iterator[None]:
        """Add the rules to the validation of this operation."""
        context = self.execution_context
        rules: tuple[type[ValidationRule], ...] = (ShapeRule,)
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
    if error.path is None and not isinstance(original, CreditGraphError):
        # refused before anything ran: syntax, unknown field, wrong variable
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
