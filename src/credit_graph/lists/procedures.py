"""Procedures (程序) as data, ``policies/procedures/LIST.yml``: which steps a decision about a list takes, in which
order, by whom, within which term, and with which letter; the format is documented in docs/procedures.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from credit_graph.errors import DefinitionError, Inconsistent, UsageError
from credit_graph.lists.bases import documents
from credit_graph.lists.clock_policy import Channel
from credit_graph.lists.periods import Period
from credit_graph.lists.policy import ListPolicy, Title, list_policy
from credit_graph.model.kinds import KINDS
from credit_graph.policyfile import Basis, Dated, read_policy
from credit_graph.resources import root
from credit_graph.text import t

Does = Literal[
    "listing", "removal", "objection", "withdrawal", "correction", "restoration", "pause", "resumption",
    "publication", "transfer",
]  # fmt: skip
Makes = Literal[
    "listing", "removal", "repair", "withdrawal", "correction", "restoration", "pause", "publication", "referral"
]
Competent = Literal["registrar", "punisher", "lister"]
Asked = Literal["text", "day", "number", "ground", "public"]

DOES: dict[Does, tuple[str, str]] = {
    "listing": ("列入", "listing"),
    "removal": ("移出", "removal"),
    "objection": ("异议", "objection"),
    "withdrawal": ("撤销", "withdrawal"),
    "correction": ("更正", "correction"),
    "restoration": ("恢复列入", "listing again"),
    "pause": ("暂停公示", "pause"),
    "resumption": ("恢复公示", "end of a pause"),
    "publication": ("公布", "publication"),
    "transfer": ("移送", "transfer"),
}
DONE = "done"  # the outcome of a step that has no other
NEXT, END = "next", "end"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Ask(_Strict):
    """What has to be stated with a step: a text, one to be made ``public`` (with nothing in it that must not leave), a
    day (of a fact, so never after today), a number of a document, or a ground of the list (its article). ``since``:
    the step before whose day it can't lie."""

    name: str = Field(pattern=r"^[a-z_]{2,30}$")
    title: Title
    type: Asked = "text"
    since: str | None = None


class Wait(_Strict):
    """The step or outcome is not open before a term is over, counted from a step or from a day asked before it: either
    one of ``policies/deadlines.yml`` (the day after its last), or a ``period`` (on its last day)."""

    of: str
    deadline: str | None = None
    period: Period | None = None

    @model_validator(mode="after")
    def _one(self) -> Wait:
        if (self.deadline is None) == (self.period is None):
            raise Inconsistent([((), "须写明 deadline 或 period 之一", "must have one of deadline and period")])
        return self


class Term(_Strict):
    """Until when the step has to be taken: a row of ``policies/deadlines.yml``, from a step or a day asked before, or
    from the end of another term that ran from it (``following``); ``grounds``: only for these."""

    deadline: str
    of: str
    following: str | None = None
    grounds: tuple[str, ...] = ()


class Outcome(_Strict):
    """How a step may come out, what comes ``then`` (the next step, the end, an earlier step again), what it ``makes``
    of the entry (without that nothing outside the proceeding changes), and its ``letters`` where they differ."""

    id: str = Field(pattern=r"^[a-z_]{2,30}$")
    name: Title
    then: str = NEXT
    after: Wait | None = None
    makes: Makes | None = None
    letters: tuple[str, ...] = ()


