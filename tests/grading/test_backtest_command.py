"""``credit-graph backtest`` as it is typed: known or reconstructed, the page, bad input, a leak."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from backtestcity import AT, EARLIER, RULES, UNTIL, Planted, code, planted
from typer.testing import Result

from commandline import invoke
from credit_graph.commands.svg import Chart, marks
from credit_graph.errors import CreditGraphError
from credit_graph.grading.backtest.rules import BacktestPolicy
from credit_graph.jobs import backtest as job
from credit_graph.jobs.frozen import Archive, Past
from credit_graph.store import Store
from handmade import City

LATER = "later_records"
DAY = ("backtest", "--at", f"{AT}")
pytestmark = pytest.mark.parametrize("engine", ["embedded"], indirect=True)


@pytest.fixture
def city() -> Planted:
    return planted(groups=30)


@pytest.fixture
def graph(store: Store, city: Planted, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """What was known at the day in one batch, what came after in another."""
    for day, first, last in ((AT, None, AT), (UNTIL, AT, UNTIL)):
        monkeypatch.setenv("CREDIT_GRAPH_TODAY", f"{day}")
        part = City(store)
        said = [s for s in city.said.statements if (first is None or s.valid_from > first) and s.valid_from <= last]
        part.statements = [s.again(known_from=part.seq, batch=part.seq) for s in said]
        part.commit()
    few = RULES.model_copy(update={"bootstrap": 100, "permutations": 20, "rewirings": 1})
    monkeypatch.setattr(job, "backtest_policy", lambda: BacktestPolicy(backtest=(few,)))
    yield store


def typed(*words: str, status: int = 0) -> Result:
    result = invoke(*DAY, *words, catch=True)
    assert result.exit_code == status, result.output
    return result


def as_json(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(typed(*words, "--json").stdout)
    return found


def refused(*words: str) -> str:
    result = invoke("backtest", *words, catch=True)
    assert isinstance(result.exception, CreditGraphError), result.output
    return result.exception.code


def test_the_command(graph: Store, city: Planted, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    found = as_json("--out", str(page))
    assert set(found["arms"]) == {"policy", "own_history", "rewired", "permuted"}
    for arm in found["arms"].values():
        assert {"auc", "ks", "lift_5", "levels"} <= arm.keys()
        assert sum(level["looked_at"] for level in arm["levels"]) == 90
    assert (found["at"], found["until"], found["known"], found["reconstructed"]) == (f"{AT}", f"{UNTIL}", 1, False)
    expected = {s.eid for s in city.said.statements if s.kind == "Inspection" and s.valid_from > AT}
    assert (found["looked_at"], found["firms"], found["groups"]) == (90, len(expected), 30)
    assert found["over_own_history"]["value"] == pytest.approx(
        found["arms"]["policy"]["auc"] - found["arms"]["own_history"]["auc"], abs=2e-6
    )
    assert found["leaks"] == []
    assert code(0) not in json.dumps(found)
    looks_right(page.read_text("utf-8"), found)
    assert refused(*DAY[1:], "--out", str(page)) == "state.exists"

    everybody = as_json("--sample", "all", "--horizon", "1y")
    assert (everybody["looked_at"], everybody["groups"]) == (90, 30)

    # had all of it been loaded afterwards, the sources' days would tell the same
    graph.clear()
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", f"{UNTIL}")
    whole = City(graph)
    whole.statements = [s for s in city.said.statements if s.valid_from <= UNTIL]
    whole.commit()
    again = as_json()
    told = {"known": None, "reconstructed": True, "left_out": dict.fromkeys(again["left_out"], 0)}
    assert again == {**found, **told}
    printed = typed("--sample", "random").stdout
    arm = [s for s in city.said.statements if s.kind == "Inspection" and s.valid_from > AT and s.content["random_arm"]]
    assert "重建" in printed and re.search(rf"(?<!\d){len(arm)} 次", printed)

    # a day that is frozen too late is found out
    monkeypatch.setattr(Archive, "on", lambda archive, day: Past(archive.today(), None, {}))
    leaks = json.loads(typed("--json", status=1).stdout)["leaks"]
    late = {s.eid for s in city.said.statements if s.kind == "Case" and s.valid_from > AT}
    assert ("penalties", len(late)) in {(leak["what"], leak["value"]) for leak in leaks if leak["test"] == LATER}


def test_bad_input(graph: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert refused("--at", "yesterday") == "usage.bad_value"
    assert refused("--at", "2025-02-30") == "usage.bad_value"
    for horizon in ("12", "0m", "m", "-3m", "1000d", "12M"):
        assert refused(*DAY[1:], "--horizon", horizon) == "usage.bad_value", horizon
    assert refused("--at", "9999-12-31", "--horizon", "1d") == "usage.bad_value"
    assert refused(*DAY[1:], "--sample", "some") == "usage.bad_value"
    assert refused("--at", f"{EARLIER}", "--horizon", "3y") == "usage.horizon_open"
    assert refused("--at", "2023-01-01") == "usage.before_records"
    assert refused("--at", "1949-10-01") == "policy.none_in_force"
    assert refused(*DAY[1:], "--policy", "none") == "policy.none_in_force"
    assert refused(*DAY[1:], "--horizon", "40d") == "state.too_few_found"
    assert refused(*DAY[1:], "--out", str(tmp_path / "no" / "page.html")) == "input.not_found"
    graph.clear()
    assert refused(*DAY[1:]) == "state.no_data"


class _Page(HTMLParser):
    """Every element of a page, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.links: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"src", "href", "xlink:href", "data"}]
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def looks_right(text: str, found: dict[str, Any]) -> None:
    """It opens without a network, runs nothing, and shows the figures that the command prints."""
    page = _Page()
    page.feed(text)
    assert page.open == []
    assert page.links == [] and not {"script", "link", "img", "iframe"} & {*page.tags}
    assert "http" not in text and "url(" not in text and "@import" not in text
    assert page.tags.count("svg") == 4
    # on a narrow screen a table scrolls in its box, and no chart asks for more than there is
    assert page.tags.count("table") == text.count('<div class="wide"><table>') == 1
    assert ".wide { overflow-x: auto; }" in text and "minmax(min(24rem, 100%), 1fr)" in text
    for arm in found["arms"].values():
        assert f"{arm['auc']:.4f}" in page.words
        for level in arm["levels"]:
            assert not level["looked_at"] or f"{level['found']}/{level['looked_at']}" in page.words
    assert "内部监管参考，非信用评价，不得公开" in page.words
    for start in [place for place in range(len(text)) if text.startswith("<svg", place)]:
        drawing = ET.fromstring(text[start : text.index("</svg>", start) + 6])
        assert drawing.get("aria-label")
        inside(drawing)
    dots = text.count('class="dot rewired"'), text.count('class="dot permuted"')
    assert dots == (len(found["draws"]["rewired"]), len(found["draws"]["permuted"]))


def inside(drawing: ET.Element) -> None:
    """Nothing is drawn outside the picture."""
    _, _, width, height = map(float, drawing.get("viewBox", "").split())
    for item in drawing.iter():
        for name, most in (("x", width), ("x1", width), ("x2", width), ("cx", width)):
            assert 0 <= float(item.get(name, 0)) <= most
        for name in ("y", "y1", "y2", "cy"):
            assert 0 <= float(item.get(name, 0)) <= height
        for point in item.get("points", "").split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= width and 0 <= y <= height


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0, 1, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (0.48, 0.77, ["0.50", "0.55", "0.60", "0.65", "0.70", "0.75"]),
        (0.6, 0.61, ["0.600", "0.602", "0.604", "0.606", "0.608", "0.610"]),
    ],
)
def test_marks_are_round(engine: str, low: float, high: float, words: list[str]) -> None:
    assert [word for _, word in marks(low, high)] == words


def test_a_chart_escapes_what_it_is_told(engine: str) -> None:
    chart = Chart("<&>", (0, 1), (0, 1))
    chart.dot(0.5, 0.5, "policy", "a<b")
    drawing = ET.fromstring(chart.render())
    assert (drawing.get("aria-label"), drawing[0][0].text) == ("<&>", "a<b")
