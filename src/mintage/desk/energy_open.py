"""Curtailments that go on or wait at a site, and the rules that it sheds by."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import msgspec

from mintage.desk.company import Company
from mintage.desk.energy_answer import EventRow, RuleRow
from mintage.desk.energy_ledger import kilowatts
from mintage.desk.figure import Figure
from mintage.desk.here import site_desk
from mintage.desk.sites import SiteDesk
from mintage.fleet.control.roles import same_person
from mintage.fleet.curtail.asks import amount_of
from mintage.fleet.curtail.follower import Standing, rules_of, standings
from mintage.fleet.curtail.rules import Rule, Window
from mintage.fleet.curtail.states import OPEN, OVER, Event
from mintage.fleet.curtail.store import Book
from mintage.fleet.sites import Role, User
from mintage.people.caller import Caller

_ROLES: tuple[tuple[str, Role], ...] = (
    ("energy.read", "viewer"),
    ("energy.act", "operator"),
    ("energy.approve", "approver"),
)
"""What a right of the console is called where a site sheds load."""
EVENTS_MAX = 200


def energy_desk(company: Company, caller: Caller, site: str) -> SiteDesk:
    """A site's desk at which somebody has the roles that the console's rights on power give, and no others.

    Raises:
        Missing: its state is not on this machine.
    """
    desk = site_desk(company, site)
    roles = tuple(role for right, role in _ROLES if caller.may(right, site))
    if caller.may("people.write"):
        roles = (*roles, "admin")
    others = tuple(user for user in desk.site.user if user.name != caller.name)
    mine = User(name=caller.name, roles=roles)
    # A site whose file names nobody is open to whoever writes its files; from here only rights of the console count.
    return replace(desk, site=msgspec.structs.replace(desk.site, user=(*others, mine)))


def event_row(caller: Caller, site: str, event: Event) -> EventRow:
    """A curtailment as a row."""
    another = not same_person(event.who, caller.name)
    return EventRow(
        site=site,
        id=event.id,
        state=event.state,
        mode=event.ask.mode,
        asked=amount_of(event.ask.shed),
        asked_kw=kilowatts(event.asked_w if event.began_us else None, "it has not begun."),
        by=event.who,
        approved_by=event.approved_by,
        reason=event.ask.reason,
        words=event.words,
        created_us=event.created_us,
        began_us=event.began_us,
        ends_us=event.ends_us,
        ended_us=event.ended_us,
        may_approve=event.state == "preview" and another and caller.may("energy.approve", site),
        href=f"/energy/{site}/curtailments/{event.id}",
    )


def open_events(desk: SiteDesk, caller: Caller, site: str) -> tuple[EventRow, ...]:
    """Curtailments that go on or wait, the newest first."""
    return tuple(
        event_row(caller, site, event) for event in Book(desk.db).events(EVENTS_MAX) if event.state not in OVER
    )


def shed_now(desk: SiteDesk) -> Figure:
    """What open curtailments are to shed now."""
    events = [event for event in Book(desk.db).events(EVENTS_MAX) if event.state in OPEN and event.began_us]
    return Figure(value=Decimal(sum(event.asked_w for event in events)).scaleb(-3), unit="kW", digits=1)


def rule_rows(desk: SiteDesk) -> tuple[RuleRow, ...]:
    """Rules and sources in force, and how each stands."""
    book = Book(desk.db)
    rules, known = rules_of(book), standings(book)
    rows = [_rule(rule, known.get(rule.name, Standing())) for rule in rules.rule]
    for source in rules.source:
        standing = known.get(source.name, Standing())
        rows.append(
            RuleRow(
                name=source.name,
                kind="source",
                sheds="",
                scope=source.scope,
                windows=(),
                may=tuple(source.may),
                kw_max=Figure(value=Decimal(source.kw_max), unit="kW"),
                reason="",
                paused_by=standing.paused_by,
                problem=standing.problem,
            )
        )
    return tuple(rows)


def _rule(rule: Rule, standing: Standing) -> RuleRow:
    return RuleRow(
        name=rule.name,
        kind="rule",
        sheds=amount_of(rule.shed),
        scope=rule.scope,
        windows=tuple(_window(window) for window in rule.when),
        may=(),
        kw_max=None,
        reason=rule.reason,
        paused_by=standing.paused_by,
        problem=standing.problem,
    )


def _window(window: Window) -> str:
    return f"{','.join(window.days)} {window.start:%H:%M}-{window.end:%H:%M} {window.zone}"
