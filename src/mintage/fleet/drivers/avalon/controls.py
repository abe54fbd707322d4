"""Actions as an Avalon wants them, and what its replies to them mean."""

from __future__ import annotations

import os
import re
from functools import cache
from typing import Literal

import msgspec

from mintage.fleet.drivers.avalon.client import Line, Silence, request
from mintage.fleet.drivers.avalon.replies import Status, status_of
from mintage.fleet.drivers.avalon.tables import load
from mintage.fleet.drivers.port import (
    Action,
    Fan,
    Led,
    Outcome,
    PoolSetting,
    Reboot,
    Result,
    SetMode,
    SetPools,
    SetPower,
    Sleep,
    Wake,
)
from mintage.fleet.models import Model, model_of
from mintage.units.clock import Clock
from mintage.units.errors import WireError

LOGIN_VARIABLE = "MINTAGE_AVALON_LOGIN"
LOGIN_DEFAULT = "root:root"  # the maker's, printed in its manuals
LEAD_S = 5.0
TRIES_MAX = 3
FAN_MIN_PCT, FAN_MAX_PCT = 15, 100
SET_OK, INFORMATION = 119, 118
_MODE_TOLD = re.compile(r"WORKMODE\[(\d{1,3})\]")
_UNSAFE = re.compile(r"[^\x21-\x2b\x2d-\x7b\x7d\x7e]")


