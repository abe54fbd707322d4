"""The driver on virtual machines of every model: what it reads is what they do, what it asks is what happens."""

from __future__ import annotations

import asyncio
import random

import pytest

from mintage.fleet.drivers.avalon import driver as avalon
from mintage.fleet.drivers.contract import check_snapshot, subject_of
from mintage.fleet.drivers.port import Action, Fan, Led, PoolSetting, Reboot, SetMode, SetPools, SetPower, Sleep, Wake
from mintage.fleet.drivers.replay import Replay
from mintage.fleet.models import Model, models
from mintage.fleet.readings import Snapshot, fields
from mintage.units.clock import ScaledClock, SystemClock
from tests.fleet.drivers.fleet import NOW_US, bench

ONE_OF_EACH = [model.model for model in models().values()]


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_every_model_is_read_whole(name: str) -> None:
    """Every model of the table is known and read: power, hash rate near its nameplate, boards, chips, pools."""

    async def session() -> None:
        async with bench(name) as b:
            identity, machine = b.identities[0], b.fleet.machines[0]
            snapshot = await b.one.poll()
            check_snapshot(snapshot)
            model: Model = machine.model
            assert (identity.model, identity.known, identity.cooling) == (name, True, model.cooling)
            assert (identity.dna, identity.mac) == (machine.dna, machine.mac)
            assert snapshot.state == "hashing"
            assert snapshot.values["hashrate_ths"] == pytest.approx(machine.hash_ghs / 1000, rel=0.02)
            assert snapshot.values["hashrate_expected_ths"] == pytest.approx(model.hashrate_ths, rel=0.05)
            assert snapshot.values["power_in_w"] == pytest.approx(machine.power_w(), rel=0.01)
            assert snapshot.values["mode"] == model.nominal_mode
            assert snapshot.values["worker"] == machine.settings.pools[0].worker
            assert [len(board.chips_c) for board in snapshot.boards] == [model.chips_per_board] * model.boards
            assert [len(board.chips_v) for board in snapshot.boards] == [model.chips_per_board] * model.boards
            assert len(snapshot.fans_rpm) == model.fans
            missing = {field.name for field in fields()} - set(snapshot.values)
            lacking = {"outlet_c"} if model.family == "a" else set()
            assert missing == lacking | ({"fan_min_rpm", "fan_duty_pct"} if not model.fans else set())
            assert not snapshot.problems
            assert not snapshot.doubts

    asyncio.run(session())


def test_a_model_that_nobody_knows_is_read_as_far_as_its_protocol_goes() -> None:
    """An unknown model has a nameplate from its name and all readings that need no table; it takes sleep, no mode."""

    async def session() -> None:
        fixture = next(each for each in subject_of(avalon).fixtures if each.name.startswith("15-194"))
        replay = Replay(fixture.answers(), spoil=lambda answer: answer.replace(b"15-194", b"17-333"))
        async with replay.listening() as target:
            identity = await avalon.identify(target, 2.0)
            assert identity is not None
            assert (identity.model, identity.known, identity.nameplate_ths) == ("17-333", False, 333.0)
            assert identity.nameplate_w is None
            one = avalon.session(target, identity, SystemClock())
            snapshot = await one.poll()
            check_snapshot(snapshot)
            assert snapshot.state == "hashing"
            assert snapshot.values["power_in_w"] == fixture.told.readings["power_in_w"]
            assert len(snapshot.boards) == 3
            assert "mode" not in snapshot.values
            assert (await one.act(Sleep())).outcome == "done"
            result = await one.act(SetMode("normal"))
            assert (result.outcome, "not known" in result.words) == ("unsupported", True)

    asyncio.run(session())


