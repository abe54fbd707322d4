"""`mintage serve`: the console and the API of a company."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from mintage.cli.options import Options
from mintage.cli.show import print_json
from mintage.console.app import console
from mintage.desk.company import Company, Settings
from mintage.desk.prepare import prepare
from mintage.units.clock import read_clock
from mintage.units.errors import InputError
from mintage.wire.serve import serving

app = App(name="serve", help="Serve the console and the API of a company.")
CONNECTIONS_MAX = 2_048
"""Connections at once: fifty people with a stream and a browser's six connections each, and programs beside them."""
_HERE = ("localhost", "127.0.0.1", "[::1]")


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class ServeOptions(Options):
    """Where a company's things are.

    Attributes:
        data: folder in which each site keeps its state and telemetry.
        state: the console's own file: people, sessions, tokens, saved views, jobs.
        headquarters: folder of what remote sites uploaded.
        wallets: file of the watched wallets.
        name: the company's name, as pages show it.
        clock: clock of a virtual site, for a company that is played.
    """

    data: Annotated[Path, Parameter(env_var="MINTAGE_DATA")] = Path("var/sites")
    state: Annotated[Path, Parameter(env_var="MINTAGE_STATE")] = Path("var/console.db")
    headquarters: Annotated[Path | None, Parameter(env_var="MINTAGE_HEADQUARTERS")] = None
    wallets: Annotated[Path | None, Parameter(env_var="MINTAGE_WALLETS")] = None
    name: Annotated[str, Parameter(env_var="MINTAGE_COMPANY")] = "Mintage"
    clock: Annotated[Path | None, Parameter(env_var="MINTAGE_CLOCK")] = None


@app.default
def serve(
    *,
    listen: str = "127.0.0.1:4300",
    certificate: Path | None = None,
    key: Path | None = None,
    host: tuple[str, ...] = (),
    demo: Annotated[bool, Parameter(negative=())] = False,
    for_: Annotated[float | None, Parameter(name="--for")] = None,
    options: ServeOptions = ServeOptions(),
) -> None:
    """Serve the console and the API of a company, until Ctrl-C.

    The first visit makes the first administrator, with a code that is printed here. Without a certificate the server is
    heard on this machine only. With --demo nobody signs in, and it is heard on this machine only in any case.

    Example: mintage serve --name "My Mine" --listen 0.0.0.0:443 --certificate mine.pem --host mine.example

    Args:
        listen: "host:port"; port 0 chooses a free one.
        certificate: PEM file of the server's certificate; with it the server speaks HTTPS.
        key: PEM file of the certificate's key; left out where the certificate's file holds it.
        host: name by which the server may be called, beside this machine's own; give one for each.
        demo: let anybody on this machine look around as anybody.
        for_: end after so many seconds.
        options: shared options.
    """
    address, _, port = listen.rpartition(":")
    if not port.isdigit() or int(port) > 65_535:
        raise InputError(f"'{listen}' is not host:port.", field="--listen", remedy="Write 127.0.0.1:4300.")
    _insist_on_safety(address, certificate, demo=demo)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.WARNING)
    company = Company(
        Settings(
            name=options.name,
            db=options.db,
            data=options.data,
            state=options.state,
            headquarters=options.headquarters,
            wallets=options.wallets,
            demo=demo,
            clock=read_clock(options.clock),
        )
    )
    try:
        names = frozenset((*_HERE, address, *(name.lower() for name in host)))
        application = console(company, hosts=() if not demo and not host else names, secure=certificate is not None)
        asyncio.run(_serve(company, application, (address, int(port)), (certificate, key), for_, options))
    finally:
        company.close()


async def _serve(
    company: Company,
    application: object,
    listen: tuple[str, int],
    pem: tuple[Path | None, Path | None],
    seconds: float | None,
    options: ServeOptions,
) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    certificate, key = pem
    async with serving(
        application, *listen, certificate=certificate, private_key=key, connections_max=CONNECTIONS_MAX
    ) as port:
        url = f"{'https' if certificate else 'http'}://{listen[0]}:{port}"
        company.open(prepare)
        if options.json:
            print_json({"url": url, "demo": company.demo is not None})
        else:
            print(f"{company.settings.name} is at {url}{' (demonstration)' if company.demo else ''}", flush=True)
        if company.demo is None and company.people.empty():
            print(f"First visit: {url}/setup with the code {company.people.setup_code()}", flush=True)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await stop.wait()


def _insist_on_safety(address: str, certificate: Path | None, *, demo: bool) -> None:
    """Insist that nobody else hears what is not protected.

    Raises:
        InputError: the address is another's to hear.
    """
    try:
        here = ip_address(address.strip("[]")).is_loopback
    except ValueError:
        here = address == "localhost"
    if not here and demo:
        raise InputError("a demonstration is for this machine alone.", field="--listen", remedy="Listen on 127.0.0.1.")
    if not here and certificate is None:
        raise InputError(
            f"without a certificate passwords would cross the network in the clear on {address}.",
            field="--listen",
            remedy="Give --certificate and --key, or listen on 127.0.0.1 behind a proxy that speaks HTTPS.",
        )
