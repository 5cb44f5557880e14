"""``credit-graph list``: list work (名单办理): procedures, proceedings, and their steps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from credit_graph import clock
from credit_graph.commands import common, regrading
from credit_graph.commands.deciding import ByOption, RoleOption, acting
from credit_graph.errors import UsageError
from credit_graph.jobs import letters as letter_job
from credit_graph.jobs import nonfilers, proceeding_records
from credit_graph.jobs import proceedings as job
from credit_graph.jobs.finding import find_firm
from credit_graph.jobs.proceeding_records import Listed
from credit_graph.jobs.proceeding_subjects import Subject
from credit_graph.lists.procedures import DONE, Procedure, Step, about, procedure_lists, procedures
from credit_graph.lists.proceedings import STOPPED, Proceeding, due, earliest, position
from credit_graph.text import joined, t

app = typer.Typer(help="名单办理：程序、立项、逐步办理 / list work", no_args_is_help=True)

ListName = Annotated[str, typer.Argument(metavar="LIST", help="名单，如 abnormal_operation / list")]
Ids = Annotated[list[str] | None, typer.Argument(metavar="ID…", help="事项编号 / proceedings")]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="写明的内容，可重复 / what is stated")
]
BundleOption = Annotated[str | None, typer.Option("--bundle", help="整批办理 / all of a bundle")]
PartialOption = Annotated[
    bool, typer.Option("--partial", help="跳过不能办理的 / leave out what can't be done, and tell it")
]
_REFUSED = 20  # shown without --json


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="list")


@app.command("procedures", help="某名单的程序与步骤 / procedures and their steps")
def show_procedures(
    list_name: Annotated[str | None, typer.Argument(metavar="LIST", help="名单 / list")] = None,
    on: Annotated[str | None, typer.Option("--on", help="日期 / day (YYYY-MM-DD)")] = None,
    json: common.JsonOption = False,
) -> None:
    """Print every step with who takes it, what it asks and by when; needs no graph."""
    day = common.day("--on", on) or clock.today()
    names = [list_name] if list_name else procedure_lists()
    found = {name: [row for row in procedures(name).procedures if row.in_force(day)] for name in names}
    if json:
        common.print_json({name: [row.model_dump(mode="json") for row in rows] for name, rows in found.items()})
        return
    columns = [t("步骤", "step"), "id", t("角色", "role"), t("不得由其办理人办理", "not by who took")]
    columns += [t("须写明", "asks"), t("结果", "outcomes"), t("期限", "term")]
    for name, rows in found.items():
        title = about(name).title
        for row in rows:
            cited = row.cited[0]
            head = f"{t(title.zh, title.en)} · {t(row.name.zh, row.name.en)} ({name} {row.id}) {cited}"
            common.print_table(head, columns, [_step_row(step) for step in row.steps if step.asked])


@app.command("begin", help="立项 / begin proceedings")
def begin(
    list_name: ListName,
    procedure: Annotated[str, typer.Argument(metavar="PROCEDURE", help="程序，如 listing、removal / procedure")],
    codes: Annotated[list[str], typer.Argument(metavar="CODE…", help="代码或名称 / code or name")],
    said: SetOption = None,
    entry: Annotated[
        str | None, typer.Option("--entry", help="名单条目的记录编号或文号 / the entry's statement or number")
    ] = None,
    bundle: BundleOption = None,
    partial: PartialOption = False,
    by: ByOption = None,
    role: RoleOption = None,
    json: common.JsonOption = False,
) -> None:
    """Take the first step of a procedure for one firm or several: all of them, or none."""
    with common.graph() as store, common.progress(show=not json) as report:
        subjects = [Subject(code, find_firm(store, code), entry) for code in codes]
        done = job.begin(
            store, list_name, procedure, subjects, acting(by, role, f"{list_name} {procedure}"),
            said=said_of(said), bundle=bundle, partial=partial, progress=report,
        )  # fmt: skip
    print_done(done, json)


@app.command("non-filers", help="未年报企业成批立项 / begin for all that did not report")
def non_filers(
    year: Annotated[int | None, typer.Option("--year", help="年报年度 / year of the report")] = None,
    by: ByOption = None,
    role: RoleOption = None,
    json: common.JsonOption = False,
) -> None:
    """Firms for the list of abnormal operation, individual businesses for marking: each a proceeding of its own."""
    with common.graph() as store, common.progress(show=not json) as report:
        done = nonfilers.begin_all(store, acting(by, role, "non-filers"), year, report)
    for bundle, found in done.items():
        common.notes.print(t(f"批次 {bundle}", f"bundle {bundle}"), highlight=False)
        print_done(found, json)


@app.command("step", help="办理一步 / take the next step")
def step(
    step_id: Annotated[str, typer.Argument(metavar="STEP", help="步骤，如 reviewed / step")],
    ids: Ids = None,
    bundle: BundleOption = None,
    outcome: Annotated[str, typer.Option("--outcome", help="结果，如 agreed / how it came out")] = DONE,
    said: SetOption = None,
    number: Annotated[str | None, typer.Option("--number", help="文号，默认自动编排 / number of its document")] = None,
    note: Annotated[str | None, typer.Option("--note", help="说明 / a note")] = None,
    partial: PartialOption = False,
    by: ByOption = None,
    role: RoleOption = None,
    json: common.JsonOption = False,
) -> None:
    """Today, by somebody with the step's role; no step is skipped, dated back, or taken by the same person twice."""
    _ids_or_bundle(ids, bundle)
    with common.graph() as store, common.progress(show=not json) as report:
        done = job.step(
            store, ids or [], step_id, acting(by, role, step_id), bundle=bundle, outcome=outcome,
            said=said_of(said), number=number, note=note, partial=partial, progress=report,
        )  # fmt: skip
    regrading.tell(done.regraded)
    print_done(done, json)


