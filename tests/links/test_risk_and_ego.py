"""``risk`` and ``ego`` on a graph made by hand: who is a source, what adds up, and what other programs read back."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import networkx as nx
import pytest

from commandline import invoke
from credit_graph.errors import StateError
from credit_graph.links import compute
from credit_graph.links.neighbourhood import whole
from credit_graph.links.policy import link_policy
from credit_graph.links.risk_data import arrived, sources
from credit_graph.links.risk_policy import RiskRules, risk_policy
from credit_graph.model.time import Point
from credit_graph.projection import project
from credit_graph.store import Store
from facts import D
from handmade import City, Said, projection_of

TODAY = D("2026-11-23")
RULES: RiskRules = risk_policy().on(TODAY)
A, B, C, E = (f"91330200{letter * 10}" for letter in "ABCE")
PHONE = "13800000001"


def planted(said: Said) -> dict[str, str]:
    """A holds 60 % of B; B's representative is that of C; C and E share a phone. A and E are sources."""
    sids = {}
    for code, name in ((A, "甲有限公司"), (B, "乙有限公司"), (C, "丙有限公司"), (E, "戊有限公司")):
        phone: dict[str, Any] = {"phone": PHONE} if code in (C, E) else {}
        sids[name[0]] = said.firm(code, name, **phone).sid
    sids["held"] = said.say("Contribution", B, "b", holder_name="甲有限公司", holder_code=A, subscribed=60_000_000).sid
    for firm in (B, C):
        office: dict[str, Any] = {"person_name": "王测试", "office": "legal_representative"}
        sids[f"boss{firm}"] = said.say("Office", firm, f"o{firm}", pid="k1", **office).sid
    sids["serious"] = said.say("SeriousListing", A, "s", start=D("2025-01-01"), listed_on=D("2025-01-01")).sid
    sids["abnormal"] = said.say("AbnormalListing", E, "e", start=D("2025-07-01"), listed_on=D("2025-07-01")).sid
    return sids


def test_who_is_a_source() -> None:
    said = Said()
    a = said.firm(A, "甲", state="吊销，未注销")
    listed = said.say("SeriousListing", A, "1", start=D("2025-01-01"))
    also = said.say("SeriousListing", A, "2", start=D("2026-01-01"))
    said.say("SeriousListing", B, "3", start=D("2020-01-01"), end=D("2023-01-01"))
    old, new, tax = (
        said.say("Case", C, "4", start=D("2024-11-23"), decided_on=D("2024-11-23")),
        said.say("Case", C, "5", start=D("2024-11-24"), decided_on=D("2024-11-24")),
        said.say("Measure", E, "6", measure_kind="重大税收违法"),
    )
    assert a.sid and old.sid
    told = sources(projection_of(said.statements, TODAY), RULES)
    assert {(eid, *row) for eid, *row in told[["strength", "source", "sids"]].itertuples(name=None)} == {
        (A, 1.0, "serious", tuple(sorted((listed.sid, also.sid)))),
        (C, 0.3, "penalty", (new.sid,)),
        (E, 0.8, "measure", (tax.sid,)),
    }
    assert len(sources(projection_of([], TODAY), RULES)) == 0


def run(*arguments: str) -> str:
    done = invoke(*arguments)
    assert done.exit_code == 0, done.output
    return done.output


