"""A virtual meter that real Modbus TCP clients believe: power from a callable, a counter that adds it up, faults.

It speaks Modbus TCP exactly (functions 3 and 4, exceptions 1 to 3) and plays any meter of the profile table.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal
from types import TracebackType
from typing import Literal, Self

import msgspec

from mintage.fleet.energy.profiles import Quantity, Register, profile
from mintage.units.clock import Clock
from mintage.units.errors import WireError

SAMPLE_S = 60.0
"""Power is sampled at least so often, in seconds of the clock, between what clients ask."""
_HEADER = struct.Struct(">HHHB")
_US_PER_H = 3_600_000_000
_ILLEGAL_FUNCTION, _ILLEGAL_ADDRESS, _ILLEGAL_VALUE = 1, 2, 3
_REGISTERS_MAX = 125

FaultKind = Literal["silence", "freeze", "backwards", "replaced", "word-order"]


class MeterFault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that goes wrong with a meter.

    Attributes:
        kind: silence (no answers), freeze (old values), backwards (the counter falls), replaced (a new serial number
            and a counter from zero) or word-order (words the other way round).
        from_s: seconds after the meter's start.
        for_s: how long; backwards and replaced happen once and last.
        by_wh: how far the counter falls.
    """

    kind: FaultKind
    from_s: float
    for_s: float = 600.0
    by_wh: int = 100_000


