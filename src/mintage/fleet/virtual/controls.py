"""The controls: what `ascset`, `setpool` and `switchpool` do to a machine, and in which words it answers."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import AddressValueError, IPv4Address

import msgspec

from mintage.fleet.virtual.machine import Machine
from mintage.fleet.virtual.pools import PoolUse
from mintage.fleet.virtual.reads import head
from mintage.fleet.virtual.rows import Reply

HELP_HOME = (
    "help|voltage|fan-spd|lcd|hash-sn-read|hash-sn-write|volt-tuning|workmode|worklevel|work_mode_lvl|reboot|softon|"
    "softoff|filter-clean|facopts|faclock|activate|solo-allowed|frequency|loop|password|qr_auth|time|"
)
HELP_A = "help|voltage|frequency|fan-spd|led|workmode|reboot|softon|softoff|hashpower|setpool|ip|dns|password|time|"
_FAN_LEAST_PCT = 15
_USERS = ("root", "admin")


class Reboots(Exception):
    """The command restarts the machine, which says nothing more. Not an error: the way out of a conversation."""


def ascset(machine: Machine, parameter: str) -> Reply:
    """`ascset|0,OPTION,...`.

    Raises:
        Reboots: the machine restarts instead of answering.
    """
    device, _, rest = parameter.partition(",")
    option, _, value = rest.partition(",")
    if device.strip() != "0":
        return head_only(machine, "E", 107, f"Invalid ASC id {device} - range is 0 - 0")
    control = _OPTIONS.get(option.strip())
    families = "a home" if control is None else control.families
    if control is None or machine.model.family not in families.split():
        return failed(machine, f"Unknown option: {option}")
    return control.do(machine, value.strip())


def setpool(machine: Machine, parameter: str) -> Reply:
    """`setpool|user,password,n,url,worker,worker password` of home machines."""
    if machine.model.family != "home":
        return head_only(machine, "E", 14, "Invalid command")
    return _set_pool(machine, parameter)


def switchpool(machine: Machine, parameter: str) -> Reply:
    """`switchpool|n`: prefer another pool at once."""
    if not parameter.isascii() or not parameter.isdigit() or int(parameter) >= len(machine.settings.pools):
        return head_only(machine, "E", 26, f"Invalid pool id {parameter}")
    machine.advance()
    machine.settings.pool = int(parameter)
    machine.changed()
    return head_only(machine, "S", 27, f"Switching to pool {parameter}:'{machine.settings.pools[int(parameter)].url}'")


def head_only(machine: Machine, letter: str, code: int, message: str) -> Reply:
    """A reply that is only its status."""
    return Reply(head(machine, letter, code, message))


def done(machine: Machine) -> Reply:
    """119: it was set."""
    return head_only(machine, "S", 119, "ASC 0 set OK")


def told(machine: Machine, words: str) -> Reply:
    """118: information; on some controls the form that success takes."""
    return head_only(machine, "I", 118, f"ASC 0 set info: {words}")


def failed(machine: Machine, words: str) -> Reply:
    """120: it was not set."""
    return head_only(machine, "E", 120, f"ASC 0 set failed: {words}")


def _reboot(machine: Machine, _value: str) -> Reply:
    machine.reboot("api")
    raise Reboots


def _led(machine: Machine, value: str) -> Reply:
    if value == "1-255":
        return told(machine, f"LED[{int(machine.settings.led)}]")
    if value not in ("1-1", "1-0", "0-1", "0-0"):
        return failed(machine, f"led {value}")
    machine.settings.led = value.endswith("-1")
    return done(machine)


def _ledset(machine: Machine, value: str) -> Reply:
    parts = value.split("-")
    if len(parts) != 6 or not all(part.isascii() and part.isdigit() for part in parts):
        return failed(machine, f"ledset {value}")
    machine.settings.led = parts[0] != "0"
    return done(machine)


def _workmode(machine: Machine, value: str) -> Reply:
    if machine.model.family == "a":
        return _workmode_a(machine, value)
    verb, _, level = value.partition(",")
    mode = machine.model.mode_at(int(level)) if verb == "set" and level.isascii() and level.isdigit() else None
    if mode is None:
        return failed(machine, f"workmode {value}")
    machine.advance()
    machine.settings.mode = machine.settings.next_mode = mode
    machine.changed()
    return done(machine)


def _workmode_a(machine: Machine, value: str) -> Reply:
    """A-series machines change their mode with the next restart, and tell the one to come."""
    if value != "255":
        mode = machine.model.mode_at(int(value)) if value.isascii() and value.isdigit() else None
        if mode is None:
            return failed(machine, f"workmode {value}")
        machine.settings.next_mode = mode
        if machine.state == "asleep":
            machine.wake()
    return told(machine, f"WORKMODE[{machine.model.modes[machine.settings.next_mode].level}]")


def _worklevel(machine: Machine, value: str) -> Reply:
    verb, _, level = value.partition(",")
    if verb != "set" or level not in ("-2", "-1", "0", "1", "2"):
        return failed(machine, f"worklevel {value}")
    machine.advance()
    machine.settings.level = int(level)
    machine.changed()
    return done(machine)


def _soft(what: str) -> Callable[[Machine, str], Reply]:
    name = f"soft{what}"

    def control(machine: Machine, value: str) -> Reply:
        if not value and what == "off" and machine.model.family == "a":
            machine.sleep()
            return told(machine, f"success {name}:0")
        switch, _, epoch = value.partition(":")
        if switch != "1" or not epoch.isascii() or not epoch.isdigit() or len(epoch) > 12:
            return failed(machine, f"{name} {value}")
        ahead_s = int(epoch) - machine.clock.now_us() / 1e6
        if ahead_s <= 0:
            return failed(machine, f"{name} time {epoch} is past")
        machine.sleep_at(machine.clock.elapsed_s() + ahead_s, what)
        setattr(machine, f"soft_{what}_epoch", int(epoch))
        return told(machine, f"success {name}:{epoch}")

    return control


def _hashpower(machine: Machine, value: str) -> Reply:
    if value == "0":
        machine.sleep()
        return told(machine, "Power off hash now ...")
    if value:
        return failed(machine, f"hashpower {value}")
    machine.advance()
    return told(machine, f"PS[{' '.join(map(str, machine.supply()))}]")


def _set_pool(machine: Machine, parameter: str) -> Reply:
    """user, password, [number of the pool,] url, worker, worker's password; effective after a restart."""
    parts = parameter.split(",")
    if len(parts) not in (5, 6):
        return failed(machine, "setpool")
    user, password, *place, url, worker, worker_password = parts
    if user not in _USERS or password != machine.settings.password:
        return failed(machine, "Auth Failed!")
    number = place[0] if place else "0"
    if number not in ("0", "1", "2") or not url.startswith("stratum"):
        return failed(machine, "setpool")
    pools = list(machine.settings.next_pools)
    chosen = PoolUse(url, worker, worker_password)
    pools[int(number) : int(number) + 1] = [chosen]
    machine.settings.next_pools = tuple(pools)
    return told(
        machine,
        f"pool success set to {url} worker is {worker} workerpassword is {worker_password} "
        "Please reboot miner to make config work.",
    )


