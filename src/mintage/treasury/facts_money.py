"""What can happen to the company's borrowings, options and foreign currencies."""

from __future__ import annotations

from datetime import date
from typing import Literal

from mintage.journal.fact import Count, FactData, Name, Price, SignedUsd, Usd, fact
from mintage.treasury.facts import Term

Currency = Literal["CNY", "SGD", "MYR", "EUR", "HKD", "CAD", "USDC"]
"""Money other than the reporting currency."""


@fact("treasury.loan-agreed")
class LoanAgreed(FactData):
    """The terms of a loan secured by bitcoin, as agreed or last amended. It posts nothing.

    Attributes:
        lender: who lends.
        rate_pct: interest in percent a year.
        margin_call_ltv_pct: loan to value, in percent, from which more collateral must be brought.
        liquidation_ltv_pct: loan to value, in percent, from which the lender may sell the collateral.
        due: when the loan is to be repaid.
        cure_hours: time to answer a margin call.
        release: what makes the restriction of the collateral lapse.
    """

    lender: Name
    rate_pct: Price
    margin_call_ltv_pct: Price
    liquidation_ltv_pct: Price
    due: date
    cure_hours: Count
    release: str = "repayment of the loan"


@fact("treasury.loan-drawn")
class LoanDrawn(FactData):
    """Money was borrowed.

    Attributes:
        lender: who lent it.
        term: due within a year or later.
        bank: account that received it.
        amount: principal.
        fee: origination fee, expensed at once; spread a material one by manual entries.
    """

    lender: Name
    term: Term
    bank: Name
    amount: Usd
    fee: Usd = 0


@fact("treasury.interest-accrued")
class InterestAccrued(FactData):
    """Interest on a loan fell to the period.

    Attributes:
        lender: to whom it is owed.
        amount: the interest.
    """

    lender: Name
    amount: Usd


@fact("treasury.interest-paid")
class InterestPaid(FactData):
    """Accrued interest was paid.

    Attributes:
        lender: who received it.
        bank: account that paid.
        amount: the interest.
    """

    lender: Name
    bank: Name
    amount: Usd


@fact("treasury.loan-repaid")
class LoanRepaid(FactData):
    """Principal was repaid.

    Attributes:
        lender: who received it.
        term: which part of the loan it reduces.
        bank: account that paid.
        amount: principal.
    """

    lender: Name
    term: Term
    bank: Name
    amount: Usd


@fact("treasury.loan-reclassified")
class LoanReclassified(FactData):
    """A part of a loan has come within a year of being due.

    Attributes:
        lender: to whom it is owed.
        amount: principal that moves from noncurrent to current; negative where a loan was prolonged.
    """

    lender: Name
    amount: SignedUsd


@fact("treasury.option-written")
class OptionWritten(FactData):
    """Options on bitcoin were written (sold). The premium is their first fair value, a liability.

    Attributes:
        series: name of the series, e.g. "btc-c120k-2025-06-27".
        contracts: how many, each on one bitcoin.
        bank: account that received the premium.
        premium: what was received.
    """

    series: Name
    contracts: Count
    bank: Name
    premium: Usd


@fact("treasury.option-remeasured")
class OptionRemeasured(FactData):
    """Written options were measured at fair value, through income. A series with no contract left is worth zero.

    Attributes:
        series: name of the series.
        change: increase of the liability, a loss; may be negative.
    """

    series: Name
    change: SignedUsd


@fact("treasury.option-settled")
class OptionSettled(FactData):
    """Written options were settled in money, bought back, or expired (amount 0).

    The liability is debited by what was paid, its fair value at that moment; the next remeasurement books the rest.
    A settlement by delivery is this fact with the fair value less the strike, and a sale of the bitcoin at fair value.

    Attributes:
        series: name of the series.
        contracts: how many ended.
        bank: account that paid.
        amount: what was paid.
    """

    series: Name
    contracts: Count
    bank: Name
    amount: Usd


@fact("treasury.currency-bought")
class CurrencyBought(FactData):
    """USD were changed into another currency.

    Attributes:
        bank_usd: account that paid the USD.
        bank: account that received the currency.
        currency: which one.
        units: minor units of the currency (fen, cents) received.
        cost: USD paid, the carrying amount of what was received.
    """

    bank_usd: Name
    bank: Name
    currency: Currency
    units: Count
    cost: Usd


@fact("treasury.currency-sold")
class CurrencySold(FactData):
    """Another currency was changed into USD.

    Attributes:
        bank: account that paid the currency.
        bank_usd: account that received the USD.
        currency: which one.
        units: minor units of the currency (fen, cents) paid.
        proceeds: USD received.
    """

    bank: Name
    bank_usd: Name
    currency: Currency
    units: Count
    proceeds: Usd


@fact("treasury.currency-remeasured")
class CurrencyRemeasured(FactData):
    """An account in another currency was translated at the period's closing rate, through income.

    Attributes:
        bank: the account.
        change: units x rate less the carrying amount; may be negative.
        rate: USD for one unit of the currency, where one was used.
    """

    bank: Name
    change: SignedUsd
    rate: Price | None = None
