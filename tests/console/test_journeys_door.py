"""How people come in through the console and leave it: first run, second factor, invitations, limited rights."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, expect

from tests.browser import needs_browser
from tests.console.visitor import VIEWS, View, Visitor
from tests.served import PASSWORD, Served

pytestmark = needs_browser
STEP_S = 30


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Served]:
    """A company that nobody has worked for yet."""
    served = Served(tmp_path, tmp_path / "company.db")
    yield served
    served.close()


def come_in(visitor: Visitor, name: str, password: str = PASSWORD) -> None:
    """Sign in with a name and a password."""
    visitor.field("Name").fill(name)
    visitor.field("Password").fill(password)
    visitor.click("button", "Sign in")


def leave(visitor: Visitor) -> None:
    """Sign out."""
    visitor.page.locator("header summary").last.click()
    visitor.click("button", "Sign out")
    expect(visitor.find("heading", re.compile(re.escape(visitor.say("Sign in"))))).to_be_visible()


@pytest.mark.parametrize("view", VIEWS, ids=str)
def test_the_first_one_sets_up_adds_a_factor_and_invites_another(empty: Served, browser: Browser, view: View) -> None:
    """From the code on the terminal to somebody who may look and not act, each door with its key."""
    ada = Visitor(browser, empty.base, view)
    ada.open("/")
    ada.field("Code on the server's terminal").fill(empty.company.people.setup_code().reveal())
    ada.field("Name to sign in with").fill("ada")
    ada.field("Name as others see it").fill("Ada Lane")
    ada.field("Password").fill(PASSWORD)
    ada.click("button", "Begin")
    expect(ada.page).to_have_url(re.compile(r"/(\?.*)?$"))
    ada.open("/settings")
    ada.page.get_by_label(ada.say("Password"), exact=True).last.fill(PASSWORD)
    ada.click("button", "Add a second factor")
    secret = ada.page.locator("code").first.inner_text()
    app, now_s = pyotp.TOTP(secret), time.time()
    ada.field("Code").fill(app.at(int(now_s)))
    ada.click("button", "Take it into use")
    expect(ada.page.get_by_role("main").get_by_role("listitem").filter(has=ada.page.locator("code"))).to_have_count(10)
    ada.click("link", "Done")
    leave(ada)
    come_in(ada, "ada", "not the right passphrase")
    expect(ada.page.get_by_role("alert")).to_be_visible()
    ada.complaints.clear()  # the browser's console notes that the answer was 401
    come_in(ada, "ada")
    ada.field("Code").fill(app.at(int(now_s) + STEP_S))
    ada.click("button", "Go on")
    ada.open("/settings/people")
    ada.field("Name to sign in with").fill("vera")
    ada.page.get_by_role("checkbox", name=re.compile(ada.words.either("^Viewer", "^檢視者"))).check()
    ada.click("button", "Make a link")
    link = ada.page.locator("code").first.inner_text()
    leave(ada)

    vera = Visitor(browser, empty.base, view)
    vera.open(link)
    vera.field("Password").fill(PASSWORD)
    vera.click("button", "Set it")
    vera.done("password")
    come_in(vera, "vera")
    expect(vera.page).to_have_url(re.compile(r"/(\?.*)?$"))
    entries = vera.page.get_by_role("navigation").get_by_role("link", name=vera.say("Audit"), exact=True)
    expect(entries).to_have_count(0)
    reply = vera.page.goto("/settings/people")
    assert reply is not None
    assert reply.status == 403
    vera.complaints.clear()
    again = vera.page.goto(link)
    assert again is not None
    vera.field("Password").fill(PASSWORD)
    vera.click("button", "Set it")
    expect(vera.page.get_by_role("alert")).to_be_visible()
    vera.complaints.clear()
    for visitor in (ada, vera):
        visitor.leave()
