"""A file of rows to be screened (批量核查), CSV, workbook or whatever else is a table: read; answered, written.

Every row of the file is in the answer, in order, with all its cells. What was answered before an interruption is kept
beside the answer until that is whole, and not asked again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from credit_graph import __version__
from credit_graph.errors import InputError, UsageError
from credit_graph.ingest.files import SourceFile, expand, fingerprint, shown
from credit_graph.ingest.screening import screen_text
from credit_graph.ingest.tables import RawTable, tables
from credit_graph.jobs.sheets import Sheet, new_file, write_csv, write_workbook
from credit_graph.links.screen import Asked
from credit_graph.model.headers import normal_header
from credit_graph.store.files import private_folder, write_whole
from credit_graph.text import t

# how a column may be called
_COLUMNS = {
    "code": "统一社会信用代码 社会信用代码 信用代码 统一代码 代码 统一社会信用代码/注册号 注册号 组织机构代码 "
    "code creditcode credit_code",
    "name": "名称 企业名称 单位名称 公司名称 主体名称 经营主体名称 市场主体名称 商户名称 字号名称 机构名称 "
    "申请人名称 供应商名称 纳税人名称 企业 单位 name company",
    "representative": "法定代表人 法定代表人姓名 法人 法人代表 法定代表人（负责人） 负责人 经营者 经营者姓名 "
    "representative legalrepresentative legal_representative",
    "district": "行政区划 行政区划代码 区划 区划代码 县区 区县 所在区县 所属区县 district",
    "mode": "方式 核查方式 mode",
}
_NAMES = {field: {normal_header(title) for title in titles.split()} for field, titles in _COLUMNS.items()}
_EXACT = ("精确", "精确匹配", "exact")
_HEADER_WITHIN = 20  # rows: titles and notes may stand above it
CHUNK = 5000  # rows answered, and kept, at a time
_MOST_ROWS = 1_048_000  # of a sheet of a workbook

Row = list[str]
Work = Callable[[Sequence[Asked]], list[Row]]
Report = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the file: what stands above its header, the header, its rows, and where the known columns are."""

    name: str
    above: list[str]
    header: Row
    rows: list[Row]
    places: dict[str, int]

    def asked(self, row: Row) -> Asked:
        """What the row asks."""
        said = {field: row[place].strip() if place < len(row) else "" for field, place in self.places.items()}
        exact = said.pop("mode", "").lower() in _EXACT
        return Asked(**said, exact=exact)


@dataclass(frozen=True, slots=True)
class Read:
    """The file's tables, and the hash of its bytes."""

    tables: list[Table]
    sha256: str

    @property
    def count(self) -> int:
        """How many rows there are."""
        return sum(len(table.rows) for table in self.tables)


def check_out(out: Path) -> None:
    """Raises, before the work begins, ``UsageError`` for a name that is neither .xlsx nor .csv, ``StateError``: exists,
    cannot_write."""
    if out.suffix.lower() not in (".xlsx", ".csv"):
        raise UsageError("usage.bad_value", option="--out", value=shown(str(out)), why="FILE.xlsx, FILE.csv")
    with new_file(out):
        pass
    out.unlink()


def read(path: Path) -> Read:
    """The tables of a file that have a column of codes or names, every cell screened.

    Raises ``InputError``: ``input.columns`` where no table has one, and what reading a table raises.
    """
    found: list[Table] = []
    digest = hashlib.sha256()
    for file in expand([path]):
        digest.update(fingerprint(file).encode())
        found += [table for raw in tables(file) if (table := _table(file, raw))]
    if not found:
        raise InputError("input.columns", path=shown(str(path)), columns="统一社会信用代码 / 企业名称")
    return Read(found, digest.hexdigest())


def _table(file: SourceFile, raw: RawTable) -> Table | None:
    above: list[str] = []
    rows = iter(raw.rows())
    for cells in rows:
        places = _places(cells)
        if "code" in places or "name" in places:
            header = [screen_text(cell) for cell in cells]
            body = [_screened(row, places.get("code")) for row in rows]
            while body and not any(body[-1]):
                body.pop()
            return Table(screen_text(raw.sheet) or file.path.stem, above, header, body, places)
        above.append(screen_text("  ".join(cell for cell in cells if cell.strip())))
        if len(above) == _HEADER_WITHIN:
            return None
    return None


