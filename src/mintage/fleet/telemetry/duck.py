"""DuckDB as an engine over Parquet files: bounded memory, no network, values only as parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from mintage.fleet.telemetry.schema import VERSION, steps
from mintage.units.errors import StoreError

ROW_GROUP = 122_880
"""Rows that are packed together: one machine's day is found by reading one or two such groups."""
QUICK, THOROUGH = 3, 15
"""Effort of compression: of what is written often, and of what is written once and kept."""


class Duck:
    """An engine; its calls may come from several threads.

    Args:
        scratch: folder for what does not fit into memory.
        memory_mb: memory that it may use.
        threads: threads that it may use.
    """

    def __init__(self, scratch: Path, memory_mb: int = 2048, threads: int = 2) -> None:
        self._connection = duckdb.connect(
            ":memory:",
            config={
                "threads": threads,
                "memory_limit": f"{memory_mb}MB",
                "temp_directory": str(scratch),
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            },
        )
        self._connection.execute("SET parquet_metadata_cache = true")  # a name is never used for another content

    def close(self) -> None:
        """Give its memory back."""
        self._connection.close()

    def columns(self, query: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a query as arrays by column name; masked where NULL.

        Raises:
            StoreError: a file cannot be read.
            FileNotFoundError: a file was merged or removed since it was listed.
        """
        with self.session() as session:
            return dict(session.execute(query, dict(values)).fetchnumpy())

    def rows(self, query: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The answer to a query, row by row.

        Raises:
            StoreError: as `columns`.
            FileNotFoundError: as `columns`.
        """
        with self.session() as session:
            return session.execute(query, dict(values)).fetchall()

    @contextmanager
    def session(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of the caller's own, whose errors are ours."""
        cursor = self._connection.cursor()
        try:
            yield cursor
        except duckdb.IOException as error:
            if "No files found" in str(error) or "No such file" in str(error):
                raise FileNotFoundError(str(error)) from error
            raise StoreError(f"telemetry cannot be read or written: {_first_line(error)}") from error
        except duckdb.Error as error:
            raise StoreError(f"telemetry cannot be read or written: {_first_line(error)}") from error
        finally:
            cursor.close()


def copy(
    session: duckdb.DuckDBPyConnection, query: str, values: Mapping[str, Any], path: Path, *, level: int = QUICK
) -> None:
    """Write the answer to a query as Parquet.

    Whole numbers are packed as differences to their neighbours, which suits sorted telemetry better than the
    dictionaries that DuckDB would choose: half the size, measured (`bench/telemetry.py`).

    Args:
        session: connection to use.
        query: what to write; its parameters are in `values`.
        values: parameters.
        path: the file.
        level: effort of the compression.
    """
    options = (
        f"FORMAT parquet, PARQUET_VERSION V2, COMPRESSION zstd, COMPRESSION_LEVEL {level}, "
        f"ROW_GROUP_SIZE {ROW_GROUP}, DICTIONARY_SIZE_LIMIT 1, USE_TMP_FILE false, "
        f"KV_METADATA {{version: '{VERSION}', steps: '{steps()}'}}"
    )
    session.execute(f"COPY ({query}) TO $to_path ({options})", {**values, "to_path": str(path)})


def names(paths: Sequence[Path]) -> list[str]:
    """Files as `read_parquet` takes them."""
    return [str(path) for path in paths]


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
