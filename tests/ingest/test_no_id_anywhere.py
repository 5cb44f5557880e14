"""No citizen ID of a loaded file is found as bytes in the graph, its files, a backup, or anything printed."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from city import citizen_id, credit_code
from commandline import CommandLine
from credit_graph import settings as settings_module
from credit_graph.ingest.definitions import definitions
from credit_graph.model.definition import Definition
from credit_graph.model.identifiers import is_registration_number
from credit_graph.model.kinds import FieldType
from credit_graph.settings import Settings
from credit_graph.store import Store, admin
from sourcefiles import put, workbook, zipped

T = FieldType
KNOWN = definitions()
WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
NARROW = {value: key for key, value in WIDE.items()}
PLAIN = {
    T.NAME: "宁波测试贸易有限公司", T.PERSON_NAME: "王某", T.ADDRESS: "明州路1号", T.DAY: "2020-01-02", T.YEAR: "2020",
    T.AMOUNT: "1000000", T.REGION: "330206001", T.PHONE: "057486781234", T.NUMBER_TEXT: "甲1号", T.TEXT: "文字",
    T.DOCUMENT_NUMBER: "甬罚〔2024〕1号", T.MONTH: "2026-05",
}  # fmt: skip
# how a number is written: as it is, in text, in 15 digits, in wide digits, cut by spaces, with an apostrophe
FORMS = (
    "{0}", "当事人（{0}）称", "{1}", "{2}", "{3}", "'{0}", "身份证{1}号", "住所：{3}", "{0}.0", "电话138 {0}",
)  # fmt: skip


def numbers() -> Iterator[str]:
    """Invented citizen IDs; none of them is a registration number in its 15-digit form, which would be exempt."""
    for year in range(1930, 2000):
        for serial in range(1000):
            number = citizen_id(f"{year}0817", serial)
            if not is_registration_number(short(number)):
                yield number


def short(number: str) -> str:
    return number[:6] + number[8:17]


def written(form: str, number: str) -> str:
    spaced = f"{number[:6]} {number[6:14]} {number[14:]}"
    return form.format(number, short(number), number.translate(WIDE), spaced)


def table_of(definition: Definition, fresh: Iterator[str], planted: set[str]) -> list[list[str]]:
    """A table with one number in every column of some row, in every form, header and surplus cells included."""
    fields = list(definition.columns)
    base = {name: _plain(definition, name) for name in fields}
    rows = []
    for place in range(len(fields) * len(FORMS)):
        number = next(fresh)
        planted.add(number)
        row = base | {name: f"甲{place}号" for name in definition.key if name in base and _is_text(definition, name)}
        if "credit_code" in base:
            row["credit_code"] = credit_code(place)
        row[fields[place % len(fields)]] = written(FORMS[place // len(fields)], number)
        rows.append(list(row.values()))
    extra = [next(fresh) for _ in range(3)]
    planted.update(extra)
    header = [definition.columns[name].names[0] for name in fields]
    rows.append([*rows[-1], extra[1]])  # more cells than the header
    title = [f"制表：{extra[2]}"]
    return [title, [*header, f"列{extra[0]}"], *([*row, ""] if len(row) == len(header) else row for row in rows)]


def _is_text(definition: Definition, name: str) -> bool:
    return definition.type_of(name) in {T.TEXT, T.NUMBER_TEXT, T.DOCUMENT_NUMBER}


def _plain(definition: Definition, name: str) -> str:
    column = definition.columns[name]
    if column.values:
        return next(iter(column.values))
    return PLAIN.get(definition.type_of(name), "")


def csv_of(table: list[list[str]], encoding: str = "utf-8") -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows(table)
    return stream.getvalue().encode(encoding)


def plant(folder: Path) -> set[str]:
    """Files of every source and format full of invented IDs, in the names of files, members and sheets too."""
    fresh = numbers()
    planted: set[str] = set()
    for source, definition in KNOWN.items():
        number = next(fresh)
        planted.add(number)
        table = table_of(definition, fresh, planted)
        even = [row[: len(table[1])] for row in table[1:]]
        where = folder / number / f"{number}_{source}"
        match source:
            case "penalty_double_publicity":
                put(where.with_suffix(".xlsx"), workbook(**{number: table}))
            case "legal_representative":
                put(where.with_suffix(".zip"), zipped({f"{number}/{number}.csv": csv_of(table, "gb18030")}))
            case "abnormal_listing":
                rows = [dict(zip(even[0], row, strict=False)) for row in even[1:]]
                put(where.with_suffix(".json"), json.dumps({number: rows}, ensure_ascii=False).encode())
            case "subscribed_contribution":
                full = [row + [""] * (len(even[0]) - len(row)) for row in even[1:]]
                columns: Any = {name: [row[i].encode() for row in full] for i, name in enumerate(even[0])}
                where.parent.mkdir()
                pq.write_table(pa.table(columns), where.with_suffix(".parquet"))
            case _:
                put(where.with_suffix(".csv"), csv_of(table))
    return planted


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """All bytes below a folder; what Parquet files compress also as text."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()
            yield "name", str(path.relative_to(folder)).encode()
        if path.suffix == ".parquet":
            yield path.name, json.dumps(pq.read_table(path).to_pylist(), ensure_ascii=False, default=repr).encode()


