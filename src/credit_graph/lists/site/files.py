"""What the pages are called, and what each file of a release is."""

from __future__ import annotations

from credit_graph.lists.site.law import Pair
from credit_graph.text import Language

ROWS = 500  # of a table on one page
BASES: dict[Language, str] = {"zh": "", "en": "en/"}
# what a file of a public edition is, in the order in which a page shows them
FILES: dict[str, Pair] = {
    "bulletin.html": ("公告，可贴入网站", "bulletin (公告), to paste into a website"),
    "bulletin.pdf": ("公告", "bulletin (公告)"),
    "bulletin.docx": ("公告，可编辑", "bulletin (公告), to edit"),
    "entries.xlsx": ("条目表（Excel）", "entries, for Excel"),
    "entries.csv": ("条目表（CSV，可用 Excel 打开）", "entries, opens in Excel"),
    "entries.jsonl": ("条目（供程序读取）", "entries, for programs"),
    "entries.parquet": ("条目（供分析）", "entries, for analysis"),
    "delta.jsonl": ("与上一期的差异", "changes since the release before"),
    "leaves.txt": ("每一条目的哈希", "the hash of each entry"),
    "head.json": ("签名首部", "the signed head"),
    "head.sig": ("首部的签名", "signature of the head"),
    "index.json": ("文件清单与统计", "all files, counts"),
    "index.sig": ("清单的签名", "signature of the index"),
    "keys.jsonl": ("公钥及其沿革", "public keys and their history"),
}


def entry_page(list_name: str, key: str) -> str:
    """Of a firm; by the last two characters of its key into folders, since a folder of 100,000 files is slow to use."""
    return f"entries/{list_name}/{key[-2:]}/{key}.html"


def list_page(list_name: str, number: int = 1) -> str:
    """Of a list; the first page tells about it."""
    return f"lists/{list_name}/{'index' if number == 1 else f'page-{number}'}.html"


def release_page(list_name: str, release: str) -> str:
    """Of a release."""
    return f"releases/{list_name}/{release}.html"


def data_folder(list_name: str, release: str) -> str:
    """Where the files of a release lie."""
    return f"data/{list_name}/{release}/"


def in_order(names: set[str]) -> list[str]:
    """The names as a page shows them; unknown ones last."""
    known = list(FILES)
    return sorted(names, key=lambda name: (known.index(name) if name in FILES else len(known), name))
