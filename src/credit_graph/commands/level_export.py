"""``credit-graph level export``: the classes of all firms for other departments (部门共享), by cron."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from credit_graph.commands import common
from credit_graph.jobs import department_files as job
from credit_graph.server.roles import role
from credit_graph.text import t


def export(
    out: Annotated[Path, typer.Option("--out", help="存放交付目录的文件夹 / the folder in which deliveries are kept")],
    as_json: common.JsonOption = False,
) -> None:
    """Write the classes of all firms as CSV and Parquet with a data dictionary, unless they are there already."""
    role(common.caller().role).require("level")
    with common.graph() as store:
        point = common.point(store, None, None)
        common.log("export", {"by": "level export", "file": out.name})
        made = job.export(store, point, out)
    if as_json:
        common.print_json({**made.manifest, "folder": str(made.folder), "made": made.made, "changes": made.changes})
        return
    rows, graded = made.manifest["rows"], made.manifest["graded"]
    new = t("已写入", "Written") if made.made else t("已有相同内容，未改动", "There already, unchanged")
    common.console.print(
        t(
            f"{new}：{made.folder}（{rows} 户，其中已分类 {graded} 户）",
            f"{new}: {made.folder} ({rows} firms, {graded} graded)",
        ),
        highlight=False,
    )
    common.console.print(
        t(f"自上次导出以来的变化：{made.changes} 条", f"Changes since the last export: {made.changes}")
    )
    common.console.print(made.manifest["notice"] or "", style="bold")
