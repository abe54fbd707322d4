"""What a site draws now: its meters beside the sum of its machines, and each feeder against its limit."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import numpy as np

from mintage.desk.energy_answer import FeederRow, Load, MeterRow
from mintage.desk.energy_ledger import kilowatts
from mintage.desk.figure import Figure, measured, unknown
from mintage.desk.sites import SiteDesk
from mintage.fleet.board.view import Array
from mintage.fleet.board.view import View as BoardView
from mintage.fleet.control.store import in_people_s
from mintage.fleet.energy.counter import QUALITIES
from mintage.fleet.energy.readings import last_readings, meter_power_w, site_power_w
from mintage.fleet.models import model_of
from mintage.fleet.sites import Site

_METER_S = 180.0
_PEOPLE_S = 5.0
"""A virtual site that lives a day in a minute has its meters read every few seconds of ours."""


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """What machines say that they draw.

    Attributes:
        power_w: their sum.
        silent: machines that do not say.
        count: machines.
    """

    power_w: float = 0.0
    silent: int = 0
    count: int = 0

    @property
    def known_w(self) -> float | None:
        """The sum where every machine says what it draws."""
        return None if self.silent or not self.count else self.power_w

    @property
    def reason(self) -> str:
        """Why the sum is not known."""
        if not self.count:
            return "no machine is known at the site."
        return f"{self.silent:,} machines do not say what they draw." if self.silent else ""


def drawn(view: BoardView, site: str) -> tuple[Drawn, dict[str, Drawn], dict[str, int]]:
    """What machines of a site draw: all, by hall, and how many there are of each model."""
    codes, names = view.factor("site")
    if site not in names:
        return Drawn(), {}, {}
    rows = np.flatnonzero(codes == names.index(site))
    power = view.columns["power_in_w"][rows].astype(float)
    states, state_names = view.factor("state")
    models, model_names = view.factor("model")
    halls, hall_names = view.factor("hall")
    models, halls = models[rows], halls[rows]
    asleep = np.isnan(power) & (states[rows] == _index(state_names, "asleep"))
    for code in np.unique(models[asleep]):
        found = model_of(model_names[int(code)])
        if found is not None:
            power[asleep & (models == code)] = found.standby_w
    by_hall = {hall_names[int(code)]: _sum(power[halls == code]) for code in np.unique(halls)}
    counts = {model_names[int(code)]: int((models == code).sum()) for code in np.unique(models)}
    return _sum(power), by_hall, counts


def load_of(desk: SiteDesk, view: BoardView) -> Load:
    """A site's load."""
    site, now_us = desk.site, desk.clock.now_us()
    age_s = max(_METER_S, in_people_s(desk.clock, _PEOPLE_S))
    metered_w, reason = site_power_w(desk.db, site, now_us, age_s)
    machines, by_hall, _ = drawn(view, site.name)
    pue = float(site.pue)
    by_machines_w = None if machines.known_w is None else machines.known_w * pue
    power_w = metered_w if metered_w is not None else by_machines_w
    note = "" if metered_w is not None else f"machines times PUE; {reason}"
    overhead, share = _overhead(metered_w, machines, reason)
    return Load(
        power=kilowatts(power_w, f"{reason} {machines.reason}".strip(), note=note),
        by="meters" if metered_w is not None else "machines" if power_w is not None else "",
        metered=kilowatts(metered_w, reason),
        machines=_traced(
            kilowatts(machines.power_w if machines.count else None, machines.reason, note=machines.reason),
            f"/fleet?site={site.name}",
        ),
        silent=machines.silent,
        count=machines.count,
        overhead=overhead,
        overhead_share=share,
        expected_share=Figure(value=(site.pue - 1) * 100, unit="%", digits=1),
        feeders=_feeders(desk, by_hall, age_s),
        meters=_meters(desk),
    )


def limit_of(site: Site) -> Figure:
    """What a site's feeders may carry together."""
    if not site.feeder:
        return unknown("the site names no feeder.", "kW")
    return Figure(value=Decimal(sum(feeder.limit_kw for feeder in site.feeder)), unit="kW")


def _traced(figure: Figure, trace: str) -> Figure:
    return msgspec.structs.replace(figure, trace=trace) if figure.value is not None else figure


def _overhead(metered_w: float | None, machines: Drawn, reason: str) -> tuple[Figure, Figure]:
    if metered_w is None or machines.known_w is None:
        why = reason if metered_w is None else machines.reason
        return unknown(why, "kW"), unknown(why, "%")
    over_w = metered_w - machines.known_w
    share = measured(over_w / machines.known_w * 100, "%", 1) if machines.known_w else unknown("no machine runs.", "%")
    return kilowatts(over_w), share


def _feeders(desk: SiteDesk, by_hall: dict[str, Drawn], age_s: float) -> tuple[FeederRow, ...]:
    site, now_us = desk.site, desk.clock.now_us()
    feeder_of = {hall.name: hall.feeder for hall in site.hall}
    found = []
    for feeder in site.feeder:
        halls = [of for name, of in by_hall.items() if feeder_of.get(name, "") == feeder.name]
        machines = Drawn(
            power_w=sum(item.power_w for item in halls),
            silent=sum(item.silent for item in halls),
            count=sum(item.count for item in halls),
        )
        meters = [item.name for item in site.meter if item.measures == "feeder" and item.feeder == feeder.name]
        read = [meter_power_w(desk.db, name, now_us, age_s) for name in meters]
        known = [power_w for power_w, _ in read if power_w is not None]
        metered_w = sum(known) if read and len(known) == len(read) else None
        by_machines_w = None if machines.known_w is None else machines.known_w * float(site.pue)
        power_w = metered_w if metered_w is not None else by_machines_w
        reason = next((why for _, why in read if why), "no meter measures this feeder.")
        if power_w is None:
            reason = f"{reason} {machines.reason}".strip()
        found.append(
            FeederRow(
                name=feeder.name,
                power=kilowatts(power_w, reason, note="" if metered_w is not None else reason),
                by="meters" if metered_w is not None else "machines" if power_w is not None else "",
                limit=Figure(value=Decimal(feeder.limit_kw), unit="kW"),
                share=None if power_w is None else power_w / 1000 / feeder.limit_kw,
                machines=machines.count,
            )
        )
    return tuple(found)


def _meters(desk: SiteDesk) -> tuple[MeterRow, ...]:
    last = last_readings(desk.db) if desk.site.meter else {}
    found = []
    for meter in desk.site.meter:
        read = last.get(meter.name)
        quality = QUALITIES.get(read.quality, read.quality) if read else "never read"
        energy_wh = read.energy_wh if read else None
        found.append(
            MeterRow(
                name=meter.name,
                measures=meter.measures,
                feeder=meter.feeder or "",
                power=kilowatts(read.power_w if read else None, quality),
                energy=unknown(quality, "MWh")
                if energy_wh is None
                else Figure(value=Decimal(energy_wh).scaleb(-6), unit="MWh", digits=2),
                at_us=read.at_us if read else None,
                quality=quality,
                good=read is not None and read.quality == "good",
            )
        )
    return tuple(found)


def _index(names: list[str], name: str) -> int:
    return names.index(name) if name in names else -1


def _sum(power: Array) -> Drawn:
    silent = int(np.isnan(power).sum())
    return Drawn(power_w=float(np.nansum(power)), silent=silent, count=len(power))
