"""Power of all sites and of one: its price against breakeven, load, curtailments, and what the books say."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from mintage.books.view import View
from mintage.desk.company import Company
from mintage.desk.energy_answer import (
    BreakevenRow,
    Energy,
    HourRow,
    PricePart,
    SiteEnergy,
    SiteNow,
    SiteRow,
    Worths,
)
from mintage.desk.energy_ledger import ledger_sites, months_of, past, power_of
from mintage.desk.energy_load import drawn, limit_of, load_of
from mintage.desk.energy_open import open_events, rule_rows, shed_now
from mintage.desk.figure import Figure, unknown
from mintage.desk.here import Missing
from mintage.desk.production import day_within_time, following, within_time
from mintage.desk.sites import SiteDesk
from mintage.desk.worth import Earning, earning_on
from mintage.fleet.curtail.prices import told_price
from mintage.fleet.curtail.store import Book
from mintage.fleet.energy.breakeven import breakevens
from mintage.fleet.energy.heat import contract_on, heat_credit_usd_mwh
from mintage.fleet.energy.hours import hour_prices
from mintage.fleet.energy.tariff import Part, Tariff, load_tariff, price_usd_mwh
from mintage.fleet.models import Model, model_of, models
from mintage.people.caller import Caller
from mintage.units import Period, parse_period
from mintage.units.errors import InputError
from mintage.units.instant import utc_date

CENT = Decimal("0.01")


def energy(company: Company, caller: Caller, *, period: str = "") -> Energy:
    """All sites that somebody may see.

    Args:
        company: the company.
        caller: who asks.
        period: of the ledger's columns; the last month with power in the books where "".

    Raises:
        InputError: the period is none.
    """
    view = company.view()
    span = within_time(parse_period(period)) if period else _last_month(view, company.today())
    here = {name: desk for name, desk in company.sites.all().items() if caller.may("energy.read", name)}
    names = sorted({*here, *(name for name in ledger_sites(view) if caller.may("energy.read", name))})
    rows = tuple(_row(company, caller, view, name, here.get(name), span) for name in names)
    earning = earning_on(company, company.today())
    later = following(span)
    known = [] if earning.usd_ph_day is None else list(models().values())
    return Energy(
        now_us=company.clock.now_us(),
        hashprice=_hashprice(earning),
        basis=earning.reason,
        period=span.name,
        before=span.before().name,
        after=later.name if later.start <= company.today() else "",
        sites=rows,
        total=power_of(view, span, None if caller.may("energy.read", "*") else names),
        open=tuple(event for name, desk in here.items() for event in open_events(desk, caller, name)),
        breakevens=breakeven_rows(known, {}, earning.usd_ph_day, Decimal(1), Decimal(0), None),
    )


def site_energy(company: Company, caller: Caller, site: str, *, day: date | None = None) -> SiteEnergy:
    """One site.

    Args:
        company: the company.
        caller: who asks.
        site: the site.
        day: local day of the hours' prices; today where None.

    Raises:
        Forbidden: the caller may not see the site.
        Missing: nobody knows the site.
        InputError: the day is before the first block, or beyond any plan.
    """
    caller.insist("energy.read", site)
    if day is not None:
        day_within_time(day)
    view, desk = company.view(), company.sites.all().get(site)
    if desk is None and site not in ledger_sites(view):
        raise Missing(f"there is no site '{site[:80]}'.", field="site", remedy="See the list of sites.")
    why = company.sites.problems().get(site, "its agent keeps no state on this machine.")
    return SiteEnergy(
        site=site,
        now=None if desk is None else _now(company, caller, desk, day),
        why_not="" if desk is not None else why,
        months=months_of(view, site),
        curtailed=past(view, (site,), company.sites.all()),
    )


def breakeven_rows(
    known: Iterable[Model],
    counts: dict[str, int],
    hashprice: Decimal | None,
    pue: Decimal,
    heat_usd_mwh: Decimal,
    at: Decimal | None,
) -> tuple[BreakevenRow, ...]:
    """Models and modes, the one that pays longest first; none where the hashprice is unknown."""
    if hashprice is None or hashprice <= 0:
        return ()
    no_price = "the price of power is unknown."
    return tuple(
        BreakevenRow(
            model=row.model,
            mode=row.mode,
            machines=counts.get(row.model, 0),
            efficiency=Figure(value=row.joules_per_th, unit="J/TH", digits=2),
            breakeven=_price(row.breakeven_usd_mwh),
            with_heat=_price(row.breakeven_with_heat_usd_mwh),
            margin=unknown(no_price, "USD/MWh") if at is None else _price(row.breakeven_with_heat_usd_mwh - at),
            pays=row.pays,
        )
        for row in breakevens(known, hashprice, pue, heat_usd_mwh, at)
    )


def tariff_of(desk: SiteDesk) -> Tariff:
    """A site's tariff; read anew only where its file changed.

    Raises:
        InputError: the site names none, or it cannot be read.
    """
    if not desk.site.tariff:
        raise InputError("the site names no tariff.", field="tariff", remedy="Name its file in the site's file.")
    path = Path(desk.site.tariff)
    return _read_tariff(path, path.stat().st_mtime_ns if path.is_file() else 0)


def worths_of(company: Company, desk: SiteDesk) -> Worths:
    """What power costs and hash rate earns at a site now: what was told it lately goes before tariff and journal."""
    now_us, book = desk.clock.now_us(), Book(desk.db)
    earning = earning_on(company, utc_date(now_us))
    rate, told = told_price(book, "hashprice_usd_ph_day", now_us), told_price(book, "price_usd_mwh", now_us)
    parts: tuple[Part, ...] = ()
    if told is not None:
        power, by = _price(Decimal(str(told.value))), told.by
    else:
        try:
            tariff = tariff_of(desk)
            found = price_usd_mwh(tariff, now_us)
            parts, by = found.parts, f"tariff {tariff.name}"
            way = f"/energy/{desk.site.name}/tariff"
            power = unknown(found.reason, "USD/MWh") if found.usd_mwh is None else _price(found.usd_mwh, way)
        except InputError as error:
            power, by = unknown(error.problem, "USD/MWh"), ""
    return Worths(
        power=power,
        power_by=by if power.value is not None else "",
        parts=parts_of(parts),
        hashprice=_hashprice(earning)
        if rate is None
        else Figure(value=Decimal(str(rate.value)), unit="USD/PH/day", digits=2),
        hashprice_by=rate.by if rate else "journal" if earning.usd_ph_day is not None else "",
        basis="" if rate else earning.reason,
    )


def parts_of(parts: Iterable[Part]) -> tuple[PricePart, ...]:
    """Parts of a price as figures."""
    return tuple(
        PricePart(name=part.name, usd_mwh=unknown("", "USD/MWh") if part.usd_mwh is None else _price(part.usd_mwh))
        for part in parts
    )


def hour_rows(tariff: Tariff, day: date) -> tuple[HourRow, ...]:
    """What a MWh costs in each hour of a local day.

    Raises:
        InputError: a price file cannot be read.
    """
    return tuple(
        HourRow(
            start_us=hour.start_us,
            clock=f"{hour.clock:%H:%M}",
            usd_mwh=unknown(hour.price.reason, "USD/MWh") if hour.price.usd_mwh is None else _price(hour.price.usd_mwh),
            parts=parts_of(hour.price.parts),
        )
        for hour in hour_prices(tariff, day)
    )


def heat_credit(desk: SiteDesk, day: date) -> Decimal:
    """What heat adds to a MWh of machines at a site, USD; nothing where none is sold."""
    try:
        tariff = tariff_of(desk)
        return heat_credit_usd_mwh(contract_on(tariff.file.heat, day))
    except InputError:
        return Decimal(0)


def _now(company: Company, caller: Caller, desk: SiteDesk, day: date | None) -> SiteNow:
    site, now_us, board = desk.site, desk.clock.now_us(), company.board.view
    worths = worths_of(company, desk)
    rows, missing = _site_breakevens(desk, drawn(board, site.name)[2], worths)
    hours: tuple[HourRow, ...] = ()
    zone, no_hours, local = "", "", day or utc_date(now_us)
    try:
        tariff = tariff_of(desk)
        zone, local = tariff.file.zone, day or tariff.wall(now_us).date
        hours = hour_rows(tariff, local)
    except InputError as error:
        no_hours = error.problem
    return SiteNow(
        region=site.region,
        attended=desk.attended,
        now_us=now_us,
        pue=Figure(value=site.pue, digits=2),
        worths=worths,
        breakevens=rows,
        unknown_models=missing,
        load=load_of(desk, board),
        day=local,
        before=local - timedelta(days=1),
        after=local + timedelta(days=1),
        zone=zone,
        hours=hours,
        no_hours=no_hours,
        open=open_events(desk, caller, site.name),
        rules=rule_rows(desk),
        may_act=caller.may("energy.act", site.name),
    )


def _site_breakevens(
    desk: SiteDesk, counts: dict[str, int], worths: Worths
) -> tuple[tuple[BreakevenRow, ...], tuple[str, ...]]:
    """Models that stand at a site, and those that no table knows."""
    known: dict[str, Model] = {}
    of_model: dict[str, int] = {}
    missing = []
    for name, number in counts.items():
        found = model_of(name)
        if found is None:
            missing.append(name or "?")
            continue
        known[found.model] = found
        of_model[found.model] = of_model.get(found.model, 0) + number
    credit = heat_credit(desk, utc_date(desk.clock.now_us()))
    rows = breakeven_rows(known.values(), of_model, worths.hashprice.value, desk.site.pue, credit, worths.power.value)
    return rows, tuple(sorted(missing))


def _row(company: Company, caller: Caller, view: View, name: str, desk: SiteDesk | None, span: Period) -> SiteRow:
    month = power_of(view, span, (name,))
    if desk is None:
        away = unknown(company.sites.problems().get(name, "its agent keeps no state on this machine."))
        return SiteRow(
            site=name,
            here=False,
            attended=False,
            power=away,
            highest=away,
            lowest=away,
            load=away,
            load_by="",
            limit=away,
            share=None,
            shed=away,
            waits=0,
            month=month,
            href=f"/energy/{name}",
        )
    worths, load, limit = worths_of(company, desk), load_of(desk, company.board.view), limit_of(desk.site)
    rows, _ = _site_breakevens(desk, drawn(company.board.view, name)[2], worths)
    none = unknown(worths.hashprice.reason or "no machine of a known model stands here.", "USD/MWh")
    known = load.power.value is not None and bool(limit.value)
    events = open_events(desk, caller, name)
    return SiteRow(
        site=name,
        here=True,
        attended=desk.attended,
        power=worths.power,
        highest=rows[0].with_heat if rows else none,
        lowest=rows[-1].with_heat if rows else none,
        load=load.power,
        load_by=load.by,
        limit=limit,
        share=float((load.power.value or 0) / (limit.value or 1)) if known else None,
        shed=shed_now(desk),
        waits=sum(event.state == "preview" for event in events),
        month=month,
        href=f"/energy/{name}",
    )


def _hashprice(earning: Earning) -> Figure:
    if earning.usd_ph_day is None:
        return unknown(earning.reason, "USD/PH/day")
    trace = "/journal?kind=market.price-observed"
    return Figure(value=earning.usd_ph_day.quantize(CENT), unit="USD/PH/day", digits=2, trace=trace)


def _price(value: Decimal, trace: str = "") -> Figure:
    return Figure(value=value.quantize(CENT), unit="USD/MWh", digits=2, trace=trace)


@lru_cache(maxsize=32)
def _read_tariff(path: Path, _changed_ns: int) -> Tariff:
    return load_tariff(path)


def _last_month(view: View, today: date) -> Period:
    """The last month that is over and has power in the books, or this one."""
    last = min(today, view.days[1]) if view.days else today
    month = parse_period(last.strftime("%Y-%m"))
    for _ in range(12):
        found = power_of(view, month)
        if found.energy.value is not None or found.power.value is not None:
            return month
        month = month.before()
    return parse_period((today.replace(day=1) - timedelta(days=1)).strftime("%Y-%m"))
