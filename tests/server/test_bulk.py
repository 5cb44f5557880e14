"""Everything at once for other departments: line by line, resumable, with a checksum."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from contract import check, checked
from credit_graph.server.keys import Keys, Wanted
from credit_graph.server.scope import Scope
from credit_graph.store import Store
from departments import GONE, filled
from server.city import A, B, C
from server.conftest import Api
from server.test_releases import LIST, Bureau, bureau

__all__ = ["bureau"]
LEVELS, RECORDS = "/v1/export/levels", "/v1/export/public-records"


def lines(api: Api, path: str, kind: str, **options: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The lines and the end, which has their number and checksum."""
    answer = api.request("GET", path, **options)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-ndjson")
    raw = answer.content.splitlines(keepends=True)
    *found, end = [json.loads(line) for line in raw]
    for line in found:
        check(line, kind)
    check(end, "ExportEnd")
    assert (end["rows"], end["sha256"]) == (len(found), hashlib.sha256(b"".join(raw[:-1])).hexdigest())
    return found, end


def test_all_classes(store: Store, api_as: Callable[[str], Api]) -> None:
    run = filled(store)
    api = api_as("department")
    found, end = lines(api, LEVELS, "RiskLevel")
    told = [(line["code"], line["creditRiskLevel"], line["status"]) for line in found]
    assert told == [(A, "A", "graded"), (GONE, None, "not_graded"), (B, "D", "graded"), (C, None, "not_graded")]
    for line in found:
        assert line == api.request("GET", f"/v1/risk-level/{line['code']}").json()
    assert (end["seq"], end["run"]) == (1, run)
    rest, later = lines(api, LEVELS, "RiskLevel", params={"after": GONE})
    assert (rest, later["run"]) == (found[2:], run)
    assert (
        checked(api_as("public").request("GET", LEVELS), LEVELS)["errors"][0]["extensions"]["code"] == "access.denied"
    )
    _, key = Keys(store.home).create(Wanted("department", scope=Scope(districts=("621002",))))
    here, _ = lines(api, LEVELS, "RiskLevel", headers={"Authorization": f"Bearer {key}"})
    assert [line["code"] for line in here] == [A]


def test_all_public_records(bureau: Bureau, api_as: Callable[[str], Api]) -> None:
    api = api_as("public")
    found, end = lines(api, RECORDS, "PublicRecord")
    assert sorted((line["entry"]["credit_code"], line["list"], line["release"]) for line in found) == [
        (A, LIST, "2026Q3"), (C, LIST, "2026Q3"),
    ]  # fmt: skip
    assert list(end["releases"]) == [f"{LIST}/2026Q3"]
    rest, _ = lines(api, RECORDS, "PublicRecord", params={"after": found[0]["id"]})
    assert rest == found[1:]
    wrong = checked(api.request("GET", RECORDS, params={"after": f"{LIST}/2026Q3/2 "}), RECORDS)
    assert wrong["errors"][0]["extensions"] == {"code": "usage.bad_value"}
