"""The board behind the fleet's pages: 100,000 machines in a state file, read, refreshed, sorted and filtered.

1. A state file is filled by the real store (`SqliteLatest`) with machines of three sites whose readings are drawn from
   a seed. A board reads them all, once.
2. 500 machines say something new and are put; the board is refreshed. The median of thirty such rounds is told, without
   the agent's own write.
3. Pages are asked, each on a state that has not been asked before: sorted by a reading and filtered by state, model and
   a number; a search for a text; the counts and sums beside the table. All of it is one thread's work, so that CPU
   time is what a person waits on a machine with a core to spare.

Run: python -m bench.board [--machines N]
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from bench.measure import Row, report, rss_peak_mb
from mintage.fleet.board.board import Board
from mintage.fleet.board.local import LocalSource
from mintage.fleet.board.page import Filters, Range, facets, page, totals
from mintage.fleet.drivers.port import Identity
from mintage.fleet.latest import Machine, Place
from mintage.fleet.latest_store import SqliteLatest
from mintage.fleet.models import models
from mintage.fleet.readings import Board as HashBoard
from mintage.fleet.readings import Snapshot
from mintage.state.db import StateDb

MACHINES, CHANGED, ROUNDS = 100_000, 500, 30
SITES = ("alder", "birch", "cedar")
PAGE_MS, REFRESH_MS, MEMORY_MB = 30.0, 20.0, 400.0
START_US = 1_767_571_200_000_000


class Drawn:
    """Machines with readings like real ones, from a seed."""

    def __init__(self, count: int) -> None:
        self._draw = np.random.default_rng(5)
        self._kinds = [model for model in models().values() if model.family == "a"]
        self._which = self._draw.integers(0, len(self._kinds), count)

    def machine(self, number: int, at_us: int) -> Machine:
        """One machine, as an agent knows it."""
        kind = self._kinds[self._which[number]]
        rate, hot = kind.hashrate_ths * self._draw.normal(1, 0.02), int(self._draw.normal(82, 4))
        values: dict[str, float | int | str] = {
            "hashrate_ths": round(float(rate), 1), "hashrate_avg_ths": kind.hashrate_ths,
            "hashrate_expected_ths": kind.hashrate_ths, "power_in_w": int(kind.power_w * self._draw.normal(1, 0.01)),
            "power_hash_w": kind.power_w - 120, "inlet_c": 24, "outlet_c": 41, "chip_avg_c": hot - 7,
            "chip_max_c": hot, "fan_duty_pct": 60, "fan_min_rpm": 4200, "boards": kind.boards,
            "frequency_mhz": 560.0, "voltage_hash_v": 13.2, "error_pct": 0.4, "error_bits": 0,
            "uptime_s": at_us // 1_000_000 % 2_000_000, "mode": "normal",
            "state": "offline" if number % 500 == 0 else "hashing", "accepted_diff": at_us // 1000,
            "rejected_diff": at_us // 200_000, "stale_diff": 0, "work_per_min": 2800.0,
            "pool_url": "stratum+tcp://pool.example:3333", "worker": f"lodequarry.{number // 250}x{number % 250}",
            "firmware": kind.firmware,
        }  # fmt: skip
        texts = b" ".join(b"%d" % (hot - n % 9) for n in range(kind.chips_per_board))
        boards = tuple(HashBoard(n, kind.hashrate_ths / 3, hot - 7, hot, texts, texts, texts) for n in range(3))
        return Machine(
            asset=f"m-{number * 2_654_435_761 % (1 << 48):012x}",
            site=SITES[number % len(SITES)],
            identity=Identity(
                driver="avalon",
                make="Canaan",
                model=kind.model,
                name=kind.name,
                dna=f"{number:016x}",
                nameplate_ths=kind.hashrate_ths,
                nameplate_w=kind.power_w,
                firmware=kind.firmware,
            ),
            place=Place(
                address=f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}",
                hall=f"hall-{number // 10_000 + 1}",
                rack=f"r{number // 50 + 1}",
                feeder="main",
                slot=number % 50 + 1,
            ),
            serial=f"LQ25{number:08}",
            snapshot=Snapshot(
                at_us=at_us,
                slow_us=at_us,
                values=values,
                sources=dict.fromkeys(values, "estats.GHSspd"),
                boards=boards,
                fans_rpm=(4200, 4230, 4190, 4260),
            ),
            seen_us=at_us,
        )


def timed_ms(work: Callable[[], object]) -> tuple[float, float]:
    """CPU and wall milliseconds of one run."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return (time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000


