"""``credit-graph control``, ``owners`` and ``rings`` over a graph made by hand, on both engines."""

from __future__ import annotations

import json
from typing import Any

import pytest

from commandline import CommandLine
from credit_graph.jobs.link import link
from credit_graph.links.control_text import basis_text
from credit_graph.links.lookup import shown_id
from credit_graph.model.time import Point
from credit_graph.store import Store
from handmade import City
from holdingcharts import TODAY, code, say

HOLDS = {"P>A": 60, "Q>A": 40, "P>B": 70, "A>C": 30, "B>C": 25, "Q>C": 45, "C>D": 51, "R>D": 49, "E>F": 60, "F>E": 60}


@pytest.fixture
def line(store: Store, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> CommandLine:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", TODAY.isoformat())
    return CommandLine(monkeypatch, capfd)


def answer(line: CommandLine, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(line.run(*arguments, "--json")[0])
    return found


def test_control_owners_and_rings_of_a_graph(store: Store, line: CommandLine) -> None:
    city = City(store)
    sids = say(city, HOLDS)
    seq = city.commit()
    found = answer(line, "control", code("D"))
    assert (found["id"], found["id_name"], found["status"], found["known"]) == (
        code("D"), "D测试有限公司", "controlled", seq,
    )  # fmt: skip
    assert [(step["controller_name"], step["company_name"], step["basis"]) for step in found["chain"]] == [
        ("C测试有限公司", "D测试有限公司", "direct"),
        ("王P", "C测试有限公司", "jointly"),
    ]
    assert [row["sids"] for row in found["chain"][1]["rows"]] == [[sids["A>C"]], [sids["B>C"]]]
    person = found["ultimate"]["controller"]
    assert (person[:7], len(person), found["ultimate"]["controller_name"]) == ("person:", 23, "王P")
    below = answer(line, "control", person, "--limit", "3")
    assert [(row["depth"], row["company_name"]) for row in below["tree"]] == [
        (1, "A测试有限公司"), (1, "B测试有限公司"), (1, "C测试有限公司"),
    ]  # fmt: skip
    assert below["tree_total"] == 4
    apart = answer(
        line,
        "control",
        code("C"),
        "--together",
        f"{code('A')}，{shown_id('k-Q')}",
        "--together",
        f"{person},{code('B')}",
    )
    told = apart["together"]
    assert [[row["holder_name"] for row in party] for party in told["parties"]] == [
        ["A测试有限公司", "王Q"], ["王P", "B测试有限公司"],
    ]  # fmt: skip
    # the second set changes nothing: B does as P does anyway
    step = told["controller"]
    assert (apart["controller"]["controller"], apart["apart"], step["controller"][:8]) == (person, None, "parties:")
    assert (step["controller_name"], step["basis"], step["share_ppm"]) == ("A测试有限公司、王Q", "concert", 750_000)
    owners = answer(line, "owners", code("C"))
    assert [(row["person_name"], row["criteria"], row["ownership"]) for row in owners["beneficial"]] == [
        ("王Q", ["equity", "votes"], "57/100"),
        ("王P", ["equity", "votes", "control"], "71/200"),
    ]
    rings = answer(line, "rings")
    assert [[(m["company"], m["outside"]) for m in ring["members"]] for ring in rings["rings"]] == [
        [(code("E"), "2/5"), (code("F"), "2/5")]
    ]
    assert "k-P" not in line.text
    assert "k-Q" not in line.text
    _texts(line, sids)
    _groups(store, line, sids, seq)


def _groups(store: Store, line: CommandLine, sids: dict[str, str], seq: int) -> None:
    """Groups before and after a link run."""
    found = answer(line, "group", code("C"))
    assert [(group["layer"], group["gid"]) for group in found["groups"]] == [("control", None)]
    link(store, Point(seq, TODAY, TODAY))
    (group,) = answer(line, "group", code("C"))["groups"]
    assert (len(group["gid"]), group["since"], group["came_from"], group["total"]) == (32, seq, [], 5)
    assert [part["id_name"] for part in group["by"]] == ["王P"]
    told = [(row["member_name"], row["role"], row["sids"]) for row in group["members"]]
    assert told[1:] == [
        ("A测试有限公司", "member", [sids["P>A"]]),
        ("B测试有限公司", "member", [sids["P>B"]]),
        ("C测试有限公司", "member", sorted((sids["A>C"], sids["B>C"]))),
        ("D测试有限公司", "member", [sids["C>D"]]),
    ]
    assert told[0][:2] == ("王P", "head")
    assert answer(line, "group", group["by"][0]["id"])["groups"][0]["gid"] == group["gid"]
    assert [item["layer"] for item in answer(line, "group", code("E"))["groups"]] == ["control", "ring"]
    assert f"同一控制 王P {group['gid']}（5）" in line.run("group", code("D"))[0]
    assert "k-P" not in line.text


def _texts(line: CommandLine, sids: dict[str, str]) -> None:
    """What people read."""
    shown = line.run("control", code("C"))[0]
    assert "C测试有限公司：有控制人" in shown
    assert sids["A>C"] in shown
    assert "D测试有限公司  直接过半数 51.00%" in shown
    assert "相互控制，无外部控制人" in line.run("control", code("E"))[0]
    assert "a ring: no outside controller" in line.run("--lang", "en", "control", code("E"))[0]
    shown = line.run("owners", code("C"))[0]
    assert "王Q →40.00%→ A测试有限公司 →30.00%→ C测试有限公司 = 12.00%" in " ".join(shown.split())
    assert "│ 40.00%   │" in line.run("rings")[0]
    assert "usage.unknown_entity" in line.run("control", "91330200NOBODYHERE", status=2)[1]
    assert "usage.bad_value" in line.run("owners", code("C"), "--valid", "yesterday", status=2)[1]


def test_paths_by_count_and_kind(store: Store, line: CommandLine) -> None:
    city = City(store)
    sids = say(city, {"P>A": 60, "A>B": 30, "P>B": 25})
    office = city.say("Office", code("A"), "1", pid="k-Q", person_name="王Q", office="executive")
    other = city.say("Office", code("B"), "2", pid="k-Q", person_name="王Q", office="executive")
    city.commit()
    found = answer(line, "path", code("A"), code("B"), "--count", "3")
    walks = [[(hop["kind"], hop["records"]) for hop in walk] for walk in [found["path"], *found["others"]]]
    assert walks[0] == [("holds", [sids["A>B"]])]
    assert sorted(walks[1:]) == [
        [("holds", [sids["P>A"]]), ("holds", [sids["P>B"]])],
        [("office", [office.sid]), ("office", [other.sid])],
    ]
    only = answer(line, "path", code("A"), code("B"), "--kind", "office", "--count", "3")
    assert ([hop["kind"] for hop in only["path"]], only["others"]) == (["office", "office"], [])
    assert answer(line, "path", code("A"), code("B"), "--kind", "branch")["found"] is False
    assert "usage.bad_value" in line.run("path", code("A"), code("B"), "--kind", "rumour", status=2)[1]
    assert "关联路径 3" in line.run("path", code("A"), code("B"), "--count", "3")[0]
    assert "关联路径 1" not in line.run("path", code("A"), code("B"))[0]


def test_ways_of_control_in_words() -> None:
    for rule, text in (("executing_partner", "执行事务合伙人"), ("agreement", "协议"), ("appointment", "任免权")):
        assert basis_text("ruled", rule, near_line=False) == text
    assert basis_text("half", None, near_line=True) == "恰为一半（2024-07-01前），接近一半"
