"""Actions in words: how people write them, how they are told, and which of them may be repeated."""

from __future__ import annotations

import msgspec

from mintage.fleet.drivers.port import Action, Fan, Led, PoolSetting, Reboot, SetMode, SetPools, SetPower, Sleep, Wake
from mintage.fleet.latest import Machine
from mintage.fleet.sites import Site
from mintage.fleet.whitelist import foreign
from mintage.units.errors import InputError

POOLS_MAX = 3
POWER_W_MAX = 30_000


class Trait(msgspec.Struct, frozen=True, kw_only=True):
    """What must be known of a kind of action to carry it out safely.

    Attributes:
        needs: what `--to` says, "" where the action needs nothing.
        repeatable: whether doing it twice is the same as doing it once. What is not repeatable is never sent again
            while it is unknown whether the first one arrived.
        group: actions of one group undo each other: a later one replaces an earlier one not yet carried out.
        confirm_s: seconds within which telemetry must bear it out; 0 where the machine's word is enough.
    """

    needs: str = ""
    repeatable: bool = True
    group: str
    confirm_s: float = 0.0


TRAITS: dict[type[Action], Trait] = {
    Sleep: Trait(group="run", confirm_s=300),
    Wake: Trait(group="run", confirm_s=900),
    Reboot: Trait(group="reboot", repeatable=False, confirm_s=900),
    SetMode: Trait(needs="a mode in the driver's words, such as eco", group="tune"),
    SetPower: Trait(needs="watts", group="tune"),
    SetPools: Trait(needs='"URL WORKER [PASSWORD]" for each pool', group="pools"),
    Led: Trait(needs="on or off", group="led"),
    Fan: Trait(needs="percent, or auto", group="fan"),
}
"""A boot takes minutes, a soft sleep starts some seconds after it was accepted; limits leave room for slow rounds."""
NAMES: dict[str, type[Action]] = {str(kind.__struct_config__.tag): kind for kind in TRAITS}
"""Names of the actions."""
_SEPARATORS = frozenset(",|\"' ")
"""What separates words on the wire of one make or another: within a pool it would change the command."""
_NO_SECRETS = frozenset({"", "x"})
"""Passwords that are none: pools that count work by the worker's name are given x."""
_DECODER = msgspec.json.Decoder(Action)


def trait(action: Action) -> Trait:
    """What is known of its kind."""
    return TRAITS[type(action)]


def parse_action(name: str, to: tuple[str, ...] = ()) -> Action:
    """An action from its name and what it is set to.

    Args:
        name: sleep, wake, reboot, mode, power, pools, led or fan.
        to: its settings as people write them; several only for pools.

    Raises:
        InputError: no action has that name, or its settings cannot be read.
    """
    kind = NAMES.get(name)
    if kind is None:
        raise InputError(f"'{name}' is no action.", field="action", remedy=f"Actions are: {', '.join(NAMES)}.")
    needs = TRAITS[kind].needs
    if bool(to) != bool(needs) or (len(to) > 1 and kind is not SetPools):
        wanted = f"one value: {needs}" if needs else "no value"
        raise InputError(f"{name} takes {wanted}.", field="to")
    if kind is SetPools:
        return checked(SetPools(tuple(map(_pool, to))))
    if kind is SetMode:
        return checked(SetMode(to[0].strip()))
    if kind is SetPower:
        return checked(SetPower(_whole(to[0].lower().removesuffix("w"), needs)))
    if kind is Fan:
        return checked(Fan(None if to[0] == "auto" else _whole(to[0].removesuffix("%"), needs)))
    if kind is Led:
        if to[0] not in ("on", "off"):
            raise InputError(f"'{to[0]}' is neither on nor off.", field="to")
        return Led(to[0] == "on")
    return decode_action(b'{"type":"%s"}' % name.encode())


