"""Pages of the books: periods, statements, what cells are made of, KPIs, checks, closing with a second person."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from mintage.api.access import Asked, form_of, needs
from mintage.api.routes.books import PeriodName, Slug, Text
from mintage.books.depreciation import CLOSE_KEY
from mintage.console.pages.rounding import ROUNDING
from mintage.console.shell import Page, PageRouter
from mintage.desk import books, books_acts, books_cell, books_checks, books_close, books_roll
from mintage.desk.books import StatementAnswer
from mintage.desk.books_close import CloseTerms
from mintage.desk.company import Company
from mintage.desk.ledger_words import check_in_chinese
from mintage.desk.periods import PeriodRow, period_list
from mintage.units import Period, parse_period
from mintage.units.errors import InputError

router = PageRouter("books")
THOUSANDS_FROM = 1_000_000
"""Statements with an amount from so many USD are told in thousands."""
LIVE = ("journal:head",)


def N_(text: str) -> str:  # noqa: N802  the name by which messages are found
    """Mark words for the catalogue."""
    return text


SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (N_("Results"), ("revenue", "cost_of_revenue", "gross_profit", "gross_margin", "opex", "operating_income")),
    (N_("Fair value and net income"), ("fair_value", "net_income", "ebitda")),
    (N_("Sales"), ("asp", "units", "orders", "tariff")),
    (N_("Hash rate"), ("hashrate", "machines", "fleet", "hashprice", "network")),
    (N_("Bitcoin"), ("bitcoin",)),
    (N_("Mining cost"), ("mining", "power")),
    (N_("Cash"), ("cash",)),
    (
        N_("Balance sheet"),
        (
            "contract_liabilities",
            "inventories",
            "receivables",
            "cryptocurrency",
            "crypto_receivable",
            "prepayments",
            "property_equipment",
            "assets",
            "liabilities",
            "equity",
            "loans",
        ),
    ),
    (N_("Shares and guidance"), ("ads", "guidance", "share_price", "insider")),
)
"""Sections of the KPI table by the first part of a KPI's id."""


def around(company: Company, period: Period) -> dict[str, Any]:
    """What the picker of periods needs."""
    rows = period_list(company).rows
    names = {row.name for row in rows}
    before, after = period.before().name, _after(period).name
    return {
        **ROUNDING,
        "check_zh": check_in_chinese,
        "periods": [row.name for row in rows],
        "now": period.name,
        "previous": before if before in names or len(period.name) > 7 else "",
        "following": after if after in names or len(period.name) > 7 else "",
    }


def _after(period: Period) -> Period:
    """The period of the same kind just after."""
    first = period.end.toordinal() + 1
    day = type(period.end).fromordinal(first)
    if "Q" in period.name:
        return parse_period(f"{day.year}Q{(day.month + 2) // 3}")
    shape = {4: "%Y", 7: "%Y-%m", 10: "%Y-%m-%d"}[len(period.name)]
    return parse_period(day.strftime(shape))


@router.get("/books")
def home(asked: Asked = needs("books.read"), period: PeriodName = "") -> Page:
    """The books at a glance."""
    company = asked.company
    span = company.period(period)
    answer = books.home(company, span)
    found = books_acts.waiting(company, asked.caller)
    more = {**around(company, span), "waiting": found.rows[:5], "years": _years(answer.periods.rows)}
    return Page(template="books/index.html", answer=answer, more=more, live=LIVE)


def _years(rows: tuple[PeriodRow, ...]) -> list[tuple[PeriodRow, list[tuple[PeriodRow, list[PeriodRow]]]]]:
    """Periods as a tree: years, their quarters, their months."""
    found: list[tuple[PeriodRow, list[tuple[PeriodRow, list[PeriodRow]]]]] = []
    for row in rows:
        if row.kind == "year":
            found.append((row, []))
        elif row.kind == "quarter" and found:
            found[-1][1].append((row, []))
        elif found and found[-1][1]:
            found[-1][1][-1][1].append(row)
    return found


@router.get("/books/statements/{statement}")
def statement(
    statement: Slug,
    asked: Asked = needs("books.read"),
    period: PeriodName = "",
    exact: Annotated[str, Query(max_length=3)] = "",
) -> Page:
    """A statement with its comparatives."""
    span = asked.company.period(period)
    answer = books.statement(asked.company, books.statement_id(statement), span)
    more = {**around(asked.company, span), "thousands": not exact and _large(answer), "to_date": _to_date(answer)}
    return Page(template="books/statement.html", answer=answer, more=more, live=LIVE)


def _large(answer: StatementAnswer) -> bool:
    amounts = [row.now.value for row in answer.rows if row.now.unit == "USD" and row.now.value is not None]
    return any(abs(amount) >= THOUSANDS_FROM for amount in amounts)


