"""One inbox of all that waits for a second person: in the company's books and at its sites."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from mintage.desk import approvals_site, books_acts, reversals
from mintage.desk.approval_answer import ApprovalPage, ApprovalRow, Decision, Inbox, Withdrawal, missing
from mintage.desk.books_acts import Decided, proposals
from mintage.desk.books_close import CloseTerms, close_preview
from mintage.desk.company import Company
from mintage.fleet.control.roles import same_person
from mintage.people.caller import Caller
from mintage.people.proposals import Proposal
from mintage.units import parse_period
from mintage.units.errors import InputError

PAST = 20
"""Requests that were decided and are still shown."""


@dataclass(frozen=True)
class Executor:
    """What is done with requests of an action.

    Attributes:
        right: the right that decides.
        approve: approves and carries out.
        reject: rejects.
        cancel: takes back.
        settle: carries out what a crash kept from being carried out.
    """

    right: str
    approve: Callable[..., Decided]
    reject: Callable[..., Decided]
    cancel: Callable[..., Decided]
    settle: Callable[[Company], None]


_BOOKS = Executor(books_acts.APPROVE, books_acts.approve, books_acts.reject, books_acts.cancel, books_acts.settle)
_REVERSAL = Executor(reversals.APPROVE, reversals.approve, reversals.reject, reversals.cancel, reversals.settle)
EXECUTORS: dict[str, Executor] = {
    books_acts.CLOSE: _BOOKS,
    books_acts.REOPEN: _BOOKS,
    reversals.REVERSE: _REVERSAL,
}
"""Action of a request to what is done with it; one that is not here can be seen and not decided."""


def waiting(company: Company, caller: Caller) -> int:
    """How many requests wait that somebody may decide."""
    return sum(row.may_decide for row in _pending(company, caller))


def inbox(company: Company, caller: Caller) -> Inbox:
    """What waits for a second person, what the reader waits for, and what was decided lately."""
    for executor in {id(one): one for one in EXECUTORS.values()}.values():
        executor.settle(company)
    rows = sorted(_pending(company, caller), key=lambda row: (row.asked_us, row.id))
    past = [_company_row(caller, item) for item in proposals(company).latest() if item.state != "pending"]
    return Inbox(
        waiting=tuple(row for row in rows if row.may_decide),
        own=tuple(row for row in rows if same_person(row.asked_by, caller.name)),
        past=tuple(row for row in past if _concerns(caller, row))[:PAST],
    )


def show(company: Company, caller: Caller, id_: str, site: str = "") -> ApprovalPage:
    """One request with what it would do.

    Raises:
        Missing: there is none of that id that the caller may see.
    """
    if site:
        return approvals_site.show(company, caller, id_, site)
    item = _proposal(company, id_)
    row = _company_row(caller, item)
    if not _concerns(caller, row):
        raise missing(id_)
    if item.state != "pending":
        return ApprovalPage(row=row)
    if item.action == books_acts.CLOSE:
        terms = {name: item.body[name] for name in CloseTerms.__struct_fields__ if name in item.body}
        period = parse_period(item.subject)
        return ApprovalPage(row=row, close=close_preview(company, period, msgspec.convert(terms, CloseTerms)))
    if item.action == reversals.REVERSE:
        found = reversals.preview(company, caller, item.body["key"], item.body["date"])
        return ApprovalPage(row=row, reversal=found)
    return ApprovalPage(row=row)


def decide(company: Company, caller: Caller, id_: str, told: Decision, *, request: str) -> ApprovalRow:
    """Approve or reject what another person asked for; what is approved is carried out, or begins at once.

    Raises:
        Missing: there is none of that id that the caller may see.
        Forbidden: the caller may see it, and not decide it.
        InputError: it is the caller's own, a no has no reason, or it was decided or has expired.
    """
    if told.site:
        return approvals_site.decide(company, caller, id_, told, request)
    item = _proposal(company, id_)
    if not _concerns(caller, _company_row(caller, item)):
        raise missing(id_)
    executor = _executor(item)
    act = executor.approve if told.approve else executor.reject
    return _company_row(caller, act(company, caller, id_, why=told.why, request=request).proposal)


def withdraw(company: Company, caller: Caller, id_: str, told: Withdrawal, *, request: str) -> ApprovalRow:
    """Take back what one asked for.

    Raises:
        Missing: there is none of that id.
        Forbidden: the caller may not act at the site.
        InputError: another person asked for it, or it was decided or has expired.
    """
    if not told.site:
        item = _proposal(company, id_)
        return _company_row(caller, _executor(item).cancel(company, caller, id_, request=request).proposal)
    row = show(company, caller, id_, told.site).row
    if not same_person(row.asked_by, caller.name):
        raise InputError("another person asked for this.", field="id", remedy="Reject it instead.")
    return approvals_site.stop(company, caller, row, told.why or "taken back", request)


def _pending(company: Company, caller: Caller) -> Iterator[ApprovalRow]:
    for item in proposals(company).pending():
        yield _company_row(caller, item)
    yield from approvals_site.pending(company, caller)


def _proposal(company: Company, id_: str) -> Proposal:
    try:
        return proposals(company).show(id_)
    except InputError as error:
        raise missing(id_) from error


def _executor(item: Proposal) -> Executor:
    found = EXECUTORS.get(item.action)
    if found is None:
        raise InputError(f"{item.action} is not decided here.", field="id", remedy="See who asked for it.")
    return found


def _concerns(caller: Caller, row: ApprovalRow) -> bool:
    executor = EXECUTORS.get(row.action)
    return same_person(row.asked_by, caller.name) or (executor is not None and caller.may(executor.right))


def _company_row(caller: Caller, item: Proposal) -> ApprovalRow:
    executor, own = EXECUTORS.get(item.action), same_person(item.asked_by, caller.name)
    pending = item.state == "pending"
    return ApprovalRow(
        id=item.id,
        source="company",
        site="",
        action=item.action,
        subject=item.subject,
        asked_by=item.asked_by,
        asked_us=item.asked_us,
        until_us=item.until_us,
        reason=item.reason,
        state=item.state,
        href=f"/approvals/{item.id}",
        may_decide=pending and not own and executor is not None and caller.may(executor.right),
        may_cancel=pending and own,
        decided_by=item.decided_by,
        decided_us=item.decided_us,
        why=item.why,
        outcome=item.outcome,
    )
