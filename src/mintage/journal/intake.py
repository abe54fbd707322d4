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
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from mintage.journal.fact import Evidence, Fact, Grade, fact_class
from mintage.journal.fields import read_data
from mintage.journal.store import Journal, Receipt
from mintage.units import day_end_instant, parse_date, parse_instant
from mintage.units.errors import InputError, LimitError

FILE_BYTES_MAX = 512 * 1024 * 1024
SUFFIXES = (".csv", ".toml", ".jsonl")
ENVELOPE = ("kind", "key", "date", "at", "actor", "grade", "source", "note")
Row = tuple[int, dict[str, Any]]
Progress = Callable[[int], None]


class Placed(msgspec.Struct, frozen=True):
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
        elif not path.exists():
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
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise LimitError("the file is larger than 512 MiB.", file=name, remedy="Split it.")
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"the file cannot be read: {error.strerror}.", file=name) from error
    text = _decode(raw, name)
    digest = sha256(raw).hexdigest()
    reader = {".csv": _csv_rows, ".toml": _toml_rows, ".jsonl": _jsonl_rows}[path.suffix]
    for line, row in reader(text, name):
        try:
            yield Placed(_fact(row, actor, Evidence(source=name, sha256=digest, row=line)), name, line)
        except InputError as error:
            raise error.at(file=name, line=line) from error


def _decode(raw: bytes, name: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"byte {error.start} is not UTF-8.", file=name, line=line, remedy="Save the file as UTF-8."
        ) from error


def _fact(row: dict[str, Any], actor: str, place: Evidence) -> Fact:
    for name in ("kind", "key", "date"):
        if not row.get(name):
            raise InputError("it is missing.", field=name, remedy="Every fact needs a kind, a key and a date.")
    for name in ENVELOPE:
        if name in row and not isinstance(row[name], str):
            row[name] = str(row[name])
    cls = fact_class(row["kind"])
    # Some kinds have a field of the same name, such as the `source` of a price: it is both.
    own = {name: value for name, value in row.items() if name not in ENVELOPE or name in cls.__struct_fields__}
    data = read_data(cls, own)
    day = parse_date(row["date"])
    try:
        grade = msgspec.convert(row.get("grade") or "recorded", Grade)
    except msgspec.ValidationError as error:
        raise InputError(
            f"'{row['grade']}' is no grade.", field="grade", remedy="recorded, stated, derived or assumed."
        ) from error
    return Fact(
        key=row["key"],
        at=parse_instant(row["at"]) if row.get("at") else day_end_instant(day),
        date=day,
        actor=row.get("actor") or actor,
        grade=grade,
        evidence=msgspec.structs.replace(place, source=row.get("source") or place.source, note=row.get("note") or None),
        data=data,
    )


def _csv_rows(text: str, name: str) -> Iterator[Row]:
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        raise InputError(
            "the last line has no line end: the file may be truncated.",
            file=name,
            line=len(lines),
            remedy="Get the whole file, or end it with a newline.",
        )
    defaults: dict[str, str] = {}
    skip = 0
    while skip < len(lines) and (lines[skip].startswith("#") or not lines[skip].strip()):
        found = re.match(r"#\s*(\w+):\s*(.+)", lines[skip])
        if found:
            defaults[found[1]] = found[2].strip()
        skip += 1
    reader = csv.reader(io.StringIO("".join(lines[skip:])), strict=True)
    header = next(reader, [])
    columns = [column.strip() for column in header]
    if not columns or len(set(columns)) != len(columns):
        raise InputError(
            "there is no header, or a column stands twice.", file=name, line=skip + 1, remedy="Name each column once."
        )
    try:
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
        raise InputError(f"this is not CSV: {error}.", file=name, line=skip + reader.line_num) from error


def _toml_rows(text: str, name: str) -> Iterator[Row]:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        end = text.count("\n") + 1
        raise InputError(f"this is not TOML: {error}.", file=name, line=int(found[1]) if found else end) from error
    unknown = set(tables) - {"defaults", "fact"}
    if unknown or not isinstance(tables.get("fact", []), list):
        raise InputError(
            f"unknown table {', '.join(sorted(unknown))}.", file=name, remedy="Use [defaults] and [[fact]]."
        )
    starts = [number for number, line in enumerate(text.splitlines(), 1) if line.strip() == "[[fact]]"]
    for line, row in zip(_padded(starts, len(tables.get("fact", []))), tables.get("fact", []), strict=True):
        yield line, {**tables.get("defaults", {}), **row}


def _padded(starts: Sequence[int], count: int) -> list[int]:
    """A line for each fact; facts that were written in another TOML form are placed at the last known line."""
    return [*starts[:count], *([starts[-1] if starts else 1] * (count - len(starts)))]


def _jsonl_rows(text: str, name: str) -> Iterator[Row]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = msgspec.json.decode(line, type=dict[str, Any])
        except msgspec.MsgspecError as error:
            raise InputError(f"this line is not a JSON object: {error}.", file=name, line=number) from error
        yield number, row
