"""Warnings (风险预警) over the API: the list with its evidence, and the steps that people take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import strawberry

from credit_graph import clock
from credit_graph.errors import StateError, UsageError
from credit_graph.grading.alert_life import Alert as Warned
from credit_graph.grading.alert_life import assign, close, handle
from credit_graph.grading.policy import NOTICE
from credit_graph.jobs import alert_list
from credit_graph.jobs.alerts import screened, take
from credit_graph.jobs.decisions import Decision
from credit_graph.jobs.finding import find_firm
from credit_graph.model.time import DAY_MIN, OPEN_SEQ
from credit_graph.server.connections import Connection, connect, page_size
from credit_graph.server.context import Context
from credit_graph.server.enterprise import Enterprise, enterprise
from credit_graph.server.needs import Info, needs, shown
from credit_graph.server.records import Record, usable_records
from credit_graph.server.roles import limits
from credit_graph.text import t

_LOADED = 20  # nodes that one warning costs


@strawberry.type(description="风险信号 / a signal of a warning")
class AlertSignal:
    """What a rule found."""

    found: strawberry.Private[alert_list.Signal]

    @shown("规则 / id of the rule (policies/alerts.yml)")
    def rule(self) -> str:
        """The rule."""
        return self.found.rule

    @shown("内容 / what it says")
    def text(self) -> str:
        """The sentence."""
        return self.found.text

    @shown("第几次预警 / in which round of the warning it was found")
    def round(self) -> int:
        """The round."""
        return self.found.round

    @shown("分值 / points")
    def points(self) -> int:
        """The points."""
        return self.found.points

    @shown("发现日期 / day on which it was found")
    def found_on(self) -> date:
        """The day."""
        return self.found.found_on

    @shown("是否仍存在 / whether the last search for signals still found it")
    def stands(self) -> bool:
        """Whether it stands."""
        return self.found.stands

    @needs("records", "依据的记录 / the records behind it")
    async def records(self, info: Info) -> list[Record] | None:
        """Those that the caller may use."""
        return await usable_records(info, self.found.sids, await info.context.moment())


@strawberry.type(description="办理步骤 / a step of the handling")
class AlertStep:
    """Who did what, when."""

    step: str = strawberry.field(description="opened, joined, reopened, assigned, handled, closed")
    on: date
    owner: str | None
    measure: str | None
    note: str | None
    actor: str
    role: str
    undone: bool = strawberry.field(description="是否已撤销 / whether its batch was taken back")


@strawberry.type(description="风险预警（线索，内部监管参考） / a warning of an enterprise: a lead for internal use")
class Alert:
    """A warning in the state of its last step."""

    found: strawberry.Private[alert_list.Listed]

    @shown("企业 / the enterprise")
    async def enterprise(self, info: Info) -> Enterprise:
        """Of whom it warns."""
        return enterprise(info, self.found.alert.eid, await info.context.moment())

    @shown("统一社会信用代码 / credit code")
    def code(self) -> str:
        """The code."""
        return self.found.code

    @shown("名称 / name")
    def name(self) -> str:
        """The name."""
        return self.found.name

    @shown("open 待分派，assigned 办理中，handled 已处置，closed 已销号 / state")
    def state(self) -> str:
        """The state."""
        return self.found.alert.state

    @shown("预警级别 / level (policies/alerts.yml)")
    def level(self) -> str:
        """The level."""
        return self.found.alert.level

    @shown("第几次预警 / round: how often it was opened")
    def round(self) -> int:
        """The round."""
        return self.found.alert.round

    @shown("分值 / points of its signals, each rule once")
    def points(self) -> int:
        """The points."""
        return self.found.alert.points

    @shown("预警日期 / day of this round")
    def opened_on(self) -> date:
        """The day."""
        return self.found.alert.opened_on

    @shown("办理期限 / last day of its term, in working days")
    def due_on(self) -> date:
        """The last day."""
        return self.found.alert.due_on

    @shown("是否逾期 / whether the term is over and it is not handled")
    def overdue(self) -> bool:
        """Whether it is late."""
        return self.found.alert.overdue(clock.today())

    @shown("责任人 / who has it")
    def owner(self) -> str | None:
        """The owner."""
        return self.found.alert.owner

    @shown("处置措施 / what was done")
    def measure(self) -> str | None:
        """The measure."""
        return self.found.alert.measure

    @shown("说明 / a note")
    def note(self) -> str | None:
        """The note of the last step."""
        return self.found.alert.note

    @shown("处置日期 / day on which it was handled")
    def handled_on(self) -> date | None:
        """The day."""
        return self.found.alert.handled_on

    @shown("销号日期 / day on which it was closed")
    def closed_on(self) -> date | None:
        """The day."""
        return self.found.alert.closed_on

    @shown("风险信号：仍存在的，以及本次预警中已消失的 / signals that stand, and those of this round that ended")
    def signals(self) -> list[AlertSignal]:
        """The signals."""
        return [AlertSignal(found=signal) for signal in self.found.signals]

    @shown("办理过程 / all steps from the first on")
    async def steps(self, info: Info) -> list[AlertStep]:
        """The steps."""
        context = info.context
        context.spend(_LOADED)
        seq = (await context.pin()).seq
        _, rows = await context.run(partial(alert_list.one, context.store, self.found.alert.eid, seq))
        begun = {row["known_from"] for row in rows}
        return [_step(row, undone=row["known_to"] not in {OPEN_SEQ, *begun}) for row in rows]

    @shown("提示 / notice")
    def notice(self) -> str:
        """What it must not be taken for."""
        return t(*NOTICE)


def _step(row: dict[str, Any], *, undone: bool) -> AlertStep:
    return AlertStep(
        step=row["step"],
        on=row["stepped_on"],
        owner=row.get("owner"),
        measure=row.get("measure"),
        note=row.get("note"),
        actor=row["actor"],
        role=row["role"],
        undone=undone,
    )


async def alert_connection(
    info: Info, states: list[str] | None, owner: str | None, overdue: bool, first: int | None, after: str | None
) -> Connection[Alert]:
    """A page of warnings, the ones due first."""
    size, context = page_size(first), info.context
    place = (DAY_MIN, "")
    if after is not None:
        day, eid = context.sealer.open_cursor("alerts", after)
        place = (date.fromisoformat(str(day)), str(eid))
    context.spend(size * _LOADED)
    seq = (await context.pin()).seq
    ask = partial(alert_list.listed, context.store, states=states or (), owner=owner, overdue=overdue, seq=seq)
    rows = await context.run(partial(ask, after=place, limit=size + 1))
    return connect(context, "alerts", rows, size, lambda item: Alert(found=item), _keys, after=after)


def _keys(item: alert_list.Listed) -> tuple[str, str]:
    """What the pages are ordered by."""
    return item.alert.due_on.isoformat(), item.alert.eid


@strawberry.type(description="一户企业的预警 / the warning of one firm")
class AlertQuery:
    """The warning of one firm, for the root of the schema."""

    @needs("alerts", "一户企业的风险预警，含已销号的（空：无） / the warning of a firm, closed ones too; null: none")
    async def alert(self, info: Info, code: str) -> Alert | None:
        """By code or current name."""
        context = info.context
        context.spend(_LOADED)
        seq = (await context.pin()).seq

        def work() -> Alert | None:
            try:
                return Alert(found=alert_list.one(context.store, find_firm(context.store, code), seq)[0])
            except StateError as error:
                if error.code != "state.no_alert":
                    raise
                return None

        return await context.run(work)


@strawberry.type(description="预警办理入口 / mutations of warnings")
class Handling:
    """The steps of a warning; each is a decision of the bureau, with the client and its role."""

    @needs("handling", "分派预警 / give warnings to somebody; all of them, or none")
    async def assign_alerts(
        self, info: Info, codes: list[str], owner: str, due: date | None = None, note: str | None = None
    ) -> list[Alert] | None:
        """From open, assigned or handled (given back)."""
        said, text = screened(owner) or "", screened(note)
        return await _take(info.context, codes, said, lambda alert, day: assign(alert, said, day, due, text))

    @needs("handling", "登记处置措施 / say what was done about warnings that are assigned")
    async def handle_alerts(
        self, info: Info, codes: list[str], measure: str, note: str | None = None
    ) -> list[Alert] | None:
        """From assigned."""
        said, text = screened(measure) or "", screened(note)
        return await _take(info.context, codes, said, lambda alert, day: handle(alert, said, day, text))

    @needs("handling", "销号 / close warnings that are handled; the note says on what ground")
    async def close_alerts(self, info: Info, codes: list[str], note: str) -> list[Alert] | None:
        """From handled."""
        said = screened(note) or ""
        return await _take(info.context, codes, said, lambda alert, day: close(alert, said, day))


async def _take(context: Context, codes: list[str], basis: str, step: Callable[[Warned, date], Warned]) -> list[Alert]:
    """Take the step, and answer with the warnings as they are then."""
    if not 1 <= len(codes) <= limits().page.value:
        raise UsageError("usage.page_size", limit=limits().page.value)
    context.spend(len(codes) * _LOADED)
    decision = Decision(context.client.id, context.role.name, basis)

    def work() -> list[Alert]:
        eids = [find_firm(context.store, code) for code in codes]
        done = take(context.store, eids, decision, step)
        return [Alert(found=alert_list.one(context.store, alert.eid)[0]) for alert in done]

    return await context.run(work)
