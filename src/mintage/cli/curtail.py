"""`mintage curtail`: shed load, hold it, bring it back, prove it."""

from __future__ import annotations

import time
from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter

from mintage.cli.curtail_ask import AskOptions
from mintage.cli.curtail_rules import price, resume, rules
from mintage.cli.curtail_tables import counted_by, print_detail, print_events, print_plan
from mintage.cli.options import actor, login
from mintage.cli.show import print_json, print_table
from mintage.cli.site_desk import SiteDesk, open_desk, say_if_unattended
from mintage.cli.site_options import SiteOptions
from mintage.fleet.control.roles import may
from mintage.fleet.curtail import proof as proofs
from mintage.fleet.curtail import service
from mintage.fleet.curtail.asks import amount_of
from mintage.fleet.curtail.delivered import total
from mintage.fleet.curtail.follower import standings
from mintage.fleet.curtail.rows import plan_rows
from mintage.fleet.curtail.states import OVER, Event
from mintage.fleet.curtail.store import Book
from mintage.fleet.curtail.wish import goes_by
from mintage.units.errors import CheckFailed, InputError

app = App(name="curtail", help="Shed load, hold it, bring it back, and prove what was delivered.")
for _command in (rules, resume, price):
    app.command(_command)
ROWS_MAX = 40


@app.command
def preview(*, limit: int = ROWS_MAX, ask: AskOptions = AskOptions(), options: SiteOptions = SiteOptions()) -> None:
    """What would be shed now, in which order and why; nothing is done.

    Example: mintage curtail preview --kw 500 --scope "hall=hall-1" --site examples/site.toml

    Args:
        limit: print at most so many machines; JSON has them all.
    """
    _preview(open_desk(options), ask, options, limit, "preview")


@app.command
def start(
    *, reason: str, limit: int = ROWS_MAX, ask: AskOptions = AskOptions(), options: SiteOptions = SiteOptions()
) -> None:
    """Start a curtailment. The site's agent sheds within a second, or when a second person has approved it.

    Example: mintage curtail start --kw 500 --for-min 60 --reason "grid operator called"

    Example: mintage curtail start --breakeven --hashprice 38.2 --price 140 --lower-modes --reason "price spike"

    Args:
        reason: why; it stands in the proof.
        limit: print at most so many machines; JSON has them all.
    """
    desk = open_desk(options)
    event = service.start(desk, ask.ask(desk, options, reason), who=actor(), login=login())
    if options.json:
        print_json(event)
        return
    _preview(desk, ask, options, limit, event.id)
    if event.state == "preview":
        print(f"{event.id} waits. Somebody else must say: mintage curtail approve {event.id}")
    else:
        print(f"{event.id} is on its way. See: mintage curtail watch {event.id}")


@app.command
def approve(event: str, *, options: SiteOptions = SiteOptions()) -> None:
    """Approve a curtailment that somebody else asked for; the agent begins at once.

    Example: mintage curtail approve c-20260105-120000-5f2c --site examples/site.toml

    Args:
        event: id of the curtailment.
    """
    _told(service.approve(open_desk(options), event, who=actor(), login=login()), options)


@app.command(name="list")
def list_(*, limit: int = 30, options: SiteOptions = SiteOptions()) -> None:
    """The latest curtailments, and rules that are paused or cannot be followed.

    Example: mintage curtail list --site examples/site.toml

    Args:
        limit: at most so many.
    """
    desk = open_desk(options)
    found = service.events(desk, who=actor(), limit=limit)
    standing = standings(Book(desk.db))
    if options.json:
        print_json({"site": desk.site.name, "events": found, "standings": standing})
        return
    say_if_unattended(options, desk.site, desk.latest.all(desk.site.name))
    print_events(desk.site.name, found, standing)


@app.command
def show(event: str, *, limit: int = ROWS_MAX, options: SiteOptions = SiteOptions()) -> None:
    """One curtailment: each machine, what was delivered so far and who counted it, and the log.

    Example: mintage curtail show c-20260105-120000-5f2c --site examples/site.toml

    Args:
        event: id of the curtailment.
        limit: print at most so many machines; JSON has them all.
    """
    desk = open_desk(options)
    detail = service.event(desk, event, who=actor())
    if options.json:
        sums = total(detail.event, detail.minutes)
        print_json({"event": detail.event, "delivered": sums, "targets": detail.targets, "log": detail.log})
        return
    say_if_unattended(options, desk.site, desk.latest.all(desk.site.name))
    print_detail(detail, limit)


@app.command
def restore(event: str, *, reason: str, options: SiteOptions = SiteOptions()) -> None:
    """Bring the machines back in the steps that were agreed.

    Example: mintage curtail restore c-20260105-120000-5f2c --reason "prices fell"

    Args:
        event: id of the curtailment.
        reason: why.
    """
    _told(service.restore(open_desk(options), event, who=actor(), reason=reason), options)


@app.command
def cancel(event: str, *, reason: str, options: SiteOptions = SiteOptions()) -> None:
    """Take a curtailment back: before it begins nothing happens, afterwards machines come back in steps.

    Example: mintage curtail cancel c-20260105-120000-5f2c --reason "wrong site"

    Args:
        event: id of the curtailment.
        reason: why.
    """
    _told(service.cancel(open_desk(options), event, who=actor(), reason=reason), options)


