"""`mintage energy cost` and `heat`: what a site's power cost by its meters, and what heat it sold."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from mintage.cli.energy import tariff_of
from mintage.cli.options import actor
from mintage.cli.quantities import Day, Number, shown, usd
from mintage.cli.show import print_json, print_table
from mintage.cli.site_options import SiteOptions
from mintage.fleet.energy.bill import cost as bill_of
from mintage.fleet.energy.bill import day_cost, hourly_cost
from mintage.fleet.energy.heat import (
    HeatDay,
    contract_on,
    heat_credit_usd_mwh,
    heat_fact,
    heat_usd_mwh,
)
from mintage.fleet.energy.heat_site import site_heat_day
from mintage.fleet.energy.programs import Performance, credit
from mintage.fleet.energy.readings import Interval, site_intervals
from mintage.fleet.energy.sheet import Row
from mintage.fleet.energy.tariff import Tariff
from mintage.fleet.energy.windows import midnight_us, zone_of
from mintage.units import format_instant, parse_period
from mintage.units.errors import InputError

_UTC = zone_of("UTC")


def cost(period: str, *, tariff: Path | None = None, options: SiteOptions = SiteOptions()) -> int:
    """What a site's power cost by its meters: a UTC day by the hour, or a month's bill on the tariff's wall clock.

    A day bears its part of monthly charges; demand is the month's. Exit 1 where part of it is unknown.

    Example: mintage energy cost 2025-07-02 --site alder
    Example: mintage energy cost 2025-07 --site alder --json

    Args:
        period: a day or a month.
        tariff: a tariff file; the site's own where left out.
    """
    span = parse_period(period)
    if span.days > 31:
        raise InputError(f"'{period}' is longer than a month.", field="PERIOD", remedy="Give a day or a month.")
    found, site = tariff_of(options, tariff), options.load()
    zone = _UTC if span.days == 1 else found.zone
    first_us, last_us = midnight_us(span.start, zone), midnight_us(span.end + timedelta(days=1), zone)
    db = options.kept_state(site)
    intervals = site_intervals(db, site, first_us, last_us, found.file.interval_minutes)
    if span.days == 1:
        return _day(found, site.name, period, intervals, as_json=options.json)
    bill = bill_of(found, intervals)
    if options.json:
        rows = [_row(row) for row in bill.rows]
        amounts = {"usd": None if bill.cents is None else usd(bill.cents), "known_usd": usd(bill.known_cents)}
        print_json({"site": site.name, "period": period, "rows": rows, **amounts, "reason": bill.reason})
    else:
        _print_rows(f"Power of {site.name}, {period}", bill.rows, bill.cents, bill.reason)
    return int(bill.cents is None)


def _day(tariff: Tariff, site: str, period: str, intervals: list[Interval], *, as_json: bool) -> int:
    """A day: its hours and its rows."""
    hours, day = hourly_cost(tariff, intervals), day_cost(tariff, intervals)
    if as_json:
        told = [
            {
                "hour": format_instant(hour.start_us),
                "wh": hour.wh,
                "usd": None if hour.cents is None else usd(hour.cents),
                "usd_mwh": hour.usd_mwh,
                "reason": hour.reason,
            }
            for hour in hours
        ]
        rows, amount = [_row(row) for row in day.rows], None if day.cents is None else usd(day.cents)
        report = {"site": site, "period": period, "hours": told, "rows": rows, "usd": amount, "reason": day.reason}
        print_json({**report, "left_out": day.left_out})
        return int(day.cents is None)
    table = [
        (
            format_instant(hour.start_us)[11:16],
            shown(None if hour.wh is None else Decimal(hour.wh) / 1000, 1),
            shown(hour.usd_mwh, 2),
            shown(None if hour.cents is None else usd(hour.cents)),
            hour.reason,
        )
        for hour in hours
    ]
    print_table(f"Energy of {site} by the hour, {period} UTC", ("hour", "kWh", "USD/MWh", "USD", "meaning"), table)
    note = f"left to the month's bill: {', '.join(day.left_out)}" if day.left_out else ""
    _print_rows(f"Power of {site}, {period} UTC", day.rows, day.cents, day.reason or note)
    return int(day.cents is None)


def _row(row: Row) -> dict[str, Any]:
    amount = None if row.cents is None else usd(row.cents)
    return {
        "row": row.name,
        "kind": row.kind,
        "month": row.month,
        "quantity": row.quantity,
        "unit": row.unit,
        "usd": amount,
        "reason": row.reason,
    }


def _print_rows(title: str, rows: tuple[Row, ...], cents: int | None, note: str) -> None:
    table: list[tuple[Any, ...]] = [
        (row.name, row.month, shown(row.quantity, 3), row.unit, shown(None if row.cents is None else usd(row.cents)))
        for row in rows
    ]
    table.append(("all", "", "", "", shown(None if cents is None else usd(cents))))
    print_table(title, ("row", "month", "quantity", "unit", "USD"), table, left=2, note=note)


def heat(
    day: Day,
    *,
    customer: str = "",
    outdoor: Number | None = None,
    electric_kwh: Number | None = None,
    tariff: Path | None = None,
    record: Annotated[bool, Parameter(negative=())] = False,
    options: SiteOptions = SiteOptions(),
) -> int:
    """Heat that a site sold on a UTC day: by its heat meters, else by electricity and the weather; exit 1 if unknown.

    Example: mintage energy heat 2025-01-15 --site alder --outdoor -4 --electric-kwh 2400 --record

    Args:
        day: the day.
        customer: whose contract; the only one where left out.
        outdoor: mean outdoor temperature, degrees C.
        electric_kwh: electricity of the machines that heat, kWh; the site's meters over its PUE where left out.
        tariff: the tariff file with the contract; the site's own where left out.
        record: book it as a fact: the customer owes it.
    """
    found, site = tariff_of(options, tariff), options.load()
    contract = contract_on(found.file.heat, day, customer)
    sold = site_heat_day(
        site,
        contract,
        day,
        db=options.state(site) if (options.folder(site) / "agent.db").exists() else None,
        outdoor_c=outdoor,
        electric_wh=None if electric_kwh is None else int(electric_kwh * 1000),
    )
    fact = heat_fact(site.name, contract, day, sold, actor())
    if record and fact is not None:
        journal = options.journal()
        journal.append([fact])
        journal.close()
    _tell_heat(sold, day, contract.customer, heat_usd_mwh(contract), heat_credit_usd_mwh(contract), options=options)
    return int(sold.cents is None)


def program(
    name: str,
    *,
    month: str,
    availability: Number | None = None,
    shed_mwh: Number | None = None,
    called_mwh: Number = Decimal(0),
    tariff: Path | None = None,
    options: SiteOptions = SiteOptions(),
) -> int:
    """What a program owes for a month: capacity held ready, energy shed when called, less penalties; exit 1 if unknown.

    Example: mintage energy program demand-response --month 2025-07 --availability 0.97 --shed-mwh 1.1 --called-mwh 1.2

    Args:
        name: the program, as the tariff calls it.
        month: the month; all its hours are promised.
        availability: share of the promise that was there, 0 to 1.
        shed_mwh: energy shed when called, MWh, as the proofs of curtailments say.
        called_mwh: energy that was called, MWh.
        tariff: a tariff file; the site's own where left out.
    """
    found, span = tariff_of(options, tariff), parse_period(month)
    version = found.version(span.end)
    terms = next((item for item in version.program if item.name == name), None) if version else None
    if terms is None:
        raise InputError(f"no program '{name}' is in force in {month}.", field="NAME", remedy="See the tariff file.")
    length_us = midnight_us(span.end + timedelta(days=1), found.zone) - midnight_us(span.start, found.zone)
    owed = credit(
        terms,
        Performance(
            hours=Decimal(length_us) / 3_600_000_000,
            availability=availability,
            shed_wh=None if shed_mwh is None else int(shed_mwh * 10**6),
            called_wh=int(called_mwh * 10**6),
        ),
    )
    parts = {
        "capacity": owed.capacity_cents,
        "deployment": owed.deployment_cents,
        "penalty": owed.penalty_cents,
        "all": owed.cents,
    }
    amounts = {part: None if cents is None else usd(cents) for part, cents in parts.items()}
    if options.json:
        print_json({"program": name, "month": month, "usd": amounts, "reason": owed.reason})
    else:
        rows = [(part, shown(amount)) for part, amount in amounts.items()]
        print_table(f"Credit of {name}, {month}", ("", "USD"), rows, note=owed.reason)
    return int(owed.cents is None)


def _tell_heat(
    sold: HeatDay, day: date, customer: str, value: Decimal, credit: Decimal, *, options: SiteOptions
) -> None:
    amount = None if sold.cents is None else usd(sold.cents)
    if options.json:
        energies = {"demand_wh": sold.demand_wh, "offered_wh": sold.offered_wh, "sold_wh": sold.sold_wh}
        prices = {"heat_usd_mwh": value, "credit_usd_mwh": credit}
        report = {"day": day, "customer": customer, **energies, "metered": sold.metered, "usd": amount, **prices}
        print_json({**report, "reason": sold.reason})
        return
    rows = [
        (name, shown(None if wh is None else Decimal(wh) / 1000, 1), "kWh")
        for name, wh in (("wanted", sold.demand_wh), ("offered", sold.offered_wh), ("sold", sold.sold_wh))
    ]
    rows += [
        ("value", shown(amount), "USD"),
        ("worth of heat", shown(value, 2), "USD/MWh"),
        ("raises break-even by", shown(credit, 2), "USD/MWh"),
    ]
    note = sold.reason or ("counted by a heat meter" if sold.metered else "by recovery and degree days")
    print_table(f"Heat sold to {customer}, {day}", ("", "", "unit"), rows, note=note)
