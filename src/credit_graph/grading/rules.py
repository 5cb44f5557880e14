"""What a row of a grading policy says: which facts an indicator reads, how they become points, who is graded.

The format is documented in docs/grading.md; whole policies are in :mod:`credit_graph.grading.policy`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from credit_graph.model.definition import Title
from credit_graph.policyfile import Basis
from credit_graph.text import t

Group = Literal["企业基础属性信息", "企业动态信息", "监管信息", "关联关系信息", "社会评价信息"]
Unit = Literal["次", "条", "户", "人", "年", "天", "分", "%", "项", "级"]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Strict(BaseModel):
    """A row: unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Condition(Strict):
    """A test of one field; exactly one of the tests is given."""

    field: str
    one_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    empty: bool | None = None
    below: int | None = None
    at_least: int | None = None

    @model_validator(mode="after")
    def _one_test(self) -> Condition:
        tests = ("one_of", "none_of", "contains", "empty", "below", "at_least")
        given = [name for name in tests if getattr(self, name) not in ((), None)]
        if len(given) != 1:
            names = ", ".join(tests)
            raise ValueError(t(f"须且只须写一种检验：{names}", f"give exactly one of {names}"))
        return self

    @property
    def counts(self) -> bool:
        """Whether it is a test of a number."""
        return self.below is not None or self.at_least is not None


class Span(Strict):
    """A span of time up to a day: (day - span, day]."""

    years: int | None = Field(None, ge=1)
    months: int | None = Field(None, ge=1)

    @model_validator(mode="after")
    def _one(self) -> Span:
        if (self.years is None) == (self.months is None):
            raise ValueError(t("写 years 或 months 之一", "give either years or months"))
        return self

    @property
    def length(self) -> int:
        """In months."""
        return self.months or 12 * (self.years or 0)

    def start(self, day: date) -> date:
        """The same day so long before, which no longer counts; the 31st becomes the last day of a shorter month."""
        return months_before(day, self.length)


class Step(Strict):
    """Facts no older than this count by so many per cent."""

    years: int | None = Field(None, ge=1)
    months: int | None = Field(None, ge=1)
    percent: int = Field(ge=1, le=100)

    @property
    def span(self) -> Span:
        """Up to which age."""
        return Span(years=self.years, months=self.months)

    @model_validator(mode="after")
    def _one(self) -> Step:
        self.span  # noqa: B018 - raises where it is none
        return self


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the last day of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    if year < 1:
        return date.min
    after = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), after - timedelta(days=1))


class Records(Strict):
    """Which records count: of a kind, valid now or ever begun, fulfilling all conditions."""

    kind: str
    only: Literal["valid", "begun"]
    where: tuple[Condition, ...] = ()
    day: str | None = None  # day or year that the window is about; default: the beginning of validity

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the kind that it reads."""
        return (*(condition.field for condition in self.where), *([self.day] if self.day else []))


class RecordsInput(Records):
    """The value: number of records (distinct keys), or the sum of amounts in fen."""

    type: Literal["records"]
    sum: tuple[str, ...] = ()
    same: str | None = None  # several sources tell of one fact: records with the same value of this field are one

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the kind that it reads."""
        return (*super().fields, *self.sum, *([self.same] if self.same else []))


class GrowthInput(Records):
    """The value: by how many per cent there are more records in the window than in the one before, if ``least``."""

    type: Literal["growth"]
    least: int = Field(1, ge=1)


class RatioInput(Records):
    """The value: numerator over denominator of the latest record, in percent rounded down."""

    type: Literal["ratio"]
    numerator: str
    denominator: str
    latest: str  # the field that orders the records

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the kind that it reads."""
        return (*super().fields, self.numerator, self.denominator, self.latest)


class FallInput(Records):
    """The value: by how many per cent an amount fell from the year before to the latest year; 0 where it did not."""

    type: Literal["fall"]
    field: str
    year: str

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the kind that it reads."""
        return (*super().fields, self.field, self.year)


