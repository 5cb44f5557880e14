"""Rules of early warning (风险预警), ``policies/alerts.yml``, as typed objects.

The signals (风险信号) of one firm are judged together: each rule has points, and their sum, each rule once, opens a
warning of a level with a term in working days (国市监信发〔2022〕6号: 风险监测预警).
"""

from __future__ import annotations

import string
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from credit_graph.errors import Inconsistent
from credit_graph.links.said import RecordRule
from credit_graph.model.definition import Title
from credit_graph.policyfile import Basis, Dated, fingerprint, only_in_force, read_policy
from credit_graph.resources import root

FILE = "alerts.yml"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Rule(_Strict):
    """What every rule has. ``detail``: the sentence about one signal; ``{name}`` is one of its ``figures``."""

    figures: ClassVar[frozenset[str]]

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: Title
    points: int = Field(ge=0)
    detail: Title
    basis: Basis

    @model_validator(mode="after")
    def _known_figures(self) -> Self:
        for language, text in (("zh", self.detail.zh), ("en", self.detail.en)):
            unknown = {name for _, name, _, _ in string.Formatter().parse(text) if name} - self.figures
            if unknown:
                names = "、".join(sorted(unknown))
                raise Inconsistent([(("detail", language), f"没有 {names} 这一项", f"there is no figure {names}")])
        return self


class LevelRise(Rule):
    """The class of credit risk is higher than at the run before (分类上升). ``to``: classes that warn."""

    figures = frozenset({"before", "after"})

    type: Literal["level_rise"]
    to: tuple[str, ...] = Field(min_length=1)


class OfficialRise(Rule):
    """The province's class (省级信用风险分类) is higher than that of its month before. ``to``: classes that warn."""

    figures = frozenset({"before", "after", "month"})

    type: Literal["official_rise"]
    to: tuple[Literal["A", "B", "C", "D"], ...] = Field(min_length=1)
    days: int = Field(ge=1)


class DirectGrade(Rule):
    """A fact gives the class at once (直接判定) that did not at the run before."""

    figures = frozenset({"rule", "level"})

    type: Literal["direct_grade"]


class Burst(Rule):
    """Many complaints within ``days``: ``least`` of them, and ``times`` as many a day as in ``days_before``."""

    figures = frozenset({"count", "days", "until", "earlier", "days_before"})

    type: Literal["burst"]
    records: RecordRule
    days: int = Field(ge=1)
    least: int = Field(ge=1)
    times: int = Field(ge=1)
    days_before: int = Field(ge=1)


class MassAtRoom(Rule):
    """``firms`` or more that were founded within ``days`` at one room; addresses shared by arrangement don't count."""

    figures = frozenset({"count", "days"})

    type: Literal["mass_at_room"]
    days: int = Field(ge=1)
    firms: int = Field(ge=2)


class Struck(RecordRule):
    """Records that strike a firm: ``what`` they say; within ``years`` of their day, where a list has a term."""

    what: Title
    years: int | None = Field(None, ge=1)


class ListedController(Rule):
    """Who controls a ``listed`` firm has opened another one within ``days``, after the listing."""

    figures = frozenset({"firm", "what", "on"})

    type: Literal["listed_controller"]
    listed: tuple[Struck, ...] = Field(min_length=1)
    days: int = Field(ge=1)


class Contagion(Rule):
    """Another firm under the same controller was ``struck`` within ``days``.

    Of groups with more than ``nearest_over`` firms only the one's controller and those that it controls are warned of.
    """

    figures = frozenset({"firm", "what", "on"})

    type: Literal["contagion"]
    struck: tuple[Struck, ...] = Field(min_length=1)
    days: int = Field(ge=1)
    nearest_over: int = Field(ge=2)


class Forbidden(_Strict):
    """What words of a ban (限制范围) forbid: ``offices`` and ``positions`` (a part, without ``not_positions``).

    ``permits``: only at firms with a permit whose name contains one of these words.
    """

    words: tuple[str, ...] = Field(min_length=1)
    offices: tuple[str, ...] = ()
    positions: tuple[str, ...] = ()
    not_positions: tuple[str, ...] = ()
    permits: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _forbids(self) -> Self:
        if not (self.offices or self.positions):
            raise ValueError("offices or positions must say what is forbidden")
        return self


