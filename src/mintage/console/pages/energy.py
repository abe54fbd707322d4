"""Pages of energy: price against breakeven, load, curtailments and their proofs, tariffs, heat."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from mintage.api.access import Asked, form_of, needs
from mintage.api.routes.energy import WISH
from mintage.console.pages import energy_charts as draw
from mintage.console.pages.production import choices
from mintage.console.shell import Page, PageRouter, words_for
from mintage.desk import energy as desk
from mintage.desk import energy_course as courses
from mintage.desk import energy_curtail as curtail
from mintage.desk.energy_ask import Curtail, End, Release, TellPrice
from mintage.desk.energy_heat import site_heat
from mintage.desk.energy_tariff import site_tariff
from mintage.fleet.curtail.wish import Wish
from mintage.units.errors import InputError

router = PageRouter("energy")
LIVE = ("journal:head",)


@router.get("/energy")
def energy(asked: Asked = needs("energy.read"), period: Annotated[str, Query(max_length=10)] = "") -> Page:
    """All sites: price against breakeven, load, what is shed, and a period by the journal."""
    answer = desk.energy(asked.company, asked.caller, period=period)
    return Page(template="energy/index.html", answer=answer, more={"choices": choices(answer.period)}, live=LIVE)


@router.get("/energy/{site}")
def site_energy(site: str, asked: Asked = needs("energy.read"), day: date | None = None) -> Page:
    """One site."""
    answer = desk.site_energy(asked.company, asked.caller, site, day=day)
    words = words_for(asked.request)
    charts = {"prices": draw.prices(words, answer), "months": draw.months(words, answer)}
    return Page(template="energy/site.html", answer=answer, more=charts, live=LIVE)


@router.get("/energy/{site}/tariff")
def energy_tariff(site: str, asked: Asked = needs("energy.read"), day: date | None = None) -> Page:
    """A site's tariff, a day's cost by the hour, and the month's bill so far."""
    answer = site_tariff(asked.company, asked.caller, site, day=day)
    return Page(
        template="energy/tariff.html", answer=answer, more={"chart": draw.hours(words_for(asked.request), answer)}
    )


@router.get("/energy/{site}/heat")
def energy_heat(
    site: str,
    asked: Asked = needs("energy.read"),
    day: date | None = None,
    outdoor: Annotated[str, Query(max_length=10)] = "",
) -> Page:
    """Heat delivered and sold."""
    answer = site_heat(asked.company, asked.caller, site, day=day, outdoor=_degrees(outdoor))
    return Page(template="energy/heat.html", answer=answer, more={"chart": draw.heat(words_for(asked.request), answer)})


@router.get("/energy/{site}/curtailments")
def curtailments(site: str, asked: Asked = needs("energy.read")) -> Page:
    """A site's curtailments, a form to ask for one, rules and sources."""
    answer = curtail.curtailments(asked.company, asked.caller, site)
    return Page(template="energy/curtailments.html", answer=answer, more={"wish": None}, live=LIVE)


@router.get("/energy/{site}/curtailments/preview")
def preview(site: str, asked: Asked = needs("energy.read"), wish: Wish = WISH) -> Page:
    """What a curtailment would do, before anybody asks for it."""
    answer = curtail.preview(asked.company, asked.caller, site, wish)
    feeders = curtail.curtailments(asked.company, asked.caller, site).feeders
    fields = _fields(wish)
    return Page(
        template="energy/preview.html", answer=answer, more={"fields": fields, "feeders": feeders, "wish": wish}
    )


@router.get("/energy/{site}/curtailments/{id}")
def curtailment(site: str, id: str, asked: Asked = needs("energy.read")) -> Page:
    """One curtailment: its course, its machines, its proof."""
    answer = courses.course(asked.company, asked.caller, site, id)
    chart = draw.minutes(words_for(asked.request), answer)
    return Page(template="energy/curtailment.html", answer=answer, more={"chart": chart})


@router.get("/energy/{site}/curtailments/{id}/proof")
def proof(
    site: str, id: str, asked: Asked = needs("energy.read"), form: Annotated[str, Query(pattern="html|json")] = "json"
) -> Response:
    """The proof to download: the document as it was hashed, or the same as a page in both languages."""
    if form == "html":
        raw, media = courses.proof_page(asked.company, asked.caller, site, id), "text/html; charset=utf-8"
    else:
        raw, media = courses.proof_document(asked.company, asked.caller, site, id), "application/json"
    headers = {"Content-Disposition": f'attachment; filename="{id}.{form}"', "Cache-Control": "private, no-cache"}
    return Response(raw, media_type=media, headers=headers)