@pytest.mark.parametrize("name", ["1246-83", "1346-116", "15-194", "1566HA-480", "16-282", "Q", "Mini3", "Nano3s"])
def test_sleep_and_wake_happen(name: str) -> None:
    """A machine told to sleep draws next to nothing and reads as asleep; told to wake it hashes again."""

    async def session() -> None:
        async with bench(name) as b:
            await b.one.poll()
            result = await b.one.act(Sleep())
            assert result.outcome == "done", result.words
            await b.clock.advance(30)
            snapshot = await b.one.poll()
            assert snapshot.state == "asleep"
            assert snapshot.values["hashrate_ths"] == 0
            assert snapshot.values["boards"] == 0
            assert snapshot.number("power_in_w") == pytest.approx(b.fleet.machines[0].model.standby_w, abs=1)
            result = await b.one.act(Wake())
            assert result.outcome == "done", result.words
            await b.clock.advance(300)
            woken = await b.one.poll()
            assert woken.state == "hashing"
            assert not woken.doubts, "work that stood still in its sleep is no doubt"

    asyncio.run(session())


@pytest.mark.parametrize(("name", "mode", "effective"), [("15-194", "normal", "after-reboot"), ("Q", "eco", "now")])
def test_a_mode_takes_effect_when_the_result_says(name: str, mode: str, effective: str) -> None:
    """A-series machines change their mode with the next restart, home machines at once."""

    async def session() -> None:
        async with bench(name) as b:
            before = (await b.one.poll()).number("power_in_w")
            result = await b.one.act(SetMode(mode))
            assert (result.outcome, result.effective) == ("done", effective), result.words
            if effective == "after-reboot":
                assert (await b.one.act(Reboot())).outcome == "done"
                assert (await b.one.poll()).state == "offline"
            await b.clock.advance(900)
            after = await b.one.poll()
            assert after.state == "hashing"
            assert after.values["mode"] == mode
            assert before
            assert (after.number("power_in_w") or 0) < 0.9 * before

    asyncio.run(session())


@pytest.mark.parametrize("name", ["15-194", "Q"])
def test_pools_are_set_in_their_order_and_work_after_a_restart(name: str) -> None:
    """Two pools set are the two that the machine works for after its restart, the first one first."""

    async def session() -> None:
        async with bench(name) as b:
            pools = tuple(PoolSetting(f"stratum+tcp://fail-{n}.example:3333", f"alder.{n}") for n in range(2))
            result = await b.one.act(SetPools(pools))
            assert (result.outcome, result.effective) == ("done", "after-reboot"), result.words
            assert "fail-1.example" in result.words
            await b.one.act(Reboot())
            await b.clock.advance(900)
            snapshot = await b.one.poll()
            assert [(pool.url, pool.worker) for pool in snapshot.pools[:2]] == [(p.url, p.worker) for p in pools]
            assert snapshot.values["pool_url"] == pools[0].url

    asyncio.run(session())


def test_a_wrong_login_is_refused_in_the_machines_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """The login for setpool comes from the environment; a wrong one is refused, and the words are the machine's."""
    monkeypatch.setenv("MINTAGE_AVALON_LOGIN", "root:wrong")

    async def session() -> None:
        async with bench("15-194") as b:
            result = await b.one.act(SetPools((PoolSetting("stratum+tcp://pool.example:3333", "alder.1"),)))
            assert result.outcome == "refused"
            assert "Auth Failed!" in result.words

    asyncio.run(session())


def test_light_fan_and_power_reach_the_machine() -> None:
    """LED, fan speed and a power level change what the machine does."""

    async def session() -> None:
        async with bench("Q") as b:
            await b.one.poll()
            settings = b.fleet.machines[0].settings
            assert (await b.one.act(Led(on=True))).outcome == "done"
            assert settings.led
            assert (await b.one.act(Fan(80))).outcome == "done"
            assert (await b.one.poll()).values["fan_duty_pct"] == 80
            assert (await b.one.act(Fan(None))).outcome == "done"
            assert settings.fan_pct == -1
            result = await b.one.act(SetPower(1400))
            assert (result.outcome, settings.mode) == ("done", "standard")

    asyncio.run(session())


