"""Every registered driver under the contract, and the contract itself against drivers that break it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest

from mintage.fleet.drivers.avalon import driver as avalon
from mintage.fleet.drivers.contract import CHECKS, Check, check_snapshot, subject_of
from mintage.fleet.drivers.fixtures import Subject
from mintage.fleet.drivers.port import Action, Driver, Identity, Result, Target
from mintage.fleet.drivers.registry import drivers
from mintage.fleet.readings import Snapshot
from mintage.units.clock import Clock
from mintage.units.errors import CheckFailed, InputError


@pytest.mark.parametrize("driver", drivers(), ids=lambda driver: driver.name)
@pytest.mark.parametrize("check", CHECKS, ids=str)
def test_every_driver_keeps_every_rule_or_says_why_not(check: Check, driver: Driver) -> None:
    """A registered driver passes each check of the contract, or its quality file exempts it with a reason."""
    exempt = check(subject_of(driver))
    assert not exempt or len(exempt) > 20


class Careless:
    """A driver that opens a connection per call, believes everything and never gives up."""

    name = "careless"
    port = 4028

    async def identify(self, target: Target, timeout_s: float) -> Identity | None:  # noqa: ARG002  it never gives up
        reply = await _ask(target, b'{"command":"version"}')
        return Identity(driver="avalon", make="", model=reply[:20].decode("latin-1"), name="")

    def session(self, target: Target, identity: Identity, clock: Clock, slow_every_s: float = 60.0) -> CarelessSession:  # noqa: ARG002  it has none
        return CarelessSession(self, target, clock)


class CarelessSession:
    """A session of that driver."""

    def __init__(self, driver: Careless, target: Target, clock: Clock) -> None:
        self._driver, self._target, self._clock = driver, target, clock

    async def poll(self) -> Snapshot:
        reply = await _ask(self._target, b'{"command":"estats"}')
        return Snapshot(at_us=0, values={"state": "fine", "temperature": float(len(reply))})

    async def identify(self) -> Identity | None:
        return await self._driver.identify(self._target, 1.0)

    async def act(self, action: Action) -> Result:
        reply = json.loads(await _ask(self._target, b'{"command":"ascset","parameter":"0,led,1-1"}'))
        return Result("done", f"{action} {reply}")


async def _ask(target: Target, message: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(target.address, target.port)
    try:
        writer.write(message)
        return (await reader.read()).rstrip(b"\0")
    finally:
        writer.close()


def careless() -> Subject:
    """That driver before the fixtures of a good one."""
    good = subject_of(avalon)
    return Subject(Careless(), good.folder, good.manifest, good.quality, good.fixtures)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("manifest", "different names"),
        ("identifies", "is '"),
        ("reads", "has a value and no source"),
        ("one-connection", "connections were open at once"),
        ("acts", "is done"),
    ],
)
def test_the_contract_finds_a_careless_driver(rule: str, words: str) -> None:
    """Each rule that a careless driver breaks is found, with what is wrong."""
    check = next(check for check in CHECKS if check.rule == rule)
    with pytest.raises(CheckFailed, match=words):
        check(careless())


def test_an_exempt_rule_is_not_run_and_an_unknown_one_is_not_passed() -> None:
    """What the quality file exempts is told with its reason; what it does not name is an error that names the file."""
    reads = next(check for check in CHECKS if check.rule == "reads")
    bad = careless()
    excused = Subject(bad.driver, bad.folder, bad.manifest, type(bad.quality)({"reads": "exempt: a toy"}), bad.fixtures)
    assert reads(excused) == "a toy"
    silent = Subject(bad.driver, bad.folder, bad.manifest, type(bad.quality)({}), bad.fixtures)
    with pytest.raises(InputError, match=r"quality\.toml"):
        reads(silent)


GOOD: dict[str, float | int | str] = {"state": "offline"}


@pytest.mark.parametrize(
    ("hidden", "words"),
    [
        (lambda: Snapshot(at_us=0, values={"state": "fine"}, unknown={"": "x"}, sources={"state": "x"}), "is no state"),
        (lambda: Snapshot(at_us=0, values=GOOD, sources={"state": "x"}), "without a reason"),
        (lambda: Snapshot(at_us=0, values=GOOD, unknown={"": "x"}), "no source"),
        (
            lambda: Snapshot(at_us=0, values=GOOD | {"power_in_w": 1.5}, unknown={"": "x"}, sources={"state": "x"}),
            "not of its kind",
        ),
        (
            lambda: Snapshot(
                at_us=0, values=GOOD | {"hashrate_ths": float("nan")}, unknown={"": "x"}, sources={"state": "x"}
            ),
            "hashrate_ths is nan",
        ),
    ],
)
def test_a_snapshot_that_hides_something_is_found(hidden: Callable[[], Snapshot], words: str) -> None:
    """A value of another kind, without source, or absent without reason breaks the contract of snapshots."""
    with pytest.raises(CheckFailed, match=words):
        check_snapshot(hidden())
