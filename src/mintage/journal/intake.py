"""Reading fact files: TOML, CSV and JSONL, whole or not at all, with the line in every error.

A row names its `kind`, `key`, `date` and optionally `at`, `actor`, `grade`, `source`, `note`; everything else is a
field of that kind of fact. CSV takes defaults from leading comment lines ("# kind: mining.earned"), TOML from a
[defaults] table with the facts as [[fact]] tables, JSONL has one object a line. A JSONL row with a `data` object is a
fact as a journal recorded it (`mintage export facts`): it is taken as it stands, with its evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast, get_args

import msgspec

from mintage.journal.fact import Evidence, Fact, Grade, decode_fact, fact_class, same_content
from mintage.journal.fields import read_data
from mintage.journal.rows import READERS
from mintage.journal.store import Journal, Receipt
from mintage.units import day_end_instant, format_instant, parse_date, parse_instant
from mintage.units.errors import InputError, LimitError

FILE_BYTES_MAX = 512 * 1024 * 1024
KEY_CHARACTERS_MAX = 200
FACTS_BETWEEN_STEPS = 2000
ENVELOPE = frozenset({"kind", "key", "date", "at", "actor", "grade", "source", "note"})
GRADES = frozenset(get_args(Grade))
Progress = Callable[[int, int | None], None]
T = TypeVar("T")


class Placed(msgspec.Struct, frozen=True, gc=False):
    """A fact with the file and line that it was read from.

    Attributes:
        fact: the fact.
        file: name of the file.
        line: line in it.
        recorded: whether it came from a journal, whose order it keeps.
    """

    fact: Fact
    file: str
    line: int
    recorded: bool = False


def find_files(paths: Iterable[Path]) -> list[Path]:
    """The fact files among paths; folders are searched through, in order of names.

    Raises:
        InputError: a path does not exist, is no fact file, or a folder holds none.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix in READERS and p.is_file())
            if not inside:
                raise InputError(
                    "no fact files are in this folder.",
                    file=str(path),
                    remedy="Name a folder with .csv, .toml or .jsonl.",
                )
            found += inside
        elif not path.is_file():
            raise InputError("there is no such file.", file=str(path), remedy="Check the path.")
        elif path.suffix not in READERS:
            raise InputError(
                "this is not a fact file.", file=str(path), remedy="Fact files end in .csv, .toml or .jsonl."
            )
        else:
            found.append(path)
    return found


def import_files(
    journal: Journal, paths: Iterable[Path], actor: str, progress: Progress | None = None
) -> list[Receipt]:
    """Read files and book their facts: all of them or none.

    Args:
        journal: where they go.
        paths: files or folders.
        actor: who imports; a row may name another.
        progress: called now and then with the facts read so far and None, then with those booked and the number of all.

    Raises:
        InputError: with file, line, field and remedy. Nothing was changed.
    """
    placed: list[Placed] = []
    for path in find_files(paths):
        for item in read_file(path, actor):
            placed.append(item)
            if progress and len(placed) % FACTS_BETWEEN_STEPS == 0:
                progress(len(placed), None)
    return book(placed, journal.append, progress)


def book(placed: Sequence[Placed], take: Callable[[Iterable[Fact]], T], progress: Progress | None = None) -> T:
    """Hand facts that were read to a journal in order of date, instant, file and line.

    What another journal recorded keeps its order: a fact that came late may have used what later days left.

    Args:
        placed: the facts, by file and line.
        take: books or tries them, such as `journal.append`.
        progress: called now and then with the facts handed over and the number of all.

    Raises:
        InputError: with file, line, field and remedy.
    """
    # Of the same instant, the order of files and lines decides: sorting is stable.
    kept = all(item.recorded for item in placed)
    ordered = placed if kept else sorted(placed, key=lambda item: (item.fact.date, item.fact.at))
    try:
        return take(_told(ordered, progress))
    except InputError as error:
        culprit = _culprit(ordered, error)
        if culprit is not None:
            error.at(file=culprit.file, line=culprit.line)
        raise


def _told(placed: Sequence[Placed], progress: Progress | None) -> Iterator[Fact]:
    for number, item in enumerate(placed):
        if progress and number % FACTS_BETWEEN_STEPS == 0:
            progress(number, len(placed))
        yield item.fact


def _culprit(placed: Sequence[Placed], error: InputError) -> Placed | None:
    """The fact that the journal refused; of two that claim one key, the one that came second."""
    claims = [item for item in placed if item.fact.key == error.fact]
    others = (item for item in claims if not same_content(item.fact, claims[0].fact))
    return next(others, claims[0]) if claims else None


def read_file(path: Path, actor: str) -> Iterator[Placed]:
    """The facts of one file.

    Raises:
        InputError: the file cannot be read, decoded or understood.
    """
    name = str(path)
    yield from read_facts(_read(path, name), path.suffix, name, actor)


def read_facts(raw: bytes, suffix: str, name: str, actor: str) -> Iterator[Placed]:
    """The facts of a file that is in memory.

    Args:
        raw: its bytes.
        suffix: its form: ".csv", ".toml" or ".jsonl".
        name: its name, for evidence and errors.
        actor: who reads it; a row may name another.

    Raises:
        InputError: the file cannot be decoded or understood.
    """
    text = _decode(raw, name)
    digest = sha256(raw).hexdigest()
    del raw
    line = 0
    for line, row in READERS[suffix](text, name):
        recorded = isinstance(row.get("data"), dict)
        try:
            fact = _recorded(row) if recorded else _fact(row, actor, name, digest, line)
        except InputError as error:
            raise error.at(file=name, line=line) from error
        yield Placed(fact, name, line, recorded)
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


def _recorded(row: dict[str, Any]) -> Fact:
    """A fact as a journal recorded it, in whole minor units; held to the limits that any other row is held to."""
    _refuse_floats(row)
    fact = decode_fact(msgspec.json.encode(row))
    for name in ("key", "actor"):
        _word(name, getattr(fact, name))
    try:
        at = format_instant(fact.at)
    except OverflowError:
        raise InputError("it is no instant of the years from 1900 to 2199.", field="at") from None
    _when(fact.date.isoformat(), at)
    return fact


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise InputError(f"{value} is a float, which is not exact.", remedy="A recorded decimal stands in quotes.")
    inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for item in inside:
        _refuse_floats(item)


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
