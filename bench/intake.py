"""Import of a million postings from files, and trial balances as of past dates on them.

250,000 facts of four postings each on 200 accounts in six commodities: power bills with their energy, expenses in other
currencies, currency bought, and daily pool earnings that open 30,000 lots. They come as CSV and JSONL files, one for
each kind and half-year, and are read, checked, booked, hash-chained and stored with one durable commit.

Run: python -m bench.intake [--postings N]
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from bench.measure import Row, report, rss_peak_mb, run_python

POSTINGS = 1_000_000
FIRST_DAY, DAYS = date(2020, 7, 1), 1826
SITES, CREDITORS, PURPOSES = 40, 24, 20
DATES = 20
RUNS = 2  # the better one counts: the machine is shared
IMPORT_LIMIT_S, MEMORY_LIMIT_MB, AS_OF_LIMIT_S = 15.0, 400.0, 0.3
PEER_IMPORT = "beancount 128 s CPU, 1,930 MB for 500k txns without storing them"
PEER_AS_OF = "beanquery 4.1 s for 500k txns; bare sqlite 0.05-0.12 s"
KINDS = {
    "mining.power-billed": (0.50, "csv"),
    "mining.earned": (0.12, "csv"),
    "books.foreign-expense-paid": (0.28, "jsonl"),
    "treasury.currency-bought": (0.10, "csv"),
}


def fields(kind: str, draw: random.Random) -> dict[str, str]:
    """The fields of one fact as a file writes them: amounts with their units, prices as text."""
    site = f"site-{draw.randrange(SITES)}"
    if kind == "mining.power-billed":
        energy, amount = draw.randrange(1000, 900_000), draw.randrange(10_000, 9_000_000)
        creditor = f"utility-{draw.randrange(CREDITORS)}"
        return {"site": site, "creditor": creditor, "energy": f"{energy} kWh", "amount": f"{amount / 100:.2f} USD"}
    if kind == "mining.earned":
        sats, price = draw.randrange(1_000_000, 90_000_000), draw.randrange(2_000_000, 11_000_000)
        return {
            "site": site,
            "pool": f"pool-{draw.randrange(3)}",
            "sats": f"0.{sats:08d} BTC",
            "value": f"{sats * price // 10**8 / 100:.2f} USD",
            "price": f"{price / 100:.2f}",
            "price_source": "bench",
            "price_hour": "24",
        }
    currency = draw.choice(("CNY", "SGD", "EUR"))
    bank, units = f"bank-{currency.lower()}", draw.randrange(10_000, 5_000_000)
    if kind == "treasury.currency-bought":
        cost = f"{units / 500:.2f} USD"
        return {"bank_usd": "bank-usd", "bank": bank, "currency": currency, "units": str(units), "cost": cost}
    return {
        "function": draw.choice(("rd", "sm", "ga")),
        "expense": f"purpose-{draw.randrange(PURPOSES)}",
        "bank": bank,
        "currency": currency,
        "units": str(units),
        "rate": "0.2",
        "amount": f"{units / 500:.2f} USD",
    }


def write_files(folder: Path, postings: int, seed: int = 1) -> int:
    """Write the fact files, ten half-years for each kind; returns their bytes."""
    draw = random.Random(seed)
    for kind, (part, suffix) in KINDS.items():
        count = round(postings / 4 * part)
        for half in range(10):
            path = folder / f"{kind}-{half}.{suffix}"
            rows = range(half * count // 10, (half + 1) * count // 10)
            with path.open("w", encoding="utf-8") as file:
                file.writelines(lines(kind, suffix, rows, count, draw))
    return sum(path.stat().st_size for path in folder.iterdir())


def lines(kind: str, suffix: str, rows: range, count: int, draw: random.Random) -> Iterator[str]:
    """The lines of one file."""
    stem = kind.partition(".")[2]
    for number in rows:
        row = {
            "key": f"{stem}-{number}",
            "date": str(FIRST_DAY + timedelta(days=number * DAYS // count)),
            **fields(kind, draw),
        }
        if suffix == "jsonl":
            yield json.dumps({"kind": kind, **row}) + "\n"
            continue
        if number == rows.start:
            yield f"# kind: {kind}\n{','.join(row)}\n"
        yield ",".join(row.values()) + "\n"


def measure(folder: str, database: str) -> dict[str, float]:
    """What a fresh process needs to import the files and to answer trial balances; run by `main` as a child."""
    from mintage.house import open_journal  # noqa: PLC0415  only the child pays for it
    from mintage.journal.intake import import_files  # noqa: PLC0415  as above

    wall, cpu = time.perf_counter(), time.process_time()
    journal = open_journal(Path(database))
    facts = len(import_files(journal, [Path(folder)], "bench"))
    journal.close()
    imported = time.perf_counter() - wall, time.process_time() - cpu
    journal = open_journal(Path(database))
    balances = journal.balances()
    total = time.perf_counter() - wall, time.process_time() - cpu
    memory = rss_peak_mb()
    draw = random.Random(7)
    as_of = []
    for _ in range(DATES):
        day = FIRST_DAY + timedelta(days=draw.randrange(DAYS))
        start = time.perf_counter()
        assert journal.balances(end=day)
        as_of.append(time.perf_counter() - start)
    postings = sum(1 for _ in journal.reader.db.execute("SELECT 1 FROM postings"))
    return {
        "facts": facts,
        "postings": postings,
        "accounts": len({account for account, _ in balances}),
        "import_wall_s": imported[0],
        "import_cpu_s": imported[1],
        "wall_s": total[0],
        "cpu_s": total[1],
        "rss_mb": memory,
        "as_of_worst_s": max(as_of),
        "as_of_median_s": statistics.median(as_of),
        "file_mb": Path(database).stat().st_size / 1e6,
    }


def main() -> int:
    """Write the files, measure a child, print the table; exit 1 when a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postings", type=int, default=POSTINGS)
    parser.add_argument("--child", nargs=2, metavar=("FOLDER", "DB"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(measure(*options.child)))
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "facts")
        folder.mkdir()
        size = write_files(folder, options.postings)
        runs = [
            json.loads(run_python("-m", "bench.intake", "--child", str(folder), f"{scratch}/journal{run}.db").stdout)
            for run in range(RUNS)
        ]
    found = min(runs, key=lambda run: run["cpu_s"])
    scale = options.postings / POSTINGS
    count = f"{found['postings']:,} postings"
    rows = [
        Row(
            what=f"{count} imported, durable, trial-balanced",
            value=found["cpu_s"],
            unit="cpu s",
            limit=IMPORT_LIMIT_S * scale,
            wall_s=found["wall_s"],
            peer=PEER_IMPORT,
        ),
        Row(what="peak memory of the import", value=found["rss_mb"], unit="MB", limit=MEMORY_LIMIT_MB * max(scale, 1)),
        Row(
            what=f"trial balance as of a past date, worst of {DATES}",
            value=found["as_of_worst_s"],
            unit="wall s",
            limit=AS_OF_LIMIT_S * max(scale, 1),
            peer=PEER_AS_OF,
        ),
        Row(what="... median", value=found["as_of_median_s"], unit="wall s"),
    ]
    note = f"{found['accounts']} accounts; files of {size / 1e6:.0f} MB became a journal of {found['file_mb']:.0f} MB"
    return report(f"Import: {found['facts']:,} facts from CSV and JSONL", rows, note)


if __name__ == "__main__":
    sys.exit(main())
