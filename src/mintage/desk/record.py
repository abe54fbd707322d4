"""A machine's record in the journal: its build, what it cost landed, to whom it was sold, and what it has earned.

A machine is found in the factory's facts by its serial number, and in the mining's by the share of its site's work that
it did. What cannot be found is unknown, with the reason.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

import msgspec

from mintage.desk.figure import Figure, btc, count, ratio, trace_account, trace_fact, unknown, usd
from mintage.factory.facts import MachinesBuilt
from mintage.factory.service import landed_cost
from mintage.fleet.facts_site import DayWorked
from mintage.fleet.telemetry.layout import DAY_S, begin_of, day_of
from mintage.fleet.telemetry.parquet import ParquetStore
from mintage.journal.standing import standing
from mintage.journal.store import Balances, Journal
from mintage.mining.facts import Earned, EarnedReduced
from mintage.sales.facts import MachinesDelivered
from mintage.units.errors import InputError
from mintage.units.serials import SerialRange, parse_serials, serial_range

EARNED_DAYS = 30
NOT_LINKED = "no serial number is linked: mintage fleet link MACHINE SERIAL"
HOW = (
    "The machine's share is the difficulty of its accepted shares, from telemetry, over that of the whole site's, from "
    "the day's fact (fleet.day-worked); its bitcoin is that share of what pools credited the site for the day."
)


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """Where a machine comes from.

    Attributes:
        serial: its serial number in the factory's facts, "" where it is not linked.
        built_on: day of its build; None where that is not known.
        plant: plant that built it.
        model: model that was built.
        build: key of the build's fact.
        landed: what a machine of its build cost landed.
        machines: machines of its build.
        delivered_on: day on which it was delivered to a customer; None where no fact says so.
        customer: to whom.
        order: under which order.
        reason: why the build is not known, "" where it is.
        traceable: whether the serial number can be looked for at all.
    """

    serial: str
    traceable: bool = True
    built_on: date | None = None
    plant: str = ""
    model: str = ""
    build: str = ""
    landed: Figure
    machines: int = 0
    delivered_on: date | None = None
    customer: str = ""
    order: str = ""
    reason: str = ""


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """What a machine stands at in the books: the mean of its site, since machines there carry their cost in lots.

    Attributes:
        cost: cost of a machine at the site.
        depreciation: accumulated depreciation of one.
        carrying: cost less depreciation.
        machines: machines that the ledger has at the site.
    """

    cost: Figure
    depreciation: Figure
    carrying: Figure
    machines: int


class EarnedDay(msgspec.Struct, frozen=True, kw_only=True):
    """What a machine did and earned on a day.

    Attributes:
        day: the UTC day.
        work: difficulty of its accepted shares.
        share: part of the site's work.
        earned: bitcoin.
        value: what that was worth when it was earned.
        reason: why something of it is unknown, "" where nothing is.
    """

    day: date
    work: Figure
    share: Figure
    earned: Figure
    value: Figure
    reason: str


class EarnedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a machine has earned lately.

    Attributes:
        days: day by day, the newest first.
        earned: bitcoin of the days that are known.
        value: what that was worth.
        known: how many days are known.
        asked: how many were looked at.
        how: how it is worked out.
    """

    days: list[EarnedDay]
    earned: Figure
    value: Figure
    known: int
    asked: int
    how: str


def made(journal: Journal, serial: str) -> Made:
    """Where the machine with a serial number comes from; the factory's and the sales' facts say so."""
    if not serial:
        return Made(serial="", traceable=False, landed=unknown(NOT_LINKED, "USD"), reason=NOT_LINKED)
    try:
        ours = serial_range(serial, serial)
    except InputError as error:  # a machine may tell anything as its serial number
        return Made(serial=serial, traceable=False, landed=unknown(error.problem, "USD"), reason=error.problem)
    reason = f"no build in the journal has the serial number {serial}"
    found = Made(serial=serial, landed=unknown(reason, "USD"), reason=reason)
    for stored, built in standing(journal, MachinesBuilt):
        if serial_range(built.serial_first, built.serial_last).meets(ours):
            cost = landed_cost(journal, stored.fact.key)
            found = Made(
                serial=serial,
                built_on=stored.fact.date,
                plant=built.plant,
                model=built.model,
                build=stored.fact.key,
                landed=Figure(value=cost.usd_per_unit, unit="USD", digits=2, trace=trace_fact(stored.fact.key)),
                machines=cost.units,
            )
            break
    return _with_delivery(journal, found, ours)


def _with_delivery(journal: Journal, found: Made, ours: SerialRange) -> Made:
    for stored, delivered in standing(journal, MachinesDelivered):
        if any(item.meets(ours) for item in parse_serials(delivered.serials)):
            return msgspec.structs.replace(
                found, delivered_on=stored.fact.date, customer=delivered.customer, order=delivered.order
            )
    return found


