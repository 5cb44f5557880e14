"""Which records a rule of a policy speaks of: all of a kind, or those whose field contains one of the words."""

from __future__ import annotations

import re
from typing import Self

import pandas as pd
from pydantic import BaseModel, ConfigDict, model_validator

from credit_graph.model.kinds import KINDS, SUBJECT_FIELDS


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


def spoken_of(frame: pd.DataFrame, rule: RecordRule) -> pd.DataFrame:
    """The records of an enterprise, in use, that the rule speaks of. ``frame``: the records of its kind."""
    chosen = frame["in_use"] & frame["eid"].notna()
    if rule.field is not None:
        chosen &= frame[rule.field].str.contains("|".join(map(re.escape, rule.words)), na=False)
    return frame[chosen]
