"""A company lived forward on the paths of one chunk: each month policies decide, facts say it, the ledger books it.

The ledger, its rules and the way it carries lots are the books' own; only the lot book works on arrays. Nothing here
writes a balance.

What customers owed, suppliers were owed and lenders had lent at the opening stays as it is; loans bear their interest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from mintage.factory.facts import SupplierPaid
from mintage.house import rulebook
from mintage.journal.chart import default_chart
from mintage.journal.fact import Fact, FactData
from mintage.journal.ledger import Entry, Ledger
from mintage.journal.lots import Lot, LotMove
from mintage.plan.closing import Machines, remeasurement
from mintage.plan.lots import PathLotBook
from mintage.plan.opening import ENERGIZED, FREE, Opening
from mintage.plan.paths import MarketMonth
from mintage.plan.policies import Policies
from mintage.treasury.facts_money import InterestAccrued, InterestPaid
from mintage.units import Period, day_end_instant
from mintage.units.arrays import PathAmount, require_countable
from mintage.units.errors import Unbalanced

SUPPLIERS = "suppliers"


class Past:
    """The history that a plan's ledger looks up: none, since a plan neither reverses facts nor gets late bills."""

    def entry(self, key: str) -> Entry | None:
        """See `History.entry`."""

    def kind_of(self, key: str) -> str | None:
        """See `History.kind_of`."""

    def reversed_by(self, key: str) -> str | None:
        """See `History.reversed_by`."""

    def lots_of(self, key: str) -> list[Lot]:
        """See `History.lots_of`."""
        _ = key
        return []

    def moves_of(self, lot: str) -> list[LotMove]:
        """See `History.moves_of`."""
        _ = lot
        return []


class Company:
    """The company on the paths of one chunk.

    Args:
        opening: where it begins.
        policies: how each room decides.
    """

    def __init__(self, opening: Opening, policies: Policies) -> None:
        self.ledger = Ledger(default_chart(), rulebook(), PathLotBook())
        self.ledger.balances.update(opening.balances)
        for held in opening.lots:
            self.ledger.lots.acquire(held.account, held.lot, held.units, held.cost)
        self._policies, self._past = policies, Past()
        self._order = 1 + max((held.lot.order for held in opening.lots), default=0)
        self._sites, self._interest_due = opening.sites, opening.interest
        self._machines = Machines(opening.depreciation, policies.fleet.site, self.ledger)

    def live(self, month: Period, market: MarketMonth) -> None:
        """Live through one month.

        Raises:
            Unbalanced: a commodity does not sum to zero on some path.
        """
        p = self._policies
        self._mine(month, market)
        chips = self._balance(f"assets:inventory:chips:{p.factory.chip_site}", f"CHIP.{p.factory.chip}")
        built = p.factory.machines_per_month
        self._book(month, p.silicon.supply(p.factory.chips_per_month - int(chips)))
        self._book(month, p.factory.build())
        self._book(month, p.sales.sell(built, market.hashprice))
        self._book(month, p.fleet.deploy(built - p.sales.units(built)))
        owed = -self._balance(f"liabilities:payable:{SUPPLIERS}", "USD")
        self._book(month, (SupplierPaid(creditor=SUPPLIERS, bank=p.treasury.bank, amount=owed),))
        self._book(month, p.overhead.spend())
        self._book(month, self._interest(month))
        free = {wallet: self._balance(f"{FREE}{wallet}", "BTC") for wallet in p.treasury.wallets}
        self._book(month, p.treasury.keep_floor(self.total("assets:cash:", "USD"), free, market.price_end))
        self._book(month, self._machines.close(month))
        self._book(month, remeasurement(self.ledger.balances, market.price_end * 100))
        self._check_balanced()

    def _mine(self, month: Period, market: MarketMonth) -> None:
        """Run what was energized when the month began; sites share their common costs by hash rate."""
        mining = self._policies.mining
        energized = {site: self._balance(f"{ENERGIZED}{region}:{site}", "HASHRATE") for region, site in self._sites}
        whole_ghs = sum(energized.values())
        for site, ghs in energized.items():
            self._book(month, mining.mine(site, ghs, market.sats_per_ghs, market.price))
            part = ghs / np.maximum(whole_ghs, 1.0)
            self._book(month, mining.bills(site, ghs, month.days * 86_400.0, part))

    def _interest(self, month: Period) -> Iterator[FactData]:
        """Accrue and pay what the loans of the opening cost; none is drawn or repaid."""
        for (name, lender), cents in self._interest_due.items():
            if name == month.name:
                yield InterestAccrued(lender=lender, amount=cents)
                yield InterestPaid(lender=lender, bank=self._policies.treasury.bank, amount=cents)

    def _book(self, month: Period, facts: Iterable[FactData]) -> None:
        at = day_end_instant(month.end)
        for data in facts:
            fact = Fact(key=f"plan/{self._order}", at=at, date=month.end, actor="plan", grade="assumed", data=data)
            self.ledger.book(fact, self._order, self._past)
            self._order += 1

    def _balance(self, account: str, commodity: str) -> PathAmount:
        return self.ledger.balances.get((account, commodity), 0)

    def total(self, prefix: str, commodity: str) -> PathAmount:
        """Sum of a commodity over the accounts that begin so, on every path."""
        return sum(
            amount
            for (account, id_), amount in self.ledger.balances.items()
            if id_ == commodity and account.startswith(prefix)
        )

    def _check_balanced(self) -> None:
        """What is held, owed, earned and spent, and what the world gave and took, sums to nothing on every path."""
        sums: dict[str, PathAmount] = {}
        for (account, id_), amount in self.ledger.balances.items():
            require_countable(amount, f"{id_} on {account}")
            sums[id_] = sums.get(id_, 0) + amount
        for id_, total in sums.items():
            if np.any(total):
                raise Unbalanced(f"{id_} does not balance on some path of the plan.")
