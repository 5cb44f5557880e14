"""Questions that have no answer: every command says so in one line, with the exit status of its error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from commandline import CommandLine
from credit_graph.jobs.cache import refresh
from credit_graph.links.lookup import shown_id
from credit_graph.links.path import Network, edge_frame, mesh
from credit_graph.projection import cache
from credit_graph.store import Store
from credit_graph.store.secret import load_or_create
from handmade import City
from holdingcharts import TODAY, code, say

NOBODY = "91330200ZZZZZZZZZZ"
FIRMS_ONLY = ("owners", "holders", "reborn")
OF_ONE = ("control", "owners", "group", "reborn", "series", "ego", "risk", "holders", "close-links")
A, P = code("A"), shown_id("k-P")


@pytest.fixture
def line(store: Store, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[CommandLine]:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", TODAY.isoformat())
    monkeypatch.setattr(cache, "SMALLEST", 0)  # kept, so that only the first command works the links out
    load_or_create(store.settings, store)
    city = City(store)
    say(city, {"P>A": 60, "A>B": 51})
    city.commit()
    refresh(store)
    yield CommandLine(monkeypatch, capfd)
    store.clear()


def refused(line: CommandLine, *arguments: str, status: int = 2) -> str:
    """The code of the one line that is told."""
    out, told = line.run(*arguments, status=status)
    assert (out, len(told.strip().splitlines())) == ("", 1), arguments
    return told.split()[0]


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_a_question_without_an_answer_is_one_line(line: CommandLine) -> None:
    for command in OF_ONE:
        assert refused(line, command, NOBODY) == "usage.unknown_entity", command
        assert refused(line, command, A, "--valid", "2026-13-45") == "usage.bad_value", command
        assert refused(line, command, A, "--valid", "") == "usage.bad_value", command
        assert refused(line, command, A, "--known", "0") == "usage.before_data", command
    for command in FIRMS_ONLY:
        assert refused(line, command, P) == "usage.not_a_firm", command
    assert refused(line, "control", A, "--known", "9" * 30) == "usage.known_beyond"
    assert refused(line, "control", A, "--known", "²") == "usage.bad_value"
    assert refused(line, "control", A, "--known", "1999-01-01") == "usage.before_data"
    assert refused(line, "control", "person:none") == "usage.unknown_entity"
    assert refused(line, "control", A, "--together", f"{P},{NOBODY}") == "usage.unknown_entity"
    _paths_and_decisions(line)


def _paths_and_decisions(line: CommandLine) -> None:
    assert refused(line, "path", A, NOBODY) == "usage.unknown_entity"
    assert refused(line, "path", A, P, "--known", "0") == "usage.before_data"
    same: dict[str, Any] = json.loads(line.run("path", A, A, "--json")[0])
    assert (same["found"], same["path"], same["blocked_by"]) == (True, [], [])
    for arguments in ((), (A,), (P,)):
        nothing: dict[str, Any] = json.loads(line.run("series", *arguments, "--json")[0])
        assert (nothing["total"], nothing["series"]) == (0, []), arguments
    assert refused(line, "rings", "--valid", "soon") == "usage.bad_value"
    why = ("--why", "核实", "--by", "张一")
    assert refused(line, "agreement", "add", "concert", A, NOBODY, *why) == "usage.unknown_entity"
    assert refused(line, "agreement", "add", "agreement", P, "--company", P, *why) == "usage.unknown_entity"
    assert refused(line, "agreement", "add", "agreement", P, "--company", A, "--from", "", *why) == "usage.bad_value"
    assert refused(line, "person", "join", P, "person:none", *why) == "usage.unknown_entity"


def test_an_entity_with_200_000_links() -> None:
    count = 200_000
    firms = pd.Series([f"f{number}" for number in range(count)])
    told = pd.DataFrame({"a": firms, "b": "hub", "label": "", "sids": [(f"s{number}",) for number in range(count)]})
    network = Network(mesh(edge_frame({"phone": told}), {"hub"}))
    assert network.explain("f0", "f199999").blocked == ("hub",)
    assert [hop.end for hop in network.explain("f0", "hub").hops] == ["hub"]
    nodes, edges, truncated = network.ego("hub", 2, 100)
    assert (len(nodes), len(edges), truncated) == (100, 99, True)
    assert np.count_nonzero(network.closed) == 1
