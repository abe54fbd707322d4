"""What people do at their desks through the console, from end to end: close, trace, tie out, plan, import."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from mintage.units import parse_instant
from mintage.units.clock import ScaledClock
from tests.browser import needs_browser
from tests.conftest import EXAMPLE
from tests.console.visitor import VIEWS, View, Visitor
from tests.served import Served

pytestmark = needs_browser
TODAY = "2025-08-10T09:00:00Z"
MONTH = "2025-07"
HEAD = "key,date,customer,order,line,hashrate,amount\n"
RIGHT = "order-{who},2025-08-01,northwind,{who},industrial,500 TH/s,12500.00 USD\n"
WRONG = "order-{who},2025-08-01,northwind,{who},industrial,500 TH/s,many dollars\n"


@pytest.fixture(scope="module")
def company(example_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The example company in the month after its last quarter was told, and two controllers."""
    folder = tmp_path_factory.mktemp("office")
    shutil.copyfile(example_db, folder / "company.db")
    served = Served(folder, folder / "company.db")
    began_us = parse_instant(TODAY)
    # A thousandth as fast as ours: for a test it stands still.
    served.company.clock = ScaledClock(real_us=time.time_ns() // 1000, began_us=began_us, speed=0.001)
    served.company.open()
    for name in ("chen", "lin"):
        served.person(name, ["controller"])
    yield served
    served.close()


@pytest.fixture(params=VIEWS, ids=str)
def view(request: pytest.FixtureRequest) -> View:
    """How the person looks at the console."""
    found: View = request.param
    return found


def decide(lin: Visitor, asked: str, why: str) -> None:
    """Let the second person approve what the first one asked for."""
    lin.open("/approvals")
    waiting = lin.region("Wait for your word").get_by_role("row").filter(has_text=why)
    lin.click("link", asked, waiting)
    lin.click("button", "Approve")
    lin.done("approved")


def await_job(company: Served) -> None:
    """Wait until the newest work on a period is done."""
    jobs = company.company.jobs
    assert jobs.wait(jobs.recent("close")[0].id, 60.0).state == "done"


def test_a_month_is_closed_by_two_and_opened_again_by_two(company: Served, browser: Browser, view: View) -> None:
    """One asks, another approves, the period says that it is closed; to open it again takes both once more."""
    chen, lin = (Visitor.of(browser, company, name, view) for name in ("chen", "lin"))
    month, why = chen.words.period(MONTH), f"the month is over, {view}"
    closed, opened = chen.say("Close %(subject)s", subject=month), chen.say("Open %(subject)s again", subject=month)
    chen.open("/books")
    row = chen.region("Periods").get_by_role("row").filter(has=chen.page.get_by_role("link", name=month, exact=True))
    chen.click("link", "Close", row)
    chen.sees("What the close writes before it locks")
    chen.field("Reason").fill(why)
    chen.click("button", "Ask for it")
    chen.done("asked")
    decide(lin, closed, why)
    await_job(company)
    chen.open("/books")
    chen.badge("closed", row)
    chen.click("button", "Open again", row)
    chen.field("Reason", chen.page.get_by_role("dialog")).fill(f"{why}: a bill came late")
    chen.click("button", "Open again", chen.page.get_by_role("dialog"))
    chen.done("asked")
    decide(lin, opened, "a bill came late")
    await_job(company)
    chen.open("/books")
    chen.badge("reopened", row)
    for visitor in (chen, lin):
        visitor.leave()


def test_a_number_leads_to_the_line_of_the_file_that_says_it(company: Served, browser: Browser, view: View) -> None:
    """From a cell of the income statement to accounts, postings, the fact, and the evidence's file, row and hash."""
    chen = Visitor.of(browser, company, "chen", view)
    chen.open("/books/statements/income?period=2025Q2")
    table = chen.page.get_by_role("main").get_by_role("region").first
    name = chen.words.either("Mining", "挖礦收入")
    table.get_by_role("row").filter(has_text=name).get_by_role("link").first.click()
    accounts = chen.region("Accounts")
    accounts.get_by_role("rowheader").get_by_role("link").first.click()
    chen.region("Postings").get_by_role("rowheader").get_by_role("link").first.click()
    key = chen.page.get_by_role("heading", level=1).inner_text()
    expect(chen.value("Source")).to_have_text(re.compile(r"\w+"))
    digest = chen.value("SHA-256").locator("[title]").get_attribute("title")
    files = [path for path in EXAMPLE.rglob("*.*") if hashlib.sha256(path.read_bytes()).hexdigest() == digest]
    assert len(files) == 1
    row = int(chen.value("Row").inner_text().replace(",", ""))
    assert key in files[0].read_text("utf-8").splitlines()[row - 1]
    chen.leave()


def test_a_release_is_tied_out_and_its_contradiction_is_shown_in_both_languages(
    company: Served, browser: Browser, view: View
) -> None:
    """Pasted, checked beside the page, marked side by side, and exported as data."""
    chen = Visitor.of(browser, company, "chen", view)
    chen.open("/disclosure")
    chen.click("link", "Tie out a text")
    chen.field("Period that it reports on").fill("2025Q2")
    chen.field("Title").fill(f"Release, {view}")
    english = "Total revenue for the second quarter of 2025 was $999.9 million."
    chen.page.get_by_label(chen.say("Or paste it")).first.fill(f"{english}\n2025 年第二季總營收為 9.999 億美元。\n")
    chen.click("button", "Tie it out")
    chen.badge("contradicts")
    marks = chen.page.locator("mark.is-bad")
    expect(marks.filter(has_text="$999.9 million").first).to_be_visible()
    expect(marks.filter(has_text="9.999").first).to_be_visible()
    chen.page.get_by_role("main").get_by_text(chen.say("Export"), exact=True).first.click()
    with chen.page.expect_download() as coming:
        chen.click("link", "Report as JSON")
    report = json.loads(Path(coming.value.path()).read_bytes())
    assert "contradicts" in json.dumps(report)
    chen.leave()


def test_a_plan_is_lived_and_a_long_one_cancelled(company: Served, browser: Browser, view: View) -> None:
    """A short plan shows its futures; a variant of it is held against it; a long one is ended while it goes on."""
    chen = Visitor.of(browser, company, "chen", view)

    def new(name: str, months: int, paths: int) -> None:
        chen.open("/plan/new")
        chen.field("Name").fill(name)
        chen.field("Months").fill(str(months))
        chen.field("Futures").fill(str(paths))
        chen.click("button", "Live the futures")

    new(f"short {view}", 2, 50)
    chen.sees("What the coming quarter may bring")
    chen.click("link", "Change an assumption")
    chen.field("Name").fill(f"variant {view}")
    rate = chen.page.locator(".assumption input").first
    rate.fill(f"{float(rate.input_value()) * 1.1:g}")
    chen.click("button", "Live the futures")
    chen.sees(re.compile(re.escape(chen.say("The difference to %(name)s", name=f"short {view}"))))
    new(f"long {view}", 120, 20_000)
    expect(chen.page.get_by_role("progressbar")).to_be_visible()
    chen.click("button", "Cancel")
    chen.badge("cancelled")
    chen.leave()


def test_facts_are_imported_once_what_is_wrong_with_them_was_put_right(
    company: Served, browser: Browser, view: View
) -> None:
    """The error names file, line, field and remedy; the right file is tried first, then booked."""
    chen = Visitor.of(browser, company, "chen", view)
    who = f"90{VIEWS.index(view)}"
    chen.open("/journal/import")

    def give(row: str) -> None:
        content = f"# kind: sales.order-placed\n{HEAD}{row.format(who=who)}".encode()
        chen.field("Fact files").set_input_files({"name": "orders.csv", "mimeType": "text/csv", "buffer": content})
        chen.click("button", "See what they would post")

    give(WRONG)
    problem = chen.page.get_by_role("main").get_by_role("alert")
    for part in ("orders.csv", chen.say("line %(line)s", line="3"), "amount", "many dollars"):
        expect(problem).to_contain_text(part)
    assert len(problem.locator("p").all()) == 3
    assert chen.complaints == ["Failed to load resource: the server responded with a status of 400 (Bad Request)"]
    chen.complaints.clear()
    give(RIGHT)
    expect(chen.region("Facts").get_by_role("row").filter(has_text=f"order-{who}")).to_be_visible()
    chen.page.get_by_role("button", name=re.compile(re.escape(chen.words.number(1)))).last.click()
    chen.done("recorded")
    chen.open(f"/journal?q=order-{who}")
    expect(chen.page.get_by_role("link", name=f"order-{who}", exact=True).first).to_be_visible()
    chen.leave()
