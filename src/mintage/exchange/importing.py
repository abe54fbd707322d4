"""Import of fact files that somebody uploaded: held to limits, booked whole or not at all, or only tried."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from mintage.exchange.databases import copy_database
from mintage.house import memory_journal, open_journal
from mintage.journal.intake import KEY_CHARACTERS_MAX, Placed, Progress, book, read_facts
from mintage.journal.ledger import find_lot
from mintage.journal.lots import LotMove
from mintage.journal.rows import READERS
from mintage.journal.rules import Posting
from mintage.journal.sqlite import SqliteJournal
from mintage.journal.store import Journal, Receipt
from mintage.units.errors import InputError, LimitError

FILES_MAX = 100
BYTES_MAX = 64 << 20
"""All files of one upload together; more is for `mintage facts import`, which reads files where they are."""


class Moved(msgspec.Struct, frozen=True, gc=False):
    """A line of the lot ledger that a fact would make.

    Attributes:
        commodity: what its lot is of.
        move: the line.
        opens: whether the fact opens the lot.
    """

    commodity: str
    move: LotMove
    opens: bool


class Line(msgspec.Struct, frozen=True, gc=False):
    """What became, or would become, of one fact.

    Attributes:
        file: name of the file that it stands in.
        line: line in it.
        receipt: its key, its number in the journal, and whether it is new.
        kind: the kind of fact.
        postings: what it would post; empty where it was booked, and the journal can be asked, or was known already.
        moves: what it would do to lots, likewise.
    """

    file: str
    line: int
    receipt: Receipt
    kind: str
    postings: tuple[Posting, ...] = ()
    moves: tuple[Moved, ...] = ()


class Imported(msgspec.Struct, frozen=True):
    """What an import did, or would do.

    Attributes:
        lines: one for each fact, in the order of booking.
        dry: whether nothing was changed.
    """

    lines: tuple[Line, ...]
    dry: bool

    @property
    def new(self) -> int:
        """How many facts were not known before."""
        return sum(line.receipt.new for line in self.lines)


def import_files(
    journal: Journal,
    files: Sequence[tuple[str, bytes]],
    actor: str,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Imported:
    """Book the facts of uploaded files: all of them or none.

    Args:
        journal: where they go.
        files: names and bytes; the end of a name says the form: .csv, .toml or .jsonl.
        actor: who imports; a row may name another.
        dry_run: book them on a copy of the journal and say what they would post; the journal is not changed.
        progress: called now and then with the facts read so far and None, then with those booked and the number of all.

    Raises:
        InputError: with file, line, field and remedy. Nothing was changed.
        LimitError: there is more than an upload may hold.
    """
    return book_placed(journal, read_upload(files, actor, progress), dry_run=dry_run, progress=progress)


def read_upload(files: Sequence[tuple[str, bytes]], actor: str, progress: Progress | None = None) -> list[Placed]:
    """The facts of uploaded files, each with its place; nothing is booked.

    Args:
        files: names and bytes; the end of a name says the form: .csv, .toml or .jsonl.
        actor: who imports; a row may name another, which whoever calls may refuse.
        progress: called after each file with the facts read so far and None.

    Raises:
        InputError: with file, line, field and remedy.
        LimitError: there is more than an upload may hold.
    """
    placed: list[Placed] = []
    for name, raw in _checked(files):
        placed += read_facts(raw, Path(name).suffix, name, actor)
        if progress:
            progress(len(placed), None)
    return placed


def book_placed(
    journal: Journal, placed: Sequence[Placed], *, dry_run: bool = False, progress: Progress | None = None
) -> Imported:
    """Book facts that were read: all of them or none, or only try it.

    Args:
        journal: where they go.
        placed: the facts with their places.
        dry_run: book them on a copy of the journal and say what they would post; the journal is not changed.
        progress: called now and then with the facts booked and the number of all.

    Raises:
        InputError: with file, line, field and remedy. Nothing was changed.
    """
    places = {item.fact.key: item for item in reversed(placed)}
    if not dry_run:
        receipts = book(placed, journal.append, progress)
        return Imported(tuple(_line(places[receipt.key], receipt) for receipt in receipts), dry=False)
    with _twin(journal) as twin:
        receipts = book(placed, twin.append, progress)
        lines = tuple(_line(places[receipt.key], receipt, twin if receipt.new else None) for receipt in receipts)
    return Imported(lines, dry=True)


def _checked(files: Sequence[tuple[str, bytes]]) -> Sequence[tuple[str, bytes]]:
    if not files:
        raise InputError("no file was given.", field="files", remedy="Choose .csv, .toml or .jsonl files.")
    size = sum(len(raw) for _, raw in files)
    if len(files) > FILES_MAX or size > BYTES_MAX:
        raise LimitError(
            f"{len(files)} files of {size:,} bytes are too much for one upload.",
            field="files",
            remedy=f"Give at most {FILES_MAX} files of {BYTES_MAX:,} bytes together, or use `mintage facts import`.",
        )
    for name, _ in files:
        if not name.isprintable() or len(name) > KEY_CHARACTERS_MAX:
            raise InputError(
                "a file's name is too long or cannot be printed.",
                field="files",
                remedy=f"Rename it: at most {KEY_CHARACTERS_MAX} printable characters.",
            )
        if Path(name).suffix not in READERS:
            raise InputError("this is not a fact file.", file=name, remedy="Fact files end in .csv, .toml or .jsonl.")
    return files


def _line(item: Placed, receipt: Receipt, journal: Journal | None = None) -> Line:
    entry = journal.entry(receipt.key) if journal else None
    if journal is None or entry is None:
        return Line(item.file, item.line, receipt, item.fact.kind)
    own = {lot.id for lot in entry.lots}
    moves = []
    for move in entry.moves:
        lot = find_lot(journal, move.lot)
        if lot is None:
            raise AssertionError(f"the lot {move.lot} was opened by no fact")
        moves.append(Moved(lot.commodity, move, lot.id in own))
    return Line(item.file, item.line, receipt, item.fact.kind, entry.postings, tuple(moves))


@contextmanager
def _twin(journal: Journal) -> Iterator[Journal]:
    """A journal that says what this one says, to be thrown away; nobody who writes has to wait for it."""
    if not isinstance(journal, SqliteJournal):
        twin = memory_journal()
        twin.append(stored.fact for stored in journal.facts())
        yield twin
        return
    with tempfile.TemporaryDirectory(prefix="mintage-trial-") as folder:
        path = Path(folder, "journal.db")
        if journal.path.exists():
            copy_database(journal.path, path)
        with closing(open_journal(path)) as copy:
            yield copy
