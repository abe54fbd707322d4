"""The read commands: version, summary, pools, devs, devdetails, stats, estats, litestats, config, check, coin.

All of them tell of the instant to which the machine was brought (`Machine.advance`).
"""

from __future__ import annotations

from collections.abc import Callable

from mintage.fleet.virtual.machine import Machine
from mintage.fleet.virtual.pool_rows import IDLE, difficulties, percent, pool, pool_stats, uptime_s
from mintage.fleet.virtual.rows import Reply, Row, flag, fraction, number, status, word
from mintage.fleet.virtual.stats import Sight, boards_home, mm_a, summary_home

CODES = {
    "version": 22,
    "summary": 11,
    "pools": 7,
    "devs": 9,
    "devdetails": 69,
    "stats": 70,
    "estats": 70,
    "litestats": 70,
    "config": 33,
    "check": 72,
    "coin": 78,
}
CONTROLS = ("ascset", "setpool", "switchpool", "restart")
_NO_HASH = "0" * 64
_BLOCK_S = 600


def when(machine: Machine) -> int:
    """Time in a status row: seconds since boot on the A-series, since 1970 on home machines."""
    if machine.model.family == "a":
        return uptime_s(machine)
    return machine.clock.now_us() // 1_000_000


def head(machine: Machine, letter: str, code: int, message: str) -> Row:
    """Status row of a machine."""
    return status(letter, when(machine), code, message)


def version(machine: Machine) -> Reply:
    """Who it is."""
    model = machine.model
    rows = [word("CGMiner", "4.11.1"), word("API", "3.7")]
    names = [word("PROD", model.product), word("MODEL", model.model), word("HWTYPE", model.hardware)]
    if model.family == "a":
        rows += [word("STM8", "20.08.01"), *names, word("SWTYPE", "MM319"), word("VERSION", model.firmware)]
        rows += [word("LOADER", "d0d779de.00"), word("DNA", machine.dna), word("MAC", machine.mac), word("UPAPI", "2")]
    else:
        rows += [*names, word("SWTYPE", "MM319")]
        rows += [word(name, model.firmware) for name in ("LVERSION", "BVERSION", "CGVERSION")]
        rows += [word("DNA", machine.dna), word("MAC", machine.mac)]
        rows += [word("HBMCUVERSION", f"{model.model}_hb_v1.1"), word("FANMCUVERSION", f"{model.model}_fb_v1.2")]
    return Reply(head(machine, "S", 22, "CGMiner versions"), "VERSION", [rows])


