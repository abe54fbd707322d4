"""What a site's day of power costs by its tariff.

Interval by interval where the site's meter readings are at hand and complete; else the day's energy is taken as used
evenly, and the amount says so. Demand charges are the month's and come with its bill.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise

from mintage.fleet.energy.bill import day_cost
from mintage.fleet.energy.readings import Interval, site_intervals
from mintage.fleet.energy.tariff import Tariff
from mintage.fleet.sites import Site
from mintage.mining.reconcile_inputs import Amount
from mintage.state.db import StateDb
from mintage.units.errors import InputError, StoreError

_DAY_MINUTES = 1440
_MINUTE_US = 60_000_000


class TariffPower:
    """The price of power by a tariff.

    Args:
        tariff: the site's tariff.
        site: its description.
        db: the site's state, where its meter readings are; None where only the journal is at hand.
    """

    def __init__(self, tariff: Tariff, site: Site, db: StateDb | None = None) -> None:
        self._tariff, self._site, self._db = tariff, site, db

    def cost(self, day: date, energy_wh: int) -> Amount:
        """Cost of a UTC day's energy, cents; see `mintage.daily.ports.Power`."""
        metered = self._metered(day)
        notes = [] if metered and sum(item.wh or 0 for item in metered) == energy_wh else ["energy taken as even"]
        intervals = evenly(day, energy_wh, self._tariff.file.interval_minutes) if notes else metered
        try:
            found = day_cost(self._tariff, intervals)
        except InputError as error:
            return Amount(None, str(error))
        if found.cents is None:
            return Amount(None, found.reason)
        notes += [f"without {name}, which the month's bill settles" for name in found.left_out]
        return Amount(found.cents, "; ".join(notes))

    def _metered(self, day: date) -> list[Interval]:
        """The day's intervals by the meters; none where one of them is unknown or the state is not at hand."""
        if self._db is None:
            return []
        start_us, minutes = _midnight_us(day), self._tariff.file.interval_minutes
        try:
            found = site_intervals(self._db, self._site, start_us, start_us + _DAY_MINUTES * _MINUTE_US, minutes)
        except StoreError:
            return []
        return [] if any(item.wh is None for item in found) else found


def evenly(day: date, energy_wh: int, minutes: int) -> list[Interval]:
    """A day's energy in equal intervals that sum to it exactly.

    Args:
        day: day in UTC.
        energy_wh: energy of the day.
        minutes: length of an interval; divides a day.
    """
    count, start_us = _DAY_MINUTES // minutes, _midnight_us(day)
    marks = [(start_us + number * minutes * _MINUTE_US, energy_wh * number // count) for number in range(count + 1)]
    return [Interval(start_us=low, end_us=high, wh=last - first) for (low, first), (high, last) in pairwise(marks)]


def _midnight_us(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000_000
