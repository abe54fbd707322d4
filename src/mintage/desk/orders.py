"""Orders with what is left of them, and deliveries, as pages and API tell them."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import msgspec

from mintage.books.view import View
from mintage.desk.figure import Figure, count, minor, ratio, trace_fact, unknown, usd
from mintage.journal.standing import standing
from mintage.journal.store import Stored
from mintage.sales.facts import MachinesDelivered, OrderCancelled, OrderPlaced
from mintage.units import Period


class OrderRow(msgspec.Struct, frozen=True, kw_only=True):
    """An order.

    Attributes:
        order: its number.
        customer: who ordered.
        line: product line.
        placed: day on which it was placed.
        state: open, delivered or cancelled.
        amount: price.
        hashrate: ordered.
        cancelled: price of what will not be delivered.
        delivered: price of what left the backlog by delivery.
        open: price of what is left.
        open_hashrate: hash rate of what is left.
        age_days: days since it was placed, while it is open.
        fact: address of the fact that placed it.
    """

    order: str
    customer: str
    line: str
    placed: str
    state: str
    amount: Figure
    hashrate: Figure
    cancelled: Figure
    delivered: Figure
    open: Figure
    open_hashrate: Figure
    age_days: int | None
    fact: str


class DeliveryRow(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery of machines.

    Attributes:
        key: key of its fact.
        date: its day.
        customer: to whom.
        order: order number.
        line: product line.
        region: the customer's region.
        plant: where the machines left.
        model: their model.
        units: how many.
        hashrate: nominal, all together.
        revenue: price.
        price: per TH/s.
        serials: serial numbers, "" where not recorded.
    """

    key: str
    date: str
    customer: str
    order: str
    line: str
    region: str
    plant: str
    model: str
    units: Figure
    hashrate: Figure
    revenue: Figure
    price: Figure
    serials: str


class _Open:
    """What became of an order up to a day."""

    def __init__(self, key: str, day: date, data: OrderPlaced) -> None:
        self.key, self.day, self.data = key, day, data
        self.amount, self.hashrate = data.amount, data.hashrate
        self.cancelled = self.delivered = self.gone = 0


def orders(view: View, on: date) -> tuple[OrderRow, ...]:
    """Orders placed by a day: open ones first, the oldest of them first; then the others, the latest first."""
    found: dict[tuple[str, str], _Open] = {}
    for stored, placed in standing(view.journal, OrderPlaced, end=on):
        slot = (placed.customer, placed.order)
        if slot in found:  # an order in several parts counts as one
            found[slot].amount += placed.amount
            found[slot].hashrate += placed.hashrate
        else:
            found[slot] = _Open(stored.fact.key, stored.fact.date, placed)
    for _, cancelled in standing(view.journal, OrderCancelled, end=on):
        order = found.get((cancelled.customer, cancelled.order))
        if order is not None:
            order.cancelled += cancelled.amount
            order.gone += cancelled.hashrate
    for _, sent in standing(view.journal, MachinesDelivered, end=on):
        order = found.get((sent.customer, sent.order))
        if order is not None:
            order.delivered += sent.backlog
            order.gone += sent.backlog_hashrate
    rows = [_order(order, on) for order in found.values()]
    waiting = [row for row in rows if row.state == "open"]
    others = [row for row in rows if row.state != "open"]
    waiting.sort(key=lambda row: (row.placed, row.order))
    others.sort(key=lambda row: (row.placed, row.order), reverse=True)
    return (*waiting, *others)


def _order(order: _Open, on: date) -> OrderRow:
    left, data = order.amount - order.cancelled - order.delivered, order.data
    state = "open" if left > 0 else "cancelled" if order.cancelled >= order.amount else "delivered"
    return OrderRow(
        order=data.order,
        customer=data.customer,
        line=data.line,
        placed=order.day.isoformat(),
        state=state,
        amount=usd(order.amount, trace_fact(order.key)),
        hashrate=minor(order.hashrate, "HASHRATE", digits=0),
        cancelled=usd(order.cancelled),
        delivered=usd(order.delivered),
        open=usd(left),
        open_hashrate=minor(order.hashrate - order.gone, "HASHRATE", digits=0),
        age_days=(on - order.day).days if state == "open" else None,
        fact=trace_fact(order.key),
    )


def deliveries(view: View, period: Period) -> tuple[DeliveryRow, ...]:
    """Deliveries of machines in a period, the latest first."""
    found = [_delivery(item.fact.key, item.fact.date, data) for item, data in delivered(view, period)]
    return tuple(sorted(found, key=lambda row: (row.date, row.key), reverse=True))


def delivered(view: View, period: Period) -> list[tuple[Stored, MachinesDelivered]]:
    """Facts of deliveries in a period, in order."""
    return list(standing(view.journal, MachinesDelivered, period.start, period.end))


def _delivery(key: str, day: date, data: MachinesDelivered) -> DeliveryRow:
    return DeliveryRow(
        key=key,
        date=day.isoformat(),
        customer=data.customer,
        order=data.order,
        line=data.line,
        region=data.region,
        plant=data.plant,
        model=data.model,
        units=count(data.units),
        hashrate=minor(data.hashrate, "HASHRATE", digits=0),
        revenue=usd(data.revenue, trace_fact(key)),
        price=per_ths(data.revenue, data.hashrate),
        serials=data.serials,
    )


def per_ths(cents: int, hashrate_ghs: int) -> Figure:
    """USD per TH/s."""
    if not hashrate_ghs:
        return unknown("no hash rate was delivered", "USD/TH/s")
    return ratio(Fraction(cents * 10, hashrate_ghs), "USD/TH/s", 2)
