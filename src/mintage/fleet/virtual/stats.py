"""The long replies: `stats`, `estats` and `litestats`, in the format of the A-series and in that of home machines."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import msgspec

from mintage.fleet.virtual import chips
from mintage.fleet.virtual.chips import PATTERNS
from mintage.fleet.virtual.machine import BOOTBY, Machine
from mintage.fleet.virtual.physics import HASHES_PER_DIFF1, Point

WORK = {"init": "In Init", "work": "In Work", "idle": "In Idle", "asleep": "In Idle"}
"""What SYSTEMSTATU says in each state."""
HOME_STATE = {"init": 0, "work": 1, "idle": 2, "asleep": 2}
SOFT_OFF = 4
"""SoftOFF of a machine that was told to sleep, as in a capture of a Q."""
_OLD = ("A12",)
"""Generations whose firmware lacks WALLPOWER and the figures that came with it."""


class Sight:
    """What both formats tell of a machine at the instant to which it was brought.

    Args:
        machine: which is looked at.
    """

    def __init__(self, machine: Machine) -> None:
        model, point = machine.model, machine.point
        self.machine, self.model, self.point = machine, model, point
        self.uptime_s = int(machine.now_s - machine.booted_s)
        self.supply = machine.supply()
        self.working = machine.state == "work"
        dead = machine.ails.dead_boards
        self.boards = range(model.boards)
        self.alive = [board not in dead for board in self.boards]
        self.errors_pct = machine.error_share * 100
        self.errors_now_pct = self.errors_pct * (0.97 + machine.jitter(1) / 4096) if self.working else 0.0
        self.ghs_spd = point.ghs * (1 - self.errors_now_pct / 100) if self.working else 0.0
        average = machine.total_gh / max(machine.now_s - machine.booted_s, 1)
        count = max(sum(self.alive), 1)
        spread = [1 + 0.02 * ((machine.salt >> 3 * board & 7) - 3.5) / 3.5 for board in self.boards]
        mean = sum(s for s, lives in zip(spread, self.alive, strict=True) if lives) / count
        self.board_ghs = [
            round(average / count * s / mean, 2) if lives else 0.0 for s, lives in zip(spread, self.alive, strict=True)
        ]
        self.average_ghs = sum(self.board_ghs)
        self.ambient_c = round(machine.ambient_c)
        self.soft_off = SOFT_OFF if machine.state == "asleep" else 0
        self._texts()

    def _texts(self) -> None:
        machine, model = self.machine, self.model
        beat = machine.jitter(2)
        per_chip_works = 620 if model.generation in (*_OLD, "Avalon Q") else 21
        stale = model.family == "home" and machine.state in ("idle", "asleep")  # as a capture of a sleeping Q shows
        self.temperature: list[str] = []
        self.voltage: list[str] = []
        self.works: list[str] = []
        self.hottest: list[int] = []
        self.mean_c: list[int] = []
        for board in self.boards:
            shown = (self.working or stale) and self.alive[board]
            chip_c = machine.chip_c if self.working else model.chip_target_c
            mean_c = round(chip_c) + (board - 1) * (model.boards > 1) if shown else 0
            pattern = (machine.pattern + 5 * board) % PATTERNS
            text, hottest = chips.temperatures(model.chips_per_board, pattern, mean_c)
            self.temperature.append(text)
            self.hottest.append(hottest if self.working else 0)
            self.mean_c.append(mean_c if self.working else 0)
            self.voltage.append(chips.voltages(model.chips_per_board, pattern, model.chip_mv if shown else 0))
            work = per_chip_works if shown else 0
            self.works.append(chips.works(model.chips_per_board, (pattern + beat) % PATTERNS, work))
        self.chip_max_c = max(self.hottest)
        live = [mean for mean in self.mean_c if mean]
        self.chip_avg_c = round(sum(live) / len(live)) if live else 0

    def fan_rpm(self, fan: int) -> int:
        """Speed of a fan, rpm."""
        machine = self.machine
        if fan in machine.ails.dead_fans:
            return 0
        duty = machine.fan_duty
        return round(self.model.fan_max_rpm * duty + machine.jitter(20 + fan) % 60 * duty)

    def fans(self) -> str:
        """Fan1 and so on."""
        return "".join(f"Fan{fan + 1}[{self.fan_rpm(fan)}] " for fan in range(self.model.fans))

    def status(self) -> str:
        """SYSTEMSTATU."""
        boards = sum(self.alive)
        end = " " if self.model.family == "a" else ""
        return f"SYSTEMSTATU[Work: {WORK[self.machine.state]}, Hash Board: {boards}{end}]"

    def wu(self) -> float:
        """Work per minute in difficulty 1 that the average hash rate implies."""
        return self.average_ghs * 1e9 * 60 / HASHES_PER_DIFF1

    def wu_text(self) -> str:
        """GHSavg, WU and Freq."""
        return f"GHSavg[{self.average_ghs:.2f}] WU[{self.wu():.2f}] Freq[{self.point.freq_mhz:.2f}]"

    def mpo_w(self) -> int:
        """Power to the boards that the mode aims at, to 5 W."""
        mode = self.model.modes[self.machine.settings.mode]
        return round(mode.power_w * self.model.psu_efficiency / 5) * 5


def mm_a(sight: Sight) -> str:
    """The text under "MM ID0" of an A-series machine."""
    machine, model, point = sight.machine, sight.model, sight.point
    settings = machine.settings
    old = model.generation in _OLD
    zeros = _list(0 for _ in sight.boards)
    steps = _steps(point)
    supply = _list(sight.supply)
    new_power = "" if old else f" WALLPOWER[{sight.supply[6]}]"
    mv_avg = "" if old else f" MVavg[{' '.join(f'{model.chip_mv - 10 + board / 10:.1f}' for board in sight.boards)}]"
    eeprom = "" if old else f" EEPROM[{_list(model.chips_per_board for _ in sight.boards)}]"
    errors = _list(0 if lives else 1 for lives in sight.alive)
    mode = model.modes[settings.mode].level
    power = f"--avalon10-freq {':'.join(map(str, point.sf_mhz))} --avalon10-voltage-level {sight.supply[5]}"
    crc = (
        f"CRC[{zeros}] POW_I2C[OK] FACOPTS0[] FACOPTS1[]"
        if old
        else (f"CRC[{zeros}] COMCRC[{zeros}] FACOPTS0[] FACOPTS1[] FACOPTS2[]")
    )
    return (
        f"Ver[{model.model}-{model.firmware}] DNA[{machine.dna}] MEMFREE[1392832.1381104] NETFAIL[0 0 0 0 0 0 0 0] "
        f"{sight.status()} Elapsed[{sight.uptime_s}] BOOTBY[0x{BOOTBY[machine.bootby]:02x}.00000000] "
        f"LW[{int(machine.work_diff / 58)}] MH[{zeros}] {'' if old else 'DHW[0] '}HW[0] DH[{sight.errors_pct:.3f}%] "
        f"Temp[{sight.ambient_c + 1}] TMax[{sight.chip_max_c}] TAvg[{sight.chip_avg_c}] {sight.fans()}"
        f"FanR[{round(machine.fan_duty * 100)}%] Vo[{model.chip_mv if sight.working else 0}] PS[{supply}]{new_power} "
        f"{steps.pll} GHSspd[{sight.ghs_spd:.2f}] DHspd[{sight.errors_now_pct:.3f}%] "
        f"GHSmm[{point.ghs:.2f}] {sight.wu_text()} Led[{int(settings.led)}] "
        f"MGHS[{' '.join(f'{ghs:.2f}' for ghs in sight.board_ghs)}] MTmax[{_list(sight.hottest)}] "
        f"MTavg[{_list(sight.mean_c)}]{mv_avg} TA[{point.chips}] Core[{model.core}] "
        f"PING[{60 + machine.jitter(3) // 4}] POWS[0]{eeprom} HASHS[{zeros}] POOLS[0] SoftOFF[{sight.soft_off}] "
        f"ECHU[{errors}] ECMM[0] {steps.sf} {_each('PVT_T', sight.temperature, ' ')} "
        f"{_each('PVT_V', sight.voltage)} MW[{_list(_board_works(machine, sight.alive))}] {_each('MW', sight.works)} "
        f"{crc} ATAOPTS0[{power}] "
        f"ADJ[1] COP[{zeros}] MPO[{sight.mpo_w()}] MVL[87] {steps.atabd} "
        f"WORKMODE[{mode}]"
    )


def summary_home(sight: Sight) -> str:
    """The text under "MM ID0:Summary" of a home or hydro machine."""
    machine, model, point = sight.machine, sight.model, sight.point
    ails, settings = machine.ails, machine.settings
    zeros, steps = _list(0 for _ in sight.boards), _steps(point)
    board_c = sight.chip_avg_c - 4 if sight.working else sight.ambient_c + 1
    version = model.firmware
    return (
        f"'STATS':{{Ver[{model.model}-{version}] LVer[{version}] BVer[{version}] HashMcu0Ver[{model.model}_hb_v1.1] "
        f"FanMcuVer[{model.model}_fb_v1.2] CPU[K230] FW[Release] DNA[{machine.dna}] STATE[{HOME_STATE[machine.state]}] "
        f"MEMFREE[67896] NETFAIL[0 0 0 0 0 0 0 0] SSID[] RSSI[0] NetDevType[0] {sight.status()} "
        f"Elapsed[{sight.uptime_s}] BOOTBY[0x{BOOTBY[machine.bootby]:02x}.00000000] LW[{int(machine.work_diff / 36)}] "
        f"MH[{zeros}] DHW[0] HW[0] DH[{sight.errors_pct:.3f}%] ITemp[{sight.ambient_c}] HBITemp[{board_c - 1}] "
        f"HBOTemp[{board_c}] TMax[{sight.chip_max_c}] TAvg[{sight.chip_avg_c}] TarT[{model.chip_target_c}] "
        f"{sight.fans()}FanR[{round(machine.fan_duty * 100)}%] SoftOffTime[{machine.soft_off_epoch}] "
        f"SoftOnTime[{machine.soft_on_epoch}] Filter[{sight.uptime_s // 2}] FanErr[{len(ails.dead_fans)}] "
        f"SoloAllowed[1] PS[{_list(sight.supply)}] PCOMM_E[0] GHSspd[{sight.ghs_spd:.2f}] "
        f"DHspd[{sight.errors_now_pct:.3f}%] GHSmm[{point.ghs:.2f}] {sight.wu_text()} "
        f"MGHS[{' '.join(f'{ghs:.2f}' for ghs in sight.board_ghs)}] TA[{point.chips}] Core[{model.core}] BIN[36] "
        f"PING[{10 + machine.jitter(3) // 8}] SoftOFF[{sight.soft_off}] "
        f"ECHU[{_list(0 if lives else 1 for lives in sight.alive)}] ECMM[0] {steps.pll} "
        f"{steps.sf} CRC[{zeros}] COMCRC[{zeros}] "
        f"ATA0[{sight.mpo_w()}-{model.chip_target_c}-{sight.supply[5]}-{point.sf_mhz[0]}-20] "
        f"LcdOnoff[{int(settings.lcd)}] Activation[0] WORKMODE[{model.modes[settings.mode].level}] "
        f"WORKLEVEL[{settings.level}] MPO[{sight.mpo_w()}] CALIALL[7] ADJ[1] Nonce Mask[25]}}"
    )


def boards_home(sight: Sight) -> str:
    """The text under "HBinfo" of a home or hydro machine."""
    return " ".join(
        f"'HB{board}':{{PVT_T0[{' ' if sight.temperature[board][0] != ' ' else ''}{sight.temperature[board]}] "
        f"PVT_V0[{sight.voltage[board]}] MW0[{sight.works[board]}]}}"
        for board in sight.boards
    )


class _Steps(msgspec.Struct, frozen=True):
    """PLL steps of all boards as text: how many PLLs at each, and the clock of each."""

    pll: str
    sf: str
    atabd: str


@lru_cache(maxsize=16_384)
def _steps(point: Point) -> _Steps:
    clocks = [_list(point.sf_mhz)] * len(point.pll)
    return _Steps(_each("PLL", map(_list, point.pll)), _each("SF", clocks), _each("ATABD", clocks))


def _board_works(machine: Machine, alive: list[bool]) -> Iterable[int]:
    count = max(sum(alive), 1)
    return (int(machine.work_diff / 58 / count) if lives else 0 for lives in alive)


def _each(name: str, values: Iterable[str], lead: str = "") -> str:
    return " ".join(f"{name}{number}[{lead}{value.removeprefix(lead)}]" for number, value in enumerate(values))


def _list(values: Iterable[int]) -> str:
    return " ".join(map(str, values))
