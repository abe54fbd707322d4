"""The process of one job: reads its task, works, and tells line by line how far it is and what came out."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec

from mintage.desk.jobs import Task, Told
from mintage.house import open_journal
from mintage.journal.sqlite import SqliteJournal
from mintage.units.errors import MintageError

KINDS: dict[str, str] = {
    "plan": "mintage.desk.plan_job:work",
    "tieout": "mintage.desk.tieout_job:work",
    "close": "mintage.desk.close_job:work",
    "check": "mintage.desk.check_job:work",
    "reconcile": "mintage.desk.reconcile_job:work",
    "export": "mintage.desk.export_job:work",
    "backup": "mintage.desk.backup_job:work",
}
"""Kind of job to the function that does it: `work(journal, task, tell) -> result`."""
TELL_S = 0.2
"""Real seconds between two words on how far a job is."""
_ENCODER = msgspec.json.Encoder(decimal_format="string", enc_hook=str)


class Teller:
    """Tells how far a job is, not more often than anybody wants to know."""

    def __init__(self) -> None:
        self._told_s = 0.0

    def __call__(self, done: int, total: int, note: str = "") -> None:
        """Tell of steps done, of so many in all; 0 in all where that is not known."""
        if 0 < total <= done or time.monotonic() - self._told_s >= TELL_S:
            self._told_s = time.monotonic()
            say(Told(done=done, total=total, note=note))


Work = Callable[[SqliteJournal, Task, Teller], Any]


def say(told: Told) -> None:
    """Write one line to whoever follows."""
    sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
    sys.stdout.buffer.flush()


def main() -> None:
    """Do the one task that standard input describes."""
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    module, _, name = KINDS[task.kind].partition(":")
    work: Work = getattr(import_module(module), name)
    journal = open_journal(Path(task.db))
    try:
        result = work(journal, task, Teller())
    except MintageError as error:
        say(Told(problem=getattr(error, "problem", None) or str(error), remedy=getattr(error, "remedy", None) or ""))
        return
    finally:
        journal.close()
    say(Told(result=msgspec.Raw(_ENCODER.encode(result))))


if __name__ == "__main__":
    main()