def _to_date(answer: StatementAnswer) -> str:
    """Why the period's figures may not be complete yet, "" where they are."""
    reasons = (row.now.reason for row in answer.rows if row.now.value is not None)
    return next((reason for reason in reasons if reason.startswith("to date")), "")


@router.get("/books/cell")
def cell(
    statement: Slug,
    row: Text,
    asked: Asked = needs("books.read"),
    period: PeriodName = "",
    account: Text = "",
) -> Page:
    """What a cell is made of."""
    span = asked.company.period(period)
    answer = books_cell.cell(asked.company, books.statement_id(statement), row, span, account)
    return Page(template="books/cell.html", answer=answer, more={"slug": statement})


@router.get("/books/kpis")
def kpis(asked: Asked = needs("books.read"), period: PeriodName = "") -> Page:
    """All KPIs of a period."""
    span = asked.company.period(period)
    answer = books.kpis(asked.company, span)
    sections = [(title, [row for row in answer.rows if row.id.partition(".")[0] in stems]) for title, stems in SECTIONS]
    told = {row.id for _, rows in sections for row in rows}
    rest = [row for row in answer.rows if row.id not in told]
    if rest:
        sections.append((N_("Other"), rest))
    more = {**around(asked.company, span), "sections": sections}
    return Page(template="books/kpis.html", answer=answer, more=more, live=LIVE)


@router.get("/books/rollforward")
def rollforward(
    asked: Asked = needs("books.read"),
    period: PeriodName = "",
    measure: Annotated[str, Query(max_length=10)] = "units",
) -> Page:
    """The rollforward of bitcoin."""
    span = asked.company.period(period)
    shown = measure if measure in books_roll.MEASURES else "units"
    answer = books_roll.rollforward(asked.company, span)
    more = {**around(asked.company, span), "measure": shown}
    return Page(template="books/rollforward.html", answer=answer, more=more, live=LIVE)


@router.get("/books/rollforward/cell")
def rollforward_cell(
    row: Text,
    column: Text,
    asked: Asked = needs("books.read"),
    measure: Annotated[str, Query(max_length=10)] = "units",
    period: PeriodName = "",
) -> Page:
    """What a cell of the rollforward is made of."""
    answer = books_roll.roll_cell(asked.company, row, column, measure, asked.company.period(period))
    return Page(template="books/rollcell.html", answer=answer)


@router.get("/books/checks")
def checks(asked: Asked = needs("books.read"), period: PeriodName = "") -> Page:
    """The checks of a period."""
    span = asked.company.period(period)
    answer = books_checks.checks(asked.company, span)
    live = (f"job:{answer.job.id}",) if answer.job and not answer.job.over else LIVE
    return Page(template="books/checks.html", answer=answer, more=around(asked.company, span), live=live)


@router.post("/books/checks")
def start_check(asked: Asked = needs("books.close"), form: FormData = form_of()) -> Response:
    """Check the whole journal."""
    period = parse_period(_text(form, "period"))
    books_checks.start_check(asked.company, asked.caller, period, request=asked.id)
    return _to("/books/checks", period=period.name, done="started")


@router.get("/books/close")
def close(
    asked: Asked = needs("books.close"),
    period: PeriodName = "",
    price: Annotated[str, Query(max_length=30)] = "",
    source: Text = "",
) -> Page:
    """What a close would write, and the form that asks for it."""
    company = asked.company
    span = company.period(period)
    answer = books_close.close_preview(company, span, CloseTerms(price=price, source=source))
    more = {
        **around(company, span),
        "prefix": CLOSE_KEY,
        "price": price,
        "source": source,
        "checks": books_checks.checks(company, span),
        "waiting": books_acts.waiting(company, asked.caller, span).rows,
    }
    return Page(template="books/close.html", answer=answer, more=more, live=LIVE)


@router.post("/books/close")
def ask_close(asked: Asked = needs("books.close"), form: FormData = form_of()) -> Response:
    """Ask for a close."""
    period = parse_period(_text(form, "period"))
    terms = CloseTerms(price=_text(form, "price"), source=_text(form, "source"))
    books_acts.ask(
        asked.company, asked.caller, "close", period, reason=_text(form, "reason"), request=asked.id, terms=terms
    )
    return _to("/approvals", done="asked")


@router.post("/books/reopen")
def ask_reopen(asked: Asked = needs("books.close"), form: FormData = form_of()) -> Response:
    """Ask for a closed period to be opened again."""
    period = parse_period(_text(form, "period"))
    books_acts.ask(asked.company, asked.caller, "reopen", period, reason=_text(form, "reason"), request=asked.id)
    return _to("/approvals", done="asked")


def _text(form: FormData, name: str) -> str:
    """A field of a form.

    Raises:
        InputError: it is a file.
    """
    value = form.get(name, "")
    if not isinstance(value, str):
        raise InputError("this must be text.", field=name)
    return value.strip()


def _to(path: str, **query: str) -> Response:
    return RedirectResponse(f"{path}?{urlencode(query)}", 303)
