"""Grading policies (``policies/grading/*.yml``) as typed objects; the format is documented in docs/grading.md.

Indicators fall into the five national groups (通用型企业信用风险分类指标体系). The score runs from 0 to 1000, higher
is riskier; the cut points are right-open; direct-grade rules come before the score.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from credit_graph.errors import DefinitionError
from credit_graph.model.definition import Title
from credit_graph.model.kinds import KINDS, FieldType
from credit_graph.policyfile import Basis, Dated, fingerprint, only_in_force, read_policy
from credit_graph.projection.columns import content_types
from credit_graph.projection.view import precedence
from credit_graph.resources import root

Group = Literal["企业基础属性信息", "企业动态信息", "监管信息", "关联关系信息", "社会评价信息"]
NOTICE = (
    "内部监管参考，非信用评价，不得公开",
    "Internal reference for supervision; no credit rating; not to be published",
)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Condition(_Strict):
    """A test of one field; exactly one of the tests is given."""

    field: str
    one_of: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    empty: bool | None = None
    below: int | None = None

    @model_validator(mode="after")
    def _one_test(self) -> Condition:
        given = [bool(self.one_of), bool(self.contains), self.empty is not None, self.below is not None]
        if sum(given) != 1:
            raise ValueError("give exactly one of one_of, contains, empty, below")
        return self


class Records(_Strict):
    """Which records count: of a kind, valid now or ever begun, fulfilling all conditions, within the window."""

    kind: str
    only: Literal["valid", "begun"]
    where: tuple[Condition, ...] = ()
    day: str | None = None  # day or year that the window is about; default: the beginning of validity
    years: int | None = Field(None, ge=1)  # window (years, valid - years, valid]


class RecordsInput(Records):
    """The value: number of records (distinct keys), or the sum of amounts in fen."""

    type: Literal["records"]
    sum: tuple[str, ...] = ()
    same: str | None = None  # several sources tell of one fact: records with the same value of this field are one


class RatioInput(Records):
    """The value: numerator over denominator of the latest record, in percent rounded down."""

    type: Literal["ratio"]
    numerator: str
    denominator: str
    latest: str  # the field that orders the records


class ViewInput(_Strict):
    """The value: of a field of the current view: full years since it, days past it, its fen, or 1 if in a list."""

    type: Literal["view"]
    field: str
    measure: Literal["years_since", "days_past", "amount", "one_of"]
    values: tuple[str, ...] = ()


class ChangesInput(_Strict):
    """The value: how often a registered item changed within the window (succession of statements)."""

    type: Literal["changes"]
    field: str
    years: int = Field(ge=1)


class LinksInput(_Strict):
    """The value: a count from the links: branches (分支机构), or paid over subscribed amounts in percent."""

    type: Literal["links"]
    measure: Literal["branches", "paid_percent"]


class RelatedInput(Records):
    """The value: number of related firms with at least one such record."""

    type: Literal["related"]
    via: Literal["majority_holder", "parent", "same_legal_representative"]


Input = Annotated[
    RecordsInput | RatioInput | ViewInput | ChangesInput | LinksInput | RelatedInput, Field(discriminator="type")
]


class Band(_Strict):
    """From this value on (right-open to the next band) the indicator gives these points."""

    from_: int = Field(alias="from")
    points: int = Field(ge=0)

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Indicator(_Strict):
    """One indicator: value → points by bands, at most ``cap``."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: Title
    group: Group
    meaning: str
    unit: Literal["次", "条", "户", "年", "天", "分", "%", "项"]
    input: Input
    bands: tuple[Band, ...] = Field(min_length=1)
    cap: int = Field(ge=0)
    basis: Basis

    @model_validator(mode="after")
    def _consistent(self) -> Indicator:
        starts = [band.from_ for band in self.bands]
        if starts != sorted(set(starts)):
            raise ValueError("bands: from must ascend")
        if max(band.points for band in self.bands) > self.cap:
            raise ValueError("bands: more points than the cap")
        _check_input(self.input)
        return self


