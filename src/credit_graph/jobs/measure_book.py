"""Tasks of joint measures as a workbook for a department to fill in, and what it says when it comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from credit_graph.errors import InputError, UsageError
from credit_graph.ingest.files import SourceFile, expand
from credit_graph.ingest.tables import tables
from credit_graph.jobs.measure_tasks import Named, Said
from credit_graph.jobs.sheets import Sheet, Value, write_workbook
from credit_graph.lists.measure_tasks import ANSWERS
from credit_graph.lists.measures import department, measures
from credit_graph.lists.policy import list_policy
from credit_graph.text import joined, t

# the columns that are filled in, and the one that names the request, as they are looked for in what comes back
ID, ANSWER, ON, BY, NOTE = (
    ("任务编号", "task"),
    ("反馈", "answer"),
    ("日期", "day"),
    ("反馈人", "by"),
    ("说明", "note"),
)
_NEEDED = (ID, ANSWER, ON)
_HEADER_WITHIN = 20  # rows from the top


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a returned workbook that says something; ``number``: as the spreadsheet counts it."""

    number: int
    said: Said | None
    fault: UsageError | None


def write(path: Path, found: Sequence[Named], department_id: str, day: date) -> None:
    """Write a row per request. Raises ``UsageError`` for another kind of file, ``StateError``: exists, cannot_write."""
    if path.suffix.lower() != ".xlsx":
        raise UsageError("usage.bad_value", option="--out", value=path, why="FILE.xlsx")
    named = department(department_id).name
    title = t(
        f"联合奖惩任务（{named.zh}，{day}，{len(found)} 项）", f"Joint measures: {named.en}, {day} ({len(found)})"
    )
    asks = joined(t(*name) for name in ANSWERS.values())
    how = t(
        f"请逐行填写“反馈”（{asks}）、“日期”（如 2026-07-01）和“反馈人”，不要改动其他各列，填好后发回。",
        f"Fill in “answer” ({asks}), “day” (like 2026-07-01) and “by” in each row, change nothing else, send it back.",
    )
    header = [name for name, _ in _columns()]
    widths = [width for _, width in _columns()]
    rows = [_row(item) for item in found]
    write_workbook(path, [Sheet(t("联合奖惩", "measures"), header, widths, rows, [title, how])])


def read(path: Path) -> list[Row]:
    """The rows of a returned workbook that are filled in.

    Raises ``InputError`` as reading a table does, and ``input.no_answers`` where no sheet has the columns.
    """
    found: list[Row] = []
    known = False
    for file in expand([path]):
        for sheet in tables(file):
            rows = [(number, list(cells)) for number, cells in enumerate(sheet.rows(), start=1)]
            places = next((at for number, cells in rows[:_HEADER_WITHIN] if (at := _places(cells))), None)
            if places is None:
                continue
            known = True
            after = next(number for number, cells in rows if _places(cells) == places)
            found += [row for number, cells in rows if number > after and (row := _read(number, cells, places))]
    if not known:
        raise _no_answers(path)
    return found


def _no_answers(path: Path) -> InputError:
    columns = joined(t(*name) for name in _NEEDED)
    return InputError("input.no_answers", path=SourceFile(path).label, columns=columns)


def _places(cells: Sequence[str]) -> dict[tuple[str, str], int] | None:
    """Where the columns stand, if this is the header."""
    texts = [cell.strip() for cell in cells]
    found = {
        name: next((place for place, text in enumerate(texts) if text in name), -1)
        for name in (ID, ANSWER, ON, BY, NOTE)
    }
    return found if all(found[name] >= 0 for name in _NEEDED) else None


def _read(number: int, cells: Sequence[str], places: dict[tuple[str, str], int]) -> Row | None:
    def cell(name: tuple[str, str]) -> str:
        place = places[name]
        return cells[place].strip() if 0 <= place < len(cells) else ""

    id_, word, day = cell(ID), cell(ANSWER), cell(ON)
    if not word and not day:
        return None  # silent
    words = {text: name for name, texts in ANSWERS.items() for text in (name, *texts)}
    try:
        if word not in words:
            why = joined(t(*texts) for texts in ANSWERS.values())
            raise UsageError("usage.bad_value", option=t(*ANSWER), value=word, why=why)
        said = Said(id_, words[word], _day(day), cell(BY), cell(NOTE))
    except UsageError as fault:
        return Row(number, None, fault)
    return Row(number, said, None)


def _day(text: str) -> date:
    """A day as spreadsheets and people write it: 2026-07-01, with a time behind it, 2026/7/1 or 2026年7月1日."""
    plain = text.replace("T", " ").split(" ")[0] if text else ""
    parts = plain.replace("年", "-").replace("月", "-").replace("日", "").replace("/", "-").replace(".", "-").split("-")
    try:
        year, month, day = (int(part) for part in parts)
        return date(year, month, day)
    except ValueError:
        raise UsageError("usage.bad_value", option=t(*ON), value=text, why="YYYY-MM-DD") from None


def _columns() -> list[tuple[str, int]]:
    return [
        (t(*ID), 18),
        (t("要求", "what is asked"), 8),
        (t("名称", "name"), 34),
        (t("统一社会信用代码", "code"), 22),
        (t("措施", "measure"), 20),
        (t("内容", "effect"), 34),
        (t("依据", "basis"), 40),
        (t("名单", "lists"), 22),
        (t("列入日期", "listed on"), 12),
        (t("发出日期", "asked on"), 12),
        (t("反馈期限", "answer by"), 12),
        (t(*ANSWER), 12),
        (t(*ON), 12),
        (t(*BY), 12),
        (t(*NOTE), 30),
    ]


def _row(item: Named) -> list[Value]:
    task = item.task
    lists = [list_policy(name).title for name in task.lists.split(",")]
    what = t("解除", "lift") if task.state == "lift_asked" else t("实施", "take")
    name, effect = measure_texts(task.key.measure)
    return [
        task.id,
        what,
        item.name,
        item.code,
        name,
        effect,
        task.basis,
        joined(t(title.zh, title.en) for title in lists),
        task.since,
        task.asked_on,
        task.due_on,
        None,
        None,
        None,
        None,
    ]


def measure_texts(id_: str) -> tuple[str, str]:
    """Name and effect of a measure, in the language in use; of one that the file has no more, its id."""
    row = next((row for row in measures() if row.id == id_), None)
    return (t(row.name.zh, row.name.en), t(row.effect.zh, row.effect.en)) if row is not None else (id_, "")
