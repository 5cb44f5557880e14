"""Close links as the command tells them: by both definitions, with the holdings that add up."""

from __future__ import annotations

import json
from typing import Any

import pytest

from commandline import invoke
from credit_graph.links import close_links
from credit_graph.links.close_card import close_card
from credit_graph.store import Store
from handmade import City
from holdingcharts import TODAY, charted, code, entity, say

X, Y, S = "A", "B", "C"
# 8 % + 12 % through a 51 % subsidiary; 50 % of 60 %
CHART = {"A>B": 8, "A>C": 51, "C>B": 12, "P>D": 50, "D>E": 60}


def links(part: dict[str, Any]) -> set[tuple[str, str, str | None, str | None]]:
    return {(row["other"], row["why"], row["share"], row["third"]) for row in part["links"]}


def added(rows: list[dict[str, Any]]) -> set[tuple[str, str, int, tuple[str, ...]]]:
    return {(row["holder"], row["company"], row["share_ppm"], tuple(row["sids"])) for row in rows}


def test_the_two_definitions_disagree_both_ways() -> None:
    chart, sids = charted(CHART)
    found = close_card(chart, code("A"))
    assert found["ecb"]["rule"] == "ECB, T2S data model, T2S.16.690"
    assert links(found["ecb"]) == {(code("B"), "owns", "1/5", None), (code("C"), "owns", "51/100", None)}
    assert links(found["products"]) == {(code("C"), "owns", "51/100", None)}
    to_b = next(row for row in found["ecb"]["links"] if row["other"] == code("B"))
    assert added(to_b["holdings"]) == {
        (code("A"), code("B"), 80_000, (sids["A>B"],)),
        (code("C"), code("B"), 120_000, (sids["C>B"],)),
    }
    assert added(to_b["through"]) == {(code("A"), code("C"), 510_000, (sids["A>C"],))}
    person = close_card(chart, entity("P"))
    assert links(person["ecb"]) == {(code("D"), "owns", "1/2", None)}
    assert links(person["products"]) == {(code("D"), "owns", "1/2", None), (code("E"), "owns", "3/10", None)}
    to_e = next(row for row in person["products"]["links"] if row["other"] == code("E"))
    assert [(path["share"], added(path["steps"])) for path in to_e["paths"]] == [
        ("3/10", {(entity("P"), code("D"), 500_000, (sids["P>D"],)), (code("D"), code("E"), 600_000, (sids["D>E"],))})
    ]
    assert links(close_card(chart, code("E"))["products"]) == {
        (code("D"), "owned", "3/5", None), (entity("P"), "owned", "3/10", None)
    }  # fmt: skip


def test_a_third_party_and_its_majorities() -> None:
    chart, sids = charted({"P>A": 60, "A>B": 30, "P>B": 21, "P>C": 51})
    third = [row for row in close_card(chart, code("B"))["ecb"]["links"] if row["why"] == "third"]
    assert {(row["other"], row["third"]) for row in third} == {(code("A"), entity("P")), (code("C"), entity("P"))}
    with_c = next(row for row in third if row["other"] == code("C"))
    assert added(with_c["holdings"]) == {
        (code("A"), code("B"), 300_000, (sids["A>B"],)),
        (entity("P"), code("B"), 210_000, (sids["P>B"],)),
        (entity("P"), code("C"), 510_000, (sids["P>C"],)),
    }
    assert added(with_c["through"]) == {(entity("P"), code("A"), 600_000, (sids["P>A"],))}
    # the same holding is told once, though it makes the majority of both
    with_a = next(row for row in third if row["other"] == code("A"))
    assert len(with_a["holdings"]) == 3
    assert with_a["through"] == []


def test_nothing_and_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    chart, _ = charted(CHART)
    assert close_card(chart, "nobody")["ecb"]["links"] == []
    few = close_card(chart, code("A"), limit=1)["ecb"]
    assert (len(few["links"]), few["total"]) == (1, 2)
    monkeypatch.setattr(close_links, "MAX_PATHS", 1)
    cut = close_card(chart, code("A"))
    assert (cut["products"]["complete"], cut["products"]["total"], cut["ecb"]["total"]) == (False, None, 2)


def run(*arguments: str) -> str:
    done = invoke(*arguments)
    assert done.exit_code == 0, done.output
    return done.output


def test_the_command(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", str(TODAY))
    city = City(store)
    sids = say(city, CHART)
    city.commit()
    answer = json.loads(run("close-links", code("E"), "--json"))
    assert answer["notice"] == "线索，不作为列入名单或公示的依据"
    owned = {row["other_name"]: row["share"] for row in answer["products"]["links"]}
    assert owned == {"D测试有限公司": "3/5", "王P": "3/10"}
    assert "k-P" not in json.dumps(answer)
    text = run("close-links", code("A"))
    assert "欧洲央行" in text
    assert "其中：A测试有限公司 → C测试有限公司 51.00%" in text
    assert sids["C>B"] in text
