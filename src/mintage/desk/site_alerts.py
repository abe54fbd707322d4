"""Alerts with the site that they are of, for every page that shows some."""

from __future__ import annotations

import msgspec

from mintage.desk.company import Company
from mintage.fleet.alerts import service as alerts
from mintage.fleet.alerts.store import Alert
from mintage.people.caller import Caller


class SiteAlert(msgspec.Struct, frozen=True, kw_only=True):
    """An alert and where it is.

    Attributes:
        site: the site.
        alert: the alert.
        headline_en: it in one line, in English.
        headline_zh: in Traditional Chinese.
    """

    site: str
    alert: Alert
    headline_en: str
    headline_zh: str


def open_alerts(company: Company, caller: Caller, site: str | None = None) -> list[SiteAlert]:
    """Open alerts of the sites that somebody may see, the worst and newest first."""
    order = {"critical": 0, "warning": 1, "info": 2}
    found = [
        told(name, alert)
        for name, desk in company.sites.all().items()
        if caller.may("fleet.read", name) and site in (None, name)
        for alert in alerts.open_alerts(desk.db)
    ]
    return sorted(found, key=lambda item: (order[item.alert.severity], -item.alert.opened_us))


def told(site: str, alert: Alert) -> SiteAlert:
    """An alert with where it is and in words."""
    return SiteAlert(site=site, alert=alert, headline_en=alerts.line(alert), headline_zh=alerts.line(alert, "zh"))
