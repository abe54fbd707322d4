"""Periods as texts write them, resolved against the reporting period."""

import pytest

from mintage.disclosure import periods
from mintage.disclosure.when import find_periods
from mintage.units.errors import InputError


@pytest.mark.parametrize(
    ("text", "reporting", "period", "part"),
    [
        ("in Q1", "2025Q2", "2025Q1", None),
        ("in Q4", "2025Q2", "2024Q4", None),
        ("the third quarter", "2025Q2", "2025Q3", None),
        ("quarter 3, 2022", "2025Q2", "2022Q3", None),
        ("2Q25", "2025Q2", "2025Q2", None),
        ("at the end of the first quarter", "2025Q2", "2025Q1", "end"),
        ("by end of July", "2025Q2", "2025-07", "end"),
        ("early February", "2025Q2", "2025-02", "early"),
        ("June 30, 2025", "2025Q2", "2025-06-30", None),
        ("As of August 13", "2025Q2", "2025-08-13", None),
        ("the previous quarter", "2025Q2", "2025Q1", None),
        ("the prior month", "2025-01", "2024-12", None),
        ("the same period last year", "2025Q2", "2024Q2", None),
        ("a year ago", "2025-04", "2024-04", None),
        ("a quarter ago", "2025Q2", "2025Q1", None),
        ("May 2025", "2025-06", "2025-05", None),
        ("in 2024", "2025Q2", "2024", None),
        ("first half of 2025", "2025Q2", "2025H1", None),
        ("today", "2025Q2", "now", None),
    ],
)
def test_a_period_is_resolved_against_the_reporting_period(
    text: str, reporting: str, period: str, part: str | None
) -> None:
    """A name without a year means the nearest such period; relative words count from the reporting period."""
    (when,) = find_periods(text, reporting)
    assert (when.period, when.part) == (period, part)


@pytest.mark.parametrize("text", ["may we go on", "the first quarter in which we passed", "2,025 bitcoins", "$2025"])
def test_what_only_looks_like_a_period_is_none(text: str) -> None:
    """A modal "may", a quarter that is told of rather than named, and amounts name no period."""
    assert find_periods(text, "2025Q2") == []


def test_a_day_that_does_not_exist_is_no_date() -> None:
    """June 31 is not read as a date."""
    assert all(when.period != "2025-06-31" for when in find_periods("on June 31, 2025", "2025Q2"))


@pytest.mark.parametrize("period", ["2025Q5", "2025-13", "Q2", "2025-06-31", ""])
def test_a_period_that_is_none_is_refused(period: str) -> None:
    """The error says how to write a period."""
    with pytest.raises(InputError, match=r"period|calendar"):
        periods.bounds(period)


def test_steps_between_periods_invert_each_other() -> None:
    """Shifting there and back gives the same period, across years."""
    for period in ("2025Q1", "2025-01", "2025", "2025H1", "2025-03-01"):
        assert periods.shift(periods.shift(period, -5), 5) == period
