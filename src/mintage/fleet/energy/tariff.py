"""A site's power tariff: read, checked, and asked what one more MWh costs at an instant."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from mintage.fleet.energy.prices import PriceSeries, SeriesSpec, read_series
from mintage.fleet.energy.terms import (
    Band,
    BlockAndIndex,
    CoincidentPeak,
    Fixed,
    Indexed,
    TariffFile,
    TimeOfUse,
    Version,
)
from mintage.fleet.energy.windows import DAY_MINUTES, DAYS, Wall, Window, wall, zone_of
from mintage.units.errors import InputError
from mintage.units.toml import read_toml


class Part(msgspec.Struct, frozen=True):
    """One part of a marginal price.

    Attributes:
        name: row of the tariff that it is from.
        usd_mwh: what it adds for one more MWh metered, USD/MWh; None where unknown.
    """

    name: str
    usd_mwh: Decimal | None


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """What one more MWh costs at an instant.

    Attributes:
        usd_mwh: the price with losses, tax and the expected coincident-peak charge, USD/MWh; None where unknown.
        parts: what it is made of.
        reason: why it is unknown.
    """

    usd_mwh: Decimal | None
    parts: tuple[Part, ...]
    reason: str = ""


class Tariff:
    """A tariff that was read and checked.

    Args:
        file: what the file says.
        folder: where its price files are.

    Raises:
        InputError: it cannot be: zone, hours, dates or a name that is not there.
    """

    def __init__(self, file: TariffFile, folder: Path) -> None:
        self.file, self.name, self._folder = file, file.name, folder
        self.zone: ZoneInfo = zone_of(file.zone)
        self.holidays = frozenset(file.holidays)
        self._series: dict[str, PriceSeries] = {}
        _check(file)

    @cached_property
    def _specs(self) -> dict[str, SeriesSpec]:
        return {spec.name: spec for spec in self.file.series}

    def series(self, name: str) -> PriceSeries:
        """A price series; its file is read when it is first needed.

        Raises:
            InputError: the file is not there or cannot be read.
        """
        if name not in self._series:
            self._series[name] = read_series(self._specs[name], self._folder)
        return self._series[name]

    def wall(self, at_us: int) -> Wall:
        """An instant on the tariff's wall clock."""
        return wall(at_us, self.zone, self.holidays)

    def version(self, day: date) -> Version | None:
        """What applies on a local day, or None where the file has a gap."""
        for version in self.file.version:
            if version.first <= day and (version.until is None or day < version.until):
                return version
        return None

    def gaps(self) -> list[str]:
        """Days between versions that none covers, in words."""
        ordered = sorted(self.file.version, key=lambda item: item.first)
        return [
            f"no version covers {before.until} to {after.first - timedelta(days=1)}"
            for before, after in pairwise(ordered)
            if before.until is not None and before.until < after.first
        ]


def price_usd_mwh(tariff: Tariff, at_us: int, load_mw: Decimal | None = None) -> Price:
    """What one more MWh costs at an instant; demand charges are apart, for no single MWh causes them.

    Args:
        tariff: the tariff.
        at_us: the instant.
        load_mw: load of the site then, which matters within a block bought ahead; beyond the block where None.

    Raises:
        InputError: a price file cannot be read.

    Source: (sum of energy prices * (1 + losses) + sum of K / n * probability / h, each taxed where it is) for a charge
    of K per MW that n intervals of h hours share.
    """
    clock = tariff.wall(at_us)
    version = tariff.version(clock.date)
    if version is None:
        return Price(usd_mwh=None, parts=(), reason=f"no version of tariff {tariff.name} covers {clock.date}.")
    losses, tax = 1 + version.losses_pct / 100, 1 + version.tax_pct / 100
    parts: list[Part] = []
    reason = ""
    for component in version.energy:
        usd, why = _marginal(tariff, component, clock, at_us, load_mw)
        reason = reason or why
        taxed = tax if component.taxed else Decimal(1)
        parts.append(Part(component.name, None if usd is None else usd * losses * taxed))
    for charge in version.coincident:
        expected = charge.usd_kw_year * 1000 / charge.peaks * chance_of(charge, clock)
        usd = expected * 60 / tariff.file.interval_minutes * (tax if charge.taxed else 1)
        parts.append(Part(charge.name, usd))
    known = [part.usd_mwh for part in parts if part.usd_mwh is not None]
    total = None if reason else sum(known, Decimal(0))
    return Price(usd_mwh=total, parts=tuple(parts), reason=reason)


