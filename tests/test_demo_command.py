"""``credit-graph demo`` as a user runs it: a summary in Chinese, a second run that changes nothing, no Java left."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from credit_graph.jobs.release_store import read_folder
from credit_graph.lists.editions.verify import verify_files
from credit_graph.settings import Settings
from credit_graph.store import Store, embedded
from credit_graph.store.snapshot import snapshot
from processes import none_left

DEMO = [sys.executable, "-m", "credit_graph.cli", "demo"]


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment as on a fresh machine: nothing set but an empty home."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CREDIT_GRAPH_")}
    return kept | {"CREDIT_GRAPH_HOME": str(tmp_path / "home")}


def _graph(home: dict[str, str]) -> tuple[frozenset[Any], frozenset[Any]]:
    settings = Settings(home=Path(home["CREDIT_GRAPH_HOME"]))
    with Store.open(settings) as store:
        found = snapshot(store)
    embedded.stop_if_unused(settings)
    return found


def _bytes(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_demo_twice(home: dict[str, str]) -> None:
    first = subprocess.run(DEMO, env=home, capture_output=True, text=True, check=True)
    assert re.search(r"载入 │ 47 个文件，43564 行，隔离 2 行，疑点 2 处", first.stdout)
    assert re.search(r"预警 │ 新预警 \d+ 户，再次预警 0 户", first.stdout)
    assert re.search(r"名单 │ .*（发布时/今日公示）：2026Q1 12/8，2026Q2 14/10，2026Q3 10/10；网页", first.stdout)
    assert " control 91621002MA7000034B" in first.stdout
    assert none_left(Path(home["CREDIT_GRAPH_HOME"]), seconds=5)
    releases = Path(home["CREDIT_GRAPH_HOME"]) / "releases"
    for edition in releases.glob("*/serious_violation/2026Q*"):
        verify_files(read_folder(edition))
    site = Path(home["CREDIT_GRAPH_HOME"]) / "demo" / "site"
    assert "测试数据，不得公开" in (site / "index.html").read_text(encoding="utf-8")
    before, published = _graph(home), _bytes(releases) | _bytes(site)
    second = subprocess.run(DEMO, env=home, capture_output=True, text=True, check=True)
    assert "文件均已载入，无变化" in second.stdout
    assert _graph(home) == before
    assert _bytes(releases) | _bytes(site) == published


def test_demo_leaves_other_data_alone(home: dict[str, str], tmp_path: Path) -> None:
    from city import REGISTRATION, registration, write

    path = write(tmp_path / "a.csv", REGISTRATION, [registration(1)])
    load = [sys.executable, "-m", "credit_graph.cli", "load", str(path)]
    subprocess.run(load, env=home, check=True, capture_output=True)
    refused = subprocess.run(DEMO, env=home, capture_output=True, text=True, check=False)
    assert refused.returncode == 6
    assert "state.other_data" in refused.stderr
