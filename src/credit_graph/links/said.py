"""Which records a rule of a policy speaks of: all of a kind, or those whose field contains one of the words."""

from __future__ import annotations

import re
from typing import Self

import pandas as pd
import pyarrow.compute as pc
from pydantic import BaseModel, ConfigDict, model_validator

from credit_graph.model.kinds import KINDS, SUBJECT_FIELDS
from credit_graph.projection import Projection
from credit_graph.projection.begun import Begun, Flags


class RecordRule(BaseModel):
    """Records of ``kind`` whose ``field`` contains one of the ``words``; all of the kind without a field."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    field: str | None = None
    words: tuple[str, ...] = ()
    day: str | None = None  # the field that says when; where there is none, the day since which the record holds

    @property
    def fields(self) -> list[str]:
        """The fields that it reads."""
        return [name for name in (self.field, self.day) if name is not None]

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of record: {self.kind}")
        fields = {**SUBJECT_FIELDS, **KINDS[self.kind].fields}
        for name in (self.field, self.day):
            if name is not None and name not in fields:
                raise ValueError(f"{self.kind} has no field {name}")
        if (self.field is None) != (not self.words):
            raise ValueError("field and words go together")
        return self


def told_by(statements: Begun, rule: RecordRule) -> Flags:
    """Which of the statements of its kind, of an enterprise and in use, the rule speaks of."""
    found: Flags = statements.in_use & statements.columns["eid"].is_valid().to_numpy()
    if rule.field is not None:
        words = "|".join(map(re.escape, rule.words))
        found &= pc.match_substring_regex(statements.columns[rule.field], words).fill_null(False).to_numpy()
    return found


def spoken_of(projection: Projection, rule: RecordRule, *fields: str) -> pd.DataFrame:
    """The records of an enterprise, visible and in use, that the rule speaks of, with what it reads and ``fields``."""
    names = [*fields, *rule.fields]
    frame = projection.history(rule.kind, names)
    return frame[frame["visible"] & told_by(projection.statements(rule.kind, names), rule)]
