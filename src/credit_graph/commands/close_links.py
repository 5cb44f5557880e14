"""``credit-graph close-links``: whom an entity is closely linked with, by two definitions (密切关联)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import typer

from credit_graph.commands import common
from credit_graph.commands.control import CodeArgument, Seen
from credit_graph.commands.links import share
from credit_graph.links.close_card import close_card, line
from credit_graph.links.policy import LEAD
from credit_graph.text import t


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("close-links", help="密切关联（欧洲央行、乘积两种口径） / close links by two definitions")(close_links)


def close_links(
    code: CodeArgument,
    limit: common.LimitOption = 50,
    valid: common.ValidOption = None,
    known: common.KnownOption = None,
    json: common.JsonOption = False,
) -> None:
    """Print the close links by the ECB's rule and by products, each with the holdings that add up."""
    seen = Seen(valid, known)
    entity = seen.find(code)
    found = seen.answer(entity, close_card(seen.chart, entity, limit))
    if json:
        common.print_json(found)
        return
    titles = {
        "ecb": t("密切关联（欧洲央行口径：合计，不相乘）", "Close links by the ECB: added up, never multiplied"),
        "products": t("密切关联（乘积口径：各路径乘积之和）", "Close links by products along all simple paths"),
    }
    for key, title in titles.items():
        part = found[key]
        if not part["complete"]:
            common.console.print(title + t("：路径过多，不予列出", ": too many paths to be told"))
            continue
        columns = [t("主体", "entity"), t("关系", "link"), t("比例", "share"), t("依据", "adds up from")]
        count = part["total"]
        head = t(f"{title}，≥ {line()}（{count}）", f"{title}, ≥ {line()} ({count})")
        common.print_table(head, columns, [_cells(row) for row in part["links"]])
    common.console.print(t(*LEAD), style="dim")


def _cells(row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    words = {
        "owns": t("持有", "owns"),
        "owned": t("被持有", "owned by"),
        "third": t("同受多数控股：", "both owned by ") + str(row.get("third_name") or row["third"]),
    }
    if "paths" in row:
        said = [f"{_steps(path['steps'])} = {share(path['share_ppm'])}" for path in row["paths"]]
        more = row["paths_total"] - len(row["paths"])
        said += [t(f"另有 {more} 条路径", f"{more} more paths")] if more else []
    else:
        said = [_held(held) for held in row["holdings"]]
        said += [t("其中：", "of which: ") + _held(held) for held in row["through"]]
    return str(row["other_name"] or row["other"]), words[row["why"]], share(row["share_ppm"]), "\n".join(said)


def _held(held: Mapping[str, Any]) -> str:
    holder, company = held["holder_name"] or held["holder"], held["company_name"] or held["company"]
    return f"{holder} → {company} {share(held['share_ppm'])} [{' '.join(held['sids'])}]"


def _steps(steps: Iterable[Mapping[str, Any]]) -> str:
    return " × ".join(_held(step) for step in steps)
