"""Bills: exact to the cent, rows that sum to them, months that are the sum of their days."""

from __future__ import annotations

import random
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.fleet.energy.bill import cost, day_cost, hourly_cost
from mintage.fleet.energy.merit import Demand, Peaks, dispatch
from mintage.fleet.energy.peaks import coincident_kw, demand_window, peak_weights
from mintage.fleet.energy.readings import Interval
from mintage.fleet.energy.sheet import Bill, apportion
from mintage.fleet.energy.tariff import Tariff, load_tariff, price_usd_mwh
from mintage.units import format_instant, parse_instant
from mintage.units.errors import InputError
from tests.fleet.energy.test_tariff import EXAMPLE, FIXED, HEAD, SERIES, tariff

QUARTER_US = 15 * 60_000_000
DAY = 96


def quarters(start: str, energies: list[int | None]) -> list[Interval]:
    """Intervals of a quarter of an hour from an instant on."""
    first = parse_instant(start)
    return [
        Interval(
            start_us=first + number * QUARTER_US,
            end_us=first + (number + 1) * QUARTER_US,
            wh=wh,
            reason="" if wh is not None else "the meter was silent.",
        )
        for number, wh in enumerate(energies)
    ]


def cents(bill: Bill) -> dict[str, int | None]:
    """Amounts by row."""
    return {row.name: row.cents for row in bill.rows}


@given(st.lists(st.fractions(-1000, 1000, max_denominator=10_000), max_size=12))
def test_rows_sum_to_the_bill_and_none_is_a_cent_off(amounts: list[Fraction]) -> None:
    """For any exact amounts the rounded rows sum to the sum rounded half up, each within one cent of its own."""
    rows = apportion(amounts)
    exact = sum(amounts, Fraction(0))
    assert Fraction(-1, 2) < sum(rows) - exact <= Fraction(1, 2)
    assert all(abs(row - amount) < 1 for row, amount in zip(rows, amounts, strict=True))


def test_a_month_of_the_example_by_hand() -> None:
    """July 2025 at 100 kW: each row as worked out on paper, and the sum of the rows is the bill."""
    found = load_tariff(EXAMPLE)
    july = quarters("2025-07-01T04:00:00Z", [25_000] * (31 * DAY))
    bill = cost(found, july)
    # 31 days, 22 of them working days and one holiday: hours of peak, day and night.
    peak, night = 22 * 5, 31 * 8
    day = 31 * 24 - peak - night
    billed = Decimal("0.1") * Decimal("1.015")
    exact: dict[str, Decimal] = {
        "energy peak": peak * billed * 62,
        "energy day": day * billed * 41,
        "energy night": night * billed * Decimal("28.5"),
        "delivery": 744 * billed * Decimal("4.2"),
        "demand": 100 * Decimal("5.8"),
        "service": Decimal(240),
        "transmission": Decimal("96.5") * Decimal("38.4") / 12,
    }
    exact["tax"] = sum(exact.values(), Decimal(0)) * 5 / 100
    assert {name: abs(amount * 100 - (cents(bill)[name] or 0)) < 1 for name, amount in exact.items()} == dict.fromkeys(
        exact, True
    )
    assert bill.cents == sum(row.cents or 0 for row in bill.rows)
    assert bill.cents == int((sum(exact.values(), Decimal(0)) * 100).to_integral_value(ROUND_HALF_UP))


def test_a_month_is_the_sum_of_its_days() -> None:
    """Days with what they added to the peak sum to the month's bill within their own roundings, in a month of 721 h."""
    found, draw = load_tariff(EXAMPLE), random.Random(5)
    november = quarters("2025-11-01T04:00:00Z", [draw.randint(10_000, 30_000) for _ in range(30 * DAY + 4)])
    whole = cost(found, november)
    spans = [november[:DAY], november[DAY : 2 * DAY + 4]]  # the second has 25 hours
    spans += [november[at : at + DAY] for at in range(2 * DAY + 4, len(november), DAY)]
    assert len(spans) == 30
    seen: list[Interval] = []
    total = 0
    for span in spans:
        day = day_cost(found, span, earlier=seen)
        assert day.cents is not None
        assert day.left_out == ()
        total += day.cents
        seen += span
    assert whole.cents is not None
    assert abs(total - whole.cents) <= 15


def test_a_day_without_the_month_before_leaves_demand_to_the_bill() -> None:
    """A day's cost names the demand charge that it leaves out, and is whole otherwise."""
    day = day_cost(load_tariff(EXAMPLE), quarters("2025-07-02T04:00:00Z", [25_000] * DAY))
    assert day.left_out == ("demand",)
    assert day.cents == sum(row.cents or 0 for row in day.rows)


