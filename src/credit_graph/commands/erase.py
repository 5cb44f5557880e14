"""``credit-graph erase`` and ``purge``: what the law wants gone, by decision of two persons (清除)."""

from __future__ import annotations

import getpass
import re
import sys
from collections import Counter
from typing import Annotated, Any

import typer

from credit_graph.commands import common, regrading
from credit_graph.errors import UsageError
from credit_graph.ingest.persons import read_document
from credit_graph.jobs import erase as job
from credit_graph.jobs.erasing import Plan, Target, find
from credit_graph.jobs.purge import Due, due
from credit_graph.jobs.rebuild import tombstones
from credit_graph.jobs.release_store import ReleaseStore
from credit_graph.jobs.tombstones import Ground
from credit_graph.model.kinds import KINDS
from credit_graph.server.tokens import Sealer
from credit_graph.store import Store
from credit_graph.store.secret import load_or_create
from credit_graph.text import joined, t

BasisOption = Annotated[str, typer.Option("--basis", help="依据（不要写姓名） / on what basis; name no person")]
ByOption = Annotated[str, typer.Option("--by", help="决定人 / who decides")]
SecondOption = Annotated[str, typer.Option("--second", help="第二决定人，须为另一人 / another person")]
DryOption = Annotated[bool, typer.Option("--dry-run", help="只显示，不清除 / show what would go")]

_SID = re.compile(r"[0-9a-f]{32}")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("erase", help="依法清除记录或个人 / erase a statement or a person")(erase)
    app.command("purge", help="清除保存期届满的个人信息 / erase personal data past its term")(purge)


def erase(
    wanted: Annotated[
        str | None,
        typer.Argument(metavar="STATEMENT|PERSON", help="记录编号，或接口给出的编号 / statement, or id of the API"),
    ] = None,
    basis: BasisOption = "",
    by: ByOption = "",
    second: SecondOption = "",
    person_of: Annotated[
        str | None, typer.Option("--person-of", help="此记录所指的人 / the person whom this statement names")
    ] = None,
    person: Annotated[
        bool, typer.Option("--person", help="由提示符或标准输入读取证件号码 / read an ID number from prompt or stdin")
    ] = False,
    client: Annotated[
        str, typer.Option("--client", help="编号发给的接口密钥 / API key that was given the id")
    ] = "local",
    history: Annotated[
        bool, typer.Option("--history", help="该记录的全部历次内容 / every statement of the record")
    ] = False,
    mentions: Annotated[
        bool, typer.Option("--mentions", help="连同只有姓名的同一人 / also where the firm names the person without ID")
    ] = False,
    dry_run: DryOption = False,
    apply: Annotated[bool, typer.Option("--apply", help="完成中断的清除 / finish what was interrupted")] = False,
    as_json: common.JsonOption = False,
) -> None:
    """Erase from graph, batch files, quarantine and caches; a tombstone refuses the same row later."""
    with Store.open(pending=apply) as store, common.progress(show=not as_json) as report:
        if apply:
            _print_done(store, job.apply(store, report), as_json)
            return
        ground = Ground(basis.strip(), by.strip(), second.strip())
        if not dry_run:
            job.require_two(ground)  # before anybody is asked for an ID number
        target = _target(store, wanted, person_of, client, person=person, history=history, mentions=mentions)
        if dry_run:
            _print_plan(find(store, target), as_json)
            return
        _warn(find(store, target))
        _print_done(store, job.erase(store, target, ground, report), as_json)
        regrading.follow(store)


def purge(
    dry_run: DryOption = False,
    basis: BasisOption = "",
    by: ByOption = "",
    second: SecondOption = "",
    limit: common.LimitOption = 50,
    as_json: common.JsonOption = False,
) -> None:
    """Erase what policies/retention.yml says is due; with --dry-run only list it."""
    ground = Ground(basis.strip(), by.strip(), second.strip())
    if not dry_run:
        job.require_two(ground)
    with common.graph() as store, common.progress(show=not as_json) as report:
        found = due(store)
        if dry_run or not found:
            _print_due(found, limit, as_json)
            return
        target = Target(sids=tuple(item.sid for item in found))
        _print_done(store, job.erase(store, target, ground, report), as_json)
        regrading.follow(store)


def _target(
    store: Store, wanted: str | None, person_of: str | None, client: str, *, person: bool, history: bool, mentions: bool
) -> Target:
    if sum(item is not None for item in (wanted, person_of)) + person != 1:
        why = t("给出其中之一：编号、--person-of、--person", "one of: an id, --person-of, --person")
        raise UsageError("usage.bad_value", option="STATEMENT|PERSON", value=wanted or "", why=why)
    if person:
        return Target(pids=(_by_number(store),), mentions=mentions)
    if person_of is not None:
        return Target(pids=(_named(store, person_of),), mentions=mentions)
    assert wanted is not None
    if _SID.fullmatch(wanted):
        return Target(sids=(wanted,), history=history)
    kind, key = Sealer(load_or_create(store.settings, store), client).open_id(wanted)
    if kind == "Person":
        return Target(pids=(key,), mentions=mentions)
    if kind == "Record":
        return Target(sids=(key,), history=history)
    why = t(f"它指的不是记录或个人（{kind}）", f"it names no statement and no person ({kind})")
    raise UsageError("usage.bad_value", option="STATEMENT|PERSON", value=wanted, why=why)


