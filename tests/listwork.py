"""Types the commands of list work as the people of a bureau do."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from commandline import invoke
from credit_graph.errors import CreditGraphError
from credit_graph.jobs import batches
from credit_graph.store import Store

BUREAU = "庆原市市场监督管理局"
STAFF = {
    "case_officer": "王经办",
    "reviewer": "李科长",
    "legal": "孙法制",
    "approver": "赵局长",
    "publisher": "周公示",
}


def answer(role: str, *words: str) -> Any:
    """What a command answers to whoever has that role."""
    done = invoke("--actor", STAFF[role], "--role", role, *words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def refusal(role: str, *words: str) -> str:
    """The code of the error; nothing is written by it."""
    with pytest.raises(CreditGraphError) as raised:
        invoke("--actor", STAFF[role], "--role", role, *words)
    return raised.value.code


def typed(role: str, *words: str) -> Any:
    return answer(role, "list", *words)


def refused(role: str, *words: str) -> str:
    return refusal(role, "list", *words)


def on(day: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", day)


def said(**values: str) -> list[str]:
    return [word for name, value in values.items() for word in ("--set", f"{name}={value}")]


def standing(store: Store, kind: str, eid: str) -> list[dict[str, Any]]:
    """What is known now of the firm in records of that kind, without where and when it was said."""
    rows = store.read("read/kind_of_firms", labels={"KIND": kind}, eids=[eid], seq=batches.last_seq(store))
    names = "listing_id listed_on reason listed_by removed_on removal_reason removed_by counted_from".split()
    names += ["mark_id", "marked_on", "marked_by", "restored", "restored_on", "source", "valid_from"]
    return [{name: row["record"][name] for name in names if name in row["record"]} for row in rows]


def holds(store: Store, eid: str) -> set[tuple[str, str, date]]:
    rows = store.read("read/kind_of_firms", labels={"KIND": "Hold"}, eids=[eid], seq=batches.last_seq(store))
    return {(row["record"]["reason"], row["record"]["channels"], row["record"]["valid_from"]) for row in rows}
