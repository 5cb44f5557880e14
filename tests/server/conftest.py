"""An HTTP client of the API over the graph of the test."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from credit_graph.server.app import create_app
from credit_graph.store import Store
from credit_graph.store.secret import load_or_create
from server.city import TODAY


class Api:
    """Asks the API in one role."""

    def __init__(self, app: Starlette, headers: dict[str, str] | None = None) -> None:
        self.app = app
        self.headers = headers or {}

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Any request to the application, without a network."""

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await client.request(method, path, **options)

        return asyncio.run(send())

    def post(self, query: str, **variables: Any) -> httpx.Response:
        """The whole answer to a query."""
        body = {"query": query, "variables": variables}
        return self.request("POST", "/graphql", json=body, headers=self.headers)

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        """The data of an answer without errors."""
        answer = self.post(query, **variables).json()
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    def codes(self, query: str, **variables: Any) -> list[str]:
        """The codes of the errors."""
        return [error["extensions"]["code"] for error in self.post(query, **variables).json()["errors"]]


@pytest.fixture
def today(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A fixed day, so that answers are exact."""
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", TODAY.isoformat())


@pytest.fixture
def api_as(store: Store, today: None) -> Callable[[str], Api]:
    """``api_as(role)``: the API as a local user of that role sees it."""
    load_or_create(store.settings, store)  # as the first load does, before there is data

    def make(role: str) -> Api:
        return Api(create_app(store, role))

    return make


@pytest.fixture
def api(api_as: Callable[[str], Api]) -> Api:
    """The API as an analyst sees it."""
    return api_as("analyst")
