"""The small language in which the KPI table says where a number comes from, and what it answers.

Each query is one of the structs below, tagged by `op`. It is computed exactly, as a fraction in the KPI's unit; what
is not known is an `Exact` without a value and with the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import prod
from typing import ClassVar, Literal

import msgspec

from mintage.books.bridge import bridge_layout, bridge_values, bridge_version
from mintage.books.cashflow import cash_flow_values
from mintage.books.figures import Source
from mintage.books.layout import Values
from mintage.books.measurements import last_by_site, weighted_mean
from mintage.books.prices import closing_price
from mintage.books.rollforward import bitcoin_rollforward
from mintage.books.statements import balance_values, income_values
from mintage.books.valuation import measured_accounts
from mintage.books.view import View, select
from mintage.journal.fact import Fact
from mintage.units import Period

UNIT_SCALES = {"USD": 2, "BTC": 8, "TH/s": 3, "kWh": 3}
"""Decimal digits of one minor unit, by the unit of the KPI; other units are counted in ones."""


class Exact(msgspec.Struct, frozen=True):
    """An exact value in the KPI's unit, or none and the reason."""

    value: Fraction | None
    source: Source = "books"
    reason: str = ""


Other = Callable[[str], Exact]
"""The exact value of another KPI in the same period."""


class Leaf(msgspec.Struct, frozen=True, tag_field="op", forbid_unknown_fields=True):
    """A query that reads the books themselves."""

    span: ClassVar[Literal["flow", "stock"]] = "flow"

    def gap(self, view: View, period: Period) -> str:
        """Why the ledger cannot answer for a period, or ""."""
        return view.stock_gap(period.end) if self.span == "stock" else view.flow_gap(period)

    def answer(self, view: View, period: Period, unit: str) -> Exact:
        """The value, in the unit of the KPI, for a period that the ledger covers."""
        raise NotImplementedError


class Composite(msgspec.Struct, frozen=True, tag_field="op", forbid_unknown_fields=True):
    """A query that combines other KPIs."""

    def parts(self) -> tuple[str, ...]:
        """Ids of the KPIs that it combines."""
        raise NotImplementedError

    def combine(self, values: dict[str, Fraction]) -> Fraction | str:
        """The value from theirs, or why there is none."""
        raise NotImplementedError

    def answer(self, other: Other) -> Exact:
        """The value; unknown where a part is, reported where a part is."""
        found = {id_: other(id_) for id_ in self.parts()}
        for id_, part in found.items():
            if part.value is None:
                return _unknown(f"{id_}: {part.reason}")
        value = self.combine({id_: part.value for id_, part in found.items() if part.value is not None})
        if isinstance(value, str):
            return _unknown(value)
        source: Source = "reported" if any(part.source == "reported" for part in found.values()) else "books"
        return Exact(value, source)


class RowQuery(Leaf, frozen=True, tag="row"):
    """A row of a statement."""

    statement: Literal["income", "balance", "cash", "bridge"]
    row: str
    sign: int = 1

    def gap(self, view: View, period: Period) -> str:
        """See `Leaf.gap`; the balance sheet shows an end, the others a period."""
        return view.stock_gap(period.end) if self.statement == "balance" else view.flow_gap(period)

    def answer(self, view: View, period: Period, unit: str) -> Exact:
        """See `Leaf.answer`; statements hold money in cents, and ratios in their unit."""
        value = statement_values(view, self.statement, period).get(self.row)
        if value is None:
            return _unknown(f"{self.row} cannot be computed for {period}: no ADS are recorded")
        return Exact(self.sign * (Fraction(value, 100) if unit == "USD" else Fraction(value)))


class StockQuery(Leaf, frozen=True, tag="stock"):
    """The balance of a commodity on accounts at the period's end."""

    span = "stock"
    accounts: tuple[str, ...]
    commodity: str
    sign: int = 1

    def answer(self, view: View, period: Period, unit: str) -> Exact:
        """See `Leaf.answer`."""
        found = sum(select(view.stock(period.end), self.accounts, self.commodity).values())
        return Exact(Fraction(self.sign * found, _minor(unit)))


class FlowQuery(Leaf, frozen=True, tag="flow"):
    """The change of a commodity on accounts over the period."""

    accounts: tuple[str, ...]
    commodity: str
    sign: int = 1

    def answer(self, view: View, period: Period, unit: str) -> Exact:
        """See `Leaf.answer`."""
        found = sum(select(view.flow(period.start, period.end), self.accounts, self.commodity).values())
        return Exact(Fraction(self.sign * found, _minor(unit)))


class RolledQuery(Leaf, frozen=True, tag="rolled"):
    """Rows of the bitcoin rollforward in one column."""

    rows: tuple[str, ...]
    column: str
    measure: Literal["units", "cost", "fair_value"] = "units"
    sign: int = 1

    def gap(self, view: View, period: Period) -> str:
        """See `Leaf.gap`; the closing row is a stock."""
        return view.stock_gap(period.end) if self.rows == ("closing",) else view.flow_gap(period)

    def answer(self, view: View, period: Period, unit: str) -> Exact:
        """See `Leaf.answer`."""
        roll = bitcoin_rollforward(view, period)
        found = sum(getattr(roll.row(id_), self.measure)[self.column] for id_ in self.rows)
        return Exact(Fraction(self.sign * found, _minor(unit)))


class RealisedQuery(Leaf, frozen=True, tag="realised"):
    """Gains less losses that the period's disposals of bitcoin realised."""

    def answer(self, view: View, period: Period, unit: str) -> Exact:
        """See `Leaf.answer`."""
        roll = bitcoin_rollforward(view, period)
        return Exact(Fraction(roll.realised_gains + roll.realised_losses, _minor(unit)))


