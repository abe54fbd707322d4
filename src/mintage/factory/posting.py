"""What each factory fact does to the ledger."""

from __future__ import annotations

from mintage.factory.facts import (
    DrawbackClaimed,
    DrawbackDenied,
    DrawbackReceived,
    DutyAssessed,
    FreightBilled,
    InventoryReserveMoved,
    InventoryReserveUsed,
    InventoryWrittenDown,
    LateCostBilled,
    MachinesBuilt,
    MachinesShipped,
    MaterialsPurchased,
    SupplierPaid,
    VatPaid,
    VatRefunded,
)
from mintage.journal.rules import Effects, LateCost, Rulebook, Transfer, usd

RULES = Rulebook()
PLANTS = "world:plants"


@RULES.rule
def materials_purchased(fact: MaterialsPurchased) -> Effects:
    """Materials come into stock on credit."""
    return (usd(fact.amount, f"liabilities:payable:{fact.creditor}", f"assets:inventory:materials:{fact.plant}"),)


@RULES.rule
def supplier_paid(fact: SupplierPaid) -> Effects:
    """The payable is settled."""
    return (usd(fact.amount, f"assets:cash:{fact.bank}", f"liabilities:payable:{fact.creditor}"),)


@RULES.rule
def machines_built(fact: MachinesBuilt) -> Effects:
    """Chips, materials and conversion become machines."""
    finished = f"assets:inventory:finished:{fact.plant}"
    chips = f"assets:inventory:chips:{fact.chip_site}"
    return (
        Transfer(f"CHIP.{fact.chip}", fact.chips, chips, PLANTS, kind="used", cost_to=finished),
        usd(fact.materials_cost, f"assets:inventory:materials:{fact.plant}", finished),
        usd(fact.conversion_cost, f"liabilities:payable:{fact.creditor}", finished),
        Transfer(f"MACHINE.{fact.model}", fact.units, PLANTS, finished, kind="built"),
    )


@RULES.rule
def machines_shipped(fact: MachinesShipped) -> Effects:
    """Machines change place; their lots and cost go along."""
    source, target = (f"assets:inventory:finished:{plant}" for plant in (fact.from_plant, fact.to_plant))
    return (Transfer(f"MACHINE.{fact.model}", fact.units, source, target),)


@RULES.rule
def freight_billed(fact: FreightBilled) -> Effects:
    """Freight is owed, and is a cost of the units."""
    return (LateCost(fact.origin, fact.amount, f"liabilities:payable:{fact.creditor}"),)


@RULES.rule
def duty_assessed(fact: DutyAssessed) -> Effects:
    """Duty is paid, and is a cost of the units."""
    return (LateCost(fact.origin, fact.amount, f"assets:cash:{fact.bank}"),)


@RULES.rule
def drawback_claimed(fact: DrawbackClaimed) -> Effects:
    """The claim is an asset; the units cost so much less."""
    return (LateCost(fact.origin, -fact.amount, f"assets:prepaid:duty:{fact.country}"),)


@RULES.rule
def drawback_received(fact: DrawbackReceived) -> Effects:
    """The claim becomes money."""
    return (usd(fact.amount, f"assets:prepaid:duty:{fact.country}", f"assets:cash:{fact.bank}"),)


@RULES.rule
def drawback_denied(fact: DrawbackDenied) -> Effects:
    """The claim is a cost of the units again."""
    return (LateCost(fact.origin, fact.amount, f"assets:prepaid:duty:{fact.country}"),)


@RULES.rule
def late_cost_billed(fact: LateCostBilled) -> Effects:
    """The cost is owed, and belongs to the units."""
    return (LateCost(fact.origin, fact.amount, f"liabilities:payable:{fact.creditor}"),)


@RULES.rule
def inventory_written_down(fact: InventoryWrittenDown) -> Effects:
    """Expense against the reserve: lots keep their cost, the class is carried net."""
    return (usd(fact.amount, f"assets:inventory:reserve:{fact.goods}", f"expenses:cost:write-downs:{fact.goods}"),)


@RULES.rule
def inventory_reserve_used(fact: InventoryReserveUsed) -> Effects:
    """Goods were expensed at full cost; the reserve takes back what was expensed before."""
    return (usd(fact.amount, f"expenses:cost:products:{fact.line}", f"assets:inventory:reserve:{fact.goods}"),)


@RULES.rule
def inventory_reserve_moved(fact: InventoryReserveMoved) -> Effects:
    """The reserve follows the machines."""
    return (usd(fact.amount, f"assets:machines:depreciation:{fact.site}", "assets:inventory:reserve:finished"),)


@RULES.rule
def vat_paid(fact: VatPaid) -> Effects:
    """Tax to be refunded is an asset."""
    return (usd(fact.amount, f"assets:cash:{fact.bank}", f"assets:prepaid:vat:{fact.country}"),)


@RULES.rule
def vat_refunded(fact: VatRefunded) -> Effects:
    """The asset becomes money."""
    return (usd(fact.amount, f"assets:prepaid:vat:{fact.country}", f"assets:cash:{fact.bank}"),)
