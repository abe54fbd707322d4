"""The journal in one SQLite file: durable, append-only, with one group-commit writer.

Callers of `append` from several threads queue up; whoever gets the lock writes for all of them in one transaction, each
in a savepoint of its own, so that one refused batch does not harm another and one fsync serves many.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from mintage.journal.chart import Chart
from mintage.journal.fact import Fact
from mintage.journal.ledger import Entry
from mintage.journal.lots import Lot, LotMove, LotPolicy
from mintage.journal.rules import Rulebook
from mintage.journal.sqlite_read import SqliteReader
from mintage.journal.sqlite_schema import check_version, connect, departures, store_error, upgrades
from mintage.journal.sqlite_write import Job, Writer
from mintage.journal.store import Balances, LotState, MoveRow, PostingRow, RawRow, Receipt, Stored
from mintage.units.errors import StoreError


class SqliteJournal:
    """The `Journal` port on a SQLite file.

    Args:
        path: the file; created when it is first written.
        chart: which accounts exist.
        rulebook: how facts are posted.

    Raises:
        StoreError: the file is no journal, is newer than this program, or cannot be opened.
    """

    def __init__(self, path: Path, chart: Chart, rulebook: Rulebook) -> None:
        self.path = path
        self._chart, self._rulebook = chart, rulebook
        self._writer: Writer | None = None
        self._queue: list[Job] = []
        self._queue_lock, self._write_lock = threading.Lock(), threading.Lock()
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        if path.exists():
            probe = connect(path, write=False)
            outdated = check_version(probe, path) < len(upgrades())
            probe.close()
            if outdated:
                self._open_writer()

    # --- writing -------------------------------------------------------------------------------------------

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
        if self._writer is not None:
            self._writer.db.close()
            self._writer = None
        for db in self._readers:
            db.close()
        self._readers = []
        self._local = threading.local()

    # --- reading -------------------------------------------------------------------------------------------

    @property
    def reader(self) -> SqliteReader:
        """This thread's read-only view of the file."""
        found: SqliteReader | None = getattr(self._local, "reader", None)
        if found is None:
            db = connect(self.path, write=False)
            self._readers.append(db)
            found = self._local.reader = SqliteReader(db)
        return found

    @contextmanager
    def _reading(self) -> Iterator[SqliteReader]:
        try:
            yield self.reader
        except sqlite3.Error as error:
            raise store_error(self.path, error) from error

    def head(self) -> tuple[int, bytes]:
        """See `Journal.head`."""
        with self._reading() as reader:
            return reader.head()

    def fact(self, key: str) -> Stored | None:
        """See `Journal.fact`."""
        with self._reading() as reader:
            return reader.fact(key)

    def facts(self, kind: str | None = None, start: date | None = None, end: date | None = None) -> Iterator[Stored]:
        """See `Journal.facts`."""
        with self._reading() as reader:
            yield from reader.facts(kind, start, end)

    def raw(self) -> Iterator[RawRow]:
        """See `Journal.raw`."""
        with self._reading() as reader:
            yield from reader.raw()

    def entry(self, key: str) -> Entry | None:
        """See `History.entry`."""
        with self._reading() as reader:
            return reader.entry(key)

    def kind_of(self, key: str) -> str | None:
        """See `History.kind_of`."""
        with self._reading() as reader:
            return reader.kind_of(key)

    def reversed_by(self, key: str) -> str | None:
        """See `History.reversed_by`."""
        with self._reading() as reader:
            return reader.reversed_by(key)

    def lots_of(self, key: str) -> list[Lot]:
        """See `History.lots_of`."""
        with self._reading() as reader:
            return reader.lots_of(key)

    def moves_of(self, lot: str) -> list[LotMove]:
        """See `History.moves_of`."""
        with self._reading() as reader:
            return reader.moves_of(lot)

    def balances(self, start: date | None = None, end: date | None = None) -> Balances:
        """See `Journal.balances`."""
        with self._reading() as reader:
            return reader.balances(start, end)

    def postings(
        self, account: str = "*", commodity: str = "*", start: date | None = None, end: date | None = None
    ) -> Iterator[PostingRow]:
        """See `Journal.postings`."""
        with self._reading() as reader:
            yield from reader.postings(account, commodity, start, end)

    def moves(self, commodity: str, start: date | None = None, end: date | None = None) -> Iterator[MoveRow]:
        """See `Journal.moves`."""
        with self._reading() as reader:
            yield from reader.moves(commodity, start, end)

    def lot_states(self, commodity: str, end: date | None = None) -> list[LotState]:
        """See `Journal.lot_states`."""
        with self._reading() as reader:
            return reader.lot_states(commodity, end)

    def closed_periods(self) -> list[str]:
        """See `Journal.closed_periods`."""
        with self._reading() as reader:
            return reader.closed_periods()

    def lot_policies(self) -> dict[str, LotPolicy]:
        """See `Journal.lot_policies`."""
        with self._reading() as reader:
            return reader.lot_policies()

    def integrity(self) -> list[str]:
        """See `Journal.integrity`."""
        db = self.reader.db
        try:
            found = [str(row[0]) for row in db.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
            # Asked here and not at every insert, where it took a third of the writing: the writer itself makes the ids.
            orphans = db.execute("PRAGMA foreign_key_check").fetchmany(20)
            found += departures(db)
            found += [
                f"{table} of fact {seq} ('{key}') carry another date than the fact."
                for table in ("postings", "moves")
                for seq, key in db.execute(
                    f"SELECT DISTINCT f.seq, f.key FROM {table} t JOIN facts f ON f.seq = t.seq"  # noqa: S608  our own
                    " WHERE t.date <> f.date LIMIT 20"
                )
            ]
            noted = db.execute("SELECT seq, hash FROM head").fetchone()
            if noted != self.reader.head():
                found.append(
                    f"the chain was written up to fact {noted and noted[0]}, but ends at {self.reader.head()[0]}."
                )
        except sqlite3.Error as error:
            return [str(error)]
        return found + [
            f"a row of {table} names a row of {parent} that is not there." for table, _, parent, _ in orphans
        ]
