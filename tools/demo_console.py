"""The end of `make demo`: the console over the example company and the living site, and a tour of what to look at.

With a terminal it stays until Ctrl-C. Without one every page that can be reached is asked for once, in both languages
and as JSON, and the summary is printed.
"""

from __future__ import annotations

import json
import re
import signal
import sys
import threading
from pathlib import Path

from tools import demo_site
from tools.crawl import crawl

LISTEN = "127.0.0.1:4300"
PAGES_MAX = 250
"""Pages asked for at the most; long tables lead to thousands alike."""
ALIKE_MAX = 3
"""Pages of one shape asked for: a hundred machines have a hundred pages that differ in their numbers."""
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


def command(site: demo_site.Site, db: Path, folder: Path) -> list[str]:
    """The words that serve the console as a demonstration.

    Args:
        site: the living site.
        db: the journal.
        folder: where the console's own file is.
    """
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
    return arguments


def tour(site: demo_site.Site, db: Path, folder: Path) -> int:
    """Serve the console until Ctrl-C, or until every page has answered where nobody watches; an exit code."""
    site.run("virtual", "speed", SLOWER)
    log = folder / "demo-console.log"
    for leftover in folder.glob("demo-console.db*"):
        leftover.unlink()
    watched = sys.stdin.isatty() and sys.stdout.isatty()
    listen = LISTEN if watched else "127.0.0.1:0"
    with site.beside(*command(site, db, folder), "--listen", listen, log=log):
        site.wait("the console opens", lambda: " is at http" in log.read_text("utf-8"))
        found = re.search(r"is at (http://\S+)", log.read_text("utf-8"))
        base = found[1] if found else ""
        if not watched:
            return _check(base)
        print(f"\nThe console is at {base}  (for this computer alone; Ctrl-C ends all of it)\n")
        for place, what in TOUR:
            print(f"  {base + place:<60}{what}")
        ended = threading.Event()
        signal.signal(signal.SIGINT, lambda *_: ended.set())
        signal.signal(signal.SIGTERM, lambda *_: ended.set())
        ended.wait()
        return 0


def _check(base: str) -> int:
    """Ask for every page in both languages; an exit code."""
    problems, asked = [], 0
    for language in ("en", "zh-Hant"):
        headers = {"Cookie": f"mintage_language={language}"}
        for found in crawl(base, headers, pages_max=PAGES_MAX, alike_max=ALIKE_MAX):
            asked += 1
            if found.status != 200:
                problems.append(f"{found.path}: {found.status} ({language})")
            elif found.kind == "application/json":
                json.loads(found.text)
    print(f"Console: {asked} pages and twins asked for in English and Chinese, {len(problems)} failed.")
    for problem in problems:
        print(f"  {problem}", file=sys.stderr)
    return 1 if problems else 0
