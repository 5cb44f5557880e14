"""Of whom a proceeding may be begun: the firm, who is competent for it, and the entry that it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from typing import Any

from credit_graph.errors import CreditGraphError, StateError, UsageError
from credit_graph.grading.reports_policy import reports_policy
from credit_graph.jobs.decisions import SOURCE
from credit_graph.jobs.timelines import Timelines
from credit_graph.lists.authority import AuthorityRow, authority_on
from credit_graph.lists.clock_policy import clock_policy
from credit_graph.lists.early_stop import check_early_stop, severity_named
from credit_graph.lists.entries import ground_of, listed_by, listed_on, same_thing, stands, tells_its_end
from credit_graph.lists.facts import matter_of
from credit_graph.lists.policy import plain
from credit_graph.lists.procedures import About, Procedure
from credit_graph.lists.procedures import about as about_list
from credit_graph.lists.proceedings import Proceeding, Target, stated_day
from credit_graph.lists.redaction import Leaving, Refused, publishable_record
from credit_graph.model.time import covers
from credit_graph.store import Store
from credit_graph.store.chunks import chunks
from credit_graph.text import joined, t

Record = Mapping[str, Any]
ENTRY = "entry|"  # begins the key of an entry that a proceeding made
_NUMBERS = ("document_number", "listing_id", "mark_id", "inspection_id", "case_number")  # what people call it by
_TELLING = ("penalty_kind", "basis", "decided_on", "authority")


@dataclass(frozen=True, slots=True)
class Subject:
    """A firm of which a proceeding is to be begun: ``what`` it was called by, its eid, the entry meant (a statement's
    id or its number; needed only where it has several) or its document's ``number``, what is stated of this one alone,
    and the ``application`` that it is begun by. ``name`` is looked up."""

    what: str
    eid: str
    entry: str | None = None
    number: str | None = None
    application: str | None = None
    said: Mapping[str, str] = field(default_factory=dict)
    name: str = ""


Checked = tuple[Subject, Target | None, CreditGraphError | None]


def checked(
    store: Store,
    about: About,
    procedure: Procedure,
    subjects: Sequence[Subject],
    said: Mapping[str, str],
    seq: int,
    today: date,
) -> list[Checked]:
    """Each subject with its name, the entry that the proceeding is about, and what forbids it (``None``: nothing).

    ``DefinitionError`` where the list's or the authority's rules are missing is raised at once.
    """
    eids = [subject.eid for subject in subjects]
    firms = of_firms(store, "Registration", eids, seq)
    entries = of_firms(store, about.record_kind, eids, seq)
    gone = out_of_use(of_firms(store, "Hold", eids, seq), today)
    restored = restorations(store, seq) if procedure.clock is not None else {}
    barred = _barred(store, procedure, eids, gone, seq, today)
    authority = authority_on(today)
    begun = _begun(store, entries, seq)
    found: list[Checked] = []
    for subject in subjects:
        firm = holding_on(firms.get(subject.eid, []), today)
        named = replace(subject, name=str(firm["name"])) if firm and firm.get("name") else subject
        target, error = None, None
        try:
            _check_firm(about, procedure, subject, firm, today)
            told = {**said, **subject.said}
            found_entry = _entry(about, procedure, subject, told, entries.get(subject.eid, []), gone, today)
            target = _target(about, procedure, subject, found_entry)
            _check_competence(procedure, subject, firm, target, authority)
            if found_entry is not None and target is not None:
                _check_earliest(about, procedure, subject, target.listed_on, today)
                if subject.eid in barred:
                    raise StateError("state.on_list", firm=subject.what, list=barred[subject.eid])
                _check_clock(procedure, subject, found_entry, told, restored, today)
                _check_publishable(about, procedure, subject, found_entry, today)
            if procedure.does == "withdrawal" and target is not None:
                _check_published(begun, subject, target)
        except CreditGraphError as refusal:
            error = refusal
        found.append((named, target, error))
    return found


def changed_subjects(
    store: Store, proceedings: Sequence[Proceeding], seq: int, today: date
) -> dict[str, CreditGraphError]:
    """The firms that are not what they were when their proceeding began: another name, or no longer in being."""
    firms = of_firms(store, "Registration", [item.eid for item in proceedings], seq)
    found: dict[str, CreditGraphError] = {}
    for item in proceedings:
        firm = holding_on(firms.get(item.eid, []), today)
        now = str(firm.get("name") or "") if firm else ""
        if firm is not None and _ended(firm, today):
            why = t(f"{firm.get('state')}", f"its state is {firm.get('state')}")
        elif firm is not None and plain(now) != plain(item.name):
            why = t(f"现名 {now}", f"it is called {now} now")
        else:
            continue
        found[item.eid] = StateError("state.subject_changed", id=item.id, name=item.name, why=why)
    return found


def proceeding_key(id_: str) -> str:
    """The natural key of a proceeding."""
    return f"proceeding|{id_}"


def _check_firm(about: About, procedure: Procedure, subject: Subject, firm: Record | None, today: date) -> None:
    if firm is None:
        raise UsageError("usage.unknown_entity", what=subject.what)
    if procedure.in_being and _ended(firm, today):
        raise StateError("state.subject_ended", firm=subject.what, state=firm.get("state"))
    code = str(firm.get("credit_code") or subject.eid)
    for row in about.policy.on(today).excluded if about.policy is not None and procedure.does == "listing" else ():
        if code.startswith(row.code_prefix):
            raise UsageError("usage.bad_value", option="CODE", value=subject.what, why=t(row.why.zh, row.why.en))


def _check_competence(
    procedure: Procedure, subject: Subject, firm: Record | None, target: Target | None, authority: AuthorityRow
) -> None:
    """谁登记、谁管理; 谁处罚、谁列入; 谁列入、谁移出. Who punishes is the bureau itself: its own case is named."""
    if procedure.competent == "punisher":
        return
    of_registrar = str((firm or {}).get("authority") or "")
    lister = target.listed_by if target is not None and procedure.competent == "lister" else None
    other = lister or of_registrar
    if not other:
        why = t("登记机关未知", "its registrar is unknown")
        raise StateError("state.not_competent", firm=subject.what, why=why)
    if not authority.acts_for(other):
        what = t("列入机关", "listed by") if lister else t("登记机关", "registered by")
        raise StateError("state.not_competent", firm=subject.what, why=f"{what} {other}")


def _entry(
    about: About,
    procedure: Procedure,
    subject: Subject,
    said: Mapping[str, str],
    entries: Sequence[Record],
    gone: Mapping[tuple[str, str], Record],
    today: date,
) -> Record | None:
    """The entry that the proceeding is about; a listing has none yet."""
    kind, title = about.record_kind, t(about.title.zh, about.title.en)
    ground = None
    if "ground" in said and about.policy is not None:
        ground = ground_of(about.policy.on(today), said["ground"], said.get("reason"), title)
    standing = [
        entry for entry in entries if stands(kind, entry, today) and (entry["source"], entry["key"]) not in gone
    ]
    if procedure.does == "listing":
        if ground is not None and any(ground.text == entry.get("reason") for entry in standing):
            raise StateError("state.listed_already", firm=subject.what, list=title)
        return None
    pool = standing
    if procedure.does == "transfer":  # also a case that is not decided yet
        pool = [entry for entry in entries if not _annulled(entry, gone)]
    if procedure.does in ("restoration", "resumption"):
        pool = [entry for entry in entries if entry not in standing and _may_return(kind, procedure, entry, gone)]
    wanted = [entry for entry in pool if subject.entry in (None, entry["sid"], *_numbers(entry))]
    if subject.number is not None:
        wanted = [entry for entry in wanted if subject.number in _numbers(entry)]
    if not wanted:
        raise StateError("state.not_listed", firm=subject.what, list=title)
    things = {same_thing(kind, entry) for entry in wanted}
    if len(things) > 1:
        raise UsageError("usage.several", what=subject.what, candidates=joined(entry["sid"] for entry in wanted))
    # of several sources the one that says most: its clock needs the kinds of the penalty and their basis
    return max(wanted, key=lambda entry: (*(bool(entry.get(name)) for name in _TELLING), entry["source"], entry["key"]))


def _numbers(entry: Record) -> set[str]:
    """What people call it by."""
    return {entry[name] for name in _NUMBERS if entry.get(name)}


def _annulled(entry: Record, gone: Mapping[tuple[str, str], Record]) -> bool:
    hold = gone.get((entry["source"], entry["key"]))
    return hold is not None and hold["reason"] == "withdrawn"


def _may_return(kind: str, procedure: Procedure, entry: Record, gone: Mapping[tuple[str, str], Record]) -> bool:
    """Whether it may be shown again: where only a hold ended its use, the bureau's own for repair, or for a pause."""
    if procedure.does == "restoration" and tells_its_end(kind):
        return True
    hold = gone.get((entry["source"], entry["key"]))
    wanted = "paused" if procedure.does == "resumption" else "repaired"
    return hold is not None and hold["source"] == SOURCE and hold["reason"] == wanted


