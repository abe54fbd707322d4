"""Following the site's rules: curtailments begin and end without anybody asking."""

from __future__ import annotations

import msgspec

from mintage.fleet.context import Context
from mintage.fleet.control.store import Desk, in_people_s
from mintage.fleet.curtail import course
from mintage.fleet.curtail.asks import Ask
from mintage.fleet.curtail.choice import Plan
from mintage.fleet.curtail.rules import Rule, Rules, ask_of, window_end_us
from mintage.fleet.curtail.states import Event
from mintage.fleet.curtail.store import Book
from mintage.units.errors import InputError

EVERY_S = 15.0
_AGAIN_US = 300_000_000
"""A rule whose curtailment could not begin tries again after this time."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a rule stands.

    Attributes:
        paused_by: who stopped it by ending its curtailment; "" where it is in force.
        problem: why it cannot be followed; "" where it can.
    """

    paused_by: str = ""
    problem: str = ""


def rules_of(book: Book) -> Rules:
    """The rules in force; none where none were given."""
    body = book.setting("rules")
    return msgspec.json.decode(body, type=Rules) if body else Rules()


def standings(book: Book) -> dict[str, Standing]:
    """How each rule and source stands that is not simply in force."""
    body = book.setting("standings")
    return msgspec.json.decode(body, type=dict[str, Standing]) if body else {}


def stand(book: Book, name: str, standing: Standing, who: str, now_us: int) -> None:
    """Keep how a rule stands."""
    known = standings(book)
    if known.get(name, Standing()) != standing:
        found = {key: value for key, value in {**known, name: standing}.items() if value != Standing()}
        book.set("standings", msgspec.json.encode(found), who, now_us)


def foresee(context: Desk, book: Book, ask: Ask, now_us: int, event_id: str = "") -> Plan:
    """What an ask would shed if it began now.

    Args:
        context: the site.
        book: its curtailments.
        ask: what is asked.
        now_us: the instant.
        event_id: open curtailment that goes on with it; "" for a new one.

    Raises:
        InputError: a price or a power that it needs is unknown.
    """
    unfinished = book.unfinished()
    stage = course.Stage(
        context=context,
        book=book,
        machines={machine.asset: machine for machine in context.latest.all(context.site.name)},
        targets={event.id: {target.asset: target for target in book.targets(event.id)} for event in unfinished},
        now_us=now_us,
    )
    return course.plan_for(stage, Event(id=event_id, state="preview", ask=ask, who="", created_us=now_us))


class Follower:
    """Follows the rules of one site.

    Args:
        context: the site.
        book: its curtailments.
    """

    def __init__(self, context: Context, book: Book) -> None:
        self._context, self._book = context, book
        self._next_us = 0

    def follow(self, now_us: int) -> None:
        """Look at every rule where that is due."""
        every_us = round(max(EVERY_S, in_people_s(self._context.clock, 0.5)) * 1e6)
        if self._next_us - every_us <= now_us < self._next_us:
            return
        self._next_us = now_us + every_us
        rules, known = rules_of(self._book), standings(self._book)
        for rule in rules.rule:
            if not known.get(rule.name, Standing()).paused_by and self._book.of_rule(rule.name) is None:
                self._follow(rules, rule, now_us)
        for event in self._book.unfinished():
            if event.ask.rule and event.ask.rule not in rules.names and event.state in ("pending", "shedding", "held"):
                self._book.command(event.id, "restore", "rules", "its rule is no longer there", now_us)

    def _follow(self, rules: Rules, rule: Rule, now_us: int) -> None:
        until_us = window_end_us(rule.when, now_us)
        if rule.when and until_us is None:
            return
        last = self._book.last_of_rule(rule.name)
        if last and last.outcome == "aborted" and last.ended_us and now_us - last.ended_us < _AGAIN_US:
            return
        ask = ask_of(rules, rule, until_us)
        try:
            plan = foresee(self._context, self._book, ask, now_us)
        except InputError as error:
            stand(self._book, rule.name, Standing(problem=str(error)), "agent", now_us)
            return
        stand(self._book, rule.name, Standing(), "agent", now_us)
        if plan.choices:
            self._book.add(ask, f"rule {rule.name}", now_us)
