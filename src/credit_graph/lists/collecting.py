"""Checks the entries that departments report (报送的名单条目) against the register and each other. Pure.

Every row gets all its faults, not just the first; what the law or the register does not clearly allow is one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from operator import attrgetter
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from credit_graph.errors import UsageError
from credit_graph.lists.collecting_draft import Draft, Row, drafted
from credit_graph.lists.collecting_faults import Fault
from credit_graph.lists.collecting_form import Form
from credit_graph.lists.entries import listed
from credit_graph.lists.policy import plain
from credit_graph.lists.procedures import procedure_lists, procedures
from credit_graph.lists.receipts import BUREAU
from credit_graph.model.statement import Value
from credit_graph.policyfile import Dated, only_in_force, read_policy
from credit_graph.resources import root
from credit_graph.text import joined, t

_COMPARED = {"listed_on": "listed_on", "reason": "reason", "listed_by": "name"}  # field -> the column that tells it


class CollectingRow(Dated):
    """States of the register in which a firm is no party any more (``gone``), or has another registrar (``moved``)."""

    id: str
    gone: tuple[str, ...]
    moved: tuple[str, ...]


class _Collecting(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    rows: tuple[CollectingRow, ...] = Field(min_length=1)


@cache
def _rows() -> tuple[CollectingRow, ...]:
    return read_policy(root("policies") / "collecting.yml", _Collecting).rows


def collecting_on(day: date) -> CollectingRow:
    """The row of ``policies/collecting.yml`` in force on the day. Raises ``DefinitionError``."""
    return only_in_force(_rows(), day, "collecting.yml")


@dataclass(frozen=True, slots=True)
class Firm:
    """What the register says of a firm today. ``former``: earlier names with the last day of each; ``state`` is None
    where the register has it no more; ``since``: the day of that."""

    name: str
    state: str | None
    since: date | None = None
    former: Mapping[str, date] = field(default_factory=dict)
    registrar: str | None = None
    founded_on: date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A record of the list's kind that the graph has of a firm: who says it under which key, and since when it counts.

    ``open``: it stands today; ``withdrawn``: it never was (撤销)."""

    source: str
    key: str
    listed_on: date
    reason: str
    number: str
    open: bool = True
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What the graph holds: firms and their records by credit code; the bureau's own reported entries by key; keys that
    were withdrawn; the code that a decision's number is of, the key that a receipt is of, the codes of a name."""

    firms: Mapping[str, Firm] = field(default_factory=dict)
    standing: Mapping[str, Sequence[Standing]] = field(default_factory=dict)
    recorded: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    withdrawn: frozenset[str] = frozenset()
    numbers: Mapping[str, str] = field(default_factory=dict)
    receipts: Mapping[str, str] = field(default_factory=dict)
    called: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """A row with its faults; ``record``: (source, key) of what it is or becomes; ``known``: that is there already;
    ``name``: of the firm, as the register has it."""

    row: Row
    form: Form
    draft: Draft
    faults: tuple[Fault, ...]
    record: tuple[str, str] | None = None
    known: bool = False
    name: str = ""

    @property
    def shown_later(self) -> bool:
        """Whether it is published only after the period, so that a list of the period's last day is without it."""
        return self.draft.published_on is not None and self.draft.published_on > self.form.period.last

    def content(self) -> dict[str, Value]:
        """The content of its entry."""
        draft, form = self.draft, self.form
        assert draft.code and draft.number and draft.ground and draft.listed_on
        subject = {"name": self.name, "credit_code": draft.code}
        by = form.issuer.name
        return listed(form.kind, draft.number, draft.listed_on, draft.ground, draft.reason, by, subject)


def entry_key(list_name: str, code: str, number: str) -> str:
    """The natural key of a reported entry: of one firm by one decision."""
    return f"return|{list_name}|{code}|{number}"


