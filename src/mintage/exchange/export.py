"""Export: what can be taken out of the journal, in which forms, and the one function that writes each of them."""

from __future__ import annotations

import shutil
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from importlib import resources
from pathlib import Path
from typing import BinaryIO

import msgspec

from mintage.exchange.beancount import beancount_lines
from mintage.exchange.figures import Span
from mintage.exchange.files import whole
from mintage.exchange.hledger import hledger_lines
from mintage.exchange.posted import FACTS_BETWEEN_STEPS, Progress
from mintage.exchange.tablefiles import csv_lines, write_parquet
from mintage.exchange.tables import TABLES, told
from mintage.journal.fact import encode_fact
from mintage.journal.store import Journal
from mintage.units.errors import InputError

CHUNK_CHARACTERS = 1 << 20
MEDIA = {
    "beancount": ("text/x-beancount; charset=utf-8", "beancount"),
    "hledger": ("text/x-hledger; charset=utf-8", "journal"),
    "jsonl": ("application/jsonl", "jsonl"),
    "csv": ("text/csv; charset=utf-8", "csv"),
    "parquet": ("application/vnd.apache.parquet", "parquet"),
}
"""Forms of files: media type and suffix."""


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """One thing in one form.

    Attributes:
        what: what is told: "journal", "postings", ...
        form: the form of the file.
        media: its media type.
        filename: what the file is called where nobody says otherwise.
        period: whether it is of a named period.
        en: what it holds, in English.
        zh: the same in Traditional Chinese.
    """

    what: str
    form: str
    media: str
    filename: str
    period: bool
    en: str
    zh: str


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    en: str
    zh: str
    forms: tuple[str, ...]
    period: bool = False


def _exports() -> dict[tuple[str, str], Export]:
    text = resources.files("mintage.exchange").joinpath("data", "exports.toml").read_text("utf-8")
    rows = msgspec.convert(tomllib.loads(text), dict[str, _Row])
    return {
        (what, form): Export(
            what=what,
            form=form,
            media=MEDIA[form][0],
            filename=f"{what}.{MEDIA[form][1]}",
            period=row.period,
            en=row.en,
            zh=row.zh,
        )
        for what, row in rows.items()
        for form in row.forms
    }


EXPORTS = _exports()
"""Everything that can be exported, by what and form, in the order in which people are shown it."""
_TEXT: dict[str, Callable[[Journal, date | None, date | None, Progress | None], Iterator[str]]] = {
    "beancount": beancount_lines,
    "hledger": hledger_lines,
}


def export(
    journal: Journal,
    what: str,
    form: str,
    out: BinaryIO | Path,
    progress: Progress | None = None,
    start: date | None = None,
    end: date | None = None,
) -> None:
    """Write one thing in one form.

    A file appears whole or not at all. Memory does not grow with the journal.

    Args:
        journal: what is told.
        what: see `EXPORTS`.
        form: see `EXPORTS`.
        out: a file's path, or what takes bytes.
        progress: called now and then with the facts or rows told and None; what it raises ends the export.
        start: first accounting date.
        end: last accounting date. Statements and KPIs need both, and they must make a period.

    Raises:
        InputError: there is no such export, the dates are the wrong way round, or make no period where one is needed.
        StoreError: the journal cannot be read, or the file cannot be written.
    """
    found = find(what, form)
    if start is not None and end is not None and end < start:
        raise InputError(f"{end} is before {start}.", field="end", remedy="Give the earlier date first.")
    span, journal = Span(start, end), journal.as_of(journal.head()[0])  # what others append meanwhile is not in it
    if found.period:
        span.period()
    if form == "parquet":
        _parquet(journal, what, out, progress, span)
        return
    pieces = _pieces(journal, what, form, progress, span)
    if isinstance(out, Path):
        with whole(out) as temporary, temporary.open("wb") as file:
            _write(pieces, file)
    else:
        _write(pieces, out)


def find(what: str, form: str) -> Export:
    """What is exported under these names.

    Raises:
        InputError: nothing is.
    """
    if not any(known == what for known, _ in EXPORTS):
        names = ", ".join(dict.fromkeys(known for known, _ in EXPORTS))
        raise InputError(f"'{what}' cannot be exported.", field="what", remedy=f"One of: {names}.")
    found = EXPORTS.get((what, form))
    if found is None:
        forms = ", ".join(known for of, known in EXPORTS if of == what)
        raise InputError(f"{what} cannot be written as {form}.", field="form", remedy=f"One of: {forms}.")
    return found


def _pieces(journal: Journal, what: str, form: str, progress: Progress | None, span: Span) -> Iterable[bytes]:
    if form == "jsonl":
        return _fact_lines(journal, span, progress)
    if form == "csv":
        table = TABLES[what]
        text = csv_lines(table, told(table.rows(journal, span), progress))
    else:
        text = _TEXT[form](journal, span.start, span.end, progress)
    return (piece.encode() for piece in text)


def _fact_lines(journal: Journal, span: Span, progress: Progress | None) -> Iterator[bytes]:
    """The canonical bytes of each fact, as the chain hashes them, one a line."""
    for number, stored in enumerate(journal.facts(start=span.start, end=span.end), 1):
        yield encode_fact(stored.fact) + b"\n"
        if progress and number % FACTS_BETWEEN_STEPS == 0:
            progress(number, None)


def _write(pieces: Iterable[bytes], file: BinaryIO) -> None:
    buffer = bytearray()
    for piece in pieces:
        buffer += piece
        if len(buffer) >= CHUNK_CHARACTERS:
            file.write(buffer)
            buffer.clear()
    file.write(buffer)


def _parquet(journal: Journal, what: str, out: BinaryIO | Path, progress: Progress | None, span: Span) -> None:
    table = TABLES[what]
    rows = told(table.rows(journal, span), progress)
    if isinstance(out, Path):
        with whole(out) as temporary:
            write_parquet(table, rows, temporary)
        return
    with tempfile.TemporaryDirectory(prefix="mintage-export-") as folder:
        path = Path(folder, "table.parquet")
        write_parquet(table, rows, path)
        with path.open("rb") as file:
            shutil.copyfileobj(file, out, length=CHUNK_CHARACTERS)
