"""What is due and what is late (到期与逾期): by whom, until when, by which article. Pure.

Only what is known to be undone is asked for: a penalty from before the day on which receipts began to be recorded is
counted, not listed. Working days are those of ``policies/working-days.yml``; a year without them is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from credit_graph.lists.authority import AuthorityRow
from credit_graph.lists.bases import documents
from credit_graph.lists.clock_policy import PENALTY, clock_policy
from credit_graph.lists.clocks import Clock, clock
from credit_graph.lists.deadlines import deadline
from credit_graph.lists.entries import listed_by, stands
from credit_graph.lists.facts import matter_of
from credit_graph.lists.matter import Matter, Sentence
from credit_graph.lists.policy import ListPolicy
from credit_graph.lists.procedures import Procedure
from credit_graph.lists.proceedings import Proceeding, earliest, position
from credit_graph.lists.proceedings import due as term_of
from credit_graph.lists.receipts import CHANNEL_NAMES, Receipt, ReceiptChannel, Receipts, document_of
from credit_graph.model.time import covers
from credit_graph.policyfile import Dated, read_policy
from credit_graph.resources import root
from credit_graph.text import t

Record = Mapping[str, Any]
WARNING, TASK = "alert", "measure"  # items that are of no list and no penalty


class ReceiptsAsked(Dated):
    """Which channel has to show the penalties of this bureau, within which term, and since when receipts are kept."""

    id: str
    channel: ReceiptChannel
    deadline: str
    role: str
    asked_from: date


class Ends(Dated):
    """Who removes an entry at its term, and who ends a publication."""

    id: str
    removal: str
    publication: str


class DuePolicy(BaseModel):
    """``policies/due.yml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    days: int = Field(ge=0)
    receipts: tuple[ReceiptsAsked, ...]
    ends: tuple[Ends, ...]