class Control(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an action is told to some machines; the table is `controls.toml`."""

    action: str
    send: tuple[str, ...]
    command: str = "ascset"
    series: str = ""
    family: str = ""
    effective: Literal["now", "after-reboot"] = "now"
    pools_max: int = 1
    dies: bool = False


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    refusing_words: tuple[str, ...]
    control: tuple[Control, ...]


class Addressee(msgspec.Struct, frozen=True):
    """The machine that an action is for.

    Attributes:
        line: the line to it.
        model_text: model as it names it.
        family: format that it speaks.
        clock: the site's clock.
        ahead_s: by how much its own clock is ahead of the site's.
    """

    line: Line
    model_text: str
    family: str
    clock: Clock
    ahead_s: float

    @property
    def model(self) -> Model | None:
        """Its model; None where unknown."""
        return model_of(self.model_text)


@cache
def _table() -> _Table:
    return load("controls.toml", _Table)


def control_for(action: str, to: Addressee) -> Control:
    """The row of the table that fits; every action has a row for every machine."""
    series = to.model_text.partition("-")[0]
    return next(
        row
        for row in _table().control
        if row.action == action
        and row.family in ("", to.family)
        and (not row.series or re.fullmatch(row.series, series, re.IGNORECASE))
    )


async def act(to: Addressee, action: Action) -> Result:
    """Do something to a machine. Never raises for what it says or fails to say."""
    match action:
        case Sleep():
            result = await _tell(to, control_for("sleep", to))
        case Wake():
            result = await _tell(to, control_for("wake", to))
        case Reboot():
            result = await _reboot(to)
        case Led(on):
            result = await _tell(to, control_for("led", to), on=int(on))
        case Fan(duty_pct):
            result = await _fan(to, duty_pct)
        case SetMode(mode):
            result = await _mode(to, mode)
        case SetPower(power_w):
            result = await _power(to, power_w)
        case SetPools(pools):
            result = await _pools(to, pools)
    return result


async def _reboot(to: Addressee) -> Result:
    control = control_for("reboot", to)
    result = await _tell(to, control)
    if result.outcome != "refused":
        return result
    return await _tell(to, msgspec.structs.replace(control, command="restart", send=("",)))


async def _fan(to: Addressee, duty_pct: int | None) -> Result:
    if to.model and not to.model.fans:
        return Result("unsupported", f"the {to.model.name} has no fans")
    if duty_pct is not None and not FAN_MIN_PCT <= duty_pct <= FAN_MAX_PCT:
        return Result("unsupported", f"its fans run at {FAN_MIN_PCT} to {FAN_MAX_PCT} %, not at {duty_pct} %")
    return await _tell(to, control_for("fan", to), duty=-1 if duty_pct is None else duty_pct)


async def _mode(to: Addressee, mode: str) -> Result:
    modes = to.model.modes if to.model else {}
    if mode not in modes:
        known = f"it knows {', '.join(modes)}" if modes else "the modes of this model are not known"
        return Result("unsupported", f"no mode '{mode}': {known}")
    level = modes[mode].level
    result = await _tell(to, control_for("mode", to), level=level)
    set_to = _MODE_TOLD.search(result.words)
    if result.outcome == "done" and set_to and int(set_to[1]) != level:
        return Result("refused", result.words)
    return result


async def _power(to: Addressee, power_w: int) -> Result:
    """Avalons take no power in watts; the mode that needs most without needing more is the nearest thing."""
    modes = to.model.modes if to.model else {}
    within = [name for name, mode in modes.items() if mode.power_w <= power_w]
    if not within:
        least = min((mode.power_w for mode in modes.values()), default=None)
        reason = f"its lowest mode needs {least} W" if least else "the modes of this model are not known"
        return Result("unsupported", f"no mode needs {power_w} W or less: {reason}")
    best = max(within, key=lambda name: modes[name].power_w)
    result = await _mode(to, best)
    return msgspec.structs.replace(result, words=f"mode {best}, {modes[best].power_w} W: {result.words}")


async def _pools(to: Addressee, pools: tuple[PoolSetting, ...]) -> Result:
    control = control_for("pools", to)
    if not 1 <= len(pools) <= control.pools_max:
        return Result("unsupported", f"this model takes 1 to {control.pools_max} pools, not {len(pools)}")
    for pool in pools:
        for told in (pool.url, pool.worker, pool.password):
            if not told or _UNSAFE.search(told):
                return Result("unsupported", f"'{told}' is empty or has a character that would end the command")
    user, _, password = os.environ.get(LOGIN_VARIABLE, LOGIN_DEFAULT).partition(":")
    if _UNSAFE.search(user) or _UNSAFE.search(password):
        return Result("unsupported", f"the login in {LOGIN_VARIABLE} has a character that would end the command")
    words = []
    for slot, pool in enumerate(pools):
        result = await _tell(
            to,
            control,
            user=user,
            password=password,
            slot=slot,
            url=pool.url,
            worker=pool.worker,
            worker_password=pool.password,
        )
        words.append(f"pool {slot}: {result.words}")
        if result.outcome != "done":
            return Result(result.outcome, "; ".join(words))
    return Result("done", "; ".join(words), control.effective)


async def _tell(to: Addressee, control: Control, **filled: str | int) -> Result:
    """Send a command, in another form where the machine refuses the first."""
    result = Result("unsupported", "no form of this command is known")
    for form in control.send:
        result = await (_tell_timed if "{when}" in form else _tell_once)(to, control, form, filled)
        if result.outcome != "refused":
            break
    return msgspec.structs.replace(result, effective=control.effective) if result.outcome == "done" else result


async def _tell_timed(to: Addressee, control: Control, form: str, filled: dict[str, str | int]) -> Result:
    """Send a command with an instant in the machine's future.

    Where the reply took longer than the lead, the instant had passed when it arrived (a clock that runs fast, a
    long queue): it is sent again with more.
    """
    lead_s = LEAD_S
    for _ in range(TRIES_MAX):
        asked_us = to.clock.now_us()
        when = int(asked_us / 1e6 + to.ahead_s + lead_s)
        result = await _tell_once(to, control, form, {**filled, "when": when})
        took_s = (to.clock.now_us() - asked_us) / 1e6
        if result.outcome != "refused" or took_s < lead_s:
            break
        lead_s = LEAD_S + 2 * took_s
    return result


async def _tell_once(to: Addressee, control: Control, form: str, filled: dict[str, str | int]) -> Result:
    try:
        reply = await to.line.ask(request(control.command, form.format(**filled)))
    except Silence as error:
        if control.dies and error.was_taken:
            return Result("done", "the connection ended without a word, as it does when the machine restarts")
        return Result("silent", error.problem)
    except WireError as error:
        return Result("silent", error.problem)
    outcome, words = meaning_of(status_of(reply))
    return Result(outcome, words)


def meaning_of(status: Status) -> tuple[Outcome, str]:
    """What a reply to a command means, with the machine's own words.

    119 says that it was set. 118 only informs: softoff answers it with "success" and the instant, others with what
    is set now; it counts as done unless its words say otherwise. 120, 14 and all of status E or F are refusals.
    """
    if not status.kind and status.code is None:
        return "silent", "its answer cannot be read"
    words = status.words or f"code {status.code}"
    if status.kind in ("E", "F"):
        return "refused", words
    if status.code == SET_OK or status.words == "RESTART":
        return "done", words
    told = status.words.lower()
    refuses = "success" not in told and any(word in told for word in _table().refusing_words)
    if status.code == INFORMATION or status.kind in ("S", "I"):
        return ("refused" if refuses else "done"), words
    return "refused", words