def _target(about: About, procedure: Procedure, subject: Subject, entry: Record | None) -> Target | None:
    if entry is None:
        return None
    day = listed_on(about.record_kind, entry)
    if day is None and procedure.does == "transfer":
        day = entry.get("opened_on") or entry["valid_from"]
    if day is None:
        raise StateError("state.not_listed", firm=subject.what, list=t(about.title.zh, about.title.en))
    return Target(entry["source"], entry["key"], day, listed_by(about.record_kind, entry))


def _check_clock(
    procedure: Procedure,
    subject: Subject,
    entry: Record,
    said: Mapping[str, str],
    restored: Mapping[tuple[str, str], date],
    today: date,
) -> None:
    """No early stop before the clock of the record allows it; what its source doesn't carry was stated."""
    if procedure.clock is None:
        return
    since = said.get("shown_since")
    matter = matter_of(
        entry,
        (),
        today,
        clock_policy(),
        receipt=stated_day("shown_since", since.strip(), today) if since else None,
        severity=severity_named(said["severity"]) if said.get("severity") else None,
        restored=restored.get((entry["source"], entry["key"])),
    )
    named = next((entry[name] for name in _NUMBERS if entry.get(name)), subject.what)
    check_early_stop(matter, procedure.clock, today, str(named))


def _barred(
    store: Store,
    procedure: Procedure,
    eids: Sequence[str],
    gone: Mapping[tuple[str, str], Record],
    seq: int,
    today: date,
) -> dict[str, str]:
    """The subjects that stand on a list on which they may not, with its title."""
    found: dict[str, str] = {}
    for name in procedure.not_on:
        listed = about_list(name)
        for eid, entries in of_firms(store, listed.record_kind, eids, seq).items():
            standing = [entry for entry in entries if stands(listed.record_kind, entry, today)]
            if any((entry["source"], entry["key"]) not in gone for entry in standing):
                found.setdefault(eid, t(listed.title.zh, listed.title.en))
    return found


