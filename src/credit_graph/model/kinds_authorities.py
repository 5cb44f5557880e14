"""Record kinds: what courts, tax offices, inspectors and other authorities say of firms and persons."""

from __future__ import annotations

from credit_graph.model.fields import Kind

AUTHORITY_KINDS: tuple[Kind, ...] = ()
