"""Supervision and the lock: what fails is told and comes back, and one site has one agent."""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mintage.fleet.agent.lock import agent_runs, only_agent
from mintage.fleet.agent.supervise import Supervisor, part_states
from mintage.state.db import StateDb
from mintage.units.clock import StepClock
from mintage.units.errors import InputError, StoreError
from tests.fleet.agent.site import NOON_US


def test_a_failing_part_is_told_and_started_again_while_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    """Pauses double; the table says what went wrong; a part beside it never stops."""
    clock, db = StepClock(NOON_US), StateDb(None)
    starts: list[float] = []
    beats = 0

    async def broken() -> None:
        starts.append(clock.elapsed_s())
        raise StoreError("the disk is full")

    async def steady() -> None:
        nonlocal beats
        while True:
            beats += 1
            await clock.sleep(1)

    async def scenario() -> None:
        supervisor = Supervisor(db, clock)
        tasks = [asyncio.create_task(supervisor.run(name, part)) for name, part in (("b", broken), ("s", steady))]
        await clock.advance(20)
        assert starts == [0, 1, 3, 7, 15]
        assert beats == 21
        found = {part.part: part for part in part_states(db)}
        assert (found["b"].state, found["b"].failures, found["b"].problem) == ("failed", 5, "the disk is full")
        assert (found["s"].state, found["s"].problem) == ("running", "")
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        assert {part.state for part in part_states(db)} == {"stopped"}

    with caplog.at_level(logging.ERROR):
        asyncio.run(scenario())
    assert "b failed: the disk is full" in caplog.text
    assert "Traceback" not in caplog.text


def test_a_fault_of_ours_is_told_with_its_place(caplog: pytest.LogCaptureFixture) -> None:
    """What we did not foresee is contained as well, and the log says where it happened."""
    clock, db = StepClock(NOON_US), StateDb(None)

    async def faulty() -> None:
        raise KeyError("no such thing")

    async def scenario() -> None:
        task = asyncio.create_task(Supervisor(db, clock).run("faulty", faulty))
        await clock.advance(0.5)
        task.cancel()
        await asyncio.wait([task])

    with caplog.at_level(logging.ERROR):
        asyncio.run(scenario())
    assert "KeyError" in caplog.text
    assert "in faulty" in caplog.text


def test_a_part_with_nothing_to_do_ends_and_is_not_started_again() -> None:
    """A site without meters has no meter to read."""
    db = StateDb(None)

    async def nothing() -> None:
        return

    asyncio.run(Supervisor(db, StepClock()).run("meters", nothing))
    assert [(part.part, part.state) for part in part_states(db)] == [("meters", "ended")]


def test_a_second_agent_is_refused_by_name_and_the_lock_ends_with_its_holder(tmp_path: Path) -> None:
    """The message names the process that runs; a killed agent leaves nothing in the way."""
    code = (
        "import sys, time; from pathlib import Path; from mintage.fleet.agent.lock import only_agent\n"
        "with only_agent(Path(sys.argv[1]), 'alder'):\n    print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(  # noqa: S603  this interpreter, with the code above
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert agent_runs(tmp_path)
        refusal = pytest.raises(InputError, match=f"site alder is running already .process {holder.pid}.")
        with refusal, only_agent(tmp_path, "alder"):
            raise AssertionError("two agents")
        holder.kill()
    assert not agent_runs(tmp_path)
    with only_agent(tmp_path, "alder"):
        assert (tmp_path / "agent.lock").read_text() == str(os.getpid())


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """A file where the folder should be."""
    (tmp_path / "alder").write_text("")
    with pytest.raises(StoreError, match="alder"), only_agent(tmp_path / "alder", "alder"):
        raise AssertionError("no folder, no lock")
