"""What a transfer to police or court (移送涉嫌犯罪案件、行刑衔接) says of the firm: the content of its record. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from credit_graph.lists.procedures import DONE, procedures
from credit_graph.lists.proceedings import Proceeding
from credit_graph.model.statement import Value
from credit_graph.text import joined, t

_DAYS = ("handed_on", "answered_on", "judged_on")
_SAID = ("crime", "handed_to", "receipt", "answer_number", "court", "judgment_number", "judgment", "set_off")
HANDED = "handed_over"  # before anything came back


def referral(proceeding: Proceeding) -> dict[str, Value]:
    """As far as its steps have told; ``result`` is how the last of them came out."""
    said = proceeding.said
    last = proceeding.taken[-1].outcome
    found: dict[str, Value] = {"proceeding": proceeding.id, "result": HANDED if last == DONE else last}
    found |= {name: said[name] for name in _SAID if said.get(name)}
    found |= {name: date.fromisoformat(said[name]) for name in _DAYS if said.get(name)}
    if proceeding.target is not None:
        found |= {"case_source": proceeding.target.source, "case_key": proceeding.target.key}
    return found


def referral_text(record: Mapping[str, Any]) -> str:
    """One line: when it was handed to whom, and what came back, in the language in use."""
    rows = procedures("transfer").procedures
    names = {item.id: item.name for row in rows for step in row.steps for item in step.outcomes}
    result = names.get(str(record["result"]))
    told = (
        t(result.zh, result.en) if result is not None and record["result"] != HANDED else t("待答复", "no answer yet")
    )
    parts = [record.get("answered_on"), record.get("court"), record.get("judgment_number"), record.get("judgment")]
    head = t(
        f"{record['handed_on']} 移送{record['handed_to']}（{record['crime']}）",
        f"handed to {record['handed_to']} on {record['handed_on']} ({record['crime']})",
    )
    return f"{head}：{told}" + (f"（{joined(str(part) for part in parts if part)}）" if any(parts) else "")
