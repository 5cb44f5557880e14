"""People decide who acts in concert and who controls: answers and link runs obey, erasure and rotation know of it."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest

from commandline import invoke
from credit_graph.errors import CreditGraphError
from credit_graph.jobs import batches
from credit_graph.jobs.cache import refresh
from credit_graph.jobs.erase import erase
from credit_graph.jobs.erasing import Target
from credit_graph.jobs.link import link
from credit_graph.jobs.rotate import rotate
from credit_graph.jobs.tombstones import Ground
from credit_graph.links.lookup import shown_id
from credit_graph.links.parties import Parties
from credit_graph.model.chain import wrapped
from credit_graph.model.derived import unknown_holder
from credit_graph.model.time import Point
from credit_graph.store import Store
from credit_graph.store.dump import dump
from credit_graph.store.secret import load_or_create, secret_path
from handmade import City

TODAY = date(2026, 11, 23)
A, B, C, D = (f"91330200{letter * 10}" for letter in "ABCD")
KEY = "1a" * 32
GROUND = Ground("清除决定书〔2026〕1号", "张一", "李二")
WHY = ("--why", "一致行动协议〔2026〕3号", "--by", "张一", "--role", "reviewer")


@pytest.fixture
def city(store: Store, monkeypatch: pytest.MonkeyPatch) -> City:
    """A is held by 王测试 with an ID (30 %), 李测试 without one (25 %) and B (45 %); B by a name; D by A."""
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", str(TODAY))
    load_or_create(store.settings, store)
    made = City(store)
    for code, name in ((A, "甲"), (B, "乙"), (C, "丙"), (D, "戊")):
        made.firm(code, f"{name}测试有限公司")
    for number, (pid, name, amount) in enumerate(((KEY, "王测试", 30), ("name:li", "李测试", 25)), start=1):
        key, fen = f"{A}|{number}", amount * 1_000_000
        made.say("Contribution", A, key, pid=pid, holder_name=name, subscribed=fen)
    made.say("Contribution", A, f"{A}|3", holder_name="乙测试有限公司", holder_code=B, subscribed=45_000_000)
    made.say("Contribution", B, f"{B}|1", holder_name="丁测试有限公司", subscribed=100_000_000)
    made.say("Contribution", D, f"{D}|1", holder_name="甲测试有限公司", holder_code=A, subscribed=100_000_000)
    made.commit()
    refresh(store)
    return made


def run(*arguments: str) -> str:
    done = invoke(*arguments)
    assert done.exit_code == 0, done.output
    assert KEY not in done.output
    return done.output


def told(*arguments: str) -> Any:
    return json.loads(run(*arguments, "--json"))


def refused(*arguments: str) -> tuple[str, str]:
    with pytest.raises(CreditGraphError) as caught:
        invoke("agreement", *arguments)
    assert KEY not in str(caught.value)
    return caught.value.code, str(caught.value)


def decided(*arguments: str) -> str:
    (found,) = re.findall(r"\b[0-9a-f]{16}\b", run("agreement", "add", *arguments, *WHY))
    return str(found)


def said(store: Store, key: str) -> str:
    (row,) = store.read("read/erase_statements", rows=[{"source": "contribution", "key": key}])
    return str(row["record"]["sid"])


def controllers(store: Store) -> set[tuple[str, str, str, str | None]]:
    """(controller, company, basis, rule) of a link run."""
    link(store, Point(batches.last_seq(store), TODAY, TODAY))
    rows = store.read("explore/derived_links")
    return {(r["start"], r["end"], r["basis"], r["rule"]) for r in rows if r["type"] == "CONTROLS"}


def test_answers_and_link_runs_obey_what_people_decided(city: City) -> None:
    store = city.store
    unknown = unknown_holder(B, "丁测试有限公司")
    assert {row[:3] for row in controllers(store)} == {(unknown, B, "direct"), (A, D, "direct")}
    first = decided(
        "concert", shown_id(KEY), said(store, f"{A}|2"), "--company", "甲测试有限公司", "--to", "2027-01-01"
    )
    assert {row[:3] for row in controllers(store) if row[1] == A} == {(KEY, A, "concert"), ("name:li", A, "concert")}
    found = told("control", A)
    step = found["chain"][0]
    assert (found["status"], step["basis"], step["controller_name"], step["share_ppm"]) == (
        "controlled", "concert", "王测试、李测试", 550_000,
    )  # fmt: skip
    assert [(row["holder_name"], row["concert"]) for row in step["rows"]] == [("王测试", True), ("李测试", True)]
    assert (len(step["sids"]), found["apart"]["status"], found["apart"]["chain"]) == (2, "none", [])
    assert told("control", A, "--valid", "2027-01-01")["status"] == "none"
    shown = run("--lang", "zh", "control", A)
    assert "王测试（一致行动） 30.00%" in shown and "若不计一致行动" in shown
    owners = {row["person_name"]: row["criteria"] for row in told("owners", A)["beneficial"]}
    assert owners == {"王测试": ["equity", "votes", "joint_control"], "李测试": ["equity", "votes", "joint_control"]}
    assert {row["member_name"]: row["role"] for row in told("group", A)["groups"][0]["members"]} == {
        "王测试": "head", "李测试": "head", "甲测试有限公司": "member", "戊测试有限公司": "member",
    }  # fmt: skip
    second = decided("agreement", "丙测试有限公司", "--company", A)
    assert {row for row in controllers(store) if row[1] == A} == {(C, A, "ruled", "agreement")}
    assert told("control", A)["ultimate"]["controller"] == C
    two, one = told("agreement", "list")
    assert (one["id"], two["id"]) == (first, second)
    assert {name: one[name] for name in ("decision", "why", "by", "role", "from", "to", "undone")} == {
        "decision": "concert", "why": WHY[1], "by": "张一", "role": "reviewer", "from": str(TODAY), "to": "2027-01-01",
        "undone": None,
    }  # fmt: skip
    assert sorted(party["name"] for party in one["parties"]) == ["李测试", "王测试"]
    assert (one["company"], two["parties"][0]["id"]) == ({"id": A, "name": "甲测试有限公司"}, C)
    run("agreement", "undo", second, "--why", "认错")
    assert told("control", A)["chain"][0]["basis"] == "concert"
    assert told("control", A, "--known", str(batches.last_seq(store) - 1))["ultimate"]["controller"] == C
    (gone, stays) = told("agreement", "list", "--all")
    assert (gone["id"], gone["undone"], stays["undone"]) == (second, batches.last_seq(store), None)
    assert "丙测试有限公司" in run("agreement", "list", "--all") and "unlinked" not in run("faults", "--json")
    assert {item["statement"]["kind"] for item in told("trace", A)} >= {"ControlDecision"}


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_what_is_refused_writes_nothing(city: City) -> None:
    store = city.store
    one = decided("concert", shown_id(KEY), B, "--company", A)
    control = decided("appointment", C, "--company", A, "--from", "2026-01-01", "--to", "2026-06-01")
    seq = batches.last_seq(store)
    assert refused("add", "concert", B, shown_id(KEY), "--company", A, *WHY)[0] == "state.control_decided"
    assert control in refused("add", "agreement", B, "--company", A, "--from", "2026-05-31", *WHY)[1]
    for wrong in (
        ("concert", B, "--company", A),
        ("concert", B, B, "--company", A),
        ("concert", A, B, "--company", A),
        ("agreement", B),
        ("agreement", B, C, "--company", A),
        ("marriage", B, C),
        ("agreement", C, "--company", B, "--from", "2026-05-31", "--to", "2026-05-31"),
        ("agreement", C, "--company", B, "--from", "yesterday"),
    ):
        assert refused("add", *wrong, *WHY)[0] == "usage.bad_value"
    assert refused("add", "concert", B, C)[0] == "usage.bad_value"  # without a reason
    assert refused("add", "concert", B, "person:0000000000000000", *WHY)[0] == "usage.unknown_entity"
    assert refused("add", "concert", B, "nobody", *WHY)[0] == "usage.unknown_entity"
    assert refused("undo", "nothing", *WHY)[0] == "usage.unknown_entity"
    run("agreement", "undo", one, *WHY)
    assert refused("undo", one, *WHY)[0] == "state.decision_undone"
    assert batches.last_seq(store) == seq + 1
    decided("agreement", B, "--company", A, "--from", "2026-06-01")  # after the other has ended
    decided("concert", said(store, f"{B}|1"), C)  # a holder of whom only the name is known
    assert told("agreement", "list")[0]["parties"][0]["name"] in ("丁测试有限公司", "丙测试有限公司")


@pytest.mark.parametrize("engine", ["embedded"], indirect=True)
def test_erasure_and_rotation_know_of_it(city: City) -> None:
    store = city.store
    decided("concert", shown_id(KEY), said(store, f"{A}|2"), "--company", A)
    rotate(store)
    added = bytes.fromhex(json.loads(secret_path(store.settings).read_text())["chain"][-1])
    new = wrapped([added], KEY)
    assert {row[0] for row in controllers(store) if row[1] == A} == {new, "name:li"}
    assert all(KEY not in repr(line) for line in dump(store))
    assert new not in run("trace", A, "--json")
    node = Parties(tuple(sorted((new, "name:li")))).id
    assert told("control", A)["chain"][0]["controller"] == node
    erase(store, Target(pids=(new,)), GROUND)
    assert all(new not in repr(line) for line in dump(store))
    # the links that rested on what is erased are gone, and one party alone is none
    assert [row for row in store.read("explore/derived_links") if row["type"] == "CONTROLS" and row["end"] == A] == []
    assert told("control", A)["status"] == "undetermined"
    assert len(told("agreement", "list")[0]["parties"]) == 1