def found(data: bytes, planted: set[str]) -> set[str]:
    """Planted numbers in bytes: in single- and double-byte text, in wide digits, cut by spaces, in either form."""
    wanted = planted | {short(number) for number in planted}
    dense = data.replace(b"\0", b"")
    runs = [hit.group().decode() for hit in re.finditer(rb"[0-9][0-9 ]{13,19}[0-9Xx]", dense)]
    wide = re.finditer(rb"(?:\xef\xbc[\x90-\x99]){14,18}(?:\xef\xbc[\x90-\x99\xb8])", data)
    runs += [hit.group().decode().translate(NARROW) for hit in wide]
    hits = set()
    for text in {run.replace(" ", "").upper() for run in runs}:
        for size in (15, 18):
            hits |= {text[i : i + size] for i in range(len(text) - size + 1)} & wanted
    return hits


@pytest.fixture
def printed(own: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[CommandLine]:
    settings_module.settings.cache_clear()
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-11-23")
    yield CommandLine(monkeypatch, capfd)
    settings_module.settings.cache_clear()


def load_and_ask(printed: CommandLine, incoming: Path, planted: set[str]) -> None:
    reports = json.loads(printed.run("load", "--as-of", "2026-01-01", "--json", str(incoming))[0])["batches"]
    assert {report["source"] for report in reports} == set(KNOWN)
    # their subject may be a person, a name or a document's number too, so that no bad number spoils a row
    lenient = {
        "court_defaulter",
        "penalty_case",
        "penalty_decision",
        "penalty_double_publicity",
        "sanction",
        "tax_arrears",
    }
    assert [r for r in reports if r["new"] <= 20 or (r["quarantined"] <= 5 and r["source"] not in lenient)] == []
    first = min(planted)
    printed.run("check", str(incoming / first))
    printed.run("load", str(incoming / f"没有{first}.csv"), status=3)
    strange = put(incoming.parent / f"表{first}.csv", f"列{max(planted)},乙\n1,2\n".encode())
    printed.run("load", str(strange), status=3)
    printed.run("--lang", "en", "load", "--source", "registration", str(strange), status=3)
    for row in json.loads(printed.run("quarantine", "list", "--json")[0])[:40:10]:
        printed.run("quarantine", "show", row["id"])
    printed.run("faults")
    printed.run("batch", "list")
    printed.run("trace", credit_code(0))


def test_planted_numbers_are_nowhere(own: Settings, printed: CommandLine, tmp_path: Path) -> None:
    planted = plant(tmp_path / "incoming")
    first = min(planted)
    load_and_ask(printed, tmp_path / "incoming", planted)
    with Store.open(own) as store:
        admin.backup(store, tmp_path / "backup")
    admin.stop(own)

    code = credit_code(1).encode()
    kept = [*contents(own.home), *contents(tmp_path / "backup")]
    holders = {name for name, data in kept if code in data}  # the search does find what is there
    for place in ("Registration.*bucket", r"Record.Registration.jsonl", r"0{5}\d-.*parquet"):
        assert any(re.search(place, name) for name in holders), place
    assert found(" ".join(written(form, first) for form in FORMS).encode(), planted) == {first, short(first)}
    assert {name: hits for name, data in kept if (hits := found(data, planted))} == {}
    assert credit_code(0) in printed.text
    assert found(printed.text.encode(), planted) == set()
