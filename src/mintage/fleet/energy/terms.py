"""The terms of a tariff file: prices of energy, charges for peaks and months, programs, heat sold.

The reference of every key is the docstrings here; `examples/tariff.toml` is a whole tariff. Components of energy add
up: an index with an adder, and a delivery charge beside it, are two. Nothing of a rate is in code.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

import msgspec

from mintage.fleet.energy.prices import SeriesSpec
from mintage.fleet.energy.windows import Window

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9.-]*$")]
_SIGNED = {"usd_mwh", "adder_usd_mwh", "block_usd_mwh", "usd_month", "base_c"}
"""Numbers that may be negative: prices are, at times; a month's charge may be a rebate."""
_HIGHEST = {"probability": 1, "recovery": 1, "ratchet_pct": 100, "share_pct": 100}


class _Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all terms: every number is finite and in its range."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if not isinstance(value, Decimal):
                continue
            if not value.is_finite():
                raise ValueError(f"{name} is no number")
            if value < 0 and name not in _SIGNED:
                raise ValueError(f"{name} is negative")
            if value > _HIGHEST.get(name, value):
                raise ValueError(f"{name} is more than {_HIGHEST[name]}")
            if name == "efficiency" and not value:
                raise ValueError("efficiency is zero")


class _Component(_Terms, frozen=True, kw_only=True, tag_field="kind"):
    """A price of energy; all components add up.

    Attributes:
        name: its row on the bill.
        taxed: whether tax is due on it.
    """

    name: Name
    taxed: bool = True


class Fixed(_Component, frozen=True, kw_only=True, tag="fixed"):
    """The same price at all times.

    Attributes:
        usd_mwh: price, USD/MWh.
    """

    usd_mwh: Decimal


class Band(_Terms, frozen=True, kw_only=True):
    """One price of a time-of-use tariff.

    Attributes:
        name: its row on the bill.
        usd_mwh: price, USD/MWh.
        when: the times that it applies at.
    """

    name: Name
    usd_mwh: Decimal
    when: tuple[Window, ...]


class TimeOfUse(_Component, frozen=True, kw_only=True, tag="time-of-use"):
    """Prices by time; bands must cover every time once.

    Attributes:
        band: the bands.
    """

    band: tuple[Band, ...]


class Indexed(_Component, frozen=True, kw_only=True, tag="indexed"):
    """A market price: times a factor, plus an adder.

    Attributes:
        series: name of the price series.
        factor: what the index is multiplied by.
        adder_usd_mwh: what is added, USD/MWh.
    """

    series: Name
    factor: Decimal = Decimal(1)
    adder_usd_mwh: Decimal = Decimal(0)


class BlockAndIndex(_Component, frozen=True, kw_only=True, tag="block-and-index"):
    """A block of power bought ahead, the rest at the index; what is not used of the block is sold back, or lost.

    Attributes:
        block_mw: power of the block, MW.
        block_usd_mwh: its price, USD/MWh, due whether used or not.
        series: name of the price series for what is beyond the block.
        adder_usd_mwh: what is added beyond the block, USD/MWh.
        resale: whether what is not used is sold back at the index.
        resale_fee_usd_mwh: what the buyer keeps of it, USD/MWh.
    """

    block_mw: Decimal
    block_usd_mwh: Decimal
    series: Name
    adder_usd_mwh: Decimal = Decimal(0)
    resale: bool = False
    resale_fee_usd_mwh: Decimal = Decimal(0)


Energy = Fixed | TimeOfUse | Indexed | BlockAndIndex


class DemandCharge(_Terms, frozen=True, kw_only=True):
    """A charge for the highest average power of an interval within a calendar month of the zone.

    Attributes:
        name: its row on the bill.
        usd_kw: charge per month, USD/kW.
        when: times that count; all where left out.
        ratchet_pct: the month is billed at least this share of the highest peak of earlier months.
        ratchet_months: how many earlier months count for it.
        minimum_kw: least power that is billed, kW.
        taxed: whether tax is due on it.
    """

    name: Name
    usd_kw: Decimal
    when: tuple[Window, ...] = (Window(),)
    ratchet_pct: Decimal = Decimal(0)
    ratchet_months: Annotated[int, msgspec.Meta(ge=0, le=24)] = 0
    minimum_kw: Decimal = Decimal(0)
    taxed: bool = True


class Chance(_Terms, frozen=True, kw_only=True):
    """How likely an interval within a window is to become one of the grid's peaks.

    Attributes:
        when: times.
        probability: of each interval within.
    """

    when: Window
    probability: Decimal