def _check_publishable(about: About, procedure: Procedure, subject: Subject, entry: Record, today: date) -> None:
    """What the law keeps from the public is told by nobody; what its texts hold is for the step that redacts."""
    if procedure.does != "publication" or about.policy is None:
        return
    fields = about.policy.on(today).publishable.fields
    found = publishable_record(about.record_kind, entry, Leaving(fields), today)
    if isinstance(found, Refused):
        why = joined(t(*reason.sentence) for reason in found.reasons)
        raise StateError("state.not_publishable", firm=subject.what, why=why)


def restorations(store: Store, seq: int) -> dict[tuple[str, str], date]:
    """By source and key the day on which the repair of a record was revoked."""
    rows = store.read("read/restorations", seq=seq)
    return {(row["source"], row["key"]): row["day"] for row in sorted(rows, key=lambda row: row["day"])}


def _check_earliest(about: About, procedure: Procedure, subject: Subject, begun: date, today: date) -> None:
    """No way off the list before the law's minimum."""
    if procedure.way is None or about.policy is None:
        return
    way = next((item for item in about.policy.on(today).removal if item.id == procedure.way), None)
    if way is None or way.earliest is None:
        return
    first = way.earliest.last_day(begun)
    if today < first:
        name = t(procedure.name.zh, procedure.name.en)
        raise StateError("state.step_early", id=subject.what, step=name, day=first)


def _begun(store: Store, entries: Mapping[str, Sequence[Record]], seq: int) -> Timelines:
    """The proceedings that made these entries, where the bureau did."""
    found = Timelines(store, seq + 1)
    for record in chain.from_iterable(entries.values()):
        if record["source"] == SOURCE:
            found.expect(SOURCE, _made_by(record["key"]))
    return found


def _made_by(entry_key: str) -> str:
    return proceeding_key(entry_key.removeprefix(ENTRY))


def _check_published(begun: Timelines, subject: Subject, target: Target) -> None:
    """What a source delivered was published there; the bureau's own entry only once its proceeding says so."""
    if target.source != SOURCE:
        return
    last = begun.of(SOURCE, _made_by(target.key)).last
    if last is not None and not last.content.get("published_on"):
        raise StateError("state.not_published", firm=subject.what, id=last.content["proceeding"])


def _ended(firm: Record, today: date) -> bool:
    return firm.get("state") in reports_policy().on(today).ended


def out_of_use(holds: Mapping[str, Sequence[Record]], today: date) -> dict[tuple[str, str], Record]:
    """By source and key the hold that keeps a record from the public today: removed, expired, paused or annulled."""
    return {
        (row["held_source"], row["held_key"]): row
        for rows in holds.values()
        for row in rows
        if covers(row["valid_from"], row["valid_to"], today) and "public" in row["channels"].split(",")
    }


def holding_on(records: Sequence[Record], day: date) -> Record | None:
    """The registration that holds on the day, of several sources the one known last."""
    found = [row for row in records if covers(row["valid_from"], row["valid_to"], day)]
    return max(found, key=lambda row: (row["known_from"], row["sid"]), default=None)


def of_firms(store: Store, kind: str, eids: Sequence[str], seq: int) -> dict[str, list[Record]]:
    """What is known of these firms in records of the kind (properties of their nodes), by eid."""
    found: dict[str, list[Record]] = {}
    for chunk in chunks(dict.fromkeys(eids)):
        for row in store.read("read/kind_of_firms", labels={"KIND": kind}, eids=chunk, seq=seq):
            found.setdefault(row["eid"], []).append(row["record"])
    return found
