"""Books: statements for any period with comparatives, what each cell is made of, KPIs, checks, closing."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from fastapi import Query

from mintage.api.access import Asked, needs
from mintage.api.reply import ApiRouter, body_of
from mintage.desk import books, books_acts, books_cell, books_checks, books_close, books_roll, periods
from mintage.desk.books_close import ClosePreview, CloseTerms
from mintage.desk.jobs import Job
from mintage.people.proposals import Proposal
from mintage.units import parse_period

router = ApiRouter(tags=["books"])
PeriodName = Annotated[str, Query(max_length=10, description="2025, 2025Q2, 2025-06 or 2025-06-30; by default now.")]
Slug = Literal["income", "balance", "cash-flow", "cash-flow-direct", "cash-flow-indirect", "bridge"]
Text = Annotated[str, Query(max_length=200)]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
PeriodField = Annotated[str, msgspec.Meta(min_length=4, max_length=10)]


class CloseBody(CloseTerms, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A close that is asked for.

    Attributes:
        period: month or quarter.
        reason: why, for whoever approves.
        price: USD per bitcoin at the end; "" for what the journal observed.
        source: who says so, with a price.
        hour: hour UTC of the period's last day that the price is of.
        rates: USD for one unit of each currency that is held.
    """

    period: PeriodField
    reason: Reason


class ReopenBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reopening that is asked for.

    Attributes:
        period: the closed period.
        reason: why, in words an auditor accepts.
    """

    period: PeriodField
    reason: Reason


class CheckBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A check of the whole journal that is asked for.

    Attributes:
        period: the period whose books are checked too.
    """

    period: PeriodField


@router.get("/books")
def books_home(asked: Asked = needs("books.read"), period: PeriodName = "") -> books.BooksHome:
    """The books at a glance: the periods of the ledger, and what a reader looks for first."""
    return books.home(asked.company, asked.company.period(period))


@router.get("/books/periods")
def books_periods(asked: Asked = needs("books.read")) -> periods.PeriodList:
    """All periods of the ledger, which are closed, by whom and when."""
    return periods.period_list(asked.company)


@router.get("/books/statements/{statement}")
def books_statement(
    statement: Slug, asked: Asked = needs("books.read"), period: PeriodName = ""
) -> books.StatementAnswer:
    """A statement of a period with the period before and the year before; each cell leads to what it is made of."""
    return books.statement(asked.company, books.statement_id(statement), asked.company.period(period))


@router.get("/books/cell")
def books_cell_of(
    statement: Slug,
    row: Text,
    asked: Asked = needs("books.read"),
    period: PeriodName = "",
    account: Text = "",
) -> books_cell.CellAnswer:
    """What a cell of a statement is made of: rows, or accounts that add up to it; with an account, its movements."""
    id_ = books.statement_id(statement)
    return books_cell.cell(asked.company, id_, row, asked.company.period(period), account)


@router.get("/books/kpis")
def books_kpis(asked: Asked = needs("books.read"), period: PeriodName = "") -> books.KpiTable:
    """All KPIs of a period with their comparatives; each leads to its trace."""
    return books.kpis(asked.company, asked.company.period(period))


@router.get("/books/rollforward")
def books_rollforward(asked: Asked = needs("books.read"), period: PeriodName = "") -> books_roll.RollforwardAnswer:
    """Bitcoin from the start of a period to its end by nature, in units, cost and fair value (ASC 350-60)."""
    return books_roll.rollforward(asked.company, asked.company.period(period))


@router.get("/books/rollforward/cell")
def books_rollforward_cell(
    row: Text,
    column: Text,
    asked: Asked = needs("books.read"),
    measure: Literal["units", "cost", "fair_value"] = "units",
    period: PeriodName = "",
) -> books_roll.RollCell:
    """The facts, or the accounts, that a cell of the rollforward is made of."""
    return books_roll.roll_cell(asked.company, row, column, measure, asked.company.period(period))


@router.get("/books/checks")
def books_checks_of(asked: Asked = needs("books.read"), period: PeriodName = "") -> books_checks.ChecksAnswer:
    """Checks of a period's books now, and the last check of the whole journal."""
    return books_checks.checks(asked.company, asked.company.period(period))


@router.post("/books/checks", status_code=202)
def start_books_check(asked: Asked = needs("books.close"), told: CheckBody = body_of(CheckBody)) -> Job:
    """Check the whole journal: chain, balances, lots, every fact booked again. It is a job."""
    return books_checks.start_check(asked.company, asked.caller, parse_period(told.period), request=asked.id)


@router.get("/books/close")
def preview_close(
    asked: Asked = needs("books.close"),
    period: PeriodName = "",
    price: Annotated[str, Query(max_length=30)] = "",
    source: Text = "",
) -> ClosePreview:
    """What closing a period would write, or why it cannot be closed yet."""
    terms = CloseTerms(price=price, source=source)
    return books_close.close_preview(asked.company, asked.company.period(period), terms)


@router.post("/books/close", status_code=202)
def ask_close(asked: Asked = needs("books.close"), told: CloseBody = body_of(CloseBody)) -> Proposal:
    """Ask for a period to be closed; a second person has to approve it."""
    terms = CloseTerms(price=told.price, source=told.source, hour=told.hour, rates=told.rates)
    period = parse_period(told.period)
    return books_acts.ask(
        asked.company, asked.caller, "close", period, reason=told.reason, request=asked.id, terms=terms
    )


@router.post("/books/reopen", status_code=202)
def ask_reopen(asked: Asked = needs("books.close"), told: ReopenBody = body_of(ReopenBody)) -> Proposal:
    """Ask for a closed period to be opened again; a second person has to approve it."""
    period = parse_period(told.period)
    return books_acts.ask(asked.company, asked.caller, "reopen", period, reason=told.reason, request=asked.id)
