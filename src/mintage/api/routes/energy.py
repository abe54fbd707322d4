"""Energy: price of power against breakeven, load, curtailments with their proofs, tariffs, heat."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import msgspec
from fastapi import Depends, Query
from starlette.responses import Response

from mintage.api.access import Asked, needs
from mintage.api.queries import IsoDay
from mintage.api.reply import JSON, ApiRouter, body_of
from mintage.desk import energy as desk
from mintage.desk import energy_course as courses
from mintage.desk import energy_curtail as curtail
from mintage.desk.energy_answer import Energy, EventRow, RuleRow, SiteEnergy
from mintage.desk.energy_ask import Curtail, Curtailments, End, PlanAnswer, Release, TellPrice
from mintage.desk.energy_heat import SiteHeat, site_heat
from mintage.desk.energy_tariff import SiteTariff, site_tariff
from mintage.fleet.curtail.wish import Wish

router = ApiRouter(tags=["energy"])
Text = Annotated[str, Query(max_length=200)]
Number = Annotated[str, Query(max_length=20)]


class Released(msgspec.Struct, frozen=True, kw_only=True):
    """Machines that were taken out of curtailments.

    Attributes:
        released: each machine with the curtailment that held it.
    """

    released: dict[str, str]


class RuleList(msgspec.Struct, frozen=True, kw_only=True):
    """A site's rules and sources.

    Attributes:
        rules: how each stands.
    """

    rules: tuple[RuleRow, ...]


def asked_wish(  # noqa: PLR0913, PLR0917  FastAPI reads a query from named parameters
    kind: Annotated[str, Query(max_length=20)] = "fixed",
    kw: Number = "",
    feeder: Text = "",
    hashprice_usd_ph_day: Number = "",
    price_usd_mwh: Number = "",
    inlet_c: Number = "",
    chip_c: Number = "",
    scope: Text = "",
    exclude: Text = "",
    heat: Text = "",
    lower_modes: Annotated[str, Query(max_length=5)] = "",
    starts: Annotated[str, Query(max_length=40)] = "",
    until: Annotated[str, Query(max_length=40)] = "",
    for_min: Number = "",
    restore_machines: Number = "",
    restore_kw: Number = "",
    restore_every_s: Number = "",
) -> Wish:
    """The wish of a query; what is empty is as the site's rules have it."""
    return curtail.wish_of(dict(locals()))


WISH: Any = Depends(asked_wish)
"""The default of a handler's parameter that takes a wish from the query."""


@router.get("/energy")
def energy(asked: Asked = needs("energy.read"), period: Annotated[str, Query(max_length=10)] = "") -> Energy:
    """Power of all sites that one may see: price, breakeven, load, what is shed, and a period by the journal."""
    return desk.energy(asked.company, asked.caller, period=period)


@router.get("/energy/{site}")
def site_energy(site: str, asked: Asked = needs("energy.read"), day: IsoDay | None = None) -> SiteEnergy:
    """A site: price now and by the hour against breakeven, load by feeder, open curtailments, rules, months."""
    return desk.site_energy(asked.company, asked.caller, site, day=day)


@router.get("/energy/{site}/tariff")
def energy_tariff(site: str, asked: Asked = needs("energy.read"), day: IsoDay | None = None) -> SiteTariff:
    """A site's tariff, a day's cost by the hour, and the month's bill so far with its peak."""
    return site_tariff(asked.company, asked.caller, site, day=day)


@router.get("/energy/{site}/heat")
def energy_heat(
    site: str,
    asked: Asked = needs("energy.read"),
    day: IsoDay | None = None,
    outdoor: Annotated[Decimal | None, Query(ge=-90, le=60)] = None,
) -> SiteHeat:
    """Heat that a site delivered and sold."""
    return site_heat(asked.company, asked.caller, site, day=day, outdoor=outdoor)


@router.get("/energy/{site}/curtailments")
def curtailments(site: str, asked: Asked = needs("energy.read")) -> Curtailments:
    """A site's curtailments, and the rules and sources that it sheds by."""
    return curtail.curtailments(asked.company, asked.caller, site)


@router.get("/energy/{site}/curtailments/preview")
def preview_curtailment(
    site: str,
    asked: Asked = needs("energy.read"),
    wish: Wish = WISH,
    limit: Annotated[int, Query(ge=1, le=curtail.ROWS_MAX)] = 100,
) -> PlanAnswer:
    """What a curtailment would shed now, in which order and why; nothing is asked for."""
    return curtail.preview(asked.company, asked.caller, site, wish, limit=limit)


@router.post("/energy/{site}/curtailments", status_code=201)
def start_curtailment(site: str, asked: Asked = needs("energy.act"), told: Curtail = body_of(Curtail)) -> EventRow:
    """Ask for a curtailment; the site's agent begins within a second, or after a second person's approval."""
    return curtail.start(asked.company, asked.caller, site, told, request=asked.id)


@router.get("/energy/{site}/curtailments/{id}")
def curtailment(
    site: str,
    id: str,
    asked: Asked = needs("energy.read"),
    limit: Annotated[int, Query(ge=1, le=courses.TARGETS_MAX)] = 100,
) -> courses.Course:
    """One curtailment: asked, confirmed and delivered power, machine by machine, and its proof's state."""
    return courses.course(asked.company, asked.caller, site, id, limit=limit)


@router.get("/energy/{site}/curtailments/{id}/proof")
def curtailment_proof(site: str, id: str, asked: Asked = needs("energy.read")) -> Response:
    """The proof document as it was hashed; before a curtailment is over, the figures so far."""
    raw = courses.proof_document(asked.company, asked.caller, site, id)
    return Response(raw, media_type=JSON, headers={"Cache-Control": "private, no-cache"})


@router.post("/energy/{site}/curtailments/{id}/approve")
def approve_curtailment(site: str, id: str, asked: Asked = needs("energy.approve")) -> EventRow:
    """Approve what somebody else asked for; the agent begins within a second."""
    return curtail.approve(asked.company, asked.caller, site, id, request=asked.id)


@router.post("/energy/{site}/curtailments/{id}/end")
def end_curtailment(site: str, id: str, asked: Asked = needs("energy.act"), told: End = body_of(End)) -> EventRow:
    """Restore machines in steps, cancel, or abort at once."""
    return curtail.end(asked.company, asked.caller, site, id, told, request=asked.id)


@router.post("/energy/{site}/release")
def release_machines(site: str, asked: Asked = needs("energy.act"), told: Release = body_of(Release)) -> Released:
    """Take machines out of whatever curtailment holds them, and wake them."""
    return Released(released=curtail.release(asked.company, asked.caller, site, told, request=asked.id))


@router.post("/energy/{site}/rules/{rule}/resume")
def resume_rule(site: str, rule: str, asked: Asked = needs("energy.act")) -> RuleList:
    """Put a rule in force again that rests because somebody ended its curtailment."""
    return RuleList(rules=curtail.resume(asked.company, asked.caller, site, rule, request=asked.id))


@router.post("/energy/{site}/prices")
def tell_prices(site: str, asked: Asked = needs("energy.act"), told: TellPrice = body_of(TellPrice)) -> SiteEnergy:
    """Tell a site what power costs or hash rate earns now; rules that shed at breakeven go by it."""
    curtail.tell_price(asked.company, asked.caller, site, told, request=asked.id)
    return desk.site_energy(asked.company, asked.caller, site)
