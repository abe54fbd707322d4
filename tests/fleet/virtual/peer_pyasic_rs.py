"""What pyasic_rs makes of machines: run by its own interpreter, prints one JSON object by address."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable
from typing import Any

import pyasic_rs


async def tried(call: Awaitable[Any]) -> Any:
    """What a call gives, or the error that it ends in."""
    try:
        return await call
    except RuntimeError as error:
        return f"error: {error}"


async def ask(address: str) -> dict[str, Any] | None:
    miner = await pyasic_rs.MinerFactory().get_miner(address)
    if miner is None:
        return None
    data = await miner.get_data()
    found: dict[str, Any] = {
        "kind": miner.model,
        "make": miner.make,
        "mac": data.mac,
        "firmware": data.firmware_version,
        "hashrate_ths": data.hashrate and data.hashrate.value,
        "power_w": data.wattage,
        "target": str(data.tuning_target),
        "uptime_s": data.uptime and data.uptime.total_seconds(),
        "fans": [fan.rpm for fan in data.fans],
        "chips": [board.working_chips for board in data.hashboards],
        "pools": [pool.user for group in data.pools for pool in group.pools],
    }
    found["led_on"] = await tried(miner.set_fault_light(True))
    found["led_off"] = await tried(miner.set_fault_light(False))
    found["pause"] = await tried(miner.pause())
    found["resume"] = await tried(miner.resume())
    found["set_power_limit"] = await tried(miner.set_power_limit(3200))
    found["restart"] = await tried(miner.restart())
    return found


async def main() -> None:
    print(json.dumps({address: await ask(address) for address in sys.argv[1:]}))


asyncio.run(main())
