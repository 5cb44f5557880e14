"""``credit-graph hold add | lift | list``: what they place and lift, and what they refuse."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import city
from commandline import invoke
from credit_graph.errors import CreditGraphError
from credit_graph.jobs import batches
from credit_graph.jobs.load import LoadOptions, load
from credit_graph.model.statement import Statement
from credit_graph.store import Store
from credit_graph.store.snapshot import snapshot
from facts import D

TODAY = D("2026-11-23")
GIVEN = ("--reason", "repaired", "--basis", "信用修复决定书〔2026〕7号", "--by", "张一")
KEY = f"{city.credit_code(1)}|2025-01-02|通过登记的住所或者经营场所无法联系"


@pytest.fixture
def listed(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Two listings of the abnormal list; the second was removed and so put on hold by its source."""
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", str(TODAY))
    rows = [city.listing(1, "2025-01-02"), city.listing(2, "2024-01-02", "2025-06-01")]
    load(store, [city.write(tmp_path / "list.csv", city.LISTING, rows)], LoadOptions(as_of=D("2026-01-01")))
    yield store


def run(*arguments: str) -> str:
    done = invoke(*arguments)
    assert done.exit_code == 0, done.output
    return done.output


def refused(*arguments: str) -> tuple[str, str]:
    with pytest.raises(CreditGraphError) as caught:
        invoke(*arguments)
    return caught.value.code, str(caught.value)


def listed_holds(*options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("hold", "list", "--json", *options))
    return found


def records(store: Store) -> dict[str, Statement]:
    found = [Statement.from_properties(row["record"]) for row in store.read("read/records_opened", seq=1)]
    return {item.key: item for item in found if item.kind == "AbnormalListing"}


def test_a_hold_is_placed_shown_and_lifted(listed: Store) -> None:
    record = records(listed)[KEY]
    days = ("--from", "2026-03-01", "--to", "2027-03-01")
    run("hold", "add", record.sid, *GIVEN, "--channels", "public,internal", *days)
    (hold,) = [item for item in listed_holds() if item["placed_by"] == "bureau"]
    assert {name: hold[name] for name in ("source", "key", "event_day", "reason", "channels", "from", "to")} == {
        "source": "abnormal_listing",
        "key": KEY,
        "event_day": None,
        "reason": "repaired",
        "channels": "public,internal",
        "from": "2026-03-01",
        "to": "2027-03-01",
    }
    assert (hold["basis"], hold["by"], hold["in_force"], hold["lifted"]) == (GIVEN[3], "张一", True, None)
    seq = batches.last_seq(listed)
    run("hold", "lift", hold["id"], "--basis", "撤回〔2026〕8号", "--by", "李二")
    assert hold["id"] not in {item["id"] for item in listed_holds()}
    (gone,) = [item for item in listed_holds("--all") if item["id"] == hold["id"]]
    assert (gone["lifted"], gone["in_force"]) == (seq + 1, False)
    lifting = batches.find(listed, seq + 1).properties
    assert (lifting["actor"], lifting["basis"]) == ("李二", "撤回〔2026〕8号")
    assert refused("hold", "lift", hold["id"], "--basis", "再次")[0] == "state.not_held"
    run("hold", "add", "--source", "abnormal_listing", "--key", KEY, *GIVEN, "--event-day", "2025-01-02")
    (again,) = [item for item in listed_holds("--source", "abnormal_listing") if item["placed_by"] == "bureau"]
    assert (again["event_day"], again["from"], again["to"]) == ("2025-01-02", str(TODAY), None)
    assert again["channels"] == "public,departments,grading"


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_what_is_refused_writes_nothing(listed: Store) -> None:
    record = records(listed)[KEY]
    run("hold", "add", record.sid, *GIVEN)
    holds = {item["placed_by"]: item["id"] for item in listed_holds()}
    before = snapshot(listed)
    named = ("--source", "abnormal_listing", "--key", KEY)
    rest = GIVEN[2:]
    for arguments, code, said in (
        (("add", record.sid, *GIVEN), "state.held", holds["bureau"]),
        (("add", "0" * 32, *GIVEN), "usage.unknown_entity", "0" * 32),
        (("add", "--source", "abnormal_listing", "--key", "x", *GIVEN), "usage.unknown_entity", "x"),
        (("add", *GIVEN), "usage.bad_value", "--source"),
        (("add", record.sid, *named, *GIVEN), "usage.bad_value", "--source"),
        (("add", holds["bureau"], *GIVEN), "usage.bad_value", holds["bureau"]),
        (("add", *named, *rest, "--reason", "forgiven"), "usage.bad_value", "deleted_by_source"),
        (("add", *named, *rest), "usage.bad_value", "repaired"),
        (("add", *named, *GIVEN, "--channels", "public,press"), "usage.bad_value", "press"),
        (("add", *named, *GIVEN, "--channels", " "), "usage.bad_value", "departments"),
        (("add", *named, *GIVEN, "--from", "2026-03-01", "--to", "2026-03-01"), "usage.bad_value", "--to"),
        (("add", *named, *GIVEN, "--from", "1.3.2026"), "usage.bad_value", "1.3.2026"),
        (("add", *named, *GIVEN, "--event-day", "2025-01-03"), "usage.bad_value", "2025-01-02"),
        (("add", *named, "--reason", "repaired"), "usage.bad_value", "--basis"),
        (("lift", holds["abnormal_listing:use"], "--basis", "x"), "state.hold_of_source", "abnormal_listing"),
        (("lift", record.sid, "--basis", "x"), "usage.unknown_entity", record.sid),
        (("lift", holds["bureau"]), "usage.bad_value", "--basis"),
    ):
        found = refused("hold", *arguments)
        assert found[0] == code, arguments
        assert said in found[1], (arguments, found)
    assert snapshot(listed) == before


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_the_table_names_each_hold(listed: Store) -> None:
    run("hold", "add", records(listed)[KEY].sid, *GIVEN)
    shown = run("--lang", "en", "hold", "list").replace("\n", "")
    assert "Holds (2)" in shown
    shown = run("--lang", "zh", "hold", "list", "--limit", "1")
    assert "停用标记（共 2，显示前 1，--limit 可改）" in shown
    assert "张一" in shown.replace("\n", "") and "信用修复" in shown  # the bureau's own first, in words
