"""Recording facts over the network: one, or whole files; first tried, then booked, always in the caller's own name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from mintage.desk.company import Company
from mintage.desk.figure import Figure, minor, trace_account, trace_fact, trace_lot
from mintage.desk.record_form import KindForm, RoomKinds, kind_form, rooms
from mintage.desk.record_rights import insist, insist_on_all
from mintage.exchange.importing import FILES_MAX, Imported, Line, Moved, book_placed, read_upload
from mintage.journal.fact import Evidence, Fact, same_content
from mintage.journal.intake import KEY_CHARACTERS_MAX, Placed, read_facts
from mintage.journal.rows import READERS
from mintage.people.caller import Caller
from mintage.units.errors import InputError, LimitError

FACTS_MAX = 1_000
"""Facts of one request in JSON; more come as files."""
SHOWN = 200
"""Facts of an import that are shown one by one."""
TYPED = "typed.jsonl"
"""Name under which facts that came as JSON are read, for errors."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


class RecordForm(msgspec.Struct, frozen=True, kw_only=True):
    """What can be recorded, and the form of the kind that was chosen.

    Attributes:
        rooms: kinds that the reader may record, by room; empty where there are none.
        asked: what was looked for among them.
        form: the form of the chosen kind; None where none was chosen.
    """

    rooms: tuple[RoomKinds, ...]
    asked: str
    form: KindForm | None


class NewFacts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Facts to record, in the form of a JSONL file: `kind`, `key`, `date` and the fields of the kind.

    Attributes:
        facts: the facts; amounts are texts with their unit. None names an actor: it is whoever sends them.
        dry_run: only say what they would post.
        source: where they can be verified, for those that name no source of their own.
        sha256: hex digest of the document that says so.
    """

    facts: list[dict[str, Any]]
    dry_run: bool = False
    source: str = ""
    sha256: str = ""


class ImportForm(msgspec.Struct, frozen=True, kw_only=True):
    """What can be imported.

    Attributes:
        suffixes: ends of the names of files that are read.
        files_max: files of one upload.
        rooms: rooms of which the reader may record facts; empty where there are none.
    """

    suffixes: tuple[str, ...]
    files_max: int
    rooms: tuple[RoomKinds, ...]


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """A posting.

    Attributes:
        account: the account.
        figure: signed amount: plus is a debit.
    """

    account: str
    figure: Figure


class LotLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the lot ledger.

    Attributes:
        lot: the lot.
        account: where.
        units: units that come (+) or go (-).
        cost: cost that comes or goes with them.
        opens: whether the fact opens the lot.
        href: address of the lot, "" where it is not there yet.
    """

    lot: str
    account: str
    units: Figure
    cost: Figure
    opens: bool
    href: str


class RecordedFact(msgspec.Struct, frozen=True, kw_only=True):
    """What became, or would become, of one fact.

    Attributes:
        file: file that it stands in.
        line: line in it.
        key: its key.
        kind: its kind.
        date: its accounting date.
        new: whether it was not known before.
        href: address of the fact, "" where it is not there yet.
        postings: what it posts; empty where it is booked or was known, and its page says it.
        moves: what it does to lots, likewise.
    """

    file: str
    line: int
    key: str
    kind: str
    date: date
    new: bool
    href: str
    postings: tuple[Leg, ...]
    moves: tuple[LotLine, ...]


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """What recording did, or would do.

    Attributes:
        dry: whether nothing was changed.
        new: facts that were not known before.
        known: facts that were there already and stay as they are.
        facts: the facts in the order of booking; the first of them where there are many.
    """

    dry: bool
    new: int
    known: int
    facts: tuple[RecordedFact, ...]

    @property
    def total(self) -> int:
        """All facts."""
        return self.new + self.known


def record_form(company: Company, caller: Caller, kind: str = "", asked: str = "") -> RecordForm:
    """What somebody may record, and the form of a kind.

    Raises:
        InputError: there is no such kind, or nobody writes it by hand.
        Forbidden: the caller may not record it.
    """
    form = None
    if kind:
        form = kind_form(kind, company.today())
        insist(caller, kind)
    return RecordForm(rooms=rooms(caller, asked), asked=asked, form=form)


def import_form(caller: Caller) -> ImportForm:
    """What can be imported, by whom."""
    return ImportForm(suffixes=tuple(READERS), files_max=FILES_MAX, rooms=rooms(caller))


