"""Static pages of the public editions: what they say, what they must not, and how a site is replaced."""

from __future__ import annotations

import errno
import json
import re
from datetime import date
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from credit_graph.errors import CreditGraphError
from credit_graph.jobs import site as job
from credit_graph.jobs.site import build_site
from credit_graph.lists.site.law import Law, law_on
from credit_graph.lists.site.search_index import read_index
from publicfolders import BUREAU, MARK, Made, entry, put

DAY = date(2026, 12, 1)
A, B, C, D = (f"91621002MA0000000{letter}" for letter in "ABCD")
FIRST, SECOND, THIRD = entry("甲（Ａ）食品有限公司", A), entry("乙商贸有限公司", B), entry('丙<b>&"店', C)
CORRECTED = {**SECOND, "name": "乙商贸有限责任公司", "salt": "0" * 64}
NAMELESS = entry(None, None, registration_number="620000 1/..")


def releases() -> tuple[Made, Made]:
    """Two quarters: B is corrected, D gone since, a firm without a name or a plain code is added."""
    gone = entry("丁某某公司", D)
    first = Made("2026Q3", [FIRST, SECOND, gone], gone={3}, others={"entries.xlsx": b"one"})
    second = Made(
        "2026Q4", [FIRST, CORRECTED, THIRD, NAMELESS], number=2, predecessor="2026Q3", published_on="2026-11-30"
    )
    lines: list[dict[str, Any]] = [{"change": "removed", "leaf": first.leaves()[2].hex()}]
    lines += [{"change": "added", "number": f"{n}", "entry": dict(second.numbered()[n - 1])} for n in (3, 4)]
    told = {"number": "2", "fields": ["name", "salt"], "former_leaf": first.leaves()[1].hex()}
    lines.append({"change": "changed", **told, "entry": dict(second.numbered()[1])})
    second.delta = lines
    return first, second


@pytest.fixture
def home(tmp_path: Path) -> Path:
    put(
        tmp_path / "home",
        DAY,
        *releases(),
        Made("2026Q4", [entry("戊公司", A, last_day=None)], list_name="abnormal_operation"),
    )
    return tmp_path / "home"


def build(home: Path, out: Path, day: date = DAY) -> Path:
    build_site(home, out, day, lambda what, done, total: None)
    return out


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Text(HTMLParser):
    """The links and the text of a page."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.links: list[str] = []
        self.words: list[str] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.words += [data.strip()] if data.strip() else []


def table(page: bytes, after: str) -> list[list[str]]:
    """The rows of the first table below a heading's id, as texts of their cells."""
    body = page.decode().split(f'id="{after}"', 1)[1].split("<tbody>", 1)[1].split("</tbody>", 1)[0]
    return [
        ["".join(Text(cell.encode()).words) for cell in re.split(r"<td[^>]*>", row)[1:]]
        for row in body.split("</tr>")[:-1]
    ]


def test_the_files_of_a_site(home: Path, tmp_path: Path) -> None:
    found = files(build(home, tmp_path / "out"))
    leaf = releases()[1].leaves()[3].hex()[:16]
    of_firms = [f"serious_violation/{key[-2:]}/{key}.html" for key in (A, B, C, leaf)] + [
        f"abnormal_operation/0A/{A}.html"
    ]
    pages = ["index.html", "search.html", "verify.html", *(f"entries/{name}" for name in of_firms)]
    pages += ["lists/serious_violation/index.html", "lists/abnormal_operation/index.html"]
    pages += [
        f"releases/{name}.html"
        for name in ("serious_violation/2026Q3", "serious_violation/2026Q4", "abnormal_operation/2026Q4")
    ]
    data = {f"data/{path}" for path in files(home / "releases" / "public")}
    assert found.keys() == {
        *pages,
        *(f"en/{page}" for page in pages),
        *data,
        "site.json",
        "style.css",
        "search.js",
        "search-index.js",
    }
    assert all(found[f"data/{name}"] == said for name, said in files(home / "releases" / "public").items())
    assert json.loads(found["site.json"]) == {
        "format": 1,
        "site": "credit_graph",
        "day": "2026-12-01",
        "mark": MARK,
        "lists": {
            "abnormal_operation": {"release": "2026Q4", "number": 1, "entries": 1},
            "serious_violation": {"release": "2026Q4", "number": 2, "entries": 4},
        },
    }


