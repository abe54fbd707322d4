"""Every control of the table: its reply, and what it does to the machine."""

from __future__ import annotations

import asyncio

import pytest

from mintage.fleet.virtual.answer import answer
from mintage.fleet.virtual.machine import BOOT_S, INIT_S, RAMP_S, WAKE_S, Machine
from mintage.units.clock import StepClock
from tests.fleet.virtual.asking import asked, machine, said, stats

NOW_US = 1_753_431_000_000_000
WARM_S = 600
"""After which chips have their working temperature again."""
OK = ("S", 119, "ASC 0 set OK")


def epoch(clock: StepClock, ahead_s: int = 5) -> int:
    return clock.now_us() // 1_000_000 + ahead_s


def pass_time(clock: StepClock, seconds: float) -> None:
    asyncio.run(clock.advance(seconds))


def restart(target: Machine, clock: StepClock) -> None:
    assert answer(target, b"ascset|0,reboot,0") == b""
    pass_time(clock, BOOT_S + INIT_S + 3 * RAMP_S + 1)
    target.advance()


@pytest.mark.parametrize("request_bytes", [b'{"command":"restart"}', b"restart"])
def test_restart_says_so_and_dies(request_bytes: bytes) -> None:
    """`restart` answers RESTART and nothing else; then the machine boots and answers nothing at all."""
    target = machine("15-194")
    assert answer(target, request_bytes) in (b'{"STATUS":"RESTART"}\0', b"RESTART")
    assert target.state == "boot"
    assert answer(target, b"version") == b""


def test_reboot_says_nothing_and_counts_anew() -> None:
    """`ascset|0,reboot,0` ends the connection; afterwards counters begin at 0 and BOOTBY says API."""
    clock = StepClock(NOW_US)
    target = machine("15-194", clock=clock)
    before = asked(target, "summary")["SUMMARY"][0]
    restart(target, clock)
    after = asked(target, "summary")["SUMMARY"][0]
    assert after["Elapsed"] == BOOT_S + INIT_S + 3 * RAMP_S + 1
    assert after["Accepted"] < before["Accepted"]
    assert stats(target)["BOOTBY"] == "0x05.00000000"


@pytest.mark.parametrize("name", ["15-194", "Q"])
def test_led_is_set_and_asked(name: str) -> None:
    """1-1 and 1-0 set the light (119), 1-255 tells of it (118); other values fail (120)."""
    target = machine(name)
    assert said(target, "led,1-255") == ("I", 118, "ASC 0 set info: LED[0]")
    assert said(target, "led,1-1") == OK
    assert said(target, "led,1-255") == ("I", 118, "ASC 0 set info: LED[1]")
    if target.model.family == "a":
        assert stats(target)["Led"] == "1"
    assert said(target, "led,0-0") == OK
    assert said(target, "led,1-255")[2].endswith("LED[0]")
    assert said(target, "led,9-9")[:2] == ("E", 120)


def test_mode_of_the_a_series_waits_for_a_restart() -> None:
    """The A-series answers 118 with the mode to come; frequency and power change after the reboot."""
    clock = StepClock(NOW_US)
    target = machine("15-194", clock=clock)
    before = target.power_w()
    assert said(target, "workmode,255")[2] == "ASC 0 set info: WORKMODE[1]"
    assert said(target, "workmode,0") == ("I", 118, "ASC 0 set info: WORKMODE[0]")
    assert target.power_w() == pytest.approx(before, rel=0.01)
    restart(target, clock)
    pass_time(clock, WARM_S)
    assert stats(target)["WORKMODE"] == "0"
    assert target.power_w() == pytest.approx(before * 0.81, rel=0.02)
    assert said(target, "workmode,7")[:2] == ("E", 120)


@pytest.mark.parametrize(("level", "power_w", "ths"), [(0, 836, 52), (1, 1358, 80), (2, 1674, 90)])
def test_mode_of_a_home_machine_works_at_once(level: int, power_w: float, ths: float) -> None:
    """A Q answers 119 and runs eco, standard or super from then on."""
    target = machine("Q")
    assert said(target, f"workmode,set,{level}") == OK
    assert stats(target)["WORKMODE"] == str(level)
    assert target.power_w() == pytest.approx(power_w, rel=0.04)
    assert target.hash_ghs / 1000 == pytest.approx(ths, rel=0.04)
    assert said(target, "workmode,0")[:2] == ("E", 120)


