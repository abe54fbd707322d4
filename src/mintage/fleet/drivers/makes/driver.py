"""The driver: who is a machine that the library knows, and a session with one."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from mintage.fleet.drivers.makes.controls import act
from mintage.fleet.drivers.makes.library import ERRORS, library
from mintage.fleet.drivers.makes.parse import Report, report_of
from mintage.fleet.drivers.makes.readings import nothing, snapshot_of
from mintage.fleet.drivers.port import Action, Identity, Result, Target
from mintage.fleet.readings import Snapshot
from mintage.units.clock import Clock

DEADLINE_S = 10.0
OURS = ("avalonminer", "canaan")
"""Makes that a driver of our own reads better."""


class Makes:
    """Machines of other makes."""

    name = "makes"
    port = 80

    async def identify(self, target: Target, timeout_s: float) -> Identity | None:
        """Who is at an address; None where nobody is, or a machine that a driver of our own knows.

        Raises:
            InputError: the library is not installed.
        """
        miner = await find(target, timeout_s)
        if miner is None or miner.make.lower() in OURS:
            return None
        try:
            async with asyncio.timeout(max(timeout_s, DEADLINE_S)):
                report = report_of(await miner.get_data())
        except (*ERRORS, msgspec.ValidationError):
            return Identity(driver=self.name, make=miner.make, model=miner.model, name=f"{miner.make} {miner.model}")
        return identity_of(report)

    def session(self, target: Target, identity: Identity, clock: Clock, slow_every_s: float = 60.0) -> MakesSession:  # noqa: ARG002  each poll reads everything
        """A session with a machine that was identified."""
        return MakesSession(self, target, clock)


class MakesSession:
    """One machine of another make. Every poll reads everything; the library has no smaller call with all of it.

    Args:
        driver: the driver.
        target: where it is.
        clock: stamps snapshots.
    """

    def __init__(self, driver: Makes, target: Target, clock: Clock) -> None:
        self._driver, self._target, self._clock = driver, target, clock
        self._miner: Any = None
        self._turn = asyncio.Lock()

    async def poll(self) -> Snapshot:
        """Read the machine; one that does not answer is a snapshot in state offline, with the reason."""
        async with self._turn:
            try:
                async with asyncio.timeout(DEADLINE_S):
                    miner = await self._handle()
                    if miner is None:
                        return nothing("pyasic_rs finds no machine there", self._clock.now_us())
                    report = report_of(await miner.get_data())
            except TimeoutError:
                return nothing(f"pyasic_rs brought nothing within {DEADLINE_S:g} s", self._clock.now_us())
            except ERRORS as error:
                return nothing(f"pyasic_rs: {error}", self._clock.now_us())
            except msgspec.ValidationError as error:
                return nothing(f"pyasic_rs answers in a form that is not known: {error}", self._clock.now_us())
        return snapshot_of(report, self._clock.now_us())

    async def identify(self) -> Identity | None:
        """Ask anew who it is."""
        async with self._turn:
            self._miner = None
            return await self._driver.identify(self._target, DEADLINE_S)

    async def act(self, action: Action) -> Result:
        """Do something to it. Never raises for what the machine says or fails to say."""
        async with self._turn:
            try:
                async with asyncio.timeout(DEADLINE_S):
                    miner = await self._handle()
                    if miner is None:
                        return Result("silent", "pyasic_rs finds no machine there")
                    return await act(miner, action)
            except TimeoutError:
                return Result("silent", f"pyasic_rs brought no answer within {DEADLINE_S:g} s")

    async def _handle(self) -> Any:
        if self._miner is None:
            self._miner = await find(self._target, DEADLINE_S)
        return self._miner


async def find(target: Target, timeout_s: float) -> Any:
    """The library's handle of the machine at an address; None where it finds none in time.

    Raises:
        InputError: the library is not installed.
    """
    factory = library().MinerFactory()
    try:
        async with asyncio.timeout(timeout_s):
            return await factory.get_miner(target.address)
    except ERRORS:
        return None


def identity_of(report: Report) -> Identity:
    """Who a machine says it is."""
    device = report.device_info
    rated = report.expected_hashrate.ths if report.expected_hashrate else None
    return Identity(
        driver="makes",
        make=device.make,
        model=device.model,
        name=f"{device.make} {device.model}",
        mac="".join(letter for letter in (report.mac or "").lower() if letter in "0123456789abcdef"),
        serial=report.serial_number or "",
        firmware=f"{device.firmware} {report.firmware_version or ''}".strip(),
        nameplate_ths=rated,
    )
