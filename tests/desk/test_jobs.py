"""Jobs: real processes that tell how far they are, end when they are told to, and never leave a question open."""

from __future__ import annotations

import os
import queue
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mintage.desk.jobs import RUNNING_MAX, Job, Jobs
from mintage.desk.worker import KINDS
from mintage.state.db import StateDb
from mintage.units.clock import SystemClock
from mintage.units.errors import InputError

WAIT_S = 60.0
LONG: dict[str, Any] = {"months": 120, "paths": 20_000, "seed": 7, "day": "2025-06-30"}
"""A plan that takes far longer than any of these tests."""
SHORT: dict[str, Any] = {"months": 2, "paths": 50, "seed": 7, "day": "2025-06-30"}


class Heard:
    """What a desk is told of its jobs, as it comes."""

    def __init__(self) -> None:
        self.all: list[Job] = []
        self._queue: queue.Queue[Job] = queue.Queue()

    def __call__(self, job: Job) -> None:
        self.all.append(job)
        self._queue.put(job)

    def until(self, id_: str, state: str, *, done: int = 0) -> Job:
        """Wait until a job is in a state, and as far as that."""
        while True:
            job = self._queue.get(timeout=WAIT_S)
            if job.id == id_ and job.state == state and job.done >= done:
                return job


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def state(tmp_path: Path) -> Iterator[StateDb]:
    found = StateDb(tmp_path / "console.db")
    yield found
    found.close()


@pytest.fixture
def jobs(state: StateDb, example_copy: Path, heard: Heard) -> Iterator[Jobs]:
    found = Jobs(state, SystemClock(), str(example_copy), heard)
    yield found
    found.close()


def process_of(jobs: Jobs, id_: str) -> int:
    return jobs._processes[id_].pid


def gone(pid: int) -> bool:
    """Whether neither a process nor any that it started is left."""
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_a_job_tells_how_far_it_is_and_leaves_its_result(jobs: Jobs, heard: Heard) -> None:
    """Progress only grows, ends at the whole, and the result is JSON that stays."""
    job = jobs.start("plan", "a plan", SHORT, "theo", "/plan/p-1")
    assert job.state == "running"
    ended = jobs.wait(job.id, WAIT_S)
    assert (ended.state, ended.asked_by, ended.href, ended.over) == ("done", "theo", "/plan/p-1", True)
    assert ended.ended_us is not None
    assert ended.ended_us >= ended.asked_us
    told = [one.done for one in heard.all if one.state == "running"]
    assert told == sorted(told)
    assert (told[-1], heard.all[-1].total, heard.all[-1].state) == (50, 50, "done")
    result = msgspec.json.decode(jobs.result(job.id) or b"")
    assert result["result"]["months"] == ["2025-07", "2025-08"]


def test_cancelling_ends_the_process(jobs: Jobs, heard: Heard) -> None:
    """A cancelled job's process is gone, though it was in the midst of its work; nothing came out."""
    job = jobs.start("plan", "a long plan", LONG, "theo")
    heard.until(job.id, "running", done=1)
    pid = process_of(jobs, job.id)
    assert jobs.cancel(job.id).state == "cancelled"
    assert jobs.wait(job.id, WAIT_S).state == "cancelled"
    assert gone(pid)
    assert jobs.result(job.id) is None
    assert heard.until(job.id, "cancelled").over
    assert jobs.cancel(job.id).state == "cancelled"


def test_a_failing_job_tells_what_is_wrong_and_what_to_do(jobs: Jobs) -> None:
    """An error of ours reaches the job with its remedy, not as a trace."""
    job = jobs.start("check", "checks", {"period": "2025Q9"}, "chen")
    ended = jobs.wait(job.id, WAIT_S)
    assert ended.state == "failed"
    assert ended.problem == "'2025Q9' is not a period."
    assert "2025Q2" in ended.remedy


def test_a_process_that_dies_is_told_of(jobs: Jobs, heard: Heard) -> None:
    """Who kills a job's process from outside leaves a job that failed, not one that runs for ever."""
    job = jobs.start("plan", "a long plan", LONG, "theo")
    heard.until(job.id, "running", done=1)
    os.kill(process_of(jobs, job.id), signal.SIGKILL)
    ended = jobs.wait(job.id, WAIT_S)
    assert (ended.state, ended.problem) == ("failed", "its process ended without a word")
    assert ended.remedy


def test_a_job_of_a_kind_that_is_none_fails(jobs: Jobs) -> None:
    """What a worker cannot begin with ends as a failure."""
    job = jobs.start("dance", "a dance", {}, "theo")
    assert jobs.wait(job.id, WAIT_S).state == "failed"


def test_so_many_run_at_once_and_the_rest_wait_in_order(jobs: Jobs, heard: Heard) -> None:
    """Never more processes than allowed; the next begins when one ends; a waiting job can be cancelled too."""
    first = [jobs.start("plan", f"long {number}", LONG, "theo") for number in range(RUNNING_MAX)]
    waiting = [jobs.start("plan", name, SHORT, "theo") for name in ("never", "next")]
    assert [job.state for job in (*first, *waiting)] == ["running"] * RUNNING_MAX + ["waiting"] * 2
    assert len(jobs._processes) == RUNNING_MAX
    assert jobs.cancel(waiting[0].id).state == "cancelled"
    jobs.cancel(first[0].id)
    heard.until(waiting[1].id, "running")
    assert len(jobs._processes) == RUNNING_MAX
    assert jobs.wait(waiting[1].id, WAIT_S).state == "done"
    assert jobs.get(waiting[0].id).state == "cancelled"
    assert jobs.get(first[1].id).state == "running"


def test_nobody_keeps_others_waiting(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """One person's jobs that wait are so many; somebody else's still find room."""
    monkeypatch.setattr("mintage.desk.jobs.WAITING_OF_ONE_MAX", 1)
    for number in range(RUNNING_MAX + 1):
        jobs.start("plan", f"plan {number}", LONG, "theo")
    with pytest.raises(InputError, match="of theo"):
        jobs.start("plan", "one more", LONG, "theo")
    assert jobs.start("export", "postings", {}, "chen").state == "waiting"


def test_what_ran_when_the_server_stopped_has_failed(jobs: Jobs, state: StateDb, example_copy: Path) -> None:
    """A server that starts again says of every job that was not over that it must be started anew; the rest stays."""
    done = jobs.start("plan", "short", SHORT, "theo")
    jobs.wait(done.id, WAIT_S)
    lost = jobs.start("plan", "long", LONG, "theo")
    again = Jobs(state, SystemClock(), str(example_copy))
    found = again.get(lost.id)
    assert (found.state, found.problem) == ("failed", "the server stopped while it ran")
    assert found.remedy == "Start it anew."
    assert again.get(done.id).state == "done"
    assert again.result(done.id) is not None


def test_closing_leaves_no_process(state: StateDb, example_copy: Path) -> None:
    """A server that stops takes its jobs with it."""
    jobs = Jobs(state, SystemClock(), str(example_copy))
    started = [jobs.start("plan", "long", LONG, "theo") for _ in range(RUNNING_MAX + 1)]
    pids = [process.pid for process in jobs._processes.values()]
    jobs.close()
    assert all(gone(pid) for pid in pids)
    assert [jobs.get(job.id).state for job in started] == ["cancelled"] * (RUNNING_MAX + 1)


def test_every_kind_has_its_work() -> None:
    """Each kind of job names a function that is there."""
    from importlib import import_module

    for target in KINDS.values():
        module, _, name = target.partition(":")
        assert callable(getattr(import_module(module), name))
