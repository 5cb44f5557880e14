"""``credit-graph ego``: what is around an entity, as a file for a program that draws graphs."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from credit_graph.commands import common
from credit_graph.commands.links import linked, point_json
from credit_graph.errors import StateError
from credit_graph.links import lookup
from credit_graph.links.neighbourhood import FORMATS, around
from credit_graph.links.policy import LEAD
from credit_graph.store.files import write_whole
from credit_graph.text import t

_MOST_HOPS, _MOST_NODES = 8, 20_000


class Format(StrEnum):
    """How the file is written."""

    GRAPHML = "graphml"
    GEXF = "gexf"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("ego", help="导出某主体周围的关联图 / what is around an entity, as a file")(ego)


def ego(
    code: Annotated[str, typer.Argument(metavar="CODE", help="代码、名称或人员编号 / code, name, id")],
    hops: Annotated[int, typer.Option("--hops", min=0, max=_MOST_HOPS, help="层数 / hops")] = 2,
    limit: Annotated[int, typer.Option("--limit", min=1, max=_MOST_NODES, help="最多节点数 / nodes at most")] = 200,
    format: Annotated[Format, typer.Option("--format", help="graphml | gexf | json")] = Format.GRAPHML,
    out: Annotated[
        Path | None, typer.Option("--out", help="输出文件；默认标准输出 / file; default: standard output")
    ] = None,
    valid: common.ValidOption = None,
    known: common.KnownOption = None,
) -> None:
    """Write the neighbourhood; an existing file is not overwritten."""
    if out is not None and out.exists():
        raise StateError("state.exists", path=out)
    projection, found = linked(valid, known)
    graph = around(projection, found, lookup.find(projection, code), hops, limit)
    graph.graph |= {**point_json(projection.point), "notice": t(*LEAD)}
    text = FORMATS[format](graph)
    if out is None:
        sys.stdout.write(text)
        return
    common.log("export", {"by": "ego", "file": out.name, "nodes": len(graph)})
    write_whole(out, text.encode())
    nodes, edges = graph.number_of_nodes(), graph.number_of_edges()
    common.console.print(t(f"{out}：{nodes} 个节点，{edges} 条关系", f"{out}: {nodes} nodes, {edges} relationships"))
    if graph.graph["truncated"]:
        common.console.print(t("超过 --limit，只保留较近的节点。", "More than --limit: only the nearest are kept."))
    common.console.print(t(*LEAD), style="dim")
