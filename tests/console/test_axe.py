"""axe-core finds nothing on any page, in both themes and languages, on laptop and phone."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from mintage.console.words import Language
from tests.browser import LAPTOP, PHONE, complaints, needs_browser
from tests.console.visitor import SOAK, View, Visitor
from tests.served import Served

pytestmark = needs_browser
LANGUAGES: tuple[Language, ...] = ("en", "zh-Hant")
VIEWS = [
    View(language, size, dark)
    for language, size in zip(LANGUAGES * 2, (LAPTOP, PHONE, PHONE, LAPTOP), strict=True)
    for dark in (False, True)
]
WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa")
"""What is asked of every page; in the long runs also what axe-core calls good practice."""
OTHERS = {"/api/docs": ".swagger-ui"}
"""Parts of pages that others wrote; they are not ours to judge."""
TWO_MAINS = "landmark-no-duplicate-main"
"""Such a part has a main landmark of its own within ours."""
SETTLED = """async () => {
    for (let frame = 0; frame < 10; frame++) await new Promise(requestAnimationFrame);
}"""
"""A colour that elements inherit reaches those deep within a frame later than those above them."""


def found_on(page: Page, path: str, *, dark: bool) -> list[str]:
    """What axe-core finds on an open page; in the long runs also by the rule of contrast in the other theme."""
    leave = OTHERS.get(path, "")
    found = complaints(page, only=() if SOAK else WCAG, leave=leave)
    if not SOAK:
        return [one for one in found if not (leave and TWO_MAINS in one)]
    other: Literal["light", "dark"] = "light" if dark else "dark"
    page.emulate_media(color_scheme=other, reduced_motion="reduce")
    page.evaluate(SETTLED)
    found += [f"{other}: {one}" for one in complaints(page, only=("color-contrast",), leave=leave)]
    page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
    return [one for one in found if not (leave and TWO_MAINS in one)]


@pytest.mark.parametrize("number", range(len(VIEWS)))
def test_axe_finds_nothing(addresses: list[str], company: Served, cookie: str, browser: Browser, number: int) -> None:
    """Each page once, theme, language and size by turns; in all of them where the long runs are wanted."""
    view, found = VIEWS[number], list[str]()
    visitor = Visitor(browser, company.base, view, cookie)
    for at, path in enumerate(addresses):
        if SOAK or at % len(VIEWS) == number:
            visitor.open(path)
            found += [f"{view}: {one}" for one in found_on(visitor.page, path, dark=view.dark)]
    assert found == []
    visitor.leave()
