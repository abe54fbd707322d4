"""What a curtailment is asked for on the command line, and what it is in the service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from cyclopts import Parameter

from mintage.cli.site_options import SiteOptions
from mintage.fleet.control.store import Desk
from mintage.fleet.curtail.asks import Ask, Breakeven, Cap, Fixed, Full, Manner, Restore, Shed, Thermal
from mintage.fleet.curtail.follower import rules_of
from mintage.fleet.curtail.store import Book
from mintage.market.service import block_fees_on, hashprice_on
from mintage.units.errors import InputError
from mintage.units.instant import parse_instant, utc_date

_SATS = 100_000_000


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class AskOptions:
    """How much is shed, of which machines, for how long.

    One of kw, full, cap-kw, breakeven, inlet-c or chip-c is needed.

    Attributes:
        kw: shed so many kW.
        full: shed every machine in scope.
        cap_kw: keep the site under so many kW.
        feeder: feeder that the cap is of, instead of the site.
        breakeven: shed what costs more to run than it earns.
        hashprice: hashprice in USD/PH/day; by default what the site was told, else the journal's.
        price: price of power in USD/MWh; by default what the site was told.
        inlet_c: shed machines whose inlet is hotter.
        chip_c: shed machines with a hotter chip.
        scope: machines: "all", or terms such as "rack=r1,r2" or "model=Q".
        exclude: machines that are never shed, in the same words.
        heat: machines that heat for somebody; they are shed last.
        lower_modes: also set machines to lower work modes where that gives up less hash per kW than sleep.
        starts: instant at which it begins, such as 2026-01-05T17:00:00Z; at once where not given.
        until: instant at which machines come back.
        for_min: minutes after its begin at which machines come back; by default the site's longest hold.
        restore_machines: machines in one step of coming back; 0 for no limit.
        restore_kw: kW in one step; 0 for no limit.
        restore_every_s: seconds between steps.
    """

    kw: int | None = None
    full: Annotated[bool, Parameter(negative=())] = False
    cap_kw: int | None = None
    feeder: str = ""
    breakeven: Annotated[bool, Parameter(negative=())] = False
    hashprice: float | None = None
    price: float | None = None
    inlet_c: float | None = None
    chip_c: float | None = None
    scope: str = "all"
    exclude: str | None = None
    heat: str | None = None
    lower_modes: Annotated[bool | None, Parameter(negative=())] = None
    starts: str = ""
    until: str = ""
    for_min: float | None = None
    restore_machines: int | None = None
    restore_kw: int | None = None
    restore_every_s: float | None = None

    def ask(self, desk: Desk, options: SiteOptions, reason: str) -> Ask:
        """The ask; what is not said is taken from the site's rules, and printed with every preview.

        Raises:
            InputError: nothing, or more than one thing, is asked for, or a figure cannot be.
        """
        starts_us = parse_instant(self.starts) if self.starts else None
        if self.until and self.for_min is not None:
            raise InputError("both --until and --for-min are given.", remedy="Give one of them.")
        until_us = parse_instant(self.until) if self.until else None
        plain = Ask(shed=Full(), reason=reason)
        ask = msgspec.structs.replace(
            plain,
            shed=self._shed(desk, options),
            scope=self.scope,
            starts_us=starts_us,
            until_us=until_us,
            manner=self._manner(rules_of(Book(desk.db)).manner),
        )
        try:
            return msgspec.convert(msgspec.to_builtins(ask), Ask)
        except msgspec.ValidationError as error:
            problem, _, field = str(error).partition(" - at `$")
            raise InputError(f"{problem}.", field=field.strip("`.") or None) from error

    def _shed(self, desk: Desk, options: SiteOptions) -> Shed:
        asked = {
            "--kw": self.kw is not None,
            "--full": self.full,
            "--cap-kw": self.cap_kw is not None,
            "--breakeven": self.breakeven,
            "--inlet-c or --chip-c": self.inlet_c is not None or self.chip_c is not None,
        }
        if sum(asked.values()) != 1:
            given = [name for name, said in asked.items() if said]
            problem = f"{' and '.join(given)} are given." if given else "nothing is asked for."
            raise InputError(problem, remedy=f"Give one of {', '.join(asked)}.")
        if self.kw is not None:
            return Fixed(self.kw)
        if self.cap_kw is not None:
            return Cap(self.cap_kw, self.feeder)
        if self.breakeven:
            told = Book(desk.db).setting("hashprice_usd_ph_day")
            hashprice = self.hashprice if self.hashprice is not None or told else _hashprice(desk, options)
            return Breakeven(hashprice, self.price)
        return Full() if self.full else Thermal(self.inlet_c, self.chip_c)

    def _manner(self, manner: Manner) -> Manner:
        said: dict[str, Any] = {"exclude": self.exclude, "heat": self.heat, "lower_modes": self.lower_modes}
        steps = {"machines": self.restore_machines, "kw": self.restore_kw, "every_s": self.restore_every_s}
        restore = Restore(**{**msgspec.structs.asdict(manner.restore), **_given(steps)})
        if self.for_min is not None:
            said["hold_max_s"] = self.for_min * 60
        return Manner(**{**msgspec.structs.asdict(manner), **_given(said), "restore": restore})


def _given(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value is not None}


def _hashprice(desk: Desk, options: SiteOptions) -> float | None:
    """The journal's hashprice of today; None where there is no journal or it does not know."""
    if not options.db.is_file():
        return None
    journal = options.journal()
    day = utc_date(desk.clock.now_us())
    fees_sat = block_fees_on(journal, day).value
    # Without observed fees the subsidy's part is a lower bound: a machine is then shed too early, never too late.
    fees_btc = fees_sat / _SATS if fees_sat is not None else Decimal(0)
    found = hashprice_on(journal, day, desk.site.price_source, fees_btc)
    return float(found.value) if found.value is not None else None
