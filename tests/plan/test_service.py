"""Running a plan: the same figures wherever it runs, stable keys, and clear refusals."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from mintage.plan.assumptions import Assumptions
from mintage.plan.opening import months_after, open_from_assumptions
from mintage.plan.parallel import InlineMap, ProcessMap
from mintage.plan.paths import CHUNK
from mintage.plan.result import Spread, bars
from mintage.plan.service import Job, live_chunk, run
from mintage.units.errors import InputError

IDS = ["revenue.total", "cash", "bitcoin.owned", "ebitda.adjusted", "hashrate.energized"]


def job(paths: int, months: int = 4, chunk: int = 1) -> Job:
    table = Assumptions()
    opening = open_from_assumptions(table, months)
    return Job(opening=opening, assumptions=table, months=months, seed=7, chunk=chunk, paths=paths)


def test_workers_change_nothing() -> None:
    """One process, one worker and two workers give the same figures to the last cent and satoshi."""
    plans = [run(2, CHUNK + 50, 7, parallel=parallel) for parallel in (InlineMap(), ProcessMap(1), ProcessMap(2))]
    assert plans[0] == plans[1] == plans[2]
    assert run(2, CHUNK + 50, 8, parallel=InlineMap()) != plans[0]


def test_fewer_paths_and_months_are_a_part_of_more() -> None:
    """The first paths and months of a longer, wider plan are, to the bit, those of a short and narrow one."""
    wide = live_chunk(job(CHUNK))
    for paths in (1, 7, 333):
        assert np.array_equal(live_chunk(job(paths)), wide[:, :, :paths])
    assert np.array_equal(live_chunk(job(9, months=2)), wide[:, :2, :9])


def test_without_randomness_all_percentiles_are_one() -> None:
    """A market without shocks has one future."""
    calm = {
        "market.price-volatility": "0",
        "market.jump-rate": "0",
        "market.fee-volatility": "0",
        "market.hashrate-volatility": "0",
    }
    plan = run(3, 5, 1, assumptions=calm)
    for measure in plan.measures:
        assert measure.p10 == measure.p50 == measure.p90


def test_percentiles_are_amounts_of_paths_in_order() -> None:
    """P10, P50 and P90 are whole amounts that some path has, in that order."""
    plan = run(3, 500, 7)
    figures = live_chunk(job(500, months=3, chunk=0))
    for measure, paths in zip(plan.measures, figures, strict=True):
        for month in range(3):
            low, mid, high = measure.p10[month], measure.p50[month], measure.p90[month]
            assert low <= mid <= high
            assert {low, mid, high} <= {int(amount) for amount in paths[month]}
            assert (paths[month] < low).mean() <= 0.1 <= (paths[month] <= low).mean()


def test_json_has_stable_keys_and_exact_amounts() -> None:
    """What scripts read: keys, months, and decimal strings in the printed unit."""
    plan = run(2, 20, 7, assumptions={"mining.power-price": "50 USD/MWh"})
    body = json.loads(json.dumps(plan.to_json()))
    assert list(body) == ["opening", "months", "paths", "seed", "measures", "cash_short", "assumptions", "notes"]
    assert body["opening"] == "2025-06-30"
    assert body["months"] == ["2025-07", "2025-08"]
    assert list(body["measures"]) == IDS
    owned = body["measures"]["bitcoin.owned"]
    assert list(owned) == ["name", "unit", "p10", "p50", "p90"]
    assert owned["unit"] == "BTC"
    assert [Decimal(text).scaleb(8) for text in owned["p50"]] == list(plan.measure("bitcoin.owned").p50)
    assert body["assumptions"] == {"mining.power-price": "50 USD/MWh"}


def test_chart_rows_are_drawn_on_one_scale() -> None:
    """Each measure has three rows of one bar a month, from the lowest amount or zero to the highest."""
    plan = run(6, 200, 7)
    rows = plan.chart()
    assert [(row["id"], row["percentile"]) for row in rows] == [(id_, p) for id_ in IDS for p in (10, 50, 90)]
    assert all(len(row["bars"]) == 6 for row in rows)
    assert bars((0, 50, 100), 0, 100) == "▁▅█"
    assert bars((-100, 0, 0), -100, 0) == "▁██"
    assert bars((0, 0), 0, 0) == "▁▁"


def test_spreads_are_of_the_quarter_and_of_the_whole() -> None:
    """A flow is summed over its months on each path and a balance read at their end; quantiles are amounts of paths."""
    plan = run(4, 300, 7)
    figures = dict(zip(IDS, live_chunk(job(300, months=4, chunk=0)), strict=True))
    assert [(spread.id, spread.start, spread.end) for spread in plan.spreads] == [
        (id_, "2025-07", end) for end in ("2025-09", "2025-10") for id_ in IDS
    ]
    found = {(spread.id, spread.end): spread for spread in plan.spreads}
    revenue, cash = figures["revenue.total"][:3].sum(axis=0), figures["cash"][3]
    assert found["revenue.total", "2025-09"].at(50) == np.percentile(revenue, 50, method="inverted_cdf")
    assert found["cash", "2025-10"].at(10) == np.percentile(cash, 10, method="inverted_cdf")
    assert len(run(3, 10, 7).spreads) == len(IDS)


def test_a_spread_says_how_many_paths_reach_an_amount() -> None:
    """The share is right to one percent, and 0 or 100 beyond the ends."""
    spread = Spread(id="cash", unit="USD", start="2025-07", end="2025-07", quantiles=tuple(range(10, 1000, 10)))
    assert spread.reaching(10) == 100
    assert spread.reaching(11) == 98
    assert spread.reaching(500) == 50
    assert spread.reaching(990) == 1
    assert spread.reaching(991) == 0


def test_progress_ends_at_the_whole() -> None:
    """The callback counts path-months up to all of them: after each chunk, and in one process after each month."""
    seen: list[tuple[int, int]] = []
    whole = 2 * CHUNK + 20
    run(2, CHUNK + 10, 7, parallel=ProcessMap(1), progress=lambda *told: seen.append(told))
    assert seen == [(2 * CHUNK, whole), (whole, whole)]
    seen.clear()
    run(2, CHUNK + 10, 7, parallel=InlineMap(), progress=lambda *told: seen.append(told))
    assert sorted(set(seen)) == [(CHUNK, whole), (2 * CHUNK, whole), (2 * CHUNK + 10, whole), (whole, whole)]


def test_months_are_calendar_months() -> None:
    """A plan goes on after its opening day, over year ends."""
    assert [month.name for month in months_after(date(2025, 11, 30), 3)] == ["2025-12", "2026-01", "2026-02"]


def test_dearer_power_never_helps() -> None:
    """On common random numbers a higher power price lowers adjusted EBITDA in every month at every percentile."""
    cheap, dear = (run(3, 300, 7, assumptions={"mining.power-price": price}) for price in ("30", "60"))
    for low, high in zip(dear.measure("ebitda.adjusted").p50, cheap.measure("ebitda.adjusted").p50, strict=True):
        assert low < high


@pytest.mark.parametrize(
    ("months", "paths", "seed", "field"),
    [
        (0, 10, 1, "months"),
        (121, 10, 1, "months"),
        (12, 0, 1, "paths"),
        (12, -5, 1, "paths"),
        (12, 1_000_001, 1, "paths"),
        (120, 1_000_000, 1, "paths"),
        (12, 10, -1, "seed"),
    ],
)
def test_sizes_out_of_bounds_are_refused(months: int, paths: int, seed: int, field: str) -> None:
    """Each bound is checked before anything runs, and the error names the argument."""
    with pytest.raises(InputError) as caught:
        run(months, paths, seed)
    assert caught.value.field == field


def test_unknown_assumptions_and_units_are_refused() -> None:
    """A plan does not start on what cannot be meant."""
    with pytest.raises(InputError, match="not an assumption"):
        run(1, 1, 1, assumptions={"market.moon": "1"})
    with pytest.raises(InputError, match="USD/MWh"):
        run(1, 1, 1, assumptions={"mining.power-price": "4.6 cents"})
