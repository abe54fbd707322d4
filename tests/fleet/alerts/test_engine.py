"""Alerts: one for one cause, told once, repeated until somebody takes it, cleared when it is over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from mintage.fleet.alerts import service
from mintage.fleet.alerts.rules import load_rules
from mintage.fleet.alerts.store import Alert
from mintage.fleet.alerts.subjects import Gauge
from mintage.fleet.readings import Board, Pool
from tests.fleet.alerts.watchtower import Tower
from tests.fleet.plant import NOON_US, POOL, asset

HOUR_S = 3600
SECOND_US = 1_000_000


@pytest.fixture
def tower(tmp_path: Path) -> Iterator[Tower]:
    made = Tower(tmp_path)
    yield made
    made.db.close()


def test_a_healthy_site_is_quiet(tower: Tower) -> None:
    """An hour of good readings opens nothing."""
    tower.watch(HOUR_S, every_s=60)
    assert (tower.open(), tower.told()) == ([], [])


def test_a_dead_switch_is_one_alert_that_names_its_machines(tower: Tower) -> None:
    """Of 200 machines on 4 racks, a switch with 60 dies: one message, not 60, and it names rack and machines."""
    tower.watch(60)
    tower.ail([*range(50), *range(50, 60)], state="offline")
    tower.watch(600)
    opened = [item for item in tower.told() if item[0] == "opened"]
    assert opened == [("opened", "offline", "feeder f0", 60)]
    assert len(tower.told()) == 1
    (alert,) = tower.open()
    assert {member.subject.key for member in alert.members} == {asset(number) for number in range(60)}
    assert service.line(alert) == "Offline: 60 machines, feeder f0 (r0 50, r1 10)"
    assert service.line(alert, "zh") == "離線：饋線 f0 (r0 50, r1 10)，60 台"


def test_a_dead_rack_a_dead_feeder_and_a_dead_site_are_one_alert_each(tmp_path: Path) -> None:
    """What is shared is named: the rack, the feeder, or the whole site."""
    for name, numbers, place in (
        ("rack", range(100, 150), "rack r2"),
        ("feeder", range(100), "feeder f0"),
        ("site", range(200), "site"),
    ):
        tower = Tower(tmp_path / name)
        tower.ail(numbers, state="offline")
        tower.watch(200)
        assert tower.told() == [("opened", "offline", place, len(numbers))]
        tower.heal(numbers)
        tower.watch(200)
        assert tower.told()[1:] == [("cleared", "offline", place, len(numbers))]
        tower.db.close()


def test_a_switch_that_dies_slowly_is_still_one_alert(tower: Tower) -> None:
    """Machines drop out over two polls and more; those who come later join what stands, and growth is told once."""
    for start in range(0, 50, 5):
        tower.ail(range(start, start + 5), state="offline")
        tower.watch(10)
    tower.watch(400)
    assert [kind for kind, *_ in tower.told()].count("opened") <= 2
    assert len(tower.told()) <= 4
    (alert,) = tower.open()
    assert (alert.kind, alert.place, len(alert.members)) == ("rack", "r0", 50)


def test_a_few_machines_are_told_one_by_one_and_many_scattered_ones_together(tower: Tower) -> None:
    """Four are four alerts; five in several racks are one."""
    tower.ail([1, 60, 110, 160], chip_max_c=110)
    tower.watch(120)
    assert len(tower.open()) == 4
    tower.ail([2, 61, 111, 161, 3], error_bits=1)
    tower.watch(120)
    psu = [item for item in tower.told() if item[1] == "psu"]
    assert psu == [("opened", "psu", "several", 5)]


def test_no_storm_whatever_fails(tower: Tower) -> None:
    """A site that breaks down machine by machine for an hour sends few messages of a rule."""
    for minute in range(60):
        tower.ail([minute * 3 % 200], state="offline")
        tower.watch(60, every_s=30)
    tower.watch(120)
    assert len(tower.told()) < 40
    assert sum(len(alert.members) for alert in tower.open()) == len(tower.sick)


def test_an_alert_waits_until_its_condition_has_held_and_hysteresis_keeps_it(tower: Tower) -> None:
    """A spike is no alert; a value between the two limits neither opens nor clears one."""
    tower.ail([7], chip_max_c=110)
    tower.watch(30)
    tower.heal([7])
    tower.watch(300)
    assert tower.open() == []
    tower.ail([7], chip_max_c=110)
    tower.watch(120)
    assert [alert.rule for alert in tower.open()] == ["hot"]
    tower.ail([7], chip_max_c=100)  # below the limit of 105, above the 98 at which it clears
    tower.watch(HOUR_S, every_s=60)
    assert len(tower.open()) == 1
    tower.ail([7], chip_max_c=97)
    tower.watch(200)
    assert len(tower.open()) == 1, "it must be clear for a while"
    tower.watch(200)
    assert tower.open() == []
    assert [kind for kind, *_ in tower.told()] == ["opened", "cleared"]


def test_what_is_unknown_neither_opens_nor_clears(tower: Tower) -> None:
    """A hot machine that falls silent stays hot until it says otherwise; its silence is told for itself."""
    tower.ail([7], chip_max_c=110)
    tower.watch(120)
    tower.ail([7], state="offline")
    tower.watch(HOUR_S, every_s=60)
    assert {alert.rule for alert in tower.open()} == {"hot", "offline"}
    tower.heal([7])
    tower.watch(600)
    assert tower.open() == []


def test_one_cause_is_one_alert(tower: Tower) -> None:
    """A dead board explains a low hash rate, and is told alone."""
    machine = tower.latest.get(asset(5))
    assert machine is not None
    assert machine.snapshot is not None
    boards = (Board(0, 65.0), Board(1, 0.0, problem="hashes nothing"), Board(2, 65.0))
    tower.latest.put(
        [msgspec.structs.replace(machine, snapshot=msgspec.structs.replace(machine.snapshot, boards=boards))]
    )
    tower.ail([5], hashrate_ths=130.0)
    tower.watch(HOUR_S, every_s=60)
    (alert,) = tower.open()
    assert service.line(alert).endswith(
        "Dead hash board: m-000000000005 (10.0.0.6, rack r0 slot 6): board 1: hashes nothing"
    )


def test_a_machine_that_sleeps_is_no_alert_and_ends_what_was_wrong_with_its_hashing(tower: Tower) -> None:
    """Sleeping is wanted; a low hash rate of a machine asleep is over."""
    tower.ail([7], hashrate_ths=50.0)
    tower.watch(1200, every_s=60)
    assert [alert.rule for alert in tower.open()] == ["low-hash"]
    tower.ail(range(200), state="asleep", hashrate_ths=0.0)
    tower.watch(1200, every_s=60)
    assert tower.open() == []


@pytest.mark.parametrize(
    ("pool", "reason"),
    [
        (Pool(url="stratum+tcp://evil.example:3333", worker="us.9"), "is not a pool of this site"),
        (Pool(url=POOL, worker="thief.1"), "is not a worker of ours"),
    ],
)
def test_stolen_work_is_found_against_the_sites_own_list(tower: Tower, pool: Pool, reason: str) -> None:
    """A foreign pool and a foreign worker at our own pool are critical, within two minutes."""
    machine = tower.latest.get(asset(9))
    assert machine is not None
    assert machine.snapshot is not None
    tower.latest.put(
        [msgspec.structs.replace(machine, snapshot=msgspec.structs.replace(machine.snapshot, pools=(pool,)))]
    )
    tower.watch(120)
    (alert,) = tower.open()
    assert (alert.rule, alert.severity) == ("pool", "critical")
    assert reason in alert.members[0].detail_en


def test_restarts_frozen_readings_and_stolen_identities_are_found(tower: Tower) -> None:
    """Rules that need the past or the other machines find what one poll cannot show."""
    twin = tower.latest.get(asset(30))
    assert twin is not None
    tower.latest.put([msgspec.structs.replace(twin, identity=msgspec.structs.replace(twin.identity, dna=f"{31:016x}"))])
    for uptime in (500, 3, 400, 2, 300, 1, 200):
        tower.ail([3], uptime_s=uptime)
        tower.ail([4], uptime_s=777)
        tower.watch(120, every_s=60)
    assert {(a.rule, m.subject.key) for a in tower.open() for m in a.members} == {
        ("reboot-loop", asset(3)),
        ("frozen", asset(4)),
        ("double", asset(30)),
        ("double", asset(31)),
    }


def test_what_nobody_takes_is_told_again_and_an_acknowledgement_ends_that(tower: Tower) -> None:
    """A reminder comes every four hours; after somebody took it, only its end is told."""
    tower.ail([7], state="offline")
    tower.watch(9 * HOUR_S, every_s=300)
    assert [kind for kind, *_ in tower.told()] == ["opened", "reminder", "reminder"]
    service.ack(tower.context, tower.open()[0].id, who="ann", why="on my way")
    tower.watch(24 * HOUR_S, every_s=600)
    assert len(tower.told()) == 3
    assert (tower.open()[0].acked_by, tower.open()[0].acked_why) == ("ann", "on my way")
    tower.heal([7])
    tower.watch(1200, every_s=300)
    assert [kind for kind, *_ in tower.told()][3:] == ["cleared"]


def test_a_snoozed_alert_comes_back_when_the_time_is_over(tower: Tower) -> None:
    """Quiet for a while is not quiet for ever."""
    tower.ail([7], state="offline")
    tower.watch(300)
    service.snooze(tower.context, tower.open()[0].id, who="ann", for_s=8 * HOUR_S)
    tower.watch(7 * HOUR_S, every_s=300)
    assert [kind for kind, *_ in tower.told()] == ["opened"]
    tower.watch(2 * HOUR_S, every_s=300)
    assert [kind for kind, *_ in tower.told()] == ["opened", "reminder"]


def test_maintenance_keeps_its_machines_quiet_and_only_them(tower: Tower) -> None:
    """What happens inside a window is no alert; what still holds at its end is one."""
    now_us = tower.clock.now_us()
    service.maintain(
        tower.context, scope="rack=r0", from_us=now_us, to_us=now_us + HOUR_S * SECOND_US, who="ann", why="new fans"
    )
    tower.ail([*range(50), 150], state="offline")
    tower.watch(HOUR_S - 60, every_s=60)
    assert [(a.kind, a.place) for a in tower.open()] == [("one", asset(150))]
    tower.heal(range(40))
    tower.watch(300, every_s=30)
    assert {(a.kind, len(a.members)) for a in tower.open()} == {("one", 1), ("several", 10)}


def test_a_clock_set_back_keeps_holds_and_clearings_running(tower: Tower) -> None:
    """A time server that takes an hour away neither delays an alert by an hour nor keeps one standing."""
    tower.ail([7], chip_max_c=110)
    tower.watch(60)
    tower.clock.step(-HOUR_S)
    tower.watch(60)
    assert [alert.rule for alert in tower.open()] == ["hot"]
    tower.heal([7])
    tower.watch(200)
    tower.clock.step(-HOUR_S)
    tower.watch(200)
    assert tower.open() == []


def test_a_restart_tells_nothing_twice_and_loses_nothing(tower: Tower) -> None:
    """An engine begun anew in each state goes on where the last one stood."""
    tower.ail(range(50), state="offline")
    tower.ail([160], chip_max_c=110)
    tower.watch(150)
    told = tower.told()
    assert len(told) == 2
    for _ in range(5):
        tower.restart()
        tower.watch(30)
    assert tower.told() == told
    tower.heal(range(50))
    tower.watch(30)
    tower.restart()
    tower.watch(120)
    assert tower.told()[2:] == [("cleared", "offline", "rack r0", 50)]
    assert [alert.rule for alert in tower.open()] == ["hot"]


def test_an_agent_that_starts_before_it_sees_its_machines_clears_nothing(tower: Tower) -> None:
    """With no machine known yet, alerts stand; a machine taken away for good leaves its alert."""
    tower.ail(range(50), state="offline")
    tower.watch(150)
    tower.restart()
    for _ in range(20):
        tower.clock.step(10)
        tower.engine.round(tower.clock.now_us(), [], [])
    assert len(tower.open()) == 1
    tower.watch(60)
    assert len(tower.told()) == 1
    for number in range(50):
        tower.latest.forget(asset(number))
    machines = tower.latest.all("alder")
    for _ in range(40):
        tower.clock.step(60)
        tower.engine.round(tower.clock.now_us(), machines, [])
    assert [alert.rule for alert in tower.open()] == ["not-polled"], "the others are not polled in this test"


def test_a_machine_that_answers_rubbish_is_told_once(tower: Tower) -> None:
    """Garbage for five minutes is a warning in both languages that says what to do; it ends with readable answers."""
    tower.ail([3], state="unknown")
    tower.watch(290)
    assert tower.open() == []
    tower.watch(60)
    (found,) = tower.open()
    assert (found.rule, found.severity, found.title_en, found.title_zh) == (
        "unreadable",
        "warning",
        "Unreadable",
        "無法讀取",
    )
    assert found.remedy_en
    assert found.remedy_zh
    tower.ail([3], state="hashing")
    tower.watch(120)
    assert tower.open() == []


def test_the_time_that_the_agent_was_away_is_not_held_against_its_polling(tower: Tower) -> None:
    """After three hours without an agent nothing is 'Not polled' until it has not been polled for half an hour since.

    An alert that stood before the agent was away stands until its machine is asked again.
    """
    tower.watch(60)
    machines = tower.latest.all("alder")

    def wait(minutes: int) -> list[str]:
        for _ in range(minutes):
            tower.clock.step(60)
            tower.engine.round(tower.clock.now_us(), machines, [])
        return [alert.rule for alert in tower.open()]

    tower.clock.step(3 * HOUR_S)
    tower.restart()
    assert wait(25) == []
    assert wait(10) == ["not-polled"]
    tower.restart()
    assert wait(10) == ["not-polled"]
    tower.watch(120)
    assert tower.open() == []


def test_gauges_power_meters_agents_and_parts(tower: Tower) -> None:
    """Feeders over their limit, silent meters and agents, and failing parts are alerts of their own."""
    now_us = NOON_US
    tower.gauges = [
        Gauge(kind="feeder-power", name="f0", value=510_000.0, limit=500_000.0, feeder="f0"),
        Gauge(kind="feeder-power", name="f1", value=499_000.0, limit=500_000.0, is_complete=False, feeder="f1"),
        Gauge(kind="meter", name="supply", words="meter supply was never read."),
        Gauge(kind="agent", name="birch", at_us=now_us - 901 * SECOND_US),
        Gauge(kind="agent", name="cedar", at_us=now_us + HOUR_S * SECOND_US),
        Gauge(kind="part", name="uplink", value=2.0, words="WireError: refused"),
        Gauge(kind="part", name="control", value=0.0),
    ]
    tower.watch(600, every_s=60)
    lines = sorted(service.line(alert) for alert in tower.open())
    assert lines == [
        "Agent silent: birch: nothing was heard of it for 17 minutes",
        "Feeder over its limit: f0: 510.0 kW of 500.0 kW (102%)",
        "Meter silent: supply: meter supply was never read.",
        "Part of the agent failed: uplink: 2 times within the hour: WireError: refused",
    ]


def test_a_rule_for_a_subset_looks_at_no_other_machine(tmp_path: Path) -> None:
    """A scope in a site's own rules is obeyed."""
    path = tmp_path / "own.toml"
    path.write_text('[[rule]]\nid = "hot"\nscope = "rack=r1"\n', "utf-8")
    tower = Tower(tmp_path / "state", rules=load_rules(path))
    tower.ail([1, 51], chip_max_c=120)
    tower.watch(300)
    assert [alert.place for alert in tower.open()] == [asset(51)]
    tower.db.close()


def test_a_machine_that_sleeps_and_that_nobody_holds_is_told(tmp_path: Path) -> None:
    """Kept asleep by a curtailment or somebody's word it is no alert; let go and still asleep it is, in two tongues."""
    tower = Tower(tmp_path, 3)
    tower.floor.poll([0, 1], state="asleep", power_in_w=20)

    def judge(kept: set[str], seconds: int) -> list[str]:
        for _ in range(seconds // 60):
            tower.clock.step(60)
            tower.floor.poll([0, 1], state="asleep", power_in_w=20)
            tower.floor.poll([2])
            tower.engine.round(tower.clock.now_us(), tower.latest.all(), (), kept)
        return [member.subject.key for alert in told() for member in alert.members]

    def told() -> list[Alert]:
        return [alert for alert in service.open_alerts(tower.db) if alert.rule == "asleep"]

    assert judge({asset(0), asset(1)}, 7200) == []
    assert judge({asset(0)}, 3600) == [asset(1)]
    (alert,) = told()
    assert "nobody holds it" in service.line(alert)
    assert "無人持有" in service.line(alert, "zh")
    assert judge({asset(0), asset(1)}, 600) == []
    tower.db.close()
