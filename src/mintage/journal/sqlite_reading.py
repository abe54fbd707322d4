"""Reading a journal file from many threads, as it stands or as it stood after one of its facts."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from mintage.journal import sqlite_search
from mintage.journal.fact import Fact
from mintage.journal.ledger import Entry
from mintage.journal.lots import Lot, LotMove, LotPolicy
from mintage.journal.search import Found, Place, Register, Search
from mintage.journal.sqlite_read import NEWEST, SqliteReader
from mintage.journal.sqlite_schema import connect, departures, store_error
from mintage.journal.store import Balances, LotState, MoveRow, PostingRow, RawRow, Receipt, Stored, past


class Connections:
    """Read-only connections to a file, one for each thread that reads.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []

    def mine(self) -> sqlite3.Connection:
        """This thread's connection.

        Raises:
            StoreError: the file is not there, or cannot be opened.
        """
        found: sqlite3.Connection | None = getattr(self._local, "db", None)
        if found is None:
            found = self._local.db = connect(self.path, write=False)
            self._open.append(found)
        return found

    def close(self) -> None:
        """Close them all; who reads again gets a new one."""
        for db in self._open:
            db.close()
        self._open = []
        self._local = threading.local()


class SqliteReading:
    """The `Journal` port on a SQLite file as it stood after one of its facts; see `Journal.as_of`.

    Args:
        connections: to the file.
        until: number of the last fact that is read.
    """

    def __init__(self, connections: Connections, until: int = NEWEST) -> None:
        self._connections, self._until = connections, until

    @property
    def reader(self) -> SqliteReader:
        """This thread's read-only view of the file."""
        return SqliteReader(self._connections.mine(), self._until)

    def as_of(self, seq: int) -> SqliteReading:
        """See `Journal.as_of`."""
        return SqliteReading(self._connections, min(seq, self._until))

    def append(self, facts: Iterable[Fact]) -> list[Receipt]:  # noqa: ARG002  refused whatever they are
        """See `Journal.as_of`."""
        raise past()

    def close(self) -> None:
        """See `Journal.as_of`; its files are the journal's."""

    @contextmanager
    def _reading(self) -> Iterator[SqliteReader]:
        try:
            yield self.reader
        except sqlite3.Error as error:
            raise store_error(self._connections.path, error) from error

    def head(self) -> tuple[int, bytes]:
        """See `Journal.head`."""
        with self._reading() as reader:
            return reader.head()

    def fact(self, key: str) -> Stored | None:
        """See `Journal.fact`."""
        with self._reading() as reader:
            return reader.fact(key)

    def facts(
        self, kind: str | None = None, start: date | None = None, end: date | None = None, after: int = 0
    ) -> Iterator[Stored]:
        """See `Journal.facts`."""
        with self._reading() as reader:
            yield from reader.facts(kind, start, end, after)

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
        self,
        account: str = "*",
        commodity: str = "*",
        start: date | None = None,
        end: date | None = None,
        after: int = 0,
    ) -> Iterator[PostingRow]:
        """See `Journal.postings`."""
        with self._reading() as reader:
            yield from reader.postings(account, commodity, start, end, after)

    def moves(
        self, commodity: str, start: date | None = None, end: date | None = None, after: int = 0
    ) -> Iterator[MoveRow]:
        """See `Journal.moves`."""
        with self._reading() as reader:
            yield from reader.moves(commodity, start, end, after)

    def days(self) -> tuple[date, date] | None:
        """See `Journal.days`."""
        with self._reading() as reader:
            return reader.days()

    def search(self, asked: Search, before: int = 0, limit: int = 50) -> Found:
        """See `Journal.search`."""
        with self._reading() as reader:
            return sqlite_search.search(reader, asked, before, limit)

    def register(
        self,
        account: str = "*",
        commodity: str = "*",
        start: date | None = None,
        end: date | None = None,
        before: Place | None = None,
        limit: int = 50,
        closing: Mapping[str, int] | None = None,
    ) -> Register:
        """See `Journal.register`."""
        with self._reading() as reader:
            return sqlite_search.register(reader, account, commodity, start, end, before, limit, closing)

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
            head = SqliteReader(db).head()
            if noted != head:
                found.append(f"the chain was written up to fact {noted and noted[0]}, but ends at {head[0]}.")
        except sqlite3.Error as error:
            return [str(error)]
        return found + [
            f"a row of {table} names a row of {parent} that is not there." for table, _, parent, _ in orphans
        ]
