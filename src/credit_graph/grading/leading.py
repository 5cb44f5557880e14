"""Which class of a firm counts where a class is used: a person's decision, else the province's, else the bureau's own.

信用风险分类 comes from the province (国市监信发〔2022〕6号): where its class is loaded it leads, unless the bureau has
decided, with a reason, to use its own. A decision about one firm (人工调整) goes before both, until it ends. All
three stay visible beside each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from credit_graph.projection import Projection

OFFICIAL, DECISION = "OfficialRiskClass", "LevelDecision"
OVERRIDE, OWN = "override", "own"
Leads = Literal["override", "official", "own"]
_OFFICIAL_FIELDS = ("risk_class", "risk_score", "month")
_DECISION_FIELDS = ("decision", "level")
_ORDER = ["valid_from", "known_from", "sid"]


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands beside the bureau's own classes on a day.

    ``official`` and ``overrides``: the last statement of each firm, by ``eid``; ``own``: id of the decision by which
    the bureau's own classes lead, if there is one.
    """

    official: pd.DataFrame
    overrides: pd.DataFrame
    own: str | None

    def leads(self, eid: str) -> Leads:
        """What leads for one firm."""
        if eid in self.overrides.index:
            return "override"
        return "official" if self.own is None and eid in self.official.index else "own"


def standing(official: pd.DataFrame, decisions: pd.DataFrame) -> Standing:
    """What stands, of statements that are visible and in use."""
    said = decisions.sort_values(_ORDER)
    own = said.loc[(said["decision"] == OWN) & said["eid"].isna(), "sid"]
    return Standing(
        official=_last(official[official["eid"].notna()]),
        overrides=_last(said[(said["decision"] == OVERRIDE) & said["eid"].notna()]),
        own=str(own.iloc[-1]) if len(own) else None,
    )


def standing_at(projection: Projection) -> Standing:
    """What stands at the projection's point, of all firms."""
    official = projection.records(OFFICIAL, ["known_from", *_OFFICIAL_FIELDS])
    decisions = projection.records(DECISION, ["known_from", *_DECISION_FIELDS])
    return standing(_used(official), _used(decisions))


def standing_of(official: list[Mapping[str, Any]], decisions: list[Mapping[str, Any]]) -> Standing:
    """The same for a few record nodes."""
    spine = ["sid", "eid", "valid_from", "known_from"]
    return standing(
        pd.DataFrame(official, columns=[*spine, *_OFFICIAL_FIELDS]),
        pd.DataFrame(decisions, columns=[*spine, *_DECISION_FIELDS]),
    )


def levels_in_effect(own: pd.DataFrame, found: Standing) -> pd.DataFrame:
    """``own`` (level by ``eid``) with ``official``, ``override``, ``leads`` and ``in_effect``, which counts."""
    official = found.official["risk_class"].reindex(own.index)
    override = found.overrides["level"].reindex(own.index)
    frame = own.assign(official=official, override=override, leads="own", in_effect=own["level"])
    for name, column in (("official", official), ("override", override)):  # the later goes before the earlier
        if name == "official" and found.own is not None:
            continue
        given = column.notna()
        frame.loc[given, "in_effect"] = column[given]
        frame.loc[given, "leads"] = name
    return frame


def _used(records: pd.DataFrame) -> pd.DataFrame:
    found: pd.DataFrame = records[records["in_use"]]
    return found


def _last(records: pd.DataFrame) -> pd.DataFrame:
    ordered = records.sort_values(_ORDER)
    found: pd.DataFrame = ordered.drop_duplicates("eid", keep="last").set_index("eid").sort_index()
    return found
