"""`mintage control`: make machines do something, with a preview, a reason, and a second person above a set size."""

from __future__ import annotations

from collections import Counter
from typing import Any

from cyclopts import App

from mintage.cli.options import actor, login
from mintage.cli.show import print_json, print_table
from mintage.cli.site_desk import SiteDesk, open_desk, say_if_unattended, when
from mintage.cli.site_options import SiteOptions
from mintage.fleet.control import service
from mintage.fleet.control.actions import parse_action
from mintage.fleet.control.roles import may
from mintage.fleet.control.store import ActionRequest, RequestState

app = App(name="control", help="Make machines sleep, wake, reboot, change mode, power, pools, LED or fans.")
ROWS_MAX = 50


@app.command
def preview(
    action: str, scope: str, *, to: list[str] | None = None, limit: int = ROWS_MAX, options: SiteOptions = SiteOptions()
) -> None:
    """Which machines an action would change, how, and whether a second person must approve. Nothing is asked for.

    Example: mintage control preview mode "rack=r1 model=Q" --to eco --site examples/site.toml

    Args:
        action: sleep, wake, reboot, mode, power, pools, led or fan.
        scope: machines: "all", or terms such as "rack=r1,r2", "state!=asleep" or "chip_max_c>95".
        to: what it is set to: a mode, watts, "URL WORKER" per pool, on or off, percent or auto.
        limit: print at most so many machines; JSON has them all.
    """
    desk = open_desk(options)
    may(desk.site, actor(), "read")
    found = service.preview(desk, who=actor(), action=parse_action(action, tuple(to or ())), scope=scope)
    if options.json:
        print_json(found)
        return
    rows = [(c.asset, c.address, c.rack, c.model, c.now, c.then, c.note) for c in found.changes[:limit]]
    heads = ("machine", "address", "rack", "model", "now", "then", "note")
    title = f"{found.what}: {len(found.changes)} machines of {desk.site.name}, drawing {found.power_w / 1000:,.1f} kW"
    notes = [f"power of {found.power_unknown} machines is unknown"] if found.power_unknown else []
    if len(found.changes) > limit:
        notes.append(f"{len(found.changes) - limit} more are not printed")
    if found.left_out:
        notes.append(f"left out, because the scope cannot be told of them: {len(found.left_out)}")
    if found.foreign:
        notes.append(f"NOT ALLOWED: {found.foreign}")
    notes.append(f"{'a second person must approve' if found.needs_approval else 'no approval needed'}: {found.why}")
    print_table(title, heads, rows, note=".\n".join(notes), left=len(heads))


@app.command
def request(
    action: str,
    scope: str,
    *,
    reason: str,
    to: list[str] | None = None,
    expires_min: float | None = None,
    foreign_pools: bool = False,
    options: SiteOptions = SiteOptions(),
) -> None:
    """Ask for an action. The site's agent carries it out at once, or when a second person has approved it.

    Silent machines are asked a few times more, refusals are not. `mintage control show ID` tells what came of it.

    Example: mintage control request sleep "rack=r1" --reason "breaker at 95 %" --site examples/site.toml

    Example: mintage control request pools all --to "stratum+tcp://pool.example:3333 us.{asset}" --reason "new contract"

    Args:
        action: sleep, wake, reboot, mode, power, pools, led or fan.
        scope: machines: "all", or terms such as "rack=r1,r2", "state!=asleep" or "chip_max_c>95".
        reason: why; it stands in the audit.
        to: what it is set to: a mode, watts, "URL WORKER" per pool, on or off, percent or auto.
        expires_min: minutes of the site's clock after which no machine is asked any more; an hour where not given.
        foreign_pools: as an admin, allow pools that the site's file does not name.
    """
    found = service.request(
        open_desk(options),
        who=actor(),
        action=parse_action(action, tuple(to or ())),
        scope=scope,
        reason=reason,
        expires_s=None if expires_min is None else expires_min * 60,
        foreign_pools=foreign_pools,
        login=login(),
    )
    _told(found, options)


@app.command
def approve(id_: str, *, reason: str = "", options: SiteOptions = SiteOptions()) -> None:
    """Approve what somebody else asked for; the agent begins at once.

    Example: mintage control approve a-5f2c81aa03de --site examples/site.toml

    Args:
        id_: id of the request.
        reason: a word on it.
    """
    _told(service.approve(open_desk(options), id_, who=actor(), reason=reason, login=login()), options)


