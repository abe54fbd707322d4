"""The agent's part that watches the site, and headquarters' part that watches agents."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container, Mapping
from pathlib import Path

from mintage.fleet.alerts.courier import Courier
from mintage.fleet.alerts.engine import Engine
from mintage.fleet.alerts.gauges import agent_gauges, site_gauges
from mintage.fleet.alerts.rules import load_rules
from mintage.fleet.alerts.store import define, prune
from mintage.fleet.context import Context
from mintage.fleet.sites import AlertSettings
from mintage.state.db import StateDb
from mintage.units.clock import Clock
from mintage.wire.http import Web

EVERY_S = 5.0
SEND_EVERY_S = 2.0
REAL_PAUSE_S = 0.2
"""A virtual site's hour may last a second; nobody needs to be told more often than people can read."""
HEADQUARTERS_EVERY_S = 30.0


async def watch(context: Context, kept_asleep: Callable[[Context], Container[str]] | None = None) -> None:
    """Judge the site and send what people must know, until cancelled. A part of the agent.

    Args:
        context: the site.
        kept_asleep: tells which machines somebody keeps asleep; None where nobody can tell.

    Raises:
        InputError: the rules or the settings of alerts cannot be used.
        StoreError: alerts cannot be kept.
    """
    site = context.site
    rules = load_rules(Path(site.alerts.rules) if site.alerts.rules else None)
    engine = Engine(context.db, site.name, rules, site.alerts, site=site, poll_s=site.agent.poll_s)

    def judge() -> None:
        now_us, machines = context.clock.now_us(), context.latest.all(site.name)
        gauges = site_gauges(context.db, site, machines, now_us)
        sleeps = any(machine.state == "asleep" for machine in machines)
        kept = kept_asleep(context) if kept_asleep and sleeps else None
        engine.round(now_us, machines, gauges, kept)

    await _live(context.db, site.alerts, context.clock, judge, min(EVERY_S, site.agent.poll_s))


async def watch_agents(
    db: StateDb, settings: AlertSettings, clock: Clock, contacts: Callable[[], Mapping[str, int | None]]
) -> None:
    """Judge at headquarters whether agents are heard of, and send what people must know, until cancelled.

    Args:
        db: a state file of headquarters' own.
        settings: where alerts go.
        clock: the time.
        contacts: tells when each site's agent was heard of last.

    Raises:
        InputError: the rules or the settings of alerts cannot be used.
        StoreError: alerts cannot be kept.
    """
    rules = load_rules(Path(settings.rules) if settings.rules else None)
    engine = Engine(db, "headquarters", rules, settings, site=None, poll_s=HEADQUARTERS_EVERY_S)

    def judge() -> None:
        engine.round(clock.now_us(), (), agent_gauges(contacts()))

    await _live(db, settings, clock, judge, HEADQUARTERS_EVERY_S)


async def _live(db: StateDb, settings: AlertSettings, clock: Clock, judge: Callable[[], None], every_s: float) -> None:
    """Judge, send and tidy until one of them fails, and fail with its own error."""
    courier = Courier(db, settings, clock)
    async with Web() as web:
        tasks = [
            asyncio.create_task(job)
            for job in (_judging(clock, judge, every_s), _sending(clock, courier, web), _tidying(db, clock))
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _judging(clock: Clock, judge: Callable[[], None], every_s: float) -> None:
    while True:
        judge()
        await asyncio.gather(clock.sleep(every_s), asyncio.sleep(REAL_PAUSE_S))


async def _sending(clock: Clock, courier: Courier, web: Web) -> None:
    while True:
        await courier.deliver(web)
        await asyncio.gather(clock.sleep(SEND_EVERY_S), asyncio.sleep(REAL_PAUSE_S))


async def _tidying(db: StateDb, clock: Clock) -> None:
    define(db)
    while True:
        prune(db, clock.now_us())
        await asyncio.gather(clock.sleep(86_400), asyncio.sleep(REAL_PAUSE_S))
