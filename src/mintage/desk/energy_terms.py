"""The terms of a tariff as pages tell them: each price and charge, when it applies, and whether it does now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Literal

import msgspec

from mintage.desk.figure import Figure, unknown
from mintage.fleet.energy.tariff import Tariff, chance_of
from mintage.fleet.energy.terms import BlockAndIndex, Energy, Fixed, Indexed, TimeOfUse, Version
from mintage.fleet.energy.windows import Wall, Window

Part = Literal["energy", "demand", "coincident", "monthly", "program"]


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """One price or charge of the tariff.

    Attributes:
        part: what it is for.
        kind: fixed, time-of-use, indexed or block-and-index for energy; its part otherwise.
        name: its row on the bill.
        band: band, block or index; "" where it has none.
        price: the price or charge.
        when: the times that it applies at; none where always.
        now: whether it applies now.
        now_price: what it is now, where that differs from the price; None otherwise.
        taxed: whether tax is due on it.
        note: what a reader must know of it.
    """

    part: Part
    kind: str
    name: str
    band: str = ""
    price: Figure
    when: tuple[Window, ...] = ()
    now: bool
    now_price: Figure | None = None
    taxed: bool = True
    note: str = ""


def terms_of(tariff: Tariff, version: Version, wall: Wall, now_us: int) -> Iterator[Term]:
    """Every price and charge of a version, and whether it applies at an instant."""
    for component in version.energy:
        yield from _energy(tariff, component, wall, now_us)
    for charge in version.demand:
        price = Figure(value=charge.usd_kw, unit="USD/kW/month", digits=2)
        whole = charge.when == (Window(),)
        note = f"at least {charge.minimum_kw:f} kW" if charge.minimum_kw else ""
        yield Term(
            part="demand",
            kind="demand",
            name=charge.name,
            price=price,
            when=() if whole else charge.when,
            now=_holds(charge.when, wall),
            taxed=charge.taxed,
            note=note,
        )
    for peak in version.coincident:
        chance = chance_of(peak, wall)
        yield Term(
            part="coincident",
            kind="coincident",
            name=peak.name,
            price=Figure(value=peak.usd_kw_year, unit="USD/kW/year", digits=2),
            when=tuple(item.when for item in peak.chance),
            now=chance > 0,
            now_price=Figure(value=chance * 100, unit="%", digits=2) if chance else None,
            taxed=peak.taxed,
        )
    for row in version.monthly:
        yield Term(
            part="monthly",
            kind="monthly",
            name=row.name,
            price=Figure(value=row.usd_month, unit="USD/month", digits=2),
            now=True,
            taxed=row.taxed,
        )
    for program in version.program:
        yield Term(
            part="program",
            kind="program",
            name=program.name,
            price=Figure(value=program.deployment_usd_mwh, unit="USD/MWh", digits=2),
            now=True,
            taxed=False,
            note=f"{program.committed_mw:f} MW promised at {program.capacity_usd_mw_h:f} USD/MW/h",
        )


def _energy(tariff: Tariff, component: Energy, wall: Wall, now_us: int) -> Iterator[Term]:
    name, taxed = component.name, component.taxed
    if isinstance(component, Fixed):
        yield Term(part="energy", kind="fixed", price=_usd_mwh(component.usd_mwh), now=True, name=name, taxed=taxed)
    elif isinstance(component, TimeOfUse):
        for band in component.band:
            yield Term(
                part="energy",
                kind="time-of-use",
                band=band.name,
                price=_usd_mwh(band.usd_mwh),
                when=band.when,
                now=_holds(band.when, wall),
                name=name,
                taxed=taxed,
            )
    elif isinstance(component, Indexed):
        index, reason = tariff.series(component.series).at(now_us)
        note = f"{component.factor:f} times {component.series}"
        price = _index(index, reason, component.factor, component.adder_usd_mwh)
        yield Term(
            part="energy",
            kind="indexed",
            band=component.series,
            price=price,
            now=True,
            note=note,
            name=name,
            taxed=taxed,
        )
    elif isinstance(component, BlockAndIndex):
        index, reason = tariff.series(component.series).at(now_us)
        block = f"{component.block_mw:f} MW block"
        kind = "block-and-index"
        yield Term(
            part="energy",
            kind=kind,
            band=block,
            price=_usd_mwh(component.block_usd_mwh),
            now=True,
            name=name,
            taxed=taxed,
        )
        price = _index(index, reason, Decimal(1), component.adder_usd_mwh)
        yield Term(part="energy", kind=kind, band=component.series, price=price, now=True, name=name, taxed=taxed)


def _index(index: Decimal | None, reason: str, factor: Decimal, adder: Decimal) -> Figure:
    return unknown(reason, "USD/MWh") if index is None else _usd_mwh(index * factor + adder)


def _usd_mwh(value: Decimal) -> Figure:
    return Figure(value=value, unit="USD/MWh", digits=2)


def _holds(windows: Iterable[Window], wall: Wall) -> bool:
    return any(window.holds(wall.date.month, wall.day, wall.minute) for window in windows)
