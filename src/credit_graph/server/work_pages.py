"""What is due (到期与逾期) and the brief (工作简报), for those who may see records and classes."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable
from functools import partial
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from credit_graph import clock
from credit_graph.errors import AccessError, CreditGraphError, StateError
from credit_graph.jobs.alert_list import listed
from credit_graph.jobs.batches import last_seq
from credit_graph.jobs.brief import brief
from credit_graph.jobs.brief_page import STYLE, brief_page
from credit_graph.jobs.due import due
from credit_graph.lists.due import horizon, role_title
from credit_graph.model.time import Point
from credit_graph.server.auditing import note
from credit_graph.server.context import Client
from credit_graph.server.web import page_route, purpose, refused, signed
from credit_graph.server.web_pages import Answer, page
from credit_graph.store import Store
from credit_graph.text import t

FindClient = Callable[[str | None, str | None], Client]  # by Authorization and X-Purpose; raises AccessError
SHOWN = 200  # rows of the due list; all are in the command's workbook
_DENIED = {"access.denied": 403, "access.too_many": 429, "access.no_purpose": 400}


def routes(store: Store, client: FindClient) -> list[Route]:
    """The routes; ``client``: who asks."""
    return [
        Route("/due", page_route(partial(_answered, store, client, ("records",), _due))),
        Route("/brief", page_route(partial(_answered, store, client, ("registration", "records", "level"), _brief))),
    ]


async def _answered(
    store: Store,
    client: FindClient,
    rights: tuple[str, ...],
    work: Callable[[Request, Store], Response],
    request: Request,
) -> Response:
    """The page for a client with the rights and of the whole city, noted in the audit log as questions are."""

    def answer() -> Response:
        who = client(signed(request), purpose(request))
        for right in rights:
            who.role.require(right)
        if who.scope.districts or who.scope.operations is not None:
            action = t("查看全市的工作清单", "see the work of the whole city")
            raise AccessError("access.denied", role=t(who.role.zh, who.role.en), action=action)
        made = work(request, store)
        note(store.home, who, {"route": request.url.path, "about": []})
        return made

    try:
        return await run_in_threadpool(answer)
    except CreditGraphError as error:
        known = 401 if isinstance(error, AccessError) else 503 if isinstance(error, StateError) else 500
        return refused(request, Answer(_DENIED.get(error.code, known), {}, {}, str(error), error.code))


def _seq(store: Store) -> int:
    seq = last_seq(store)
    if not seq:
        raise StateError("state.no_data")
    return seq


def _due(request: Request, store: Store) -> Response:
    today = clock.today()
    last = horizon(today, None)
    found = due(store, _seq(store), today, listed(store))
    items = [item for item in found.items if item.shown(last)]
    rows: list[dict[str, Any]] = [
        {
            "day": item.day,
            "late": max(item.late(today), 0),
            "what": t(*item.what),
            "role": role_title(item.role) if item.role else "",
            "persons": item.persons,
            "code": item.code,
            "name": item.name,
            "article": t(*item.article),
        }
        for item in items[:SHOWN]
    ]
    unknown = [(t(*line.what), line.count) for line in found.unknown]
    late = sum(item.late(today) > 0 for item in items)
    return page(request, "due.html", rows=rows, total=len(items), late=late, last=last, unknown=unknown)


def _brief(request: Request, store: Store) -> Response:
    today = clock.today()
    made = brief_page(brief(store, Point(_seq(store), today, today)))
    digest = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()  # its one style is its own
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; frame-ancestors 'none'"
    return HTMLResponse(made, headers={"Content-Security-Policy": policy})
