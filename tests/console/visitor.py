"""Somebody in front of a page of the console, who finds things as people do: by what they are and what they are called.

What a visitor names is in English; the page is looked at in the visitor's own language.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from mintage.api.access import COOKIE
from mintage.console.helpers import done_words, state_of
from mintage.console.words import Language, words_of
from tests.browser import LAPTOP, PHONE, reader
from tests.served import Served

SOAK = bool(os.environ.get("MINTAGE_SOAK"))
"""Whether the long runs are wanted: every journey and page in every view."""
WAIT_MS = 30_000.0
"""Longest wait for what a page or a machine does; it is awaited, never slept for."""
Role = Literal["button", "link", "heading", "row", "cell", "checkbox", "searchbox", "textbox", "combobox", "article"]
expect.set_options(timeout=WAIT_MS)


@dataclass(frozen=True)
class View:
    """How somebody looks at pages.

    Attributes:
        language: BCP 47 tag.
        size: the screen, pixels.
        dark: whether it is dark.
    """

    language: Language
    size: tuple[int, int]
    dark: bool

    def __str__(self) -> str:
        return f"{self.language}-{'phone' if self.size == PHONE else 'laptop'}-{'dark' if self.dark else 'light'}"


USUAL = (View("en", LAPTOP, dark=False), View("zh-Hant", PHONE, dark=True))
OTHERS = (View("zh-Hant", LAPTOP, dark=False), View("en", PHONE, dark=True))
VIEWS = USUAL + OTHERS if SOAK else USUAL


class Visitor:
    """A person, signed in or not.

    Args:
        browser: the browser.
        base: where the console is.
        view: how he or she looks at it.
        cookie: of the session; "" for nobody.
    """

    def __init__(self, browser: Browser, base: str, view: View, cookie: str = "") -> None:
        self.words = words_of(view.language)
        self.context: BrowserContext = reader(browser, base, size=view.size, dark=view.dark, language=view.language)
        if cookie:
            self.context.add_cookies([{"name": COOKIE, "value": cookie, "url": base}])
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(WAIT_MS)
        self.page.set_default_navigation_timeout(WAIT_MS)
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    @classmethod
    def of(cls, browser: Browser, served: Served, name: str, view: View) -> Visitor:
        """Somebody who has an account and is signed in."""
        client = served.signed_in(name)
        return cls(browser, served.base, view, str(client.cookies[COOKIE]))

    def say(self, message: str, **values: Any) -> str:
        """Words of the page in this visitor's language; one message for counts with `num`."""
        return self.words.gettext(message, **values)

    def open(self, path: str) -> None:
        """Go to a page, which must be there."""
        reply = self.page.goto(path)
        assert reply is not None
        assert reply.status == 200, f"{path}: {reply.status}"

    def find(self, role: Role, message: str | re.Pattern[str], within: Locator | None = None, **values: Any) -> Locator:
        """The first thing of a kind with a name; a pattern is taken as it is."""
        name = message if isinstance(message, re.Pattern) else self.say(message, **values)
        return (within or self.page).get_by_role(role, name=name, exact=not isinstance(name, re.Pattern)).first

    def click(self, role: Role, message: str | re.Pattern[str], within: Locator | None = None, **values: Any) -> None:
        """Click it."""
        self.find(role, message, within, **values).click()

    def field(self, message: str, within: Locator | None = None) -> Locator:
        """A field by its label."""
        return (within or self.page).get_by_label(self.say(message), exact=True).first

    def region(self, message: str, **values: Any) -> Locator:
        """A table by its caption."""
        return self.page.get_by_role("region", name=self.say(message, **values), exact=True).first

    def sees(self, message: str | re.Pattern[str], within: Locator | None = None, **values: Any) -> Locator:
        """Insist that some words are there to be seen; waits for them."""
        text = message if isinstance(message, re.Pattern) else self.say(message, **values)
        found = (within or self.page.get_by_role("main")).get_by_text(text).locator("visible=true").first
        expect(found).to_be_visible()
        return found

    def done(self, code: str) -> None:
        """Insist on the words that say what was just done."""
        found = done_words(code)
        assert found is not None
        self.sees(self.words.either(found.en, found.zh))

    def value(self, message: str) -> Locator:
        """What stands beside a name in a list of names and values."""
        name = self.page.get_by_role("term").get_by_text(self.say(message), exact=True)
        return self.page.locator("dl > div").filter(has=name).get_by_role("definition").first

    def badge(self, state: str, within: Locator | None = None) -> None:
        """Insist on the badge of a state; waits for it."""
        word = state_of(state)
        text = re.compile(rf"^\s*{re.escape(self.words.either(word.en, word.zh))}\s*$")
        expect((within or self.page.get_by_role("main")).locator(".badge").filter(has_text=text).first).to_be_visible()

    def leave(self) -> None:
        """Close the pages; nothing must have gone wrong in them."""
        self.context.close()
        assert self.complaints == []
