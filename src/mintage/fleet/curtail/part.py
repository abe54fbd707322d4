"""The agent's part that steers curtailments: one round a second, all state in the site's file.

A round takes answers and commands, follows rules, moves each curtailment and each of its machines on, keeps all of
that in one transaction, and only then tells machines. Killed between any two statements, the next agent goes on from
what is kept: at worst a machine is told the same thing twice.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict

from mintage.fleet.context import Context
from mintage.fleet.curtail import commands, course, steps
from mintage.fleet.curtail.delivered import Sampler, answers, stale_after_s
from mintage.fleet.curtail.dispatch import Dispatch
from mintage.fleet.curtail.follower import Follower
from mintage.fleet.curtail.mqtt import listen
from mintage.fleet.curtail.people import heed_people
from mintage.fleet.curtail.people import slept_by as slept_by_hand
from mintage.fleet.curtail.proof import close
from mintage.fleet.curtail.states import OPEN, OVER, RUN, SETTLED, STEERING, Event, Target, strength
from mintage.fleet.curtail.store import Book
from mintage.fleet.curtail.timekeeping import Timekeeper, boot_id
from mintage.fleet.drivers.port import Action
from mintage.fleet.latest import Machine

EVERY_S = 1.0
REAL_PAUSE_S = 0.1
"""A virtual site's second may last less than a millisecond; rounds are not made more often than this."""
_CALM_US = 5_000_000
"""While machines are merely held, they are looked at only so often."""
_DAY_US = 86_400_000_000
"""A machine that did not come back is told to again for so long; afterwards only when it answers again."""
_LATE_MAX = 20
"""So often a machine that answers again after more than a day is told to wake; then it is a technician's matter."""
_AWAY_US = 60_000_000
"""An agent that was away for less is not worth a word."""
_AWAY = "did not come back within a day; is told to wake when it answers again"


async def run(context: Context) -> None:
    """A part of the agent: steer curtailments and listen to signals, for ever.

    Raises:
        ExceptionGroup: of a StoreError, where the site's state cannot be kept, as on a full disk.
    """
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_steer(context))
        tasks.create_task(listen(context))


async def _steer(context: Context) -> None:
    engine = Engine(context)
    try:
        while True:
            engine.round()
            await asyncio.gather(context.clock.sleep(EVERY_S), asyncio.sleep(REAL_PAUSE_S))
    finally:
        await engine.dispatch.close()


