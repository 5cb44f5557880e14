"""``credit-graph control``, ``owners``, ``group`` and ``rings``: who controls, owns and belongs to whom."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from typing import Annotated, Any

import typer
from rich.tree import Tree

from credit_graph.commands import common
from credit_graph.commands.links import linked, point_json, share
from credit_graph.jobs.runs import current_run
from credit_graph.links import card, compute, control, groupcard, lookup
from credit_graph.links.control_text import basis_text, criteria_text, status_text
from credit_graph.links.policy import LEAD
from credit_graph.links.structure import Structure
from credit_graph.text import joined, t

CodeArgument = Annotated[str, typer.Argument(metavar="CODE", help="代码或名称 / code or name")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("control", help="实际控制人、控制链、控制树 / controller, chain and tree of control")(control_)
    app.command("owners", help="受益所有人与穿透持股 / beneficial owners, integrated ownership")(owners)
    app.command("group", help="企业族群：同一控制人及较弱的关联层 / groups: one controller, and weaker layers")(group)
    app.command("rings", help="循环持股、交叉持股 / circular and cross holdings")(rings)


class Seen:
    """The chart of a point, and how its entities are called."""

    def __init__(self, valid: str | None, known: str | None) -> None:
        self.projection, self.links = linked(valid, known)
        self.chart: Structure = compute.chart(self.links)

    def find(self, what: str) -> str:
        """The entity that is meant; ``UsageError`` if there is none or several."""
        return lookup.find(self.projection, what)

    def firm(self, what: str) -> str:
        """The firm that is meant; ``UsageError`` if there is none or several, or it is a person."""
        return lookup.find_firm(self.projection, what)

    def together(self, entity: str, parties: Iterable[str], limit: int) -> dict[str, Any]:
        """Control of the entity if each of the sets, named with commas, were one holder; ``parties``: the members."""
        members = [[self.find(name) for name in party.replace("，", ",").split(",") if name] for party in parties]
        chart = compute.chart(self.links, members)
        card_ = control.control_card(chart, entity, limit)
        return {"parties": [[{"holder": member} for member in party] for party in members], "id": entity, **card_}

    def apart(self, entity: str, limit: int) -> dict[str, Any] | None:
        """Control of the entity without what was decided of concert parties; ``None`` where that is the same."""
        if not self.links.parties:
            return None
        votes = compute.chart(self.links, agreed=False)
        if votes.chain(entity) == self.chart.chain(entity) and votes.status(entity) == self.chart.status(entity):
            return None
        return {"id": entity, **control.control_card(votes, entity, limit)}

    def groups_of(self, entity: str, persons: Collection[str]) -> list[dict[str, Any]]:
        """The entity's groups in the current link run, if that was made at this very point."""
        point = self.projection.point
        labels = {"KIND": "Person", "KEY": "pid"} if entity in persons else {"KIND": "Enterprise", "KEY": "eid"}
        with common.graph() as store:
            run = current_run(store, "link")
            if run is None or (run["seq"], run["valid"]) != (point.seq, point.valid):
                return []
            return store.read("read/groups_of", labels=labels, key=entity, run=run["rid"])

    def answer(self, entity: str, found: dict[str, Any]) -> dict[str, Any]:
        """The answer about an entity with names beside ids, persons hidden, the point and the notice."""
        return self.finished({"id": entity, **found})

    def finished(self, found: dict[str, Any]) -> dict[str, Any]:
        """Names beside ids, persons hidden, the point and the notice."""
        named = card.named(found, self.projection, self.links)
        shown: dict[str, Any] = card.hide_persons(self.projection, named)
        return {**shown, **point_json(self.projection.point), "notice": t(*LEAD)}


def control_(
    code: CodeArgument,
    together: Annotated[
        list[str] | None,
        typer.Option(
            metavar="A,B", help="视为一致行动人的主体，可重复 / holders taken as one, by commas; may be repeated"
        ),
    ] = None,
    valid: common.ValidOption = None,
    known: common.KnownOption = None,
    limit: common.LimitOption = 50,
    json: common.JsonOption = False,
) -> None:
    """Print who controls an entity, why, and what it controls."""
    seen = Seen(valid, known)
    entity = seen.find(code)
    card_ = control.control_card(seen.chart, entity, limit)
    others = {"apart": seen.apart(entity, limit)}
    others |= {"together": seen.together(entity, together, limit)} if together else {}
    found = seen.answer(entity, {**card_, **others})
    if json:
        common.print_json(found)
        return
    common.console.print(f"{_name(found, 'id')}：{status_text(found)}")
    _print_control(found)
    if found["apart"]:
        zh, en = "若不计一致行动（认定见 agreement list）", "Without concert parties (see agreement list)"
        common.console.print(f"{t(zh, en)}：{status_text(found['apart'])}")
        _print_control(found["apart"])
    if together:
        taken = "；".join(joined(_name(row, "holder") for row in party) for party in found["together"]["parties"])
        zh, en = f"若以下为一致行动人（{taken}）", f"If these act in concert ({taken})"
        common.console.print(f"{t(zh, en)}：{status_text(found['together'])}")
        _print_control(found["together"])
    common.console.print(t(*LEAD), style="dim")