def _of_register(draft: Draft, form: Form, known: Known, rules: CollectingRow) -> Iterator[Fault]:
    """What the register says against the row: code, name, in being, registrar, who is never on the list."""
    if draft.code is None:
        return
    excluded = [row for row in form.row.excluded if draft.code.startswith(row.code_prefix)]
    yield from (Fault("credit_code", "excluded", {"why": t(row.why.zh, row.why.en)}) for row in excluded)
    firm = known.firms.get(draft.code)
    if firm is None:
        yield Fault("credit_code", "firm_unknown", {"hint": _called(draft, known)})
        return
    since = f"{firm.since or t('日期不详', 'day unknown')}"
    if firm.state is None:
        yield Fault("credit_code", "off_register", {"since": since})
    elif firm.state in rules.gone:
        yield Fault("credit_code", "ended", {"state": firm.state, "since": since})
    if draft.name is not None and plain(draft.name) != plain(firm.name):
        yield _named(draft, firm, known)
    if firm.founded_on and draft.listed_on and draft.listed_on < firm.founded_on:
        yield Fault("listed_on", "founded_later", {"day": f"{firm.founded_on}"})
    if not excluded:
        yield from _registrar(firm, form, rules)


def _named(draft: Draft, firm: Firm, known: Known) -> Fault:
    former = next((name for name in firm.former if plain(name) == plain(draft.name or "")), None)
    if former is not None:
        told = {"now": firm.name, "former": former, "until": f"{firm.former[former]}"}
        return Fault("name", "name_former", told)
    return Fault("name", "name_other", {"now": firm.name, "hint": _called(draft, known)})


def _hinted(fault: Fault, draft: Draft, known: Known) -> Fault:
    """A code that can't be read, with those that the name has in the register."""
    if fault.code not in ("code_invalid", "code_destroyed"):
        return fault
    return replace(fault, values={"hint": fault.values["hint"] + _called(draft, known)})


def _called(draft: Draft, known: Known) -> str:
    """The codes that the name has in the register, as a hint."""
    codes = [code for code in known.called.get(draft.name or "", ()) if code != draft.code]
    return t(f"；登记为该名称的是 {joined(codes)}", f"; of that name is {joined(codes)}") if codes else ""


def _registrar(firm: Firm, form: Form, rules: CollectingRow) -> Iterator[Fault]:
    """谁登记、谁管理, where the list is managed so."""
    if not registrar_lists(form.list_name, form.day):
        return
    moved = firm.state in rules.moved
    if moved or (firm.registrar and not form.issuer.is_called(firm.registrar)):
        other = t(f"{firm.state}", "another") if moved else firm.registrar or ""
        yield Fault("credit_code", "other_registrar", {"registrar": other})


def registrar_lists(list_name: str, day: date) -> bool:
    """Whether only the registrar of a firm enters it on the list (its procedure's ``competent``)."""
    if list_name not in procedure_lists():
        return False
    try:
        return procedures(list_name).on("listing", day).competent == "registrar"
    except UsageError:  # no such procedure
        return False


def check_rows(rows: Sequence[tuple[Row, Form]], known: Known) -> list[Checked]:
    """Each row with all its faults, and what it is or becomes in the graph."""
    found = [(row, form, *drafted(row, form)) for row, form in rows]
    there = [_in_graph(draft, form, known) for _, form, draft, _ in found]
    settled = {place for place, (record, _) in enumerate(there) if record is not None}
    doubled = _doubled([(row, form, draft) for row, form, draft, _ in found], settled)
    checked = []
    for place, (row, form, draft, unread) in enumerate(found):
        record, against = there[place]
        firm = known.firms.get(draft.code or "")
        name = firm.name if firm is not None else ""
        if record is not None and not doubled[place]:
            checked.append(Checked(row, form, draft, (), record, known=True, name=name))
            continue
        faults = [_hinted(fault, draft, known) for fault in unread]
        faults += [*_of_register(draft, form, known, collecting_on(form.day)), *against, *doubled[place]]
        key = None
        if not faults and draft.code and draft.number:
            key = (BUREAU, entry_key(form.list_name, draft.code, draft.number))
        order = {column.name: at for at, column in enumerate(form.columns)}
        faults.sort(key=lambda item: order[item.column])
        checked.append(Checked(row, form, draft, tuple(faults), key, name=name))
    return checked


