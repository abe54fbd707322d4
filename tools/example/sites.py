"""The mining sites."""

from __future__ import annotations

from typing import NamedTuple

from tools.example.company import OPENING, Company
from tools.example.sheet import add


class Site(NamedTuple):
    """A mining site.

    Attributes:
        region: region as operating figures are told.
        pool: pool that its machines hash for.
        billing: power (own contract), hosting (fee per kWh), joint-even, joint-recover or joint-revenue.
        creditor: who bills power, hosting or operating cost.
        rate: USD per kWh billed; for joint-revenue the host's share in percent.
        efficiency: J/TH of the machines there.
        costs: other site costs a month, USD.
    """

    region: str
    pool: str
    billing: str
    creditor: str
    rate: str
    efficiency: str
    costs: int


SITES = {
    "tx-caprock": Site("americas", "plinth-pool", "joint-even", "caprock-hosting", "0.0420", "21.6", 38_000),
    "tx-dryfork": Site("americas", "plinth-pool", "joint-recover", "dryfork-hosting", "0.0420", "18.4", 46_000),
    "pa-stillwater": Site("americas", "plinth-pool", "power", "allegheny-basin-power", "0.0485", "19.6", 52_000),
    "mb-northlake": Site("americas", "plinth-pool", "hosting", "northlake-hosting", "0.0430", "20.8", 27_000),
    "et-awashvale": Site("africa", "grainfield-pool", "power", "awash-utility", "0.0456", "21.9", 74_000),
    "my-kinta": Site("asia", "plinth-pool", "joint-revenue", "kinta-hosting", "42", "21.0", 24_000),
    "kz-balqash": Site("asia", "grainfield-pool", "hosting", "balqash-hosting", "0.0470", "27.9", 41_000),
}
PLACES = {
    "tx-caprock": ("Caprock", "33.61", "-101.29"),
    "tx-dryfork": ("Dry Fork", "31.42", "-102.87"),
    "pa-stillwater": ("Stillwater", "41.15", "-76.37"),
    "mb-northlake": ("North Lake", "53.96", "-97.81"),
    "et-awashvale": ("Awash Vale", "8.99", "40.17"),
    "my-kinta": ("Kinta", "4.57", "101.08"),
    "kz-balqash": ("Balqash", "46.85", "74.98"),
}
"""Shown name, degrees north and degrees east. The sites are made up, and stand where such a site could."""


def write_places(company: Company) -> None:
    """Where the sites are."""
    target = company.sheet.file(
        "opening/places.csv",
        "Where the sites are, for the map.",
        kind="fleet.site-located",
        grade="assumed",
        source="site register",
        note="The sites are made up.",
    )
    for site, (title, latitude, longitude) in PLACES.items():
        place = {"region": SITES[site].region, "latitude": latitude, "longitude": longitude, "title": title}
        add(target, "fleet.site-located", f"located:{site}", OPENING, site=site, **place)
