"""A fleet on the network: addresses, sockets, work, power, limits, and equal seeds."""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.fleet.virtual.answer import answer
from mintage.fleet.virtual.build import FleetSpec, build_fleet, parse_mix
from mintage.fleet.virtual.fleet import VirtualFleet, allow_files
from mintage.fleet.virtual.machine import BOOT_S, INIT_S, RAMP_S
from mintage.units.clock import StepClock
from mintage.units.errors import InputError
from tests.fleet.virtual.asking import over_wire, raw
from tests.loopback import block

MIX = "A15-194=0.7,A16-282=0.1,Q=0.1,Nano3s=0.05,1566HA=0.05"
NETWORK = block("virtual", 0)


def small(count: int = 4, mix: str = "A15-194=0.5,Q=0.5", clock: StepClock | None = None) -> VirtualFleet:
    return build_fleet(
        FleetSpec(network=f"{NETWORK}.0/24", count=count, mix=mix, uptime_s=7200),
        clock or StepClock(1_750_000_000_000_000),
    )


def test_machines_answer_at_their_own_addresses_and_nobody_else_does() -> None:
    """Each address has its own machine; an address without one refuses the connection."""

    async def live() -> None:
        async with small():
            dna = {(await over_wire(f"{NETWORK}.{n}", "version"))["VERSION"][0]["DNA"] for n in (1, 2, 3, 4)}
            assert len(dna) == 4
            with pytest.raises(ConnectionRefusedError):
                await raw(f"{NETWORK}.5", b"version")

    asyncio.run(live())


def test_one_connection_brings_one_reply() -> None:
    """The machine closes after its reply; a second command on the same connection is never answered."""

    async def live() -> None:
        async with small():
            once = await raw(f"{NETWORK}.1", b"version")
            assert once.count(b"STATUS=") == 1
            together = await raw(f"{NETWORK}.1", b'{"command":"version"}')
            assert json.loads(together[:-1])["VERSION"][0]["MODEL"] == "15-194"

    asyncio.run(live())


def test_a_request_in_pieces_is_put_together() -> None:
    """JSON that comes byte by byte is answered like JSON that comes at once; whoever hangs up hurts nobody."""

    async def live() -> None:
        async with small():
            reader, writer = await asyncio.open_connection(f"{NETWORK}.1", 4028)
            for byte in b'{"command":"version"}':
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0)
            assert b"CGMiner versions" in await reader.read()
            writer.close()
            _, gone = await asyncio.open_connection(f"{NETWORK}.1", 4028)
            gone.transport.abort()
            assert await raw(f"{NETWORK}.1", b"version")

    asyncio.run(live())


def test_many_clients_at_once_are_all_served() -> None:
    """Two hundred connections at once to one machine are all answered in full."""

    async def live() -> None:
        async with small():
            replies = await asyncio.gather(*(raw(f"{NETWORK}.1", b'{"command":"estats"}') for _ in range(200)))
            assert all(json.loads(reply[:-1])["STATS"][0]["ID"] == "AVA100" for reply in replies)

    asyncio.run(live())


def test_a_restart_closes_the_port_until_the_machine_has_booted() -> None:
    """A machine that restarts refuses connections while it boots, initialises, then works."""

    async def live() -> None:
        clock = StepClock(1_750_000_000_000_000)
        address = f"{NETWORK}.1"
        async with small(clock=clock) as fleet:
            assert json.loads((await raw(address, b'{"command":"restart"}'))[:-1]) == {"STATUS": "RESTART"}
            with pytest.raises(ConnectionRefusedError):
                await raw(address, b"version")
            await clock.advance(BOOT_S - 1)
            with pytest.raises(ConnectionRefusedError):
                await raw(address, b"version")
            await clock.advance(2)
            assert b"Work: In Init" in await raw(address, b"estats")
            await clock.advance(INIT_S + 3 * RAMP_S)
            assert b"Work: In Work" in await raw(address, b"estats")
            assert fleet.machine(address).hash_ghs > 190_000

    asyncio.run(live())