def checked(action: Action) -> Action:
    """An action whose settings can be.

    Raises:
        InputError: a setting is out of the range that any machine knows.
    """
    if isinstance(action, SetMode) and not (action.mode.isprintable() and 0 < len(action.mode) <= 40):
        raise InputError("a mode is one printable word.", field="to")
    if isinstance(action, SetPower) and not 0 < action.power_w <= POWER_W_MAX:
        raise InputError(f"{action.power_w} W is not between 1 and {POWER_W_MAX:,}.", field="to")
    if isinstance(action, Fan) and action.duty_pct is not None and not 0 <= action.duty_pct <= 100:
        raise InputError(f"a fan cannot run at {action.duty_pct} %.", field="to", remedy="Give 0 to 100, or auto.")
    if isinstance(action, SetPools):
        if not 0 < len(action.pools) <= POOLS_MAX:
            raise InputError(f"a machine takes 1 to {POOLS_MAX} pools.", field="to")
        for pool in action.pools:
            if any(
                not text.isprintable() or set(text) & set(",|\" '") for text in (pool.url, pool.worker, pool.password)
            ):
                raise InputError(f"'{pool.url}' and its worker have characters no machine takes.", field="to")
    return action


def refuse_secrets(action: Action) -> None:
    """Refuse a pool's password: whoever may read at the site would read it in the request.

    Raises:
        InputError: a pool has one other than the customary x.
    """
    if isinstance(action, SetPools) and any(pool.password not in _NO_SECRETS for pool in action.pools):
        raise InputError(
            "a request for pools takes no password other than x: everybody who may read requests would see it.",
            field="to",
            remedy="Leave it out. Where a pool insists on one, set it on the machine itself.",
        )


def masked(action: Action) -> Action:
    """The action as it may be shown: a password that an older version kept is not."""
    if not isinstance(action, SetPools):
        return action
    shown = (p if p.password in _NO_SECRETS else PoolSetting(p.url, p.worker, "***") for p in action.pools)
    return SetPools(tuple(shown))


def in_words(action: Action) -> str:
    """An action with its settings, in words."""
    name = kind_of(action)
    if isinstance(action, SetMode):
        return f"{name} {action.mode}"
    if isinstance(action, SetPower):
        return f"{name} {action.power_w} W"
    if isinstance(action, SetPools):
        return f"{name} " + ", ".join(f"{pool.url} as {pool.worker}" for pool in action.pools)
    if isinstance(action, Led):
        return f"{name} {'on' if action.on else 'off'}"
    if isinstance(action, Fan):
        return f"{name} {'auto' if action.duty_pct is None else f'{action.duty_pct} %'}"
    return name


def kind_of(action: Action) -> str:
    """Name of its kind."""
    return str(type(action).__struct_config__.tag)


def encode_action(action: Action) -> str:
    """An action as JSON, as it is stored."""
    return msgspec.json.encode(action).decode()


def decode_action(raw: bytes | str) -> Action:
    """An action from JSON: {"type": "mode", "mode": "eco"}.

    Raises:
        InputError: it is none, or its settings cannot be.
    """
    try:
        action: Action = _DECODER.decode(raw)
    except msgspec.MsgspecError as error:
        raise InputError(f"this is no action: {error}.", field="action") from error
    return checked(action)


def for_machine(action: Action, machine: Machine) -> Action:
    """The action as one machine gets it: {asset}, {rack}, {slot} and {host} in a worker's name are its own.

    {host} is its address as pools take it: 10.1.0.7 as 10x1x0x7.
    """
    if not isinstance(action, SetPools):
        return action
    place = machine.place
    own = {"{asset}": machine.asset, "{rack}": place.rack, "{slot}": str(place.slot)}
    own["{host}"] = place.address.replace(".", "x")
    return SetPools(tuple(PoolSetting(p.url, _filled(p.worker, own), p.password) for p in action.pools))


def foreign_pool(action: Action, site: Site) -> str:
    """Why a change of pools would leave the site's whitelist; "" where it does not."""
    if not isinstance(action, SetPools):
        return ""
    return next(filter(None, (foreign(site, pool.url, pool.worker) for pool in action.pools)), "")


def _filled(text: str, own: dict[str, str]) -> str:
    for name, value in own.items():
        text = text.replace(name, value)
    return text


def _pool(text: str) -> PoolSetting:
    parts = text.split()
    if len(parts) not in (2, 3):
        remedy = 'Write "stratum+tcp://pool.example:3333 account.{asset} x".'
        raise InputError(f"'{text}' is no pool.", field="to", remedy=remedy)
    return PoolSetting(*parts)


def _whole(text: str, needs: str) -> int:
    try:
        return int(text.strip().replace(",", ""))
    except ValueError as error:
        raise InputError(f"'{text}' is not {needs}.", field="to") from error
