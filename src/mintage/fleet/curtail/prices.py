"""Prices and powers that a choice of machines goes by, each with who told it; what nobody told is unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import msgspec

from mintage.fleet.curtail.drawn import drawn_w
from mintage.fleet.curtail.states import Target
from mintage.fleet.curtail.store import Book
from mintage.fleet.energy.readings import meter_power_w, site_power_w
from mintage.fleet.energy.tariff import Tariff, load_tariff, price_usd_mwh
from mintage.fleet.latest import Machine
from mintage.fleet.sites import Site
from mintage.state.db import StateDb
from mintage.units.errors import InputError

Quantity = Literal["hashprice_usd_ph_day", "price_usd_mwh"]
AGE_MAX_S: dict[Quantity, float] = {"hashprice_usd_ph_day": 2 * 86_400.0, "price_usd_mwh": 3600.0}
"""What was told longer ago than this is unknown again."""


class Told(msgspec.Struct, frozen=True):
    """A figure that a person or source told the site.

    Attributes:
        value: the figure.
        by: who.
        at_us: when.
    """

    value: float
    by: str
    at_us: int


class Prices(msgspec.Struct, frozen=True, kw_only=True):
    """What hash rate earns and power costs now.

    Attributes:
        hashprice_usd_ph_day: USD/PH/day; None where unknown.
        price_usd_mwh: USD/MWh; None where unknown.
        by: who told them.
    """

    hashprice_usd_ph_day: float | None
    price_usd_mwh: float | None
    by: str


def tell(book: Book, quantity: Quantity, value: float, by: str, now_us: int) -> None:
    """Take what somebody tells.

    Raises:
        InputError: it cannot be: no number, a hashprice of nothing, a price beyond any market.
    """
    top = 100_000.0
    low = 0.0 if quantity == "hashprice_usd_ph_day" else -top
    if not low < value < top:
        raise InputError(f"{value:g} is no {quantity}.", field=quantity, remedy=f"It lies between {low:g} and {top:g}.")
    book.set(quantity, msgspec.json.encode(Told(value, by, now_us)), by, now_us)


def told_price(book: Book, quantity: Quantity, now_us: int) -> Told | None:
    """What somebody told, where it is fresh."""
    body = book.setting(quantity)
    told = msgspec.json.decode(body, type=Told) if body else None
    return told if told and (now_us - told.at_us) / 1e6 <= AGE_MAX_S[quantity] else None


def prices(site: Site, book: Book, now_us: int) -> Prices:
    """What was told, where it is fresh; power that nobody told of costs what the site's tariff says.

    Raises:
        InputError: the tariff cannot be read.
    """
    hashprice = told_price(book, "hashprice_usd_ph_day", now_us)
    price = told_price(book, "price_usd_mwh", now_us) or _tariff_price(site, now_us)
    by = ", ".join(dict.fromkeys(told.by for told in (hashprice, price) if told))
    return Prices(
        hashprice_usd_ph_day=hashprice.value if hashprice else None,
        price_usd_mwh=price.value if price else None,
        by=by,
    )


def power_of(
    db: StateDb,
    site: Site,
    machines: Iterable[Machine],
    feeder: str,
    now_us: int,
    held: Mapping[str, Target] = MappingProxyType({}),
) -> float | None:
    """Power of the site or of one feeder now, W: by meters, else by its machines and the PUE; None where unknown.

    A machine that tells no power counts as `drawn_w` says; one of which nobody knows what it drew makes the sum
    unknown: a cap that is guessed protects nothing.

    Args:
        db: state of the site.
        site: its description.
        machines: its machines.
        feeder: which feeder; "" for the whole site.
        now_us: the instant.
        held: what curtailments know of machines that they hold.

    Raises:
        InputError: the site has no such feeder.
    """
    if feeder:
        known = [item.name for item in site.feeder]
        if feeder not in known:
            raise InputError(
                f"there is no feeder '{feeder}'.", field="feeder", remedy=f"Known are: {', '.join(known)}."
            )
        meters = [meter.name for meter in site.meter if meter.measures == "feeder" and meter.feeder == feeder]
        powers = [meter_power_w(db, meter, now_us)[0] for meter in meters]
        metered_w = sum(filter(None, powers)) if powers and None not in powers else None
    else:
        metered_w, _ = site_power_w(db, site, now_us)
    if metered_w is not None:
        return metered_w
    sum_w = 0.0
    for machine in machines:
        if feeder and machine.place.feeder != feeder:
            continue
        power_w = drawn_w(machine, held.get(machine.asset))
        if power_w is None:
            return None
        sum_w += power_w
    return sum_w * float(site.pue)


def _tariff_price(site: Site, now_us: int) -> Told | None:
    """What one more MWh costs now under the site's tariff; None where there is none or it does not say."""
    if not site.tariff:
        return None
    path = Path(site.tariff)
    tariff = _read_tariff(path, path.stat().st_mtime_ns if path.is_file() else 0)
    price = price_usd_mwh(tariff, now_us).usd_mwh
    return None if price is None else Told(float(price), f"tariff {tariff.name}", now_us)


@lru_cache(maxsize=8)
def _read_tariff(path: Path, _changed_ns: int) -> Tariff:
    return load_tariff(path)
