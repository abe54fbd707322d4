"""The market as the chain page tells it: hashprice with its line, price, difficulty."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from mintage.books.view import DAY, View
from mintage.desk.figure import Figure, trace_fact, unknown
from mintage.desk.market_answer import HashpricePoint, Market
from mintage.market.facts import DifficultyObserved, PriceObserved
from mintage.market.network import implied_hashrate_ths
from mintage.market.series import Reading
from mintage.market.service import block_fees_on, difficulty_on, epoch_on, hashprices, last_price

LINE_DAYS = 90
MARK_USD_PH_DAY = Decimal(55)
"""The industry's rule of thumb: above it a bull market for machines, below it a bear market."""
UNIT = "USD/PH/day"


def market(view: View, on: date) -> Market:
    """The market as of a day, from what the journal has observed by then."""
    return view.once(("chain market", on), lambda: _market(view, on))


def _market(view: View, on: date) -> Market:
    journal = view.journal
    mark = Figure(value=MARK_USD_PH_DAY, unit=UNIT)
    last, epoch, hard = last_price(journal, on), epoch_on(journal, on), difficulty_on(journal, on)
    difficulty = _figure(hard, "", 0, _key(view, DifficultyObserved, epoch))
    network = unknown(hard.reason, "TH/s")
    if hard.value is not None:
        network = Figure(value=round(implied_hashrate_ths(hard.value), 0), unit="TH/s", trace=difficulty.trace)
    height = epoch.height if epoch else 0
    if last is None:
        reason = f"no price was observed by {on} (market.price-observed)."
        return Market(
            hashprice=unknown(reason, UNIT),
            mark=mark,
            price=unknown(reason, "USD/BTC"),
            difficulty=difficulty,
            network=network,
            height=height,
        )
    fees = block_fees_on(journal, last.day)
    fees_btc = Decimal(0) if fees.value is None else fees.value.scaleb(-8)
    # Fees are observed on few days. The line is of the subsidy alone, so that it does not jump where they are.
    days = [last.day - back * DAY for back in range(LINE_DAYS - 1, -1, -1)]
    closes = last.hour == 24
    line = hashprices(journal, days, last.source, Decimal(0)) if closes else []
    now = Reading(None, f"the close of {last.day} was not observed.", last.day)
    if closes:
        now = hashprices(journal, [last.day], last.source, fees_btc)[0]
    hashprice = _figure(now, UNIT, 2, _key(view, PriceObserved, last))
    return Market(
        day=last.day,
        source=last.source,
        hashprice=hashprice,
        mark=mark,
        mood="" if now.value is None else "bull" if now.value >= MARK_USD_PH_DAY else "bear",
        fees=fees.value is not None,
        price=Figure(value=last.price, unit="USD/BTC", digits=2, trace=_key(view, PriceObserved, last)),
        difficulty=difficulty,
        network=network,
        height=height,
        line=tuple(HashpricePoint(day, _two(reading.value)) for day, reading in zip(days, line, strict=False)),
    )


def _figure(reading: Reading, unit: str, digits: int, trace: str) -> Figure:
    if reading.value is None:
        return unknown(reading.reason, unit)
    return Figure(value=round(reading.value, digits), unit=unit, digits=digits, trace=trace)


def _two(value: Decimal | None) -> str | None:
    return None if value is None else str(round(value, 2))


def _key(view: View, kind: type[PriceObserved | DifficultyObserved], data: object) -> str:
    """Address of the fact that said something."""
    found = (fact.key for fact in reversed(view.facts(kind.kind)) if fact.data is data)
    key = next(found, "")
    return trace_fact(key) if key else ""
