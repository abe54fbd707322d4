"""What a curtailment is asked for on the command line, and what it is in the service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter

from mintage.cli.site_options import SiteOptions
from mintage.fleet.control.store import Desk
from mintage.fleet.curtail.asks import Ask
from mintage.fleet.curtail.wish import Kind, Wish, meant
from mintage.fleet.energy.breakeven import journal_hashprice
from mintage.units.errors import InputError
from mintage.units.instant import utc_date


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

    def wish(self) -> Wish:
        """What is asked for, in plain fields.

        Raises:
            InputError: nothing, or more than one thing, is asked for.
        """
        if self.until and self.for_min is not None:
            raise InputError("both --until and --for-min are given.", remedy="Give one of them.")
        return Wish(
            kind=self._kind(),
            kw=self.kw if self.kw is not None else self.cap_kw,
            feeder=self.feeder,
            hashprice_usd_ph_day=self.hashprice,
            price_usd_mwh=self.price,
            inlet_c=self.inlet_c,
            chip_c=self.chip_c,
            scope=self.scope,
            exclude=self.exclude,
            heat=self.heat,
            lower_modes=self.lower_modes,
            starts=self.starts,
            until=self.until,
            for_min=self.for_min,
            restore_machines=self.restore_machines,
            restore_kw=self.restore_kw,
            restore_every_s=self.restore_every_s,
        )

    def ask(self, desk: Desk, options: SiteOptions, reason: str) -> Ask:
        """The ask; what is not said is taken from the site's rules, and printed with every preview.

        Raises:
            InputError: nothing, or more than one thing, is asked for, or a figure cannot be.
        """
        return meant(desk, self.wish(), reason, lambda: _hashprice(desk, options))

    def _kind(self) -> Kind:
        asked: dict[str, tuple[Kind, bool]] = {
            "--kw": ("fixed", self.kw is not None),
            "--full": ("full", self.full),
            "--cap-kw": ("cap", self.cap_kw is not None),
            "--breakeven": ("breakeven", self.breakeven),
            "--inlet-c or --chip-c": ("thermal", self.inlet_c is not None or self.chip_c is not None),
        }
        given = [name for name, (_, said) in asked.items() if said]
        if len(given) != 1:
            problem = f"{' and '.join(given)} are given." if given else "nothing is asked for."
            raise InputError(problem, remedy=f"Give one of {', '.join(asked)}.")
        return asked[given[0]][0]


def _hashprice(desk: Desk, options: SiteOptions) -> float | None:
    """The journal's hashprice of today; None where there is no journal or it does not know."""
    if not options.db.is_file():
        return None
    found = journal_hashprice(options.journal(), desk.site, utc_date(desk.clock.now_us())).value
    return None if found is None else float(found)
