"""Debian's Chromium for tests, and axe-core within it. Tests that need them are skipped where they are missing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = shutil.which("chromium")
AXE = Path(__file__).parents[1] / "web" / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LAPTOP, PHONE = (1440, 900), (390, 844)
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium (apt-get install chromium)")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser of one's own."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


def reader(
    browser: Browser, base: str, *, size: tuple[int, int] = LAPTOP, dark: bool = False, language: str = "en"
) -> BrowserContext:
    """Somebody in front of a screen, who has chosen a language."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if dark else "light",
        base_url=base,
        reduced_motion="reduce",
    )
    context.add_cookies([{"name": "mintage_language", "value": language, "url": base}])
    return context


def complaints(page: Page, *, only: Sequence[str] = (), leave: str = "") -> list[str]:
    """What axe-core finds on a page, each with where it is.

    Args:
        page: the page; axe-core is put into it once.
        only: rules, or tags of rules; all of them where none is named.
        leave: selector of what is not looked at, such as what others wrote.
    """
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE.read_text("utf-8"))
    asked: dict[str, Any] = {"resultTypes": ["violations"], **({"runOnly": list(only)} if only else {})}
    where = {"exclude": [[leave]]} if leave else {"include": [["html"]]}
    found: dict[str, Any] = page.evaluate("([where, asked]) => axe.run(where, asked)", [where, asked])
    return [
        f"{page.url}: {problem['id']}: {node['target']}: {node['failureSummary']}"
        for problem in found["violations"]
        for node in problem["nodes"]
    ]
