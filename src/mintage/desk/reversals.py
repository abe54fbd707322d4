"""Reversing a fact: one person asks, another decides, and only then its postings and lots are undone."""

from __future__ import annotations

from datetime import date

import msgspec

from mintage.desk.books_acts import Decided, proposals
from mintage.desk.company import Company
from mintage.desk.figure import minor, trace_account, trace_fact
from mintage.desk.record_rights import right_of, table
from mintage.desk.records import Leg, LotLine, lot_line
from mintage.exchange.importing import Moved, book_placed
from mintage.journal.core import Reversal
from mintage.journal.fact import Evidence, Fact
from mintage.journal.intake import Placed
from mintage.journal.ledger import find_lot
from mintage.people.caller import Caller
from mintage.people.proposals import Proposal
from mintage.units import day_end_instant, parse_date, parse_period
from mintage.units.errors import InputError

REVERSE = "journal.reverse"
APPROVE = "books.approve"
"""The right that decides: whoever answers for the books."""


class NewReversal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A wish that a fact be reversed.

    Attributes:
        key: key of the fact.
        reason: why, in words an auditor accepts.
        date: accounting date of the reversal, ISO 8601; "" for today.
    """

    key: str
    reason: str
    date: str = ""


class ReversalPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What reversing a fact would do, or why it cannot be.

    Attributes:
        key: key of the fact.
        kind: its kind.
        fact_date: its accounting date.
        actor: who recorded it.
        date: accounting date that the reversal would have.
        href: address of the fact.
        postings: what the reversal would post: the opposites.
        moves: what it would do to lots.
        problem: why it cannot be reversed, "" where nothing is in the way.
        remedy: what to do about it.
        may_ask: whether the reader may ask for it.
    """

    key: str
    kind: str
    fact_date: date
    actor: str
    date: date
    href: str
    postings: tuple[Leg, ...]
    moves: tuple[LotLine, ...]
    problem: str
    remedy: str
    may_ask: bool


def preview(company: Company, caller: Caller, key: str, on: str = "") -> ReversalPreview:
    """What reversing a fact would do. That its lots are still there is tried when it is asked for.

    Args:
        company: whose journal.
        caller: who reads.
        key: key of the fact.
        on: accounting date of the reversal; "" for today.

    Raises:
        InputError: there is no fact of that key, or the date is none.
    """
    journal = company.view().journal
    stored, entry = journal.fact(key), journal.entry(key)
    if stored is None:
        raise InputError(f"there is no fact '{key[:80]}'.", field="key", remedy="Search for a part of its key.")
    day, kind = _day(company, on), stored.fact.kind
    problem, remedy = _obstacle(company, key, kind, day)
    moves = []
    for move in entry.moves if entry else ():
        lot = find_lot(journal, move.lot)
        back = msgspec.structs.replace(move, units=-move.units, cost=-move.cost)
        moves.append(lot_line(Moved(lot.commodity if lot else "USD", back, opens=False)))
    return ReversalPreview(
        key=key,
        kind=kind,
        fact_date=stored.fact.date,
        actor=stored.fact.actor,
        date=day,
        href=trace_fact(key),
        postings=tuple(
            Leg(account=p.account, figure=minor(-p.amount, p.commodity, trace_account(p.account, p.commodity)))
            for p in (entry.postings if entry else ())
        ),
        moves=tuple(moves),
        problem=problem,
        remedy=remedy,
        may_ask=may_ask(caller, kind),
    )


def may_ask(caller: Caller, kind: str) -> bool:
    """Whether somebody may ask for the reversal of a fact of a kind: whoever may record it."""
    return caller.may(table().right) or caller.may(right_of(kind))


def ask(company: Company, caller: Caller, told: NewReversal, *, request: str) -> Proposal:
    """Ask that a fact be reversed; it is tried on a copy of the journal first.

    Raises:
        InputError: there is no such fact, no reason is given, it waits already, or the ledger would refuse it.
        Forbidden: the caller may not record such a fact either.
    """
    found = preview(company, caller, told.key, told.date)
    if not found.may_ask:
        caller.insist(right_of(found.kind))
    if found.problem:
        raise InputError(found.problem, remedy=found.remedy, field="key")
    reason = " ".join(told.reason.split())
    if not reason:
        raise InputError("no reason was given.", field="reason", remedy="Say why, in words an auditor accepts.")
    fact = _fact(told.key, reason, found.date, caller.name)
    book_placed(company.journal, [Placed(fact, told.key, 1)], dry_run=True)
    body = {"key": told.key, "date": found.date.isoformat()}
    made = proposals(company).propose(caller, REVERSE, told.key, body, reason=reason)
    company.record(caller, REVERSE, told.key, request=request, detail=f"asked for, {made.id}: {made.reason}")
    return made


