"""Shedding a whole site: 5,000 virtual machines on sockets of their own, found, polled and put to sleep by an agent.

The machines run in a process of their own and live in real time. The agent is the one that `mintage agent` runs, with
all its parts. Time counts from the moment at which the curtailment is asked for to the moment at which readings of
machines show that the target is reached; answers to commands do not count. Afterwards all machines come back, and the
proof is printed.

Run: python -m bench.curtail [--count 5000] [--kw KW]
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bench.measure import Row, report
from mintage.fleet.agent.agent import Agent
from mintage.fleet.agent.compose import compose
from mintage.fleet.curtail import service
from mintage.fleet.curtail.asks import Ask, Fixed, Full, Manner, Restore
from mintage.fleet.curtail.proof import FOLDER
from mintage.fleet.curtail.states import OVER, Event
from mintage.fleet.sites import AgentSettings, Site
from mintage.house import open_journal
from mintage.state.db import StateDb
from mintage.units.clock import SystemClock

ROOT = Path(__file__).parents[1]
NETWORK = "127.122.0.0/19"
REACHED_S_MAX = 60.0
WAIT_S_MAX = 300.0


@contextmanager
def machines(count: int) -> Iterator[None]:
    """Virtual machines in a process of their own, listening when it begins."""
    command = ("-m", "mintage.cli.main", "virtual", "fleet", "--network", NETWORK, "--count", str(count), "--seed", "5")
    with subprocess.Popen([sys.executable, *command, "--json"], cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            child.stdout.readline()  # told when they listen
            yield
        finally:
            child.terminate()


async def until(agent: Agent, event: Event, done: str) -> tuple[Event, float]:
    """Wait until a curtailment has an instant set; the curtailment and the wall seconds that it took."""
    began = time.perf_counter()
    while time.perf_counter() - began < WAIT_S_MAX:
        found = next(item for item in service.events(agent.context, who="bench") if item.id == event.id)
        if getattr(found, done) is not None or (found.state in OVER and found.recorded):
            return found, time.perf_counter() - began
        await asyncio.sleep(0.25)
    raise SystemExit(f"{event.id} is still {found.state} after {WAIT_S_MAX:.0f} s: {found.words}")


async def play(folder: Path, count: int, kw: int | None) -> list[Row]:
    """Find the machines, shed, restore; the rows."""
    site = Site(
        name="bench",
        region="nowhere",
        ranges=(NETWORK,),
        agent=AgentSettings(poll_s=10.0, slow_s=3600.0, rescan_s=3600.0, listen="127.0.0.1:0"),
    )
    agent = compose(site, folder, SystemClock(), StateDb(folder / "agent.db"), open_journal(folder / "mintage.db"))
    found = await agent.once()
    print(f"found: {found}")
    stop = asyncio.Event()
    running = asyncio.create_task(agent.run(stop))
    await asyncio.sleep(15)  # a whole beat of polls
    ask = Ask(
        shed=Fixed(kw) if kw else Full(),
        reason="benchmark",
        manner=Manner(restore=Restore(machines=1000, every_s=5)),
    )
    cpu = time.process_time()
    event = service.start(agent.context, ask, who="bench")
    event = service.approve(agent.context, event.id, who="second")  # so many machines take two people
    reached, reached_s = await until(agent, event, "reached_us")
    cpu_s = time.process_time() - cpu
    detail = service.event(agent.context, event.id, who="bench")
    confirmed = sum(target.state == "confirmed" for target in detail.targets)
    await asyncio.sleep(62 + 60 - time.time() % 60)  # one whole minute of delivered power
    service.restore(agent.context, event.id, who="bench", reason="enough")
    over, restored_s = await until(agent, event, "ended_us")
    while not over.recorded:
        await asyncio.sleep(0.5)
        over = service.event(agent.context, event.id, who="bench").event
    stop.set()
    await running
    document = msgspec.json.decode((folder / FOLDER / f"{event.id}.json").read_bytes())
    states = [machine["state"] for machine in document["machines"]]
    told = {name: document[name] for name in ("asked", "asked_w", "began_at", "reached_at", "ended_at", "delivered")}
    print(msgspec.json.format(msgspec.json.encode(told), indent=2).decode())
    print(f"proof: {over.proof}, {len(states):,} machines, {len(document['gaps'])} gaps")
    return [
        Row(
            what=f"{count:,} machines, {reached.asked_w / 1e6:,.1f} MW: reached",
            value=reached_s,
            unit="wall s",
            limit=REACHED_S_MAX,
            peer=f"{cpu_s:.0f} cpu s of the agent",
        ),
        Row(
            what="machines shed, as their readings show",
            value=confirmed,
            unit="machines",
            limit=None if kw else count,
            at_least=True,
        ),
        Row(what="all back, in steps of 1,000 every 5 s", value=restored_s, unit="wall s"),
        Row(what="machines not restored", value=states.count("not-restored"), unit="machines", limit=0),
        Row(
            what="delivered while held",
            value=(document["delivered"]["mean_w"] or 0) / 1e6,
            unit="MW",
            limit=reached.asked_w / 1e6 * 0.97,
            at_least=True,
            peer=f"by {document['delivered']['counted_by']}",
        ),
    ]


def main() -> int:
    """Run it; exit 1 when a limit was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--kw", type=int, help="shed so much instead of everything")
    options = parser.parse_args()
    files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files[1], files[1]))
    with tempfile.TemporaryDirectory() as scratch, machines(options.count):
        rows = asyncio.run(play(Path(scratch), options.count, options.kw))
    return report("Shedding a site", rows)


if __name__ == "__main__":
    sys.exit(main())
