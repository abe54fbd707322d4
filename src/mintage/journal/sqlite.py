"""The journal in one SQLite file: durable, append-only, with one group-commit writer.

Callers of `append` from several threads queue up; whoever gets the lock writes for all of them in one transaction, each
in a savepoint of its own, so that one refused batch does not harm another and one fsync serves many.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path

from mintage.journal.chart import Chart
from mintage.journal.fact import Fact
from mintage.journal.rules import Rulebook
from mintage.journal.sqlite_reading import Connections, SqliteReading
from mintage.journal.sqlite_schema import check_version, connect, store_error, upgrades
from mintage.journal.sqlite_write import Job, Writer
from mintage.journal.store import Receipt
from mintage.units.errors import StoreError


class SqliteJournal(SqliteReading):
    """The `Journal` port on a SQLite file.

    Args:
        path: the file; created when it is first written.
        chart: which accounts exist.
        rulebook: how facts are posted.

    Raises:
        StoreError: the file is no journal, is newer than this program, or cannot be opened.
    """

    def __init__(self, path: Path, chart: Chart, rulebook: Rulebook) -> None:
        super().__init__(Connections(path))
        self.path = path
        self._chart, self._rulebook = chart, rulebook
        self._writer: Writer | None = None
        self._queue: list[Job] = []
        self._queue_lock, self._write_lock = threading.Lock(), threading.Lock()
        if path.exists():
            probe = connect(path, write=False)
            outdated = check_version(probe, path) < len(upgrades())
            probe.close()
            if outdated:
                self._open_writer()

    def append(self, facts: Iterable[Fact]) -> list[Receipt]:
        """See `Journal.append`."""
        job = Job(facts)
        with self._queue_lock:
            self._queue.append(job)
        with self._write_lock:
            if not job.done:
                with self._queue_lock:
                    jobs, self._queue = self._queue, []
                try:
                    self._open_writer().commit(jobs)
                except BaseException:
                    # Whoever waits in another thread must not take silence for success.
                    Writer.fail(jobs, StoreError(f"{self.path}: could not be written; nothing was changed."))
                    raise
        if job.error is not None:
            raise job.error
        return job.receipts

    def _open_writer(self) -> Writer:
        if self._writer is None:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self._writer = Writer(self.path, self._chart, self._rulebook)
            except (OSError, sqlite3.Error) as error:
                raise store_error(self.path, error) from error
        return self._writer

    def close(self) -> None:
        """See `Journal.close`."""
        self._connections.close()
        if self._writer is not None:
            # The last one out moves the log into the file, which only a writer can: the file alone is then the journal.
            self._writer.db.close()
            self._writer = None
