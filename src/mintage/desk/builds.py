"""Work orders as pages and API tell them: sorting runs with their yields, builds with what a machine cost landed."""

from __future__ import annotations

from fractions import Fraction
from typing import TypeVar

import msgspec

from mintage.books.view import View
from mintage.desk.company import Company
from mintage.desk.figure import Figure, count, ratio, trace_fact, trace_lot, unknown, usd
from mintage.desk.journal import cursor_of, limit_of
from mintage.factory.facts import MachinesBuilt
from mintage.factory.service import landed_cost
from mintage.journal.standing import standing
from mintage.journal.store import Stored
from mintage.silicon.facts import ChipsSorted
from mintage.units.serials import serial_range

D = TypeVar("D")
SHOWN = 25
NO_DIE = "the size of its die is in no fact, so the dies of a wafer are not known"


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """Chips of one grade out of a sorting run.

    Attributes:
        chip: design and bin.
        chips: how many.
        share: of all good chips, percent.
    """

    chip: str
    chips: Figure
    share: Figure


class SortingRow(msgspec.Struct, frozen=True, kw_only=True):
    """A sorting run: wafers became chips.

    Attributes:
        key: key of its fact.
        date: its day.
        wafer: design of the wafers.
        place: store of the chips.
        wafers: used up.
        chips: good ones.
        per_wafer: good chips of a wafer.
        die_yield: good chips over whole dies, percent.
        packaging: cost of dicing, packaging and test.
        chip_cost: what a chip cost, wafer and packaging.
        bins: by grade.
        href: address of the fact.
    """

    key: str
    date: str
    wafer: str
    place: str
    wafers: Figure
    chips: Figure
    per_wafer: Figure
    die_yield: Figure
    packaging: Figure
    chip_cost: Figure
    bins: tuple[Bin, ...]
    href: str


class BuildRow(msgspec.Struct, frozen=True, kw_only=True):
    """A build: a work order that is done.

    Attributes:
        key: key of its fact.
        date: its day.
        plant: which built them.
        model: their model.
        units: machines.
        serials: first to last serial number.
        chip: chip used.
        chips_each: chips used for a machine, scrap included.
        chips: cost of chips.
        materials: cost of materials.
        conversion: labour and overhead.
        freight: billed since.
        duty: assessed since, less drawback.
        other: other costs billed since.
        total: all of it.
        each: of one machine.
        left: machines of it that the company still has in stock.
        href: address of the fact.
        lot: address of the lot's life.
    """

    key: str
    date: str
    plant: str
    model: str
    units: Figure
    serials: str
    chip: str
    chips_each: Figure
    chips: Figure
    materials: Figure
    conversion: Figure
    freight: Figure
    duty: Figure
    other: Figure
    total: Figure
    each: Figure
    left: Figure
    href: str
    lot: str


class SortingPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of sorting runs, the latest first.

    Attributes:
        rows: the runs.
        total: how many there are.
        next: cursor of the next page, "" where there is none.
    """

    rows: tuple[SortingRow, ...]
    total: int
    next: str


class BuildPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of builds, the latest first. Facts tell of a build when it is done, so none of these is open.

    Attributes:
        rows: the builds.
        total: how many there are.
        next: cursor of the next page, "" where there is none.
    """

    rows: tuple[BuildRow, ...]
    total: int
    next: str


def sortings(company: Company, after: str = "", limit: int = SHOWN) -> SortingPage:
    """A page of sorting runs.

    Raises:
        InputError: the cursor is none.
    """
    view = company.view()
    found, total, next_ = _latest(list(standing(view.journal, ChipsSorted)), after, limit)
    return SortingPage(rows=tuple(_sorting(view, item, data) for item, data in found), total=total, next=next_)


def builds(company: Company, after: str = "", limit: int = SHOWN) -> BuildPage:
    """A page of builds with what each cost landed.

    Raises:
        InputError: the cursor is none.
    """
    view = company.view()
    found, total, next_ = _latest(list(standing(view.journal, MachinesBuilt)), after, limit)
    stocked: dict[str, int] = {}
    for state in view.journal.lot_states("MACHINE.*"):
        if state.account.startswith("assets:inventory:"):
            stocked[state.lot.id] = stocked.get(state.lot.id, 0) + state.units
    rows = tuple(_build(view, item, data, stocked.get(item.fact.key, 0)) for item, data in found)
    return BuildPage(rows=rows, total=total, next=next_)


def _latest(found: list[tuple[Stored, D]], after: str, limit: int) -> tuple[list[tuple[Stored, D]], int, str]:
    """A page of facts by number, the latest first."""
    before, shown = cursor_of(after), limit_of(limit)
    rows = [pair for pair in reversed(found) if not before or pair[0].seq < before]
    return rows[:shown], len(found), str(rows[shown - 1][0].seq) if len(rows) > shown else ""


def _sorting(view: View, item: Stored, data: ChipsSorted) -> SortingRow:
    good = sum(out.chips for out in data.bins)
    cost = sum(lot.cost for lot in view.journal.lots_of(item.fact.key))
    key = item.fact.key
    return SortingRow(
        key=key,
        date=item.fact.date.isoformat(),
        wafer=data.wafer,
        place=data.site,
        wafers=count(data.wafers, trace=trace_fact(key)),
        chips=count(good),
        per_wafer=ratio(Fraction(good, data.wafers), "", 1) if data.wafers else unknown("no wafer was used"),
        die_yield=unknown(NO_DIE, "%"),
        packaging=usd(data.packaging_cost),
        chip_cost=ratio(Fraction(cost, 100 * good), "USD", 4) if good else unknown("no chip was good", "USD"),
        bins=tuple(
            Bin(
                chip=out.chip,
                chips=count(out.chips),
                share=ratio(Fraction(100 * out.chips, good), "%", 1) if good else unknown("no chip was good", "%"),
            )
            for out in data.bins
        ),
        href=trace_fact(key),
    )


def _build(view: View, item: Stored, data: MachinesBuilt, left: int) -> BuildRow:
    key = item.fact.key
    cost = landed_cost(view.journal, key)
    return BuildRow(
        key=key,
        date=item.fact.date.isoformat(),
        plant=data.plant,
        model=data.model,
        units=count(data.units, trace=trace_fact(key)),
        serials=str(serial_range(data.serial_first, data.serial_last)),
        chip=data.chip,
        chips_each=ratio(Fraction(data.chips, data.units), "", 1),
        chips=usd(cost.chips),
        materials=usd(cost.materials),
        conversion=usd(cost.conversion),
        freight=usd(cost.freight),
        duty=usd(cost.duty),
        other=usd(cost.other),
        total=usd(cost.total),
        each=Figure(value=cost.usd_per_unit, unit="USD", digits=2),
        left=count(left),
        href=trace_fact(key),
        lot=trace_lot(key),
    )