def approve(company: Company, caller: Caller, id_: str, *, why: str, request: str) -> Decided:
    """Approve a reversal that another person asked for, and carry it out.

    Raises:
        Forbidden: the caller may not approve it.
        InputError: it is the caller's own, there is none of that id, or it was decided.
    """
    _ours(company, id_)
    made = proposals(company).approve(caller, id_, APPROVE, why=why)
    company.record(caller, REVERSE, made.subject, request=request, detail=f"approved {made.id} of {made.asked_by}")
    return Decided(proposal=_carry_out(company, made))


def reject(company: Company, caller: Caller, id_: str, *, why: str, request: str) -> Decided:
    """Reject a reversal that another person asked for.

    Raises:
        Forbidden: the caller may not reject it.
        InputError: it is the caller's own, no reason is given, there is none of that id, or it was decided.
    """
    _ours(company, id_)
    made = proposals(company).reject(caller, id_, APPROVE, why=why)
    company.record(caller, REVERSE, made.subject, request=request, detail=f"rejected {made.id}: {made.why}")
    return Decided(proposal=made)


def cancel(company: Company, caller: Caller, id_: str, *, request: str) -> Decided:
    """Take back what one asked for.

    Raises:
        InputError: another person asked, there is none of that id, or it was decided.
    """
    _ours(company, id_)
    made = proposals(company).cancel(caller, id_)
    company.record(caller, REVERSE, made.subject, request=request, detail=f"took back {made.id}")
    return Decided(proposal=made)


def settle(company: Company) -> None:
    """Carry out what was approved and a crash kept from being carried out."""
    for item in proposals(company).approved():
        if item.action == REVERSE:
            _carry_out(company, item)


def _carry_out(company: Company, item: Proposal) -> Proposal:
    """Reverse the fact of an approved request. Doing it once more, as after a crash, changes nothing."""
    note = f"asked for by {item.asked_by}, approved by {item.decided_by}" + (f": {item.why}" if item.why else "")
    evidence = Evidence(source=f"request {item.id}", note=note)
    fact = _fact(item.body["key"], item.reason, parse_date(item.body["date"]), item.asked_by, evidence)
    outcome, failed = fact.key, False
    try:
        company.journal.append([fact])
    except InputError as error:  # the books have moved on since it was asked for
        outcome, failed = error.problem, True
    try:
        return proposals(company).finish(item.id, outcome, failed=failed)
    except InputError:  # another reader was faster
        return proposals(company).show(item.id)


def _ours(company: Company, id_: str) -> None:
    if proposals(company).show(id_).action != REVERSE:
        raise InputError(f"'{id_}' is no reversal.", field="id", remedy="See the list of requests.")


def _fact(key: str, reason: str, day: date, actor: str, evidence: Evidence | None = None) -> Fact:
    data = Reversal(of=key, reason=reason)
    at = day_end_instant(day)
    return Fact(key=f"{key}:reversed", at=at, date=day, actor=actor, data=data, evidence=evidence)


def _day(company: Company, on: str) -> date:
    try:
        return parse_date(on) if on else company.today()
    except InputError as error:
        raise error.at(field="date") from error


def _obstacle(company: Company, key: str, kind: str, day: date) -> tuple[str, str]:
    """Why a fact cannot be reversed, and what to do about it; two empty texts where it can be."""
    journal = company.view().journal
    by = journal.reversed_by(key)
    if by:
        return f"{key} was reversed already, by {by}.", "Record the correct fact as one of its own."
    if kind in table().kept:
        return f"a fact of the kind {kind} is not reversed by hand.", table().kept[kind]
    locked = next((name for name in journal.closed_periods() if _within(day, name)), "")
    if locked:
        return f"{day} lies in {locked}, which is closed.", "Reverse it in an open period, or open that one again."
    return "", ""


def _within(day: date, period: str) -> bool:
    found = parse_period(period)
    return found.start <= day <= found.end
