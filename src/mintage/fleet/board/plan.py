"""Halls as drawn plans: a rectangle for each slot of each rack or tank, with the class of a metric.

Lengths are in slots: one machine is one square. Racks stand in rows of a hall, and shelves in a rack, from the top;
slots count from the left of the top shelf, as `mintage.fleet.places` numbers them. Where a site is known by its facts
alone, its machines stand rack by rack in the order of their addresses.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import msgspec
import numpy as np

from mintage.fleet.board.metrics import EMPTY, UNKNOWN, Metric
from mintage.fleet.board.view import Array, View, natural
from mintage.fleet.places import slots
from mintage.fleet.sites import Rack, Site

SHELVES = 6
GAP, LABEL = 1.0, 1.4
"""Between racks, and for a rack's name above it."""
BROAD = 2.2
"""A hall is drawn so many times as wide as high, where its racks allow."""
SLOTS_MAX = 12_000
"""A site of more slots is drawn hall by hall."""


class RackPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A rack or tank as drawn.

    Attributes:
        name: its name.
        x: its left edge.
        y: its upper edge; its name stands above.
        w: its width.
        h: its height.
        columns: slots of a shelf.
        assets: machine of each slot, "" where none is known.
        classes: class of each slot.
        told: what each machine says in the unit of the metric, or its word; None where unknown.
        machines: machines that are known there.
    """

    name: str
    x: float
    y: float
    w: float
    h: float
    columns: int
    assets: list[str]
    classes: list[int]
    told: list[float | str | None]
    machines: int


class HallPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A hall, container or tank farm as drawn.

    Attributes:
        name: its name; "" for machines of which the hall is unknown.
        cooling: how it is cooled, "" where unknown.
        feeder: what powers it, "" where unknown.
        width: width of the drawing.
        height: height of the drawing.
        racks: its racks.
    """

    name: str
    cooling: str
    feeder: str
    width: float
    height: float
    racks: list[RackPlan]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A site as drawn.

    Attributes:
        site: its name.
        metric: what its colours mean.
        names: every hall with the number of its slots.
        halls: the halls that are drawn.
        counts: machines of each class, by index.
        unknown: machines that do not tell.
        empty: slots where no machine is known.
    """

    site: str
    metric: Metric
    names: list[tuple[str, int]]
    halls: list[HallPlan]
    counts: list[int]
    unknown: int
    empty: int


class _Slots(msgspec.Struct):
    """A rack and the row of the board in each of its slots; -1 where none is."""

    name: str
    shelves: int
    rows: list[int]


class _Hall(msgspec.Struct):
    """A hall before it is drawn."""

    name: str
    cooling: str
    feeder: str
    racks: list[_Slots]

    @property
    def slots(self) -> int:
        """Slots of all its racks."""
        return sum(len(rack.rows) for rack in self.racks)


def plan(view: View, name: str, metric: Metric, site: Site | None = None, hall: str | None = None) -> Plan:
    """The plan of a site.

    Args:
        view: state of the board.
        name: the site's name.
        metric: what its colours mean.
        site: its description, where its file is here.
        hall: the one hall to draw. Where None, all of them up to `SLOTS_MAX` slots, else the first.
    """
    found = _halls(view, name, site)
    if hall is not None:
        chosen = [item for item in found if item.name == hall]
    else:
        chosen = found if sum(item.slots for item in found) <= SLOTS_MAX else found[:1]
    classes = np.append(metric.classes(view, np.arange(len(view))), EMPTY)
    halls = []
    for item in chosen:
        drawn = _drawn(view, metric, item.racks, classes)
        width = max((rack.x + rack.w for rack in drawn), default=0.0) + GAP
        height = max((rack.y + rack.h for rack in drawn), default=0.0) + GAP
        halls.append(
            HallPlan(name=item.name, cooling=item.cooling, feeder=item.feeder, width=width, height=height, racks=drawn)
        )
    told = np.array([value for one in halls for rack in one.racks for value in rack.classes], dtype=np.int64)
    return Plan(
        site=name,
        metric=metric,
        names=[(item.name, item.slots) for item in found],
        halls=halls,
        counts=np.bincount(told[told >= 0], minlength=len(metric.words_en)).tolist(),
        unknown=int((told == UNKNOWN).sum()),
        empty=int((told == EMPTY).sum()),
    )


def _by_rack(view: View, name: str) -> dict[tuple[str, str], list[int]]:
    """Rows of a site's machines by hall and rack."""
    words = view.words["site"]
    if name not in words:
        return {}
    there = np.flatnonzero(view.columns["site"] == words.index(name))
    halls, racks = view.columns["hall"][there].astype(np.int64), view.columns["rack"][there]
    places = halls * (len(view.words["rack"]) + 1) + racks
    order = np.argsort(places, kind="stable")
    bounds = np.flatnonzero(np.diff(places[order])) + 1
    groups = np.split(there[order], bounds) if len(there) else []
    return {(view.text("hall", rows[0]), view.text("rack", rows[0])): rows.tolist() for rows in groups}


