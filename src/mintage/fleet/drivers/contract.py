"""The contract of drivers: checks that anybody can run over a driver of their own.

    from mintage.fleet.drivers.contract import CHECKS, subject_of
    SUBJECT = subject_of(my_driver)

    @pytest.mark.parametrize("check", CHECKS, ids=str)
    def test_contract(check):
        check(SUBJECT)

A check raises `CheckFailed`. A rule that the driver's quality file exempts, with the reason, is not run.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import get_args

import msgspec

from mintage.fleet.drivers.fixtures import Fixture, Subject, subject_of
from mintage.fleet.drivers.port import Identity, Led, Reboot, Session, Sleep, Target
from mintage.fleet.drivers.replay import Manner, Replay
from mintage.fleet.readings import Snapshot, State, fields
from mintage.units.clock import SystemClock
from mintage.units.errors import CheckFailed, InputError

__all__ = ["CHECKS", "Check", "check_snapshot", "subject_of"]

TIMEOUT_S = 20.0
"""Within this a driver must have given up on a machine, whatever that does."""
TAKEN_MAX_BYTES = 16 * 1024 * 1024
"""No honest reply is longer; a driver must stop listening before."""
_FIELDS = {field.name: field for field in fields()}
_KINDS: dict[str, type | tuple[type, ...]] = {"float": (int, float), "int": int, "text": str}
_STATES = get_args(State)
_NOBODY = Target("127.0.0.1", 1)


class Check(msgspec.Struct, frozen=True):
    """One rule of the contract.

    Attributes:
        rule: its name in quality files.
        run: raises `CheckFailed` where a driver does not keep it.
    """

    rule: str
    run: Callable[[Subject], Coroutine[None, None, None]]

    def __str__(self) -> str:
        return self.rule

    def __call__(self, subject: Subject) -> str:
        """Run it; the reason where the driver is exempt, "" where it passed.

        Raises:
            CheckFailed: the driver does not keep the rule.
            InputError: the driver's quality file does not name the rule.
        """
        stands = subject.quality.rules.get(self.rule, "")
        if stands.startswith("exempt: "):
            return stands.removeprefix("exempt: ")
        if stands != "done":
            raise InputError(
                f"it says '{stands}'.",
                file=str(subject.folder / "quality.toml"),
                field=f"rules.{self.rule}",
                remedy='Write "done", or "exempt: " and the reason.',
            )
        asyncio.run(self.run(subject))
        return ""


def check_snapshot(snapshot: Snapshot) -> None:
    """What every snapshot must keep, whatever machine it is of.

    Raises:
        CheckFailed: a reading is not in the table, has another type or is no number; a state is not one of the
            known; an absent reading has no reason, or a present one no source.
    """
    for name, value in snapshot.values.items():
        field = _FIELDS.get(name)
        _must(field is not None, f"'{name}' is no reading of fields.toml")
        kind = _KINDS[field.kind] if field else str
        _must(isinstance(value, kind) and not isinstance(value, bool), f"{name} is {value!r}, not of its kind")
        _must(not isinstance(value, float) or math.isfinite(value), f"{name} is {value!r}")
        _must(bool(snapshot.sources.get(name)), f"{name} has a value and no source")
    _must(snapshot.state in _STATES, f"'{snapshot.state}' is no state")
    for field in fields():
        if field.name not in snapshot.values:
            reason = snapshot.unknown.get(field.name) or snapshot.unknown.get("")
            _must(bool(reason), f"{field.name} is unknown without a reason")


async def _manifest(subject: Subject) -> None:
    """The manifest and the driver say the same."""
    _must(subject.manifest.name == subject.driver.name, "manifest and driver have different names")
    _must(subject.manifest.port == subject.driver.port, "manifest and driver have different ports")
    extra = set(subject.quality.rules) - {check.rule for check in CHECKS}
    _must(not extra, f"quality.toml names rules that the contract does not have: {', '.join(sorted(extra))}")


async def _fixtures(subject: Subject) -> None:
    """There are fixtures, each says where it is from, and its folder names the firmware that it is of."""
    _must(bool(subject.fixtures), "there is no fixtures/NAME/fixture.toml")
    for fixture in subject.fixtures:
        _must(len(fixture.told.source) > 20, f"{fixture.name}: say where it is from, and how it was made")
        firmware = str(fixture.told.identity.get("firmware", ""))
        _must(bool(firmware) and firmware in fixture.name, f"{fixture.name}: its name lacks the firmware '{firmware}'")


async def _identifies(subject: Subject) -> None:
    """Each fixture is known for what it is; nobody, and a stranger, are not."""
    for fixture in subject.fixtures:
        async with Replay(fixture.answers()).listening() as target:
            identity = await _known(subject, fixture, target)
            told = msgspec.structs.asdict(identity)
            for name, value in fixture.told.identity.items():
                _must(told.get(name) == value, f"{fixture.name}: {name} is {told.get(name)!r}, not {value!r}")
            _must(identity.driver == subject.driver.name, f"{fixture.name}: it does not name its driver")
    _must(await subject.driver.identify(_NOBODY, 1.0) is None, "it knows a machine where nobody is")
    stranger = Replay([(b"", b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")])
    async with stranger.listening() as target:
        _must(await subject.driver.identify(target, 1.0) is None, "it takes a stranger for one of its machines")


async def _reads(subject: Subject) -> None:
    """Each fixture's readings come out as the fixture says."""
    for fixture in subject.fixtures:
        async with Replay(fixture.answers()).listening() as target:
            session = await _session(subject, fixture, target)
            snapshot = await session.poll()
            check_snapshot(snapshot)
            for name, value in fixture.told.readings.items():
                read = snapshot.values.get(name)
                _must(_same(read, value), f"{fixture.name}: {name} is {read!r}, not {value!r}")
            told = fixture.told
            chips = len(snapshot.boards[0].chips_c) if snapshot.boards else 0
            _must(len(snapshot.boards) == told.boards, f"{fixture.name}: {len(snapshot.boards)} boards")
            _must(chips == told.chips, f"{fixture.name}: {chips} chips on the first board")
            _must(snapshot.problems == told.problems, f"{fixture.name}: problems are {snapshot.problems}")
            _must(len(snapshot.doubts) == told.doubts, f"{fixture.name}: doubts are {snapshot.doubts}")


