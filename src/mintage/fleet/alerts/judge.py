"""Holding rules against machines and gauges, round after round.

Only machines that were polled since the last round are judged, and for the rest only the rules that time alone can
change: 5,000 machines cost what has changed of them.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

import msgspec

from mintage.fleet.alerts.condition import Findings, GaugeCase, MachineCase, OfGauge, OfMachine, Verdict
from mintage.fleet.alerts.on_past import StandsStill
from mintage.fleet.alerts.rules import Rule, Rules
from mintage.fleet.alerts.subjects import Gauge, Past, Subject, World, of_gauge, of_machine, remember, twins
from mintage.fleet.latest import Machine
from mintage.fleet.scope import Scope
from mintage.fleet.sites import Site

_SECOND_US = 1_000_000


class Standing(msgspec.Struct, kw_only=True):
    """A rule's condition at one subject, from when it began to hold until it is clear for long enough.

    Attributes:
        subject: who.
        since_us: instant since which it holds.
        findings: what the condition found last.
        holds: whether it held when it was judged last.
        ripe_us: instant at which it had held long enough to be an alert; None before.
        clear_us: instant since which it is clear; None while it is not, or unknown.
        unknown_us: instant since which nothing is known of it; None while something is.
        gone_us: instant since which the subject is not there any more; None while it is.
        alert: alert that it is part of, "" where none yet.
    """

    subject: Subject
    since_us: int
    findings: Findings = {}
    holds: bool = True
    ripe_us: int | None = None
    clear_us: int | None = None
    unknown_us: int | None = None
    gone_us: int | None = None
    alert: str = ""


class Judge:
    """Holds rules against what is there, and remembers what they found.

    Args:
        rules: the rules.
        site: the site; None at headquarters.

    Attributes:
        standing: what holds, by rule and subject.
    """

    def __init__(self, rules: Rules, site: Site | None) -> None:
        self._site = site
        self._of_machines = [
            (rule, rule.when, rule.machines()) for rule in rules.rule if isinstance(rule.when, OfMachine)
        ]
        self._timed = [item for item in self._of_machines if item[1].is_timed]
        self._of_gauges = [(rule, rule.when) for rule in rules.rule if isinstance(rule.when, OfGauge)]
        self._still = tuple({f for rule in rules.rule if isinstance(rule.when, StandsStill) for f in rule.when.fields})
        self._pasts: dict[str, Past] = {}
        self._polled: dict[str, int] = {}
        self._now_us = 0
        self._started_us: int | None = None
        self.standing: dict[str, dict[str, Standing]] = {rule.id: {} for rule in rules.rule}

    def look(
        self,
        now_us: int,
        machines: Sequence[Machine],
        gauges: Sequence[Gauge],
        kept: Container[str] | None = None,
    ) -> None:
        """Judge what has changed."""
        if now_us < self._now_us:
            self._set_back(self._now_us - now_us)
        self._now_us = now_us
        if self._started_us is None:
            self._started_us = now_us
        fresh = [m for m in machines if m.snapshot and self._polled.get(m.asset) != m.snapshot.at_us]
        for machine in fresh:
            past = remember(self._pasts.get(machine.asset), machine, self._still)
            if past is not None:
                self._pasts[machine.asset] = past
        world = World(
            now_us=now_us,
            site=self._site,
            pasts=self._pasts,
            twins=twins(machines),
            kept=kept,
            started_us=self._started_us,
        )
        changed = {machine.asset for machine in fresh}
        for machine in machines:
            rules = self._of_machines if machine.asset in changed else self._timed
            for rule, condition, scope in rules:
                self._judge_machine(rule, condition, scope, machine, world)
        for gauge in gauges:
            for rule, condition_of_gauge in self._of_gauges:
                if condition_of_gauge.kind == gauge.kind:
                    self._judge_gauge(rule, condition_of_gauge, gauge, world)
        self._polled.update((m.asset, m.snapshot.at_us) for m in fresh if m.snapshot)
        self._miss(now_us, {machine.asset for machine in machines}, gauges)

    def _judge_machine(self, rule: Rule, condition: OfMachine, scope: Scope, machine: Machine, world: World) -> None:
        table = self.standing[rule.id]
        held = table.get(machine.asset)
        verdict: Verdict = False
        if not scope.terms or scope.holds(machine):
            verdict = condition.judge(MachineCase(machine, world, held is not None and bool(held.alert)))
        if verdict is False and held is None:
            return
        if held is None and verdict is not None:
            held = table[machine.asset] = Standing(subject=of_machine(machine), since_us=world.now_us)
        if held is not None:
            self._note(rule, machine.asset, held, verdict, world.now_us)

    def _judge_gauge(self, rule: Rule, condition: OfGauge, gauge: Gauge, world: World) -> None:
        table, subject = self.standing[rule.id], of_gauge(gauge)
        held = table.get(subject.key)
        verdict = condition.judge(GaugeCase(gauge, world, held is not None and bool(held.alert)))
        if held is None and isinstance(verdict, dict):
            held = table[subject.key] = Standing(subject=subject, since_us=world.now_us)
        if held is not None:
            self._note(rule, subject.key, held, verdict, world.now_us)

    def _note(self, rule: Rule, key: str, held: Standing, verdict: Verdict, now_us: int) -> None:
        held.gone_us = None
        if verdict is None:
            held.holds, held.clear_us = False, None
            held.unknown_us = held.unknown_us if held.unknown_us is not None else now_us
            return
        unknown_us, held.unknown_us = held.unknown_us, None
        if isinstance(verdict, dict):
            held.holds, held.clear_us, held.findings = True, None, verdict
            if not held.alert and unknown_us is not None and now_us - unknown_us > rule.hold_s * _SECOND_US:
                held.since_us, held.ripe_us = now_us, None  # nobody knows whether it held all the while
        elif held.alert:
            held.holds, held.clear_us = False, held.clear_us if held.clear_us is not None else now_us
        else:
            del self.standing[rule.id][key]

    def _set_back(self, by_us: int) -> None:
        """The clock was set back: what has lasted goes on lasting."""
        if self._started_us is not None:
            self._started_us -= by_us
        for table in self.standing.values():
            for held in table.values():
                held.since_us -= by_us
                for name in ("ripe_us", "clear_us", "unknown_us", "gone_us"):
                    at_us = getattr(held, name)
                    setattr(held, name, None if at_us is None else at_us - by_us)
        for past in self._pasts.values():
            past.since_us, past.at_us = past.since_us - by_us, past.at_us - by_us
            past.restarts = tuple(at_us - by_us for at_us in past.restarts)
            past.still = {field: (value, at_us - by_us) for field, (value, at_us) in past.still.items()}

    def _miss(self, now_us: int, assets: Iterable[str], gauges: Iterable[Gauge]) -> None:
        """Note what is not there any more; an agent that has just started does not see its machines yet."""
        here = set(assets) | {of_gauge(gauge).key for gauge in gauges}
        for table in self.standing.values():
            for key in [key for key in table if key not in here]:
                held = table[key]
                held.holds, held.gone_us = False, held.gone_us if held.gone_us is not None else now_us
                if not held.alert:
                    del table[key]
        for asset in [asset for asset in self._pasts if asset not in here]:
            del self._pasts[asset]
            self._polled.pop(asset, None)
