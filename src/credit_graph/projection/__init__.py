"""The graph as columns at a point, and the current view of one enterprise. Reads, never writes."""

from credit_graph.projection.graph import Projection, project
from credit_graph.projection.names import normal_name
from credit_graph.projection.view import Precedence, enterprise_view, precedence

__all__ = ["Precedence", "Projection", "enterprise_view", "normal_name", "precedence", "project"]