async def _survives_silence(subject: Subject) -> None:
    """A machine that is gone, mute or hangs up is offline with a reason; one that never ends is given up on in time."""
    async with AsyncExitStack() as stack, asyncio.timeout(TIMEOUT_S):
        targets = {"nobody": _NOBODY}
        for fixture in subject.fixtures[:1]:
            mute, hangs_up = Replay(fixture.answers(), "mute"), Replay(fixture.answers(), "hangs-up")
            targets["mute"] = await stack.enter_async_context(mute.listening())
            targets["hangs-up"] = await stack.enter_async_context(hangs_up.listening())
        endless: tuple[Manner, ...] = ("endless", "dribbles") if subject.fixtures else ()
        await asyncio.gather(
            *(_is_silent(subject, manner, target) for manner, target in targets.items()),
            *(_without_end(subject, manner) for manner in endless),
        )


async def _is_silent(subject: Subject, manner: str, target: Target) -> None:
    _must(await subject.driver.identify(target, 0.5) is None, f"{manner}: it knows a machine that says nothing")
    snapshot = await _anybody(subject, target).poll()
    check_snapshot(snapshot)
    _must(snapshot.state == "offline", f"{manner}: the state is {snapshot.state}, not offline")
    _must(bool(snapshot.unknown.get("")), f"{manner}: it does not say why nothing is known")
    if manner == "mute":
        return  # an action would only wait for as long again
    result = await _anybody(subject, target).act(Sleep())
    _must(result.outcome in ("silent", "unsupported"), f"{manner}: sleep is {result.outcome}")


async def _without_end(subject: Subject, manner: Manner) -> None:
    """No more is taken in than an honest reply could be long."""
    replay = Replay(subject.fixtures[0].answers(), manner)
    async with replay.listening() as target:
        snapshot = await _anybody(subject, target).poll()
        check_snapshot(snapshot)
        _must(snapshot.state in ("unknown", "offline"), f"{manner}: the state is {snapshot.state}")
    _must(replay.sent_bytes < TAKEN_MAX_BYTES, f"{manner}: it took {replay.sent_bytes:,} bytes")


async def _survives_hostility(subject: Subject) -> None:
    """Whatever comes back, a poll ends in time with a snapshot that keeps what every snapshot must."""
    for fixture in subject.fixtures[:2]:
        async with asyncio.timeout(TIMEOUT_S):
            await asyncio.gather(*(_spoilt(subject, fixture, seed) for seed in range(len(_SPOILS) * 8)))


