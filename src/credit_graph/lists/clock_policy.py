"""The rules of ``policies/clocks.yml``: until which day a channel may show a penalty or an entry of a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from credit_graph.errors import Inconsistent
from credit_graph.lists.bases import documents, within
from credit_graph.lists.periods import Period
from credit_graph.policyfile import Basis, Dated, read_policy
from credit_graph.resources import root

Channel = Literal["gsxt", "credit_china", "release"]
Severity = Literal["minor", "general", "serious"]
Domain = Literal["general", "food", "drugs", "special_equipment"]
SEVERITIES: tuple[Severity, ...] = ("minor", "general", "serious")
DOMAINS: tuple[Domain, ...] = ("general", "food", "drugs", "special_equipment")
CHANNELS: tuple[Channel, ...] = ("gsxt", "credit_china", "release")
PenaltyKind = Literal[
    "criticism",
    "warning",
    "confiscation",
    "fine",
    "suspension",
    "restriction",
    "occupation",
    "downgrade",
    "revocation",
    # a fine by its amount; "fine" alone is one that is neither
    "small_fine",
    "very_large_fine",
]
PENALTY = "penalty"  # the subject that is no list


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class World(_Strict):
    """What is known of a penalty, or one of the things that it may be while something is unknown."""

    kinds: frozenset[PenaltyKind] = frozenset()
    simple: bool = False
    domain: Domain = "general"
    severity: Severity | None = None


class When(_Strict):
    """Which penalties a row is for; all that is named has to hold."""

    only: tuple[PenaltyKind, ...] = ()
    any: tuple[PenaltyKind, ...] = ()
    simple: bool | None = None
    domains: tuple[Domain, ...] = ()
    severities: tuple[Severity, ...] = ()

    def fits(self, world: World) -> bool:
        """Whether the row is for a penalty of which this is known."""
        return (
            (not self.only or (bool(world.kinds) and world.kinds <= set(self.only)))
            and (not self.any or bool(world.kinds & set(self.any)))
            and self.simple in (None, world.simple)
            and (not self.domains or world.domain in self.domains)
            and (not self.severities or world.severity in self.severities)
        )


class Said(_Strict):
    """Which article says a part of a row: of the row's document, or of another one; ``None``: it was not seen."""

    document: str | None = None
    article: str | None = None


class Start(Said):
    """The day from which the period runs: the decision's or listing's own, or the receipt of GSXT (公示)."""

    from_: Literal["event", "publication"] = Field(alias="from")


class Most(Said):
    """The longest that it may be shown, or that only its removal ends it."""

    period: Period | None = None
    until: Literal["removal"] | None = None

    @model_validator(mode="after")
    def _one(self) -> Most:
        if (self.period is None) == (self.until is None):
            raise Inconsistent([((), "须写明 period 或 until 之一", "must have one of period and until")])
        return self


class Least(Said):
    """The shortest after which it can be stopped early (提前停止公示); or at any time, or never."""

    period: Period | None = None
    early_stop: Literal["any", "never"] | None = None

    @model_validator(mode="after")
    def _one(self) -> Least:
        if (self.period is None) == (self.early_stop is None):
            raise Inconsistent([((), "须写明 period 或 early_stop 之一", "must have one of period and early_stop")])
        return self


class ClockRow(Dated):
    """A rule on a span of days. It has ``never`` (not to be shown), ``follows`` (other channels), or the parts of a
    period; a part that is left out is unset and blocks."""

    id: str
    channel: Channel
    subjects: tuple[str, ...] = Field(min_length=1)
    document: str
    when: When = When()
    never: Said | None = None
    follows: tuple[Channel, ...] = ()
    start: Start | None = None
    most: Most | None = None
    least: Least | None = None
    longer: Said | None = None  # a statutory restriction that runs longer is shown as long
    restart: Said | None = None  # a repair that is revoked lets the period run anew
    pause: Said | None = None  # not shown while a reorganisation plan is carried out

    @model_validator(mode="after")
    def _sound(self) -> ClockRow:
        faults: list[tuple[tuple[int | str, ...], str, str]] = []
        for name, part in self.parts().items():
            faults += _uncited(self, name, part)
        if self.follows and (self.channel in self.follows or any((self.never, self.start, self.most, self.least))):
            zh, en = "跟随其他渠道的没有自己的期限", "a row that follows others has no period of its own"
            faults.append((("follows",), zh, en))
        if self.least and self.most and self.least.period and self.most.period:
            longest = self.most.period.last_day(date(2024, 1, 1))
            if self.least.period.last_day(date(2024, 1, 1)) > longest:
                faults.append((("least",), "最短长于最长", "the shortest is longer than the longest"))
        if faults:
            raise Inconsistent(faults)
        return self

    def parts(self) -> dict[str, Said]:
        """The parts that the row has, by name."""
        named = ("never", "start", "most", "least", "longer", "restart", "pause")
        return {name: part for name in named if (part := getattr(self, name)) is not None}


