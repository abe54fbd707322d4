"""What the facts of the books do to the ledger."""

from __future__ import annotations

from mintage.books import facts as f
from mintage.journal.rules import Effects, Posting, Rulebook, Transfer, usd
from mintage.units import parse_amount

RULES = Rulebook()

OPENING = "equity:opening"
BEFORE = "world:opening"
OTHER_PROPERTY = "assets:property:other"


def _cash(bank: str) -> str:
    return f"assets:cash:{bank}"


def _operating(function: str, expense: str) -> str:
    return f"expenses:operating:{function}:{expense}"


@RULES.rule
def expense_accrued(fact: f.ExpenseAccrued) -> Effects:
    """Owed, not paid."""
    expense = _operating(fact.function, fact.expense)
    return (usd(fact.amount, f"liabilities:accrued:{fact.purpose}", expense),)


@RULES.rule
def expense_paid(fact: f.ExpensePaid) -> Effects:
    """Paid at once."""
    return (usd(fact.amount, _cash(fact.bank), _operating(fact.function, fact.expense)),)


@RULES.rule
def foreign_expense_paid(fact: f.ForeignExpensePaid) -> Effects:
    """The currency leaves; its carrying amount falls by the day's rate, and the close translates the rest."""
    bank, expense = _cash(fact.bank), _operating(fact.function, fact.expense)
    return (Transfer(fact.currency, fact.units, bank, "world:creditors"), usd(fact.amount, bank, expense))


@RULES.rule
def accrued_paid(fact: f.AccruedPaid) -> Effects:
    """Less is owed."""
    return (usd(fact.amount, _cash(fact.bank), f"liabilities:accrued:{fact.purpose}"),)


@RULES.rule
def share_based_compensation(fact: f.ShareBasedCompensation) -> Effects:
    """An expense that raises paid-in capital."""
    return (usd(fact.amount, "equity:shares", _operating(fact.function, "share-based")),)


@RULES.rule
def depreciation(fact: f.Depreciation) -> Effects:
    """A cost of mining."""
    accumulated = f"assets:machines:depreciation:{fact.site}"
    return (usd(fact.amount, accumulated, f"expenses:cost:mining:depreciation:{fact.site}"),)


@RULES.rule
def other_depreciation(fact: f.OtherDepreciation) -> Effects:
    """Taken from the net amount."""
    return (usd(fact.amount, OTHER_PROPERTY, _operating(fact.function, "depreciation")),)


@RULES.rule
def amortization(fact: f.Amortization) -> Effects:
    """Taken from the net amount."""
    return (usd(fact.amount, f"assets:intangible:{fact.name}", _operating(fact.function, "amortization")),)


@RULES.rule
def property_bought(fact: f.PropertyBought) -> Effects:
    """An asset at cost."""
    return (usd(fact.amount, _cash(fact.bank), OTHER_PROPERTY),)


@RULES.rule
def interest_received(fact: f.InterestReceived) -> Effects:
    """Income."""
    return (usd(fact.amount, f"income:interest:{fact.payer}", _cash(fact.bank)),)


@RULES.rule
def other_income_received(fact: f.OtherIncomeReceived) -> Effects:
    """Income."""
    return (usd(fact.amount, f"income:grants:{fact.payer}", _cash(fact.bank)),)


@RULES.rule
def other_expense_paid(fact: f.OtherExpensePaid) -> Effects:
    """An expense below operating loss."""
    return (usd(fact.amount, _cash(fact.bank), f"expenses:other:{fact.expense}"),)


@RULES.rule
def tax_paid(fact: f.TaxPaid) -> Effects:
    """Tax of the period."""
    return (usd(fact.amount, _cash(fact.bank), f"expenses:tax:{fact.country}"),)


@RULES.rule
def manual_entry(fact: f.ManualEntry) -> Effects:
    """The legs as given; the ledger checks that they balance and touch no lots."""
    amounts = ((leg.account, parse_amount(leg.amount)) for leg in fact.legs)
    return tuple(Posting(account, amount.commodity, amount.units) for account, amount in amounts)


@RULES.rule
def opening_balance(fact: f.OpeningBalance) -> Effects:
    """Against the opening account."""
    return (usd(fact.amount, OPENING, fact.account),)


@RULES.rule
def opening_bitcoin(fact: f.OpeningBitcoin) -> Effects:
    """The cost lands and becomes the lot's; what the carrying amount differs by leaves again, past the lot."""
    return (
        Transfer("BTC", fact.sats, BEFORE, fact.account, kind=fact.lot_kind),
        usd(fact.cost, OPENING, fact.account),
        usd(fact.cost - fact.value, fact.account, OPENING),
    )


@RULES.rule
def opening_deposit(fact: f.OpeningDeposit) -> Effects:
    """As when it was received: the bitcoin comes from the liability, in BTC and in USD."""
    owed, held = f"liabilities:deposits-btc:{fact.customer}", f"assets:bitcoin:deposits:{fact.wallet}"
    return (Transfer("BTC", fact.sats, owed, held, kind="deposit"), usd(fact.value, owed, held))


@RULES.rule
def opening_goods(fact: f.OpeningGoods) -> Effects:
    """A lot at its cost."""
    return (
        Transfer(fact.commodity, fact.units, BEFORE, fact.account, kind=fact.lot_kind),
        usd(fact.cost, OPENING, fact.account),
    )


@RULES.rule
def opening_machines(fact: f.OpeningMachines) -> Effects:
    """A lot at its cost, and the depreciation beside it."""
    site = f"assets:machines:site:{fact.site}"
    return (
        Transfer(f"MACHINE.{fact.model}", fact.units, BEFORE, site, kind="opening"),
        usd(fact.cost, OPENING, site),
        usd(fact.depreciation, f"assets:machines:depreciation:{fact.site}", OPENING),
    )


@RULES.rule
def opening_memo(fact: f.OpeningMemo) -> Effects:
    """Counted from here on."""
    return (Transfer(fact.commodity, fact.units, BEFORE, fact.account),)


@RULES.rule
def kpi_reported(_fact: f.KpiReported) -> Effects:
    """A figure for comparison."""
    return ()
