"""What commands share by which people decide: who decides, in which role, and on what basis."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated

import typer

from credit_graph.commands import common
from credit_graph.errors import UsageError
from credit_graph.jobs.decisions import Decision
from credit_graph.model.time import DAY_MAX, DAY_MIN
from credit_graph.store import Store
from credit_graph.text import t

ByOption = Annotated[str | None, typer.Option("--by", help="决定人 / who decides; default: --actor")]
RoleOption = Annotated[str | None, typer.Option("--role", help="其角色 / in which role; default: the global --role")]
WhyOption = Annotated[
    str, typer.Option("--why", help="理由，如核实方式、文书号 / why: how it was verified, a document")
]
FromOption = Annotated[str | None, typer.Option("--from", help="自何日起，默认今天 / from this day, default today")]
IdArgument = Annotated[
    str, typer.Argument(metavar="ID", help="认定编号，见 list / id of the decision, as list shows it")
]
ToOption = Annotated[str | None, typer.Option("--to", help="至何日（不含） / until this day, exclusive")]


def decision(by: str | None, role: str | None, basis: str, option: str = "--why") -> Decision:
    """The decision of the caller, or of whom the options name; ``UsageError`` where ``option`` gives no basis."""
    if not basis.strip():
        raise UsageError("usage.bad_value", option=option, value=basis, why=t("必须说明依据", "must be given"))
    return acting(by, role, basis.strip())


def acting(by: str | None, role: str | None, basis: str) -> Decision:
    """The same of an act that says by itself what it rests on."""
    caller = common.caller()
    return Decision(by or caller.actor, role or caller.role, basis)


def add_undo(app: typer.Typer, job: Callable[[Store, str, Decision], int], then: Callable[[Store], str]) -> None:
    """Add the command ``undo``. ``job``: closes a decision of an id and returns the seq; ``then``: what follows, and
    what is said of it."""

    @app.command("undo", help="撤销认定 / undo a decision")
    def undo(ident: IdArgument, why: WhyOption = "", by: ByOption = None, role: RoleOption = None) -> None:
        """Undo a decision; an earlier known still shows it."""
        ground = decision(by, role, why)
        with common.graph() as store:
            seq = job(store, ident.strip(), ground)
            more = then(store)
        common.console.print(t(f"已撤销（批次 {seq}）。", f"Undone (batch {seq}). ") + more, highlight=False)


def link_again(_: Store) -> str:
    """What to do after a decision that link runs obey."""
    return t("请运行 credit-graph link。", "Run credit-graph link.")


def state_text(undone: int | None) -> str:
    """Whether a decision stands, in words; ``undone``: the seq that undid it."""
    if undone is None:
        return t("有效", "stands")
    return t(f"已于批次 {undone} 撤销", f"undone by batch {undone}")


def shown_day(value: date) -> date | None:
    """A day of validity as it is shown: nothing where it is open."""
    return None if value in {DAY_MIN, DAY_MAX} else value
