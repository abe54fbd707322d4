"""`mintage headquarters`: takes what sites upload into the journal and the telemetry."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from mintage.cli.options import Options
from mintage.cli.show import print_json, print_table
from mintage.fleet.headquarters import Store, headquarters, load_alerts
from mintage.fleet.telemetry.parquet import ParquetStore
from mintage.fleet.uplink.inbox import Inbox
from mintage.fleet.uplink.tokens import load_tokens, new_token
from mintage.state.db import StateDb
from mintage.units.clock import SystemClock
from mintage.units.errors import InputError

app = App(name="headquarters", help="Take what sites upload; give sites their tokens.")


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class HeadquartersOptions(Options):
    """Shared options of headquarters' commands.

    Attributes:
        sites: file of the sites that may upload, with the hashes of their tokens.
        store: folder for the sites' telemetry and for what was received.
    """

    sites: Path = Path("var/headquarters/sites.toml")
    store: Annotated[Path, Parameter(env_var="MINTAGE_HEADQUARTERS")] = Path("var/headquarters")


@app.command
def token(site: str, *, options: HeadquartersOptions = HeadquartersOptions()) -> None:
    """Give a site a token, in place of its former one. It is printed once and kept nowhere; its hash is.

    Put it into MINTAGE_SITE_TOKEN at the site, and restart headquarters so that it reads the file of sites again.

    Example: mintage headquarters token alder

    Args:
        site: the site's name.
    """
    secret = new_token(options.sites, site)
    if options.json:
        print_json({"site": site, "token": secret})
        return
    print(secret)


@app.command
def sites(*, options: HeadquartersOptions = HeadquartersOptions()) -> None:
    """The sites that may upload, and when each one was heard last.

    Example: mintage headquarters sites

    Args:
        options: shared options.
    """
    known = load_tokens(options.sites).site
    with ExitStack() as stack:
        db = StateDb(options.store / "received.db")
        stack.callback(db.close)
        inbox = Inbox(db, options.journal(), None, SystemClock())
        heard = [(item.name, inbox.last(item.name), inbox.heard(item.name), inbox.refused(item.name)) for item in known]
    if options.json:
        names = ("site", "last", "heard_us", "refused")
        print_json([dict(zip(names, row, strict=True)) for row in heard])
        return
    now_us = SystemClock().now_us()
    ago = [(now_us - seen_us) / 1e6 if seen_us else None for _, _, seen_us, _ in heard]
    rows = [
        (name, str(last or "none"), "never" if seconds is None else f"{seconds:,.0f} s ago", str(refused))
        for (name, last, _, refused), seconds in zip(heard, ago, strict=True)
    ]
    print_table("Sites that may upload", ("site", "last parcel", "heard", "refused"), rows)


@app.command
def serve(
    *,
    listen: str = "127.0.0.1:4200",
    certificate: Path | None = None,
    key: Path | None = None,
    budget_gb: float = 100.0,
    alerts: Path | None = None,
    for_: Annotated[float | None, Parameter(name="--for")] = None,
    options: HeadquartersOptions = HeadquartersOptions(),
) -> None:
    """Take what sites upload, until Ctrl-C: facts into the journal, samples into the telemetry, each parcel once.

    Without a certificate it listens on this machine only. A site that was heard of and fell silent is an alert.

    Example: mintage headquarters serve --listen 0.0.0.0:4200 --certificate hq.pem --key hq.key --alerts alerts.toml

    Args:
        listen: "host:port".
        certificate: PEM file of the server's certificate; with it the server speaks HTTPS.
        key: PEM file of the certificate's key; left out where the certificate's file holds it.
        budget_gb: disk that telemetry may take; older samples give way first.
        alerts: TOML file that says where alerts go, with the keys of `[alerts]` in a site's file.
        for_: end after so many seconds.
    """
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal():
        raise InputError(f"'{listen}' is no address.", field="--listen", remedy="Write 0.0.0.0:4200.")
    if certificate is None and not host.startswith("127.") and host not in ("localhost", "::1"):
        raise InputError(
            "tokens would travel in the clear.", field="--certificate", remedy="Give one, or listen on 127.0.0.1."
        )
    tokens, told = load_tokens(options.sites), load_alerts(alerts)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.WARNING)
    logging.getLogger("mintage").setLevel(logging.INFO)
    with ExitStack() as stack:
        journal, db = options.journal(), StateDb(options.store / "received.db")
        telemetry = ParquetStore(options.store / "telemetry")
        for item in (journal, db, telemetry):
            stack.callback(item.close)
        store = Store(db, journal, telemetry, int(budget_gb * 10**9))
        pem = (certificate, key)

        async def work() -> None:
            stop, loop = asyncio.Event(), asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, stop.set)
            if for_ is not None:
                loop.call_later(for_, stop.set)
            async with headquarters(store, tokens, told, SystemClock(), (host, int(port)), pem) as bound:
                scheme = "https" if certificate else "http"
                sys.stderr.write(f"headquarters of {len(tokens.site)} site(s) listens on {scheme}://{host}:{bound}\n")
                await stop.wait()

        asyncio.run(work())