def test_every_link_of_every_page_leads_to_a_file(home: Path, tmp_path: Path) -> None:
    out = build(home, tmp_path / "out")
    for page in out.rglob("*.html"):
        if "data" not in page.relative_to(out).parts:
            for link in Text(page.read_bytes()).links:
                target, _, part = link.partition("#")
                assert not re.match(r"[a-z]+:|/", target)
                found = (page.parent / target).resolve() if target else page
                assert found.is_file() and found.is_relative_to(out), (page, link)
                assert not part or f'id="{part}"' in found.read_text(encoding="utf-8")


def test_every_page_bears_mark_day_policy_of_content_and_what_it_is(home: Path, tmp_path: Path) -> None:
    out = build(home, tmp_path / "out")
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
    )
    kinds = set()
    for page in out.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert text.count(MARK) >= 1 and "2026-12-01" in text and BUREAU in text
        assert f'<meta http-equiv="Content-Security-Policy" content="{policy}">' in text
        assert '<meta name="robots" content="noindex, nofollow">' in text
        assert "<script>" not in text and "style=" not in text and "<style" not in text
        assert text.count("<script") == (2 if page.name == "search.html" else 0)
        english = "en" in page.relative_to(out).parts
        assert f'<html lang="{"en" if english else "zh-CN"}">' in text
        said = re.findall(r'<meta name="credit-graph" content="([^"]*)">', text)
        assert len(said) == 1
        kinds.add(json.loads(said[0].replace("&#34;", '"'))["kind"])
    assert kinds == {"start", "search", "verify", "list", "release", "entry"}


def test_the_page_of_a_list(home: Path, tmp_path: Path) -> None:
    out = build(home, tmp_path / "out")
    page = (out / "lists" / "serious_violation" / "index.html").read_bytes()
    basis = "《市场监督管理严重违法失信名单管理办法》（国家市场监督管理总局令第44号）"
    text = "".join(Text(page).words)
    for said in (
        f"全国名单。依据：{basis}第二条。", f"有履行能力但拒不履行、逃避执行行政决定。{basis}第十一条",
        "不适用简易注销：申请简易注销的，不予受理。执行部门：登记机关。《中华人民共和国市场主体登记管理条例》（国务院令第746号）第三十三条",
        f"自列入之日起3年。{basis}第二十一条", f"满一年，经申请提前移出。{basis}第十六条",
        "自知道该决定之日起60日内申请行政复议。", "自知道该决定之日起6个月内提起行政诉讼。",
        f"法定限制期限已满{basis}第十六条", "申请材料：信用修复申请书、守信承诺书、履行处罚、消除后果的证明。",
    ):  # fmt: skip
        assert said in text, said
    assert "不适用告知承诺制" not in text  # no item of a document carries it
    assert table(page, "releases") == [
        ["2026Q4", "2026-11-30", "庆市监公〔2026〕2号", "4", "4"],
        ["2026Q3", "2026-10-12", "庆市监公〔2026〕1号", "3", "2"],
    ]
    common = ["2026-03-20", BUREAU, "食品安全领域违法行为", "2029-03-20"]
    assert table(page, "entries") == [
        ["1", "甲（Ａ）食品有限公司", A, "–", *common],
        ["2", "乙商贸有限责任公司", B, "–", *common],
        ["3", "丙<b>&\"店", C, "–", *common],
        ["4", "–", "–", "620000 1/..", *common],
    ]  # fmt: skip
    english = "".join(Text((out / "en" / "lists" / "serious_violation" / "index.html").read_bytes()).words)
    assert "List of serious violations and dishonesty (严重违法失信名单)" in english
    assert "no simplified deregistration (不适用简易注销): an application for simplified deregistration" in english


