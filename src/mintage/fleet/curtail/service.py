"""What people and programs ask of curtailment. Nothing here talks to a machine: the agent's part does.

Commands, the agent's API and the console share these functions, so that one path checks rights and keeps the trail.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from mintage.fleet.control.reasons import said
from mintage.fleet.control.roles import insist_on_another, may
from mintage.fleet.control.store import Desk, in_people_s
from mintage.fleet.curtail.asks import Ask, check_ask
from mintage.fleet.curtail.bounds import his_machines
from mintage.fleet.curtail.choice import Plan
from mintage.fleet.curtail.delivered import count
from mintage.fleet.curtail.follower import Standing, foresee, rules_of, stand
from mintage.fleet.curtail.people import asleep_by_hand
from mintage.fleet.curtail.prices import Quantity, tell
from mintage.fleet.curtail.rules import Rules, check_rules
from mintage.fleet.curtail.states import OPEN, OVER, Event, Minute, Note, Target
from mintage.fleet.curtail.store import Book
from mintage.units.errors import InputError

APPROVAL_S = 3600.0
"""A second person may approve within this time; afterwards other machines might be meant."""


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """A curtailment with everything that is kept of it.

    Attributes:
        event: where it stands.
        targets: its machines, in the order of shedding.
        minutes: what was delivered so far.
        log: what happened.
    """

    event: Event
    targets: list[Target]
    minutes: list[Minute]
    log: list[Note]


def preview(desk: Desk, ask: Ask, *, who: str) -> Plan:
    """What an ask would shed if it began now; nothing is kept.

    Raises:
        InputError: no right to read, an ask that cannot be meant, or a price or power that it needs is unknown.
    """
    may(desk.site, who, "read")
    now_us = desk.clock.now_us()
    check_ask(ask, now_us)
    return foresee(desk, Book(desk.db), ask, now_us)


def start(desk: Desk, ask: Ask, *, who: str, login: str = "") -> Event:
    """Ask for a curtailment. It is durable when this returns; the agent begins within a second, or after approval.

    More machines than the site lets one person touch wait for a second one. What the same person sheds already, or
    asked for within `SPLIT_S`, counts with it; a curtailment that nobody approved never grows beyond that number.

    Args:
        desk: the site.
        ask: what is asked for.
        who: who asks.
        login: login of the operating system that he or she asks from; "" where that is not known.

    Raises:
        InputError: as `preview`, or no right to act.
    """
    may(desk.site, who, "act")
    ask = msgspec.structs.replace(ask, trigger="person", rule="")  # nobody passes for a rule
    plan = preview(desk, ask, who=who)
    assets = tuple(choice.candidate.asset for choice in plan.choices)
    book = Book(desk.db)
    with desk.db.transaction():  # whoever asks twice at once is weighed one after the other
        count = len(his_machines(book, who, desk.clock).union(assets))
        if count > desk.site.approval_above:
            return book.add(ask, who, desk.clock.now_us(), "preview", login=login)
        return book.add(ask, who, desk.clock.now_us(), login=login, foreseen=assets)


def approve(desk: Desk, event_id: str, *, who: str, login: str = "") -> Event:
    """Approve somebody else's curtailment, also for what it may grow to; the agent begins within a second.

    Args:
        desk: the site.
        event_id: which curtailment.
        who: who approves.
        login: login of the operating system that he or she approves from; "" where that is not known.

    Raises:
        InputError: no right, one's own, or one that waits for nobody.
    """
    may(desk.site, who, "approve")
    book, now_us = Book(desk.db), desk.clock.now_us()
    with desk.db.transaction():
        found = book.event(event_id)
        if found.state != "preview":
            raise InputError(f"{event_id} waits for nobody: it is {found.state}.")
        insist_on_another(event_id, (found.who, found.login), who, login)
        check_ask(found.ask, now_us)
        if now_us - found.created_us > in_people_s(desk.clock, APPROVAL_S) * 1e6:
            raise InputError(f"{event_id} was asked for too long ago.", remedy="Ask for it anew.")
        found.state, found.approved_by = "pending", who
        book.save(found)
        book.note(event_id, now_us, who, "approved it")
    return found


def restore(desk: Desk, event_id: str, *, who: str, reason: str) -> Event:
    """Let the machines come back in steps, whatever the curtailment is waiting for.

    Raises:
        InputError: no right, no reason, or one that is over.
    """
    return _end(desk, event_id, "restore", who, reason)


def cancel(desk: Desk, event_id: str, *, who: str, reason: str) -> Event:
    """Take a curtailment back: before it begins nothing happens, afterwards the machines come back in steps.

    Raises:
        InputError: as `restore`.
    """
    return _end(desk, event_id, "cancel", who, reason)


def abort(desk: Desk, event_id: str, *, who: str, reason: str, leave: bool = False) -> Event:
    """Stop a curtailment at once: all machines are woken without steps, or left as they are.

    Args:
        desk: the site.
        event_id: which curtailment.
        who: who aborts.
        reason: why.
        leave: leave machines as they are, for somebody who looks after them.

    Raises:
        InputError: as `restore`.
    """
    return _end(desk, event_id, "abort-leave" if leave else "abort", who, reason)


def release(desk: Desk, assets: Sequence[str], *, who: str, reason: str) -> dict[str, str]:
    """Take machines out of whatever holds them and wake them: an operator is never locked out.

    Returns:
        The machines that were held, each with the curtailment that held it.

    Raises:
        InputError: no right, no reason, or none of them is held.
    """
    may(desk.site, who, "act")
    reason = said(reason)
    book = Book(desk.db)
    held = {asset: event for asset, event in book.held().items() if asset in assets}
    if not held:
        raise InputError("none of these machines is held by a curtailment.", remedy="See `mintage curtail list`.")
    book.command("", "release", who, reason, desk.clock.now_us(), tuple(held))
    return held


def held(desk: Desk) -> dict[str, str]:
    """Machines that curtailments keep from running as before, each with one that does; for whoever acts on them."""
    return Book(desk.db).held()


def kept_asleep(desk: Desk) -> set[str]:
    """Machines that a curtailment holds, or that somebody put to sleep by hand and nobody woke."""
    book = Book(desk.db)
    return {*book.held(), *asleep_by_hand(book)}


def events(desk: Desk, *, who: str, limit: int = 50) -> list[Event]:
    """The latest curtailments, newest first.

    Raises:
        InputError: no right to read.
    """
    may(desk.site, who, "read")
    return Book(desk.db).events(limit)


def event(desk: Desk, event_id: str, *, who: str) -> Detail:
    """One curtailment with its machines, minutes and log.

    Raises:
        InputError: no right to read, or there is none of that id.
    """
    may(desk.site, who, "read")
    book = Book(desk.db)
    found = book.event(event_id)
    until_us = found.ended_us or desk.clock.now_us()
    return Detail(
        event=found,
        targets=book.targets(event_id),
        minutes=count(desk.db, desk.site, book, found, until_us),
        log=book.notes(event_id),
    )


def set_rules(desk: Desk, rules: Rules, *, who: str) -> None:
    """Put rules in force in place of those before.

    Raises:
        InputError: no right to administer, or rules that cannot be meant.
    """
    may(desk.site, who, "administer")
    check_rules(rules)
    Book(desk.db).set("rules", msgspec.json.encode(rules), who, desk.clock.now_us())


def resume(desk: Desk, name: str, *, who: str) -> None:
    """Let a rule or source begin again that was stopped by ending its curtailment.

    Raises:
        InputError: no right to act, or there is no such rule.
    """
    may(desk.site, who, "act")
    book = Book(desk.db)
    known = rules_of(book).names
    if name not in known:
        raise InputError(f"there is no rule '{name}'.", remedy=f"Known are: {', '.join(known) or 'none'}.")
    stand(book, name, Standing(), who, desk.clock.now_us())


def tell_price(desk: Desk, quantity: Quantity, value: float, *, who: str) -> None:
    """Tell the site what hash rate earns or power costs now.

    Raises:
        InputError: no right to act, or a figure that cannot be.
    """
    may(desk.site, who, "act")
    tell(Book(desk.db), quantity, value, who, desk.clock.now_us())


def _end(desk: Desk, event_id: str, what: str, who: str, reason: str) -> Event:
    """Leave a command for the agent; a rule whose curtailment a person ends rests until it is resumed."""
    may(desk.site, who, "act")
    reason = said(reason)
    book, now_us = Book(desk.db), desk.clock.now_us()
    with desk.db.transaction():
        found = book.event(event_id)
        if found.state in OVER:
            raise InputError(f"{event_id} is over: {found.state}.")
        if found.state not in OPEN:
            found.state = found.outcome = "cancelled"
            found.ended_us, found.recorded = now_us, True
            book.save(found)
            book.note(event_id, now_us, who, f"{what} before approval: {reason}")
            return found
        book.command(event_id, what, who, reason, now_us)
        if found.ask.rule:
            stand(book, found.ask.rule, Standing(paused_by=who), who, now_us)
    return found