@app.command
def abort(
    event: str,
    *,
    reason: str,
    leave: Annotated[bool, Parameter(negative=())] = False,
    options: SiteOptions = SiteOptions(),
) -> None:
    """Stop a curtailment at once: every machine is woken without steps, or left as it is.

    Example: mintage curtail abort c-20260105-120000-5f2c --reason "fire drill"

    Args:
        event: id of the curtailment.
        reason: why.
        leave: leave machines as they are.
    """
    _told(service.abort(open_desk(options), event, who=actor(), reason=reason, leave=leave), options)


@app.command
def release(assets: list[str], *, reason: str, options: SiteOptions = SiteOptions()) -> None:
    """Take machines out of whatever curtailment holds them and wake them; they are not shed again in it.

    Example: mintage curtail release m-0123456789ab --reason "customer needs heat"

    Args:
        assets: asset ids of the machines.
        reason: why.
    """
    held = service.release(open_desk(options), assets, who=actor(), reason=reason)
    if options.json:
        print_json({"released": held})
        return
    print_table("Released", ("machine", "held by"), sorted(held.items()), left=2)


@app.command
def proof(
    event: str,
    *,
    check: Annotated[bool, Parameter(negative=())] = False,
    options: SiteOptions = SiteOptions(),
) -> None:
    """The proof of a curtailment that is over: where it lies, and that nobody changed it.

    Before it is over, the figures are those so far, and there is no hash.

    Example: mintage curtail proof c-20260105-120000-5f2c --check --site examples/site.toml

    Args:
        event: id of the curtailment.
        check: exit with 1 where the document is missing or was changed.
    """
    desk = open_desk(options)
    may(desk.site, actor(), "read")
    found = Book(desk.db).event(event)
    folder = options.folder(desk.site)
    stored: dict[str, Any] | None = None
    try:
        if found.proof:
            stored = msgspec.json.decode(proofs.read(folder, found))
    except InputError as error:
        if check:
            raise CheckFailed(str(error)) from error
        raise
    if check and not found.proof:
        raise CheckFailed(f"{event} has no proof yet: it is {found.state}.")
    document = stored or proofs.build(desk.db, desk.site, Book(desk.db), found, now_us=desk.clock.now_us())
    place = folder / proofs.FOLDER / f"{event}.html" if found.proof else None
    if options.json:
        print_json({**document, "sha256": found.proof or None, "page": place})
        return
    delivered = document["delivered"]
    mean_w = delivered["mean_w"]
    so_far = "" if found.state in OVER else ", so far"
    rows: list[tuple[str, Any]] = [
        ("asked", f"{document['asked']}, {document['asked_w'] / 1000:,.1f} kW, by {document['asked_by']}"),
        ("delivered", f"{'unknown' if mean_w is None else f'{mean_w / 1000:,.1f} kW'} on average while held{so_far}"),
        ("energy not used", f"{delivered['wh'] / 1000:,.1f} kWh, {delivered['kw_minutes']:,.0f} kW-minutes{so_far}"),
        ("counted by", counted_by(delivered["minutes_by"])),
        ("when", f"{document['began_at'] or 'not begun'} to {document['ended_at'] or 'not over yet'}"),
        ("reached", document["reached_at"] or "not reached"),
        ("machines", f"{len(document['machines']):,}; gaps: {len(document['gaps']):,} minutes"),
        ("page", place or f"not over yet: it is {found.state}; written when it is over"),
        ("SHA-256", found.proof or "not yet"),
    ]
    print_table(f"Proof of {event}", ("", ""), rows, left=2)


@app.command
def watch(event: str, *, options: SiteOptions = SiteOptions()) -> None:
    """Follow a curtailment until it is over; Ctrl-C leaves it running.

    Example: mintage curtail watch c-20260105-120000-5f2c --site examples/site.toml

    Args:
        event: id of the curtailment.
    """
    desk, shown = open_desk(options), ""
    while True:
        detail = service.event(desk, event, who=actor())
        line = _line(detail)
        if line != shown:
            print(line, flush=True)
            shown = line
        if detail.event.state in OVER:
            return
        time.sleep(1.0)


def _preview(desk: SiteDesk, ask: AskOptions, options: SiteOptions, limit: int, name: str) -> None:
    meant = ask.ask(desk, options, "preview")
    plan = service.preview(desk, meant, who=actor())
    rows = plan_rows(plan, goes_by(desk, ask.wish(), meant), float(desk.site.pue))
    if options.json:
        left = [{"asset": item.asset, "reason": item.blocked} for item in plan.left_out]
        print_json(
            {
                "site": desk.site.name,
                "asked": amount_of(meant.shed),
                "wanted_w": round(plan.wanted_w),
                "shed_w": round(plan.shed_w),
                "words": plan.words,
                "machines": rows,
                "left_out": left,
                "manner": meant.manner,
            }
        )
        return
    print_plan(f"{name}: {amount_of(meant.shed)} at {desk.site.name}", rows, plan, meant, limit)


def _line(detail: service.Detail) -> str:
    event = detail.event
    sums = total(event, detail.minutes)
    count = dict.fromkeys(("confirmed", "restored"), 0)
    for target in detail.targets:
        count[target.state] = count.get(target.state, 0) + 1
    machines = ", ".join(f"{number} {state}" for state, number in count.items() if number)
    return (
        f"{event.id} {event.state}: {event.asked_w / 1000:,.1f} kW asked; {machines or 'no machine yet'}; "
        f"{sums.wh / 1000:,.1f} kWh not used. {event.words}"
    )


def _told(event: Event, options: SiteOptions) -> None:
    if options.json:
        print_json(event)
        return
    print(f"{event.id}: {event.state}. The agent takes it up within a second; see mintage curtail watch {event.id}")
