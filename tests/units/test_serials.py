"""Serial ranges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.units.errors import InputError
from mintage.units.serials import SerialRange, overlaps, parse_serials, serial_range

RANGES = st.builds(
    lambda prefix, first, more: SerialRange(prefix, 3, first, min(first + more, 999)),
    st.sampled_from(["A", "B"]),
    st.integers(0, 999),
    st.integers(0, 300),
)


def test_a_list_of_ranges_is_counted_and_printed_as_written() -> None:
    """Ranges and single serial numbers are read with their leading zeros."""
    text = "A15K000100..A15K000199, A15K000250"
    ranges = parse_serials(text)
    assert [item.count for item in ranges] == [100, 1]
    assert ", ".join(map(str, ranges)) == text


def test_no_serials_are_no_machines() -> None:
    """An empty text names none."""
    assert parse_serials("") == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("A15K", "is not a serial number"),
        ("A100..B200", "not of one series"),
        ("A100..A1000", "not of one series"),
        ("A200..A100", "comes before"),
        ("A100..A199, A150", "the same machine twice"),
        ("A100..", "'' is not a serial number"),
    ],
)
def test_what_cannot_be_a_list_of_serials_is_refused(text: str, problem: str) -> None:
    """Each mistake has its own words."""
    with pytest.raises(InputError, match=problem):
        parse_serials(text)


@given(st.lists(RANGES, max_size=6))
def test_overlaps_are_found_exactly_when_a_serial_is_named_twice(ranges: list[SerialRange]) -> None:
    """Compared with writing every serial number out."""
    written = [(item.prefix, number) for item in ranges for number in range(item.first, item.last + 1)]
    assert bool(overlaps(ranges)) == (len(written) != len(set(written)))
    assert all(one.meets(two) for one, two in overlaps(ranges))


def test_a_range_reads_back_from_its_ends() -> None:
    """The printed ends give the same range."""
    assert str(serial_range("SN007", "SN012")) == "SN007..SN012"
    assert serial_range("SN007", "SN012").count == 6