@app.command("stop", help="中止未生效的事项 / end proceedings before they take effect")
def stop(
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="事项编号 / proceedings")],
    why: Annotated[str, typer.Option("--why", help="理由 / the reason")],
    by: ByOption = None,
    role: RoleOption = None,
    json: common.JsonOption = False,
) -> None:
    """With the reason; what is in effect ends by a removal, withdrawal or correction instead."""
    with common.graph() as store:
        done = job.stop_all(store, ids, acting(by, role, why), why)
    print_done(done, json)


@app.command("letters", help="生成文书（.docx） / write the letters")
def letters(
    out: Annotated[Path, typer.Option("--out", help="文件夹 / folder")],
    ids: Ids = None,
    bundle: BundleOption = None,
    wanted: Annotated[str | None, typer.Option("--letter", help="只生成某一种 / one template alone")] = None,
    json: common.JsonOption = False,
) -> None:
    """Of all steps taken so far; made again they are the same, byte for byte."""
    _ids_or_bundle(ids, bundle)
    with common.graph() as store, common.progress(show=not json) as report:
        done = letter_job.write(store, ids or [], out, bundle=bundle, wanted=wanted, progress=report)
    common.log("export", {"by": "list letters", "folder": out.name, "letters": len(done.files)})
    if json:
        refused = [{"what": what, "code": error.code, "why": str(error)} for what, error in done.refused]
        common.print_json({"files": [str(path) for path in done.files], "same": done.same, "refused": refused})
        return
    zh = f"{len(done.files)} 份文书 → {out}（其中 {done.same} 份与原有相同）"
    en = f"{len(done.files)} letters → {out} ({done.same} were there just so)"
    common.console.print(t(zh, en), highlight=False)
    for what, error in done.refused[:_REFUSED]:
        common.notes.print(f"{what}: {error.code} {error}", highlight=False, soft_wrap=True)
    if done.refused:
        count = len(done.refused)
        common.notes.print(t(f"未能生成 {count} 份", f"{count} could not be made"), style="bold", highlight=False)


@app.command("open", help="在办事项 / proceedings in hand")
def show_open(
    list_name: Annotated[str, typer.Option("--list", help="名单 / list")] = "",
    bundle: Annotated[str, typer.Option("--bundle", help="批次 / bundle")] = "",
    code: Annotated[str | None, typer.Option("--code", help="企业 / firm")] = None,
    ended: Annotated[bool, typer.Option("--all", help="含已办结 / also those that are done")] = False,
    limit: common.LimitOption = 50,
    json: common.JsonOption = False,
) -> None:
    """Those due first."""
    with common.graph() as store:
        eid = find_firm(store, code) if code else ""
        found = proceeding_records.listed(store, list_name=list_name, bundle=bundle, eid=eid, ended=ended)
    if json:
        common.print_json([_json(item.proceeding, item) for item in found])
        return
    columns = [t("事项", "proceeding"), t("名称", "name"), t("程序", "procedure"), t("状态", "state")]
    columns += [t("下一步", "next step"), t("角色", "role"), t("期限", "due")]
    common.print_table(
        common.counted("名单办理事项", "Proceedings", len(found), len(found[:limit])),
        columns,
        [_row(item) for item in found[:limit]],
    )


@app.command("show", help="一件事项的全过程 / one proceeding, step by step")
def show(
    id_: Annotated[str, typer.Argument(metavar="ID", help="事项编号 / proceeding")], json: common.JsonOption = False
) -> None:
    """Every step with its day, who took it, what was stated, its document; and what comes next, by when."""
    with common.graph() as store:
        found = proceeding_records.one(store, id_)
    if json:
        common.print_json(_json(found))
        return
    rules = _rules(found)
    title = about(found.list).title
    head = f"{found.id} {found.name}（{found.eid}）{t(title.zh, title.en)} · {t(rules.name.zh, rules.name.en)}"
    common.console.print(head, style="bold", highlight=False)
    for taken in found.taken:
        known = rules.step(taken.step)
        outcome = known.outcome(taken.outcome) if known is not None else None
        words = [t(known.name.zh, known.name.en) if known is not None else taken.step]
        if taken.outcome != DONE:
            words.append(t(outcome.name.zh, outcome.name.en) if outcome else t("中止", "stopped"))
        words += [f"{name}={value}" for name, value in taken.said.items()]
        words += [part for part in (taken.number, taken.note) if part]
        common.console.print(f"  {taken.day} {joined(words)}（{taken.actor}，{taken.role}）", highlight=False)
    common.console.print(_next_text(rules, found), highlight=False)