class Engine:
    """Steers the curtailments of one site.

    Args:
        context: the site.
        boot: boot of the operating system that the monotonic clock counts from; None asks the system.
    """

    def __init__(self, context: Context, boot: str | None = None) -> None:
        self.context, self.book = context, Book(context.db)
        self.dispatch = Dispatch(context.hands)
        self._sampler = Sampler(context)
        self._rules = Follower(context, self.book)
        self._looked_us = -_CALM_US
        self._time = Timekeeper(context.clock, self.book, boot_id() if boot is None else boot)
        self._passed_us = 0
        self._is_new = True

    def round(self) -> None:
        """One round."""
        now_us = self.context.clock.now_us()
        self._follow_clock(now_us)
        self._rules.follow(now_us)
        if not (self.book.anything() or self.dispatch.waiting()):
            return
        calm = not (self.book.hurry() or self.dispatch.waiting())
        if calm and self._looked_us <= now_us < self._looked_us + _CALM_US:
            return
        self._looked_us = now_us
        machines = {machine.asset: machine for machine in self.context.latest.all(self.context.site.name)}
        with self.context.db.transaction():  # also what is read: somebody else may write between two rounds only
            events = self.book.unfinished()
            told = self._move(events, self.book.commands(), machines, now_us)
            told += self._straggle(self.book.stragglers(), machines, now_us)
        self._passed_us = 0  # it is kept now
        for event_id, asset, action in told:
            self.dispatch.tell(event_id, asset, action)
        for event in events:
            if event.state in OVER and not event.recorded:
                close(self.context, self.book, event, now_us)

    def _move(
        self, events: list[Event], asked: list[commands.Command], machines: dict[str, Machine], now_us: int
    ) -> list[tuple[str, str, Action]]:
        """Move every curtailment on and keep it; what machines are to be told."""
        self.book.forget()
        targets = {event.id: self.book.load(event.id) for event in events}
        for answer in self.dispatch.answers():
            target = targets.get(answer.event, {}).get(answer.asset)
            if target is not None:
                event = next(item for item in events if item.id == answer.event)
                pace = steps.pace(event.ask.manner, self.context.clock)
                self._note(event, steps.answered(target, answer.result, pace, now_us), now_us)
        for command in asked:
            commands.obey(self.book, command, events, targets, now_us)
            self.book.done(command)
        heed_people(self.book, events, targets, now_us)
        stage = course.Stage(context=self.context, book=self.book, machines=machines, targets=targets, now_us=now_us)
        for event in events:
            course.pass_time(event, self._passed_us, now_us)
            course.advance(stage, event)
        self._time.keep()
        told = self._reconcile(events, targets, machines, now_us)
        self._sampler.sample(self.book, events, targets, machines, now_us)
        for event in events:
            self.book.save(event)
        self.book.save_changed()
        return told

    def _reconcile(
        self,
        events: list[Event],
        targets: dict[str, dict[str, Target]],
        machines: dict[str, Machine],
        now_us: int,
    ) -> list[tuple[str, str, Action]]:
        """Step every machine once; where several curtailments hold it, the one that wants most of it leads."""
        wishes: dict[str, list[tuple[Event, Target]]] = defaultdict(list)
        for event in events:
            if event.state in STEERING:
                for target in targets[event.id].values():
                    if target.state not in SETTLED:
                        wishes[target.asset].append((event, target))
        told = []
        paces = {event.id: steps.pace(event.ask.manner, self.context.clock) for event in events}
        turned: dict[str, list[str]] = {"slept_us": [], "woke_us": []}
        for asset, claims in wishes.items():
            if self.dispatch.busy(asset):
                continue
            machine = machines.get(asset)
            claims.sort(key=lambda claim: -strength(claim[1].want))  # stable: the older one leads among equals
            event, leader = claims[0]
            for other, target in claims[1:]:
                self._yield(other, target, event, machine, now_us)
            before = leader.state
            step = steps.step(leader, machine, paces[event.id], now_us)
            self._note(event, step.note, now_us)
            if step.action is not None:
                told.append((event.id, asset, step.action))
            if leader.state != before and leader.state in ("sent", "restored"):
                turned["slept_us" if leader.state == "sent" else "woke_us"].append(asset)
        for column, assets in turned.items():
            self.book.turned(column, assets, now_us)
        return told

    @staticmethod
    def _yield(event: Event, target: Target, leader: Event, machine: Machine | None, now_us: int) -> None:
        """Another curtailment leads; this one waits, or lets go where it is through with the machine."""
        if target.want == RUN:
            target.state, target.words = "released", f"held by {leader.id}" if leader.id != event.id else ""
        else:
            steps.cover(target, machine, now_us)

    def _straggle(
        self, stragglers: list[Target], machines: dict[str, Machine], now_us: int
    ) -> list[tuple[str, str, Action]]:
        """Machines that did not come back after their curtailment was over are told again now and then."""
        told: list[tuple[str, str, Action]] = []
        held = self.book.held() if stragglers else {}
        for target in stragglers:
            if target.asset in held or self.dispatch.busy(target.asset):
                continue
            event = self.book.event(target.event)
            before = (target.state, target.tries)
            pace = steps.pace(event.ask.manner, self.context.clock)
            slept_by = slept_by_hand(self.book, target.asset, event.ended_us or 0)
            machine = machines.get(target.asset)
            is_late = now_us - (event.ended_us or 0) > max(_DAY_US, 10 * pace.straggler_us)
            words = _given_up(target, machine, slept_by) if slept_by or is_late else ""
            if words:
                target.state, target.words = "released", words
                self._note(event, f"{target.asset}: {words}", now_us)
                self.book.save_targets([target])
                continue
            if is_late and not answers(machine, now_us, stale_after_s(self.context)):
                if target.words != _AWAY:
                    target.words = _AWAY
                    self._note(event, f"{target.asset}: {_AWAY}", now_us)
                    self.book.save_targets([target])
                continue
            step = steps.straggle(target, machine, pace, now_us)
            self._note(event, step.note, now_us)
            if is_late and step.action is not None:
                target.late += 1
                self._note(event, f"{target.asset}: answers again; told to wake" if target.late == 1 else "", now_us)
            if step.action is not None:
                told.append((target.event, target.asset, step.action))
            if (target.state, target.tries) != before:
                self.book.save_targets([target])
        return told

    def _note(self, event: Event, what: str, now_us: int) -> None:
        if what:
            self.book.note(event.id, now_us, "agent", what)

    def _take_up(self, away_us: int, now_us: int) -> None:
        """An agent before this one began these: say for how long nobody steered them."""
        if away_us < _AWAY_US:
            return
        with self.context.db.transaction():
            for event in self.book.unfinished():
                if event.state in STEERING:
                    self._note(event, f"went on after {away_us / 60e6:,.0f} min away", now_us)

    def _follow_clock(self, now_us: int) -> None:
        """Count the time that passed; where the wall clock was stepped, move every length of time with it."""
        passed = self._time.passed()
        self._passed_us += passed.real_us
        if self._is_new:
            self._is_new = False
            self._take_up(passed.real_us, now_us)
        step_us = passed.step_us
        if not step_us:
            return
        with self.context.db.transaction():
            for event in self.book.unfinished():
                if event.state in OPEN:
                    course.shift(event, step_us)
                    self.book.save(event)
                    self.book.shift(self.book.targets(event.id), step_us)
                    self.book.note(event.id, now_us, "agent", f"the clock was stepped by {step_us / 1e6:+,.0f} s")
            self.book.shift(self.book.stragglers(), step_us)


def _given_up(target: Target, machine: Machine | None, slept_by: str) -> str:
    """Why a machine that did not come back is not told any more; "" where it is, when it answers again."""
    if slept_by:
        return f"put to sleep by {slept_by}"
    if machine is None:
        return "is no machine of this site any more"
    return f"answers again, and did not wake when told {target.late} times" if target.late >= _LATE_MAX else ""
