"""``credit-graph screen FILE``: which firms the rows of a list mean, and how they stand (批量核查)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from credit_graph.commands import common
from credit_graph.commands.links import point_json
from credit_graph.errors import UsageError
from credit_graph.grading.policy import NOTICE
from credit_graph.ingest.files import shown
from credit_graph.jobs import screen as job
from credit_graph.jobs import screen_file as files
from credit_graph.links.screen import Answer, Asked, Screener
from credit_graph.links.screen_pairs import Found
from credit_graph.links.screen_policy import policy_path
from credit_graph.links.screen_text import explained, noted, status_text
from credit_graph.model.time import Point
from credit_graph.policyfile import fingerprint
from credit_graph.server.roles import Role, role
from credit_graph.store import Store
from credit_graph.text import language, t

_NAMED = 5  # lists or candidates in a cell


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("screen", help="批量核查：名单中的主体是谁、状况如何 / screen a list of firms")(screen)


def screen(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV、XLSX …，列：代码或名称 / columns: code or name")],
    out: Annotated[Path | None, typer.Option("--out", help="FILE.xlsx | FILE.csv，新文件 / a new file")] = None,
    exact: Annotated[bool, typer.Option("--exact", help="只作精确匹配 / no likeness of names")] = False,
    as_json: common.JsonOption = False,
) -> None:
    """Write every row with the firm that it means, why, and what the role may know of it; go on where it was
    interrupted. Without --out the answers are printed (--json)."""
    who = role(common.caller().role)
    who.require("identity")
    if out is None and not as_json:
        raise UsageError("usage.bad_value", option="--out", value="", why=t("须写明输出文件，或用 --json", "or --json"))
    if out is not None:
        files.check_out(out)
    asked = files.read(file)
    with common.graph() as store, common.progress(show=not as_json) as report:
        point = common.point(store, None, None)
        desk = _Desk(store, point, who, exact=exact)
        if out is not None:
            common.log("export", {"by": "screen", "file": out.name, "rows": asked.count})
        answers = list(files.answered(asked, out, desk.rests_on, desk.cells, report))
    notes = [t(*NOTICE), *desk.notes]
    if out is not None:
        files.write(out, answers, desk.header)
        files.finished(out)
    _print(point, asked, answers, desk, notes, out, as_json=as_json)


class _Desk:
    """Answers rows as the cells that the role may see."""

    def __init__(self, store: Store, point: Point, who: Role, *, exact: bool) -> None:
        self._store, self._point, self._who, self._exact = store, point, who, exact
        self._standing = job.standing(store, point, who.rights)
        self._screener: Screener | None = None
        self.notes = self._standing.notes + _withheld(who)

    @property
    def rests_on(self) -> list[str]:
        """All that the answers follow from."""
        seen = json.dumps([self._standing.levels, self._standing.lists], sort_keys=True).encode()
        said = [*map(str, (self._point.seq, self._point.use, self._exact)), self._who.name, language()]
        return [*said, fingerprint(policy_path()), hashlib.sha256(seen).hexdigest()]

    @property
    def header(self) -> list[str]:
        """Of the cells."""
        own = [
            t("核查结果", "result"),
            t("得分", "score"),
            t("说明", "explanation"),
            t("匹配主体代码", "code of the firm"),
        ]
        own += [t("匹配主体名称", "name of the firm"), t("登记状态", "state")]
        own += [t("信用风险分类（内部）", "credit-risk class (internal)")] if self._standing.levels is not None else []
        own += [t("名单", "lists")] if self._standing.lists is not None else []
        return [*own, t("其他可能", "others it may be")]

    def cells(self, rows: Sequence[Asked]) -> list[list[str]]:
        """The answers."""
        if self._screener is None:
            self._screener = job.screener(self._store, self._point, self._who.channel)
        asked = job.permitted(rows, self._who.rights)
        if self._exact:
            asked = [Asked(row.code, row.name, row.representative, row.district, True) for row in asked]
        firms = self._screener.register.firms
        return [self._cells(answer, firms) for answer in self._screener.answers(asked)]

    def _cells(self, answer: Answer, firms: Any) -> list[str]:
        match = answer.found[0] if answer.status == "match" else None
        said = [noted(answer.notes)] if answer.notes else []
        found = ["", "", "", ""]
        if match is not None:
            row = firms.loc[match.eid]
            said = [explained(match), *said]
            found = [str(match.score), *(_text(row[name]) for name in ("credit_code", "name", "state"))]
        score, code, name, state = found
        cells = [status_text(answer), score, t("；", "; ").join(said), code, name, state]
        eid = match.eid if match else ""
        if self._standing.levels is not None:
            cells.append(self._standing.levels.get(eid, ""))
        if self._standing.lists is not None:
            cells.append(t("、", ", ").join(self._standing.lists.get(eid, [])))
        return [*cells, "" if match else self._others(answer, firms)]

    def _others(self, answer: Answer, firms: Any) -> str:
        if "browse" not in self._who.rights:
            return t(f"{len(answer.found)} 个", f"{len(answer.found)}") if answer.status == "several" else ""
        return "\n".join(_named(one, firms) for one in answer.found[:_NAMED])


def _named(one: Found, firms: Any) -> str:
    row = firms.loc[one.eid]
    name, code = _text(row["name"]) or one.name or "", _text(row["credit_code"])
    return f"{name} {code} {one.score}".replace("  ", " ") + t(f"（{explained(one)}）", f" ({explained(one)})")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _withheld(who: Role) -> list[str]:
    """What is not done for the role."""
    zh, en = [], []
    for right, what in {
        "persons": ("法定代表人不作比对", "legal representatives are not compared"),
        "registration": ("区划不作比对", "districts are not compared"),
        "browse": ("其他可能的主体不予列出", "others that a row may mean are not named"),
        "level": ("不显示信用风险分类", "no classes are shown"),
        "lists": ("不显示名单", "no lists are shown"),
    }.items():
        if right not in who.rights:
            zh.append(what[0])
            en.append(what[1])
    return [t(f"角色“{who.zh}”未授权：{'；'.join(zh)}。", f"Not for the role {who.en}: {'; '.join(en)}.")] if zh else []


def _print(
    point: Point,
    asked: files.Read,
    answers: Sequence[tuple[files.Table, list[list[str]]]],
    desk: _Desk,
    notes: Sequence[str],
    out: Path | None,
    *,
    as_json: bool,
) -> None:
    statuses = [cells[0] for _, rows in answers for cells in rows]
    counts = {status: statuses.count(status) for status in dict.fromkeys(statuses)}
    if as_json:
        head = {**point_json(point), "rows": asked.count, "counts": counts, "notes": list(notes)}
        rows = [
            {"sheet": table.name, "row": place, **dict(zip(desk.header, cells, strict=True))}
            for table, found in answers
            for place, cells in enumerate(found, start=1)
        ]
        common.print_json({**head, "answers": rows} if out is None else {**head, "file": shown(out.name)})
        return
    told = t("，", ", ").join(f"{status} {count}" for status, count in counts.items())
    common.console.print(t(f"共 {asked.count} 行：{told}。", f"{asked.count} rows: {told}."), highlight=False)
    for note in notes:
        common.console.print(note, style="dim", highlight=False, soft_wrap=True)
    common.console.print(f"→ {shown(str(out))}", highlight=False, soft_wrap=True)