def carried(balances: Balances, site: str) -> Carried:
    """What a machine of a site stands at, on average.

    Args:
        balances: the ledger's balances on a day.
        site: the site.
    """
    there, wear = f"assets:machines:site:{site}", f"assets:machines:depreciation:{site}"
    units = sum(n for (account, id_), n in balances.items() if account == there and id_.startswith("MACHINE."))
    if not units:
        none = unknown("the ledger has no machines at this site", "USD")
        return Carried(cost=none, depreciation=none, carrying=none, machines=0)
    cost, worn = balances.get((there, "USD"), 0), -balances.get((wear, "USD"), 0)

    def mean(cents: int, account: str) -> Figure:
        return ratio(Fraction(cents, units * 100), "USD", 2, trace_account(account, "USD"))

    return Carried(
        cost=mean(cost, there),
        depreciation=mean(worn, wear),
        carrying=mean(cost - worn, f"assets:machines:*:{site}"),
        machines=units,
    )


def earned(journal: Journal, store: ParquetStore | None, site: str, asset: str, today: date) -> EarnedAnswer:
    """The machine's share of what pools credited its site, by the work that they accepted from it, day by day.

    Args:
        journal: holds what sites worked and pools credited.
        store: telemetry of the machine; None where there is none.
        site: the site.
        asset: the machine.
        today: the day that it is now, which is not over.
    """
    first, last = today - timedelta(days=EARNED_DAYS), today - timedelta(days=1)
    worked = {
        data.day or stored.fact.date: data.accepted_diff
        for stored, data in standing(journal, DayWorked, first, today)
        if data.site == site
    }
    credited = _credited(journal, site, first, today)
    done = _done(store, site, asset, first, last) if store else {}
    days = [first + timedelta(days=n) for n in reversed(range(EARNED_DAYS))]
    rows, sats, cents, known = [], Fraction(0), Fraction(0), 0
    for day in days:
        row, part = _day(day, done.get(day), worked.get(day), credited.get(day))
        rows.append(row)
        if part is not None:
            known += 1
            sats, cents = sats + part[0], cents + part[1]
    if not known:
        if not credited:
            none = f"no pool credited {site} in the last {EARNED_DAYS} days of the journal"
        else:
            none = (
                "telemetry of those days has no work of it" if worked else f"no day's work of {site} is in the journal"
            )
        return EarnedAnswer(
            days=rows, earned=unknown(none, "BTC"), value=unknown(none, "USD"), known=0, asked=EARNED_DAYS, how=HOW
        )
    return EarnedAnswer(
        days=rows, earned=btc(int(sats)), value=usd(int(cents)), known=known, asked=EARNED_DAYS, how=HOW
    )


def _day(
    day: date, work: int | None, site_work: int | None, credit: tuple[int, int] | None
) -> tuple[EarnedDay, tuple[Fraction, Fraction] | None]:
    reasons = (
        (work is None, "telemetry has no accepted work of it on that day"),
        (not site_work, "no fact tells the site's work of that day (fleet.day-worked)"),
        (credit is None, "no pool credited the site for that day (mining.earned)"),
    )
    reason = next((text for holds, text in reasons if holds), "")
    share = Fraction(work, site_work) if work is not None and site_work else None
    part = (share * credit[0], share * credit[1]) if share is not None and credit is not None else None
    row = EarnedDay(
        day=day,
        work=count(work, "diff. 1") if work is not None else unknown(reasons[0][1], "diff. 1"),
        share=ratio(share * 100, "%", 4) if share is not None else unknown(reason, "%"),
        earned=btc(int(part[0])) if part else unknown(reason, "BTC"),
        value=usd(int(part[1])) if part else unknown(reason, "USD"),
        reason=reason,
    )
    return row, part


def _credited(journal: Journal, site: str, first: date, last: date) -> dict[date, tuple[int, int]]:
    """Satoshis and cents that pools credited a site, by day."""
    found: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    credits_: list[tuple[date, Earned | EarnedReduced, int]] = [
        *((stored.fact.date, data, 1) for stored, data in standing(journal, Earned, first, last)),
        *((stored.fact.date, data, -1) for stored, data in standing(journal, EarnedReduced, first, last)),
    ]
    for day, data, sign in credits_:
        if data.site == site:
            found[day][0] += sign * data.sats
            found[day][1] += sign * data.value
    return {day: (sats, cents) for day, (sats, cents) in found.items()}


def _done(store: ParquetStore, site: str, asset: str, first: date, last: date) -> dict[date, int]:
    """Difficulty that pools accepted from a machine, by day; days of which telemetry tells nothing are left out."""
    end_s = begin_of(last) + DAY_S
    frame = store.machine_series(site, asset, ("accepted_diff",), begin_of(first), end_s, "hours")
    found: dict[date, int] = {}
    for row in frame.rows():
        if row["accepted_diff"] is not None and row["at_s"] is not None:
            day = day_of(int(row["at_s"]))
            found[day] = found.get(day, 0) + int(row["accepted_diff"])
    return found
