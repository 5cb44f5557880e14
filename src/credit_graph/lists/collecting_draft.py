"""Reads a row of a form (报送表) as a draft of an entry, and tells what can't be read of it or is not allowed. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from credit_graph.ingest.values import Bad, clean, document_number
from credit_graph.ingest.values import day as read_day
from credit_graph.ingest.values import name as read_name
from credit_graph.lists.collecting_faults import Fault
from credit_graph.lists.collecting_form import Form, needs_wording
from credit_graph.lists.policy import Ground, plain
from credit_graph.model.identifiers import is_credit_code, normalise, suggestion
from credit_graph.text import joined, t

_NUMBER = re.compile(r"\S+〔(\d{4})〕\S*?\d+号")
_EXPONENT = re.compile(r"\d(\.\d+)?[Ee]\+?\d+")


@dataclass(frozen=True, slots=True)
class Row:
    """A filled-in row: which of the files, its number as the spreadsheet counts, and the screened text of each column;
    ``masked``: the columns in which an ID number was found."""

    file: str
    number: int
    cells: Mapping[str, str]
    masked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Draft:
    """What a row says, as far as it can be read."""

    code: str | None = None
    name: str | None = None
    ground: Ground | None = None
    reason: str | None = None
    number: str | None = None
    listed_on: date | None = None
    receipt: str | None = None
    published_on: date | None = None


def drafted(row: Row, form: Form) -> tuple[Draft, list[Fault]]:
    """What the row says, and what can't be read of it or is left out."""
    faults = [Fault(name, "id_number") for name in sorted(row.masked)]
    for column in form.columns:
        if column.needed and column.name != "reason" and not row.cells.get(column.name):
            faults.append(Fault(column.name, "missing"))
    found: dict[str, Any] = {"name": read_name(row.cells.get("name", "")) or None}
    found["receipt"] = clean(row.cells.get("receipt")) or None
    found["code"] = _code(row.cells.get("credit_code", ""), faults)
    found["ground"] = _ground(row.cells.get("ground", ""), form, faults)
    found["number"] = _number(row.cells.get("number", ""), form, faults)
    for name in ("listed_on", "published_on"):
        found[name] = _day(name, row.cells.get(name, ""), form, faults)
    found["reason"] = _reason(clean(row.cells.get("reason")), found["ground"], form, faults)
    draft = Draft(**found)
    faults += _days(draft, row.cells.get("last_day", ""), form)
    return draft, faults


def _code(text: str, faults: list[Fault]) -> str | None:
    code = normalise(text)
    if not code or is_credit_code(code):
        return code or None
    if _EXPONENT.fullmatch(text.strip()):
        faults.append(Fault("credit_code", "code_destroyed", {"hint": ""}))
        return None
    meant = suggestion(code)
    hint = t(f"，是否为 {meant}", f": is it {meant}?") if meant else ""
    if len(code) != 18:
        hint = t(f"，共 {len(code)} 位，应为 18 位", f": {len(code)} characters instead of 18")
    faults.append(Fault("credit_code", "code_invalid", {"hint": hint}))
    return None


def _ground(text: str, form: Form, faults: list[Fault]) -> Ground | None:
    found = form.chosen(text)
    if text and found is None:
        faults.append(Fault("ground", "ground_unknown"))
    return found


def _number(text: str, form: Form, faults: list[Fault]) -> str | None:
    if not text:
        return None
    try:
        number = document_number(text)
    except Bad:
        number = ""
    if _NUMBER.fullmatch(number) is None:
        faults.append(Fault("number", "number_form"))
        return None
    prefixes = form.issuer.prefixes
    if prefixes and not plain(number).startswith(tuple(plain(prefix) for prefix in prefixes)):
        faults.append(Fault("number", "number_prefix", {"prefixes": joined(prefixes)}))
    return number


def _day(column: str, text: str, form: Form, faults: list[Fault]) -> date | None:
    if not text:
        return None
    try:
        found = read_day(text)
    except Bad:
        found = None
    if found is None:
        faults.append(Fault(column, "day_invalid"))
    elif found > form.day:
        faults.append(Fault(column, "day_future", {"day": f"{form.day}"}))
    return found


def _reason(text: str, ground: Ground | None, form: Form, faults: list[Fault]) -> str | None:
    """The act as it is told, which has to be known to be of the ground, by the rules of a release."""
    if ground is None:
        return text or None
    if not text:
        if needs_wording(ground):
            faults.append(Fault("reason", "reason_needed"))
        return None
    folded = plain(text)
    for other in form.row.not_grounds:
        if other.fits(folded):
            faults.append(Fault("reason", "not_a_ground", {"why": t(other.why.zh, other.why.en)}))
            return text
    if ground.patterns and not ground.fits(folded):
        faults.append(Fault("reason", "reason_unfit", {"ground": f"“{form.choice(ground)}”"}))
    return text


def _days(draft: Draft, last_day: str, form: Form) -> Iterator[Fault]:
    """What speaks against the days: of the list, the period, the term, the publication, the number."""
    day = draft.listed_on
    if day is None:
        return
    if day < form.row.listed_from:
        yield Fault("listed_on", "day_early", {"day": f"{form.row.listed_from}"})
    if form.period.last < day <= form.day:
        yield Fault("listed_on", "day_of_later_period", {"day": f"{form.period.last}"})
    if draft.published_on is not None and draft.published_on < day:
        yield Fault("published_on", "published_early", {"day": f"{day}"})
    found = _NUMBER.fullmatch(draft.number or "")
    if found and int(found[1]) > day.year:
        yield Fault("number", "number_year", {"year": found[1]})
    yield from _term(day, last_day, form)


def _term(day: date, stated: str, form: Form) -> Iterator[Fault]:
    last = form.last_day(day)
    if last is None:
        return
    if last < form.day:
        yield Fault("listed_on", "term_over", {"day": f"{last}"})
    if stated:
        try:
            given = read_day(stated)
        except Bad:
            given = None
        if given != last:
            yield Fault("last_day", "term_differs", {"day": f"{last}"})