def test_work_level_trims_a_home_machine() -> None:
    """Worklevel -1 takes a little power; the A-series does not know it; words with a unit fail."""
    target = machine("Q")
    before = target.power_w()
    assert said(target, "worklevel,set,-1") == OK
    assert 0.9 * before < target.power_w() < 0.98 * before
    assert said(target, "worklevel,set,3.2 kW")[:2] == ("E", 120)
    assert said(machine("15-194"), "worklevel,set,2")[:2] == ("E", 120)


@pytest.mark.parametrize("name", ["15-194", "16-282", "1566HA", "Q", "Nano3s"])
def test_sleep_and_wake_come_when_they_are_due(name: str) -> None:
    """Softoff and softon act at the epoch that they name: power falls to standby and comes back with a ramp."""
    clock = StepClock(NOW_US)
    target = machine(name, clock=clock)
    full = target.power_w()
    due = epoch(clock)
    assert said(target, f"softoff,1:{due}") == ("I", 118, f"ASC 0 set info: success softoff:{due}")
    pass_time(clock, 4.9)
    assert target.power_w() == pytest.approx(full, rel=0.01)
    pass_time(clock, 0.2)
    assert target.power_w() == target.model.standby_w
    assert target.state == "asleep"
    found = stats(target)
    assert found["SoftOFF"] == "4"
    assert found["SYSTEMSTATU"].startswith("Work: In Idle")
    assert float(found["GHSspd"]) == 0
    due = epoch(clock)
    assert said(target, f"softon,1:{due}") == ("I", 118, f"ASC 0 set info: success softon:{due}")
    pass_time(clock, 5 + WAKE_S + RAMP_S / 2)
    assert 0 < target.power_w() < 0.6 * full
    pass_time(clock, 3 * RAMP_S + WARM_S)
    assert target.power_w() == pytest.approx(full, rel=0.02)
    device = asked(target, "devs")["DEVS"][0]
    assert device["MHS av"] < device["MHS 1m"]  # the sleep counts as time without work


@pytest.mark.parametrize("words", ["1:{past}", "1:soon", "0:{future}", "1", "1:{future}9999999"])
def test_sleep_needs_a_time_to_come(words: str) -> None:
    """A time in the past, none, or one that is no number is refused with 120, and nothing happens."""
    clock = StepClock(NOW_US)
    target = machine("Q", clock=clock)
    option = "softoff," + words.format(past=epoch(clock, -1), future=epoch(clock))
    assert said(target, option)[:2] == ("E", 120)
    pass_time(clock, 10)
    assert target.power_w() > 1000


def test_bare_softoff_of_the_a_series_acts_at_once() -> None:
    """An A1346 takes softoff without a time; a reboot or a work mode wakes it."""
    clock = StepClock(NOW_US)
    target = machine("1346", clock=clock)
    assert said(target, "softoff")[:2] == ("I", 118)
    assert target.state == "asleep"
    said(target, "workmode,1")
    pass_time(clock, WAKE_S + 3 * RAMP_S)
    target.advance()
    assert target.state == "work"
    said(target, "softoff")
    restart(target, clock)
    assert target.state == "work"


def test_hash_power_of_the_a_series_is_cut_until_a_restart() -> None:
    """hashpower,0 cuts the boards' supply, a bare hashpower tells PS; a restart brings it back."""
    clock = StepClock(NOW_US)
    target = machine("15-194", clock=clock)
    assert said(target, "hashpower")[2].startswith("ASC 0 set info: PS[0 1209 ")
    assert said(target, "hashpower,0") == ("I", 118, "ASC 0 set info: Power off hash now ...")
    assert target.power_w() == target.model.standby_w
    restart(target, clock)
    assert target.power_w() > 3000


def test_pools_need_the_password_and_a_restart() -> None:
    """Setpool answers 118 and takes effect after a restart; a wrong password is "Auth Failed!" and changes nothing."""
    clock = StepClock(NOW_US)
    target = machine("1346", clock=clock)
    wrong = said(target, "setpool,root,wrong,0,stratum+tcp://a.example:1,w.1,x")
    assert wrong == ("E", 120, "ASC 0 set failed: Auth Failed!")
    right = said(target, "setpool,root,root,1,stratum+tcp://a.example:1,w.1,x")
    assert right[:2] == ("I", 118)
    assert "pool success set to stratum+tcp://a.example:1" in right[2]
    assert asked(target, "pools")["POOLS"][1]["URL"] == "stratum+tcp://pool-1.example:3333"
    restart(target, clock)
    row = asked(target, "pools")["POOLS"][1]
    assert (row["URL"], row["User"]) == ("stratum+tcp://a.example:1", "w.1")