def _uncited(row: ClockRow, name: str, part: Said) -> list[tuple[tuple[int | str, ...], str, str]]:
    document = documents().get(part.document or row.document)
    if document is None:
        wrong = part.document or row.document
        return [(("document",), f"没有登记文件 {wrong}", f"unknown document {wrong}")]
    if not document.in_force(row.effective_from):
        number = document.number
        return [((name,), f"{number} 在该行生效时不施行", f"{number} is not in force when the row begins")]
    if part.article is not None and part.article not in document.articles:
        return [((name, "article"), f"没有登记第{part.article}条", f"article {part.article} is not entered")]
    return []


class Limits(_Strict):
    """Amounts in fen for a natural person and for everybody else."""

    person: int = Field(gt=0)
    other: int = Field(gt=0)

    def of(self, natural_person: bool) -> int:
        """The amount that counts for such a party."""
        return self.person if natural_person else self.other


class Threshold(Dated):
    """What is a small fine (below the limit), or a very large one (from the limit on), in a province."""

    id: str
    what: Literal["small_fine", "very_large_fine"]
    region: str = Field(pattern=r"^\d{6}$")
    limits: Limits


class SimpleProcedure(_Strict):
    """What can be decided on the spot (简易程序): only such kinds, and fines up to the limit."""

    at_most: Limits
    kinds: tuple[PenaltyKind, ...]
    document: str
    article: str
    basis: Basis


class ClassRow(Dated):
    """Which class of failure (轻微、一般、严重) a penalty is of."""

    id: str
    severity: Severity
    when: When


class KindWords(_Strict):
    """How sources name a kind of penalty."""

    kind: PenaltyKind
    words: tuple[str, ...] = Field(min_length=1)


class DomainWords(_Strict):
    """Words of a field of law."""

    domain: Domain
    words: tuple[str, ...] = Field(min_length=1)


class ClockPolicy(_Strict):
    """All rules of clocks."""

    penalty_kinds: tuple[KindWords, ...]
    domains: tuple[DomainWords, ...]
    simple_procedure: SimpleProcedure
    thresholds: tuple[Threshold, ...]
    classes: tuple[ClassRow, ...]
    clocks: tuple[ClockRow, ...]

    @model_validator(mode="after")
    def _once(self) -> ClockPolicy:
        rows: Mapping[str, Iterable[ClockRow | ClassRow | Threshold]] = {
            "clocks": self.clocks,
            "classes": self.classes,
            "thresholds": self.thresholds,
        }
        for name, items in rows.items():
            ids = [row.id for row in items]
            if twice := sorted({found for found in ids if ids.count(found) > 1}):
                raise Inconsistent([((name,), f"编号重复：{twice[0]}", f"{twice[0]} stands there twice")])
        return self

    def rows(self, channel: Channel, subject: str, day: date) -> list[ClockRow]:
        """The rows in force for a subject on a channel, in their order."""
        return [row for row in self.clocks if row.channel == channel and subject in row.subjects and row.in_force(day)]

    def limit(self, what: str, region: str | None, day: date, natural_person: bool) -> int | None:
        """The threshold of the place in fen; ``None``: none is set."""
        for row in self.thresholds:
            if row.what == what and row.in_force(day) and region is not None and within(region, row.region):
                return row.limits.of(natural_person)
        return None

    def severity_of(self, world: World, day: date) -> Severity | None:
        """The class of such a penalty on the day; ``None``: no row tells."""
        return next((row.severity for row in self.classes if row.in_force(day) and row.when.fits(world)), None)


@cache
def clock_policy() -> ClockPolicy:
    """The shipped rules; raises ``DefinitionError("policy.invalid")``."""
    return read_policy(root("policies") / "clocks.yml", ClockPolicy)
