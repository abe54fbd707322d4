"""Which machines to run at a power price: an exact merit order, with a demand charge and coincident peaks.

Machines of one kind in one state are a group; many machines can mix modes, so a group's hash rate over its power is the
upper concave hull of its modes. Each edge of the hull is a segment of power with one value per MWh. Plans are floats;
nothing here is booked.

Names used below: v value of a segment, p price, both USD/MWh; x power of a segment, MW, at most its size; h hours of an
interval; C demand charge, USD per MW of the highest power within its window.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from mintage.units.errors import InputError

Floats = NDArray[np.float64]
_DAY_H = 24


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One way to run a machine.

    Attributes:
        mode: its name.
        power_w: power that it draws, W.
        hashrate_ths: hash rate, TH/s.
    """

    mode: str
    power_w: float
    hashrate_ths: float


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Machines of one kind.

    Attributes:
        name: what to call them.
        machines: how many.
        points: how each can run.
        off_w: what one draws when it sleeps, W.
    """

    name: str
    machines: int
    points: tuple[Point, ...]
    off_w: float = 0.0


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a group from one mode to a better one.

    Attributes:
        group: the group.
        lower: mode before the step; "off" at the bottom.
        upper: mode after it.
        power_mw: power that the step takes for the whole group, at the site's supply (times PUE), MW.
        hashrate_phs: hash rate that it adds, PH/s.
        joules_per_th: energy per hash of the step at the supply, J/TH.
        value_usd_mwh: what it earns per energy, hash and heat together, USD/MWh: the price above which it loses.
    """

    group: str
    lower: str
    upper: str
    power_mw: float
    hashrate_phs: float
    joules_per_th: float
    value_usd_mwh: float


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """A charge for the highest power of a billing period.

    Attributes:
        usd_mw: the charge C, USD/MW.
        window: which intervals count, booleans; all where None.
        paid_mw: power paid for already, by an earlier peak of the period or by a ratchet, MW.
    """

    usd_mw: float
    window: Any = None
    paid_mw: float = 0.0


class Peaks(msgspec.Struct, frozen=True, kw_only=True):
    """A charge for power in the few intervals in which the whole grid peaks.

    Attributes:
        usd_mw: the charge K for all of them together, USD/MW.
        weight: of each interval: the chance that it is one times its share, or its share once that is settled.
    """

    usd_mw: float
    weight: Any


class Dispatch(msgspec.Struct, frozen=True, kw_only=True):
    """What to run in each interval.

    Attributes:
        power_mw: power of each segment in each interval, MW; shape (segments, intervals).
        profit_usd: value less energy, demand and coincident-peak charges, USD.
        peak_mw: highest power within the demand window, MW.
    """

    power_mw: Floats
    profit_usd: float
    peak_mw: float


def hull(points: Sequence[Point], off_w: float = 0.0) -> tuple[Point, ...]:
    """The modes on the upper concave hull of hash rate over power, from off upwards.

    A mode under the hull is never worth running: a mix of its neighbours gives more hash for the same power.

    Args:
        points: ways to run.
        off_w: power when off, W.

    Raises:
        InputError: a mode draws no more than when off, or has no positive hash rate.

    Source: upper hull by monotone chain (Andrew 1979).
    """
    chain = [Point(mode="off", power_w=off_w, hashrate_ths=0.0)]
    for point in sorted(points, key=lambda item: (item.power_w, -item.hashrate_ths)):
        if point.power_w <= off_w or point.hashrate_ths <= 0:
            raise InputError(
                f"mode '{point.mode}' draws {point.power_w:g} W for {point.hashrate_ths:g} TH/s.",
                remedy="A mode needs more power than sleep and a hash rate.",
                field="modes",
            )
        while len(chain) > 1 and _slope(chain[-2], chain[-1]) <= _slope(chain[-2], point):
            chain.pop()
        if point.hashrate_ths > chain[-1].hashrate_ths:
            chain.append(point)
    return tuple(chain)


def segments(
    groups: Sequence[Group], hashprice_usd_ph_day: float, pue: float = 1.0, heat_usd_mwh: float = 0.0
) -> list[Segment]:
    """The segments of all groups, best value first.

    Args:
        groups: machines.
        hashprice_usd_ph_day: what hash rate earns, USD/PH/day.
        pue: energy of the site per energy of its machines.
        heat_usd_mwh: what heat earns per energy of the site, USD/MWh (`mintage.fleet.energy.heat`).

    Raises:
        InputError: PUE is below 1, or a mode cannot be.

    Source: v = hashprice / (0.024 * J/TH * PUE) + heat; the marginal J/TH of a step, not the average of its mode.
    """
    if pue < 1:
        raise InputError(f"a PUE of {pue:g} cannot be.", field="pue", remedy="It is at least 1.")
    found = []
    for group in groups:
        chain = hull(group.points, group.off_w)
        for lower, upper in pairwise(chain):
            watts = (upper.power_w - lower.power_w) * pue
            terahash = upper.hashrate_ths - lower.hashrate_ths
            found.append(
                Segment(
                    group=group.name,
                    lower=lower.mode,
                    upper=upper.mode,
                    power_mw=watts * group.machines / 1e6,
                    hashrate_phs=terahash * group.machines / 1000,
                    joules_per_th=watts / terahash,
                    value_usd_mwh=hashprice_usd_ph_day / _DAY_H * (terahash / 1000) / (watts / 1e6) + heat_usd_mwh,
                )
            )
    return sorted(found, key=lambda item: (-item.value_usd_mwh, item.group))