def test_the_page_of_a_firm(home: Path, tmp_path: Path) -> None:
    out = build(home, tmp_path / "out")
    page = (out / "entries" / "serious_violation" / B[-2:] / f"{B}.html").read_bytes()
    told = dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", page.decode()))
    assert told == {
        "统一社会信用代码": B,
        "列入日期": "2026-03-20",
        "作出决定机关（列入）": BUREAU,
        "列入情形": "食品安全领域违法行为",
        "依据文件文号": "国家市场监督管理总局令第44号",
        "列入期限至": "2029-03-20",
        "列入依据": "《市场监督管理严重违法失信名单管理办法》（国家市场监督管理总局令第44号）第五条",
    }
    text = "".join(Text(page).words)
    leaf = releases()[1].leaves()[1].hex()
    assert f"2026Q4：序号 22026Q3：序号 2本条目在最新一期中的哈希（leaves.txt）：{leaf}" in text
    assert "提起行政诉讼" in text and "如何申请信用修复" in text and "列为重点监管对象" in text
    assert f'data-entry="{leaf[:16]}" data-last="2029-03-20"' in page.decode()
    bad = (out / "entries" / "serious_violation" / C[-2:] / f"{C}.html").read_text(encoding="utf-8")
    assert "<h1>丙&lt;b&gt;&amp;&quot;店</h1>" in bad
    assert "<b>" not in bad
    unending = (out / "entries" / "abnormal_operation" / A[-2:] / f"{A}.html").read_text(encoding="utf-8")
    assert "<dt>列入期限至</dt><dd>不设期限，移出为止</dd>" in unending


def test_the_page_of_a_release(home: Path, tmp_path: Path) -> None:
    out = build(home, tmp_path / "out")
    page = (out / "releases" / "serious_violation" / "2026Q4.html").read_bytes()
    listed = json.loads((home / "releases/public/serious_violation/2026Q4/index.json").read_bytes())["files"]
    shown = {row[0]: (row[2], row[3]) for row in table(page, "files")}
    assert {name: shown[name] for name in listed} == {
        n: (f"{row['size']:,}", row["sha256"]) for n, row in listed.items()
    }
    assert shown.keys() - listed.keys() == {"index.json", "index.sig"}
    assert re.findall(r"<dt>(新增|更正|移出)</dt><dd>(\d+)</dd>", page.decode()) == [
        ("新增", "2"),
        ("更正", "1"),
        ("移出", "1"),
    ]
    added, corrected = page.decode().split("<h3>更正条目</h3>")
    rows = [
        ["3", '丙<b>&"店', C, "2026-03-20", "食品安全领域违法行为"],
        ["4", "–", "–", "2026-03-20", "食品安全领域违法行为"],
    ]
    assert table(added.encode(), "delta") == rows
    assert table((' id="x"' + corrected).encode(), "x") == [
        ["2", "乙商贸有限责任公司", B, "2026-03-20", "食品安全领域违法行为", "企业名称"]
    ]
    old = (out / "releases" / "serious_violation" / "2026Q3.html").read_text(encoding="utf-8")
    assert '已有新的一期：<a href="2026Q4.html">2026Q4</a>' in old
    assert "已有新的一期" not in page.decode()


def test_who_is_gone_is_nowhere(home: Path, tmp_path: Path) -> None:
    build(home, tmp_path / "out")
    first, second = releases()
    second.gone, second.delta = {1}, second.delta[1:]
    first.gone = {1, 3}
    put(home, date(2026, 12, 2), first, second, Made("2026Q4", [entry("戊公司", B)], list_name="abnormal_operation"))
    found = files(build(home, tmp_path / "out", date(2026, 12, 2)))
    salt = str(FIRST["salt"])
    for secret in ("甲（Ａ）", A, salt, "丁某某", D):
        assert [name for name, data in found.items() if secret.encode() in data or secret in name] == []
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "out"]