@router.post("/energy/{site}/curtailments")
def start(site: str, asked: Asked = needs("energy.act"), form: FormData = form_of()) -> Response:
    """Ask for a curtailment."""
    texts = _texts(form)
    told = Curtail(wish=curtail.wish_of(texts), reason=texts.get("reason", ""))
    made = curtail.start(asked.company, asked.caller, site, told, request=asked.id)
    return _to(made.href, "asked" if made.state == "preview" else "started")


@router.post("/energy/{site}/curtailments/{id}/approve")
def approve(site: str, id: str, asked: Asked = needs("energy.approve")) -> Response:
    """Approve what somebody else asked for."""
    made = curtail.approve(asked.company, asked.caller, site, id, request=asked.id)
    return _to(made.href, "approved")


@router.post("/energy/{site}/curtailments/{id}/end")
def end(site: str, id: str, asked: Asked = needs("energy.act"), form: FormData = form_of()) -> Response:
    """Restore, cancel or abort."""
    texts = _texts(form)
    how = texts.get("how", "")
    if how not in ("restore", "cancel", "abort", "abort-leave"):
        raise InputError(f"'{how[:20]}' is no way to end a curtailment.", field="how")
    told = End(how=how, reason=texts.get("reason", ""))  # type: ignore[arg-type]  # one of the four, checked above
    made = curtail.end(asked.company, asked.caller, site, id, told, request=asked.id)
    return _to(made.href, "cancelled" if how == "cancel" else "started")


@router.post("/energy/{site}/release")
def release(site: str, asked: Asked = needs("energy.act"), form: FormData = form_of()) -> Response:
    """Take machines out of whatever curtailment holds them."""
    told = Release(assets=tuple(str(value) for value in form.getlist("asset")), reason=_texts(form).get("reason", ""))
    curtail.release(asked.company, asked.caller, site, told, request=asked.id)
    id_ = _texts(form).get("event", "")
    return _to(f"/energy/{site}/curtailments{f'/{id_}' if id_.startswith('c-') else ''}", "started")


@router.post("/energy/{site}/rules/{rule}/resume")
def resume(site: str, rule: str, asked: Asked = needs("energy.act")) -> Response:
    """Put a rule in force again."""
    curtail.resume(asked.company, asked.caller, site, rule, request=asked.id)
    return _to(f"/energy/{site}/curtailments", "saved")


@router.post("/energy/{site}/prices")
def tell_prices(site: str, asked: Asked = needs("energy.act"), form: FormData = form_of()) -> Response:
    """Tell a site what power costs or hash rate earns now."""
    texts = _texts(form)
    wish = curtail.wish_of({name: texts.get(name, "") for name in ("price_usd_mwh", "hashprice_usd_ph_day")})
    told = TellPrice(price_usd_mwh=wish.price_usd_mwh, hashprice_usd_ph_day=wish.hashprice_usd_ph_day)
    curtail.tell_price(asked.company, asked.caller, site, told, request=asked.id)
    return _to(f"/energy/{site}", "saved")


def _texts(form: FormData) -> dict[str, str]:
    return {name: value for name, value in form.items() if isinstance(value, str)}


def _fields(wish: Wish) -> dict[str, Any]:
    """What is said of a wish, as hidden fields."""
    told = {name: getattr(wish, name) for name in wish.__struct_fields__}
    told["lower_modes"] = "yes" if wish.lower_modes else None
    return {
        name: f"{value:g}" if isinstance(value, float) else value
        for name, value in told.items()
        if value not in (None, "")
    }


def _degrees(text: str) -> Decimal | None:
    try:
        found = Decimal(text.strip().replace("\N{MINUS SIGN}", "-")) if text.strip() else None
    except ArithmeticError as error:
        raise InputError(f"'{text[:10]}' is no temperature.", field="outdoor", remedy="Give degrees C.") from error
    if found is not None and not (found.is_finite() and -90 <= found <= 60):
        raise InputError(f"{found} °C cannot be.", field="outdoor", remedy="Give degrees C.")
    return found


def _to(href: str, done: str) -> Response:
    return RedirectResponse(f"{href}?{urlencode({'done': done})}", 303)
