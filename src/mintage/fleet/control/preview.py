"""What an action would do, before anybody asks for it."""

from __future__ import annotations

import msgspec

from mintage.fleet.control.actions import for_machine, foreign_pool, in_words, kind_of
from mintage.fleet.control.roles import same_person
from mintage.fleet.control.store import Desk, define
from mintage.fleet.drivers.port import Action, Reboot
from mintage.fleet.latest import Machine
from mintage.fleet.scope import parse_scope, select
from mintage.units.errors import InputError

SPLIT_S = 600
"""Requests of one person for the same kind of action within these seconds count as one when approval is weighed."""

_STATES = {"sleep": "asleep", "wake": "hashing", "reboot": "restarted"}
_READ = {"mode": ("mode", ""), "power": ("power_target_w", " W"), "fan": ("fan_duty_pct", " %")}
"""Readings that tell how a machine is set now, with their unit."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What an action would change at one machine.

    Attributes:
        asset: our id of it.
        address: where it answers.
        rack: its rack, "" where unknown.
        model: its model.
        now: how it is now, as far as it is known.
        then: how it would be.
        note: what stands in the way, or that nothing would change; "" where nothing is to be said.
    """

    asset: str
    address: str
    rack: str
    model: str
    now: str
    then: str
    note: str


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What an action would do.

    Attributes:
        what: the action in words.
        scope: which machines, as asked.
        changes: machine by machine, by asset id.
        left_out: machines not meant because what the scope asks about is unknown of them.
        power_w: power that the machines draw now, as far as it is known.
        power_unknown: machines of which the power is unknown.
        needs_approval: whether a second person must approve.
        why: why it needs approval, or why not.
        foreign: why the change of pools leaves the site's whitelist; "" where it does not.
    """

    what: str
    scope: str
    changes: tuple[Change, ...]
    left_out: tuple[str, ...]
    power_w: int
    power_unknown: int
    needs_approval: bool
    why: str
    foreign: str


def preview(desk: Desk, *, who: str, action: Action, scope: str) -> Preview:
    """What an action would do, to which machines, and whether a second person must approve.

    Raises:
        InputError: the scope cannot be read, or means no machine.
    """
    define(desk.db)
    return plan(desk, who=who, action=action, scope=scope)


def plan(desk: Desk, *, who: str, action: Action, scope: str) -> Preview:
    """As `preview`, where the tables are there; it may stand within a transaction."""
    machines, left_out = _meant(desk, scope)
    needs, why = _approval(desk, who, action, [machine.asset for machine in machines])
    powers = [machine.power_w[0] for machine in machines]
    reasons = (foreign_pool(for_machine(action, machine), desk.site) for machine in machines)
    return Preview(
        what=in_words(action),
        scope=scope,
        changes=tuple(_change(action, machine) for machine in machines),
        left_out=left_out,
        power_w=round(sum(power for power in powers if power is not None)),
        power_unknown=powers.count(None),
        needs_approval=needs,
        why=why,
        foreign=next(filter(None, reasons), ""),
    )


def _meant(desk: Desk, scope: str) -> tuple[tuple[Machine, ...], tuple[str, ...]]:
    found = select(parse_scope(scope), desk.latest.all(desk.site.name))
    if not found.machines:
        unknown = f"; of {len(found.unknown)} machines it cannot be told" if found.unknown else ""
        raise InputError(
            f"'{scope}' means no machine of {desk.site.name}{unknown}.",
            field="scope",
            remedy="See `mintage fleet list`.",
        )
    return found.machines, tuple(machine.asset for machine in found.unknown)


def _approval(desk: Desk, who: str, action: Action, assets: list[str]) -> tuple[bool, str]:
    """Whether a second person must approve. Many small requests weigh as much as the large one they make up."""
    recent = desk.db.rows(
        "SELECT DISTINCT asset, asked_by FROM action_target JOIN action_request ON id = request"
        " WHERE kind = ? AND needs_approval = 0 AND asked_us > ?",
        (kind_of(action), desk.clock.now_us() - SPLIT_S * 1_000_000),
    )
    lately_his = {asset for asset, asked_by in recent if same_person(asked_by, who)}
    count, limit = len(lately_his.union(assets)), desk.site.approval_above
    if count <= limit:
        return False, f"{count} of at most {limit} machines without approval"
    lately = f" ({len(assets)} now, the others within the last {SPLIT_S // 60} minutes)" if count > len(assets) else ""
    return True, f"{count} machines{lately} are more than {limit}"


def _change(action: Action, machine: Machine) -> Change:
    now, then = _before_after(action, machine)
    notes = {
        "offline": "does not answer: will be tried a few times",
        "unknown": "what it does is unknown",
    }
    same = "already so" if now == then and not isinstance(action, Reboot) else ""
    return Change(
        asset=machine.asset,
        address=machine.place.address,
        rack=machine.place.rack,
        model=machine.identity.model,
        now=now,
        then=then,
        note=notes.get(machine.state, same),
    )


def _before_after(action: Action, machine: Machine) -> tuple[str, str]:
    """How a machine is now, as far as the action is about it, and how it would be."""
    name, _, then = in_words(for_machine(action, machine)).partition(" ")
    snapshot = machine.snapshot
    if name in _STATES:
        return machine.state, _STATES[name]
    if name == "pools":
        pools = snapshot.pools if snapshot else ()
        return ", ".join(f"{pool.url} as {pool.worker}" for pool in pools) or "unknown", then
    field, unit = _READ.get(name, ("", ""))
    value = snapshot.values.get(field) if snapshot else None
    return ("unknown" if value is None else f"{value}{unit}"), then
