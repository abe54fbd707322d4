"""Instants, dates and periods: one way to write each, exact, and closed under going back and forth."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.units import day_end_instant, format_instant, parse_date, parse_instant, parse_period
from mintage.units.errors import InputError

DAYS = st.dates(date(1901, 1, 1), date(2198, 12, 31))
MOMENTS = st.datetimes(datetime(1901, 1, 2), datetime(2198, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001  the strategy adds the zone


@given(MOMENTS)
def test_an_instant_prints_and_reads_as_itself(moment: datetime) -> None:
    """Microseconds since 1970 survive printing and reading, to the last one."""
    instant = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    assert parse_instant(format_instant(instant)) == instant


@pytest.mark.parametrize(
    "text",
    ["2025-06-30T23:59:59Z", "2025-07-01T07:59:59+08:00", "2025-06-30 23:59:59.000000Z", "2025-06-30T18:59:59-05:00"],
)
def test_an_offset_is_an_instant_not_another_time(text: str) -> None:
    """The same moment said in four zones is one instant, the last second of that UTC day."""
    assert parse_instant(text) == day_end_instant(date(2025, 6, 30))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2025-06-30",
        "2025-06-30T25:00:00Z",
        "20250630T235959Z",
        "2025-W27-1T00:00:00Z",
        "2025-06-30T23:59:59.1234567Z",
        "0025-06-30T23:59:59Z",
        "yesterday",
    ],
)
def test_another_form_of_instant_is_refused(text: str) -> None:
    """Week dates, digits below the microsecond and bare dates are not guessed at."""
    with pytest.raises(InputError, match="2025-06-30T23:59:59Z"):
        parse_instant(text)


def test_a_time_without_zone_is_refused() -> None:
    """Local times would mean another instant on another machine."""
    with pytest.raises(InputError, match="no time zone"):
        parse_instant("2025-06-30T23:59:59")


@given(DAYS)
def test_a_date_reads_as_itself(day: date) -> None:
    """ISO dates are read, and the day's period holds exactly that day."""
    assert parse_date(day.isoformat()) == day
    period = parse_period(day.isoformat())
    assert (period.start, period.end, period.days) == (day, day, 1)


@pytest.mark.parametrize(
    "text", ["20250630", "2025-6-30", "2025-02-29", "30/06/2025", "2025-W27-1", "0205-06-30", "２０２５-06-30"]
)
def test_another_form_of_date_is_refused(text: str) -> None:
    """There is one way to write a date, and the day must exist."""
    with pytest.raises(InputError, match="YYYY-MM-DD"):
        parse_date(text)


NAMES = st.one_of(
    DAYS.map(lambda day: f"{day.year}"),
    DAYS.map(lambda day: f"{day.year}Q{(day.month + 2) // 3}"),
    DAYS.map(lambda day: f"{day.year}-{day.month:02d}"),
    DAYS.map(date.isoformat),
)


@given(NAMES)
def test_periods_follow_each_other_without_gap(name: str) -> None:
    """The period before ends the day before, is of the same kind, and a name is read as itself."""
    period = parse_period(name)
    before = period.before()
    assert str(period) == name
    assert before.end + timedelta(days=1) == period.start
    assert len(before.name) == len(name)
    assert period.start in period
    assert before.end not in period


@given(NAMES)
def test_months_cover_a_period(name: str) -> None:
    """The months of a year, quarter or month are its days exactly; those of a day hold it."""
    period = parse_period(name)
    months = period.months()
    assert months[0].start <= period.start
    assert months[-1].end >= period.end
    if len(name) < 10:
        assert sum(month.days for month in months) == period.days


@pytest.mark.parametrize(
    ("name", "earlier"), [("2025", "2024"), ("2025Q1", "2024Q1"), ("2025-03", "2024-03"), ("2025-06-30", "2024-06-30")]
)
def test_the_year_before_is_the_same_period(name: str, earlier: str) -> None:
    """A comparative is the period of the same name one year earlier."""
    assert parse_period(name).year_before() == parse_period(earlier)


@pytest.mark.parametrize(
    "name", ["", "25", "2025Q0", "2025Q5", "2025-13", "2025-00", "2025-02-30", "0000", "Q2 2025", "2025 "]
)
def test_another_name_is_no_period(name: str) -> None:
    """A period that does not exist is refused, not bent into one that does."""
    with pytest.raises(InputError):
        parse_period(name)
