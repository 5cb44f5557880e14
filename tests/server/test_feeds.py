"""The feeds for other departments: without a gap, with their own numbers, stop of use marked and acknowledged."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from commandline import invoke
from contract import checked
from credit_graph.jobs.cache import refresh
from credit_graph.jobs.grade import grade
from credit_graph.jobs.level_feed import LevelFeed
from credit_graph.jobs.takedown import takedown
from credit_graph.model.time import Point
from credit_graph.server.keys import Keys, Wanted
from credit_graph.store import Store
from departments import filled
from handmade import City
from server.city import TODAY, A, B, C
from server.conftest import Api
from server.test_releases import LIST, Bureau, bureau

__all__ = ["bureau"]
LEVELS, LISTINGS = "/v1/changes/levels", "/v1/changes/listings"


class Department:
    """Asks with a key of its own."""

    def __init__(self, store: Store, api: Api) -> None:
        _, key = Keys(store.home).create(Wanted("department", owner="市税务局"))
        self.api, self.headers = api, {"Authorization": f"Bearer {key}"}

    def get(self, path: str, **asked: Any) -> Any:
        return checked(self.api.request("GET", path, params=asked, headers=self.headers), path)

    def post(self, path: str, body: Any) -> Any:
        answer = self.api.request("POST", f"{path}/ack", json=body, headers=self.headers)
        return checked(answer, f"{path}/ack", "post")


def exported(folder: Path) -> int:
    done = invoke("--role", "planner", "level", "export", "--out", str(folder), "--json")
    changes: int = json.loads(done.stdout)["changes"]
    return changes


def late(day: str, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", day)
    found = json.loads(invoke("due", "--list", "feed", "--json").stdout)["items"]
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", TODAY.isoformat())
    return [(item["day"], item["days_late"], item["name"], item["what"]) for item in found]


def test_changes_of_classes(
    store: Store, api_as: Callable[[str], Api], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_run = filled(store)
    tax = Department(store, api_as("analyst"))
    assert tax.get(LEVELS)["changes"] == []
    assert exported(tmp_path) == 2
    common = {"day": TODAY.isoformat(), "seq": 1, "run": first_run, "formerLevel": None, "event": "set"}
    lines = [
        {"sequence": 1, "code": A, "creditRiskLevel": "A", "source": "own", **common},
        {"sequence": 2, "code": B, "creditRiskLevel": "D", "source": "official", **common},
    ]
    found = tax.get(LEVELS)
    assert (found["changes"], found["next"], found["last"]) == (lines, 2, 2)
    assert exported(tmp_path) == 0
    gone = City(store)
    gone.firm(A, "甲有限公司", key="again", start=date(2026, 11, 1), state="注销", district="621002")
    seq = gone.commit()
    refresh(store)
    run = grade(store, Point(seq, TODAY, TODAY)).rid
    assert exported(tmp_path) == 1
    stop = {"sequence": 3, "event": "stop", "code": A, "creditRiskLevel": None, "source": None, "formerLevel": "A"}
    stop |= {"day": TODAY.isoformat(), "seq": 2, "run": run}
    assert tax.get(LEVELS)["changes"] == [*lines, stop]
    pages = [tax.get(LEVELS, after=after, limit=1)["changes"] for after in range(4)]
    assert pages == [[lines[0]], [lines[1]], [stop], []]
    assert [line["sequence"] for line in LevelFeed(store.home).after(1, 9)] == [2, 3]
    acknowledged(tax, monkeypatch)
    assert late("2026-12-24", monkeypatch) == []


def acknowledged(tax: Department, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is silent is due until it speaks; what it said never goes back."""
    what = "部门未确认停用：分类变化第 3 号起 1 项"
    assert late("2026-11-27", monkeypatch) == [("2026-11-26", 1, "市税务局", what)]
    bodies: list[Any] = [{"sequence": 4}, {"sequence": -1}, {"sequence": True}, {"sequence": "3"}, [], {"x": 3}]
    for body in bodies:
        assert tax.post(LEVELS, body)["errors"][0]["extensions"] == {"code": "usage.bad_value"}
    as_text = {**tax.headers, "Content-Type": "text/plain"}
    foreign = tax.api.request("POST", f"{LEVELS}/ack", content=b'{"sequence": 3}', headers=as_text)
    assert foreign.status_code == 400
    assert late("2026-11-26", monkeypatch) == [("2026-11-26", 0, "市税务局", what)]
    assert tax.post(LEVELS, {"sequence": 3}) == {"acknowledged": 3, "last": 3}
    assert tax.post(LEVELS, {"sequence": 1}) == {"acknowledged": 3, "last": 3}
    asked: list[dict[str, Any]] = [{"after": 4}, {"after": "x"}, {"limit": 0}, {"limit": 201}, {"after": "9" * 30}]
    for wrong in asked:
        assert tax.get(LEVELS, **wrong)["errors"][0]["extensions"] == {"code": "usage.bad_value"}


def test_changes_of_lists(bureau: Bureau, api_as: Callable[[str], Api], monkeypatch: pytest.MonkeyPatch) -> None:
    tax = Department(bureau.store, api_as("analyst"))
    before = tax.get(LISTINGS)["changes"]
    shown = [(line["event"], line["release"], line.get("entry", {}).get("credit_code")) for line in before]
    # 乙 was repaired: nothing is told of it, though its takedown has not yet run
    assert sorted(shown, key=str) == [
        ("added", "2026Q2", A), ("added", "2026Q2", None), ("added", "2026Q3", C),
    ]  # fmt: skip
    takedown(bureau.store, actor="周公示", role="publisher")
    after = tax.get(LISTINGS)
    assert after["changes"][:3] == before
    stops = [
        (line["sequence"], line["event"], line["stop"], line["list"], line["release"]) for line in after["changes"][3:]
    ]
    assert {row[1:] for row in stops} == {("stop", True, LIST, "2026Q2"), ("stop", True, LIST, "2026Q3")}
    assert ([row[0] for row in stops], after["last"]) == ([4, 5], 5)
    hidden = next(line["leaf"] for line in before if "entry" not in line)
    assert after["changes"][3]["leaf"] == hidden
    assert B not in json.dumps(after, ensure_ascii=False)
    day = TODAY.isoformat()
    what = "部门未确认停用：名单变化第 4 号起 2 项"
    assert late(day, monkeypatch) == [("2026-11-26", 0, "市税务局", what)]
    assert tax.post(LISTINGS, {"sequence": 5}) == {"acknowledged": 5, "last": 5}
    assert late(day, monkeypatch) == []
    assert api_as("analyst").request("GET", LISTINGS).status_code == 401
