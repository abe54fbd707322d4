"""A company in which everything has happened once, and which stands still since: what pages are looked at with.

Its site lived for some hours of its own time: a machine fell sick and was rebooted, power was curtailed and restored.
At the desks a month's close waits for a second person, and a plan, a tie-out, a check and an export were made.
"""

from __future__ import annotations

import fcntl
import shutil
import time
from pathlib import Path
from typing import Any

import httpx

from mintage.fleet.sites import SITE_CLOCK, SITE_POINTER
from mintage.units.clock import FileClock, ScaledClock, write_clock
from tests.console.living import living_company
from tests.desk.yard import Yard
from tests.served import TIMEOUT_S, Served

STILL = 1e-9
"""A clock that runs so slowly stands, for a test."""
CALL = Path(__file__).parents[2] / "examples" / "lodequarry" / "call-2025Q2.txt"
CALL_LINES = 60


def lived(shared: Path, example_db: Path) -> Path:
    """The company's folder, made by whichever process of the test run comes first; copy it."""
    ready = shared / "ready"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            half = shared / "half"
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir()
            _live(half, example_db)
            half.rename(ready)
    return ready


def lived_company(ready: Path, folder: Path) -> Served:
    """A copy of one's own of the company that has lived, served; nothing moves in it."""
    shutil.copytree(ready, folder, dirs_exist_ok=True)
    site = folder / "sites" / "alder"
    (site / SITE_POINTER).write_text(f"{folder / 'sites' / 'alder.toml'}\n", "utf-8")
    served = Served(folder, folder / "company.db")
    served.company.clock = FileClock(site / SITE_CLOCK)
    return served


def empty_company(folder: Path) -> Served:
    """A company that has done nothing yet."""
    served = Served(folder, folder / "company.db")
    served.company.clock = ScaledClock(real_us=time.time_ns() // 1000, began_us=1_754_049_600_000_000, speed=STILL)
    return served


def home_company(folder: Path) -> tuple[Yard, Served]:
    """A miner at home: one site, one machine, some days of work; no factory, no sales, no treasury to speak of."""
    yard = Yard(folder, count=1)
    served = Served(folder, yard.company.settings.db, data=yard.folder.parent)
    served.company.clock = yard.clock
    return yard, served


def _live(folder: Path, example_db: Path) -> None:
    with living_company(folder, example_db) as (living, served):
        ivo = served.person("ivo", [("operator", "alder")])
        lin = served.person("lin", ["controller", ("operator", "alder")])
        _sick(living.struck(3, kind="dead-board", number=1), ivo)
        living.struck(9, kind="dead-fan", number=0)
        event = _curtailed(ivo, lin)
        living.await_true(lambda: _get(ivo, event)["event"]["state"] == "held")
        _post(ivo, f"{event}/end", how="restore", reason="the price fell")
        living.await_true(lambda: _get(ivo, event)["event"]["state"] == "ended")
        _desks(served, lin)
        clock = living.clock
    now = ScaledClock(real_us=time.time_ns() // 1000, began_us=clock.now_us(), speed=STILL)
    write_clock(now, folder / "sites" / "alder" / SITE_CLOCK)


def _sick(address: str, ivo: httpx.Client) -> None:
    """Reboot a sick machine, and quieten what is told of it."""
    scope = f"address={address}"
    _post(ivo, "/fleet/alder/actions", action="reboot", scope=scope, reason="a board is dead")
    _post(ivo, "/fleet/alder/maintenance", scope=scope, hours=2.0, why="board is swapped")
    _post(ivo, "/fleet/views", name="hot ones", query="where=chip_max_c>=60")


def _curtailed(ivo: httpx.Client, lin: httpx.Client) -> str:
    """Ask for less power, and let another approve it; path of the curtailment."""
    wish = {"kind": "fixed", "kw": 12, "for_min": 600}
    made = _post(ivo, "/energy/alder/curtailments", wish=wish, reason="grid operator called")
    event = f"/energy/alder/curtailments/{made['id']}"
    _post(lin, f"{event}/approve")
    return event


def _desks(served: Served, lin: httpx.Client) -> None:
    """What is made at desks; waits until it is done."""
    plan = _post(lin, "/plan", name="as it is", months=3, paths=60)
    text = "\n".join(CALL.read_text("utf-8").splitlines()[:CALL_LINES])
    _post(lin, "/disclosure", text=text, period="2025Q2", title="Call, second quarter")
    _post(lin, "/books/checks", period="2025Q2")
    _post(lin, "/exports", what="facts", form="csv")
    _post(lin, "/books/close", period="2025-07", reason="July is over")
    await_jobs(served)
    _post(lin, f"/plan/{plan['id']}/baseline")
    _post(lin, "/plan", name="once again", against=plan["id"])
    await_jobs(served)


def await_jobs(served: Served) -> None:
    """Wait until all work is done; what waits for its turn begins as soon as another ends."""
    jobs = served.company.jobs
    ends_s = time.monotonic() + TIMEOUT_S
    while going := [job for job in jobs.recent() if not job.over]:
        assert time.monotonic() < ends_s, going
        for job in going:
            jobs.wait(job.id, TIMEOUT_S)
    assert {job.state for job in jobs.recent()} == {"done"}, jobs.recent()


def _get(client: httpx.Client, path: str) -> Any:
    reply = client.get(f"/api/v1{path}")
    assert reply.status_code == 200, reply.text
    return reply.json()


def _post(client: httpx.Client, path: str, **told: Any) -> Any:
    reply = client.post(f"/api/v1{path}", json=told or None)
    assert reply.status_code < 300, f"{path}: {reply.text}"
    return reply.json()
