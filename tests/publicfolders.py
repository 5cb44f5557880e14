"""Public editions of releases made by hand, byte for byte as the contract of lists/editions has them, but unsigned."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from credit_graph.lists.editions.edition import Column, Entry, canonical, leaf, sha256
from credit_graph.lists.editions.merkle import root

MARK = "测试数据，不得公开"
BUREAU = "庆原市市场监督管理局"
COLUMNS = (
    Column("number", "序号", "No."),
    Column("name", "企业名称", "name"),
    Column("credit_code", "统一社会信用代码", "credit code"),
    Column("registration_number", "注册号", "registration number"),
    Column("listed_on", "列入日期", "listed on"),
    Column("listed_by", "作出决定机关（列入）", "listed by"),
    Column("ground", "列入情形", "ground"),
    Column("document", "依据文件文号", "document"),
    Column("basis", "列入依据", "basis"),
    Column("last_day", "列入期限至", "last day"),
    Column("mark", "标记", "mark"),
    Column("salt", "校验盐值", "salt"),
)
GROUND = "食品安全领域违法行为"
BASIS = "《市场监督管理严重违法失信名单管理办法》（国家市场监督管理总局令第44号）第五条"
TITLES = {
    "serious_violation": ("严重违法失信名单", "List of serious violations and dishonesty"),
    "red_list": ("红名单（诚信红榜）", "Red list of the trustworthy"),
    "abnormal_operation": ("经营异常名录", "List of abnormal operation"),
}


def entry(name: str | None, code: str | None, **said: str | None) -> dict[str, str | None]:
    """An entry without its number; its salt follows from name and code."""
    plain: dict[str, str | None] = {
        "name": name,
        "credit_code": code,
        "registration_number": None,
        "listed_on": "2026-03-20",
        "listed_by": BUREAU,
        "ground": GROUND,
        "document": "国家市场监督管理总局令第44号",
        "basis": BASIS,
        "last_day": "2029-03-20",
        "mark": MARK,
        "salt": sha256(f"{name}{code}{sorted(said.items())}".encode()),
    }
    return {**plain, **said}


@dataclass
class Made:
    """A release: all its entries when published; ``gone``: numbers that are not shown any more."""

    release: str
    entries: Sequence[Mapping[str, str | None]]
    number: int = 1
    published_on: str = "2026-10-12"
    list_name: str = "serious_violation"
    gone: set[int] = field(default_factory=set)
    delta: Sequence[Mapping[str, Any]] = ()
    predecessor: str | None = None
    others: Mapping[str, bytes] = field(default_factory=dict)
    mark: str | None = MARK

    def numbered(self) -> list[Entry]:
        """Its entries with their numbers."""
        return [{"number": str(n), **said} for n, said in enumerate(self.entries, start=1)]

    def leaves(self) -> list[bytes]:
        """Of all its entries."""
        return [leaf(said, COLUMNS) for said in self.numbered()]

    def files(self, day: date) -> dict[str, bytes]:
        """The public folder as the view of the day."""
        leaves = self.leaves()
        shown = [said for said in self.numbered() if int(said["number"] or 0) not in self.gone]
        head = {"list": self.list_name, "release": self.release, "number": self.number}
        head |= {
            "published_on": self.published_on,
            "size": len(leaves),
            "root": root(leaves).hex(),
            "predecessor": self.predecessor,
        }
        head["predecessor_root"] = "0" * 64 if self.predecessor else None
        files = {"head.json": canonical(head) + b"\n", "head.sig": b'{"key":"k"}\n', "keys.jsonl": b'{"key":"k"}\n'}
        files["leaves.txt"] = "".join(f"{found.hex()}\n" for found in leaves).encode()
        files["entries.jsonl"] = b"".join(canonical(dict(said)) + b"\n" for said in shown)
        files["delta.jsonl"] = b"".join(canonical(dict(line)) + b"\n" for line in self.delta)
        files |= self.others
        zh, en = TITLES[self.list_name]
        index: dict[str, Any] = {"format": 1, "edition": "public", "list": self.list_name, "release": self.release}
        index |= {"period": self.release[:6], "day": day.isoformat(), "titles": {"zh": zh, "en": en}, "mark": self.mark}
        index |= {"notice_number": f"庆市监公〔2026〕{self.number}号", "documents": []}
        index["counts"] = {"entries": len(shown), "removed": len(self.gone)}
        index["columns"] = [{"name": column.name, "zh": column.zh, "en": column.en} for column in COLUMNS]
        index["head"] = sha256(files["head.json"])
        index["files"] = {name: {"size": len(data), "sha256": sha256(data)} for name, data in files.items()}
        return {**files, "index.json": canonical(index) + b"\n", "index.sig": b'{"key":"k"}\n'}


def put(home: Path, day: date, *releases: Made) -> None:
    """Write the public editions; of each list the last one is the latest."""
    public = home / "releases" / "public"
    for made in releases:
        folder = public / made.list_name / made.release
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in made.files(day).items():
            (folder / name).write_bytes(data)
        latest = {"list": made.list_name, "release": made.release, "number": made.number}
        latest |= {"published_on": made.published_on, "root": root(made.leaves()).hex()}
        (public / made.list_name / "latest.json").write_text(json.dumps(latest), encoding="utf-8")
    (public / "keys.jsonl").write_bytes(b'{"key":"k"}\n')
