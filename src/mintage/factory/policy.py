"""How the factory decides in a plan: build the same number of one model every month."""

from __future__ import annotations

import msgspec

from mintage.factory.facts import MachinesBuilt, MaterialsPurchased
from mintage.journal.fact import FactData


class FactoryPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Machines to build.

    Attributes:
        plant: where.
        model: machine model.
        chip: bin of chips that it takes.
        chip_site: where those chips are held.
        creditor: who is owed materials and conversion.
        machines_per_month: machines built each month.
        chips_per_machine: chips in each.
        materials_per_machine: materials of each in cents.
        conversion_per_machine: labour, test and overhead of each in cents.
    """

    plant: str = "plant"
    model: str = "model"
    chip: str = "chip"
    chip_site: str = "store"
    creditor: str = "suppliers"
    machines_per_month: int
    chips_per_machine: int
    materials_per_machine: int
    conversion_per_machine: int

    @property
    def chips_per_month(self) -> int:
        """Chips that a month's machines take."""
        return self.machines_per_month * self.chips_per_machine

    def build(self) -> tuple[FactData, ...]:
        """Buy the materials and build the month's machines."""
        units = self.machines_per_month
        materials = units * self.materials_per_machine
        return (
            MaterialsPurchased(plant=self.plant, creditor=self.creditor, amount=materials),
            MachinesBuilt(
                plant=self.plant,
                model=self.model,
                units=units,
                serial_first="",
                serial_last="",
                chip=self.chip,
                chip_site=self.chip_site,
                chips=self.chips_per_month,
                materials_cost=materials,
                conversion_cost=units * self.conversion_per_machine,
                creditor=self.creditor,
            ),
        )
