"""List work (名单办理) over the API: proceedings with their steps, and the mutations by which people take them."""

from __future__ import annotations

from datetime import date
from functools import partial

import strawberry

from credit_graph.errors import UsageError
from credit_graph.jobs import proceedings as job
from credit_graph.jobs.decisions import Decision
from credit_graph.jobs.finding import find_firm
from credit_graph.jobs.proceeding_records import FIRST, Listed, key_of, listed, one_listed
from credit_graph.jobs.proceeding_subjects import Subject
from credit_graph.lists.procedures import DONE, Procedure, procedures
from credit_graph.lists.proceedings import Taken, due, position
from credit_graph.server.connections import Connection, connect, page_size
from credit_graph.server.context import Context
from credit_graph.server.enterprise import Enterprise, enterprise
from credit_graph.server.needs import Info, needs, shown
from credit_graph.server.roles import limits
from credit_graph.text import t

_LOADED = 10  # nodes that one proceeding costs


@strawberry.type(description="写明的内容 / something stated with a step")
class StepStatement:
    """A name of the procedure's file and what was stated."""

    name: str
    value: str


@strawberry.input(description="写明的内容 / something to be stated with a step")
class StepStatementInput:
    """A name of the procedure's file and what is stated."""

    name: str
    value: str


@strawberry.type(description="办理步骤 / a step as it was taken")
class ProceedingStep:
    """Who did what, on which day."""

    step: str
    outcome: str
    on: date
    actor: str
    role: str
    said: list[StepStatement]
    number: str | None = strawberry.field(description="文号 / number of its document")
    note: str | None


@strawberry.type(description="名单办理事项 / one decision about a firm and a list, taken step by step")
class Proceeding:
    """A proceeding in the state of its last step."""

    found: strawberry.Private[Listed]

    @shown("事项编号 / its id")
    def id(self) -> str:
        """The id."""
        return self.found.proceeding.id

    @shown("名单 / the list (policies/lists)")
    def list_name(self) -> str:
        """The list."""
        return self.found.proceeding.list

    @shown("程序 / the procedure (policies/procedures)")
    def procedure(self) -> str:
        """The procedure."""
        return self.found.proceeding.procedure

    @shown("企业 / the enterprise")
    async def enterprise(self, info: Info) -> Enterprise:
        """Of whom it is."""
        return enterprise(info, self.found.proceeding.eid, await info.context.moment())

    @shown("统一社会信用代码 / credit code")
    def code(self) -> str:
        """The code."""
        return self.found.code

    @shown("立项时名称 / name when it began")
    def name(self) -> str:
        """The name."""
        return self.found.proceeding.name

    @shown("状态：最后一步，或办结、中止、终止的结果 / the last step, complete, stopped, or the outcome that ended it")
    def state(self) -> str:
        """The state."""
        return position(self._rules(), self.found.proceeding).state

    @shown("是否在办 / whether somebody has still to act")
    def open(self) -> bool:
        """Whether it is open."""
        return position(self._rules(), self.found.proceeding).open

    @shown("下一步 / the next step")
    def next_step(self) -> str | None:
        """The next step."""
        step = position(self._rules(), self.found.proceeding).next
        return step.id if step is not None else None

    @shown("下一步的角色 / who takes it")
    def next_role(self) -> str | None:
        """The role."""
        step = position(self._rules(), self.found.proceeding).next
        return step.role if step is not None else None

    @shown("期限 / last day for what comes next")
    def due_on(self) -> date | None:
        """The last day."""
        term = due(self._rules(), self.found.proceeding)
        return term.day if term is not None else None

    @shown("期限依据 / by which article")
    def due_basis(self) -> str | None:
        """The article."""
        term = due(self._rules(), self.found.proceeding)
        return t(*term.article) if term is not None else None

    @shown("批次 / the bundle that it was begun with")
    def bundle(self) -> str | None:
        """The bundle."""
        return self.found.proceeding.bundle

    @shown("文书文号 / numbers of its documents")
    def numbers(self) -> list[str]:
        """The numbers."""
        return list(self.found.proceeding.numbers)

    @shown("办理过程 / all steps, the first one first")
    def steps(self) -> list[ProceedingStep]:
        """The steps."""
        return [_step(taken) for taken in self.found.proceeding.taken]

    def _rules(self) -> Procedure:
        found = self.found.proceeding
        return procedures(found.list).on(found.procedure, found.opened_on)


@strawberry.type(description="未能办理的一件 / one that could not be done, and why")
class RefusedStep:
    """What was asked, the code of the error, and its message."""

    what: str
    code: str
    why: str


@strawberry.type(description="办理结果 / what a mutation did")
class StepsTaken:
    """The batch of the steps (null: nothing was done), the proceedings as they are now, and what was refused."""

    batch: int | None
    proceedings: list[Proceeding]
    refused: list[RefusedStep]


