"""``credit-graph demo``: the whole main job on a small invented city, or on files of one's own."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from credit_graph import clock
from credit_graph.commands import common
from credit_graph.commands.alerts import summary
from credit_graph.commands.demo_release import LIST, publish_quarters
from credit_graph.commands.load import print_batches
from credit_graph.demo.core import AS_OF
from credit_graph.demo.generate import generate
from credit_graph.errors import StateError
from credit_graph.jobs import alerts, batches, release_draft
from credit_graph.jobs.decisions import Decision
from credit_graph.jobs.grade import grade
from credit_graph.jobs.link import link
from credit_graph.jobs.load import LoadOptions, known_files, load
from credit_graph.jobs.release_store import ReleaseStore
from credit_graph.model.time import Point
from credit_graph.settings import settings
from credit_graph.store import Store, embedded
from credit_graph.text import t

DataOption = Annotated[Path | None, typer.Option("--data", help="自己的数据目录 / folder of your own files")]
ServeOption = Annotated[bool, typer.Option("--serve", help="保持接口运行 / leave the API running")]
PortOption = Annotated[int, typer.Option("--port", help="接口端口 / port of the API")]

ACTOR = "demo"
DAY = "2026-11-23"  # the invented city's present: its entries stand on this day
FIRMS = 3_000
EXAMPLE = "91621002MA7000034B"  # of the invented city: a listed firm that is held through two others


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo", help="演示全流程 / the whole job on a small city")(demo)


def demo(data: DataOption = None, serve: ServeOption = False, port: PortOption = 8000) -> None:
    """Load, link, grade and list. A second run finds everything done and changes nothing."""
    started = time.perf_counter()
    if data is None:
        os.environ.setdefault("CREDIT_GRAPH_TODAY", DAY)
    with common.graph() as store, common.progress(show=True) as report:
        folder = data or _invented_city(store)
        steps = _run(store, folder, report, invented=data is None)
    _print(steps, time.perf_counter() - started, _riskiest() if data else EXAMPLE)
    if serve:
        _serve(port)
    elif settings().embedded:
        embedded.stop_if_unused(settings())


def _invented_city(store: Store) -> Path:
    """The files of the invented city, for a graph that holds nothing else."""
    others = [batch for batch in batches.recent(store) if batch.properties.get("actor") != ACTOR]
    if others:
        raise StateError("state.other_data", home=store.home)
    folder = store.home / "demo" / "city"
    generate(folder, FIRMS, seed=1, until=AS_OF, with_core=True)
    common.notes.print(t(f"虚构城市的数据：{folder}", f"Files of an invented city: {folder}"), highlight=False)
    return folder


def _run(store: Store, folder: Path, report: common.Report, *, invented: bool) -> list[tuple[str, str, float]]:
    """All steps; what each did and how long it took."""
    steps: list[tuple[str, str, float]] = []

    def step(name: str, work: Callable[[], tuple[str, Any]]) -> Any:
        began = time.perf_counter()
        said, result = work()
        steps.append((name, said, time.perf_counter() - began))
        return result

    step(t("载入", "load"), lambda: _load(store, folder, report))
    point = Point(batches.last_seq(store), clock.today(), clock.today())
    step(t("关联", "link"), lambda: _link(store, point, report))
    step(t("分级", "grade"), lambda: _grade(store, point, report))
    step(t("预警", "warn"), lambda: _warn(store, report))
    step(t("名单", "list"), lambda: _list(store, point, report, invented))
    return steps


def _load(store: Store, folder: Path, report: common.Report) -> tuple[str, None]:
    if known_files(store, [folder]):
        return t("文件均已载入，无变化", "all files are loaded already, nothing changed"), None
    reports = load(store, [folder], LoadOptions(actor=ACTOR, role=common.caller().role), report)
    print_batches(reports)
    total = {name: sum(r[name] for r in reports) for name in ("read", "quarantined", "faults")}
    zh = f"{len(reports)} 个文件，{total['read']} 行，隔离 {total['quarantined']} 行，疑点 {total['faults']} 处"
    en = f"{len(reports)} files, {total['read']} rows, {total['quarantined']} refused, {total['faults']} faults"
    return t(zh, en), None


def _link(store: Store, point: Point, report: common.Report) -> tuple[str, None]:
    counts = link(store, point, report).counts
    zh = (
        f"出资关系 {counts['holdings']}，有控制人 {counts['controlled']}，族群 {counts['groups']}，"
        f"人员合并 {counts['persons']}，疑似换马甲 {counts['reborn']}，串案 {counts['series']}"
    )
    en = (
        f"{counts['holdings']} holdings, {counts['controlled']} controlled, {counts['groups']} groups, "
        f"{counts['persons']} persons joined, {counts['reborn']} perhaps reborn, {counts['series']} case series"
    )
    return t(zh, en), None


def _grade(store: Store, point: Point, report: common.Report) -> tuple[str, None]:
    levels = grade(store, point, progress=report).levels
    return " · ".join(f"{level} {count}" for level, count in sorted(levels.items())), None


def _warn(store: Store, report: common.Report) -> tuple[str, None]:
    # only told, not kept: a warning is a decision of the bureau, and a second run of the demo changes nothing
    found = alerts.run(store, Decision(ACTOR, common.caller().role, "demo"), report, keep=False)
    return summary(found), None


def _list(store: Store, point: Point, report: common.Report, invented: bool) -> tuple[str, None]:
    """Published quarters of the invented city; of files of one's own a draft, for what is published is no demo."""
    if invented:
        return publish_quarters(store, point.seq, report), None
    period = f"{point.valid.year}Q{(point.valid.month + 2) // 3}"
    out = store.home / "demo" / f"{LIST}-{period}-{point.seq}"
    counts = release_draft.build(store, LIST, period, point, out, maker=ACTOR).said["counts"]
    listed, refused, removed = (counts[name] for name in ("entries", "refused", "removed"))
    zh = f"严重违法失信名单草稿：在列 {listed}，不予列出 {refused}，已移出 {removed} → {out}"
    en = f"draft of serious violations: {listed} entries, {refused} refused, {removed} removed"
    return t(zh, f"{en} → {out}"), None


