"""What a curtailment may ask for: how much, of which machines, for how long, and how machines come back."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from mintage.fleet.control.reasons import said
from mintage.fleet.scope import parse_scope
from mintage.units.errors import InputError

HOLD_MAX_S = 7 * 86_400
"""Longest hold that may be asked for: a machine that should run is never left asleep without an end."""
Kw = Annotated[int, msgspec.Meta(gt=0, le=10_000_000)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=HOLD_MAX_S)]


class Fixed(msgspec.Struct, frozen=True, tag="fixed", tag_field="kind", forbid_unknown_fields=True):
    """Shed so much power.

    Attributes:
        kw: power to shed.
    """

    kw: Kw


class Full(msgspec.Struct, frozen=True, tag="full", tag_field="kind", forbid_unknown_fields=True):
    """Shed every machine in scope, also those that come back while it is held."""


class Cap(msgspec.Struct, frozen=True, tag="cap", tag_field="kind", forbid_unknown_fields=True):
    """Keep the power of the site, or of one feeder, under a limit for as long as it is held.

    Attributes:
        kw: limit.
        feeder: feeder that it is of; "" for the whole site.
        band_pct: machines come back only where the power stays so far below the limit.
    """

    kw: Kw
    feeder: str = ""
    band_pct: Annotated[float, msgspec.Meta(ge=0, le=50)] = 2.0


class Breakeven(msgspec.Struct, frozen=True, tag="breakeven", tag_field="kind", forbid_unknown_fields=True):
    """Shed what costs more to run than it earns.

    Attributes:
        hashprice_usd_ph_day: what hash rate earns; None follows what the site was last told.
        price_usd_mwh: what power costs; None follows the tariff or what the site was last told.
        band_pct: hysteresis: a machine is shed above its breakeven by so much and comes back below it by so much.
    """

    hashprice_usd_ph_day: Annotated[float, msgspec.Meta(gt=0)] | None = None
    price_usd_mwh: float | None = None
    band_pct: Annotated[float, msgspec.Meta(ge=0, le=50)] = 3.0


class Thermal(msgspec.Struct, frozen=True, tag="thermal", tag_field="kind", forbid_unknown_fields=True):
    """Shed machines that are too hot, until what enters them is cool again.

    Attributes:
        inlet_c: highest temperature of the air or liquid that enters; None for no limit.
        chip_c: highest temperature of a chip; None for no limit.
        band_c: machines come back when so much cooler.
    """

    inlet_c: float | None = None
    chip_c: float | None = None
    band_c: Annotated[float, msgspec.Meta(ge=0)] = 3.0


Shed = Fixed | Full | Cap | Breakeven | Thermal
STEADY = (Fixed,)
"""Kinds that choose machines once; the others look again for as long as they are held."""


class Restore(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How machines come back. Nothing is added to what is written here: 0 machines and 0 kW bring all at once.

    Attributes:
        machines: machines in one step; 0 for no limit.
        kw: power in one step; 0 for no limit. A step brings at least one machine.
        every_s: seconds between steps.
    """

    machines: Annotated[int, msgspec.Meta(ge=0)] = 0
    kw: Annotated[int, msgspec.Meta(ge=0)] = 0
    every_s: Seconds = 10.0


class Manner(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a site sheds, whoever asks.

    Attributes:
        exclude: scope of machines that are never shed; "" for none.
        heat: scope of machines that heat for somebody: shed last; "" for none.
        run_min_s: a machine that was woken runs at least so long before it is shed again.
        rest_min_s: a machine that was shed rests at least so long before a rule brings it back; people may sooner.
        lower_modes: whether a machine may be set to a lower work mode where that gives up less than sleep.
        restore: how machines come back.
        hold_max_s: longest hold; whoever asks may ask for less.
        confirm_s: seconds within which a machine's own readings must bear a command out before it is sent again.
        tries_max: how often a command is sent to one machine before it counts as refused, silent or not restored.
        drifts_max: how often a machine that woke by itself is shed again.
    """

    exclude: str = ""
    heat: str = ""
    run_min_s: Seconds = 0.0
    rest_min_s: Seconds = 0.0
    lower_modes: bool = False
    restore: Restore = Restore()
    hold_max_s: Annotated[float, msgspec.Meta(gt=0, le=HOLD_MAX_S)] = 4 * 3600.0
    confirm_s: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 90.0
    tries_max: Annotated[int, msgspec.Meta(ge=1, le=20)] = 3
    drifts_max: Annotated[int, msgspec.Meta(ge=0, le=100)] = 5


class Ask(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One curtailment, as asked for.

    Attributes:
        shed: how much.
        reason: why.
        scope: which machines, in the language of `mintage.fleet.scope`.
        trigger: what started it.
        rule: rule or source that started it, "" for a person.
        starts_us: when it begins; None for at once.
        until_us: when machines come back; None where only the longest hold ends it.
        kw_max: most that it may shed, however it grows; None for no limit.
        manner: how machines are shed and come back.
    """

    shed: Shed
    reason: str
    scope: str = "all"
    trigger: Literal["person", "rule", "schedule", "signal"] = "person"
    rule: str = ""
    starts_us: int | None = None
    until_us: int | None = None
    kw_max: Annotated[int, msgspec.Meta(gt=0)] | None = None
    manner: Manner = Manner()

    @property
    def mode(self) -> str:
        """What it is told as: schedule or signal where one started it, otherwise how much is shed."""
        return self.trigger if self.trigger in ("schedule", "signal") else kind_of(self.shed)


def kind_of(shed: Shed) -> str:
    """Name of a kind: fixed, full, cap, breakeven or thermal."""
    return str(shed.__struct_config__.tag)


def amount_of(shed: Shed) -> str:
    """What is asked for, in words."""
    match shed:
        case Fixed(kw):
            return f"{kw:,} kW less"
        case Full():
            return "every machine in scope"
        case Cap(kw, feeder):
            return f"at most {kw:,} kW {f'on feeder {feeder}' if feeder else 'on the site'}"
        case Breakeven(hashprice, price):
            told = f"at {hashprice:g} USD/PH/day" if hashprice else "at the hashprice told"
            return f"what earns less than its power {told}, {f'{price:g} USD/MWh' if price else 'at the price told'}"
        case Thermal(inlet_c, chip_c):
            limits = {"inlet": inlet_c, "chip": chip_c}
            named = [f"{name} {limit:g} °C" for name, limit in limits.items() if limit is not None]
            return f"what is hotter than {' or '.join(named)}"


def check_ask(ask: Ask, now_us: int) -> None:
    """Refuse what cannot be meant.

    Raises:
        InputError: no reason or one that is no plain line, an unreadable scope, an end before the beginning, or limits
            that contradict themselves.
    """
    said(ask.reason)
    parse_scope(ask.scope)
    for text in filter(None, (ask.manner.exclude, ask.manner.heat)):
        parse_scope(text)
    begins_us = max(ask.starts_us or now_us, now_us)
    if ask.until_us is not None and ask.until_us <= begins_us:
        raise InputError("it ends before it begins.", field="until", remedy="Name an end that lies ahead.")
    if begins_us - now_us > HOLD_MAX_S * 1_000_000:
        raise InputError("it begins more than a week ahead.", field="starts", remedy="Write a schedule rule for it.")
    if isinstance(ask.shed, Thermal) and ask.shed.inlet_c is None and ask.shed.chip_c is None:
        raise InputError("no temperature is named.", field="shed", remedy="Name a limit for inlet or chip.")