def _halls(view: View, name: str, site: Site | None) -> list[_Hall]:
    """Halls with their racks: those of the site's file, then what stands elsewhere."""
    by_rack = _by_rack(view, name)
    found: list[_Hall] = []
    if site is not None:
        for hall in site.hall:
            racks_here = [rack for rack in site.rack if rack.hall == hall.name]
            told = [_described(view, rack, by_rack.pop((hall.name, rack.name), [])) for rack in racks_here]
            found.append(_Hall(hall.name, hall.cooling or site.cooling, hall.feeder, told))
    others: dict[str, list[_Slots]] = defaultdict(list)
    for (hall_name, rack_name), rows in sorted(by_rack.items(), key=lambda item: tuple(map(natural, item[0]))):
        addresses = view.columns["address"]
        ordered = sorted(rows, key=lambda row: natural(str(addresses[row])))
        others[hall_name].append(_Slots(rack_name, SHELVES, ordered))
    return found + [_Hall(hall_name, "", "", told) for hall_name, told in others.items()]


def _described(view: View, rack: Rack, rows: Sequence[int]) -> _Slots:
    placed = [-1] * slots(rack)
    for row in rows:
        slot = view.columns["slot"][row]
        if slot == slot and 0 < slot <= len(placed):  # noqa: PLR0124  NaN where unknown
            placed[int(slot) - 1] = row
    return _Slots(rack.name, min(rack.rows, len(placed)), placed)


def _drawn(view: View, metric: Metric, racks: Sequence[_Slots], classes: Array) -> list[RackPlan]:
    """Racks side by side, in as many rows as make the hall a broad rectangle."""
    sizes = [_size(rack) for rack in racks]
    if not sizes:
        return []
    area = sum((w + GAP) * (h + GAP + LABEL) for w, h in sizes)
    broad = max(*(w for w, _ in sizes), math.sqrt(area * BROAD))
    drawn, x, y, high = [], GAP, GAP + LABEL, 0
    for rack, (w, h) in zip(racks, sizes, strict=True):
        if x > GAP and x + w > broad:
            x, y, high = GAP, y + high + GAP + LABEL, 0
        told = view.columns[metric.column]
        words = view.words.get(metric.column)
        drawn.append(
            RackPlan(
                name=rack.name,
                x=x,
                y=y,
                w=w,
                h=h,
                columns=w,
                assets=[str(view.columns["asset"][row]) if row >= 0 else "" for row in rack.rows],
                classes=classes[rack.rows].tolist(),
                told=[_value(told[row], words) if row >= 0 else None for row in rack.rows],
                machines=sum(row >= 0 for row in rack.rows),
            )
        )
        x, high = x + w + GAP, max(high, h)
    return drawn


def _size(rack: _Slots) -> tuple[int, int]:
    wide = max(1, math.ceil(len(rack.rows) / rack.shelves))
    return wide, max(1, math.ceil(len(rack.rows) / wide))


def _value(told: float, words: Sequence[str] | None) -> float | str | None:
    if words is not None:
        return words[int(told)] or None
    return None if np.isnan(told) else round(float(told), 2)
