"""Headquarters at work: takes what sites upload, keeps its telemetry tidy, and tells of sites that fell silent."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from msgspec.structs import replace

from mintage.fleet.alerts.courier import Courier
from mintage.fleet.alerts.rules import load_rules
from mintage.fleet.alerts.watch import watch_agents
from mintage.fleet.sites import AlertSettings
from mintage.fleet.telemetry.parquet import ParquetStore
from mintage.fleet.telemetry.upkeep import UPKEEP_S, upkeep
from mintage.fleet.uplink.inbox import Inbox
from mintage.fleet.uplink.receiver import receiver
from mintage.fleet.uplink.tokens import SiteTokens
from mintage.journal.store import Journal
from mintage.state.db import StateDb
from mintage.units.clock import Clock
from mintage.units.errors import MintageError
from mintage.units.toml import read_toml
from mintage.wire.serve import serving

LOG = logging.getLogger("mintage.headquarters")
AGAIN_S = 60.0
"""Pause after trouble, such as a full disk."""


class Store(msgspec.Struct, frozen=True):
    """What headquarters keeps.

    Attributes:
        db: what was received, and alerts.
        journal: takes facts.
        telemetry: takes samples.
        budget_bytes: disk that telemetry may take; older samples give way first.
    """

    db: StateDb
    journal: Journal
    telemetry: ParquetStore
    budget_bytes: int


def load_alerts(path: Path | None) -> AlertSettings:
    """Where headquarters' own alerts go: a TOML file with the keys of a site's `[alerts]`; nowhere where None.

    Raises:
        InputError: the file or the rules that it names cannot be used.
    """
    if path is None:
        return AlertSettings()
    settings = read_toml(path, AlertSettings, "alerts", "`[alerts]` in docs/site.md")
    if settings.rules:
        settings = replace(settings, rules=str(path.parent.absolute() / settings.rules))
        load_rules(Path(settings.rules))
    return settings


@asynccontextmanager
async def headquarters(
    store: Store,
    tokens: SiteTokens,
    alerts: AlertSettings,
    clock: Clock,
    listen: tuple[str, int],
    pem: tuple[Path | None, Path | None],
) -> AsyncIterator[int]:
    """Run headquarters; yields its port.

    Args:
        store: what it keeps.
        tokens: the sites that may upload.
        alerts: where it tells of sites that fell silent.
        clock: the time.
        listen: host, and port or 0.
        pem: files of the certificate and of its key; without one it speaks HTTP.

    Raises:
        InputError: the address cannot be listened on, or the settings of alerts cannot be used.
    """
    Courier(store.db, alerts, clock)  # settings that cannot be used are told now, not in a log later
    inbox = Inbox(store.db, store.journal, store.telemetry, clock)
    names = [item.name for item in tokens.site]

    def contacts() -> dict[str, int | None]:
        heard = {name: inbox.heard(name) for name in names}
        return {name: at_us for name, at_us in heard.items() if at_us is not None}  # who never came is not missed yet

    def watch() -> Awaitable[None]:
        return watch_agents(store.db, alerts, clock, contacts)

    certificate, key = pem
    async with serving(receiver(inbox, tokens), *listen, certificate=certificate, private_key=key) as port:
        tasks = [asyncio.create_task(_on_and_on(work, clock)) for work in (watch, lambda: _tidy(store, clock))]
        try:
            yield port
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _on_and_on(work: Callable[[], Awaitable[None]], clock: Clock) -> None:
    """Work for ever; trouble is told and tried again."""
    while True:
        try:
            await work()
        except MintageError as error:
            LOG.error("%s", error)  # noqa: TRY400  a full disk needs no traceback
        await clock.sleep(AGAIN_S)


async def _tidy(store: Store, clock: Clock) -> None:
    """Keep the telemetry tidy."""
    while True:
        done = await asyncio.to_thread(upkeep, store.telemetry, clock.now_us() // 1_000_000, store.budget_bytes)
        for text in done.removed:
            LOG.info("gave way to the disk budget: %s", text)
        await clock.sleep(UPKEEP_S)
