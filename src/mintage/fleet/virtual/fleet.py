"""A fleet of virtual machines in one process, each at an address of its own."""

from __future__ import annotations

import asyncio
import heapq
import random
import resource
from collections.abc import Callable, Container, Sequence
from ipaddress import IPv4Address
from itertools import count
from types import TracebackType
from typing import Self

import msgspec

from mintage.fleet.virtual.condition import Surroundings
from mintage.fleet.virtual.faults import Fault, Plan, RandomFault, strike
from mintage.fleet.virtual.host import TICK_S, Host
from mintage.fleet.virtual.machine import Machine
from mintage.fleet.virtual.pools import Work
from mintage.units.clock import Clock
from mintage.units.errors import InputError

_FILES_BESIDE = 1024
_DAY_S = 86_400


class VirtualFleet:
    """Virtual machines; as an asynchronous context they listen.

    Args:
        machines: the machines.
        clock: time that they live by.
        surroundings: what they share.
        plan: what goes wrong, and when.
        seed: what makes two runs equal.

    Raises:
        InputError: the plan names machines that are not there.
    """

    def __init__(
        self,
        machines: Sequence[Machine],
        clock: Clock,
        *,
        surroundings: Surroundings | None = None,
        plan: Plan | None = None,
        seed: int = 1,
    ) -> None:
        self.machines = tuple(machines)
        self.hosts = {machine.address: Host(machine) for machine in machines}
        self._clock, self._surroundings = clock, surroundings or Surroundings()
        self._plan = plan or Plan()
        self._draw = random.Random(seed)  # noqa: S311  a game of chance that must repeat
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._timeline: asyncio.Task[None] | None = None
        self._nap: asyncio.Task[None] | None = None
        self._last_address = max(IPv4Address(machine.address) for machine in machines)
        for fault in (*self._plan.fault, *self._plan.random):
            self._named(fault)

    @property
    def ambient_c(self) -> float:
        """Temperature of what enters the machines."""
        return self._surroundings.ambient_c

    @ambient_c.setter
    def ambient_c(self, value: float) -> None:
        self._surroundings.ambient_c = value

    async def __aenter__(self) -> Self:
        allow_files(len(self.machines))
        try:
            for host in self.hosts.values():
                host.open()
        except InputError:
            await self.close()
            raise
        self._schedule()
        self._timeline = asyncio.create_task(self._live())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop listening."""
        if self._timeline:
            self._timeline.cancel()
            await asyncio.gather(self._timeline, return_exceptions=True)
        for host in self.hosts.values():
            await host.close()

    async def wait(self) -> None:
        """Wait while the fleet lives, which is until somebody closes it.

        Raises:
            InputError: a fault of the plan could not happen, as where a machine was to move to a taken address.
        """
        if self._timeline:
            await asyncio.shield(self._timeline)

    def machine(self, address: str) -> Machine:
        """The machine that is at an address now.

        Raises:
            KeyError: nobody is there.
        """
        return next(machine for machine in self.machines if machine.address == address)

    def drain_work(self) -> list[Work]:
        """Work that all machines did since the last call, by machine, pool and worker."""
        done: list[Work] = []
        for machine in self.machines:
            machine.advance()
            done += machine.tally.drain(machine.address)
        return done

    def power_w(self, addresses: Container[str] | None = None) -> float:
        """Power that machines draw from the wall now: those at these addresses, or all."""
        chosen = self.machines if addresses is None else [m for m in self.machines if m.address in addresses]
        return sum(machine.power_w() for machine in chosen)

    def energy_wh(self) -> float:
        """Energy that all machines drew since the fleet began."""
        for machine in self.machines:
            machine.advance()
        return sum(machine.energy_j for machine in self.machines) / 3600

    def strike(self, fault: Fault) -> None:
        """Let a fault happen now to the machines that it names, and end when it says.

        Raises:
            InputError: it names an address where no machine is, or one that cannot be moved to.
        """
        for host in self._struck(fault):
            elsewhere = fault.kind == "moved" and not fault.to
            mend = strike(host, msgspec.structs.replace(fault, to=self._free()) if elsewhere else fault)
            if fault.for_s:
                self._at(self._clock.elapsed_s() + fault.for_s, mend)

    def _struck(self, fault: Fault) -> list[Host]:
        """The hosts that a fault names, or so many drawn."""
        named = self._named(fault)
        if isinstance(named, tuple):
            return [self.hosts[address] for address in named]
        return self._draw.sample(list(self.hosts.values()), min(named, len(self.hosts)))

    def _free(self) -> str:
        """The first address after all that were ever used."""
        self._last_address += 1
        return str(self._last_address)

    def _named(self, fault: Fault) -> tuple[str, ...] | int:
        """The machines of a fault: their addresses when it names them, or how many.

        Raises:
            InputError: it names an address where no machine is, or a share that is none.
        """
        named = fault.machines
        if isinstance(named, tuple):
            missing = [address for address in named if address not in self.hosts]
            if missing:
                raise InputError(f"no virtual machine is at {missing[0]}.", field=f"{fault.kind}.machines")
            return named
        if isinstance(named, int):
            return named
        share = named.removesuffix("%")
        if share == named or not share.replace(".", "", 1).isdecimal():
            raise InputError(
                f"'{named}' names no machines.",
                field=f"{fault.kind}.machines",
                remedy='Write a share such as "3%", a number, or a list of addresses.',
            )
        return max(round(len(self.hosts) * float(share) / 100), 1)

    def _schedule(self) -> None:
        began_s = self._clock.elapsed_s()
        for fault in self._plan.fault:
            self._at(began_s + fault.at_s, self._striking(fault))
        for chance in self._plan.random:
            self._again(chance, began_s + chance.at_s)

    def _again(self, chance: RandomFault, after_s: float) -> None:
        """Draw when a random fault strikes next."""
        rate = chance.per_machine_day * len(self.machines) / _DAY_S
        due_s = after_s + self._draw.expovariate(rate)

        def happen() -> None:
            self.strike(chance)
            self._again(chance, due_s)

        self._at(due_s, happen)

    def _striking(self, fault: Fault) -> Callable[[], None]:
        return lambda: self.strike(fault)

    def _at(self, due_s: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._due, (due_s, next(self._order), what))
        if self._nap and self._due[0][0] == due_s:
            self._nap.cancel()

    async def _live(self) -> None:
        """Let things happen when they are due."""
        while True:
            now_s = self._clock.elapsed_s()
            while self._due and self._due[0][0] <= now_s:
                heapq.heappop(self._due)[2]()
            wait_s = self._due[0][0] - now_s if self._due else _DAY_S
            self._nap = asyncio.create_task(self._clock.sleep(max(wait_s, TICK_S)))
            try:
                await asyncio.wait({self._nap})
            finally:
                self._nap.cancel()


def allow_files(machines: int) -> None:
    """Raise this process's limit of open files so that every machine can listen and answer.

    Raises:
        InputError: the system allows fewer.
    """
    needed = machines * 2 + _FILES_BESIDE
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise InputError(
            f"{machines} machines need {needed} open files, and the system allows {hard}.",
            field="--count",
            remedy=f"Raise it (as root: ulimit -n {needed}; under systemd: LimitNOFILE={needed}), or ask for fewer.",
        )
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
