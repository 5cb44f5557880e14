"""A grading policy as one file says it, and as it applies with what it inherits."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, model_validator

from credit_graph.errors import Inconsistent
from credit_graph.grading.rules import ChangesInput, DirectRule, Id, Indicator, Records, Rule, Scale, Subjects
from credit_graph.model.definition import Title
from credit_graph.model.fields import FieldType
from credit_graph.policyfile import Dated


class PolicyFile(Dated):
    """One file: a policy for a span of days and a region, as written."""

    policy: Id
    extends: Id | None = None
    title: Title
    region: str = Field(min_length=1)
    # kinds that rules speak of and no loader fills yet, with their fields: such an input gives no points, and says so
    awaited: dict[str, dict[str, FieldType]] = Field(default_factory=dict)
    subjects: Subjects | None = None
    scale: Scale | None = None
    direct: tuple[DirectRule, ...] = ()
    indicators: tuple[Indicator, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> PolicyFile:
        missing = [name for name in ("subjects", "scale") if getattr(self, name) is None]
        if self.extends is None and missing:
            zh, en = f"缺少 {missing[0]}（不延伸其他政策时必填）", f"{missing[0]} is missing, and no policy is extended"
            raise Inconsistent([(("policy",), zh, en)])
        return self


class GradingPolicy(BaseModel):
    """A policy as it applies: of a specialised one with all that its base says.

    ``direct``: the worst class first; ``origin``: name of the policy that each rule (by id) comes from.
    """

    model_config = ConfigDict(frozen=True)

    policy: str
    title: Title
    region: str
    awaited: Mapping[str, Mapping[str, FieldType]]
    subjects: Subjects
    scale: Scale
    direct: tuple[DirectRule, ...]
    indicators: tuple[Indicator, ...]
    origin: Mapping[str, str]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Direct rules and indicators."""
        return (*self.direct, *self.indicators)

    @property
    def reads(self) -> dict[str, set[str]]:
        """By kind of record the fields that its rules read."""
        found: dict[str, set[str]] = {}
        rules = [
            *(rule.input for rule in self.direct),
            *(rule.input for rule in self.indicators),
            *self.subjects.having,
        ]
        for value in rules:
            if isinstance(value, Records):
                found.setdefault(value.kind, set()).update(value.fields)
            elif isinstance(value, ChangesInput):
                found.setdefault("Registration", set()).add(value.field)
        return found


def combined(own: PolicyFile, base: GradingPolicy | None) -> GradingPolicy:
    """The policy with what it inherits; rules of the specialised policy stand before those of the same class."""
    replaced = {indicator.id for indicator in own.indicators if indicator.replaces}
    above = base.indicators if base else ()
    subjects = own.subjects or (base.subjects if base else None)
    scale = own.scale or (base.scale if base else None)
    if subjects is None or scale is None:
        raise ValueError("a policy that extends none needs subjects and scale")  # the file's own check sees to it
    starts = {level.level: level.from_ for level in scale.levels}
    direct = [*own.direct, *(base.direct if base else ())]
    origin = dict(base.origin) if base else {}
    return GradingPolicy(
        policy=own.policy,
        title=own.title,
        region=own.region,
        awaited={**(base.awaited if base else {}), **own.awaited},
        subjects=subjects,
        scale=scale,
        direct=tuple(sorted(direct, key=lambda rule: -starts.get(rule.level, 0))),
        indicators=(*(one for one in above if one.id not in replaced), *own.indicators),
        origin={**origin, **{rule.id: own.policy for rule in (*own.direct, *own.indicators)}},
    )