def record(company: Company, caller: Caller, told: NewFacts, *, request: str) -> Recording:
    """Record facts, all of them or none, or only say what they would do.

    Raises:
        InputError: one cannot be read, is not the caller's own word, or the ledger refuses it; with its line and field.
        Forbidden: the caller may not record one of them.
    """
    if not told.facts:
        raise InputError("no fact was given.", field="facts", remedy="Give at least one, with kind, key and date.")
    if len(told.facts) > FACTS_MAX:
        raise LimitError(f"at most {FACTS_MAX:,} facts at once.", field="facts", remedy="Import them as a file.")
    if told.sha256 and not _SHA256.fullmatch(told.sha256):
        raise InputError("this is no SHA-256.", field="sha256", remedy="Give 64 hex digits in lower case.")
    _line_of("source", told.source)
    raw = b"\n".join(msgspec.json.encode(row) for row in told.facts)
    placed = [
        _vouched(item, row, told, caller)
        for item, row in zip(read_facts(raw, ".jsonl", TYPED, caller.name), told.facts, strict=True)
    ]
    done = _book(company, caller, placed, dry_run=told.dry_run)
    if not told.dry_run and done.new:
        keys = [line.receipt.key for line in done.lines if line.receipt.new]
        subject = keys[0] if len(keys) == 1 else f"{len(keys)} facts"
        kinds = ", ".join(sorted({line.kind for line in done.lines}))
        company.record(caller, "journal.recorded", subject, request=request, detail=kinds)
    return _told(placed, done)


def import_upload(
    company: Company, caller: Caller, files: Sequence[tuple[str, bytes]], *, dry_run: bool, request: str
) -> Recording:
    """Import files of facts, all of them or none, or only say what they would do.

    Raises:
        InputError: with file, line, field and remedy. Nothing was changed.
        Forbidden: the caller may not record one of the facts.
    """
    placed = read_upload(files, caller.name)
    done = _book(company, caller, placed, dry_run=dry_run)
    if not dry_run and done.new:
        names = ", ".join(name for name, _ in files)
        company.record(caller, "journal.imported", names, request=request, detail=f"{done.new} of {len(placed)} facts")
    return _told(placed, done)


def _book(company: Company, caller: Caller, placed: list[Placed], *, dry_run: bool) -> Imported:
    insist_on_all(caller, placed)
    known = [msgspec.structs.replace(item, fact=_as_known(company, item.fact)) for item in placed]
    return book_placed(company.journal, known, dry_run=dry_run)


def _as_known(company: Company, fact: Fact) -> Fact:
    """The fact as another person recorded it, where it is the very same: it is known, and stays that person's word."""
    stored = company.journal.fact(fact.key)
    if stored is None:
        return fact
    same = msgspec.structs.replace(fact, actor=stored.fact.actor)
    return same if same_content(same, stored.fact) else fact


def _vouched(item: Placed, row: dict[str, Any], told: NewFacts, caller: Caller) -> Placed:
    """A fact with the evidence that was named for it; the request itself is none."""
    if item.recorded:
        return item
    note = item.fact.evidence.note if item.fact.evidence else None
    source = told.source or str(row.get("source") or "")
    evidence = None
    if source or told.sha256 or note:
        evidence = Evidence(source=source or caller.name, sha256=told.sha256 or None, note=note)
    return msgspec.structs.replace(item, fact=msgspec.structs.replace(item.fact, evidence=evidence))


def _line_of(field: str, text: str) -> None:
    if not (text.isprintable() and len(text) <= KEY_CHARACTERS_MAX):
        raise InputError(
            "it is too long or has characters that cannot be printed.",
            field=field,
            remedy=f"Use at most {KEY_CHARACTERS_MAX} printable characters.",
        )


def _told(placed: Sequence[Placed], done: Imported) -> Recording:
    days = {item.fact.key: item.fact.date for item in placed}
    return Recording(
        dry=done.dry,
        new=done.new,
        known=len(done.lines) - done.new,
        facts=tuple(_fact(line, days[line.receipt.key], dry=done.dry) for line in done.lines[:SHOWN]),
    )


def _fact(line: Line, day: date, *, dry: bool) -> RecordedFact:
    there = not (dry and line.receipt.new)
    return RecordedFact(
        file="" if line.file == TYPED else line.file,
        line=line.line,
        key=line.receipt.key,
        kind=line.kind,
        date=day,
        new=line.receipt.new,
        href=trace_fact(line.receipt.key) if there else "",
        postings=tuple(
            Leg(account=leg.account, figure=minor(leg.amount, leg.commodity, trace_account(leg.account, leg.commodity)))
            for leg in line.postings
        ),
        moves=tuple(lot_line(moved) for moved in line.moves),
    )


def lot_line(moved: Moved) -> LotLine:
    """A line of the lot ledger in figures."""
    return LotLine(
        lot=moved.move.lot,
        account=moved.move.account,
        units=minor(moved.move.units, moved.commodity),
        cost=minor(moved.move.cost, "USD"),
        opens=moved.opens,
        href="" if moved.opens else trace_lot(moved.move.lot),
    )