def _fan(machine: Machine, value: str) -> Reply:
    digits = value.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or not (value == "-1" or _FAN_LEAST_PCT <= int(value) <= 100):
        return failed(machine, f"fan-spd {value}")
    machine.advance()
    machine.settings.fan_pct = int(value)
    machine.changed()
    return done(machine)


def _ip(machine: Machine, value: str) -> Reply:
    verb, *parts = value.split(",")
    if verb in ("d", "dhcp"):
        return told(machine, "success ip dhcp")
    try:
        addresses = [str(IPv4Address(part)) for part in parts]
    except AddressValueError:
        addresses = []
    if verb not in ("s", "static") or len(addresses) != 3:
        return failed(machine, f"ip {value}")
    machine.settings.next_address = addresses[0]
    return told(machine, f"success ip static {addresses[0]}")


def _dns(machine: Machine, value: str) -> Reply:
    try:
        [IPv4Address(part) for part in value.split(",")]
    except AddressValueError:
        return failed(machine, f"dns {value}")
    return told(machine, f"success dns {value}")


def _password(machine: Machine, value: str) -> Reply:
    old, _, new = value.partition(",")
    if value == "default":
        machine.settings.password = "root"  # noqa: S105  what every Avalon leaves the factory with
        return done(machine)
    if old != machine.settings.password or not new:
        return failed(machine, "Auth Failed!")
    machine.settings.password = new
    return done(machine)


def _lcd(machine: Machine, value: str) -> Reply:
    if value not in ("0:0", "0:1"):
        return failed(machine, f"lcd {value}")
    machine.settings.lcd = value == "0:1"
    return done(machine)


def _restore(machine: Machine, _value: str) -> Reply:
    machine.settings.next_mode = machine.settings.factory_mode
    machine.settings.fan_pct, machine.settings.level = -1, 0
    return done(machine)


def _bootby(machine: Machine, _value: str) -> Reply:
    return told(machine, f"BOOTBY[{machine.bootby}]")


def _help(machine: Machine, _value: str) -> Reply:
    return told(machine, HELP_HOME if machine.model.family == "home" else HELP_A)


def _accept(machine: Machine, _value: str) -> Reply:
    return done(machine)


class _Control(msgspec.Struct, frozen=True):
    do: Callable[[Machine, str], Reply]
    families: str = "a home"


_OPTIONS = {
    "reboot": _Control(_reboot),
    "led": _Control(_led),
    "ledset": _Control(_ledset, "home"),
    "workmode": _Control(_workmode),
    "worklevel": _Control(_worklevel, "home"),
    "softoff": _Control(_soft("off")),
    "softon": _Control(_soft("on")),
    "hashpower": _Control(_hashpower, "a"),
    "setpool": _Control(_set_pool, "a"),
    "fan-spd": _Control(_fan),
    "ip": _Control(_ip),
    "dns": _Control(_dns),
    "password": _Control(_password),
    "bootby": _Control(_bootby, "a"),
    "restore": _Control(_restore),
    "lcd": _Control(_lcd, "home"),
    "filter-clean": _Control(_accept, "home"),
    "time": _Control(_accept),
    "help": _Control(_help),
}
