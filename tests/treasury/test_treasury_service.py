"""Holdings by state, and how close a loan is to a margin call."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.books.facts import OpeningBalance, OpeningBitcoin, OpeningDeposit
from mintage.journal.core import LotPolicySet
from mintage.treasury.facts import (
    BitcoinLent,
    BitcoinMoved,
    BitcoinPledged,
    BitcoinPledgedReusable,
    ReceivableReclassified,
)
from mintage.treasury.facts_money import InterestAccrued, LoanAgreed, LoanDrawn
from mintage.treasury.service import (
    STATES,
    Holding,
    holdings,
    loan_status,
    loan_to_value,
    owned,
    price_at_ltv,
    top_up,
)
from mintage.units.errors import InputError
from tests.trial import FIRST_DAY, Trial

BTC = 100_000_000
CENT = Decimal("0.01")
DEBTS = st.integers(1, 10**13)
SATS = st.integers(1, 10**13)
LTVS = st.decimals("0.01", "200", places=2)
PRICES = st.decimals("0.01", "10000000", places=2)


def treasury() -> Trial:
    """10 BTC: 1 pledged, 2 receivable, 3 lent, 4 free; and 5 BTC of a customer's."""
    trial = Trial()
    trial.book(
        OpeningBitcoin(
            account="assets:bitcoin:free:cold", sats=10 * BTC, value=90_000_000, cost=50_000_000, lot_kind="mined"
        ),
        OpeningDeposit(customer="buyer", wallet="vault", sats=5 * BTC, value=45_000_000),
        BitcoinPledged(wallet="cold", lender="lender-a", sats=BTC, value=9_000_000),
        BitcoinPledgedReusable(wallet="cold", lender="lender-a", term="current", sats=2 * BTC, value=18_000_000),
        BitcoinLent(borrower="desk", wallet="cold", sats=3 * BTC, value=27_000_000),
    )
    return trial


def test_every_state_is_named_and_customers_deposits_are_never_owned() -> None:
    """Owned = free + pool + pledged + receivable + lent; what is held for customers stands apart."""
    held = holdings(treasury().journal)
    assert tuple(held) == STATES
    assert held == {
        "free": Holding(4 * BTC, 36_000_000, 20_000_000),
        "pool": Holding(),
        "pledged": Holding(BTC, 9_000_000, 5_000_000),
        "receivable": Holding(2 * BTC, 18_000_000, 10_000_000),
        "lent": Holding(3 * BTC, 27_000_000, 15_000_000),
        "deposits": Holding(5 * BTC, 45_000_000, 45_000_000),
    }
    assert owned(held) == Holding(10 * BTC, 90_000_000, 50_000_000)


def test_holdings_can_be_asked_of_a_past_day() -> None:
    """A later move is not seen."""
    trial = treasury()
    trial.book(BitcoinPledged(wallet="cold", lender="lender-a", sats=BTC, value=0), day=date(2025, 5, 1))
    assert holdings(trial.journal, FIRST_DAY)["pledged"].sats == BTC
    assert holdings(trial.journal)["pledged"].sats == 2 * BTC


def test_holdings_know_their_cost_where_lots_are_pooled_over_all_wallets() -> None:
    """Under the global scope the lot ledger names the chart's entry in place of the wallet."""
    trial = treasury()
    before = holdings(trial.journal)
    trial.book(
        LotPolicySet(commodity="BTC", method="fifo", scope="global", reason="board decision"),
        BitcoinMoved(from_wallet="cold", to_wallet="hot", sats=BTC, value=9_000_000),
    )
    assert holdings(trial.journal) == before


@given(debt=DEBTS, sats=SATS, ltv_pct=LTVS)
def test_the_price_of_a_margin_call_is_the_last_cent_within_the_ltv(debt: int, sats: int, ltv_pct: Decimal) -> None:
    """At that price the loan is within its LTV; one cent below it is not."""
    price = price_at_ltv(debt, sats, ltv_pct)
    assert loan_to_value(debt, sats, price) <= Fraction(ltv_pct) / 100
    assert price == CENT or loan_to_value(debt, sats, price - CENT) > Fraction(ltv_pct) / 100


@given(debt=DEBTS, sats=SATS, price=PRICES, ltv_pct=LTVS)
def test_the_top_up_is_the_least_that_brings_the_loan_within_the_ltv(
    debt: int, sats: int, price: Decimal, ltv_pct: Decimal
) -> None:
    """With it the loan is within its LTV; one sat less would not do; none is asked where none is needed."""
    more = top_up(debt, sats, price, ltv_pct)
    assert loan_to_value(debt, sats + more, price) <= Fraction(ltv_pct) / 100
    assert more == 0 or sats + more == 1 or loan_to_value(debt, sats + more - 1, price) > Fraction(ltv_pct) / 100


def agreed(margin_call_ltv_pct: str = "75") -> LoanAgreed:
    """Terms of a loan as public miners have them."""
    return LoanAgreed(
        lender="lender-a",
        rate_pct=Decimal("8.8"),
        margin_call_ltv_pct=Decimal(margin_call_ltv_pct),
        liquidation_ltv_pct=Decimal(85),
        due=date(2026, 4, 1),
        cure_hours=48,
    )


def test_a_loan_is_measured_with_its_interest_and_all_its_collateral() -> None:
    """Debt counts accrued interest; collateral counts every form of pledge; amended terms replace earlier ones."""
    trial = treasury()
    trial.book(
        ReceivableReclassified(lender="lender-a", from_term="current", to_term="noncurrent", sats=BTC, value=9_000_000),
        agreed("60"),
        agreed(),
        LoanDrawn(lender="lender-a", term="noncurrent", bank="main", amount=13_400_000),
        InterestAccrued(lender="lender-a", amount=100_000),
    )
    status = loan_status(trial.journal, "lender-a", Decimal(90_000))
    assert (status.debt, status.collateral, status.collateral_value) == (13_500_000, 3 * BTC, 27_000_000)
    assert status.ltv == Fraction(1, 2)
    assert status.margin_call_price == Decimal("60000.00")
    assert status.liquidation_price == Decimal("52941.18")
    assert status.top_up == 0
    assert loan_status(trial.journal, "lender-a", Decimal(45_000)).top_up == BTC


def test_a_loan_without_collateral_has_no_ltv() -> None:
    """Unknown is not zero: there is no price at which nothing secures a debt."""
    trial = Trial()
    trial.book(agreed(), LoanDrawn(lender="lender-a", term="current", bank="main", amount=7_500_000))
    status = loan_status(trial.journal, "lender-a", Decimal(100_000))
    assert (status.ltv, status.margin_call_price, status.liquidation_price) == (None, None, None)
    assert status.top_up == BTC


def test_a_loan_without_terms_is_refused_with_the_remedy() -> None:
    """The limits of a loan are never guessed."""
    with pytest.raises(InputError, match=r"treasury\.loan-agreed"):
        loan_status(treasury().journal, "lender-b", Decimal(90_000))


def test_a_deposit_in_an_opening_balance_is_no_receivable() -> None:
    """Money owed by customers does not enter the holdings."""
    trial = treasury()
    before = holdings(trial.journal)
    trial.book(OpeningBalance(account="assets:receivable:buyer", amount=1_000))
    assert holdings(trial.journal) == before
