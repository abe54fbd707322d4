"""What a counter may be believed: laws over any sequence of readings."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mintage.fleet.energy.counter import QUALITIES, Counter, Limits, Sample, judge

MINUTE_US = 60_000_000
LIMITS = Limits(power_w_max=300_000.0, span_wh=2**32, step_wh=1)


def run(samples: list[Sample], limits: Limits = LIMITS) -> tuple[Counter | None, list[str]]:
    """Judge samples one after the other."""
    state, qualities = None, []
    for sample in samples:
        state, _, quality = judge(state, sample, limits)
        qualities.append(quality)
    return state, qualities


def at(minute: int, raw_wh: int | None, power_w: float | None = None, serial: int | None = None) -> Sample:
    """A reading of one minute."""
    return Sample(at_us=minute * MINUTE_US, power_w=power_w, raw_wh=raw_wh, serial=serial)


@given(
    st.lists(
        st.tuples(st.integers(0, 90), st.integers(0, 2**40), st.floats(-1e6, 1e6) | st.none(), st.integers(1, 2)),
        min_size=1,
    )
)
def test_energy_is_never_negative_nor_more_than_the_supply_carries(
    rows: list[tuple[int, int, float | None, int]],
) -> None:
    """Whatever a meter says, counted energy only grows, by no more than the supply carries in the time that passed."""
    state, counted, first_us = None, 0, None
    for minute, raw, power, serial in rows:
        sample = at(minute, raw, power, serial)
        state, believed, quality = judge(state, sample, LIMITS)
        assert quality in QUALITIES
        assert state is not None
        first_us = sample.at_us if first_us is None else first_us
        assert state.counted_wh >= counted
        elapsed_us = max(state.at_us - first_us, 0)
        assert state.counted_wh <= 300_000 * elapsed_us / 3.6e9 + 2 * len(rows)
        assert 0 <= state.unknown_us <= elapsed_us
        assert believed or state.counted_wh == counted
        counted = state.counted_wh


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=50), st.integers(0, 2**32 - 1))
def test_an_honest_counter_is_counted_to_the_watt_hour(steps: list[int], start: int) -> None:
    """A counter that rolls over at the end of its register loses nothing."""
    raw, samples = start, [at(0, start)]
    for minute, step in enumerate(steps, start=1):
        raw = (raw + step) % 2**32
        samples.append(at(minute, raw))
    state, _ = run(samples)
    assert state is not None
    assert state.counted_wh == sum(steps)
    assert state.unknown_us == 0


def test_one_wrong_value_is_held_back_and_costs_nothing() -> None:
    """A single reading far off, low or high, is not counted; the next good one counts from before it."""
    for wrong in (5, 10**9):
        state, qualities = run([at(0, 1000), at(1, 2000), at(2, wrong), at(3, 4000)], endless())
        assert qualities == ["good", "good", "backwards" if wrong == 5 else "forwards", "good"]
        assert state is not None
        assert (state.counted_wh, state.unknown_us) == (3000, 0)


def test_a_counter_set_anew_leaves_the_time_in_between_unknown() -> None:
    """After a reset the interval around it is unknown, never negative; counting goes on from the new value."""
    state, qualities = run([at(0, 10**6), at(1, 10**6 + 1000), at(2, 7), at(3, 1007)], endless())
    assert qualities[-2:] == ["backwards", "replaced"]
    assert state is not None
    assert (state.counted_wh, state.unknown_us) == (2000, MINUTE_US)


def test_another_serial_number_is_another_meter() -> None:
    """A replaced meter is known by its serial number at once, even where its counter happens to fit."""
    state, qualities = run([at(0, 1000, serial=1), at(1, 2000, serial=1), at(2, 2500, serial=2), at(3, 3000, serial=2)])
    assert qualities[2] == "replaced"
    assert state is not None
    assert (state.counted_wh, state.unknown_us) == (1500, MINUTE_US)


def test_a_frozen_counter_that_catches_up_lost_nothing() -> None:
    """Old values under load are frozen; once the counter shows what flowed meanwhile, all of it is known."""
    load = 120_000.0  # 2,000 Wh a minute
    rows = [at(0, 0, load), *(at(minute, 0, load) for minute in range(1, 6)), at(6, 12_000, load)]
    state, qualities = run(rows)
    assert qualities[1:6] == ["frozen"] * 5
    assert qualities[6] == "good"
    assert state is not None
    assert (state.counted_wh, state.unknown_us) == (12_000, 0)


def test_a_frozen_counter_that_does_not_catch_up_is_unknown() -> None:
    """A counter that stood still and goes on from there leaves the time unknown; nothing is made up from power."""
    load = 120_000.0
    rows = [at(0, 0, load), *(at(minute, 0, load) for minute in range(1, 6)), at(6, 2000, load), at(7, 4000, load)]
    state, qualities = run(rows)
    assert qualities[6] == "missed"
    assert state is not None
    assert (state.counted_wh, state.unknown_us) == (4000, 6 * MINUTE_US)


def test_a_site_that_is_off_is_not_frozen() -> None:
    """No power and no energy is as it should be."""
    assert run([at(minute, 500, 0.0) for minute in range(5)])[1] == ["good"] * 5


def test_a_scale_that_is_off_by_a_thousand_is_told() -> None:
    """A counter of kWh read as Wh, or the reverse, disagrees with power."""
    wrong = [at(0, 0, 120_000.0), at(1, 2, 120_000.0), at(2, 4, 120_000.0)]
    assert run(wrong)[1][1:] == ["disagrees", "disagrees"]


def test_a_clock_set_back_counts_nothing_twice() -> None:
    """Readings stamped before the last one are not counted; the next later one covers the whole time."""
    state, qualities = run([at(10, 0), at(11, 1000), at(5, 1500), at(12, 3000)])
    assert qualities[2] == "clock"
    assert state is not None
    assert state.counted_wh == 3000


def endless() -> Limits:
    """Limits of a meter whose counter has no stated end."""
    return Limits(power_w_max=300_000.0, span_wh=None, step_wh=1)
