"""The month's end of a plan: depreciation and fair value on every path, by the arithmetic of the books' close."""

from __future__ import annotations

from mintage.books import accruals
from mintage.books.facts import Depreciation
from mintage.books.policy import policy
from mintage.journal.fact import FactData
from mintage.journal.ledger import Ledger
from mintage.journal.store import Balances
from mintage.treasury.facts import DepositsRemeasured, ReceivableRemeasured, Remeasured
from mintage.units import Period
from mintage.units.arrays import PathAmount, PathNumber

SITE = "assets:machines:site:"


class Machines:
    """Machines that the plan installs, by month, with their cost that is not depreciated yet.

    Args:
        opened: depreciation still to come of the machines that were there before, by name of the month and site.
        site: where the plan installs.
        ledger: the plan's ledger.
    """

    def __init__(self, opened: dict[tuple[str, str], int], site: str, ledger: Ledger) -> None:
        self._opened, self._site, self._ledger = opened, site, ledger
        self._cost = self._at_cost()
        self._left: list[tuple[int, PathAmount]] = []

    def _at_cost(self) -> PathAmount:
        return self._ledger.balances.get((f"{SITE}{self._site}", "USD"), 0)

    def close(self, month: Period) -> tuple[FactData, ...]:
        """Depreciate what was installed before this month, straight-line; remember what was installed in it."""
        due: dict[str, PathAmount] = {site: cents for (name, site), cents in self._opened.items() if name == month.name}
        kept = []
        for months_left, left in self._left:
            amount = accruals.depreciation(left, months_left)
            due[self._site] = due.get(self._site, 0) + amount
            if months_left > 1:
                kept.append((months_left - 1, left - amount))
        cost = self._at_cost()
        self._left = [*kept, (policy().life_months("*"), cost - self._cost)]
        self._cost = cost
        return tuple(Depreciation(site=site, amount=amount) for site, amount in due.items())


def remeasurement(
    balances: Balances, price_cents: PathNumber, per_sats: int = accruals.SATS_PER_BTC
) -> tuple[FactData, ...]:
    """Bring all bitcoin to fair value (ASC 350-60): held, receivable, and owed to customers.

    Args:
        balances: of the plan's ledger.
        price_cents: cents for each `per_sats` satoshis at the month's end, on every path.
        per_sats: how many satoshis the price is of.
    """
    facts = []
    for account, id_ in list(balances):
        stem, _, holder = account.rpartition(":")
        if id_ == "BTC" and stem in MEASURED:
            sats, carrying = balances[account, "BTC"], balances.get((account, "USD"), 0)
            facts.append(_fact(stem, holder, accruals.remeasurement(sats, carrying, price_cents, per_sats)))
    return tuple(facts)


MEASURED = (
    "assets:bitcoin:free",
    "assets:bitcoin:pool",
    "assets:bitcoin:pledged",
    "assets:bitcoin:deposits",
    "assets:bitcoin-receivable:current",
    "assets:bitcoin-receivable:noncurrent",
    "assets:bitcoin-receivable:lent",
    "liabilities:deposits-btc",
)


def _fact(stem: str, holder: str, change: PathAmount) -> FactData:
    match stem.split(":"):
        case ["assets", "bitcoin", ("free" | "pool" | "pledged" | "deposits") as state]:
            return Remeasured(state=state, holder=holder, change=change)
        case ["assets", "bitcoin-receivable", ("current" | "noncurrent" | "lent") as term]:
            return ReceivableRemeasured(term=term, holder=holder, change=change)
        case _:
            return DepositsRemeasured(customer=holder, change=-change)  # a liability: more owed is an increase
