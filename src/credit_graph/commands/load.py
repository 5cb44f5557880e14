"""``credit-graph load`` and ``check``."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from credit_graph.commands import common, regrading
from credit_graph.errors import UsageError
from credit_graph.jobs.faults import unlinked_since
from credit_graph.jobs.load import LoadOptions
from credit_graph.jobs.load import load as run_load
from credit_graph.text import joined, t

Paths = Annotated[list[Path], typer.Argument(help="文件或目录 / files or folders")]
SourceOption = Annotated[str | None, typer.Option("--source", help="数据源名 / name of the source, if not recognised")]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="文件所述日期 / the day that the file speaks of")]
ScopeOption = Annotated[str | None, typer.Option("--scope", help="范围，如 district=330206 / the file's scope")]
UnitOption = Annotated[list[str] | None, typer.Option("--unit", help="列=单位，如 reg_capt=元 / COLUMN=UNIT")]
CompleteOption = Annotated[bool, typer.Option("--complete", help="所给文件即全部 / the files are all there is")]
PartialOption = Annotated[bool, typer.Option("--partial", help="不因缺失而关闭 / close nothing for absence")]
AcceptOption = Annotated[int, typer.Option("--accept-closures", help="允许的关闭条数 / closures that are right")]

_COUNTS = (
    ("read", "读取", "read"),
    ("new", "新增", "new"),
    ("changed", "变更", "changed"),
    ("unchanged", "未变", "unchanged"),
    ("closed", "关闭", "closed"),
    ("awaiting", "待定", "awaiting"),
    ("empty", "空行", "empty"),
    ("duplicate", "重复", "duplicate"),
    ("erased", "已清除", "erased"),
    ("quarantined", "隔离", "quarantined"),
    ("faults", "疑点", "faults"),
)
_REMARKS = (
    ("skipped", "表外的行（title 标题，note 合计与说明，blank 空白）：", "lines outside the table:"),
    ("notes", "提示：", "note:"),
    ("unmapped", "未识别的列（未载入）：", "columns that the definition does not know (not loaded):"),
    ("late_scopes", "缺失行待定，以下范围尚未送达：", "missing rows wait for these late scopes:"),
)
_ALWAYS = ("read", "new", "changed", "unchanged", "quarantined")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("load", help="载入文件 / load files into the graph")(load)
    app.command("check", help="只检查不写入 / do everything but write")(check)


def load(
    paths: Paths,
    source: SourceOption = None,
    as_of: AsOfOption = None,
    scope: ScopeOption = None,
    unit: UnitOption = None,
    complete: CompleteOption = False,
    partial: PartialOption = False,
    accept_closures: AcceptOption = 0,
    as_json: common.JsonOption = False,
) -> None:
    """Load source files; interrupted, the same command goes on where it stopped."""
    options = _options(source, as_of, scope, unit, complete, partial, accept_closures, dry=False)
    _run(paths, options, as_json)


def check(
    paths: Paths,
    source: SourceOption = None,
    as_of: AsOfOption = None,
    scope: ScopeOption = None,
    unit: UnitOption = None,
    complete: CompleteOption = False,
    partial: PartialOption = False,
    accept_closures: AcceptOption = 0,
    as_json: common.JsonOption = False,
) -> None:
    """Read, check and compare source files without writing anything."""
    options = _options(source, as_of, scope, unit, complete, partial, accept_closures, dry=True)
    _run(paths, options, as_json)


def _options(
    source: str | None,
    as_of: str | None,
    scope: str | None,
    unit: list[str] | None,
    complete: bool,
    partial: bool,
    accept_closures: int,
    *,
    dry: bool,
) -> LoadOptions:
    units: dict[str, str] = {}
    for item in unit or []:
        column, mark, name = item.partition("=")
        if not mark or not name:
            raise UsageError("usage.bad_value", option="--unit", value=item, why=t("应为 列=单位", "write COLUMN=UNIT"))
        units[column] = name
    if scope is not None and "=" not in scope:
        raise UsageError("usage.bad_value", option="--scope", value=scope, why=t("应为 字段=值", "write FIELD=VALUE"))
    return LoadOptions(
        source=source,
        as_of=common.past_day("--as-of", as_of),
        scope=scope,
        units=units,
        complete=complete,
        partial=partial,
        accept_closures=accept_closures,
        dry=dry,
        actor=common.caller().actor,
        role=common.caller().role,
    )


def _run(paths: list[Path], options: LoadOptions, as_json: bool) -> None:
    with common.graph() as store, common.progress(show=not as_json) as report:
        reports = run_load(store, paths, options, report)
        unlinked = {} if options.dry else unlinked_since(store, min(item["seq"] for item in reports))
        if not options.dry:
            regrading.follow(store)
    if as_json:
        common.print_json({"batches": reports, "unlinked": unlinked})
        return
    print_batches(reports, title=t("检查结果（未写入）", "Checked, nothing written") if options.dry else None)
    if unlinked:
        total, each = sum(unlinked.values()), joined(f"{source} {count}" for source, count in unlinked.items())
        zh = f"{total} 条记录没有找到唯一的主体，暂未关联（{each}）：原因见 credit-graph faults"
        en = f"{total} records fit no firm or several and are kept unlinked ({each}): credit-graph faults says why"
        common.console.print(f"  {t(zh, en)}", highlight=False, soft_wrap=True)


def print_batches(reports: list[dict[str, Any]], *, title: str | None = None) -> None:
    """The table at the end of a load: one line per batch, then units, and what was refused or set aside, and why."""
    shown = [item for item in _COUNTS if item[0] in _ALWAYS or any(r[item[0]] for r in reports)]
    columns = [t("批次", "seq"), t("文件", "file"), t("数据源", "source"), *(t(zh, en) for _, zh, en in shown)]
    rows = [[r["seq"], r["path"], r["source"], *(r[name] for name, _, _ in shown)] for r in reports]
    common.print_table(title or t("载入结果", "Loaded"), columns, rows)
    _print_units(reports)
    for report in reports:
        for key, zh, en in _REMARKS:
            if found := report.get(key):
                common.console.print(f"  {report['path']}: {t(zh, en)} {joined(found)}", highlight=False)
        common.print_reasons(report["path"], report["reasons"])


def _print_units(reports: list[dict[str, Any]]) -> None:
    """The unit that each column of amounts was read in; of several files how many columns, by unit."""
    decided = [report for report in reports if report.get("units")]
    if len(decided) == 1:
        zh = en = joined(decided[0]["units"])
    else:
        counts = Counter(item.rpartition("=")[2] for report in decided for item in report["units"])
        zh = "，".join(f"{unit} {count} 列" for unit, count in counts.most_common())
        en = ", ".join(f"{count} columns in {unit}" for unit, count in counts.most_common())
        zh, en = f"{zh}（逐列见 --json 或 batch show）", f"{en} (each column: --json, or batch show)"
    if decided:
        common.console.print(f"  {t('金额单位', 'units')}: {t(zh, en)}", highlight=False)
