"""A site and a headquarters for tests of the uplink, with real certificates and real sockets."""

from __future__ import annotations

import random
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from functools import cache
from pathlib import Path

import trustme

from mintage.fleet.facts_site import ActionTaken
from mintage.fleet.sites import Headquarters
from mintage.fleet.telemetry.parquet import ParquetStore
from mintage.fleet.telemetry.schema import Sample
from mintage.fleet.uplink.inbox import Inbox
from mintage.fleet.uplink.outbox import Outbox
from mintage.fleet.uplink.receiver import receiver
from mintage.fleet.uplink.tokens import load_tokens, new_token
from mintage.journal.fact import Fact
from mintage.state.db import StateDb
from mintage.units.clock import StepClock
from mintage.wire.serve import serving
from tests.fleet.telemetry.telling import MONDAY_S, minutes, opened
from tests.trial import Trial


@cache
def authority() -> trustme.CA:
    """A certificate authority of the tests."""
    return trustme.CA()


def action(site: str, number: int, what: str = "reboot") -> Fact:
    """A fact that a site may tell."""
    data = ActionTaken(
        action=f"a{number}",
        site=site,
        what=what,
        scope="all",
        reason="test",
        asked_by="ann",
        done=1,
        refused=0,
        silent=0,
    )
    return Fact(
        key=f"fleet.action/{site}/{number}",
        at=MONDAY_S * 10**6,
        date=date(2026, 1, 5),
        actor=f"agent.{site}",
        data=data,
    )


def block(number: int) -> list[Sample]:
    """Ten minutes of samples."""
    return minutes(random.Random(number), MONDAY_S + number * 600, 10, machines=3)


class SiteOfTest:
    """A site's half: its state, its store, its outbox."""

    def __init__(self, folder: Path, name: str = "alder", budget: int = 1 << 30) -> None:
        self.name, self.folder = name, folder / name
        self.clock = StepClock(MONDAY_S * 10**6)
        self.db = StateDb(self.folder / "agent.db")
        self.store = opened(self.folder / "telemetry")
        self.outbox = Outbox(self.db, self.folder / "outbox", name, self.clock, budget)

    def flush(self, number: int, samples: Sequence[Sample] | None = None) -> bool:
        """Write and queue a file of samples."""
        told = block(number) if samples is None else samples
        return self.outbox.fill(self.store.put(self.name, self.outbox.reserve(), told))

    def close(self) -> None:
        """Close its files."""
        self.db.close()
        self.store.close()


class HeadquartersOfTest:
    """Headquarters' half: journal, telemetry, inbox and the file of sites."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "hq"
        self.clock = StepClock(MONDAY_S * 10**6)
        self.journal = Trial().journal
        self.telemetry: ParquetStore = opened(self.folder / "telemetry")
        self.db = StateDb(self.folder / "headquarters.db")
        self.inbox = Inbox(self.db, self.journal, self.telemetry, self.clock)
        self.sites = self.folder / "sites.toml"
        self.tokens = {name: new_token(self.sites, name) for name in ("alder", "birch")}

    def samples(self, site: str = "alder") -> int:
        """How many samples of a site are in place."""
        frame = self.telemetry.latest(site, [])
        assets = frame.columns["asset"].tolist()
        end_s = MONDAY_S + 86_400
        return sum(len(self.telemetry.machine_series(site, asset, [], MONDAY_S, end_s)) for asset in assets)

    def keys(self) -> list[str]:
        """Keys of all facts in the journal."""
        return [stored.fact.key for stored in self.journal.facts()]

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Headquarters]:
        """Serve over HTTPS; yields what a site's file says of it."""
        certificate, trust = self.folder / "server.pem", self.folder / "trust.pem"
        issued = authority().issue_cert("127.0.0.1")
        issued.private_key_and_cert_chain_pem.write_to_path(str(certificate))
        authority().cert_pem.write_to_path(str(trust))
        app = receiver(self.inbox, load_tokens(self.sites))
        async with serving(app, "127.0.0.1", 0, certificate=certificate, private_key=certificate) as port:
            yield Headquarters(url=f"https://127.0.0.1:{port}", trust=str(trust))

    def tls(self) -> ssl.SSLContext:
        """Trust in the tests' authority."""
        return ssl.create_default_context(cafile=self.folder / "trust.pem")

    def close(self) -> None:
        """Close its files."""
        self.db.close()
        self.telemetry.close()
