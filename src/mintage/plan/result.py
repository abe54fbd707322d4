"""What a plan answers: each measure by month at the tenth, fiftieth and ninetieth percentile of the paths."""

from __future__ import annotations

from bisect import bisect_left
from decimal import Decimal
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from mintage.units import commodity

PERCENTILES = (10, 50, 90)
BARS = "▁▂▃▄▅▆▇█"


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of the plan over the months.

    Attributes:
        id: the KPI's id.
        name: what it is, in English.
        unit: commodity of the amounts: USD or BTC.
        p10: amount in minor units that one path in ten falls below, by month.
        p50: median, by month.
        p90: amount that one path in ten exceeds, by month.
    """

    id: str
    name: str
    unit: str
    p10: tuple[int, ...]
    p50: tuple[int, ...]
    p90: tuple[int, ...]


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """One figure over several months: how it lies over the paths, finely enough to read probabilities from.

    Attributes:
        id: the KPI's id.
        unit: commodity of the amounts.
        start: name of the first month.
        end: name of the last month; a balance is at its end, a flow the sum of all months.
        quantiles: amounts in minor units that 1, 2 ... 99 percent of the paths do not exceed.
    """

    id: str
    unit: str
    start: str
    end: str
    quantiles: tuple[int, ...]

    def at(self, percent: int) -> int:
        """The amount that so many percent of the paths do not exceed."""
        return self.quantiles[percent - 1]

    def reaching(self, amount: int) -> int:
        """Percent of the paths that reach an amount, to one percent: 0 and 100 mean less than 1 and more than 99."""
        below = bisect_left(self.quantiles, amount)
        return 100 if below == 0 else 99 - below


class PlanResult(msgspec.Struct, frozen=True, kw_only=True):
    """The futures of a company.

    Attributes:
        opening: last day before the plan, ISO.
        months: names of the months.
        paths: number of paths.
        seed: seed of the random numbers.
        measures: figures in the order they are printed.
        cash_short: share of the paths whose cash is below zero at each month's end, all bitcoin sold.
        assumptions: what was said for this plan instead of the shipped assumptions, with units.
        notes: what a reader should know.
        spreads: the figures of the coming quarter, and of all months.
    """

    opening: str
    months: tuple[str, ...]
    paths: int
    seed: int
    measures: tuple[Measure, ...]
    cash_short: tuple[float, ...]
    assumptions: dict[str, str]
    notes: tuple[str, ...]
    spreads: tuple[Spread, ...] = ()

    def measure(self, id_: str) -> Measure:
        """The measure with this id."""
        return next(measure for measure in self.measures if measure.id == id_)

    def to_json(self) -> dict[str, Any]:
        """Stable keys; amounts as exact decimal strings in the printed unit."""
        return {
            "opening": self.opening,
            "months": list(self.months),
            "paths": self.paths,
            "seed": self.seed,
            "measures": {
                measure.id: {
                    "name": measure.name,
                    "unit": commodity(measure.unit).unit,
                    **{f"p{p}": [printed(units, measure.unit) for units in row] for p, row in _rows(measure)},
                }
                for measure in self.measures
            },
            "cash_short": list(self.cash_short),
            "assumptions": self.assumptions,
            "notes": list(self.notes),
        }

    def chart(self) -> list[dict[str, Any]]:
        """Rows for a small chart: of each measure and percentile one bar a month, all three on one scale.

        Returns:
            Dicts with keys "id", "name", "percentile", "bars", "first" and "last" (minor units) and "unit".
        """
        return [
            {
                "id": measure.id,
                "name": measure.name,
                "percentile": percentile,
                "bars": bars(row, low, high),
                "first": row[0],
                "last": row[-1],
                "unit": measure.unit,
            }
            for measure in self.measures
            for low, high in [_range(measure)]
            for percentile, row in _rows(measure)
        ]


def _rows(measure: Measure) -> tuple[tuple[int, tuple[int, ...]], ...]:
    return tuple(zip(PERCENTILES, (measure.p10, measure.p50, measure.p90), strict=True))


def _range(measure: Measure) -> tuple[int, int]:
    return min(0, *measure.p10), max(0, *measure.p90)


def printed(units: int, id_: str) -> str:
    """Minor units as an exact decimal in the printed unit, without the unit."""
    return f"{Decimal(units).scaleb(-commodity(id_).scale):f}"


def bars(values: tuple[int, ...], low: int, high: int) -> str:
    """One block character a value, of eight heights between `low` and `high`."""
    span = max(1, high - low)
    return "".join(BARS[min(7, (value - low) * 8 // span)] for value in values)


def quantiles(values: NDArray[np.float64]) -> tuple[int, ...]:
    """Whole amounts that 1 to 99 percent of the paths do not exceed, each the amount of some path."""
    found = np.percentile(values, range(1, 100), method="inverted_cdf")
    return tuple(int(amount) for amount in found)


def percentiles(values: NDArray[np.float64]) -> list[tuple[int, ...]]:
    """Percentiles of whole amounts over paths, each the amount of some path.

    Args:
        values: amounts by month and path; may be reordered within a month.

    Returns:
        One row a percentile: whole minor units by month.
    """
    found = np.percentile(values, PERCENTILES, axis=1, method="inverted_cdf", overwrite_input=True)
    return [tuple(int(amount) for amount in row) for row in found]
