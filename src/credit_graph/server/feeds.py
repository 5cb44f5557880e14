"""Feeds for other departments: what changed since a number, and up to which number they took note."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from credit_graph import clock
from credit_graph.errors import UsageError
from credit_graph.jobs.department_policy import department_terms
from credit_graph.jobs.feed_readers import Feed, Readers
from credit_graph.jobs.level_feed import LevelFeed
from credit_graph.jobs.list_feed import list_feed
from credit_graph.server.context import Client
from credit_graph.server.plain import BODY, FindClient, answered, as_json, permit
from credit_graph.server.roles import limits
from credit_graph.store import Store
from credit_graph.text import t

Lines = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a feed comes from. ``read``: the lines after a number, at most so many, and the number of the last."""

    feed: Feed
    right: str
    read: Callable[[Store, int, int], tuple[Lines, int]]
    notice: bool


def _levels(store: Store, after: int, limit: int) -> tuple[Lines, int]:
    feed = LevelFeed(store.home)
    return feed.after(after, limit), feed.last()


def _listings(store: Store, after: int, limit: int) -> tuple[Lines, int]:
    lines = list(list_feed(store))
    return lines[after : after + limit], len(lines)


_SOURCES = (_Source("levels", "level", _levels, True), _Source("listings", "releases", _listings, False))


def routes(store: Store, client: FindClient) -> list[Route]:
    """``GET /v1/changes/FEED`` and ``POST /v1/changes/FEED/ack``."""
    found = []
    for source in _SOURCES:
        path = f"/v1/changes/{source.feed}"
        found.append(Route(path, answered(client, _changes(store, source)), methods=["GET"]))
        found.append(Route(f"{path}/ack", answered(client, _acknowledged(store, source)), methods=["POST"]))
    return found


def _changes(store: Store, source: _Source) -> Callable[[Request, Client], Response]:
    def answer(request: Request, who: Client) -> Response:
        permit(who, f"{source.feed}Changes", source.right, districts=not source.notice)
        most = limits().page.value
        after = _number(request, "after", 0, 0, None)
        limit = _number(request, "limit", most, 1, most)
        lines, last = source.read(store, after, limit)
        if after > last:
            raise UsageError("usage.bad_value", option="after", value=after, why=f"0–{last}")
        Readers(store.home).reads(who.id, source.feed, last)
        notice = department_terms(clock.today()).notice
        said = {"notice": t(notice.zh, notice.en)} if source.notice else {}
        next_ = lines[-1]["sequence"] if lines else after
        return as_json({"changes": lines, "next": next_, "last": last, **said})

    return answer


def _acknowledged(store: Store, source: _Source) -> Callable[[Request, Client], Response]:
    def answer(request: Request, who: Client) -> Response:
        permit(who, f"{source.feed}Acknowledged", source.right, districts=not source.notice)
        sequence = _sequence(request)
        last = source.read(store, 0, 1)[1]
        reached = Readers(store.home).acknowledge(who.id, source.feed, sequence, last)
        return as_json({"acknowledged": reached, "last": last})

    return answer


def _sequence(request: Request) -> int:
    """The number in the body. Only JSON: no page of another origin can send that unasked."""
    body, kind = request.state.body, request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        value = json.loads(body)["sequence"] if len(body) <= BODY and kind == "application/json" else None
    except (ValueError, KeyError, TypeError, RecursionError):
        value = None
    if not isinstance(value, int) or isinstance(value, bool):
        raise UsageError("usage.bad_value", option="sequence", value="", why='application/json: {"sequence": 12}')
    return value


def _number(request: Request, name: str, default: int, least: int, most: int | None) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 15) or int(text) < least or (most and int(text) > most):
        why = f"≥ {least}" if most is None else f"{least}–{most}"
        raise UsageError("usage.bad_value", option=name, value=text[:40], why=why)
    return int(text)
