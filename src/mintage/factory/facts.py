"""What can happen between chips and finished machines, and what is paid for it."""

from __future__ import annotations

from typing import Literal

from mintage.journal.fact import Count, FactData, Name, Price, SignedUsd, Usd, fact

Goods = Literal["wafers", "chips", "materials", "finished"]


@fact("factory.materials-purchased")
class MaterialsPurchased(FactData):
    """Boards, power supplies, fans and other materials were received on credit.

    Attributes:
        plant: plant that holds them.
        creditor: supplier.
        amount: cost without refundable tax.
    """

    plant: Name
    creditor: Name
    amount: Usd


@fact("factory.supplier-paid")
class SupplierPaid(FactData):
    """A supplier, carrier, foundry or contract manufacturer was paid.

    Attributes:
        creditor: who was paid.
        bank: account that paid.
        amount: paid.
    """

    creditor: Name
    bank: Name
    amount: Usd


@fact("factory.machines-built")
class MachinesBuilt(FactData):
    """A plant finished machines of one model. They open a lot, keyed by this fact, at chips + materials + conversion.

    Freight, duty and drawback for them name this fact as their `origin`.

    Attributes:
        plant: plant that built and holds them.
        model: e.g. "a15-194"; the commodity is MACHINE.<model>.
        units: how many.
        serial_first: first serial number: letters and digits that end in digits.
        serial_last: last serial number of the unbroken range.
        chip: chip design and bin used.
        chip_site: store that the chips came from.
        chips: how many were used up, scrap included.
        materials_cost: cost of materials taken from the plant's stock.
        conversion_cost: labour and overhead, or the contract manufacturer's fee.
        creditor: who is owed the conversion cost.
    """

    plant: Name
    model: Name
    units: Count
    serial_first: str
    serial_last: str
    chip: Name
    chip_site: Name
    chips: Count
    materials_cost: Usd
    conversion_cost: Usd
    creditor: Name


@fact("factory.machines-shipped")
class MachinesShipped(FactData):
    """Finished machines went from one plant or warehouse to another, with their cost.

    Attributes:
        model: machine model.
        units: how many.
        from_plant: where they were.
        to_plant: where they are held now.
    """

    model: Name
    units: Count
    from_plant: Name
    to_plant: Name


@fact("factory.freight-billed")
class FreightBilled(FactData):
    """A carrier billed freight or insurance for the units of one receipt or build.

    Attributes:
        origin: key of the fact that brought the units in.
        creditor: carrier.
        amount: billed.
    """

    origin: str
    creditor: Name
    amount: Usd


@fact("factory.duty-assessed")
class DutyAssessed(FactData):
    """Customs assessed and took duty on the units of one receipt or build.

    Attributes:
        origin: key of the fact that brought the units in.
        country: country of import.
        bank: account that paid.
        amount: duty paid.
        hs_code: tariff code that the entry was filed under.
        rate_pct: all measures together, percent of customs value.
        country_of_origin: where customs holds the goods were made.
    """

    origin: str
    country: Name
    bank: Name
    amount: Usd
    hs_code: str
    rate_pct: Price
    country_of_origin: Name


@fact("factory.drawback-claimed")
class DrawbackClaimed(FactData):
    """A refund of duty became probable and was claimed; it lowers the cost of the units that bore the duty.

    Attributes:
        origin: key of the fact that brought the units in.
        country: country that refunds.
        amount: claimed.
    """

    origin: str
    country: Name
    amount: Usd


@fact("factory.drawback-received")
class DrawbackReceived(FactData):
    """Customs paid a claimed refund of duty.

    Attributes:
        country: country that refunded.
        bank: account that received it.
        amount: received.
    """

    country: Name
    bank: Name
    amount: Usd


@fact("factory.drawback-denied")
class DrawbackDenied(FactData):
    """Customs denied a claimed refund: its amount is a cost of the units again.

    Attributes:
        origin: key of the fact that brought the units in.
        country: country that denied it.
        amount: denied.
    """

    origin: str
    country: Name
    amount: Usd


@fact("factory.late-cost-billed")
class LateCostBilled(FactData):
    """Any other cost that belongs to units received or built earlier, such as a price adjustment or rework.

    Attributes:
        origin: key of the fact that brought the units in.
        creditor: who billed it.
        amount: billed; may be negative for a credit note.
        reason: what for.
    """

    origin: str
    creditor: Name
    amount: SignedUsd
    reason: str


@fact("factory.inventory-written-down")
class InventoryWrittenDown(FactData):
    """Goods are worth less than they cost: written down to net realisable value (ASC 330-10-35-1B) by a reserve.

    Attributes:
        goods: class of inventory.
        amount: written down.
    """

    goods: Goods
    amount: Usd


@fact("factory.inventory-reserve-used")
class InventoryReserveUsed(FactData):
    """Written-down goods were delivered: their part of the reserve lowers the cost of what was sold.

    Attributes:
        goods: class of inventory.
        line: product line that bore the full cost.
        amount: part of the reserve used.
    """

    goods: Goods
    line: Literal["industrial", "home", "other"]
    amount: Usd


@fact("factory.inventory-reserve-moved")
class InventoryReserveMoved(FactData):
    """Written-down machines went to self-mining: their part of the reserve follows as accumulated depreciation.

    Attributes:
        site: mining site that holds them.
        amount: part of the reserve for finished goods moved.
    """

    site: Name
    amount: Usd


@fact("factory.vat-paid")
class VatPaid(FactData):
    """Refundable value-added tax was paid.

    Attributes:
        country: country that levies it.
        bank: account that paid.
        amount: paid.
    """

    country: Name
    bank: Name
    amount: Usd


@fact("factory.vat-refunded")
class VatRefunded(FactData):
    """Value-added tax was refunded.

    Attributes:
        country: country that refunded.
        bank: account that received it.
        amount: received.
    """

    country: Name
    bank: Name
    amount: Usd
