"""Series keep their gaps, prices round one way, and bad files are refused with the place and a remedy."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.market import series as series_module
from mintage.market.prices import value_cents
from mintage.market.series import DailySeries, read_series, series
from mintage.units.errors import InputError, LimitError
from tests.market.shared import shared_file

JUNE_1 = date(2025, 6, 1)


def _read(tmp_path: Path, text: str) -> DailySeries:
    path = tmp_path / "closes.csv"
    path.write_bytes(text.encode())
    return read_series(path, "USD/BTC")


def test_a_gap_is_unknown_and_says_why(tmp_path: Path) -> None:
    """An empty cell and an absent day are unknown with a reason, and so is every figure over a span with one."""
    closes = _read(tmp_path, 'date,close\n2025-06-01,100\n2025-06-02,\n2025-06-04,"1,300.50"\n')
    assert closes.on(JUNE_1).require() == 100
    assert closes.on(date(2025, 6, 4)).value == Decimal("1300.50")
    assert "empty in line 3 of closes.csv" in closes.on(date(2025, 6, 2)).reason
    assert "no value for 2025-06-03" in closes.on(date(2025, 6, 3)).reason
    assert [gap.day for gap in closes.gaps(JUNE_1, date(2025, 6, 4))] == [date(2025, 6, 2), date(2025, 6, 3)]
    for told in (closes.mean, closes.low, closes.high):
        reading = told(JUNE_1, date(2025, 6, 4))
        assert reading.value is None
        assert reading.reason.startswith("2 of 4 days are unknown")
    with pytest.raises(InputError, match="empty in line 3"):
        closes.on(date(2025, 6, 2)).require()


@given(st.lists(st.decimals("0.01", "1e6", places=2), min_size=1, max_size=40))
def test_mean_lies_between_low_and_high(values: list[Decimal]) -> None:
    """Low and high are values of the series on the days that they name, and the mean times days is the sum."""
    days = [JUNE_1 + timedelta(days=offset) for offset in range(len(values))]
    closes = series("closes", "USD/BTC", zip(days, values, strict=True))
    low, high = closes.low(days[0], days[-1]), closes.high(days[0], days[-1])
    assert low.require() == min(values)
    assert high.require() == max(values)
    assert low.day is not None
    assert closes.on(low.day).value == low.value
    assert abs(closes.mean(days[0], days[-1]).require() * len(values) - sum(values)) < Decimal("1e-9")


def test_a_span_without_days_has_no_mean() -> None:
    """A span that ends before it starts is unknown, not zero."""
    reading = series("closes", "USD/BTC", []).mean(JUNE_1, date(2025, 5, 31))
    assert reading.value is None
    assert "holds no day" in reading.reason


def test_two_values_for_one_day_are_refused() -> None:
    """A day keeps one value; the same value twice is the same observation."""
    pair = (JUNE_1, Decimal(1))
    assert series("closes", "USD/BTC", [pair, pair]).on(JUNE_1).value == 1
    with pytest.raises(InputError, match="two values for 2025-06-01: 1 and 2"):
        series("closes", "USD/BTC", [pair, (JUNE_1, Decimal(2))])


@pytest.mark.parametrize(
    ("text", "line", "field", "says"),
    [
        ("", None, None, "is empty"),
        ("date,price\n2025-06-01,1\n", 1, "close", "no column 'close'"),
        ("date,close\n01/06/2025,1\n", 2, "date", "not a date"),
        ("date,close\n2025-06-01,1\n2025-06-01,2\n", 3, "date", "twice"),
        ("date,close\n2025-06-01,1e5\n", 2, "close", "not a number"),
        ("date,close\n2025-06-01,1\n2025-06-0", 3, None, "1 cells where the header has 2"),
        ('date,close\n2025-06-01,"1\n', 2, None, "not CSV"),
    ],
)
def test_bad_files_are_refused_with_their_place(
    tmp_path: Path, text: str, line: int | None, field: str | None, says: str
) -> None:
    """Each kind of bad file names the file, the line, the column and a remedy."""
    with pytest.raises(InputError, match=says) as caught:
        _read(tmp_path, text)
    assert caught.value.file == str(tmp_path / "closes.csv")
    assert (caught.value.line, caught.value.field) == (line, field)
    assert caught.value.remedy


def test_unreadable_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing file, one that is not UTF-8 and one that is too large are bad input."""
    with pytest.raises(InputError, match="cannot be read"):
        read_series(tmp_path / "none.csv", "USD/BTC")
    path = tmp_path / "latin.csv"
    path.write_bytes(b"date,close\n2025-06-01,1\xe9\n")
    with pytest.raises(InputError, match="not UTF-8 at byte 23"):
        read_series(path, "USD/BTC")
    monkeypatch.setattr(series_module, "BYTES_MAX", 10)
    with pytest.raises(LimitError, match="larger than 10 bytes"):
        read_series(path, "USD/BTC")


@given(st.integers(-(10**15), 10**15), st.decimals("0", "1e7", places=4))
def test_bitcoin_is_valued_to_the_nearest_cent(sats: int, price: Decimal) -> None:
    """The value is the nearest cent to sats times price, and a half goes up."""
    exact = Fraction(sats) * Fraction(price) / 10**6
    assert -Fraction(1, 2) < value_cents(sats, price) - exact <= Fraction(1, 2)


def test_a_value_worked_by_hand() -> None:
    """1.5 BTC at 107,147.005 is 160,720.5075 dollars; half a cent goes up."""
    assert value_cents(150_000_000, Decimal("107147.005")) == 16_072_051
    assert value_cents(1_000_000, Decimal("0.5")) == 1
    for price in (Decimal("NaN"), Decimal(-1)):
        with pytest.raises(InputError, match="not a price"):
            value_cents(1, price)


def test_real_closes_of_the_example_quarter() -> None:
    """A real file of daily closes has no gap in the second quarter of 2025 and closes it near USD 107,147."""
    closes = read_series(shared_file("btc_usd_daily_brk.csv"), "USD/BTC")
    first, last = date(2025, 4, 1), date(2025, 6, 30)
    assert closes.gaps(first, last) == []
    assert abs(closes.on(last).require() / 107_147 - 1) < Decimal("0.006")
    assert abs(closes.mean(first, last).require() / 98_681 - 1) < Decimal("0.006")
    assert (closes.first, closes.last) == (date(2012, 1, 1), date(2026, 2, 11))