def _riskiest() -> str:
    """A code to go on with in data of one's own."""
    with common.graph() as store:
        worst = store.read("read/riskiest", limit=1)
    return str(worst[0]["code"]) if worst else "CODE"


def _published() -> Path:
    """The folder of the newest release, or where it would be."""
    releases = ReleaseStore(settings().home)
    return releases.public_folder(LIST, releases.latest(LIST) or "RELEASE")


def _print(steps: list[tuple[str, str, float]], seconds: float, code: str) -> None:
    rows = [(name, said, f"{took:.1f}") for name, said, took in steps]
    rows.append((t("合计", "total"), "", f"{seconds:.1f}"))
    common.print_table(
        t(
            "演示结果（测试数据，不得公开；分级仅供内部监管参考）",
            "Demo (test data, not for publication; levels are internal)",
        ),
        [t("步骤", "step"), t("结果", "result"), t("秒", "seconds")],
        rows,
    )
    program = "credit-graph" if shutil.which("credit-graph") else os.path.relpath(sys.argv[0])
    common.console.print(t("接下来可以输入：", "Next, type:"))
    for command, zh, en in (
        (f"explain {code}", "一户的风险分类及每一分的理由", "why a firm has its class, point by point"),
        ("alerts run", "形成风险预警，再用 alerts list 查看", "warn; then see alerts list"),
        (f"control {code}", "谁控制它、它控制谁，逐票列出依据", "who controls it and whom it controls, vote by vote"),
        (f"owners {code}", "受益所有人及持股路径", "its beneficial owners and their paths"),
        ("reborn", "疑似换马甲的企业", "firms that seem to be back under another name"),
        ("series", "串案：同一人或同一族群的同类违法", "like violations across one person or group"),
        ("reports dormant", "长期停业未经营，供公告催告", "firms that seem to have stopped trading, for notice"),
        (
            "--role case_officer list non-filers",
            "未年报的逐户立项，再用 list open 查看",
            "list who did not report; see list open",
        ),
        ("release list", "已发布的名单（每日运行 release takedown）", "what was published (release takedown: daily)"),
        (
            f"release verify {_published()}",
            "核验任一期：仅凭目录，改动一个字节也能发现",
            "verify a release from its folder alone",
        ),
        ("due", "谁应在何日前办什么，哪些已逾期", "what is due, by whom, and what is late"),
        (f"trace {code}", "每个事实出自哪个文件哪一行", "the file and row of every fact"),
        ("faults", "疑点清单", "what is doubtful in the data"),
        ("quarantine list", "被拒绝的行及原因", "rows that were refused, and why"),
        ("serve", "启动查询接口 http://127.0.0.1:8000/", "the API at http://127.0.0.1:8000/"),
    ):
        common.console.print(f"  {program + ' ' + command:<48} # {t(zh, en)}", highlight=False)


def _serve(port: int) -> None:
    """Leave the API running until Ctrl+C."""
    from credit_graph.commands.serve import serve  # noqa: PLC0415 - it loads the server's libraries

    serve(port=port)
