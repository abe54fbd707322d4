"""How pages are to read: in a browser, on a phone, without scripts, on paper, and in Chinese without English left."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Route, expect

from mintage.api.access import COOKIE
from mintage.console.words import Language
from tests.browser import LAPTOP, PHONE, needs_browser
from tests.console.visitor import SOAK, View, Visitor
from tests.console.walk import pages_of, shape_of, told
from tests.served import Served
from tools.crawl import Reached

LANGUAGES: tuple[Language, ...] = ("en", "zh-Hant")
FIRST_PAINT_MS_MAX = 1_000.0
"""On a machine that is shared; what is promised is measured by bench/console.py."""
ENGLISH = re.compile(r"[A-Za-z][a-z'’]+(?:[,;]? +[A-Za-z'’][a-z'’]*){3,}")
"""Four words of Latin letters in a row: a sentence, or part of one."""
DATA = (
    "pool statements, ", "bills of hosts and suppliers, ",  # sources of facts, in the words of their files
    "repayment of the loan", "accounting manual, from the start",  # what people wrote in facts
    "estats.Freq and the model's constant",  # the fields of the machine's own protocol from which a reading is
    "mintage ",  # a command, as it is typed
    "sha256 ",  # a piece of evidence: row, hash and note of the file
)  # fmt: skip
"""English that is data: it was written so, in a file or by a person, and is shown as it is."""
AS_WRITTEN = ("/disclosure/{id}", "/journal/fact", "/api/docs", "/api/problems", "/audit", "/jobs/{id}")
"""Pages that show texts of people, files and programs as these wrote them."""


@needs_browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_fit_a_phone_and_ask_nobody_else(
    addresses: list[str], company: Served, cookie: str, browser: Browser, language: Language
) -> None:
    """Nothing but tables scrolls sideways, no request leaves for another host, and the browser complains of nothing."""
    visitor = Visitor(browser, company.base, View(language, PHONE, dark=language != "en"), cookie)
    strangers: list[str] = []

    def ask(route: Route) -> None:
        if urlsplit(route.request.url).netloc == urlsplit(company.base).netloc or route.request.url.startswith("data:"):
            route.continue_()
        else:
            strangers.append(route.request.url)
            route.abort()

    visitor.context.route("**/*", ask)
    wide = []
    for at, path in enumerate(addresses):
        if SOAK or at % len(LANGUAGES) == LANGUAGES.index(language):
            visitor.open(path)
            width = int(visitor.page.evaluate("document.documentElement.scrollWidth - innerWidth"))
            if width > 0:
                wide.append(f"{path} is {width} px too wide")
    assert wide == []
    assert strangers == []
    visitor.leave()


@needs_browser
def test_pages_read_without_scripts_and_on_paper(
    addresses: list[str], walked: dict[str, list[Reached]], company: Served, cookie: str, browser: Browser
) -> None:
    """Tables and figures are there when no script runs; paper shows them without menus."""
    context = browser.new_context(
        java_script_enabled=False, base_url=company.base, viewport={"width": LAPTOP[0], "height": LAPTOP[1]}
    )
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": company.base}])
    page = context.new_page()
    tables = {one.path: told(one.text).tables for one in walked["en"]}
    for path in addresses[:: 1 if SOAK else 3]:
        reply = page.goto(path)
        assert reply is not None
        assert reply.status == 200
        main = page.get_by_role("main")
        expect(main.get_by_role("heading", level=1)).to_be_visible()
        if tables[path]:
            assert page.locator("main table").first.locator("td, th").count() > 0, path
        page.emulate_media(media="print")
        expect(page.locator("nav.nav, .tabbar, header.bar").locator("visible=true")).to_have_count(0)
        expect(main.get_by_role("heading", level=1)).to_be_visible()
        page.emulate_media(media="screen")
    context.close()


@needs_browser
def test_the_first_page_paints_at_once(company: Served, cookie: str, browser: Browser) -> None:
    """The chain is there within a second of being asked for, the best of three times."""
    times = []
    for _ in range(3):
        visitor = Visitor(browser, company.base, View("en", LAPTOP, dark=False), cookie)
        visitor.open("/")
        script = """() => new Promise(done => new PerformanceObserver(list => {
            const found = list.getEntriesByName("first-contentful-paint")[0]; if (found) done(found.startTime);
        }).observe({type: "paint", buffered: true}))"""
        times.append(float(visitor.page.evaluate(script)))
        visitor.leave()
    assert min(times) <= FIRST_PAINT_MS_MAX, times


def test_chinese_pages_leave_no_english_sentence(walked: dict[str, list[Reached]]) -> None:
    """Whatever is read on a Chinese page is Chinese, but for what people, files and programs wrote themselves."""
    left: dict[str, str] = {}
    for one in pages_of(walked["zh-Hant"]):
        if shape_of(one.path) in AS_WRITTEN:
            continue
        for text, language in told(one.text).texts:
            if language in ("", "zh-Hant") and ENGLISH.search(text) and not any(one in text for one in DATA):
                left.setdefault(text, one.path)
    assert left == {}
