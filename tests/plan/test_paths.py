"""Market paths: moments against closed form, and random numbers that belong to paths."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mintage.plan.assumptions import Assumptions
from mintage.plan.paths import CHUNK, YEAR_DAYS, MarketMonth, MarketPaths

MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
SIGMAS = 4.5
"""Standard errors that a sample may be off: by chance one test in 150,000."""
STORMY = {
    "market.price-drift": "0.2 1/year",
    "market.price-volatility": "0.6",
    "market.jump-rate": "5",
    "market.jump-mean": "-0.08",
    "market.jump-deviation": "0.12",
}


def year(overrides: dict[str, str], chunks: int = 4, seed: int = 11) -> list[MarketMonth]:
    """A year's months with the paths of several chunks side by side."""
    markets = [MarketPaths(Assumptions(overrides), seed, chunk) for chunk in range(chunks)]
    months = [[market.step(days) for market in markets] for days in MONTHS]
    return [MarketMonth(*(np.concatenate(column) for column in zip(*parts, strict=True))) for parts in months]


def assert_mean(values: NDArray[Any], mean: float, variance: float) -> None:
    """A sample's mean lies within its standard error of the closed form."""
    assert values.mean() == pytest.approx(mean, abs=SIGMAS * math.sqrt(variance / len(values)))


@pytest.mark.parametrize("overrides", [STORMY, {**STORMY, "market.jump-rate": "0"}], ids=["jumps", "plain"])
def test_price_has_the_moments_of_its_law(overrides: dict[str, str]) -> None:
    """Mean price, mean log and variance of the log after a year are those of Merton's process."""
    months = year(overrides)
    a = Assumptions(overrides).number
    years = sum(MONTHS) / YEAR_DAYS
    mu, sigma, start = a("market.price-drift"), a("market.price-volatility"), a("market.price")
    rate, mean, deviation = a("market.jump-rate"), a("market.jump-mean"), a("market.jump-deviation")
    kappa = math.expm1(mean + deviation**2 / 2)
    # E[S^n] = S0^n exp(n (mu - sigma^2/2 - rate kappa) T + n^2 sigma^2 T / 2 + rate T (E[e^(n jump)] - 1))
    squared = math.exp(
        2 * (mu - sigma**2 / 2 - rate * kappa) * years
        + 2 * sigma**2 * years
        + rate * years * math.expm1(2 * mean + 2 * deviation**2)
    )
    ratio = months[-1].price_end / start
    assert_mean(ratio, math.exp(mu * years), squared - math.exp(2 * mu * years))
    log = np.log(ratio)
    variance = (sigma**2 + rate * (mean**2 + deviation**2)) * years
    assert_mean(log, (mu - sigma**2 / 2 - rate * kappa + rate * mean) * years, variance)
    fourth = rate * years * (mean**4 + 6 * mean**2 * deviation**2 + 3 * deviation**4)  # cumulant of the jumps
    assert_mean((log - log.mean()) ** 2, variance, 2 * variance**2 + fourth)


def test_fees_settle_at_their_median_and_spread() -> None:
    """The log fee share has the mean of its median and, after a year, the stationary variance of its AR(1)."""
    months = year({"market.fee-persistence": "0.5", "market.fee-volatility": "0.3", "market.fee-share": "0.02"})
    log = np.log(months[-1].fee_share)
    variance = 0.3**2 / (1 - 0.5**2)
    assert_mean(log, math.log(0.02), variance)
    assert_mean((log - log.mean()) ** 2, variance, 2 * variance**2)


def test_shocks_are_correlated_as_stated() -> None:
    """Fees move with the price by the correlation that the assumptions state."""
    calm = {"market.jump-rate": "0", "market.fee-persistence": "0", "market.fee-price-correlation": "0.3"}
    (month, *_) = year(calm)
    found = np.corrcoef(np.log(month.price_end), np.log(month.fee_share))[0, 1]
    assert found == pytest.approx(0.3, abs=SIGMAS * (1 - 0.3**2) / math.sqrt(len(month.price)))


CALM = {
    "market.price-volatility": "0",
    "market.jump-rate": "0",
    "market.fee-volatility": "0",
    "market.hashrate-volatility": "0",
    "market.technology-trend": "0",
}


def test_network_grows_into_a_risen_price_and_hashprice_settles_at_the_entry_barrier() -> None:
    """Free entry brings hashprice back to the barrier from above (Prat and Walter), after the delivery lag."""
    market = MarketPaths(Assumptions({**CALM, "market.price": "200000"}), 1, 0, 1)
    prices = [float(market.step(30).hashprice[0]) for _ in range(36)]
    assert prices[0] > 85
    assert all(later < earlier for earlier, later in pairwise(prices[2:13]))
    assert prices[-7] == pytest.approx(52, rel=0.02)


def test_low_hashprice_switches_machines_off_and_a_higher_one_switches_them_on_again() -> None:
    """What runs falls at once with the price, while the installed network stays and comes back."""
    fall = {**CALM, "market.price": "50000"}
    fallen = MarketPaths(Assumptions(fall), 1, 0, 1)
    low = float(fallen.step(30).hashrate_ehs[0])
    assert low < 837 * 0.9
    assert float(MarketPaths(Assumptions(CALM), 1, 0, 1).step(30).hashrate_ehs[0]) >= 837


def test_a_path_is_the_same_however_many_are_planned() -> None:
    """The first 37 paths alone equal, to the bit, the first 37 of the whole chunk; other chunks and seeds differ."""
    few, many = MarketPaths(Assumptions(), 7, 3, 37), MarketPaths(Assumptions(), 7, 3, CHUNK)
    other, seed = MarketPaths(Assumptions(), 7, 4, 37), MarketPaths(Assumptions(), 8, 3, 37)
    for days in MONTHS:
        one, all_ = few.step(days), many.step(days)
        for short, long in zip(one, all_, strict=True):
            assert np.array_equal(short, long[:37])
        assert not np.any(one.price_end == other.step(days).price_end)
        assert not np.any(one.price_end == seed.step(days).price_end)
