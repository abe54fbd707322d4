"""The agent's hand for actions: carries out what was asked and approved, and keeps what came of it.

Every step is kept before and after a machine is asked. After a crash a machine that was being asked is asked again
where its action may be repeated (all but a reboot); otherwise telemetry tells whether it happened. No machine is
asked two things at once, and a later request replaces an earlier one for the same machine that is not through yet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import msgspec

from mintage.fleet.context import Context
from mintage.fleet.control.actions import TRAITS, decode_action, for_machine, trait
from mintage.fleet.control.audit import finish, record
from mintage.fleet.control.outcome import RETRY_S, Step, after_answer, after_crash, borne_out, unproven
from mintage.fleet.control.store import define, in_people_s
from mintage.fleet.drivers.port import Action
from mintage.state.db import Row

EVERY_S = 1.0
REAL_PAUSE_S = 0.05
"""A virtual site's second may last less than a millisecond; the state file is not asked more often than this."""
AT_ONCE_MAX = 128
TELEMETRY_S = 15.0
"""Seconds that telemetry needs at the least, on any clock, to see what was done."""
_SECOND_US = 1_000_000
_LATER = """EXISTS (
    SELECT 1 FROM action_target AS other JOIN action_request AS later ON later.id = other.request
    WHERE other.asset = target.asset AND other.request <> target.request AND later.line = asked.line
    AND later.state = 'approved' AND (later.begins_us, later.rowid) > (asked.begins_us, asked.rowid))"""
"""A later request of the same line is there for the same machine."""
_DUE = """target.state = 'waiting' AND (target.due_us <= ? OR target.due_us > ?)
    AND asked.state = 'approved' AND asked.expires_us > ?
    ORDER BY asked.begins_us, asked.rowid, target.asset LIMIT ?"""
"""Machines to be asked now, the longest wait first. One due later than any pause is due now: the clock
was set back."""


class Target(msgspec.Struct, frozen=True):
    """One machine of a request.

    Attributes:
        request: the request's id.
        asset: machine.
        action: what is to be done.
        tries: how often it was asked, this time included.
        answered: whether it said yes.
        first_us: when it was asked first.
        changed_us: when it came to where it stands.
        words: what is told of it.
    """

    request: str
    asset: str
    action: Action
    tries: int
    answered: bool
    first_us: int
    changed_us: int
    words: str