class CoincidentPeak(_Terms, frozen=True, kw_only=True):
    """A charge for the site's mean power in the n intervals in which the whole grid peaked.

    Attributes:
        name: its row on the bill.
        peaks: how many intervals set it (four for ERCOT's 4CP).
        usd_kw_year: charge for the year that they set, USD/kW; a twelfth is billed each month.
        settled: ends of the intervals that set it, ISO 8601, once they are known.
        billed_kw: mean power in the settled intervals of the season that this version bills; unknown where left out.
        chance: how likely intervals are ahead of it, for the price that one should curtail at.
        taxed: whether tax is due on it.
    """

    name: Name
    peaks: Annotated[int, msgspec.Meta(gt=0)]
    usd_kw_year: Decimal
    settled: tuple[str, ...] = ()
    billed_kw: Decimal | None = None
    chance: tuple[Chance, ...] = ()
    taxed: bool = True


class MonthlyCharge(_Terms, frozen=True, kw_only=True):
    """A charge for a calendar month, whatever is used.

    Attributes:
        name: its row on the bill.
        usd_month: charge, USD.
        taxed: whether tax is due on it.
    """

    name: Name
    usd_month: Decimal
    taxed: bool = True


class Program(_Terms, frozen=True, kw_only=True):
    """A program that pays for being able to curtail, and for doing it.

    Attributes:
        name: its name, as in `mining.program-credit`.
        capacity_usd_mw_h: what each MW that is available earns in an hour, USD.
        committed_mw: power promised, MW.
        deployment_usd_mwh: what energy shed when called earns, USD/MWh.
        penalty_usd_mwh: what energy that was called and not shed costs, USD/MWh.
    """

    name: Name
    capacity_usd_mw_h: Decimal = Decimal(0)
    committed_mw: Decimal
    deployment_usd_mwh: Decimal = Decimal(0)
    penalty_usd_mwh: Decimal = Decimal(0)


class Version(_Terms, frozen=True, kw_only=True, rename={"first": "from"}):
    """The tariff from one date to another.

    Attributes:
        first: first day (`from` in the file), in the tariff's zone.
        until: day on which it no longer applies; open where left out.
        losses_pct: energy that is billed on top of what is metered.
        tax_pct: tax on rows that are taxed.
        energy: prices of energy.
        demand: demand charges.
        coincident: coincident-peak charges.
        monthly: charges by the month.
        program: programs that pay for curtailing.
    """

    first: date
    until: date | None = None
    losses_pct: Decimal = Decimal(0)
    tax_pct: Decimal = Decimal(0)
    energy: tuple[Energy, ...]
    demand: tuple[DemandCharge, ...] = ()
    coincident: tuple[CoincidentPeak, ...] = ()
    monthly: tuple[MonthlyCharge, ...] = ()
    program: tuple[Program, ...] = ()

    @property
    def charges(self) -> tuple[str, ...]:
        """Names of the charges that are not for energy."""
        found = [item.name for item in self.demand]
        found += [item.name for item in self.coincident]
        return (*found, *(item.name for item in self.monthly))


class HeatContract(_Terms, frozen=True, kw_only=True, rename={"first": "from"}):
    """Heat sold to a customer: at a price, or at what the customer saves.

    Attributes:
        customer: who owes for it.
        first: first day (`from` in the file), in the tariff's zone.
        until: day on which it no longer applies; open where left out.
        terms: "fixed" price per kWh, "gas" boiler displaced, or "heat-pump" displaced.
        usd_kwh: price of heat, USD/kWh; "fixed" needs it.
        fuel_usd_mwh: price of gas, or of the heat pump's electricity, USD/MWh.
        efficiency: of the boiler, or the heat pump's coefficient of performance.
        share_pct: what part of the saving the customer pays; the rest is why he takes the heat.
        recovery: heat delivered per electrical energy of the machines, where no heat meter counts it.
        capacity_kw: most heat that the customer's connection takes, kW.
        base_kw: heat that is always taken, kW.
        kw_per_degree: further heat per degree below the base temperature, kW/K.
        base_c: outdoor temperature above which nothing but the base is taken, degrees C.
    """

    customer: Name
    first: date
    until: date | None = None
    terms: Literal["fixed", "gas", "heat-pump"]
    usd_kwh: Decimal | None = None
    fuel_usd_mwh: Decimal | None = None
    efficiency: Decimal = Decimal("0.9")
    share_pct: Decimal = Decimal(100)
    recovery: Decimal = Decimal("0.95")
    capacity_kw: Decimal
    base_kw: Decimal = Decimal(0)
    kw_per_degree: Decimal = Decimal(0)
    base_c: Decimal = Decimal(15)


class TariffFile(_Terms, frozen=True, kw_only=True):
    """A tariff file.

    Attributes:
        name: what it is called.
        zone: time zone of its dates, hours and months.
        interval_minutes: length of the intervals that demand is averaged over.
        holidays: days that count as "holiday".
        series: price series.
        version: what applies when.
        heat: heat sold.
    """

    name: Name
    zone: str
    interval_minutes: Annotated[int, msgspec.Meta(gt=0, le=60)] = 15
    holidays: tuple[date, ...] = ()
    series: tuple[SeriesSpec, ...] = ()
    version: tuple[Version, ...]
    heat: tuple[HeatContract, ...] = ()