def test_the_same_editions_and_day_give_the_same_bytes(home: Path, tmp_path: Path) -> None:
    assert files(build(home, tmp_path / "one")) == files(build(home, tmp_path / "two"))


def test_a_long_list_is_cut_into_pages(tmp_path: Path) -> None:
    many = [entry(f"第{n}号公司", f"91621002MA{n:08d}") for n in range(1, 1002)]
    put(tmp_path, DAY, Made("2026Q4", many))
    folder = build(tmp_path, tmp_path / "out") / "lists" / "serious_violation"
    assert sorted(path.name for path in folder.iterdir()) == ["index.html", "page-2.html", "page-3.html"]
    pages = [(folder / name).read_bytes() for name in ("index.html", "page-2.html", "page-3.html")]
    assert [row[0] for page in pages for row in table(page, "entries")] == [str(n) for n in range(1, 1002)]
    assert [re.findall(rb'rel="(prev|next)" href="([^"]*)"', page) for page in pages] == [
        [(b"next", b"page-2.html")], [(b"prev", b"index.html"), (b"next", b"page-3.html")], [(b"prev", b"page-2.html")]
    ]  # fmt: skip


def test_the_search_index_holds_every_firm_of_every_list_once(home: Path, tmp_path: Path) -> None:
    data = (build(home, tmp_path / "out") / "search-index.js").read_bytes()
    leaf = releases()[1].leaves()[3].hex()[:16]
    assert read_index(data) == (
        "2026-12-01",
        [
            ("abnormal_operation", A, "戊公司"),
            ("serious_violation", A, "甲（Ａ）食品有限公司"),
            ("serious_violation", B, "乙商贸有限责任公司"),
            ("serious_violation", C, '丙<b>&"店'),
            ("serious_violation", leaf, "620000 1/.."),
        ],
    )


def refused(home: Path, out: Path, day: date = DAY) -> str:
    with pytest.raises(CreditGraphError) as error:
        build(home, out, day)
    return error.value.code


def disk_full(writer: object, name: str, data: bytes) -> None:
    raise OSError(errno.ENOSPC, "full")


