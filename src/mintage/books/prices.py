"""The price that a day is measured at: with its hour and source, or why it is unknown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec

from mintage.books.view import View
from mintage.market.facts import PriceObserved


class ClosingPrice(msgspec.Struct, frozen=True, kw_only=True):
    """A price of bitcoin with what an auditor asks for.

    Attributes:
        price: USD per bitcoin.
        day: day in UTC.
        hour: hour of that day in UTC; 24 is the daily close.
        source: index or exchange.
        key: key of the fact that observed it, "" where it was given by hand.
    """

    price: Decimal
    day: date
    hour: int
    source: str
    key: str = ""


def closing_price(view: View, day: date, source: str = "") -> ClosingPrice | str:
    """The price observed at a day's latest hour.

    Args:
        view: the books.
        day: day in UTC.
        source: whose price, where several were observed.

    Returns:
        The price, or the reason why there is none: an older price is never taken in its place.
    """
    seen = [
        ClosingPrice(price=fact.data.price, day=day, hour=fact.data.hour, source=fact.data.source, key=fact.key)
        for fact in view.facts(PriceObserved.kind)
        if isinstance(fact.data, PriceObserved) and fact.data.day == day and source in {"", fact.data.source}
    ]
    if not seen:
        return f"no price of {day} was observed" + (f" by {source}" if source else "")
    hour = max(item.hour for item in seen)
    latest = [item for item in seen if item.hour == hour]
    if len({item.price for item in latest}) > 1:
        names = ", ".join(sorted({item.source for item in latest}))
        return f"the prices of {day} at hour {hour} differ by source ({names}); name one"
    return latest[0]