def _screened(row: Sequence[str], code: int | None) -> Row:
    return [screen_text(cell, registration=place == code) if cell else "" for place, cell in enumerate(row)]


def _places(header: Sequence[str]) -> dict[str, int]:
    titles = [normal_header(cell) for cell in header]
    return {
        field: place
        for field, names in _NAMES.items()
        if (place := next((at for at, title in enumerate(titles) if title in names), None)) is not None
    }


def answered(
    asked: Read, out: Path | None, rests_on: Sequence[str], work: Work, report: Report
) -> Iterator[tuple[Table, list[Row]]]:
    """The rows of each table with the cells that ``work`` answers, some at a time.

    ``rests_on``: names all that the answers follow from beside the rows; what was kept beside ``out`` for the very same
    is not asked again.
    """
    total, done = asked.count, 0
    kept = _Kept(out, [asked.sha256, __version__, *rests_on]) if out is not None and total > CHUNK else None
    for number, table in enumerate(asked.tables):
        cells: list[Row] = []
        for start in range(0, len(table.rows), CHUNK):
            name = f"{number}-{start}"
            found = kept.read(name) if kept else None
            if found is None:
                found = work([table.asked(row) for row in table.rows[start : start + CHUNK]])
                if kept:
                    kept.write(name, found)
            cells += found
            done += len(found)
            report(t("核查", "rows"), done, total)
        yield table, cells


def finished(out: Path) -> None:
    """Forget what was kept while the answer was made."""
    shutil.rmtree(_beside(out), ignore_errors=True)


def _beside(out: Path) -> Path:
    return out.with_name(f"{out.name}.part")


class _Kept:
    """Answers of an unfinished run, by part; those of another question are removed."""

    def __init__(self, out: Path, rests_on: Sequence[str]) -> None:
        self._folder = _beside(out)
        name = hashlib.sha256(json.dumps(list(rests_on)).encode()).hexdigest()
        mark = self._folder / "of"
        with suppress(OSError, UnicodeDecodeError):
            if mark.read_text(encoding="utf-8") == name:
                return
        shutil.rmtree(self._folder, ignore_errors=True)
        private_folder(self._folder)
        write_whole(mark, name.encode())

    def read(self, name: str) -> list[Row] | None:
        try:
            found: list[Row] = json.loads((self._folder / f"{name}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return found

    def write(self, name: str, rows: list[Row]) -> None:
        write_whole(self._folder / f"{name}.json", json.dumps(rows, ensure_ascii=False).encode())


def write(out: Path, answers: Sequence[tuple[Table, list[Row]]], header: Row) -> None:
    """A new file: each row with its answer behind it. Raises ``StateError``: exists, cannot_write; ``UsageError`` where
    the format does not hold all."""
    csv = out.suffix.lower() == ".csv"
    longest = max(len(table.rows) for table, _ in answers)
    why = None
    if csv and len(answers) > 1:
        why = t("有多个工作表，请用 .xlsx", "there are several sheets: use .xlsx")
    if not csv and longest > _MOST_ROWS:
        why = t(f"有 {longest} 行，请用 .csv", f"there are {longest} rows: use .csv")
    if why:
        raise UsageError("usage.bad_value", option="--out", value=shown(str(out)), why=why)
    if csv:
        ((table, cells),) = answers
        width = _width(table)
        write_csv(out, [_wide(table.header, width) + header, *_joined(table, cells, width)])
        return
    sheets = []
    for table, cells in answers:
        width = _width(table)
        widths = [18] * width + [10, 8, 36, 22, 32, 12, 12, 24, 60]
        rows = _joined(table, cells, width)
        sheets.append(Sheet(table.name, _wide(table.header, width) + header, widths, rows, table.above))
    write_workbook(out, sheets)


def _width(table: Table) -> int:
    return max(len(table.header), max(map(len, table.rows), default=0))


def _wide(row: Row, width: int) -> Row:
    return row + [""] * (width - len(row))


def _joined(table: Table, cells: list[Row], width: int) -> list[Row]:
    return [_wide(row, width) + answer for row, answer in zip(table.rows, cells, strict=True)]
