"""Checks on a delivery before it is recorded, the backlog, the average price, and deposits in bitcoin."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from mintage.journal.lots import share
from mintage.journal.store import Journal
from mintage.sales.facts import MachinesDelivered
from mintage.units import Period
from mintage.units.errors import Shortfall
from mintage.units.serials import parse_serials

CENTS = Decimal("0.01")


class Backlog(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer ordered and did not get yet.

    Attributes:
        customer: who ordered.
        amount: price, in cents.
        hashrate_ghs: hash rate.
        deposits: deposits in money, in cents.
        deposits_sat: deposits in bitcoin, in satoshi.
    """

    customer: str
    amount: int
    hashrate_ghs: int
    deposits: int
    deposits_sat: int


def backlog(journal: Journal, end: date | None = None) -> list[Backlog]:
    """Open orders and deposits by customer at the end of a day, by name."""
    balances = journal.balances(end=end)
    stems = ("memo:backlog", "liabilities:contract", "liabilities:deposits-btc")
    customers = sorted({account.rpartition(":")[2] for account, _ in balances if account.rpartition(":")[0] in stems})
    return [
        Backlog(
            customer=customer,
            amount=balances.get((f"memo:backlog:{customer}", "USD"), 0),
            hashrate_ghs=balances.get((f"memo:backlog:{customer}", "HASHRATE"), 0),
            deposits=-balances.get((f"liabilities:contract:{customer}", "USD"), 0),
            deposits_sat=-balances.get((f"liabilities:deposits-btc:{customer}", "BTC"), 0),
        )
        for customer in customers
    ]


def average_price(journal: Journal, period: Period) -> Decimal | None:
    """All product revenue over TH/s sold in a period: USD per TH/s to the cent, or None where nothing was sold."""
    revenue = hashrate = 0
    for (account, commodity), amount in journal.balances(period.start, period.end).items():
        if account.startswith("income:products:") and commodity == "USD":
            revenue -= amount
        if account.startswith("memo:hashrate:sold:"):
            hashrate += amount
    if not hashrate:
        return None
    return (Decimal(revenue) * 10 / hashrate).quantize(CENTS, ROUND_HALF_UP)


def delivery_problems(journal: Journal, delivery: MachinesDelivered) -> list[str]:
    """What is wrong with a delivery, each as a sentence; an empty list where nothing is.

    Args:
        journal: orders and deliveries recorded so far.
        delivery: the delivery to be recorded.

    Raises:
        InputError: its serial numbers cannot be read.
    """
    problems = []
    serials = parse_serials(delivery.serials)
    count = sum(item.count for item in serials)
    if serials and count != delivery.units:
        problems.append(f"The serial numbers name {count:,} machines, but {delivery.units:,} were delivered.")
    for stored in journal.facts(MachinesDelivered.kind) if serials else ():
        before = stored.fact.data
        if isinstance(before, MachinesDelivered) and not journal.reversed_by(stored.fact.key):
            problems += [
                f"{item} was delivered before, by '{stored.fact.key}'."
                for item in serials
                if any(item.meets(earlier) for earlier in parse_serials(before.serials))
            ]
    open_order = next((row for row in backlog(journal) if row.customer == delivery.customer), None)
    ordered = (open_order.amount, open_order.hashrate_ghs) if open_order else (0, 0)
    if delivery.backlog > ordered[0] or delivery.backlog_hashrate > ordered[1]:
        problems.append(f"More leaves the backlog of {delivery.customer} than is in it.")
    return problems


def deposit_carrying(journal: Journal, customer: str, sats: int) -> int:
    """Cents at which a part of a customer's deposit in bitcoin stands in the books, to apply or refund it.

    Args:
        journal: the books.
        customer: whose deposit.
        sats: part of it.

    Raises:
        Shortfall: the customer has not deposited so much.
    """
    balances = journal.balances()
    owed = f"liabilities:deposits-btc:{customer}"
    held = -balances.get((owed, "BTC"), 0)
    if not 0 < sats <= held:
        raise Shortfall(
            f"{sats:,} sat cannot be taken from the deposit of {customer}, which is {held:,} sat.",
            remedy="Take no more than the deposit.",
        )
    return share(-balances.get((owed, "USD"), 0), sats, held)
