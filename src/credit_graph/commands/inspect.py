"""``credit-graph trace`` and ``faults``; the commands of the quarantine are beside."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

import typer

from credit_graph.commands import common, quarantine
from credit_graph.jobs.faults import faults as find_faults
from credit_graph.jobs.trace import trace as run_trace
from credit_graph.model.time import OPEN_SEQ
from credit_graph.text import t


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.command("trace", help="任一事实的来源行 / the source row of any fact")(trace)
    parent.command("faults", help="疑点清单 / what is doubtful")(faults)
    parent.add_typer(quarantine.app, name="quarantine")


def trace(
    wanted: Annotated[str, typer.Argument(metavar="ID", help="记录编号或信用代码 / statement id or code")],
    as_json: common.JsonOption = False,
) -> None:
    """Show where facts come from: file, row and the cells as they were read."""
    with common.graph() as store:
        found = run_trace(store, wanted)
    if as_json:
        common.print_json(found)
        return
    for item in found:
        statement, batch = item["statement"], item["batch"]
        known_to = "" if statement["known_to"] == OPEN_SEQ else statement["known_to"]
        rows = [
            (t("记录", "statement"), statement["sid"]),
            (t("数据源", "source"), f"{statement['source']} · {statement['kind']} · {statement['key']}"),
            (t("有效", "valid"), f"{statement['valid_from']} – {statement['valid_to']}"),
            (t("已知", "known"), f"{statement['known_from']} – {known_to}"),
            (t("文件与行", "file and row"), f"{batch['path']} : {statement['row']} (#{batch['seq']})"),
            (t("文件指纹", "file hash"), batch["file_sha256"]),
            *((header, cell) for header, cell in (item["cells"] or {}).items() if cell),
        ]
        common.print_table(statement["kind"], [t("项", "item"), t("值", "value")], rows)


def faults(
    limit: common.LimitOption = 30,
    valid: common.ValidOption = None,
    known: common.KnownOption = None,
    as_json: common.JsonOption = False,
) -> None:
    """Values set aside, contradictions between sources, checks across tables, unlinked records, faulty holdings."""
    with common.graph() as store:
        found = find_faults(store, common.point(store, valid, known))
    if as_json:
        common.print_json([fault.as_dict() for fault in found])
        return
    counts = Counter((fault.kind, fault.code) for fault in found)
    columns = [t("类别", "kind"), t("规则", "rule"), t("条数", "count")]
    common.print_table(t("疑点汇总", "Faults"), columns, [[k, c, n] for (k, c), n in sorted(counts.items())])
    detail = [[f.kind, f.code, f.eid, f.source, f.detail] for f in found[:limit]]
    columns = [
        t("类别", "kind"),
        t("规则", "rule"),
        t("主体", "entity"),
        t("数据源", "source"),
        t("说明", "detail"),
    ]
    if detail:
        common.print_table(t(f"前 {len(detail)} 条", f"First {len(detail)}"), columns, detail)
