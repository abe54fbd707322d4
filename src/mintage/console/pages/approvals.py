"""The inbox of whoever decides as a second person, and one request with what it would do."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from mintage.api.access import Asked, form_of, needs
from mintage.api.routes.approvals import found
from mintage.console.shell import Page, PageRouter
from mintage.desk import approvals as desk
from mintage.desk.approval_answer import Decision, Withdrawal
from mintage.units.errors import InputError

router = PageRouter("approvals")
SITE = Query(max_length=100)
DONE = {"approve": "approved", "reject": "rejected", "withdraw": "withdrawn"}
"""What a form may say, and the word that the next page greets with."""


@router.get("/approvals")
def approvals(asked: Asked = needs("")) -> Page:
    """What waits for a second person."""
    return Page(template="approvals/index.html", answer=desk.inbox(asked.company, asked.caller))


@router.get("/approvals/{id}")
def approval(id: str, asked: Asked = needs(""), site: Annotated[str, SITE] = "") -> Page:
    """One request with what it would do."""
    with found():
        answer = desk.show(asked.company, asked.caller, id, site)
    return Page(template="approvals/show.html", answer=answer, more={"error": None, "why": ""})


@router.post("/approvals/{id}")
def decide_approval(id: str, asked: Asked = needs(""), form: FormData = form_of()) -> Page | Response:
    """Approve, reject or take back, as the button says."""
    word, why, site = (str(form.get(name, ""))[:1_000] for name in ("decision", "why", "site"))
    company, caller = asked.company, asked.caller
    if word not in DONE:
        raise InputError("say yes or no.", field="decision", remedy="Use one of the buttons.")
    with found():
        try:
            if word == "withdraw":
                told = Withdrawal(site=site, why=why)
                desk.withdraw(company, caller, id, told, request=asked.id)
            else:
                yes = Decision(approve=word == "approve", why=why, site=site)
                desk.decide(company, caller, id, yes, request=asked.id)
        except InputError as error:
            answer = desk.show(company, caller, id, site)
            return Page(template="approvals/show.html", answer=answer, more={"error": error, "why": why}, status=400)
    query = {"site": site, "done": DONE[word]} if site else {"done": DONE[word]}
    return RedirectResponse(f"/approvals/{id}?{urlencode(query)}", 303)
