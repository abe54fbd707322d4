"""Values of pools' answers: exact to the satoshi, bounded, and never half-understood."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.mining.drivers import values
from mintage.mining.drivers.values import Unreadable


@given(st.integers(0, 21 * 10**14))
def test_every_amount_of_bitcoin_survives_json_as_text_and_as_a_number(sats: int) -> None:
    """BTC written with eight decimals, as a string or as a bare number of JSON, is the same satoshis again."""
    written = f"{Decimal(sats).scaleb(-8):.8f}"
    number = msgspec.json.decode(written.encode(), type=Decimal)
    assert values.btc(written) == values.btc(number) == values.btc_nearest(written) == sats


@given(st.decimals(0, 1000, places=18))
def test_fractions_of_a_satoshi_are_rounded_once(amount: Decimal) -> None:
    """A pool that keeps fractions is off by at most half a satoshi; a pool that should not is refused."""
    exact = amount.scaleb(8)
    assert abs(values.btc_nearest(amount) - exact) <= Decimal("0.5")
    if exact != exact.to_integral_value():
        with pytest.raises(Unreadable):
            values.btc(amount)


@pytest.mark.parametrize("wrong", [None, True, -1, "-0.1", "NaN", "Infinity", "1e400", "0x10", "", [], {}, "1e-400"])
def test_what_is_no_plain_number_is_refused(wrong: Any) -> None:
    """Nothing is guessed from null, truth values, negatives, other bases, or exponents out of all bounds."""
    for read in (values.number, values.count, values.btc, values.btc_nearest):
        with pytest.raises(Unreadable):
            read(wrong)


@pytest.mark.parametrize(
    "said", [1_751_334_000, "1751334000", "2025-07-01T01:40:00", "2025-07-01T01:40:00Z", "2025-07-01T09:40:00+08:00"]
)
def test_one_instant_in_all_its_forms(said: Any) -> None:
    """Unix seconds and ISO 8601, with or without a zone, are the same instant; without one it is UTC."""
    assert values.instant(said) == 1_751_334_000 * 1_000_000
    assert values.day(said).isoformat() == "2025-07-01"


@pytest.mark.parametrize(
    "read", [values.sats, lambda sats: values.btc(f"{sats}e-8"), lambda sats: values.btc_nearest(f"{sats}e-8")]
)
def test_more_bitcoin_than_there_can_be_is_refused(read: Callable[[int], int]) -> None:
    """A pool cannot credit more than 21 million BTC, the last satoshi of which is read."""
    assert read(21_000_000 * 10**8) == 21_000_000 * 10**8
    with pytest.raises(Unreadable, match="21,000,000 BTC"):
        read(21_000_000 * 10**8 + 1)


@pytest.mark.parametrize(
    "wrong",
    [
        10**18,
        "1e30",
        "tomorrow",
        None,
        "2025-13-01",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "1969-12-31",
    ],
)
def test_what_is_no_time_is_refused(wrong: Any) -> None:
    """Milliseconds and other slips are not taken for a far future."""
    with pytest.raises(Unreadable):
        values.day(wrong)


def test_units_of_hash_rate() -> None:
    """The unit beside a hash rate is obeyed, and an unknown one refused."""
    assert values.ths(5, "Ph/s") == 5_000
    assert values.ths("250", "Gh/s") == Decimal("0.25")
    with pytest.raises(Unreadable, match="ph/s"):
        values.ths(1, "hashes")


@pytest.mark.parametrize("wrong", ["ab", "zz" * 32, 5, "AB" * 33])
def test_what_is_no_transaction_is_refused(wrong: Any) -> None:
    """A transaction's id has 64 hexadecimal digits."""
    with pytest.raises(Unreadable):
        values.txid(wrong)
