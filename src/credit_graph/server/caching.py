"""The version of an answer (ETag): a client that asks a saved operation again learns cheaply that nothing has changed.

The tag begins with the seq of the last batch. It changes with every batch and run, with the day, the program and its
policies, and it is another for every operation, variables, client, role, language and media type.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache

from strawberry.http import GraphQLRequestData

from credit_graph import __version__, clock, text
from credit_graph.resources import root
from credit_graph.server.context import Context
from credit_graph.server.operations import Operation
from credit_graph.server.releases import ROOTS

REVALIDATE = "private, no-cache"  # a client may keep it, but asks before it uses it
VARY = "Accept, Accept-Language, Authorization"


def rests_on_batches(operation: Operation) -> bool:
    """Whether its answer changes with batches and runs alone; releases are published beside them."""
    return ROOTS.isdisjoint(operation.roots)


async def version(context: Context, sent: GraphQLRequestData, media_type: str) -> str:
    """The tag of the answer that the request would get now. Raises ``StateError("state.no_data")``."""
    pin = await context.pin()
    parts = [
        pin.seq,
        [str(part) for part in pin.cache],
        sorted((name, run["rid"]) for name, run in pin.runs.items()),
        str(clock.today()),
        program(),
        [context.client.id, repr(context.client.role), repr(context.client.scope)],
        context.sealer.node_id("Version", ""),  # ids that it gives change with the secret
        [text.language(), media_type, sent.query, sent.operation_name, sent.variables],
    ]
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()
    return f'W/"{pin.seq}-{digest[:32]}"'


def is_known(tag: str, if_none_match: str | None) -> bool:
    """Whether the client says that it has the answer (weak comparison, RFC 9110)."""
    known = [part.strip().removeprefix("W/") for part in (if_none_match or "").split(",")]
    return "*" in known or tag.removeprefix("W/") in known


@cache
def program() -> str:
    """The version of the program with its policies, as this process read them."""
    digest = hashlib.sha256(__version__.encode())
    for path in sorted(root("policies").rglob("*.yml")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
