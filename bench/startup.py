"""How long a person waits for the command line: fresh processes, best and median of ten.

The limit applies to the best wall time of the help, which needs no journal. Beside it stand commands that read the
rooms, write a table of the kinds of facts, and print a trial balance of the example's journal where `examples/` is.

Run: python -m bench.startup
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from bench.measure import Row, report, run_python

RUNS = 10
LIMIT_S = 0.3
EXAMPLE = Path(__file__).parents[1] / "examples" / "lodequarry" / "facts"
COMMANDS: tuple[tuple[tuple[str, ...], float | None], ...] = (
    (("--version",), LIMIT_S),
    (("--help",), LIMIT_S),
    (("facts", "--help"), None),
    (("facts", "import", "--help"), None),
    (("facts", "kinds"), None),
    (("facts", "kinds", "mining.earned", "--json"), None),
)
WITH_JOURNAL: tuple[tuple[str, ...], ...] = (
    ("facts", "list", "--limit", "5"),
    ("books", "balances"),
    ("books", "kpis", "2025Q2", "bitcoin.owned"),
)


def timed(name: str, arguments: tuple[str, ...], cache: str, limit: float | None = None) -> Row:
    """Best of ten as the figure, the median as wall seconds beside it; bytecode in a folder of its own, or nowhere."""
    env = {"PYTHONPYCACHEPREFIX": cache, "PYTHONDONTWRITEBYTECODE": "" if Path(cache).exists() else "1"}
    costs = [run_python(*arguments, env=env) for _ in range(RUNS)]
    best, median = min(cost.wall_s for cost in costs), statistics.median(cost.wall_s for cost in costs)
    cpu = min(cost.cpu_s for cost in costs)
    note = f"{cpu:.2f} cpu s, {max(cost.rss_mb for cost in costs):.0f} MB"
    return Row(what=name, value=best, unit="s best", limit=limit, wall_s=median, peer=note)


def main() -> int:
    """Measure, print, and say whether the limits were kept."""
    command = ("-m", "mintage.cli.main")
    with tempfile.TemporaryDirectory() as scratch:
        rows = [timed("a bare interpreter", ("-c", "pass"), scratch)]
        rows += [timed(f"mintage {' '.join(words)}", (*command, *words), scratch, limit) for words, limit in COMMANDS]
        rows += [timed("mintage --help, no bytecode", (*command, "--help"), f"{scratch}/never", LIMIT_S)]
        if EXAMPLE.exists():
            journal = ("--db", str(Path(scratch, "journal.db")))
            run_python(*command, "facts", "import", str(EXAMPLE), *journal)
            rows += [timed(f"mintage {' '.join(w)}", (*command, *w, *journal), scratch) for w in WITH_JOURNAL]
    note = f"Best of {RUNS} fresh processes, bytecode cached as after installation; wall s is their median."
    return report("Start of the command line", rows, note)


if __name__ == "__main__":
    sys.exit(main())
