"""The job that asks a site's sources of one day, reconciles it, and records what follows."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import msgspec

from mintage.daily.service import DayReport, run_day
from mintage.daily.sources import site_sources
from mintage.desk.jobs import Task
from mintage.desk.production_day import Reconciled
from mintage.desk.sites import SiteDesk, open_site
from mintage.desk.worker import Teller
from mintage.journal.sqlite import SqliteJournal
from mintage.mining.reconcile import Tolerances
from mintage.wire.http import Web


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the job takes.

    Attributes:
        folder: where the site's agent keeps its state.
        day: day in UTC.
        wallets: file of the wallets to watch; "" watches none.
        accept_energy: record the power although the meters are far from the machines.
    """

    folder: str
    day: date
    wallets: str = ""
    accept_energy: bool = False


def work(journal: SqliteJournal, task: Task, tell: Teller) -> Reconciled:
    """Ask pools, chain and tariff, and close the day into the journal.

    Raises:
        InputError: the site, its tariff or the wallets cannot be read.
    """
    asked = msgspec.convert(task.arguments, Asked)
    desk = open_site(Path(asked.folder))
    try:
        tell(0, 1, f"asking the sources of {desk.site.name}")
        now_us = desk.clock.now_us()
        report = asyncio.run(_run(journal, desk, asked, task.asked_by, now_us))
        return Reconciled(report=report, asked_us=now_us)
    finally:
        desk.db.close()


async def _run(journal: SqliteJournal, desk: SiteDesk, asked: Asked, actor: str, now_us: int) -> DayReport:
    async with Web() as web:
        wallets = Path(asked.wallets) if asked.wallets else None
        return await run_day(
            journal,
            desk.site,
            asked.day,
            site_sources(desk.site, web, wallets=wallets, db=desk.db),
            actor=actor,
            now_us=now_us,
            tolerances=Tolerances(energy_times=None) if asked.accept_energy else Tolerances(),
        )