class Worker:
    """Carries out the actions of one site.

    Args:
        context: the site.
    """

    def __init__(self, context: Context) -> None:
        self._context, self._db = context, context.db
        self._at_once = min(AT_ONCE_MAX, context.site.agent.concurrency)
        self._newest: Row = ()
        self._busy: set[str] = set()
        define(self._db)

    def recover(self) -> None:
        """Take up what was being asked when the agent stopped."""
        begun = self._targets("target.state = 'asking'")
        self._keep((target, after_crash(target.action, target.tries)) for target in begun)

    async def round(self) -> None:
        """Ask every machine that is due, and return when none is due any more."""
        self._tidy()
        running: set[asyncio.Task[tuple[Target, Step]]] = set()
        try:
            while True:
                if len(running) <= self._at_once // 2:  # a query for each answer would cost more than the answers
                    due = self._take(self._at_once - len(running))
                    running |= {asyncio.create_task(self._ask(target)) for target in due}
                if not running:
                    break
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                answered = [task.result() for task in done]
                self._keep(answered)
                self._busy.difference_update(target.asset for target, _ in answered)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            self._busy.clear()
        self._confirm()
        finish(self._db, self._context.clock.now_us())
        record(self._db, self._context.recorder)

    def _tidy(self) -> None:
        """Let expire what is too old."""
        now_us = self._context.clock.now_us()
        with self._db.transaction():
            self._db.execute(
                "UPDATE action_request SET state = 'expired', finished_us = ? WHERE state = 'pending'"
                " AND expires_us <= ?",
                (now_us, now_us),
            )
            self._db.execute(
                "UPDATE action_target SET state = 'expired', changed_us = ?, words = CASE words WHEN '' THEN"
                " 'expired before it was asked' ELSE 'expired; at the last try: ' || words END WHERE state = 'waiting'"
                " AND request IN (SELECT id FROM action_request WHERE expires_us <= ?)",
                (now_us, now_us),
            )

    def _replace(self) -> None:
        """Drop what a later request replaced."""
        newest = self._db.rows("SELECT count(*), max(begins_us) FROM action_request WHERE state = 'approved'")[0]
        if newest == self._newest:
            return
        self._newest = newest
        replaced = self._targets(f"target.state IN ('waiting', 'accepted') AND asked.state = 'approved' AND {_LATER}")
        words = "a later request for this machine replaced this one"
        self._keep(
            (target, Step("unconfirmed" if target.answered else "overtaken", words, answered=target.answered))
            for target in replaced
        )

    def _take(self, limit: int) -> list[Target]:
        """Mark machines that are due as being asked; they are asked next."""
        self._replace()
        now_us = self._context.clock.now_us()
        late_us = now_us + round(RETRY_S[-1] * _SECOND_US)
        due: dict[str, Target] = {}
        for target in self._targets(_DUE, (now_us, late_us, now_us, limit + len(self._busy))):
            if target.asset not in self._busy and len(due) < limit:
                due.setdefault(target.asset, target)  # one thing at a time for each machine
        self._busy.update(due)
        self._db.many(
            "UPDATE action_target SET state = 'asking', tries = tries + 1, first_us = coalesce(first_us, ?),"
            " changed_us = ? WHERE request = ? AND asset = ?",
            ((now_us, now_us, target.request, target.asset) for target in due.values()),
        )
        return [
            msgspec.structs.replace(target, tries=target.tries + 1, first_us=target.first_us or now_us)
            for target in due.values()
        ]

    async def _ask(self, target: Target) -> tuple[Target, Step]:
        machine = self._context.latest.get(target.asset)
        seen = borne_out(target.action, machine, target.first_us) if target.tries > 1 else ""
        if seen:
            return target, Step("done", f"{target.words}; {seen}", answered=target.answered)
        if machine is None:
            return target, Step("unsupported", "no machine of this site has this asset id any more")
        result = await self._context.hands.act(target.asset, for_machine(target.action, machine))
        return target, after_answer(target.action, result, target.tries)

    def _confirm(self) -> None:
        """Compare what machines said yes to with what telemetry says since."""
        now_us, steps = self._context.clock.now_us(), []
        for target in self._targets("target.state = 'accepted'"):
            machine = self._context.latest.get(target.asset)
            known = trait(target.action)
            since_us = target.changed_us if target.answered and known.repeatable else target.first_us
            seen = borne_out(target.action, machine, since_us)
            wait_s = max(known.confirm_s, in_people_s(self._context.clock, TELEMETRY_S))
            if seen:
                steps.append((target, Step("done", f"{target.words}; {seen}", answered=target.answered)))
            elif now_us >= target.changed_us + wait_s * _SECOND_US:
                steps.append((target, unproven(machine, answered=target.answered, words=target.words)))
        self._keep(steps)

    def _keep(self, steps: Iterable[tuple[Target, Step]]) -> None:
        now_us, kept = self._context.clock.now_us(), list(steps)
        if any(step.state == "waiting" for _, step in kept):
            self._newest = ()  # a later request may have come while it was being asked
        rows = [
            (
                *(step.state, step.words, now_us + round((step.again_s or 0) * _SECOND_US), step.answered),
                *(step.effective, now_us, target.request, target.asset),
            )
            for target, step in kept
        ]
        if rows:
            self._db.many(
                "UPDATE action_target SET state = ?, words = ?, due_us = ?, answered = ?, effective = ?,"
                " changed_us = ? WHERE request = ? AND asset = ?",
                rows,
            )

    def _targets(self, where: str, values: tuple[int, ...] = ()) -> list[Target]:
        rows = self._db.rows(
            "SELECT target.request, target.asset, asked.action, target.tries, target.answered,"  # noqa: S608  our own
            " coalesce(target.first_us, 0), target.changed_us, target.words FROM action_target AS target"
            f" JOIN action_request AS asked ON asked.id = target.request WHERE {where}",
            values,
        )
        actions: dict[str, Action] = {raw: decode_action(raw) for raw in {row[2] for row in rows}}
        return [Target(row[0], row[1], actions[row[2]], row[3], bool(row[4]), *row[5:]) for row in rows]


async def work(context: Context) -> None:
    """Carry out actions until cancelled. A part of the agent."""
    worker = Worker(context)
    worker.recover()
    while True:
        await worker.round()
        await asyncio.gather(context.clock.sleep(EVERY_S), asyncio.sleep(REAL_PAUSE_S))


def repeatable() -> dict[str, bool]:
    """Which actions may be sent twice, by name."""
    return {str(kind.__struct_config__.tag): known.repeatable for kind, known in TRAITS.items()}
