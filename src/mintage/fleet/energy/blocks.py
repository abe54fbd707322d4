"""When to run machines that cannot be started and stopped at will: exact schedules by dynamic programming.

A block is switched as a whole: off, or on in one of its modes, which it may change freely while it is on. Once started
it runs at least a minimum time, once stopped it rests at least a minimum time, and each start costs something. Many
blocks (sites) are solved at once, as arrays.
"""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from mintage.fleet.energy.merit import Floats
from mintage.units.errors import InputError

OFF = -1
"""Stands in a schedule where a block is off."""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What switching costs.

    Attributes:
        run_min: intervals that a block runs at least, once started.
        rest_min: intervals that it rests at least, once stopped.
        start_usd: cost of a start, USD.
        running: whether it runs before the first interval, long enough to be stopped; else it rests, long enough.
    """

    run_min: int = 1
    rest_min: int = 1
    start_usd: float = 0.0
    running: bool = False


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """What each block does.

    Attributes:
        mode: index of its mode in each interval, `OFF` where it is off; shape (blocks, intervals).
        profit_usd: value less energy, starts and demand charge, USD; shape (blocks,).
        peak_mw: highest power within the demand window, MW; shape (blocks,).
    """

    mode: NDArray[np.int8]
    profit_usd: Floats
    peak_mw: Floats


def schedule(profit_usd: Any, rules: Rules) -> Schedule:
    """The best schedule of every block, without a demand charge.

    Args:
        profit_usd: what each mode earns in each interval, (v - p) x h, USD; shape (blocks, intervals, modes).
        rules: what switching costs.

    Raises:
        InputError: the shape is another, a number is missing, or a minimum is below 1.

    Source: Bellman's recursion over (off or on, age), ages counted up to the minimum: with b_t the best mode's profit,
    on_1 = off_Q - start + b, on_a = on_{a-1} + b, on_R = max(on_{R-1}, on_R) + b; off likewise without b.
    """
    profit = _profit(profit_usd, rules)
    best = profit.max(axis=2)
    on, total = _run(best, rules)
    mode = np.where(on, profit.argmax(axis=2), OFF).astype(np.int8)
    return Schedule(mode=mode, profit_usd=total, peak_mw=np.full(len(profit), np.nan))


def schedule_capped(
    profit_usd: Any,
    power_mw: Any,
    rules: Rules,
    *,
    demand_usd_mw: float,
    window: Any = None,
    paid_mw: Any = 0.0,
) -> Schedule:
    """The best schedule of every block under a demand charge of its own.

    The highest power within the window is that of one of the block's modes, or none: each is tried as a cap, by one
    recursion for all blocks and caps together, and the best after the charge is kept.

    Args:
        profit_usd: as in `schedule`.
        power_mw: power of each mode, MW; shape (blocks, modes).
        rules: what switching costs.
        demand_usd_mw: charge for the highest power within the window, USD/MW.
        window: which intervals count for it, booleans; all where None.
        paid_mw: power already paid for, MW; shape (blocks,) or one number.

    Raises:
        InputError: as in `schedule`, or shapes do not fit.

    Source: max over caps L in {0, x_1, ..., x_M} of DP(modes with x <= L inside the window) - C max(0, L - paid); it is
    exact because a schedule's peak is itself one of these caps.
    """
    profit, power = _profit(profit_usd, rules), np.asarray(power_mw, np.float64)
    blocks, intervals, modes = profit.shape
    if power.shape != (blocks, modes) or not np.isfinite(power).all():
        raise InputError("the modes' powers do not fit the profits.", field="power_mw")
    inside = np.ones(intervals, bool) if window is None else np.asarray(window, bool)
    caps = np.concatenate([np.zeros((blocks, 1)), power], axis=1)
    forbidden = inside[None, None, :, None] & (power[:, None, None, :] > caps[:, :, None, None])
    allowed = np.where(forbidden, -np.inf, profit[:, None])
    best = allowed.max(axis=3)
    on, total = _run(best.reshape(-1, intervals), rules)
    net = total.reshape(caps.shape) - demand_usd_mw * np.maximum(caps - np.reshape(paid_mw, (-1, 1)), 0.0)
    chosen = net.argmax(axis=1)
    rows = np.arange(blocks)
    running = on.reshape(blocks, modes + 1, intervals)[rows, chosen]
    mode = np.where(running, allowed[rows, chosen].argmax(axis=2), OFF).astype(np.int8)
    used = np.where((mode == OFF) | ~inside, 0.0, np.take_along_axis(power, np.maximum(mode, 0), axis=1))
    return Schedule(mode=mode, profit_usd=net[rows, chosen], peak_mw=used.max(axis=1, initial=0.0))


def _profit(values: Any, rules: Rules) -> Floats:
    profit = np.asarray(values, np.float64)
    if profit.ndim != 3 or 0 in profit.shape or not np.isfinite(profit).all():
        raise InputError("profits have a gap or another shape than blocks, intervals and modes.", field="profit_usd")
    if rules.run_min < 1 or rules.rest_min < 1 or rules.start_usd < 0:
        raise InputError("minimum times are at least one interval, a start costs nothing or more.", field="rules")
    return profit


def _run(best: Floats, rules: Rules) -> tuple[NDArray[np.bool_], Floats]:
    """When rows run, and what they earn by it.

    States 0 to R-1 are on for 1 to R intervals or more, states R to R+Q-1 off for 1 to Q intervals or more.
    """
    rows, intervals = best.shape
    run, rest = rules.run_min, rules.rest_min
    states = run + rest
    ran, rested = run - 1, states - 1
    value = np.full((states, rows), -np.inf)
    value[ran if rules.running else rested] = 0.0
    # For states that two can lead to, whether it was the same state again: kept for walking back.
    stayed = np.empty((intervals, 2, rows), bool)
    for step in range(intervals):
        before = value
        value = np.empty_like(before)
        value[1:] = before[:-1]
        start = before[rested] - rules.start_usd
        into_ran = start if run == 1 else before[ran - 1]
        into_rested = before[ran] if rest == 1 else before[rested - 1]
        value[0], value[run] = start, before[ran]
        stayed[step, 0], stayed[step, 1] = before[ran] >= into_ran, before[rested] >= into_rested
        np.maximum(before[ran], into_ran, out=value[ran])
        np.maximum(before[rested], into_rested, out=value[rested])
        value[:run] += best[:, step]
    return _walk_back(value.argmax(axis=0), stayed, run, rest), value.max(axis=0)


def _walk_back(state: NDArray[np.intp], stayed: NDArray[np.bool_], run: int, rest: int) -> NDArray[np.bool_]:
    """Which rows were on in each interval, from their last states."""
    intervals, _, rows = stayed.shape
    ran, rested = run - 1, run + rest - 1
    before = np.arange(run + rest) - 1
    before[0], before[run] = rested, ran
    on = np.empty((rows, intervals), bool)
    for step in range(intervals - 1, -1, -1):
        on[:, step] = state < run
        same = ((state == ran) & stayed[step, 0]) | ((state == rested) & stayed[step, 1])
        state = np.where(same, state, before[state])
    return on
