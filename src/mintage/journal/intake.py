"""Reading fact files: TOML, CSV and JSONL, whole or not at all, with the line in every error.

A row names its `kind`, `key`, `date` and optionally `at`, `actor`, `grade`, `source`, `note`; everything else is a
field of that kind of fact. CSV takes defaults from leading comment lines ("# kind: mining.earned"), TOML from a
[defaults] table with the facts as [[fact]] tables, JSONL has one object a line.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any, cast, get_args

import msgspec

from mintage.journal.fact import Evidence, Fact, Grade, fact_class
from mintage.journal.fields import read_data
from mintage.journal.store import Journal, Receipt
from mintage.units import day_end_instant, parse_date, parse_instant
from mintage.units.errors import InputError, LimitError

FILE_BYTES_MAX = 512 * 1024 * 1024
KEY_CHARACTERS_MAX = 200
SUFFIXES = (".csv", ".toml", ".jsonl")
ENVELOPE = frozenset({"kind", "key", "date", "at", "actor", "grade", "source", "note"})
GRADES = frozenset(get_args(Grade))
_FACT_TABLE = re.compile(r"\s*\[\[\s*fact\s*\]\]")
Row = tuple[int, dict[str, Any]]
Progress = Callable[[int], None]


class Placed(msgspec.Struct, frozen=True, gc=False):
    """A fact with the file and line that it was read from."""

    fact: Fact
    file: str
    line: int


def find_files(paths: Iterable[Path]) -> list[Path]:
    """The fact files among paths; folders are searched through, in order of names.

    Raises:
        InputError: a path does not exist, is no fact file, or a folder holds none.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix in SUFFIXES and p.is_file())
            if not inside:
                raise InputError(
                    "no fact files are in this folder.",
                    file=str(path),
                    remedy="Name a folder with .csv, .toml or .jsonl.",
                )
            found += inside
        elif not path.is_file():
            raise InputError("there is no such file.", file=str(path), remedy="Check the path.")
        elif path.suffix not in SUFFIXES:
            raise InputError(
                "this is not a fact file.", file=str(path), remedy="Fact files end in .csv, .toml or .jsonl."
            )
        else:
            found.append(path)
    return found


def import_files(
    journal: Journal, paths: Iterable[Path], actor: str, progress: Progress | None = None
) -> list[Receipt]:
    """Read files and book their facts in order of date, instant, file and line: all of them or none.

    Args:
        journal: where they go.
        paths: files or folders.
        actor: who imports; a row may name another.
        progress: called with the number of facts read so far.

    Raises:
        InputError: with file, line, field and remedy. Nothing was changed.
    """
    placed: list[Placed] = []
    for path in find_files(paths):
        placed.extend(read_file(path, actor))
        if progress is not None:
            progress(len(placed))
    order = sorted(range(len(placed)), key=lambda i: (placed[i].fact.date, placed[i].fact.at, i))
    try:
        return journal.append([placed[i].fact for i in order])
    except InputError as error:
        for item in placed:
            if item.fact.key == error.fact:
                error.at(file=item.file, line=item.line)
        raise


def read_file(path: Path, actor: str) -> Iterator[Placed]:
    """The facts of one file.

    Raises:
        InputError: the file cannot be read, decoded or understood.
    """
    name = str(path)
    raw = _read(path, name)
    text = _decode(raw, name)
    digest = sha256(raw).hexdigest()
    del raw
    reader = {".csv": _csv_rows, ".toml": _toml_rows, ".jsonl": _jsonl_rows}[path.suffix]
    line = 0
    for line, row in reader(text, name):
        try:
            fact = _fact(row, actor, name, digest, line)
        except InputError as error:
            raise error.at(file=name, line=line) from error
        yield Placed(fact, name, line)
    if not line:
        raise InputError("the file holds no facts.", file=name, remedy="Get the whole file, or leave it out.")


def _read(path: Path, name: str) -> bytes:
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise LimitError("the file is larger than 512 MiB.", file=name, remedy="Split it.")
        name.encode()
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            f"the file cannot be read: {error.strerror}.", file=name, remedy="Check the path and its permissions."
        ) from error
    except UnicodeEncodeError as error:
        raise InputError(
            "the file's name is not UTF-8, so that no evidence could name it.", file=name, remedy="Rename it."
        ) from error


def _decode(raw: bytes, name: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"byte {error.start} is not UTF-8.", file=name, line=line, remedy="Save the file as UTF-8."
        ) from error


def _fact(row: dict[str, Any], actor: str, file: str, digest: str, line: int) -> Fact:
    for name in ("kind", "key", "date"):
        if not row.get(name):
            raise InputError("it is missing.", field=name, remedy="Every fact needs a kind, a key and a date.")
    cls = fact_class(_word("kind", row["kind"]))
    said: dict[str, str] = {}
    own: dict[str, Any] = {}
    for name, value in row.items():
        if name in ENVELOPE:
            if value is not None:
                said[name] = _word(name, value)
            if name not in cls.__struct_fields__:
                continue
        # Some kinds have a field of the same name, such as the `source` of a price: it is both.
        own[name] = value
    data = read_data(cls, own)
    grade = said.get("grade") or "recorded"
    if grade not in GRADES:
        raise InputError(
            f"'{grade}' is no grade.", field="grade", remedy=f"One of: {', '.join(sorted(GRADES, reverse=True))}."
        )
    day, at = _when(said["date"], said.get("at"))
    return Fact(
        key=said["key"],
        at=at,
        date=day,
        actor=said.get("actor") or actor,
        grade=cast("Grade", grade),
        evidence=Evidence(source=said.get("source") or file, sha256=digest, row=line, note=said.get("note") or None),
        data=data,
    )


def _word(name: str, value: Any) -> str:
    """A value of the envelope as text; keys and names are short and printable, since terminals and files show them."""
    if not isinstance(value, str | date | int) or isinstance(value, bool):
        raise InputError("it is not text.", field=name, remedy="Write it in quotes.")
    text = str(value)
    if name != "note" and not (text.isprintable() and len(text) <= KEY_CHARACTERS_MAX):
        raise InputError(
            "it is too long or has characters that cannot be printed.",
            field=name,
            remedy=f"Use at most {KEY_CHARACTERS_MAX} printable characters.",
        )
    return text


def _when(day: str, at: str | None) -> tuple[date, int]:
    field = "date"
    try:
        parsed = parse_date(day)
        field = "at"
        return parsed, parse_instant(at) if at else day_end_instant(parsed)
    except InputError as error:
        raise error.at(field=field) from error


def _csv_rows(text: str, name: str) -> Iterator[Row]:
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


def _toml_rows(text: str, name: str) -> Iterator[Row]:
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


def _jsonl_rows(text: str, name: str) -> Iterator[Row]:
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
