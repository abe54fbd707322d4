"""Kill -9 at random instants during import: nothing is half-written, and nothing acknowledged is lost.

Each trial forks a process that imports several files into a new journal, one durable commit each, and tells through a
pipe when a transaction begins, when SQLite commits, and when the import has returned (the acknowledgement). A
third of the kills fall anywhere in the run; the others soon after a commit began, where damage would be. After each
kill the journal is opened again and must hold: every file wholly or not at all, all that were acknowledged, a chain and
books that pass every check; and importing all files once more must end at the very hash of an undisturbed run.

Run: python -m bench.crash [--kills N] [--seed N]
"""

from __future__ import annotations

import argparse
import os
import random
import select
import signal
import sqlite3
import sys
import tempfile
import time
import warnings
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench.intake import KINDS, lines
from bench.measure import Row, report
from mintage.house import open_journal, rulebook
from mintage.journal.chart import default_chart
from mintage.journal.checks import run_checks
from mintage.journal.intake import import_files, read_file

KILLS, SEED = 200, 11
FILES, FACTS = 6, 150
WAIT_S = 30.0
READY, BEGIN, COMMIT, COMMITTED, ACKNOWLEDGED, CLOSING = b"R", b"B", b"C", b"D", b"A", b"Z"
PHASES = {
    READY: "before: while the first file was read",
    BEGIN: "before: facts were booked in an open transaction",
    COMMIT: "during: SQLite was committing",
    COMMITTED: "after: committed, not yet acknowledged",
    ACKNOWLEDGED: "after: acknowledged, the next file was read",
    CLOSING: "after: the journal was being closed",
}


@dataclass(frozen=True)
class Load:
    """What each trial imports, and where an undisturbed run ends.

    Attributes:
        files: the fact files.
        keys: the keys in each.
        head: number and hash of the last fact after all of them.
        run_s: how long an undisturbed run takes.
    """

    files: list[Path]
    keys: list[set[str]]
    head: tuple[int, bytes]
    run_s: float


@dataclass
class Trial:
    """One kill.

    Attributes:
        phase: the last event that the process told.
        acknowledged: how many files were.
        present: how many files the journal held when it was opened again.
        faults: what was wrong.
    """

    phase: bytes
    acknowledged: int
    present: int = 0
    faults: list[str] = field(default_factory=list)


def prepare(folder: Path) -> Load:
    """Write the files and import them once, undisturbed."""
    draw, files = random.Random(SEED), []
    kinds = cycle(kind for kind, (_, suffix) in KINDS.items() if suffix == "csv")
    for number, kind in zip(range(FILES), kinds, strict=False):
        path = folder / f"{number}-{kind}.csv"
        path.write_text("".join(lines(kind, "csv", range(number * FACTS, (number + 1) * FACTS), FILES * FACTS, draw)))
        files.append(path)
    start = time.perf_counter()
    journal = open_journal(folder / "whole.db")
    for path in files:
        import_files(journal, [path], "bench")
    head = journal.head()
    journal.close()
    run_s = time.perf_counter() - start
    return Load(files, [{placed.fact.key for placed in read_file(path, "bench")} for path in files], head, run_s)


def import_and_tell(load: Load, database: Path, pipe: int) -> None:
    """What the process does that will be killed."""

    class Telling(sqlite3.Connection):
        def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
            if sql in {"BEGIN IMMEDIATE", "COMMIT"}:
                os.write(pipe, sql[:1].encode())
            cursor = super().execute(sql, *arguments)
            if sql == "COMMIT":
                os.write(pipe, COMMITTED)
            return cursor

    with patch.object(sqlite3, "connect", partial(sqlite3.connect, factory=Telling)):
        os.write(pipe, READY)
        journal = open_journal(database)
        for path in load.files:
            import_files(journal, [path], "bench")
            os.write(pipe, ACKNOWLEDGED)
        os.write(pipe, CLOSING)
        journal.close()


