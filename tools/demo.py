"""`make demo`: the example company from its fact files to a tied-out call, and a site's day, in front of your eyes.

Builds everything anew under var/, on the embedded default: import, close of both quarters, statements, KPIs, a trace,
the tie-out of the company's own call (which has errors planted), a plan, and one HTML report; then a virtual site whose
machines are adopted, shed load when asked, and earn a day's bitcoin that is reconciled from share to satoshi; at last
the console, in which all of it is alive.
"""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from tools import demo_console, demo_site

EXAMPLE = Path("examples/lodequarry")
OUT = Path("var")
DB = OUT / "demo.db"
STEPS: tuple[tuple[str, tuple[str, ...], tuple[int, ...]], ...] = (
    ("Bring the facts in", ("facts", "import", str(EXAMPLE / "facts")), (0,)),
    ("Close the first quarter", ("books", "close", "2025Q1"), (0,)),
    ("Close the second quarter", ("books", "close", "2025Q2"), (0,)),
    ("Statements", ("books", "show", "2025Q2"), (0,)),
    ("Where the bitcoin went", ("books", "rollforward", "2025Q2"), (0,)),
    ("Every figure has an id", ("books", "kpis", "2025Q2"), (0,)),
    ("One figure, back to its evidence", ("trace", "bitcoin.mined", "--period", "2025Q2", "--limit", "2"), (0,)),
    (
        "The call ties out, but for the errors planted in it",
        ("tieout", str(EXAMPLE / "call-2025Q2.txt"), "--period", "2025Q2", "--html", str(OUT / "tieout.html")),
        (1,),
    ),
    ("Twelve months ahead, by the same rules", ("plan", "run", "--months", "12", "--paths", "10000"), (0,)),
    ("Is everything sound?", ("check", "2025Q2"), (0,)),
    ("One page for all of it", ("report", "2025Q2", "--out", str(OUT / "report.html")), (0,)),
)


def run(begun: int, steps: Iterable[tuple[str, tuple[str, ...], tuple[int, ...]]], site: demo_site.Site) -> int:
    """Run steps, numbered on; the number reached.

    Raises:
        SystemExit: a step failed; with its own exit code.
    """
    for number, (title, arguments, fine) in enumerate(steps, begun + 1):
        print(f"\n━━ {number} {title}\n$ mintage {shlex.join(arguments)}\n", flush=True)
        code = site.run(*arguments)
        if code not in fine:
            print(f"demo: this step ended with exit code {code}", file=sys.stderr)
            raise SystemExit(code or 1)
        begun = number
    return begun


def main() -> int:
    """Run the steps; the first that fails ends it with its own exit code."""
    OUT.mkdir(exist_ok=True)
    for leftover in OUT.glob("demo.db*"):
        leftover.unlink()
    begun = time.perf_counter()
    reached = run(0, STEPS, demo_site.Site(OUT / "demo-sites", DB))
    with demo_site.running(OUT, DB) as site:
        run(reached, demo_site.steps(site), site)
        print(f"\nDone in {time.perf_counter() - begun:.0f} s.")
        print(f"Report:  {(OUT / 'report.html').resolve().as_uri()}")
        print(f"Tie-out: {(OUT / 'tieout.html').resolve().as_uri()}")
        print(f"Journal: {DB} (try: mintage facts list --db {DB})")
        return demo_console.tour(site, DB, OUT)


if __name__ == "__main__":
    sys.exit(main())
