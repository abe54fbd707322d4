"""Natural Earth's land as one SVG path, from the TopoJSON of the `world-atlas` package (public domain).

TopoJSON keeps each border once, as an arc of quantized steps; a ring is a list of arcs, ~i being arc i backwards.
Source: https://github.com/topojson/topojson-specification
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

Point = tuple[float, float]
DIGITS = 1
"""Decimals of a degree that are kept: 0.1 of a degree is less than a pixel on any screen."""
SOUTH_END = 150
"""Rings wholly below this (60 degrees south) are left out: nobody mines in Antarctica."""


def land_path(topology: dict[str, Any]) -> str:
    """One path of all rings, equirectangular: x = longitude + 180, y = 90 - latitude."""
    arcs = [_arc(arc, topology["transform"]) for arc in topology["arcs"]]
    parts: list[str] = []
    for geometry in topology["objects"]["land"]["geometries"]:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        for polygon in polygons:
            parts += [_ring(part) for ring in polygon for part in _whole(_joined(ring, arcs))]
    return "".join(parts)


def _arc(steps: list[list[int]], transform: dict[str, list[float]]) -> list[Point]:
    """An arc's points; each step is told from the one before."""
    (scale_x, scale_y), (shift_x, shift_y) = transform["scale"], transform["translate"]
    x = y = 0
    points: list[Point] = []
    for step_x, step_y in steps:
        x, y = x + step_x, y + step_y
        points.append((x * scale_x + shift_x + 180, 90 - (y * scale_y + shift_y)))
    return points


def _joined(ring: list[int], arcs: list[list[Point]]) -> list[Point]:
    points: list[Point] = []
    for index in ring:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        points += arc[1:] if points else arc
    return points


def _whole(points: list[Point]) -> list[list[Point]]:
    """A ring that crosses the date line, drawn on from where it left the map, and once more at the other edge."""
    turns = 0
    drawn = [points[0]]
    for (before, _), (x, y) in pairwise(points):
        turns += (x - before < -180) - (x - before > 180)
        drawn.append((x + 360 * turns, y))
    east = max(x for x, _ in drawn) > 360
    west = min(x for x, _ in drawn) < 0
    shift = -360 if east else 360
    return [drawn, [(x + shift, y) for x, y in drawn]] if east or west else [drawn]


def _ring(points: list[Point]) -> str:
    """A ring as steps between rounded points; nothing where it is far south or too small to see."""
    if min(y for _, y in points) > SOUTH_END:
        return ""
    unit = 10**DIGITS
    whole = [(round(x * unit), round(y * unit)) for x, y in points]
    kept = [whole[0], *(after for before, after in pairwise(whole) if after != before)]
    if len(kept) < 4:
        return ""
    steps = "".join(f"{_told(bx - ax, unit)},{_told(by - ay, unit)} " for (ax, ay), (bx, by) in pairwise(kept))
    return f"M{_told(kept[0][0], unit)},{_told(kept[0][1], unit)}l{steps.strip()}z"


def _told(tenths: int, unit: int) -> str:
    return f"{tenths / unit:g}"
