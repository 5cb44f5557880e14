"""The classes of all firms as files for the city's exchange platform (数据共享交换平台): CSV and Parquet, same columns.

A delivery is a folder that is written whole and never changed. Its name tells the month, the last batch and the first
digits of a hash of run and content: the same state of the graph gives the same folder with the same bytes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from credit_graph.errors import StateError
from credit_graph.jobs.department_levels import COLUMNS, department_levels, policy_version
from credit_graph.jobs.level_feed import LevelFeed
from credit_graph.jobs.release_store import read_folder, write_folder, writing
from credit_graph.lists.editions.cells import csv_cell
from credit_graph.lists.editions.edition import canonical, sha256
from credit_graph.model.time import Point
from credit_graph.store import Store
from credit_graph.store.files import write_whole

LEVELS_CSV, LEVELS_PARQUET, DICTIONARY, MANIFEST = "levels.csv", "levels.parquet", "数据字典.csv", "manifest.json"
LATEST = "latest.json"
Row = dict[str, str | None]


class Told(NamedTuple):
    """A column of the data dictionary (数据字典)."""

    field: str
    title: str
    format: str
    empty: str
    values: str


DATA_DICTIONARY = (
    Told("code", "统一社会信用代码", "字符串，18位", "否", "无统一社会信用代码的为注册号"),
    Told("name", "企业名称", "字符串", "是", "登记名称"),
    Told("creditRiskLevel", "信用风险分类等级", "字符串，1位", "是", "A、B、C、D，风险由低到高"),
    Told("levelName", "等级名称", "字符串", "是", "信用风险低、信用风险一般、信用风险较高、信用风险高"),
    Told("source", "分类来源", "字符串", "是", "official：省级分类；own：本级分类（含人工调整）"),
    Told("month", "所属月份", "字符串，YYYY-MM", "是", ""),
    Told("validUntil", "可沿用至", "日期，YYYY-MM-DD", "是", "含当日；逾期须重新获取"),
    Told("policyVersion", "分类政策及版本", "字符串", "是", "省级分类为空"),
    Told("status", "状态", "字符串", "否", "graded：已分类；not_graded：不在分类范围"),
    Told("reason", "未分类原因", "字符串", "是", "状态为not_graded时填写"),
    Told("notice", "使用须知", "字符串", "否", "须随数据保留"),
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery. ``made``: it was not there before; ``changes``: how many lines the feed of changes got."""

    folder: Path
    made: bool
    manifest: dict[str, Any]
    changes: int


def export(store: Store, point: Point, out: Path) -> Delivery:
    """Write the delivery of the point into ``out``, unless it is there, name it in ``latest.json``, and add to the feed
    what changed since the last one.

    What was cut short is begun anew. Raises ``StateError``: ``state.no_run``, ``state.cannot_write``, and
    ``state.exists`` where a folder of that name holds something else.
    """
    run, told = department_levels(store, point)
    levels = list(told)
    rows = [level.told(in_chinese) for level in levels]
    files = {
        LEVELS_CSV: _csv([COLUMNS, *(_cells(row) for row in rows)]),
        LEVELS_PARQUET: _parquet(rows),
        DICTIONARY: _csv([("字段", "名称", "类型", "可为空", "取值与说明"), *DATA_DICTIONARY]),
    }
    digest = sha256(f"{run['rid']} {sha256(files[LEVELS_CSV])}".encode())
    name = f"levels-{run['valid']:%Y-%m}-{point.seq:06d}-{digest[:8]}"
    manifest = {
        "format": 1,
        "name": name,
        "month": f"{run['valid']:%Y-%m}",
        "seq": point.seq,
        "run": run["rid"],
        "policyVersion": policy_version(run),
        "rows": len(rows),
        "graded": sum(row["status"] == "graded" for row in rows),
        "columns": list(COLUMNS),
        "notice": rows[0]["notice"] if rows else None,
        "files": {key: {"size": len(data), "sha256": sha256(data)} for key, data in sorted(files.items())},
    }
    files[MANIFEST] = canonical(manifest) + b"\n"
    made = _written(out / name, files)
    return Delivery(out / name, made, manifest, LevelFeed(store.home).advance(levels, point.seq, run["rid"]))


def in_chinese(zh: str, en: str) -> str:
    """A delivery is Chinese, whoever makes it."""
    return zh


def _written(folder: Path, files: dict[str, bytes]) -> bool:
    there = read_folder(folder)
    if there and there != files:
        raise StateError("state.exists", path=folder)
    if not there:
        write_folder(folder, files)
    with writing(folder):
        write_whole(folder.parent / LATEST, canonical({"name": folder.name}) + b"\n")
    return not there


def _cells(row: Row) -> list[str | None]:
    """A row of the CSV. Only a name is anybody's own text, that a spreadsheet might compute."""
    return [csv_cell(row[name]) if name == "name" else row[name] for name in COLUMNS]


def _csv(rows: Iterable[Sequence[str | None]]) -> bytes:
    """UTF-8 with BOM, CRLF after each row."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def _parquet(rows: Sequence[Row]) -> bytes:
    """Every column as text, as the CSV has it; no time of writing is kept."""
    table = pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in COLUMNS})
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()
