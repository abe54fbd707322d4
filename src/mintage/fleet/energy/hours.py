"""What one more MWh costs in each hour of a local day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

import msgspec

from mintage.fleet.energy.tariff import Price, Tariff, price_usd_mwh
from mintage.fleet.energy.windows import midnight_us, moment

_HOUR_US = 3_600_000_000


class HourPrice(msgspec.Struct, frozen=True, kw_only=True):
    """One hour.

    Attributes:
        start_us: its first instant.
        clock: the same on the tariff's wall clock.
        price: the highest price within, or the first that is unknown.
    """

    start_us: int
    clock: datetime
    price: Price


def hour_prices(tariff: Tariff, day: date, load_mw: Decimal | None = None) -> list[HourPrice]:
    """Prices of a day on the tariff's wall clock: 23, 24 or 25 hours.

    Args:
        tariff: the tariff.
        day: local day.
        load_mw: load of the site, MW, which matters within a block bought ahead.

    Raises:
        InputError: a price file cannot be read.
    """
    first_us, last_us = (midnight_us(edge, tariff.zone) for edge in (day, day + timedelta(days=1)))
    step_us = tariff.file.interval_minutes * 60_000_000
    found = []
    for hour_us in range(first_us, last_us, _HOUR_US):
        prices = [price_usd_mwh(tariff, at_us, load_mw) for at_us in range(hour_us, hour_us + _HOUR_US, step_us)]
        clock = moment(hour_us).astimezone(tariff.zone)
        found.append(HourPrice(start_us=hour_us, clock=clock, price=dearest(prices)))
    return found


def dearest(prices: Sequence[Price]) -> Price:
    """The first price that is unknown, or the highest."""
    unknown = next((item for item in prices if item.usd_mwh is None), None)
    return unknown or max(prices, key=lambda item: item.usd_mwh or Decimal(0))
