"""The pages for people: what each role is shown, what is withheld, hostile names, signing in. No browser here."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from credit_graph.jobs.grade import grade
from credit_graph.jobs.link import link
from credit_graph.model.time import Point
from credit_graph.server.keys import Keys, Wanted
from credit_graph.server.operations import operations
from credit_graph.server.scope import Scope
from credit_graph.server.web import HEADERS, KEY
from credit_graph.store import Store
from server.city import TODAY, A, B, Batch, C, D, registration
from server.conftest import Api

pytestmark = pytest.mark.parametrize("engine", ["embedded"], indirect=True)
HOSTILE = "丙<script>alert(1)</script>\"'&amp;{{7*7}}有限公司"
SECRET = ("王小明", "庆阳市西峰区南大街1号", "庆市监处〔2026〕", "1,000,000.00")


def fill(store: Store) -> None:
    """A is held by B, and B by a person; C has a hostile name; a penalty of A may be used no longer but within."""
    batch = Batch(store)
    registration(batch, A, "庆阳天工建材有限公司")
    registration(batch, A, "庆阳天工商贸有限公司", n=1, valid_to=date(2019, 1, 1))
    registration(batch, B, "庆阳控股有限公司")
    registration(batch, C, HOSTILE)
    registration(batch, D, "镇原县丁有限公司", district="621027")
    for key, company, holder, yuan in (("1", A, "庆阳控股有限公司", 600_000), ("2", A, HOSTILE, 400_000)):
        batch.say("Contribution", company, key, holder_name=holder, subscribed=yuan * 100, credit_code=company)
    batch.say("Contribution", B, "3", holder_name="王小明", subscribed=100_000_000, credit_code=B, pid="p-1")
    for number, day in enumerate((date(2026, 5, 1), date(2026, 5, 2)), 1):
        case: dict[str, Any] = {"document_number": f"庆市监处〔2026〕{number}号", "fine": 5_000_000, "decided_on": day}
        held = batch.say("Case", A, f"case-{number}", source="penalty_published", valid_from=day, **case)
    point = Point(batch.commit(), TODAY, TODAY)
    link(store, point)
    grade(store, point)
    later = Batch(store)
    later.hold(held, "public,departments,grading")
    later.commit()


@pytest.fixture
def city(store: Store, api: Api, once: Callable[..., None]) -> None:
    """The city of these tests."""
    once(lambda: fill(store))


def read(answer: httpx.Response) -> str:
    """The text of a page, after what holds for every page."""
    for name, value in HEADERS.items():
        assert answer.headers.get_list(name) == [value]
    assert not re.search(r"<script|<style| style=| on\w+=|https?://", answer.text)
    return answer.text


@pytest.mark.reads
def test_search_leads_to_the_firm(api: Api, city: None) -> None:
    assert "数据截至第 2 批" in read(api.request("GET", "/"))
    for wanted in (A, A.lower(), f" {A} ", "天工建材", "天工商贸"):
        answer = api.request("GET", "/", params={"q": wanted})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/enterprise/{A}"), wanted
    found = read(api.request("GET", "/", params={"q": "庆阳"}))
    assert re.findall(r'href="/enterprise/(\w+)">([^<]+)<', found) == [
        (A, "庆阳天工建材有限公司"),
        (B, "庆阳控股有限公司"),
    ]
    nothing = read(api.request("GET", "/", params={"q": '"><script>alert(1)</script>'}))
    assert "没有找到" in nothing and "&#34;&gt;&lt;script&gt;" in nothing
    english = read(api.request("GET", "/", params={"q": "nothing"}, headers={"Accept-Language": "en"}))
    assert "Nothing was found" in english
    answer = api.request("GET", "/", params={"lang": "en"})
    assert "Find a firm" in read(answer)
    assert answer.headers["set-cookie"].startswith("credit_graph_language=en; HttpOnly")


@pytest.mark.reads
def test_the_page_of_a_firm_shows_what_an_analyst_may_see(api: Api, city: None) -> None:
    shown = read(api.request("GET", f"/enterprise/{A}"))
    assert '<h1 lang="zh-CN">庆阳天工建材有限公司</h1>' in shown
    assert "曾用名：庆阳天工商贸有限公司" in shown
    assert shown.count("内部监管参考，非信用评价，不得公开") == 2
    for said in (
        "<dt>法定代表人</dt><dd>王小明</dd>",
        "<dt>注册资本</dt><dd>1,000,000.00 人民币</dd>",
        "庆阳控股有限公司控制庆阳天工建材有限公司：直接过半数 60.00%。",
        "王小明控制庆阳控股有限公司：直接过半数 100.00%。",
        "王小明：股权、表决权、单独控制；穿透持股 60.00%",
        "庆阳控股有限公司持有庆阳天工建材有限公司 60.00%；",
        f'<td class="who"><a href="/enterprise/{B}">庆阳控股有限公司</a></td><td class="number">60.00%</td>',
        "不在名单上。",
        "无预警。",
        "registration<br><small>registration_1.csv 第 2 行，批次 1</small>",
        "认缴出资额 600,000.00 元",
    ):
        assert said in shown, said
    # one of two penalties may give points no longer: said beside them; within, the record itself stands
    penalties = next(row for row in shown.split("<tr>") if "近三年行政处罚次数" in row)
    assert "未予显示：该记录已停用（修复、撤销、到期或来源删除），不再显示" in penalties
    assert re.findall(r"庆市监处〔2026〕\d号", shown) == ["庆市监处〔2026〕2号", "庆市监处〔2026〕1号"]
    assert shown.count("<td>现行</td>") + shown.count("<td>现行，已停用</td>") == 5


@pytest.mark.reads
def test_another_department_is_told_what_is_withheld(api_as: Callable[[str], Api], city: None) -> None:
    api = api_as("department")
    shown = read(api.request("GET", f"/enterprise/{A}"))
    assert '<h1 lang="zh-CN">庆阳天工建材有限公司</h1>' in shown
    for secret in SECRET:
        assert secret not in shown, secret
    sections = re.split(r"<section ", shown)[1:]
    assert [section.count("未予显示：") > 0 for section in sections] == [True] * 6
    assert re.findall(r"<dt>(.*?)</dt><dd><span class=\"withheld\">", shown) == [
        "类别", "法定代表人", "注册资本", "成立日期", "住所", "行政区划",
    ]  # fmt: skip
    assert re.search(r'<p class="figure">[A-D] ', shown)
    refused = read(api.request("GET", "/", params={"q": "天工"}))
    assert "未予显示：" in refused and "庆阳天工" not in refused
    public = api_as("public").request("GET", f"/enterprise/{A}")
    assert public.status_code == 403
    assert "天工" not in read(public)


@pytest.mark.reads
def test_hostile_names_are_text(api: Api, city: None) -> None:
    shown = read(api.request("GET", f"/enterprise/{C}"))
    name = "丙&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&amp;amp;{{7*7}}有限公司"
    assert f'<h1 lang="zh-CN">{name}</h1>' in shown
    # in the picture, in words and in its title
    assert (
        "丙&lt;script&gt;" in read(api.request("GET", f"/enterprise/{A}")).partition("<svg")[2].partition("</svg>")[0]
    )
    for code in ("X", "<script>", "%00", "'", A[:-1], "a" * 5_000):
        answer = api.request("GET", f"/enterprise/{code}")
        assert answer.status_code == 404, code
        assert "找不到" in read(answer)
    for path in ("/enterprise/a/b", "/enterprise/../keys.json", "/enterprise/"):
        assert api.request("GET", path).status_code == 404


@pytest.mark.reads
def test_saved_operations_are_forms_with_tables_and_workbooks(api_as: Callable[[str], Api], city: None) -> None:
    api = api_as("analyst")
    listed = re.findall(r'<li><a href="/queries/(\w+)">', read(api.request("GET", "/queries")))
    assert listed == list(operations())
    for name, operation in operations().items():
        if name == "screen":  # rows have a page of their own
            continue
        form = read(api.request("GET", f"/queries/{name}"))
        fields = re.findall(r'<input type="(?:text|number|date|checkbox)" id="v-(\w+)"', form)
        assert fields == [variable.name for variable in operation.variables if variable.name != "after"], name
    sent = {"run": "1", "code": A, "first": "1"}
    first = read(api.request("GET", "/queries/holders", params=sent))
    assert re.findall(r'<td><a href="/enterprise/(\w+)">\w+</a></td>', first.partition("<tbody>")[2]) == [B]
    following = re.findall(r'rel="next" href="([^"]+)"', first)[0].replace("&amp;", "&")
    assert (
        "丙&lt;script&gt;" in read(api.request("GET", following))
        and "庆阳控股" not in api.request("GET", following).text
    )
    file = re.findall(r'href="(/queries/holders\.xlsx\?[^"]+)"', first)[0].replace("&amp;", "&")
    made = api.request("GET", file)
    assert made.headers["content-disposition"] == 'attachment; filename="holders.xlsx"'
    sheet = load_workbook(BytesIO(made.content)).active
    assert sheet is not None and sheet.max_row == 3  # all pages, not the one that is shown
    assert made.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]
    refused = api_as("department").request("GET", "/queries/holders", params=sent)
    assert "未予显示：" in read(refused) and B not in refused.text
    denied = api_as("department").request("GET", file)
    assert (denied.status_code, "access" in denied.text, B in denied.text) == (403, False, False)
    for path, status in (
        ("/queries/emperor", 404),
        ("/queries/../schema", 404),
        ("/queries/emperor.xlsx", 404),
        ("/queries/holders.exe", 404),
        ("/queries/holders?run=1&first=%3Cscript%3E", 400),
    ):
        assert api.request("GET", path).status_code == status, path


@pytest.mark.reads
def test_pasted_rows_are_screened(api_as: Callable[[str], Api], city: None) -> None:
    def send(role: str, rows: str, origin: str = "http://127.0.0.1") -> httpx.Response:
        return api_as(role).request("POST", "/screen", data={"rows": rows}, headers={"Origin": origin})

    rows = f"代码\t名称\n\t庆阳天工建材\n{B}\t庆阳控股有限公司\n\n<script>alert(1)</script>\n" + f"{D}\n" * 300
    shown = read(send("analyst", rows))
    assert "304 行；匹配 302" in shown
    assert shown.count(f'href="/enterprise/{D}">镇原县丁有限公司<') == 300  # more than one request may ask
    assert f'<td>匹配</td><td class="who"><a href="/enterprise/{A}">庆阳天工建材有限公司</a>' in shown
    narrow = read(send("department", "庆阳天工建材"))
    assert f'<a href="/enterprise/{A}">' in narrow and "未予显示：" in narrow
    assert send("analyst", B, "http://evil.example").status_code == 403
    for wrong in ("", "\n", "甲\n" * 2_001, "x" * 1_100_000):
        assert send("analyst", wrong).status_code == 400


@pytest.mark.reads
def test_what_is_due_and_the_brief_are_for_the_bureau(api_as: Callable[[str], Api], city: None) -> None:
    api = api_as("analyst")
    # no policy of the country names this bureau; the penalties of others are none of its duties
    assert "没有到期或逾期的事项。" in read(api.request("GET", "/due"))
    brief = api.request("GET", "/brief")
    assert "信用监管工作简报" in brief.text
    style = re.findall("<style>(.*?)</style>", brief.text, re.DOTALL)[0]
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in brief.headers["content-security-policy"]
    for path in ("/due", "/brief"):
        refused = api_as("department").request("GET", path)
        assert refused.status_code == 403
        assert "庆阳" not in read(refused)


def sign_in(api: Api, key: str, next_: str = "/", **headers: str) -> httpx.Response:
    """Send the form as a browser does."""
    said = {"Origin": "http://127.0.0.1", **headers}
    return api.request("POST", "/sign-in", data={"key": key, "next": next_}, headers=said)


def test_with_keys_a_browser_signs_in(store: Store, api: Api) -> None:
    fill(store)
    key, text = Keys(store.home).create("department")
    for path in ("/", "/?q=x", f"/enterprise/{A}"):
        asked = api.request("GET", path)
        assert asked.status_code == 401
        assert f'name="next" value="{path}"' in read(asked)
        assert "庆阳" not in asked.text
    assert (sign_in(api, "cg_x").status_code, sign_in(api, "é").status_code) == (401, 401)
    for origin in ("http://evil.example", "null", "http://127.0.0.1:81", ""):
        assert sign_in(api, text, Origin=origin).status_code == 403, origin
    went = sign_in(api, text, f"/enterprise/{A}")
    assert (went.status_code, went.headers["location"]) == (303, f"/enterprise/{A}")
    cookies = went.headers.get_list("set-cookie")
    assert cookies[0] == f"{KEY}={text}; HttpOnly; Path=/; SameSite=strict"
    assert cookies[1] == 'credit_graph_purpose=""; HttpOnly; Path=/; SameSite=strict'
    for away in ("//evil.example", "https://evil.example", "/\\evil.example", "/a\\b", "/a\r\nSet-Cookie: x", ""):
        assert sign_in(api, text, away).headers["location"] == "/", away
    signed = {"Cookie": f"{KEY}={text}"}
    shown = api.request("GET", f"/enterprise/{A}", headers=signed)
    assert shown.status_code == 200
    assert "庆阳天工建材有限公司" in read(shown) and "南大街" not in shown.text and text not in shown.text
    # programs bring their key themselves: a cookie opens nothing there
    assert api.request("POST", "/graphql", json={"query": "{ __typename }"}, headers=signed).status_code == 401
    left = api.request("POST", "/sign-out", headers={**signed, "Origin": "http://127.0.0.1"})
    assert left.headers["location"] == "/sign-in" and f'{KEY}=""; ' in left.headers["set-cookie"]
    assert api.request("POST", "/sign-out", headers={**signed, "Origin": "http://evil.example"}).status_code == 403
    assert api.request("GET", "/sign-out", headers=signed).status_code == 405
    _, narrow = Keys(store.home).create(Wanted("analyst", Scope(districts=("6210",))))
    for path in ("/due", "/brief"):
        assert api.request("GET", path).status_code == 401
        assert api.request("GET", path, headers={"Cookie": f"{KEY}={narrow}"}).status_code == 403
    Keys(store.home).revoke(key.id)
    assert api.request("GET", "/", headers=signed).status_code == 401