class Step(_Strict):
    """One step: who takes it (a role of ``policies/roles.yml``), which earlier ones that person may not have taken
    (``not_by``), what it asks, its term, and the ``letters`` (templates) of an outcome that goes on, counted as
    ``number`` says.
    ``asked: false`` leaves it out (a switch); ``grounds``: only for these."""

    id: str = Field(pattern=r"^[a-z_]{2,30}$")
    name: Title
    role: str
    asked: bool = True
    grounds: tuple[str, ...] = ()
    not_by: tuple[str, ...] = ()
    asks: tuple[Ask, ...] = ()
    outcomes: tuple[Outcome, ...] = (Outcome(id=DONE, name=Title(zh="完成", en="done")),)
    after: Wait | None = None
    terms: tuple[Term, ...] = ()
    letters: tuple[str, ...] = ()
    number: str | None = None
    article: str | None = None
    basis: Basis | None = None

    def outcome(self, id_: str) -> Outcome | None:
        """The outcome of that id."""
        return next((item for item in self.outcomes if item.id == id_), None)

    def letters_of(self, outcome: Outcome) -> tuple[str, ...]:
        """The templates of the letters that go out with the step."""
        return outcome.letters or (self.letters if outcome.then == NEXT else ())


class Procedure(Dated):
    """How one thing is decided on a span of days. ``way``: the way off the list (a ``removal`` of the list's own file)
    whose earliest day it keeps to; ``clock``: the channel whose clock (``policies/clocks.yml``) has to allow an early
    stop; ``in_being: false``: the subject may have ended;
    ``not_on``: lists on which the subject may not stand; ``conditions``: what it is granted on, as its letters tell.
    ``article``: ``None`` where it was not seen."""

    id: str = Field(pattern=r"^[a-z_0-9]{2,40}$")
    name: Title
    does: Does
    document: str
    article: str | None = None
    competent: Competent
    way: str | None = None
    clock: Channel | None = None
    in_being: bool = True
    not_on: tuple[str, ...] = ()
    conditions: tuple[Title, ...] = ()
    steps: tuple[Step, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _sound(self) -> Procedure:
        faults = [*_citations(self), *_order(self)]
        if faults:
            raise Inconsistent(faults)
        return self

    def for_ground(self, ground: str | None) -> tuple[Step, ...]:
        """The steps that are asked for an entry on that ground, in order."""
        return tuple(step for step in self.steps if step.asked and (not step.grounds or ground in step.grounds))

    @property
    def cited(self) -> tuple[str, str]:
        """Its document, with the article where that is known, in Chinese and English."""
        given = (self.article,) if self.article else ()
        return documents()[self.document].cite(*given), documents()[self.document].cite_english(*given)

    @property
    def effect(self) -> str:
        """The step from which the decision holds."""
        return next(step.id for step in self.steps if any(item.makes for item in step.outcomes))

    def step(self, id_: str) -> Step | None:
        """The step of that id."""
        return next((step for step in self.steps if step.id == id_), None)


Fault = tuple[tuple[int | str, ...], str, str]


def _citations(procedure: Procedure) -> list[Fault]:
    """Articles that the document does not have."""
    document = documents().get(procedure.document)
    if document is None:
        name = procedure.document
        return [(("document",), f"没有登记文件 {name}", f"unknown document {name}")]
    cited = {name for name in (procedure.article, *(step.article for step in procedure.steps)) if name}
    missing = sorted(cited - set(document.articles))
    return [(("article",), f"没有登记第{name}条", f"article {name} is not entered") for name in missing]


def _order(procedure: Procedure) -> list[Fault]:
    """Steps that name what is not before them, ids used twice, and an effect that is no step."""
    faults: list[Fault] = []
    before: set[str] = set()
    steps_before: set[str] = set()
    for index, step in enumerate(procedure.steps):
        place = ("steps", index)
        if step.id in steps_before:
            faults.append((place, f"步骤 {step.id} 出现两次", f"the step {step.id} stands there twice"))
        steps_before.add(step.id)
        named = {wait.of for wait in (step.after, *(item.after for item in step.outcomes)) if wait is not None}
        named |= {*(term.of for term in step.terms), *step.not_by}
        named |= {ask.since for ask in step.asks if ask.since is not None}
        named |= {item.then for item in step.outcomes} - {NEXT, END}
        for name in sorted(named - before):
            faults.append((place, f"{name} 不在步骤 {step.id} 之前", f"{name} is not before the step {step.id}"))
        before |= {step.id, *(ask.name for ask in step.asks)}
    making = [step.id for step in procedure.steps if any(item.makes for item in step.outcomes)]
    if len(making) != 1 and not (making and procedure.does == "transfer"):  # its record is told further by each answer
        zh, en = f"须恰有一个生效的步骤，现有 {len(making)} 个", f"one step makes the decision, not {len(making)}"
        faults.append((("steps",), zh, en))
    return faults


class Procedures(_Strict):
    """All procedures of a list; ``prefix`` begins the ids of its proceedings. With a ``kind`` (and ``title``) they are
    about records of that kind, which stand on no list."""

    name: str = Field(alias="list")
    kind: str | None = None
    title: Title | None = None
    prefix: str = Field(pattern=r"^[A-Z]{2,4}$")
    procedures: tuple[Procedure, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _apart(self) -> Procedures:
        for one, other in combinations(self.procedures, 2):
            if one.id == other.id and one.overlaps(other):
                zh, en = f"{one.id} 有两条同时有效", f"two rows of {one.id} are in force at once"
                raise Inconsistent([(("procedures",), zh, en)])
        return self

    @model_validator(mode="after")
    def _about(self) -> Procedures:
        if (self.kind is None) != (self.title is None):
            raise Inconsistent([(("kind",), "kind 与 title 须一并写明", "kind and title stand together")])
        if self.kind is None:
            return self
        if self.kind not in KINDS:
            raise Inconsistent([(("kind",), f"没有 {self.kind}", f"there is no {self.kind}")])
        made = {item.makes for row in self.procedures for step in row.steps for item in step.outcomes}
        if made & {"listing", "correction"}:
            zh, en = "记录不在名单上，不能列入或者更正", "what stands on no list is not listed or corrected"
            raise Inconsistent([(("procedures",), zh, en)])
        return self

    def on(self, id_: str, day: date) -> Procedure:
        """The procedure in force that day. Raises ``UsageError`` for an unknown id, ``DefinitionError`` for the day."""
        rows = [row for row in self.procedures if row.id == id_]
        if not rows:
            known = ", ".join(dict.fromkeys(row.id for row in self.procedures))
            raise UsageError("usage.bad_value", option="PROCEDURE", value=id_, why=known)
        found = [row for row in rows if row.in_force(day)]
        if not found:
            raise DefinitionError("policy.none_in_force", day=day, what=t(rows[0].name.zh, rows[0].name.en))
        return found[0]


@dataclass(frozen=True, slots=True)
class About:
    """What procedures decide about: the entries of a list, or records of a kind that stand on none (``policy`` is
    ``None``)."""

    title: Title
    record_kind: str
    policy: ListPolicy | None


def about(list_name: str) -> About:
    """What the procedures of that name are about. Raises as :func:`procedures`."""
    found = procedures(list_name)
    if found.kind is not None and found.title is not None:
        return About(found.title, found.kind, None)
    policy = list_policy(list_name)
    return About(policy.title, policy.record_kind or "", policy)


@cache
def procedures(list_name: str) -> Procedures:
    """The procedures of a list. Raises ``UsageError`` for a list without any, ``DefinitionError`` for a faulty file."""
    path = _folder() / f"{list_name}.yml"
    if list_name not in procedure_lists():
        raise UsageError("usage.bad_value", option="LIST", value=list_name, why=", ".join(procedure_lists()))
    found = read_policy(path, Procedures)
    if found.name != list_name:
        raise DefinitionError("policy.invalid", path=f"procedures/{path.name}", why=f"list: {found.name}")
    return found


def procedure_lists() -> list[str]:
    """The lists that have procedures."""
    return sorted(path.stem for path in _folder().glob("*.yml"))


def all_procedures() -> Iterable[tuple[Procedures, Procedure]]:
    """Every procedure with its file."""
    for name in procedure_lists():
        found = procedures(name)
        for row in found.procedures:
            yield found, row


def _folder() -> Path:
    return root("policies") / "procedures"
