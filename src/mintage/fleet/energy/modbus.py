"""Reading one meter over Modbus TCP: one connection that is kept, one request per quantity, deadlines in real time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from mintage.fleet.energy.profiles import Profile, Quantity, Register
from mintage.units.errors import InputError, WireError

if TYPE_CHECKING:
    from pymodbus.client import AsyncModbusTcpClient

TIMEOUT_S = 3.0
"""Real seconds for all requests of one reading."""
PORT = 502
_EXCEPTIONS = {
    1: "illegal function",
    2: "illegal address",
    3: "illegal value",
    4: "device failure",
    6: "device busy",
    10: "gateway path unavailable",
    11: "gateway target did not answer",
}


def endpoint(address: str) -> tuple[str, int]:
    """Host and port of "host:port" or "host".

    Raises:
        InputError: the port is no port.
    """
    host, _, port = address.partition(":")
    if not host or (port and not (port.isdecimal() and 0 < int(port) < 65536)):
        raise InputError(f"'{address}' is no address.", field="address", remedy="Write host:port.")
    return host, int(port or PORT)


class MeterLink:
    """A connection to one meter.

    Args:
        address: "host:port".
        unit_id: Modbus unit.
        profile: which registers to read.
        timeout_s: real seconds for one reading.
    """

    def __init__(self, address: str, unit_id: int, profile: Profile, timeout_s: float = TIMEOUT_S) -> None:
        self.address, self._unit_id, self._profile, self._timeout_s = address, unit_id, profile, timeout_s
        self._endpoint = endpoint(address)
        self._client: AsyncModbusTcpClient | None = None

    async def read(self, now_us: Callable[[], int] = lambda: 0) -> tuple[dict[Quantity, list[int]], int]:
        """The words of every quantity of the profile, and the instant at which its counter was read.

        Args:
            now_us: tells the instant; the counter is stamped half way between request and answer.

        Raises:
            WireError: it did not answer in time, closed the connection, refused, or sent another number of words.
        """
        try:
            async with asyncio.timeout(self._timeout_s):
                return await self._read(await self._connected(), now_us)
        except TimeoutError:
            self.close()
            raise WireError(f"no answer within {self._timeout_s:g} s.", peer=self.address) from None
        except WireError:
            self.close()
            raise

    async def _read(
        self, client: AsyncModbusTcpClient, now_us: Callable[[], int]
    ) -> tuple[dict[Quantity, list[int]], int]:
        found: dict[Quantity, list[int]] = {}
        at_us = now_us()
        for name, row in self._profile.registers.items():
            asked_us = now_us()
            found[name] = await self._words(client, row)
            if name == self._profile.counter:
                at_us = (asked_us + now_us()) // 2
        return found, at_us

    def close(self) -> None:
        """Drop the connection; the next reading makes a new one."""
        if self._client is not None:
            self._client.close()
            self._client = None

    async def _connected(self) -> AsyncModbusTcpClient:
        if self._client is not None and self._client.connected:
            return self._client
        from pymodbus.client import AsyncModbusTcpClient  # noqa: PLC0415  loads 0.2 s that no other command needs

        # What it would log is told as a reading's quality.
        logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)
        self.close()
        host, port = self._endpoint
        self._client = AsyncModbusTcpClient(
            host, port=port, timeout=self._timeout_s, retries=0, reconnect_delay=0, name=self.address
        )
        if not await self._client.connect():
            raise WireError("the connection was refused or not made.", peer=self.address)
        return self._client

    async def _words(self, client: AsyncModbusTcpClient, row: Register) -> list[int]:
        from pymodbus.exceptions import ModbusException  # noqa: PLC0415  as above
        from pymodbus.pdu import ExceptionResponse  # noqa: PLC0415  as above

        ask = client.read_input_registers if row.table == "input" else client.read_holding_registers
        try:
            reply = await ask(row.address, count=row.length, device_id=self._unit_id)
        except ModbusException as error:
            raise WireError(f"{error}.", peer=self.address) from error
        if isinstance(reply, ExceptionResponse):
            what = _EXCEPTIONS.get(reply.exception_code, f"exception {reply.exception_code}")
            raise WireError(
                f"register {row.address} was refused: {what}.", peer=self.address, remedy="Check profile and unit_id."
            )
        if len(reply.registers) != row.length:
            raise WireError(f"{len(reply.registers)} registers where {row.length} were asked for.", peer=self.address)
        return list(reply.registers)
