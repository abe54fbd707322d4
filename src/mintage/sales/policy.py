"""How sales decides in a plan: sell a fixed share of the machines built, at a price that follows hashprice."""

from __future__ import annotations

import msgspec
import numpy as np

from mintage.journal.fact import FactData
from mintage.sales.facts import MachinesDelivered, PaymentReceived
from mintage.units.arrays import PathNumber, whole


class SalesPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """What is sold, and for how much.

    Attributes:
        sold_share: share of the machines built that is sold.
        price_usd_ths: price per TH/s at the reference hashprice.
        reference_hashprice: USD per PH/s and day.
        price_elasticity: percent that the price rises with one percent of hashprice.
        machine_ghs: nameplate hash rate of a machine in GH/s.
        plant: where the machines stand.
        model: machine model.
        customer: who buys.
        region: region of the customers.
        bank: bank account that is paid into.
    """

    sold_share: float
    price_usd_ths: float
    reference_hashprice: float
    price_elasticity: float
    machine_ghs: int
    plant: str = "plant"
    model: str = "model"
    customer: str = "customers"
    region: str = "all"
    bank: str

    def units(self, built: int) -> int:
        """Machines sold of those built."""
        return int(built * self.sold_share)

    def price(self, hashprice: PathNumber) -> PathNumber:
        """Price in USD per TH/s: `price x (hashprice / reference) ^ elasticity`.

        Source: trade practice; asking prices are quoted against days of hashprice and follow it with a lag that a
        monthly step does not show.
        """
        return self.price_usd_ths * np.power(hashprice / self.reference_hashprice, self.price_elasticity)

    def sell(self, built: int, hashprice: PathNumber) -> tuple[FactData, ...]:
        """Deliver the month's sold machines and be paid for them.

        Args:
            built: machines built this month.
            hashprice: mean of the month on every path, USD per PH/s and day.
        """
        units = self.units(built)
        hashrate = units * self.machine_ghs
        revenue = whole(self.price(hashprice) * (hashrate / 1000 * 100))
        return (
            MachinesDelivered(
                customer=self.customer,
                order="plan",
                line="industrial",
                region=self.region,
                plant=self.plant,
                model=self.model,
                units=units,
                hashrate=hashrate,
                revenue=revenue,
            ),
            PaymentReceived(customer=self.customer, bank=self.bank, amount=revenue),
        )
