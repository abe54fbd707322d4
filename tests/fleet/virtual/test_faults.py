"""Every kind of fault shows where it should, ends when it should, and a plan strikes when it says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from mintage.fleet.virtual.answer import answer
from mintage.fleet.virtual.build import FleetSpec, build_fleet
from mintage.fleet.virtual.faults import KINDS, Fault, Kind, Plan, RandomFault, load_plan
from mintage.fleet.virtual.fleet import VirtualFleet
from mintage.fleet.virtual.host import OVERSIZED_BYTES
from mintage.fleet.virtual.machine import BOOT_S, COOL_S, WAKE_S
from mintage.units.clock import StepClock
from mintage.units.errors import InputError
from tests.fleet.virtual.asking import asked, numbers, over_wire, raw, stats
from tests.loopback import block

NETWORK = block("virtual", 1)
FIRST = f"{NETWORK}.1"


def on_network(
    body: Callable[[VirtualFleet, StepClock], Awaitable[None]], *, plan: Plan | None = None, mix: str = "A15-194"
) -> None:
    """Run a body with a fleet of three that listens."""

    async def live() -> None:
        clock = StepClock(1_750_000_000_000_000)
        spec = FleetSpec(network=f"{NETWORK}.0/24", count=3, mix=mix, uptime_s=7200)
        async with build_fleet(spec, clock, plan) as fleet:
            await body(fleet, clock)

    asyncio.run(live())


def strike(fleet: VirtualFleet, kind: Kind, **how: object) -> None:
    fleet.strike(msgspec.convert({"kind": kind, "machines": (FIRST,), **how}, Fault))


def test_dead_board_and_fan() -> None:
    """A dead board has no hash rate, no chips and is missing from the count; a dead fan stands still."""

    async def body(fleet: VirtualFleet, clock: StepClock) -> None:
        machine = fleet.machine(FIRST)
        before = machine.hash_ghs
        strike(fleet, "dead-board", number=1, for_s=600)
        strike(fleet, "dead-fan", number=1)
        found = stats(machine)
        assert found["SYSTEMSTATU"] == "Work: In Work, Hash Board: 2 "
        assert numbers(found["MGHS"])[1] == 0
        assert set(found["PVT_T1"].split()) == {"0"}
        assert numbers(found["ECHU"]) == [0, 1, 0]
        assert found["Fan2"] == "0"
        assert float(found["Fan1"]) > 1000
        assert machine.hash_ghs == pytest.approx(before * 2 / 3, rel=0.01)
        await clock.advance(601)
        assert stats(machine)["SYSTEMSTATU"] == "Work: In Work, Hash Board: 3 "

    on_network(body)


def test_overheat_stops_cools_and_reboots() -> None:
    """A machine whose heat does not leave stops, rests, and reboots saying that it was too hot."""

    async def body(fleet: VirtualFleet, clock: StepClock) -> None:
        machine = fleet.machine(FIRST)
        strike(fleet, "overheat", factor=3.0, for_s=700)
        await clock.advance(200)
        machine.advance()
        assert machine.state == "idle"
        assert machine.chip_c > 60
        await clock.advance(COOL_S + BOOT_S)
        found = stats(machine)
        assert found["BOOTBY"] == "0x02.00000000"
        await clock.advance(3600)
        machine.advance()
        assert machine.state == "work"

    on_network(body)


def test_supply_errors_show_and_some_cut_the_output() -> None:
    """A fan error of the supply is only stated; over-temperature cuts the boards' power until it is over."""

    async def body(fleet: VirtualFleet, clock: StepClock) -> None:
        machine = fleet.machine(FIRST)
        strike(fleet, "psu", bits=2048)
        assert numbers(stats(machine)["PS"])[0] == 2048
        assert machine.state == "work"
        strike(fleet, "psu", bits=2, for_s=60)
        assert numbers(stats(machine)["PS"])[0] == 2050
        assert machine.state == "idle"
        await clock.advance(61 + WAKE_S)
        machine.advance()
        assert machine.state == "work"

    on_network(body)