class FactsQuery(Leaf, frozen=True, tag="facts"):
    """The sum of a field over facts of the period, or of all time up to its end."""

    kinds: tuple[str, ...]
    field: str
    where: dict[str, str] = {}
    cumulative: bool = False

    def gap(self, view: View, period: Period) -> str:
        """See `Leaf.gap`; a sum of all time is a stock."""
        return view.stock_gap(period.end) if self.cumulative else view.flow_gap(period)

    def answer(self, view: View, period: Period, unit: str) -> Exact:
        """See `Leaf.answer`."""
        return Exact(
            Fraction(sum(getattr(fact.data, self.field) for fact in self.matching(view, period)), _minor(unit))
        )

    def _dated(self, view: View, kind: str, period: Period) -> list[Fact]:
        if self.cumulative:
            return [fact for fact in view.facts(kind) if fact.date <= period.end]
        return view.facts_within(kind, period.start, period.end)

    def matching(self, view: View, period: Period) -> list[Fact]:
        """The facts that it sums."""
        return [
            fact
            for kind in self.kinds
            for fact in self._dated(view, kind, period)
            if all(getattr(fact.data, name) == wanted for name, wanted in self.where.items())
        ]


class MeasuredQuery(Leaf, frozen=True, tag="measured"):
    """What was last measured at each site: the sum, or the mean weighted by another measurement's hash rate."""

    span = "stock"
    kind: str
    field: str
    region: str = ""
    weight: str = ""

    def answer(self, view: View, period: Period, unit: str) -> Exact:
        """See `Leaf.answer`."""
        found = last_by_site(view, self.kind, self.field, self.region, period.end)
        if isinstance(found, str):
            return _unknown(found)
        if not self.weight:
            return Exact(sum(found.values(), Fraction(0)) / _minor(unit))
        mean = weighted_mean(view, found, self.weight, self.region, period.end)
        return _unknown(mean) if isinstance(mean, str) else Exact(mean)


class MeasuredStockQuery(Leaf, frozen=True, tag="measured-stock"):
    """The carrying amount of bitcoin accounts, if all of them were measured on the period's last day."""

    span = "stock"
    accounts: tuple[str, ...]

    def answer(self, view: View, period: Period, unit: str) -> Exact:
        """See `Leaf.answer`."""
        balances = view.stock(period.end)
        missing = set(select(balances, self.accounts, "BTC")) - measured_accounts(view, period.end)
        if missing:
            return _unknown(f"{min(missing)} was not measured on {period.end}; close the period that ends then")
        return Exact(Fraction(sum(select(balances, self.accounts, "USD").values()), _minor(unit)))


class PriceQuery(Leaf, frozen=True, tag="price"):
    """The price of bitcoin at the period's end."""

    span = "stock"

    def gap(self, view: View, period: Period) -> str:
        """See `Leaf.gap`; a price is known or not whether or not the ledger began."""
        found = closing_price(view, period.end)
        return found if isinstance(found, str) else ""

    def answer(self, view: View, period: Period, unit: str) -> Exact:  # noqa: ARG002  a price has its own unit
        """See `Leaf.answer`."""
        found = closing_price(view, period.end)
        return _unknown(found) if isinstance(found, str) else Exact(Fraction(found.price))


class ReportedQuery(Leaf, frozen=True, tag="reported"):
    """Published figures only."""

    def gap(self, view: View, period: Period) -> str:  # noqa: ARG002  true of every ledger and period
        """See `Leaf.gap`."""
        return "the books do not hold it; only a reported figure can tell it"


class RatioQuery(Composite, frozen=True, tag="ratio"):
    """The product of KPIs over the product of others."""

    over: tuple[str, ...]
    under: tuple[str, ...]
    times: int = 1

    def parts(self) -> tuple[str, ...]:
        """See `Composite.parts`."""
        return self.over + self.under

    def combine(self, values: dict[str, Fraction]) -> Fraction | str:
        """See `Composite.combine`."""
        below = prod(values[id_] for id_ in self.under)
        if not below:
            return f"{' x '.join(self.under)} is zero"
        return self.times * prod((values[id_] for id_ in self.over), start=Fraction(1)) / below


class SumQuery(Composite, frozen=True, tag="sum"):
    """A sum of KPIs, "-id" to take one off."""

    terms: tuple[str, ...]

    def parts(self) -> tuple[str, ...]:
        """See `Composite.parts`."""
        return tuple(term.lstrip("-") for term in self.terms)

    def combine(self, values: dict[str, Fraction]) -> Fraction | str:
        """See `Composite.combine`."""
        return sum((-values[term[1:]] if term[0] == "-" else values[term] for term in self.terms), Fraction(0))


Query = (
    RowQuery
    | StockQuery
    | FlowQuery
    | RolledQuery
    | RealisedQuery
    | FactsQuery
    | MeasuredQuery
    | MeasuredStockQuery
    | PriceQuery
    | ReportedQuery
    | RatioQuery
    | SumQuery
)


def statement_values(view: View, name: str, period: Period) -> Values:
    """Values of a statement's rows."""
    if name == "income":
        return income_values(view, period)
    if name == "balance":
        return balance_values(view, period.end)
    if name == "cash":
        return cash_flow_values(view, period)
    layout = bridge_layout(bridge_version(period.end))
    return view.once(("bridge values", period), lambda: bridge_values(view, period, layout))


def _minor(unit: str) -> int:
    scale: int = 10 ** UNIT_SCALES.get(unit, 0)
    return scale


def _unknown(reason: str) -> Exact:
    return Exact(None, "unknown", reason)
