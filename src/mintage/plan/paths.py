"""Paths of the market: price, network and fees, month by month.

Price: geometric Brownian motion with lognormal jumps,

    ln S' = ln S + (mu - sigma^2 / 2 - lambda kappa) dt + sigma sqrt(dt) z + sum of k jumps,   k ~ Poisson(lambda dt)

with jumps of the log price N(m, s^2) and kappa = e^(m + s^2/2) - 1, so that the mean price grows by mu alone.
Source: Merton, "Option pricing when underlying stock returns are discontinuous" (J. Fin. Econ. 3, 1976); Dai, Jiang,
Kou, Qin, "From Hotelling to Nakamoto" (NUS RMI 2021-01), for why a miner's treasury needs the jumps.

Fees as a share of subsidy: the log is an AR(1) process about its median. The network: see `mintage.plan.network`.

Random numbers belong to paths, not to workers: paths come in chunks of `CHUNK`, chunk i draws from the i-th child of
the seed (NumPy SeedSequence, SFC64) and always draws for the whole chunk. So path 17 of seed 7 is the same path
however many are planned, over however many months, by however many workers.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mintage.plan.assumptions import Assumptions
from mintage.plan.network import BLOCKS_PER_DAY, Chain, hashprice, subsidy_sats
from mintage.units.arrays import PathNumber

CHUNK = 10_000
"""Paths that live in the cache together; also the grain of the random numbers, so it never changes."""
YEAR_DAYS = 365.25


class MarketMonth(NamedTuple):
    """The market over one month, on every path.

    Attributes:
        price: mean of the month's first and last price, USD per bitcoin.
        price_end: last price.
        hashrate_ehs: hash rate of the network that runs.
        difficulty: at the month's end.
        sats_per_ghs: expected earnings of one GH/s in the month, before pool fee.
        hashprice: mean of the month, USD per PH/s and day.
        fee_share: fees of a block as a share of its subsidy.
    """

    price: NDArray[np.float64]
    price_end: NDArray[np.float64]
    hashrate_ehs: NDArray[np.float64]
    difficulty: NDArray[np.float64]
    sats_per_ghs: NDArray[np.float64]
    hashprice: NDArray[np.float64]
    fee_share: NDArray[np.float64]


class MarketPaths:
    """The market on the paths of one chunk.

    Args:
        assumptions: what the plan assumes; rows "market.*".
        seed: seed of the whole plan.
        chunk: number of the chunk, from 0.
        paths: how many of the chunk's paths to keep, at most `CHUNK`.
    """

    def __init__(self, assumptions: Assumptions, seed: int, chunk: int, paths: int = CHUNK) -> None:
        child = np.random.SeedSequence(seed, spawn_key=(chunk,))
        self._random = np.random.Generator(np.random.SFC64(child))
        self._paths = paths
        self._a = a = assumptions.number
        start = np.full(paths, a("market.price"))
        self.price = start
        self._years = 0.0
        self._installed = np.full(paths, a("market.hashrate"))
        self._log_fee = np.full(paths, math.log(a("market.fee-share")))
        self._chain = Chain(np.full(paths, a("market.difficulty")), np.full(paths, a("market.height")), self._installed)

    def hashprice(self) -> PathNumber:
        """Hashprice at the present price and difficulty."""
        chain = self._chain
        reward_btc = subsidy_sats(chain.height) / 1e8 * (1.0 + np.exp(self._log_fee))
        return hashprice(chain.difficulty, reward_btc, self.price)

    def step(self, days: int) -> MarketMonth:
        """Draw and live through one month of so many days."""
        years = days / YEAR_DAYS
        normals = self._random.standard_normal((4, CHUNK))[:, : self._paths]
        jumps = self._random.poisson(self._a("market.jump-rate") * years, CHUNK)[: self._paths]
        before = self.price
        self.price = before * np.exp(self._price_move(years, normals[0], normals[1], jumps))
        fee_share = self._move_fees(normals[0], normals[2])
        price = 0.5 * (before + self.price)
        running = self._move_network(years, price * (1.0 + fee_share), normals[0], normals[3])
        self._years += years
        sats_per_ghs = self._chain.mine(running, days * 86_400.0, fee_share)
        return MarketMonth(
            price=price,
            price_end=self.price,
            hashrate_ehs=running,
            difficulty=self._chain.difficulty,
            sats_per_ghs=sats_per_ghs,
            hashprice=sats_per_ghs * price * (1e6 / 1e8 / days),
            fee_share=fee_share,
        )

    def _price_move(self, years: float, shock: PathNumber, jump_shock: PathNumber, jumps: PathNumber) -> PathNumber:
        a = self._a
        sigma, mean, deviation = a("market.price-volatility"), a("market.jump-mean"), a("market.jump-deviation")
        kappa = math.expm1(mean + deviation * deviation / 2.0)
        drift = (a("market.price-drift") - sigma * sigma / 2.0 - a("market.jump-rate") * kappa) * years
        return drift + sigma * math.sqrt(years) * shock + mean * jumps + deviation * np.sqrt(jumps) * jump_shock

    def _move_fees(self, price_shock: PathNumber, own_shock: PathNumber) -> PathNumber:
        a = self._a
        median, keep = math.log(a("market.fee-share")), a("market.fee-persistence")
        shock = correlated(a("market.fee-price-correlation"), price_shock, own_shock)
        self._log_fee = median + keep * (self._log_fee - median) + a("market.fee-volatility") * shock
        return np.exp(self._log_fee)

    def _move_network(
        self, years: float, value: PathNumber, price_shock: PathNumber, own_shock: PathNumber
    ) -> PathNumber:
        """Move the installed network and return the hash rate that runs.

        Args:
            years: length of the month.
            value: USD per bitcoin of subsidy, fees included.
            price_shock: the price's standard normal.
            own_shock: one of the network's own.
        """
        a = self._a
        reward_usd_day = value * subsidy_sats(self._chain.height) * (BLOCKS_PER_DAY / 1e8)
        progress = math.exp(-a("market.technology-trend") * self._years)
        wanted_ehs = reward_usd_day * (1e-3 / (a("market.entry-hashprice") * progress))
        arriving = 1.0 - (1.0 - a("market.entry-rate")) ** (12.0 * years)
        shock = correlated(a("market.hashrate-price-correlation"), price_shock, own_shock)
        noise = np.exp(a("market.hashrate-volatility") * math.sqrt(years) * shock)
        self._installed = (self._installed + arriving * np.maximum(0.0, wanted_ehs - self._installed)) * noise
        payoff = reward_usd_day * 1e-3 / (self._installed * (a("market.shutdown-hashprice") * progress))
        return self._installed * np.minimum(1.0, payoff) ** a("market.shutdown-elasticity")


def correlated(correlation: float, first: PathNumber, own: PathNumber) -> PathNumber:
    """A standard normal that has this correlation with `first`; `own` is independent of it."""
    return correlation * first + math.sqrt(1.0 - correlation * correlation) * own
