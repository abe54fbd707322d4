"""Checks on a sorting run before it is recorded."""

from __future__ import annotations

from fractions import Fraction

from mintage.silicon.facts import ChipsSorted
from mintage.silicon.wafer import Die, dies_counted


def sorting_yield(run: ChipsSorted, die: Die) -> Fraction:
    """Good chips over whole dies on the wafers used; above 1 where the run cannot be right.

    Args:
        run: wafers used and chips by bin.
        die: size of the die that the wafers carry.
    """
    return Fraction(sum(out.chips for out in run.bins), run.wafers * dies_counted(die))


def sorting_problems(run: ChipsSorted, die: Die) -> list[str]:
    """What is wrong with a sorting run, each as a sentence; an empty list where nothing is.

    Args:
        run: wafers used and chips by bin.
        die: size of the die that the wafers carry.
    """
    problems = []
    names = [out.chip for out in run.bins]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        problems.append(f"Bin {', '.join(doubled)} is given more than once.")
    if run.wafers <= 0:
        return [*problems, f"{run.wafers} wafers cannot be sorted."]
    if sorting_yield(run, die) > 1:
        chips = sum(out.chips for out in run.bins)
        room = run.wafers * dies_counted(die)
        problems.append(f"{chips:,} chips came out of {run.wafers:,} wafers, which hold only {room:,} whole dies.")
    return problems
