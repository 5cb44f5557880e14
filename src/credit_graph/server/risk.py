"""Credit-risk class (信用风险分类) with its evidence, from the run files. Never called a rating, never published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import strawberry

from credit_graph.grading.policy import NOTICE, GradingPolicy, Indicator, grading_policy
from credit_graph.jobs.grade import latest_run, run_path
from credit_graph.model.time import Point
from credit_graph.server.batching import by_rest
from credit_graph.server.context import GRADE, Context, Moment
from credit_graph.server.needs import Info, needs, shown
from credit_graph.server.records import Record, record
from credit_graph.server.roles import limits
from credit_graph.text import t


@dataclass(frozen=True, slots=True)
class FoundGrade:
    """A firm's row of a run file, the run, the policy that it followed, and the moment of the run."""

    row: dict[str, Any]
    run: dict[str, Any]
    policy: GradingPolicy
    at: Moment


@strawberry.type(description="一项指标的得分及依据 / points of one indicator and what they rest on")
class RiskEvidence:
    """One line of the evidence; the points of all lines add up to the score."""

    found: strawberry.Private[FoundGrade]
    rule: strawberry.Private[Indicator | None]

    @shown("指标代码 / id of the indicator; scale_cap: what a sum over the scale is cut by")
    def indicator(self) -> str:
        """The id."""
        return self.rule.id if self.rule else "scale_cap"

    @shown("指标名称 / name of the indicator")
    def name(self) -> str:
        """The name in the caller's language."""
        if self.rule is None:
            return t("超出满分的部分", "over the top of the scale")
        return t(self.rule.name.zh, self.rule.name.en)

    @shown("指标组 / group of the national system")
    def group(self) -> str | None:
        """One of the five groups."""
        return self.rule.group if self.rule else None

    @shown("指标值（空：无数据） / value; null: no data")
    def value(self) -> str | None:
        """The integer value, as text: amounts in fen exceed what GraphQL calls an Int."""
        value = self.found.row[f"{self.rule.id}.value"] if self.rule else None
        return None if value is None else str(value)

    @shown("单位 / unit of the value")
    def unit(self) -> str | None:
        """The unit."""
        return self.rule.unit if self.rule else None

    @shown("得分 / points")
    def points(self) -> int:
        """The points."""
        return int(self.found.row[f"{self.rule.id}.points" if self.rule else "scale_cap"])

    @shown("最高分 / cap")
    def cap(self) -> int | None:
        """The cap."""
        return self.rule.cap if self.rule else None

    @shown("所依据的记录数 / how many records it rests on")
    def record_count(self) -> int:
        """The number of statements."""
        return len(self._sids("statements"))

    @needs("records", "所依据的记录（本角色可用者，最多一页） / the records that the caller may use, at most a page")
    async def records(self, info: Info) -> list[Record] | None:
        """The records."""
        return await _records(info, self._sids("statements"), self.found.at)

    @needs("records", "关联路径上的记录 / the records of the links that lead to another firm")
    async def path(self, info: Info) -> list[Record] | None:
        """The records of the path."""
        return await _records(info, self._sids("path"), self.found.at)

    def _sids(self, part: str) -> list[str]:
        return list(self.found.row[f"{self.rule.id}.{part}"]) if self.rule else []


@strawberry.type(
    description="信用风险分类结果：内部监管参考，非信用评价，不得公开 / credit-risk class: internal reference"
)
class CreditRiskLevel:
    """The class of a firm in one run."""

    found: strawberry.Private[FoundGrade]

    @shown("等级：A 低 至 D 高 / class, A low to D high")
    def level(self) -> str:
        """The class."""
        return str(self.found.row["level"])

    @shown("等级名称 / name of the class")
    def level_name(self) -> str | None:
        """The name in the caller's language."""
        titles = {level.level: level.name for level in self.found.policy.scale.levels}
        title = titles.get(self.level())
        return t(title.zh, title.en) if title else None

    @needs("evidence", "得分：0–1000，越高风险越高 / score, higher is riskier")
    def score(self) -> int | None:
        """The score."""
        return int(self.found.row["score"])

    @needs("evidence", "直接判定规则（空：按得分） / rule that gave the class at once; null: by score")
    def direct_rule(self) -> str | None:
        """The id of the rule."""
        return self.found.row["direct_rule"] or None

    @needs("records", "直接判定所依据的记录 / the records that the direct rule rests on")
    async def direct_records(self, info: Info) -> list[Record] | None:
        """The records of the direct rule."""
        return await _records(info, list(self.found.row["direct_statements"]), self.found.at)

    @shown("政策 / policy")
    def policy(self) -> str:
        """The policy."""
        return str(self.found.run["policy"])

    @shown("有效日 / day that the class is about")
    def valid(self) -> date:
        """The valid day of the run."""
        return self.found.at.point.valid

    @shown("已知至批次 / seq of the last batch that was known")
    def known(self) -> int:
        """The seq of the run."""
        return self.found.at.point.seq

    @shown("使用日 / day on which use was judged")
    def use_day(self) -> date:
        """The use day of the run."""
        day: date = self.found.run["use"]
        return day

    @needs("evidence", "逐项得分，合计等于得分 / points that add up to the score")
    def evidence(self) -> list[RiskEvidence] | None:
        """One line per indicator, and one for what the scale cuts off."""
        rules = [rule for rule in self.found.policy.indicators if f"{rule.id}.points" in self.found.row]
        lines = [RiskEvidence(found=self.found, rule=rule) for rule in rules]
        if self.found.row["scale_cap"]:
            lines.append(RiskEvidence(found=self.found, rule=None))
        return lines

    @shown("提示 / notice")
    def notice(self) -> str:
        """What the class must not be taken for."""
        return t(*NOTICE)


async def risk_level(info: Info, eid: str, at: Moment) -> CreditRiskLevel | None:
    """The class by the run that answers for the moment; ``None`` if the firm was not graded.

    Without ``asOf`` the current run, with it the latest at or before that point. Raises ``StateError``.
    """
    found = await info.context.loaders.grades.load((eid, at))
    return CreditRiskLevel(found=found) if found else None


async def load_grades(context: Context, keys: list[tuple[str, Moment]]) -> Sequence[FoundGrade | None]:
    """(eid, moment) -> its row; the run file is read once for all of them."""

    async def fetch(eids: list[str], at: Moment) -> dict[str, FoundGrade | None]:
        if at.present:
            run = await context.run_at(GRADE, at)
        else:
            run = await context.run(partial(latest_run, context.store, at.point))
        rows = await context.run(partial(_rows, run_path(context.store, run["rid"]), eids))
        policy, _ = grading_policy(run["policy"], run["valid"])
        moment = Moment(Point(run["seq"], run["valid"], at.point.use), at.head, at.present)
        return {eid: FoundGrade(rows[eid], run, policy, moment) if eid in rows else None for eid in eids}

    return await by_rest(keys, fetch)


def _rows(path: Path, eids: list[str]) -> dict[str, dict[str, Any]]:
    found = pq.read_table(path, filters=[("eid", "in", eids)]).to_pylist()
    return {row["eid"]: row for row in found}


async def _records(info: Info, sids: list[str], at: Moment) -> list[Record]:
    keys = [(sid, at) for sid in sids[: limits().page.value]]
    found = await info.context.loaders.statements.load_many(keys)
    return [record(item[1]) for item in found if item]
