"""Who asked what about whom, and for what (查询留痕): lines of the audit log for what leaves the bureau, and for names
of persons in bulk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from graphql import FieldNode, GraphQLError, OperationDefinitionNode, get_operation_ast
from strawberry.extensions import SchemaExtension

from credit_graph.errors import AccessError, CreditGraphError
from credit_graph.ingest.screening import screen_text
from credit_graph.jobs.audit import Said, record
from credit_graph.jobs.withheld import withheld_text
from credit_graph.server.context import Client, Context
from credit_graph.server.roles import Role, limits
from credit_graph.text import t

LONGEST = 200  # characters of a purpose


def purpose_of(role: Role, header: str | None) -> str:
    """What the request says it is for: ``X-Purpose`` (用途), in UTF-8 as it is or percent-encoded; empty for none.

    Raises ``AccessError("access.no_purpose")`` where the role must say it and doesn't.
    """
    said = header or ""
    with suppress(UnicodeError):
        said = said.encode("latin-1").decode()  # headers are read as Latin-1
    said = screen_text(" ".join(unquote(said).split()))[:LONGEST]
    if role.purpose and not said:
        raise AccessError("access.no_purpose", role=t(role.zh, role.en))
    return said


def note(home: Path, who: Client, what: Said) -> None:
    """Write the line of a request if the client's role is one whose requests are lines. Raises ``StateError``."""
    if who.role.logged:
        said = {**what, "purpose": who.purpose} if who.purpose else what
        record(home, who.id, who.role.name, "asked", said)


class Audited(SchemaExtension):
    """Writes the lines of a request before its answer leaves; an answer that can't be noted doesn't leave."""

    async def on_execute(self) -> AsyncIterator[None]:
        """Execute, then note."""
        yield
        execution = self.execution_context
        context: Context = execution.context
        what: Said = {**_asked(execution, context), "about": sorted(context.touched)}
        try:
            await context.run(partial(_write, context, what))
        except CreditGraphError as error:
            # in place: Strawberry goes on with the object that it has
            result: Any = execution.result
            result.data, result.errors = None, [GraphQLError(str(error), original_error=error)]

    def get_results(self) -> dict[str, Any]:
        """What was not shown since its department does not share it, which is no absence."""
        left_out = sorted(self.execution_context.context.left_out.items())
        rows = [{"source": source, "records": count, "reason": withheld_text("sharing")} for source, count in left_out]
        return {"withheld": rows} if rows else {}


def _asked(execution: Any, context: Context) -> dict[str, str | int | list[str]]:
    if context.operation:
        return {"operation": context.operation}
    document = execution.graphql_document
    found = get_operation_ast(document, execution.operation_name) if document else None
    return {"roots": _roots(found) if found else []}


def _roots(operation: OperationDefinitionNode) -> list[str]:
    return sorted({node.name.value for node in operation.selection_set.selections if isinstance(node, FieldNode)})


def _write(context: Context, what: Said) -> None:
    who = context.client
    note(context.store.home, who, what)
    if context.names_shown > limits().names_noted.value and not who.role.logged:
        said = {**what, "names": context.names_shown}
        record(context.store.home, who.id, who.role.name, "persons_read", said)
