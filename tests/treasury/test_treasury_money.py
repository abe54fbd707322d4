"""Loans, options and currencies: what they do to liabilities, cash and income."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mintage.books.facts import OpeningBalance
from mintage.treasury.facts_money import (
    CurrencyBought,
    CurrencyRemeasured,
    CurrencySold,
    InterestAccrued,
    InterestPaid,
    LoanDrawn,
    LoanReclassified,
    LoanRepaid,
    OptionRemeasured,
    OptionSettled,
    OptionWritten,
)
from tests.trial import Trial

AMOUNTS = st.integers(0, 10**12)
CHANGES = st.integers(-(10**12), 10**12)


def test_a_loan_is_drawn_reclassified_and_repaid_to_nothing() -> None:
    """After its life only interest and fee have cost anything."""
    trial = Trial()
    trial.book(
        LoanDrawn(lender="bank-x", term="noncurrent", bank="main", amount=5_000_000, fee=50_000),
        InterestAccrued(lender="bank-x", amount=40_000),
        InterestPaid(lender="bank-x", bank="main", amount=40_000),
        LoanReclassified(lender="bank-x", amount=5_000_000),
    )
    assert trial.usd("liabilities:loan:noncurrent:bank-x") == 0
    assert trial.usd("liabilities:loan:current:bank-x") == -5_000_000
    trial.book(LoanRepaid(lender="bank-x", term="current", bank="main", amount=5_000_000))
    assert trial.total("liabilities:") == 0
    assert trial.usd("expenses:interest:bank-x") == 90_000
    assert trial.usd("assets:cash:main") == -90_000


@given(premium=AMOUNTS, changes=st.lists(CHANGES, max_size=5), settlement=AMOUNTS)
def test_an_option_brings_its_premium_less_its_settlement(premium: int, changes: list[int], settlement: int) -> None:
    """Whatever it was measured at on the way, income over its life is premium minus settlement, and nothing is left."""
    trial = Trial()
    account = "liabilities:option:btc-c120k"
    trial.book(OptionWritten(series="btc-c120k", contracts=10, bank="main", premium=premium))
    for change in changes:
        trial.book(OptionRemeasured(series="btc-c120k", change=change))
    assert trial.units("memo:options:btc-c120k", "OPTION.btc-c120k") == 10
    trial.book(OptionSettled(series="btc-c120k", contracts=10, bank="main", amount=settlement))
    trial.book(OptionRemeasured(series="btc-c120k", change=trial.usd(account)))
    assert trial.usd(account) == 0
    assert trial.usd("income:fair-value:options") == -(premium - settlement)
    assert trial.usd("assets:cash:main") == premium - settlement
    assert trial.units("memo:options:btc-c120k", "OPTION.btc-c120k") == 0


def test_a_currency_stands_beside_its_carrying_amount() -> None:
    """Buying, translating and selling a currency leaves only the exchange gain."""
    trial = Trial()
    trial.book(
        OpeningBalance(account="assets:cash:main", amount=1_000_000),
        CurrencyBought(bank_usd="main", bank="cn", currency="CNY", units=7_200_000, cost=1_000_000),
        CurrencyRemeasured(bank="cn", change=-5_000),
    )
    assert trial.units("assets:cash:cn", "CNY") == 7_200_000
    assert trial.usd("assets:cash:cn") == 995_000
    trial.book(
        CurrencySold(bank="cn", bank_usd="main", currency="CNY", units=7_200_000, proceeds=1_003_000),
        CurrencyRemeasured(bank="cn", change=8_000),
    )
    assert trial.units("assets:cash:cn", "CNY") == 0
    assert trial.usd("assets:cash:cn") == 0
    assert trial.usd("income:fx") == -3_000
