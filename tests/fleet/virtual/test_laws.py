"""The laws that public captures of real machines obey hold on the replies of virtual ones."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mintage.fleet.models import Model, models
from mintage.fleet.virtual.answer import answer
from mintage.fleet.virtual.condition import Surroundings
from mintage.fleet.virtual.machine import Machine
from mintage.units.clock import StepClock
from tests.fleet.virtual.asking import POOLS, asked, machine, numbers, stats

MODELS = st.sampled_from(list(models().values()))


@st.composite
def working(draw: st.DrawFn) -> Machine:
    """Some machine that hashes, of any model, age, mode and surroundings, perhaps without one of its boards."""
    kind: Model = draw(MODELS)
    made = Machine(
        "127.0.0.1",
        kind,
        StepClock(),
        POOLS,
        seed=draw(st.integers(0, 2**48)),
        uptime_s=draw(st.floats(600, 3_000_000)),
        surroundings=Surroundings(draw(st.floats(-10, 38))),
    )
    made.settings.mode = made.settings.next_mode = draw(st.sampled_from(sorted(kind.modes)))
    if kind.boards > 1 and draw(st.booleans()):
        made.ails.dead_boards.add(draw(st.integers(0, kind.boards - 1)))
    made.changed()
    return made


@given(working())
def test_clock_and_chips_give_the_hash_rate(target: Machine) -> None:
    """GHSmm = K x Freq x TA / 1000, to the rounding of Freq."""
    found = stats(target)
    k = target.model.ghs_per_mhz_per_1000_chips
    expected = k * float(found["Freq"]) * float(found["TA"]) / 1000
    assert float(found["GHSmm"]) == pytest.approx(expected, rel=0.01 / float(found["Freq"]))


@given(working())
def test_clock_is_the_mean_of_the_pll_steps(target: Machine) -> None:
    """Freq is the mean over living boards of their PLL-weighted steps, and a board's PLLs add up to its chips' PLLs."""
    found, boards = stats(target), range(target.model.boards)
    means = []
    for board in boards:
        counts, steps = numbers(found[f"PLL{board}"]), numbers(found[f"SF{board}"])
        if board in target.ails.dead_boards:
            assert sum(counts) == 0
            continue
        assert sum(counts) == target.model.pll_per_chip * target.model.chips_per_board
        means.append(sum(n * mhz for n, mhz in zip(counts, steps, strict=True)) / sum(counts))
    assert float(found["Freq"]) == pytest.approx(sum(means) / len(means), abs=0.006)


@given(working())
def test_boards_add_up_to_the_average(target: Machine) -> None:
    """MGHS of the boards add up to GHSavg exactly; a dead board has none."""
    found = stats(target)
    boards = numbers(found["MGHS"])
    assert f"{sum(boards):.2f}" == found["GHSavg"]
    assert all((boards[board] == 0) == (board in target.ails.dead_boards) for board in range(target.model.boards))


@given(working())
def test_work_utility_follows_the_average(target: Machine) -> None:
    """WU = GHSavg x 1e9 x 60 / 2^32."""
    found = stats(target)
    assert float(found["WU"]) == pytest.approx(float(found["GHSavg"]) * 1e9 * 60 / 2**32, abs=0.08)


@given(working())
def test_errors_part_the_two_hash_rates(target: Machine) -> None:
    """GHSspd is GHSmm less the errors, within 0.1 %; errors are those of a healthy machine."""
    found = stats(target)
    error = float(found["DH"].rstrip("%")) / 100
    assert 0.004 <= error <= 0.016
    assert float(found["GHSspd"]) == pytest.approx(float(found["GHSmm"]) * (1 - error), rel=0.001)


@given(working())
def test_supply_states_ohms_law_and_its_efficiency(target: Machine) -> None:
    """PS: hash power is voltage times current within 0.5 %, and input power is hash power over efficiency."""
    found = stats(target)
    bits, _, hash_v, amps, hash_w, _, input_w = numbers(found["PS"])
    assert bits == 0
    assert hash_w == pytest.approx(hash_v / 100 * amps, abs=max(0.005 * hash_w, 0.51))
    assert input_w == pytest.approx(hash_w / target.model.psu_efficiency, abs=0.51)
    if "WALLPOWER" in found:
        assert float(found["WALLPOWER"]) == input_w


@given(working())
def test_chips_agree_with_their_summary(target: Machine) -> None:
    """Each board tells of each chip; the hottest chip is TMax; the mean of the chips is the board's within 1 °C."""
    found = stats(target)
    if target.model.family == "home":
        assert len(numbers(found["PVT_T0"])) == target.model.chips_per_board
        return
    hottest = []
    for board in range(target.model.boards):
        chips = numbers(found[f"PVT_T{board}"])
        assert len(chips) == len(numbers(found[f"PVT_V{board}"])) == len(numbers(found[f"MW{board}"]))
        assert len(chips) == target.model.chips_per_board
        assert max(chips) == numbers(found["MTmax"])[board]
        assert sum(chips) / len(chips) == pytest.approx(numbers(found["MTavg"])[board], abs=1)
        hottest.append(max(chips))
    assert max(hottest) == float(found["TMax"])


