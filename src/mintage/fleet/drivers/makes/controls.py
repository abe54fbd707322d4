"""Actions as the library takes them. It says yes or no; the machine's own words it keeps to itself."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from mintage.fleet.drivers.makes.library import ERRORS, library
from mintage.fleet.drivers.port import (
    Action,
    Fan,
    Led,
    Reboot,
    Result,
    SetMode,
    SetPools,
    SetPower,
    Sleep,
    Wake,
)

_SUPPORTS = {
    "sleep": "supports_pause",
    "wake": "supports_resume",
    "reboot": "supports_restart",
    "power": "supports_set_power_limit",
    "pools": "supports_pools_config",
    "led": "supports_set_fault_light",
    "fan": "supports_fan_config",
}


async def act(miner: Any, action: Action) -> Result:
    """Do something to a machine. Never raises for what it says or fails to say.

    Args:
        miner: the library's handle of it.
        action: what to do.
    """
    name = str(type(action).__struct_config__.tag)
    if name not in _SUPPORTS or not getattr(miner, _SUPPORTS[name]):
        return Result("unsupported", f"pyasic_rs has no '{name}' for {miner.make} {miner.model} ({miner.firmware})")
    try:
        accepted = await _call(miner, action)
    except ERRORS as error:
        return Result("silent", f"pyasic_rs: {error}")
    if accepted:
        return Result("done", "pyasic_rs says that the machine accepted it")
    return Result("refused", "pyasic_rs says that the machine did not accept it; it does not tell its words")


def _call(miner: Any, action: Action) -> Awaitable[bool]:
    """The library's call for an action."""
    match action:
        case Sleep():
            call = miner.pause()
        case Wake():
            call = miner.resume()
        case Reboot():
            call = miner.restart()
        case SetPower(power_w):
            call = miner.set_power_limit(float(power_w))
        case Led(on):
            call = miner.set_fault_light(on)
        case Fan(duty_pct):
            config = library().FanConfig
            call = miner.set_fan_config(config.auto(75.0) if duty_pct is None else config.manual(duty_pct))
        case SetPools(pools):
            kinds = library()
            listed = [kinds.Pool(url=pool.url, username=pool.worker, password=pool.password) for pool in pools]
            call = miner.set_pools_config([kinds.PoolGroup(name="", quota=1, pools=listed)])
        case SetMode(mode):
            raise ValueError(f"no mode '{mode}'")
    checked: Awaitable[bool] = call
    return checked