def summary(machine: Machine) -> Reply:
    """Work in all, and what became of it."""
    elapsed_s = max(uptime_s(machine), 1)
    tally = machine.tally
    accepted, rejected = sum(tally.accepted.values()), sum(tally.rejected.values())
    row = [
        number("Elapsed", elapsed_s),
        *_rates(machine, elapsed_s),
        number("Found Blocks", 0),
        number("Getworks", elapsed_s // 30),
        number("Accepted", accepted),
        number("Rejected", rejected),
        number("Hardware Errors", 0),
        fraction("Utility", accepted * 60 / elapsed_s, 2),
        number("Discarded", 0),
        number("Stale", 0),
        number("Get Failures", 0),
        number("Local Work", int(machine.work_diff / 58)),
        number("Remote Failures", 0),
        number("Network Blocks", elapsed_s // _BLOCK_S),
        fraction("Total MH", machine.total_gh * 1000, 4),
        fraction("Work Utility", machine.work_diff * 60 / elapsed_s, 2),
        *difficulties(accepted * tally.share_diff, rejected * tally.share_diff),
        number("Best Share", tally.share_diff * max(tally.shares, 1)),
        fraction("Device Hardware%", 0, 4),
        fraction("Device Rejected%", percent(rejected * tally.share_diff, machine.work_diff), 4),
        fraction("Pool Rejected%", percent(rejected, accepted + rejected), 4),
        fraction("Pool Stale%", 0, 4),
        number("Last getwork", 0),
    ]
    return Reply(head(machine, "S", 11, "Summary"), "SUMMARY", [row])


def devs(machine: Machine) -> Reply:
    """The one device that cgminer knows: the whole machine."""
    elapsed_s = max(int(machine.now_s - machine.worked_s), 1)
    tally = machine.tally
    accepted, rejected = sum(tally.accepted.values()), sum(tally.rejected.values())
    home = machine.model.family == "home"
    row = [
        number("ASC", 0),
        word("Name", _name(machine)),
        number("ID", 0),
        word("Enabled", "Y"),
        word("Status", "Alive"),
        fraction("Temperature", 0.0 if home else -273.0, 2),
        *_rates(machine, elapsed_s),
        number("Accepted", accepted),
        number("Rejected", rejected),
        number("Hardware Errors", 0),
        fraction("Utility", accepted * 60 / elapsed_s, 2),
        number("Last Share Pool", machine.active_pool if machine.active_pool is not None else -1),
        number("Last Share Time", int(tally.last_share_s)),
        fraction("Total MH", machine.total_gh * 1000, 4),
        number("Diff1 Work", int(machine.work_diff)),
        *difficulties(accepted * tally.share_diff, rejected * tally.share_diff)[:2],
        fraction("Last Share Difficulty", tally.share_diff if tally.shares else 0, 8),
        number("Last Valid Work", when(machine)),
        fraction("Device Hardware%", 0, 4),
        fraction("Device Rejected%", percent(rejected * tally.share_diff, int(machine.work_diff)), 4),
        number("Device Elapsed", elapsed_s),
    ]
    return Reply(head(machine, "S", 9, "1 ASC(s)"), "DEVS", [row])


def pools(machine: Machine) -> Reply:
    """The pools that it is set to."""
    rows = [pool(machine, index) for index in range(len(machine.settings.pools))]
    return Reply(head(machine, "S", 7, f"{len(rows)} Pool(s)"), "POOLS", rows)


def devdetails(machine: Machine) -> Reply:
    """The device's names."""
    row = [number("DEVDETAILS", 0), word("Name", _name(machine)), number("ID", 0), word("Driver", _driver(machine))]
    row += [word("Kernel", ""), word("Model", ""), word("Device Path", "")]
    return Reply(head(machine, "S", 69, "Device Details"), "DEVDETAILS", [row])


def config(machine: Machine) -> Reply:
    """How cgminer runs."""
    row = [
        number("ASC Count", 1),
        number("PGA Count", 0),
        number("Pool Count", len(machine.settings.pools)),
        word("Strategy", "Failover"),
        number("Log Interval", 5),
        word("Device Code", _name(machine)),
        word("OS", "Linux"),
        word("Hotplug", "None"),
    ]
    return Reply(head(machine, "S", 33, "CGMiner config"), "CONFIG", [row])


def coin(machine: Machine) -> Reply:
    """The block that it works on."""
    row = [
        word("Hash Method", "sha256"),
        fraction("Current Block Time", machine.now_s - machine.booted_s, 6),
        word("Current Block Hash", _NO_HASH),
        flag("LP", value=True),
        fraction("Network Difficulty", 126271255279306.98, 8),
    ]
    return Reply(head(machine, "S", 78, "CGMiner coin"), "COIN", [row])


def stats(machine: Machine) -> Reply:
    """The whole state, and a row for each pool."""
    rows = [_device(machine), *(pool_stats(machine, index) for index in range(len(machine.settings.pools)))]
    return Reply(head(machine, "S", 70, "CGMiner stats"), "STATS", rows)


def estats(machine: Machine) -> Reply:
    """The whole state."""
    return Reply(head(machine, "S", 70, "CGMiner stats"), "STATS", [_device(machine)])


def litestats(machine: Machine) -> Reply:
    """The state without single chips, on home machines."""
    row = [word("MM ID0:Summary", summary_home(Sight(machine)))]
    return Reply(head(machine, "S", 70, "CGMiner stats"), "STATS", [row])


READS: dict[str, Callable[[Machine], Reply]] = {
    "version": version,
    "summary": summary,
    "pools": pools,
    "devs": devs,
    "devdetails": devdetails,
    "stats": stats,
    "estats": estats,
    "litestats": litestats,
    "config": config,
    "coin": coin,
}


def readable(machine: Machine, command: str) -> bool:
    """Whether the machine knows a read command; only home machines know `litestats`."""
    return command in READS and (command != "litestats" or machine.model.family == "home")


def check(machine: Machine, command: str) -> Reply:
    """Whether a command exists."""
    known = readable(machine, command) or command in CONTROLS or command == "check"
    answer = "Y" if known else "N"
    return Reply(head(machine, "S", 72, "Check command"), "CHECK", [[word("Exists", answer), word("Access", answer)]])


def _device(machine: Machine) -> Row:
    if machine.model.family == "home":
        row = [number("STATS", 0), word("ID", "AVALON0"), number("Elapsed", uptime_s(machine)), *IDLE]
        sight = Sight(machine)
        text = "'STATS':{}" if machine.ails.empty_summary else summary_home(sight)
        return [*row, word("MM ID0:Summary", text), word("HBinfo", boards_home(sight))]
    row = [number("STATS", 0), word("ID", "AVA100"), number("Elapsed", uptime_s(machine)), *IDLE]
    row += [word("MM ID0", mm_a(Sight(machine))), number("MM Count", 1), number("Smart Speed", 1)]
    return [*row, number("Voltage Level Offset", 0), number("Nonce Mask", 25)]


def _rates(machine: Machine, elapsed_s: int) -> Row:
    shortest = "MHS 5s" if machine.model.family == "home" else "MHS 30s"
    names = (shortest, "MHS 1m", "MHS 5m", "MHS 15m")
    rates = zip(names, machine.rates_ghs, strict=True)
    return [
        fraction("MHS av", machine.total_gh * 1000 / elapsed_s, 2),
        *(fraction(name, ghs * 1000, 2) for name, ghs in rates),
    ]


def _name(machine: Machine) -> str:
    return "AVALON" if machine.model.family == "home" else "AVA10"


def _driver(machine: Machine) -> str:
    return "avalon" if machine.model.family == "home" else "avalon10"
