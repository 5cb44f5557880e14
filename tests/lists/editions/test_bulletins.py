"""Bulletins (公告): what they say, and that page, Word document and PDF say the same, each time in the same bytes."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import time
import zipfile
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pypdfium2
import pytest
from docx import Document
from hypothesis import example, given, settings
from hypothesis import strategies as st

from credit_graph.errors import DefinitionError
from credit_graph.lists.editions.bulletin import bulletin_files
from credit_graph.lists.editions.bulletin_docx import as_docx
from credit_graph.lists.editions.bulletin_html import as_html
from credit_graph.lists.editions.bulletin_pdf import as_pdf
from credit_graph.lists.editions.bulletin_policy import bulletin_on
from credit_graph.lists.editions.bulletin_text import bulletin_of
from credit_graph.lists.editions.cells import cleaned
from credit_graph.lists.editions.edition import Edition, sha256
from sampleedition import MARK, edition, entries

ATTACHED = {"entries.xlsx": b"workbook" * 1000}
NASTY = [
    "=1+1",
    "<script>alert(1)</script>",
    '"><img src=x>',
    "&lt;",
    '#import "a"',
    "*a* _b_ $x$ @c",
    "甲\n乙\t丙",
    "\u202e01",
    "𠮷野龘",
]


def of_names(*names: str) -> Edition:
    return edition([{**entry, "name": name} for entry, name in zip(entries(len(names)), names, strict=True)])


LEAVES = ("td", "th", "p", "h1", "h2", "title", "caption", "style")


class Page(HTMLParser):
    """The rows of the table, the other texts by their tag, and every tag with its attributes."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.texts: list[tuple[str, str]] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.leaf: str | None = None
        self.text = ""
        self.feed(page.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        elif tag in LEAVES:
            assert self.leaf is None
            self.leaf, self.text = tag, ""

    def handle_data(self, data: str) -> None:
        assert self.leaf or data == "\n"
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == self.leaf:
            if tag in ("td", "th"):
                self.rows[-1].append(self.text)
            else:
                self.texts.append((tag, self.text))
            self.leaf = None

    def of(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag]


def docx_rows(data: bytes) -> list[list[str]]:
    (table,) = Document(io.BytesIO(data)).tables
    return [[cell.text for cell in row.cells] for row in table.rows]


def pdf_pages(data: bytes) -> list[str]:
    """The text of each page, without white space and the places at which a long word may be broken."""
    document = pypdfium2.PdfDocument(data)
    return [re.sub(r"[\s\u200b\ufffe]", "", page.get_textpage().get_text_range()) for page in document]


def test_page_word_document_and_pdf_have_the_same_table() -> None:
    made = bulletin_of(of_names(*NASTY, *(f"庆原市第{n}号贸易有限公司" for n in range(40))), ATTACHED)
    assert made.table is not None
    rows = [list(made.table.titles), *map(list, made.table.rows)]
    assert Page(as_html(made)).rows == rows
    assert docx_rows(as_docx(made)) == rows
    pages = pdf_pages(as_pdf(made))
    whole = "".join(pages[1:])
    for row in rows[1:]:
        said = [re.sub(r"\s", "", text) for text in row if "\u202e" not in text]
        assert "".join(said) in whole or all(text in whole for text in said)
        assert said[1] in whole  # code or name, whole
    title = "".join(made.table.titles[:2])
    assert len(pages) > 2 and all(title in page for page in pages[1:])
    for number, page in enumerate(pages, start=1):
        assert f"第{number}页共{len(pages)}页" in page and MARK in page
    for text in (
        made.title,
        made.number,
        made.opening,
        made.bureau,
        "（印章处）",
        "2026年10月9日",
        *dict(made.sections).values(),
    ):
        assert re.sub(r"\s", "", text) in pages[0]


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(), max_size=30).map(cleaned).filter(bool))
@example("".join(NASTY))
@example(" \t甲\n\n乙 ")
def test_any_text_is_a_text_in_page_and_word_document(name: str) -> None:
    made = bulletin_of(of_names(name), ATTACHED)
    page = Page(as_html(made))
    assert page.rows[1][1] == name
    assert docx_rows(as_docx(made))[1][1] == name
    assert {tag for tag, _ in page.tags} <= set(
        "html head meta title style body main p h1 h2 br span time div table caption thead tbody tr th td".split()
    )


def test_the_pdf_is_made_of_a_text_that_its_font_lacks() -> None:
    pages = pdf_pages(as_pdf(bulletin_of(of_names("甲\U0001f600乙", "丙"), ATTACHED)))
    assert "丙91621002MA0000002X" in pages[1]


