"""Sales as pages and API tell them: customers, orders and what is left of them, deposits, deliveries, prices."""

from __future__ import annotations

from datetime import date

import msgspec

from mintage.books.view import View
from mintage.desk.books import KpiRow, kpi_row
from mintage.desk.company import Company
from mintage.desk.figure import Figure, btc, count, minor, trace_account, trace_kpi, unknown, usd
from mintage.desk.orders import DeliveryRow, OrderRow, delivered, deliveries, orders, per_ths
from mintage.desk.periods import PeriodRow, period_row
from mintage.journal.standing import standing
from mintage.sales.facts import MachinesDelivered
from mintage.sales.service import average_price, backlog
from mintage.units import Period, parse_period

KPIS = ("revenue.products", "hashrate.sold", "asp", "units.industrial", "units.home", "contract_liabilities")
PRICES = 8
"""Quarters of prices shown."""
DELIVERIES_SHOWN = 50
NO_SCREENING = "no fact tells of a screening of this customer"
LINES = ("industrial", "home")


class CustomerRow(msgspec.Struct, frozen=True, kw_only=True):
    """A customer.

    Attributes:
        customer: the name.
        screening: whether sanctions and papers were checked; unknown where no fact tells of it.
        screening_reason: why that is not known.
        backlog: price of what is ordered and not delivered.
        backlog_hashrate: hash rate of it.
        deposits: deposits in money.
        deposits_btc: deposits in bitcoin.
        receivable: what the customer owes.
        revenue: delivered in the period.
        units: machines delivered in the period.
        last: day of the last delivery, "" where there was none.
    """

    customer: str
    screening: str = "unknown"
    screening_reason: str = NO_SCREENING
    backlog: Figure
    backlog_hashrate: Figure
    deposits: Figure
    deposits_btc: Figure
    receivable: Figure
    revenue: Figure
    units: Figure
    last: str


class PriceRow(msgspec.Struct, frozen=True, kw_only=True):
    """The average price of a period.

    Attributes:
        period: the period.
        asp: all product revenue over hash rate sold.
        revenue: product revenue.
        hashrate: hash rate sold.
    """

    period: str
    asp: Figure
    revenue: Figure
    hashrate: Figure


class LineRow(msgspec.Struct, frozen=True, kw_only=True):
    """A product line in the period.

    Attributes:
        line: industrial or home.
        revenue: of machines delivered.
        units: machines delivered.
        hashrate: delivered.
        price: per TH/s.
        open: price of open orders.
        models: units by model.
    """

    line: str
    revenue: Figure
    units: Figure
    hashrate: Figure
    price: Figure
    open: Figure
    models: dict[str, int]


class SalesAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Sales of a period, with customers and orders at its end or today.

    Attributes:
        period: the period.
        on: the day of stocks: its end, or today if that is earlier.
        kpis: what is looked for first.
        backlog: price of all open orders.
        backlog_hashrate: hash rate of all open orders.
        deposits: customers' money.
        deposits_btc: customers' bitcoin.
        lines: by product line.
        prices: average prices of the last quarters, the oldest first.
        customers: by backlog, then revenue.
        orders: open ones first, then the latest.
        deliveries: of the period, the latest first.
        more: how many deliveries are not listed.
    """

    period: PeriodRow
    on: str
    kpis: tuple[KpiRow, ...]
    backlog: Figure
    backlog_hashrate: Figure
    deposits: Figure
    deposits_btc: Figure
    lines: tuple[LineRow, ...]
    prices: tuple[PriceRow, ...]
    customers: tuple[CustomerRow, ...]
    orders: tuple[OrderRow, ...]
    deliveries: tuple[DeliveryRow, ...]
    more: int


def sales(company: Company, period: Period) -> SalesAnswer:
    """Sales of a period."""
    view = company.view()
    on = min(period.end, max(company.today(), period.start))
    rows, found = backlog(view.journal, on), orders(view, on)
    sent = deliveries(view, period)
    end = on.isoformat()
    return SalesAnswer(
        period=period_row(company, period),
        on=end,
        kpis=tuple(kpi_row(view, id_, period) for id_ in KPIS),
        backlog=usd(sum(row.amount for row in rows), trace_account("memo:backlog:*", "USD", end=end)),
        backlog_hashrate=minor(
            sum(row.hashrate_ghs for row in rows),
            "HASHRATE",
            trace_account("memo:backlog:*", "HASHRATE", end=end),
            digits=0,
        ),
        deposits=usd(sum(row.deposits for row in rows), trace_account("liabilities:contract:*", "USD", end=end)),
        deposits_btc=btc(
            sum(row.deposits_sat for row in rows), trace_account("liabilities:deposits-btc:*", "BTC", end=end)
        ),
        lines=tuple(_line(view, line, period, found) for line in LINES),
        prices=prices(view, period),
        customers=customers(view, period, on),
        orders=found,
        deliveries=sent[:DELIVERIES_SHOWN],
        more=max(0, len(sent) - DELIVERIES_SHOWN),
    )


def customers(view: View, period: Period, on: date) -> tuple[CustomerRow, ...]:
    """Customers that have anything open, owe anything, or were delivered to in the period."""
    waiting = {row.customer: row for row in backlog(view.journal, on)}
    revenue, units, last = dict[str, int](), dict[str, int](), dict[str, str]()
    for stored, data in standing(view.journal, MachinesDelivered, end=on):
        last[data.customer] = max(last.get(data.customer, ""), stored.fact.date.isoformat())
        if stored.fact.date in period:
            revenue[data.customer] = revenue.get(data.customer, 0) + data.revenue
            units[data.customer] = units.get(data.customer, 0) + data.units
    owed = {
        account.rpartition(":")[2]: amount
        for (account, id_), amount in view.stock(on).items()
        if account.startswith("assets:receivable:") and id_ == "USD"
    }
    names = sorted({*waiting, *revenue, *owed})
    rows, end = [], on.isoformat()
    for name in names:
        row = waiting.get(name)
        told = (row.amount, row.hashrate_ghs, row.deposits, row.deposits_sat) if row else (0, 0, 0, 0)
        rows.append(
            CustomerRow(
                customer=name,
                backlog=usd(told[0], trace_account(f"memo:backlog:{name}", "USD", end=end)),
                backlog_hashrate=minor(
                    told[1], "HASHRATE", trace_account(f"memo:backlog:{name}", "HASHRATE", end=end), digits=0
                ),
                deposits=usd(told[2], trace_account(f"liabilities:contract:{name}", "USD", end=end)),
                deposits_btc=btc(told[3], trace_account(f"liabilities:deposits-btc:{name}", "BTC", end=end)),
                receivable=usd(owed.get(name, 0), trace_account(f"assets:receivable:{name}", "USD", end=end)),
                revenue=usd(revenue.get(name, 0)),
                units=count(units.get(name, 0)),
                last=last.get(name, ""),
            )
        )
    return tuple(sorted(rows, key=lambda row: (-(row.backlog.value or 0), -(row.revenue.value or 0), row.customer)))


def _line(view: View, line: str, period: Period, found: tuple[OrderRow, ...]) -> LineRow:
    mine = [data for _, data in delivered(view, period) if data.line == line]
    cents, ghs = sum(data.revenue for data in mine), sum(data.hashrate for data in mine)
    models: dict[str, int] = {}
    for data in mine:
        models[data.model] = models.get(data.model, 0) + data.units
    start, end = period.start.isoformat(), period.end.isoformat()
    left = sum(((row.open.value or 0) for row in found if row.line == line and row.state == "open"), start=0)
    return LineRow(
        line=line,
        revenue=usd(cents, trace_account(f"income:products:{line}:*", "USD", start, end)),
        units=count(sum(data.units for data in mine)),
        hashrate=minor(ghs, "HASHRATE", trace_account(f"memo:hashrate:sold:{line}", "HASHRATE", start, end), digits=0),
        price=per_ths(cents, ghs),
        open=usd(int(left * 100)),
        models=dict(sorted(models.items())),
    )


def prices(view: View, period: Period) -> tuple[PriceRow, ...]:
    """Average prices of the quarters up to a period's, the oldest first, as far as the ledger covers them."""
    quarter = parse_period(f"{period.end.year}Q{(period.end.month + 2) // 3}")
    spans = [quarter]
    while len(spans) < PRICES:
        spans.append(spans[-1].before())
    return tuple(_price(view, span) for span in reversed(spans) if not view.flow_gap(span))


def _price(view: View, span: Period) -> PriceRow:
    found = average_price(view.journal, span)
    trace = trace_kpi("asp", span.name)
    asp = unknown(f"nothing was sold in {span}", "USD/TH/s")
    if found is not None:
        asp = Figure(value=found, unit="USD/TH/s", digits=2, trace=trace)
    changes = view.flow(span.start, span.end)
    revenue = -sum(n for (name, id_), n in changes.items() if name.startswith("income:products:") and id_ == "USD")
    sold = sum(n for (name, id_), n in changes.items() if name.startswith("memo:hashrate:sold:") and id_ == "HASHRATE")
    start, end = span.start.isoformat(), span.end.isoformat()
    return PriceRow(
        period=span.name,
        asp=asp,
        revenue=usd(revenue, trace_account("income:products:*", "USD", start, end)),
        hashrate=minor(sold, "HASHRATE", trace_account("memo:hashrate:sold:*", "HASHRATE", start, end), digits=0),
    )
