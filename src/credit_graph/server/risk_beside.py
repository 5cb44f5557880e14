"""The province's class (省级分类) and people's decisions beside the computed class, and which of them counts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

import strawberry

from credit_graph.jobs.beside import Beside, beside
from credit_graph.jobs.withheld import Reader
from credit_graph.server.batching import by_rest
from credit_graph.server.context import Context, Moment
from credit_graph.server.needs import needs, shown
from credit_graph.server.roles import viewer


@strawberry.type(description="省级信用风险分类，已载入者以此为准 / the class by the province, which leads where loaded")
class OfficialLevel:
    """The province's class of a firm."""

    found: strawberry.Private[dict[str, Any]]

    @shown("等级 / class")
    def level(self) -> str:
        """The class."""
        return str(self.found["level"])

    @shown("评价月份 / month that it is of: YYYY-MM")
    def month(self) -> str | None:
        """The month."""
        month: str | None = self.found["month"]
        return month

    @needs("evidence", "得分（省级提供时） / score, where the province gives it")
    def score(self) -> float | None:
        """The province's own score."""
        score: float | None = self.found["score"]
        return score

    @shown("是否以此为准 / whether it is the class that counts")
    def leads(self) -> bool:
        """Whether it leads."""
        return bool(self.found["leads"])

    @shown("是否与本级不同 / whether ours is another")
    def differs(self) -> bool:
        """Whether ours is another."""
        return bool(self.found["differs"])

    @needs("evidence", "为何不同，就记录所能说明者 / why ours is another, as far as records tell")
    def why(self) -> list[str] | None:
        """Sentences in the caller's language."""
        return list(self.found["why"])


@strawberry.type(description="人工调整：有认定人、理由与期限 / a class by decision, with author, reason and expiry")
class LevelOverride:
    """A person's decision; the computed class stays in sight."""

    level: str
    said: strawberry.Private[str]

    @needs("evidence", "认定人、理由与期限 / who decided, why, until when")
    def text(self) -> str | None:
        """The sentence in the caller's language."""
        return self.said


async def load_beside(context: Context, keys: list[tuple[str, Moment]]) -> Sequence[Beside]:
    """(eid, moment) -> what stands beside the computed class there."""

    async def fetch(eids: list[str], at: Moment) -> dict[str, Beside]:
        context.spend(len(eids))
        found = await context.run(
            partial(beside, Reader(context.store, at.point, viewer(context.role, context.client.purpose)), eids)
        )
        return dict.fromkeys(eids, found)

    return await by_rest(keys, fetch)


def override_of(found: Beside, eid: str) -> LevelOverride | None:
    """The decision about a firm, if one stands."""
    decision = found.override(eid)
    if decision is None:
        return None
    return LevelOverride(level=str(found.standing.overrides.loc[eid, "level"]), said=decision[1])


def in_effect(found: Beside, eid: str, own: str) -> tuple[Literal["override", "official", "own"], str]:
    """What leads for a firm, and the class that counts."""
    leads = found.leads(eid)
    frames = {"override": (found.standing.overrides, "level"), "official": (found.standing.official, "risk_class")}
    if leads not in frames:
        return leads, own
    frame, column = frames[leads]
    return leads, str(frame.loc[eid, column])