def _in_graph(draft: Draft, form: Form, known: Known) -> tuple[tuple[str, str] | None, list[Fault]]:
    """The record that says the same already; else what of the graph speaks against the row."""
    code, number = draft.code, draft.number
    faults: list[Fault] = []
    if code is None:
        return None, []
    if number is not None:
        key = entry_key(form.list_name, code, number)
        if key in known.withdrawn:
            return None, [Fault("number", "withdrawn")]
        if key in known.recorded and draft.ground is not None and draft.listed_on is not None:
            other = _differing(draft, form, known.recorded[key])
            if not other:
                return (BUREAU, key), []
            return None, [Fault(other[0][0], "recorded_otherwise", {"what": joined(title for _, title in other)})]
        if known.numbers.get(number, code) != code:
            faults.append(Fault("number", "number_taken", {"code": known.numbers[number]}))
        taken = known.receipts.get(draft.receipt or "", key)
        own = {item.key for item in known.standing.get(code, ()) if _same_entry(item, draft)}
        if taken not in {key, *own}:
            faults.append(Fault("receipt", "receipt_taken", {"key": taken}))
    for item in known.standing.get(code, ()):
        if _same_entry(item, draft):
            if not item.withdrawn:
                return (item.source, item.key), []
            faults.append(Fault("listed_on", "withdrawn"))
        elif item.open and _same_ground(item, draft):
            told = {"day": f"{item.listed_on}", "number": item.number}
            faults.append(Fault("ground", "listed_already", told))
    return None, faults


def _differing(draft: Draft, form: Form, content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(column, title) of what the recorded entry says otherwise."""
    wanted = Checked(Row("", 0, {}), form, draft, ()).content()
    titles = {column.name: column.title for column in form.columns}
    titles["name"] = t("列入机关", "listed by") if wanted["listed_by"] != content.get("listed_by") else titles["name"]
    return [(column, titles[column]) for name, column in _COMPARED.items() if wanted[name] != content.get(name)]


def _same_entry(item: Standing, draft: Draft) -> bool:
    """What a source delivers of the same firm and day is the same entry (jobs/handover.py)."""
    return item.listed_on == draft.listed_on and (item.source != BUREAU or item.number == draft.number)


def _same_ground(item: Standing, draft: Draft) -> bool:
    reason = plain(item.reason)
    return draft.ground is not None and (draft.ground.fits(reason) or reason == plain(draft.ground.text))


def _doubled(rows: Sequence[tuple[Row, Form, Draft]], settled: Set[int]) -> list[list[Fault]]:
    """Faults of rows that say one thing twice, by place; of rows that are equal, only the later ones have one, and of
    others none that the graph has already (``settled``)."""
    found: list[list[Fault]] = [[] for _ in rows]
    for column, code, same in _TWICE:
        places: dict[Any, list[int]] = defaultdict(list)
        for place, (_, _, draft) in enumerate(rows):
            if (named := same(draft)) is not None:
                places[named].append(place)
        for group in places.values():
            first = rows[group[0]][0]
            for place in group if len(group) > 1 else ():
                row = rows[place][0]
                equal = all(rows[at][0].cells == first.cells for at in group)
                if place == group[0] if equal else place in settled:
                    continue
                other = rows[group[1]][0] if place == group[0] else first
                found[place].append(Fault(column, code, {"where": _where(other, row)}))
    return found


def _where(other: Row, row: Row) -> str:
    at = t(f"第 {other.number} 行", f"row {other.number}")
    return at if other.file == row.file else t(f"文件“{other.file}”{at}", f"{at} of {other.file}")


def _firm_and_ground(draft: Draft) -> Hashable:
    return (draft.code, draft.ground.article, draft.ground.text) if draft.code and draft.ground else None


# what no two rows may have in common: the column where it shows, the fault, and what it is (None: nothing)
_TWICE: tuple[tuple[str, str, Callable[[Draft], Hashable]], ...] = (
    ("credit_code", "row_twice", _firm_and_ground),
    ("number", "number_twice", attrgetter("number")),
    ("receipt", "receipt_twice", attrgetter("receipt")),
)
