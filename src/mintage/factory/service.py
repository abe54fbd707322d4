"""Checks on a build before it is recorded, what its units cost landed, and what stock is worth."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from mintage.factory.facts import (
    DrawbackClaimed,
    DrawbackDenied,
    DutyAssessed,
    FreightBilled,
    LateCostBilled,
    MachinesBuilt,
)
from mintage.journal.store import Journal
from mintage.units import commodity
from mintage.units.errors import InputError
from mintage.units.serials import serial_range

CENTS = Decimal("0.01")
INVENTORY = "assets:inventory:"
FINISHED = "assets:inventory:finished:*"
_LATE = (FreightBilled, DutyAssessed, DrawbackClaimed, DrawbackDenied, LateCostBilled)


def build_problems(journal: Journal, built: MachinesBuilt) -> list[str]:
    """What is wrong with the serial numbers of a build, each as a sentence; an empty list where nothing is.

    Args:
        journal: builds recorded so far.
        built: the build to be recorded.

    Raises:
        InputError: its serial numbers are no range.
    """
    problems = []
    serials = serial_range(built.serial_first, built.serial_last)
    if serials.count != built.units:
        problems.append(f"{serials} names {serials.count:,} machines, but {built.units:,} were built.")
    for stored in journal.facts(MachinesBuilt.kind):
        before = stored.fact.data
        if isinstance(before, MachinesBuilt) and not journal.reversed_by(stored.fact.key):
            earlier = serial_range(before.serial_first, before.serial_last)
            if serials.meets(earlier):
                problems.append(f"{serials} overlaps {earlier} of the build '{stored.fact.key}'.")
    return problems


class LandedCost(msgspec.Struct, frozen=True, kw_only=True):
    """What the units of one build or receipt cost, all in cents.

    Attributes:
        units: machines built, or goods received.
        received: cost of goods as they were received; 0 for a build.
        chips: cost of chips used up.
        materials: cost of materials used up.
        conversion: labour and overhead.
        freight: freight and insurance billed since.
        duty: duty assessed since, less drawback claimed and not denied.
        other: other costs billed since.
    """

    units: int
    received: int = 0
    chips: int = 0
    materials: int = 0
    conversion: int = 0
    freight: int
    duty: int
    other: int

    @property
    def total(self) -> int:
        """All of it, in cents."""
        made = self.received + self.chips + self.materials + self.conversion
        return made + self.freight + self.duty + self.other

    @property
    def usd_per_unit(self) -> Decimal:
        """USD per machine or other good, rounded half up to the cent."""
        return (Decimal(self.total) / 100 / self.units).quantize(CENTS, ROUND_HALF_UP)

    def usd_per_ths(self, hashrate_ghs_per_unit: int) -> Decimal:
        """USD per TH/s, rounded half up to the cent, for the nominal hash rate of one machine."""
        ths = Decimal(hashrate_ghs_per_unit) / 1000
        return (Decimal(self.total) / 100 / (self.units * ths)).quantize(CENTS, ROUND_HALF_UP)


def landed_cost(journal: Journal, key: str) -> LandedCost:
    """What a build or a receipt cost, with the late costs that name it as their origin.

    Costs billed late for a build's wafers or chips, rather than for the build, are in the cost of its lots, not in
    here.

    Args:
        journal: holds the build or receipt and the late costs.
        key: key of the fact that brought the units in: factory.machines-built, silicon.wafers-received, ...

    Raises:
        InputError: the fact brought no goods in, or was reversed.
    """
    stored = journal.fact(key)
    opened = [lot for lot in journal.lots_of(key) if commodity(lot.commodity).carrying == "cost"] if stored else []
    if stored is None or not opened or journal.reversed_by(key):
        raise InputError(
            f"'{key}' is no build and no receipt of goods.",
            remedy="Give the key of a fact such as factory.machines-built; `mintage facts list` shows keys.",
        )
    cost = sum(lot.cost for lot in opened)
    late = {"freight": 0, "duty": 0, "other": 0}
    for kind in _LATE:
        for item in journal.facts(kind.kind):
            if getattr(item.fact.data, "origin", None) == key and not journal.reversed_by(item.fact.key):
                row, amount = _late_row(item.fact.data)
                late[row] += amount
    built = stored.fact.data
    if not isinstance(built, MachinesBuilt):
        return LandedCost(units=sum(lot.units for lot in opened), received=cost, **late)
    return LandedCost(
        units=built.units,
        chips=cost - built.materials_cost - built.conversion_cost,
        materials=built.materials_cost,
        conversion=built.conversion_cost,
        **late,
    )


def _late_row(data: object) -> tuple[str, int]:
    match data:
        case FreightBilled():
            return "freight", data.amount
        case DutyAssessed() | DrawbackDenied():
            return "duty", data.amount
        case DrawbackClaimed():
            return "duty", -data.amount
        case LateCostBilled():
            return "other", data.amount
        case _:
            raise AssertionError(f"{data} is no late cost")


class StockValue(msgspec.Struct, frozen=True, kw_only=True):
    """Finished machines of one lot at one plant against what they will bring, in cents.

    Attributes:
        lot: id of the lot.
        account: where it lies.
        units: machines on hand.
        cost: their landed cost.
        realisable: their price less the cost of selling them.
    """

    lot: str
    account: str
    units: int
    cost: int
    realisable: int

    @property
    def excess(self) -> int:
        """Cost above net realisable value, 0 where there is none."""
        return max(0, self.cost - self.realisable)


class NrvTest(msgspec.Struct, frozen=True, kw_only=True):
    """The test of finished machines at lower of cost and net realisable value.

    Attributes:
        rows: one for each lot and plant.
        reserve: write-down already in the books, in cents.
    """

    rows: tuple[StockValue, ...]
    reserve: int

    @property
    def write_down(self) -> int:
        """Cents still to be written down; a reserve that is too large is not taken back (ASC 330-10-35-14)."""
        return max(0, sum(row.excess for row in self.rows) - self.reserve)


def nrv_test(
    journal: Journal,
    day: date,
    usd_per_ths: Decimal,
    hashrate_ghs: Mapping[str, int],
    selling_cost_pct: Decimal = Decimal(0),
) -> NrvTest:
    """Test finished machines lot by lot against a market price.

    Args:
        journal: lots and reserve.
        day: end of which day.
        usd_per_ths: price of machines per TH/s.
        hashrate_ghs: nominal hash rate of one machine by model.
        selling_cost_pct: cost of selling, percent of price.

    Raises:
        InputError: the hash rate of a model in stock is not given.

    Source: ASC 330-10-35-1B: inventory measured by FIFO or average cost at the lower of cost and net realisable value.
    """
    factor = usd_per_ths * (1 - selling_cost_pct / 100) / 10  # cents per GH/s: 100 cents per USD, 1000 GH/s per TH/s
    rows = []
    for state in journal.lot_states("MACHINE.*", day):
        model = state.lot.commodity.partition(".")[2]
        if not state.account.startswith(FINISHED[:-1]):
            continue
        if model not in hashrate_ghs:
            raise InputError(f"the hash rate of {model} is not given.", remedy="Give the nominal hash rate of it.")
        worth = int((state.units * hashrate_ghs[model] * factor).to_integral_value(ROUND_HALF_UP))
        rows.append(
            StockValue(lot=state.lot.id, account=state.account, units=state.units, cost=state.cost, realisable=worth)
        )
    reserve = -journal.balances(end=day).get(("assets:inventory:reserve:finished", "USD"), 0)
    return NrvTest(rows=tuple(rows), reserve=reserve)


class StockRow(msgspec.Struct, frozen=True, kw_only=True):
    """Goods of one kind at one place.

    Attributes:
        goods: their commodity, such as "MACHINE.a15-194"; "materials" or "reserve" where only money is counted.
        place: the inventory account, without "assets:inventory:".
        units: how many; 0 where only money is counted.
        cost: carrying amount in cents; a reserve is negative.
    """

    goods: str
    place: str
    units: int
    cost: int


def stock(journal: Journal, end: date | None = None) -> list[StockRow]:
    """Inventories by commodity and place at the end of a day; their costs sum to the balance sheet's inventories."""
    rows: dict[tuple[str, str], tuple[int, int]] = {}
    for state in journal.lot_states("*.*", end):
        if state.account.startswith(INVENTORY):
            slot = (state.account.removeprefix(INVENTORY), state.lot.commodity)
            units, cost = rows.get(slot, (0, 0))
            rows[slot] = units + state.units, cost + state.cost
    for (account, id_), amount in journal.balances(end=end).items():
        kind, _, place = account.removeprefix(INVENTORY).partition(":")
        if account.startswith(INVENTORY) and id_ == "USD" and kind in {"materials", "reserve"}:
            rows[f"{kind}:{place}", kind] = 0, amount
    return [
        StockRow(goods=goods, place=place, units=units, cost=cost)
        for (place, goods), (units, cost) in sorted(rows.items())
    ]
