"""Long work beside the desk: each job runs in a process of its own, tells how far it is, and can be cancelled.

So a plan of ten thousand paths slows down nobody who looks at a page, and a cancelled job is really gone. What a job
writes into the journal is whole or not there at all, because one append is one transaction.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Literal

import msgspec

from mintage.state.db import Row, StateDb
from mintage.units.clock import Clock
from mintage.units.errors import InputError

JobState = Literal["waiting", "running", "done", "failed", "cancelled"]
RUNNING_MAX = 2
"""Jobs that run at once; others wait."""
WAITING_MAX = 50
WAITING_OF_ONE_MAX = 20
"""Jobs of one person that wait, so that nobody's plans keep others from closing the books."""
KEPT = 200
"""Finished jobs of each kind that are kept with their results; older ones give way."""
LINE_BYTES_MAX = 64 << 20
AGAIN = "Start it anew."
NOTHING = msgspec.Raw()
_SCHEMA = """
CREATE TABLE IF NOT EXISTS job (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_us INTEGER NOT NULL,
    state TEXT NOT NULL,
    done INTEGER NOT NULL DEFAULT 0,
    total INTEGER NOT NULL DEFAULT 0,
    note TEXT NOT NULL DEFAULT '',
    problem TEXT NOT NULL DEFAULT '',
    remedy TEXT NOT NULL DEFAULT '',
    ended_us INTEGER,
    href TEXT NOT NULL DEFAULT '',
    result BLOB
) STRICT;
CREATE INDEX IF NOT EXISTS job_by_time ON job (asked_us);
"""
_COLUMNS = "id, kind, subject, asked_by, asked_us, state, done, total, note, problem, remedy, ended_us, href"


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of long work.

    Attributes:
        id: its id.
        kind: what it does: "plan", "tieout", "close" ...
        subject: what it does it to, as told to people.
        asked_by: who asked.
        asked_us: when, microseconds since 1970 UTC.
        state: waiting, running, done, failed or cancelled.
        done: steps done.
        total: steps in all; 0 where that is not known yet.
        note: what it is at.
        problem: why it failed.
        remedy: what to do about it.
        ended_us: when it ended.
        href: address of the page that shows what came out, "" where this is the job's own.
    """

    id: str
    kind: str
    subject: str
    asked_by: str
    asked_us: int
    state: JobState
    done: int
    total: int
    note: str
    problem: str
    remedy: str
    ended_us: int | None
    href: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ("done", "failed", "cancelled")


class Told(msgspec.Struct, omit_defaults=True):
    """A line that a job's process writes: how far it is, what came out, or what went wrong.

    Attributes:
        done: steps done.
        total: steps in all.
        note: what it is at.
        result: what came out, as JSON; nothing while it works.
        problem: why it failed.
        remedy: what to do about it.
    """

    done: int = 0
    total: int = 0
    note: str = ""
    result: msgspec.Raw = NOTHING
    problem: str = ""
    remedy: str = ""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What a job's process reads.

    Attributes:
        kind: see `mintage.desk.worker.KINDS`.
        db: the journal's file.
        asked_by: who asked.
        arguments: what the kind takes.
    """

    kind: str
    db: str
    asked_by: str
    arguments: dict[str, Any]


