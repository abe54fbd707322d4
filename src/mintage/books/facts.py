"""What the books themselves record: overhead, depreciation, manual entries, opening balances, reported figures."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from mintage.journal.fact import Count, FactData, Name, Price, Sat, SignedUsd, Usd, fact
from mintage.treasury.facts_money import Currency

Function = Literal["rd", "sm", "ga", "restructuring"]
"""Research and development, sales and marketing, general and administrative, restructuring."""
BitcoinAccount = Annotated[
    str, msgspec.Meta(pattern=r"^assets:bitcoin(:(free|pool|pledged)|-receivable:(current|noncurrent|lent)):")
]
"""An account of bitcoin that the company owns."""
MemoAccount = Annotated[str, msgspec.Meta(pattern=r"^memo:")]
"""An account that counts beside the books."""


@fact("books.expense-accrued")
class ExpenseAccrued(FactData):
    """An operating expense of the period is owed: payroll, taxes, utilities, severance.

    Attributes:
        function: line of the income statement.
        expense: kind within it: payroll, tape-out, rent, severance, other.
        purpose: which accrued liability it joins.
        amount: the expense.
    """

    function: Function
    expense: Name
    purpose: Name
    amount: Usd


@fact("books.expense-paid")
class ExpensePaid(FactData):
    """An operating expense was paid at once.

    Attributes:
        function: line of the income statement.
        expense: kind within it.
        bank: account that paid.
        amount: the expense.
    """

    function: Function
    expense: Name
    bank: Name
    amount: Usd


@fact("books.foreign-expense-paid")
class ForeignExpensePaid(FactData):
    """An operating expense was paid at once in another currency.

    Attributes:
        function: line of the income statement.
        expense: kind within it.
        bank: account that paid.
        currency: which one.
        units: minor units of the currency (fen, cents) paid.
        rate: USD for one unit of the currency on that day.
        amount: units x rate, rounded to the cent as the bank does; the expense.
    """

    function: Function
    expense: Name
    bank: Name
    currency: Currency
    units: Count
    rate: Price
    amount: Usd


@fact("books.accrued-paid")
class AccruedPaid(FactData):
    """Accrued expenses were paid.

    Attributes:
        purpose: which accrued liability.
        bank: account that paid.
        amount: what was paid.
    """

    purpose: Name
    bank: Name
    amount: Usd


@fact("books.share-based-compensation")
class ShareBasedCompensation(FactData):
    """The cost of share awards that fell to the period.

    Attributes:
        function: line of the income statement.
        amount: the expense.
    """

    function: Function
    amount: Usd


@fact("books.depreciation")
class Depreciation(FactData):
    """Depreciation of the machines of a mining site.

    Attributes:
        site: the site.
        amount: the expense.
    """

    site: Name
    amount: Usd


@fact("books.other-depreciation")
class OtherDepreciation(FactData):
    """Depreciation of other property and equipment.

    Attributes:
        function: line of the income statement.
        amount: the expense.
    """

    function: Function
    amount: Usd


@fact("books.amortization")
class Amortization(FactData):
    """Amortization of an intangible asset.

    Attributes:
        function: line of the income statement.
        name: the asset.
        amount: the expense.
    """

    function: Function
    name: Name
    amount: Usd


@fact("books.property-bought")
class PropertyBought(FactData):
    """Property or equipment other than machines was bought.

    Attributes:
        bank: account that paid.
        amount: the cost.
    """

    bank: Name
    amount: Usd


@fact("books.interest-received")
class InterestReceived(FactData):
    """Interest on money was received.

    Attributes:
        payer: who paid it.
        bank: account that received it.
        amount: the interest.
    """

    payer: Name
    bank: Name
    amount: Usd


@fact("books.other-income-received")
class OtherIncomeReceived(FactData):
    """A grant, refund or other income was received.

    Attributes:
        payer: who paid it.
        bank: account that received it.
        amount: the income.
    """

    payer: Name
    bank: Name
    amount: Usd


@fact("books.other-expense-paid")
class OtherExpensePaid(FactData):
    """An expense below operating loss was paid.

    Attributes:
        expense: what for.
        bank: account that paid.
        amount: the expense.
    """

    expense: Name
    bank: Name
    amount: Usd


@fact("books.tax-paid")
class TaxPaid(FactData):
    """Income tax of the period was paid.

    Attributes:
        country: to whom.
        bank: account that paid.
        amount: the tax.
    """

    country: Name
    bank: Name
    amount: Usd


class Leg(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One leg of a manual entry.

    Attributes:
        account: an account of the chart.
        amount: signed, with its unit, e.g. "-1,250.00 USD"; plus is a debit, minus a credit.
    """

    account: str
    amount: str


