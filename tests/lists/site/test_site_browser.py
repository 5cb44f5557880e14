"""The pages in a real browser, opened as files: accessible (WCAG 2.1 AA by axe), on a phone, and searched at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from chromium import chromium
from credit_graph.jobs.site import build_site
from credit_graph.jobs.site_check import check_copy
from credit_graph.lists.editions.bulletin_html import as_html
from credit_graph.lists.editions.bulletin_text import bulletin_of
from publicfolders import Made, entry, put
from sampleedition import edition, entries

DAY = date(2026, 12, 1)
A = "91621002MA0000000A"
PAGES = {
    "start": "index.html",
    "search": "search.html",
    "verify": "verify.html",
    "list": "lists/serious_violation/index.html",
    "page": "lists/serious_violation/page-2.html",
    "release": "releases/serious_violation/2026Q4.html",
    "entry": f"entries/serious_violation/0A/{A}.html",
}
ACCENT = "rgb(11, 79, 143)"  # of style.css: shows that the policy of content lets it through


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    first = [entry("甲（Ａ）食品有限公司", A), entry("乙Café <b>店", "91621002MA0000000B")]
    many = [entry(f"丙第{n}号公司", f"91621002MB{n:08d}") for n in range(60)]
    second = Made("2026Q4", [*first, *many], number=2, predecessor="2026Q3")
    kinds = ("added", "changed")
    told = [{"change": kind, "number": "1", "fields": ["name"], "entry": dict(second.numbered()[0])} for kind in kinds]
    second.delta = told
    put(folder, DAY, Made("2026Q3", first), second, Made("2026Q4", first, list_name="abnormal_operation"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("credit_graph.lists.site.pages.ROWS", 20)
        build_site(folder, folder / "out", DAY, lambda what, done, total: None)
    return folder / "out"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of the size of a phone; whatever it complains of (an unmet policy, a script's error) fails the test."""
    opened = browser.new_page(viewport={"width": 360, "height": 740})
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text))
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    opened.close()
    assert said == []


@pytest.mark.parametrize("language", ["", "en/"])
def test_every_kind_of_page_is_accessible_and_fits_a_phone(site: Path, page: Page, language: str) -> None:
    for kind, path in PAGES.items():
        page.goto((site / (language + path)).as_uri())
        assert page.evaluate("getComputedStyle(document.querySelector('header')).borderTopColor") == ACCENT, kind
        root = "document.documentElement"
        assert page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0, kind
        # the text of a table that is wider than its region is reached with the keyboard
        wide = "[...document.querySelectorAll('main *')].filter(e => e.scrollWidth > e.clientWidth + 1"
        wide += " && getComputedStyle(e).overflowX == 'auto' && e.tabIndex < 0).length"
        assert page.evaluate(wide) == 0, kind
        found = Axe().run(page, options={"preload": False}).response["violations"]
        assert [(kind, rule["id"], rule["nodes"][0]["html"]) for rule in found] == []


def test_the_bulletin_is_accessible_and_fits_a_phone(page: Page, tmp_path: Path) -> None:
    shown = replace(edition(entries(20)), removed=2)
    (tmp_path / "bulletin.html").write_bytes(as_html(bulletin_of(shown, {})))
    page.goto((tmp_path / "bulletin.html").as_uri())
    assert page.evaluate("getComputedStyle(document.querySelector('.mark')).borderTopColor") == "rgb(160, 0, 0)"
    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0
    found = Axe().run(page, options={"preload": False}).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []


def test_a_page_that_a_browser_saved_is_still_known(site: Path, page: Page, tmp_path: Path) -> None:
    page.goto((site / PAGES["list"]).as_uri())
    saved = tmp_path / "网页.html"
    saved.write_text(page.content(), encoding="utf-8")
    assert check_copy(site.parent, saved, DAY).good
    overdue = check_copy(site.parent, saved, date(2029, 3, 21)).overdue
    assert {(item.why, item.number) for item in overdue} == {("ended", number) for number in range(1, 21)}


def hits(page: Page, words: str) -> tuple[str, list[tuple[str, str, str]]]:
    """What is said, and the text, note and link of each hit."""
    page.fill("#query", words)
    page.wait_for_timeout(250)
    read = (
        "[...document.querySelectorAll('#hits li')].map(li => [li.children[0].textContent, li.children[1].textContent,"
    )
    rows: list[Any] = page.evaluate(read + "li.children[0].getAttribute('href')])")
    return page.inner_text("#found"), [(name, note, link) for name, note, link in rows]


def test_search_finds_by_name_code_or_a_part_without_a_server(site: Path, page: Page) -> None:
    page.goto((site / "search.html").as_uri())
    link = f"entries/{{}}/0A/{A}.html"
    both = [
        ("甲（Ａ）食品有限公司", f"{A} · 经营异常名录", link.format("abnormal_operation")),
        ("甲（Ａ）食品有限公司", f"{A} · 严重违法失信名单", link.format("serious_violation")),
    ]
    for words in ("甲（Ａ）", "甲(a)食品", " 甲 （ａ）", A, "ma0000000a", "０００００００Ａ"):
        assert hits(page, words) == ("共 2 条", both), words
    assert hits(page, "café<B>")[1][0][0] == "乙Café <b>店"
    assert hits(page, "") == ("", [])
    assert hits(page, "没有这家") == ("没有找到。未列入所查名单，或者已经移出、修复、届满。", [])
    said, shown = hits(page, "丙")
    assert (said, len(shown)) == ("共 60 条，显示前 50 条。请输入更多字。", 50)
    hits(page, "甲")
    page.click("#hits a")
    assert page.inner_text("h1") == "甲（Ａ）食品有限公司"
    page.goto((site / "en" / "search.html").as_uri())
    assert hits(page, A)[1][1] == (both[1][0], f"{A} · List of serious violations and dishonesty", both[1][2])
    assert hits(page, A)[0] == "2 found"
    page.click("#hits a")
    assert page.get_attribute("html", "lang") == "en"


def test_without_javascript_all_but_the_search_works(site: Path, browser: Browser) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto((site / "index.html").as_uri())
    page.click("text=严重违法失信名单")
    page.click("text=甲（Ａ）食品有限公司")
    assert page.inner_text("dl.entry dd >> nth=0") == A
    page.click("text=English")
    assert page.get_attribute("html", "lang") == "en"
    page.goto((site / "search.html").as_uri())
    assert "查询需要 JavaScript" in page.inner_text("main")
    page.close()


def test_a_hundred_thousand_entries_are_searched_within_100_ms(site: Path, page: Page, tmp_path: Path) -> None:
    lines = [f"庆原市第{n:06d}号食品有限公司\t91621002MC{n:08d}\t0\t" for n in range(100_000)]
    index = {"format": 1, "day": "2026-12-01", "lists": [["x", "甲名单", "x"]], "text": "\n".join(lines)}
    for name in ("search.html", "search.js", "style.css"):
        (tmp_path / name).write_bytes((site / name).read_bytes())
    (tmp_path / "search-index.js").write_text(f"window.creditIndex = {json.dumps(index)};\n", encoding="utf-8")
    page.goto((tmp_path / "search.html").as_uri())
    for words in ("公司", "09999", "第000123号", "没有", "9"):
        timed = "words => { const at = performance.now(); const n = creditSearch(words).count;"
        taken = [page.evaluate(timed + " return [n, performance.now() - at]; }", words) for _ in range(3)]
        expected = sum(words in line.rpartition("\t0\t")[0] for line in lines)
        assert {n for n, _ in taken} == {expected}, words
        assert min(ms for _, ms in taken) <= 100, words
