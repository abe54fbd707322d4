"""The three forms of a fact file: CSV, TOML and JSONL, each as numbered rows of names and values."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

import msgspec

from mintage.units.errors import InputError

Row = tuple[int, dict[str, Any]]
"""A line number, from 1, and what stands there."""
_FACT_TABLE = re.compile(r"\s*\[\[\s*fact\s*\]\]")


def csv_rows(text: str, name: str) -> Iterator[Row]:
    """The rows of a CSV file: a header, then one fact a line; leading comment lines give defaults.

    Raises:
        InputError: it is not CSV, has another number of cells than columns, or ends within a line.
    """
    if text and not text.endswith(("\n", "\r")):
        raise InputError(
            "the last line has no line end: the file may be truncated.",
            file=name,
            line=text.count("\n") + 1,
            remedy="Get the whole file, or end it with a newline.",
        )
    lines = io.StringIO(text, newline="")
    defaults: dict[str, str] = {}
    skip = 0
    for first in lines:
        if first.strip() and not first.startswith("#"):
            break
        skip += 1
        found = re.match(r"#\s*(\w+):\s*(.+)", first)
        if found:
            defaults[found[1]] = found[2].strip()
    else:
        return
    reader = csv.reader(chain([first], lines), strict=True)
    try:
        columns = [column.strip() for column in next(reader)]
        if len(set(columns)) != len(columns) or "" in columns:
            raise InputError(
                "a column of the header has no name, or stands twice.",
                file=name,
                line=skip + 1,
                remedy="Name each column once.",
            )
        for cells in reader:
            line = skip + reader.line_num
            if not cells or cells[0].startswith("#"):
                continue
            if len(cells) != len(columns):
                raise InputError(
                    f"{len(cells)} cells, but the header has {len(columns)} columns.",
                    file=name,
                    line=line,
                    remedy="Quote cells that contain commas; get the whole file if it was truncated.",
                )
            yield line, {**defaults, **{c: v.strip() for c, v in zip(columns, cells, strict=True) if v.strip()}}
    except csv.Error as error:
        raise InputError(
            f"this is not CSV: {error}.",
            file=name,
            line=skip + reader.line_num,
            remedy="Quote cells that contain commas or quotes.",
        ) from error


def toml_rows(text: str, name: str) -> Iterator[Row]:
    """The rows of a TOML file: [[fact]] tables over what [defaults] says.

    Raises:
        InputError: it is not TOML, or has other tables.
    """
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits is a ValueError of its own
        found = re.search(r"line (\d+)", str(error))
        end = text.count("\n") + 1
        raise InputError(
            f"this is not TOML: {error}.",
            file=name,
            line=int(found[1]) if found else end,
            remedy="Correct the line; get the whole file if it was truncated.",
        ) from error
    unknown = set(tables) - {"defaults", "fact"}
    if unknown:
        raise InputError(
            f"unknown table {', '.join(sorted(unknown))}.", file=name, remedy="Use [defaults] and [[fact]]."
        )
    defaults, facts = tables.get("defaults", {}), tables.get("fact", [])
    if not (isinstance(defaults, dict) and isinstance(facts, list) and all(isinstance(row, dict) for row in facts)):
        raise InputError("defaults is one table, fact a list of tables.", file=name, remedy="Use [defaults], [[fact]].")
    starts = [number for number, line in enumerate(text.splitlines(), 1) if _FACT_TABLE.match(line)]
    for line, row in zip(_padded(starts, len(facts)), facts, strict=True):
        yield line, {**defaults, **row}


def _padded(starts: Sequence[int], count: int) -> list[int]:
    """A line for each fact; facts that were written in another TOML form are placed at the last known line."""
    return [*starts[:count], *([starts[-1] if starts else 1] * (count - len(starts)))]


def jsonl_rows(text: str, name: str) -> Iterator[Row]:
    """The rows of a JSONL file: one object a line.

    Raises:
        InputError: a line is not a JSON object.
    """
    for number, line in enumerate(io.StringIO(text), 1):
        if not line.strip():
            continue
        try:
            row = _JSON_ROW.decode(line)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise InputError(
                f"this line is not a JSON object: {error}.",
                file=name,
                line=number,
                remedy="Write one object a line; get the whole file if it was truncated.",
            ) from error
        yield number, row


_JSON_ROW = msgspec.json.Decoder(dict[str, Any])
READERS: dict[str, Callable[[str, str], Iterator[Row]]] = {".csv": csv_rows, ".toml": toml_rows, ".jsonl": jsonl_rows}
"""How a fact file is read, by its suffix: from its text and name to lines and what they say."""