def test_hours_sum_to_the_energy_of_the_bill() -> None:
    """The hourly table is the energy rows with their tax, hour by hour; an unknown hour is unknown and no other."""
    found = load_tariff(EXAMPLE)
    day = quarters("2025-07-02T04:00:00Z", [25_000 + number for number in range(DAY)])
    hours = hourly_cost(found, day)
    rows = [row for row in cost(found, day).rows if row.kind == "energy"]
    energy = sum(row.cents or 0 for row in rows)
    assert abs(sum(hour.cents or 0 for hour in hours) - energy * Decimal("1.05")) < 3
    assert len(hours) == 24
    day[5] = Interval(start_us=day[5].start_us, end_us=day[5].end_us, wh=None, reason="the meter was silent.")
    broken = hourly_cost(found, day)
    assert [hour.start_us for hour in broken if hour.cents is None] == [day[4].start_us]
    assert broken[1].reason == "the meter was silent."


def test_unknown_energy_makes_rows_unknown_and_never_free() -> None:
    """A silent quarter leaves its band, its tax and the demand unknown; rows of other bands stand."""
    energies: list[int | None] = [25_000] * DAY
    energies[50] = None  # Wednesday 12:30
    bill = cost(load_tariff(EXAMPLE), quarters("2025-07-02T04:00:00Z", energies))
    assert bill.cents is None
    assert bill.reason == "delivery: the meter was silent."
    assert [row.name for row in bill.rows if row.cents is None] == ["delivery", "energy day", "demand", "tax"]
    assert bill.known_cents == sum(row.cents for row in bill.rows if row.cents is not None)


def test_a_missing_price_is_named(tmp_path: Path) -> None:
    """A quarter without an index price makes the row unknown with that reason."""
    body = '[[version]]\nfrom = 2025-01-01\n[[version.energy]]\nkind = "indexed"\nname = "energy"\nseries = "index"\n'
    bill = cost(tariff(tmp_path, SERIES + body), quarters("2025-01-01T06:00:00Z", [1000, 1000, 1000]))
    assert (bill.cents, bill.reason) == (None, "energy: index has no price for that interval.")


def test_negative_prices_pay(tmp_path: Path) -> None:
    """Energy at a price below zero lowers the bill, even below zero."""
    body = '[[version]]\nfrom = 2025-01-01\n[[version.energy]]\nkind = "indexed"\nname = "energy"\nseries = "index"\n'
    bill = cost(tariff(tmp_path, SERIES + body), quarters("2025-01-01T06:15:00Z", [1_000_000]))
    assert bill.cents == -1250


def test_a_block_is_due_and_what_is_left_is_sold_back(tmp_path: Path) -> None:
    """Half of a block of 2 MW used at an index of 30: the block at 45, less the rest at the index less the fee."""
    block = (
        '[[version]]\nfrom = 2025-01-01\n[[version.energy]]\nkind = "block-and-index"\nname = "power"\n'
        'series = "index"\nblock_mw = "2"\nblock_usd_mwh = "45"\nresale_fee_usd_mwh = "1"\n'
    )
    used = quarters("2025-01-01T06:00:00Z", [250_000])
    sold = cost(tariff(tmp_path, SERIES + block + "resale = true\n"), used)
    assert cents(sold) == {"power block": 2250, "power resold": -725}
    lost = cost(tariff(tmp_path, SERIES + block), used)
    assert cents(lost) == {"power block": 2250}
    beyond = cost(tariff(tmp_path, SERIES + block), quarters("2025-01-01T06:00:00Z", [750_000]))
    assert cents(beyond) == {"power block": 2250, "power index": 750}


def test_curtailing_within_a_resold_block_saves_the_marginal_price(tmp_path: Path) -> None:
    """What a bill falls by when a MWh is not used is the price that the tariff says for it."""
    block = (
        '[[version]]\nfrom = 2025-01-01\nlosses_pct = "2"\n[[version.energy]]\nkind = "block-and-index"\n'
        'name = "power"\nseries = "index"\nblock_mw = "2"\nblock_usd_mwh = "45"\nresale = true\n'
    )
    found = tariff(tmp_path, SERIES + block)
    full, less = (cost(found, quarters("2025-01-01T06:00:00Z", [wh])).cents for wh in (400_000, 300_000))
    assert full is not None
    assert less is not None
    assert full - less == 306  # 0.1 MWh at 30 USD with 2 % losses