def _print_control(found: Mapping[str, Any]) -> None:
    """Chain and controller, or the holders where there is none, and what is controlled."""
    if found["chain"]:
        rows = [control_cells(step) for step in found["chain"]]
        common.print_table(t("控制链（自下而上）", "Chain of control, from below"), control_columns(), rows)
        rows = [control_cells(found["ultimate"])]
        common.print_table(t("实际控制人", "Ultimate controller"), control_columns(), rows)
    elif found["holders"]:
        title = common.counted("出资人", "Holders", found["holders_total"], len(found["holders"]))
        common.print_table(title, vote_columns(), [vote_cells(row) for row in found["holders"]])
    if found["tree"]:
        common.console.print(_tree(found))


def owners(
    code: CodeArgument,
    valid: common.ValidOption = None,
    known: common.KnownOption = None,
    limit: common.LimitOption = 50,
    json: common.JsonOption = False,
) -> None:
    """Print the beneficial owners of a company with their paths, and who owns how much of it through all chains."""
    seen = Seen(valid, known)
    entity = seen.firm(code)
    found = seen.answer(entity, control.owners_card(seen.chart, entity, limit))
    if json:
        common.print_json(found)
        return
    if found["rule"] is None:
        common.console.print(t("该日尚无受益所有人规则。", "There was no rule for beneficial owners on that day."))
    columns = [t("受益所有人", "beneficial owner"), t("标准", "criteria"), t("穿透持股", "ownership")]
    columns += [t("表决权", "votes"), t("路径", "paths")]
    rows = [_owner_cells(row) for row in found["beneficial"]]
    title = t("受益所有人", "Beneficial owners")
    common.print_table(f"{title}：{_name(found, 'id')}（{status_text(found)}）", columns, rows)
    title = common.counted("穿透持股", "Integrated ownership", found["integrated_total"], len(found["integrated"]))
    columns = [t("名称", "name"), t("比例", "share")]
    common.print_table(title, columns, [(_name(r, "holder"), share(r["share_ppm"])) for r in found["integrated"]])
    common.console.print(t(*LEAD), style="dim")


def group(
    code: CodeArgument,
    valid: common.ValidOption = None,
    known: common.KnownOption = None,
    limit: common.LimitOption = 50,
    json: common.JsonOption = False,
) -> None:
    """Print the groups that an entity belongs to, layer by layer, with the records behind each member."""
    seen = Seen(valid, known)
    entity = seen.find(code)
    chart, rows = seen.chart, compute.group_members(seen.projection, seen.links, seen.chart)
    persons = set(rows.loc[rows["member"].isin(chart.ids[chart.person]), "member"])
    groups = groupcard.with_ids(groupcard.group_card(rows, entity, persons, limit), seen.groups_of(entity, persons))
    found = seen.answer(entity, {"groups": groups})
    if json:
        common.print_json(found)
        return
    if not found["groups"]:
        common.console.print(t(f"{_name(found, 'id')}：不属于任何族群。", f"{_name(found, 'id')}: in no group."))
    columns = [t("名称", "name"), t("角色", "role"), t("依据记录", "records")]
    for item in found["groups"]:
        title = common.counted(layer_text(item), layer_text(item), item["total"], len(item["members"]))
        common.print_table(title, columns, [_member_cells(row) for row in item["members"]])
    common.console.print(t(*LEAD), style="dim")


def rings(
    valid: common.ValidOption = None,
    known: common.KnownOption = None,
    limit: common.LimitOption = 50,
    json: common.JsonOption = False,
) -> None:
    """Print companies that hold one another, with what outsiders hold."""
    seen = Seen(valid, known)
    rows = control.ring_rows(seen.chart)
    found = seen.finished({"rings": rows[:limit], "total": len(rows)})
    if json:
        common.print_json(found)
        return
    columns = [t("类型", "kind"), t("企业", "company"), t("外部持股", "held outside"), t("内部持股", "held inside")]
    title = common.counted("循环持股与交叉持股", "Circular and cross holdings", len(rows), len(found["rings"]))
    common.print_table(title, columns, [cells for ring in found["rings"] for cells in _ring_cells(ring)])
    common.console.print(t(*LEAD), style="dim")


