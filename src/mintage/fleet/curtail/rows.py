"""What a plan would do to each machine, beside what the machine earns and its power costs."""

from __future__ import annotations

import msgspec

from mintage.fleet.curtail.choice import Choice, Plan, earned_usd_mwh
from mintage.fleet.curtail.prices import Prices
from mintage.fleet.curtail.states import ASLEEP, mode_of


class PlanRow(msgspec.Struct, frozen=True, kw_only=True):
    """One machine that would be shed.

    Attributes:
        asset: the machine.
        address: its address.
        rack: its rack.
        model: its model.
        then: "asleep", or "mode NAME".
        power_w: what it draws now, W.
        power_by: who says so; None where nobody does.
        shed_w: what shedding it saves, W.
        lost_ths: hash rate that is given up, TH/s.
        efficiency_j_th: its energy per hash; None where unknown.
        earns_usd_mwh: what it earns per MWh of the site; None where unknown.
        costs_usd_mwh: what a MWh costs; None where unknown.
        heats: whether it heats for somebody.
        held_by: the curtailment that sheds it already; None where none does.
    """

    asset: str
    address: str
    rack: str
    model: str
    then: str
    power_w: int
    power_by: str | None
    shed_w: int
    lost_ths: float
    efficiency_j_th: float | None
    earns_usd_mwh: float | None
    costs_usd_mwh: float | None
    heats: bool
    held_by: str | None


def plan_rows(plan: Plan, told: Prices, pue: float) -> list[PlanRow]:
    """The machines of a plan in the order of shedding."""
    return [_row(item, told.hashprice_usd_ph_day, told.price_usd_mwh, pue) for item in plan.choices]


def _row(item: Choice, hashprice: float | None, price: float | None, pue: float) -> PlanRow:
    machine = item.candidate.machine
    earns = earned_usd_mwh(item.lost_ths, item.shed_w, hashprice, pue) if hashprice and item.shed_w else None
    return PlanRow(
        asset=machine.asset,
        address=machine.place.address,
        rack=machine.place.rack,
        model=machine.identity.model,
        then="asleep" if item.want == ASLEEP else f"mode {mode_of(item.want)}",
        power_w=round(item.candidate.power_w),
        power_by=item.candidate.power_by or None,
        shed_w=round(item.shed_w),
        lost_ths=round(item.lost_ths, 1),
        efficiency_j_th=item.candidate.efficiency_j_th,
        earns_usd_mwh=earns,
        costs_usd_mwh=price,
        heats=item.candidate.heat,
        held_by=item.candidate.held_by or None,
    )