def test_dead_pool_fails_over_and_all_dead_stops() -> None:
    """Shares go to the next pool that lives; with none the machine idles, and works again when one is back."""

    async def body(fleet: VirtualFleet, clock: StepClock) -> None:
        machine = fleet.machine(FIRST)
        strike(fleet, "dead-pool", number=0, for_s=900)
        rows = asked(machine, "pools")["POOLS"]
        assert [row["Status"] for row in rows] == ["Dead", "Alive", "Alive"]
        assert [row["Stratum Active"] for row in rows] == [False, True, False]
        fleet.drain_work()
        await clock.advance(600)
        work = [done for done in fleet.drain_work() if done.address == FIRST]
        assert {done.pool_url for done in work} == {machine.settings.pools[1].url}
        for number in (1, 2):
            strike(fleet, "dead-pool", number=number)
        assert "In Idle" in stats(machine)["SYSTEMSTATU"]
        await clock.advance(301 + WAKE_S)
        machine.advance()
        assert machine.state == "work"

    on_network(body)


def test_wrong_pool_is_seen_and_stolen_hash_is_not() -> None:
    """A wrong pool shows in `pools`; theft shows only where the shares arrive, in its share of the work."""

    async def body(fleet: VirtualFleet, clock: StepClock) -> None:
        machine = fleet.machine(FIRST)
        own = machine.settings.pools[0]
        strike(fleet, "stolen-hash", share=0.25, url="stratum+tcp://thief.example:1", worker="thief.1", for_s=80_000)
        await clock.advance(80_000)
        done = {work.worker: work.accepted_diff for work in fleet.drain_work() if work.address == FIRST}
        assert asked(machine, "pools")["POOLS"][0]["User"] == own.worker
        assert done["thief.1"] / sum(done.values()) == pytest.approx(0.25, abs=0.005)
        strike(fleet, "wrong-pool", url="stratum+tcp://wrong.example:1", worker="wrong.1", for_s=3600)
        row = asked(machine, "pools")["POOLS"][0]
        assert (row["URL"], row["User"]) == ("stratum+tcp://wrong.example:1", "wrong.1")
        await clock.advance(3601)
        assert asked(machine, "pools")["POOLS"][0]["User"] == own.worker

    on_network(body)


def test_power_cut_and_reboot_loop_close_the_port() -> None:
    """Without power nobody answers; with power again the machine boots; in a loop it never gets old."""

    async def body(fleet: VirtualFleet, clock: StepClock) -> None:
        strike(fleet, "power-cut", for_s=300)
        with pytest.raises(ConnectionRefusedError):
            await raw(FIRST, b"version")
        fleet.machine(FIRST).reboot("api")
        assert fleet.machine(FIRST).power_w() == 0
        await clock.advance(301 + BOOT_S)
        assert b"BOOTBY[0x01" in await raw(FIRST, b"estats")
        strike(fleet, "reboot-loop", every_s=200, for_s=1000)
        ages = []
        for _ in range(5):
            await clock.advance(199)
            ages.append((await over_wire(FIRST, "summary"))["SUMMARY"][0]["Elapsed"])
            await clock.advance(1)
        assert max(ages) <= 200
        await clock.advance(2000)
        assert (await over_wire(FIRST, "summary"))["SUMMARY"][0]["Elapsed"] > 1000

    on_network(body)


def test_wire_faults_do_what_they_are_called() -> None:
    """Slow, silent, half-closed, garbage, oversized, truncated and frozen replies, each as named; then all is well."""

    async def body(fleet: VirtualFleet, clock: StepClock) -> None:
        async def replied(kind: Kind, request: bytes = b"version", **how: object) -> bytes:
            strike(fleet, kind, for_s=10, **how)
            try:
                return await raw(FIRST, request, deadline_s=0.3)
            finally:
                await clock.advance(10)

        assert b"CGMiner" in await replied("slow", delay_s=0.1)
        with pytest.raises(TimeoutError):
            await replied("slow", delay_s=2.0)
        with pytest.raises(TimeoutError):
            await replied("silent")
        assert await replied("half-closed") == b""
        assert b"STATUS" not in await replied("garbage")
        assert len(await replied("truncated", b'{"command":"estats"}')) > 1000
        strike(fleet, "oversized", for_s=10)
        assert len(await raw(FIRST, b"version")) > OVERSIZED_BYTES
        await clock.advance(10)
        assert json.loads((await raw(FIRST, b'{"command":"version"}'))[:-1])["id"] == 1

    on_network(body)


