"""All benchmarks one after the other, each in a process of its own, and one table of every figure at the end.

Run: python -m bench.run [--soak] [NAME...]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.measure import ROWS_FILE, Row, print_rows

ROOT = Path(__file__).parents[1]
DEFAULT: dict[str, tuple[str, ...]] = {
    "ledger": (),
    "intake": (),
    "export": (),
    "board": (),
    "console": (),
    "startup": (),
    "tieout": (),
    "plan": (),
    "polling": (),
    "scan": (),
    "mutations": (),
    "crash": (),
    "merit": (),
    "curtail": ("--count", "500"),
    "telemetry": (),
    "faults": ("--kills", "15"),
}
"""Module and its arguments; together they take some minutes."""
SOAK: dict[str, tuple[str, ...]] = {
    "curtail": ("--count", "5000"),
    "telemetry": ("--machines", "100000"),
    "faults": ("--kills", "50"),
    "intake": ("--postings", "2000000"),
    "crash": ("--kills", "1000", "--seed", "12"),
    "mutations": ("--count", "1000", "--seed", "8"),
}
"""What `make soak` runs besides."""


def run_one(name: str, arguments: tuple[str, ...], rows_file: Path) -> tuple[bool, float]:
    """Run a benchmark, its output straight to the screen; whether it passed, and its wall seconds."""
    start = time.perf_counter()
    environment = {**os.environ, ROWS_FILE: str(rows_file)}
    done = subprocess.run([sys.executable, "-m", f"bench.{name}", *arguments], cwd=ROOT, env=environment, check=False)
    return done.returncode == 0, time.perf_counter() - start


def main() -> int:
    """Run what was asked for; exit 1 when a limit was missed or a benchmark failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--soak", action="store_true", help="also run the long ones")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these: {', '.join(DEFAULT)}")
    options = parser.parse_args()
    unknown = set(options.names) - set(DEFAULT)
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    jobs = [(name, arguments) for name, arguments in DEFAULT.items() if not options.names or name in options.names]
    if options.soak:
        jobs += [(name, arguments) for name, arguments in SOAK.items() if not options.names or name in options.names]
    rows: list[Row] = []
    failed: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        for number, (name, arguments) in enumerate(jobs):
            rows_file = Path(scratch, str(number))
            passed, wall_s = run_one(name, arguments, rows_file)
            label = " ".join((name, *arguments))
            print(f"({label}: {wall_s:.0f} s)", flush=True)
            if not passed:
                failed.append(label)
            if rows_file.exists():
                found = [Row(**json.loads(line)) for line in rows_file.read_text("utf-8").splitlines()]
                rows += [row.named(name) for row in found]
    print_rows("All benchmarks", rows)
    limits = [row for row in rows if row.limit is not None]
    print(f"\n{sum(row.met for row in limits)} of {len(limits)} limits were kept.")
    if failed:
        print(f"Not passed: {'; '.join(failed)}.")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
