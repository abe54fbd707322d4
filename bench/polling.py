"""Polling a fleet: ours, pyasic and pyasic_rs read the same virtual machines, one after the other, in the same run.

The machines run in a process of their own. A poll is everything that a client offers to read in one call: state,
hash rate, power, temperatures, fans, boards with their chips, pools. Ours makes its slow round (version, pools,
counters) with the first poll and then polls as an agent does between slow rounds; both are told. The limits apply to
the latter: polls per second are per core of the client, and the wall seconds stand beside. On two cores the machines
keep the other one busy, so that the wall rate says as much of them. The best of the rounds counts, for every client:
fewest misses, then least CPU; what a neighbour on the same computer takes is not the client's.

Run: python -m bench.polling [--count 500] [--rounds 6]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.measure import Row, report

ROOT = Path(__file__).parents[1]
PEERS = ROOT / ".venv-peers" / "bin" / "python"
NETWORK = "127.120.0.0/20"
FLIGHT = 100
"""Polls under way at once."""
POLLS_PER_CPU_S_MIN = 2_000.0
CPU_MS_MAX = 0.3

Figures = dict[str, dict[str, float]]
"""By kind of work: wall_s, cpu_s and polls of its best round, and what was missed in all."""


async def rounds(addresses: Sequence[str], poll: Callable[[str], Awaitable[bool]], number: int) -> dict[str, float]:
    """Poll all machines so many times, with a bounded number under way; the best round, and all misses.

    Args:
        addresses: the machines.
        poll: reads one; whether it brought what is wanted.
        number: rounds.
    """
    missed = 0

    async def work(waiting: list[str]) -> None:
        nonlocal missed
        while waiting:
            missed += not await poll(waiting.pop())

    best = {"missed": float("inf"), "cpu_s": 0.0, "wall_s": 0.0}
    missed_before = 0
    for _ in range(number):
        waiting = list(addresses)
        wall, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(work(waiting) for _ in range(FLIGHT)))
        told = {"missed": missed - missed_before, "cpu_s": time.process_time() - cpu}
        told["wall_s"] = time.perf_counter() - wall
        best = min(best, told, key=lambda figures: (figures["missed"], figures["cpu_s"]))
        missed_before = missed
    return best | {"polls": len(addresses), "missed": missed}


async def ours(addresses: Sequence[str], number: int) -> Figures:
    """Our driver: identify, the first poll with its slow round, then polls."""
    from mintage.fleet.drivers.port import Identity, Session, Target  # noqa: PLC0415  peers run this file without us
    from mintage.fleet.drivers.registry import driver_named  # noqa: PLC0415
    from mintage.units.clock import SystemClock  # noqa: PLC0415

    driver, clock = driver_named("avalon"), SystemClock()
    known: dict[str, Identity] = {}
    sessions: dict[str, Session] = {}

    async def identify(address: str) -> bool:
        found = await driver.identify(Target(address), 5.0)
        if found:
            known[address] = found
            sessions[address] = driver.session(Target(address), found, clock, 1e6)
        return found is not None

    async def poll(address: str) -> bool:
        snapshot = await sessions[address].poll()
        read = snapshot.values
        return "hashrate_ths" in read and "power_in_w" in read and "pool_url" in read and len(snapshot.boards) == 3

    async def chips(address: str) -> bool:
        snapshot = await sessions[address].poll()
        return all(
            len(board.chips_c) == len(board.chips_v) == len(board.chips_work) == 160 for board in snapshot.boards
        )

    return {
        "identify": await rounds(addresses, identify, 1),
        "first poll": await rounds(addresses, poll, 1),
        "poll": await rounds(addresses, poll, number),
        "poll, every chip": await rounds(addresses, chips, 1),
    }


async def with_pyasic(addresses: Sequence[str], number: int) -> Figures:
    """pyasic: `get_miner`, then `get_data`."""
    import pyasic  # type: ignore[import-not-found]  # noqa: PLC0415  only in the peers' environment

    return await with_peer(pyasic.get_miner, addresses, number)


async def with_pyasic_rs(addresses: Sequence[str], number: int) -> Figures:
    """pyasic_rs: `get_miner`, then `get_data`."""
    from pyasic_rs import MinerFactory  # noqa: PLC0415  only in the peers' environment

    return await with_peer(MinerFactory().get_miner, addresses, number)


async def with_peer(find: Callable[[str], Awaitable[Any]], addresses: Sequence[str], number: int) -> Figures:
    """A peer that finds a machine at an address, which then tells its data."""
    miners: dict[str, Any] = {}

    async def identify(address: str) -> bool:
        found = await find(address)
        if found is not None:
            miners[address] = found
        return found is not None

    async def poll(address: str) -> bool:
        data = await miners[address].get_data() if address in miners else None
        return data is not None and data.wattage is not None and len(data.hashboards) == 3

    return {"identify": await rounds(addresses, identify, 1), "poll": await rounds(addresses, poll, number)}


CLIENTS = {"ours": ours, "pyasic": with_pyasic, "pyasic_rs": with_pyasic_rs}


@contextmanager
def serving(count: int) -> Iterator[list[str]]:
    """Virtual machines in a process of their own; their addresses."""
    command = [sys.executable, "-m", "bench.polling", "--serve", "--count", str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise SystemExit("the virtual fleet did not start")
            yield json.loads(line)
        finally:
            process.terminate()


async def serve(count: int) -> None:
    """Play machines until the process is ended; tells their addresses first."""
    from mintage.fleet.virtual.build import FleetSpec, build_fleet  # noqa: PLC0415  peers run this file without us
    from mintage.units.clock import SystemClock  # noqa: PLC0415

    async with build_fleet(FleetSpec(network=NETWORK, count=count, mix="A15-194"), SystemClock()) as fleet:
        print(json.dumps([machine.address for machine in fleet.machines]), flush=True)
        await asyncio.Event().wait()


def run_client(name: str, addresses: list[str], number: int) -> Figures | None:
    """A client's figures, from a fresh process; None where a peer's environment is not installed."""
    python = Path(sys.executable) if name == "ours" else PEERS
    if not python.exists():
        return None
    command = [str(python), "-m", "bench.polling", "--client", name, "--rounds", str(number)]
    told = json.dumps(addresses)
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, input=told)
    if done.returncode and name == "ours":
        raise SystemExit(f"{name} failed: {done.stderr[-2000:]}")
    if done.returncode:  # a peer that crashes is a figure missing, not a benchmark that failed
        print(f"{name} ended with {done.returncode}: {done.stderr[-500:] or 'no word'}")
        return None
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def rows_of(figures: dict[str, Figures]) -> list[Row]:
    """Ours against the limits, with the peers' figures beside; then each kind of work of each client."""
    poll = figures["ours"]["poll"]
    rate = {name: told["poll"]["polls"] / told["poll"]["cpu_s"] for name, told in figures.items()}
    cpu_ms = {name: told["poll"]["cpu_s"] / told["poll"]["polls"] * 1000 for name, told in figures.items()}
    others = [name for name in figures if name != "ours"]
    rows = [
        Row(
            what="A15 polled per second of one core",
            value=rate["ours"],
            unit="polls",
            limit=POLLS_PER_CPU_S_MIN,
            at_least=True,
            wall_s=poll["wall_s"],
            peer=", ".join(f"{name} {rate[name]:,.0f}" for name in others),
        ),
        Row(
            what="CPU per A15 polled",
            value=cpu_ms["ours"],
            unit="ms",
            limit=CPU_MS_MAX,
            peer=", ".join(f"{name} {cpu_ms[name]:.2f}" for name in others),
        ),
        Row(
            what="polls missed",
            value=sum(work["missed"] for work in figures["ours"].values()),
            unit="polls",
            limit=0,
            peer=", ".join(f"{name} {sum(w['missed'] for w in figures[name].values()):,.0f}" for name in others),
        ),
    ]
    for name, told in figures.items():
        for kind, work in told.items():
            each_ms = work["cpu_s"] / work["polls"] * 1000
            shown = f"{work['polls'] / work['wall_s']:,.0f} per wall second, {work['missed']:.0f} missed"
            rows.append(Row(what=f"{name}: {kind}", value=each_ms, unit="cpu ms", wall_s=work["wall_s"], peer=shown))
    return rows


def main() -> int:
    """Run the clients one after the other; exit 1 when a limit was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=500, help="machines")
    parser.add_argument("--rounds", type=int, default=6, help="times that each is polled")
    parser.add_argument("--client", choices=sorted(CLIENTS), help=argparse.SUPPRESS)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve(options.count))
        return 0
    if options.client:
        print(json.dumps(asyncio.run(CLIENTS[options.client](json.load(sys.stdin), options.rounds))))
        return 0
    with serving(options.count) as addresses:
        told = {name: run_client(name, addresses, options.rounds) for name in CLIENTS}
    figures = {name: found for name, found in told.items() if found is not None}
    note = "" if len(figures) == len(CLIENTS) else "The peers' environment (.venv-peers) is not installed."
    return report(f"Polling {options.count} virtual A15, {options.rounds} rounds", rows_of(figures), note)


if __name__ == "__main__":
    sys.exit(main())
