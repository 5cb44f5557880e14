"""The examples of docs/api.md give the output that is printed there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from credit_graph.jobs.grade import grade
from credit_graph.jobs.link import link
from credit_graph.model.time import Point
from credit_graph.store import Store
from server.city import TODAY, A, Batch, registration
from server.conftest import Api

DOCS = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```graphql\n(.*?)```\s*```json\n(.*?)```", DOCS, re.DOTALL)


@pytest.fixture
def city(store: Store, api: Api, once: Callable[..., None]) -> None:
    """The firm of the examples."""

    def made() -> None:
        batch = Batch(store)
        renamed = date(2019, 1, 1)
        registration(batch, A, "庆阳天工商贸有限公司", valid_to=renamed)
        registration(batch, A, "庆阳天工建材有限公司", n=1, valid_from=renamed)
        days: dict[str, Any] = {"valid_from": date(2022, 3, 1), "valid_to": date(2023, 3, 1)}
        batch.say("AbnormalListing", A, "2022", reason="未按规定公示年度报告", source="abnormal_listing", **days)
        point = Point(batch.commit(), TODAY, TODAY)
        link(store, point)
        grade(store, point)

    once(made)


@pytest.mark.reads
def test_examples(api: Api, city: None) -> None:
    assert len(QUERIES) == 2
    for query, output in QUERIES:
        assert api.ask(query) == json.loads(output)
