"""Replies that public projects recorded from real Avalons: what they say must be read as it is."""

from __future__ import annotations

import asyncio

import pytest

from mintage.fleet.drivers.avalon import driver
from mintage.fleet.drivers.avalon.controls import meaning_of
from mintage.fleet.drivers.avalon.identity import identity_of
from mintage.fleet.drivers.avalon.parse import parse_stats
from mintage.fleet.drivers.avalon.readings import read
from mintage.fleet.drivers.avalon.replies import document, pools_of, status_of
from mintage.fleet.drivers.contract import check_snapshot
from mintage.fleet.drivers.port import Identity, SetMode, Sleep, Wake
from mintage.fleet.drivers.replay import Replay
from mintage.fleet.models import model_of
from mintage.units.clock import SystemClock
from tests.fleet.drivers.samples import recorded

INVALID = (
    b'{"STATUS":[{"STATUS":"E","When":1,"Code":14,"Msg":"Invalid command","Description":"cgminer 4.11.1"}],"id":1}'
)


def test_an_a1246_is_read_to_the_last_figure() -> None:
    """Every reading of the A1246's telemetry is its own figure in our unit, and no law doubts it."""
    stats = parse_stats(recorded("avalon_a_stats"))
    fresh = read(stats, model_of("1246-83"))
    assert stats.family == "a"
    assert stats.when == 24701
    assert fresh.values == {
        "hashrate_ths": pytest.approx(81.07268),
        "hashrate_avg_ths": pytest.approx(79.65663),
        "hashrate_expected_ths": pytest.approx(83.92304, rel=1e-4),
        "power_in_w": 3504,
        "power_hash_w": 3189,
        "power_target_w": 3200,
        "voltage_hash_v": pytest.approx(13.16),
        "error_bits": 0,
        "inlet_c": 30,
        "chip_avg_c": 65,
        "chip_max_c": 77,
        "fan_duty_pct": 72,
        "fan_min_rpm": 5309,
        "frequency_mhz": pytest.approx(502.41),
        "error_pct": pytest.approx(2.732),
        "work_per_min": pytest.approx(1112790.28),
        "uptime_s": 24684,
        "state": "hashing",
        "boards": 3,
        "mode": "performance",
    }
    assert fresh.fans_rpm == (5344, 5392, 5349, 5309)
    assert [board.chip_max_c for board in fresh.boards] == [77, 77, 76]
    assert [board.hashrate_ths for board in fresh.boards] == pytest.approx([26.90701, 26.02506, 26.72456])
    assert not fresh.doubts
    assert set(fresh.unknown) == {"outlet_c"}


def test_every_chip_of_an_a1246_can_be_read() -> None:
    """Temperature, voltage and works of all 120 chips of each board come out of the kept text."""
    boards = read(parse_stats(recorded("avalon_a_stats")), model_of("1246-83")).boards
    assert [len(board.chips_c) for board in boards] == [120, 120, 120]
    assert [len(board.chips_work) for board in boards] == [120, 120, 120]
    assert boards[0].chips_c[:3] == (63, 70, 70)
    assert boards[2].chips_v[-1] == pytest.approx(0.308)
    assert boards[1].chips_work[12] == 428
    assert max(boards[0].chips_c) == boards[0].chip_max_c


@pytest.mark.parametrize("name", ["stats", "litestats"])
def test_a_sleeping_q_is_asleep_and_hashes_nothing(name: str) -> None:
    """A Q that was told to sleep reads as asleep with 146 W, not as idle, dead or at its average hash rate."""
    fresh = read(parse_stats(recorded(name)), model_of("Q"))
    assert fresh.values["state"] == "asleep"
    assert fresh.values["hashrate_ths"] == 0
    assert fresh.values["power_in_w"] == 146
    assert fresh.values["mode"] == "eco"
    assert fresh.values["power_target_w"] == 800
    assert (fresh.values["inlet_c"], fresh.values["outlet_c"]) == (26, 27)
    assert not fresh.problems
    assert not fresh.doubts


