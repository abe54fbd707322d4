"""`mintage silicon`: how many dies a wafer holds, and how many of them are good."""

from __future__ import annotations

from cyclopts import App

from mintage.cli.options import Options
from mintage.cli.show import print_json, print_table
from mintage.silicon.wafer import (
    Die,
    dies_counted,
    dies_estimated,
    yield_murphy,
    yield_negative_binomial,
    yield_poisson,
    yield_seeds,
)
from mintage.units.errors import InputError

app = App(name="silicon", help="Wafers, dies and yield.")
_GRID_MAX = 2_000
"""Dies across a wafer that counting still answers at once; the smallest dies sold are ten times as wide."""


@app.command
def dies(
    width_mm: float,
    height_mm: float,
    *,
    scribe_mm: float = 0.1,
    edge_mm: float = 3.0,
    diameter_mm: float = 300.0,
    defects_per_cm2: float = 0.1,
    alpha: float = 2.0,
    options: Options = Options(),
) -> None:
    """Gross dies per wafer, by formula and by count, and good dies by each yield model.

    Estimates for planning: they value nothing.

    Example: mintage silicon dies 4.2 3.8 --defects-per-cm2 0.12

    Args:
        width_mm: width of the die without the street.
        height_mm: height of the die without the street.
        scribe_mm: width of the street that the saw takes.
        edge_mm: ring at the wafer's edge that holds no dies.
        diameter_mm: diameter of the wafer.
        defects_per_cm2: mean defect density.
        alpha: clustering of the defects, for the negative binomial model.
    """
    lengths = {"width_mm": width_mm, "height_mm": height_mm, "diameter_mm": diameter_mm, "alpha": alpha}
    for name, value in lengths.items():
        if not 0 < value < float("inf"):
            raise InputError(f"{value} is not above zero.", remedy="Give a positive number.", field=name)
    for name, value in {"scribe_mm": scribe_mm, "edge_mm": edge_mm, "defects_per_cm2": defects_per_cm2}.items():
        if not 0 <= value < float("inf"):
            raise InputError(f"{value} is below zero.", remedy="Give zero or more.", field=name)
    die = Die(width_mm=width_mm, height_mm=height_mm, scribe_mm=scribe_mm)
    across = diameter_mm - 2 * edge_mm
    if width_mm**2 + height_mm**2 > max(across, 0) ** 2:
        raise InputError("no whole die fits on the wafer.", remedy="Give the die's size in millimetres.")
    if min(die.pitch_mm) < across / _GRID_MAX:
        raise InputError("the die is too small to count.", remedy="Give the die's size in millimetres.")
    counted = dies_counted(die, diameter_mm, edge_mm)
    shares = {
        "poisson": yield_poisson(die.area_cm2, defects_per_cm2),
        "murphy": yield_murphy(die.area_cm2, defects_per_cm2),
        "seeds": yield_seeds(die.area_cm2, defects_per_cm2),
        "negative-binomial": yield_negative_binomial(die.area_cm2, defects_per_cm2, alpha),
    }
    estimated = dies_estimated(die, diameter_mm, edge_mm)
    if options.json:
        yields = [{"model": model, "yield": share, "good_dies": counted * share} for model, share in shares.items()]
        print_json({"area_cm2": die.area_cm2, "gross_dies_formula": estimated, "gross_dies": counted, "yields": yields})
        return
    print_table(
        f"A die of {width_mm} x {height_mm} mm ({die.area_cm2 * 100:,.2f} mm2) on a wafer of {diameter_mm:g} mm",
        ("", "dies"),
        [("gross, by formula", f"{estimated:,.1f}"), ("gross, counted", f"{counted:,}")],
    )
    print_table(
        f"Good dies at {defects_per_cm2:g} defects per cm2",
        ("model", "yield %", "good dies"),
        [(model, f"{share * 100:.2f}", f"{counted * share:,.0f}") for model, share in shares.items()],
    )
