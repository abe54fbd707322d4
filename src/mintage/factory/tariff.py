"""Import duty by date: which measures apply to goods of an origin, and what they come to.

The measures are data (`data/tariffs.toml`). Outside the days and origins that the table covers a rate is unknown.
"""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib import resources

import msgspec

from mintage.factory.facts import DutyAssessed
from mintage.units.errors import InputError


class Coverage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the table knows every measure.

    Attributes:
        country: country of import.
        origins: countries of origin.
        hs: tariff codes, by how they begin.
        first: first day.
        last: last day.
    """

    country: str
    origins: tuple[str, ...]
    hs: tuple[str, ...]
    first: date
    last: date


class DutyRate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rate of one measure.

    Attributes:
        country: country of import.
        measure: legal basis, one rate of which applies at a time.
        origin: country of origin, or "any".
        hs: tariff codes that it covers, by how they begin.
        effective: first day.
        rate_pct: percent of the customs value.
        source: where it is written.
    """

    country: str
    measure: str
    origin: str
    hs: tuple[str, ...]
    effective: date
    rate_pct: Decimal
    source: str

    @property
    def precedence(self) -> tuple[bool, date]:
        """Greater goes first: the very origin before "any", then the newest."""
        return (self.origin != "any", self.effective)


class TariffTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole table."""

    coverage: tuple[Coverage, ...]
    rate: tuple[DutyRate, ...]


@cache
def tariff_table() -> TariffTable:
    """The table as shipped."""
    text = resources.files("mintage.factory").joinpath("data/tariffs.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), TariffTable)


def duty_rates(country: str, origin: str, hs_code: str, day: date) -> list[DutyRate]:
    """The rates in force for goods on a day, one per measure; they add up.

    Args:
        country: country of import, e.g. "us".
        origin: country of origin, e.g. "malaysia".
        hs_code: tariff code, at least as long as those of the table.
        day: day of entry.

    Raises:
        InputError: the table does not cover the origin, the code or the day.
    """
    table = tariff_table()
    found: dict[str, DutyRate] = {}
    for rate in table.rate:
        applies = rate.country == country and rate.origin in {origin, "any"} and hs_code.startswith(rate.hs)
        newest = rate.measure not in found or rate.precedence > found[rate.measure].precedence
        if applies and rate.effective <= day and newest:
            found[rate.measure] = rate
    covered = any(
        span.country == country and origin in span.origins and hs_code.startswith(span.hs)
        for span in table.coverage
        if span.first <= day <= span.last
    )
    if not covered:
        raise InputError(
            f"the duty of {country} on {hs_code} from {origin} on {day} is not in the tariff table.",
            remedy="Take the rate from the customs entry, and add its measure to factory/data/tariffs.toml.",
        )
    return list(found.values())


def duty(customs_value: int, rates: list[DutyRate]) -> int:
    """Duty in cents on a customs value in cents, all measures together, rounded half up to the cent."""
    pct = sum((rate.rate_pct for rate in rates), Decimal(0))
    return int((customs_value * pct / 100).to_integral_value(ROUND_HALF_UP))


def duty_problems(entry: DutyAssessed, day: date) -> list[str]:
    """Where a customs entry departs from the tariff table; an empty list where it agrees.

    Args:
        entry: what customs assessed.
        day: day of entry.

    Raises:
        InputError: the table does not cover the entry.
    """
    rates = duty_rates(entry.country, entry.country_of_origin, entry.hs_code, day)
    pct = sum((rate.rate_pct for rate in rates), Decimal(0))
    if pct == entry.rate_pct:
        return []
    parts = " + ".join(f"{rate.measure} {rate.rate_pct}" for rate in rates)
    return [f"Customs took {entry.rate_pct}%, the tariff table has {parts} = {pct}%."]
