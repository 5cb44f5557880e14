"""Deadlines (办理期限): until when something has to be done after an event (``policies/deadlines.yml``)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import combinations

from pydantic import BaseModel, ConfigDict, Field, model_validator

from credit_graph.errors import DefinitionError, Inconsistent, UsageError
from credit_graph.lists.bases import documents
from credit_graph.lists.periods import Period, after_rest_days
from credit_graph.lists.policy import Title
from credit_graph.policyfile import Basis, Confidence, Dated, only_in_force, read_policy
from credit_graph.resources import root
from credit_graph.text import t


class Rolls(BaseModel):
    """The article by which a period that ends on a day of rest ends on the next working day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    document: str
    article: str
    basis: Basis


class DeadlineRow(Dated):
    """A term on a span of days: what is to be done (``name``), by whom (``duty``), and what it runs from (``of``)."""

    event: str
    name: Title
    of: Title
    duty: Title
    period: Period | None = None
    document: str
    article: str | None = None
    rolls: Rolls | None = None

    @model_validator(mode="after")
    def _cited(self) -> DeadlineRow:
        faults: list[tuple[tuple[int | str, ...], str, str]] = []
        cited = [(("document",), self.document, self.article)]
        cited += [(("rolls",), self.rolls.document, self.rolls.article)] if self.rolls else []
        for place, name, article in cited:
            document = documents().get(name)
            if document is None:
                faults.append((place, f"没有登记文件 {name}", f"unknown document {name}"))
            elif article is not None and article not in document.articles:
                faults.append((place, f"没有登记第{article}条", f"article {article} is not entered"))
        if self.rolls and self.period and self.period.working_days:
            faults.append((("rolls",), "工作日的期限不顺延", "a term in working days ends on one anyway"))
        if faults:
            raise Inconsistent(faults)
        return self


class Deadlines(BaseModel):
    """All terms."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    deadlines: tuple[DeadlineRow, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _apart(self) -> Deadlines:
        for one, other in combinations(self.deadlines, 2):
            if one.event == other.event and one.overlaps(other):
                zh, en = f"{one.event} 有两条同时有效", f"two rows of {one.event} are in force at once"
                raise Inconsistent([(("deadlines",), zh, en)])
        return self


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day (``day``) for what follows an event, with the rule's article; sentences in Chinese and English."""

    event: str
    day: date
    article: tuple[str, str]
    duty: tuple[str, str]
    why: tuple[str, str]
    confidence: Confidence

    def sentence(self) -> str:
        """All of it in the language in use."""
        return t(f"{self.why[0]}。{self.article[0]}", f"{self.why[1]}. {self.article[1]}")


def deadline(event: str, day: date, rules: Deadlines | None = None) -> Deadline:
    """The last day for what follows an event of ``day``, which is not counted (民法典第二百零一条).

    Raises ``UsageError`` for an event that no rule knows; ``DefinitionError``: ``policy.none_in_force`` where none
    knew it that day, ``policy.unset`` where its length is not set, ``policy.no_calendar`` for an unknown year.
    """
    row = _row(event, day, rules or deadlines())
    document = documents()[row.document]
    given = (row.article,) if row.article else ()
    period = _period(row)
    last = period.last_day(day)
    ends = last if row.rolls is None else after_rest_days(last)
    zh, en = period.words
    why = (f"自 {day} {row.of.zh}起{zh}内，{row.name.zh}", f"within {en} from {day} ({row.of.en}): {row.name.en}")
    article = (document.cite(*given), document.cite_english(*given))
    if row.rolls is not None and ends > last:
        rolled = documents()[row.rolls.document]
        article = (
            f"{article[0]}；{last} 是休息日，顺延：{rolled.cite(row.rolls.article)}",
            f"{article[1]}; {last} is a day of rest: {rolled.cite_english(row.rolls.article)}",
        )
    return Deadline(event, ends, article, (row.duty.zh, row.duty.en), why, row.basis.confidence)


def term_in_words(event: str, day: date) -> tuple[str, str]:
    """How long the term is that runs from an event of the day, in Chinese and English; raises as :func:`deadline`."""
    return _period(_row(event, day, deadlines())).words


def _row(event: str, day: date, rules: Deadlines) -> DeadlineRow:
    rows = [row for row in rules.deadlines if row.event == event]
    if not rows:
        known = ", ".join(sorted({row.event for row in deadlines().deadlines}))
        raise UsageError("usage.bad_value", option="EVENT", value=event, why=known)
    return only_in_force(rows, day, t(rows[0].name.zh, rows[0].name.en))


def _period(row: DeadlineRow) -> Period:
    if row.period is None:
        number = documents()[row.document].number
        name = t(f"{row.name.zh}（{number}）", f"{row.name.en} ({number})")
        raise DefinitionError("policy.unset", what=name, parts="period")
    return row.period


@cache
def deadlines() -> Deadlines:
    """The shipped rules; raises ``DefinitionError("policy.invalid")``."""
    return read_policy(root("policies") / "deadlines.yml", Deadlines)
