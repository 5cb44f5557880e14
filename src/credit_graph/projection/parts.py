"""What is read of a kind: everything that the projection shows, or only what the view of an enterprise needs."""

from __future__ import annotations

from functools import cache

import pyarrow as pa

from credit_graph.projection.columns import light_schema, schema
from credit_graph.projection.view import ANY, precedence

LIGHT = ":light"  # ends the name of a part that holds few columns


@cache
def columns_of(part: str) -> pa.Schema:
    """The columns of ``Kind``, or of ``Kind:light``."""
    kind = part.removesuffix(LIGHT)
    return schema(kind) if kind == part else light_schema(kind, _general_fields())


@cache
def spoken_kinds() -> frozenset[str]:
    """The kinds that the precedence of sources names: of these the view needs everything."""
    rows = (row for span in precedence().rows for sources in span.fields.values() for row in sources)
    return frozenset(row.kind for row in rows) - {ANY}


@cache
def _general_fields() -> tuple[str, ...]:
    """The fields of the view that records of any kind may say."""
    named = [
        (field, row)
        for span in precedence().rows
        for field, sources in span.fields.items()
        for row in sources
        if row.kind == ANY
    ]
    fields = {
        "name",
        *(row.property or field for field, row in named),
        *(name for _, row in named for name in row.where),
    }
    return tuple(sorted(fields))
