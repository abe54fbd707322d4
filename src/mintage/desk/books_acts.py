"""Closing and reopening periods: asking for it, a second person's decision, and what came of it."""

from __future__ import annotations

import threading
from typing import Literal
from urllib.parse import urlencode

import msgspec

from mintage.desk.books_close import CloseTerms, close_preview
from mintage.desk.close_job import Asked
from mintage.desk.company import Company
from mintage.desk.jobs import Job
from mintage.desk.periods import period_row
from mintage.people.caller import Caller
from mintage.people.proposals import Proposal, Proposals
from mintage.units import Period
from mintage.units.errors import InputError

CLOSE, REOPEN = "books.close", "books.reopen"
ACTIONS = (CLOSE, REOPEN)
_BEGINNING = threading.Lock()
"""Held from the approval until its work has begun, so that whoever looks meanwhile does not begin it as well."""
APPROVE = "books.approve"


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A request about a period.

    Attributes:
        proposal: what was asked for, by whom, and how it was decided.
        job: the work that it led to; None where there is none.
        may_decide: whether the reader may approve or reject it.
        may_cancel: whether the reader asked for it, and it still waits.
    """

    proposal: Proposal
    job: Job | None
    may_decide: bool
    may_cancel: bool


class WaitingList(msgspec.Struct, frozen=True, kw_only=True):
    """Requests to close or reopen.

    Attributes:
        rows: the latest first.
    """

    rows: tuple[Waiting, ...]


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a request.

    Attributes:
        proposal: the request.
        job: the work that it led to; None where it was not approved.
    """

    proposal: Proposal
    job: Job | None = None


def proposals(company: Company) -> Proposals:
    """What waits for a second person."""
    return Proposals(company.state, company.wall)


def ask(
    company: Company,
    caller: Caller,
    what: Literal["close", "reopen"],
    period: Period,
    *,
    reason: str,
    request: str,
    terms: CloseTerms | None = None,
) -> Proposal:
    """Ask for a close, or for a closed period to be opened again; a second person decides.

    Args:
        company: whose books.
        caller: who asks.
        what: close or reopen.
        period: the period.
        reason: why.
        request: id of the request.
        terms: what a close goes by.

    Raises:
        Forbidden: the caller may not ask for it.
        InputError: it cannot be done, was asked for already, or no reason is given.
    """
    caller.insist(CLOSE)
    told, state = terms or CloseTerms(), period_row(company, period).state
    if what == "close":
        if state == "closed":
            raise InputError(f"{period} is closed.", field="period", remedy="Open it again first.")
        found = close_preview(company, period, told)
        if found.problem:
            raise InputError(found.problem, remedy=found.remedy, field=found.field or None)
    elif state != "closed":
        raise InputError(f"{period} is not closed.", field="period", remedy="Only a closed period is opened again.")
    body = (
        {"period": period.name, "what": what, **msgspec.to_builtins(told)}
        if what == "close"
        else {
            "period": period.name,
            "what": what,
            "reason": reason,
        }
    )
    action = CLOSE if what == "close" else REOPEN
    made = proposals(company).propose(caller, action, period.name, body, reason=reason)
    company.record(caller, action, period.name, request=request, detail=f"asked for, {made.id}: {made.reason}")
    return made


def approve(company: Company, caller: Caller, id_: str, *, why: str, request: str) -> Decided:
    """Approve what another person asked for; the work begins at once, in a process of its own.

    Raises:
        Forbidden: the caller may not approve it.
        InputError: it is the caller's own, there is none of that id, or it was decided.
    """
    _ours(company, id_)
    with _BEGINNING:
        made = proposals(company).approve(caller, id_, APPROVE, why=why)
        told = f"approved {made.id} of {made.asked_by}"
        company.record(caller, made.action, made.subject, request=request, detail=told)
        return Decided(proposal=made, job=_started(company, made))


def reject(company: Company, caller: Caller, id_: str, *, why: str, request: str) -> Decided:
    """Reject what another person asked for.

    Raises:
        Forbidden: the caller may not reject it.
        InputError: it is the caller's own, no reason is given, there is none of that id, or it was decided.
    """
    _ours(company, id_)
    made = proposals(company).reject(caller, id_, APPROVE, why=why)
    company.record(caller, made.action, made.subject, request=request, detail=f"rejected {made.id}: {made.why}")
    return Decided(proposal=made)


def cancel(company: Company, caller: Caller, id_: str, *, request: str) -> Decided:
    """Take back what one asked for.

    Raises:
        InputError: another person asked, there is none of that id, or it was decided.
    """
    _ours(company, id_)
    made = proposals(company).cancel(caller, id_)
    company.record(caller, made.action, made.subject, request=request, detail=f"took back {made.id}")
    return Decided(proposal=made)


def waiting(company: Company, caller: Caller, period: Period | None = None) -> WaitingList:
    """Requests to close or reopen, of one period or of all, the latest first."""
    settle(company)
    jobs = _jobs(company)
    found = [
        item
        for item in proposals(company).latest()
        if item.action in ACTIONS and (period is None or item.subject == period.name)
    ]
    return WaitingList(
        rows=tuple(
            Waiting(
                proposal=item,
                job=jobs.get(item.id),
                may_decide=item.state == "pending" and item.asked_by != caller.name and caller.may(APPROVE),
                may_cancel=item.state == "pending" and item.asked_by == caller.name,
            )
            for item in found
        )
    )


def settle(company: Company) -> None:
    """Say of each approved request what came of it; one that a crash kept from beginning is begun."""
    with _BEGINNING:
        open_ = [item for item in proposals(company).approved() if item.action in ACTIONS]
        jobs = _jobs(company) if open_ else {}
        for item in open_:
            job = jobs.get(item.id)
            if job is None:
                _started(company, item)
            elif job.over:
                _finish(company, item, job)


def _finish(company: Company, item: Proposal, job: Job) -> None:
    outcome = "done" if job.state == "done" else job.problem or job.state
    try:
        proposals(company).finish(item.id, outcome, failed=job.state != "done")
    except InputError:
        return  # another reader was faster


def _ours(company: Company, id_: str) -> None:
    if proposals(company).show(id_).action not in ACTIONS:
        raise InputError(f"'{id_}' is not about the books.", field="id", remedy="See the list of requests.")


def _started(company: Company, item: Proposal) -> Job | None:
    """The work of what was approved, begun; None where too much waits, and then it is begun by who looks next."""
    asked = msgspec.convert(item.body, Asked)
    told = msgspec.structs.replace(asked, approved_by=item.decided_by, at_us=company.clock.now_us())
    try:
        return company.jobs.start("close", item.subject, msgspec.to_builtins(told), item.asked_by, href=_href(item))
    except InputError:
        return None


def _href(item: Proposal) -> str:
    return f"/books?{urlencode({'period': item.subject, 'proposal': item.id})}"


def _jobs(company: Company) -> dict[str, Job]:
    """The last job of each request."""
    found: dict[str, Job] = {}
    for job in reversed(company.jobs.recent("close", limit=200)):
        if "proposal=" in job.href:
            found[job.href.rpartition("proposal=")[2]] = job
    return found
