"""`mintage virtual meter`: one virtual Modbus TCP meter with a steady load and faults."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Annotated, get_args

from cyclopts import Parameter

from mintage.cli.options import Options
from mintage.cli.show import print_json
from mintage.fleet.virtual.meter import FaultKind, MeterFault, VirtualMeter
from mintage.units.clock import read_clock
from mintage.units.errors import InputError


def meter(
    *,
    address: str = "127.0.1.250:5020",
    watts: float = 120_000.0,
    profile: str = "virtual",
    unit_id: int = 1,
    fault: tuple[str, ...] = (),
    clock: Path | None = None,
    for_s: Annotated[float | None, Parameter(name="--for")] = None,
    options: Options = Options(),
) -> None:
    """Start a virtual Modbus TCP meter with a steady load, until Ctrl-C.

    Example: mintage virtual meter --address 127.0.1.250:5020 --watts 120000 --fault silence@300+600

    Args:
        address: where it listens.
        watts: its load, W.
        profile: which meter it plays (`mintage energy profiles`).
        unit_id: its Modbus unit.
        fault: what goes wrong, kind@seconds or kind@seconds+length: silence, freeze, backwards, replaced, word-order.
        clock: clock of a virtual site; this machine's clock where not given.
        for_s: stop after so many real seconds.
    """
    faults = [_fault(text) for text in fault]
    built = VirtualMeter(
        address, read_clock(clock), lambda: watts, profile_name=profile, unit_id=unit_id, faults=faults
    )
    asyncio.run(_serve(built, for_s, as_json=options.json))


def _fault(text: str) -> MeterFault:
    """A fault as written on the command line."""
    kind, at, times = text.partition("@")
    start, plus, length = times.partition("+")
    kinds: tuple[FaultKind, ...] = get_args(FaultKind)
    try:
        named = next(item for item in kinds if item == kind and at)
        return MeterFault(kind=named, from_s=float(start), for_s=float(length) if plus else 600.0)
    except (StopIteration, ValueError):
        raise InputError(
            f"'{text}' is no fault.", field="--fault", remedy=f"Write silence@300+600; kinds are {', '.join(kinds)}."
        ) from None


async def _serve(built: VirtualMeter, for_s: float | None, *, as_json: bool) -> None:
    """Serve until the time is up or somebody stops it."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with built:
        if as_json:
            print_json({"address": built.address, "profile": built.profile_name, "energy_wh": built.energy_wh})
        else:
            print(f"Virtual meter {built.profile_name} at {built.address}; Ctrl-C stops it.", flush=True)
        try:
            await asyncio.wait_for(stop.wait(), for_s)
        except TimeoutError:
            return
