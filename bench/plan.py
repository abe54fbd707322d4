"""A million path-months of the plan: every fact booked by the books' own rules, on arrays of 10,000 paths.

The limit is three seconds on two cores. CPU seconds of one process are the fair figure on a machine that others use;
wall seconds of one process and of two are told beside it. The peer is a plain NumPy kernel of a miner's economics (17
state variables, 174 array operations a month, no ledger), measured on two cores of the same kind: what accounting for
every satoshi and cent costs.

Run: python -m bench.plan [--paths N] [--months N]
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time

from bench.measure import Row, report, rss_peak_mb, run_python
from mintage.plan.parallel import InlineMap, ProcessMap
from mintage.plan.service import run

PATHS, MONTHS, SEED = 100_000, 10, 7
LIMIT_S = 3.0
RUNS = 3
CORES = 2
KERNEL_RATE, KERNEL_RATE_TWO = 11.1e6, 15.5e6
"""Path-months a second of the plain kernel in chunks of 10,000 float64, on one thread and on two."""


def once(workers: int, paths: int, months: int) -> dict[str, float]:
    """Run one plan in this process or on workers; CPU seconds leave out those of workers."""
    wall, cpu = time.perf_counter(), time.process_time()
    run(months, paths, SEED, parallel=InlineMap() if workers == 1 else ProcessMap(workers))
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "rss_mb": rss_peak_mb()}


def best(workers: int, paths: int, months: int) -> dict[str, float]:
    """The best of several runs, each in a fresh interpreter, so that memory is that of one run."""
    arguments = ("-m", "bench.plan", "--once", str(workers), "--paths", str(paths), "--months", str(months))
    found = [json.loads(run_python(*arguments).stdout) for _ in range(RUNS)]
    return {name: min(each[name] for each in found) for name in found[0]}


def main() -> int:
    """Measure and print; 1 where a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--paths", type=int, default=PATHS)
    parser.add_argument("--months", type=int, default=MONTHS)
    parser.add_argument("--once", type=int, default=0, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.once:
        print(json.dumps(once(asked.once, asked.paths, asked.months)))
        return 0
    count = asked.paths * asked.months
    limit = LIMIT_S * count / 1e6
    inline, spread = best(1, asked.paths, asked.months), best(CORES, asked.paths, asked.months)
    one, two = (
        f"plain NumPy kernel {rate / 1e6:.1f}M/s: {count / rate:.2f} s" for rate in (KERNEL_RATE, KERNEL_RATE_TWO)
    )
    rows = [
        Row(what="one process", value=inline["cpu"], unit="cpu s", limit=limit, wall_s=inline["wall"], peer=one),
        Row(what=f"{CORES} processes", value=spread["wall"], unit="wall s", limit=limit, peer=two),
        Row(
            what="one process", value=count / inline["cpu"], unit="/cpu s", peer=f"{KERNEL_RATE:,.0f}/s without ledger"
        ),
        Row(what="memory, one process", value=inline["rss_mb"], unit="MB", peer="plain NumPy kernel 38 MB"),
    ]
    note = f"{asked.paths:,} paths of {asked.months} months; best of {RUNS} runs; {os.cpu_count()} cores."
    return report("plan: futures booked by the books' rules", rows, note)


if __name__ == "__main__":
    sys.exit(main())
