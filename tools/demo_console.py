"""The end of `make demo`: the console over the example company and the living site, and a tour of what to look at.

With a terminal it stays until Ctrl-C. Without one every page that can be reached is asked for once, in both languages
and as JSON, and the summary is printed.
"""

from __future__ import annotations

import http.client
import json
import re
import signal
import sys
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import demo_site

LISTEN = "127.0.0.1:4300"
PAGES_MAX = 160
"""Pages asked for at the most; long tables lead to thousands alike."""
ALIKE_MAX = 4
"""Pages of one shape asked for: a hundred machines have a hundred pages that differ in their numbers."""
ANSWER_S = 30.0
SLOWER = "60"
"""Speed of the site from now on: a day in 24 minutes, in which one sees what one does."""
TOUR = (
    ("/", "the chain, from wafer to treasury: what is in stock, what flows, what is stuck"),
    ("/fleet/alder", "62 virtual machines in their racks: colour them by hash, temperature, efficiency or profit"),
    ("/energy/alder", "the power price against breakeven; curtail 60 kW, and read the proof of this morning's"),
    ("/production/alder?day=2025-08-01", "a day from work to satoshi, differences first"),
    ("/treasury", "bitcoin by state, lots, loans and the price at which a lender calls"),
    ("/books?period=2025Q2", "the closed quarter; click any cell down to the line of the file that says so"),
    ("/disclosure", "paste examples/lodequarry/call-2025Q2.txt and see what contradicts the books"),
    ("/plan", "thousands of futures by the books' own rules; change an assumption"),
    ("/api/docs", "every page is also data"),
)
_LEAVE = re.compile(
    r"^/(static/|language|theme|sign-out|api/v1/(live|openapi)|persona)|format=csv|/export|download|\.csv"
)


class _Links(HTMLParser):
    """Collects the addresses of our own that a page links to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an address."""
        for name, value in attrs:
            if tag in ("a", "link") and name == "href" and value and value.startswith("/") and not _LEAVE.search(value):
                self.found.append(value.partition("#")[0])


def tour(site: demo_site.Site, db: Path, folder: Path) -> int:
    """Serve the console until Ctrl-C, or until every page has answered where nobody watches; an exit code."""
    site.run("virtual", "speed", SLOWER)
    log = folder / "demo-console.log"
    files = {
        "--db": db,
        "--data": site.folder.parent,
        "--state": folder / "demo-console.db",
        "--clock": site.folder / "clock.json",
        "--wallets": demo_site.WALLETS,
    }
    arguments = ["serve", "--demo", "--name", "Lodequarry"]
    for option, path in files.items():
        arguments += [option, str(path)]
    for leftover in folder.glob("demo-console.db*"):
        leftover.unlink()
    watched = sys.stdin.isatty() and sys.stdout.isatty()
    listen = LISTEN if watched else "127.0.0.1:0"
    with site.beside(*arguments, "--listen", listen, log=log):
        site.wait("the console opens", lambda: " is at http" in log.read_text("utf-8"))
        found = re.search(r"is at (http://\S+)", log.read_text("utf-8"))
        base = found[1] if found else ""
        if not watched:
            return _check(base)
        print(f"\nThe console is at {base}  (for this computer alone; Ctrl-C ends all of it)\n")
        for path, what in TOUR:
            print(f"  {base + path:<60}{what}")
        ended = threading.Event()
        signal.signal(signal.SIGINT, lambda *_: ended.set())
        signal.signal(signal.SIGTERM, lambda *_: ended.set())
        ended.wait()
        return 0


def _check(base: str) -> int:
    """Ask for every page; the number of those that failed as an exit code."""
    problems, asked = [], 0
    for path, status, kind in _pages(base):
        asked += 1
        if status != 200:
            problems.append(f"{path}: {status} ({kind})")
    print(f"Console: {asked} pages and twins asked for in English and Chinese, {len(problems)} failed.")
    for problem in problems:
        print(f"  {problem}", file=sys.stderr)
    return 1 if problems else 0


def _pages(base: str) -> Iterator[tuple[str, int, str]]:
    """Every page that can be reached, each asked for as page and as JSON; path, status and which."""
    waiting, seen, shapes = ["/"], {"/"}, dict[str, int]()
    while waiting and len(seen) <= PAGES_MAX * 4:
        path = waiting.pop(0)
        for language in ("en", "zh-Hant"):
            status, text = _get(base, path, language)
            yield path, status, language
        links = _Links()
        if text.startswith("<"):
            links.feed(text)
        else:
            json.loads(text)
        for link in links.found:
            shape = re.sub(r"\d+|=[^&]*", "*", link)
            shapes[shape] = shapes.get(shape, 0) + (link not in seen)
            if link not in seen and shapes[shape] <= ALIKE_MAX and len(seen) < PAGES_MAX:
                seen.add(link)
                waiting.append(link)


def _get(base: str, path: str, language: str) -> tuple[int, str]:
    """Status and text of an address."""
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=ANSWER_S)
    try:
        headers = {"Cookie": f"mintage_language={language}", "Accept": "text/html, application/json"}
        connection.request("GET", path, headers=headers)
        reply = connection.getresponse()
        return reply.status, reply.read().decode("utf-8")
    finally:
        connection.close()