@cache
def due_policy() -> DuePolicy:
    """The shipped policy; raises ``DefinitionError("policy.invalid")`` with file and line."""
    return read_policy(root("policies") / "due.yml", DuePolicy)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be done. ``day``: the last day, ``None`` where no term runs; ``not_before``: the first on which it
    can be done. ``role``: of ``policies/roles.yml``; ``persons``: who began it or took its last step, or has it in
    hand. ``list``: a list, ``penalty``, ``alert``, ``measure``; ``id``: of the proceeding, document or record."""

    what: Sentence
    day: date | None
    list: str
    id: str
    code: str
    name: str
    role: str = ""
    persons: tuple[str, ...] = ()
    article: Sentence = ("", "")
    not_before: date | None = None

    def late(self, today: date) -> int:
        """By how many days it is late; 0: it is not."""
        return max((today - self.day).days, 0) if self.day is not None else 0

    def shown(self, last: date) -> bool:
        """Whether it can be done, and has to be, up to the day; what has no term is always open."""
        return all(day is None or day <= last for day in (self.day, self.not_before))

    def of(self, who: str, titles: Mapping[str, Sequence[str]]) -> bool:
        """Whether it is of a person, or of a role by its id or one of its ``titles``."""
        return who in self.persons or (bool(self.role) and who in (self.role, *titles.get(self.role, ())))


@dataclass(frozen=True, slots=True)
class Unknown:
    """What is not asked for, how often, and why: one line, so that it floods no list."""

    what: Sentence
    count: int


def in_order(items: Iterable[Item]) -> list[Item]:
    """The most late first, what has no term last."""
    return sorted(items, key=lambda item: (item.day or date.max, item.list, item.what, item.id))


def of_proceeding(
    procedure: Procedure, proceeding: Proceeding, title: Sentence, ends: Mapping[tuple[str, str], date]
) -> Item | None:
    """The next step; ``ends``: the last days of entries by source and key, which a removal has to keep to as well.

    Raises ``DefinitionError``: ``policy.unset``, ``policy.no_calendar``.
    """
    step = position(procedure, proceeding).next
    if step is None:
        return None
    term = term_of(procedure, proceeding)
    days = [term.day] if term is not None else []
    target = proceeding.target
    if procedure.does == "removal" and target is not None and (target.source, target.key) in ends:
        days.append(ends[target.source, target.key])
    document = documents()[procedure.document]
    named = tuple(filter(None, [step.article or procedure.article]))
    firsts = [earliest(procedure, proceeding, outcome.id) for outcome in step.outcomes]
    known = [first for first in firsts if first is not None]
    taken = proceeding.taken
    return Item(
        what=(f"{title[0]}·{procedure.name.zh}：{step.name.zh}", f"{title[1]}, {procedure.name.en}: {step.name.en}"),
        day=min(days, default=None),
        list=proceeding.list,
        id=proceeding.id,
        code=proceeding.eid,
        name=proceeding.name,
        role=step.role,
        persons=tuple(dict.fromkeys((taken[0].actor, taken[-1].actor))) if taken else (),
        article=term.article if term is not None else (document.cite(*named), document.cite_english(*named)),
        not_before=min(known) if len(known) == len(firsts) else None,
    )


def entry_ends(
    policy: ListPolicy, records: Iterable[Record], holds: Iterable[Record], authority: AuthorityRow, day: date
) -> tuple[dict[tuple[str, str], Item], list[Unknown]]:
    """The entries of a list that stand on the day and that this bureau listed, with the last day of their clocks.

    ``records``: of the list's kind, ``holds``: all that are known.
    """
    of_record = by_record(holds)
    found: dict[tuple[str, str], Item] = {}
    nobody = blocked = 0
    kind = policy.record_kind or ""
    role = _ends(day).removal
    for record in records:
        if not covers(record["valid_from"], record["valid_to"], day) or not stands(kind, record, day):
            continue
        lister = listed_by(kind, record)
        if lister is None or not authority.acts_for(lister):
            nobody += lister is None
            continue
        place = (record["source"], record["key"])
        matter = matter_of(record, of_record.get(place, ()), day, clock_policy())
        if _gone(matter, day):
            continue
        ran = clock(matter, "gsxt", day)
        blocked += ran.state == "blocked"
        if ran.until is not None:
            title = policy.title
            what = (f"{title.zh}：期限届满，移出", f"{title.en}: the term ends, to be removed")
            found[place] = _item(what, ran.until, policy.name, record, role, _cited(ran))
    zh, en = policy.title.zh, policy.title.en
    lines = [
        Unknown((f"{zh}条目没有列入机关，不知由谁移出", f"entries without who listed, of {en}"), nobody),
        Unknown((f"{zh}条目的公示期限不能确定", f"entries whose clock is blocked, of {en}"), blocked),
    ]
    return found, [line for line in lines if line.count]


def missing_receipts(
    asked: ReceiptsAsked,
    penalties: Iterable[Record],
    holds: Iterable[Record],
    receipts: Receipts,
    authority: AuthorityRow,
    day: date,
) -> tuple[list[Item], list[Unknown]]:
    """The penalties of this bureau, decided from the day ``asked_from`` on, of which the channel has no receipt.

    Several sources tell of one (by its number). What GSXT never shows, what was repaired, annulled or put on hold is
    not asked for. Raises ``DefinitionError("policy.no_calendar")``.
    """
    of_record = by_record(holds)
    together: dict[tuple[str, str], list[Record]] = {}
    for record in penalties:
        if asked.asked_from <= record["decided_on"] <= day and not record.get("cancel_reason"):
            together.setdefault(document_of(record) or (record["source"], record["key"]), []).append(record)
    found: list[Item] = []
    nobody = 0
    for same in together.values():
        deciding = [str(record["authority"]) for record in same if record.get("authority")]
        if not any(authority.acts_for(name) for name in deciding):
            nobody += not deciding
            continue
        if any(receipts.of(record, asked.channel, day) for record in same):
            continue
        if not all(_to_show(record, of_record, asked.channel, day) for record in same):
            continue
        term = deadline(asked.deadline, min(record["decided_on"] for record in same))
        where = CHANNEL_NAMES[asked.channel]
        what = (f"处罚信息公示：{where[0]}，尚无回执", f"penalty to be shown, no receipt yet: {where[1]}")
        found.append(_item(what, term.day, PENALTY, same[0], asked.role, term.article))
    unknown = ("处罚决定没有处罚机关，不知是否本机关作出", "penalties without who decided")
    return found, [Unknown(unknown, nobody)] if nobody else []


def publication_ends(
    receipt: Receipt,
    record: Record,
    holds: Iterable[Record],
    receipts: Receipts,
    day: date,
    restored: date | None = None,
) -> Item | None:
    """When the channel that shows a penalty or a result by a receipt has to end it; ``None``: it is ended already, or
    its clock can't be told. ``restored``: the day on which its repair was revoked."""
    shown = receipts.of(record, "gsxt", day)
    from_ = shown.day if shown else None
    matter = matter_of(record, list(holds), day, clock_policy(), receipt=from_, restored=restored)
    ran = clock(matter, receipt.channel, day)
    if _gone(matter, day) or ran.until is None:
        return None
    where = CHANNEL_NAMES[receipt.channel]
    what = (f"公示期限届满，停止公示：{where[0]}", f"its clock ends, to be shown no more: {where[1]}")
    return _item(what, ran.until, matter.subject, record, _ends(day).publication, _cited(ran))


