"""What each sales fact does to the ledger."""

from __future__ import annotations

from mintage.journal.rules import Effects, Rulebook, Transfer, usd
from mintage.sales.facts import (
    DepositApplied,
    DepositAppliedBtc,
    DepositReceived,
    DepositReceivedBtc,
    DepositRefunded,
    DepositRefundedBtc,
    MachinesDelivered,
    OrderCancelled,
    OrderPlaced,
    OtherDelivered,
    PaymentReceived,
    PaymentReceivedBtc,
    WarrantyAccrued,
)

RULES = Rulebook()
CUSTOMERS = "world:customers"


@RULES.rule
def order_placed(fact: OrderPlaced) -> Effects:
    """The order counts in the backlog by value and by hash rate; no money moves."""
    backlog = f"memo:backlog:{fact.customer}"
    return (usd(fact.amount, CUSTOMERS, backlog), Transfer("HASHRATE", fact.hashrate, CUSTOMERS, backlog))


@RULES.rule
def order_cancelled(fact: OrderCancelled) -> Effects:
    """The opposite of an order."""
    backlog = f"memo:backlog:{fact.customer}"
    return (usd(fact.amount, backlog, CUSTOMERS), Transfer("HASHRATE", fact.hashrate, backlog, CUSTOMERS))


@RULES.rule
def deposit_received(fact: DepositReceived) -> Effects:
    """Money against a contract liability (ASC 606-10-45-2)."""
    return (usd(fact.amount, f"liabilities:contract:{fact.customer}", f"assets:cash:{fact.bank}"),)


@RULES.rule
def deposit_applied(fact: DepositApplied) -> Effects:
    """The contract liability pays the receivable."""
    return (usd(fact.amount, f"assets:receivable:{fact.customer}", f"liabilities:contract:{fact.customer}"),)


@RULES.rule
def deposit_refunded(fact: DepositRefunded) -> Effects:
    """The contract liability is paid back."""
    return (usd(fact.amount, f"assets:cash:{fact.bank}", f"liabilities:contract:{fact.customer}"),)


@RULES.rule
def deposit_received_btc(fact: DepositReceivedBtc) -> Effects:
    """The bitcoin comes from the liability, in BTC and in USD: the company owns none of it."""
    owed, held = f"liabilities:deposits-btc:{fact.customer}", f"assets:bitcoin:deposits:{fact.wallet}"
    return (usd(fact.value, owed, held), Transfer("BTC", fact.sats, owed, held, kind="deposit"))


@RULES.rule
def deposit_applied_btc(fact: DepositAppliedBtc) -> Effects:
    """The deposit goes out against its liability; the same bitcoin comes in as payment at its value of today."""
    owed, held = f"liabilities:deposits-btc:{fact.customer}", f"assets:bitcoin:deposits:{fact.from_wallet}"
    free = f"assets:bitcoin:free:{fact.wallet}"
    return (
        usd(fact.carrying, held, owed),
        Transfer("BTC", fact.sats, held, owed, kind="applied", value=fact.value),
        usd(fact.value, f"assets:receivable:{fact.customer}", free),
        Transfer("BTC", fact.sats, CUSTOMERS, free, kind="received"),
    )


@RULES.rule
def deposit_refunded_btc(fact: DepositRefundedBtc) -> Effects:
    """The deposit goes out against its liability; it was never the company's, so nothing is gained or lost."""
    owed, held = f"liabilities:deposits-btc:{fact.customer}", f"assets:bitcoin:deposits:{fact.wallet}"
    return (
        usd(fact.carrying, held, owed),
        Transfer("BTC", fact.sats, held, owed, kind="refunded", value=fact.value),
    )


@RULES.rule
def machines_delivered(fact: MachinesDelivered) -> Effects:
    """Revenue is owed; machines leave with their cost; hash rate counts as sold and leaves the backlog."""
    buyers, backlog = f"world:customers-{fact.line}", f"memo:backlog:{fact.customer}"
    return (
        usd(fact.revenue, f"income:products:{fact.line}:{fact.region}", f"assets:receivable:{fact.customer}"),
        Transfer(
            f"MACHINE.{fact.model}",
            fact.units,
            f"assets:inventory:finished:{fact.plant}",
            buyers,
            kind="sold",
            cost_to=f"expenses:cost:products:{fact.line}",
        ),
        Transfer("HASHRATE", fact.hashrate, buyers, f"memo:hashrate:sold:{fact.line}"),
        usd(fact.backlog, backlog, CUSTOMERS),
        Transfer("HASHRATE", fact.backlog_hashrate, backlog, CUSTOMERS),
    )


@RULES.rule
def other_delivered(fact: OtherDelivered) -> Effects:
    """Revenue is owed; materials leave with their cost."""
    return (
        usd(fact.revenue, f"income:products:other:{fact.region}", f"assets:receivable:{fact.customer}"),
        usd(fact.cost, f"assets:inventory:materials:{fact.plant}", "expenses:cost:products:other"),
    )


@RULES.rule
def payment_received(fact: PaymentReceived) -> Effects:
    """The receivable becomes money."""
    return (usd(fact.amount, f"assets:receivable:{fact.customer}", f"assets:cash:{fact.bank}"),)


@RULES.rule
def payment_received_btc(fact: PaymentReceivedBtc) -> Effects:
    """The receivable becomes bitcoin at its fair value."""
    free = f"assets:bitcoin:free:{fact.wallet}"
    return (
        usd(fact.value, f"assets:receivable:{fact.customer}", free),
        Transfer("BTC", fact.sats, CUSTOMERS, free, kind="received"),
    )


@RULES.rule
def warranty_accrued(fact: WarrantyAccrued) -> Effects:
    """The expected cost is accrued with the deliveries that cause it."""
    return (usd(fact.amount, f"liabilities:accrued:{fact.purpose}", "expenses:cost:products:other"),)
