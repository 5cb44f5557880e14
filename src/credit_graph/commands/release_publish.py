"""``credit-graph release approve | countersign | publish | takedown | list``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from credit_graph import clock
from credit_graph.commands import common
from credit_graph.errors import InputError, UsageError
from credit_graph.ingest.screening import screen_text
from credit_graph.jobs import publish as job
from credit_graph.jobs import signing_keys, takedown
from credit_graph.jobs.release_store import ReleaseStore, read_draft, writing
from credit_graph.jobs.takedown import View
from credit_graph.lists.editions.approvals import Act, countersign, file_name, sign_off
from credit_graph.lists.editions.draft import APPROVALS
from credit_graph.lists.editions.keys import KeyHistory
from credit_graph.settings import settings
from credit_graph.store.files import private_folder, write_whole
from credit_graph.text import t

DraftArgument = Annotated[Path, typer.Argument(metavar="DRAFT", help="草稿目录 / folder of the draft")]
DepartmentOption = Annotated[str, typer.Option("--department", help="列入机关 / the issuing department")]
ByOption = Annotated[str | None, typer.Option("--by", help="会签人，默认 --actor / who approves; default: --actor")]


def register(app: typer.Typer) -> None:
    """Add the commands to ``release``."""
    app.command("approve", help="用本部门密钥会签草稿（只需草稿目录） / sign a draft off, from its folder alone")(
        approve
    )
    app.command("countersign", help="登记会签单 / record a countersigned document")(record_document)
    app.command("publish", help="发布已会签的草稿 / publish a draft that is signed off")(publish)
    app.command("takedown", help="撤下今天不应再公示的条目 / take down what may no longer be shown")(take_down)
    app.command("list", help="列出已发布的名单 / list releases")(show_list)


def approve(
    folder: DraftArgument,
    department: DepartmentOption,
    key: Annotated[Path, typer.Option("--key", help="部门私钥文件 / the department's private key")],
    by: ByOption = None,
) -> None:
    """Write ``approvals/NAME.json``; needs no graph and no data directory."""
    draft = read_draft(folder)
    data = draft.files["keys.jsonl"]
    history = KeyHistory.read(data) if data else KeyHistory()
    act = _act(department, by, clock.today())
    _write(folder, act, sign_off(draft, act, signing_keys.signer_from(key), history))


def record_document(
    folder: DraftArgument,
    department: DepartmentOption,
    number: Annotated[str, typer.Option("--number", help="会签单文号 / number of the document")],
    on: Annotated[str, typer.Option("--on", help="会签之日 / its day (YYYY-MM-DD)")],
    scan: Annotated[Path, typer.Option("--scan", help="扫描件，只记录其哈希 / its scan, of which the hash is kept")],
    by: ByOption = None,
) -> None:
    """Record that the department countersigned on paper: ``--by`` names who signed there."""
    draft, day = read_draft(folder), common.past_day("--on", on)
    if not number.strip() or day is None:
        raise UsageError("usage.bad_value", option="--number", value=number, why=t("不能为空", "must be given"))
    act = _act(department, by, day)
    data = signing_keys.file_bytes(scan)
    if not data:
        raise InputError("input.damaged", path=scan, why=t("文件是空的", "the file is empty"))
    _write(folder, act, countersign(draft, act, screen_text(number.strip()), data))


def publish(
    folder: DraftArgument,
    day: Annotated[
        str | None, typer.Option("--day", help="发布日，默认今天 / day of publication, default today")
    ] = None,
    as_json: common.JsonOption = False,
) -> None:
    """Write the archive and the public edition, then say that it is the latest. Role: publisher."""
    caller = common.caller()
    job.require_publisher(caller.role)
    on = common.past_day("--day", day)
    with common.graph() as store:
        done = job.publish(store, folder, actor=caller.actor, role=caller.role, day=on)
    if as_json:
        common.print_json({**done.head.as_json(), "views": [view.as_json() for view in done.views]})
        return
    head = done.head
    zh = f"已发布 {head.list} {head.release}（第 {head.number} 次），根哈希 {head.root}。"
    en = f"{head.list} {head.release} is published (no. {head.number}), root {head.root}."
    common.console.print(t(zh, en), highlight=False)
    _print_views(done.views)


def take_down(as_json: common.JsonOption = False) -> None:
    """Make every public edition the view of today. Role: publisher; run it every day."""
    caller = common.caller()
    job.require_publisher(caller.role)
    with common.graph() as store:
        views = takedown.takedown(store, actor=caller.actor, role=caller.role)
    if as_json:
        common.print_json([view.as_json() for view in views])
    else:
        _print_views(views)
    for view in views:
        if view.error is not None:
            raise view.error


def show_list(as_json: common.JsonOption = False) -> None:
    """Which releases there are, and how many entries of each are shown."""
    releases = ReleaseStore(settings().home.resolve())
    rows = [row for name in releases.lists() for row in releases.told(name)]
    if as_json:
        common.print_json(rows)
        return
    names = ("list", "release", "number", "published_on", "size", "shown", "day")
    titles = [t("名单", "list"), t("发布", "release"), t("次序", "number"), t("发布日", "published on")]
    titles += [t("条目", "entries"), t("公示", "shown"), t("截至", "view of")]
    common.print_table(t("已发布的名单", "Releases"), titles, [[row[name] for name in names] for row in rows])


def _act(department: str, by: str | None, on: date) -> Act:
    person = screen_text((common.caller().actor if by is None else by).strip())
    if not person:
        raise UsageError("usage.bad_value", option="--by", value=by, why=t("不能为空", "must not be empty"))
    return Act(department.strip(), person, on)


def _write(folder: Path, act: Act, data: bytes) -> None:
    path = folder / APPROVALS / file_name(act.department)
    with writing(path):
        write_whole(private_folder(path.parent) / path.name, data)
    common.console.print(t(f"已会签：{path}", f"Signed off: {path}"), highlight=False)


def _print_views(views: list[View]) -> None:
    rows = [
        (view.list, view.release, view.shown, len(view.down), len(view.back), "")
        if view.error is None
        else (view.list, view.release, "", "", "", f"{view.error.code} {view.error}")
        for view in views
    ]
    titles = [t("名单", "list"), t("发布", "release"), t("公示", "shown"), t("撤下", "taken down")]
    titles += [t("恢复", "back"), t("错误", "error")]
    common.print_table(t("公开版本", "Public editions"), titles, rows)
