"""``credit-graph release template | collect``: what departments report for a list, asked for and taken in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from credit_graph import clock
from credit_graph.commands import common, deciding
from credit_graph.commands.deciding import ByOption, RoleOption
from credit_graph.errors import InputError
from credit_graph.jobs import collect as job
from credit_graph.jobs.collect import Taken
from credit_graph.lists.collecting_form import read_period
from credit_graph.text import joined, t

ListArgument = Annotated[str, typer.Argument(metavar="LIST", help="名单，如 serious_violation / name of the list")]
OutOption = Annotated[Path, typer.Option("--out", help="输出目录 / folder to write into")]
PeriodOption = Annotated[str | None, typer.Option("--period", help="季度，如 2026Q3；默认本季度 / default: today's")]
DepartmentOption = Annotated[str | None, typer.Option("--department", help="只做这一列入机关的 / of this one alone")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``release``."""
    app.command("collect", help="核对并收取各部门报送的表 / check and take in what departments report")(collect)
    app.command("template", help="生成各列入机关的报送表 / forms for the issuing departments")(template)


def template(
    list_name: ListArgument,
    out: OutOption,
    department: DepartmentOption = None,
    period: PeriodOption = None,
    as_json: common.JsonOption = False,
) -> None:
    """One workbook per issuing department (policies/issuers.yml) to be filled in and sent back."""
    today = clock.today()
    made = job.write_forms(list_name, out, read_period(period, today), today, department)
    if as_json:
        common.print_json([str(path) for path in made])
        return
    for path in made:
        common.console.print(str(path), highlight=False, soft_wrap=True)
    common.console.print(t(f"已生成 {len(made)} 份报送表。", f"{len(made)} forms."), highlight=False)


def collect(
    list_name: ListArgument,
    paths: Annotated[list[Path], typer.Argument(metavar="FILE…", help="发回的表、目录、zip / files, folders, zips")],
    out: OutOption,
    period: PeriodOption = None,
    dry: Annotated[bool, typer.Option("--dry-run", help="只核对，不收取 / check, record nothing")] = False,
    by: ByOption = None,
    role: RoleOption = None,
    as_json: common.JsonOption = False,
) -> None:
    """Every row is checked against the register; what is right is recorded, every file goes back with its faults."""
    today = clock.today()
    quarter = read_period(period, today)
    decision = deciding.acting(by, role, f"{list_name} {quarter.name}")
    with common.graph() as store, common.progress(show=not as_json) as report:
        taken = job.collect(store, list_name, paths, out, quarter, today, decision, dry=dry, progress=report)
        given = [item.returned.name for item in taken if item.returned is not None]
        common.log("export", {"by": "release collect", "list": list_name, "files": given})
    silent = job.missing(list_name, taken, today)
    if as_json:
        files = [_as_json(item) for item in taken]
        common.print_json({"list": list_name, "period": quarter.name, "files": files, "missing": silent})
    else:
        _print(taken, silent, out, dry=dry)
    if any(item.error is not None for item in taken):
        raise typer.Exit(InputError.exit_status)


def _as_json(item: Taken) -> dict[str, Any]:
    if item.error is not None:
        return {"file": item.file, "state": "refused", "code": item.error.code, "why": str(item.error)}
    assert item.form is not None
    return {
        "file": item.file,
        "state": "taken",
        "department": item.form.issuer.name,
        "batch": item.seq,
        "rows": len(item.checked),
        "recorded": item.recorded,
        "known": item.known,
        "faulty": len(item.faulty),
        "returned": str(item.returned),
        "faults": [
            {"row": row.row.number, "column": fault.column, "code": fault.code, "why": fault.text}
            for row in item.faulty
            for fault in row.faults
        ],
    }


def _print(taken: list[Taken], silent: list[str], out: Path, *, dry: bool) -> None:
    for item in taken:
        if item.error is not None:
            common.print_error(item.error)
    good = [item for item in taken if item.form is not None]
    rows: list[list[Any]] = []
    for item in good:
        assert item.form is not None and item.returned is not None
        rows.append([item.form.issuer.name, *_counts(item), item.seq, item.returned.name])
    names = [t("列入机关", "department"), t("行", "rows"), t("无问题", "right"), t("本次收取", "recorded")]
    names += [t("此前已在库", "known"), t("有问题", "faulty"), t("批次", "batch"), t("退回文件", "goes back as")]
    totals = [sum(column) for column in zip(*map(_counts, good), strict=True)]
    if len(good) > 1:
        rows.append([t("合计", "total"), *totals, None, None])
    if good:
        common.print_table(t(f"收取报送表（退回文件在 {out}）", f"Forms (what goes back is in {out})"), names, rows)
    if silent and len(taken) > 1:
        text = t("本次没有见到：", "Not among the files: ") + joined(silent)
        common.console.print(text, highlight=False, soft_wrap=True)
    if dry:
        common.console.print(t("只作核对，没有收取。", "Checked only, nothing was recorded."), highlight=False)


def _counts(item: Taken) -> tuple[int, int, int, int, int]:
    faulty = len(item.faulty)
    return len(item.checked), len(item.checked) - faulty, item.recorded, item.known, faulty
