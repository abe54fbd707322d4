"""How silicon decides in a plan: buy just the wafers that the machines to be built need, sort them at once."""

from __future__ import annotations

import msgspec

from mintage.journal.fact import FactData
from mintage.silicon.facts import ChipBin, ChipsSorted, WafersPrepaid, WafersReceived


class SiliconPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Wafers to order.

    Attributes:
        foundry: who makes them.
        wafer: wafer design.
        chip: the one bin that its chips are sorted into.
        site: where wafers and chips are held.
        packager: creditor of packaging and test.
        bank: bank account that pays.
        wafer_price: price of a wafer in cents, paid ahead.
        packaging_cost: packaging and test of a wafer's chips in cents.
        chips_per_wafer: good chips from a wafer.
    """

    foundry: str = "foundry"
    wafer: str = "wafer"
    chip: str = "chip"
    site: str = "store"
    packager: str = "suppliers"
    bank: str
    wafer_price: int
    packaging_cost: int
    chips_per_wafer: int

    def supply(self, chips: int) -> tuple[FactData, ...]:
        """Order, receive and sort the fewest wafers that give at least so many chips.

        Args:
            chips: chips that are wanted beyond those in stock.
        """
        wafers = -(-max(0, chips) // self.chips_per_wafer)
        cost = wafers * self.wafer_price
        return (
            WafersPrepaid(foundry=self.foundry, bank=self.bank, amount=cost),
            WafersReceived(foundry=self.foundry, wafer=self.wafer, site=self.site, wafers=wafers, cost=cost),
            ChipsSorted(
                wafer=self.wafer,
                wafer_site=self.site,
                wafers=wafers,
                site=self.site,
                packaging_cost=wafers * self.packaging_cost,
                creditor=self.packager,
                bins=(ChipBin(chip=self.chip, chips=wafers * self.chips_per_wafer),),
            ),
        )
