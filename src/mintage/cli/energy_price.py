"""`mintage energy price` and `breakeven`: what one more MWh costs, and up to what price machines pay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from mintage.cli.energy import tariff_of
from mintage.cli.options import Options
from mintage.cli.quantities import UNKNOWN, Day, Number, shown
from mintage.cli.show import console, print_json, print_table, styled
from mintage.cli.site_options import SiteOptions
from mintage.fleet.energy.heat import breakeven_usd_mwh
from mintage.fleet.energy.tariff import Price, price_usd_mwh
from mintage.fleet.energy.windows import midnight_us, moment
from mintage.fleet.models import Model, model_of, models
from mintage.units.errors import InputError

_BAR = 48
_HOUR_US = 3_600_000_000


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
    first_us, last_us = (midnight_us(edge, found.zone) for edge in (day, day + timedelta(days=1)))
    step_us = found.file.interval_minutes * 60_000_000
    hours = []
    for hour_us in range(first_us, last_us, _HOUR_US):
        prices = [price_usd_mwh(found, at_us, load_mw) for at_us in range(hour_us, hour_us + _HOUR_US, step_us)]
        hours.append((moment(hour_us).astimezone(found.zone), _dearest(prices)))
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
    if hashprice <= 0:
        raise InputError(f"a hashprice of {hashprice} cannot be.", field="--hashprice")
    rows: list[dict[str, Any]] = []
    for item in [_model(name) for name in model] or list(models().values()):
        for name, mode in item.modes.items():
            efficiency = Decimal(mode.power_w) / Decimal(str(mode.hashrate_ths))
            plain = breakeven_usd_mwh(hashprice, efficiency, pue)
            warm = breakeven_usd_mwh(hashprice, efficiency, pue, heat)
            rows.append(
                {
                    "model": item.model,
                    "mode": name,
                    "joules_per_th": efficiency.quantize(Decimal("0.01")),
                    "breakeven_usd_mwh": plain.quantize(Decimal("0.01")),
                    "breakeven_with_heat_usd_mwh": warm.quantize(Decimal("0.01")),
                    "pays": None if at is None else warm >= at,
                }
            )
    rows.sort(key=lambda row: -row["breakeven_with_heat_usd_mwh"])
    if options.json:
        print_json({"hashprice_usd_ph_day": hashprice, "pue": pue, "heat_usd_mwh": heat, "at": at, "rows": rows})
        return
    words = {None: "", True: "runs", False: "stops"}
    table = [(*list(row.values())[:5], words[row["pays"]]) for row in rows]
    heads = ("model", "mode", "J/TH", "USD/MWh", "with heat USD/MWh", "" if at is None else f"at {shown(at)}")
    print_table(f"Break-even at {shown(hashprice)} USD/PH/day", heads, table, left=2)


def _model(name: str) -> Model:
    found = model_of(name)
    if found is None:
        raise InputError(f"no model is called '{name}'.", field="MODEL", remedy="See `mintage virtual models`.")
    return found


def _dearest(prices: Sequence[Price]) -> Price:
    """The first price that is unknown, or the highest."""
    unknown = next((item for item in prices if item.usd_mwh is None), None)
    return unknown or max(prices, key=lambda item: item.usd_mwh or Decimal(0))


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