class RankInput(Records):
    """The value: what the latest record says, as a number."""

    type: Literal["rank"]
    field: str
    latest: str
    ranks: dict[str, int] = Field(min_length=1)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the kind that it reads."""
        return (*super().fields, self.field, self.latest)


class LapsedInput(Records):
    """The value: number of permits and the like whose last term has ended; ``by`` names what is renewed."""

    type: Literal["lapsed"]
    by: str

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the kind that it reads."""
        return (*super().fields, self.by)


class ViewInput(Strict):
    """The value: of a field of the current view: full years since it, days past it, its fen, or 1 if it is (contains)
    one of ``values``."""

    type: Literal["view"]
    field: str
    measure: Literal["years_since", "days_past", "amount", "one_of", "contains"]
    values: tuple[str, ...] = ()


class ChangesInput(Strict):
    """The value: how often a registered item changed within the window (succession of statements)."""

    type: Literal["changes"]
    field: str
    falls_by: int | None = Field(None, ge=1, le=100)  # of an amount: only where it fell by so many per cent


class LinksInput(Strict):
    """The value: a count from the links (see docs/grading.md)."""

    type: Literal["links"]
    measure: Literal["branches", "paid_percent", "investments", "hosted_address"]


class RebornInput(Strict):
    """The value: number of ended firms that this one looks like come back (换马甲), of those that ended so."""

    type: Literal["reborn"]
    ends: tuple[str, ...] = Field(min_length=1)


Via = Literal[
    "majority_holder",
    "parent",
    "branches",
    "investments",
    "same_legal_representative",
    "group",
    "controller_history",
]  # fmt: skip
Measure = Literal["firms", "percent"]


class RelatedInput(Records):
    """The value: number or share of related firms with at least one such record; the firm itself never counts."""

    type: Literal["related"]
    via: Via
    measure: Measure = "firms"


class RelatedStateInput(Strict):
    """The value: number or share of related firms whose state in the register is one of ``states``."""

    type: Literal["related_state"]
    via: Via
    measure: Measure = "firms"
    states: tuple[str, ...] = Field(min_length=1)


class PersonsInput(Records):
    """The value: number of persons in a role at the firm with such a record about themselves."""

    type: Literal["persons"]
    who: Literal["legal_representative", "controller"]

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the kind that it reads."""
        return (*super().fields, "pid")


Input = Annotated[
    RecordsInput
    | GrowthInput
    | RatioInput
    | FallInput
    | RankInput
    | LapsedInput
    | ViewInput
    | ChangesInput
    | LinksInput
    | RebornInput
    | RelatedInput
    | RelatedStateInput
    | PersonsInput,
    Field(discriminator="type"),
]


class Band(Strict):
    """From this value on (right-open to the next band) the indicator gives these points."""

    from_: int = Field(alias="from")
    points: int = Field(ge=0)


class Rule(Strict):
    """What indicators and direct rules have in common."""

    id: Id
    name: Title
    window: Span | None = None
    basis: Basis


class Indicator(Rule):
    """One indicator: value → points by bands, less by decay, at most ``cap``."""

    replaces: bool = False  # stands in the place of the base policy's indicator of this id
    group: Group
    meaning: Said
    unit: Unit
    input: Input
    decay: tuple[Step, ...] = ()
    bands: tuple[Band, ...] = Field(min_length=1)
    cap: int = Field(ge=0)


class Level(Strict):
    """A class and the score at which it begins."""

    level: str
    from_: int = Field(alias="from", ge=0)
    name: Title


class DirectRule(Rule):
    """A fact that gives the class at once (直接判定), before the score; a worse class by the score stays."""

    level: str
    input: Records


class Subjects(Strict):
    """Who is graded: kinds of entities in being, and of a specialised policy those of its field."""

    kinds: tuple[str, ...] = Field(min_length=1)
    states_excluded: tuple[str, ...]
    industries: tuple[str, ...] = ()  # beginnings of the industry code (GB/T 4754)
    having: tuple[Records, ...] = ()  # or who has such a record; both empty: all
    basis: Basis


class Scale(Strict):
    """The range of the score and the cut points."""

    maximum: int = Field(gt=0)
    levels: tuple[Level, ...] = Field(min_length=1)
    basis: Basis
