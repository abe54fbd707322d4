"""Depreciation of mining machines: straight-line by site and month installed, replayed from the lot ledger.

Machines begin to depreciate in the month after they are installed, over the life that the policy gives their model,
and go on while they are moved. What earlier months really booked is what is taken off, so a correction, a late cost
or a write-down is spread over the months that remain.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import groupby
from typing import NamedTuple, TypeVar

from mintage.books import accruals
from mintage.books.facts import Depreciation, OpeningMachines
from mintage.books.policy import policy
from mintage.books.view import View
from mintage.factory.facts import InventoryReserveMoved
from mintage.fleet.facts import MachinesRelocated, MachinesRetired, MachinesUninstalled
from mintage.journal.lots import share
from mintage.journal.store import MoveRow
from mintage.units import Period

SITE, TRANSIT = "assets:machines:site:", "assets:machines:transit:"
CARRIES = (MachinesUninstalled.kind, MachinesRelocated.kind, MachinesRetired.kind, OpeningMachines.kind)
"""Facts that state the accumulated depreciation of the machines that they move."""
CLOSE_KEY = "close:"
"""Beginning of the keys of facts that a close wrote."""


K = TypeVar("K")


class Slot(NamedTuple):
    """Machines of one lot at one place that were installed in one month (0 before they are).

    `installed` counts months: year * 12 + month.
    """

    place: str
    lot: str
    installed: int

    @property
    def site(self) -> str:
        """The site that they are at, or on their way to."""
        return self.place.rpartition(":")[2]


class Part:
    """Units, cost, and cost not depreciated yet, in cents."""

    __slots__ = ("cost", "left", "life", "units")

    def __init__(self) -> None:
        self.units = self.cost = self.left = self.life = 0


def month_number(day: date) -> int:
    """Months since year 0, to count a life in."""
    return day.year * 12 + day.month


def depreciation_due(view: View, period: Period) -> dict[tuple[Period, str], int]:
    """Depreciation in cents by month of a period and site.

    Sites that somebody depreciated by hand in a month are left out for that month.
    """
    return _Replay(view, period).run()


def booked_depreciation(view: View, *, by_close: bool) -> dict[tuple[int, str], int]:
    """Depreciation booked by month number and site: by closes, or by hand."""
    sums: dict[tuple[int, str], int] = {}
    for fact in view.facts(Depreciation.kind):
        if isinstance(fact.data, Depreciation) and fact.key.startswith(CLOSE_KEY) == by_close:
            slot = (month_number(fact.date), fact.data.site)
            sums[slot] = sums.get(slot, 0) + fact.data.amount
    return sums


class _Replay:
    def __init__(self, view: View, period: Period) -> None:
        self.view, self.period = view, period
        self.parts: dict[Slot, Part] = {}
        undone = set(view.reversals) | set(view.reversals.values())
        self.rows = [row for row in view.moves("MACHINE.*") if row.key not in undone and row.date <= period.end]
        self.stated = {fact.key: getattr(fact.data, "depreciation", 0) for kind in CARRIES for fact in view.facts(kind)}
        self.by_hand = booked_depreciation(view, by_close=False)
        self.by_close = booked_depreciation(view, by_close=True)

    def run(self) -> dict[tuple[Period, str], int]:
        due: dict[tuple[Period, str], int] = {}
        months = {month_number(month.start): month for month in self.period.months()}
        for number, events in self._months(max(months)):
            for event in events:
                if isinstance(event, InventoryReserveMoved):
                    self._write_down(event)
                else:
                    self._move(event)
            for site, amounts in self._monthly(number).items():
                slot = (number, site)
                if number in months and slot not in self.by_hand:
                    due[months[number], site] = sum(amounts.values())
                    taken = amounts
                else:
                    booked = self.by_hand.get(slot, 0) + self.by_close.get(slot, 0)
                    taken = _spread(booked, amounts)
                for part_slot, amount in taken.items():
                    self.parts[part_slot].left -= amount
        return due

    def _months(self, last: int) -> Iterator[tuple[int, list[InventoryReserveMoved | list[MoveRow]]]]:
        """Each month to the last with its events in order of date."""
        events: list[tuple[date, int, InventoryReserveMoved | list[MoveRow]]] = []
        for seq, group in groupby(self.rows, key=lambda row: row.seq):
            entry = list(group)
            events.append((entry[0].date, seq, entry))
        # After the day's moves: the reserve follows the machines.
        events.extend(
            (fact.date, 1 << 62, fact.data)
            for fact in self.view.facts(InventoryReserveMoved.kind)
            if isinstance(fact.data, InventoryReserveMoved) and fact.date <= self.period.end
        )
        events.sort(key=lambda event: event[:2])
        by_month: dict[int, list[InventoryReserveMoved | list[MoveRow]]] = {}
        for day, _, what in events:
            by_month.setdefault(month_number(day), []).append(what)
        for number in range(min(by_month, default=last + 1), last + 1):
            yield number, by_month.get(number, [])

    def _monthly(self, number: int) -> dict[str, dict[Slot, int]]:
        """What is due in a month, by site and slot; machines installed in one month at one site round as one."""
        cohorts: dict[tuple[str, int, int], dict[Slot, int]] = {}
        for slot, part in self.parts.items():
            if 0 < slot.installed < number and part.left:
                cohorts.setdefault((slot.site, slot.installed, part.life), {})[slot] = part.left
        due: dict[str, dict[Slot, int]] = {}
        for (site, installed, life), left in cohorts.items():
            months_left = max(1, installed + life + 1 - number)
            amount = accruals.depreciation(sum(left.values()), months_left)
            due.setdefault(site, {}).update(_spread(amount, left))
        return due

    def _move(self, rows: list[MoveRow]) -> None:
        """Carry cost and what is left of it along with the machines that one fact moved."""
        key, rows = rows[0].key, [row for row in rows if row.move.account.startswith((SITE, TRANSIT))]
        carried: dict[str, list[tuple[int, Part]]] = {}
        for row in rows:
            if row.move.units < 0:
                taken = self._take(row.move.account, row.lot.id, -row.move.units, -row.move.cost)
                carried.setdefault(row.lot.id, []).extend(taken)
        if carried and key in self.stated:
            self._restate(rows, [part for taken in carried.values() for _, part in taken], self.stated[key])
        for row in rows:
            if row.move.units > 0:
                for installed, part in carried.get(row.lot.id) or [self._fresh(row)]:
                    self._put(row, installed, part)
            elif not row.move.units:
                self._late_cost(row)

    def _restate(self, rows: list[MoveRow], moved: list[Part], depreciation: int) -> None:
        """Make what is left of machines that leave agree with the depreciation that their fact states.

        The books relieve the site of exactly that, so the site's other machines bear the difference.
        """
        left = sum(part.cost for part in moved) - depreciation
        differs = sum(part.left for part in moved) - left
        for at, amount in _spread(left, {at: part.cost for at, part in enumerate(moved)}).items():
            moved[at].left = amount
        sites = {row.move.account.rpartition(":")[2] for row in rows if row.move.units < 0}
        staying = {slot: part.left for slot, part in self.parts.items() if slot.site in sites}
        for slot, amount in _spread(differs, staying).items():
            self.parts[slot].left += amount

    def _fresh(self, row: MoveRow) -> tuple[int, Part]:
        """Machines from inventory, or at the opening; those at a site count from the instant that the fact gives."""
        part = Part()
        part.units, part.cost, part.left = row.move.units, row.move.cost, row.move.cost
        part.left -= self.stated.get(row.key, 0)
        at_site = row.move.account.startswith(SITE)
        return (month_number(datetime.fromtimestamp(row.at // 1_000_000, tz=UTC).date()) if at_site else 0, part)

    def _put(self, row: MoveRow, installed: int, part: Part) -> None:
        if row.move.account.startswith(SITE) and not installed:
            installed = month_number(row.date)
        held = self.parts.setdefault(Slot(row.move.account, row.lot.id, installed), Part())
        held.units += part.units
        held.cost += part.cost
        held.left += part.left
        held.life = policy().life_months(row.lot.commodity.partition(".")[2])

    def _take(self, place: str, lot: str, units: int, cost: int) -> list[tuple[int, Part]]:
        """Take units of a lot from a place, those installed first going first."""
        taken = []
        for slot in sorted(slot for slot in self.parts if slot[:2] == (place, lot)):
            held, part = self.parts[slot], Part()
            part.units = min(units, held.units)
            part.cost = share(cost, part.units, units)
            part.left = share(held.left, part.units, held.units)
            for name in ("units", "cost", "left"):
                setattr(held, name, getattr(held, name) - getattr(part, name))
            taken.append((slot.installed, part))
            units, cost = units - part.units, cost - part.cost
            if not held.units:
                # What rounding or a stated amount leaves behind goes along with the last unit.
                part.left += held.left
                del self.parts[slot]
            if not units:
                break
        return taken

    def _late_cost(self, row: MoveRow) -> None:
        slots = [slot for slot in self.parts if slot[:2] == (row.move.account, row.lot.id)]
        for slot, amount in _spread(row.move.cost, {slot: self.parts[slot].units for slot in slots}).items():
            self.parts[slot].cost += amount
            self.parts[slot].left += amount

    def _write_down(self, data: InventoryReserveMoved) -> None:
        fresh = {slot: part.left for slot, part in self.parts.items() if slot.site == data.site}
        for slot, amount in _spread(data.amount, fresh).items():
            self.parts[slot].left -= amount


def _spread(amount: int, weights: dict[K, int]) -> dict[K, int]:
    """Share an amount by weight, exactly."""
    parts, whole = {}, sum(weights.values())
    for slot, weight in weights.items():
        parts[slot] = share(amount, weight, whole)
        amount, whole = amount - parts[slot], whole - weight
    return parts