@given(working())
def test_devices_and_pools_count_the_same_shares(target: Machine) -> None:
    """devs: utility, rejects and averages follow from its counts; pools add up to them."""
    device, pools = asked(target, "devs")["DEVS"][0], asked(target, "pools")["POOLS"]
    assert device["Accepted"] == sum(pool["Accepted"] for pool in pools)
    assert device["Difficulty Accepted"] == sum(pool["Difficulty Accepted"] for pool in pools)
    minutes = device["Device Elapsed"] / 60
    assert device["Utility"] == pytest.approx(device["Accepted"] / minutes, abs=0.006)
    assert device["MHS av"] == pytest.approx(device["Total MH"] / device["Device Elapsed"], rel=1e-6)
    rejected = device["Difficulty Rejected"]
    assert device["Device Rejected%"] == pytest.approx(rejected / max(device["Diff1 Work"], 1) * 100, abs=1e-4)
    for pool in pools:
        counted = pool["Difficulty Accepted"] + pool["Difficulty Rejected"] + pool["Difficulty Stale"]
        share = pool["Difficulty Rejected"] / counted * 100 if counted else 0
        assert pool["Pool Rejected%"] == pytest.approx(share, abs=1e-4)
    # The work that shares stand for is the work done, but for the share that is under way.
    work = device["Total MH"] * 1e6 / 2**32
    assert work == pytest.approx(counted_work(device), abs=1.1 * target.tally.share_diff)


def counted_work(device: dict[str, float]) -> float:
    return device["Difficulty Accepted"] + device["Difficulty Rejected"]


@pytest.mark.parametrize("name", sorted(models()))
def test_nameplate_is_reached(name: str) -> None:
    """A machine in its nominal mode does within 4 % what its nameplate says, at the power that it says."""
    target = machine(models()[name].model)
    assert target.hash_ghs / 1000 == pytest.approx(target.model.hashrate_ths, rel=0.04)
    assert target.power_w() == pytest.approx(target.model.power_w, rel=0.04)


@given(kind=MODELS, seed=st.integers(0, 2**32), cool=st.floats(-10, 60), warmer=st.floats(0.5, 20))
def test_warmer_surroundings_never_cool(kind: Model, seed: int, cool: float, warmer: float) -> None:
    """Warmer air or liquid means faster fans or hotter chips, never slower or cooler ones."""

    def settled(ambient_c: float) -> Machine:
        around = Surroundings(ambient_c)
        return Machine("127.0.0.1", kind, StepClock(), POOLS, seed=seed, uptime_s=7200, surroundings=around)

    one, other = settled(cool), settled(cool + warmer)
    assert other.chip_c >= one.chip_c - 1e-9
    assert other.fan_duty >= one.fan_duty
    if kind.fans and 0.15 < one.fan_duty < 1 and other.fan_duty < 1:
        assert other.chip_c == pytest.approx(kind.chip_target_c)


@given(kind=MODELS, steps=st.lists(st.floats(0.1, 400), min_size=1, max_size=12), seed=st.integers(0, 2**32))
def test_looking_changes_nothing(kind: Model, steps: list[float], seed: int) -> None:
    """Work, shares and temperature after a time do not depend on how often somebody asked on the way."""
    watched, alone = StepClock(), StepClock()
    often, once = (
        Machine("127.0.0.1", kind, clock, POOLS, seed=seed, uptime_s=0, surroundings=Surroundings())
        for clock in (watched, alone)
    )

    async def live() -> None:
        for step in steps:
            await watched.advance(step)
            answer(often, b"estats")
        await alone.advance(watched.elapsed_s())

    asyncio.run(live())
    once.advance()
    assert once.state == often.state
    assert once.total_gh == pytest.approx(often.total_gh, rel=1e-9)
    assert once.tally.accepted == often.tally.accepted
    assert once.chip_c == pytest.approx(often.chip_c, abs=1e-6)
    assert once.rates_ghs == pytest.approx(often.rates_ghs, rel=1e-6, abs=1e-6)
    assert once.energy_j == pytest.approx(often.energy_j, rel=0.03, abs=100)
