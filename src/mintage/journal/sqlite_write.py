"""The one connection that writes a journal file, and the group commit."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from mintage.journal.chart import Chart
from mintage.journal.fact import Fact, decode_fact, encode_fact, refuse_other_content
from mintage.journal.ledger import Ledger
from mintage.journal.rules import Rulebook
from mintage.journal.sqlite_read import SqliteReader, day_number
from mintage.journal.sqlite_schema import connect, store_error, upgrade
from mintage.journal.store import Receipt, chain_hash
from mintage.units import parse_period
from mintage.units.errors import InputError, LedgerError, MintageError, StoreError

BATCH_FACTS = 2000  # so many facts are looked up, booked in memory and handed to SQLite together
Known = dict[str, tuple[int, bytes]]
"""Number and canonical bytes of stored facts, by key."""


class Job:
    """One call of `append` waiting for the writer."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self.facts = facts
        self.receipts: list[Receipt] = []
        self.error: MintageError | None = None
        self.done = False


class Writer:
    """The one connection that writes, with the ledger as it stands after the last fact."""

    def __init__(self, path: Path, chart: Chart, rulebook: Rulebook) -> None:
        self.path, self._chart, self._rulebook = path, chart, rulebook
        self.db = connect(path, write=True)
        upgrade(self.db, path)
        self.history = _FlushingHistory(self.db, self)
        self._load()

    def _load(self) -> None:
        """Rebuild the ledger's state from what is stored; called at opening and after a refused batch."""
        reader = SqliteReader(self.db)
        self.seq, self.hash = reader.head()
        self.ledger = Ledger(self._chart, self._rulebook)
        self.ledger.balances = reader.balances()
        for name in reader.closed_spans():
            period = parse_period(name)
            self.ledger.closed[period.name] = (period.start, period.end)
        self.ledger.lots.policies = reader.lot_policies()
        for (place, id_), takes in reader.lot_sums("*").items():
            pool = self.ledger.lots.restore(place, id_)
            for take in sorted(takes, key=lambda take: (take.lot.acquired_at, take.lot.order)):
                pool.put(take.lot, take.units, take.cost)
        self._accounts = _Ids(self.db, "accounts")
        self._commodities = _Ids(self.db, "commodities")
        self._lots = {
            lot.id: self.db.execute("SELECT id FROM lots WHERE name = ?", (lot.id,)).fetchone()[0]
            for pool in self.ledger.lots.pools.values()
            for lot in (held.lot for held in pool.holdings.values())
        }
        self._last_lot = int(self.db.execute("SELECT coalesce(max(id), 0) FROM lots").fetchone()[0])
        self._fact_rows: list[tuple[object, ...]] = []
        self._posting_rows: list[tuple[int, ...]] = []
        self._lot_rows: list[tuple[object, ...]] = []
        self._move_rows: list[tuple[object, ...]] = []

    def commit(self, jobs: list[Job]) -> None:
        """Write the jobs in one transaction; each is taken wholly or refused wholly."""
        try:
            self.db.execute("BEGIN IMMEDIATE")
            stored = self.db.execute("SELECT coalesce(max(seq), 0) FROM facts").fetchone()[0]
            if stored != self.seq:
                self._load()  # another process has written since
            for job in jobs:
                self._run(job)
            self.db.execute("COMMIT")
        except sqlite3.Error as error:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            self.fail(jobs, store_error(self.path, error))
            self._load()
        except BaseException:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            self.fail(jobs, StoreError(f"{self.path}: writing was interrupted; nothing was changed."))
            self._load()
            raise

    @staticmethod
    def fail(jobs: list[Job], error: MintageError) -> None:
        """Mark jobs as refused, each with the error it has already or with this one."""
        for job in jobs:
            job.error, job.done, job.receipts = job.error or error, True, []

    def _run(self, job: Job) -> None:
        self.db.execute("SAVEPOINT job")
        try:
            facts = iter(job.facts)
            while batch := list(islice(facts, BATCH_FACTS)):
                known = self._known([item.key for item in batch])
                job.receipts += [self._accept(item, known) for item in batch]
                self.flush()
        except MintageError as error:
            self.db.execute("ROLLBACK TO job")
            self._load()
            job.error, job.receipts = error, []
        self.db.execute("RELEASE job")
        job.done = True

    def _known(self, keys: list[str]) -> Known:
        rows = self.db.execute(
            "SELECT key, seq, body FROM facts WHERE key IN (SELECT value FROM json_each(?))",
            (msgspec.json.encode(keys).decode(),),
        )
        return {key: (seq, bytes(body)) for key, seq, body in rows}

    def _accept(self, item: Fact, known: Known) -> Receipt:
        body = encode_fact(item)
        found = known.get(item.key)
        if found is None:
            try:
                seq = self._book(item, body)
            except InputError as error:
                error.fact = item.key
                raise
            known[item.key] = (seq, body)
            return Receipt(item.key, seq, new=True)
        if found[1] != body:
            refuse_other_content(decode_fact(found[1]), item)
        return Receipt(item.key, found[0], new=False)

    def _book(self, item: Fact, body: bytes) -> int:
        entry = self.ledger.book(item, self.seq + 1, self.history)
        self.seq += 1
        self.hash = chain_hash(self.hash, body, entry)
        seq, day = self.seq, day_number(item.date)
        self._fact_rows.append((seq, item.key, item.kind, item.at, day, body, self.hash))
        accounts, commodities = self._accounts, self._commodities
        self._posting_rows += [
            (seq, ix, day, accounts[leg.account], commodities[leg.commodity], leg.amount)
            for ix, leg in enumerate(entry.postings)
        ]
        for lot in entry.lots:
            self._last_lot += 1
            id_ = self._lots[lot.id] = self._last_lot
            self._lot_rows.append(
                (id_, lot.id, seq, commodities[lot.commodity], lot.kind, lot.acquired_at, lot.units, lot.cost)
            )
        self._move_rows += [
            (seq, ix, day, self._lot(m.lot), accounts[m.account], m.units, m.cost, m.kind, m.cost_to, m.value)
            for ix, m in enumerate(entry.moves)
        ]
        return seq

    def _lot(self, name: str) -> int:
        found = self._lots.get(name)
        if found is None:
            row = self.db.execute("SELECT id FROM lots WHERE name = ?", (name,)).fetchone()
            found = self._lots[name] = int(row[0])
        return found

    def flush(self) -> None:
        """Hand the waiting rows to SQLite, within the open transaction."""
        if not self._fact_rows:
            return
        try:
            many = self.db.executemany
            many("INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?)", self._fact_rows)
            many("INSERT INTO postings VALUES (?, ?, ?, ?, ?, ?)", self._posting_rows)
            many("INSERT INTO lots VALUES (?, ?, ?, ?, ?, ?, ?, ?)", self._lot_rows)
            many("INSERT INTO moves VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", self._move_rows)
            self.db.execute("UPDATE head SET seq = ?, hash = ?", (self.seq, self.hash))
        except OverflowError as error:
            raise LedgerError("an amount is too large to store (beyond 2^63).") from error
        self._fact_rows, self._posting_rows, self._lot_rows, self._move_rows = [], [], [], []


class _Ids(dict[str, int]):
    """Ids of the names in a table; a name that is asked for the first time is written to it."""

    def __init__(self, db: sqlite3.Connection, table: str) -> None:
        super().__init__(db.execute(f"SELECT name, id FROM {table}"))  # noqa: S608  one of our own two tables
        self._db, self._table = db, table

    def __missing__(self, name: str) -> int:
        self[name] = id_ = len(self) + 1
        self._db.execute(f"INSERT INTO {self._table} (id, name) VALUES (?, ?)", (id_, name))  # noqa: S608  as above
        return id_


class _FlushingHistory(SqliteReader):
    """Lookup of earlier facts on the writing connection, which first hands over what still waits in memory."""

    def __init__(self, db: sqlite3.Connection, writer: Writer) -> None:
        super().__init__(db)
        self._owner = writer

    def _rows(self, sql: str, *arguments: object) -> Iterator[Any]:
        self._owner.flush()
        return super()._rows(sql, *arguments)
