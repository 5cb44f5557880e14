"""``credit-graph release`` as typed: output, exit status, one line per error."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from commandline import CommandLine
from credit_graph.store import Store
from facts import D, commit, fact


def run(env: dict[str, str], *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "credit_graph.cli", *map(str, arguments)]
    env = env | {"CREDIT_GRAPH_TODAY": "2026-11-23"}
    return subprocess.run(command, env=env, check=False, capture_output=True, text=True)


@pytest.fixture
def command(store: Store, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> CommandLine:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")
    return CommandLine(monkeypatch, capfd)


def test_build_and_show(store: Store, env: dict[str, str], command: CommandLine, tmp_path: Path) -> None:
    listing = fact(
        "SeriousListing",
        "k1",
        "91330206MA00000001",
        start=D("2025-03-01"),
        listing_id="ILL0001",
        credit_code="91330206MA00000001",
        name="宁波某某食品有限公司",
        listed_on=D("2025-03-01"),
        reason="组织虚假交易",
        listed_by="宁波市北仑区市场监督管理局",
    )
    commit(store, 1, [listing])
    out = tmp_path / "out"
    asked = ("release", "build", "serious_violation", "--period")
    build = (*asked, "2026Q4", "--valid", "2026-11-23", "--out", out)
    first = run(env, *build, "--json")
    assert first.returncode == 0, first.stderr
    built = json.loads(first.stdout)
    assert (built["counts"], built["unchanged"], built["seq"], built["release"], built["notice_number"]) == (
        *({"entries": 1, "refused": 0, "removed": 0, "held": 0}, False, 1),
        *("2026Q4", "庆市监公〔2026〕1号"),
    )
    assert json.loads(command.run(*map(str, build), "--json")[0])["unchanged"] is True
    assert "测试数据，不得公开" in command.run("release", "show", str(out), "--rebuild")[0]
    (out / "refused.csv").write_text("x")
    for arguments, status, code in (
        (("release", "show", out), 3, "input.release_altered"),
        (("release", "show", tmp_path), 3, "input.not_a_release"),
        (build, 6, "state.release_exists"),
        ((*asked, "2026Q4", "--valid", "2026-11-24", "--out", out), 2, "usage.future"),
        ((*asked, "2027Q1", "--out", out), 2, "usage.future"),
        ((*asked, "2026Q3", "--valid", "2026-06-30", "--out", out), 2, "usage.bad_value"),
        ((*asked, "2026Q4", "--valid", "soon", "--out", out), 2, "usage.bad_value"),
        ((*asked, "2020Q1", "--out", out), 4, "policy.none_in_force"),
        (("release", "build", "blacklist", "--period", "2026Q3", "--out", out), 2, "usage.bad_value"),
    ):
        printed, told = command.run(*map(str, arguments), status=status)
        assert (told.split()[0], printed) == (code, "")
        assert len(told.strip().splitlines()) == 1


def test_an_empty_graph(command: CommandLine, tmp_path: Path) -> None:
    _, told = command.run(
        "release", "build", "serious_violation", "--period", "2026Q3", "--out", str(tmp_path / "out"), status=6
    )
    assert told.split()[0] == "state.no_data"
