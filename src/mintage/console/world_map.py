"""A map of the world with places on it, cut to where they are, and a name for each that lies upon no other."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

LETTERS = 42
"""Heights of a letter across a map: small enough for names that stand beside each other."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A place on the map of the world.

    Attributes:
        latitude: degrees north.
        longitude: degrees east.
        label: its name.
        href: where a click leads.
        tone: "good", "warn", "bad", "info" or "idle".
        size: radius in degrees.
    """

    latitude: float
    longitude: float
    label: str
    href: str = ""
    tone: str = "info"


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """A place where the map shows it.

    Attributes:
        place: the place.
        x: from the left edge of the whole world, in degrees.
        y: from the top.
        left: whether its name stands to its left, so that it stays on the map.
        down: how far below its middle the name stands, in letters, so that no two names lie upon each other.
    """

    place: Place
    x: float
    y: float
    left: bool
    down: float = 0.0


class World(msgspec.Struct, frozen=True, kw_only=True):
    """A map that shows its places and what lies around them.

    Attributes:
        view: the part of the world that is seen, as SVG's viewBox.
        spots: the places.
        radius: of a place.
        text: height of a name.
    """

    view: str
    spots: tuple[Spot, ...]
    radius: float
    text: float


def world(places: Sequence[Place], *, ratio: float = 2.4, least: float = 60.0) -> World:
    """A map of the world, cut to where the places are.

    Args:
        places: the places.
        ratio: width over height of the map.
        least: degrees across that it shows at the least.
    """
    at = [(place, place.longitude + 180, 90 - place.latitude) for place in places]
    west, east = min((x for _, x, _ in at), default=180.0), max((x for _, x, _ in at), default=180.0)
    north, south = min((y for _, _, y in at), default=60.0), max((y for _, _, y in at), default=60.0)
    width = min(360.0, max(least, (east - west) * 1.4, (south - north) * 1.6 * ratio))
    height = min(150.0, width / ratio)
    left = max(0.0, min(360 - width, (west + east - width) / 2))
    top = max(0.0, min(150 - height, (north + south - height) / 2))
    view = " ".join(f"{edge:.2f}" for edge in (left, top, width, height))
    spots = _named(at, left + width * 0.75, width / LETTERS)
    return World(view=view, spots=spots, radius=round(width / 110, 2), text=round(width / LETTERS, 2))


def _named(at: Sequence[tuple[Place, float, float]], east: float, text: float) -> tuple[Spot, ...]:
    """Places with their names where there is room: beside the place, else a little above or below, on either side."""
    taken = [(x - text / 2, x + text / 2, y) for _, x, y in at]
    found = []
    for place, x, y in sorted(at, key=lambda spot: spot[2]):
        reach = (0.8 + 0.6 * len(place.label)) * text
        beside = {True: (x - reach, x - text * 0.6), False: (x + text * 0.6, x + reach)}
        tries = [
            ((*beside[left], y + down * text), left, down)
            for down in (0.0, -1.1, 1.1, -2.2, 2.2)
            for left in (x > east, x <= east)
        ]
        line, left, down = next((one for one in tries if _free(taken, one[0], text)), tries[0])
        taken.append(line)
        found.append(Spot(place=place, x=round(x, 2), y=round(y, 2), left=left, down=down))
    return tuple(found)


def _free(taken: Sequence[tuple[float, float, float]], line: tuple[float, float, float], text: float) -> bool:
    """Whether a name from here to there on a line would lie upon nothing else."""
    first, last, middle = line
    return all(last <= begin or first >= end or abs(middle - at) >= text for begin, end, at in taken)
