"""The server's pages in a real browser: accessible (WCAG AA by axe), on a phone, without JavaScript, with a key."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from chromium import chromium
from credit_graph.server.app import create_app
from credit_graph.server.keys import Keys
from credit_graph.store import Store
from server.city import A
from server.conftest import Api
from server.test_pages import HOSTILE, fill

pytestmark = pytest.mark.parametrize("engine", ["embedded"], indirect=True)
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def address(store: Store, api: Api) -> Iterator[str]:
    """A running server over the city of the pages."""
    fill(store)
    server = uvicorn.Server(uvicorn.Config(create_app(store), port=0, log_level="error"))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Page]]:
    """``opened(**options)``: a page of its own; what it complains of but a status (a policy not met) fails the test."""
    pages: list[Page] = []
    said: list[str] = []

    def make(**options: object) -> Page:
        page = browser.new_context(**options).new_page()  # type: ignore[arg-type]
        page.on("console", lambda message: said.append(message.text))
        pages.append(page)
        return page

    yield make
    for page in pages:
        page.context.close()
    assert [text for text in said if not text.startswith("Failed to load resource")] == []


def check(page: Page) -> None:
    """Accessible, and no wider than a phone; what scrolls within can be reached by keyboard."""
    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0, page.url
    found = Axe().run(page, options={"preload": False}).response["violations"]
    assert [(page.url, rule["id"], rule["nodes"][0]["html"]) for rule in found] == []


def test_pages_are_accessible_work_without_scripts_and_ask_for_a_key(
    store: Store, address: str, opened: Callable[..., Page]
) -> None:
    page = opened(viewport=PHONE, locale="zh-CN")
    form = "/queries/holders?run=1&first=1&code=" + A
    for path in (
        "/",
        "/?q=庆阳",
        f"/enterprise/{A}",
        "/queries",
        form,
        "/screen",
        "/due",
        "/brief",
        "/enterprise/X",
        "/?lang=en",
    ):
        page.goto(address + path)
        check(page)
    page.goto(f"{address}/enterprise/{A}")
    assert "Holders" in page.inner_text("main")  # the language stays
    check(page)
    plain = opened(viewport=PHONE, locale="zh-CN", java_script_enabled=False)
    plain.goto(address)
    plain.fill("#q", "丙")
    plain.keyboard.press("Enter")
    plain.wait_for_url("**/enterprise/*")
    assert plain.inner_text("h1") == HOSTILE
    _, key = Keys(store.home).create("analyst")
    plain.goto(f"{address}/enterprise/{A}")
    assert plain.inner_text("h1") == "登录"
    page.goto(f"{address}/sign-in?lang=zh")
    check(page)
    plain.fill("#key", key)
    plain.click("main button")
    assert plain.inner_text("h1") == "庆阳天工建材有限公司"
    assert (plain.url, key in plain.content()) == (f"{address}/enterprise/{A}", False)
    assert [c["httpOnly"] and c["sameSite"] for c in plain.context.cookies() if c["value"] == key] == ["Strict"]
    with plain.expect_download() as waited:
        plain.goto(address + form)
        plain.click("text=导出 Excel")
    assert waited.value.suggested_filename == "holders.xlsx"
    plain.click("text=退出")
    assert plain.inner_text("h1") == "登录"
    plain.goto(address)
    assert plain.inner_text("h1") == "登录"
