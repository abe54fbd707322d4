"""Export of a million postings to every form, and of the whole company to a backup and back.

The journal is that of `bench.intake`: 250,000 facts of four postings each. Each export runs in a process of its own,
so that its peak memory is its own. The limits: twenty seconds of CPU are what a person waits for a file that is made
once a month, and hledger and beancount themselves need longer to read it; memory must not grow with the journal, so it
is held to a little more than SQLite's cache of 64 MB and the program, and for Parquet to that and half of what DuckDB
may take.

Run: python -m bench.export [--postings N]
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.intake import POSTINGS, write_files
from bench.measure import Row, report, rss_peak_mb, run_python

CPU_LIMIT_S, MEMORY_LIMIT_MB, PARQUET_MEMORY_LIMIT_MB = 20.0, 160.0, 400.0
BACKUP_LIMIT_S = 10.0
FORMS = (
    ("journal", "beancount"),
    ("journal", "hledger"),
    ("facts", "jsonl"),
    ("postings", "csv"),
    ("postings", "parquet"),
)


def write_one(database: str, what: str, form: str, out: str) -> dict[str, float]:
    """Export one thing in this process; run by `main` as a child."""
    from mintage.exchange.export import export  # noqa: PLC0415  only the child pays for it
    from mintage.house import open_journal  # noqa: PLC0415  as above

    wall, cpu = time.perf_counter(), time.process_time()
    export(open_journal(Path(database)), what, form, Path(out))
    return {
        "wall_s": time.perf_counter() - wall,
        "cpu_s": time.process_time() - cpu,
        "rss_mb": rss_peak_mb(),
        "file_mb": Path(out).stat().st_size / 1e6,
    }


def save_and_restore(database: str, folder: str) -> dict[str, float]:
    """Back up a company that is all journal, and restore it; run by `main` as a child."""
    from mintage.exchange.backup import back_up  # noqa: PLC0415  only the child pays for it
    from mintage.exchange.folders import Places  # noqa: PLC0415  as above
    from mintage.exchange.restore import restore  # noqa: PLC0415  as above

    nowhere = Path(folder, "nowhere")
    places = Places(db=Path(database), state=nowhere, data=nowhere, headquarters=nowhere, wallets=nowhere)
    start = time.perf_counter()
    made = back_up(places, Path(folder, "backup.tar.gz"))
    saved = time.perf_counter() - start
    start = time.perf_counter()
    found = restore(made.path, Places.under(Path(folder, "restored")))
    assert found.problems == ()
    return {
        "backup_s": saved,
        "restore_s": time.perf_counter() - start,
        "rss_mb": rss_peak_mb(),
        "file_mb": made.size / 1e6,
    }


def child(*arguments: str) -> dict[str, float]:
    """What a child measured."""
    found: dict[str, float] = json.loads(run_python("-m", "bench.export", "--child", *arguments).stdout)
    return found


def tenth(folder: Path, postings: int) -> float | None:
    """Seconds in which hledger checks the export of a tenth of the journal; None where it is not here."""
    hledger = shutil.which("hledger")
    if hledger is None:
        return None
    facts = folder / "tenth"
    facts.mkdir()
    write_files(facts, postings // 10)
    make(facts, folder / "tenth.db")
    child(str(folder / "tenth.db"), "journal", "hledger", str(folder / "tenth.journal"))
    start = time.perf_counter()
    subprocess.run([hledger, "-f", str(folder / "tenth.journal"), "check", "--strict"], check=True)
    return time.perf_counter() - start


def make(facts: Path, database: Path) -> None:
    """A journal of fact files."""
    run_python("-m", "bench.intake", "--child", str(facts), str(database))


def main() -> int:
    """Make the journal, measure each export, print the table; exit 1 when a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postings", type=int, default=POSTINGS)
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        print(json.dumps((write_one if len(options.child) == 4 else save_and_restore)(*options.child)))
        return 0
    scale = max(options.postings / POSTINGS, 1)
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        facts = folder / "facts"
        facts.mkdir()
        write_files(facts, options.postings)
        make(facts, folder / "journal.db")
        for what, form in FORMS:
            found = child(str(folder / "journal.db"), what, form, str(folder / f"out.{form}"))
            limit_mb = PARQUET_MEMORY_LIMIT_MB if form == "parquet" else MEMORY_LIMIT_MB
            name = f"{options.postings:,} postings as {form}, {found['file_mb']:,.0f} MB"
            rows += [
                Row(what=name, value=found["cpu_s"], unit="cpu s", limit=CPU_LIMIT_S * scale, wall_s=found["wall_s"]),
                Row(what="... peak memory", value=found["rss_mb"], unit="MB", limit=limit_mb),
            ]
        found = child(str(folder / "journal.db"), str(folder))
        rows += [
            Row(
                what=f"backup of that journal, {found['file_mb']:,.0f} MB",
                value=found["backup_s"],
                unit="wall s",
                limit=BACKUP_LIMIT_S * scale,
            ),
            Row(
                what="restore of it, verified twice, its chain checked",
                value=found["restore_s"],
                unit="wall s",
                limit=2 * BACKUP_LIMIT_S * scale,
            ),
            Row(what="... peak memory of both", value=found["rss_mb"], unit="MB", limit=MEMORY_LIMIT_MB),
        ]
        checked = tenth(folder, options.postings)
        if checked is not None:
            rows.append(Row(what="hledger checks a tenth of the journal, for comparison", value=checked, unit="wall s"))
    return report("Export and backup", rows, "Each in a process of its own; memory includes the program's start.")


if __name__ == "__main__":
    sys.exit(main())