def test_a_static_address_takes_effect_with_the_restart() -> None:
    """ip,s moves a machine when it restarts: it answers at the new address and no longer at the old one."""

    async def live() -> None:
        clock = StepClock(1_750_000_000_000_000)
        async with small(clock=clock):
            await over_wire(f"{NETWORK}.1", "ascset", f"0,ip,s,{NETWORK}.77,255.255.255.0,{NETWORK}.254")
            assert await raw(f"{NETWORK}.1", b"ascset|0,reboot,0") == b""
            await clock.advance(BOOT_S + 1)
            assert b"CGMiner versions" in await raw(f"{NETWORK}.77", b"version")
            with pytest.raises(ConnectionRefusedError):
                await raw(f"{NETWORK}.1", b"version")

    asyncio.run(live())


@given(steps=st.lists(st.floats(1, 50_000), min_size=1, max_size=6))
def test_work_is_handed_over_once(steps: list[float]) -> None:
    """All work drained, in whatever pieces, is what the machines' own counters say, by machine, pool and worker."""
    clock = StepClock()
    fleet = build_fleet(FleetSpec(network=f"{NETWORK}.0/24", count=3, mix="A15-194=0.4,Q=0.6", uptime_s=0), clock)
    drained: Counter[tuple[str, str, str]] = Counter()

    async def live() -> None:
        for step in steps:
            await clock.advance(step)
            for work in fleet.drain_work():
                drained[work.address, work.pool_url, work.worker] += work.accepted_diff

    asyncio.run(live())
    for machine in fleet.machines:
        pool = machine.settings.pools[0]
        counted = machine.tally.accepted.get(0, 0) * machine.tally.share_diff
        assert drained[machine.address, pool.url, pool.worker] == counted
    assert fleet.drain_work() == []


def test_power_is_of_the_addresses_asked_for() -> None:
    """power_w adds up what the supplies of the machines at these addresses state."""
    fleet = small()
    each = {machine.address: machine.power_w() for machine in fleet.machines}
    assert fleet.power_w() == sum(each.values())
    assert fleet.power_w({f"{NETWORK}.1", "127.9.9.9"}) == each[f"{NETWORK}.1"]
    assert fleet.power_w(set()) == 0


def test_energy_is_power_over_time() -> None:
    """An hour at steady power is that many watt-hours."""
    clock = StepClock()
    fleet = small(clock=clock)
    began_wh, power_w = fleet.energy_wh(), fleet.power_w()
    asyncio.run(clock.advance(3600))
    assert fleet.energy_wh() - began_wh == pytest.approx(power_w, rel=0.01)


@given(seed=st.integers(0, 2**32))
def test_heat_makes_fans_turn_and_then_machines_stop(seed: int) -> None:
    """Warmer air speeds the fans of all machines; far too warm air stops machines, and afterwards they say why."""
    clock = StepClock()
    fleet = build_fleet(FleetSpec(network=f"{NETWORK}.0/24", count=3, mix="A15-194", seed=seed, uptime_s=7200), clock)
    calm = [machine.fan_duty for machine in fleet.machines]
    fleet.ambient_c = 40
    asyncio.run(clock.advance(900))
    for machine, before in zip(fleet.machines, calm, strict=True):
        machine.advance()
        assert before < machine.fan_duty <= 1
        assert machine.state == "work"
    fleet.ambient_c = 85
    asyncio.run(clock.advance(150))
    for machine in fleet.machines:
        machine.advance()
        assert machine.state == "idle"
    fleet.ambient_c = 25
    asyncio.run(clock.advance(600))
    assert all(b"BOOTBY[0x02" in answer(machine, b"estats") for machine in fleet.machines)


def test_no_two_machines_have_the_same_identity() -> None:
    """DNA and MAC of every machine of a large fleet are its own, and those of another seed's fleet are others."""
    seen: Counter[str] = Counter()
    for seed in (1, 2):
        spec = FleetSpec(network=_wide(), count=5000, mix=MIX, seed=seed)
        for machine in build_fleet(spec, StepClock()).machines:
            seen.update((machine.dna, machine.mac))
    assert set(seen.values()) == {1}


