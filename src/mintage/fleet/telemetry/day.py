"""What a site's machines did on a UTC day, from their samples and the site's meters; told as a fact.

A day is told when it is over and its samples are merged. If samples or meter readings come later and change it, it is
told again under a new key: a later fact replaces an earlier one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from mintage.fleet.context import Context
from mintage.fleet.energy.readings import site_energy
from mintage.fleet.facts_site import DayWorked
from mintage.fleet.sites import Site
from mintage.fleet.telemetry.layout import DAY_S, begin_of
from mintage.fleet.telemetry.store import TelemetryStore, Work
from mintage.journal.fact import Fact
from mintage.state.db import StateDb
from mintage.units.instant import utc_date

LOG = logging.getLogger(__name__)
GAP_S = 300
"""A sample stands for at most so long, or for three polls where that is longer."""
KEPT_DAYS = 400
"""What was told of a day is known for so long; a day before is not told again."""
_HASHES_PER_DIFF = 1 << 32
_TABLE = """
CREATE TABLE IF NOT EXISTS day_worked (
  day TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  body BLOB NOT NULL
) WITHOUT ROWID;
"""


def work_of(store: TelemetryStore, site: Site, day: date) -> Work:
    """What the machines of a site did on a UTC day."""
    gap_s = max(GAP_S, round(3 * site.agent.poll_s))
    return store.work(site.name, begin_of(day), begin_of(day) + DAY_S, gap_s)


def day_worked(work: Work, db: StateDb, site: Site, day: date) -> tuple[DayWorked | None, str]:
    """The fact of a day, or None with the reason why nobody can tell it.

    Expected difficulty is hashes / 2^32; the average hash rate is hashes over the seconds that samples cover.

    Source: one share of difficulty 1 takes 2^32 hashes on average, as in Stratum V1.
    """
    start_us = begin_of(day) * 1_000_000
    reason = _gap(work)
    if work.accepted_diff is None or work.hashes is None or work.energy_ws is None or reason:
        return None, reason
    told = DayWorked(
        site=site.name,
        region=site.region,
        accepted_diff=work.accepted_diff,
        rejected_diff=work.rejected_diff or 0,
        expected_diff=work.hashes // _HASHES_PER_DIFF,
        hashrate=work.hashes // work.covered_s // 10**9,
        machine_energy=work.energy_ws // 3600,
        machines=work.machines,
        covered_s=work.covered_s,
        metered_energy=site_energy(db, site, start_us, start_us + DAY_S * 1_000_000).wh,
        machine_s=work.machine_s,
    )
    return told, ""


async def record_days(context: Context, store: TelemetryStore, days: Iterable[date]) -> None:
    """Tell days that are over; one that was told before and has not changed is not told again."""
    context.db.define(_TABLE)
    # Samples of a day so long ago give way or are merged for good: it is told no more.
    oldest = utc_date(context.clock.now_us()) - timedelta(days=KEPT_DAYS)
    context.db.execute("DELETE FROM day_worked WHERE day < ?", (oldest.isoformat(),))
    for day in (day for day in days if day >= oldest):
        work = await asyncio.to_thread(work_of, store, context.site, day)
        told, reason = day_worked(work, context.db, context.site, day)
        known = context.db.rows("SELECT version, body FROM day_worked WHERE day = ?", (day.isoformat(),))
        version, before = known[0] if known else (0, b"")
        body = msgspec.json.encode(told)
        if told is None:
            LOG.warning("what %s did on %s cannot be told: %s", context.site.name, day, reason)
        if told is None or body == before:
            continue
        with context.db.transaction():
            context.recorder.record([_fact(context.site.name, day, version + 1, told)])
            row = (day.isoformat(), version + 1, body)
            context.db.execute("INSERT OR REPLACE INTO day_worked VALUES (?, ?, ?)", row)


def _fact(site: str, day: date, version: int, told: DayWorked) -> Fact:
    key = f"fleet.day-worked/{site}/{day.isoformat()}"
    return Fact(
        key=key if version == 1 else f"{key}/{version}",
        at=(begin_of(day) + DAY_S) * 1_000_000,
        date=day,
        actor=f"agent.{site}",
        data=told,
    )


def _gap(work: Work) -> str:
    """Why a day cannot be told; "" where it can."""
    if not work.covered_s:
        return "there is no sample of that day"
    if work.hashes is None:
        return "no machine told its hash rate"
    if work.accepted_diff is None:
        return "no machine told a counter of accepted work twice"
    if work.energy_ws is None:
        return "no machine told its power"
    return ""