def test_the_page_runs_nothing_and_takes_nothing_from_elsewhere() -> None:
    page = Page(as_html(bulletin_of(of_names(*NASTY), ATTACHED)))
    policy = next(a["content"] for tag, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    (style,) = page.of("style")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    used = {name for _, attributes in page.tags for name in attributes}
    assert not {name for name in used if name in ("style", "src", "href") or name.startswith("on")}
    assert ("html", {"lang": "zh-CN"}) in page.tags
    scopes = [attributes.get("scope") for tag, attributes in page.tags if tag == "th"]
    assert scopes == ["col"] * 8 + ["row"] * len(NASTY)
    assert page.of("p").count(MARK) == 2 and sum(tag == "caption" for tag, _ in page.tags) == 1


def contrast(one: str, other: str) -> float:
    """Of two colours #rrggbb, as WCAG 2 defines it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_colour_can_be_read() -> None:
    page = as_html(bulletin_of(of_names("甲"), ATTACHED)).decode()
    grounds = {"#ffffff", *re.findall(r"background:(#[0-9a-f]{6})", page)}
    colours = set(re.findall(r"[{;\n]color:(#[0-9a-f]{6})", page))
    assert (grounds, colours) == ({"#ffffff", "#e8edf3"}, {"#1a1a1a", "#a00000", "#595959"})
    assert min(contrast(colour, "#ffffff") for colour in colours) >= 7
    assert contrast("#1a1a1a", "#e8edf3") >= 7


def test_without_a_mark_no_file_has_one() -> None:
    made = entries(3)
    files = bulletin_files(replace(edition(made), mark=None), ATTACHED)
    assert not any(MARK in page for page in pdf_pages(files["bulletin.pdf"]))
    assert MARK not in files["bulletin.html"].decode()
    parts = zipfile.ZipFile(io.BytesIO(files["bulletin.docx"]))
    assert not any(MARK in parts.read(name).decode() for name in parts.namelist())


def test_the_word_document_is_marked_and_numbered_on_every_page_and_its_header_row_repeated() -> None:
    document = Document(io.BytesIO(as_docx(bulletin_of(edition(entries(30)), ATTACHED))))
    sides = [(section.page_width or 0, section.page_height or 0) for section in document.sections]
    assert [(round(w / 360_000, 1), round(h / 360_000, 1)) for w, h in sides] == [(21.0, 29.7), (29.7, 21.0)]
    for section in document.sections:
        assert [paragraph.text for paragraph in section.header.paragraphs] == [MARK]
        footer = section.footer.paragraphs[0]._p.xml
        assert re.findall(r'w:instr="(\w+)"', footer) == ["PAGE", "NUMPAGES"]
    assert len(re.findall("<w:tblHeader/>", document.tables[0]._tbl.xml)) == 1
    words = [paragraph.text for paragraph in document.paragraphs]
    assert words[:2] == ["关于公布严重违法失信名单（2026年第三季度）的公告", "庆市监公告〔2026〕3号"]
    seal = words.index("（印章处）")
    assert words[seal - 1 : seal + 2] == ["庆原市市场监督管理局", "（印章处）", "2026年10月9日"]
    assert document.core_properties.title == words[0]


def test_beyond_the_longest_the_file_is_named_with_its_hash() -> None:
    made = edition(entries(5))
    short = bulletin_of(made, ATTACHED, longest=5)
    long = bulletin_of(made, ATTACHED, longest=4)
    assert short.table is not None and long.table is None
    assert long.annex == (
        "严重违法失信名单（2026年第三季度，共5户），不在公告中逐户列出，见电子表格entries.xlsx（8,000字节），其SHA-256校验值为：\n"
        + sha256(ATTACHED["entries.xlsx"])
    )
    assert bulletin_on("serious_violation", date(2026, 10, 9)).longest == 2000
    page, words = Page(as_html(long)), [p.text for p in Document(io.BytesIO(as_docx(long))).paragraphs]
    digest = sha256(ATTACHED["entries.xlsx"])
    assert page.rows == [] and digest in page.of("p") and digest in words
    (only,) = pdf_pages(as_pdf(long))
    assert re.sub(r"\s", "", long.annex) in only
    with pytest.raises(DefinitionError) as caught:
        bulletin_of(made, {}, longest=4)
    assert caught.value.code == "policy.unset"


def test_the_same_edition_gives_the_same_bytes_on_another_day(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = edition(entries(30))
    first = bulletin_files(made, ATTACHED)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 1e8)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(2e9))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "2000000000")
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")  # nor does it matter where it is made
    (tmp_path / "gone").rmdir()
    assert bulletin_files(made, ATTACHED) == first
    assert list(first) == ["bulletin.html", "bulletin.docx", "bulletin.pdf"]
    assert len(first["bulletin.pdf"]) < 250_000  # of a font of 33 MB
    assert set(re.findall(rb"D:(\d{8})", first["bulletin.pdf"])) == {b"20261009"}


def test_without_entries_no_file_has_a_table() -> None:
    files = bulletin_files(edition([]), ATTACHED)
    assert "附件" not in files["bulletin.html"].decode() and len(pdf_pages(files["bulletin.pdf"])) == 1
    assert Document(io.BytesIO(files["bulletin.docx"])).tables == []


def test_a_faulty_layout_is_a_faulty_policy() -> None:
    made = bulletin_of(edition([]), ATTACHED)
    for layout in (b"#said.tittle", b"#nothing", b'#read("../authority.yml")', b"\xff"):
        with pytest.raises(DefinitionError) as caught:
            as_pdf(made, layout)
        assert caught.value.code == "policy.invalid" and "templates/bulletin.typ" in str(caught.value)
