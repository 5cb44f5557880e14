"""Screening (批量核查) on a page: rows pasted from a spreadsheet, answered by the saved operation ``screen``."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from credit_graph.links.screen_text import STATUSES
from credit_graph.server.roles import limits
from credit_graph.server.web import SIGN_IN, ask, foreign, page_route, read_form, refused, same_origin
from credit_graph.server.web_pages import page
from credit_graph.text import t

MOST = 2_000  # rows of a page; longer lists are for credit-graph screen
LONGEST = 1_000_000  # bytes of the form: rows in percent-encoded UTF-8
_CODE = re.compile(r"(?=.*\d)[0-9A-Za-z-]{8,18}")


def routes(graphql: ASGIApp) -> list[Route]:
    """The routes; ``graphql``: the endpoint behind its checks."""
    return [
        Route("/screen", page_route(_form)),
        Route("/screen", page_route(partial(_screened, graphql)), methods=["POST"]),
    ]


async def _form(request: Request) -> Response:
    return page(request, "screen.html", pasted="", rows=None, said=[], most=MOST)


async def _screened(graphql: ASGIApp, request: Request) -> Response:
    """Ask for as many rows at a time as a request may have."""
    if not same_origin(request):
        return foreign(request)
    pasted = (await read_form(request, LONGEST)).get("rows", "")
    lines = [line for line in pasted.splitlines() if line.strip()]
    if not 0 < len(lines) <= MOST:
        why = t(f"请粘贴 1 至 {MOST} 行。", f"Paste 1 to {MOST} rows.")
        return page(request, "screen.html", 400, pasted=pasted, rows=None, said=[why], most=MOST)
    rows: list[dict[str, Any]] = []
    said: dict[str, None] = {}
    for start in range(0, len(lines), limits().page.value):
        part = lines[start : start + limits().page.value]
        answer = await ask(graphql, request, "screen", rows=[row_of(line) for line in part])
        if answer.status in SIGN_IN:
            return refused(request, answer)
        said |= dict.fromkeys(answer.faults.values())
        rows += [{**found, "given": line} for line, found in zip(part, answer.data.get("screen") or [], strict=False)]
    named = {key.upper(): t(*words) for key, words in STATUSES.items()}
    return page(request, "screen.html", pasted=pasted, rows=rows, said=list(said), most=MOST, named=named)


def row_of(line: str) -> dict[str, str]:
    """A pasted row as it is asked: its first cell that may be a code, and its first other cell."""
    cells = [cell.strip() for cell in line.split("\t") if cell.strip()]
    code = next((cell for cell in cells if _CODE.fullmatch(cell)), "")
    return {"code": code, "name": next((cell for cell in cells if cell != code), "")}
