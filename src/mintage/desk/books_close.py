"""What closing a period would write, or why it cannot be closed yet."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from mintage.books.close import preview
from mintage.books.facts import Depreciation
from mintage.books.prices import ClosingPrice
from mintage.desk.company import Company
from mintage.desk.figure import Figure, trace_fact, usd
from mintage.desk.periods import PeriodRow, period_row
from mintage.journal.fact import Fact
from mintage.units import Period, parse_number
from mintage.units.errors import InputError

ABOUT = ("site", "lender", "holder", "customer", "wallet", "bank", "of")
"""Fields that say what a fact of a close is about."""


class CloseTerms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a close goes by where the journal does not say it.

    Attributes:
        price: USD per bitcoin at the end; "" for what the journal observed.
        source: who says so, with a price.
        hour: hour UTC of the period's last day that the price is of.
        rates: USD for one unit of each currency that is held.
    """

    price: str = ""
    source: str = ""
    hour: int = 24
    rates: dict[str, str] = {}

    def stated_price(self, period: Period) -> ClosingPrice | None:
        """The price that was stated, or None.

        Raises:
            InputError: it is no number, or has no source.
        """
        if not self.price:
            return None
        if not self.source:
            raise InputError("a stated price needs its source.", field="source", remedy="Say who states it.")
        try:
            price = parse_number(self.price)
        except InputError as error:
            raise error.at(field="price") from error
        return ClosingPrice(price=price, day=period.end, hour=self.hour, source=self.source)

    def stated_rates(self) -> dict[str, Decimal]:
        """The rates that were stated.

        Raises:
            InputError: one is no number.
        """
        return {name: parse_number(text) for name, text in self.rates.items() if text}


class DraftFact(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that a close would write.

    Attributes:
        key: its key.
        kind: its kind.
        about: site, lender or account that it is about.
        date: its accounting date.
        amount: what it books.
    """

    key: str
    kind: str
    about: str
    date: str
    amount: Figure


class ClosePreview(msgspec.Struct, frozen=True, kw_only=True):
    """What a close would do.

    Attributes:
        period: the period.
        price: price of bitcoin that it would measure at; None where it holds none.
        price_source: whose, with day and hour.
        facts: what it would write before the lock.
        problem: why it cannot be closed now, "" where it can.
        remedy: what to do about it.
        field: what was missing: "price" where only that is.
    """

    period: PeriodRow
    price: Figure | None = None
    price_source: str = ""
    facts: tuple[DraftFact, ...] = ()
    problem: str = ""
    remedy: str = ""
    field: str = ""


def close_preview(company: Company, period: Period, terms: CloseTerms | None = None) -> ClosePreview:
    """What a close would write; where it is not possible, why and what to do."""
    told = terms or CloseTerms()
    try:
        draft = preview(company.view().journal, period, price=told.stated_price(period), rates=told.stated_rates())
    except InputError as error:
        return ClosePreview(
            period=period_row(company, period),
            problem=error.problem,
            remedy=error.remedy or "",
            field=error.field or ("price" if "price" in error.problem else ""),
        )
    price = draft.price
    figure = None
    if price is not None:
        trace = trace_fact(price.key) if price.key else ""
        figure = Figure(value=price.price, unit="USD/BTC", digits=2, trace=trace)
    return ClosePreview(
        period=period_row(company, period),
        price=figure,
        price_source=f"{price.source}, {price.day} {price.hour}:00 UTC" if price else "",
        facts=tuple(_draft(fact) for fact in draft.facts),
    )


def _draft(fact: Fact) -> DraftFact:
    data = fact.data
    about = next((str(getattr(data, name)) for name in ABOUT if hasattr(data, name)), "")
    amount = getattr(data, "amount", getattr(data, "change", None))
    figure = (
        usd(-amount if isinstance(data, Depreciation) else amount) if isinstance(amount, int) else Figure(unit="USD")
    )
    return DraftFact(key=fact.key, kind=fact.kind, about=about, date=fact.date.isoformat(), amount=figure)
