"""What people do at a site through the console, from end to end, with machines that answer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import needs_browser
from tests.console.living import Living, living_company
from tests.console.visitor import VIEWS, View, Visitor
from tests.served import Served

pytestmark = needs_browser


@pytest.fixture(scope="module")
def company(example_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Living, Served]]:
    """The example company with a site that lives, and its people."""
    with living_company(tmp_path_factory.mktemp("living"), example_db) as (living, served):
        served.person("ivo", ["viewer", ("operator", "alder")])
        served.person("lin", ["controller", ("operator", "alder")])
        yield living, served


@pytest.fixture(params=VIEWS, ids=str)
def view(request: pytest.FixtureRequest) -> View:
    """How the person looks at the console."""
    found: View = request.param
    return found


def test_a_sick_machine_is_found_and_rebooted(company: tuple[Living, Served], browser: Browser, view: View) -> None:
    """From the alert on the first page to what the machine said, and into the audit."""
    living, served = company
    address = living.struck(VIEWS.index(view) + 1, kind="dead-board", number=1)
    ivo = Visitor.of(browser, served, "ivo", view)
    ivo.open("/")
    ivo.click("link", re.compile(re.escape(address)))
    ivo.click("link", re.compile(r"^m-[0-9a-f]{12}"))
    asset = ivo.page.url.rpartition("/")[2].partition("#")[0]
    ivo.sees(re.compile(re.escape(address)))
    expect(ivo.region("Boards").get_by_role("row").filter(has_text=re.compile("."))).to_have_count(4)
    ivo.click("link", "Reboot")
    ivo.sees("not needed")
    ivo.field("Why").fill("a board is dead")
    ivo.click("button", re.compile(re.escape(ivo.say("Reboot")) + r".*1"))
    ivo.done("started")
    row = ivo.region("Machine by machine").get_by_role("row").filter(has_text=asset)
    ivo.badge("done", row)
    expect(row).to_contain_text(
        ivo.words.told("the connection ended without a word, as it does when the machine restarts")
    )
    ivo.leave()
    lin = Visitor.of(browser, served, "lin", view)
    lin.open("/audit?area=machines")
    acted = lin.region("Acts").get_by_role("row").filter(has_text="ivo").filter(has_text=asset)
    expect(acted.first).to_contain_text("a board is dead")
    lin.leave()


def test_power_is_curtailed_confirmed_restored_and_proved(
    company: tuple[Living, Served], browser: Browser, view: View
) -> None:
    """What is asked for is looked at first and approved by another; machines confirm it; the proof keeps its hash."""
    living, served = company
    living.await_states("hashing")
    ivo, lin = (Visitor.of(browser, served, name, view) for name in ("ivo", "lin"))
    reason = f"the grid operator called at {view}"

    def offered() -> bool:
        """Whether so many machines would be shed that it takes two; those woken a moment ago are left alone."""
        ivo.open("/energy/alder")
        ivo.click("link", "Curtailments")
        ivo.field("kW less, or the cap").fill("12")
        ivo.field("For how many minutes").fill("600")
        ivo.click("button", "Preview")
        ivo.page.wait_for_url(re.compile("/curtailments/preview"))
        return ivo.find("button", "Ask for approval").is_visible()

    living.await_true(offered)
    expect(ivo.region("Machines, in the order of shedding").get_by_role("row")).not_to_have_count(1)
    ivo.field("Reason").fill(reason)
    ivo.click("button", "Ask for approval")
    ivo.done("asked")
    event = ivo.page.url
    lin.open("/approvals")
    lin.click("link", "Curtail", lin.region("Wait for your word").get_by_role("row").filter(has_text=reason))
    lin.sees(reason)
    lin.click("button", "Approve")
    lin.done("approved")
    ivo.page.goto(event)
    ivo.badge("confirmed")
    expect(ivo.value("target reached").get_by_role("time")).to_be_visible()
    ivo.page.reload()
    ivo.click("button", "Restore")
    ivo.field("Reason", ivo.page.get_by_role("dialog")).fill("they called again")
    ivo.click("button", "Restore", ivo.page.get_by_role("dialog"))
    ivo.badge("restored")
    expect(ivo.value("came to its end").get_by_role("time")).to_be_visible()
    ivo.page.reload()
    ivo.sees("The proof is the document that was hashed when the curtailment ended.")
    with ivo.page.expect_download() as coming:
        ivo.click("link", "Proof as JSON")
    proof = Path(coming.value.path()).read_bytes()
    expect(ivo.page.get_by_title(hashlib.sha256(proof).hexdigest()).first).to_be_visible()
    for visitor in (ivo, lin):
        visitor.leave()


@pytest.mark.parametrize("key", ["/", "g f"])
def test_keys_lead_where_they_say(company: tuple[Living, Served], browser: Browser, key: str) -> None:
    """A slash goes to the search, g and a letter to a page."""
    _, served = company
    ivo = Visitor.of(browser, served, "ivo", VIEWS[0])
    ivo.open("/")
    ivo.page.wait_for_selector("html[data-ready]")
    for one in key.split():
        ivo.page.keyboard.press(one)
    if key == "/":
        expect(ivo.page.get_by_role("searchbox", name=ivo.say("Search facts"))).to_be_focused()
    else:
        expect(ivo.page.get_by_role("heading", name=ivo.say("Fleet"), level=1)).to_be_visible()
    ivo.leave()


def test_language_and_theme_change_what_is_seen_and_not_where_one_is(
    company: tuple[Living, Served], browser: Browser, view: View
) -> None:
    """Both switches keep the page and what it was asked, and the choice stays for the pages that follow."""
    _, served = company
    ivo = Visitor.of(browser, served, "ivo", view)
    ivo.open("/fleet/machines?sort=-hashrate_ths&limit=5")
    other, name = ("zh-Hant", "中文") if view.language == "en" else ("en", "EN")
    ivo.page.get_by_role("link", name=name).first.click()
    expect(ivo.page.locator("html")).to_have_attribute("lang", other)
    expect(ivo.page).to_have_url(re.compile(r"/fleet/machines\?.*sort=-hashrate_ths"))
    body = ivo.page.locator("body")
    before = ivo.page.evaluate("getComputedStyle(document.body).backgroundColor")
    wanted = {"en": ("Light", "Dark"), "zh-Hant": ("淺色", "深色")}[other][not view.dark]
    ivo.page.locator("summary[aria-label]").first.click()
    ivo.page.get_by_role("link", name=wanted, exact=True).click()
    expect(ivo.page.locator("html")).to_have_attribute("data-theme", "light" if view.dark else "dark")
    expect(body).not_to_have_css("background-color", before)
    expect(ivo.page).to_have_url(re.compile(r"/fleet/machines\?.*sort=-hashrate_ths"))
    ivo.open("/")
    expect(ivo.page.locator("html")).to_have_attribute("data-theme", "light" if view.dark else "dark")
    ivo.leave()
