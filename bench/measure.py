"""What every benchmark prints: rows of measured value, limit and peer, and the exit code that follows from them."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

ROWS_FILE = "MINTAGE_BENCH_ROWS"
"""Environment variable: a file to which rows are appended as JSON lines, for the summary of `bench.run`."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One measured figure.

    Attributes:
        what: what was measured.
        value: the figure that the limit applies to. For time it is CPU seconds where another program on the machine
            would disturb the wall clock, and wall seconds where a person waits.
        unit: its unit, such as "cpu s", "wall s" or "MB".
        limit: the limit, or None where the figure is only told.
        at_least: the limit is a floor, not a ceiling.
        wall_s: wall seconds beside CPU seconds.
        peer: another program's figure for the same work.
    """

    what: str
    value: float
    unit: str
    limit: float | None = None
    at_least: bool = False
    wall_s: float | None = None
    peer: str = ""

    @property
    def met(self) -> bool:
        """Whether the limit is kept."""
        if self.limit is None:
            return True
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def named(self, bench: str) -> Row:
        """The same row with the name of its benchmark before what was measured."""
        return replace(self, what=f"{bench}: {self.what}")


@dataclass(frozen=True)
class Cost:
    """Time and memory of a child process."""

    wall_s: float
    cpu_s: float
    rss_mb: float
    stdout: str


def report(title: str, rows: Sequence[Row], note: str = "") -> int:
    """Print the rows as a table, hand them to `bench.run` where it asks, and say whether all limits were kept (0)."""
    print_rows(title, rows)
    if note:
        print(note)
    target = os.environ.get(ROWS_FILE)
    if target:
        with Path(target).open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(asdict(row)) + "\n" for row in rows)
    return int(not all(row.met for row in rows))


def print_rows(title: str, rows: Sequence[Row]) -> None:
    """Print rows as a table, one line each."""
    width = max((len(row.what) for row in rows), default=0) + 2
    print(f"\n{title}")
    print(f"{'what':<{width}}{'measured':>12} {'unit':<8}{'limit':>9}{'wall s':>9}  {'':<7}peer")
    for row in rows:
        limit = "" if row.limit is None else f"{'>=' if row.at_least else '<='} {row.limit:,g}"
        wall = "" if row.wall_s is None else f"{row.wall_s:,.2f}"
        verdict = "" if row.limit is None else ("ok" if row.met else "MISSED")
        print(f"{row.what:<{width}}{_shown(row.value):>12} {row.unit:<8}{limit:>9}{wall:>9}  {verdict:<7}{row.peer}")


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 or value == int(value) else f"{value:,.3f}"


def run_python(*arguments: str, env: dict[str, str] | None = None, codes: tuple[int, ...] = (0,)) -> Cost:
    """Run this interpreter in a fresh process and measure it, start-up included.

    Args:
        arguments: after the interpreter's name.
        env: variables added to the environment.
        codes: exit codes that count as having run.

    Raises:
        SystemExit: it failed; what it wrote to standard error is printed.
    """
    start = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.PIPE, env={**os.environ, **(env or {})}, text=True
    ) as child:
        assert child.stdout is not None
        out = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if child.returncode not in codes:
        raise SystemExit(f"{' '.join(arguments)} exited with {child.returncode}")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out)


def rss_peak_mb() -> float:
    """Peak resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
