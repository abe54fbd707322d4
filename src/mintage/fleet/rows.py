"""How commands and the agent's API tell a machine in JSON; what is unknown is None, with the reason beside it."""

from __future__ import annotations

from typing import Any

from mintage.fleet.drivers.port import Identity
from mintage.fleet.latest import Machine
from mintage.fleet.readings import Reading, Snapshot, fields

NO_SNAPSHOT = Snapshot(at_us=0, values={}, unknown={"": "it was never polled"})


def scan_row(address: str, identity: Identity, snapshot: Snapshot, asset: str | None) -> dict[str, Any]:
    """A machine as `fleet scan --json` tells it."""
    efficiency, hashrate_ths = snapshot.efficiency_j_th, snapshot.number("hashrate_ths")
    return {
        "address": address,
        "make": identity.make or None,
        "model": identity.model or None,
        "asset_id": asset,
        "dna": identity.dna or None,
        "mac": identity.mac or None,
        "firmware": snapshot.values.get("firmware") or identity.firmware or None,
        "hashrate_ths": None if hashrate_ths is None else round(hashrate_ths, 3),
        "power_in_w": snapshot.values.get("power_in_w"),
        "efficiency_j_th": None if efficiency is None else round(efficiency, 2),
        "mode": snapshot.values.get("mode"),
        "state": snapshot.state,
        "problems": [*snapshot.problems, *(f"doubtful: {doubt}" for doubt in snapshot.doubts)],
    }


def machine_row(machine: Machine, now_us: int) -> dict[str, Any]:
    """A machine of a site: the row of a scan, and where it stands."""
    place = machine.place
    return {
        **scan_row(place.address, machine.identity, machine.snapshot or NO_SNAPSHOT, machine.asset),
        "serial": machine.serial or None,
        "hall": place.hall or None,
        "rack": place.rack or None,
        "slot": place.slot or None,
        "seen_s_ago": None if machine.seen_us is None else round(max(0, now_us - machine.seen_us) / 1e6, 1),
    }


def machine_detail(machine: Machine, now_us: int) -> dict[str, Any]:
    """Everything that a machine said last, reading by reading."""
    snapshot = machine.snapshot or NO_SNAPSHOT
    return {
        **machine_row(machine, now_us),
        "readings": [_reading_row(snapshot.reading(field, now_us)) for field in fields()],
        "boards": [
            {
                "board": board.number,
                "hashrate_ths": board.hashrate_ths,
                "chip_avg_c": board.chip_avg_c,
                "chip_max_c": board.chip_max_c,
                "chips": len(board.chips_c) or None,
                "problem": board.problem or None,
            }
            for board in snapshot.boards
        ],
        "fans_rpm": list(snapshot.fans_rpm),
        "pools": list(snapshot.pools),
    }


def _reading_row(reading: Reading) -> dict[str, Any]:
    return {
        "name": reading.field.name,
        "label": reading.field.en,
        "value": reading.value,
        "unit": reading.field.unit,
        "source": reading.source or None,
        "age_s": None if reading.age_s is None else round(max(0.0, reading.age_s), 1),
        "reason": reading.reason or None,
    }