def test_a_ratchet_bills_what_was_once_taken(tmp_path: Path) -> None:
    """60 % of last spring's peak outweighs this month's; a peak that is not known makes the charge unknown."""
    body = f'[[version]]\nfrom = 2025-01-01\n{FIXED}[[version.demand]]\nname = "demand"\nusd_kw = "10"\n'
    found = tariff(tmp_path, body + 'ratchet_pct = "60"\nratchet_months = 2\n')
    june = quarters("2025-06-10T05:00:00Z", [25_000] * 4)
    past = {("demand", "2025-05"): Decimal(90), ("demand", "2025-04"): Decimal(200)}
    assert cents(cost(found, june, past))["demand"] == 120_000
    unknown = cost(found, june, {("demand", "2025-05"): Decimal(90)})
    assert unknown.reason == "demand: the peak of 2025-04 is not known, which the ratchet needs."


def test_demand_outside_its_window_costs_nothing(tmp_path: Path) -> None:
    """A peak at night does not count for a charge on working hours."""
    body = f'[[version]]\nfrom = 2025-01-01\n{FIXED}[[version.demand]]\nname = "demand"\nusd_kw = "10"\n'
    found = tariff(tmp_path, body + 'when = [{ days = ["tue"], hours = ["08:00-20:00"] }]\n')
    energies: list[int | None] = [*[50_000] * 32, *[20_000] * 64]
    assert cents(cost(found, quarters("2025-06-10T05:00:00Z", energies)))["demand"] == 80_000


def test_the_repeated_hour_of_autumn_is_billed_twice(tmp_path: Path) -> None:
    """A night of 25 hours at the night's rate is 25 hours of energy."""
    found = tariff(tmp_path, f"[[version]]\nfrom = 2025-01-01\n{FIXED}")
    day = quarters("2025-11-02T05:00:00Z", [25_000] * 100)
    assert cost(found, day).cents == 10_000


def test_settled_peaks_give_the_power_that_next_year_bills() -> None:
    """The mean of the power in the settled quarters; one that is not known makes it unknown."""
    day = quarters("2025-07-02T20:00:00Z", [25_000, 20_000, None, 10_000])
    ends = [format_instant(item.end_us) for item in day]
    assert coincident_kw(day, (ends[0], ends[3])) == (Decimal("70.000"), "")
    assert coincident_kw(day, (ends[0], ends[2]))[0] is None
    assert coincident_kw(day, ())[1] == "no peak is settled."


def test_a_tariff_is_what_the_merit_order_is_asked_with() -> None:
    """Chances before, settled peaks after: a dispatch under the tariff's own weights and window stops in its peaks."""
    found = load_tariff(EXAMPLE)
    version = found.version(date(2025, 7, 2))
    assert version is not None
    starts = [item.start_us for item in quarters("2025-07-02T04:00:00Z", [0] * DAY)]
    charge, demand = version.coincident[0], version.demand[0]
    ahead = peak_weights(found, charge, starts)
    assert [starts[n] for n, weight in enumerate(ahead) if weight] == starts[64:72]  # 16:00 to 18:00
    assert ahead[64] == pytest.approx(0.006 / 4)
    settled = msgspec.structs.replace(charge, settled=("2025-07-02T21:15:00Z",))
    assert [n for n, weight in enumerate(peak_weights(found, settled, starts)) if weight] == [68]
    prices = [float(price_usd_mwh(found, start).parts[0].usd_mwh or 0) for start in starts]
    peaks = Peaks(usd_mw=float(charge.usd_kw_year) * 1000, weight=ahead)
    window = demand_window(found, demand, starts)
    assert sum(window) == 64
    plan = dispatch([91.0], [1.0], prices, hours=0.25, demand=Demand(usd_mw=0.0, window=window), peaks=peaks)
    assert [n for n, power in enumerate(plan.power_mw[0]) if power == 0] == list(range(64, 72))


def test_intervals_that_are_not_the_tariffs_are_refused() -> None:
    """Hours where quarters are due, gaps and overlaps are input errors."""
    found = load_tariff(EXAMPLE)
    day = quarters("2025-07-02T20:00:00Z", [1, 2, 3])
    with pytest.raises(InputError, match="overlap or leave a gap"):
        cost(found, [day[0], day[2]])
    hour = Interval(start_us=day[0].start_us, end_us=day[0].start_us + 4 * QUARTER_US, wh=1)
    with pytest.raises(InputError, match="15 minutes"):
        cost(found, [hour])


def test_a_gap_in_the_tariff_is_an_unknown_row(tmp_path: Path) -> None:
    """Energy on a day that no version covers has no price, and says so."""
    found: Tariff = tariff(tmp_path, f"[[version]]\nfrom = 2025-01-01\nuntil = 2025-02-01\n{FIXED}", HEAD)
    bill = cost(found, quarters("2025-03-01T06:00:00Z", [1000]))
    assert (bill.cents, "no version of tariff t covers 2025-03-01" in bill.reason) == (None, True)
