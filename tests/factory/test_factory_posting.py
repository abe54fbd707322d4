"""Machines on the ledger, and the costs that arrive after them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mintage.factory.facts import (
    DrawbackClaimed,
    DrawbackDenied,
    DrawbackReceived,
    DutyAssessed,
    FreightBilled,
    InventoryReserveMoved,
    InventoryReserveUsed,
    InventoryWrittenDown,
    LateCostBilled,
    MachinesShipped,
    SupplierPaid,
    VatPaid,
    VatRefunded,
)
from mintage.fleet.facts import MachinesMovedToMining
from mintage.journal.fact import FactData
from mintage.sales.facts import Line, MachinesDelivered
from mintage.units.errors import LedgerError
from tests.factory.chain import BUILD_COST, assert_lots_agree, built, commodity_sums
from tests.trial import Trial

STOCK = "assets:inventory:finished:penang"
TRANSIT = "assets:machines:transit:texas"
INDUSTRIAL, HOME = "expenses:cost:products:industrial", "expenses:cost:products:home"


def delivered(units: int, line: Line = "industrial") -> MachinesDelivered:
    """A delivery out of the plant."""
    return MachinesDelivered(
        customer="acme",
        order="o1",
        line=line,
        region="us",
        plant="penang",
        model="a15-194",
        units=units,
        hashrate=units * 194_000,
        revenue=units * 2_000_00,
    )


def moved(units: int) -> MachinesMovedToMining:
    """Machines on their way to the company's own site."""
    return MachinesMovedToMining(plant="penang", model="a15-194", units=units, site="texas")


def duty(origin: str, amount: int) -> DutyAssessed:
    """Duty paid at entry."""
    return DutyAssessed(
        origin=origin,
        country="us",
        bank="main",
        amount=amount,
        hs_code="8543.70.98.60",
        rate_pct=Decimal("12.6"),
        country_of_origin="malaysia",
    )


def test_machines_cost_what_was_used_up() -> None:
    """Chips, materials and conversion are in the lot of the build, and nowhere else any more."""
    trial = Trial()
    key = built(trial)
    lots = trial.journal.lots_of(key)
    assert [(lot.id, lot.commodity, lot.kind, lot.cost) for lot in lots] == [
        (key, "MACHINE.a15-194", "built", BUILD_COST)
    ]
    assert trial.usd(STOCK) == BUILD_COST
    assert trial.units(STOCK, "MACHINE.a15-194") == 100
    assert trial.usd("assets:inventory:materials:penang") == 0
    assert trial.units("assets:inventory:chips:store", "CHIP.w5-b1") == 0
    assert commodity_sums(trial) == {0}
    assert_lots_agree(trial)


def test_late_duty_follows_the_machines() -> None:
    """Of 100 machines, 40 sold to industry, 10 to homes, 25 moved to mining: duty is shared 40, 10, 25, 25."""
    trial = Trial()
    key = built(trial)
    trial.book(delivered(40), delivered(10, "home"), moved(25))
    before = {account: trial.usd(account) for account in (INDUSTRIAL, HOME, TRANSIT, STOCK)}
    trial.book(duty(key, 10_000_00))
    rise = {account: trial.usd(account) - cost for account, cost in before.items()}
    assert rise == {INDUSTRIAL: 4_000_00, HOME: 1_000_00, TRANSIT: 2_500_00, STOCK: 2_500_00}
    assert_lots_agree(trial)


def test_duty_before_a_sale_leaves_with_the_machines() -> None:
    """Whether duty comes before or after a sale, the sale bears the same cost."""
    costs = []
    for late in (False, True):
        trial = Trial()
        key = built(trial)
        first, second = (delivered(40), duty(key, 10_000_00)) if late else (duty(key, 10_000_00), delivered(40))
        trial.book(first, second)
        costs.append(trial.usd(INDUSTRIAL))
    assert costs[0] == costs[1]


def test_freight_on_wafers_reaches_the_machines_made_of_them() -> None:
    """A bill for wafers long used up is shared over both bins, and of bin 1 over machines sold and on hand."""
    trial = Trial()
    built(trial)
    receipt = next(trial.journal.facts("silicon.wafers-received")).fact.key
    trial.book(delivered(50))
    stock, sold = trial.usd(STOCK), trial.usd(INDUSTRIAL)
    trial.book(FreightBilled(origin=receipt, creditor="carrier", amount=1_000_00))
    assert trial.usd(STOCK) - stock == 450_00
    assert trial.usd(INDUSTRIAL) - sold == 450_00
    assert trial.usd("assets:inventory:chips:store") == 12_000_00 + 100_00
    assert trial.usd("liabilities:payable:carrier") == -1_000_00
    assert_lots_agree(trial)


