"""Claim: a release of 100,000 entries is written in all formats in under 60 s and 2 GB, verified in 5 s, and its pages
are built in 60 s.

``python benchmarks/release.py [--entries N] [--only PART]``

Entries are made up; making them is not timed. Each part runs in a process of its own, which says how long it took, its
peak memory, and how long a reference took on the same entries: pandas for csv, jsonl, parquet and html, openpyxl
(write-only) for xlsx, python-docx for docx and pdf, for verifying the hashing of the same files alone, for the public
edition verifying the archive, for the pages a copy of their folder. ``html`` is the bulletin with all entries in its
table, though the policy names the file beyond 2,000; docx and pdf are made of 2,000. ``public``: the public edition
made anew, as a takedown does. Exit status 1 where a claim does not hold. How fast the pages' search answers is tested
(tests/lists/site/test_site_browser.py).
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from docx import Document
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from rich.console import Console
from rich.table import Table

from credit_graph.jobs.site import build_site
from credit_graph.lists.editions.approvals import Act, countersign, file_name
from credit_graph.lists.editions.archive import archive_files
from credit_graph.lists.editions.bulletin_docx import as_docx
from credit_graph.lists.editions.bulletin_html import as_html
from credit_graph.lists.editions.bulletin_pdf import as_pdf
from credit_graph.lists.editions.bulletin_text import Bulletin, bulletin_of
from credit_graph.lists.editions.delta import as_lines, delta
from credit_graph.lists.editions.draft import Draft, columns_of, entry_lines
from credit_graph.lists.editions.edition import Edition, canonical, sha256
from credit_graph.lists.editions.keys import KeyHistory
from credit_graph.lists.editions.public import public_edition
from credit_graph.lists.editions.signatures import Signer
from credit_graph.lists.editions.tables import write_csv, write_jsonl, write_parquet, write_xlsx
from credit_graph.lists.editions.verify import verify_files

MADE, PUBLISHED = date(2026, 1, 5), date(2026, 10, 9)
BUREAU, MARK = "庆原市市场监督管理局", "测试数据，不得公开"
FORMATS = ("csv", "xlsx", "jsonl", "parquet", "html")
GOALS = {"all formats": 60.0, "verify": 5.0, "pages": 60.0, "public": 60.0}
MEMORY = 2.0  # GB
ROWS = 2_000  # of a table in a bulletin
EMPTY = KeyHistory()


def draft(count: int, history: KeyHistory = EMPTY) -> Draft:
    """A draft of so many entries, as the draft's folder would hold it."""
    titles = {
        "name": ("企业名称", "name"), "credit_code": ("统一社会信用代码", "credit code"),
        "registration_number": ("注册号", "registration number"), "listed_on": ("列入日期", "listed on"),
        "listed_by": ("作出决定机关（列入）", "listed by"),
    }  # fmt: skip
    columns = columns_of(titles, marked=True)
    entries = [
        {
            "number": str(n), "name": f"庆原市第{n}号食品有限公司", "credit_code": f"91621002MA{n:08d}",
            "registration_number": None, "listed_on": f"2025-{n % 12 + 1:02}-{n % 28 + 1:02}", "listed_by": BUREAU,
            "ground": "破坏公平竞争秩序和扰乱市场秩序的违法行为", "document": "国家市场监督管理总局令第44号",
            "basis": "《市场监督管理严重违法失信名单管理办法》（国家市场监督管理总局令第44号）第九条",
            "last_day": f"2028-{n % 12 + 1:02}-{n % 28 + 1:02}", "mark": MARK, "salt": sha256(f"salt {n}".encode()),
            "sid": f"{n:032x}", "record": sha256(f"record {n}".encode())[:32],
        }
        for n in range(1, count + 1)
    ]  # fmt: skip
    told = {
        "refused.csv": b"",
        "delta.jsonl": as_lines(delta([], entries, {})),
        "keys.jsonl": history.as_bytes(),
        "entries.jsonl": entry_lines(entries),
    }
    said: dict[str, Any] = {
        "format": 1, "list": "serious_violation", "release": "2026Q3", "number": 1, "period": "2026Q3",
        "bureau": BUREAU, "titles": {"zh": "严重违法失信名单", "en": "List"}, "mark": MARK, "seq": 1, "maker": "甲",
        "notice_number": "庆市监公〔2026〕1号", "valid": "2026-09-30", "use": "2026-10-08", "program": "benchmark",
        "documents": [{"title": "市场监督管理严重违法失信名单管理办法", "number": "国家市场监督管理总局令第44号"}],
        "counts": {"entries": count, "refused": 0, "removed": 0, "held": 0}, "policy": {"row": "-", "sha256": "0" * 64},
        "definitions": [], "refused_by_reason": {}, "held_by_reason": {}, "for_review": [], "unchecked": [],
        "issuers": [BUREAU], "predecessor": None, "columns": [asdict(column) for column in columns],
        "files": {name: {"size": len(data), "sha256": sha256(data)} for name, data in told.items()},
    }  # fmt: skip
    return Draft(said, columns, entries, {**told, "draft.json": canonical(said) + b"\n"})


def in_openpyxl(edition: Edition) -> bytes:
    """The same sheet, without frames and widths."""
    book, out = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet()
    cells = [WriteOnlyCell(sheet) for _ in edition.columns]
    for cell in cells:
        cell.number_format, cell.quotePrefix = "@", True
    names = [column.name for column in edition.columns]
    for entry in edition.entries:
        for cell, name in zip(cells, names, strict=True):
            cell.value, cell.data_type = entry[name], "s"
        sheet.append(cells)
    book.save(out)
    return out.getvalue()