def test_truncated_replies_do_not_parse() -> None:
    """A truncated reply is the first half of a good one."""

    async def body(fleet: VirtualFleet, _clock: StepClock) -> None:
        whole = await raw(FIRST, b'{"command":"pools"}')
        strike(fleet, "truncated")
        half = await raw(FIRST, b'{"command":"pools"}')
        assert whole.startswith(half)
        assert len(half) == len(whole) // 2

    on_network(body)


def test_frozen_counters_stand_still_while_the_machine_works() -> None:
    """What a frozen machine says never changes, though it goes on hashing; afterwards it tells the truth."""

    async def body(fleet: VirtualFleet, clock: StepClock) -> None:
        strike(fleet, "frozen", for_s=600)
        first = await raw(FIRST, b"summary")
        await clock.advance(500)
        assert await raw(FIRST, b"summary") == first
        await clock.advance(101)
        assert await raw(FIRST, b"summary") != first

    on_network(body)


def test_empty_summary_of_a_home_machine() -> None:
    """Some firmware of the Q leaves the summary of stats empty and fills that of litestats."""

    async def body(fleet: VirtualFleet, _clock: StepClock) -> None:
        strike(fleet, "empty-summary")
        machine = fleet.machine(FIRST)
        assert asked(machine, "stats")["STATS"][0]["MM ID0:Summary"] == "'STATS':{}"
        assert "GHSspd[" in asked(machine, "litestats")["STATS"][0]["MM ID0:Summary"]

    on_network(body, mix="Q")


def test_moved_machine_and_new_control_board() -> None:
    """A moved machine is the same one elsewhere; a new control board is another identity at the same place."""

    async def body(fleet: VirtualFleet, clock: StepClock) -> None:
        before = (await over_wire(FIRST, "version"))["VERSION"][0]
        strike(fleet, "moved", to=f"{NETWORK}.99", for_s=60)
        assert (await over_wire(f"{NETWORK}.99", "version"))["VERSION"][0] == before
        with pytest.raises(ConnectionRefusedError):
            await raw(FIRST, b"version")
        await clock.advance(61)
        assert (await over_wire(FIRST, "version"))["VERSION"][0] == before
        strike(fleet, "moved", for_s=60)
        assert (await over_wire(f"{NETWORK}.4", "version"))["VERSION"][0] == before
        await clock.advance(61)
        strike(fleet, "control-board")
        await clock.advance(BOOT_S + 1)
        after = (await over_wire(FIRST, "version"))["VERSION"][0]
        assert after["DNA"] != before["DNA"]
        assert after["MAC"] != before["MAC"]
        assert {k: v for k, v in after.items() if k not in ("DNA", "MAC")} == {
            k: v for k, v in before.items() if k not in ("DNA", "MAC")
        }

    on_network(body)


def test_clone_claims_anothers_identity() -> None:
    """A control board may claim the DNA and MAC of another machine that goes on answering."""

    async def body(fleet: VirtualFleet, clock: StepClock) -> None:
        second = (await over_wire(f"{NETWORK}.2", "version"))["VERSION"][0]
        strike(fleet, "control-board", dna=second["DNA"], mac=second["MAC"])
        await clock.advance(BOOT_S + 1)
        assert (await over_wire(FIRST, "version"))["VERSION"][0]["DNA"] == second["DNA"]
        assert (await over_wire(f"{NETWORK}.2", "version"))["VERSION"][0]["DNA"] == second["DNA"]

    on_network(body)


