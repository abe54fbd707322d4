"""Where the tie-out finds what it checks against: the books' KPIs and the market as the journal saw it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from mintage.books.kpis import kpi
from mintage.books.view import View
from mintage.disclosure.ports import DayQuote, KpiValue, Series
from mintage.journal.standing import standing
from mintage.journal.store import Journal
from mintage.market.facts import PriceObserved
from mintage.market.service import hashprices
from mintage.units import parse_period
from mintage.units.errors import InputError

NO_FEES = Decimal(0)


class JournalBooks:
    """`BooksView` over a journal."""

    def __init__(self, journal: Journal) -> None:
        self._view = View(journal)

    def kpi(self, id: str, period: str) -> KpiValue:  # noqa: A002  the port calls it id
        """See `BooksView.kpi`."""
        try:
            found = kpi(self._view, id, parse_period(period))
        except InputError as error:
            return KpiValue(id, period, None, "", str(error))
        return KpiValue(id, period, found.value, found.unit, found.reason or None)


class JournalMarket:
    """`MarketView` over the prices and difficulty that a journal observed.

    Only daily prices of one source are used: the one that was observed on most days.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        days: dict[str, dict[date, DayQuote]] = {}
        for _, data in standing(journal, PriceObserved):
            low, high = data.low or data.price, data.high or data.price
            days.setdefault(data.source, {})[data.day] = DayQuote(data.day, low, high, data.price)
        self._source = max(days, key=lambda source: len(days[source]), default="")
        self._prices = days.get(self._source, {})

    def series(self, id: str, start: date, end: date) -> Series | None:  # noqa: A002  the port calls it id
        """See `MarketView.series`; a hashprice is of the subsidy alone, as block fees are not observed."""
        span = [start + timedelta(days=offset) for offset in range((end - start).days + 1)]
        if id == "bitcoin.price":
            found = tuple(self._prices[day] for day in span if day in self._prices)
            return Series(id, "USD/BTC", found, f"daily prices, {self._source}") if found else None
        if id == "hashprice" and self._prices:
            known = zip(span, hashprices(self._journal, span, self._source, NO_FEES), strict=True)
            found = tuple(DayQuote(day, r.value, r.value, r.value) for day, r in known if r.value is not None)
            return Series(id, "USD/PH/s/day", found, f"subsidy at {self._source} closes") if found else None
        return None
