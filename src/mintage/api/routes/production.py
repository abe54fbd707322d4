"""Production: days from work to satoshis, and the cost of one bitcoin."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import Query

from mintage.api.access import Asked, needs
from mintage.api.queries import ROWS_MAX, IsoDay
from mintage.api.reply import ApiRouter, body_of
from mintage.desk import production as desk
from mintage.desk import production_cost as costs
from mintage.desk import production_day as days
from mintage.desk.jobs import Job
from mintage.desk.production_answer import Choice, Production

router = ApiRouter(tags=["production"])


class SiteProduction(msgspec.Struct, frozen=True, kw_only=True):
    """A site's production: a period, or one day where a day is asked for.

    Attributes:
        production: the period; None where a day is asked for.
        day: the day; None where a period is asked for.
    """

    production: Production | None = None
    day: days.ProductionDay | None = None


@router.get("/production")
def production(
    asked: Asked = needs("production.read"),
    period: Annotated[str, Query(max_length=10)] = "",
    status: Choice = "",
    after: Annotated[int, Query(ge=0, le=ROWS_MAX)] = 0,
    limit: Annotated[int, Query(ge=1, le=desk.ROWS_MAX)] = 100,
) -> Production:
    """A period's production day by day, differences first, of the sites that one may see."""
    return desk.production(asked.company, asked.caller, period=period, status=status, after=after, limit=limit)


@router.get("/production/cost")
def production_cost(
    asked: Asked = needs("production.read"), period: Annotated[str, Query(max_length=10)] = ""
) -> costs.ProductionCost:
    """What one bitcoin cost to mine, in rows, with comparatives; each site's cash cost; shares of joint sites."""
    return costs.production_cost(asked.company, asked.caller, period=period)


@router.get("/production/{site}")
def site_production(
    site: str,
    asked: Asked = needs("production.read"),
    day: IsoDay | None = None,
    period: Annotated[str, Query(max_length=10)] = "",
    status: Choice = "",
    after: Annotated[int, Query(ge=0, le=ROWS_MAX)] = 0,
    limit: Annotated[int, Query(ge=1, le=desk.ROWS_MAX)] = 100,
) -> SiteProduction:
    """A site's production of a period; or one day, from the machines' work to satoshis on chain."""
    if day is not None:
        return SiteProduction(day=days.production_day(asked.company, asked.caller, site, day))
    days.insist_known(asked.company, site)
    found = desk.production(
        asked.company, asked.caller, period=period, site=site, status=status, after=after, limit=limit
    )
    return SiteProduction(production=found)


@router.post("/production/{site}/reconcile", status_code=202)
def reconcile_day(
    site: str, asked: Asked = needs("production.write"), told: days.Reconcile = body_of(days.Reconcile)
) -> Job:
    """Ask pools, chain and tariff of a day that has ended, and record what follows; the job says what came out."""
    return days.reconcile(asked.company, asked.caller, site, told, request=asked.id)
