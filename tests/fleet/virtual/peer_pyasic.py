"""What pyasic makes of machines: run by its own interpreter, prints one JSON object by address."""

from __future__ import annotations

import asyncio
import json
import sys
import warnings
from typing import Any

warnings.simplefilter("ignore")

import pyasic  # type: ignore[import-not-found]  # noqa: E402  in an environment of its own; its warnings are not ours


async def ask(address: str) -> dict[str, Any] | None:
    miner = await pyasic.get_miner(address)
    if miner is None:
        return None
    data = await miner.get_data()
    found: dict[str, Any] = {
        "kind": type(miner).__name__,
        "mac": data.mac,
        "firmware": data.fw_ver,
        "hashrate": None if data.hashrate is None else float(data.hashrate),
        "unit": None if data.hashrate is None else str(data.hashrate.unit),
        "power_w": data.wattage,
        "target_w": data.wattage_limit,
        "uptime_s": data.uptime,
        "fans": [fan.speed for fan in data.fans],
        "chips": [board.chips for board in data.hashboards],
        "pools": [pool.user for pool in data.pools],
    }
    for name in ("fault_light_on", "fault_light_off", "stop_mining", "resume_mining"):
        found[name] = await getattr(miner, name)()
    found["set_power_limit"] = await miner.set_power_limit(3200)
    found["reboot"] = await miner.reboot()
    return found


async def main() -> None:
    print(json.dumps({address: await ask(address) for address in sys.argv[1:]}))


asyncio.run(main())
