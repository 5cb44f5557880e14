"""What a reader may not see is said to be withheld, and why: use, sharing of the source, rights of the role."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from commandline import invoke
from credit_graph import resources
from credit_graph import settings as settings_module
from credit_graph.errors import AccessError
from credit_graph.jobs.cache import refresh
from credit_graph.jobs.explain import explain
from credit_graph.jobs.grade import grade
from credit_graph.jobs.withheld import Viewer
from credit_graph.model.statement import Statement
from credit_graph.model.time import Point
from credit_graph.store import Store
from handmade import City
from viewers import INSIDE

TODAY = date(2026, 11, 23)
A = "91330200AAAAAAAAAA"
SHARED = """sharing: {type: conditional, to: [税务局], for: 联合监管, until: 2026-12-31}
"""


@pytest.fixture
def said(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[tuple[Store, Point, dict[str, Statement]]]:
    """甲 with three penalties: one that the tax office may see, one that only the bureau may, one repaired since."""
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", TODAY.isoformat())
    folder = tmp_path / "loaders" / "penalty_shared"
    shutil.copytree(resources.root("loaders") / "penalty_published", folder)
    text = (folder / "loader.yml").read_text(encoding="utf-8")
    text = text.replace("source: penalty_published", "source: penalty_shared") + SHARED
    (folder / "loader.yml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("CREDIT_GRAPH_LOADERS", str(folder.parent))
    settings_module.settings.cache_clear()
    city = City(store)
    city.firm(A, "甲有限公司")
    cases = {}
    for source, key in (("penalty_shared", "1"), ("penalty_published", "2"), ("penalty_shared", "3")):
        day: dict[str, Any] = {"start": date(2026, 1, 2), "decided_on": date(2026, 1, 2)}
        cases[key] = city.say("Case", A, key, source=source, violation=f"违法{key}", **day)
    point = Point(city.commit(), TODAY, TODAY)
    grade(store, point)
    city.hold(cases["3"], start=date(2026, 5, 1))
    city.commit()
    refresh(store)
    yield store, point, cases
    settings_module.settings.cache_clear()


def told(store: Store, point: Point, viewer: Viewer) -> dict[str, tuple[str | None, str]]:
    found = explain(store, A, point, viewer).as_json()
    line = next(line for line in found["evidence"] if line["indicator"] == "penalties")
    return {record["sid"]: (record["withheld"], record["text"]) for record in line["records"]}


def test_each_reader_sees_what_he_may(said: tuple[Store, Point, dict[str, Statement]]) -> None:
    store, point, cases = said
    one, two, three = (cases[key].sid for key in "123")
    repaired = ("use", "该记录已停用（修复、撤销、到期或来源删除），不再显示")
    assert told(store, point, INSIDE) == {
        one: (None, "2026-01-02 行政处罚：违法1"),
        two: (None, "2026-01-02 行政处罚：违法2"),
        three: repaired,
    }
    closed = ("sharing", "来源部门未授权，不予显示")
    rights = frozenset({"level", "evidence", "records"})
    tax = told(store, point, Viewer(rights, ("税务局",)))
    assert tax == {one: (None, "2026-01-02 行政处罚：违法1"), two: closed, three: repaired}
    assert told(store, point, Viewer(rights, ("城管局",)))[one] == closed
    later = Point(point.seq, point.valid, date(2027, 1, 1))
    assert told(store, later, Viewer(rights, ("税务局",)))[one] == closed
    role = ("role", "该角色无权查看记录，不予显示")
    assert told(store, point, Viewer(frozenset({"level", "evidence"}))) == {one: role, two: role, three: repaired}


def test_a_department_is_told_that_score_and_evidence_are_withheld(
    said: tuple[Store, Point, dict[str, Statement]],
) -> None:
    done = invoke("--role", "department", "explain", A, "--json")
    found = json.loads(done.stdout)
    assert (found["level"], found["score"], found["direct_rule"], found["evidence"]) == ("A", None, None, [])
    assert "不予显示" in done.stderr
    printed = invoke("--role", "department", "explain", A).stdout
    assert "得分与依据：该角色无权查看，不予显示。" in printed.splitlines()
    assert "违法" not in printed
    with pytest.raises(AccessError):
        invoke("--role", "public", "explain", A)
