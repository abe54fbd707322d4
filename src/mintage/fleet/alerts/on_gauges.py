"""Conditions on gauges: power against its limit, meters, agents and parts of an agent."""

from __future__ import annotations

from typing import Literal

from mintage.fleet.alerts.condition import SECOND_US, GaugeCase, OfGauge, Verdict


class OverLimit(OfGauge, frozen=True, kw_only=True, tag="over-limit"):
    """A power is above a share of its limit.

    Attributes:
        share: share of the limit at which it begins to hold.
        clear_at: share at which it ends to hold.
        limit_kw: limit to use in place of the site file's.
    """

    finds = ("value", "limit", "share")
    is_timed = True
    kind: Literal["site-power", "feeder-power"]
    share: float = 1.0
    clear_at: float = 0.97
    limit_kw: float | None = None

    def trouble(self) -> str:
        """What is wrong with its parameters."""
        return "" if 0 < self.clear_at <= self.share else "0 < clear_at <= share must hold"

    def judge(self, case: GaugeCase) -> Verdict:
        """Whether it holds. What is known may be too much already; too little is known to call it clear."""
        limit_w = case.gauge.limit if self.limit_kw is None else self.limit_kw * 1000
        if case.gauge.value is None or not limit_w:
            return None
        share = case.gauge.value / limit_w
        if share <= (self.clear_at if case.is_raised else self.share):
            return False if case.gauge.is_complete else None
        return {"value": f"{case.gauge.value / 1000:,.1f}", "limit": f"{limit_w / 1000:,.1f}", "share": f"{share:.0%}"}


class Silent(OfGauge, frozen=True, kw_only=True, tag="silent"):
    """A meter says nothing that can be believed, or a site's agent was not heard of.

    Attributes:
        for_s: seconds since it was heard of last.
    """

    finds = ("minutes", "reason")
    is_timed = True
    kind: Literal["meter", "agent"]
    for_s: float = 600

    def judge(self, case: GaugeCase) -> Verdict:
        """Whether it holds."""
        if case.gauge.at_us is None:
            return (
                {"minutes": "?", "reason": case.gauge.words or "never heard of"} if case.gauge.value is None else False
            )
        age_s = (case.world.now_us - case.gauge.at_us) / SECOND_US
        return {"minutes": f"{age_s / 60:.0f}", "reason": case.gauge.words} if age_s > self.for_s else False


class Failing(OfGauge, frozen=True, kw_only=True, tag="failing"):
    """A part of the agent failed, so often in the last hour.

    Attributes:
        at_least: failures in the last hour.
    """

    finds = ("count", "reason")
    is_timed = True
    kind: Literal["part"] = "part"
    at_least: int = 1

    def judge(self, case: GaugeCase) -> Verdict:
        """Whether it holds."""
        if case.gauge.value is None:
            return None
        return (
            {"count": f"{case.gauge.value:.0f}", "reason": case.gauge.words}
            if case.gauge.value >= self.at_least
            else False
        )
