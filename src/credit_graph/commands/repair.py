"""``credit-graph repair``: the repair desk (信用修复): applications in bulk or one by one, and its figures."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from credit_graph.commands import common
from credit_graph.commands.deciding import ByOption, RoleOption, acting
from credit_graph.commands.list_work import print_done, said_of
from credit_graph.errors import UsageError
from credit_graph.jobs import repair as job
from credit_graph.lists.repair import repair_policy
from credit_graph.text import t

app = typer.Typer(help="信用修复：接收申请、统计 / the repair desk", no_args_is_help=True)
_SHOWN = 20  # without --json


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="repair")


@app.command("import", help="接收全国统一平台导出的申请 / take the applications of the national portal's export")
def import_(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="CSV、XLSX")],
    refused: Annotated[
        Path | None, typer.Option("--refused", help="未接收的行写入此新文件（.xlsx、.csv） / refused rows: a new file")
    ] = None,
    by: ByOption = None,
    role: RoleOption = None,
    json: common.JsonOption = False,
) -> None:
    """Each row begins its proceeding or is refused with its reason; a file that is imported again begins nothing."""
    with common.graph() as store, common.progress(show=not json) as report:
        done = job.import_file(store, path, acting(by, role, "repair import"), refused, report)
    rules = repair_policy()
    if json:
        told = {bundle: [item.id for item in items] for bundle, items in done.begun.items()}
        rows = [
            {
                "row": item.application.row,
                "column": rules.columns.get(item.field, (item.field,))[0],
                "code": item.error.code,
                "why": str(item.error),
            }
            for item in done.refused
        ]
        common.print_json({"begun": told, "known": done.known, "refused": rows})
        return
    for bundle, items in done.begun.items():
        line = t(f"批次 {bundle}：立项 {len(items)} 件", f"bundle {bundle}: {len(items)} begun")
        common.console.print(line, highlight=False)
    if done.known:
        count = len(done.known)
        common.console.print(t(f"此前已接收 {count} 件", f"{count} were taken before"), highlight=False)
    for item in done.refused[:_SHOWN]:
        column = rules.columns.get(item.field, (item.field,))[0]
        line = t(f"第 {item.application.row} 行，{column}：", f"row {item.application.row}, {column}: ")
        common.notes.print(f"{line}{item.error.code} {item.error}", highlight=False, soft_wrap=True)
    if done.refused:
        where = f" → {refused}" if refused is not None else ""
        count = len(done.refused)
        common.notes.print(t(f"未接收 {count} 行", f"{count} rows refused") + where, style="bold", highlight=False)


@app.command("apply", help="接收一件申请 / take one application")
def apply(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="申请事项，如 penalty、abnormal_operation / what for")],
    code: Annotated[str, typer.Argument(metavar="CODE", help="代码或名称 / code or name")],
    said: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="申请内容，如 applied_on、materials / what it says"),
    ] = None,
    by: ByOption = None,
    role: RoleOption = None,
    json: common.JsonOption = False,
) -> None:
    """As a row of the portal's export: ``--set number=文号`` names the penalty, ``--set materials=…`` the papers."""
    with common.graph() as store:
        done = job.apply(store, kind, code, said_of(said), acting(by, role, f"repair {kind}"))
    print_done(done, json)


@app.command("counts", help="月度统计 / the figures of a month")
def counts(
    month: Annotated[str, typer.Option("--month", help="月份 / month (YYYY-MM)")], json: common.JsonOption = False
) -> None:
    """Received, accepted, granted, refused, withdrawn; median and longest days to the decision; late ones: by kind."""
    parts = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", month)
    if parts is None:
        raise UsageError("usage.bad_value", option="--month", value=month, why="YYYY-MM")
    with common.graph() as store:
        found = job.counts(store, int(parts[1]), int(parts[2]))
    if json:
        common.print_json({"month": month, "kinds": [item.as_json() for item in found]})
        return
    columns = [t("申请事项", "kind"), t("收到", "received"), t("受理", "accepted"), t("准予", "granted")]
    columns += [t("不予", "refused"), t("撤回中止", "withdrawn"), t("办理天数中位数", "median days")]
    columns += [t("最长天数", "longest"), t("逾期", "late")]
    rows = [list(item.as_json().values())[1:] for item in found]
    common.print_table(t(f"信用修复 {month}", f"Credit repair {month}"), columns, rows)
