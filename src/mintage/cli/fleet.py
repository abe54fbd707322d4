"""`mintage fleet`: hash rate by site and region; the commands on a site's machines are in modules of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from cyclopts import App

from mintage.books.measurements import last_by_site
from mintage.books.view import View
from mintage.cli.fleet_adopt import adopt_, link_
from mintage.cli.fleet_list import list_, top_
from mintage.cli.fleet_map import map_
from mintage.cli.fleet_scan import scan_
from mintage.cli.fleet_show import show_
from mintage.cli.options import Options
from mintage.cli.quantities import Day, shown, ths
from mintage.cli.show import print_json, print_table
from mintage.fleet.facts import HashrateMeasured
from mintage.fleet.service import SiteHashrate, hashrate_by_site

app = App(name="fleet", help="Machines of a site; hash rate by site.")
_SITE_COMMANDS: dict[str, Callable[..., None]] = {
    "scan": scan_,
    "adopt": adopt_,
    "link": link_,
    "list": list_,
    "top": top_,
    "map": map_,
    "show": show_,
}
for _name, _command in _SITE_COMMANDS.items():
    app.command(_command, name=_name)


@app.command
def hashrate(*, on: Day | None = None, options: Options = Options()) -> None:
    """Installed, energized and operating hash rate by site and region.

    Installed is racked, energized is powered, operating is the last measured average. What nobody recorded is
    unknown, and so is each sum that needs it.

    Example: mintage fleet hashrate --on 2025-06-30

    Args:
        on: end of this day; by default today.
    """
    view, day = View(options.journal_on(on)), on or datetime.now(UTC).date()
    sites = hashrate_by_site(view.journal, day)
    regions = sorted({site.region for site in sites})
    groups = {name: [site for site in sites if site.region == name] for name in regions} | {"": sites}
    totals = [_total(view, name, group, day) for name, group in groups.items()]
    if options.json:
        print_json({"on": day, "sites": [_site(site) for site in sites], "totals": totals})
        return
    rows: list[tuple[Any, ...]] = [
        (
            site.region,
            site.site,
            shown(ths(site.installed_ghs), 0),
            shown(_ths(site.energized_ghs), 0),
            shown(_ths(site.operating_ghs), 0),
            site.window,
            shown(site.joules_per_th, 1),
        )
        for site in sites
    ]
    columns = ("installed_ths", "energized_ths", "operating_ths")
    rows += [
        (total["region"] or "all", "all sites", *(shown(total[name], 0) for name in columns), "", "")
        for total in totals
        if len(regions) > 1 or not total["region"]
    ]
    heads = ("region", "site", "installed TH/s", "energized TH/s", "operating TH/s", "averaged over", "J/TH")
    print_table(f"Hash rate, end of {day}", heads, rows, note=totals[-1]["reason"], left=2)


def _site(site: SiteHashrate) -> dict[str, Any]:
    return {
        "region": site.region,
        "site": site.site,
        "installed_ths": ths(site.installed_ghs),
        "energized_ths": _ths(site.energized_ghs),
        "operating_ths": _ths(site.operating_ghs),
        "window": site.window or None,
        "joules_per_th": site.joules_per_th,
    }


def _total(view: View, region: str, sites: Sequence[SiteHashrate], day: Day) -> dict[str, Any]:
    """Sums of a region, "" for all; the operating one by the rule of the KPI hashrate.operating."""
    dark = [site.site for site in sites if site.energized_ghs is None]
    measured = last_by_site(view, HashrateMeasured.kind, "hashrate", region, day)
    reasons = [f"nothing was ever recorded as energized at {', '.join(dark)}"] if dark else []
    if isinstance(measured, str):
        reasons.append(measured)
    return {
        "region": region,
        "installed_ths": ths(sum(site.installed_ghs for site in sites)),
        "energized_ths": None if dark else ths(sum(site.energized_ghs or 0 for site in sites)),
        "operating_ths": None if isinstance(measured, str) else ths(int(sum(measured.values()))),
        "reason": "; ".join(reasons),
    }


def _ths(ghs: int | None) -> Decimal | None:
    return None if ghs is None else ths(ghs)