def test_plan_strikes_and_ends_on_time() -> None:
    """A row of a plan happens at its instant, to as many machines as it says, and ends after its time."""
    plan = Plan(fault=(Fault(kind="dead-board", at_s=100, for_s=50, machines=2),))

    async def body(fleet: VirtualFleet, clock: StepClock) -> None:
        def dead() -> int:
            return sum(bool(machine.ails.dead_boards) for machine in fleet.machines)

        await clock.advance(99)
        assert dead() == 0
        await clock.advance(2)
        assert dead() == 2
        await clock.advance(50)
        assert dead() == 0

    on_network(body, plan=plan)


def test_random_faults_come_as_often_as_they_should() -> None:
    """A lasting fault once per machine and 100 days strikes about 63 % of a fleet by then, the same ones each run."""
    struck: list[list[str]] = []

    async def live() -> None:
        clock = StepClock()
        spec = FleetSpec(network=f"{NETWORK}.0/24", count=200, mix="Nano3s")
        plan = Plan(random=(RandomFault(kind="psu", per_machine_day=0.01),))
        async with build_fleet(spec, clock, plan) as fleet:
            await clock.advance(100 * 86_400)
            struck.append([machine.address for machine in fleet.machines if machine.ails.psu_bits])

    for _ in range(2):
        asyncio.run(live())
    assert struck[0] == struck[1]
    assert 105 < len(struck[0]) < 150


def test_example_plan_has_every_kind() -> None:
    """The plan under examples/ can be read, and shows each kind of fault once."""
    plan = load_plan(Path("examples/faults.toml"))
    assert sorted(fault.kind for fault in plan.fault) == sorted(get_args(Kind)) == sorted(KINDS)
    assert plan.random


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[fault]]\nkind = "gremlins"', "gremlins"),
        ('[[fault]]\nkind = "psu"\nvolts = 3', "volts"),
        ('[[random]]\nkind = "psu"', "per_machine_day"),
        ("[[fault]", "faults.toml"),
    ],
)
def test_bad_plans_are_refused_with_their_file(tmp_path: Path, text: str, words: str) -> None:
    """A plan with an unknown kind or key, without a rate, or that is no TOML names the file and what is wrong."""
    path = tmp_path / "faults.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=words):
        load_plan(path)
    with pytest.raises(InputError, match="no such faults file"):
        load_plan(tmp_path / "none.toml")


@pytest.mark.parametrize("machines", [("127.1.2.3",), "many", "3.x%"])
def test_plan_for_machines_that_are_not_there_is_refused(machines: tuple[str, ...] | str) -> None:
    """A plan is checked against the fleet before anything starts."""
    plan = Plan(fault=(Fault(kind="psu", machines=machines),))
    with pytest.raises(InputError, match=r"psu\.machines"):
        build_fleet(FleetSpec(network=f"{NETWORK}.0/24", count=3), StepClock(), plan)


def test_failed_move_stops_the_fleet_with_a_reason() -> None:
    """A machine that is to move to a taken address ends the fleet's waiting with the reason."""
    plan = Plan(fault=(Fault(kind="moved", at_s=1, machines=(FIRST,), to=f"{NETWORK}.2"),))

    async def body(fleet: VirtualFleet, clock: StepClock) -> None:
        await clock.advance(2)
        with pytest.raises(InputError, match="cannot be listened on"):
            await fleet.wait()

    on_network(body, plan=plan)


def test_machine_that_reboots_unseen_is_gone_when_asked() -> None:
    """A machine found to be booting refuses from then on, and answers when it has booted."""

    async def body(fleet: VirtualFleet, clock: StepClock) -> None:
        machine = fleet.machine(FIRST)
        machine.reboot("overheat")
        assert await raw(FIRST, b"version") == b""
        with pytest.raises(ConnectionRefusedError):
            await raw(FIRST, b"version")
        await clock.advance(BOOT_S + 1)
        assert b"CGMiner versions" in await raw(FIRST, b"version")
        assert answer(machine, b"version")

    on_network(body)