def test_what_is_refused_leaves_the_former_site(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = build(home, tmp_path / "out")
    before = files(out)
    assert refused(tmp_path / "nothing", out) == "state.no_releases"
    assert refused(home, out, date(2026, 12, 2)) == "state.public_old"
    folder = home / "releases" / "public" / "serious_violation" / "2026Q3"
    for name, data in (("entries.xlsx", b"two"), ("entries.jsonl", b""), ("index.json", b"{}"), ("head.json", b"[]")):
        kept = (folder / name).read_bytes()
        (folder / name).write_bytes(data)
        assert refused(home, out) == "input.not_public"
        (folder / name).write_bytes(kept)
    with job._alone(home):
        assert refused(home, out) == "state.busy"
    renewed = Made("2026Q3", [FIRST], others={"entries.xlsx": b"new"})

    def meanwhile(name: str, day: date) -> Law:
        put(home, DAY, renewed)
        return law_on(name, day)

    with monkeypatch.context() as full:
        full.setattr(job._Writer, "write", disk_full)
        assert refused(home, out) == "state.cannot_write"
    monkeypatch.setattr(job, "law_on", meanwhile)
    assert refused(home, out) == "state.public_changed"
    assert files(out) == before and sorted(path.name for path in tmp_path.iterdir()) == ["home", "nothing", "out"]


def test_another_folder_is_not_overwritten(home: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("x")
    assert refused(home, tmp_path / "mine") == "state.release_exists"
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    assert refused(home, tmp_path / "link") == "state.release_exists"
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["notes.txt"]
    (tmp_path / "empty").mkdir()
    assert (build(home, tmp_path / "empty") / "index.html").is_file()


def test_a_build_cut_short_between_its_renames_is_mended(home: Path, tmp_path: Path) -> None:
    out = build(home, tmp_path / "out")
    before = files(out)
    out.rename(tmp_path / "out.former")
    assert refused(home, out, date(2026, 12, 2)) == "state.public_old"
    assert files(out) == before and not (tmp_path / "out.former").exists()


def test_editions_of_another_day_are_left_out_and_with_the_latest_their_list(home: Path, tmp_path: Path) -> None:
    first, second = releases()
    put(home, date(2026, 11, 30), first)
    put(home, DAY, second)
    built = build_site(home, tmp_path / "out", DAY, lambda what, done, total: None)
    assert built.left_out == ("serious_violation/2026Q3",)
    folder = tmp_path / "out" / "releases" / "serious_violation"
    assert [path.name for path in folder.iterdir()] == ["2026Q4.html"]
    put(home, date(2026, 11, 30), second)
    built = build_site(home, tmp_path / "out", DAY, lambda what, done, total: None)
    assert built.left_out == ("serious_violation/2026Q3", "serious_violation/2026Q4")
    assert built.entries == {"abnormal_operation": 1}
    assert [path.name for path in (tmp_path / "out" / "lists").iterdir()] == ["abnormal_operation"]


def test_a_list_that_nothing_carries_any_more_shows_nobody(home: Path, tmp_path: Path) -> None:
    put(home, DAY, Made("2026Q4", [FIRST], gone={1}, list_name="red_list"))
    page = (build(home, tmp_path / "out") / "lists" / "red_list" / "index.html").read_text(encoding="utf-8")
    assert "今日没有有效的规定支持本名单，各期条目均不再公示。" in page
    assert "今日没有公示的条目。" in page
    assert 'id="measures"' not in page
    put(home, DAY, Made("2026Q4", [FIRST], list_name="red_list"))
    assert refused(home, tmp_path / "out") == "policy.no_basis"


def test_without_the_mark_only_pages_of_firms_are_kept_from_search_engines(tmp_path: Path) -> None:
    put(tmp_path, DAY, Made("2026Q4", [{**FIRST, "mark": None}], mark=None))
    out = build(tmp_path, tmp_path / "out")
    pages = {path.relative_to(out).as_posix(): path.read_text(encoding="utf-8") for path in out.rglob("*.html")}
    assert [name for name, text in pages.items() if MARK in text or "test data" in text] == []
    hidden = {name for name, text in pages.items() if 'name="robots"' in text}
    assert hidden == {f"{base}entries/serious_violation/0A/{A}.html" for base in ("", "en/")}


def test_a_name_can_pass_for_nothing_else(tmp_path: Path) -> None:
    names = [
        "@@title@@公司",
        "{{ law }}公司",
        "</script><script>alert(1)</script>",
        "甲\u2028乙\t丙\n丁",
        '" onload="x',
    ]
    put(tmp_path, DAY, Made("2026Q4", [entry(name, f"91621002MA000000{n:02d}") for n, name in enumerate(names)]))
    out = build(tmp_path, tmp_path / "out")
    for number, name in enumerate(names):
        key = f"91621002MA000000{number:02d}"
        for base in ("", "en/"):
            page = out / base / "entries" / "serious_violation" / key[-2:] / f"{key}.html"
            text = page.read_text(encoding="utf-8")
            titles = re.findall(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)
            assert [unescape(title) for title in titles] == [name]
            assert "<script" not in text and " onload=" not in text.replace("&quot;", '"').replace(name, "")
    shown = [name for _, _, name in read_index((out / "search-index.js").read_bytes())[1]]
    assert shown == [*names[:3], "甲 乙 丙 丁", names[4]]
