"""Credit-risk class (信用风险分类) with its evidence, from the run files. Never called a rating, never published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import strawberry

from credit_graph.errors import StateError
from credit_graph.grading import runfile
from credit_graph.grading.grade import CHANNEL
from credit_graph.grading.hops import hops
from credit_graph.grading.leading_text import Counted
from credit_graph.grading.lines import Line, lines_of
from credit_graph.grading.lowering import lowering
from credit_graph.grading.policy import NOTICE, GradingPolicy, Indicator
from credit_graph.grading.sentences import record_facts
from credit_graph.jobs.grade import latest_run, run_path
from credit_graph.jobs.rebuild import erased_text, tombstones
from credit_graph.jobs.tombstones import Tombstone
from credit_graph.jobs.withheld import unshared, withheld_text
from credit_graph.model.time import Point
from credit_graph.server.batching import by_rest
from credit_graph.server.context import COMMANDS, GRADE, Context, Moment
from credit_graph.server.needs import Info, needs, shown
from credit_graph.server.records import Record, record
from credit_graph.server.risk_beside import LevelOverride, OfficialLevel, in_effect, override_of
from credit_graph.server.roles import limits, viewer
from credit_graph.store import Store
from credit_graph.text import t


@dataclass(frozen=True, slots=True)
class FoundGrade:
    """A firm's row of a run file, the run, the policy that it followed, and the moment of the run."""

    row: dict[str, Any]
    run: dict[str, Any]
    policy: GradingPolicy
    at: Moment


@strawberry.type(description="不予显示的记录 / a record that is not shown")
class WithheldRecord:
    """A record that stands behind the points and is not shown to this client."""

    @shown("原因：use 已停用，sharing 来源部门未授权，erased 已依法清除 / why")
    def reason(self) -> str:
        """use, sharing or erased."""
        return self.code

    @shown("说明 / the sentence")
    def text(self) -> str:
        """The sentence in the caller's language."""
        return self.said

    code: strawberry.Private[str]
    said: strawberry.Private[str]


@strawberry.type(description="关联路径一段的一端 / one end of a hop")
class HopEnd:
    """A firm by code and name, or a person by name; null: unknown, or not for this role."""

    code: str | None
    name: str | None


@strawberry.type(description="关联路径的一段 / one hop of a path to another firm")
class EvidenceHop:
    """Start holds (holds), has an office in (office), or is registered with (registered) end."""

    start: HopEnd
    end: HopEnd
    relationship: str
    records: list[Record]


