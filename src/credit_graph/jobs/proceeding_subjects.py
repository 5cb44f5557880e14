"""Of whom a proceeding may be begun: the firm, who is competent for it, and the entry that it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from credit_graph.errors import CreditGraphError, StateError, UsageError
from credit_graph.grading.reports_policy import reports_policy
from credit_graph.jobs.decisions import SOURCE
from credit_graph.jobs.timelines import timelines
from credit_graph.lists.authority import AuthorityRow, authority_on
from credit_graph.lists.entries import ground_of, listed_by, listed_on, stands
from credit_graph.lists.policy import ListPolicy, plain
from credit_graph.lists.procedures import Procedure
from credit_graph.lists.proceedings import Proceeding, Target
from credit_graph.model.time import covers
from credit_graph.store import Store
from credit_graph.text import joined, t

Record = Mapping[str, Any]
ENTRY = "entry|"  # begins the key of an entry that a proceeding made
_CHUNK = 5000


@dataclass(frozen=True, slots=True)
class Subject:
    """A firm of which a proceeding is to be begun: ``what`` it was called by, its eid, the entry meant (a statement's
    id; needed only where it has several), and what is stated of this one alone. ``name`` is looked up."""

    what: str
    eid: str
    entry: str | None = None
    said: Mapping[str, str] = field(default_factory=dict)
    name: str = ""


Checked = tuple[Subject, Target | None, CreditGraphError | None]


def checked(
    store: Store,
    policy: ListPolicy,
    procedure: Procedure,
    subjects: Sequence[Subject],
    said: Mapping[str, str],
    seq: int,
    today: date,
) -> list[Checked]:
    """Each subject with its name, the entry that the proceeding is about, and what forbids it (``None``: nothing).

    ``DefinitionError`` where the list's or the authority's rules are missing is raised at once.
    """
    assert policy.record_kind is not None
    eids = [subject.eid for subject in subjects]
    firms = of_firms(store, "Registration", eids, seq)
    entries = of_firms(store, policy.record_kind, eids, seq)
    gone = _out_of_use(of_firms(store, "Hold", eids, seq), today)
    authority = authority_on(today)
    found: list[Checked] = []
    for subject in subjects:
        firm = holding_on(firms.get(subject.eid, []), today)
        named = replace(subject, name=str(firm["name"])) if firm and firm.get("name") else subject
        target, error = None, None
        try:
            _check_firm(policy, procedure, subject, firm, today)
            target = _target(
                policy, procedure, subject, {**said, **subject.said}, entries.get(subject.eid, []), gone, today
            )
            _check_competence(procedure, subject, firm, target, authority)
            if procedure.does == "withdrawal" and target is not None:
                _check_published(store, subject, target, seq)
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


def _check_firm(policy: ListPolicy, procedure: Procedure, subject: Subject, firm: Record | None, today: date) -> None:
    if firm is None:
        raise UsageError("usage.unknown_entity", what=subject.what)
    if procedure.in_being and _ended(firm, today):
        raise StateError("state.subject_ended", firm=subject.what, state=firm.get("state"))
    code = str(firm.get("credit_code") or subject.eid)
    for row in policy.on(today).excluded:
        if procedure.does == "listing" and code.startswith(row.code_prefix):
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


def _target(
    policy: ListPolicy,
    procedure: Procedure,
    subject: Subject,
    said: Mapping[str, str],
    entries: Sequence[Record],
    gone: Set[tuple[str, str]],
    today: date,
) -> Target | None:
    """The entry that the proceeding is about; a listing has none yet."""
    kind = policy.record_kind or ""
    title = t(policy.title.zh, policy.title.en)
    row = policy.on(today)
    ground = ground_of(row, said["ground"], said.get("reason"), title) if "ground" in said else None
    standing = [
        entry for entry in entries if stands(kind, entry, today) and (entry["source"], entry["key"]) not in gone
    ]
    if procedure.does == "listing":
        if ground is not None and any(ground.text == entry.get("reason") for entry in standing):
            raise StateError("state.listed_already", firm=subject.what, list=title)
        return None
    pool = [entry for entry in entries if entry not in standing] if procedure.does == "restoration" else standing
    wanted = [entry for entry in pool if subject.entry in (None, entry["sid"])]
    if not wanted:
        raise StateError("state.not_listed", firm=subject.what, list=title)
    if len(wanted) > 1:
        raise UsageError("usage.several", what=subject.what, candidates=joined(entry["sid"] for entry in wanted))
    entry = wanted[0]
    day = listed_on(kind, entry)
    if day is None:
        raise StateError("state.not_listed", firm=subject.what, list=title)
    _check_earliest(policy, procedure, subject, day, today)
    return Target(entry["source"], entry["key"], day, listed_by(kind, entry))


def _check_earliest(policy: ListPolicy, procedure: Procedure, subject: Subject, begun: date, today: date) -> None:
    """No way off the list before the law's minimum."""
    if procedure.way is None:
        return
    way = next((item for item in policy.on(today).removal if item.id == procedure.way), None)
    if way is None or way.earliest is None:
        return
    first = way.earliest.last_day(begun)
    if today < first:
        name = t(procedure.name.zh, procedure.name.en)
        raise StateError("state.step_early", id=subject.what, step=name, day=first)


def _check_published(store: Store, subject: Subject, target: Target, seq: int) -> None:
    """What a source delivered was published there; the bureau's own entry only once its proceeding says so."""
    if target.source != SOURCE:
        return
    key = proceeding_key(target.key.removeprefix(ENTRY))
    last = timelines(store, SOURCE, [key], seq + 1)[key].last
    if last is not None and not last.content.get("published_on"):
        raise StateError("state.not_published", firm=subject.what, id=last.content["proceeding"])


def _ended(firm: Record, today: date) -> bool:
    return firm.get("state") in reports_policy().on(today).ended


def _out_of_use(holds: Mapping[str, Sequence[Record]], today: date) -> Set[tuple[str, str]]:
    """Source and key of the records that a hold keeps from the public today: removed, expired or annulled."""
    return {
        (row["held_source"], row["held_key"])
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
    for chunk in _chunks(list(dict.fromkeys(eids))):
        for row in store.read("read/kind_of_firms", labels={"KIND": kind}, eids=chunk, seq=seq):
            found.setdefault(row["eid"], []).append(row["record"])
    return found


def _chunks(items: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
