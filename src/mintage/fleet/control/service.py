"""Asking for actions, approving and following them. Nothing here talks to a machine: the agent's part does."""

from __future__ import annotations

import secrets

from mintage.fleet.control.actions import checked, encode_action, kind_of, refuse_secrets, trait
from mintage.fleet.control.preview import Change, Preview, plan, preview
from mintage.fleet.control.reasons import remark, said
from mintage.fleet.control.roles import insist_on_another, may
from mintage.fleet.control.store import (
    ActionRequest,
    Desk,
    MachineResult,
    RequestState,
    close_targets,
    define,
    in_people_s,
    insert,
    keep_login,
    listed,
    load,
    login_of,
    requests_of,
    results,
)
from mintage.fleet.drivers.port import Action
from mintage.state.db import StateDb
from mintage.units.errors import InputError

__all__ = [
    "ActionRequest",
    "Change",
    "Desk",
    "MachineResult",
    "Preview",
    "about",
    "approve",
    "cancel",
    "preview",
    "reject",
    "request",
    "requests",
    "show",
]

EXPIRES_S = 3600.0
EXPIRES_S_MAX = 7 * 86_400.0
_MICROSECONDS = 1_000_000


def request(
    desk: Desk,
    *,
    who: str,
    action: Action,
    scope: str,
    reason: str,
    expires_s: float | None = None,
    foreign_pools: bool = False,
    login: str = "",
) -> ActionRequest:
    """Ask for an action. It is durable when this returns; the agent begins within a second, or after approval.

    The machines are those which the scope means now: who approves later approves these.

    Args:
        desk: the site.
        who: who asks.
        action: what is to be done.
        scope: to which machines (`mintage.fleet.scope`).
        reason: why; it stands in the audit.
        expires_s: seconds of the site's clock after which no machine is asked any more; None for an hour, of the
            people who approve where a virtual site's clock runs faster than theirs.
        foreign_pools: an administrator's word that machines may leave the site's whitelist of pools.
        login: login of the operating system that he or she asks from; "" where that is not known.

    Raises:
        InputError: no right, no reason, no machine, pools that are not the site's, or a pool's password.
    """
    may(desk.site, who, "act")
    why = said(reason)
    refuse_secrets(action)
    if expires_s is not None and not 0 < expires_s <= EXPIRES_S_MAX:
        raise InputError(f"{expires_s:g} s is not between 1 and {EXPIRES_S_MAX:g}.", field="expires_s")
    lasts_s = in_people_s(desk.clock, EXPIRES_S) if expires_s is None else expires_s
    define(desk.db)
    id_, now_us = f"a-{secrets.token_hex(6)}", desk.clock.now_us()
    with desk.db.transaction():  # whoever asks twice at once is weighed one after the other
        found = plan(desk, who=who, action=checked(action), scope=scope)
        if found.foreign and foreign_pools:
            may(desk.site, who, "administer")
        elif found.foreign:
            raise InputError(
                f"{found.foreign}.",
                field="to",
                remedy="Name the pool and its workers under [[pool]] in the site's file, or let an admin allow it.",
            )
        row: dict[str, str | int] = {
            "id": id_,
            "site": desk.site.name,
            "kind": kind_of(action),
            "line": trait(action).group,
            "action": encode_action(action),
            "scope": scope,
            "reason": why,
            "asked_by": who,
            "asked_us": now_us,
            "begins_us": now_us,
            "expires_us": now_us + round(lasts_s * _MICROSECONDS),
            "state": "pending" if found.needs_approval else "approved",
            "needs_approval": found.needs_approval,
        }
        keep_login(desk.db, id_, login)
        insert(desk.db, row, ((change.asset, change.address) for change in found.changes))
    return load(desk.db, id_)


def approve(desk: Desk, id_: str, *, who: str, reason: str = "", login: str = "") -> ActionRequest:
    """Approve somebody else's request; the agent begins within a second.

    Args:
        desk: the site.
        id_: which request.
        who: who approves.
        reason: a word on it.
        login: login of the operating system that he or she approves from; "" where that is not known.

    Raises:
        InputError: no right, one's own request, or a request that waits for nobody.
    """
    may(desk.site, who, "approve")
    found = _pending(desk, id_)
    insist_on_another(id_, (found.asked_by, login_of(desk.db, id_)), who, login)
    return _decide(desk, id_, "approved", who, reason)


def reject(desk: Desk, id_: str, *, who: str, reason: str) -> ActionRequest:
    """Reject a request that waits for approval; no machine is asked.

    Raises:
        InputError: no right, no reason, or a request that waits for nobody.
    """
    may(desk.site, who, "approve")
    said(reason)
    _pending(desk, id_)
    return _decide(desk, id_, "rejected", who, reason)


def cancel(desk: Desk, id_: str, *, who: str, reason: str) -> ActionRequest:
    """Stop a request: machines that were not asked yet are not asked any more; what was begun is followed to its end.

    Raises:
        InputError: no right, no reason, or a request that is over.
    """
    may(desk.site, who, "act")
    why = said(reason)
    define(desk.db)
    found = load(desk.db, id_)
    if found.state == "pending":
        return _decide(desk, id_, "cancelled", who, reason)
    if found.state != "approved":
        raise InputError(f"{id_} is {found.state} already.", field="id")
    close_targets(desk.db, id_, "cancelled", f"cancelled by {who}: {why}", desk.clock.now_us())
    return load(desk.db, id_)


def requests(db: StateDb, *, states: tuple[RequestState, ...] = (), limit: int = 100) -> list[ActionRequest]:
    """Requests in some states, or all where none is named, the newest first."""
    define(db)
    return listed(db, states, limit)


def about(db: StateDb, asset: str, *, limit: int = 100) -> list[tuple[ActionRequest, MachineResult]]:
    """Requests that one machine is part of with what became of each there, the newest first."""
    define(db)
    return requests_of(db, asset, limit)


def show(db: StateDb, id_: str) -> tuple[ActionRequest, list[MachineResult]]:
    """One request, and what became of it at each machine.

    Raises:
        InputError: there is none with that id.
    """
    define(db)
    return load(db, id_), results(db, id_)


def _pending(desk: Desk, id_: str) -> ActionRequest:
    define(desk.db)
    found = load(desk.db, id_)
    if found.state != "pending":
        raise InputError(f"{id_} waits for nobody: it is {found.state}.", field="id")
    if desk.clock.now_us() >= found.expires_us:
        raise InputError(f"{id_} has expired.", field="id", remedy="Ask for the action anew.")
    return found


def _decide(desk: Desk, id_: str, state: RequestState, who: str, reason: str) -> ActionRequest:
    now_us = desk.clock.now_us()
    with desk.db.transaction():
        changed = desk.db.execute(
            "UPDATE action_request SET state = ?, decided_by = ?, decided_us = ?, decided_why = ?, begins_us = ?,"
            " finished_us = CASE ? WHEN 'approved' THEN NULL ELSE ? END WHERE id = ? AND state = 'pending'",
            (state, who, now_us, remark(reason), now_us, state, now_us, id_),
        )
        if not changed:
            raise InputError(f"somebody else decided on {id_} just now.", field="id")
        if state != "approved":
            close_targets(desk.db, id_, "cancelled", f"{state} by {who}", now_us)
    return load(desk.db, id_)