def control_columns() -> list[str]:
    """The columns of a table of control."""
    controls = [t("控制人", "controller"), t("被控制", "controls"), t("方式", "by")]
    return [*controls, t("表决权", "votes"), t("依据", "adds up from")]


def vote_columns() -> list[str]:
    """The columns of a table of holders."""
    return [t("出资人", "holder"), t("比例", "share"), t("依据记录", "records")]


def control_cells(step: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    """A row of a table of control."""
    mark = t("（一致行动）", " (in concert)")
    parts = [
        f"{_name(row, 'holder')}{mark * bool(row.get('concert'))} {share(row['share_ppm'])} {' '.join(row['sids'])}"
        for row in step["rows"]
    ]
    parts += [t(f"认定 {sid}", f"decision {sid}") for sid in step["sids"]] if parts else step["sids"]
    more = step["rows_total"] - len(step["rows"])
    parts += [t(f"等，另有 {more} 条", f"and {more} more")] if more else []
    votes = share(step["share_ppm"])
    return _name(step, "controller"), _name(step, "company"), _basis(step), votes, "\n".join(parts)


def vote_cells(row: Mapping[str, Any]) -> tuple[str, str, str]:
    """A row of a table of holders."""
    return _name(row, "holder"), share(row["share_ppm"]), "\n".join(row["sids"])


def layer_text(group: Mapping[str, Any]) -> str:
    """What makes a group, in words, and its id."""
    layers = {
        "control": t("同一控制", "one controller"),
        "person": t("较弱：同一自然人（共同控制或相对控股）", "weaker: one natural person"),
        "officers": t("较弱：两名以上相同任职人员", "weaker: two officers in common"),
        "phone": t("较弱：同一电话", "weaker: one telephone"),
        "address": t("较弱：同一房间", "weaker: one room"),
        "ring": t("循环持股", "circular holdings"),
    }
    by = joined(_name(part, "id") for part in group.get("by", ()))
    parts = [layers[group["layer"]], by, group["gid"] or ""]
    return " ".join(part for part in parts if part)


def _owner_cells(row: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    paths = [_path_text(row["person_name"] or row["person"], path) for path in row["paths"]]
    if not row["paths_complete"]:
        paths.append(t("（未列全）", "(not all)"))
    names = criteria_text(row["criteria"])
    return _name(row, "person"), names, share(row["ownership_ppm"]), share(row["votes_ppm"]), "\n".join(paths)


def _path_text(owner: str, path: Mapping[str, Any]) -> str:
    steps = [f" →{share(step['share_ppm'])}→ {_name(step, 'company')}" for step in path["steps"]]
    records = " ".join(sid for step in path["steps"] for sid in step["sids"])
    return f"{owner}{''.join(steps)} = {share(path['share_ppm'])} [{records}]"


def _basis(row: Mapping[str, Any]) -> str:
    return basis_text(row["basis"], row["rule"], near_line=bool(row.get("near_line")))


def _ring_cells(ring: Mapping[str, Any]) -> Iterable[tuple[str, str, str, str]]:
    kinds = {"cross": t("交叉", "cross"), "circular": t("循环", "circular"), "self": t("持有自身", "own shares")}
    closed = t("，全由内部持有", ", all held inside") * ring["closed"]
    for member in ring["members"]:
        inside = [" ".join(vote_cells(row)).replace("\n", " ") for row in member["held_inside"]]
        outside = share(int(Fraction(member["outside"]) * 1_000_000)) if member["outside"] else ""
        yield kinds[ring["kind"]] + closed, _name(member, "company"), outside, "\n".join(inside)


def _member_cells(row: Mapping[str, Any]) -> tuple[str, str, str]:
    roles = {"head": t("控制人", "head"), "member": t("成员", "member")}
    return _name(row, "member"), roles[row["role"]], "\n".join(row["sids"])


def _tree(found: Mapping[str, Any]) -> Tree:
    more = found["tree_total"] - len(found["tree"])
    shown = t(f"，显示前 {len(found['tree'])}，--limit 可改", f", first {len(found['tree'])}; see --limit") * bool(more)
    title = t(f"控制树（{found['tree_total']}{shown}）：", f"Control tree ({found['tree_total']}{shown}): ")
    top = Tree(title + _name(found, "id"))
    open_at = {0: top}
    for row in found["tree"]:
        above = open_at[max(0, row["depth"] - 1)]
        text = f"{_name(row, 'company')}  {_basis(row)} {share(row['share_ppm'])}"
        open_at[row["depth"]] = above.add(text) if row["depth"] else top.add(text)
        open_at[0] = top
    return top


def _name(row: Mapping[str, Any], key: str) -> str:
    return str(row.get(f"{key}_name") or row[key])
