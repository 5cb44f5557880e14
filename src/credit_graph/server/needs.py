"""``@needs``: a field says which right it takes; who has the right is data (policies/roles.yml)."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.schema_directive import Location
from strawberry.types.field import StrawberryField

from credit_graph.server.context import Context

Info = strawberry.Info[Context, None]
F = TypeVar("F", bound=Callable[..., Any])


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION], name="needs", description="所需权限 / the right that the field takes"
)
class NeedsDirective:
    """Shows the right in the published schema."""

    right: str


class Needs(FieldExtension):
    """Refuses the field with ``access.denied`` to a role without the right, before anything is read."""

    def __init__(self, right: str) -> None:
        self.right = right

    def apply(self, field: StrawberryField) -> None:
        """Put the directive on the field; an interface's field comes by once per type that has it."""
        if not any(isinstance(directive, NeedsDirective) for directive in field.directives):
            field.directives = [*field.directives, NeedsDirective(right=self.right)]

    def resolve(self, next_: Callable[..., Any], source: Any, info: Info, **kwargs: Any) -> Any:
        """Check, then resolve."""
        info.context.role.require(self.right)
        return next_(source, info, **kwargs)

    async def resolve_async(self, next_: Callable[..., Any], source: Any, info: Info, **kwargs: Any) -> Any:
        """Check, then resolve."""
        info.context.role.require(self.right)
        result = next_(source, info, **kwargs)
        return await result if inspect.isawaitable(result) else result


def shown(description: str) -> Callable[[F], F]:
    """A field that every role may see: decorator for its resolver."""
    return cast("Callable[[F], F]", strawberry.field(description=description))


def needs(right: str, description: str) -> Callable[[F], F]:
    """A field that takes a right: decorator for its resolver. Its type must be nullable, so that a refusal
    leaves the rest of the answer."""
    return cast("Callable[[F], F]", strawberry.field(description=description, extensions=[Needs(right)]))
