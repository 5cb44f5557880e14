"""Relay connections: forward pages with opaque keyset cursors, so that a page stays right while data is loaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

import strawberry
from strawberry.relay import PageInfo

from credit_graph.errors import UsageError
from credit_graph.server.context import Context
from credit_graph.server.roles import limits
from credit_graph.server.tokens import Key

N = TypeVar("N")
Row = TypeVar("Row")

First = Annotated[
    int | None, strawberry.argument(description="每页条数，默认 20，最多 200 / page size: default 20, at most 200")
]
After = Annotated[str | None, strawberry.argument(description="上一页的 endCursor / endCursor of the page before")]


@strawberry.type(description="连接中的一项 / an item of a connection")
class Edge(Generic[N]):
    """A row and the cursor of its place."""

    node: N
    cursor: str


@strawberry.type(description="分页结果 / one page of a list")
class Connection(Generic[N]):
    """One page."""

    edges: list[Edge[N]]
    page_info: PageInfo


def page_size(first: int | None) -> int:
    """The size of the page; ``UsageError("usage.page_size")`` outside 1 to the limit."""
    if first is None:
        return limits().page_default.value
    if not 1 <= first <= limits().page.value:
        raise UsageError("usage.page_size", limit=limits().page.value)
    return first


def connect(
    context: Context,
    name: str,
    rows: Sequence[Row],
    size: int,
    node: Callable[[Row], N],
    keys: Callable[[Row], tuple[Key, ...]],
    *,
    after: str | None = None,
    goes_on: tuple[Key, ...] | None = None,
) -> Connection[N]:
    """The page of the first ``size`` rows; one row more than that says that another page follows.

    ``name``: of the connection, so that a cursor fits no other; ``keys``: what the rows are ordered by;
    ``goes_on``: the place up to which was looked, where a page that is not full is not the last.
    """
    shown = rows[:size]
    edges = [Edge(node=node(row), cursor=context.sealer.cursor(name, *keys(row))) for row in shown]
    end = edges[-1].cursor if edges else None
    if goes_on is not None and len(rows) <= size:
        end = context.sealer.cursor(name, *goes_on)
    info = PageInfo(
        has_next_page=len(rows) > size or goes_on is not None,
        has_previous_page=after is not None,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=end,
    )
    return Connection(edges=edges, page_info=info)
