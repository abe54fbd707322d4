"""Consensus arithmetic against Bitcoin Core's own vectors, and the economic identities against each other."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.market.network import (
    HALVING_BLOCKS,
    TARGET_MAX,
    TARGET_ONE,
    bits_from_target,
    curtail_above_usd_mwh,
    difficulty,
    expected_blocks,
    hashprice_usd_ph_day,
    implied_hashrate_ths,
    payback_days,
    retarget,
    subsidy_sats,
    target_from_bits,
)
from mintage.units.errors import InputError

targets = st.integers(1, TARGET_MAX)
positive = st.decimals("0.001", "1e6", places=3)


def test_subsidy_halves_every_210_000_blocks_until_nothing_is_left() -> None:
    """The subsidy is 50 BTC, 25, 12.5, ... and sums to just under 21 million BTC."""
    assert subsidy_sats(0) == subsidy_sats(HALVING_BLOCKS - 1) == 5_000_000_000
    assert [subsidy_sats(height) for height in (210_000, 840_000)] == [2_500_000_000, 312_500_000]
    assert subsidy_sats(HALVING_BLOCKS * 64) == 0
    assert sum(subsidy_sats(era * HALVING_BLOCKS) for era in range(70)) * HALVING_BLOCKS == 2_099_999_997_690_000


@pytest.mark.parametrize(
    ("bits", "first_time_s", "last_time_s", "expected"),
    [
        ("1d00ffff", 1261130161, 1262152739, "1d00d86a"),
        ("1d00ffff", 1231006505, 1233061996, "1d00ffff"),
        ("1c05a3f4", 1279008237, 1279297671, "1c0168fd"),
        ("1c387f6f", 1263163443, 1269211443, "1d00e1fd"),
    ],
    ids=["plain", "pow limit", "clamped to a quarter", "clamped to four times"],
)
def test_retarget_agrees_with_bitcoin_core(bits: str, first_time_s: int, last_time_s: int, expected: str) -> None:
    """Retargets are bit for bit those of Bitcoin Core. Source: `src/test/pow_tests.cpp` of bitcoin/bitcoin (MIT)."""
    assert retarget(bits, first_time_s, last_time_s) == expected


@given(st.integers(2**32, TARGET_MAX), st.integers(0, 2**32), st.integers(-(10**7), 10**8))
def test_retarget_never_moves_by_more_than_four(target: int, start_s: int, span_s: int) -> None:
    """Whatever the header times say, the target moves by at most the clamp and never above the limit."""
    bits = bits_from_target(target)
    before, after = target_from_bits(bits), target_from_bits(retarget(bits, start_s, start_s + span_s))
    assert before // 4 - (before >> 16) <= after <= min(before * 4, TARGET_MAX)


@given(targets)
def test_compact_bits_round_trip(target: int) -> None:
    """Compact bits lose precision once: what they stand for is at most the target, and encodes to the same bits."""
    bits = bits_from_target(target)
    kept = target_from_bits(bits)
    assert kept <= target < kept + (kept >> 14) + 1
    assert bits_from_target(kept) == bits


@pytest.mark.parametrize(
    "bits", ["", "1d00fff", "1d00ffff0", "zz00ffff", "-d00ffff", "1d800001", "00000000", "ff00ffff"]
)
def test_impossible_bits_are_refused(bits: str) -> None:
    """Bits that are no compact target, or a negative, zero or overflowing one, are bad input."""
    with pytest.raises(InputError):
        target_from_bits(bits)


@given(targets)
def test_difficulty_is_the_inverse_of_the_target(target: int) -> None:
    """Difficulty times target is the target of difficulty 1, within 28 digits."""
    product = difficulty(target) * target
    assert abs(product / TARGET_ONE - 1) < Decimal("1e-26")


def test_hashprice_of_a_published_day() -> None:
    """Difficulty 152e12, 3.125 BTC and USD 91,000 give USD 37.6 before fees (an index printed 38.2 with fees)."""
    price = hashprice_usd_ph_day(Decimal("152e12"), Decimal("3.125"), Decimal(91_000))
    assert round(price, 1) == Decimal("37.6")


def test_break_even_power_prices_of_a_published_day() -> None:
    """At USD 38.2 a 17.5 J/TH machine breaks even at USD 91/MWh, and one of 12.8 J/TH at USD 124/MWh."""
    assert round(curtail_above_usd_mwh(Decimal("38.2"), Decimal("17.5"))) == 91
    assert round(curtail_above_usd_mwh(Decimal("38.2"), Decimal("12.8"))) == 124


@given(positive, st.decimals("1", "100", places=2), st.decimals("1", "2", places=2))
def test_curtailing_is_where_power_eats_the_hashprice(hashprice: Decimal, efficiency: Decimal, pue: Decimal) -> None:
    """At the break-even power price, a day's energy of 1 PH/s with its overhead costs exactly the hashprice."""
    energy_mwh = 1000 * efficiency * pue * 86_400 / Decimal("3.6e9")
    cost = curtail_above_usd_mwh(hashprice, efficiency, pue) * energy_mwh
    assert abs(cost - hashprice) < hashprice * Decimal("1e-20")


@given(positive, positive, st.decimals("1", "100", places=2), st.decimals("-50", "500", places=2))
def test_payback_is_known_exactly_below_the_break_even(
    price: Decimal, hashprice: Decimal, efficiency: Decimal, power: Decimal
) -> None:
    """A machine pays back if and only if power is cheaper than its break-even, and then earns its price by then."""
    days = payback_days(price, hashprice, efficiency, power)
    if days is None:
        assert power >= curtail_above_usd_mwh(hashprice, efficiency) * Decimal("0.999999999")
    else:
        margin_ph = hashprice - Decimal("0.024") * efficiency * power
        assert abs(days * margin_ph / 1000 - price) < price * Decimal("1e-9")


@given(st.decimals("1", "1e15", places=2))
def test_the_network_finds_one_block_in_ten_minutes(difficulty_: Decimal) -> None:
    """The hash rate that a difficulty implies is the one that finds a block in 600 seconds on average."""
    found = expected_blocks(implied_hashrate_ths(difficulty_), 600, difficulty_)
    assert abs(found - 1) < Decimal("1e-20")


def test_a_difficulty_of_nothing_is_refused() -> None:
    """Zero difficulty is an error that names the field, not a division by zero."""
    with pytest.raises(InputError, match="difficulty"):
        hashprice_usd_ph_day(Decimal(0), Decimal("3.125"), Decimal(90_000))
