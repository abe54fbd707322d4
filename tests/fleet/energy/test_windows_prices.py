"""Hours and prices over changes of daylight saving time, and files that cannot be read."""

from __future__ import annotations

import gzip
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from mintage.fleet.energy.prices import SeriesSpec, read_series
from mintage.fleet.energy.windows import Window, midnight_us, wall, zone_of
from mintage.units import parse_instant
from mintage.units.errors import InputError

CHICAGO = zone_of("America/Chicago")
SHARED = Path(__file__).parents[4] / "shared/data/ercot_hb_south_15min_2024-06_2025-03.csv.gz"


def spec(**more: object) -> SeriesSpec:
    """A series in the file p.csv."""
    return SeriesSpec(**{"name": "index", "file": "p.csv", "column": "usd", "time": "end", **more})  # type: ignore[arg-type]  # keys by name


def series_of(tmp_path: Path, text: str, **more: object) -> object:
    """Read a series from text."""
    (tmp_path / "p.csv").write_text(text, "utf-8")
    return read_series(spec(**more), tmp_path)


def test_days_have_the_hours_that_they_have() -> None:
    """The day on which clocks go back has 25 hours, the day on which they go forward 23."""
    hours = [
        (midnight_us(last, CHICAGO) - midnight_us(first, CHICAGO)) / 3.6e9
        for first, last in (
            (date(2024, 11, 3), date(2024, 11, 4)),
            (date(2025, 3, 9), date(2025, 3, 10)),
        )
    ]
    assert hours == [25, 23]


def test_both_hours_after_midnight_are_in_their_window() -> None:
    """Twice it is 01:30 on a night in November, and both are in the window from 01:00 to 02:00."""
    window = Window(hours=("01:00-02:00",))
    for instant in ("2024-11-03T06:30:00Z", "2024-11-03T07:30:00Z"):
        clock = wall(parse_instant(instant), CHICAGO)
        assert clock.minute == 90
        assert window.holds(clock.date.month, clock.day, clock.minute)


def test_a_span_over_midnight_is_both_its_ends() -> None:
    """22:00-06:00 holds the late and the early hours, and nothing else."""
    window = Window(hours=("22:00-06:00",))
    assert [window.holds(1, "mon", hour * 60) for hour in (21, 22, 23, 0, 5, 6)] == [
        False,
        True,
        True,
        True,
        True,
        False,
    ]


def test_a_holiday_is_no_weekday() -> None:
    """On a holiday only windows that name holidays apply."""
    clock = wall(parse_instant("2025-07-01T18:00:00Z"), CHICAGO, frozenset({date(2025, 7, 1)}))
    assert clock.day == "holiday"
    assert not Window(days=("tue",)).holds(7, clock.day, clock.minute)


@pytest.mark.parametrize("bad", ["7-21", "07:00-07:00", "24:30-25:00", "07:00"])
def test_hours_that_cannot_be_are_refused(bad: str) -> None:
    """A slip in hours is named."""
    with pytest.raises(InputError, match=f"'{bad}'"):
        Window(hours=(bad,)).minutes()


def test_prices_by_the_end_of_their_interval(tmp_path: Path) -> None:
    """A price stamped with its end is that of the quarter before; outside the file it is unknown with a reason."""
    found = series_of(tmp_path, "end,usd\n2025-01-01T00:15:00Z,10.5\n2025-01-01T00:30:00Z,-3\n")
    assert found.at(parse_instant("2025-01-01T00:00:00Z")) == (Decimal("10.5"), "")  # type: ignore[attr-defined]  # as read
    assert found.at(parse_instant("2025-01-01T00:29:59Z")) == (Decimal(-3), "")  # type: ignore[attr-defined]  # as read
    assert found.at(parse_instant("2025-01-01T00:30:00Z"))[0] is None  # type: ignore[attr-defined]  # as read


def test_local_prices_repeat_an_hour_in_autumn(tmp_path: Path) -> None:
    """Wall times that come twice are the first and the second hour; one that never was is refused."""
    rows = [
        f"2024-11-03 0{hour}:{minute:02d}:00,{n}"
        for n, (hour, minute) in enumerate(
            [(0, 45), *((1, m) for m in (0, 15, 30, 45)), *((1, m) for m in (0, 15, 30, 45)), (2, 0)]
        )
    ]
    found = series_of(tmp_path, "end,usd\n" + "\n".join(rows), at="start", zone="America/Chicago")
    told = [found.at(parse_instant(t))[0] for t in ("2024-11-03T06:30:00Z", "2024-11-03T07:30:00Z")]  # type: ignore[attr-defined]  # as read
    assert told == [3, 7]
    with pytest.raises(InputError, match="never was"):
        series_of(tmp_path, "end,usd\n2025-03-09 02:15:00,1\n", at="start", zone="America/Chicago")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("end,usd\n2025-01-01T00:15:00Z,\n", "is not a number"),
        ("end,usd\n2025-01-01T00:15:00Z,1\n2025-01-01T00:15:00Z,1\n", "two rows are of the interval"),
        ("end,usd\n2025-01-01T00:15:00Z,1\n2025-01-01T00:20:00Z,1\n", "shorter than 15 minutes"),
        ("end,usd\nyesterday,1\n", "'yesterday' is no time"),
        ("end,price\n2025-01-01T00:15:00Z,1\n", "has no column 'usd'"),
        ("end,usd\n2025-01-01T00:15:00Z\n", "another number of cells"),
        ("", "has no column"),
    ],
)
def test_a_price_file_that_cannot_be_is_named_by_file_and_place(tmp_path: Path, text: str, problem: str) -> None:
    """A gap in a price file is an error with its line, never a free hour."""
    with pytest.raises(InputError, match=problem) as caught:
        series_of(tmp_path, text)
    assert str(tmp_path / "p.csv") in str(caught.value)


def test_a_packed_file_may_not_burst(tmp_path: Path) -> None:
    """A packed file that would fill the memory is refused."""
    (tmp_path / "p.csv.gz").write_bytes(gzip.compress(b"0" * (65 * 2**20), compresslevel=9))
    with pytest.raises(InputError, match="larger than"):
        read_series(spec(file="p.csv.gz"), tmp_path)


def test_no_file_and_no_zone_are_named(tmp_path: Path) -> None:
    """A missing file and an unknown zone say so."""
    with pytest.raises(InputError, match="cannot be read"):
        read_series(spec(), tmp_path)
    with pytest.raises(InputError, match="'Central' is no time zone"):
        zone_of("Central")


@pytest.mark.skipif(not SHARED.exists(), reason="the recorded ERCOT prices are not beside the checkout")
def test_recorded_prices_of_a_hub_are_placed_on_the_wall_clock_of_texas() -> None:
    """300 days of quarters: both days of clock changes are handled, and what the file lacks is unknown."""
    found = read_series(
        SeriesSpec(
            name="hb-south",
            file=SHARED.name,
            column="rtm_usd_per_mwh",
            time="interval_start_local",
            at="start",
            zone="America/Chicago",
            wall_time="forced-96",
        ),
        SHARED.parent,
    )
    assert len(found.prices) == 28_800 - 4  # the hour that never was is left out
    assert found.at(parse_instant("2024-06-01T05:00:00Z")) == (Decimal("17.69"), "")
    assert found.at(parse_instant("2024-11-03T06:30:00Z"))[0] is not None
    assert found.at(parse_instant("2024-11-03T07:30:00Z"))[0] is None  # the repeated hour is not in the file
    assert found.at(parse_instant("2025-03-09T08:00:00Z")) == (Decimal("22.47"), "")
