"""The console's files: built from what is locked, small, named by their content, and good under a strict policy."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from mintage.api.shield import POLICY
from mintage.console.words import LANGUAGES, Language
from tests.console.style import style_page

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "src/mintage/console/static"
BUILD = (sys.executable, "-m", "tools.build_web")
KILOBYTE = 1024
LIMITS = {"app.css": 14, "app.js": 40, "charts.js": 200, "icons.svg": 10, "world.svg": 12}
"""Kilobytes compressed: a first page with charts stays far below 600."""
AXE = ROOT / "web/node_modules/axe-core/axe.min.js"
CHROMIUM = "/usr/bin/chromium"
ARGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def files() -> dict[str, str]:
    """The built files by name; built where that was not done."""
    subprocess.run([*BUILD], check=True, cwd=ROOT)  # noqa: S603 our own tool
    named: dict[str, str] = json.loads((STATIC / "manifest.json").read_text("utf-8"))
    return named


def test_every_file_is_named_by_its_content_and_lies_compressed_beside_itself(files: dict[str, str]) -> None:
    """A browser that keeps a file for ever never has an old one."""
    for name, file in files.items():
        content = (STATIC / file).read_bytes()
        stem, _, suffix = name.rpartition(".")
        assert file == f"{stem}-{hashlib.sha256(content).hexdigest()[:10]}.{suffix}"
        assert gzip.decompress((STATIC / f"{file}.gz").read_bytes()) == content


def test_what_a_page_loads_is_small(files: dict[str, str]) -> None:
    """Each file keeps within its share of the page's weight."""
    sizes = {name: (STATIC / f"{files[name]}.gz").stat().st_size / KILOBYTE for name in LIMITS}
    assert {name: size for name, size in sizes.items() if size > LIMITS[name]} == {}


def test_a_build_that_is_fresh_is_known_as_such_and_an_older_one_is_not(files: dict[str, str], tmp_path: Path) -> None:
    """`--check` tells by the hash of what the build reads, and by whether every file is there."""
    assert _check(STATIC).returncode == 0
    copy = tmp_path / "static"
    shutil.copytree(STATIC, copy)
    assert _check(copy).returncode == 0
    (copy / files["app.js"]).unlink()
    assert _check(copy).returncode == 1
    shutil.copyfile(STATIC / files["app.js"], copy / files["app.js"])
    (copy / "inputs.sha256").write_text("0" * 64, "utf-8")
    told = _check(copy)
    assert told.returncode == 1
    assert "make web" in told.stderr


def _check(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [*BUILD, "--check", "--into", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 our own tool


def test_the_lock_names_hashes_and_no_place() -> None:
    """Where packages come from is a matter of the machine that installs them."""
    lock = json.loads((ROOT / "web/package-lock.json").read_text("utf-8"))
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert len(packages) > 8
    assert [name for name, package in packages.items() if "resolved" in package or "integrity" not in package] == []


def test_no_script_or_style_of_ours_names_a_place_on_the_internet(files: dict[str, str]) -> None:
    """Nothing is fetched from elsewhere; the names of XML's vocabularies are names only."""
    for name in ("app.js", "app.css", "docs.js", "docs.css"):
        told = (STATIC / files[name]).read_text("utf-8").replace("http://www.w3.org/", "")
        assert "http://" not in told
        assert "https://" not in told.replace('https:"', "")


class Site:
    """The page of all parts behind our policy, as a server on this machine."""

    def __init__(self) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def address(self, language: Language, theme: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/style?language={language}&theme={theme}"


class _Handler(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class calls it so
        """Say nothing."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.startswith("/static/"):
            content = (STATIC / parts.path.rpartition("/")[2]).read_bytes()
            self._reply(200, guess_type(parts.path)[0] or "", content)
        elif parts.path == "/axe.js":
            self._reply(200, "text/javascript", AXE.read_bytes())
        elif parts.path == "/style":
            language, theme = (part.partition("=")[2] for part in parts.query.split("&"))
            chosen = next(tag for tag in LANGUAGES if tag == language)
            self._reply(200, "text/html; charset=utf-8", style_page(chosen, theme).encode())
        elif parts.path == "/api/v1/live":
            self._reply(200, "text/event-stream", b'data: {"changes": {"fleet/hashrate": 15.5}}\n\n')
        else:
            self._reply(404, "text/plain", b"")

    def _reply(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture(scope="module")
def site(files: dict[str, str]) -> Iterator[Site]:
    assert files
    served = Site()
    yield served
    served.server.shutdown()
    served.server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield started
        started.close()


def opened(browser: Browser, address: str, width: int) -> tuple[Page, list[str]]:
    """The page, its charts drawn, and whatever its console complained of."""
    page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(address)
    page.wait_for_selector("html[data-ready]")
    page.set_viewport_size({"width": width, "height": 5000})
    page.wait_for_selector("figure.chart:not([data-drawn='yes'])", state="detached")
    return page, said


CASES = [("en", "light", 1440), ("zh-Hant", "dark", 1440), ("zh-Hant", "light", 390)]


@pytest.mark.parametrize(("language", "theme", "width"), CASES)
def test_every_part_of_pages_is_accessible_and_fits_its_screen(
    site: Site, browser: Browser, language: Language, theme: str, width: int
) -> None:
    """axe-core finds nothing, the policy is not touched, and nothing but tables scrolls sideways."""
    page, said = opened(browser, site.address(language, theme), width)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.add_script_tag(url="/axe.js")
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    page.context.close()
    assert said == []
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found["violations"]] == []


def test_live_changes_dialogs_keys_and_the_theme_work_under_the_policy(site: Site, browser: Browser) -> None:
    """A change is written in the page's language, a dialog opens and closes, `/` searches, the theme turns at once."""
    page, _ = opened(browser, site.address("en", "light"), 1440)
    page.wait_for_selector("[data-live-key='fleet/hashrate'] >> text=15.50")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    page.wait_for_selector("#keys[open]")
    page.keyboard.press("Escape")
    page.click("button[commandfor='close-it'][command='show-modal']")
    page.wait_for_selector("#close-it[open] textarea")
    page.keyboard.press("Escape")
    assert page.is_disabled("button[name='act'] >> nth=0")
    page.check("[data-check-all]")
    assert page.text_content("[data-count-of]") == "14"
    assert page.is_enabled("button[name='act'] >> nth=0")
    page.click("summary[aria-label='Theme']")
    page.click("[data-set-theme='dark']")
    assert page.get_attribute("html", "data-theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(13, 18, 24)"
    page.context.close()


def test_a_place_of_the_hall_is_told_by_pointer_and_by_arrow_keys(site: Site, browser: Browser) -> None:
    """The plan is one picture; what lies under the pointer is said beside it."""
    page, _ = opened(browser, site.address("en", "light"), 1440)
    page.focus("figure.hall svg")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.text_content("figure.hall output") == "lq-00001: 61 °C"
    page.hover("figure.hall svg", position={"x": 4, "y": 4})
    page.keyboard.press("ArrowDown")
    assert "lq-" in (page.text_content("figure.hall output") or "")
    page.context.close()


def test_pages_read_without_scripts(site: Site, browser: Browser) -> None:
    """Figures, tables and each chart's table are there; what needs a script is not."""
    page = browser.new_context(java_script_enabled=False, viewport={"width": 1440, "height": 900}).new_page()
    page.goto(site.address("en", "light"))
    assert page.locator("figure.chart .chart-canvas").first.is_hidden()
    page.locator("figure.chart summary").first.click()
    assert page.locator("figure.chart tbody tr").first.is_visible()
    assert page.locator("[data-print]").is_hidden()
    page.context.close()
