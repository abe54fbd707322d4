"""Pages of the journal: search of facts, one fact whole, accounts, postings."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from mintage.api.access import Asked, needs
from mintage.api.routes.journal import Cursor, Day, Text, found_fact
from mintage.console.shell import Page, PageRouter
from mintage.desk import journal as desk
from mintage.desk import register

router = PageRouter("journal")
LIVE = ("journal:head",)


@router.get("/journal")
def facts(
    asked: Asked = needs("journal.read"),
    q: Text = "",
    kind: Annotated[str, Query(max_length=100)] = "",
    actor: Text = "",
    start: Day = "",
    end: Day = "",
    after: Cursor = "",
) -> Page:
    """Facts that fit, the latest recorded first."""
    wanted = desk.asked_for(kind=kind, actor=actor, start=start, end=end, q=q)
    answer = desk.facts(asked.company, asked.caller, wanted, after)
    rooms = sorted({f"{name.partition('.')[0]}." for name in answer.kinds})
    return Page(template="journal/index.html", answer=answer, more={"rooms": rooms}, live=LIVE)


@router.get("/journal/fact")
def fact(key: Annotated[str, Query(max_length=500)], asked: Asked = needs("journal.read")) -> Page:
    """One fact, whole."""
    answer = found_fact(asked, key)
    return Page(template="journal/fact.html", answer=answer)


@router.get("/journal/postings")
def postings(
    asked: Asked = needs("journal.read"),
    account: Annotated[str, Query(max_length=200)] = "*",
    commodity: Text = "*",
    start: Day = "",
    end: Day = "",
    after: Cursor = "",
) -> Page:
    """Postings with running balances."""
    answer = register.postings(asked.company, account or "*", commodity or "*", start, end, after)
    return Page(template="journal/postings.html", answer=answer, live=LIVE)


@router.get("/journal/accounts")
def accounts(
    asked: Asked = needs("journal.read"), pattern: Annotated[str, Query(max_length=200)] = "*", day: Day = ""
) -> Page:
    """Accounts with balances."""
    answer = register.accounts(asked.company, pattern or "*", day)
    return Page(template="journal/accounts.html", answer=answer, live=LIVE)
