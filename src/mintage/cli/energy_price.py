"""`mintage energy price` and `breakeven`: what one more MWh costs, and up to what price machines pay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import msgspec

from mintage.cli.energy import tariff_of
from mintage.cli.options import Options
from mintage.cli.quantities import UNKNOWN, Day, Number, shown
from mintage.cli.show import console, print_json, print_table, styled
from mintage.cli.site_options import SiteOptions
from mintage.fleet.energy.breakeven import breakevens
from mintage.fleet.energy.hours import hour_prices
from mintage.fleet.energy.tariff import Price
from mintage.fleet.models import Model, model_of, models
from mintage.units.errors import InputError

_BAR = 48


def price(
    day: Day,
    *,
    tariff: Path | None = None,
    load_mw: Number | None = None,
    breakeven: Number | None = None,
    options: SiteOptions = SiteOptions(),
) -> None:
    """What one more MWh costs in each hour of a local day, beside the price up to which machines pay.

    The highest price within each hour counts, with losses, tax and the expected coincident-peak charge. Demand charges
    are apart: no single MWh causes them.

    Example: mintage energy price 2025-07-02 --tariff examples/tariff.toml --breakeven 91

    Args:
        day: day on the tariff's wall clock.
        tariff: a tariff file; the site's own where left out.
        load_mw: load of the site, MW, which matters within a block bought ahead.
        breakeven: price up to which machines pay, USD/MWh (`mintage energy breakeven`).
    """
    found = tariff_of(options, tariff)
    hours = [(item.clock, item.price) for item in hour_prices(found, day, load_mw)]
    if options.json:
        rows = [
            {
                "hour": clock.isoformat(),
                "usd_mwh": told.usd_mwh,
                "parts": {part.name: part.usd_mwh for part in told.parts},
                "pays": None if told.usd_mwh is None or breakeven is None else told.usd_mwh <= breakeven,
                "reason": told.reason,
            }
            for clock, told in hours
        ]
        print_json({"tariff": found.name, "day": day, "zone": found.file.zone, "breakeven": breakeven, "hours": rows})
        return
    _draw(f"Price of power, {day}, {found.file.zone}, USD/MWh", hours, breakeven)


def breakeven(
    model: tuple[str, ...] = (),
    *,
    hashprice: Number,
    pue: Number = Decimal(1),
    heat: Number = Decimal(0),
    at: Number | None = None,
    options: Options = Options(),
) -> None:
    """The power price up to which each model and mode pays, with and without heat.

    Example: mintage energy breakeven 15-194 1566HA-480 --hashprice 50 --heat 27 --at 66

    Args:
        model: models as machines name them; all where left out (`mintage virtual models`).
        hashprice: USD/PH/day.
        pue: power usage effectiveness of the site.
        heat: what heat earns per MWh of the machine, USD (`mintage energy heat`).
        at: a power price to compare with, USD/MWh.
    """
    rows = breakevens([_model(name) for name in model] or models().values(), hashprice, pue, heat, at)
    if options.json:
        print_json({"hashprice_usd_ph_day": hashprice, "pue": pue, "heat_usd_mwh": heat, "at": at, "rows": rows})
        return
    words = {None: "", True: "runs", False: "stops"}
    table = [(*msgspec.structs.astuple(row)[:5], words[row.pays]) for row in rows]
    heads = ("model", "mode", "J/TH", "USD/MWh", "with heat USD/MWh", "" if at is None else f"at {shown(at)}")
    print_table(f"Break-even at {shown(hashprice)} USD/PH/day", heads, table, left=2)


def _model(name: str) -> Model:
    found = model_of(name)
    if found is None:
        raise InputError(f"no model is called '{name}'.", field="MODEL", remedy="See `mintage virtual models`.")
    return found


def _draw(title: str, hours: Sequence[tuple[datetime, Price]], limit: Decimal | None) -> None:
    """Bars of prices with a mark at the break-even price; what is above it is red and says so."""
    known = [told.usd_mwh for _, told in hours if told.usd_mwh is not None]
    top = max([*known, limit or Decimal(0), Decimal(1)])
    screen = console()
    screen.print(styled(title, "bold"))
    for clock, told in hours:
        head = f"{clock:%H:%M %Z} "
        if told.usd_mwh is None:
            screen.print(styled(f"{head}{UNKNOWN:>9} {told.reason}", "yellow"))
            continue
        filled = int(max(told.usd_mwh, Decimal(0)) / top * _BAR)
        cells = ["█" if number < filled else " " for number in range(_BAR + 1)]
        if limit is not None:
            cells[int(max(limit, Decimal(0)) / top * _BAR)] = "│"
        dear = limit is not None and told.usd_mwh > limit
        line = f"{head}{shown(told.usd_mwh, 2):>9} {''.join(cells).rstrip()}{'  stop' if dear else ''}"
        screen.print(styled(line, "red" if dear else "green"))
    if limit is not None:
        stops = sum(1 for value in known if value > limit)
        screen.print(styled(f"│ break-even {shown(limit, 2)}; dearer in {stops} of {len(hours)} hours", "dim"))