def in_python_docx(bulletin: Bulletin) -> None:
    """The table alone."""
    assert bulletin.table is not None
    document = Document()
    table = document.add_table(0, len(bulletin.table.titles))
    for texts in bulletin.table.rows:
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            cell.text = text
    document.save(io.BytesIO())


def formats(count: int) -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    """What writes each format, and its reference."""
    edition = draft(count).edition(PUBLISHED, "0" * 64)
    frame = pd.DataFrame(edition.entries)
    few = bulletin_of(draft(min(count, ROWS)).edition(PUBLISHED, "0" * 64), {})

    def parquet() -> object:
        return frame.to_parquet(io.BytesIO(), compression="zstd")

    return {
        "csv": (lambda: write_csv(edition), lambda: frame.to_csv(io.StringIO(), index=False)),
        "xlsx": (lambda: write_xlsx(edition), lambda: in_openpyxl(edition)),
        "jsonl": (lambda: write_jsonl(edition), lambda: frame.to_json(orient="records", lines=True, force_ascii=False)),
        "parquet": (lambda: write_parquet(edition), parquet),
        "html": (lambda: as_html(bulletin_of(edition, {}, longest=count)), lambda: frame.to_html(index=False)),
        "docx": (lambda: as_docx(few), lambda: in_python_docx(few)),
        "pdf": (lambda: as_pdf(few), lambda: in_python_docx(few)),
    }


def archived(count: int) -> tuple[Signer, KeyHistory, dict[str, bytes]]:
    """An archive that is signed off and signed, and the keys."""
    signer = Signer.new()
    history = EMPTY.add(signer.public, BUREAU, "bureau", MADE, signer)
    made = draft(count, history)
    paper = countersign(made, Act(BUREAU, "乙", PUBLISHED), "庆市监会〔2026〕1号", b"scan")
    return signer, history, archive_files(made, {file_name(BUREAU): paper}, PUBLISHED, signer, history)


def editions(count: int) -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    """Verifying the archive, and making the public edition anew, of which one entry in a hundred is gone."""
    signer, history, archive = archived(count)
    shown = {str(n) for n in range(1, count + 1) if n % 100}

    def hashed() -> object:
        return [hashlib.sha256(data).digest() for data in archive.values()]

    return {
        "verify": (lambda: verify_files(archive, history), hashed),
        "public": (lambda: public_edition(archive, shown, PUBLISHED, signer, history), lambda: verify_files(archive)),
    }


def pages(count: int, home: Path) -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    """The site of one list's one release."""
    signer, history, archive = archived(count)
    public = public_edition(archive, {str(n) for n in range(1, count + 1)}, PUBLISHED, signer, history)
    folder = home / "releases" / "public" / "serious_violation" / "2026Q3"
    folder.mkdir(parents=True)
    for name, data in public.items():
        (folder / name).write_bytes(data)
    head = json.loads(public["head.json"])
    said = {name: head[name] for name in ("list", "release", "number", "published_on", "root")}
    (folder.parent / "latest.json").write_bytes(canonical(said) + b"\n")
    (folder.parent.parent / "keys.jsonl").write_bytes(public["keys.jsonl"])
    out = home / "site"
    return {
        "pages": (
            lambda: build_site(home, out, PUBLISHED, lambda *_: None),
            lambda: shutil.copytree(out, home / "copy"),
        )
    }


def measured(part: str, count: int) -> dict[str, float]:
    """Seconds of the part and of its reference, peak memory in GB before the reference ran, and size in MB."""
    with tempfile.TemporaryDirectory() as folder:
        if part == "pages":
            work, reference = pages(count, Path(folder))[part]
        else:
            work, reference = (editions if part in ("verify", "public") else formats)(count)[part]
        begun = time.perf_counter()
        made = work()
        seconds = time.perf_counter() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        begun = time.perf_counter()
        reference()
        size = len(made) / 1e6 if isinstance(made, bytes) else 0.0
        return {"seconds": seconds, "reference": time.perf_counter() - begun, "peak": peak, "size": size}


def run(count: int, parts: list[str]) -> bool:
    """Measure and print; whether the claims hold."""
    table = Table(title=f"{count:,} entries")
    for name in ("part", "seconds", "times the reference", "peak GB", "size MB"):
        table.add_column(name, justify="right")
    found: dict[str, dict[str, float]] = {}
    for part in parts:
        command = [sys.executable, __file__, "--one", part, "--entries", str(count)]
        found[part] = told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        ratio = told["seconds"] / told["reference"]
        table.add_row(part, f"{told['seconds']:.2f}", f"{ratio:.2f}", f"{told['peak']:.2f}", f"{told['size']:.1f}")
    Console().print(table)
    times = {part: told["seconds"] for part, told in found.items()}
    if set(FORMATS) <= times.keys():
        times["all formats"] = sum(times[part] for part in FORMATS)
    good = all(told["peak"] <= MEMORY for told in found.values())
    print(f"peak {max(told['peak'] for told in found.values()):.2f} GB (claim {MEMORY} GB)")
    for part, goal in GOALS.items():
        if part in times:
            print(f"{part} {times[part]:.1f} s (claim {goal:.0f} s)")
            good = good and times[part] <= goal
    return good


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    every = [*FORMATS, "docx", "pdf", "verify", "public", "pages"]
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--only", choices=every, nargs="*", default=every)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measured(given.one, given.entries)))
        sys.exit(0)
    sys.exit(0 if run(given.entries, given.only) else 1)
