"""What can happen between an order and its payment."""

from __future__ import annotations

from typing import Literal

from mintage.journal.fact import Count, FactData, HashrateGhs, Name, Sat, Usd, fact

Line = Literal["industrial", "home"]


@fact("sales.order-placed")
class OrderPlaced(FactData):
    """A customer ordered machines: the order counts in the backlog.

    Attributes:
        customer: who ordered.
        order: order number.
        line: product line.
        hashrate: ordered, all machines together.
        amount: price.
    """

    customer: Name
    order: Name
    line: Line
    hashrate: HashrateGhs
    amount: Usd


@fact("sales.order-cancelled")
class OrderCancelled(FactData):
    """An order or a part of it will not be delivered: it leaves the backlog.

    Attributes:
        customer: who had ordered.
        order: order number.
        line: product line.
        hashrate: no longer to be delivered.
        amount: price of that part.
    """

    customer: Name
    order: Name
    line: Line
    hashrate: HashrateGhs
    amount: Usd


@fact("sales.deposit-received")
class DepositReceived(FactData):
    """A customer paid money ahead of delivery: a contract liability.

    Attributes:
        customer: who paid.
        bank: account that received it.
        amount: received.
    """

    customer: Name
    bank: Name
    amount: Usd


@fact("sales.deposit-applied")
class DepositApplied(FactData):
    """A deposit in money was set off against what the customer owes for a delivery.

    Attributes:
        customer: whose deposit.
        amount: set off.
    """

    customer: Name
    amount: Usd


@fact("sales.deposit-refunded")
class DepositRefunded(FactData):
    """A deposit in money was paid back.

    Attributes:
        customer: whose deposit.
        bank: account that paid.
        amount: paid back.
    """

    customer: Name
    bank: Name
    amount: Usd


@fact("sales.deposit-received-btc")
class DepositReceivedBtc(FactData):
    """A customer deposited bitcoin: held, but owed back or to be applied, so not owned.

    Attributes:
        customer: who deposited.
        wallet: wallet that holds deposits.
        sats: received.
        value: fair value when received.
        txid: the transaction.
    """

    customer: Name
    wallet: Name
    sats: Sat
    value: Usd
    txid: str


@fact("sales.deposit-applied-btc")
class DepositAppliedBtc(FactData):
    """A deposit in bitcoin was taken as payment: the bitcoin is the company's from now on.

    Attributes:
        customer: whose deposit.
        from_wallet: wallet that held it as a deposit.
        wallet: own wallet that it counts in now.
        sats: applied.
        carrying: amount at which the deposit and its liability stand in the books.
        value: fair value when applied, which is what the customer's debt falls by.
    """

    customer: Name
    from_wallet: Name
    wallet: Name
    sats: Sat
    carrying: Usd
    value: Usd


@fact("sales.deposit-refunded-btc")
class DepositRefundedBtc(FactData):
    """A deposit in bitcoin was sent back.

    Attributes:
        customer: whose deposit.
        wallet: wallet that held it.
        sats: sent back.
        carrying: amount at which the deposit and its liability stand in the books.
        value: fair value when sent back.
        txid: the transaction.
    """

    customer: Name
    wallet: Name
    sats: Sat
    carrying: Usd
    value: Usd
    txid: str


@fact("sales.machines-delivered")
class MachinesDelivered(FactData):
    """Control of machines passed to a customer: revenue, cost, and hash rate sold.

    Attributes:
        customer: who owes the price; deposits are set off by facts of their own.
        order: order number.
        line: product line.
        region: customer's region.
        plant: plant or warehouse that they left.
        model: machine model.
        units: how many.
        hashrate: nominal hash rate of all of them.
        revenue: price without tax.
        serials: serial ranges, "SN100..SN199, SN250"; "" where not recorded.
        backlog: order value that leaves the backlog; 0 where no order was recorded.
        backlog_hashrate: ordered hash rate that leaves the backlog.
    """

    customer: Name
    order: Name
    line: Line
    region: Name
    plant: Name
    model: Name
    units: Count
    hashrate: HashrateGhs
    revenue: Usd
    serials: str = ""
    backlog: Usd = 0
    backlog_hashrate: HashrateGhs = 0


@fact("sales.other-delivered")
class OtherDelivered(FactData):
    """Spare parts, racks or services were delivered.

    Attributes:
        customer: who owes the price.
        region: customer's region.
        revenue: price without tax.
        plant: plant whose materials were used.
        cost: cost of those materials.
    """

    customer: Name
    region: Name
    revenue: Usd
    plant: Name
    cost: Usd = 0


@fact("sales.payment-received")
class PaymentReceived(FactData):
    """A customer paid what was owed, in money.

    Attributes:
        customer: who paid.
        bank: account that received it.
        amount: received.
    """

    customer: Name
    bank: Name
    amount: Usd


@fact("sales.payment-received-btc")
class PaymentReceivedBtc(FactData):
    """A customer paid what was owed in bitcoin.

    Attributes:
        customer: who paid.
        wallet: own wallet that received it.
        sats: received.
        value: fair value when received, which is what the debt falls by.
        txid: the transaction.
    """

    customer: Name
    wallet: Name
    sats: Sat
    value: Usd
    txid: str


@fact("sales.warranty-accrued")
class WarrantyAccrued(FactData):
    """The cost expected from warranties given with deliveries (ASC 460-10-25-5).

    Attributes:
        purpose: name of the accrual, e.g. "warranty".
        amount: accrued.
    """

    purpose: Name
    amount: Usd
