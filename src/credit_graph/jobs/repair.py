"""The repair desk (信用修复): applications begin their proceedings, in bulk from the portal's export or one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from credit_graph import clock
from credit_graph.errors import CreditGraphError, DefinitionError, StateError, UsageError
from credit_graph.jobs import batches
from credit_graph.jobs.decisions import Decision
from credit_graph.jobs.finding import find_firm
from credit_graph.jobs.proceeding_records import listed
from credit_graph.jobs.proceeding_subjects import Subject
from credit_graph.jobs.proceedings import Done, begin
from credit_graph.jobs.receipts import known_receipts
from credit_graph.jobs.repair_file import RefusedRow, check_out, read, write_refused
from credit_graph.lists.procedures import procedures
from credit_graph.lists.proceedings import Proceeding
from credit_graph.lists.receipts import Receipts
from credit_graph.lists.repair import Application, RepairKind, repair_policy
from credit_graph.lists.repair_counts import Counted, count
from credit_graph.store import Store
from credit_graph.text import joined, t

Progress = Callable[[str, int, int], None]  # what, done, total

# the column of the file that is at fault, by the code of the error; else what the application is about
_COLUMN = {
    "usage.unknown_entity": "code",
    "usage.several": "number",
    "state.not_competent": "code",
    "state.subject_ended": "code",
    "state.on_list": "code",
    "state.application_known": "application",
    "state.proceeding_open": "application",
    "state.materials_missing": "materials",
    "state.not_listed": "number",
    "state.step_early": "applied_on",
    "usage.future": "applied_on",
    "state.shown_too_short": "shown_since",
    "state.clock_open": "shown_since",
    "state.no_early_stop": "number",
    "state.no_repair_needed": "number",
}


@dataclass(slots=True)
class Imported:
    """What became of a file: the proceedings begun by the name of their bundle, the applications that were taken
    before (with the proceeding of each), and the rows that were refused."""

    begun: dict[str, list[Proceeding]] = field(default_factory=dict)
    known: dict[str, str] = field(default_factory=dict)
    refused: list[RefusedRow] = field(default_factory=list)


def import_file(
    store: Store, path: Path, decision: Decision, refused_to: Path | None = None, progress: Progress | None = None
) -> Imported:
    """Begin a proceeding for each application of the portal's export; rows that can't be taken are told and written.

    An application that was taken before is known by its number and left alone, so a file may be imported twice.
    Raises ``InputError`` for what is no such file, ``StateError`` for a file of refusals that is there already.
    """
    rules = repair_policy()
    check_out(refused_to)
    rows = read(path, rules)
    done = Imported()
    taken, receipts = _applications(store), known_receipts(store, batches.last_seq(store))
    seen: set[str] = set()
    groups: dict[str, list[tuple[Application, RepairKind, Subject]]] = {}
    for row in rows:
        number = row.values.get("application", "")
        if number in taken:
            done.known[number] = taken[number]
            continue
        try:
            _check_filled(row)
            if number in seen:
                raise StateError("state.application_known", application=number, id=path.name)
            kind, subject = _subject(store, row, receipts)
            groups.setdefault(kind.id, []).append((row, kind, subject))
            seen.add(number)
        except (StateError, UsageError) as error:
            done.refused.append(RefusedRow(row, _at_fault(error), error))
    for name, items in groups.items():
        _begin_group(store, name, items, decision, done, progress)
    done.refused.sort(key=lambda item: item.application.row)
    if refused_to is not None and done.refused:
        write_refused(refused_to, done.refused, rules)
    return done


def apply(store: Store, kind: str, what: str, values: Mapping[str, str], decision: Decision) -> Done:
    """Begin the proceeding of one application, as it stands on a form; checks as :func:`import_file`, errors raised."""
    columns = repair_policy().columns
    if unknown := sorted(set(values) - set(columns)):
        raise UsageError("usage.bad_value", option="--set", value=unknown[0], why=joined(columns))
    number = values.get("application")
    if number and (known := _applications(store).get(number)):
        raise StateError("state.application_known", application=number, id=known)
    receipts = known_receipts(store, batches.last_seq(store))
    row, subject = _subject(store, Application(0, {**values, "kind": kind, "code": what}), receipts)
    return begin(store, row.list_name, row.procedure, [subject], decision, bundle=_bundle(row.id, clock.today()))


def counts(store: Store, year: int, month: int) -> list[Counted]:
    """The desk's figures of a month, by kind of application."""
    rules = repair_policy()
    found: dict[str, list[Proceeding]] = {row.id: [] for row in rules.kinds}
    for name in dict.fromkeys(row.list_name for row in rules.kinds):
        for item in listed(store, list_name=name, ended=True):
            kind = rules.begins(name, item.proceeding.procedure)
            if kind is not None:
                found[kind.id].append(item.proceeding)
    return [count(row, found[row.id], year, month, clock.today()) for row in rules.kinds]


