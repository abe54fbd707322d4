"""Which machines to run, for 50 sites, a day of five-minute intervals and five modes, and HiGHS on the same problems.

Run: python -m bench.merit
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from bench.measure import Row, report
from mintage.fleet.energy.blocks import Rules, schedule, schedule_capped
from mintage.fleet.energy.merit import Demand, dispatch

SITES, INTERVALS, MODES, HOURS = 50, 288, 5, 1 / 12
CHARGE_USD_MW = 400.0
Floats = NDArray[np.float64]


def best_of(work: Callable[[], Any], times: int = 5) -> tuple[float, Any]:
    """Milliseconds of the fastest of some runs, and what it gave."""
    fastest, result = float("inf"), None
    for _ in range(times):
        start = time.perf_counter()
        result = work()
        fastest = min(fastest, time.perf_counter() - start)
    return fastest * 1000, result


def instance() -> tuple[Floats, Floats, Floats]:
    """Values USD/MWh and sizes MW of each site's segments, best first, and each site's prices USD/MWh."""
    draw = np.random.default_rng(41)
    value = -np.sort(-draw.uniform(45, 130, (SITES, MODES)), axis=1)
    size = draw.uniform(1, 6, (SITES, MODES))
    hour = np.arange(INTERVALS) * HOURS
    shape = 45 + 25 * np.sin((hour - 9) / 24 * 2 * np.pi)
    price = shape * draw.lognormal(0, 0.35, (SITES, INTERVALS)) + draw.uniform(-8, 8, (SITES, 1))
    return value, size, price


def capped_all(value: Floats, size: Floats, price: Floats) -> float:
    """Profit of all sites under a demand charge each."""
    demand = Demand(usd_mw=CHARGE_USD_MW)
    return sum(
        dispatch(v, s, p, hours=HOURS, demand=demand).profit_usd for v, s, p in zip(value, size, price, strict=True)
    )


def free_all(value: Floats, size: Floats, price: Floats) -> float:
    """Profit of all sites without any coupling."""
    return sum(dispatch(v, s, p, hours=HOURS).profit_usd for v, s, p in zip(value, size, price, strict=True))


def highs_lp(value: Floats, size: Floats, price: Floats) -> tuple[float, float]:
    """Milliseconds, model and solution, and optimum of the linear programme with the demand charge."""
    start = time.perf_counter()
    cells, inf = SITES * MODES * INTERVALS, highspy.kHighsInf
    cost = -((value[:, :, None] - price[:, None, :]) * HOURS).reshape(-1)
    rows = np.arange(SITES * INTERVALS)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = cells + SITES, len(rows)
    lp.col_cost_ = np.concatenate([cost, np.full(SITES, CHARGE_USD_MW)])
    lp.col_lower_ = np.zeros(cells + SITES)
    lp.col_upper_ = np.concatenate([np.repeat(size.reshape(-1), INTERVALS), np.full(SITES, inf)])
    lp.row_lower_, lp.row_upper_ = np.full(len(rows), -inf), np.zeros(len(rows))
    columns = np.arange(cells).reshape(SITES, MODES, INTERVALS).transpose(0, 2, 1).reshape(len(rows), MODES)
    peaks = (cells + rows // INTERVALS)[:, None]
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.arange(len(rows) + 1) * (MODES + 1)
    lp.a_matrix_.index_ = np.concatenate([columns, peaks], axis=1).reshape(-1)
    lp.a_matrix_.value_ = np.tile(np.array([1.0] * MODES + [-1.0]), len(rows))
    model = highspy.Highs()  # type: ignore[no-untyped-call]  # its stubs leave the constructor out
    model.silent()
    model.passModel(lp)
    model.run()
    if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise SystemExit("HiGHS did not find the optimum")
    return (time.perf_counter() - start) * 1000, -float(model.getObjectiveValue())


def main() -> int:
    """Print the times; exit 1 where a limit is missed or HiGHS disagrees."""
    value, size, price = instance()
    free_ms, _ = best_of(lambda: free_all(value, size, price))
    capped_ms, profit = best_of(lambda: capped_all(value, size, price))
    lp_ms, optimum = highs_lp(value, size, price)
    gap = abs(profit - optimum) / abs(optimum)
    power = np.cumsum(size, axis=1)
    worth = np.cumsum(value * size, axis=1)
    modes_usd = (worth[:, None, :] - price[:, :, None] * power[:, None, :]) * HOURS
    rules = Rules(run_min=6, rest_min=6, start_usd=30.0)
    blocks_ms, _ = best_of(lambda: schedule(modes_usd, rules))
    both_ms, _ = best_of(lambda: schedule_capped(modes_usd, power, rules, demand_usd_mw=CHARGE_USD_MW))
    rows = [
        Row(what="no coupling", value=free_ms, unit="ms", limit=50, peer="argmax in NumPy, first call: 4.6"),
        Row(
            what="demand charge", value=capped_ms, unit="ms", limit=50, peer=f"HiGHS now: {lp_ms:,.0f}; noted: 260-400"
        ),
        Row(what="demand charge, gap to HiGHS", value=gap, unit="share", limit=1e-7, peer="0"),
        Row(what="minimum times, start cost", value=blocks_ms, unit="ms", limit=100, peer="noted: 8; HiGHS 3,900"),
        Row(what="both", value=both_ms, unit="ms", limit=300, peer="noted: 31; HiGHS 3,100 for 10 sites"),
    ]
    title = f"Merit order: {SITES} sites x {INTERVALS} intervals x {MODES} modes"
    return report(title, rows, "noted: measured before on like instances (value only, without the schedule).")


if __name__ == "__main__":
    sys.exit(main())
