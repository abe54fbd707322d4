"""What each silicon fact does to the ledger."""

from __future__ import annotations

from mintage.journal.rules import Effects, Rulebook, Transfer, usd
from mintage.silicon.facts import (
    ChipsSorted,
    CommitmentMade,
    CommitmentReserved,
    PrepaymentWrittenDown,
    WafersPrepaid,
    WafersReceived,
)

RULES = Rulebook()
FOUNDRIES = "world:foundries"
PACKAGING = "world:packaging"


@RULES.rule
def commitment_made(fact: CommitmentMade) -> Effects:
    """Count the commitment beside the books."""
    return (usd(fact.amount, FOUNDRIES, f"memo:commitments:{fact.foundry}"),)


@RULES.rule
def commitment_reserved(fact: CommitmentReserved) -> Effects:
    """Accrue the loss."""
    return (usd(fact.amount, f"liabilities:commitments:{fact.foundry}", "expenses:cost:write-downs:commitments"),)


@RULES.rule
def wafers_prepaid(fact: WafersPrepaid) -> Effects:
    """Money becomes a prepayment; the commitment that it meets is no longer open."""
    return (
        usd(fact.amount, f"assets:cash:{fact.bank}", f"assets:prepaid:wafers:{fact.foundry}"),
        usd(fact.commitment, f"memo:commitments:{fact.foundry}", FOUNDRIES),
    )


@RULES.rule
def prepayment_written_down(fact: PrepaymentWrittenDown) -> Effects:
    """Expense against the reserve, so that the prepayment itself still agrees with the foundry's statement."""
    return (usd(fact.amount, f"assets:prepaid:wafers-reserve:{fact.foundry}", "expenses:cost:write-downs:prepayments"),)


@RULES.rule
def wafers_received(fact: WafersReceived) -> Effects:
    """The prepayment becomes wafers; what was written off before is used up and never reaches their cost."""
    prepaid = f"assets:prepaid:wafers:{fact.foundry}"
    stock = f"assets:inventory:wafers:{fact.site}"
    return (
        usd(fact.cost, prepaid, stock),
        usd(fact.payable, f"liabilities:payable:{fact.foundry}", stock),
        usd(fact.prepayment_reserve, prepaid, f"assets:prepaid:wafers-reserve:{fact.foundry}"),
        usd(fact.commitment_reserve, prepaid, f"liabilities:commitments:{fact.foundry}"),
        usd(fact.commitment, f"memo:commitments:{fact.foundry}", FOUNDRIES),
        Transfer(f"WAFER.{fact.wafer}", fact.wafers, FOUNDRIES, stock, kind="received"),
    )


@RULES.rule
def chips_sorted(fact: ChipsSorted) -> Effects:
    """Wafers go with their cost into the chips, shared over the bins by chips times weight."""
    stock = f"assets:inventory:chips:{fact.site}"
    return (
        Transfer(
            f"WAFER.{fact.wafer}",
            fact.wafers,
            f"assets:inventory:wafers:{fact.wafer_site}",
            PACKAGING,
            kind="used",
            cost_to=stock,
        ),
        usd(fact.packaging_cost, f"liabilities:payable:{fact.creditor}", stock),
        *(
            Transfer(f"CHIP.{out.chip}", out.chips, PACKAGING, stock, kind="sorted", weight=out.chips * out.weight)
            for out in fact.bins
        ),
    )
