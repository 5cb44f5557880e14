"""Links are leads (线索): no listing or release reads one, shows one, or changes with one."""

from __future__ import annotations

import ast
import re
import secrets
from pathlib import Path
from typing import Any

import pytest

from credit_graph import jobs
from credit_graph.jobs.link import link
from credit_graph.lists.policy import list_names, list_policy
from credit_graph.model.time import Point
from credit_graph.resources import root
from credit_graph.store import Store
from credit_graph.store.catalogue import names, statement
from facts import D
from handmade import City
from holdingcharts import say
from releases import build

TODAY = D("2026-11-23")
SOURCES = Path(jobs.__file__).parents[1]
JOBS = ("listing", "release_draft", "release_show", "release_store")
READERS = sorted([*(SOURCES / "lists").rglob("*.py"), SOURCES / "server" / "lists.py"])
READERS += [SOURCES / "jobs" / f"{name}.py" for name in JOBS]
# what a link run writes, and the rooms that find leads
DERIVED = re.compile(r"\b(HOLDS|CONTROLS|MEMBER_OF|SAME_AS|CAME_FROM|Group|REBORN_AS|IN_SERIES|Series)\b")
LEADS = ("credit_graph.links", "credit_graph.jobs.link", "credit_graph.jobs.evaluate", "credit_graph.evaluation")


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def closure(paths: list[Path]) -> dict[Path, set[str]]:
    """The files and whatever of the rooms of lists they import: what each imports."""
    found: dict[Path, set[str]] = {}
    waiting = list(paths)
    while waiting:
        path = waiting.pop()
        if path not in found:
            found[path] = imported(path)
            parts = [name.rsplit(".", 1)[0] for name in found[path]]
            waiting += [
                SOURCES.joinpath(*part.split(".")[1:]).with_suffix(".py")
                for part in {*parts, *found[path]}
                if part.startswith("credit_graph.lists.")
                and SOURCES.joinpath(*part.split(".")[1:]).with_suffix(".py").exists()
            ]
    return found


def test_no_module_of_lists_imports_what_finds_leads() -> None:
    seen = closure(READERS)
    assert len(seen) >= 6
    wrong = {path.name: [name for name in names_ if name.startswith(LEADS)] for path, names_ in seen.items()}
    assert {name: found for name, found in wrong.items() if found} == {}


def test_no_statement_that_lists_read_names_a_derived_relationship() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in READERS)
    used = {name for name in names() if f'"{name}"' in text}
    assert {"read/release_records", "read/release_holds", "read/release_versions"} <= used
    assert [name for name in used if DERIVED.search(statement(name).text)] == []


def test_no_policy_of_a_list_names_a_lead() -> None:
    assert list_names()
    for folder in ("lists", "bases"):
        for path in (root("policies") / folder).rglob("*.yml"):
            assert not DERIVED.search(path.read_text(encoding="utf-8")), path.name
    fields = {field for name in list_names() for row in list_policy(name).rows for field in type(row).model_fields}
    assert fields.isdisjoint({"controller", "group", "owners", "reborn", "series", "risk", "path", "links"})


def built(store: Store, point: Point, out: Path) -> dict[str, bytes]:
    """Every file of a release, by name."""
    build(store, "serious_violation", point, out)
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


@pytest.fixture
def _today(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", TODAY.isoformat())
    monkeypatch.setattr(secrets, "token_hex", lambda size: "ab" * size)  # salts are drawn


def test_a_release_is_the_same_to_the_byte_before_and_after_a_link_run(
    store: Store, _today: None, tmp_path: Path
) -> None:
    city = City(store)
    say(city, {"P>A": 60, "A>B": 60, "B>C": 51, "C>D": 51, "D>C": 49})
    listed: dict[str, Any] = {
        "listing_id": "ILL0001",
        "credit_code": "91330200BBBBBBBBBB",
        "name": "B测试有限公司",
        "listed_on": D("2025-03-01"),
        "reason": "拒不配合监督检查",
        "listed_by": "宁波市北仑区市场监督管理局",
    }
    city.say("SeriousListing", "91330200BBBBBBBBBB", "k1", start=D("2025-03-01"), **listed)
    point = Point(city.commit(), TODAY, TODAY)
    before = built(store, point, tmp_path / "before")
    counts = link(store, point).counts
    assert (counts["controlled"], counts["groups"]) == (4, 2)  # there is something that could leak
    after = built(store, point, tmp_path / "after")
    assert before == after
    text = b"\n".join(before.values()).decode("utf-8", "replace")
    assert "B测试有限公司" in text
    for other in ("A测试有限公司", "C测试有限公司", "D测试有限公司", "王P", "k-P", *("CONTROLS", "MEMBER_OF", "HOLDS")):
        assert other not in text