async def _spoilt(subject: Subject, fixture: Fixture, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311  the same damage in every run
    spoil = _SPOILS[seed % len(_SPOILS)]
    async with Replay(fixture.answers(), spoil=lambda answer: spoil(answer, draw)).listening() as target:
        await subject.driver.identify(target, 2.0)
        session = _anybody(subject, target)
        check_snapshot(await session.poll())
        await session.identify()
        await session.act(Led(on=True))


def _cut(answer: bytes, draw: random.Random) -> bytes:
    return answer[: draw.randrange(len(answer) + 1)]


def _flip(answer: bytes, draw: random.Random) -> bytes:
    spoilt = bytearray(answer)
    for _ in range(1 + len(spoilt) // 50):
        if spoilt:
            spoilt[draw.randrange(len(spoilt))] = draw.randrange(256)
    return bytes(spoilt)


def _inflate(answer: bytes, draw: random.Random) -> bytes:
    return answer.replace(draw.choice([b"0", b"1", b"3", b"."]), b"9" * draw.choice([1, 20, 400]))


def _nest(answer: bytes, draw: random.Random) -> bytes:
    return answer[: draw.randrange(len(answer) + 1)] + b'[{"a":' * 20_000


def _double(answer: bytes, draw: random.Random) -> bytes:
    half = draw.randrange(len(answer) + 1)
    return answer[:half] + b"\0\xff\xfe" + answer + answer[half:]


def _lie(answer: bytes, draw: random.Random) -> bytes:
    return answer.replace(draw.choice([b"0", b"1", b"2"]), draw.choice([b"-", b"NaN", b"1e999", b"null", b'"', b"{"]))


_SPOILS: tuple[Callable[[bytes, random.Random], bytes], ...] = (_cut, _flip, _inflate, _nest, _double, _lie)


async def _one_connection(subject: Subject) -> None:
    """Whoever talks to a machine, and however many at once, it never sees two connections."""
    for fixture in subject.fixtures[:1]:
        replay = Replay(fixture.answers())
        async with replay.listening() as target:
            first, second = _anybody(subject, target), _anybody(subject, target)
            await asyncio.gather(
                *(first.poll(), second.poll(), first.act(Led(on=True)), second.act(Reboot())),
                *(first.identify(), subject.driver.identify(target, 5.0)),
            )
        _must(replay.at_once_max == 1, f"{replay.at_once_max} connections were open at once")


async def _acts(subject: Subject) -> None:
    """Each action comes to what its fixture says, and only actions of the manifest ever do."""
    tried = set()
    for fixture in subject.fixtures:
        for deed in fixture.told.deed:
            replay = Replay(fixture.answers())
            async with replay.listening() as target:
                session = await _session(subject, fixture, target)
                await session.poll()
                replay.asked.clear()
                result = await session.act(deed.do)
            name = type(deed.do).__struct_config__.tag
            tried.add(name)
            where = f"{fixture.name}: {name}"
            _must(result.outcome == deed.outcome, f"{where} is {result.outcome} ({result.words}), not {deed.outcome}")
            _must(bool(result.words) and deed.words in result.words, f"{where} says '{result.words}'")
            sent = b"\n".join(replay.asked)
            _must(deed.sent.encode() in sent if deed.sent else not sent, f"{where} sent {sent!r}")
            _must(deed.outcome != "done" or name in subject.manifest.actions, f"{where} is not in the manifest")
    lacking = set(subject.manifest.actions) - tried
    _must(not lacking, f"no fixture tries {', '.join(sorted(lacking))}")


CHECKS: tuple[Check, ...] = (
    Check("manifest", _manifest),
    Check("fixtures", _fixtures),
    Check("identifies", _identifies),
    Check("reads", _reads),
    Check("survives-silence", _survives_silence),
    Check("survives-hostility", _survives_hostility),
    Check("one-connection", _one_connection),
    Check("acts", _acts),
)
"""The rules of the contract."""


async def _known(subject: Subject, fixture: Fixture, target: Target) -> Identity:
    identity = await subject.driver.identify(target, 5.0)
    if identity is None:
        raise CheckFailed(f"{fixture.name}: it is not known")
    return identity


async def _session(subject: Subject, fixture: Fixture, target: Target) -> Session:
    return subject.driver.session(target, await _known(subject, fixture, target), SystemClock())


def _anybody(subject: Subject, target: Target) -> Session:
    """A session with a machine that nobody asked who it is."""
    identity = Identity(driver=subject.driver.name, make="", model="", name="")
    return subject.driver.session(target, identity, SystemClock())


def _same(read: object, value: object) -> bool:
    if isinstance(read, int | float) and isinstance(value, int | float):
        return math.isclose(read, value, rel_tol=1e-6)
    return read == value


def _must(kept: bool, otherwise: str) -> None:  # noqa: FBT001  reads as an assertion does
    if not kept:
        raise CheckFailed(otherwise)
