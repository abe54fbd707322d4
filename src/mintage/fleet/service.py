"""What is asked of the fleet: hash rate by site, installed, energized and operating; where sites are."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TypeVar

import msgspec

from mintage.fleet.facts import EfficiencyMeasured, HashrateMeasured
from mintage.fleet.facts_site import SiteLocated
from mintage.journal.standing import standing
from mintage.journal.store import Journal

M = TypeVar("M", HashrateMeasured, EfficiencyMeasured)
_INSTALLED = "memo:hashrate:installed"
_ENERGIZED = "memo:hashrate:energized"


class SiteHashrate(msgspec.Struct, frozen=True, kw_only=True):
    """Hash rate of one site; what nobody recorded is None.

    Attributes:
        region: region of the site.
        site: mining site.
        installed_ghs: racked, running or not.
        energized_ghs: powered; None where nothing was ever recorded as energized.
        operating_ghs: last measured average; None where none was measured.
        window: the period that the average is over, or "".
        joules_per_th: last measured efficiency, J/TH; None where none was measured.
    """

    region: str
    site: str
    installed_ghs: int
    energized_ghs: int | None
    operating_ghs: int | None
    window: str
    joules_per_th: Decimal | None


def hashrate_by_site(journal: Journal, end: date | None = None) -> list[SiteHashrate]:
    """Hash rate of every site that ever had any, by region and site, at the end of a day."""
    stocks: dict[str, dict[tuple[str, str], int]] = {_INSTALLED: {}, _ENERGIZED: {}}
    for stem, found in stocks.items():
        for row in journal.postings(f"{stem}:*", "HASHRATE", end=end):
            region, site = row.account.removeprefix(stem + ":").split(":")
            found[region, site] = found.get((region, site), 0) + row.amount
    measured, efficiency = _last(journal, HashrateMeasured, end), _last(journal, EfficiencyMeasured, end)
    sites = stocks[_INSTALLED].keys() | stocks[_ENERGIZED].keys() | measured.keys()
    return [
        SiteHashrate(
            region=slot[0],
            site=slot[1],
            installed_ghs=stocks[_INSTALLED].get(slot, 0),
            energized_ghs=stocks[_ENERGIZED].get(slot),
            operating_ghs=measured[slot].hashrate if slot in measured else None,
            window=measured[slot].window if slot in measured else "",
            joules_per_th=efficiency[slot].joules_per_th if slot in efficiency else None,
        )
        for slot in sorted(sites)
    ]


def site_places(journal: Journal) -> dict[str, SiteLocated]:
    """Where each site is, by name; the last fact of each counts."""
    return {data.site: data for _, data in sorted(standing(journal, SiteLocated), key=lambda pair: pair[0].fact.date)}


def _last(journal: Journal, cls: type[M], end: date | None) -> dict[tuple[str, str], M]:
    """The last measurement of each region and site; of one day's, the one recorded last."""
    found = sorted(standing(journal, cls, end=end), key=lambda pair: pair[0].fact.date)
    return {(data.region, data.site): data for _, data in found}