def test_the_slow_round_is_made_when_it_is_due_and_with_one_command() -> None:
    """Between slow rounds a poll is one connection; the slow values keep their own age."""

    async def session() -> None:
        async with bench("15-194") as b:
            first = await b.one.poll()
            await b.clock.advance(30)
            second = await b.one.poll()
            assert second.slow_us == first.slow_us == NOW_US
            accepted = next(field for field in fields() if field.name == "accepted_diff")
            assert second.reading(accepted, b.clock.now_us()).age_s == pytest.approx(30)
            await b.clock.advance(31)
            third = await b.one.poll()
            assert third.slow_us == NOW_US + 61_000_000
            assert (third.number("accepted_diff") or 0) > (first.number("accepted_diff") or 0)

    asyncio.run(session())


def test_sleep_works_on_a_clock_that_runs_fast() -> None:
    """At 100,000 times the speed the instant of softoff would be past on arrival; it is sent again with more lead."""

    async def session() -> None:
        async with bench("15-194") as b:
            b.fleet.machines[0].clock = fast = ScaledClock.starting(NOW_US, 100_000.0)
            b.one._clock = fast
            result = await b.one.act(Sleep())
            assert result.outcome == "done", result.words

    asyncio.run(session())


@pytest.mark.parametrize(
    ("fault", "state", "words"),
    [
        ({"kind": "dead-board", "number": 1}, "hashing", "board 1: hashes nothing"),
        ({"kind": "dead-fan", "number": 0}, "hashing", "fan 1 stands still"),
        ({"kind": "psu", "bits": 2048}, "hashing", "fan of the supply failed"),
        ({"kind": "psu", "bits": 34}, "fault", "output voltage too low"),
    ],
)
def test_what_ails_a_machine_is_told_in_words(fault: dict[str, object], state: str, words: str) -> None:
    """A dead board, a fan that stands, a supply with error bits: each is a problem by name."""

    async def session() -> None:
        async with bench("15-194") as b:
            b.strike(**fault)
            await b.clock.advance(7200)
            snapshot = await b.one.poll()
            check_snapshot(snapshot)
            assert snapshot.state == state
            assert any(words in problem for problem in snapshot.problems), snapshot.problems

    asyncio.run(session())


@pytest.mark.parametrize(
    ("kind", "state", "words"),
    [
        ("half-closed", "offline", "hung up without a word"),
        ("garbage", "unknown", "holds no telemetry"),
        ("oversized", "unknown", "longer than 262,144 bytes"),
        ("truncated", "unknown", "cut off"),
        ("power-cut", "offline", "refuses the connection"),
    ],
)
def test_a_wire_that_fails_is_told_and_passes(kind: str, state: str, words: str) -> None:
    """What is wrong on the wire is told by name, readings are unknown meanwhile, and the next good poll is whole."""

    async def session() -> None:
        async with bench("15-194") as b:
            b.strike(kind=kind, for_s=60.0)
            snapshot = await b.one.poll()
            check_snapshot(snapshot)
            assert snapshot.state == state
            assert words in snapshot.unknown[""]
            assert snapshot.number("hashrate_ths") is None
            await b.clock.advance(900)
            healed = await b.one.poll()
            assert healed.state == "hashing"
            assert healed.values["worker"]

    asyncio.run(session())


def test_a_failed_slow_round_costs_no_readings() -> None:
    """A machine that answers its telemetry and nothing else is hashing; only what is slow is unknown, with reason."""

    async def session() -> Snapshot:
        answers = [(b"pools", b""), *subject_of(avalon).fixtures[0].answers()]
        async with Replay(answers).listening() as target:
            identity = await avalon.identify(target, 2.0)
            assert identity is not None
            return await avalon.session(target, identity, SystemClock()).poll()

    snapshot = asyncio.run(session())
    assert snapshot.state == "hashing"
    assert snapshot.slow_us is None
    assert "hung up without a word" in snapshot.unknown["firmware"]


