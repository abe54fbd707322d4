"""What FPPS owes for a day, and whether a credit is that."""

from __future__ import annotations

import csv
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.market.network import hashprice_usd_ph_day
from mintage.mining.production import check_production, fpps_expected_sats
from mintage.units.errors import InputError
from tests.market.shared import shared_file

D = Decimal(121_658_450_774_825)
SUBSIDY = 312_500_000


def test_a_day_at_the_example_hash_rate() -> None:
    """6.57 EH/s at a difficulty of 121.66 T earn 3.39 BTC a day before fees; a 1 % pool fee takes 1 %."""
    gross = fpps_expected_sats(Decimal(6_570_000), D, SUBSIDY, Decimal(0))
    assert gross == 339_490_003
    net = fpps_expected_sats(Decimal(6_570_000), D, SUBSIDY, Decimal(0), pool_fee_pct=Decimal(1))
    assert abs(net - gross * 0.99) <= 1


@given(st.integers(1, 10**7), st.integers(10**13, 10**15), st.integers(0, 10**8), st.integers(1000, 200_000))
def test_expectation_times_price_is_the_hashprice(ths: int, hard: int, fees: int, price: int) -> None:
    """Satoshis expected, at a price, are hash rate times hashprice: two ways to say one identity."""
    sats = fpps_expected_sats(Decimal(ths), Decimal(hard), SUBSIDY, Decimal(fees))
    hashprice = hashprice_usd_ph_day(Decimal(hard), Decimal(SUBSIDY + fees).scaleb(-8), Decimal(price))
    assert abs(sats - hashprice * ths / 1000 / price * 10**8) <= Decimal("0.5001")


def test_a_real_quarter_of_the_whole_network() -> None:
    """At the implied hash rate of each real day, FPPS owes what the network's blocks paid that day, luck and all."""
    with shared_file("btc_network_daily_2025-08_2026-01.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            blocks, fees = int(row["blocks"]), Decimal(row["fees_sat"])
            hashrate = Decimal(row["implied_hashrate_ehs"]) * 10**6
            owed = fpps_expected_sats(hashrate, Decimal(row["difficulty_mean"]), SUBSIDY, fees / blocks)
            paid = int(row["subsidy_sat"]) + fees
            assert abs(owed / paid - 1) < Decimal("2e-5"), row["date"]


def test_a_credit_is_checked_within_a_tolerance() -> None:
    """A credit 2 % short passes at 2 % and fails at 1.9 %; the gap is signed."""
    assert check_production(98_000, 100_000, Decimal(2)).ok is True
    short = check_production(98_000, 100_000, Decimal("1.9"))
    assert (short.ok, short.gap_pct) == (False, Decimal(-2))
    assert check_production(103_000, 100_000, Decimal(2)).gap_pct == 3


def test_an_unknown_expectation_is_neither_right_nor_wrong() -> None:
    """Where the hash rate of a day is unknown, so is the verdict, and the reason is kept."""
    check = check_production(98_000, None, Decimal(2), "no hash rate was measured at erie on 2025-06-02.")
    assert (check.ok, check.gap_pct, check.earned_sats) == (None, None, 98_000)
    assert "erie" in check.reason
    with pytest.raises(InputError, match="without a reason"):
        check_production(98_000, None, Decimal(2))


def test_a_day_without_hashing_owes_nothing() -> None:
    """Where nothing is expected, a credit of nothing is right and any other is not; neither has a gap in per cent."""
    assert check_production(0, 0, Decimal(2)).ok is True
    surplus = check_production(5, 0, Decimal(2))
    assert (surplus.ok, surplus.gap_pct) == (False, None)


def test_impossible_inputs_are_refused() -> None:
    """A negative hash rate, a fee above all, and a difficulty of nothing are bad input."""
    with pytest.raises(InputError, match="cannot be"):
        fpps_expected_sats(Decimal(-1), D, SUBSIDY, Decimal(0))
    with pytest.raises(InputError, match="per cent"):
        fpps_expected_sats(Decimal(1), D, SUBSIDY, Decimal(0), pool_fee_pct=Decimal(101))
    with pytest.raises(InputError, match="difficulty"):
        fpps_expected_sats(Decimal(1), Decimal(0), SUBSIDY, Decimal(0))
