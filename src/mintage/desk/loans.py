"""Loans secured by bitcoin as pages and API tell them: debt, collateral, LTV, and how far it is to a margin call."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

import msgspec

from mintage.books.view import View
from mintage.desk.company import Company
from mintage.desk.figure import Figure, btc, ratio, trace_account, trace_fact, unknown, usd
from mintage.desk.treasury import PriceNow, price_on
from mintage.treasury.facts_money import LoanAgreed
from mintage.treasury.service import LoanStatus, loan_status, top_up
from mintage.units.errors import InputError

LoanState = Literal["safe", "near", "margin-call", "liquidation", "unsecured", "unknown"]
TARGET_BELOW = Decimal(10)
"""Percentage points below the margin call's LTV that are aimed at where nobody says otherwise."""
NEAR_PCT = Decimal(15)
"""A fall of the price by less than that to a margin call is near."""
NOTHING = "nothing is pledged"


class LoanRow(msgspec.Struct, frozen=True, kw_only=True):
    """A loan secured by bitcoin.

    Attributes:
        lender: who lends.
        state: safe, near a margin call, in one, open to liquidation, unsecured, or unknown without a price.
        debt: principal and accrued interest.
        collateral: bitcoin pledged.
        collateral_value: its worth at the price.
        ltv: debt over that, percent.
        margin_call_ltv: LTV from which more collateral must be brought, percent.
        liquidation_ltv: LTV from which the lender may sell, percent.
        margin_call_price: price below which a margin call follows.
        liquidation_price: price below which the lender may sell.
        distance: fall of the price that leads to a margin call, percent.
        target_ltv: LTV that is aimed at, percent.
        top_up: bitcoin to add now to be at the target.
        rate: interest a year, percent.
        due: when it is due.
        cure_hours: time to answer a margin call.
        release: what frees the collateral.
        terms: key of the fact with the terms.
    """

    lender: str
    state: LoanState
    debt: Figure
    collateral: Figure
    collateral_value: Figure
    ltv: Figure
    margin_call_ltv: Figure
    liquidation_ltv: Figure
    margin_call_price: Figure
    liquidation_price: Figure
    distance: Figure
    target_ltv: Figure
    top_up: Figure
    rate: Figure
    due: str
    cure_hours: int
    release: str
    terms: str


class LoanList(msgspec.Struct, frozen=True, kw_only=True):
    """All loans secured by bitcoin that are owed or hold collateral.

    Attributes:
        on: the day.
        price: the price that collateral is told at.
        rows: by lender.
        debt: of all of them.
        collateral: of all of them.
    """

    on: str
    price: PriceNow
    rows: tuple[LoanRow, ...]
    debt: Figure
    collateral: Figure


def loans(
    company: Company, on: date | None = None, price: Decimal | None = None, target: Decimal | None = None
) -> LoanList:
    """Loans at the end of a day.

    Args:
        company: whose.
        on: the day, by default today.
        price: USD per bitcoin, by default the last that was observed.
        target: LTV to aim at, percent, by default ten points below each margin call.

    Raises:
        InputError: the price or the target is not above zero.
    """
    for name, value in (("price", price), ("target", target)):
        if value is not None and value <= 0:
            raise InputError(f"the {name} must be above zero.", field=name)
    view, day = company.view(), on or company.today()
    at = price_on(view, day)
    if price is not None:
        at = PriceNow(figure=Figure(value=price, unit="USD/BTC", digits=2), source="as given")
    found = [(terms, loan_of(view, terms, at.figure, day)) for terms in _terms(view, day)]
    open_ = [(key, status) for (key, _), status in found if status.debt or status.collateral]
    return LoanList(
        on=day.isoformat(),
        price=at,
        rows=tuple(_row(key, status, at.figure, day, target) for key, status in open_),
        debt=usd(sum(status.debt for _, status in open_)),
        collateral=btc(sum(status.collateral for _, status in open_)),
    )


def _terms(view: View, on: date) -> list[tuple[str, LoanAgreed]]:
    """The terms in force by lender, with the key of their fact."""
    found: dict[str, tuple[str, LoanAgreed]] = {}
    for fact in view.facts(LoanAgreed.kind):
        if isinstance(fact.data, LoanAgreed) and fact.date <= on:
            found[fact.data.lender] = (fact.key, fact.data)
    return [found[lender] for lender in sorted(found)]


def loan_of(view: View, terms: tuple[str, LoanAgreed], price: Figure, on: date) -> LoanStatus:
    """A loan at a price; where that is unknown, only what does not need it is to be told."""
    return loan_status(view.journal, terms[1].lender, price.value or Decimal(1), on)


def _row(key: str, loan: LoanStatus, price: Figure, on: date, target: Decimal | None) -> LoanRow:
    terms, end = loan.terms, on.isoformat()
    reason = NOTHING if not loan.collateral else price.reason
    priced = bool(loan.collateral) and price.value is not None
    aim = target if target is not None else max(Decimal(1), terms.margin_call_ltv_pct - TARGET_BELOW)
    more = unknown(reason, "BTC")
    if priced and price.value is not None:
        more = btc(top_up(loan.debt, loan.collateral, price.value, aim))
    return LoanRow(
        lender=terms.lender,
        state=_state(loan, price),
        debt=usd(loan.debt, trace_account(f"liabilities:*:{terms.lender}", "USD", end=end)),
        collateral=btc(loan.collateral, trace_account(f"assets:bitcoin*:{terms.lender}", "BTC", end=end)),
        collateral_value=usd(loan.collateral_value) if priced else unknown(reason, "USD"),
        ltv=ratio(loan.ltv * 100, "%", 1) if priced and loan.ltv is not None else unknown(reason, "%"),
        margin_call_ltv=_percent(terms.margin_call_ltv_pct),
        liquidation_ltv=_percent(terms.liquidation_ltv_pct),
        margin_call_price=_price(loan.margin_call_price),
        liquidation_price=_price(loan.liquidation_price),
        distance=_distance(loan, price, reason),
        target_ltv=_percent(aim),
        top_up=more,
        rate=_percent(terms.rate_pct, 2),
        due=terms.due.isoformat(),
        cure_hours=terms.cure_hours,
        release=terms.release,
        terms=key if not key else trace_fact(key),
    )


def _percent(value: Decimal, digits: int = 1) -> Figure:
    return Figure(value=value, unit="%", digits=digits)


def _price(value: Decimal | None) -> Figure:
    return unknown(NOTHING, "USD/BTC") if value is None else Figure(value=value, unit="USD/BTC", digits=2)


def _distance(loan: LoanStatus, price: Figure, reason: str) -> Figure:
    if loan.margin_call_price is None or price.value is None:
        return unknown(reason, "%")
    fall = (Fraction(price.value) - Fraction(loan.margin_call_price)) / Fraction(price.value) * 100
    return ratio(fall, "%", 1)


def _state(loan: LoanStatus, price: Figure) -> LoanState:
    if not loan.collateral:
        return "unsecured"
    if price.value is None or loan.margin_call_price is None or loan.liquidation_price is None:
        return "unknown"
    if price.value < loan.liquidation_price:
        return "liquidation"
    if price.value < loan.margin_call_price:
        return "margin-call"
    near = loan.margin_call_price * 100 / (100 - NEAR_PCT)
    return "near" if price.value < near else "safe"