@strawberry.type(description="一项指标的得分及依据 / points of one indicator and what they rest on")
class RiskEvidence:
    """One line of the evidence; the points of all lines add up to the score."""

    line: strawberry.Private[Line]
    at: strawberry.Private[Moment]
    found: strawberry.Private[FoundGrade]

    @shown("指标或直接判定规则的代码；scale_cap：超出满分的部分 / id of the indicator or direct rule")
    def indicator(self) -> str:
        """The id."""
        return self.line.id

    @shown("名称 / name")
    def name(self) -> str:
        """The name in the caller's language."""
        return t(*self.line.name)

    @shown("指标组 / group of the national system")
    def group(self) -> str | None:
        """One of the five groups."""
        return self.line.rule.group if isinstance(self.line.rule, Indicator) else None

    @shown("说明 / the line as a sentence")
    def text(self) -> str:
        """The sentence in the caller's language."""
        return self.line.text

    @shown("指标值（空：无数据） / value; null: no data")
    def value(self) -> str | None:
        """The integer value, as text: amounts in fen exceed what GraphQL calls an Int."""
        return None if self.line.value is None else str(self.line.value)

    @shown("单位 / unit of the value")
    def unit(self) -> str | None:
        """The unit."""
        return self.line.rule.unit if isinstance(self.line.rule, Indicator) else None

    @shown("得分 / points")
    def points(self) -> int:
        """The points."""
        return self.line.points

    @shown("最高分 / cap")
    def cap(self) -> int:
        """The cap."""
        return self.line.cap

    @shown("如何降低（空：无可降低） / what would lower the points; null: nothing")
    def lowers(self) -> str | None:
        """The sentence in the caller's language."""
        return lowering(self.found.policy, self.line, int(self.found.row["score"]))

    @shown("所依据的记录数 / how many records it rests on")
    def record_count(self) -> int:
        """The number of statements."""
        return len(self.line.records)

    @needs("records", "不予显示的记录及原因，最多一页 / records that are not shown, and why, at most a page")
    async def withheld(self, info: Info) -> list[WithheldRecord] | None:
        """Nothing is silently absent."""
        return await _withheld(info, [*self.line.records, *self.line.path], self.at)

    @needs("records", "所依据的记录（仍可使用者，最多一页） / the records that may still be used, at most a page")
    async def records(self, info: Info) -> list[Record] | None:
        """The records."""
        return await _records(info, self.line.records, self.at)

    @needs("records", "关联路径，逐段 / the links that lead to other firms, hop by hop, of records that may be used")
    async def path(self, info: Info) -> list[EvidenceHop] | None:
        """The path."""
        context = info.context
        used = {item.found.node["sid"]: item for item in await _records(info, self.line.path, self.at)}
        nodes = [item.found.node for item in used.values()]
        eids = {node["eid"] for node in nodes if node.get("eid")}
        point, told = self.at.point, sorted(eids)
        called = {
            eid: name
            for eid, name in zip(
                told, await context.loaders.names.load_many([(eid, point) for eid in told]), strict=True
            )
            if name
        }
        made = hops(nodes, called, persons=viewer(context.role).may("persons"))
        return [
            EvidenceHop(
                start=HopEnd(**hop.start._asdict()),
                end=HopEnd(**hop.end._asdict()),
                relationship=hop.relationship,
                records=[used[sid] for sid in hop.sids],
            )
            for hop in made
        ]


@strawberry.type(
    description="信用风险分类结果：内部监管参考，非信用评价，不得公开 / credit-risk class: internal reference"
)
class CreditRiskLevel:
    """The class of a firm in one run."""

    eid: strawberry.Private[str]
    asked: strawberry.Private[Moment]
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

    @shown("省级分类（空：未载入） / the province's class; null: not loaded")
    async def official(self, info: Info) -> OfficialLevel | None:
        """The province's class beside ours."""
        found = await info.context.loaders.beside.load((self.eid, self.asked))
        counted = None
        if "evidence" in info.context.role.rights:
            lines = list(lines_of(self.found.policy, self.found.row))
            records = await info.context.loaders.statements.load_many(
                [(sid, self.found.at) for line in lines for sid in line.records if line.points or not line.cap]
            )
            days = {item[1].node["sid"]: record_facts(item[1].node)["day"] for item in records if item}
            counted = [Counted(line, [days.get(sid) for sid in line.records]) for line in lines]
        official = found.official(self.eid, self.level(), counted)
        return OfficialLevel(found=official) if official else None

    @shown("人工调整（空：无） / class by decision; null: none")
    async def override(self, info: Info) -> LevelOverride | None:
        """The decision that stands."""
        return override_of(await info.context.loaders.beside.load((self.eid, self.asked)), self.eid)

    @shown("以何为准：override 人工调整，official 省级，own 本级 / which class counts")
    async def leads(self, info: Info) -> str:
        """override, official or own."""
        return in_effect(await info.context.loaders.beside.load((self.eid, self.asked)), self.eid, self.level())[0]

    @shown("生效等级 / the class that counts")
    async def level_in_effect(self, info: Info) -> str:
        """The class that plans and draws use."""
        return in_effect(await info.context.loaders.beside.load((self.eid, self.asked)), self.eid, self.level())[1]

    @needs("evidence", "得分：0–1000，越高风险越高 / score, higher is riskier")
    def score(self) -> int | None:
        """The score."""
        return int(self.found.row["score"])

    @needs("evidence", "直接判定规则（空：按得分） / rule that gave the class at once; null: by score")
    def direct_rule(self) -> str | None:
        """The id of the rule."""
        return self.found.row["direct_rule"] or None

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
        """The direct rule if one struck, each indicator, and what the scale cuts off."""
        lines = lines_of(self.found.policy, self.found.row)
        return [RiskEvidence(line=line, at=self.found.at, found=self.found) for line in lines]

    @shown("提示 / notice")
    def notice(self) -> str:
        """What the class must not be taken for."""
        return t(*NOTICE)


