"""``credit-graph measures``: joint measures (联合惩戒、联合激励): tasks of departments, their answers, lifting."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from credit_graph import clock
from credit_graph.commands import common
from credit_graph.commands.deciding import ByOption, RoleOption, acting
from credit_graph.errors import CreditGraphError, InputError, UsageError
from credit_graph.ingest.files import shown
from credit_graph.jobs import measure_book
from credit_graph.jobs import measure_tasks as job
from credit_graph.lists.measure_tasks import ANSWERS, STATES, WHYS, MeasureTask, figures
from credit_graph.lists.measures import department
from credit_graph.text import joined, t

app = typer.Typer(help="联合惩戒与激励：任务、反馈、解除 / joint measures", no_args_is_help=True)

DepartmentOption = Annotated[str, typer.Option("--department", help="执行部门，如 registrar / department")]
_FAULTS = 20  # shown without --json


def register(parent: typer.Typer) -> None:
    """Add the commands."""
    parent.add_typer(app, name="measures")


@app.command("run", help="按现有名单形成任务，名单结束的要求解除 / ask for what follows from entries, lift what ended")
def run(
    dry: Annotated[bool, typer.Option("--dry-run", help="只显示，不写入 / tell only, keep nothing")] = False,
    by: ByOption = None,
    role: RoleOption = None,
    json: common.JsonOption = False,
) -> None:
    """By policies/measures.yml; repeated, it changes nothing."""
    with common.graph() as store:
        found = job.run(store, acting(by, role, "measures run"), keep=not dry)
    if json:
        refused = [{"measure": row.measure, "list": row.list, "why": row.why} for row in found.refused]
        told = {"batch": found.seq, "day": found.day, "steps": found.steps, "entries": found.entries}
        common.print_json({**told, "waiting": found.waiting, "refused": refused})
        return
    names = {**{state: t(*texts) for state, texts in STATES.items()}, "updated": t("条目变化", "entries changed")}
    steps = joined(f"{names[step]} {count}" for step, count in found.steps.items()) or t("无变化", "nothing new")
    head = t(f"{found.day} {steps}；待反馈共 {found.waiting} 项", f"{found.day} {steps}; {found.waiting} wait")
    common.console.print(head, style="bold", highlight=False)
    for name, counts in found.entries.items():
        common.console.print(f"  {name}: " + joined(f"{fate} {n}" for fate, n in counts.items()), highlight=False)
    for row in found.refused:
        name, _ = measure_book.measure_texts(row.measure)
        head = t(f"不得实施：{name}（{row.list}）", f"Not to be taken: {name} ({row.list})")
        common.console.print(f"{head} {row.why}", highlight=False)
    if dry:
        common.console.print(t("试运行，未写入。", "Told only; nothing was written."))


@app.command("list", help="任务清单 / list tasks")
def list_tasks(
    department_id: DepartmentOption = "",
    state: Annotated[
        list[str] | None,
        typer.Option("--state", help="asked | answered | lift_asked | closed | void，可重复 / may be repeated"),
    ] = None,
    late: Annotated[bool, typer.Option("--late", help="只列逾期未反馈 / only the silent, past their term")] = False,
    limit: common.LimitOption = 50,
    json: common.JsonOption = False,
) -> None:
    """Those that wait for an answer, or are in the given states, the ones due first."""
    with common.graph() as store:
        found = job.listed(store, department_id=department_id, states=state or ("asked", "lift_asked"))
    if late:
        found = [item for item in found if item.task.late(clock.today())]
    if json:
        common.print_json([_json(item) for item in found])
        return
    columns = [t("任务", "task"), t("名称", "name"), t("措施", "measure"), t("部门", "department")]
    columns += [t("状态", "state"), t("期限", "due"), t("反馈", "answer")]
    title = common.counted("联合奖惩任务", "Joint measures", len(found), len(found[:limit]))
    common.print_table(title, columns, [_row(item) for item in found[:limit]])


@app.command("answer", help="登记部门反馈 / write down what a department answered")
def answer(
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="任务编号，如 LH2026-00001-1 / tasks")],
    said: Annotated[str, typer.Option("--as", help="taken | lifted | no_case | not_applicable")],
    on: Annotated[str | None, typer.Option("--on", help="实施、解除或者答复之日 / on which day, default today")] = None,
    who: Annotated[str, typer.Option("--who", help="反馈人 / who answered")] = "",
    note: Annotated[str, typer.Option("--note", help="说明 / a note")] = "",
    by: ByOption = None,
    role: RoleOption = None,
    json: common.JsonOption = False,
) -> None:
    """All of them, or none where one can't be."""
    day = common.past_day("--on", on) or clock.today()
    with common.graph() as store:
        answers = [job.Said(id_, said, day, who, note) for id_ in ids]
        done, _ = job.answered(store, answers, acting(by, role, f"measures {said}"))
    _print_done(done, json)


