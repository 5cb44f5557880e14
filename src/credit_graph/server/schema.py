"""The schema as one object, and as the text that is published in ``api/schema.graphql``."""

from __future__ import annotations

from functools import cache
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.extensions import MaxTokensLimiter

from credit_graph.server.alerts import Handling
from credit_graph.server.auditing import Audited
from credit_graph.server.costs import CostLimit
from credit_graph.server.enterprise import Enterprise, Person
from credit_graph.server.limits import Errors, ShapeLimits
from credit_graph.server.proceedings import ListWork
from credit_graph.server.query import Query
from credit_graph.server.records import RECORD_TYPES
from credit_graph.server.roles import limits


@strawberry.type(description="办理入口 / root of what people change")
class Mutation(Handling, ListWork):
    """Each is a decision of the bureau, with the client and its role."""


class _Schema(strawberry.Schema):
    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """Strawberry would log messages with values; ``limits.Errors`` logs what may be logged."""


@cache
def schema() -> strawberry.Schema:
    """The schema of the API."""
    return _Schema(
        query=Query,
        mutation=Mutation,
        types=[Enterprise, Person, *RECORD_TYPES.values()],
        extensions=[
            lambda: MaxTokensLimiter(max_token_count=limits().tokens.value),
            ShapeLimits,
            CostLimit,
            Audited,
            Errors,
        ],
    )


def schema_text() -> str:
    """The schema in the schema language, with a final line break."""
    return schema().as_str() + "\n"
