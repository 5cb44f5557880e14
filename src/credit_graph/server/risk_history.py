"""How classes changed from run to run (分类变化): of one firm, and of all since a day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from credit_graph.grading.lines import Difference
from credit_graph.grading.policy import NOTICE
from credit_graph.jobs import level_history as job
from credit_graph.jobs.level_history import LevelChange
from credit_graph.server.batching import by_rest
from credit_graph.server.connections import Connection, connect, page_size
from credit_graph.server.context import Context, Moment
from credit_graph.server.needs import Info, needs, shown
from credit_graph.text import t

if TYPE_CHECKING:
    from credit_graph.server.enterprise import Enterprise

Firm = Annotated["Enterprise", strawberry.lazy("credit_graph.server.enterprise")]
MakeFirm = Callable[[str], Any]


@strawberry.type(description="一项指标的分值变化 / an indicator whose points changed")
class RiskDifference:
    """A line of evidence that gives other points than before."""

    found: strawberry.Private[Difference]

    @shown("指标或直接判定规则的代码 / id of the indicator or direct rule")
    def indicator(self) -> str:
        """The id."""
        return self.found.id

    @shown("名称 / name")
    def name(self) -> str:
        """The name in the caller's language."""
        return t(*self.found.name)

    @shown("此前得分 / points before")
    def points_before(self) -> int:
        """Points before."""
        return self.found.before

    @shown("得分 / points")
    def points(self) -> int:
        """Points by this run."""
        return self.found.after


@strawberry.type(description="信用风险分类的一次变化：内部监管参考 / a change of class or score by a run: internal")
class RiskLevelChange:
    """A firm's class or score by a run is another than before."""

    change: strawberry.Private[LevelChange]
    firm: strawberry.Private[MakeFirm]

    @shown("企业 / the firm")
    def enterprise(self) -> Firm:
        """Whose class it is."""
        found: Enterprise = self.firm(self.change.eid)
        return found

    @shown("等级（空：不再分级） / class; null: graded no more")
    def level(self) -> str | None:
        """The class by this run."""
        return self.change.level

    @shown("此前等级（空：此前未分级） / class before; null: not graded before")
    def level_before(self) -> str | None:
        """The class before."""
        return self.change.was_level

    @needs("evidence", "得分 / score")
    def score(self) -> int | None:
        """The score by this run."""
        return self.change.score

    @needs("evidence", "此前得分 / score before")
    def score_before(self) -> int | None:
        """The score before."""
        return self.change.was_score

    @needs("evidence", "直接判定规则 / rule that gave the class at once")
    def direct_rule(self) -> str | None:
        """The id of the rule."""
        return self.change.direct_rule

    @shown("政策 / policy")
    def policy(self) -> str:
        """The policy."""
        return self.change.policy

    @shown("有效日 / day that the class is about")
    def valid(self) -> date:
        """The valid day of the run."""
        return self.change.point.valid

    @shown("已知至批次 / seq of the last batch that was known")
    def known(self) -> int:
        """The seq of the run."""
        return self.change.point.seq

    @shown("使用日 / day on which use was judged")
    def use_day(self) -> date:
        """The use day of the run."""
        return self.change.point.use

    @needs("evidence", "分值变化，大者在前 / indicators whose points changed, the largest change first")
    async def why(self, info: Info) -> list[RiskDifference] | None:
        """What made the difference."""
        found = await info.context.loaders.differences.load(self.change)
        return [RiskDifference(found=item) for item in found]

    @shown("提示 / notice")
    def notice(self) -> str:
        """What the class must not be taken for."""
        return t(*NOTICE)


async def level_history(info: Info, eid: str, at: Moment, firm: MakeFirm) -> list[RiskLevelChange]:
    """What changed by runs at or before the moment, the latest first."""
    found = await info.context.loaders.histories.load((eid, at))
    return [RiskLevelChange(change=change, firm=firm) for change in found]


async def change_connection(
    info: Info, since: date, at: Moment, first: int | None, after: str | None, firm: MakeFirm
) -> Connection[RiskLevelChange]:
    """A page of the changes from one class to another since a day, the latest first."""
    size, context = page_size(first), info.context
    place = job.FIRST_PLACE
    if after is not None:
        day, gid = context.sealer.open_cursor("riskLevelChanges", after)
        place = (date.fromisoformat(str(day)), str(gid))
    context.spend(size)
    found = await context.run(partial(job.level_changes, context.store, since, at.head, size + 1, place))
    return connect(
        context,
        "riskLevelChanges",
        found,
        size,
        lambda change: RiskLevelChange(change=change, firm=firm),
        lambda change: (change.point.valid.isoformat(), change.gid),
        after=after,
    )


async def load_histories(context: Context, keys: list[tuple[str, Moment]]) -> Sequence[list[LevelChange]]:
    """(eid, moment) -> what changed by then."""

    async def fetch(eids: list[str], at: Moment) -> dict[str, list[LevelChange]]:
        found = await context.run(partial(job.level_history, context.store, eids, at.point))
        context.spend(sum(map(len, found.values())))
        return found

    return await by_rest(keys, fetch)


async def load_differences(context: Context, keys: list[LevelChange]) -> Sequence[list[Difference]]:
    """Change -> what made it."""
    found = await context.run(partial(job.differences, context.store, keys))
    return [found.get(change.gid, []) for change in keys]