def main() -> int:
    """Fill, read, refresh and ask; exit 1 when a limit was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--machines", type=int, default=MACHINES)
    count = parser.parse_args().machines
    drawn = Drawn(count)
    with tempfile.TemporaryDirectory() as folder:
        dbs = {site: StateDb(Path(folder) / site / "agent.db") for site in SITES}
        stores = {site: SqliteLatest(db) for site, db in dbs.items()}
        for first in range(0, count, 5000):
            put(stores, [drawn.machine(n, START_US) for n in range(first, min(first + 5000, count))])
        gc.collect()
        before_mb = rss_now_mb()
        board = Board([LocalSource(site, db) for site, db in dbs.items()])
        read_cpu_ms, read_ms = timed_ms(board.refresh)
        gc.collect()
        held_mb = rss_now_mb() - before_mb
        rows = rounds(board, stores, drawn, count)
        for db in dbs.values():
            db.close()
    rows += [
        Row(what="first reading of all", value=read_cpu_ms / 1000, unit="cpu s", wall_s=read_ms / 1000),
        Row(what="memory that the board holds", value=held_mb, unit="MB", limit=MEMORY_MB),
        Row(what="peak of the process, stores included", value=rss_peak_mb(), unit="MB"),
    ]
    return report(f"A board of {count:,} machines", rows)


def put(stores: dict[str, SqliteLatest], machines: list[Machine]) -> None:
    """Put machines into the store of their site."""
    for site, store in stores.items():
        store.put(machine for machine in machines if machine.site == site)


def rounds(board: Board, stores: dict[str, SqliteLatest], drawn: Drawn, count: int) -> list[Row]:
    """Put, refresh and ask, again and again; each page is asked of a state that nobody asked before."""
    draw = np.random.default_rng(7)
    narrow = Filters(state=("hashing",), model=("15-194", "16-282"), ranges=(Range("chip_max_c", 70, 95),))
    asked: dict[str, tuple[float | None, Callable[[], object]]] = {
        f"refresh with {CHANGED} changed": (REFRESH_MS, board.refresh),
        "page: sorted by hash rate": (PAGE_MS, lambda: page(board.view, Filters(), "hashrate_ths")),
        "page: sorted and filtered": (PAGE_MS, lambda: page(board.view, narrow, "efficiency_j_th", descending=True)),
        "page: search for a text": (PAGE_MS, lambda: page(board.view, Filters(text="25x17"), "uptime_s")),
        "counts by state, model, site": (PAGE_MS, lambda: facets(board.view, Filters())),
        "totals": (PAGE_MS, lambda: totals(board.view, Filters())),
    }
    times: dict[str, list[tuple[float, float]]] = {what: [] for what in asked}
    for number in range(1, ROUNDS + 1):
        at_us = START_US + number * 10_000_000
        put(stores, [drawn.machine(n, at_us) for n in draw.choice(count, CHANGED, replace=False).tolist()])
        for what, (_, work) in asked.items():
            times[what].append(timed_ms(work))
    return [
        Row(
            what=what,
            value=median(cpu_ms for cpu_ms, _ in times[what]),
            unit="cpu ms",
            limit=limit,
            wall_s=median(wall_ms for _, wall_ms in times[what]) / 1000,
            peer=f"worst {max(times[what])[0]:.1f}",
        )
        for what, (limit, _) in asked.items()
    ]


def rss_now_mb() -> float:
    """Resident memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
    return pages * 4096 / 1e6


if __name__ == "__main__":
    sys.exit(main())
