"""Journal: facts found by what they say, one fact whole, accounts, and their postings with running balances."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from mintage.api.access import Asked, needs
from mintage.api.problems import NotFound
from mintage.api.reply import ApiRouter
from mintage.desk import journal, journal_fact, register
from mintage.journal.search import PAGE_MAX
from mintage.units.errors import InputError

router = ApiRouter(tags=["journal"])
Text = Annotated[str, Query(max_length=200)]
Day = Annotated[str, Query(max_length=10, description="An ISO date.")]
Cursor = Annotated[str, Query(max_length=60, description="`next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]


@router.get("/journal")
def journal_facts(
    asked: Asked = needs("journal.read"),
    q: Annotated[str, Query(max_length=200, description="Words in key, fields or evidence.")] = "",
    kind: Annotated[str, Query(max_length=100, description='Beginning of the kind, such as "treasury.".')] = "",
    actor: Text = "",
    start: Day = "",
    end: Day = "",
    after: Cursor = "",
    limit: Limit = journal.SHOWN,
) -> journal.FactPage:
    """Facts that fit, the latest recorded first. A page looks through a bounded number of facts, then tells `next`."""
    wanted = journal.asked_for(kind=kind, actor=actor, start=start, end=end, q=q)
    return journal.facts(asked.company, asked.caller, wanted, after, limit)


@router.get("/journal/fact")
def journal_fact_of(
    key: Annotated[str, Query(max_length=500)], asked: Asked = needs("journal.read")
) -> journal_fact.FactAnswer:
    """One fact, whole: fields, evidence, postings, lots, its place in the chain, what reversed it."""
    return found_fact(asked, key)


@router.get("/journal/postings")
def journal_postings(
    asked: Asked = needs("journal.read"),
    account: Annotated[str, Query(max_length=200, description='An account; "*" stands for any run.')] = "*",
    commodity: Text = "*",
    start: Day = "",
    end: Day = "",
    after: Cursor = "",
    limit: Limit = journal.SHOWN,
) -> register.PostingPage:
    """Postings on the accounts that fit, the latest first, with running balances."""
    return register.postings(asked.company, account, commodity, start, end, after, limit)


@router.get("/journal/accounts")
def journal_accounts(
    asked: Asked = needs("journal.read"),
    pattern: Annotated[str, Query(max_length=200)] = "*",
    day: Day = "",
) -> register.AccountList:
    """Accounts with their balances at the end of a day."""
    return register.accounts(asked.company, pattern, day)


def found_fact(asked: Asked, key: str) -> journal_fact.FactAnswer:
    """The fact that is asked for.

    Raises:
        NotFound: there is none.
    """
    try:
        return journal_fact.fact(asked.company, asked.caller, key)
    except InputError as error:
        raise NotFound(error.problem, field="key", remedy=error.remedy) from error