@app.command("counts", help="反馈情况 / feedback figures by department and measure")
def counts(department_id: DepartmentOption = "", json: common.JsonOption = False) -> None:
    """Of the latest request of each firm: asked, answered in time or late, taken, silent, lifts open."""
    with common.graph() as store:
        found = figures((item.task for item in job.listed(store, department_id=department_id)), clock.today())
    if json:
        common.print_json([{name: getattr(row, name) for name in row.__slots__} for row in found])
        return
    columns = [
        t("部门", "department"),
        t("措施", "measure"),
        t("任务", "asked"),
        t("按期", "in time"),
        t("逾期", "late"),
    ]
    columns += [t(*ANSWERS["taken"]), t(*ANSWERS["no_case"]), t(*ANSWERS["not_applicable"]), t("未反馈", "silent")]
    columns += [t("应解除", "lifts"), t("待解除", "open"), t("逾期未解除", "late")]
    rows = [
        (_department(row.department), measure_book.measure_texts(row.measure)[0], row.asked, row.in_time, row.late,
         row.taken, row.no_case, row.not_applicable, row.silent, row.lifts, row.lifts_open, row.lifts_late)
        for row in found
    ]  # fmt: skip
    common.print_table(t("联合奖惩反馈情况", "Feedback on joint measures"), columns, rows)


@app.command("export", help="导出某部门的待办表 / a department's requests as a workbook to fill in")
def export(
    department_id: Annotated[str, typer.Option("--department", help="执行部门 / department")],
    out: Annotated[Path, typer.Option("--out", help="FILE.xlsx")],
) -> None:
    """A row per request that waits, with empty columns for the answer."""
    with common.graph() as store:
        found = job.listed(store, department_id=department_id, states=("asked", "lift_asked"))
        common.log("export", {"by": "measures export", "file": out.name, "tasks": len(found)})
    measure_book.write(out, found, department_id, clock.today())
    common.notes.print(t(f"任务 {len(found)} 项 → {out}", f"{len(found)} tasks → {out}"), highlight=False)


@app.command("import", help="读入部门发回的表 / read a workbook that came back")
def import_answers(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="FILE.xlsx")],
    department_id: DepartmentOption = "",
    partial: Annotated[bool, typer.Option("--partial", help="跳过有误的行 / leave out faulty rows, and tell")] = False,
    by: ByOption = None,
    role: RoleOption = None,
    json: common.JsonOption = False,
) -> None:
    """Rows that are filled in; all of them, or none where one is faulty; read twice, it writes nothing."""
    rows = measure_book.read(file)
    faults: dict[int, CreditGraphError] = {row.number: row.fault for row in rows if row.fault is not None}
    told = [(row.number, row.said) for row in rows if row.said is not None]
    done: list[MeasureTask] = []
    with common.graph() as store:
        decision = acting(by, role, f"measures import {len(rows)}")
        answers = [said for _, said in told]
        _, refused = job.answered(store, answers, decision, department_id=department_id, partial=True, keep=False)
        faults |= {told[place][0]: error for place, error in refused.items()}
        if partial or not faults:
            good = [said for place, (_, said) in enumerate(told) if place not in refused]
            done, _ = job.answered(store, good, decision, department_id=department_id)
    lines = [{"row": number, "code": fault.code, "why": str(fault)} for number, fault in sorted(faults.items())]
    if json:
        common.print_json({"answered": [task.id for task in done], "faults": lines})
    else:
        for line in lines[:_FAULTS]:
            common.notes.print(t(f"第 {line['row']} 行：", f"row {line['row']}: ") + str(line["why"]), highlight=False)
        common.console.print(t(f"已登记 {len(done)} 项", f"{len(done)} answers"), highlight=False)
    if faults and not partial:
        raise InputError("input.answer_faults", path=shown(file.name), count=len(faults))


def _print_done(done: list[MeasureTask], json: bool) -> None:
    if json:
        common.print_json([{"id": task.id, **task.content()} for task in done])
        return
    for task in done:
        common.console.print(f"{task.id} {_state(task)}", highlight=False)


def _state(task: MeasureTask) -> str:
    late = t("，已逾期", ", overdue") if task.late(clock.today()) else ""
    why = f"（{t(*WHYS[task.why])}）" if task.why is not None and task.state != "answered" else ""
    return t(*STATES[task.state]) + why + late


def _department(id_: str) -> str:
    try:
        row = department(id_)
    except UsageError:
        return id_  # of an earlier file
    return t(row.name.zh, row.name.en)


def _row(item: job.Named) -> tuple[str, ...]:
    task = item.task
    said = [t(*ANSWERS[name]) for name in (task.answer, task.lift) if name is not None]
    name, _ = measure_book.measure_texts(task.key.measure)
    due = str(task.due_on) if task.waits else ""
    return task.id, item.name, name, _department(task.key.department), _state(task), due, joined(said)


def _json(item: job.Named) -> dict[str, Any]:
    task = item.task
    told: dict[str, Any] = {**task.content(), "entries": task.entries.split("\n"), "lists": task.lists.split(",")}
    return {"id": task.id, "code": item.code, "name": item.name, **told, "overdue": task.late(clock.today())}
