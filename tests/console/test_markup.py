"""Whatever machines, pools, customers and people write, it stands in pages as text."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog

from mintage.api.access import COOKIE
from tests.browser import needs_browser
from tests.hostile import EVIL, MARK, hostile_facts, hostile_site
from tests.served import Served
from tools.crawl import crawl

SEEN_MIN = 60


@pytest.fixture(scope="module")
def hostile(example_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A company in which every field that others fill holds markup."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copyfile(example_db, folder / "company.db")
    hostile_site(folder / "sites")
    found = Served(folder, folder / "company.db")
    found.company.journal.append(hostile_facts())
    yield found
    found.close()


@pytest.fixture(scope="module")
def cookie(hostile: Served) -> str:
    """The session of an administrator whose browser calls itself by markup."""
    client = hostile.person("ann", ["administrator"])
    text = f"Revenue was $100.2 million. {EVIL}"
    sent = client.post("/disclosure", data={"title": EVIL, "text": text, "period": "2025Q2"})
    assert sent.status_code in (200, 303, 400, 404, 405)
    return str(client.cookies[COOKIE])


def test_no_page_holds_what_others_wrote_as_markup(hostile: Served, cookie: str) -> None:
    """Every page that can be reached: their words are there, escaped; their tags are not."""
    pages, carrying, wrong = 0, 0, []
    start = ("/", "/fleet/alder", "/fleet/machines", "/journal?q=onerror", "/audit?area=machines", "/disclosure")
    for found in crawl(hostile.base, {"Cookie": f"{COOKIE}={cookie}"}, pages_max=260, alike_max=3, start=start):
        assert found.status < 500, found.path
        if found.kind != "text/html":
            continue
        pages += 1
        carrying += "onerror" in found.text
        if MARK in found.text or "<script>alert" in found.text:
            at = found.text.find(MARK)
            wrong.append(f"{found.path}: {found.text[max(0, at - 200) : at + 50]}")
    assert wrong == []
    assert pages >= SEEN_MIN
    assert carrying >= 5, "the markup reached no page, so that the test says nothing"


@needs_browser
def test_no_script_of_others_runs(hostile: Served, cookie: str, browser: Browser) -> None:
    """In a real browser nothing pops up, and no policy is broken on a page that is full of markup."""
    context = browser.new_context(base_url=hostile.base)
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": hostile.base}])
    page = context.new_page()
    popped: list[str] = []
    broken: list[str] = []

    def popping(dialog: Dialog) -> None:
        popped.append(dialog.message)
        dialog.dismiss()

    def saying(said: ConsoleMessage) -> None:
        if "Content Security Policy" in said.text:
            broken.append(said.text)

    page.on("dialog", popping)
    page.on("console", saying)
    for path in ("/fleet/alder", "/fleet/machines", "/journal?q=onerror", "/audit?area=machines"):
        page.goto(path, wait_until="load")
    context.close()
    assert popped == []
    assert broken == []