def test_a_q_that_leaves_its_summary_out_is_read_whole() -> None:
    """Readings come from litestats and chips from estats, in one poll, as long as the firmware is like that."""

    async def session() -> None:
        async with bench("Q") as b:
            b.strike(kind="empty-summary")
            snapshot = await b.one.poll()
            check_snapshot(snapshot)
            assert snapshot.state == "hashing"
            assert snapshot.values["power_in_w"] == pytest.approx(b.fleet.machines[0].power_w(), rel=0.01)
            assert len(snapshot.boards[0].chips_c) == 160

    asyncio.run(session())


def test_frozen_telemetry_is_doubted() -> None:
    """A machine that repeats what it said is doubted, and no longer once its counters go on."""

    async def session() -> None:
        async with bench("15-194") as b:
            b.strike(kind="frozen", for_s=120.0)
            seen = []
            for _ in range(30):
                seen.append((await b.one.poll()).doubts)
                await b.clock.advance(10)
            assert any("stands still" in doubt for doubts in seen[:12] for doubt in doubts)
            assert not seen[0]
            assert not seen[-1]

    asyncio.run(session())


def test_another_machine_at_the_address_is_noticed() -> None:
    """A changed control board is a doubt until the session asks anew who it is."""

    async def session() -> None:
        async with bench("15-194") as b:
            b.strike(kind="control-board", dna="0201deadbeef0000")
            await b.clock.advance(600)
            snapshot = await b.one.poll()
            assert any("another machine answers: DNA 0201deadbeef0000" in doubt for doubt in snapshot.doubts)
            identity = await b.one.identify()
            assert identity is not None
            assert identity.dna == "0201deadbeef0000"
            assert not (await b.one.poll()).doubts

    asyncio.run(session())


def test_a_machine_is_offline_while_it_boots_then_starting_then_hashing() -> None:
    """A reboot is seen as offline, starting and hashing, with an uptime that began anew."""

    async def session() -> None:
        async with bench("15-194") as b:
            assert (await b.one.act(Reboot())).outcome == "done"
            seen = []
            for _ in range(40):
                seen.append((await b.one.poll()).state)
                await b.clock.advance(10)
            order = list(dict.fromkeys(seen))
            assert order == ["offline", "starting", "hashing"]
            assert ((await b.one.poll()).number("uptime_s") or 1e9) < 1000

    asyncio.run(session())


def test_healthy_machines_are_never_doubted() -> None:
    """Every model through heat and cold, sleep, wake, restarts and changes of mode: no doubt and no problem is told."""
    draw = random.Random(3)
    known = list(models().values())

    def deed(model: Model) -> Action:
        mode: Action = SetMode(draw.choice(list(model.modes)))
        deeds: tuple[Action, ...] = (Sleep(), Wake(), Wake(), Wake(), Reboot(), mode)
        return draw.choice(deeds)

    async def session() -> None:
        mix = ",".join(f"{model.model}={1 / len(known):.6f}" for model in known)
        async with bench(mix, len(known)) as b:
            states = set()
            for _ in range(80):
                for machine, one in zip(b.fleet.machines, b.sessions, strict=True):
                    snapshot = await one.poll()
                    states.add(snapshot.state)
                    assert (snapshot.doubts, snapshot.problems) == ((), ()), machine.model.model
                    if draw.random() < 0.03:
                        await one.act(deed(machine.model))
                b.fleet.ambient_c = draw.uniform(-10, 38)
                await b.clock.advance(draw.choice([10, 10, 10, 60, 300]))
            assert states == {"hashing", "asleep", "starting", "offline"}

    asyncio.run(session())


def test_many_machines_are_polled_at_once() -> None:
    """A hundred machines polled together all answer, and each for itself."""

    async def session() -> None:
        async with bench("15-194", 100) as b:
            snapshots = await asyncio.gather(*(session.poll() for session in b.sessions))
            assert {snapshot.state for snapshot in snapshots} == {"hashing"}
            workers = [snapshot.values["worker"] for snapshot in snapshots]
            assert workers == [machine.settings.pools[0].worker for machine in b.fleet.machines]

    asyncio.run(session())
