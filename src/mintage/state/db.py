"""One SQLite file of tables that outlives crashes and that other processes may read and write to.

A site's agent keeps its state so, and the console what is no fact. Each part owns its tables and says them in a script
of `CREATE ... IF NOT EXISTS`.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mintage.units.errors import StoreError

Row = tuple[Any, ...]


class StateDb:
    """A file of tables; durable when a transaction has ended. Each thread has a connection of its own.

    Args:
        path: the file, made with its folder where it is not there; None keeps the state in memory, for the tests of
            one thread.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._defined: set[str] = set()
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{path}: the folder cannot be made: {error.strerror}.") from error
        self._open()

    @property
    def _connection(self) -> sqlite3.Connection:
        """This thread's connection."""
        found: sqlite3.Connection | None = getattr(self._local, "connection", None)
        return found if found is not None else self._open()

    def _open(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(
                self.path or ":memory:", isolation_level=None, timeout=10, check_same_thread=False
            )
            # Another process (a command, the console) may read while the agent writes.
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
        except sqlite3.Error as error:
            raise StoreError(f"{self.path}: this file of tables cannot be opened: {error}.") from error
        self._local.connection = connection
        self._opened.append(connection)
        return connection

    def close(self) -> None:
        """Close the file, in all threads."""
        for connection in self._opened:
            connection.close()
        self._opened.clear()
        self._local = threading.local()

    def define(self, script: str) -> None:
        """Make the tables of one part, where they are not there yet; also within a transaction, which goes on.

        Raises:
            StoreError: as `execute`.
        """
        if script in self._defined:
            return
        alone = not self._connection.in_transaction
        with self.transaction(), self._told():
            statement = ""
            for piece in script.split(";"):
                statement += f"{piece};"
                if sqlite3.complete_statement(statement):
                    self._connection.execute(statement)
                    statement = ""
        if alone:  # within a transaction that may yet be undone, they are made again the next time
            self._defined.add(script)

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query.

        Raises:
            StoreError: the file cannot be read.
        """
        with self._told():
            return self._connection.execute(query, values).fetchall()

    def execute(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Run one statement; the number of rows that it changed.

        Raises:
            StoreError: the file cannot be written, as on a full disk. Nothing was changed.
        """
        with self._told():
            return self._connection.execute(statement, values).rowcount

    def insert(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Insert one row; its row id.

        Raises:
            StoreError: as `execute`.
        """
        with self._told():
            return int(self._connection.execute(statement, values).lastrowid or 0)

    def many(self, statement: str, values: Iterable[Sequence[Any]]) -> None:
        """Run one statement for many rows, in the transaction that is open or in one of its own.

        Raises:
            StoreError: as `execute`.
        """
        with self.transaction(), self._told():
            self._connection.executemany(statement, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements inside are kept together or not at all; inside another one it joins that one.

        Raises:
            StoreError: as `execute`.
        """
        if self._connection.in_transaction:
            yield
            return
        with self._told():
            self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            with self._told():
                self._connection.execute("COMMIT")
        except BaseException:
            self._rollback()
            raise

    def _rollback(self) -> None:
        if self._connection.in_transaction:  # a full disk may have rolled back by itself
            self._connection.execute("ROLLBACK")

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(
                f"{self.path or 'memory'}: the state of the site cannot be read or written: {error}."
            ) from error