def test_risk_and_neighbourhoods(store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", str(TODAY))
    city = City(store)
    sids = planted(city)
    seq = city.commit()
    _risk(sids)
    _ego(sids, tmp_path)
    _from_python(store, seq)


def _risk(sids: dict[str, str]) -> None:
    answer: dict[str, Any] = json.loads(run("risk", "丙有限公司", "--json"))
    # 1 by A: holds, office back from B to the person, office to C; 0.3 by E: phone and back; decay 0.8 each hop
    by_a, by_e = 0.6 * 0.5 * 0.5 * 0.8**3, 0.3 * 0.4 * 0.4 * 0.8**2
    first, second = answer["sources"]
    assert (first["source"], first["why"], first["records"]) == (A, "serious", [sids["serious"]])
    assert (second["source"], second["why"], second["records"]) == (E, "abnormal", [sids["abnormal"]])
    assert [first["value"], second["value"]] == pytest.approx([by_a, by_e])
    assert [first["part"], second["part"]] == pytest.approx([by_a - by_e / 2, by_e / 2])
    assert answer["value"] == pytest.approx(by_a) == pytest.approx(first["part"] + second["part"])
    assert [(hop["kind"], hop["sids"]) for hop in first["path"]] == [
        ("holds", [sids["held"]]),
        ("office", [sids[f"boss{B}"]]),
        ("office", [sids[f"boss{C}"]]),
    ]
    assert (answer["own"], answer["notice"]) == (0.0, "线索，不作为列入名单或公示的依据")
    assert "k1" not in json.dumps(answer)
    own: dict[str, Any] = json.loads(run("risk", A, "--json"))
    # from E five hops away less than the floor arrives
    assert (own["own"], own["sources"], own["value"]) == (1.0, [], 0)
    ranked: dict[str, Any] = json.loads(run("risk", C, "--method", "ppr", "--json"))
    assert sum(row["part"] for row in ranked["sources"]) == pytest.approx(ranked["value"])
    assert sum(row["part"] for row in ranked["by_last"]) == pytest.approx(ranked["value"])
    assert {row["source"] for row in ranked["sources"]} == {A, E}
    assert "合计 0.076800" in run("risk", C)


def _ego(sids: dict[str, str], folder: Path) -> None:
    text = run("ego", B, "--hops", "1", "--out", str(folder / "b.graphml"))
    assert "3 个节点，2 条关系" in text
    graph = nx.read_graphml(folder / "b.graphml")
    person = next(node for node in graph if node.startswith("person:"))
    assert {name: (data["kind"], data["label"]) for name, data in graph.nodes(data=True)} == {
        A: ("enterprise", "甲有限公司"),
        B: ("enterprise", "乙有限公司"),
        person: ("person", "王测试"),
    }
    assert {(a, b, data["kind"], data["records"]) for a, b, data in graph.edges(data=True)} == {
        (A, B, "holds", sids["held"]),
        (person, B, "office", sids[f"boss{B}"]),
    }
    assert graph.graph["notice"] == "线索，不作为列入名单或公示的依据"
    with pytest.raises(StateError) as caught:
        run("ego", B, "--out", str(folder / "b.graphml"))
    assert caught.value.code == "state.exists"
    run("ego", person, "--hops", "2", "--format", "gexf", "--out", str(folder / "p.gexf"))
    read = nx.read_gexf(folder / "p.gexf")
    assert set(read) == {A, B, C, person, PHONE}
    assert ElementTree.parse(folder / "p.gexf").getroot()[0][-1].text == "线索，不作为列入名单或公示的依据"
    cut = json.loads(run("ego", C, "--hops", "8", "--limit", "2", "--format", "json"))
    assert (cut["graph"]["truncated"], len(cut["nodes"])) == (True, 2)
    everything = nx.read_graphml(io.BytesIO(run("ego", C, "--hops", "8").encode()))
    assert (everything.number_of_nodes(), everything.number_of_edges()) == (6, 5)
    assert "k1" not in (folder / "b.graphml").read_text("utf-8")


def _from_python(store: Store, seq: int) -> None:
    projection = project(store, Point(seq, TODAY, TODAY))
    found = compute.links(projection, link_policy())
    graph = whole(projection, found)
    assert isinstance(graph, nx.Graph)
    assert nx.shortest_path_length(graph.to_undirected(), A, E) == 5
    lonely = arrived(projection, found, RULES, "91330200ZZZZZZZZZZ")
    assert (lonely.value, lonely.sources, lonely.own) == (0.0, [], 0.0)
