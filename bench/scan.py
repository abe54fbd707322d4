"""Finding machines in a /16 of mostly dead addresses: time, and machines missed (none).

The virtual machines run in a process of their own. Dead loopback addresses refuse at once. Where dead addresses are
silent instead, each takes its deadline twice: 65,000 of them at 500 at once and 1 s each are some 260 s more.

Run: python -m bench.scan [--machines 2000] [--network 127.66.0.0/16]
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import time
from ipaddress import IPv4Network

from bench.measure import Row, report
from mintage.fleet.discovery import Search, Tally
from mintage.fleet.drivers.registry import drivers
from mintage.fleet.ranges import addresses
from mintage.fleet.virtual.build import FleetSpec, build_fleet
from mintage.units.clock import SystemClock

LIMIT_S = 60.0
CPU_LIMIT_S = 40.0
CONCURRENCY = 500


async def serve(network: str, machines: int) -> None:
    """Play the machines until standard input ends."""
    spec = FleetSpec(network=network, count=machines, mix="A15-194=0.7,A16-282=0.1,Q=0.2", uptime_s=3600)
    async with build_fleet(spec, SystemClock()):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


async def search(network: str) -> tuple[Tally, float, float]:
    """Search the whole network once; its tally, and seconds until the first machine and until the end."""
    where = Search(addresses((network,)), drivers(), concurrency=CONCURRENCY)
    began_s, first_s = time.perf_counter(), 0.0
    async for _ in where.found():
        first_s = first_s or time.perf_counter() - began_s
    return where.tally, first_s, time.perf_counter() - began_s


def main() -> int:
    """Measure; exit 1 when a machine was missed or a limit was."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--machines", type=int, default=2000)
    parser.add_argument("--network", default="127.66.0.0/16")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve(options.network, options.machines))
        return 0
    words = ("-m", "bench.scan", "--serve", "--machines", str(options.machines), "--network", options.network)
    with subprocess.Popen([sys.executable, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdin is not None
        if child.stdout.readline() != b"ready\n":
            raise SystemExit("the virtual machines did not start")
        cpu_s = time.process_time()
        tally, first_s, wall_s = asyncio.run(search(options.network))
        cpu_s = time.process_time() - cpu_s
        child.stdin.close()
    dead = IPv4Network(options.network).num_addresses - 2 - options.machines
    rows = [
        Row(what=f"{options.machines:,} machines among {dead:,} dead", value=wall_s, unit="wall s", limit=LIMIT_S),
        Row(what="CPU of the search", value=cpu_s, unit="cpu s", limit=CPU_LIMIT_S),
        Row(what="until the first machine", value=first_s, unit="wall s"),
        Row(what="machines missed", value=options.machines - tally.machines, unit="count", limit=0),
        Row(what="addresses asked twice", value=tally.retried, unit="count"),
    ]
    return report("Finding machines", rows, note=str(tally))


if __name__ == "__main__":
    sys.exit(main())
