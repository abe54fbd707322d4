"""A company on many paths: nothing is made from nothing, and each policy does what it says."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from mintage.books.policy import policy
from mintage.plan.assumptions import Assumptions
from mintage.plan.company import Company
from mintage.plan.opening import months_after, open_from_assumptions
from mintage.plan.paths import MarketMonth, MarketPaths
from mintage.plan.policies import policies_of
from mintage.units import Period
from mintage.units.errors import LimitError

PATHS = 200
STORM = {"market.price-volatility": "1.2", "treasury.cash-floor": "80000000", "market.jump-rate": "12"}


class Lived:
    """A company with the market that it lives through."""

    def __init__(self, overrides: dict[str, str] | None = None, paths: int = PATHS, months: int = 24) -> None:
        self.table = Assumptions(overrides)
        self.opening = open_from_assumptions(self.table, months)
        self.company = Company(self.opening, policies_of(self.table, self.opening))
        self.market = MarketPaths(self.table, 5, 0, paths)
        self.paths = paths
        self.months = list(months_after(self.opening.day, months))
        self.at = 0

    def month(self) -> tuple[Period, MarketMonth]:
        """Live one month more."""
        month = self.months[self.at]
        self.at += 1
        market = self.market.step(month.days)
        self.company.live(month, market)
        return month, market

    def total(self, prefix: str, commodity: str = "USD") -> NDArray[np.float64]:
        """Sum over accounts, on every path."""
        return np.broadcast_to(np.asarray(self.company.total(prefix, commodity), np.float64), self.paths)


def test_every_commodity_balances_on_every_path_in_every_month() -> None:
    """Held, owed, earned, spent and the world together are exactly zero, and every amount is a whole number."""
    lived = Lived(STORM)
    for _ in range(18):
        lived.month()
        sums: dict[str, NDArray[np.float64]] = {}
        for (_, id_), amount in lived.company.ledger.balances.items():
            wide = np.broadcast_to(np.asarray(amount, np.float64), PATHS)
            assert np.array_equal(wide, np.floor(wide))
            sums[id_] = sums.get(id_, np.zeros(PATHS)) + wide
        assert {"USD", "BTC", "HASHRATE", "ENERGY", "MACHINE.model", "CHIP.chip", "WAFER.wafer"} <= set(sums)
        for id_, total in sums.items():
            assert np.all(total == 0), id_


def test_lots_are_what_the_balances_say_on_every_path() -> None:
    """Units in lots equal the account's balance; cost of machines in lots equals their carrying amount."""
    lived = Lived(STORM)
    for _ in range(12):
        lived.month()
    ledger = lived.company.ledger
    costs: dict[str, NDArray[np.float64]] = {}
    for (account, id_), pool in ledger.lots.pools.items():
        units = sum((take.units for take in pool.state()), np.zeros(PATHS))
        assert np.array_equal(units, np.broadcast_to(ledger.balances[account, id_], PATHS))
        if id_ != "BTC":
            held = sum((take.cost for take in pool.state()), np.zeros(PATHS))
            costs[account] = costs.get(account, np.zeros(PATHS)) + held
    for account, cost in costs.items():
        assert np.array_equal(cost, np.broadcast_to(ledger.balances[account, "USD"], PATHS)), account


def test_bitcoin_stands_at_fair_value_at_every_months_end() -> None:
    """After a month's close the carrying amount is sats times the last price, to the cent (ASC 350-60)."""
    lived = Lived(STORM)
    for _ in range(6):
        _, market = lived.month()
        fair = np.floor(lived.total("assets:bitcoin:", "BTC") * (market.price_end * 1e-6) + 0.5)
        assert np.array_equal(lived.total("assets:bitcoin:"), fair)


def test_treasury_sells_to_the_floor_and_no_further() -> None:
    """A path keeps its floor, or has no bitcoin left; one that needed no sale has sold none."""
    lived = Lived(STORM)
    floor = lived.table.units("treasury.cash-floor", 2)
    for _ in range(18):
        sold = lived.total("world:market", "BTC").copy()
        lived.month()
        cash, held = lived.total("assets:cash:"), lived.total("assets:bitcoin:free:", "BTC")
        sold = lived.total("world:market", "BTC") - sold
        assert np.all((cash >= floor - 2) | (held == 0))  # two cents: proceeds and fee are rounded
        assert np.all(cash[sold > 0] <= floor + 20)  # a satoshi is worth up to a few cents
    assert np.any(held == 0), "the storm must empty some treasury, or this test says nothing"
    assert np.any(held > 0)


@pytest.mark.parametrize("share", ["0", "0.5", "1"])
def test_machines_not_sold_mine_from_the_next_month(share: str) -> None:
    """All machines built are sold or installed; hash rate that is installed earns a month later."""
    lived = Lived({"sales.sold-share": share, "market.price-volatility": "0"}, paths=2)
    built, ghs = 13_000, 194_000
    kept = built - int(built * float(share))
    before = lived.total("memo:hashrate:energized:", "HASHRATE")[0]
    lived.month()
    assert lived.total("memo:hashrate:sold:", "HASHRATE")[0] == (built - kept) * ghs
    assert lived.total("memo:hashrate:energized:", "HASHRATE")[0] == before + kept * ghs
    assert lived.total("assets:inventory:finished:", "MACHINE.model")[0] == 0
    first = lived.total("world:pools", "BTC")[0]
    _, market = lived.month()
    second = lived.total("world:pools", "BTC")[0] - first
    expected = (before + kept * ghs) * 0.9 * 0.99 * market.sats_per_ghs[0]
    assert -second == pytest.approx(expected, abs=1)


def test_machines_are_depreciated_over_their_life_and_no_longer() -> None:
    """What was there at the opening is written off after the policy's life, to the cent, and not before."""
    lived = Lived({"factory.machines-per-month": "0"}, paths=2, months=40)
    life = policy().life_months("*")
    values = [(lived.month(), lived.total("assets:machines:")[0])[1] for _ in range(life + 2)]
    assert all(later < earlier for earlier, later in pairwise(values[:life]))
    assert values[life - 2] > 0
    assert values[life - 1 :] == [0, 0, 0]


def test_new_machines_depreciate_from_the_month_after() -> None:
    """A month's new machines add one part of their life's cost to every later month's depreciation."""
    lived = Lived(paths=2)
    costs, charges = [], []
    for _ in range(5):
        before = lived.total("assets:machines:site:")[0], lived.total("assets:machines:depreciation:")[0]
        lived.month()
        costs.append(lived.total("assets:machines:site:")[0] - before[0])
        charges.append(before[1] - lived.total("assets:machines:depreciation:")[0])
    life = policy().life_months("*")
    opened = charges[0]
    for number, charge in enumerate(charges):
        assert charge - opened == pytest.approx(sum(costs[:number]) / life, abs=number + 1)


def test_a_plan_that_outgrows_whole_floats_is_refused() -> None:
    """Amounts beyond 2^53 minor units could not be added exactly, so the plan stops with the remedy."""
    with pytest.raises(LimitError, match=r"2\^53"):
        Lived({"market.price": "99999999999"}, paths=2).month()
