"""What waits for a second person, in the company's books and at its sites."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Query

from mintage.api.access import Asked, needs
from mintage.api.problems import NotFound
from mintage.api.reply import ApiRouter, body_of
from mintage.desk import approvals as desk
from mintage.desk.approval_answer import ApprovalPage, ApprovalRow, Decision, Inbox, Withdrawal
from mintage.desk.here import Missing

router = ApiRouter(tags=["approvals"])
SITE = Query(max_length=100)


@router.get("/approvals")
def approvals(asked: Asked = needs("")) -> Inbox:
    """What waits for a second person and the caller may decide, what the caller waits for, and what was decided."""
    return desk.inbox(asked.company, asked.caller)


@router.get("/approvals/{id}")
def approval(id: str, asked: Asked = needs(""), site: Annotated[str, SITE] = "") -> ApprovalPage:
    """One request with what it would do; `site` names the site that asks, where a site does."""
    with found():
        return desk.show(asked.company, asked.caller, id, site)


@router.post("/approvals/{id}")
def decide_approval(id: str, asked: Asked = needs(""), told: Decision = body_of(Decision)) -> ApprovalRow:
    """Approve or reject what another person asked for; what is approved is carried out, or begins at once."""
    with found():
        return desk.decide(asked.company, asked.caller, id, told, request=asked.id)


@router.post("/approvals/{id}/withdraw")
def withdraw_request(id: str, asked: Asked = needs(""), told: Withdrawal = body_of(Withdrawal)) -> ApprovalRow:
    """Take back what one asked for."""
    with found():
        return desk.withdraw(asked.company, asked.caller, id, told, request=asked.id)


@contextmanager
def found() -> Iterator[None]:
    """What is asked for is there, or the answer is 404.

    Raises:
        NotFound: it is not.
    """
    try:
        yield
    except Missing as error:
        raise NotFound(error.problem, field=error.field, remedy=error.remedy) from error