def to_shed(order: Sequence[Segment], price_usd_mwh: float) -> list[Segment]:
    """The segments that lose at a price, worst first.

    Args:
        order: segments, in any order.
        price_usd_mwh: marginal price of energy, USD/MWh.
    """
    losing = [item for item in order if item.value_usd_mwh < price_usd_mwh]
    return sorted(losing, key=lambda item: (item.value_usd_mwh, item.group))


def dispatch(
    value_usd_mwh: Any,
    size_mw: Any,
    price_usd_mwh: Any,
    *,
    hours: float,
    demand: Demand | None = None,
    peaks: Peaks | None = None,
) -> Dispatch:
    """The best power of every segment in every interval; exact, by one sort.

    Maximise  sum_t sum_s (v_s - p_t) x_st h  -  C max(0, max_{t in W} sum_s x_st - paid)  -  K sum_t w_t sum_s x_st
    over      0 <= x_st <= size_s.

    A coincident-peak charge K with weight w_t is a dearer price, p_t + K w_t / h. Outside the window W every segment
    with v_s > p_t runs. Inside, a cap on power is best filled with the best segments first, so one more MW of cap
    beside segment s is worth G_s = sum_{t in W} (v_s - p_t)+ h, which falls with v_s: the best cap is every segment
    with G_s > C, or the power already paid for, whichever is more.

    Args:
        value_usd_mwh: values, shape (segments,).
        size_mw: sizes, MW, shape (segments,).
        price_usd_mwh: prices, shape (intervals,).
        hours: length of an interval, h.
        demand: charge for the highest power, None for none.
        peaks: charge for coincident peaks, None for none.

    Raises:
        InputError: shapes do not fit, or a number is missing, or negative where it cannot be.

    Source: merit order with one coupling constraint, whose multiplier is C; checked against HiGHS.
    """
    value, size = _vector(value_usd_mwh, "values"), _vector(size_mw, "sizes")
    dear = _dear(_vector(price_usd_mwh, "prices"), hours, peaks)
    charge = demand or Demand(usd_mw=0.0)
    counted = np.ones(len(dear), bool) if charge.window is None else np.asarray(charge.window, bool)
    if len(value) != len(size) or len(counted) != len(dear):
        raise InputError("values and sizes, or prices and window, differ in length.", field="dispatch")
    if min(charge.usd_mw, charge.paid_mw, size.min(initial=0)) < 0:
        raise InputError("charges and sizes cannot be negative.", field="dispatch")
    order = np.argsort(-value, kind="stable")
    sizes = size[order]
    gain = np.maximum(value[order, None] - dear[counted], 0.0).sum(axis=1) * hours
    cap_mw = max(float(sizes[gain > charge.usd_mw].sum()), charge.paid_mw) if charge.usd_mw else float(sizes.sum())
    capped = np.empty_like(size)
    capped[order] = np.clip(cap_mw - (np.cumsum(sizes) - sizes), 0.0, sizes)
    power = np.where(counted, capped[:, None], size[:, None]) * (value[:, None] > dear)
    peak_mw = float(power[:, counted].sum(axis=0).max(initial=0.0))
    earned_usd = float(((value[:, None] - dear) * power).sum() * hours)
    charged_usd = charge.usd_mw * max(0.0, peak_mw - charge.paid_mw)
    return Dispatch(power_mw=power, profit_usd=earned_usd - charged_usd, peak_mw=peak_mw)


def _dear(price: Floats, hours: float, peaks: Peaks | None) -> Floats:
    """Prices with the coincident-peak charge in them, USD/MWh."""
    if hours <= 0:
        raise InputError(f"intervals of {hours:g} hours cannot be.", field="hours")
    if peaks is None:
        return price
    weight = _vector(peaks.weight, "weights")
    if len(weight) != len(price) or weight.min(initial=0) < 0 or peaks.usd_mw < 0:
        raise InputError("each interval needs a weight, and neither weights nor charge can be negative.", field="peaks")
    return price + peaks.usd_mw * weight / hours


def _slope(lower: Point, upper: Point) -> float:
    """Hash rate per power between two points; a step up at equal power is infinitely good."""
    watts = upper.power_w - lower.power_w
    return (upper.hashrate_ths - lower.hashrate_ths) / watts if watts else float("inf")


def _vector(values: Any, what: str) -> Floats:
    array = np.asarray(values, np.float64)
    if array.ndim != 1 or not np.isfinite(array).all():
        raise InputError(f"{what} have a gap or are no plain list.", field=what, remedy="Leave out what is unknown.")
    return array