def test_pools_of_both_other_forms() -> None:
    """The older form has no number of the pool; home machines take `setpool|` instead of an ascset."""
    clock = StepClock(NOW_US)
    older, home = machine("1246", clock=clock), machine("Q", clock=clock)
    assert said(older, "setpool,root,root,stratum+tcp://b.example:1,w.2,x")[:2] == ("I", 118)
    status = asked(home, "setpool", "root,root,0,stratum+tcp://c.example:1,w.3,x")["STATUS"][0]
    assert status["Code"] == 118
    for target, url in ((older, "stratum+tcp://b.example:1"), (home, "stratum+tcp://c.example:1")):
        restart(target, clock)
        assert asked(target, "pools")["POOLS"][0]["URL"] == url


def test_switchpool_works_at_once() -> None:
    """switchpool|n moves the shares to another pool; a pool that is not there is refused."""
    clock = StepClock(NOW_US)
    target = machine("15-194", clock=clock)
    assert asked(target, "switchpool", "1")["STATUS"][0]["STATUS"] == "S"
    pass_time(clock, 3600)
    rows = asked(target, "pools")["POOLS"]
    assert [row["Stratum Active"] for row in rows] == [False, True, False]
    assert rows[1]["Accepted"] > 0
    assert asked(target, "switchpool", "9")["STATUS"][0]["STATUS"] == "E"


def test_fan_is_set_within_bounds() -> None:
    """15 to 100 and -1 (automatic) are taken; a slow fan makes hot chips."""
    clock = StepClock(NOW_US)
    target = machine("15-194", clock=clock)
    for refused in ("14", "101", "-2", "", "x"):
        assert said(target, f"fan-spd,{refused}")[:2] == ("E", 120)
    assert said(target, "fan-spd,100") == OK
    assert stats(target)["FanR"] == "100%"
    pass_time(clock, 600)
    cool = float(stats(target)["TAvg"])
    said(target, "fan-spd,30")
    pass_time(clock, 600)
    assert float(stats(target)["TAvg"]) > cool + 10
    said(target, "fan-spd,-1")
    assert stats(target)["FanR"] == f"{round(target.fan_duty * 100)}%"


def test_password_changes_and_is_asked_for() -> None:
    """The old password is needed; afterwards only the new one sets pools; default brings back the first."""
    target = machine("1346")
    assert said(target, "password,wrong,new") == ("E", 120, "ASC 0 set failed: Auth Failed!")
    assert said(target, "password,root,new") == OK
    assert said(target, "setpool,root,root,0,stratum+tcp://a.example:1,w,x")[1] == 120
    assert said(target, "setpool,root,new,0,stratum+tcp://a.example:1,w,x")[1] == 118
    assert said(target, "password,default") == OK
    assert said(target, "setpool,root,root,0,stratum+tcp://a.example:1,w,x")[1] == 118


def test_network_and_the_rest_answer() -> None:
    """ip, dns, lcd, filter-clean, time, restore, bootby and help answer in their form; nonsense is 120."""
    home, series = machine("Q"), machine("15-194")
    assert said(series, "ip,s,127.0.0.9,255.0.0.0,127.0.0.1")[1] == 118
    assert said(series, "ip,d")[1] == 118
    assert said(series, "ip,s,127.0.0.9")[1] == 120
    assert said(series, "dns,1.1.1.1,8.8.8.8")[1] == 118
    assert said(series, "dns,one")[1] == 120
    assert said(home, "lcd,0:0") == OK
    assert stats(home)["LcdOnoff"] == "0"
    assert said(home, "filter-clean") == OK
    assert said(home, "ledset,2-80-50-255-0-0") == OK
    assert said(home, "ledset,2-80")[1] == 120
    assert said(series, "lcd,0:0")[1] == 120
    assert said(series, "bootby")[1] == 118
    assert said(series, "help")[1] == 118
    assert said(series, "setfreq,400:400:400:400,0")[1] == 120
    assert asked(series, "ascset", "3,led,1-1")["STATUS"][0]["Code"] == 107
