"""What the types of a site's file cannot say: names that fit together, numbers that can be, rights that are clear."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from mintage.fleet.ranges import range_bounds
from mintage.fleet.whitelist import endpoint
from mintage.units.errors import InputError

if TYPE_CHECKING:
    from mintage.fleet.sites import Site

_NAME_CHARACTERS_MAX = 100
_BOUNDS: tuple[tuple[str, Callable[[Site], float | Decimal], float, float], ...] = (
    ("pue", lambda site: site.pue, 1, 10),
    ("approval_above", lambda site: site.approval_above, 0, 1_000_000),
    ("agent.poll_s", lambda site: site.agent.poll_s, 0.05, 86_400),
    ("agent.slow_s", lambda site: site.agent.slow_s, 0.05, 86_400),
    ("agent.rescan_s", lambda site: site.agent.rescan_s, 0.05, 7 * 86_400),
    ("agent.flush_s", lambda site: site.agent.flush_s, 0.05, 86_400),
    ("agent.disk_budget_gb", lambda site: site.agent.disk_budget_gb, 0.001, 1_000_000),
    ("virtual.speed", lambda site: site.virtual.speed, 0.001, 1_000_000),
    ("virtual.network_difficulty", lambda site: site.virtual.network_difficulty, 1, 1e30),
    ("virtual.block_fees_btc", lambda site: site.virtual.block_fees_btc, 0, 1_000),
)
"""Numbers of a site's file: key, value, least and greatest."""


def check(site: Site) -> None:
    """Refuse a site's file that reads well and cannot be meant.

    Raises:
        InputError: a name is there twice or refers to nothing, addresses stand in two racks or cannot be read, a number
            cannot be, or two users could be taken for one.
    """
    _place(site)
    _names(site)
    _references(site)
    _racks(site)
    for field, told, low, high in _BOUNDS:
        _within(told(site), low, high, field)
    for pool in site.pool:
        _within(pool.fee_pct, 0, 100, f"pool {pool.name}: fee_pct")
        for url in pool.stratum:
            if endpoint(url) is None:
                raise InputError(
                    f"'{url}' cannot be read as a stratum URL.",
                    field=f"pool {pool.name}: stratum",
                    remedy='Write "stratum+tcp://pool.example:3333".',
                )
    _users(site)


def _place(site: Site) -> None:
    """A place on the map has both of its degrees, and is on Earth."""
    if (site.latitude is None) != (site.longitude is None):
        missing = "latitude" if site.latitude is None else "longitude"
        raise InputError("one is of no use without the other.", field=missing, remedy="Write both, or neither.")
    if site.latitude is not None and site.longitude is not None:
        _within(site.latitude, -90, 90, "latitude")
        _within(site.longitude, -180, 180, "longitude")


def _names(site: Site) -> None:
    """Every name of a kind must be there once."""
    for kind in ("feeder", "hall", "rack", "meter", "pool"):
        twice = _twice(item.name for item in getattr(site, kind))
        if twice:
            raise InputError(f"two have the name '{twice}'.", field=kind, remedy="Give each a name of its own.")


def _references(site: Site) -> None:
    """Every name that is referred to must be there."""
    feeders, halls = {item.name for item in site.feeder}, {item.name for item in site.hall}
    for hall in site.hall:
        _known(hall.feeder, feeders, f"hall {hall.name}: feeder")
    for rack in site.rack:
        _known(rack.hall, halls, f"rack {rack.name}: hall")
    for meter in site.meter:
        if meter.measures == "feeder":
            _known(meter.feeder or "", feeders, f"meter {meter.name}: feeder")


def _racks(site: Site) -> None:
    """Ranges must be readable, and an address must stand in one place."""
    for text in site.ranges:
        range_bounds(text)
    placed = sorted((*range_bounds(text), text, rack.name) for rack in site.rack for text in rack.addresses)
    high, before, owner = -1, "", ""
    for low, last, text, name in placed:
        if low <= high:
            raise InputError(
                f"'{text}' and '{before}' of rack {owner} hold the same address.",
                field=f"rack {name}: addresses",
                remedy="Name each address once.",
            )
        high, before, owner = last, text, name


def _users(site: Site) -> None:
    """A name and a token must be one person's, or one could use another's rights, and approve his or her own acts."""
    for user in site.user:
        name = user.name
        if not (name.strip() == name and name.isprintable() and 0 < len(name) <= _NAME_CHARACTERS_MAX):
            raise InputError(
                f"{name[:_NAME_CHARACTERS_MAX]!a} is no name of a user.",
                field="user: name",
                remedy=f"Write 1 to {_NAME_CHARACTERS_MAX} printable characters, without spaces around them.",
            )
        if user.token_sha256 and not re.fullmatch("[0-9a-fA-F]{64}", user.token_sha256):
            raise InputError(
                "this is no SHA-256 in hex; if it is the token itself, anybody who reads this file has it.",
                field=f"user {name}: token_sha256",
                remedy="Make a new token, and write the 64 digits of `printf %s TOKEN | sha256sum`.",
            )
    named = _twice(user.name.casefold() for user in site.user)
    if named:
        raise InputError(
            f"two users have the name '{named}', but for capitals.",
            field="user: name",
            remedy="Keep one, with the roles of both.",
        )
    shared = _twice(user.token_sha256.lower() for user in site.user if user.token_sha256)
    if shared:
        holders = " and ".join(user.name for user in site.user if user.token_sha256.lower() == shared)
        raise InputError(
            f"{holders} have the same token.", field="user: token_sha256", remedy="Give each a token of his or her own."
        )


def _known(name: str, names: set[str], field: str) -> None:
    if name not in names:
        raise InputError(f"'{name}' is not described.", field=field, remedy=f"Known are: {', '.join(sorted(names))}.")


def _within(value: float | Decimal, low: float, high: float, field: str) -> None:
    if not (math.isfinite(value) and low <= value <= high):
        raise InputError(f"{value} cannot be.", field=field, remedy=f"Write a number from {low:,g} to {high:,g}.")


def _twice(names: Iterable[str]) -> str:
    """The first name that is there before; "" where none is."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return ""
