"""Types the commands of list work as the people of a bureau do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from commandline import invoke
from credit_graph.errors import CreditGraphError

STAFF = {
    "case_officer": "王经办",
    "reviewer": "李科长",
    "legal": "孙法制",
    "approver": "赵局长",
    "publisher": "周公示",
}


def typed(role: str, *words: str, status: int = 0) -> Any:
    done = invoke("--actor", STAFF[role], "--role", role, "list", *words, *([] if status else ["--json"]))
    assert done.exit_code == status, done.output
    return json.loads(done.output) if not status else done.output


def refused(role: str, *words: str) -> str:
    """The code of the error; nothing is written by it."""
    with pytest.raises(CreditGraphError) as raised:
        invoke("--actor", STAFF[role], "--role", role, "list", *words)
    return raised.value.code


def on(day: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", day)


def said(**values: str) -> list[str]:
    return [word for name, value in values.items() for word in ("--set", f"{name}={value}")]
