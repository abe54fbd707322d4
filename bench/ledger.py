"""The ledger against beancount: 100,000 transactions that leave 27,000 FIFO lots open, booked and validated.

The mix is that of the peer's figure: 30% of the transactions open a lot, 3% sell by FIFO, the rest pay bills.

Run: python -m bench.ledger
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from bench.measure import Row, report, rss_peak_mb
from mintage.books.facts import ExpensePaid
from mintage.house import open_journal, rulebook
from mintage.journal.chart import default_chart
from mintage.journal.fact import Fact
from mintage.journal.memory import MemoryJournal
from mintage.treasury.facts import BitcoinBought, BitcoinSold

TRANSACTIONS = 100_000
DAY_US = 86_400_000_000
BEANCOUNT_CPU_S = 642.8  # bean-check 3 on the same mix, published in the notes behind this benchmark
MEMORY_LIMIT_S, DURABLE_LIMIT_S = 1.0, 6.0


def transactions(count: int, seed: int = 1) -> list[Fact]:
    """Facts of a miner's books: seeded, in order of time."""
    draw = random.Random(seed)
    start = date(2020, 1, 1)
    facts = []
    for number in range(count):
        day = start + timedelta(days=number * 1800 // count)
        kind = draw.random()
        data: BitcoinBought | BitcoinSold | ExpensePaid
        if kind < 0.30 or number < 100:
            data = got(draw)
        elif kind < 0.33:
            sats = draw.randrange(1_000_000, 18_000_000)
            data = BitcoinSold(wallet="hot", bank="dbs", sats=sats, proceeds=sats // 10)
        else:
            data = ExpensePaid(function="ga", expense="office", bank="dbs", amount=draw.randrange(100, 100_000))
        at = (day - date(1970, 1, 1)).days * DAY_US + number
        facts.append(Fact(key=f"t{number}", at=at, date=day, actor="bench", data=data))
    return facts


def got(draw: random.Random) -> BitcoinBought:
    """A lot of about a tenth of a bitcoin."""
    sats = draw.randrange(5_000_000, 15_000_000)
    return BitcoinBought(wallet="hot", bank="dbs", sats=sats, cost=sats // 10)


def in_memory(facts: list[Fact]) -> tuple[float, float, int]:
    """Wall and CPU seconds of booking in memory, and how many lots stay open."""
    journal = MemoryJournal(default_chart(), rulebook())
    wall, cpu = time.perf_counter(), time.process_time()
    journal.append(facts)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    pools = journal.ledger.lots.pools.values()
    return wall, cpu, sum(len(pool.holdings) for pool in pools)


def durable(facts: list[Fact]) -> tuple[float, float]:
    """Wall and CPU seconds of writing to SQLite and reading the balances back."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        wall, cpu = time.perf_counter(), time.process_time()
        journal = open_journal(path)
        journal.append(facts)
        journal.close()
        balances = open_journal(path).balances()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        assert balances
    return wall, cpu


def main() -> int:
    """Print the table; exit 1 when a limit is missed by the best of three runs."""
    facts = transactions(TRANSACTIONS)
    memory = min(in_memory(facts) for _ in range(3))
    disk = min(durable(facts) for _ in range(2))
    rows = [
        Row(
            what=f"{TRANSACTIONS:,} transactions, {memory[2]:,} open lots, in memory",
            value=memory[1],
            unit="cpu s",
            limit=MEMORY_LIMIT_S,
            wall_s=memory[0],
            peer=f"beancount {BEANCOUNT_CPU_S} cpu s, 348 MB",
        ),
        Row(
            what="same, durable in SQLite, balances read back",
            value=disk[1],
            unit="cpu s",
            limit=DURABLE_LIMIT_S,
            wall_s=disk[0],
            peer="beancount stores nothing",
        ),
        Row(what="peak memory, the facts of the benchmark included", value=rss_peak_mb(), unit="MB"),
    ]
    return report("The ledger", rows, "Best of three runs in memory, of two on disk.")


if __name__ == "__main__":
    sys.exit(main())
