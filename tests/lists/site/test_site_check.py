"""``site check``: what is overdue on a copy elsewhere, be it a whole site, one page, or one table."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from commandline import CommandLine
from credit_graph.errors import CreditGraphError
from credit_graph.jobs.site import build_site
from credit_graph.jobs.site_check import check_copy
from credit_graph.lists.editions.bulletin_html import as_html
from credit_graph.lists.editions.bulletin_text import bulletin_of
from credit_graph.lists.editions.edition import Edition, Head
from credit_graph.lists.editions.merkle import root
from credit_graph.lists.editions.tables import table_files
from publicfolders import BUREAU, COLUMNS, TITLES, Made, entry, put

DAY, LATER = date(2026, 12, 1), date(2026, 12, 2)
A, B, C = (f"91621002MA0000000{letter}" for letter in "ABC")
FIRST, SECOND, ENDING = entry("甲公司", A), entry("乙公司", B), entry("丙公司", C, last_day="2026-12-01")
LIST = "serious_violation"


def tables(made: Made) -> dict[str, bytes]:
    """The entries of a release in all formats, and its bulletin as a page."""
    head = Head(LIST, made.release, made.number, made.published_on, len(made.entries), root(made.leaves()).hex())
    shown = [said for said in made.numbered() if int(said["number"] or 0) not in made.gone]
    documents = (("市场监督管理严重违法失信名单管理办法", "国家市场监督管理总局令第44号"),)
    edition = Edition(head, made.release, TITLES[LIST], BUREAU, DAY, documents, "1", COLUMNS, shown)
    files = {name: data for name, data in table_files(edition).items() if name != "entries.jsonl"}
    return {**files, "bulletin.html": as_html(bulletin_of(edition, files))}


def first(gone: set[int]) -> Made:
    made = Made("2026Q3", [FIRST, SECOND, ENDING], gone=gone)
    made.others = tables(made)
    return made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """One release, built into ``out`` on the first day."""
    put(tmp_path / "home", DAY, first(set()))
    build_site(tmp_path / "home", tmp_path / "out", DAY, lambda what, done, total: None)
    return tmp_path / "home"


def said(home: Path, place: Path, day: date = LATER) -> tuple[set[tuple[str, str, int | str | None]], dict[str, Any]]:
    found = check_copy(home, place, day)
    return {(item.file, item.why, item.number or item.key) for item in found.overdue}, dict(found.older)


def test_a_fresh_site_has_nothing_overdue(home: Path, tmp_path: Path) -> None:
    found = check_copy(home, tmp_path / "out", DAY)
    assert (found.good, found.overdue, found.older, found.days) == (True, (), {}, (DAY, DAY))
    pages = 2 * (3 + 1 + 1 + 3)
    assert found.files == pages + 6 + 1  # four tables, bulletin and index of one release; the search index


def test_what_was_taken_down_is_found_on_every_page_and_table(home: Path, tmp_path: Path) -> None:
    put(home, LATER, first({1}))
    gone, ended = "gone", "ended"
    pages = [f"{base}{path}" for base in ("", "en/") for path in (f"lists/{LIST}/index.html",)]
    files = [f"data/{LIST}/2026Q3/entries.{kind}" for kind in ("csv", "xlsx", "jsonl", "parquet")]
    expected: set[tuple[str, str, int | str | None]] = {(name, gone, 1) for name in [*pages, *files]}
    expected |= {(name, ended, 3) for name in [*pages, *files]}
    expected |= {(f"{base}entries/{LIST}/0A/{A}.html", gone, 1) for base in ("", "en/")}
    expected |= {(f"{base}entries/{LIST}/0C/{C}.html", ended, 3) for base in ("", "en/")}
    expected |= {("search-index.js", gone, A), (f"data/{LIST}/2026Q3/bulletin.html", gone, A)}
    assert said(home, tmp_path / "out") == (expected, {})


def test_a_single_file_is_judged_by_itself(home: Path, tmp_path: Path) -> None:
    second = Made("2026Q4", [SECOND, entry("丁公司", "91621002MA0000000D")], number=2, predecessor="2026Q3")
    put(home, LATER, first({1, 3}), second)
    older = {LIST: ("2026Q3", "2026Q4")}
    for kind in ("csv", "xlsx", "jsonl", "parquet"):
        copy = tmp_path / f"名单.{kind}"
        shutil.copy(tmp_path / "out" / "data" / LIST / "2026Q3" / f"entries.{kind}", copy)
        assert said(home, copy)[0] == {(copy.name, "gone", 1), (copy.name, "gone", 3)}
    page = tmp_path / "saved.htm"
    bulletin = (tmp_path / "out" / "data" / LIST / "2026Q3" / "bulletin.html").read_text(encoding="utf-8")
    pasted = bulletin.partition("<main>")[2].partition("</main>")[0].replace("<td", '<td style="x"')
    page.write_text(f"<html><body><div>{pasted}</div></body></html>", encoding="utf-8")
    assert said(home, page) == ({(page.name, "gone", A), (page.name, "gone", C)}, older)
    shutil.copy(tmp_path / "out" / "releases" / LIST / "2026Q3.html", page)
    assert said(home, page) == (set(), older)
    shutil.copy(tmp_path / "out" / "entries" / LIST / "0B" / f"{B}.html", page)
    assert said(home, page) == (set(), older)  # it still stands, but the page is of the release before
    shutil.copy(tmp_path / "out" / "index.html", page)
    assert said(home, page) == (set(), older)
    altered = (
        (tmp_path / "out" / "data" / LIST / "2026Q3" / "entries.csv").read_text("utf-8").replace("乙公司", "戊公司")
    )
    (tmp_path / "x.csv").write_text(altered, encoding="utf-8", newline="")
    assert said(home, tmp_path / "x.csv")[0] == {("x.csv", "gone", 1), ("x.csv", "gone", 3), ("x.csv", "unknown", None)}


def test_what_is_not_ours_is_passed_over_or_told(home: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    names = {
        "a.html": b"<html></html>",
        "b.csv": b"x,y\r\n1,2\r\n",
        "c.xlsx": b"PK",
        "d.json": b"[1]",
        "e.jsonl": b"1\n",
    }
    for name, data in {
        **names,
        "f.js": b"alert()",
        "g.parquet": b"PAR1",
        "h.htm": b'<meta name="credit-graph" content="x"',
    }.items():
        (other / name).write_bytes(data)
    for place, code in (
        (other, "input.no_copy"),
        (other / "c.xlsx", "input.no_copy"),
        (tmp_path / "no", "input.not_found"),
    ):
        with pytest.raises(CreditGraphError) as error:
            check_copy(home, place, DAY)
        assert error.value.code == code
    shutil.copy(tmp_path / "out" / "index.html", other / "i.html")
    assert check_copy(home, other, DAY).files == 1


def test_the_commands(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CREDIT_GRAPH_HOME", str(home))
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-12-01")
    command = CommandLine(monkeypatch, capfd)
    out, _ = command.run("site", "build", str(tmp_path / "built"), "--json")
    expected = {"out": str(tmp_path / "built"), "day": "2026-12-01", "pages": 16, "entries": {LIST: 3}, "left_out": []}
    assert json.loads(out) == expected
    assert "没有应当撤下的内容。" in command.run("site", "check", str(tmp_path / "built"))[0]
    put(home, LATER, first({1, 3}))
    monkeypatch.setenv("CREDIT_GRAPH_TODAY", "2026-12-02")
    page = str(tmp_path / "built" / "entries" / LIST / "0A" / f"{A}.html")
    out, _ = command.run("site", "check", page, "--json", status=1)
    overdue = [
        {"file": f"{A}.html", "why": "gone", "list": LIST, "release": "2026Q3", "number": 1, "last_day": "2029-03-20"}
    ]
    assert json.loads(out) == {"files": 1, "days": ["2026-12-01"] * 2, "older": {}, "good": False, "overdue": overdue}
    out, _ = command.run("--lang", "en", "site", "check", page, status=1)
    assert "Entries to take down (1)" in out and "shown no longer by today's public edition" in out
    put(home, LATER, Made("2026Q4", [FIRST], list_name="abnormal_operation"))
    put(home, DAY, first(set()))
    out, err = command.run("site", "build", str(tmp_path / "built"), status=1)
    assert f"{LIST}/2026Q3 的公开版本不是今日的视图，没有收入" in err
    assert (tmp_path / "built" / "lists" / "abnormal_operation").is_dir()
    assert not (tmp_path / "built" / "lists" / LIST).exists()
    assert "site build" in (home / "audit" / "log.jsonl").read_text(encoding="utf-8")
