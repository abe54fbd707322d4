"""Finding machines on real sockets: all of them, whoever else is there, however busy this computer is."""

from __future__ import annotations

import asyncio
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from mintage.fleet.discovery import Search
from mintage.fleet.drivers.port import Identity, Session, Target
from mintage.fleet.drivers.registry import drivers
from mintage.fleet.identity import Found
from mintage.fleet.ranges import addresses
from mintage.fleet.virtual.build import FleetSpec, build_fleet
from mintage.fleet.virtual.faults import Fault
from mintage.units.clock import Clock, SystemClock
from mintage.units.errors import InputError
from tests.loopback import block

MIX = "A15-194=0.5,Q=0.3,Nano3s=0.2"
PORT = 4028


async def search(where: Search) -> list[Found]:
    return [found async for found in where.found()]


@contextmanager
def listening(address: str, backlog: int = 8) -> Iterator[socket.socket]:
    """Something that takes connections on the machines' port and never says a word."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, PORT))
        listener.listen(backlog)
        yield listener


def test_every_machine_is_found_and_every_address_accounted_for() -> None:
    """Machines of several kinds among dead addresses and a stranger: none is missed, none is made up."""
    net = block("agent", 0)

    async def scenario() -> None:
        fleet = build_fleet(FleetSpec(network=f"{net}.0/27", count=20, mix=MIX, uptime_s=3600), SystemClock())
        async with fleet:
            with listening(f"{net}.99"):
                where = Search(addresses((f"{net}.0/25",)), drivers(), answer_s=0.3)
                found = await search(where)
        assert {item.address for item in found} == {machine.address for machine in fleet.machines}
        assert {item.identity.model for item in found} == {machine.model.model for machine in fleet.machines}
        tally = where.tally
        assert (tally.machines, tally.strangers, tally.total, tally.asked) == (20, 1, 126, 126)
        assert tally.machines + tally.strangers + tally.refused + tally.unreachable + tally.silent == tally.total
        assert "126 addresses: 20 machines, 1 strangers" in str(tally)

    asyncio.run(scenario())


def test_machines_are_told_as_soon_as_they_answer() -> None:
    """A slow machine at the first address keeps nobody waiting: the others come before it."""
    net = block("agent", 1)

    async def scenario() -> None:
        fleet = build_fleet(FleetSpec(network=f"{net}.0/28", count=5, mix="A15-194", uptime_s=3600), SystemClock())
        async with fleet:
            fleet.strike(Fault(kind="slow", machines=(f"{net}.1",), delay_s=0.5))
            order = [item.address for item in await search(Search(addresses((f"{net}.0/28",)), drivers()))]
        assert order[-1] == f"{net}.1"
        assert len(order) == 5

    asyncio.run(scenario())


def test_what_times_out_is_asked_again_and_then_counted_as_silent() -> None:
    """A full queue of connections is no empty fleet: who answers the second time is found."""
    net = block("agent", 2)

    async def scenario() -> None:
        with ExitStack() as stack:
            listener = stack.enter_context(listening(f"{net}.1", backlog=0))
            for _ in range(3):  # fill the queue of connections, so that the next one hangs
                caller = stack.enter_context(socket.socket())
                caller.settimeout(0)
                caller.connect_ex((f"{net}.1", PORT))
            where = Search([f"{net}.1"], drivers(), connect_s=0.2, answer_s=0.2)
            assert await search(where) == []
            assert (where.tally.silent, where.tally.retried, where.tally.strangers) == (1, 1, 0)
            listener.close()
        fleet = build_fleet(FleetSpec(network=f"{net}.0/28", count=1, mix="A15-194", uptime_s=3600), SystemClock())
        async with fleet:
            fleet.strike(Fault(kind="slow", machines=(f"{net}.1",), delay_s=0.3))
            where = Search([f"{net}.1"], drivers(), answer_s=0.2)
            found = await search(where)
        assert [item.address for item in found] == [f"{net}.1"]
        assert (where.tally.retried, where.tally.silent) == (1, 0)

    asyncio.run(scenario())


def test_a_busy_computer_notices_that_it_is_busy() -> None:
    """While this process is held up deadlines pass: the search says so and finds everybody nevertheless."""
    net = block("agent", 3)

    async def scenario() -> None:
        fleet = build_fleet(FleetSpec(network=f"{net}.0/27", count=20, mix="A15-194", uptime_s=3600), SystemClock())
        async with fleet:
            where = Search(addresses((f"{net}.0/27",)), drivers(), connect_s=0.05, answer_s=0.1)
            loop = asyncio.get_running_loop()
            task = asyncio.create_task(search(where))
            held = loop.call_later(0.005, time.sleep, 0.5)
            found = await task
            held.cancel()
        assert len(found) == 20
        assert where.tally.machines == 20

    asyncio.run(scenario())


def test_a_limit_of_open_connections_is_named_and_nobody_counts_as_dead() -> None:
    """Too few file descriptors is our trouble, told with its remedy, not an empty network."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    net = block("agent", 4)

    async def scenario() -> None:
        used = len(list(Path("/proc/self/fd").iterdir()))
        with ExitStack() as stack:
            stack.enter_context(listening(f"{net}.1", backlog=0))
            resource.setrlimit(resource.RLIMIT_NOFILE, (used + 4, hard))
            stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
            where = Search([f"{net}.1"] * 50, drivers(), connect_s=0.3, answer_s=0.3)
            with pytest.raises(InputError, match=r"opens no more connections.*ulimit"):
                await search(where)

    asyncio.run(scenario())


class Brittle:
    """A driver that fails on everything that anybody says."""

    name = "brittle"
    port = PORT

    async def identify(self, target: Target, timeout_s: float) -> Identity | None:
        raise ValueError(f"{target.address} within {timeout_s}")

    def session(self, target: Target, identity: Identity, clock: Clock, slow_every_s: float = 60.0) -> Session:
        raise NotImplementedError


def test_a_driver_that_fails_does_not_end_the_search() -> None:
    """What breaks one driver is left to the next; whom no driver knows is a stranger."""
    net = block("agent", 6)

    async def scenario() -> None:
        fleet = build_fleet(FleetSpec(network=f"{net}.0/28", count=3, mix="A15-194", uptime_s=3600), SystemClock())
        async with fleet:
            assert len(await search(Search(addresses((f"{net}.0/28",)), (Brittle(), *drivers())))) == 3
            alone = Search(addresses((f"{net}.0/28",)), (Brittle(),))
            assert await search(alone) == []
            assert (alone.tally.strangers, alone.tally.refused) == (3, 11)

    asyncio.run(scenario())


def test_nobody_is_asked_while_somebody_else_holds_the_address() -> None:
    """The guard is held from the first knock to the last word."""
    net = block("agent", 5)

    async def scenario() -> None:
        lock = asyncio.Lock()
        fleet = build_fleet(FleetSpec(network=f"{net}.0/28", count=1, mix="A15-194", uptime_s=3600), SystemClock())
        async with fleet:
            async with lock:
                where = Search([f"{net}.1", f"{net}.2"], drivers(), guard=lambda _address: lock)
                task = asyncio.create_task(search(where))
                await asyncio.sleep(0)
                assert (where.tally.asked, task.done()) == (0, False)
            assert len(await task) == 1

    asyncio.run(scenario())
