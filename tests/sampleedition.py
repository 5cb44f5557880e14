"""An edition of a release made by hand: invented firms of the demo's city."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from credit_graph.lists.editions.edition import Column, Edition, Entry, Head, leaf, sha256
from credit_graph.lists.editions.merkle import root

MARK = "测试数据，不得公开"
COLUMNS = (
    Column("number", "序号", "No."),
    Column("name", "企业名称", "name"),
    Column("credit_code", "统一社会信用代码", "credit code"),
    Column("registration_number", "注册号", "registration number"),
    Column("listed_on", "列入日期", "listed on"),
    Column("listed_by", "作出决定机关（列入）", "listed by"),
    Column("ground", "列入情形", "ground"),
    Column("document", "依据文件", "document"),
    Column("basis", "列入依据", "basis"),
    Column("last_day", "列入期限至", "last day"),
    Column("mark", "标记", "mark"),
    Column("salt", "随机值", "salt"),
    Column("sid", "来源记录", "statement", internal=True),
    Column("record", "记录标识", "record", internal=True),
)
DOCUMENTS = (("市场监督管理严重违法失信名单管理办法", "国家市场监督管理总局令第44号"),)


def entries(count: int) -> list[dict[str, str | None]]:
    """Every ninth firm has a number of the register instead of a credit code."""
    made: list[dict[str, str | None]] = []
    for n in range(1, count + 1):
        old = n % 9 == 0
        made.append(
            {
                "number": str(n),
                "name": f"庆原市第{n}号食品有限公司",
                "credit_code": None if old else f"91621002MA{n:07d}X",
                "registration_number": f"62100200{n:07d}" if old else None,
                "listed_on": f"2026-0{n % 9 + 1}-15",
                "listed_by": "庆原市西原区市场监督管理局" if n % 3 else "庆原市市场监督管理局",
                "ground": "食品安全领域违法行为" if n % 2 else "有履行能力但拒不履行、逃避执行行政决定",
                "document": "国家市场监督管理总局令第44号",
                "basis": f"《市场监督管理严重违法失信名单管理办法》第{'五' if n % 2 else '十一'}条",
                "last_day": f"2029-0{n % 9 + 1}-15",
                "mark": MARK,
                "salt": sha256(f"salt {n}".encode()),
                "sid": f"s-{n}",
                "record": sha256(f"record {n}".encode())[:32],
            }
        )
    return made


def edition(of: Sequence[Entry], columns: tuple[Column, ...] = COLUMNS, mark: str | None = MARK) -> Edition:
    """The archive edition of these entries."""
    top = root([leaf(entry, columns) for entry in of]).hex()
    return Edition(
        head=Head("serious_violation", "2026Q3", 1, "2026-10-09", len(of), top),
        period="2026Q3",
        titles=("严重违法失信名单", "List of serious violations and dishonesty"),
        bureau="庆原市市场监督管理局",
        valid=date(2026, 9, 30),
        documents=DOCUMENTS,
        notice_number="庆市监公告〔2026〕3号",
        columns=columns,
        entries=of,
        mark=mark,
    )