def by_record(holds: Iterable[Record]) -> dict[tuple[str, str], list[Record]]:
    """Holds by the source and key of what they are on."""
    found: dict[tuple[str, str], list[Record]] = {}
    for hold in holds:
        found.setdefault((hold["held_source"], hold["held_key"]), []).append(hold)
    return found


def _item(what: Sentence, day: date, list_name: str, record: Record, role: str, article: Sentence) -> Item:
    names = ("document_number", "listing_id", "inspection_id")
    id_ = next((str(record[name]) for name in names if record.get(name)), record["sid"])
    person = "自然人" in str(record.get("party_kind") or "")  # who may see that name is another question
    name = "" if person else str(record.get("name") or "")
    return Item(
        what, day, list_name, id_, str(record.get("credit_code") or record.get("eid") or ""), name, role, (), article
    )


def _to_show(record: Record, of_record: Mapping[tuple[str, str], Sequence[Record]], channel: str, day: date) -> bool:
    matter = matter_of(record, of_record.get((record["source"], record["key"]), ()), day, clock_policy())
    if _gone(matter, day):
        return False
    return channel != "gsxt" or clock(matter, "gsxt", day).state != "not_shown"


def _gone(matter: Matter, day: date) -> bool:
    """Whether it is shown no more: repaired or removed, annulled, on hold."""
    ends = (matter.stopped_on, matter.withdrawn_on)
    return matter.held is not None or any(end is not None and end <= day for end in ends)


def _cited(ran: Clock) -> Sentence:
    """The article by which it ends: the last that the clock's row names is of its length."""
    named = [item for item in ran.articles if "条" in item[0]] or list(ran.articles)
    return "；".join(zh for zh, _ in named), "; ".join(en for _, en in named)


def _ends(day: date) -> Ends:
    return next(row for row in due_policy().ends if row.in_force(day))


class _RoleName(BaseModel):
    zh: str
    en: str


class _RoleRow(BaseModel):
    roles: dict[str, _RoleName]


class _RoleNames(BaseModel):
    """What ``policies/roles.yml`` calls the roles; what they may do is read elsewhere."""

    rows: tuple[_RoleRow, ...]


@cache
def role_titles() -> dict[str, Sentence]:
    """The names of the roles in Chinese and English; raises ``DefinitionError("policy.invalid")``."""
    rows = read_policy(root("policies") / "roles.yml", _RoleNames).rows
    return {name: (title.zh, title.en) for row in rows for name, title in row.roles.items()}


def role_title(role: str) -> str:
    """What a role is called."""
    return t(*role_titles().get(role, (role, role)))


def horizon(today: date, days: int | None) -> date:
    """The last day that is looked ahead to."""
    return today + timedelta(days=due_policy().days if days is None else days)
