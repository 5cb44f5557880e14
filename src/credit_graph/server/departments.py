"""What other departments ask by plain HTTP (部门共享): the class of one firm, and that alone."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from credit_graph import text
from credit_graph.jobs.department_levels import DepartmentLevel, department_level
from credit_graph.model.time import Point
from credit_graph.server import bulk, feeds
from credit_graph.server.context import Client
from credit_graph.server.plain import FindClient, answered, denied, outside, permit, present, tagged
from credit_graph.store import Store


def routes(store: Store, client: FindClient) -> list[Route]:
    """The routes of ``/v1``; ``client``: who asks."""

    def risk_level(request: Request, who: Client) -> Response:
        permit(who, "riskLevel", "level", districts=True)
        point = present(store)
        run, found = department_level(store, point, request.path_params["code"])
        if found.status != "unknown" and not who.scope.sees(found.district):
            raise denied(who, outside())
        return tagged(request, _version(run, point, found), found.told())

    return [
        Route("/v1/risk-level/{code}", answered(client, risk_level), methods=["GET"]),
        *feeds.routes(store, client),
        *bulk.routes(store, client),
    ]


def _version(run: dict[str, Any], point: Point, found: DepartmentLevel) -> str:
    return f"{run['rid'][:16]};{point.seq};{point.valid};{found.status};{text.language()}"
