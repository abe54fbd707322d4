"""What the disclosure room asks of others: the books' KPIs and the market's daily series."""

from datetime import date
from decimal import Decimal
from typing import Protocol

import msgspec


class KpiValue(msgspec.Struct, frozen=True):
    """A KPI of a period.

    `value` is in `unit`; None is unknown, and `reason` says why. `low` and `high` bound a value that the books
    themselves hold only as printed elsewhere (a comparative from before the ledger); None means exact.
    """

    id: str
    period: str
    value: Decimal | None
    unit: str
    reason: str | None = None
    low: Decimal | None = None
    high: Decimal | None = None


class BooksView(Protocol):
    """Read access to closed periods."""

    def kpi(self, id: str, period: str) -> KpiValue:  # noqa: A002 - the KPI table calls it id
        """Return a KPI; an id or period that the books do not have gives an unknown with its reason."""
        ...


class DayQuote(msgspec.Struct, frozen=True):
    """One day of a series: the lowest, highest and last value, in the series' unit."""

    day: date
    low: Decimal
    high: Decimal
    close: Decimal


class Series(msgspec.Struct, frozen=True):
    """Days in order, without gaps where the source has none. `source` is shown to the reader."""

    id: str
    unit: str
    days: tuple[DayQuote, ...]
    source: str


class MarketView(Protocol):
    """Read access to daily market series named by KPI id ("bitcoin.price", "hashprice")."""

    def series(self, id: str, start: date, end: date) -> Series | None:  # noqa: A002 - as above
        """Return the days from `start` to `end` that are known; None where the series is not kept."""
        ...