def kill(load: Load, database: Path, draw: random.Random) -> Trial:
    """Start an import, kill it at a random instant, and say what it had told by then."""
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        # Newer interpreters warn of forks beside threads; this child takes no lock that another thread could hold.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        os.close(reader)
        code = 1
        try:
            import_and_tell(load, database, writer)
            code = 0
        finally:
            os._exit(code)  # not through the handlers of the parent, whose copy this process is
    os.close(writer)
    events = b""
    if draw.random() < 1 / 3:
        time.sleep(draw.random() * load.run_s * 1.1)
    else:
        events = wait_for(reader, COMMIT, draw.randrange(1, FILES + 2))
        time.sleep(draw.random() * 0.004)
    os.kill(child, signal.SIGKILL)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) > 0:
        raise SystemExit("the importing process failed by itself")
    while part := os.read(reader, 4096):
        events += part
    os.close(reader)
    return Trial(events[-1:] or READY, events.count(ACKNOWLEDGED))


def wait_for(reader: int, event: bytes, count: int) -> bytes:
    """Read events until one of them was told so often, or the process has ended."""
    events = b""
    while events.count(event) < count:
        if not select.select([reader], [], [], WAIT_S)[0]:
            raise SystemExit("the importing process hangs")
        part = os.read(reader, 1)
        if not part:
            break
        events += part
    return events


def verify(load: Load, database: Path, trial: Trial) -> None:
    """Open the journal that the dead process left and note what is wrong with it."""
    if not database.exists() or not is_journal(database):
        if trial.acknowledged:
            trial.faults.append("the journal is gone, though files were acknowledged")
        return
    journal = open_journal(database)
    stored = {item.fact.key for item in journal.facts()}
    for number, keys in enumerate(load.keys):
        found = len(keys & stored)
        trial.present += found == len(keys)
        if 0 < found < len(keys):
            trial.faults.append(f"file {number} is there in part: {found} of {len(keys)} facts")
        if number < trial.acknowledged and found < len(keys):
            trial.faults.append(f"file {number} was acknowledged and is missing")
    for result in run_checks(journal, default_chart(), rulebook()):
        trial.faults += [f"check {result.name}: {problem.what}" for problem in result.problems[:1]]
    for path in load.files:
        import_files(journal, [path], "bench")
    if journal.head() != load.head:
        trial.faults.append("importing once more does not end at the hash of an undisturbed run")
    journal.close()


def is_journal(database: Path) -> bool:
    """Whether the file got as far as having a schema."""
    db = sqlite3.connect(database)
    try:
        return bool(db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0])
    finally:
        db.close()


def main() -> int:
    """Kill, verify, print the table; exit 1 when a single fault was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    draw = random.Random(options.seed)
    trials = []
    with tempfile.TemporaryDirectory() as scratch:
        load = prepare(Path(scratch))
        for number in range(options.kills):
            database = Path(scratch, f"{number}.db")
            trial = kill(load, database, draw)
            verify(load, database, trial)
            trials.append(trial)
            for leftover in Path(scratch).glob(f"{number}.db*"):
                leftover.unlink()
    counts = Counter(trial.phase for trial in trials)
    rows = [Row(what=name, value=counts[phase], unit="kills") for phase, name in PHASES.items()]
    faults = [f"kill {number}: {fault}" for number, trial in enumerate(trials) for fault in trial.faults]
    held = sum(trial.present for trial in trials)
    promised = sum(trial.acknowledged for trial in trials)
    harmed = sum(bool(trial.faults) for trial in trials)
    rows += [
        Row(what="files acknowledged before the kill", value=promised, unit="files"),
        Row(what="files found whole after reopening", value=held, unit="files"),
        Row(what="kills after which anything was wrong", value=harmed, unit="kills", limit=0),
    ]
    for fault in faults[:20]:
        print(fault)
    return report(f"Kill -9: {len(trials)} during imports of {FILES} files of {FACTS} facts, seed {options.seed}", rows)


if __name__ == "__main__":
    sys.exit(main())
