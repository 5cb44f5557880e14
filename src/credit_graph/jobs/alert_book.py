"""The list of problems (问题清单) with how each was closed (销号), as a workbook for people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from credit_graph.errors import UsageError
from credit_graph.grading.policy import NOTICE
from credit_graph.jobs.alert_list import Listed, level_name, state_name
from credit_graph.jobs.sheets import Sheet, Value, write_workbook
from credit_graph.text import t


def write(path: Path, found: Sequence[Listed], day: date) -> None:
    """Write a row per warning. Raises ``UsageError`` for another kind of file, ``StateError``: exists, cannot_write."""
    if path.suffix.lower() != ".xlsx":
        raise UsageError("usage.bad_value", option="--out", value=path, why="FILE.xlsx")
    head = t(f"风险预警问题清单（{day}，{len(found)} 条）", f"Warnings on {day} ({len(found)})")
    names = [name for name, _ in _columns()]
    rows = [_row(number, item) for number, item in enumerate(found, start=1)]
    sheet = Sheet(t("问题清单", "warnings"), names, [width for _, width in _columns()], rows, [head, t(*NOTICE)])
    write_workbook(path, [sheet])


def _columns() -> list[tuple[str, int]]:
    return [
        (t("序号", "no."), 6),
        (t("统一社会信用代码", "code"), 20),
        (t("名称", "name"), 30),
        (t("行政区划", "district"), 10),
        (t("预警级别", "level"), 8),
        (t("第几次", "round"), 6),
        (t("问题", "signals"), 60),
        (t("预警日期", "opened"), 11),
        (t("办理期限", "due"), 11),
        (t("责任人", "owner"), 10),
        (t("状态", "state"), 14),
        (t("处置措施", "measure"), 30),
        (t("处置日期", "handled"), 11),
        (t("说明", "note"), 30),
        (t("销号日期", "closed"), 11),
        (t("依据（记录编号）", "records"), 36),
    ]


def _row(number: int, item: Listed) -> list[Value]:
    alert = item.alert
    gone = t("（已消失）", " (gone)")
    texts = [signal.text + ("" if signal.stands else gone) for signal in item.signals]
    sids = dict.fromkeys(sid for signal in item.signals for sid in signal.sids)
    return [
        number,
        item.code,
        item.name,
        item.district,
        level_name(alert),
        alert.round,
        t("；", "; ").join(texts),
        alert.opened_on,
        alert.due_on,
        alert.owner,
        state_name(alert),
        alert.measure,
        alert.handled_on,
        alert.note,
        alert.closed_on,
        "\n".join(sids),
    ]
