"""What the network lets a site's hash rate expect of a day, beside what pools credited."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import msgspec

from mintage.books.view import View
from mintage.daily.gather import difficulty_of, reward_of
from mintage.fleet.facts import HashrateMeasured
from mintage.market.network import subsidy_sats
from mintage.market.series import Reading
from mintage.market.service import epoch_on
from mintage.mining.production import fpps_expected_sats
from mintage.units import parse_period
from mintage.units.errors import InputError

_GHS_PER_THS = 1000
MEASURED_MAX = timedelta(days=31)
"""A hash rate that was measured longer ago says nothing of a day."""


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What a hash rate should earn in a day, before any pool's fee.

    Attributes:
        sats: satoshis; None where it is unknown.
        how: how that is known, or why it is not.
        hashrate_ghs: mean hash rate of the day, GH/s; None where unknown.
        window: period that the hash rate is the mean of; "" for the day itself.
    """

    sats: int | None
    how: str
    hashrate_ghs: int | None = None
    window: str = ""


class Expectation:
    """Expectations by the journal's hash rates, difficulties and block fees.

    Args:
        view: a reading of the journal.
    """

    def __init__(self, view: View) -> None:
        self._view = view

    def of(self, site: str, day: date, hashrate_ghs: int | None) -> Expected:
        """What a site's day should earn.

        Args:
            site: the site.
            day: day in UTC.
            hashrate_ghs: mean hash rate that its machines told of the day; where None, that of a measurement
                over a window that holds the day, or the last one before it.
        """
        window = ""
        if hashrate_ghs is None:
            measured = self._measured(site, day)
            if measured is None:
                return Expected(sats=None, how=f"no hash rate of {site} is recorded for {day}.")
            hashrate_ghs, window = measured.hashrate, measured.window
        difficulty, reward = self._network(day)
        for reading in (difficulty, reward):
            if reading.value is None:
                return Expected(sats=None, how=reading.reason, hashrate_ghs=hashrate_ghs, window=window)
        ths = Decimal(hashrate_ghs) / _GHS_PER_THS
        sats = fpps_expected_sats(ths, difficulty.require(), 0, reward.require())
        return Expected(sats=sats, how=reward.reason, hashrate_ghs=hashrate_ghs, window=window)

    def _network(self, day: date) -> tuple[Reading, Reading]:
        """Difficulty and a block's reward; without observed fees the subsidy alone, a lower bound."""

        def read() -> tuple[Reading, Reading]:
            journal = self._view.journal
            difficulty, reward, epoch = (
                difficulty_of(journal, day, ()),
                reward_of(journal, day, ()),
                epoch_on(journal, day),
            )
            if reward.value is None and epoch is not None:
                reward = Reading(
                    Decimal(subsidy_sats(epoch.height)), "without block fees, which were not observed.", day
                )
            return difficulty, reward

        return self._view.once(("network of a day", day), read)

    def _measured(self, site: str, day: date) -> HashrateMeasured | None:
        """The hash rate measured over the shortest window that holds a day, else the last one before it."""
        found = [(parse_period(data.window), data) for data in self._windows().get(site, ())]
        held = [(period.days, data.window, data) for period, data in found if day in period]
        if held:
            return min(held, key=lambda item: item[:2])[2]
        oldest = day - MEASURED_MAX
        before = [(period.end, data) for period, data in found if oldest <= period.end < day]
        return max(before, key=lambda item: item[0])[1] if before else None

    def _windows(self) -> dict[str, list[HashrateMeasured]]:
        def read() -> dict[str, list[HashrateMeasured]]:
            found: dict[str, list[HashrateMeasured]] = defaultdict(list)
            for fact in self._view.facts(HashrateMeasured.kind):
                if isinstance(fact.data, HashrateMeasured) and _is_period(fact.data.window):
                    found[fact.data.site].append(fact.data)
            return dict(found)

        return self._view.once(("hash rates measured",), read)


def _is_period(name: str) -> bool:
    try:
        parse_period(name)
    except InputError:
        return False
    return True
