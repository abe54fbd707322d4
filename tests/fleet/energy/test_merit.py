"""The merit order against HiGHS, which knows nothing of it, on random instances."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mintage.fleet.energy.merit import Demand, Group, Peaks, Point, dispatch, hull, segments, to_shed
from mintage.units.errors import InputError

CLOSE = 1e-7  # relative; HiGHS stops within 1e-7 of feasible


def solver() -> highspy.Highs:
    """A silent solver."""
    model = highspy.Highs()  # type: ignore[no-untyped-call]  # its stubs leave the constructor out
    model.silent()
    return model


def solve(model: highspy.Highs, objective: Any) -> float:
    """The optimum; a status other than optimal is a failure of the test."""
    model.maximize(objective)
    assert model.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return float(model.getObjectiveValue())


def by_highs(value: Any, size: Any, price: Any, hours: float, demand: Demand, peaks: Peaks | None) -> float:
    """The same problem as a linear programme."""
    model = solver()
    count, steps = len(value), len(price)
    power = [[model.addVariable(0.0, size[s]) for _ in range(steps)] for s in range(count)]
    above = model.addVariable(0.0, highspy.kHighsInf)
    window = np.ones(steps, bool) if demand.window is None else demand.window
    for step in np.flatnonzero(window):
        model.addConstr(model.qsum(power[s][step] for s in range(count)) <= above + demand.paid_mw)
    weight = np.zeros(steps) if peaks is None else np.asarray(peaks.weight) * peaks.usd_mw
    terms = model.qsum(
        power[s][t] * float((value[s] - price[t]) * hours - weight[t]) for s in range(count) for t in range(steps)
    )
    return solve(model, terms - above * demand.usd_mw)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_dispatch_is_the_optimum_of_the_linear_programme(seed: int) -> None:
    """Demand charge, window, power already paid for and coincident peaks: never better nor worse than HiGHS."""
    draw = np.random.default_rng(seed)
    count, steps = int(draw.integers(1, 7)), int(draw.integers(1, 30))
    value, size = draw.uniform(40, 140, count), draw.uniform(0.1, 5, count)
    price = draw.lognormal(4.0, 0.9, steps) - 30
    window = draw.random(steps) < 0.6
    gain = np.maximum(value[:, None] - price[window], 0).sum(axis=1) * 0.25
    demand = Demand(
        usd_mw=float(draw.choice([0.0, gain.mean(), draw.choice(gain) * 1.05, draw.choice(gain) * 0.95])),
        window=window,
        paid_mw=float(draw.choice([0.0, draw.uniform(0, size.sum() * 1.1)])),
    )
    peaks = Peaks(usd_mw=5000.0, weight=draw.dirichlet(np.ones(steps)) * 0.02) if draw.random() < 0.5 else None
    found = dispatch(value, size, price, hours=0.25, demand=demand, peaks=peaks)
    best = by_highs(value, size, price, 0.25, demand, peaks)
    assert found.profit_usd == pytest.approx(best, rel=CLOSE, abs=1e-6)
    assert (found.power_mw >= 0).all()
    assert (found.power_mw <= size[:, None] + 1e-12).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_segments_earn_what_the_best_mix_of_modes_earns(seed: int) -> None:
    """Running segments of the hull equals the best share of machines in each mode, for any modes and price."""
    draw = np.random.default_rng(seed)
    modes = tuple(
        Point(mode=f"m{i}", power_w=float(draw.uniform(800, 4000)), hashrate_ths=float(draw.uniform(40, 300)))
        for i in range(int(draw.integers(1, 6)))
    )
    machines, hashprice, pue, price = 100, float(draw.uniform(25, 70)), 1.05, float(draw.uniform(0, 150))
    off_w = float(draw.uniform(0, 60))
    group = Group(name="g", machines=machines, points=modes, off_w=off_w)
    order = segments([group], hashprice, pue)
    found = dispatch([s.value_usd_mwh for s in order], [s.power_mw for s in order], [price], hours=1.0)
    model = solver()
    share = [model.addVariable(0.0, 1.0) for _ in modes]
    model.addConstr(model.qsum(share) <= 1)
    worth = [
        machines * (hashprice / 24 * mode.hashrate_ths / 1000 - price * (mode.power_w - off_w) * pue / 1e6)
        for mode in modes
    ]
    best = solve(model, model.qsum(x * w for x, w in zip(share, worth, strict=True)))
    assert found.profit_usd == pytest.approx(best, rel=CLOSE, abs=1e-9)


def test_a_mode_under_the_hull_is_never_used() -> None:
    """A mode that a mix of its neighbours beats is left out, and so is one that needs more power for less hash."""
    modes = [
        Point(mode="eco", power_w=800, hashrate_ths=52),
        Point(mode="poor", power_w=1200, hashrate_ths=60),
        Point(mode="super", power_w=1674, hashrate_ths=90),
        Point(mode="worse", power_w=1700, hashrate_ths=89),
    ]
    assert [point.mode for point in hull(modes)] == ["off", "eco", "super"]


def test_the_value_of_a_segment_is_the_stated_break_even() -> None:
    """17.5 J/TH at USD 38.2 breaks even at USD 91/MWh, 12.8 J/TH at USD 124/MWh; PUE lowers it, heat raises it."""
    machines = [
        Group(name="s21", machines=10, points=(Point(mode="normal", power_w=3500, hashrate_ths=200),)),
        Group(name="a16xp", machines=10, points=(Point(mode="normal", power_w=3840, hashrate_ths=300),)),
    ]
    order = segments(machines, 38.2)
    assert [(item.group, round(item.value_usd_mwh)) for item in order] == [("a16xp", 124), ("s21", 91)]
    assert segments(machines, 38.2, pue=1.1)[1].value_usd_mwh == pytest.approx(90.95 / 1.1, abs=0.01)
    assert segments(machines, 38.2, heat_usd_mwh=20)[1].value_usd_mwh == pytest.approx(110.95, abs=0.01)


def test_shedding_begins_with_the_worst() -> None:
    """What loses at a price is shed worst first; nothing is shed below the lowest value."""
    order = segments(
        [
            Group(name=name, machines=1, points=(Point(mode="normal", power_w=power, hashrate_ths=100),))
            for name, power in (("good", 1300), ("middling", 1700), ("bad", 2500))
        ],
        40,
    )
    assert [item.group for item in to_shed(order, 110)] == ["bad", "middling"]
    assert to_shed(order, 20) == []


def test_gaps_and_wrong_shapes_are_refused() -> None:
    """A missing price is an error, not a free hour; a PUE below one and an impossible mode are named."""
    with pytest.raises(InputError, match="prices have a gap"):
        dispatch([90.0], [1.0], [40.0, float("nan")], hours=0.25)
    with pytest.raises(InputError, match="differ in length"):
        dispatch([90.0, 80.0], [1.0], [40.0], hours=0.25)
    with pytest.raises(InputError, match=r"PUE of 0\.9"):
        segments([], 40, pue=0.9)
    with pytest.raises(InputError, match="draws 40 W"):
        hull([Point(mode="odd", power_w=40, hashrate_ths=1)], off_w=50)
