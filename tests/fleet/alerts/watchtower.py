"""A site under watch, for tests of alerts: time passes in rounds, and what would be sent is read from the queue."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from mintage.fleet.alerts import service
from mintage.fleet.alerts.engine import Engine
from mintage.fleet.alerts.rules import Rules, load_rules
from mintage.fleet.alerts.store import Alert
from mintage.fleet.alerts.subjects import Gauge
from mintage.fleet.sites import AlertSettings
from mintage.units.clock import StepClock
from tests.fleet.plant import Plant, a_site

SETTINGS = AlertSettings(webhook="http://127.0.0.1:9/alerts")


class Tower(Plant):
    """A site with an engine that judges it every ten seconds, as often as machines are polled.

    Attributes:
        engine: what judges it.
        sick: readings of machines that are not healthy, by number.
        gauges: what is shown by what is no machine.
    """

    def __init__(
        self, folder: Path, count: int = 200, *, clock: StepClock | None = None, rules: Rules | None = None
    ) -> None:
        super().__init__(folder, count, site=a_site(alerts=SETTINGS), clock=clock)
        self.count, self.rules = count, rules or load_rules()
        self.sick: dict[int, dict[str, Any]] = {}
        self.gauges: list[Gauge] = []
        self.restart()

    def restart(self) -> None:
        """Let the engine begin anew, as after a crash."""
        self.engine = Engine(self.db, "alder", self.rules, SETTINGS, site=self.site, poll_s=10)

    def ail(self, numbers: Iterable[int], **values: Any) -> None:
        """Let machines show these readings from now on."""
        for number in numbers:
            self.sick[number] = values

    def heal(self, numbers: Iterable[int]) -> None:
        """Let machines show healthy readings again."""
        healthy = {
            "state": "hashing", "hashrate_ths": 190.0, "chip_max_c": 80, "fan_min_rpm": 5000, "error_bits": 0,
        }  # fmt: skip
        for number in numbers:
            self.sick[number] = healthy

    def watch(self, seconds: float, every_s: float = 10.0) -> None:
        """Let time pass: every machine is polled and judged in each round."""
        passed = 0.0
        while passed < seconds:
            self.clock.step(every_s)
            passed += every_s
            for number in range(self.count):
                self.floor.poll([number], uptime_s=86_400 + self.clock.now_us() // 1_000_000 % 86_400)
                if number in self.sick:
                    self.floor.poll([number], **self.sick[number])
            self.engine.round(self.clock.now_us(), self.latest.all("alder"), self.gauges)

    def open(self) -> list[Alert]:
        """Alerts that stand."""
        return service.open_alerts(self.db)

    def told(self) -> list[tuple[str, str, str, int]]:
        """Messages in the queue: kind, rule, place and count."""
        rows = self.db.rows("SELECT body FROM alert_message ORDER BY number")
        bodies = [msgspec.json.decode(row[0]) for row in rows]
        return [
            (b["kind"], b["rule"], f"{b['place']['kind']} {b['place']['name']}".strip(), b["count"]) for b in bodies
        ]
