"""The company's own gauges for Prometheus: machines, hash rate and power by site, facts, viewers, jobs."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from mintage.desk.company import Company
from mintage.fleet.board.page import Filters, totals


class Gauges(Collector):
    """Reads the desk whenever Prometheus asks. What is unknown is left out, never told as zero.

    Args:
        company: whose desk.
    """

    def __init__(self, company: Company) -> None:
        self._company = company

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing: names are known when it is asked."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges now."""
        company = self._company
        machines = GaugeMetricFamily("mintage_machines", "Machines by site and state.", labels=("site", "state"))
        rate = GaugeMetricFamily("mintage_hashrate_ths", "Operating hash rate as machines say, TH/s.", labels=("site",))
        power = GaugeMetricFamily("mintage_power_watts", "Power as machines say, W.", labels=("site",))
        attended = GaugeMetricFamily("mintage_site_attended", "Whether the site's agent runs.", labels=("site",))
        view = company.board.view
        for site in view.sites:
            told = totals(view, Filters(site=(site,)))
            for state, number in told.states.items():
                machines.add_metric((site, state), number)
            if told.hashrate_known:
                rate.add_metric((site,), told.hashrate_ths)
            if told.power_known:
                power.add_metric((site,), told.power_w)
        for name, desk in company.sites.all().items():
            attended.add_metric((name,), desk.attended)
        yield from (machines, rate, power, attended)
        viewers = GaugeMetricFamily("mintage_live_viewers", "Who watches live state.", value=company.hub.watching)
        facts = GaugeMetricFamily("mintage_facts", "Facts in the journal.", value=company.journal.head()[0])
        yield from (viewers, facts)