def test_a_drawback_takes_back_what_duty_put_on() -> None:
    """Claimed, it lowers the cost everywhere and is an asset; received, it is money."""
    trial = Trial()
    key = built(trial)
    trial.book(delivered(40), moved(25))
    before = trial.journal.balances()
    trial.book(duty(key, 9_999_99), DrawbackClaimed(origin=key, country="us", amount=9_999_99))
    assert trial.usd("assets:prepaid:duty:us") == 9_999_99
    trial.book(DrawbackReceived(country="us", bank="main", amount=9_999_99))
    assert trial.journal.balances() == before
    assert_lots_agree(trial)


def test_a_denied_drawback_is_a_cost_again() -> None:
    """After the ruling the books stand as if it had not been claimed."""
    trial = Trial()
    key = built(trial)
    trial.book(delivered(40), duty(key, 7_777_77))
    before = trial.journal.balances()
    trial.book(
        DrawbackClaimed(origin=key, country="us", amount=7_777_77),
        DrawbackDenied(origin=key, country="us", amount=7_777_77),
    )
    assert trial.journal.balances() == before


def test_a_late_cost_needs_units_to_bear_it() -> None:
    """A key that brought nothing in is refused, with what to do."""
    trial = Trial()
    built(trial)
    with pytest.raises(LedgerError, match="opened no lots") as caught:
        trial.book(FreightBilled(origin="f1", creditor="carrier", amount=1))
    assert caught.value.field == "origin"


STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["sell", "home", "move", "ship"]), st.integers(1, 40)),
        st.tuples(st.sampled_from(["duty", "freight", "drawback", "credit"]), st.integers(0, 10**7)),
    ),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_late_costs_are_conserved_to_the_cent(steps: list[tuple[str, int]]) -> None:
    """Whatever is sold, moved and shipped between bills, the units bear exactly what was built in and billed."""
    trial = Trial()
    key = built(trial)
    expected, left = BUILD_COST, 100
    bills: dict[str, Callable[[int], FactData]] = {
        "duty": lambda amount: duty(key, amount),
        "freight": lambda amount: FreightBilled(origin=key, creditor="carrier", amount=amount),
        "drawback": lambda amount: DrawbackClaimed(origin=key, country="us", amount=amount),
        "credit": lambda amount: LateCostBilled(origin=key, creditor="carrier", amount=-amount, reason="credit note"),
    }
    for what, amount in steps:
        if what in bills:
            trial.book(bills[what](amount))
            expected += amount if what in {"duty", "freight"} else -amount
            continue
        units = min(amount, left)
        left -= units
        away = {
            "sell": delivered(units),
            "home": delivered(units, "home"),
            "move": moved(units),
            "ship": MachinesShipped(model="a15-194", units=units, from_plant="penang", to_plant="austin"),
        }
        trial.book(away[what])
    bearers = (INDUSTRIAL, HOME, TRANSIT, STOCK, "assets:inventory:finished:austin")
    assert sum(trial.usd(account) for account in bearers) == expected
    assert commodity_sums(trial) == {0}
    assert_lots_agree(trial)


def test_a_write_down_keeps_the_cost_of_lots() -> None:
    """The class is carried net through its reserve; the reserve goes with what is sold and what moves to mining."""
    trial = Trial()
    built(trial)
    trial.book(InventoryWrittenDown(goods="finished", amount=14_600_00))
    assert trial.total("assets:inventory:finished") == BUILD_COST
    assert trial.usd("assets:inventory:reserve:finished") == -14_600_00
    trial.book(
        delivered(50),
        InventoryReserveUsed(goods="finished", line="industrial", amount=7_300_00),
        moved(50),
        InventoryReserveMoved(site="texas", amount=7_300_00),
    )
    assert trial.usd("assets:inventory:reserve:finished") == 0
    assert trial.usd(INDUSTRIAL) == BUILD_COST // 2 - 7_300_00
    assert trial.usd(TRANSIT) + trial.usd("assets:machines:depreciation:texas") == BUILD_COST // 2 - 7_300_00
    assert_lots_agree(trial)


def test_payables_and_tax_clear() -> None:
    """What is owed is paid from the bank, and tax that comes back leaves nothing behind."""
    trial = Trial()
    built(trial)
    trial.book(
        SupplierPaid(creditor="supplier", bank="main", amount=30_000_00),
        VatPaid(country="malaysia", bank="main", amount=1_500_00),
        VatRefunded(country="malaysia", bank="main", amount=1_500_00),
    )
    assert trial.usd("liabilities:payable:supplier") == 0
    assert trial.usd("assets:prepaid:vat:malaysia") == 0
    assert trial.usd("assets:cash:main") == -100_000_00 - 30_000_00
