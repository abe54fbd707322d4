"""Tables as CSV and Parquet files: exact, streamed, and safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import msgspec

from mintage.exchange.figures import Cell, Cells
from mintage.exchange.spelt import cell
from mintage.exchange.tables import Table, Type
from mintage.units.errors import StoreError

ROWS_AT_ONCE = 1000
MEMORY_MB = 512
"""What packing rows as Parquet may take beside this process's own memory; the rest goes through files."""
LINE_BYTES = 1 << 20
"""Room for one row that DuckDB keeps ready at least; a fact with a long note gets what it needs."""
DECIMALS = 8
"""Decimals that a Parquet column of decimals has: those of a satoshi, the smallest unit there is."""
_READ: dict[Type, str] = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "decimal": "VARCHAR",
    "date": "VARCHAR",
    "instant": "VARCHAR",
}
_STORED: dict[Type, str] = {
    "text": "{}",
    "integer": "{}",
    "decimal": f"CAST({{}} AS DECIMAL(38, {DECIMALS}))",
    "date": "CAST({} AS DATE)",
    "instant": "CAST({} AS TIMESTAMPTZ)",
}


def csv_lines(table: Table, rows: Iterator[Cells]) -> Iterator[str]:
    """A CSV file, piece by piece: a header, then one row a line; what is unknown is empty.

    Text is not trusted: what a spreadsheet would take for a formula begins with an apostrophe. Numbers are numbers.
    """
    text = [kind == "text" for kind in table.columns.values()]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(table.columns)
    for number, row in enumerate(rows, 1):
        writer.writerow(
            [
                "" if value is None else cell(value) if free and isinstance(value, str) else _plain(value)
                for value, free in zip(row, text, strict=True)
            ]
        )
        if number % ROWS_AT_ONCE == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _plain(value: Cell) -> Cell:
    return f"{value:f}" if isinstance(value, Decimal) else value


def write_parquet(table: Table, rows: Iterator[Cells], path: Path) -> None:
    """A Parquet file: whole numbers as BIGINT, decimals as DECIMAL(38, 8), dates and instants as such, text as it is.

    Rows reach DuckDB through a file beside the target, since it reads files with bounded memory and without rounding.

    Raises:
        StoreError: it cannot be written, as on a full disk.
    """
    beside = path.with_name(f"{path.name}.rows")
    names = list(table.columns)
    encoder = msgspec.json.Encoder(decimal_format="string")
    line, longest = bytearray(), LINE_BYTES
    try:
        with beside.open("wb") as file:
            for row in rows:
                encoder.encode_into(dict(zip(names, row, strict=True)), line)
                line += b"\n"
                file.write(line)
                longest = max(longest, len(line))
        _pack(table, beside, path, longest)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror or error}.") from error
    finally:
        beside.unlink(missing_ok=True)
        shutil.rmtree(_spill(path), ignore_errors=True)


def _spill(path: Path) -> Path:
    return path.with_name(f"{path.name}.spill")


def _pack(table: Table, source: Path, path: Path, longest: int) -> None:
    columns = ", ".join(f"\"{name}\": '{_READ[kind]}'" for name, kind in table.columns.items())
    stored = ", ".join(
        f'{_STORED[kind].format(f"{chr(34)}{name}{chr(34)}")} AS "{name}"' for name, kind in table.columns.items()
    )
    config: dict[str, str | bool | int | float | list[str]] = {
        "threads": 1,
        "memory_limit": f"{MEMORY_MB}MB",
        "temp_directory": str(_spill(path)),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    # Names of columns are our own; those of files are parameters.
    rows = f"read_json($source, format = 'newline_delimited', columns = {{{columns}}}, maximum_object_size = {longest})"
    query = f"COPY (SELECT {stored} FROM {rows}) TO $target (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)"  # noqa: S608  as above
    try:
        with duckdb.connect(":memory:", config=config) as db:
            db.execute(query, {"source": str(source), "target": str(path)})
    except duckdb.Error as error:
        raise StoreError(f"{path}: cannot be written: {str(error).partition(chr(10))[0]}") from error
