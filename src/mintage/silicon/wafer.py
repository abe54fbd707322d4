"""How many dies a wafer holds, and what part of them is good.

Statistics, hence floats: these estimates plan and check, they never value anything.
"""

from __future__ import annotations

from math import exp, floor, log1p, pi, sqrt

import msgspec

GRID_STEPS = 20


class Die(msgspec.Struct, frozen=True, kw_only=True):
    """A die with the street that the saw takes.

    Attributes:
        width_mm: without the street.
        height_mm: without the street.
        scribe_mm: width of the street.
    """

    width_mm: float
    height_mm: float
    scribe_mm: float = 0.1

    @property
    def area_cm2(self) -> float:
        """Area that a defect can hit, without the street."""
        return self.width_mm * self.height_mm / 100

    @property
    def pitch_mm(self) -> tuple[float, float]:
        """Distance from one die to the next, in both directions."""
        return self.width_mm + self.scribe_mm, self.height_mm + self.scribe_mm


def dies_estimated(die: Die, diameter_mm: float = 300, edge_mm: float = 3) -> float:
    """Gross dies per wafer by the usual formula: pi d^2 / (4 A) - pi d / sqrt(2 A).

    Args:
        die: its size; A is its area with the street.
        diameter_mm: of the wafer.
        edge_mm: ring at the edge that holds no dies; d is the diameter within.

    Source: D. K. de Vries, "Investigation of gross die per wafer formulas", IEEE Trans. Semicond. Manuf. 18 (2005).
    """
    across = diameter_mm - 2 * edge_mm
    width, height = die.pitch_mm
    area = width * height
    return pi * across**2 / (4 * area) - pi * across / sqrt(2 * area)


def dies_counted(die: Die, diameter_mm: float = 300, edge_mm: float = 3) -> int:
    """Whole dies that fit on a straight grid within the edge, for the best of 400 placements of the grid.

    Args:
        die: its size.
        diameter_mm: of the wafer.
        edge_mm: ring at the edge that holds no dies.
    """
    radius = diameter_mm / 2 - edge_mm
    shifts = [step / GRID_STEPS for step in range(GRID_STEPS)]
    return max(_whole_dies(die.pitch_mm, radius, x, y) for x in shifts for y in shifts)


def _whole_dies(pitch_mm: tuple[float, float], radius_mm: float, shift_x: float, shift_y: float) -> int:
    width, height = pitch_mm
    rows = floor(radius_mm / height) + 1
    count = 0
    for row in range(-rows, rows):
        low = (row + shift_y) * height
        far = max(abs(low), abs(low + height))
        if far < radius_mm:
            reach = sqrt(radius_mm**2 - far**2) / width
            count += max(0, floor(reach - shift_x) + floor(reach + shift_x))
    return count


def yield_poisson(area_cm2: float, defects_per_cm2: float) -> float:
    """Share of good dies where defects fall independently: exp(-A D).

    Source: B. T. Murphy, "Cost-size optima of monolithic integrated circuits", Proc. IEEE 52 (1964), eq. for fixed D.
    """
    return exp(-area_cm2 * defects_per_cm2)


def yield_murphy(area_cm2: float, defects_per_cm2: float) -> float:
    """Share of good dies for a triangular spread of defect density: ((1 - exp(-A D)) / (A D))^2.

    The uniform spread, (1 - exp(-2 A D)) / (2 A D), goes by the same name elsewhere; this is the usual one.

    Source: B. T. Murphy, Proc. IEEE 52 (1964).
    """
    load = area_cm2 * defects_per_cm2
    return ((1 - exp(-load)) / load) ** 2 if load else 1.0


def yield_seeds(area_cm2: float, defects_per_cm2: float) -> float:
    """Share of good dies for an exponential spread of defect density: 1 / (1 + A D).

    Source: R. B. Seeds, "Yield and cost analysis of bipolar LSI", IEEE IEDM (1967).
    """
    return 1 / (1 + area_cm2 * defects_per_cm2)


def yield_negative_binomial(area_cm2: float, defects_per_cm2: float, clustering: float) -> float:
    """Share of good dies where defects cluster: (1 + A D / a)^-a.

    Args:
        area_cm2: of a die.
        defects_per_cm2: mean defect density.
        clustering: a; 0.5 to 2 in mature processes, 1 gives Seeds, large values give Poisson.

    Source: C. H. Stapper, "Defect density distribution for LSI yield calculations", IEEE Trans. El. Dev. 20 (1973).
    """
    return exp(-clustering * log1p(area_cm2 * defects_per_cm2 / clustering))
