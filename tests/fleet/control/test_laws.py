"""Laws of actions that hold in any order of requests, answers, silences and crashes."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from mintage.fleet.control import service
from mintage.fleet.control.worker import Worker
from mintage.fleet.drivers.port import Action, Led, Outcome, Reboot, Result, Sleep, Wake
from tests.fleet.plant import Plant, asset

MACHINES = 6
ACTIONS = st.sampled_from([Sleep(), Wake(), Reboot(), Led(on=True)])
ANSWERS = st.sampled_from(["done", "refused", "silent"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), ACTIONS, st.integers(1, MACHINES)),
        st.tuples(st.just("answer"), st.integers(0, MACHINES - 1), ANSWERS),
        st.tuples(st.just("crash"), st.integers(0, MACHINES), st.none()),
        st.tuples(st.just("pass"), st.integers(1, 30), st.none()),
    ),
    max_size=12,
)


class World:
    """A site that is asked, answers, falls silent and crashes, as a list of steps says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.answers: dict[int, Outcome] = dict.fromkeys(range(MACHINES), "done")
        self.sent: list[tuple[str, Action]] = []
        self.heard: dict[str, Action] = {}
        self.plant = Plant(folder, MACHINES)
        self.worker = Worker(self.plant.context)

    def live(self, steps: Sequence[tuple[str, object, object]]) -> None:
        """Live through the steps, and then let everybody answer until all is over."""
        for kind, one, other in steps:
            if kind == "ask" and isinstance(one, Sleep | Wake | Reboot | Led):
                for_ = f"slot<={other}"
                service.request(self.plant.context, who="ann", action=one, scope=for_, reason="law")
            elif kind == "answer" and isinstance(one, int):
                self.answers[one] = msgspec.convert(other, Outcome)
            elif kind == "crash" and isinstance(one, int):
                asyncio.run(self._crash(one))
            elif isinstance(one, int):
                asyncio.run(self._pass(one))
        self.answers = dict.fromkeys(range(MACHINES), "done")
        asyncio.run(self._pass(130))
        self.plant.clock.step(1000)
        asyncio.run(self._pass(2))

    def _wire(self) -> None:
        for number in range(MACHINES):
            self.plant.floor.answers[asset(number)] = partial(self._answer, number)

    def _answer(self, number: int, action: Action) -> Result:
        outcome = self.answers[number]
        if outcome == "done" and isinstance(action, Sleep | Wake):
            self.heard[asset(number)] = action
        return Result(outcome, outcome)

    async def _pass(self, seconds: int) -> None:
        self._wire()
        for _ in range(seconds):
            await self.worker.round()
            await self.plant.clock.advance(1)
        self._note()

    async def _crash(self, after: int) -> None:
        """Die while machines are asked: some were asked, and their answers are lost."""
        self._wire()
        self.plant.floor.hangs_after = after
        task = asyncio.create_task(self.worker.round())
        for _ in range(60):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        self._note()
        self.plant.db.close()
        self.plant = Plant(self.folder, MACHINES, clock=self.plant.clock)
        self.worker = Worker(self.plant.context)
        self.worker.recover()

    def _note(self) -> None:
        self.sent += self.plant.floor.sent
        assert not self.plant.floor.overlapped, "a machine is asked one thing at a time"
        self.plant.floor.sent.clear()


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_whatever_happens_every_request_ends_and_the_last_word_holds(
    steps: list[tuple[str, object, object]],
) -> None:
    """Every request ends; a reboot is sent at most once for each; the last run action heard is the last one asked."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        world.live(steps)
        found = {item.id: item for item in service.requests(world.plant.db)}
        assert {item.state for item in found.values()} <= {"finished"}
        for number in range(MACHINES):
            name = asset(number)
            rows = world.plant.db.rows(
                "SELECT kind, tries, target.state FROM action_target AS target JOIN action_request ON id = request"
                " WHERE asset = ? ORDER BY begins_us, action_request.rowid",
                (name,),
            )
            reboots = Counter(action for key, action in world.sent if key == name)[Reboot()]
            assert reboots <= sum(kind == "reboot" for kind, _, _ in rows)
            assert all(tries <= 4 for _, tries, _ in rows)
            last = [(kind, state) for kind, _, state in rows if kind in ("sleep", "wake")][-1:]
            if last and last[0][1] in ("done", "unconfirmed"):
                assert world.heard[name] == (Sleep() if last[0][0] == "sleep" else Wake())
        world.plant.db.close()
