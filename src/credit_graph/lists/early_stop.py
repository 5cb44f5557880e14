"""Early stop of publication (提前停止公示) by credit repair: from which day the clock of a record allows it. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from credit_graph.errors import StateError, UsageError
from credit_graph.lists.bases import documents
from credit_graph.lists.clock_policy import SEVERITIES, Channel, ClockPolicy, ClockRow, Severity, clock_policy
from credit_graph.lists.clocks import Clock, clock
from credit_graph.lists.matter import Matter
from credit_graph.text import joined, t

CLASSES: dict[str, Severity] = {"轻微": "minor", "一般": "general", "严重": "serious"}  # as decisions name them
_DAY = timedelta(days=1)


def severity_named(text: str) -> Severity:
    """The class of failure that a decision names (轻微、一般、严重). Raises ``UsageError("usage.bad_value")``."""
    for word, severity in CLASSES.items():
        if text.strip() in (word, severity, f"{word}失信"):
            return severity
    why = t("可用的有：", "one of: ") + joined([*CLASSES, *SEVERITIES])
    raise UsageError("usage.bad_value", option="--set severity", value=text, why=why)


def check_early_stop(
    matter: Matter, channel: Channel, day: date, what: str, policy: ClockPolicy | None = None
) -> date | None:
    """The first day on which it may be stopped (``None``: any), where that has come on ``day``; ``what`` it is called.

    Raises ``StateError``: ``state.no_repair_needed`` (it is not shown, or its time is over),
    ``state.no_early_stop`` (it runs to its end: 45号令第十四条, and what is shown for three months only),
    ``state.clock_open`` (a fact or a rule is missing, nothing is guessed), ``state.shown_too_short``.
    """
    rules = policy or clock_policy()
    found = clock(matter, channel, day, rules)
    row = next((item for item in rules.clocks if item.id == found.row), None)
    sentences = joined(t(*sentence) for sentence in found.why)
    if found.state in ("not_shown", "ended"):
        articles = joined(t(*article) for article in found.articles)
        raise StateError("state.no_repair_needed", what=what, why=f"{sentences}（{articles}）")
    if row is not None and row.least is not None and row.least.early_stop == "never":
        raise StateError("state.no_early_stop", what=what, why=_to_the_end(found, row))
    if row is not None and row.least is not None and row.least.early_stop == "any":
        return None
    if found.state in ("blocked", "not_started") or found.until_min is None:
        raise StateError("state.clock_open", what=what, why=sentences)
    first = found.until_min + _DAY
    if day < first:
        raise StateError("state.shown_too_short", what=what, day=first, article=_least(row))
    return first


def _to_the_end(found: Clock, row: ClockRow) -> str:
    if found.until_max is None:
        return _least(row)
    return t(f"至 {found.until_max} 期满停止，", f"it ends on {found.until_max}, ") + _least(row)


def _least(row: ClockRow | None) -> str:
    """The article of the minimum."""
    assert row is not None and row.least is not None
    document = documents()[row.least.document or row.document]
    given = (row.least.article,) if row.least.article else ()
    return t(document.cite(*given), document.cite_english(*given))
