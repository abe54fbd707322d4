"""How long the tie-out of a call takes, start-up of the command included, against the example's closed books.

The real call is not part of this repository; where it lies beside the checkout it is measured, else its row says why it
is not. The example company's own bilingual call is always measured, with the page for the lawyer written as well.

Run: python -m bench.tieout
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from bench.measure import Cost, Row, report, run_python

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples" / "lodequarry"
REAL_CALL = ROOT.parent / "shared" / "seed" / "call-2025Q2-en-zh.txt"
QUARTERS = ("2025Q1", "2025Q2")
LIMIT_S = 2.0
RUNS = 3
COMMAND = ("-m", "mintage.cli.main")


def closed_books(folder: Path, env: dict[str, str]) -> Path:
    """The example's journal with both quarters closed."""
    journal = folder / "journal.db"
    run_python(*COMMAND, "facts", "import", str(EXAMPLE / "facts"), "--db", str(journal), env=env)
    for quarter in QUARTERS:
        run_python(*COMMAND, "books", "close", quarter, "--db", str(journal), env=env)
    return journal


def tied_out(call: Path, journal: Path, env: dict[str, str]) -> list[Cost]:
    """Runs of the command on one call; exit code 1 says that something contradicts."""
    arguments = ("tieout", str(call), "--period", QUARTERS[-1], "--db", str(journal), "--json")
    page = ("--html", str(journal.with_suffix(".html")))
    return [run_python(*COMMAND, *arguments, *page, env=env, codes=(0, 1)) for _ in range(RUNS)]


def main() -> int:
    """Measure, print, and say whether the limit was kept."""
    rows, notes = [], []
    with tempfile.TemporaryDirectory() as scratch:
        env = {"PYTHONPYCACHEPREFIX": f"{scratch}/bytecode", "PYTHONDONTWRITEBYTECODE": ""}
        journal = closed_books(Path(scratch), env)
        for name, call in (("the example's call", EXAMPLE / "call-2025Q2.txt"), ("the real call", REAL_CALL)):
            if not call.exists():
                notes.append(f"{name} was not measured: it is not beside this checkout (shared/seed).")
                continue
            costs = tied_out(call, journal, env)
            best = min(costs, key=lambda cost: cost.cpu_s)
            figures = len(json.loads(best.stdout)["figures"])
            rows.append(
                Row(
                    what=f"{name}, {figures} figures, {call.stat().st_size / 1000:.0f} kB",
                    value=best.cpu_s,
                    unit="cpu s",
                    limit=LIMIT_S,
                    wall_s=best.wall_s,
                    peer=f"{best.rss_mb:.0f} MB",
                )
            )
    notes.append(f"Best of {RUNS} fresh processes with page and JSON, bytecode cached as after installation.")
    return report("Tie-out of a call", rows, "\n".join(notes))


if __name__ == "__main__":
    sys.exit(main())
