"""A machine's record in the journal: what it cost landed, to whom it was sold, and what it has earned.

A machine is found in the factory's facts by its serial number, and in the mining's by the share of its site's work that
it did. What cannot be found is unknown, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from mintage.cli.quantities import btc, usd
from mintage.factory.facts import MachinesBuilt
from mintage.factory.service import landed_cost
from mintage.fleet.facts_site import DayWorked
from mintage.fleet.telemetry.layout import DAY_S, begin_of
from mintage.house import open_journal
from mintage.journal.standing import standing
from mintage.journal.store import Journal
from mintage.mining.facts import Earned
from mintage.sales.facts import MachinesDelivered
from mintage.units.errors import InputError
from mintage.units.serials import parse_serials, serial_range

if TYPE_CHECKING:
    from mintage.fleet.telemetry.parquet import ParquetStore

EARNED_DAYS = 30


class Item(msgspec.Struct, frozen=True):
    """One line of the record.

    Attributes:
        name: what it is.
        value: what is known; None where it is unknown.
        note: where it is from, or why it is unknown.
    """

    name: str
    value: Any
    note: str


def record(db: Path, folder: Path, site: str, asset: str, serial: str, today: date) -> list[Item]:
    """The record of one machine.

    Args:
        db: the journal's file.
        folder: where the site keeps its telemetry.
        site: the site's name.
        asset: the machine.
        serial: its serial number in the factory's facts, "" where it is not linked.
        today: the day that it is now.
    """
    names = ("built", "landed cost USD", "delivered", "earned BTC", "earned USD")
    if not db.is_file():
        return [Item(name, None, f"there is no journal at {db}") for name in names]
    from mintage.fleet.telemetry.parquet import ParquetStore  # noqa: PLC0415  start-up time counts

    journal = open_journal(db)
    try:
        return [*_made(journal, serial), *_earned(journal, ParquetStore(folder / "telemetry"), site, asset, today)]
    finally:
        journal.close()


def _made(journal: Journal, serial: str) -> Iterator[Item]:
    if not serial:
        reason = "no serial number is linked: mintage fleet link MACHINE SERIAL"
        yield from (Item(name, None, reason) for name in ("built", "landed cost USD", "delivered"))
        return
    try:
        ours = serial_range(serial, serial)
    except InputError as error:  # a machine may tell anything as its serial number
        yield from (Item(name, None, error.problem) for name in ("built", "landed cost USD", "delivered"))
        return
    for stored, built in standing(journal, MachinesBuilt):
        if serial_range(built.serial_first, built.serial_last).meets(ours):
            cost = landed_cost(journal, stored.fact.key)
            yield Item("built", stored.fact.date, f"{built.model} at {built.plant}, build {stored.fact.key}")
            yield Item("landed cost USD", cost.usd_per_unit, f"mean of the {cost.units:,} machines of its build")
            break
    else:
        reason = f"no build in the journal has the serial number {serial}"
        yield from (Item(name, None, reason) for name in ("built", "landed cost USD"))
    for stored, delivered in standing(journal, MachinesDelivered):
        if any(item.meets(ours) for item in parse_serials(delivered.serials)):
            yield Item("delivered", stored.fact.date, f"to {delivered.customer}, order {delivered.order}")
            return
    yield Item("delivered", None, "no delivery in the journal names its serial number")


def _earned(journal: Journal, store: ParquetStore, site: str, asset: str, today: date) -> Iterator[Item]:
    """The machine's share of what pools credited its site, by the work that they accepted from it, day by day."""
    first = today - timedelta(days=EARNED_DAYS)
    worked = {
        data.day or stored.fact.date: data
        for stored, data in standing(journal, DayWorked, first, today)
        if data.site == site
    }
    credits_: dict[date, list[Earned]] = {}
    for stored, data in standing(journal, Earned, first, today):
        if data.site == site:
            credits_.setdefault(stored.fact.date, []).append(data)
    sats, cents, days = Fraction(0), Fraction(0), 0
    for day in sorted(worked.keys() & credits_.keys()):
        share = _share(store, site, asset, day, worked[day].accepted_diff)
        if share is not None:
            days += 1
            sats += share * sum(item.sats for item in credits_[day])
            cents += share * sum(item.value for item in credits_[day])
    if days:
        note = f"its share of the work on {days} of the last {EARNED_DAYS} days; the others are unknown"
        yield Item("earned BTC", btc(int(sats)), note)
        yield Item("earned USD", usd(int(cents)), note)
        return
    if not credits_:
        reason = f"no pool credited {site} in the last {EARNED_DAYS} days of the journal"
    elif not worked:
        reason = f"no day's work of {site} is in the journal"
    else:
        reason = "telemetry of those days has no work of it"
    yield Item("earned BTC", None, reason)
    yield Item("earned USD", None, reason)


def _share(store: ParquetStore, site: str, asset: str, day: date, site_diff: int) -> Fraction | None:
    """Part of a site's accepted work that one machine did; None where telemetry does not tell."""
    start_s = begin_of(day)
    frame = store.machine_series(site, asset, ("accepted_diff",), start_s, start_s + DAY_S, "hours")
    told = [row["accepted_diff"] for row in frame.rows()]
    known = [int(value) for value in told if value is not None]
    return Fraction(sum(known), site_diff) if known and site_diff else None