def test_a_q_is_known_by_its_version() -> None:
    """Model, DNA, MAC and firmware of the recorded version reply; the firmware is the machine's, not cgminer's."""
    identity = identity_of(document(recorded("version")))
    assert identity is not None
    assert (identity.model, identity.name, identity.known) == ("Q", "Avalon Q", True)
    assert identity.mac == "aabbccddeeff"
    assert identity.dna == "01234567890123456789012345678901"
    assert identity.firmware == "25052801_14a19a2"
    assert identity.cooling == "air"


def test_pools_are_read_with_their_work() -> None:
    """The pool in use comes with its worker and the difficulty that it accepted."""
    (pool,) = pools_of(document(recorded("pools")))
    assert pool.url == "stratum+tcp://pool.example.com:4444"
    assert (pool.worker, pool.active) == ("worker1", True)
    assert (pool.accepted_diff, pool.rejected_diff, pool.stale_diff) == (368550176, 786432, 0)


@pytest.mark.parametrize(
    ("name", "outcome"),
    [("ascset_softoff", "done"), ("ascset_softon", "done"), ("ascset_workmode", "done"), ("ascset_help", "refused")],
)
def test_recorded_answers_to_controls_mean_what_they_mean(name: str, outcome: str) -> None:
    """118 with "success" and 119 are done; a list of options is no success. The words are the machine's own."""
    told = meaning_of(status_of(recorded(name)))
    assert told[0] == outcome
    assert told[1].startswith("ASC 0 set")


def test_a_recorded_q_is_polled_and_put_to_sleep_over_a_socket() -> None:
    """The whole session works on recorded bytes, on firmware that joins no commands."""

    async def session() -> None:
        answers = [
            (b'"version"', recorded("version")),
            (b'"estats"', recorded("stats")),
            (b'"pools"', recorded("pools")),
            (b'"summary"', recorded("summary")),
            (b"softoff", recorded("ascset_softoff")),
            (b"softon", recorded("ascset_softon")),
            (b"workmode,set,1", recorded("ascset_workmode")),
            (b"", INVALID),
        ]
        replay = Replay(answers)
        async with replay.listening() as target:
            identity = await driver.identify(target, 5.0)
            assert identity is not None
            one = driver.session(target, identity, SystemClock())
            snapshot = await one.poll()
            check_snapshot(snapshot)
            assert snapshot.values["accepted_diff"] == 368550176
            assert snapshot.values["worker"] == "worker1"
            assert len(snapshot.boards[0].chips_c) == 160
            results = [await one.act(action) for action in (Sleep(), Wake(), SetMode("standard"))]
            assert [result.outcome for result in results] == ["done", "done", "done"]
            assert results[0].words == "ASC 0 set info: success softoff:1753434821"
        assert replay.at_once_max == 1

    asyncio.run(session())


def test_an_empty_summary_is_made_good_by_litestats() -> None:
    """Firmware of the Q that leaves its summary out of estats is read from litestats, in the same poll."""

    async def session() -> None:
        full = recorded("stats")
        start = full.index(b"'STATS':{") + len(b"'STATS':{")
        empty = full[:start] + full[full.index(b"}", start) :]
        replay = Replay([(b'"litestats"', recorded("litestats")), (b'"estats"', empty), (b"", INVALID)])
        async with replay.listening() as target:
            one = driver.session(target, _q(), SystemClock())
            first, second = await one.poll(), await one.poll()
        assert first.values["power_in_w"] == second.values["power_in_w"] == 146
        assert first.sources["power_in_w"] == second.sources["power_in_w"] == "litestats.PS[6]"
        assert len(first.boards[0].chips_c) == 160, "the chips are only in estats"
        asked = [each.split(b'"')[3] for each in replay.asked]
        assert asked[:2] == [b"estats", b"litestats"]
        assert asked.count(b"estats") == 1, "a second poll asks at once where the summary is"

    asyncio.run(session())


def _q() -> Identity:
    identity = identity_of(document(recorded("version")))
    assert identity is not None
    return identity