def test_equal_seeds_make_equal_fleets() -> None:
    """The same specification gives the same replies at the same time; another seed gives others."""

    def replies(seed: int) -> list[bytes]:
        spec = FleetSpec(network=f"{NETWORK}.0/24", count=20, mix=MIX, seed=seed)
        fleet, requests = build_fleet(spec, StepClock()), (b"version", b"estats", b"pools")
        return [answer(machine, request) for machine in fleet.machines for request in requests]

    assert replies(1) == replies(1)
    assert replies(1) != replies(2)


@given(count=st.integers(1, 60))
def test_a_mix_is_kept_to_one_machine(count: int) -> None:
    """Each model gets its share of the machines, to within one, and like machines stand together."""
    fleet = build_fleet(FleetSpec(network=f"{NETWORK}.0/24", count=count, mix=MIX), StepClock())
    order = [machine.model.id for machine in fleet.machines]
    for model, share in parse_mix(MIX):
        assert abs(order.count(model.id) - share * count) <= 1
    assert order == [name for name in dict.fromkeys(order) for _ in range(order.count(name))]


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"mix": "A15-194=0.5,Q=0.4"}, "add up to 0.9"),
        ({"mix": "Antminer=1"}, "no model is called 'Antminer'"),
        ({"mix": "Q=lots"}, "'lots' is no share"),
        ({"mix": "Q=-1,A15-194=2"}, "share of 'Q' is -1"),
        ({"mix": ""}, "add up to 0"),
        ({"network": "10.0.0.0/24"}, "not a loopback network"),
        ({"network": "127.0.0.300"}, "127.0.0.300"),
        ({"count": 255}, "room for 254"),
        ({"count": 0}, "not 0"),
    ],
)
def test_what_cannot_be_built_is_said(spec: dict[str, str | int], words: str) -> None:
    """A wrong mix, network or number is refused with what is wrong."""
    good: dict[str, str | int] = {"network": f"{NETWORK}.0/24", "count": 2, "mix": "Q"}
    with pytest.raises(InputError, match=words):
        build_fleet(msgspec.convert(good | spec, FleetSpec), StepClock())


def test_a_taken_address_is_named() -> None:
    """A second fleet on the same addresses is refused, and the first goes on."""

    async def live() -> None:
        async with small():
            with pytest.raises(InputError, match=f"{NETWORK}.1:4028 cannot be listened on"):
                async with small():
                    raise AssertionError
            assert await raw(f"{NETWORK}.1", b"version")

    asyncio.run(live())


def test_too_low_a_limit_of_files_is_said_with_its_remedy() -> None:
    """Where the system allows too few open files, the error says how many are needed and how to allow them."""
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))\n"
        "from mintage.cli.main import main\n"
        f"main(['virtual', 'fleet', '--network', '{NETWORK}.0/24', '--count', '200', '--for', '0.1'])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)  # noqa: S603  our own words
    assert ran.returncode == 2
    assert "200 machines need 1424 open files, and the system allows 256" in ran.stderr
    assert "ulimit -n 1424" in ran.stderr


def test_the_limit_of_files_is_raised_where_it_may_be() -> None:
    """The soft limit grows to what the machines need and never shrinks."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    allow_files(1)
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= before[0]


def test_five_thousand_machines_fit_into_a_gigabyte() -> None:
    """One process plays 5,000 machines of all kinds, each asked once for everything, in far less than 1 GB."""
    code = (
        "import asyncio, resource\n"
        "from mintage.fleet.virtual.answer import answer\n"
        "from mintage.fleet.virtual.build import FleetSpec, build_fleet\n"
        "from mintage.units.clock import SystemClock\n"
        "async def live():\n"
        f"    spec = FleetSpec(network='{_wide()}', count=5000, mix='{MIX}')\n"
        "    async with build_fleet(spec, SystemClock()) as fleet:\n"
        "        for machine in fleet.machines:\n"
        "            answer(machine, b'stats')\n"
        "        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)\n"
        "asyncio.run(live())\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)  # noqa: S603  our own words
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) < 1000


def _wide() -> str:
    """A network with room for thousands that no other test uses."""
    return f"127.{NETWORK.split('.')[1]}.{64 + 32 * (int(NETWORK.split('.')[2]) // 8)}.0/19"
