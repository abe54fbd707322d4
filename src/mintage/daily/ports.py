"""What a day is gathered from: pools, the chain, and the price of power; each may be silent with a reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from mintage.fleet.sites import PoolAccount
from mintage.mining.drivers.port import PoolAdapter
from mintage.mining.reconcile_inputs import Amount
from mintage.treasury.watch import Payment


class Chain(Protocol):
    """The wallets that pools pay to, as a chain shows them."""

    async def payments(self, account: PoolAccount) -> Sequence[Payment]:
        """All payments to the wallet that a pool pays to.

        Raises:
            InputError: the wallet is not described.
            WireError: the chain's server does not answer.
        """
        ...


class Power(Protocol):
    """What a site's energy costs."""

    def cost(self, day: date, energy_wh: int) -> Amount:
        """Cost of one UTC day's energy in cents, or why it is not known."""
        ...


OpenPool = Callable[[PoolAccount], PoolAdapter]


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Where a site's day is gathered from.

    Attributes:
        pools: opens the adapter of an account; raises InputError where that cannot be.
        chain: the chain; None where no wallet is watched.
        power: the price of power; None where the host buys it.
    """

    pools: OpenPool
    chain: Chain | None = None
    power: Power | None = None
