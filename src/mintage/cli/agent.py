"""`mintage agent`: the program that runs at a site."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import ExitStack
from typing import Annotated

from cyclopts import App, Parameter

from mintage.cli.show import print_json
from mintage.cli.site_options import SiteOptions
from mintage.fleet.agent.agent import Agent
from mintage.fleet.agent.compose import compose
from mintage.fleet.agent.lock import only_agent
from mintage.fleet.latest_store import SqliteLatest
from mintage.fleet.sites import SITE_POINTER
from mintage.units.errors import InputError

app = App(name="agent", help="Run the agent of a site.")


@app.default
def agent(
    *,
    once: Annotated[bool, Parameter(negative=())] = False,
    for_: Annotated[float | None, Parameter(name="--for")] = None,
    options: SiteOptions = SiteOptions(),
) -> None:
    """Run the agent of a site: find its machines, poll them, and act on what they say.

    It goes on until it is interrupted or terminated, and then ends in good order. It may be killed at any time: the
    next one goes on where it stood. A second agent for the same site is refused.

    Example: mintage agent --site alder

    Args:
        once: find and poll every machine once, then end.
        for_: end after so many seconds of this machine's clock.
    """
    if for_ is not None and for_ <= 0:
        raise InputError("an agent must run for some time.", field="--for", remedy="Give seconds above 0.")
    path = options.site_path()
    site, clock = options.load(), options.time()
    folder = options.folder(site)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.WARNING)
    logging.getLogger("mintage").setLevel(logging.INFO)
    with ExitStack() as stack:
        stack.enter_context(only_agent(folder, site.name))
        (folder / SITE_POINTER).write_text(f"{path.absolute()}\n", "utf-8")
        db = options.state(site)
        stack.callback(db.close)
        journal = options.journal()
        stack.callback(journal.close)
        told = asyncio.run(_work(compose(site, folder, clock, db, journal), once=once, seconds=for_))
        found = SqliteLatest(db).all(site.name)
    summary = {"site": site.name, "machines": len(found), "hashing": sum(item.state == "hashing" for item in found)}
    if options.json:
        print_json(summary)
    elif once:
        print(f"{told}\n{site.name}: {summary['machines']} machines, {summary['hashing']} hashing.")


async def _work(agent_: Agent, *, once: bool, seconds: float | None) -> str:
    """Run until a signal or the end of the time; what the one search found, where only one was asked for."""
    if once:
        return str(await agent_.once())
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if seconds is not None:
        loop.call_later(seconds, stop.set)
    await agent_.run(stop)
    return ""