def _check_filled(row: Application) -> None:
    """What every application has to say; a firm may be named instead of its code, materials are checked by kind."""
    for name in repair_policy().required:
        if not (row.values.get(name) or (name == "code" and row.what) or name == "materials"):
            raise UsageError("usage.bad_value", option=f"--set {name}", value="", why=t("没有填写", "it is empty"))


def _subject(store: Store, row: Application, receipts: Receipts) -> tuple[RepairKind, Subject]:
    """Whom the application is about and what it says, checked as far as it goes without the graph's records. What it
    does not say of the publication is taken from the receipt of GSXT, where that is known."""
    today = clock.today()
    kind = repair_policy().kind(row.values.get("kind", ""), today)
    eid = find_firm(store, row.what)
    values, number = dict(row.values), row.values.get("number")
    if number and not values.get("shown_since"):
        document = {"source": "", "key": "", "document_number": number, "eid": eid}
        if (receipt := receipts.of(document, "gsxt", today)) is not None:
            values["shown_since"] = receipt.day.isoformat()
    said = kind.said(values, today)
    first = procedures(kind.list_name).on(kind.procedure, today).steps[0]
    for ask in first.asks:
        if ask.name not in said and ask.name in repair_policy().columns and ask.name != "materials":
            raise UsageError("usage.bad_value", option=f"--set {ask.name}", value="", why=ask.title.zh)
    kind.check_materials(row.values.get("materials", ""), row.what)
    return kind, Subject(row.what, eid, number=number, application=row.values.get("application"), said=said)


def _begin_group(
    store: Store,
    name: str,
    items: Sequence[tuple[Application, RepairKind, Subject]],
    decision: Decision,
    done: Imported,
    progress: Progress | None,
) -> None:
    """Begin the proceedings of one kind, as a bundle."""
    kind = items[0][1]
    rows = {row.values["application"]: row for row, _, _ in items}
    subjects = [subject for _, _, subject in items]
    bundle = _bundle(name, clock.today())
    try:
        found = begin(
            store, kind.list_name, kind.procedure, subjects, decision, bundle=bundle, partial=True, progress=progress
        )
    except DefinitionError as error:  # no rule in force, or one that is not set: of all of them
        done.refused += [RefusedRow(row, "kind", error) for row in rows.values()]
        return
    if found.proceedings:
        done.begun[bundle] = found.proceedings
    for item in found.refused:
        done.refused.append(RefusedRow(rows[item.application or ""], _at_fault(item.error), item.error))


def _bundle(name: str, day: date) -> str:
    return f"repair-{name}-{day}"


def _applications(store: Store) -> dict[str, str]:
    """The proceeding of every application that was taken, by the application's number."""
    rows = store.read("read/proceeding_numbers", seq=batches.last_seq(store))
    return {row["application"]: row["proceeding"] for row in rows if row["application"]}


def _at_fault(error: CreditGraphError) -> str:
    """The field of the row that the error is about."""
    if error.code == "usage.bad_value":
        option = str(error.fields.get("option", ""))
        return {"KIND": "kind"}.get(option, option.removeprefix("--set ").strip())
    return _COLUMN.get(error.code, "kind")
