"""``@needs``: a field says which right it takes; who has the right is data (policies/roles.yml)."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.schema_directive import Location
from strawberry.types.field import StrawberryField

from credit_graph.errors import AccessError
from credit_graph.server.context import Context
from credit_graph.text import t

Info = strawberry.Info[Context, None]
F = TypeVar("F", bound=Callable[..., Any])
PUBLIC = "releases"  # the right to what everybody may see


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION], name="needs", description="所需权限 / the right that the field takes"
)
class NeedsDirective:
    """Shows the right in the published schema."""

    right: str


class Needs(FieldExtension):
    """Refuses the field with ``access.denied`` before anything is read: to a role without the right, and to a key of
    some districts (辖区) for enterprises of others and for roots that don't sort theirs out (``districts``).
    """

    def __init__(self, right: str, *, districts: bool = False) -> None:
        self.right = right
        self.districts = districts or right == PUBLIC

    def apply(self, field: StrawberryField) -> None:
        """Put the directive on the field; an interface's field comes by once per type that has it."""
        if not any(isinstance(directive, NeedsDirective) for directive in field.directives):
            field.directives = [*field.directives, NeedsDirective(right=self.right)]

    def resolve(self, next_: Callable[..., Any], source: Any, info: Info, **kwargs: Any) -> Any:
        """Check, then resolve."""
        self._check(info)
        return self._noted(info, next_(source, info, **kwargs))

    async def resolve_async(self, next_: Callable[..., Any], source: Any, info: Info, **kwargs: Any) -> Any:
        """Check, then resolve."""
        self._check(info)
        eid, at = getattr(source, "eid", None), getattr(source, "at", None)
        if eid and at:
            if not await info.context.sees(eid, at):
                raise _out_of_district(info)
            info.context.touched.add(eid)
        result = next_(source, info, **kwargs)
        return self._noted(info, await result if inspect.isawaitable(result) else result)

    def _noted(self, info: Info, result: Any) -> Any:
        if self.right == "persons" and result is not None:
            info.context.names_shown += 1
        return result

    def _check(self, info: Info) -> None:
        info.context.role.require(self.right)
        if info.path.prev is None and info.context.client.scope.districts and not self.districts:
            raise _out_of_district(info)


def _out_of_district(info: Info) -> AccessError:
    role = info.context.role
    action = t("查阅本密钥辖区以外的经营主体", "see enterprises outside the districts of this key")
    return AccessError("access.denied", role=t(role.zh, role.en), action=action)


def shown(description: str) -> Callable[[F], F]:
    """A field that every role may see: decorator for its resolver."""
    return cast("Callable[[F], F]", strawberry.field(description=description))


def needs(right: str, description: str, *, districts: bool = False) -> Callable[[F], F]:
    """A field that takes a right: decorator for its resolver. Its type must be nullable, so that a refusal
    leaves the rest of the answer. ``districts``: of a root that shows a key of some districts only theirs
    (``Context.seen``); any other root is refused to it.
    """
    return cast(
        "Callable[[F], F]", strawberry.field(description=description, extensions=[Needs(right, districts=districts)])
    )
