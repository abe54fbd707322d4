"""`mintage books`: close periods, and print what follows from them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Annotated, Literal

import msgspec
from cyclopts import App, Parameter

from mintage.books.bridge import ebitda_bridge
from mintage.books.cashflow import cash_flow, cash_flow_direct, cash_flow_indirect
from mintage.books.close import close_period, preview, reopen
from mintage.books.kpis import definition, kpi, kpi_table
from mintage.books.layout import Statement
from mintage.books.prices import ClosingPrice
from mintage.books.rollforward import bitcoin_rollforward
from mintage.books.statements import balance_sheet, income_statement
from mintage.books.view import View
from mintage.cli.books_tables import print_kpis, print_rollforward, print_statement
from mintage.cli.options import Options, actor
from mintage.cli.show import print_json, print_table
from mintage.units import Period, format_amount, parse_number, parse_period
from mintage.units.errors import InputError

app = App(name="books", help="Close periods; statements, rollforward, bridge and KPIs.")
Kind = Literal["income", "balance", "cash", "cash-direct", "cash-indirect", "bridge"]
STATEMENTS: dict[Kind, Callable[[View, Period], Statement]] = {
    "income": income_statement,
    "balance": balance_sheet,
    "cash": cash_flow,
    "cash-direct": cash_flow_direct,
    "cash-indirect": cash_flow_indirect,
    "bridge": ebitda_bridge,
}


def closing_price(text: str | None, period: Period, source: str | None, hour: int) -> ClosingPrice | None:
    """The price that the command line states, or None where the journal's own observation is to be used."""
    if text is None:
        return None
    if source is None:
        raise InputError("a stated price needs its source.", remedy="Add --source NAME.", field="--source")
    return ClosingPrice(price=parse_number(text), day=period.end, hour=hour, source=source)


def now() -> int:
    """This instant, microseconds since 1970 UTC: when a period is locked or reopened."""
    return time.time_ns() // 1000


@app.command
def close(
    period: str,
    *,
    price: str | None = None,
    source: str | None = None,
    hour: int = 24,
    rate: Annotated[list[str] | None, Parameter(negative=())] = None,
    dry_run: Annotated[bool, Parameter(name="--preview", negative=())] = False,
    options: Options = Options(),
) -> None:
    """Close a period: depreciation, interest, remeasurement at the stated price, checks, lock, manifest.

    Closing a closed period again changes nothing.

    Example: mintage books close 2025Q2

    Args:
        period: month or quarter.
        price: USD per bitcoin at the end; by default what the journal observed.
        source: who says so, with --price.
        hour: hour UTC of the last day that the price is of.
        rate: "CNY=0.1396": USD for one unit of a currency that is held; may be repeated.
        dry_run: show what would be booked and change nothing.
    """
    span, journal = parse_period(period), options.journal()
    stated = closing_price(price, span, source, hour)
    rates = {name: parse_number(value) for name, _, value in (text.partition("=") for text in rate or [])}
    if dry_run:
        draft = preview(journal, span, actor=actor(), price=stated, rates=rates)
        if options.json:
            print_json(draft)
            return
        rows = [(item.date, item.kind, item.key) for item in draft.facts]
        print_table(f"Closing {period} would book {len(rows)} facts", ("date", "kind", "key"), rows, left=3)
        return
    closed = close_period(journal, span, actor=actor(), price=stated, rates=rates, at=now())
    if options.json:
        print_json({"period": period, "already": closed.already, "sha256": closed.sha256, "manifest": closed.manifest})
        return
    state = "was closed already" if closed.already else f"is closed; {len(closed.facts)} facts were booked"
    print(f"{period} {state}. Manifest SHA-256 {closed.sha256}")


@app.command(name="reopen")
def reopen_(period: str, *, reason: str, approved_by: str, options: Options = Options()) -> None:
    """Open a closed period again, on the record.

    Example: mintage books reopen 2025Q2 --reason "late invoice" --approved-by "J. Doe"

    Args:
        period: the closed period.
        reason: why.
        approved_by: who decided it.
    """
    span, journal = parse_period(period), options.journal()
    fact = reopen(journal, span, reason=reason, approved_by=approved_by, actor=actor(), at=now())
    if options.json:
        print_json({"period": period, "key": fact.key, "reason": reason, "approved_by": approved_by})
        return
    print(f"{period} is open again; the reopening is a fact.")


@app.command
def show(period: str, statement: Kind | None = None, *, options: Options = Options()) -> None:
    """Print statements with comparatives: all of them, or one.

    Example: mintage books show 2025Q2 income

    Args:
        period: period of the statements; the balance sheet is at its end.
        statement: income, balance, cash, cash-direct, cash-indirect or bridge.
    """
    view, span = options.view(), parse_period(period)
    wanted = [statement] if statement else list(STATEMENTS)
    found = {name: STATEMENTS[name](view, span) for name in wanted}
    if options.json:
        print_json({name: msgspec.to_builtins(item, enc_hook=str) for name, item in found.items()})
    else:
        for item in found.values():
            print_statement(item)


@app.command
def rollforward(period: str, *, options: Options = Options()) -> None:
    """Print the bitcoin rollforward with cost basis, fair value and restrictions (ASC 350-60).

    Example: mintage books rollforward 2025Q2

    Args:
        period: the period.
    """
    view, span = options.view(), parse_period(period)
    gap = view.flow_gap(span)
    if gap:
        raise InputError(f"the rollforward of {period} is unknown: {gap}.", remedy="Ask for a later period.")
    found = bitcoin_rollforward(view, span)
    if options.json:
        print_json(found)
    else:
        print_rollforward(found)


@app.command
def kpis(period: str, *ids: str, options: Options = Options()) -> None:
    """Print KPIs of a period: all, or those with the given ids.

    Example: mintage books kpis 2025Q2 bitcoin.owned asp

    Args:
        period: period or date.
        ids: ids of KPIs.
    """
    view, span = options.view(), parse_period(period)
    found = [kpi(view, id_, span) for id_ in ids] if ids else kpi_table(view, span)
    if options.json:
        print_json(found)
    else:
        print_kpis(f"KPIs, {period}", found)


@app.command
def define(id_: Annotated[str, Parameter(name="ID")], *, options: Options = Options()) -> None:
    """Say what a KPI means: names, definition, version, unit and query.

    Example: mintage books define asp

    Args:
        id_: the KPI's id.
    """
    found = definition(id_)
    if options.json:
        print_json(found)
    else:
        rows = list(msgspec.to_builtins(found, enc_hook=str).items())
        print_table(id_, ("", ""), rows, left=2)


@app.command
def balances(*, on: str | None = None, account: str = "", options: Options = Options()) -> None:
    """Print the trial balance: every account and commodity, as of a date.

    Example: mintage books balances --on 2025-06-30 --account assets:bitcoin

    Args:
        on: end of this day; by default everything.
        account: only accounts that begin so.
    """
    end = parse_period(on).end if on else None
    found = {k: v for k, v in options.journal().balances(end=end).items() if k[0].startswith(account)}
    if options.json:
        print_json([{"account": a, "commodity": c, "units": v} for (a, c), v in sorted(found.items())])
    else:
        rows = [(a, format_amount(v, c)) for (a, c), v in sorted(found.items())]
        print_table(f"Trial balance{f', {on}' if on else ''}", ("account", "balance"), rows)
