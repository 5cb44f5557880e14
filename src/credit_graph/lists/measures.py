"""Joint measures (联合惩戒、联合激励) that follow from a list (``policies/measures.yml``), and their gate."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from credit_graph.errors import Inconsistent
from credit_graph.lists.bases import Carried, Document, Level, gate, refused
from credit_graph.lists.policy import Title, list_names
from credit_graph.policyfile import Dated, read_policy
from credit_graph.resources import root
from credit_graph.text import t


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
    department: Title
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
    """The measures of this installation."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    measures: tuple[Measure, ...]

    @model_validator(mode="after")
    def _known(self) -> Measures:
        names = set(list_names())
        faults: list[tuple[tuple[int | str, ...], str, str]] = []
        for number, row in enumerate(self.measures):
            for wrong in sorted(set(row.lists) - names):
                faults.append((("measures", number, "lists"), f"没有名单 {wrong}", f"there is no list {wrong}"))
            if row.id in {other.id for other in self.measures[:number]}:
                faults.append((("measures", number, "id"), f"编号 {row.id} 重复", f"{row.id} stands there twice"))
        if faults:
            raise Inconsistent(faults)
        return self


@cache
def measures() -> tuple[Measure, ...]:
    """All measures; raises ``DefinitionError("policy.invalid")``."""
    return read_policy(root("policies") / "measures.yml", Measures).measures


def measures_of(list_name: str, day: date) -> list[Measure]:
    """The measures that an entry of the list leads to on the day, whether or not a document carries them."""
    return [row for row in measures() if list_name in row.lists and row.in_force(day)]
