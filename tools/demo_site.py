"""The second half of `make demo`: a virtual site lives through a day in a minute, and its day is reconciled.

Machines, meter, pool and chain run in one process, the site's agent in another; everything between them is a socket.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

SITE = Path("examples/site.toml")
WALLETS = Path("examples/wallets.toml")
DAY = "2025-08-01"
READY_AT = datetime(2025, 8, 2, 1, 0, tzinfo=UTC)
"""By then the pool has stated the day, and the agent has summed it up and told the journal."""
SPEED = 960
"""A day in a minute and a half: slow enough for a busy computer to poll every machine every five minutes of it."""
DEADLINE_S = 180.0
CURTAIL = ("--kw", "60", "--for-min", "120", "--reason", "the grid operator called")


class Site:
    """A virtual site and its agent, running beside the demo.

    Args:
        data: folder for its state and telemetry.
        db: the journal.
    """

    def __init__(self, data: Path, db: Path) -> None:
        self.folder = data / "alder"
        self._beside: list[tuple[subprocess.Popen[bytes], Path]] = []
        self._environment = {
            **os.environ,
            "MINTAGE_SITE": str(SITE),
            "MINTAGE_DATA": str(data),
            "MINTAGE_CLOCK": str(self.folder / "clock.json"),
            "MINTAGE_DB": str(db),
            "MINTAGE_ACTOR": "lead",
        }

    @contextlib.contextmanager
    def beside(self, *arguments: str, log: Path) -> Iterator[None]:
        """Run a command until the context ends; then ask it to stop, and wait. Waiting fails when it ends by itself."""
        with log.open("wb") as out:
            process = subprocess.Popen(self._command(arguments), env=self._environment, stdout=out, stderr=out)
            self._beside.append((process, log))
            try:
                yield
            finally:
                self._beside.pop()
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=30)

    def run(self, *arguments: str) -> int:
        """Run a command in front of your eyes; its exit code."""
        return subprocess.run(self._command(arguments), env=self._environment, check=False).returncode

    def ask(self, *arguments: str) -> Any:
        """What a command answers as JSON; None where it cannot answer yet."""
        command = self._command((*arguments, "--json"))
        found = subprocess.run(command, env=self._environment, capture_output=True, check=False)
        return json.loads(found.stdout) if found.stdout else None

    def wait(self, what: str, reached: Callable[[], bool]) -> None:
        """Wait for something, saying so.

        Raises:
            SystemExit: it does not come, or what should bring it has ended.
        """
        print(f"  … {what}", flush=True)
        begun = time.monotonic()
        while not reached():
            for process, log in self._beside:
                if process.poll() is not None:
                    last = (log.read_text("utf-8").strip().splitlines() or ["it said nothing"])[-1]
                    print(f"demo: a part has ended: {last}\nIs another demo running? Whole log: {log}", file=sys.stderr)
                    raise SystemExit(2)
            if time.monotonic() - begun > DEADLINE_S:
                print(f"demo: {what}: not within {DEADLINE_S:g} s", file=sys.stderr)
                raise SystemExit(1)
            time.sleep(0.5)

    def now(self) -> datetime:
        """The site's time."""
        clock = json.loads((self.folder / "clock.json").read_bytes())
        passed_us = (time.time_ns() // 1000 - clock["real_us"]) * clock["speed"]
        return datetime.fromtimestamp((clock["began_us"] + passed_us) / 1e6, tz=UTC)

    @staticmethod
    def _command(arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "mintage.cli.main", *arguments]


def steps(site: Site) -> Iterator[tuple[str, tuple[str, ...], tuple[int, ...]]]:
    """Title, command and fitting exit codes of each step, each given when the site has come so far."""
    yield "A site of 62 machines: who answers?", ("fleet", "scan", "127.0.10.0/26"), (0,)
    site.wait("the agent adopts and polls them", lambda: hashing(site) >= 50)
    yield "Its agent has adopted them", ("fleet", "map"), (0,)
    yield "The worst of them", ("fleet", "top"), (0,)
    yield "Shed 60 kW: which machines?", ("curtail", "preview", *CURTAIL[:2]), (0,)
    yield "Shed it", ("curtail", "start", *CURTAIL), (0,)
    event = site.ask("curtail", "list")["events"][0]["id"]
    yield "Confirmed by the machines, held, brought back", ("curtail", "watch", event), (0,)
    yield "The proof is a document", ("curtail", "proof", event), (0,)
    site.wait(f"the day ends at {READY_AT:%H:%M} of the next one", lambda: site.now() > READY_AT)
    yield (
        "The day's truth, from machines to satoshis",
        ("mining", "reconcile", "--day", DAY, "--wallets", str(WALLETS)),
        (0,),
    )
    yield (
        "The chain beside the ledger: last night's payout has its fact, tonight's waits for its day",
        (
            "treasury",
            "watch",
            str(WALLETS),
        ),
        (0, 1),
    )
    yield "What went wrong that day", ("alerts", "list"), (0, 1)


@contextlib.contextmanager
def running(folder: Path, db: Path) -> Iterator[Site]:
    """The virtual site and its agent, until the context ends."""
    data = folder / "demo-sites"
    shutil.rmtree(data, ignore_errors=True)
    site = Site(data, db)
    log = folder / "demo-site.log"
    with site.beside("virtual", "site", str(SITE), "--speed", str(SPEED), log=log):
        site.wait("machines, meter, pool and chain start", lambda: "next:" in log.read_text("utf-8"))
        with site.beside("agent", log=folder / "demo-agent.log"):
            yield site


def hashing(site: Site) -> int:
    """How many machines hash."""
    machines = site.ask("fleet", "list", "--state", "hashing")
    return len(machines["machines"] if isinstance(machines, dict) else machines or ())
