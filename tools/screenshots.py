"""Pictures of every page for docs/screenshots.md, from the example company and its living site.

Run: make screenshots (or: python -m tools.screenshots). Each page is shown as a laptop shows it in English, light, and
as a phone shows it in Chinese, dark.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tools import demo_console, demo_site

OUT, DOCS = Path("docs/screenshots"), Path("docs/screenshots.md")
SCRATCH = Path("var/screenshots")
PAGES = (
    ("/", "Chain", "價值鏈"),
    ("/wall", "Wall screen", "電視牆"),
    ("/fleet", "Fleet", "機隊"),
    ("/fleet/alder", "A site, drawn", "礦場平面圖"),
    ("/fleet/machines", "Machines", "礦機列表"),
    ("/energy/alder", "Energy", "能源"),
    ("/production", "Production", "產出"),
    ("/production/cost", "Cost of one bitcoin", "每枚比特幣成本"),
    ("/factory", "Factory", "製造"),
    ("/sales", "Sales", "銷售"),
    ("/treasury", "Treasury", "金庫"),
    ("/books?period=2025Q2", "Books", "帳簿"),
    ("/trace/kpi/bitcoin.mined?period=2025Q2", "A figure back to its evidence", "數字溯源"),
    ("/disclosure", "Disclosure", "揭露"),
    ("/plan", "Plan", "計畫"),
    ("/journal", "Journal", "日誌帳"),
    ("/journal/new", "Record a fact", "記錄事實"),
    ("/approvals", "Approvals", "核准"),
    ("/exports", "Exports", "匯出"),
    ("/audit", "Audit", "稽核"),
    ("/settings/people", "People", "使用者"),
    ("/settings/system", "Sites, feeds and server", "礦場與伺服器"),
    ("/api/docs", "API", "API"),
)
"""Address, and what the page is called in both languages."""
VIEWS = (("laptop", 1440, 1300, "light", "en"), ("phone", 390, 844, "dark", "zh-Hant"))
QUALITY = 72
DRAWN = """() => new Promise(done => {
  const look = () => [...document.querySelectorAll('figure.chart')].every(one => one.querySelector('canvas, svg'))
    ? done() : requestAnimationFrame(look);
  look();
})"""
"""Ends when every chart of a page is there."""
CHROMIUM = shutil.which("chromium")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")


@contextlib.contextmanager
def company() -> Iterator[str]:
    """The example company and its site, served; yields the address."""
    shutil.rmtree(SCRATCH, ignore_errors=True)
    SCRATCH.mkdir(parents=True)
    db = SCRATCH / "company.db"
    with demo_site.running(SCRATCH, db) as site:
        site.ask("facts", "import", "examples/lodequarry/facts")
        for quarter in ("2025Q1", "2025Q2"):
            site.ask("books", "close", quarter)
        site.wait("machines hash", lambda: demo_site.hashing(site) >= 50)
        site.run("virtual", "speed", demo_console.SLOWER)
        log = SCRATCH / "console.log"
        with site.beside(*demo_console.command(site, db, SCRATCH), "--listen", "127.0.0.1:0", log=log):
            site.wait("the console opens", lambda: " is at http" in log.read_text("utf-8"))
            found = re.search(r"is at (http://\S+)", log.read_text("utf-8"))
            yield found[1] if found else ""


def shoot(browser: Browser, base: str) -> list[str]:
    """Take all pictures; the addresses of pages that did not answer."""
    failed = []
    for name, width, height, theme, language in VIEWS:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
        )
        context.add_cookies([{"name": "mintage_language", "value": language, "url": base}])
        page = context.new_page()
        for path, title, _ in PAGES:
            reply = page.goto(base + path, wait_until="load")
            if reply is None or reply.status != 200:
                failed.append(f"{path}: {reply.status if reply else 'no answer'}")
                continue
            page.evaluate(DRAWN)
            page.screenshot(path=OUT / f"{picture(title)}-{name}.jpg", type="jpeg", quality=QUALITY)
        context.close()
    return failed


def picture(title: str) -> str:
    """The stem of a page's files."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def write_page() -> None:
    """The page of docs that shows them."""
    lines = ["# Screenshots", "", "Made by `make screenshots`, of the example company and its virtual site.", ""]
    for path, title, chinese in PAGES:
        stem = picture(title)
        lines += [
            f"## {title} · {chinese}",
            "",
            f"`{path}`",
            "",
            f'<img src="screenshots/{stem}-laptop.jpg" width="640" alt="{title} on a laptop">',
            f'<img src="screenshots/{stem}-phone.jpg" width="200" alt="{title} on a phone, in Chinese">',
            "",
        ]
    DOCS.write_text("\n".join(lines), "utf-8")


def main() -> int:
    """Take the pictures; exit 1 where a page did not answer."""
    if CHROMIUM is None:
        print("There is no Chromium: apt-get install chromium fonts-noto-cjk", file=sys.stderr)
        return 2
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    with company() as base, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        failed = shoot(browser, base)
        browser.close()
    write_page()
    for text in failed:
        print(text, file=sys.stderr)
    print(f"{len(list(OUT.iterdir()))} pictures in {OUT}, {sum(p.stat().st_size for p in OUT.iterdir()) / 1e6:.1f} MB")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