async def risk_level(info: Info, eid: str, at: Moment) -> CreditRiskLevel | None:
    """The class by the run that answers for the moment; ``None`` if the firm was not graded.

    Without ``asOf`` the current run, with it the latest at or before that point. Raises ``StateError``.
    """
    found = await info.context.loaders.grades.load((eid, at))
    return CreditRiskLevel(eid=eid, asked=at, found=found) if found else None


async def load_grades(context: Context, keys: list[tuple[str, Moment]]) -> Sequence[FoundGrade | None]:
    """(eid, moment) -> its row; the run file is read once for all of them."""

    async def fetch(eids: list[str], at: Moment) -> dict[str, FoundGrade | None]:
        if at.present:
            run = await context.run_at(GRADE, at)
        else:
            run = await context.run(partial(latest_run, context.store, at.point))
        path = run_path(context.store, run["rid"])
        if not path.is_file():
            raise StateError("state.no_run", what=GRADE, command=COMMANDS[GRADE])
        rows = await context.run(partial(runfile.rows, path, eids))
        policy = await context.run(partial(runfile.policy, path))
        moment = Moment(Point(run["seq"], run["valid"], at.point.use), at.head, at.present)
        return {eid: FoundGrade(rows[eid], run, policy, moment) if eid in rows else None for eid in eids}

    return await by_rest(keys, fetch)


async def _judged(info: Info, sids: Sequence[str], at: Moment) -> list[Record | WithheldRecord]:
    """The records, at most a page, each as the caller may see it: what may no longer be used for grading is no
    evidence any more, and what its department has not authorised leaves the bureau to nobody."""
    wanted = list(dict.fromkeys(sids))[: limits().page.value]
    found = await info.context.loaders.statements.load_many([(sid, at) for sid in wanted])
    role = info.context.role
    sources = {item[1].node["source"] for item in found if item}
    closed = await info.context.together(
        partial(unshared, sources, viewer(role, info.context.client.purpose), at.point.use)
    )
    gone = [sid for sid, item in zip(wanted, found, strict=True) if item is None]
    stones = (await info.context.together(partial(_stones, info.context.store, gone))) if gone else {}
    judged: list[Record | WithheldRecord] = []
    for sid, item in zip(wanted, found, strict=True):
        if sid in stones:
            judged.append(WithheldRecord(code="erased", said=erased_text(stones[sid])))
        elif item is None or (CHANNEL in item[1].held and not role.passes_holds):
            judged.append(WithheldRecord(code="use", said=withheld_text("use")))
        elif item[1].node["source"] in closed:
            judged.append(WithheldRecord(code="sharing", said=withheld_text("sharing")))
        else:
            judged.append(record(item[1]))
    return judged


def _stones(store: Store, sids: Sequence[str]) -> dict[str, Tombstone]:
    return tombstones(store).of_statements(sids)


async def _records(info: Info, sids: Sequence[str], at: Moment) -> list[Record]:
    return [item for item in await _judged(info, sids, at) if not isinstance(item, WithheldRecord)]


async def _withheld(info: Info, sids: Sequence[str], at: Moment) -> list[WithheldRecord]:
    return [item for item in await _judged(info, sids, at) if isinstance(item, WithheldRecord)]
