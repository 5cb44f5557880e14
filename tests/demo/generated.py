"""Generated cities shared by the tests, and reading their files without the program's own readers."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq

from credit_graph.demo.generate import generate

UNTIL = date(2026, 11, 23)
Rows = list[dict[str, str]]


def city(folder: Path, firms: int = 300, seed: int = 1, noise: float = 0.0, deliveries: str | None = None) -> Path:
    """A generated city in a folder; made once."""
    if not folder.exists():
        generate(folder, firms, seed, noise, deliveries, UNTIL)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """All files of a folder by name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def rows(path: Path) -> Rows:
    """The rows of a file as the header names the cells."""
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    if path.suffix == ".xlsx":
        cells = list(openpyxl.load_workbook(path, read_only=True).worksheets[0].values)
        return [dict(zip(map(str, cells[0]), (str(c or "") for c in row), strict=True)) for row in cells[1:]]
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in data.decode().splitlines()]
    delimiter = "\t" if path.name.endswith(".tsv") else ","
    return list(csv.DictReader(io.StringIO(_decoded(data)), delimiter=delimiter))


def _decoded(data: bytes) -> str:
    if data[:2] == b"\xff\xfe":
        return data.decode("utf-16")
    return data.decode("utf-8-sig") if data[:3] == b"\xef\xbb\xbf" else data.decode("gb18030")


def source(folder: Path, name: str) -> Rows:
    """All rows of the files whose name begins so."""
    return [row for path in sorted(folder.glob(f"{name}_*")) for row in rows(path)]


def numbers_in(text: str) -> set[str]:
    """Everything in a text that may be a citizen ID of 18 or 15 characters."""
    found = set()
    for run in re.findall(r"\d{14,}[\dX]", text):
        found |= {run[start : start + size] for size in (15, 18) for start in range(len(run) - size + 1)}
    return found


@cache
def truth(folder: Path, name: str) -> list[dict[str, Any]]:
    """A table of the truth."""
    table: list[dict[str, Any]] = pq.read_table(folder / "truth" / f"{name}.parquet").to_pylist()
    return table
