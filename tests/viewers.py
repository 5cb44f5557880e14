"""Who reads an explanation."""

from __future__ import annotations

from credit_graph.server.roles import role, viewer

INSIDE = viewer(role("analyst"))
