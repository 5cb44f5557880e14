"""``credit-graph reborn``: firms that may be a struck, revoked or listed one come back (换马甲)."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from credit_graph.commands import common
from credit_graph.commands.links import linked, point_json
from credit_graph.links import lookup
from credit_graph.links.policy import LEAD
from credit_graph.links.reborn_data import find_reborn, told
from credit_graph.links.reborn_policy import reborn_policy
from credit_graph.text import t

_SHOWN = 20
TopOption = Annotated[int, typer.Option("--top", min=1, help="最多显示 / show at most")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("reborn", help="疑似换马甲的企业 / firms that may be an ended one come back")(reborn)


def reborn(
    code: Annotated[str | None, typer.Argument(metavar="CODE", help="代码或名称 / code or name")] = None,
    top: TopOption = _SHOWN,
    valid: common.ValidOption = None,
    known: common.KnownOption = None,
    json: common.JsonOption = False,
) -> None:
    """Print the candidates of one firm, old or new, with the evidence; or the likeliest pairs of all."""
    projection, found = linked(valid, known)
    eid = None if code is None else lookup.find_firm(projection, code)
    candidates, shared = find_reborn(projection, found, reborn_policy().on(projection.point.valid))
    if eid is None:
        candidates = candidates[candidates["status"] == "reborn"]
        candidates = candidates.sort_values(["score", "old", "new"], ascending=[False, True, True])
    else:
        candidates = candidates[(candidates["old"] == eid) | (candidates["new"] == eid)]
    total = len(candidates)
    rows = told(candidates.head(top), shared, projection)
    if json:
        head = {"firm": eid, **point_json(projection.point), "total": total}
        common.print_json({**head, "candidates": rows, "notice": t(*LEAD)})
        return
    for row in rows:
        _print(row)
    if not rows:
        common.console.print(t("没有疑似换马甲的企业。", "No candidates."))
    elif len(rows) < total:
        common.console.print(t(f"共 {total}，显示前 {top}，--top 可改", f"{total}, first {top}; see --top"))
    common.console.print(t(*LEAD), style="dim")


def _print(row: dict[str, Any]) -> None:
    status = {
        "reborn": t("疑似换马甲", "may be it come back"),
        "possible": t("有疑点：", "doubtful: ") + _against(row["reason"]),
        "sister": t("关联企业，成立在前", "related, opened before"),
    }
    old, new = (f"{row[f'{side}_name'] or ''}（{row[side]}）" for side in ("old", "new"))
    common.print_table(
        f"{old} → {new}　{status[row['status']]}　{row['score']:.2f}",
        [t("依据", "evidence"), t("依据记录", "records")],
        [(sentence["text"], "\n".join(sentence["records"])) for sentence in row["evidence"]],
    )


def _against(reason: str) -> str:
    reasons = {
        "no_hard_link": t("没有身份关联", "no link of identity"),
        "too_weak": t("得分不足", "too few points"),
        "other_industry": t("行业不同", "another industry"),
        "unknown_industry": t("行业不详", "industry unknown"),
    }
    return reasons.get(reason, "")
