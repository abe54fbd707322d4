"""The network on arrays against the exact arithmetic of `mintage.market.network`, and laws of its own."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mintage.market import network as exact
from mintage.plan.network import EPOCH_BLOCKS, HASHES_PER_DIFFICULTY, Chain, hashprice, subsidy_sats

DIFFICULTY = 120e12
BALANCED_EHS = DIFFICULTY * HASHES_PER_DIFFICULTY / 600 / 1e18
WEEK = 7 * 86_400.0


def chain(height: float, difficulty: float = DIFFICULTY) -> Chain:
    return Chain(np.array([difficulty]), np.array([height]), np.array([BALANCED_EHS]))


@given(st.integers(0, 2_000_000))
def test_subsidy_is_the_consensus_subsidy(height: int) -> None:
    """Satoshis of every block equal those of the exact rule."""
    assert int(subsidy_sats(float(height))) == exact.subsidy_sats(height)


def test_hashprice_is_the_published_index() -> None:
    """Difficulty 152e12, 3.125 BTC and USD 91,000 give USD 37.6 before fees; 1.5% of fees give the printed 38.2."""
    assert hashprice(152e12, 3.125, 91_000) == pytest.approx(37.6, abs=0.05)
    assert hashprice(152e12, 3.125 * 1.015, 91_000) == pytest.approx(38.2, abs=0.05)
    decimal = exact.hashprice_usd_ph_day(Decimal(152 * 10**12), Decimal("3.125"), Decimal(91_000))
    assert hashprice(152e12, 3.125, 91_000) == pytest.approx(float(decimal), rel=1e-12)


@pytest.mark.parametrize("factor", [0.1, 0.5, 0.9, 1.0, 1.2, 3.0, 9.0])
def test_a_retarget_follows_the_consensus_rule(factor: float) -> None:
    """After one epoch at a steady hash rate the difficulty is that of the exact rule, clamp and 2,015 intervals too."""
    bits = exact.bits_from_target(int(Decimal(exact.TARGET_ONE) / Decimal(DIFFICULTY)))
    start = float(exact.difficulty(exact.target_from_bits(bits)))
    hashrate = np.array([BALANCED_EHS * factor])
    interval_s = start * HASHES_PER_DIFFICULTY / float(hashrate[0] * 1e18)
    mined = chain(420 * EPOCH_BLOCKS, start)
    mined.mine(hashrate, EPOCH_BLOCKS * interval_s * 1.0001, np.zeros(1))
    wanted = exact.retarget(bits, 0, round(2015 * interval_s))
    assert mined.difficulty[0] == pytest.approx(float(exact.difficulty(exact.target_from_bits(wanted))), rel=1e-4)


@settings(max_examples=60, deadline=None)
@given(st.floats(0.2, 5.0), st.floats(0.5, 20.0), st.floats(880_000, 1_060_000), st.floats(0.0, 0.5))
def test_all_hash_rate_together_earns_what_the_blocks_pay(
    factor: float, weeks: float, height: float, fees: float
) -> None:
    """Earnings per hash times the network's hash rate are the subsidies of the blocks found, halvings included."""
    hashrate = np.array([BALANCED_EHS * factor])
    mined = chain(height)
    per_ghs = mined.mine(hashrate, weeks * WEEK, np.array([fees]))
    paid = issued(mined.height[0]) - issued(height)
    # At a retarget the height snaps to the whole block: half a block each time is the error.
    assert per_ghs[0] * hashrate[0] * 1e9 == pytest.approx(paid * (1 + fees), rel=1e-6, abs=5 * 5e8)


@settings(max_examples=60, deadline=None)
@given(st.floats(0.3, 3.0), st.floats(0.01, 0.99))
def test_a_month_is_the_sum_of_its_parts(factor: float, cut: float) -> None:
    """Where a month is cut does not matter: retargets happen in block time."""
    hashrate, seconds = np.array([BALANCED_EHS * factor]), 4.3 * WEEK
    once, twice = chain(903_430.0), chain(903_430.0)
    whole = once.mine(hashrate, seconds, np.zeros(1))
    parts = [twice.mine(hashrate, seconds * part, np.zeros(1)) for part in (cut, 1 - cut)]
    assert sum(parts)[0] == pytest.approx(whole[0], rel=1e-9)
    assert twice.difficulty[0] == pytest.approx(once.difficulty[0], rel=1e-9)


def test_paths_do_not_touch_each_other() -> None:
    """A path mines the same beside others, which need more retargets, as it does alone."""
    rates = BALANCED_EHS * np.array([0.5, 1.0, 4.0])
    together = Chain(np.full(3, DIFFICULTY), np.full(3, 903_430.0), np.full(3, BALANCED_EHS))
    earned = together.mine(rates, 9 * WEEK, np.zeros(3))
    alone = [chain(903_430.0).mine(rates[i : i + 1], 9 * WEEK, np.zeros(1))[0] for i in range(3)]
    assert earned.tolist() == alone


def issued(height: float) -> float:
    """Satoshis issued by all blocks up to a height."""
    total, start, subsidy = 0.0, 0.0, 50e8
    while start < height:
        total += (min(height, start + 210_000) - start) * subsidy
        start, subsidy = start + 210_000, subsidy / 2
    return total
