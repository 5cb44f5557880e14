"""Record kinds: what firms report of themselves, and what the registrar and the licensing offices record of them."""

from __future__ import annotations

from credit_graph.model.fields import Kind

FIRM_KINDS: tuple[Kind, ...] = ()
