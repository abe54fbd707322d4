"""What is asked of the treasury: what is held in which state, and how close a loan is to a margin call."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal, get_args

import msgspec

from mintage.journal.store import Balances, Journal
from mintage.market.prices import value_cents
from mintage.treasury.facts_money import LoanAgreed
from mintage.units import format_amount
from mintage.units.errors import InputError

State = Literal["free", "pool", "pledged", "receivable", "lent", "deposits"]
"""Where bitcoin is; every state but "deposits" is owned."""
STATES: tuple[State, ...] = get_args(State)
STATE_OF_STEM: dict[str, State] = {
    "assets:bitcoin:free": "free",
    "assets:bitcoin:pool": "pool",
    "assets:bitcoin:pledged": "pledged",
    "assets:bitcoin:deposits": "deposits",
    "assets:bitcoin-receivable:current": "receivable",
    "assets:bitcoin-receivable:noncurrent": "receivable",
    "assets:bitcoin-receivable:lent": "lent",
    "assets:bitcoin-receivable:allowance": "lent",
}
COLLATERAL_STEMS = (
    "assets:bitcoin:pledged",
    "assets:bitcoin-receivable:current",
    "assets:bitcoin-receivable:noncurrent",
)
DEBT_STEMS = ("liabilities:loan:current", "liabilities:loan:noncurrent", "liabilities:interest")
SATS_PER_BITCOIN = 100_000_000


class Holding(msgspec.Struct, frozen=True):
    """Bitcoin in one state, or in several together.

    Attributes:
        sats: how much.
        carrying: carrying amount in cents; fair value right after a close.
        cost: cost of its lots in cents.
    """

    sats: int = 0
    carrying: int = 0
    cost: int = 0

    def __add__(self, other: Holding) -> Holding:
        return Holding(self.sats + other.sats, self.carrying + other.carrying, self.cost + other.cost)


class LoanStatus(msgspec.Struct, frozen=True):
    """A loan secured by bitcoin, at a price.

    Attributes:
        lender: who lends.
        debt: principal and accrued interest, cents.
        collateral: bitcoin pledged, sats, whether or not the lender may re-use it.
        collateral_value: its fair value, cents.
        ltv: loan to value; None where nothing is pledged.
        margin_call_price: USD per bitcoin below which a margin call follows; None where nothing is pledged.
        liquidation_price: USD per bitcoin below which the lender may sell; None where nothing is pledged.
        top_up: bitcoin to pledge now so as not to stand above the margin call's LTV, sats; 0 where none is needed.
        terms: the terms in force.
    """

    lender: str
    debt: int
    collateral: int
    collateral_value: int
    ltv: Fraction | None
    margin_call_price: Decimal | None
    liquidation_price: Decimal | None
    top_up: int
    terms: LoanAgreed


def _stem(account: str) -> str:
    # A lot pooled over all wallets names the stem itself.
    return ":".join(account.split(":")[:3])


def holdings(journal: Journal, end: date | None = None) -> dict[State, Holding]:
    """Bitcoin by state at the end of a day, all states named."""
    found = dict.fromkeys(STATES, Holding())
    for (account, commodity), amount in journal.balances(end=end).items():
        state = STATE_OF_STEM.get(_stem(account))
        if state and commodity == "BTC":
            found[state] += Holding(sats=amount)
        elif state and commodity == "USD":
            found[state] += Holding(carrying=amount)
    costs: dict[str, int] = {}
    for row in journal.moves("BTC", end=end):
        costs[row.move.account] = costs.get(row.move.account, 0) + row.move.cost
    for account, cost in costs.items():
        if cost:
            found[STATE_OF_STEM[_stem(account)]] += Holding(cost=cost)
    return found


def owned(held: dict[State, Holding]) -> Holding:
    """What the company owns of it: all but customers' deposits, which it only holds."""
    return sum((holding for state, holding in held.items() if state != "deposits"), Holding())


def loan_to_value(debt: int, sats: int, price: Decimal) -> Fraction:
    """Debt over the value of its collateral.

    Args:
        debt: cents.
        sats: the collateral.
        price: USD per bitcoin.

    Raises:
        InputError: the collateral is worth nothing.

    Source: identity, LTV = debt / (collateral x price).
    """
    value = Fraction(price) * sats * 100 / SATS_PER_BITCOIN
    if value <= 0:
        raise InputError(f"{format_amount(sats, 'BTC')} at {price} USD secure nothing, so there is no loan to value.")
    return debt / value


def price_at_ltv(debt: int, sats: int, ltv_pct: Decimal) -> Decimal:
    """The price, rounded up to the cent, at which a loan is just within an LTV; one cent less breaks it.

    Args:
        debt: cents.
        sats: the collateral.
        ltv_pct: the loan to value in percent.

    Raises:
        InputError: there is no collateral, or the LTV is not above zero.

    Source: identity, price = debt / (collateral x LTV).
    """
    if sats <= 0 or ltv_pct <= 0:
        raise InputError(f"{format_amount(sats, 'BTC')} at an LTV of {ltv_pct}% have no price that secures a debt.")
    cents = Fraction(debt) * SATS_PER_BITCOIN * 100 / (sats * Fraction(ltv_pct))
    return Decimal(-(-cents.numerator // cents.denominator)).scaleb(-2)


def top_up(debt: int, sats: int, price: Decimal, ltv_pct: Decimal) -> int:
    """Bitcoin to add to the collateral so that the loan is within an LTV, in sats rounded up; 0 where it is.

    Raises:
        InputError: the price or the LTV is not above zero.

    Source: identity, collateral = debt / (price x LTV).
    """
    if price <= 0 or ltv_pct <= 0:
        raise InputError(f"at {price} USD and an LTV of {ltv_pct}% no collateral secures a debt.")
    wanted = Fraction(debt) * SATS_PER_BITCOIN / (Fraction(price) * Fraction(ltv_pct))
    return max(0, -(-wanted.numerator // wanted.denominator) - sats)


def loan_status(journal: Journal, lender: str, price: Decimal, end: date | None = None) -> LoanStatus:
    """A loan secured by bitcoin, at the end of a day and a price.

    Raises:
        InputError: no terms are on record, or the price is not above zero.
    """
    agreed = [stored.fact.data for stored in journal.facts(LoanAgreed.kind, end=end)]
    terms = next((t for t in reversed(agreed) if isinstance(t, LoanAgreed) and t.lender == lender), None)
    if terms is None:
        raise InputError(
            f"no terms of a loan from '{lender}' are on record.", remedy="Record them: treasury.loan-agreed."
        )
    balances = journal.balances(end=end)
    debt = -_sum(balances, DEBT_STEMS, lender, "USD")
    sats = _sum(balances, COLLATERAL_STEMS, lender, "BTC")
    margin_call, liquidation = terms.margin_call_ltv_pct, terms.liquidation_ltv_pct
    return LoanStatus(
        lender=lender,
        debt=debt,
        collateral=sats,
        collateral_value=value_cents(sats, price),
        ltv=loan_to_value(debt, sats, price) if sats else None,
        margin_call_price=price_at_ltv(debt, sats, margin_call) if sats else None,
        liquidation_price=price_at_ltv(debt, sats, liquidation) if sats else None,
        top_up=top_up(debt, sats, price, margin_call),
        terms=terms,
    )


def _sum(balances: Balances, stems: tuple[str, ...], holder: str, commodity: str) -> int:
    return sum(balances.get((f"{stem}:{holder}", commodity), 0) for stem in stems)
