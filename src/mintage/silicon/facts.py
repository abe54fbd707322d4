"""What can happen to wafers and chips."""

from __future__ import annotations

import msgspec

from mintage.journal.fact import Count, FactData, Name, Usd, fact


@fact("silicon.commitment-made")
class CommitmentMade(FactData):
    """A firm commitment to buy wafers: counted beside the books until it is paid or received.

    Attributes:
        foundry: who makes the wafers.
        amount: price of the wafers committed to.
    """

    foundry: Name
    amount: Usd


@fact("silicon.commitment-reserved")
class CommitmentReserved(FactData):
    """A commitment costs more than its wafers will bring in: the loss is accrued (ASC 330-10-35-17).

    Attributes:
        foundry: who makes the wafers.
        amount: expected loss.
    """

    foundry: Name
    amount: Usd


@fact("silicon.wafers-prepaid")
class WafersPrepaid(FactData):
    """Money was paid to a foundry ahead of its wafers.

    Attributes:
        foundry: who makes the wafers.
        bank: account that paid.
        amount: paid.
        commitment: part of a firm commitment that this payment meets.
    """

    foundry: Name
    bank: Name
    amount: Usd
    commitment: Usd = 0


@fact("silicon.prepayment-written-down")
class PrepaymentWrittenDown(FactData):
    """A prepayment will not bring its worth in wafers: it is written down through a reserve.

    Attributes:
        foundry: who holds the prepayment.
        amount: written down.
    """

    foundry: Name
    amount: Usd


@fact("silicon.wafers-received")
class WafersReceived(FactData):
    """Wafers arrived from a foundry. They open a lot at `cost` plus `payable`.

    Attributes:
        foundry: who made them.
        wafer: design, e.g. "a3197s"; the commodity is WAFER.<wafer>.
        site: store that holds them.
        wafers: how many.
        cost: cost met from the prepayment, net of both reserves below.
        payable: cost still owed to the foundry.
        prepayment_reserve: earlier write-down of the prepayment that is used up with these wafers.
        commitment_reserve: earlier accrued loss on the commitment that is used up with these wafers.
        commitment: part of a firm commitment that this receipt meets and no prepayment met before.
    """

    foundry: Name
    wafer: Name
    site: Name
    wafers: Count
    cost: Usd
    payable: Usd = 0
    prepayment_reserve: Usd = 0
    commitment_reserve: Usd = 0
    commitment: Usd = 0


class ChipBin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Chips of one grade out of a sorting run.

    Attributes:
        chip: design and bin, e.g. "a3197s-b1"; the commodity is CHIP.<chip>.
        chips: how many good chips.
        weight: relative worth of one chip, which shares out the cost (joint products by sales value).
    """

    chip: Name
    chips: Count
    weight: Count = 1


@fact("silicon.chips-sorted")
class ChipsSorted(FactData):
    """Wafers were diced, packaged, tested and sorted; their cost and that of packaging goes to the good chips.

    Attributes:
        wafer: design of the wafers used up.
        wafer_site: store that they came from.
        wafers: how many were used up.
        site: store that holds the chips.
        packaging_cost: cost of dicing, packaging and test.
        creditor: who is owed the packaging cost.
        bins: good chips by bin; failed dies appear nowhere and cost nothing.
    """

    wafer: Name
    wafer_site: Name
    wafers: Count
    site: Name
    packaging_cost: Usd
    creditor: Name
    bins: tuple[ChipBin, ...]
