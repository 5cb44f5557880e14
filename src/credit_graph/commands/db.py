"""``credit-graph db start | stop | status | check | backup | restore | wipe``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from credit_graph.commands import common
from credit_graph.errors import UsageError
from credit_graph.jobs.batches import last_seq
from credit_graph.jobs.erase import apply as apply_tombstones
from credit_graph.jobs.release_store import ReleaseStore
from credit_graph.jobs.rotate import catch_up
from credit_graph.settings import settings
from credit_graph.store import Store, admin
from credit_graph.text import t

app = typer.Typer(help="图数据库 / the graph engine", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="备份目录 / folder of the backup")]


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="db")


def _print(values: dict[str, Any], title: str, as_json: bool) -> None:
    if as_json:
        common.print_json(values)
    else:
        common.print_table(title, [t("项", "item"), t("值", "value")], values.items())


@app.command(help="启动嵌入式引擎 / start the embedded engine")
def start(as_json: common.JsonOption = False) -> None:
    """Start the engine, or reach the server, and bring the schema up to date."""
    _print(admin.start(settings()), t("图引擎", "engine"), as_json)


@app.command(help="停止嵌入式引擎 / stop the embedded engine")
def stop() -> None:
    """Stop the embedded engine; a server is left alone."""
    stopped = admin.stop(settings())
    common.console.print(t("已停止。", "Stopped.") if stopped else t("没有在运行的嵌入式引擎。", "None was running."))


@app.command(help="运行状态 / is it running, and where")
def status(as_json: common.JsonOption = False) -> None:
    """Show the engine's state; starts nothing."""
    _print(admin.status(settings()), t("图引擎", "engine"), as_json)


@app.command(help="检查图的完整性 / check the graph")
def check(as_json: common.JsonOption = False) -> None:
    """Check engine, schema and indexes; exit status 1 if something is wrong."""
    with Store.open(pending=True) as store:
        found = store.check()
        findings = admin.check(store)
    if as_json:
        common.print_json({**found, "findings": [{"code": f.code, "message": f.message} for f in findings]})
    else:
        _print({**found, "nodes": sum(found["nodes"].values())}, t("图的状态", "graph"), as_json)
        for finding in findings:
            common.console.print(f"{finding.code} {finding.message}", style="red", highlight=False)
    if findings:
        raise typer.Exit(1)


@app.command(help="备份到目录（不含密钥） / back up to a folder, without the secret")
def backup(folder: Folder, as_json: common.JsonOption = False) -> None:
    """Write the graph, batch files and run files to a new folder."""
    with Store.open() as store:
        manifest = admin.backup(store, folder)
        common.log("backup", {"folder": folder.name, "known": manifest["seq"]})
    if as_json:
        common.print_json(manifest)
        return
    common.console.print(
        t(
            f"已备份到 {folder}。安装密钥不在备份中，请另行保管。",
            f"Backed up to {folder}. The installation secret is not in it: keep it elsewhere.",
        )
    )


@app.command(help="从备份恢复到空图 / restore into an empty graph")
def restore(folder: Folder) -> None:
    """Verify the backup, then restore it into an empty graph of either engine; keys as rotated, erased as erased."""
    with Store.open() as store:
        admin.restore(store, folder)
        catch_up(store)
        common.log("restore", {"folder": folder.name})
        erased = apply_tombstones(store).statements
    common.console.print(t(f"已从 {folder} 恢复。", f"Restored from {folder}."))
    if ReleaseStore(settings().home.resolve()).lists():
        zh, en = (
            "公开版本是备份当日的，请运行 release takedown。",
            "Public editions are of the backup's day: run release takedown.",
        )
        common.console.print(t(zh, en))
    if erased:
        common.console.print(
            t(f"备份之后依法清除的 {erased} 条记录已再次清除。", f"{erased} statements erased since were erased again.")
        )


@app.command(help="清空图（保留密钥） / remove everything but the secret")
def wipe(yes: Annotated[bool, typer.Option("--yes", help="确认 / I mean it")] = False) -> None:
    """Remove all data of the installation; the secret stays."""
    if not yes:
        raise UsageError("usage.bad_value", option="--yes", value="-", why=t("需要确认", "must be given"))
    with Store.open(pending=True) as store:
        common.log("wipe", {"known": last_seq(store)})
        removed = admin.wipe(store)
    common.console.print(t(f"已清空 {removed} 个节点。", f"{removed} nodes removed."))