class Level(_Strict):
    """A class and the score at which it begins."""

    level: str
    from_: int = Field(alias="from", ge=0)
    name: Title

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class DirectRule(_Strict):
    """A fact that gives the class at once (直接判定), before the score."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: Title
    level: str
    input: Records
    basis: Basis


class Subjects(_Strict):
    """Who is graded: kinds of entities, and the states of the register in which they are not."""

    kinds: tuple[str, ...] = Field(min_length=1)
    states_excluded: tuple[str, ...]
    basis: Basis


class Scale(_Strict):
    """The range of the score and the cut points."""

    maximum: int = Field(gt=0)
    levels: tuple[Level, ...] = Field(min_length=1)
    basis: Basis

    @model_validator(mode="after")
    def _ordered(self) -> Scale:
        starts = [level.from_ for level in self.levels]
        if starts[0] != 0 or starts != sorted(set(starts)) or starts[-1] > self.maximum:
            raise ValueError("levels: cut points must start at 0, ascend and lie within the scale")
        return self


class GradingPolicy(Dated):
    """One grading policy for a span of days and a region."""

    policy: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Title
    region: str
    # kinds that rules speak of and no loader fills yet, with their fields: such an input gives no points, and says so
    awaited: dict[str, dict[str, FieldType]] = Field(default_factory=dict)
    subjects: Subjects
    scale: Scale
    direct: tuple[DirectRule, ...] = ()
    indicators: tuple[Indicator, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> GradingPolicy:
        ids = [*(rule.id for rule in self.direct), *(indicator.id for indicator in self.indicators)]
        for id_ in ids:
            if ids.count(id_) > 1:
                raise ValueError(f"{id_} is used twice")
        for rule in self.direct:
            if rule.level not in {level.level for level in self.scale.levels}:
                raise ValueError(f"direct: {rule.id}: there is no level {rule.level}")
            self._check_records(rule.id, rule.input, ())
        for indicator in self.indicators:
            if isinstance(indicator.input, Records):
                self._check_records(indicator.id, indicator.input, _own_fields(indicator.input))
        return self

    def fields_of(self, kind: str) -> dict[str, FieldType] | None:
        """The fields of a kind, known or awaited; ``None`` if the policy may not speak of it."""
        return content_types(kind) if kind in KINDS else self.awaited.get(kind)

    def _check_records(self, name: str, records: Records, own: tuple[str, ...]) -> None:
        fields = self.fields_of(records.kind)
        if fields is None:
            raise ValueError(f"{name}: input: kind {records.kind} is neither known nor awaited")
        used = [*(condition.field for condition in records.where), *own, *([records.day] if records.day else [])]
        for field in used:
            if field not in fields:
                raise ValueError(f"{name}: input: {records.kind} has no field {field}")
        if records.day and fields[records.day] not in {FieldType.DAY, FieldType.YEAR}:
            raise ValueError(f"{name}: input: {records.day} is no day or year")


def _own_fields(records: Records) -> tuple[str, ...]:
    if isinstance(records, RecordsInput):
        return records.sum
    if isinstance(records, RatioInput):
        return (records.numerator, records.denominator, records.latest)
    return ()


def _check_input(value: Input) -> None:
    if isinstance(value, ViewInput) and (value.measure == "one_of") != bool(value.values):
        raise ValueError("input: values belong to measure one_of")
    if isinstance(value, ViewInput) and any(value.field not in row.fields for row in precedence().rows):
        raise ValueError(f"input: the current view has no field {value.field}")
    if isinstance(value, ViewInput | ChangesInput):
        types = content_types("Registration")
        if value.field not in types:
            raise ValueError(f"input: the register has no field {value.field}")
        needs_day = isinstance(value, ViewInput) and value.measure in {"years_since", "days_past"}
        if needs_day and types[value.field] is not FieldType.DAY:
            raise ValueError(f"input: {value.field} is no day")


@cache
def _policies(folder: Path) -> tuple[tuple[Path, GradingPolicy], ...]:
    return tuple((path, read_policy(path, GradingPolicy)) for path in sorted(folder.glob("*.yml")))


def grading_policy(name: str, day: date, folder: Path | None = None) -> tuple[GradingPolicy, str]:
    """The policy of that name in force on the day, and the fingerprint of its file.

    Raises ``DefinitionError``: ``policy.invalid`` with file and line, ``policy.none_in_force``, or
    ``policy.invalid`` where two files claim the day.
    """
    found = {path: p for path, p in _policies(folder or root("policies") / "grading") if p.policy == name}
    if not found:
        raise DefinitionError("policy.none_in_force", day=day, what=f"grading/{name}")
    policy = only_in_force(found.values(), day, f"grading/{name}")
    return policy, fingerprint(*(path for path, p in found.items() if p is policy))
