"""Machines in real state files for tests of the board, drawn from a seed with every kind of trouble."""

from __future__ import annotations

import random
from pathlib import Path

from mintage.fleet.board.board import Board
from mintage.fleet.board.local import LocalSource
from mintage.fleet.drivers.port import Identity
from mintage.fleet.latest import Machine, Place
from mintage.fleet.latest_store import SqliteLatest
from mintage.fleet.readings import Snapshot
from mintage.state.db import StateDb

NOON_US = 1_767_614_400_000_000
MODELS = ("15-194", "16-282", "Q", "")
STATES = ("hashing", "hashing", "hashing", "asleep", "offline", "fault")


def drawn(draw: random.Random, number: int, site: str = "alder", at_us: int = NOON_US) -> Machine:
    """A machine with readings as they come: some unknown, some equal to another's, one in five silent."""
    state = draw.choice(STATES)
    values: dict[str, float | int | str] = {"state": state}
    if state != "offline":
        told: dict[str, float | int | str] = {
            "hashrate_ths": draw.choice([0.0, 120.5, 190.0, round(draw.uniform(150, 200), 1)]),
            "power_in_w": draw.randrange(3400, 3800),
            "chip_max_c": draw.randrange(60, 100),
            "uptime_s": draw.randrange(10**6),
            "accepted_diff": draw.randrange(10**9),
            "rejected_diff": draw.randrange(10**6),
            "worker": f"us.{number}",
        }
        values |= {name: value for name, value in told.items() if draw.random() > 0.15}
    model = draw.choice(MODELS)
    rack = draw.randrange(12)
    return Machine(
        asset=f"m-{number * 7919 % 10**6:012x}",
        site=site,
        identity=Identity(
            driver="avalon", make="Canaan", model=model, name=model, nameplate_ths=194.0 if model else None
        ),
        place=Place(address=f"10.0.{rack}.{number % 250}", hall=f"h{rack // 6}", rack=f"r{rack}", slot=number % 40 + 1),
        serial=f"LQ{number:06}" if number % 3 else "",
        snapshot=Snapshot(
            at_us=at_us, values=values, unknown={"": "no answer in 3 s"} if state == "offline" else {}, problems=("x",)
        ),
        seen_us=None if state == "offline" else at_us,
    )


class Herd:
    """State files of sites, the agents' stores on them, and a board that listens through connections of its own.

    Args:
        folder: where the files are.
        sites: names of the sites.
        alerts_s: real seconds, for the pause between two looks at alerts.
    """

    def __init__(self, folder: Path, sites: tuple[str, ...] = ("alder", "birch")) -> None:
        self.now_s = 0.0
        self.files = {site: folder / site / "agent.db" for site in sites}
        self.agents = {site: SqliteLatest(StateDb(path)) for site, path in self.files.items()}
        self.board = self.listening()

    def listening(self) -> Board:
        """A board that has heard nothing yet."""
        return Board(LocalSource(site, StateDb(path), lambda: self.now_s) for site, path in self.files.items())

    def put(self, machines: list[Machine]) -> None:
        """Let the agents keep what machines said."""
        for site, agent in self.agents.items():
            agent.put([machine for machine in machines if machine.site == site])
