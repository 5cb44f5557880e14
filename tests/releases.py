"""Drafts of releases made by hand, for tests of what is made from them; invented firms."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from credit_graph.jobs import release_draft
from credit_graph.jobs.release_draft import Built
from credit_graph.lists.editions.delta import as_lines, delta
from credit_graph.lists.editions.draft import Draft, columns_of, entry_lines, numbered, record_id
from credit_graph.lists.editions.edition import Entry, canonical, sha256
from credit_graph.model.time import Point
from credit_graph.store import Store

TITLES = {
    "name": ("企业名称", "name"),
    "credit_code": ("统一社会信用代码", "credit code"),
    "listed_on": ("列入日期", "listed on"),
    "listed_by": ("作出决定机关（列入）", "listed by"),
}
BUREAU = "庆原市市场监督管理局"


class PlainSigner:
    """Signs by a hash, where it doesn't matter who signs."""

    def sign(self, kind: str, data: bytes, day: date) -> bytes:
        """Canonical as a real one."""
        return canonical({"key": "0" * 16, "signature": sha256(data + kind.encode()), "signed_on": str(day)}) + b"\n"


class PlainKeys:
    """A key history with nothing in it."""

    def as_bytes(self) -> bytes:
        """Its bytes."""
        return b"{}\n"


def entry(number: int, **changes: str | None) -> dict[str, str | None]:
    """An entry of an invented firm, salted by its number (a real one's salt is drawn)."""
    said: dict[str, str | None] = {
        "name": f"庆原第{number}食品有限公司",
        "credit_code": f"91621002MA0000{number:04d}",
        "listed_on": "2025-03-01",
        "listed_by": BUREAU,
        "ground": "破坏公平竞争秩序和扰乱市场秩序的违法行为",
        "document": "国家市场监督管理总局令第44号",
        "basis": "《市场监督管理严重违法失信名单管理办法》（国家市场监督管理总局令第44号）第九条",
        "last_day": "2028-03-01",
        "mark": "测试数据，不得公开",
        "salt": hashlib.sha256(f"salt{number}".encode()).hexdigest(),
        "sid": f"{number:032x}",
        "record": record_id("seriouslisting", f"k{number}"),
    }
    return said | changes


def draft(entries: Sequence[Entry], former: Draft | None = None, period: str = "2026Q3", **changes: Any) -> Draft:
    """A draft with these entries, after another."""
    found = numbered(entries)
    columns = columns_of(TITLES, marked=True)
    lines = delta(former.entries if former else [], found, {})
    files = {"entries.jsonl": entry_lines(found), "delta.jsonl": as_lines(lines), "refused.csv": "\ufeff".encode()}
    said: dict[str, Any] = {
        "format": 1,
        "list": "serious_violation",
        "release": period,
        "number": former.said["number"] + 1 if former else 1,
        "period": period,
        "titles": {"zh": "严重违法失信名单", "en": "List of serious violations and dishonesty"},
        "mark": "测试数据，不得公开",
        "bureau": BUREAU,
        "notice_number": "庆市监公〔2026〕1号",
        "documents": [{"title": "市场监督管理严重违法失信名单管理办法", "number": "国家市场监督管理总局令第44号"}],
        "counts": {"entries": len(found), "refused": 0, "removed": 0, "held": 0},
        "seq": 1,
        "valid": "2026-09-30",
        "use": "2026-10-08",
        "maker": "王经办",
        "program": "test",
        "policy": {"row": "order_44", "sha256": "0" * 64},
        "definitions": [],
        "refused_by_reason": {},
        "held_by_reason": {},
        "for_review": [],
        "unchecked": [],
        "issuers": [BUREAU],
        "predecessor": {"release": former.release, "root": "1" * 64} if former else None,
        "columns": [
            {"name": column.name, "zh": column.zh, "en": column.en, "internal": column.internal} for column in columns
        ],
    }
    return sealed(said | changes, files)


def sealed(said: Mapping[str, Any], files: Mapping[str, bytes]) -> Draft:
    """The draft whose ``draft.json`` says this and has the files' hashes."""
    listed = {name: {"size": len(data), "sha256": sha256(data)} for name, data in files.items()}
    return Draft.read({**files, "draft.json": canonical({**said, "files": listed}) + b"\n"})


def period_of(day: date) -> str:
    """The quarter of a day."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def build(store: Store, list_name: str, point: Point, out: Path, **asked: Any) -> Built:
    """A draft of the quarter of the valid day, made by somebody who is no department."""
    return release_draft.build(store, list_name, period_of(point.valid), point, out, **{"maker": "王经办"} | asked)


def entries_of(folder: Path) -> list[dict[str, str | None]]:
    """The entries that lie in a folder."""
    return [json.loads(line) for line in (folder / "entries.jsonl").read_bytes().splitlines()]