@fact("books.entry")
class ManualEntry(FactData):
    """A manual entry, where no other kind of fact says what happened. The legs of each commodity sum to zero.

    Attributes:
        legs: two or more legs; none of a commodity that has lots.
        purpose: why, in words an auditor accepts.
    """

    legs: tuple[Leg, ...]
    purpose: str


@fact("books.opening-balance")
class OpeningBalance(FactData):
    """An account's USD balance when the ledger began.

    Attributes:
        account: an account of the chart without lots on it.
        amount: the balance; a debit is plus, a credit (liabilities, equity, reserves) negative.
    """

    account: str
    amount: SignedUsd


@fact("books.opening-bitcoin")
class OpeningBitcoin(FactData):
    """One lot of bitcoin owned when the ledger began. The envelope's instant is when the lot was acquired.

    Attributes:
        account: where it lies: free, pool, pledged, or a receivable.
        sats: bitcoin in the lot.
        value: carrying amount, the fair value when the ledger began.
        cost: what the lot cost when acquired.
        lot_kind: how it was got: mined, bought, received, interest.
    """

    account: BitcoinAccount
    sats: Sat
    value: Usd
    cost: Usd
    lot_kind: Name


@fact("books.opening-deposit")
class OpeningDeposit(FactData):
    """A customer's deposit in bitcoin held when the ledger began: an asset and what is owed for it, none of it owned.

    Attributes:
        customer: to whom it is owed.
        wallet: where it is held.
        sats: bitcoin deposited.
        value: carrying amount of both, the fair value when the ledger began.
    """

    customer: Name
    wallet: Name
    sats: Sat
    value: Usd


@fact("books.opening-goods")
class OpeningGoods(FactData):
    """Wafers, chips or finished machines in stock when the ledger began.

    Attributes:
        account: the inventory account, or machines in transit to a site.
        commodity: e.g. "WAFER.a3197s", "CHIP.a3197s-b1", "MACHINE.a15-194".
        units: how many.
        cost: what they cost, all together.
        lot_kind: how they were got: received, sorted, built.
    """

    account: Annotated[str, msgspec.Meta(pattern=r"^assets:(inventory|machines):")]
    commodity: Annotated[str, msgspec.Meta(pattern=r"^(WAFER|CHIP|MACHINE)\.[a-z0-9][a-z0-9.-]*$")]
    units: Count
    cost: Usd
    lot_kind: Name


@fact("books.opening-machines")
class OpeningMachines(FactData):
    """Machines at a mining site when the ledger began.

    Attributes:
        site: the site.
        model: the model of the machines.
        units: how many.
        cost: what they cost, all together.
        depreciation: depreciation accumulated on them.
    """

    site: Name
    model: Name
    units: Count
    cost: Usd
    depreciation: Usd = 0


@fact("books.opening-memo")
class OpeningMemo(FactData):
    """What was counted beside the books when the ledger began: installed hash rate, ADS, backlog, commitments.

    Attributes:
        account: a memo account.
        commodity: e.g. "HASHRATE", "ADS", "PREF.a1", "USD".
        units: minor units of it: GH/s, shares, cents.
    """

    account: MemoAccount
    commodity: str
    units: Count


@fact("books.kpi-reported")
class KpiReported(FactData):
    """A figure that was published for a time before the ledger began, kept for comparison. It posts nothing.

    Attributes:
        id: id of the KPI.
        period: the period, or the day for a stock.
        value: the figure, in its unit.
        unit: the unit of the KPI table.
        document: the document that says it.
    """

    id: str
    period: str
    value: Price
    unit: str
    document: str
