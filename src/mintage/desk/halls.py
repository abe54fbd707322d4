"""A site's halls drawn, coloured by a metric, with a legend in words and bounds."""

from __future__ import annotations

import msgspec

from mintage.desk.company import Company
from mintage.desk.fleet import SiteCard, site_card
from mintage.desk.site_alerts import SiteAlert, open_alerts
from mintage.fleet.board.metrics import Metric, metric, metrics
from mintage.fleet.board.plan import HallPlan, plan
from mintage.people.caller import Caller


class LegendRow(msgspec.Struct, frozen=True, kw_only=True):
    """One class of the legend.

    Attributes:
        index: number of the class; -1 for machines that do not tell, -2 for empty slots.
        en: the class in English.
        zh: in Traditional Chinese.
        low: least value of it; None without a bound.
        high: first value above it; None without a bound.
        count: machines in it, or empty slots.
    """

    index: int
    en: str
    zh: str
    low: float | None
    high: float | None
    count: int


class MetricChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A metric that can be chosen.

    Attributes:
        id: its name in addresses.
        en: label in English.
        zh: label in Traditional Chinese.
        chosen: whether it is the one shown.
    """

    id: str
    en: str
    zh: str
    chosen: bool


class HallChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A hall that can be chosen.

    Attributes:
        name: its name, "" for machines of which the hall is unknown.
        slots: slots in it.
        shown: whether it is drawn.
    """

    name: str
    slots: int
    shown: bool


class SitePlan(msgspec.Struct, frozen=True, kw_only=True):
    """A site as drawn.

    Attributes:
        site: the site.
        metric: what the colours mean.
        choices: every metric.
        names: every hall.
        legend: the classes, those without a reading and empty slots last.
        halls: the halls, in slots as lengths.
        alerts: open alerts of the site.
        version: version of the board, for live updates.
    """

    site: SiteCard
    metric: Metric
    choices: list[MetricChoice]
    names: list[HallChoice]
    legend: list[LegendRow]
    halls: list[HallPlan]
    alerts: list[SiteAlert]
    version: int


def site_plan(
    company: Company, caller: Caller, name: str, metric_id: str = "hash", hall: str | None = None
) -> SitePlan:
    """The plan of a site.

    Args:
        company: the company.
        caller: who asks.
        name: the site.
        metric_id: what its colours mean.
        hall: the one hall to draw; all of a small site, else the first, where None.

    Raises:
        Missing: nobody knows a site of that name.
        Forbidden: the caller may not see it.
        InputError: there is no such metric.
    """
    chosen, card = metric(metric_id), site_card(company, caller, name)
    desk, view = company.sites.all().get(name), company.board.view
    drawn = plan(view, name, chosen, desk.site if desk else None, hall)
    legend = [_row(chosen, index, count) for index, count in enumerate(drawn.counts)]
    rest = ((-1, "not told", "未回報", drawn.unknown), (-2, "empty slot", "空槽位", drawn.empty))
    legend += [LegendRow(index=n, en=en, zh=zh, low=None, high=None, count=count) for n, en, zh, count in rest]
    return SitePlan(
        site=card,
        metric=chosen,
        choices=[
            MetricChoice(id=item.id, en=item.en, zh=item.zh, chosen=item.id == chosen.id) for item in metrics().values()
        ],
        names=[
            HallChoice(name=known, slots=slots, shown=known in {one.name for one in drawn.halls})
            for known, slots in drawn.names
        ],
        legend=legend,
        halls=drawn.halls,
        alerts=open_alerts(company, caller, name),
        version=view.version,
    )


def _row(chosen: Metric, index: int, count: int) -> LegendRow:
    bounds = (None, *chosen.bounds, None) if chosen.bounds else ()
    return LegendRow(
        index=index,
        en=chosen.words_en[index],
        zh=chosen.words_zh[index],
        low=bounds[index] if bounds else None,
        high=bounds[index + 1] if bounds else None,
        count=count,
    )
