"""What somebody wishes to curtail, in plain fields, and the ask that it becomes at a site.

The command line, the API and the console fill in the same fields; what is not said is as the rules of the site have it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from mintage.fleet.control.store import Desk
from mintage.fleet.curtail.asks import Ask, Breakeven, Cap, Fixed, Full, Manner, Restore, Shed, Thermal
from mintage.fleet.curtail.follower import rules_of
from mintage.fleet.curtail.prices import Prices, prices
from mintage.fleet.curtail.store import Book
from mintage.units.errors import InputError
from mintage.units.instant import parse_instant

Kind = Literal["fixed", "full", "cap", "breakeven", "thermal"]


class Wish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much is to be shed, of which machines, for how long. What is None is as the site's rules have it.

    Attributes:
        kind: "fixed" sheds `kw`; "full" every machine in scope; "cap" keeps the power under `kw`; "breakeven" sheds
            what costs more to run than it earns; "thermal" what is hotter than `inlet_c` or `chip_c`.
        kw: power to shed, or the cap, kW.
        feeder: feeder that the cap is of; "" for the site.
        hashprice_usd_ph_day: hashprice to go by; what the site was told, else the journal's, where left out.
        price_usd_mwh: price of power to go by; what the site was told, else its tariff's, where left out.
        inlet_c: shed machines whose inlet is hotter, °C.
        chip_c: shed machines with a hotter chip, °C.
        scope: machines, in the language of `mintage.fleet.scope`.
        exclude: machines that are never shed, in the same words.
        heat: machines that heat for somebody; they are shed last.
        lower_modes: whether machines may be set to lower work modes too.
        starts: instant at which it begins, ISO 8601; "" for at once.
        until: instant at which machines come back, ISO 8601; "" where the minutes or the longest hold end it.
        for_min: minutes after its begin at which machines come back.
        restore_machines: machines in one step of coming back; 0 for no limit.
        restore_kw: kW in one step; 0 for no limit.
        restore_every_s: seconds between steps.
    """

    kind: Kind
    kw: int | None = None
    feeder: str = ""
    hashprice_usd_ph_day: float | None = None
    price_usd_mwh: float | None = None
    inlet_c: float | None = None
    chip_c: float | None = None
    scope: str = "all"
    exclude: str | None = None
    heat: str | None = None
    lower_modes: bool | None = None
    starts: str = ""
    until: str = ""
    for_min: float | None = None
    restore_machines: int | None = None
    restore_kw: int | None = None
    restore_every_s: float | None = None


def meant(desk: Desk, wish: Wish, reason: str, hashprice: Callable[[], float | None] = lambda: None) -> Ask:
    """The ask that a wish becomes.

    Args:
        desk: the site.
        wish: what is wished.
        reason: why.
        hashprice: tells a hashprice where a breakeven needs one that the site was not told, USD/PH/day.

    Raises:
        InputError: a figure is missing or cannot be.
    """
    if wish.until and wish.for_min is not None:
        raise InputError("both an end and a number of minutes are given.", field="until", remedy="Give one of them.")
    ask = msgspec.structs.replace(
        Ask(shed=Full(), reason=reason),
        shed=_shed(desk, wish, hashprice),
        scope=wish.scope.strip() or "all",
        starts_us=parse_instant(wish.starts) if wish.starts else None,
        until_us=parse_instant(wish.until) if wish.until else None,
        manner=_manner(wish, rules_of(Book(desk.db)).manner),
    )
    try:
        return msgspec.convert(msgspec.to_builtins(ask), Ask)
    except msgspec.ValidationError as error:
        problem, _, field = str(error).partition(" - at `$")
        raise InputError(f"{problem}.", field=field.strip("`.") or None) from error


def goes_by(desk: Desk, wish: Wish, ask: Ask) -> Prices:
    """The prices that a preview of a wish tells beside each machine; a tariff that cannot be read hides them alone."""
    try:
        told = prices(desk.site, Book(desk.db), desk.clock.now_us())
    except InputError:
        told = Prices(hashprice_usd_ph_day=None, price_usd_mwh=None, by="")
    asked = ask.shed.hashprice_usd_ph_day if isinstance(ask.shed, Breakeven) else None
    return Prices(
        hashprice_usd_ph_day=asked or wish.hashprice_usd_ph_day or told.hashprice_usd_ph_day,
        price_usd_mwh=told.price_usd_mwh if wish.price_usd_mwh is None else wish.price_usd_mwh,
        by=told.by,
    )


def _shed(desk: Desk, wish: Wish, hashprice: Callable[[], float | None]) -> Shed:
    if wish.kind in ("fixed", "cap") and wish.kw is None:
        raise InputError("it is not said how many kW.", field="kw", remedy="Give a whole number of kW.")
    match wish.kind:
        case "fixed":
            return Fixed(wish.kw or 0)
        case "cap":
            return Cap(wish.kw or 0, wish.feeder)
        case "full":
            return Full()
        case "thermal":
            return Thermal(wish.inlet_c, wish.chip_c)
    told = Book(desk.db).setting("hashprice_usd_ph_day")
    known = wish.hashprice_usd_ph_day
    return Breakeven(known if known is not None or told else hashprice(), wish.price_usd_mwh)


def _manner(wish: Wish, manner: Manner) -> Manner:
    said: dict[str, Any] = {"exclude": wish.exclude, "heat": wish.heat, "lower_modes": wish.lower_modes}
    steps = {"machines": wish.restore_machines, "kw": wish.restore_kw, "every_s": wish.restore_every_s}
    restore = Restore(**{**msgspec.structs.asdict(manner.restore), **_given(steps)})
    if wish.for_min is not None:
        said["hold_max_s"] = wish.for_min * 60
    return Manner(**{**msgspec.structs.asdict(manner), **_given(said), "restore": restore})


def _given(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value is not None}
