"""Finished machines against what they will bring, as pages and API tell it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec

from mintage.books.view import View
from mintage.desk.figure import Figure, count, trace_account, trace_fact, unknown, usd
from mintage.factory.service import nrv_test
from mintage.journal.standing import standing
from mintage.sales.facts import MachinesDelivered
from mintage.sales.service import average_price
from mintage.units import Period
from mintage.units.errors import InputError


class NrvRow(msgspec.Struct, frozen=True, kw_only=True):
    """Finished machines of a lot against what they will bring.

    Attributes:
        lot: the lot.
        place: plant or warehouse.
        units: machines.
        cost: landed.
        realisable: what they will bring.
        excess: cost above that.
    """

    lot: str
    place: str
    units: Figure
    cost: Figure
    realisable: Figure
    excess: Figure


class NrvAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The test of finished machines at lower of cost and net realisable value.

    Attributes:
        price: price per TH/s that it goes by.
        price_of: the period of that price, "" where it was given.
        selling_cost: percent of price.
        rows: lots, the largest excess first.
        excess: of all lots.
        reserve: write-downs already in the books.
        write_down: what is still to be written down.
        problem: why it cannot be told, "" where it can.
    """

    price: Figure
    price_of: str
    selling_cost: Figure
    rows: tuple[NrvRow, ...] = ()
    excess: Figure
    reserve: Figure
    write_down: Figure
    problem: str = ""


def hashrates(view: View, on: date) -> dict[str, int]:
    """Nominal hash rate in GH/s of one machine by model, as last delivered."""
    return {
        data.model: data.hashrate // data.units
        for _, data in standing(view.journal, MachinesDelivered, end=on)
        if data.units and data.hashrate
    }


def nrv(
    view: View, period: Period, on: date, price: Decimal | None = None, selling_cost_pct: Decimal = Decimal(0)
) -> NrvAnswer:
    """Test finished machines against a price; by default the average price of the period or of the last with sales."""
    of = ""
    if price is None:
        span = period
        for _ in range(4):
            price, of = average_price(view.journal, span), span.name
            if price is not None or view.flow_gap(span.before()):
                break
            span = span.before()
    selling = Figure(value=selling_cost_pct, unit="%", digits=1)
    none = unknown("nothing was sold lately, so no price is known", "USD")
    reserve = -view.stock(on).get(("assets:inventory:reserve:finished", "USD"), 0)
    stands = usd(reserve, trace_account("assets:inventory:reserve:finished", "USD", end=on.isoformat()))
    blank = NrvAnswer(
        price=unknown(none.reason, "USD/TH/s"),
        price_of="",
        selling_cost=selling,
        excess=none,
        reserve=stands,
        write_down=none,
        problem=none.reason,
    )
    if price is None:
        return blank
    told = Figure(value=price, unit="USD/TH/s", digits=2)
    try:
        found = nrv_test(view.journal, on, price, hashrates(view, on), selling_cost_pct)
    except InputError as error:
        return msgspec.structs.replace(blank, price=told, price_of=of, problem=error.problem)
    rows = sorted(found.rows, key=lambda row: (-row.excess, row.lot))
    return NrvAnswer(
        price=told,
        price_of=of,
        selling_cost=selling,
        rows=tuple(
            NrvRow(
                lot=row.lot,
                place=row.account.rpartition(":")[2],
                units=count(row.units, trace=trace_fact(row.lot)),
                cost=usd(row.cost),
                realisable=usd(row.realisable),
                excess=usd(row.excess),
            )
            for row in rows
        ),
        excess=usd(sum(row.excess for row in found.rows)),
        reserve=stands,
        write_down=usd(found.write_down),
    )