def _by_number(store: Store) -> str:
    """The person of an ID number, which is read from the terminal or standard input, never from the command line."""
    question = t("证件号码（不显示）：", "ID number (not shown): ")
    number = getpass.getpass(question) if sys.stdin.isatty() else sys.stdin.readline()
    _, key, _ = read_document(load_or_create(store.settings, store), number.strip(), "", "")
    if key is None:
        raise UsageError("usage.bad_value", option="--person", value="***", why=t("不是有效号码", "no valid number"))
    return key


def _named(store: Store, sid: str) -> str:
    rows = store.read("read/statement", sid=sid)
    if not rows:
        raise UsageError("usage.unknown_entity", what=sid)
    if rows[0]["record"].get("pid") is None:
        why = t("该记录没有指明个人", "the statement names no person")
        raise UsageError("usage.bad_value", option="--person-of", value=sid, why=why)
    return str(rows[0]["record"]["pid"])


def _plan_json(plan: Plan) -> dict[str, Any]:
    return {
        "statements": [
            {"sid": item.sid, "source": item.source, "kind": item.kind, "eid": item.eid} for item in plan.statements
        ],
        "holds": [item.sid for item in plan.holds],
        "persons": len(plan.pids),
        "kept": [item.sid for item in plan.kept],
        # the join rests on statements of the person, too: those go
        "mentions": sorted(
            {sid for pid, sids in plan.mentions.items() if pid not in plan.pids for sid in sids}
            - {item.sid for item in plan.statements}
        ),
    }


def _print_plan(plan: Plan, as_json: bool) -> None:
    if as_json:
        common.print_json(_plan_json(plan))
        return
    columns = [t("记录", "statement"), t("数据源", "source"), t("类别", "kind"), t("企业", "enterprise")]
    rows = [[item.sid, item.source, _kind(item.kind), item.eid] for item in [*plan.statements, *plan.holds]]
    statements, persons, holds = len(plan.statements), len(plan.pids), len(plan.holds)
    common.print_table(
        t(
            f"将清除 {statements} 条记录、{persons} 人" + (f"，以及其上 {holds} 个停用标记" if holds else ""),
            f"{statements} statements, {persons} persons would go" + (f", and {holds} holds on them" if holds else ""),
        ),
        columns,
        rows,
    )
    _warn(plan)


def _warn(plan: Plan) -> None:
    """What stays though it may say the same: to be seen before the decision is carried out."""
    shown = _plan_json(plan)
    if kept := shown["kept"]:
        common.notes.print(
            t(
                f"同一记录的其他内容保留：{'、'.join(kept)}（--history 一并清除）",
                f"Other statements of the same records stay: {', '.join(kept)} (--history erases them, too)",
            ),
            soft_wrap=True,
        )
    if mentions := shown["mentions"]:
        common.notes.print(
            t(
                f"只有姓名、被认为是同一人的记录保留：{'、'.join(mentions)}（--mentions 一并清除）",
                f"Mentions by name taken for this person stay: {', '.join(mentions)} (--mentions erases them, too)",
            ),
            soft_wrap=True,
        )


def _print_done(store: Store, done: job.Erased, as_json: bool) -> None:
    sids = [sid for line in tombstones(store).lines if line.id in done.tombstones for sid in line.sids]
    archives = [f"{name} {release}" for name, release in ReleaseStore(store.home).naming(sids)]
    if as_json:
        common.print_json(
            {
                "statements": done.statements,
                "rows": done.rows,
                "persons": done.persons,
                "tombstones": list(done.tombstones),
                "seq": done.seq,
                "archives": archives,
            }
        )
        return
    if not (done.tombstones or done.rows):
        zh, en = (
            "清除记录均已生效，没有需要处理的内容。",
            "All tombstones were applied already: there was nothing to do.",
        )
        common.console.print(t(zh, en))
        return
    common.console.print(
        t(
            f"已清除 {done.statements} 条记录、批次文件中 {done.rows} 行、{done.persons} 人；"
            f"清除记录 {'、'.join(done.tombstones)}。",
            f"Erased {done.statements} statements, {done.rows} rows of batch files, {done.persons} persons; "
            f"tombstones {', '.join(done.tombstones)}.",
        ),
        highlight=False,
    )
    common.console.print(
        t(
            "此前的备份和导出文件仍含这些内容，请一并销毁；恢复旧备份时会再次清除。分级与关联须重新运行。",
            "Earlier backups and exported files still hold it: destroy them; a restored one is erased again. "
            "Run link and grade again.",
        )
    )
    if archives:
        zh = f"已发布的存档 {joined(archives)} 不可更改，仍含这些内容；公开版本请运行 release takedown。"
        en = f"The archives of releases {joined(archives)} are not changed and still hold it; run release takedown."
        common.console.print(t(zh, en), highlight=False)
    if store.engine == "neo4j":
        common.console.print(
            t(
                "Neo4j 的事务日志和存储文件可能仍有残留，处理方法见 docs/use-and-erasure.md。",
                "Neo4j's transaction log and store files may still hold it: see docs/use-and-erasure.md.",
            )
        )


def _print_due(found: list[Due], limit: int, as_json: bool) -> None:
    if as_json:
        common.print_json([item.as_dict() for item in found])
        return
    columns = [
        t("记录", "statement"),
        t("类别", "kind"),
        t("记录所称", "named"),
        t("届满日", "due since"),
        t("依据", "basis"),
    ]
    rows = [[item.sid, _kind(item.kind), item.person, item.since, item.basis] for item in found[:limit]]
    common.print_table(common.counted("保存期届满", "Past their term", len(found), len(rows)), columns, rows)
    for rule, count in sorted(Counter(item.rule for item in found).items()):
        common.console.print(f"  {rule}: {count}", highlight=False)


def _kind(name: str) -> str:
    return t(KINDS[name].zh, name)
