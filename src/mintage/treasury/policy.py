"""How the treasury decides in a plan: hold bitcoin, and sell just enough of it to keep a floor of cash."""

from __future__ import annotations

import msgspec
import numpy as np

from mintage.journal.fact import FactData
from mintage.treasury.facts import BitcoinSold
from mintage.units.arrays import PathAmount, PathNumber, whole


class TreasuryPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """When bitcoin is sold.

    Attributes:
        cash_floor: cash in cents below which bitcoin is sold.
        sale_fee: fee as a share of the proceeds.
        bank: bank account that is paid into.
        wallets: wallets to sell from, in this order.
    """

    cash_floor: int
    sale_fee: float
    bank: str
    wallets: tuple[str, ...]

    def keep_floor(self, cash: PathAmount, holdings: dict[str, PathAmount], price: PathNumber) -> tuple[FactData, ...]:
        """Sell on each path the bitcoin that is short of the floor, as far as there is any.

        Args:
            cash: cash at the month's end, in cents.
            holdings: free satoshis by wallet.
            price: USD per bitcoin at the month's end.
        """
        cents_per_sat = price * 1e-6
        short = np.maximum(0.0, self.cash_floor - cash) / (1.0 - self.sale_fee)
        wanted = np.ceil(short / cents_per_sat)
        sales = []
        for wallet in self.wallets:
            sats = np.minimum(wanted, holdings[wallet])
            wanted = wanted - sats
            proceeds = whole(sats * cents_per_sat)
            fee = whole(proceeds * self.sale_fee)
            sales.append(BitcoinSold(wallet=wallet, bank=self.bank, sats=sats, proceeds=proceeds, fee=fee))
        return tuple(sales)