class VirtualMeter:
    """A meter at an address.

    Args:
        address: "host:port" to listen on.
        clock: the time that it goes by.
        power_w: gives the power now, W.
        profile_name: which meter it plays.
        unit_id: Modbus unit; requests to others are not answered, as on a gateway.
        start_wh: its counter at first.
        faults: what goes wrong and when.
        serial: its serial number.
    """

    def __init__(
        self,
        address: str,
        clock: Clock,
        power_w: Callable[[], float],
        *,
        profile_name: str = "virtual",
        unit_id: int = 1,
        start_wh: int = 1_000_000,
        faults: Sequence[MeterFault] = (),
        serial: int = 20_250_001,
    ) -> None:
        self.address, self._clock, self._power_w = address, clock, power_w
        self.profile_name, self._profile = profile_name, profile(profile_name)
        self._unit_id, self._serial = unit_id, serial
        self._faults, self._happened = list(faults), set[int]()
        self._began_us = self._sampled_us = clock.now_us()
        self._watts = power_w()
        self._counter_wus = start_wh * _US_PER_H
        self._frozen: dict[Quantity, Decimal] | None = None
        self._server: asyncio.Server | None = None
        self._sampler: asyncio.Task[None] | None = None
        self._clients: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        host, _, port = self.address.partition(":")
        try:
            self._server = await asyncio.start_server(self._serve, host, int(port))
        except OSError as error:
            raise WireError(f"cannot listen: {error.strerror or error}.", peer=self.address) from error
        self._sampler = asyncio.create_task(self._sample_for_ever())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._sampler is not None:
            self._sampler.cancel()
            with suppress(asyncio.CancelledError):
                await self._sampler
        if self._server is not None:
            self._server.close()
            for writer in list(self._clients):
                writer.close()
            await self._server.wait_closed()

    @property
    def energy_wh(self) -> int:
        """The counter now, Wh, whatever faults make clients see."""
        self._sample()
        return self._counter_wus // _US_PER_H

    def fault(self, kind: FaultKind, *, for_s: float = 600.0, by_wh: int = 100_000) -> None:
        """Let something go wrong from now on."""
        elapsed_s = (self._clock.now_us() - self._began_us) / 1e6
        self._faults.append(MeterFault(kind=kind, from_s=elapsed_s, for_s=for_s, by_wh=by_wh))

    def mend(self) -> None:
        """End every fault that lasts; a counter that fell stays where it is."""
        self._faults, self._happened = [], set()

    def _sample(self) -> None:
        """Add up the energy since the last sample: the mean of both powers times the time, in W times microseconds."""
        now_us = self._clock.now_us()
        if now_us > self._sampled_us:
            watts = self._power_w()
            self._counter_wus += round((watts + self._watts) / 2 * (now_us - self._sampled_us))
            self._watts, self._sampled_us = watts, now_us

    async def _sample_for_ever(self) -> None:
        while True:
            await self._clock.sleep(SAMPLE_S)
            self._sample()

    def _active(self) -> set[str]:
        """Faults of this instant; those that happen once are done here."""
        elapsed_s = (self._clock.now_us() - self._began_us) / 1e6
        active: set[str] = set()
        for number, fault in enumerate(self._faults):
            if elapsed_s < fault.from_s:
                continue
            if fault.kind in {"backwards", "replaced"}:
                if number not in self._happened:
                    self._happened.add(number)
                    self._counter_wus -= min(fault.by_wh * _US_PER_H, self._counter_wus)
                    if fault.kind == "replaced":
                        self._counter_wus, self._serial = 0, self._serial + 1
            elif elapsed_s < fault.from_s + fault.for_s:
                active.add(fault.kind)
        return active

    def _values(self, active: set[str]) -> dict[Quantity, Decimal]:
        """What the registers say now, in units."""
        self._sample()
        if "freeze" in active and self._frozen is not None:
            return self._frozen
        energy_wh, heat_w = Decimal(self._counter_wus // _US_PER_H), Decimal(self._watts)
        self._frozen = {
            "power_w": heat_w,
            "energy_wh": energy_wh,
            "heat_wh": energy_wh,
            "serial": Decimal(self._serial),
            # A loop at 55 to 65 degrees: flow follows from P = m c dT with c of 1.163 Wh per litre and kelvin.
            "flow_l_h": heat_w / Decimal("11.63"),
            "supply_c": Decimal(65),
            "return_c": Decimal(55),
        }
        return self._frozen

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._clients.add(writer)
        try:
            while True:
                transaction, protocol, length, unit = _HEADER.unpack(await reader.readexactly(_HEADER.size))
                if protocol != 0 or not 2 <= length <= 254:
                    break
                request = await reader.readexactly(length - 1)
                active = self._active()
                if "silence" in active or unit != self._unit_id:
                    continue
                reply = self._reply(request, active)
                writer.write(_HEADER.pack(transaction, 0, len(reply) + 1, unit) + reply)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._clients.discard(writer)
            writer.close()

    def _reply(self, request: bytes, active: set[str]) -> bytes:
        """The answer to one request.

        Source: MODBUS Application Protocol Specification V1.1b3, 6.3 and 6.4.
        """
        function = request[0]
        if function not in {3, 4}:
            return bytes((function | 0x80, _ILLEGAL_FUNCTION))
        if len(request) != 5:
            return bytes((function | 0x80, _ILLEGAL_VALUE))
        address, count = struct.unpack(">HH", request[1:])
        if not 1 <= count <= _REGISTERS_MAX:
            return bytes((function | 0x80, _ILLEGAL_VALUE))
        table = self._table("holding" if function == 3 else "input", active)
        wanted = range(address, address + count)
        if not all(number in table for number in wanted):
            return bytes((function | 0x80, _ILLEGAL_ADDRESS))
        words = [table[number] for number in wanted]
        return struct.pack(f">BB{count}H", function, 2 * count, *words)

    def _table(self, name: str, active: set[str]) -> dict[int, int]:
        values = self._values(active)
        table: dict[int, int] = {}
        for quantity, row in self._profile.registers.items():
            if row.table == name:
                words = _encode(row, values[quantity], turned="word-order" in active)
                table |= dict(enumerate(words, start=row.address))
        return table


_BYTES = {"16": 2, "32": 4, "64": 8}


def _encode(row: Register, value: Decimal, *, turned: bool) -> list[int]:
    """The words of a quantity; counters start again where theirs does."""
    counts, size = value / row.scale, _BYTES[row.type[1:]]
    if row.type[0] == "f":
        raw = struct.pack(">f" if size == 4 else ">d", float(counts))
    else:
        whole = int(counts) % 2 ** (8 * size - (row.type[0] == "s")) if counts >= 0 else int(counts)
        raw = whole.to_bytes(size, "big", signed=row.type[0] == "s")
    words = [int.from_bytes(raw[at : at + 2], "big") for at in range(0, size, 2)]
    return words[::-1] if (row.words == "little") != turned else words