class Jobs:
    """The jobs of one desk.

    Args:
        state: where they are kept.
        clock: the time.
        db: the journal's file, which jobs open by themselves.
        heard: told of a job whenever it moves on.
    """

    def __init__(self, state: StateDb, clock: Clock, db: str, heard: Callable[[Job], None] = lambda _job: None) -> None:
        self._state, self._clock, self._db, self.heard = state, clock, db, heard
        self._lock = threading.Lock()
        self._waiting: list[tuple[str, Task]] = []
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._threads: dict[str, threading.Thread] = {}
        state.define(_SCHEMA)
        state.execute(
            "UPDATE job SET state = 'failed', problem = 'the server stopped while it ran', remedy = 'Start it anew.'"
            " WHERE state IN ('waiting', 'running')"
        )

    def start(self, kind: str, subject: str, arguments: dict[str, Any], by: str, href: str = "") -> Job:
        """Start a job, or queue it where others run.

        Args:
            kind: see `mintage.desk.worker.KINDS`.
            subject: what it does it to, as told to people.
            arguments: what the kind takes.
            by: who asks.
            href: address of the page that shows what came out; "{id}" in it stands for the job's id.

        Raises:
            InputError: too many wait already.
        """
        id_ = f"j-{secrets.token_hex(8)}"
        with self._lock:
            if len(self._waiting) >= WAITING_MAX:
                raise InputError("too many jobs wait already.", remedy="Wait for one, or cancel it.")
            if sum(task.asked_by == by for _, task in self._waiting) >= WAITING_OF_ONE_MAX:
                raise InputError(f"too many jobs of {by} wait already.", remedy="Wait for one, or cancel it.")
            self._state.execute(
                "INSERT INTO job (id, kind, subject, asked_by, asked_us, state, href)"
                " VALUES (?, ?, ?, ?, ?, 'waiting', ?)",
                (id_, kind, subject, by, self._clock.now_us(), href.replace("{id}", id_)),
            )
            self._waiting.append((id_, Task(kind=kind, db=self._db, asked_by=by, arguments=arguments)))
            self._next()
        return self.get(id_)

    def get(self, id_: str) -> Job:
        """One job.

        Raises:
            InputError: there is none with that id.
        """
        rows = self._state.rows(f"SELECT {_COLUMNS} FROM job WHERE id = ?", (id_,))  # noqa: S608  our own columns
        if not rows:
            raise InputError(f"there is no job '{id_[:40]}'.", field="id")
        return _job(rows[0])

    def result(self, id_: str) -> bytes | None:
        """What came out of a job, as JSON; None where it is not done."""
        rows = self._state.rows("SELECT result FROM job WHERE id = ?", (id_,))
        return bytes(rows[0][0]) if rows and rows[0][0] is not None else None

    def recent(self, kind: str | None = None, limit: int = 20) -> list[Job]:
        """The newest jobs, of one kind or of all."""
        where, values = ("WHERE kind = ?", [kind]) if kind else ("", [])
        query = f"SELECT {_COLUMNS} FROM job {where} ORDER BY asked_us DESC, id LIMIT ?"  # noqa: S608  our own columns
        return [_job(row) for row in self._state.rows(query, (*values, limit))]

    def cancel(self, id_: str) -> Job:
        """Cancel a job; one that is over stays as it ended."""
        with self._lock:
            self._waiting = [item for item in self._waiting if item[0] != id_]
            ended = self._end(id_, "cancelled")
            process = self._processes.get(id_)
            if process is not None and ended:
                _terminate(process)
        found = self.get(id_)
        if ended:
            self.heard(found)
        return found

    def wait(self, id_: str, timeout_s: float) -> Job:
        """Wait until a job's process has ended, at most so long."""
        with self._lock:
            thread = self._threads.get(id_)
        if thread is not None:
            thread.join(timeout_s)
        return self.get(id_)

    def close(self) -> None:
        """Cancel all that runs or waits, and wait for the processes to be gone."""
        for (id_,) in self._state.rows("SELECT id FROM job WHERE state IN ('waiting', 'running')"):
            self.cancel(id_)
        with self._lock:
            for process in self._processes.values():
                _terminate(process)
        for thread in list(self._threads.values()):
            thread.join(10)

    def _next(self) -> None:
        """Start what waits, as far as there is room; the lock is held."""
        while self._waiting and len(self._processes) < RUNNING_MAX:
            id_, task = self._waiting.pop(0)
            try:
                process = subprocess.Popen(
                    [sys.executable, "-m", "mintage.desk.worker"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    start_new_session=True,  # so that it can be ended with the processes that it starts itself
                )
            except OSError as error:
                self._end(id_, "failed", problem=f"no process could be started: {error.strerror}", remedy=AGAIN)
                continue
            self._processes[id_] = process
            self._state.execute("UPDATE job SET state = 'running' WHERE id = ? AND state = 'waiting'", (id_,))
            thread = threading.Thread(target=self._follow, args=(id_, task, process), name=f"job {id_}", daemon=True)
            self._threads[id_] = thread
            thread.start()

    def _follow(self, id_: str, task: Task, process: subprocess.Popen[bytes]) -> None:
        """Read what a job's process tells until it ends."""
        said_end = False
        self.heard(self.get(id_))
        with process:
            if process.stdin is None or process.stdout is None:
                raise AssertionError("both are pipes")
            try:
                process.stdin.write(msgspec.json.encode(task))
                process.stdin.close()
            except BrokenPipeError:
                pass  # it ended before it read its task; what it lacks below says so
            while line := process.stdout.readline(LINE_BYTES_MAX):
                said_end = self._heed(id_, line) or said_end
        if not said_end:
            self._end(id_, "failed", problem="its process ended without a word", remedy="Look into the server's log.")
        with self._lock:
            self._processes.pop(id_, None)
            self._threads.pop(id_, None)
            self._next()
        self.heard(self.get(id_))

    def _heed(self, id_: str, line: bytes) -> bool:
        """Note what a line says; whether it is the last word."""
        try:
            told = msgspec.json.decode(line, type=Told)
        except msgspec.MsgspecError:
            return self._end(id_, "failed", problem="its process said what cannot be read", remedy=AGAIN)
        if told.problem:
            return self._end(id_, "failed", problem=told.problem, remedy=told.remedy)
        if result := bytes(told.result):
            return self._end(id_, "done", result=result)
        self._state.execute(
            "UPDATE job SET done = ?, total = ?, note = ? WHERE id = ? AND state = 'running'",
            (told.done, told.total, told.note, id_),
        )
        self.heard(self.get(id_))
        return False

    def _end(
        self, id_: str, state: JobState, *, problem: str = "", remedy: str = "", result: bytes | None = None
    ) -> bool:
        """End a job that is not over yet; whether it was this that ended it."""
        changed = self._state.execute(
            "UPDATE job SET state = ?, problem = ?, remedy = ?, result = ?, ended_us = ?"
            " WHERE id = ? AND state IN ('waiting', 'running')",
            (state, problem, remedy, result, self._clock.now_us(), id_),
        )
        self._state.execute(
            "DELETE FROM job WHERE id IN (SELECT id FROM job WHERE ended_us IS NOT NULL"
            " AND kind = (SELECT kind FROM job WHERE id = ?) ORDER BY asked_us DESC LIMIT -1 OFFSET ?)",
            (id_, KEPT),
        )
        return changed > 0


def _terminate(process: subprocess.Popen[bytes]) -> None:
    """End a process that was not waited for yet, and those that it started."""
    with suppress(ProcessLookupError):  # it may end in this very moment
        os.killpg(process.pid, signal.SIGTERM)


def _job(row: Row) -> Job:
    return Job(**dict(zip(_COLUMNS.split(", "), row, strict=True)))
