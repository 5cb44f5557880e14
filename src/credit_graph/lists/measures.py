"""Joint measures (联合惩戒、联合激励) that follow from a list (``policies/measures.yml``), and their gate."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from credit_graph.errors import Inconsistent, UsageError
from credit_graph.lists.bases import Carried, Document, Level, gate, refused
from credit_graph.lists.periods import Period
from credit_graph.lists.policy import Title, list_names
from credit_graph.policyfile import Dated, only_in_force, read_policy
from credit_graph.resources import root
from credit_graph.text import joined, t


class Department(BaseModel):
    """Who carries measures out (执行部门), in this city."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z_]{2,30}$")
    name: Title


class Terms(Dated):
    """Until when a department answers (``answer``) and lifts a measure again (``lift``), from the day it was asked."""

    answer: Period
    lift: Period


class Measure(Dated):
    """One measure: which lists lead to it, its document, article and item in the catalogue (清单), who executes it."""

    id: str
    name: Title
    kind: Literal["punishment", "incentive"]
    lists: tuple[str, ...] = Field(min_length=1)
    level: Level
    region: str | None = Field(default=None, pattern=r"^\d{6}$")
    document: str | None = None
    article: str | None = None
    catalogue: str | None = None
    departments: tuple[str, ...] = Field(min_length=1)
    effect: Title

    def carried_by(self, day: date) -> Document:
        """The document that carries it on the day (国办发〔2020〕49号).

        Raises ``DefinitionError("policy.no_basis")`` where none does, or where a punishment stands in no catalogue.
        """
        name = t(self.name.zh, self.name.en)
        found = gate(Carried(name, self.level, self.region, "measures"), self.document, self.article, day)
        if self.kind == "punishment" and self.catalogue is None:
            raise refused(name, day, t("不在失信惩戒措施清单之内", "it stands in no catalogue of measures"))
        return found


class Measures(BaseModel):
    """The measures of this installation, the departments that carry them out, and the terms of their answers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    departments: tuple[Department, ...] = Field(min_length=1)
    terms: tuple[Terms, ...] = Field(min_length=1)
    measures: tuple[Measure, ...]

    @model_validator(mode="after")
    def _known(self) -> Measures:
        names, known = set(list_names()), {row.id for row in self.departments}
        faults: list[tuple[tuple[int | str, ...], str, str]] = []
        for number, row in enumerate(self.measures):
            for wrong in sorted(set(row.lists) - names):
                faults.append((("measures", number, "lists"), f"没有名单 {wrong}", f"there is no list {wrong}"))
            for wrong in sorted(set(row.departments) - known):
                zh, en = f"没有部门 {wrong}", f"there is no department {wrong}"
                faults.append((("measures", number, "departments"), zh, en))
            if row.id in {other.id for other in self.measures[:number]}:
                faults.append((("measures", number, "id"), f"编号 {row.id} 重复", f"{row.id} stands there twice"))
        if faults:
            raise Inconsistent(faults)
        return self


@cache
def measures_file() -> Measures:
    """The file; raises ``DefinitionError("policy.invalid")``."""
    return read_policy(root("policies") / "measures.yml", Measures)


def measures() -> tuple[Measure, ...]:
    """All measures; raises ``DefinitionError("policy.invalid")``."""
    return measures_file().measures


def measure_terms(day: date) -> Terms:
    """The terms in force. Raises ``DefinitionError("policy.none_in_force")``."""
    return only_in_force(measures_file().terms, day, "measures.yml terms")


def department(id_: str) -> Department:
    """A department by its id. Raises ``UsageError("usage.bad_value")``."""
    rows = {row.id: row for row in measures_file().departments}
    if id_ not in rows:
        known = joined(f"{row.id}（{t(row.name.zh, row.name.en)}）" for row in rows.values())
        raise UsageError("usage.bad_value", option="--department", value=id_, why=known)
    return rows[id_]


def measures_of(list_name: str, day: date) -> list[Measure]:
    """The measures that an entry of the list leads to on the day, whether or not a document carries them."""
    return [row for row in measures() if list_name in row.lists and row.in_force(day)]
