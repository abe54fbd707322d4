"""What a meter's counter may be believed: each reading is judged against the one before it.

A counter only runs forwards, and no faster than the supply can carry. What does not fit is held back until the next
reading shows which of the two was wrong. Energy that nobody counted stays unknown: it is never negative, and never made
up from power.
"""

from __future__ import annotations

import msgspec

_US_PER_H = 3_600_000_000
QUALITIES = {
    "good": "as it should be",
    "silent": "did not answer",
    "refused": "answered with an error",
    "no-value": "says that it has no value",
    "implausible": "more than the supply can carry",
    "word-order": "makes sense only with its words the other way round",
    "reversed": "power flows out: a current transformer may be turned",
    "backwards": "the counter ran backwards; not counted",
    "forwards": "the counter jumped further than the supply can carry; not counted",
    "frozen": "the counter stands still under load",
    "missed": "the counter stood still under load and has not caught up",
    "replaced": "another meter or a counter set anew; counting goes on from here",
    "rolled-over": "the counter passed its end and began again; counted",
    "disagrees": "counter and power tell different stories; check scale and profile",
    "clock": "the clock was set back; not counted",
}
"""What each quality means."""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One reading, in units.

    Attributes:
        at_us: instant.
        power_w: power, W; None where there is none.
        raw_wh: the counter, Wh; None where there is none.
        serial: the meter's serial number, where it tells one.
    """

    at_us: int
    power_w: float | None
    raw_wh: int | None
    serial: int | None = None


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What can be.

    Attributes:
        power_w_max: power that the supply can carry, W.
        span_wh: where the counter starts again, Wh; None where it does not say.
        step_wh: smallest step of the counter, Wh.
    """

    power_w_max: float
    span_wh: int | None
    step_wh: float


class Counter(msgspec.Struct, frozen=True, kw_only=True):
    """A counter's history, as far as the next reading needs it.

    Attributes:
        at_us: instant of the last reading that was believed.
        raw_wh: what the counter showed then.
        power_w: power then, where known.
        serial: serial number then, where known.
        counted_wh: energy counted since the first reading.
        unknown_us: time since the first reading for which energy is not known.
        frozen: it stood still under load since.
        doubt: instant and counter of a reading that did not fit.
    """

    at_us: int
    raw_wh: int
    power_w: float | None
    serial: int | None
    counted_wh: int = 0
    unknown_us: int = 0
    frozen: bool = False
    doubt: tuple[int, int] | None = None


def judge(before: Counter | None, sample: Sample, limits: Limits) -> tuple[Counter | None, bool, str]:
    """Take one reading.

    Args:
        before: the history, None before the first reading.
        sample: the reading.
        limits: what can be.

    Returns:
        The history with it, whether its counter was believed, and its quality, a key of `QUALITIES`.
    """
    if sample.raw_wh is None:
        return before, False, "no-value"
    if before is None:
        return _anew(Counter(at_us=0, raw_wh=0, power_w=None, serial=None), sample), True, "good"
    elapsed_us = sample.at_us - before.at_us
    if elapsed_us <= 0:
        return before, False, "clock"
    if None not in (sample.serial, before.serial) and sample.serial != before.serial:
        return _anew(before, sample, unknown_us=elapsed_us), True, "replaced"
    step_wh = _step(sample.raw_wh - before.raw_wh, elapsed_us, limits)
    if step_wh is None:
        return _doubtful(before, sample, sample.raw_wh, limits)
    return _follows(before, sample, step_wh, limits)


def _anew(before: Counter, sample: Sample, *, counted_wh: int = 0, unknown_us: int = 0) -> Counter:
    """The history with a reading that is believed."""
    return Counter(
        at_us=sample.at_us,
        raw_wh=sample.raw_wh or 0,
        power_w=sample.power_w,
        serial=before.serial if sample.serial is None else sample.serial,
        counted_wh=before.counted_wh + counted_wh,
        unknown_us=before.unknown_us + unknown_us,
    )


def _step(difference_wh: int, elapsed_us: int, limits: Limits) -> int | None:
    """Energy that a counter's difference stands for; None where no counter can do that.

    Source: 0 <= step <= power of the supply * time + two steps of the counter, beyond its end counted from zero.
    """
    most_wh = limits.power_w_max * elapsed_us / _US_PER_H + 2 * limits.step_wh
    if 0 <= difference_wh <= most_wh:
        return difference_wh
    if difference_wh < 0 and limits.span_wh is not None and 0 <= difference_wh + limits.span_wh <= most_wh:
        return difference_wh + limits.span_wh
    return None


def _follows(before: Counter, sample: Sample, step_wh: int, limits: Limits) -> tuple[Counter, bool, str]:
    """A reading that can follow from the last good one, unless the counter stands still under load."""
    elapsed_us = sample.at_us - before.at_us
    least_wh = _least_wh(before, sample, elapsed_us)
    if step_wh == 0 and least_wh >= 3 * limits.step_wh:
        return msgspec.structs.replace(before, frozen=True), False, "frozen"
    missed = before.frozen and step_wh < least_wh / 2
    after = _anew(before, sample, counted_wh=step_wh, unknown_us=elapsed_us if missed else 0)
    if missed:
        return after, True, "missed"
    if sample.raw_wh is not None and sample.raw_wh < before.raw_wh:
        return after, True, "rolled-over"
    return after, True, "disagrees" if _disagree(before, sample, step_wh, limits) else "good"


def _doubtful(before: Counter, sample: Sample, raw_wh: int, limits: Limits) -> tuple[Counter, bool, str]:
    """A reading that does not follow from the last good one: it may follow from the one that was held back."""
    if before.doubt is not None:
        doubt_us, doubt_wh = before.doubt
        step_wh = _step(raw_wh - doubt_wh, max(sample.at_us - doubt_us, 0), limits)
        if step_wh is not None and sample.at_us > doubt_us:
            return _anew(before, sample, counted_wh=step_wh, unknown_us=doubt_us - before.at_us), True, "replaced"
    quality = "backwards" if raw_wh < before.raw_wh else "forwards"
    return msgspec.structs.replace(before, doubt=(sample.at_us, raw_wh)), False, quality


def _least_wh(before: Counter, sample: Sample, elapsed_us: int) -> float:
    """Energy that must have flowed if power stayed at the lower of both readings; 0 where power is not known."""
    if before.power_w is None or sample.power_w is None:
        return 0.0
    return max(min(before.power_w, sample.power_w), 0.0) * elapsed_us / _US_PER_H


def _disagree(before: Counter, sample: Sample, step_wh: int, limits: Limits) -> bool:
    """Whether the counter ran five times faster or slower than both powers say, within five minutes."""
    elapsed_us = sample.at_us - before.at_us
    if before.power_w is None or sample.power_w is None or elapsed_us > 300_000_000:
        return False
    most_wh = max(before.power_w, sample.power_w) * elapsed_us / _US_PER_H
    slack_wh = 3 * limits.step_wh
    return step_wh > 5 * most_wh + slack_wh or step_wh < _least_wh(before, sample, elapsed_us) / 5 - slack_wh
