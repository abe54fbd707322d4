"""Schedules with minimum times and start costs against HiGHS, on random instances."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import highspy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mintage.fleet.energy.blocks import OFF, Rules, Schedule, schedule, schedule_capped
from mintage.units.errors import InputError
from tests.fleet.energy.test_merit import solve, solver


def by_highs(profit: Any, power: Any, rules: Rules, demand_usd_mw: float, window: Any, paid_mw: float) -> float:
    """One block as a mixed integer programme with start and stop variables.

    Source: Rajan and Takriti (2005), minimum up and down polytopes.
    """
    steps, modes = profit.shape
    model = solver()
    on = [[model.addBinary() for _ in range(modes)] for _ in range(steps)]
    start, stop = [model.addBinary() for _ in range(steps)], [model.addBinary() for _ in range(steps)]
    above = model.addVariable(0.0, highspy.kHighsInf)
    runs = [model.qsum(on[t]) for t in range(steps)]
    for t in range(steps):
        model.addConstr(runs[t] <= 1)
        before = runs[t - 1] if t else int(rules.running)
        model.addConstr(runs[t] - before == start[t] - stop[t])
        model.addConstr(model.qsum(start[max(0, t - rules.run_min + 1) : t + 1]) <= runs[t])
        model.addConstr(model.qsum(stop[max(0, t - rules.rest_min + 1) : t + 1]) + runs[t] <= 1)
        if window[t]:
            model.addConstr(model.qsum(on[t][m] * float(power[m]) for m in range(modes)) <= above + paid_mw)
    earned = model.qsum(on[t][m] * float(profit[t, m]) for t in range(steps) for m in range(modes))
    return solve(model, earned - model.qsum(start) * rules.start_usd - above * demand_usd_mw)


def instance(seed: int) -> tuple[np.random.Generator, Any, Any, Rules]:
    """Profits of three blocks, powers of their modes, and rules."""
    draw = np.random.default_rng(seed)
    steps, modes = int(draw.integers(1, 16)), int(draw.integers(1, 4))
    power = np.sort(draw.uniform(0.5, 4, (3, modes)), axis=1)
    value, price = draw.uniform(50, 120, (3, modes)), draw.lognormal(4.2, 0.6, steps)
    profit = (value[:, None, :] - price[None, :, None]) * power[:, None, :] * 0.25
    rules = Rules(
        run_min=int(draw.integers(1, 6)),
        rest_min=int(draw.integers(1, 6)),
        start_usd=float(draw.choice([0.0, draw.uniform(0, 40)])),
        running=bool(draw.random() < 0.5),
    )
    return draw, profit, power, rules


def check_rules(found: Schedule, rules: Rules) -> None:
    """Every run and every rest that began and ended inside lasts long enough."""
    for row in found.mode:
        states = np.concatenate([[rules.running], row != OFF])
        edges = np.flatnonzero(np.diff(states.astype(int)))
        for first, last in pairwise(edges):
            assert last - first >= (rules.run_min if states[first + 1] else rules.rest_min)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_schedule_is_the_optimum_of_the_integer_programme(seed: int) -> None:
    """Minimum run and rest, start cost and free modes: equal to HiGHS, and the schedule earns what it says."""
    _, profit, power, rules = instance(seed)
    found = schedule(profit, rules)
    check_rules(found, rules)
    for block in range(3):
        best = by_highs(profit[block], power[block], rules, 0.0, np.zeros(profit.shape[1], bool), 0.0)
        assert found.profit_usd[block] == pytest.approx(best, rel=1e-6, abs=1e-6)
        assert found.profit_usd[block] == pytest.approx(earned(profit[block], found.mode[block], rules), abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_capped_schedule_is_the_optimum_of_the_integer_programme(seed: int) -> None:
    """The same with a demand charge, a window and power already paid for."""
    draw, profit, power, rules = instance(seed)
    window, charge = draw.random(profit.shape[1]) < 0.7, float(draw.uniform(0, 120))
    paid = draw.uniform(0, 3, 3) * (draw.random() < 0.5)
    found = schedule_capped(profit, power, rules, demand_usd_mw=charge, window=window, paid_mw=paid)
    check_rules(found, rules)
    for block in range(3):
        best = by_highs(profit[block], power[block], rules, charge, window, float(paid[block]))
        assert found.profit_usd[block] == pytest.approx(best, rel=1e-6, abs=1e-6)
        fee = charge * max(0.0, found.peak_mw[block] - paid[block])
        told = earned(profit[block], found.mode[block], rules) - fee
        assert found.profit_usd[block] == pytest.approx(told, abs=1e-9)


def earned(profit: Any, mode: Any, rules: Rules) -> float:
    """What a schedule earns before the demand charge, added up by hand."""
    total, on = 0.0, rules.running
    for step, chosen in enumerate(mode):
        if chosen != OFF:
            total += profit[step, chosen] - (0.0 if on else rules.start_usd)
        on = chosen != OFF
    return total


def test_impossible_rules_and_gaps_are_refused() -> None:
    """A gap in profits or a minimum of no interval is an input error."""
    with pytest.raises(InputError, match="have a gap"):
        schedule([[[1.0, float("nan")]]], Rules())
    with pytest.raises(InputError, match="at least one interval"):
        schedule([[[1.0]]], Rules(run_min=0))
    with pytest.raises(InputError, match="powers do not fit"):
        schedule_capped([[[1.0]]], [[1.0, 2.0]], Rules(), demand_usd_mw=1.0)