@app.command
def reject(id_: str, *, reason: str, options: SiteOptions = SiteOptions()) -> None:
    """Reject what somebody asked for; no machine is asked.

    Example: mintage control reject a-5f2c81aa03de --reason "the transformer is being tested"

    Args:
        id_: id of the request.
        reason: why not.
    """
    _told(service.reject(open_desk(options), id_, who=actor(), reason=reason), options)


@app.command
def cancel(id_: str, *, reason: str, options: SiteOptions = SiteOptions()) -> None:
    """Stop a request: machines not asked yet are not asked any more. What was done is not undone.

    Example: mintage control cancel a-5f2c81aa03de --reason "wrong rack"

    Args:
        id_: id of the request.
        reason: why.
    """
    _told(service.cancel(open_desk(options), id_, who=actor(), reason=reason), options)


@app.command(name="list")
def list_(*, state: list[RequestState] | None = None, limit: int = 30, options: SiteOptions = SiteOptions()) -> None:
    """What was asked for, the newest first.

    Example: mintage control list --state pending --site examples/site.toml

    Args:
        state: only what is pending, approved, finished, rejected, cancelled or expired.
        limit: at most so many.
    """
    desk = _reader(options)
    found = service.requests(desk.db, states=tuple(state or ()), limit=limit)
    if options.json:
        print_json({"site": desk.site.name, "requests": found})
        return
    say_if_unattended(options, desk.site, desk.latest.all(desk.site.name))
    rows = [
        (
            item.id,
            when(item.asked_us),
            item.what,
            item.scope[:40],
            item.asked_by,
            item.state,
            _counts(item),
            item.reason,
        )
        for item in found
    ]
    heads = ("id", "asked (UTC)", "action", "scope", "by", "state", "machines", "reason")
    print_table(f"Actions at {desk.site.name}", heads, rows, left=len(heads))


@app.command
def show(id_: str, *, limit: int = ROWS_MAX, options: SiteOptions = SiteOptions()) -> None:
    """One request, and what became of it at each machine in the machine's own words.

    Example: mintage control show a-5f2c81aa03de --site examples/site.toml

    Args:
        id_: id of the request.
        limit: print at most so many machines; JSON has them all.
    """
    desk = _reader(options)
    asked, results = service.show(desk.db, id_)
    if options.json:
        print_json({"request": asked, "results": results})
        return
    good = Counter(item.state for item in results)["done"]
    rows = [
        (item.asset, item.address, item.state, item.tries, item.words)
        for item in sorted(results, key=lambda item: (item.state == "done", item.asset))[:limit]
    ]
    heads = ("machine", "address", "state", "tries", "its words")
    notes = [f"asked by {asked.asked_by} at {when(asked.asked_us)} UTC: {asked.reason}"]
    if asked.decided_by:
        notes.append(f"{asked.state} by {asked.decided_by}: {asked.decided_why or 'no reason given'}")
    if len(results) > limit:
        notes.append(f"{len(results) - limit} more are not printed")
    title = f"{asked.what}: {asked.state}; {good} of {asked.machines} machines did it"
    print_table(title, heads, rows, note=".\n".join(notes), left=len(heads))


def _reader(options: SiteOptions) -> SiteDesk:
    desk = open_desk(options)
    may(desk.site, actor(), "read")
    return desk


def _counts(item: ActionRequest) -> str:
    return ", ".join(f"{count} {state}" for state, count in item.counts.items())


def _told(found: ActionRequest, options: SiteOptions) -> None:
    if options.json:
        print_json(found)
        return
    rows: list[tuple[str, Any]] = [
        ("id", found.id),
        ("action", found.what),
        ("machines", _counts(found)),
        ("state", found.state),
        ("asked by", found.asked_by),
        ("expires (UTC)", f"{when(found.expires_us)}, by the site's clock"),
    ]
    waits = found.state == "pending"
    note = f"Somebody else must say: mintage control approve {found.id}" if waits else ""
    note = note or f"See mintage control show {found.id}."
    print_table(f"Action asked of {found.machines:,} machines of {found.site}", ("", ""), rows, note=note, left=2)