@strawberry.type(description="名单办理入口 / mutations of list work")
class ListWork:
    """Each is a decision of the bureau, with the client and its role; a step is taken in the role that it asks."""

    @needs("list_work", "立项 / begin proceedings by their first step: all of them, or none unless partial")
    async def begin_proceedings(
        self,
        info: Info,
        list_name: str,
        procedure: str,
        codes: list[str],
        said: list[StepStatementInput] | None = None,
        bundle: str | None = None,
        partial: bool = False,
    ) -> StepsTaken | None:
        """Of firms by code or name."""
        context = info.context
        _spend(context, len(codes))
        decision = _decision(context, f"{list_name} {procedure}")

        def work() -> StepsTaken:
            store = context.store
            subjects = [Subject(code, find_firm(store, code)) for code in codes]
            told = _said(said)
            done = job.begin(store, list_name, procedure, subjects, decision, said=told, bundle=bundle, partial=partial)
            return _taken(context, done)

        return await context.run(work)

    @needs("list_work", "办理一步 / take the next step of these proceedings: all of them, or none unless partial")
    async def take_step(
        self,
        info: Info,
        ids: list[str],
        step: str,
        outcome: str = DONE,
        said: list[StepStatementInput] | None = None,
        number: str | None = None,
        note: str | None = None,
        partial: bool = False,
    ) -> StepsTaken | None:
        """Today, by the client."""
        context = info.context
        _spend(context, len(ids))
        decision, told = _decision(context, step), _said(said)

        def work() -> StepsTaken:
            done = job.step(
                context.store, ids, step, decision, outcome=outcome, said=told, number=number, note=note,
                partial=partial,
            )  # fmt: skip
            return _taken(context, done)

        return await context.run(work)

    @needs("list_work", "中止未生效的事项 / end proceedings before they take effect")
    async def stop_proceedings(self, info: Info, ids: list[str], why: str) -> StepsTaken | None:
        """With the reason."""
        context = info.context
        _spend(context, len(ids))
        decision = _decision(context, why)
        return await context.run(lambda: _taken(context, job.stop_all(context.store, ids, decision, why)))


async def proceeding_connection(
    info: Info,
    list_name: str | None,
    code: str | None,
    bundle: str | None,
    ended: bool,
    first: int | None,
    after: str | None,
) -> Connection[Proceeding]:
    """A page of proceedings, the ones due first."""
    size, context = page_size(first), info.context
    place = FIRST
    if after is not None:
        day, id_ = context.sealer.open_cursor("proceedings", after)
        place = (date.fromisoformat(str(day)), str(id_))
    context.spend(size * _LOADED)
    eid = "" if code is None else await context.run(partial(find_firm, context.store, code))
    ask = partial(listed, context.store, list_name=list_name or "", bundle=bundle or "", eid=eid, ended=ended)
    rows = await context.run(partial(ask, after=place, limit=size + 1))
    return connect(context, "proceedings", rows, size, lambda item: Proceeding(found=item), _keys, after=after)


async def proceeding_by_id(info: Info, id_: str) -> Proceeding:
    """One proceeding; ``usage.unknown_entity`` where there is none."""
    context = info.context
    context.spend(_LOADED)
    return Proceeding(found=await context.run(partial(one_listed, context.store, id_)))


def _keys(item: Listed) -> tuple[str, str]:
    """What the pages are ordered by."""
    day, id_ = key_of(item)
    return day.isoformat(), id_


def _step(taken: Taken) -> ProceedingStep:
    said = [StepStatement(name=name, value=value) for name, value in taken.said.items()]
    return ProceedingStep(
        step=taken.step,
        outcome=taken.outcome,
        on=taken.day,
        actor=taken.actor,
        role=taken.role,
        said=said,
        number=taken.number,
        note=taken.note,
    )


def _said(pairs: list[StepStatementInput] | None) -> dict[str, str]:
    return {pair.name: pair.value for pair in pairs or ()}


def _decision(context: Context, basis: str) -> Decision:
    return Decision(context.client.id, context.role.name, basis)


def _spend(context: Context, count: int) -> None:
    """As many as a page may hold; what is more goes by bundle on the command line."""
    if not 1 <= count <= limits().page.value:
        raise UsageError("usage.page_size", limit=limits().page.value)
    context.spend(count * _LOADED)


def _taken(context: Context, done: job.Done) -> StepsTaken:
    return StepsTaken(
        batch=done.seq,
        proceedings=[Proceeding(found=one_listed(context.store, item.id)) for item in done.proceedings],
        refused=[RefusedStep(what=item.what, code=item.error.code, why=str(item.error)) for item in done.refused],
    )