def _next_text(rules: Procedure, found: Proceeding) -> str:
    stands = position(rules, found)
    if stands.next is None:
        return t("已办结。", "Done.")
    step, term = stands.next, due(rules, found)
    zh = f"下一步：{step.name.zh}（{step.id}，{step.role}）"
    en = f"Next: {step.name.en} ({step.id}, {step.role})"
    if term is not None:
        zh, en = f"{zh}，最迟 {term.day}：{term.why[0]}，{term.article[0]}", f"{en}, by {term.day}: {term.article[1]}"
    first = max((day for item in step.outcomes if (day := earliest(rules, found, item.id))), default=None)
    if first is not None and first > clock.today():
        zh, en = f"{zh}；期限未满的结果最早 {first}", f"{en}; some outcomes from {first} on only"
    return t(zh, en)


def _step_row(step: Step) -> tuple[str, ...]:
    outcomes = joined(f"{item.id}（{t(item.name.zh, item.name.en)}）" for item in step.outcomes if item.id != DONE)
    name = t(step.name.zh, step.name.en)
    if step.grounds:
        name += t(f"（仅第{'、'.join(step.grounds)}条）", f" (art. {', '.join(step.grounds)} only)")
    asks = joined(f"{ask.name}（{t(ask.title.zh, ask.title.en)}）" for ask in step.asks)
    terms = joined(term.deadline for term in step.terms)
    return name, step.id, step.role, joined(step.not_by), asks, outcomes, terms


def _row(item: Listed) -> tuple[str, ...]:
    record = item.record
    rules = _rules(item.proceeding)
    state, following = record.get("state", ""), record.get("next_step", "")
    names = {found.id: t(found.name.zh, found.name.en) for found in rules.steps}
    shown = {"complete": t("已办结", "done"), STOPPED: t("已中止", "stopped")}.get(state, names.get(state, state))
    procedure = t(rules.name.zh, rules.name.en)
    due_on = str(record.get("due_on", ""))
    return item.proceeding.id, item.name, procedure, shown, following, record.get("next_role", ""), due_on


def _ids_or_bundle(ids: list[str] | None, bundle: str | None) -> None:
    if bool(ids) == bool(bundle):
        raise UsageError("usage.bad_value", option="ID…", value="", why=t("须给出编号或 --bundle", "ids or --bundle"))


def _rules(found: Proceeding) -> Procedure:
    return procedures(found.list).on(found.procedure, found.opened_on)


def said_of(pairs: Sequence[str] | None) -> dict[str, str]:
    """What ``--set NAME=VALUE`` states. Raises ``UsageError("usage.bad_value")``."""
    found: dict[str, str] = {}
    for pair in pairs or ():
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise UsageError("usage.bad_value", option="--set", value=pair, why="NAME=VALUE")
        found[name.strip()] = value
    return found


def print_done(done: job.Done, json: bool) -> None:
    """What a command did, each proceeding with its next step, and what was refused."""
    if json:
        refused = [{"what": item.what, "code": item.error.code, "why": str(item.error)} for item in done.refused]
        told = [_json(item) for item in done.proceedings]
        common.print_json({"batch": done.seq, "proceedings": told, "refused": refused})
        return
    shown = done.proceedings[:_REFUSED]
    for item in shown:
        number = item.taken[-1].number or ""
        common.console.print(f"{item.id} {item.name} {number} {_next_text(_rules(item), item)}", highlight=False)
    if len(done.proceedings) > len(shown):
        common.console.print(
            t(f"… 共 {len(done.proceedings)} 件", f"… {len(done.proceedings)} in all"), highlight=False
        )
    for refusal in done.refused[:_REFUSED]:
        common.notes.print(f"{refusal.what}: {refusal.error.code} {refusal.error}", highlight=False, soft_wrap=True)
    if done.refused:
        count = len(done.refused)
        common.notes.print(t(f"未能办理 {count} 件", f"{count} could not be done"), style="bold", highlight=False)


def _json(found: Proceeding, listed: Listed | None = None) -> dict[str, Any]:
    rules = _rules(found)
    stands = position(rules, found)
    term = due(rules, found)
    return {
        "id": found.id,
        "list": found.list,
        "procedure": found.procedure,
        "code": found.eid,
        "name": found.name,
        "state": stands.state,
        "open": stands.open,
        "next": stands.next.id if stands.next else None,
        "next_role": stands.next.role if stands.next else None,
        "due": term.day if term else None,
        "due_basis": t(*term.article) if term else None,
        "bundle": found.bundle,
        "entry": {"source": found.target.source, "key": found.target.key} if found.target else None,
        **({"called": listed.name} if listed is not None else {}),
        "steps": [
            {
                "step": taken.step,
                "outcome": taken.outcome,
                "day": taken.day,
                "actor": taken.actor,
                "role": taken.role,
                "said": dict(taken.said),
                "number": taken.number,
                "note": taken.note,
            }
            for taken in found.taken
        ],
    }
