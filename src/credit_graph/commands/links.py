"""``credit-graph link``, ``path`` and ``holders``."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.progress import Progress, TaskID

from credit_graph.commands import common
from credit_graph.errors import UsageError
from credit_graph.jobs import link as job
from credit_graph.links import card, compute, lookup
from credit_graph.links.control_text import reason_text
from credit_graph.links.path import EDGE_KINDS, EdgeKind, Hop
from credit_graph.links.person_text import reasons
from credit_graph.links.policy import LEAD, link_policy
from credit_graph.model.time import Point
from credit_graph.projection import Projection, project
from credit_graph.text import joined, t


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("link", help="计算关联：出资、控股、任职、分支机构 / holdings, majority holders, branches")(link)
    app.command("path", help="两个主体之间的最短关联路径 / shortest explanation between two entities")(path)
    app.command("holders", help="企业的出资人、控股、法定代表人、分支机构 / who holds and represents a firm")(holders)


def link(valid: common.ValidOption = None, known: common.KnownOption = None, json: common.JsonOption = False) -> None:
    """Compute and write the links."""
    started = time.perf_counter()
    with common.graph() as store, progress_bar(json) as report:
        result = job.link(store, common.point(store, valid, known), report)
    seconds = time.perf_counter() - started
    if json:
        common.print_json(
            {**point_json(result.point), "run": result.rid, "unchanged": result.unchanged, **result.counts}
        )
        return
    title = t(
        f"关联计算 {result.point.valid}（批次 {result.point.seq}，{seconds:.1f} 秒）",
        f"Links on {result.point.valid} (batch {result.point.seq}, {seconds:.1f} s)",
    )
    labels = {
        "holdings": t("出资关系", "holdings"),
        "majority": t("有直接控股股东的企业", "companies with a direct majority holder"),
        "joint": t("双方各占一半", "held half and half"),
        "undetermined": t("无法确定", "undetermined"),
        "branches": t("分支机构", "branches"),
        "persons": t("认定为同一人的记载", "mentions joined to a person"),
        "controlled": t("有控制人的企业", "companies with a controller"),
        "groups": t("企业族群（各层）", "groups (all layers)"),
        "reborn": t("疑似换马甲（线索）", "may be reborn (leads)"),
        "series": t("串案（线索）", "case series (leads)"),
    }
    common.print_table(
        title, [t("项目", "what"), t("数量", "count")], [(labels[k], v) for k, v in result.counts.items()]
    )
    if result.unchanged:
        common.console.print(t("结果与上次相同，未写入。", "Same as the last run; nothing was written."))


def path(
    start: str = typer.Argument(metavar="A", help="代码或名称 / code or name"),
    end: str = typer.Argument(metavar="B", help="代码或名称 / code or name"),
    count: Annotated[int, typer.Option("--count", min=1, max=20, help="最多几条路径 / how many at most")] = 1,
    kind: Annotated[list[str] | None, typer.Option("--kind", help=f"只用 / only {' | '.join(EDGE_KINDS)}")] = None,
    valid: common.ValidOption = None,
    known: common.KnownOption = None,
    json: common.JsonOption = False,
) -> None:
    """Print the shortest chains of links between two entities, each link with its statements."""
    kinds = _kinds(kind)
    projection, found = linked(valid, known)
    ends = lookup.find(projection, start), lookup.find(projection, end)
    answer = compute.explain_path(projection, found, *ends, count, kinds)
    walks = [answer.hops, *answer.others]
    named = {*ends, *answer.blocked, *(end for walk in walks for hop in walk for end in (hop.start, hop.end))}
    names = lookup.called(projection, found, named)
    paths = card.hide_persons(projection, [[_hop_row(hop, names) for hop in walk] for walk in walks])
    blocked = card.hide_persons(projection, [{"hub": hub, "name": names.get(hub, hub)} for hub in answer.blocked])
    if json:
        first, last = card.hide_persons(projection, list(ends))
        head = {"from": first, "to": last, **point_json(projection.point), "found": answer.found}
        rest = {"others": paths[1:], "blocked_by": blocked, "notice": t(*LEAD)}
        common.print_json({**head, "path": paths[0], **rest})
        return
    _print_paths(answer.found, paths, blocked)


def _kinds(names: list[str] | None) -> list[EdgeKind] | None:
    """The kinds that ``--kind`` names; ``UsageError`` for another."""
    for name in names or ():
        if name not in EDGE_KINDS:
            raise UsageError("usage.bad_value", option="--kind", value=name, why=", ".join(EDGE_KINDS))
    return [kind for kind in EDGE_KINDS if kind in names] if names else None


def _hop_row(hop: Hop, names: dict[str, str]) -> dict[str, Any]:
    ends = {"from": hop.start, "from_name": names.get(hop.start), "to": hop.end, "to_name": names.get(hop.end)}
    why = {"reasons": reasons(hop.label)} if hop.kind == "same_person" else {}
    return {**ends, "kind": hop.kind, "label": hop.label, **why, "records": list(hop.sids)}


def _print_paths(found: bool, paths: list[list[dict[str, Any]]], blocked: list[dict[str, Any]]) -> None:
    if blocked:
        hubs = joined(hub["name"] for hub in blocked)
        common.console.print(
            t(
                f"没有路径：只经由共用过多的地址、电话或人员相连（{hubs}），不作为关联证据。",
                f"No path: the two meet only at hubs over the limit ({hubs}), which are no evidence.",
            )
        )
    elif not found:
        common.console.print(t("两者之间没有关联路径。", "Nothing connects the two."))
    elif not paths[0]:
        common.console.print(t("起点与终点是同一主体。", "Both are the same entity."))
    for number, hops in enumerate(paths if paths[0] else (), 1):
        columns = [t("自", "from"), t("关系", "link"), t("至", "to"), t("依据记录", "records")]
        rows = [
            (hop["from_name"] or hop["from"], hop_text(hop), hop["to_name"] or hop["to"], "\n".join(hop["records"]))
            for hop in hops
        ]
        title = t("关联路径", "Path") + (f" {number}" if len(paths) > 1 else "")
        common.print_table(title, columns, rows)
    common.console.print(t(*LEAD), style="dim")


def hop_text(hop: dict[str, Any]) -> str:
    """A link in words."""
    kinds = {
        "holds": t("出资", "holds"),
        "office": t("任职", "office"),
        "branch": t("分支机构", "branch"),
        "address": t("住所", "address"),
        "phone": t("电话", "phone"),
        "same_person": t("同一人", "same person"),
    }
    if hop["kind"] == "same_person":
        return f"{kinds['same_person']}：{''.join(reasons(hop['label']))}"
    return f"{kinds[hop['kind']]} {hop['label']}".strip()


def holders(
    code: str = typer.Argument(metavar="CODE", help="代码或名称 / code or name"),
    limit: common.LimitOption = 200,
    valid: common.ValidOption = None,
    known: common.KnownOption = None,
    json: common.JsonOption = False,
) -> None:
    """Print holders, holdings, majority holder, legal representative, branches and hubs of a firm."""
    projection, found = linked(valid, known)
    result = card.card(projection, found, lookup.find_firm(projection, code), limit)
    if json:
        common.print_json({**result, **point_json(projection.point), "notice": t(*LEAD)})
        return
    columns = [t("名称", "name"), t("出资额（元）", "amount (yuan)"), t("比例", "share"), t("依据", "basis")]
    columns.append(t("数据源", "source"))
    for key, zh, en in (("holders", "出资人", "Holders"), ("holdings", "对外出资", "Holdings")):
        rows = [
            (r["name"] or r.get("eid"), _yuan(r["amount"]), interval_text(r), basis_text(r), r["source"])
            for r in result[key]
        ]
        title = common.counted(zh, en, result[f"{key}_total"], len(rows))
        common.print_table(f"{title}：{result['name']}", columns, rows)
    common.print_table(t("其他关联", "Other links"), [t("项目", "what"), t("内容", "value")], _facts(result))
    common.console.print(t(*LEAD), style="dim")


def _facts(result: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield t("直接控股股东", "direct majority holder"), _majority_text(result["majority"])
    people = joined(row["name"] for row in result["legal_representatives"])
    yield t("法定代表人", "legal representative"), people
    yield t("隶属企业", "parent"), joined(row["name"] or row["parent"] for row in result["parent"])
    yield t("分支机构", "branches"), joined(row["name"] or row["eid"] for row in result["branches"])
    for row in result["addresses"]:
        hosted = t("，集群注册等共用地址", ", hosted") if row["hosted"] else ""
        yield (
            t("住所", "address"),
            t(f"{row['text']}（{row['firms']} 户{hosted}）", f"{row['text']} ({row['firms']} firms{hosted})"),
        )
    for row in result["phones"]:
        yield t("电话", "phone"), t(f"{row['number']}（{row['firms']} 户）", f"{row['number']} ({row['firms']} firms)")


def _majority_text(row: dict[str, Any] | None) -> str:
    if row is None:
        return t("没有出资信息", "no holders on record")
    possible = joined(entry["name"] or entry["holder"] for entry in row["possible"])
    texts = {
        "majority": f"{row['name'] or row['holder']} {share(row['share_ppm'])}（{row['law']}）",
        "joint": t(f"双方各占一半：{possible}", f"half each: {possible}"),
        "none": t("无", "none"),
        "undetermined": t("无法确定：", "undetermined: ") + reason_text(row["reason"]),
    }
    return texts[row["status"]]


def basis_text(row: dict[str, Any]) -> str:
    """What the amount rests on, how the holder was found, and what can't be right."""
    bases = {
        "subscribed": t("认缴", "subscribed"),
        "paid": t("实缴", "paid"),
        "share": t("股权变更公示的比例", "percentage of a published change"),
        "residual": t("余额推算", "residual"),
    }
    matches = {
        "name": t("按名称匹配", "matched by name"),
        "former_name": t("按曾用名匹配：{matched}", "matched by a former name: {matched}"),
        "legal_form": t("组织形式写法不同：{matched}", "legal form written otherwise: {matched}"),
        "region": t("行政区划写法不同：{matched}", "region written otherwise: {matched}"),
        "unknown": t("未识别主体", "unknown holder"),
    }
    faults = {
        "over_100": t("合计超过百分之百", "the sum exceeds 100 %"),
        "negative": t("金额为负", "negative amount"),
        "too_large": t("金额过大", "amount too large"),
    }
    match = matches.get(row["match"], "").format(matched=row["matched"])
    return " ".join(part for part in (bases[row["basis"]], match, faults.get(row["fault"], "")) if part)


def _yuan(fen: int | None) -> str:
    return "" if fen is None else f"{fen // 100:,}.{fen % 100:02d}"


def interval_text(row: dict[str, Any]) -> str:
    """The share, and between what it lies where that is not certain."""
    low, high = row["low_ppm"], row["high_ppm"]
    if low is None or low // 100 == high // 100:
        return share(row["share_ppm"])
    return f"{share(low)}～{share(high)}"


def share(ppm: int | None) -> str:
    """Per cent with two decimals, rounded down."""
    return "" if ppm is None else f"{ppm // 10_000}.{ppm % 10_000 // 100:02d}%"


def linked(valid: str | None, known: str | None) -> tuple[Projection, compute.Links]:
    with common.graph() as store:
        projection = project(store, common.point(store, valid, known))
    return projection, compute.kept_links(projection, link_policy())


def point_json(point: Point) -> dict[str, Any]:
    """The point as the commands print it."""
    return {"valid": str(point.valid), "known": point.seq, "use_day": str(point.use)}


@contextmanager
def progress_bar(quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A bar on standard error; ``report(what, done, total)`` moves it."""
    with Progress(console=common.notes, transient=True, disable=quiet) as bar:
        tasks: dict[str, TaskID] = {}

        def report(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)

        yield report