def _marginal(
    tariff: Tariff,
    component: Fixed | TimeOfUse | Indexed | BlockAndIndex,
    clock: Wall,
    at_us: int,
    load_mw: Decimal | None,
) -> tuple[Decimal | None, str]:
    """One component's price of one more MWh, before losses and tax, or None with the reason."""
    if isinstance(component, Fixed):
        return component.usd_mwh, ""
    if isinstance(component, TimeOfUse):
        return band_of(component, clock).usd_mwh, ""
    index, reason = tariff.series(component.series).at(at_us)
    if index is None:
        return None, reason
    if isinstance(component, Indexed):
        return index * component.factor + component.adder_usd_mwh, ""
    if load_mw is None or load_mw >= component.block_mw:
        return index + component.adder_usd_mwh, ""
    return (index - component.resale_fee_usd_mwh if component.resale else Decimal(0)), ""


def chance_of(charge: CoincidentPeak, clock: Wall) -> Decimal:
    """How likely an interval is to become one of the grid's peaks; where windows overlap, the highest."""
    month = clock.date.month
    held = [item.probability for item in charge.chance if item.when.holds(month, clock.day, clock.minute)]
    return max(held, default=Decimal(0))


def band_of(component: TimeOfUse, clock: Wall) -> Band:
    """The band of a time-of-use component at a time; a checked tariff has exactly one."""
    month = clock.date.month
    return next(b for b in component.band if any(w.holds(month, clock.day, clock.minute) for w in b.when))


def load_tariff(path: Path) -> Tariff:
    """Read a tariff file.

    Raises:
        InputError: the file is not there, is no TOML, has an unknown or missing key, dates that overlap, hours that
            overlap or leave a gap, an unknown zone, or names a series that is not there.
    """
    file = read_toml(path, TariffFile, "tariff", "examples/tariff.toml")
    try:
        return Tariff(file, path.parent)
    except InputError as error:
        raise error.at(file=str(path)) from None


def _check(file: TariffFile) -> None:
    """Dates must not overlap, names must be there, hours must fit intervals, and bands must cover each time once."""
    if not file.version:
        raise InputError("a tariff needs a version.", field="version")
    if DAY_MINUTES % file.interval_minutes:
        raise InputError("intervals must divide a day.", field="interval_minutes", remedy="Write 5, 15, 30 or 60.")
    _check_dates(file)
    known = {spec.name for spec in file.series}
    for version in file.version:
        for component in version.energy:
            if isinstance(component, Indexed | BlockAndIndex) and component.series not in known:
                raise InputError(
                    f"no series is called '{component.series}'.",
                    field=f"energy {component.name}: series",
                    remedy=f"Known are: {', '.join(sorted(known)) or 'none'}.",
                )
            if isinstance(component, TimeOfUse):
                _check_cover(component, file.interval_minutes)
        windows = [window for charge in version.demand for window in charge.when]
        windows += [chance.when for charge in version.coincident for chance in charge.chance]
        for window in windows:
            _check_fit(window, file.interval_minutes)
        names = [row.name for row in (*version.energy, *version.demand, *version.coincident, *version.monthly)]
        if len(set(names)) < len(names):
            raise InputError("two rows of a version have one name.", field="name", remedy="Name each differently.")


def _check_dates(file: TariffFile) -> None:
    ordered = sorted(file.version, key=lambda item: item.first)
    for version in ordered:
        if version.until is not None and version.until <= version.first:
            raise InputError(f"the version from {version.first} ends before it begins.", field="until")
    for before, after in pairwise(ordered):
        if before.until is None or before.until > after.first:
            raise InputError(
                f"the versions from {before.first} and from {after.first} overlap.",
                field="until",
                remedy=f"End the earlier one on {after.first}.",
            )


def _check_cover(component: TimeOfUse, step: int) -> None:
    """Every minute of every kind of day in every month must be in one band, and in one only."""
    for window in (window for band in component.band for window in band.when):
        _check_fit(window, step)
    for month in range(1, 13):
        for day in DAYS:
            spans = sorted(
                (first, last, band.name)
                for band in component.band
                for window in band.when
                if month in window.months and day in window.days
                for first, last in window.minutes()
            )
            reached, before = 0, ""
            for first, last, name in (*spans, (DAY_MINUTES, DAY_MINUTES, "")):
                if first != reached:
                    what = f"bands {before} and {name} overlap" if first < reached else "no band covers the time"
                    clock = f"{min(first, reached) // 60:02d}:{min(first, reached) % 60:02d}"
                    raise InputError(
                        f"{what} on {day} in month {month} at {clock}.",
                        field=f"energy {component.name}",
                        remedy="Bands must cover every time once.",
                    )
                reached, before = last, name


def _check_fit(window: Window, step: int) -> None:
    for edge in (edge for span in window.minutes() for edge in span):
        if edge % step:
            raise InputError(
                f"{edge // 60:02d}:{edge % 60:02d} lies within an interval of {step} minutes.", field="hours"
            )
