"""Depreciation and the close's arithmetic: exact over a life, alike on numbers and on arrays."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mintage.books import accruals
from mintage.books.depreciation import depreciation_due
from mintage.books.facts import Depreciation, OpeningMachines
from mintage.books.view import View
from mintage.factory.facts import FreightBilled, InventoryReserveMoved
from mintage.fleet.facts import MachinesInstalled, MachinesRelocated, MachinesRetired
from mintage.house import memory_journal
from mintage.journal.memory import MemoryJournal
from mintage.market.prices import value_cents
from mintage.units import Period, parse_period
from mintage.units.arrays import PathAmount
from tests.books.company import quarter, stated, usd

LIFE = 36


def months(journal: MemoryJournal, first: str, last: str) -> list[int]:
    """Depreciation due by month, all sites together, were the whole span closed at once."""
    span = Period(parse_period(first).start, parse_period(last).end, first)
    due = depreciation_due(View(journal), span)
    return [sum(amount for (m, _), amount in due.items() if m == month) for month in span.months()]


@given(cost=st.integers(1, 10**13), life=st.integers(1, 120))
def test_a_life_of_months_depreciates_the_cost_exactly(cost: int, life: int) -> None:
    """No cent is lost to rounding, and no month differs from another by more than one cent."""
    left, taken = cost, []
    for month in range(life):
        amount = accruals.depreciation(left, life - month)
        left -= amount
        taken.append(amount)
    assert left == 0
    assert max(taken) - min(taken) <= 1


@given(st.lists(st.tuples(st.integers(0, 10**11), st.integers(-(10**10), 10**10)), min_size=1, max_size=5))
def test_arrays_and_numbers_agree(paths: list[tuple[int, int]]) -> None:
    """The plan runs these functions on one element per path."""
    sats: PathAmount = np.array([path[0] for path in paths], dtype=object)
    carrying: PathAmount = np.array([path[1] for path in paths], dtype=object)
    changes: PathAmount = accruals.remeasurement(sats, carrying, 10_714_700)
    assert list(changes) == [accruals.remeasurement(*path, 10_714_700) for path in paths]
    months_left: PathAmount = np.full(len(paths), 7, dtype=object)
    depreciated: PathAmount = accruals.depreciation(sats, months_left)
    interest: PathAmount = accruals.interest(sats, 73, 365_000)
    assert list(depreciated) == [accruals.depreciation(path[0], 7) for path in paths]
    assert list(interest) == [accruals.interest(path[0], 73, 365_000) for path in paths]


@given(sats=st.integers(0, 21 * 10**14), price=st.decimals(0, 10**6, places=4))
def test_a_close_values_bitcoin_as_the_market_room_does(sats: int, price: Decimal) -> None:
    """The same bitcoin at the same price is the same number of cents everywhere."""
    assert accruals.fair_value(sats, *accruals.price_ratio(price)) == value_cents(sats, price)


def test_interest_is_by_the_day() -> None:
    """100,000 at 7.3% for 30 days of 365 is 600."""
    rate, per = accruals.rate_ratio(Decimal("7.3"), 365)
    assert accruals.interest(usd(100_000) * 30, rate, per) == usd(600)


def test_machines_depreciate_from_the_month_after_they_are_installed_to_the_end_of_their_life() -> None:
    """36,000 from the opening in March: 36 months of 1,000 from April 2025 to March 2028, then nothing."""
    journal = memory_journal()
    machines = OpeningMachines(site="ohio", model="a14", units=36, cost=usd(36_000))
    journal.append([stated(date(2025, 3, 31), "open", machines)])
    assert months(journal, "2025-03", "2028-05") == [0] + [usd(1_000)] * LIFE + [0, 0]


def test_opening_machines_are_as_old_as_their_instant_says() -> None:
    """Installed a year before the ledger began with 12,000 taken: 24,000 left over 24 months."""
    journal = memory_journal()
    machines = OpeningMachines(site="ohio", model="a14", units=36, cost=usd(36_000), depreciation=usd(12_000))
    fact = stated(date(2024, 3, 31), "open", machines)
    journal.append([type(fact)(key="open", at=fact.at, date=date(2025, 3, 31), actor="t", data=machines)])
    assert months(journal, "2025-04", "2027-04") == [usd(1_000)] * 24 + [0]


def test_a_late_cost_is_spread_over_the_months_that_remain() -> None:
    """Freight of 17,500 on the build in July: 3,500 of it for the 20 machines here, over what is left of 36 months."""
    journal = quarter()
    before = months(journal, "2025-06", "2028-06")
    journal.append([stated(date(2025, 7, 5), "late", FreightBilled(origin="build", creditor="c", amount=usd(17_500)))])
    after = months(journal, "2025-06", "2028-06")
    assert after[0] == before[0]
    assert after[1] - before[1] == usd(100)
    assert sum(after) - sum(before) == usd(3_500)


def test_a_written_down_machine_has_less_to_depreciate() -> None:
    """A reserve of 3,600 that follows the machines takes as much from what is left."""
    journal = quarter()
    before = months(journal, "2025-06", "2028-06")
    moved = InventoryReserveMoved(site="texas", amount=usd(3_600))
    journal.append([stated(date(2025, 5, 20), "reserve", moved)])
    assert sum(before) - sum(months(journal, "2025-06", "2028-06")) == usd(3_600)


def test_what_retired_machines_leave_depreciates_no_more() -> None:
    """12 of 36 machines are scrapped after 3 months with 1,000 taken: 24,000 - 2,000 remain for 33 months."""
    journal = memory_journal()
    journal.append(
        [stated(date(2025, 3, 31), "open", OpeningMachines(site="ohio", model="a14", units=36, cost=usd(36_000)))]
    )
    scrapped = MachinesRetired(
        site="ohio", region="americas", model="a14", units=12, hashrate=0, depreciation=usd(1_000)
    )
    booked = [
        stated(parse_period(f"2025-0{month}").end, f"close:{month}", Depreciation(site="ohio", amount=usd(1_000)))
        for month in (4, 5, 6)
    ]
    journal.append([*booked, stated(date(2025, 7, 1), "scrap", scrapped)])
    due = months(journal, "2025-07", "2028-04")
    assert sum(due) == usd(24_000) - usd(2_000)
    assert len([amount for amount in due if amount]) == 33


def test_relocated_machines_depreciate_at_their_new_site_on_the_old_clock() -> None:
    """The month after the move is the new site's, and the life does not begin again."""
    journal = memory_journal()
    journal.append(
        [stated(date(2025, 3, 31), "open", OpeningMachines(site="ohio", model="a14", units=36, cost=usd(36_000)))]
    )
    moved = MachinesRelocated(
        from_site="ohio",
        from_region="americas",
        to_site="utah",
        to_region="americas",
        model="a14",
        units=36,
        hashrate=0,
        depreciation=usd(1_000),
    )
    journal.append(
        [
            stated(date(2025, 4, 30), "close:4", Depreciation(site="ohio", amount=usd(1_000))),
            stated(date(2025, 5, 2), "m", moved),
        ]
    )
    span = Period(date(2025, 5, 1), date(2028, 6, 30), "span")
    due = depreciation_due(View(journal), span)
    assert {site for _, site in due} == {"utah"}
    assert sum(due.values()) == usd(35_000)
    assert len([amount for amount in due.values() if amount]) == 35


def test_machines_on_their_way_do_not_depreciate() -> None:
    """Moved in May, installed in September: the first month is October."""
    journal = quarter(leave_out=("fact-15", "fact-16"))
    installed = MachinesInstalled(site="texas", region="americas", model="a15", units=20, hashrate=4_000_000)
    journal.append([stated(date(2025, 9, 2), "installed", installed)])
    assert months(journal, "2025-04", "2025-10") == [usd(1_000)] * 6 + [usd(1_000) + 91_667]