class BannedOffice(Rule):
    """A person under a ban of one of ``kinds`` (从业禁止、任职限制) holds an office that it forbids."""

    figures = frozenset({"kind", "document", "offices"})

    type: Literal["banned_office"]
    kinds: tuple[str, ...] = Field(min_length=1)
    forbidden: tuple[Forbidden, ...] = Field(min_length=1)
    names_most: int = Field(ge=1)  # a name that more firms' officers bear leads to none of them


class PermitLapse(Rule):
    """A permit (行政许可) has lapsed within ``days``, or will within ``ahead``, and none of the name is valid."""

    figures = frozenset({"permit", "until"})

    type: Literal["permit_lapse"]
    days: int = Field(ge=1)
    ahead: int = Field(ge=0)
    states_excluded: tuple[str, ...] = ()  # of the permit: it was given back or taken, and did not lapse


class TermLapse(Rule):
    """The term of business (营业期限) in the register ended within ``days``."""

    figures = frozenset({"until"})

    type: Literal["term_lapse"]
    days: int = Field(ge=1)


class ReportLapse(Rule):
    """No annual report (年度报告) by its last day (``policies/annual_reports.yml``); ``kinds`` of firms owe one."""

    figures = frozenset({"year", "until"})

    type: Literal["report_lapse"]
    kinds: tuple[str, ...] = Field(min_length=1)
    days: int = Field(ge=1)


AnyRule = Annotated[
    LevelRise
    | OfficialRise
    | DirectGrade
    | Burst
    | MassAtRoom
    | ListedController
    | Contagion
    | BannedOffice
    | PermitLapse
    | TermLapse
    | ReportLapse,
    Field(discriminator="type"),
]


class AlertLevel(_Strict):
    """A level of warnings: the points from which it begins, and the term for handling in working days."""

    level: str
    from_: int = Field(alias="from", ge=1)
    working_days: int = Field(ge=1)
    name: Title

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class AlertRules(Dated):
    """The rules of a span of days. ``policy``: whose classes count; ``states_excluded``: firms no longer in being."""

    id: str
    policy: str
    states_excluded: tuple[str, ...]
    levels: tuple[AlertLevel, ...] = Field(min_length=1)
    rules: tuple[AnyRule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        faults: list[tuple[tuple[str, ...], str, str]] = []
        starts = [level.from_ for level in self.levels]
        if starts != sorted(set(starts)):
            faults.append((("levels",), "from 必须递增", "from must ascend"))
        days = [level.working_days for level in self.levels]
        if days != sorted(days, reverse=True):
            faults.append((("levels",), "级别越高，期限不能越长", "a higher level must not have a longer term"))
        for name, values in (("levels", [row.level for row in self.levels]), ("rules", [row.id for row in self.rules])):
            if repeated := sorted({value for value in values if values.count(value) > 1}):
                said = "、".join(repeated)
                faults.append(((name,), f"{said} 出现两次", f"{said} stands there twice"))
        if sum(row.points for row in self.rules) < self.levels[-1].from_:
            level = self.levels[-1].level
            faults.append((("levels",), f"所有规则的分值之和达不到 {level}", f"all rules together don't reach {level}"))
        if faults:
            raise Inconsistent(faults)
        return self

    def level_of(self, points: int) -> AlertLevel | None:
        """The level that so many points open; ``None`` below the first."""
        return next((level for level in reversed(self.levels) if points >= level.from_), None)

    def rule(self, id_: str) -> Any:
        """The rule of that id; ``None`` if these rules have none."""
        return next((rule for rule in self.rules if rule.id == id_), None)


class AlertPolicy(_Strict):
    """``policies/alerts.yml``."""

    alerts: tuple[AlertRules, ...] = Field(min_length=1)

    def on(self, day: date) -> AlertRules:
        """The rules in force on the day; raises ``DefinitionError`` where none or two are."""
        return only_in_force(self.alerts, day, FILE)

    def rule(self, day: date, id_: str) -> Any:
        """The rule of that id as it was on the day; ``None`` if there was none."""
        return next((row.rule(id_) for row in self.alerts if row.in_force(day)), None)


def _path() -> Path:
    return root("policies") / FILE


@cache
def alert_policy() -> AlertPolicy:
    """The shipped policy; raises ``DefinitionError("policy.invalid")`` with file and line."""
    return read_policy(_path(), AlertPolicy)


def alert_version() -> str:
    """Names the version of the rules that a warning was made by."""
    return fingerprint(_path())
