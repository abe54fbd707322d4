"""A console's people on a clock that a test moves by hand, with passwords that cost little to verify."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mintage.people.caller import Caller
from mintage.people.passwords import Effort, Passwords
from mintage.people.service import People
from mintage.state.db import StateDb
from mintage.units.clock import StepClock
from tests.people.persons import PHRASE, caller

START_US = 1_780_000_000_000_000
CHEAP = Effort(memory_kib=64, passes=1)


@pytest.fixture
def clock() -> StepClock:
    return StepClock(START_US)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[StateDb]:
    with closing(StateDb(tmp_path / "console.db")) as opened:
        yield opened


@pytest.fixture
def people(db: StateDb, clock: StepClock) -> People:
    return People(db, clock, passwords=Passwords(CHEAP))


@pytest.fixture
def ada(people: People) -> Caller:
    """The first administrator, signed in."""
    signed_in = people.setup(people.setup_code().reveal(), "ada", "Ada Lovelace", PHRASE, "192.0.2.1")
    return caller(people, signed_in)
