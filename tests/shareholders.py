"""What sources say of holders, made by hand, and what follows from it without a graph."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from credit_graph.links.compute import Links, links
from credit_graph.links.policy import link_policy
from handmade import Said, projection_of

TODAY = date(2026, 11, 23)
A, B, C, D = (f"91330200{letter * 10}" for letter in "ABCD")
CAPITAL = 100_000_000  # fen: what a firm made by hand has


def linked(said: Said, valid: date | None = None) -> Links:
    begun = [statement for statement in said.statements if statement.valid_from <= (valid or TODAY)]
    return links(projection_of(begun, TODAY, valid=valid), link_policy())


def rows(frame: pd.DataFrame, *names: str) -> set[tuple[Any, ...]]:
    plain = frame.reset_index()[list(names)].astype(object)
    return set(plain.where(plain.notna(), None).itertuples(index=False, name=None))


def registered(said: Said, company: str, name: str, subscribed: int | None = None, **more: Any) -> str:
    """A row of the register of contributions; persons are called by one letter."""
    more.setdefault("pid", f"k-{name}" if len(name) == 1 else None)
    content: dict[str, Any] = {
        "holder_name": name,
        **({} if subscribed is None else {"subscribed": subscribed}),
        **more,
    }
    return said.say("Contribution", company, f"{company}|{len(said.statements)}", **content).sid


def reported(said: Said, company: str, year: int, name: str, subscribed: int | None = None, **more: Any) -> str:
    more.setdefault("pid", f"k-{name}" if len(name) == 1 else None)
    content: dict[str, Any] = {
        "holder_name": name,
        "year": year,
        "report_id": f"r{year}",
        "subscribed": subscribed,
        **more,
    }
    content = {key: value for key, value in content.items() if value is not None}
    day = date(year, 12, 31)
    return said.say("ReportedContribution", company, f"{company}|{len(said.statements)}", start=day, **content).sid


def changed(said: Said, company: str, day: date, name: str, before: int | None, after: int | None) -> str:
    content = _without_none(holder_name=name, changed_on=day, share_before=before, share_after=after)
    pid = f"k-{name}" if len(name) == 1 else None
    key = f"{company}|{name}|{day}"
    return said.say("EquityChange", company, key, start=day, pid=pid, **content).sid


def _without_none(**content: Any) -> dict[str, Any]:
    return {key: value for key, value in content.items() if value is not None}
