"""``credit-graph risk``: the risk that arrives at an entity from others, and by which paths (风险传导)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from credit_graph.commands import common
from credit_graph.commands.links import hop_text, linked, point_json
from credit_graph.links import card, lookup
from credit_graph.links.compute import Links
from credit_graph.links.path import Hop
from credit_graph.links.policy import LEAD
from credit_graph.links.risk_data import Arrived, arrived
from credit_graph.links.risk_policy import risk_policy
from credit_graph.projection import Projection
from credit_graph.text import t

_SHOWN = 20


class Method(StrEnum):
    """How risk spreads."""

    MAX_PRODUCT = "max-product"
    PPR = "ppr"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("risk", help="风险传导：来源、路径、份额 / risk that arrives, by source and path")(risk)


def risk(
    code: Annotated[str, typer.Argument(metavar="CODE", help="代码、名称或人员编号 / code, name, id")],
    method: Annotated[Method, typer.Option("--method", help="max-product | ppr")] = Method.MAX_PRODUCT,
    limit: common.LimitOption = _SHOWN,
    valid: common.ValidOption = None,
    known: common.KnownOption = None,
    json: common.JsonOption = False,
) -> None:
    """Print what arrives, with the part of each source; all parts add up to the value."""
    projection, found = linked(valid, known)
    entity = lookup.find(projection, code)
    rules = risk_policy().on(projection.point.valid)
    answer = arrived(projection, found, rules, entity, method.value)
    told = _told(projection, found, entity, answer, limit)
    if json:
        head = {**point_json(projection.point), "method": method.value, "policy": rules.id}
        common.print_json({**told, **head, "notice": t(*LEAD)})
        return
    _print(told)
    common.console.print(t(*LEAD), style="dim")


def _told(projection: Projection, found: Links, entity: str, answer: Arrived, limit: int) -> dict[str, Any]:
    shown_sources = answer.sources[:limit]
    last = sorted((answer.by_last or {}).items(), key=lambda item: (-item[1], item[0]))[:limit]
    hops = [hop for row in shown_sources for hop in row["path"]]
    ends = {end for hop in hops for end in (hop.start, hop.end)}
    mentioned = {entity, *ends, *(row["source"] for row in shown_sources), *(node for node, _ in last)}
    names = lookup.called(projection, found, mentioned)
    rows = [
        {
            "source": row["source"],
            "name": names.get(row["source"]),
            "why": row["why"],
            "strength": row["strength"],
            "value": row["value"],
            "part": row["part"],
            "records": list(row["sids"]),
            "path": [_hop(hop, names) for hop in row["path"]],
        }
        for row in shown_sources
    ]
    told: dict[str, Any] = {
        "entity": entity,
        "name": names.get(entity),
        "value": answer.value,
        "own": answer.own,
        "sources": rows,
        "sources_total": len(answer.sources),
    }
    if answer.by_last is not None:
        told["by_last"] = [{"before": node, "name": names.get(node), "part": part} for node, part in last]
    shown: dict[str, Any] = card.hide_persons(projection, told)
    return shown


def _hop(hop: Hop, names: dict[str, str]) -> dict[str, Any]:
    ends = {"from": hop.start, "from_name": names.get(hop.start), "to": hop.end, "to_name": names.get(hop.end)}
    return {**ends, "kind": hop.kind, "label": hop.label, "sids": list(hop.sids)}


def _print(told: dict[str, Any]) -> None:
    words = {
        "serious": t("严重违法失信名单", "listed for serious violations"),
        "revoked": t("吊销或撤销", "revoked"),
        "measure": t("失信名单", "listed as in breach of trust"),
        "licence": t("吊销许可证照", "permit lost"),
        "penalty": t("行政处罚", "penalty"),
        "abnormal": t("经营异常名录", "abnormal operations"),
    }
    columns = [t("来源", "source"), t("缘由", "why"), t("强度", "strength"), t("路径值", "by path"), t("份额", "part")]
    columns.append(t("路径", "path"))
    rows = [
        (
            row["name"] or row["source"],
            words.get(row["why"], row["why"]),
            f"{row['strength']:.2f}",
            "" if row["value"] is None else f"{row['value']:.4f}",
            f"{row['part']:.6f}",
            " → ".join(f"{hop_text(hop)} → {hop['to_name'] or hop['to']}" for hop in row["path"]),
        )
        for row in told["sources"]
    ]
    name = told["name"] or told["entity"]
    common.print_table(t(f"传导至“{name}”的风险", f"Risk that arrives at “{name}”"), columns, rows)
    common.console.print(t(f"合计 {told['value']:.6f}", f"total {told['value']:.6f}"))
    hidden = told["sources_total"] - len(rows)
    if hidden:
        common.console.print(t(f"另有 {hidden} 个来源，--limit 可改", f"{hidden} more sources; see --limit"))
    if told["own"]:
        common.console.print(t(f"自身风险 {told['own']:.2f}（不计入）", f"its own: {told['own']:.2f}, not counted"))
