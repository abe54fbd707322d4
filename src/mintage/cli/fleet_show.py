"""`mintage fleet show`: everything that is known of one machine, and why the rest is not."""

from __future__ import annotations

from typing import Any

from mintage.cli.fleet_record import record
from mintage.cli.fleet_rows import figure, latest_of, one_of, readable_site
from mintage.cli.quantities import UNKNOWN
from mintage.cli.show import console, plain, print_json, print_table, styled
from mintage.cli.site_options import SiteOptions
from mintage.fleet.agent.history import facts_about
from mintage.fleet.asset_store import AssetStore
from mintage.fleet.latest import Machine
from mintage.fleet.readings import Reading, Snapshot, fields
from mintage.fleet.rows import NO_SNAPSHOT, machine_detail
from mintage.fleet.sites import Site
from mintage.journal.fact import Fact
from mintage.state.db import StateDb
from mintage.units.instant import format_instant, utc_date

_EVENTS = 20


def show_(machine: str, *, options: SiteOptions = SiteOptions()) -> None:
    """Every reading of a machine with unit, source and age, or why it is unknown; boards, pools, cost and events.

    Cost and earnings come from the journal: link the machine's serial number first.

    Example: mintage fleet show 10.1.0.7 --site alder

    Args:
        machine: asset id or its beginning, address, DNA, MAC or serial number.
    """
    site = readable_site(options)
    db, now_us = options.kept_state(site), options.time().now_us()
    found = one_of(latest_of(db, site), machine)
    snapshot = found.snapshot or NO_SNAPSHOT
    readings = [snapshot.reading(field, now_us) for field in fields()]
    items = record(options.db, options.folder(site), site.name, found.asset, found.serial, utc_date(now_us))
    events = facts_about(db, found.asset)[-_EVENTS:]
    identity = _identity(found, db, site)
    if options.json:
        print_json(
            {
                **machine_detail(found, now_us),
                "identity": identity,
                "record": [{"name": item.name, "value": item.value, "note": item.note} for item in items],
                "events": [_event(fact) for fact in events],
            }
        )
        return
    print_table(f"{found.asset}: {found.identity.name}", ("", ""), identity.items(), left=2)
    rows = [(item.name, UNKNOWN if item.value is None else item.value, item.note) for item in items]
    print_table("Record", ("", "", "source, or why it is unknown"), rows, left=3)
    heads = ("reading", "value", "unit", "age s", "source, or why it is unknown")
    print_table("Readings", heads, [_cells(reading) for reading in readings], left=1)
    _print_parts(snapshot)
    print_table(
        f"Events, the last {_EVENTS}", ("when", "what"), [(_event(f)["at"], _event(f)["what"]) for f in events], left=2
    )


def _identity(machine: Machine, db: StateDb, site: Site) -> dict[str, Any]:
    """Who it is, where it stands, since when; unknown where nobody tells."""
    store = AssetStore(db)
    store.refresh()
    asset, identity, place = store.get(machine.asset), machine.identity, machine.place
    told = {
        "state": machine.state,
        "make": identity.make,
        "model": identity.model + ("" if identity.known else " (a model that the driver does not know)"),
        "driver": identity.driver,
        "serial": asset.serial if asset else machine.serial,
        "dna": identity.dna,
        "mac": identity.mac,
        "firmware": identity.firmware,
        "hardware": identity.hardware,
        "cooling": identity.cooling or site.cooling,
        "nameplate": f"{figure(identity.nameplate_ths)} TH/s, {figure(identity.nameplate_w)} W",
        "address": place.address if asset is None or asset.here else f"{place.address}, where another one is now",
        "place": " ".join(filter(None, (place.hall, place.rack, f"slot {place.slot}" if place.slot else ""))),
        "feeder": place.feeder,
        "adopted": format_instant(asset.adopted_us) if asset else "",
        "answered": format_instant(machine.seen_us) if machine.seen_us is not None else "",
        "contested": asset.contested if asset else "",
    }
    return {name: value or (UNKNOWN if name != "contested" else "nothing") for name, value in told.items()}


def _cells(reading: Reading) -> tuple[str, ...]:
    age = "" if reading.age_s is None else f"{max(0.0, reading.age_s):,.0f}"
    unit = "" if reading.field.unit in {"name", "text"} else reading.field.unit
    return (reading.field.en, figure(reading.value, reading.field), unit, age, reading.source or reading.reason)


def _print_parts(snapshot: Snapshot) -> None:
    boards = [
        (board.number, figure(board.hashrate_ths), figure(board.chip_avg_c), figure(board.chip_max_c),
         len(board.chips_c) or UNKNOWN, board.problem)
        for board in snapshot.boards
    ]  # fmt: skip
    if boards:
        heads = ("board", "TH/s", "chips mean °C", "hottest chip °C", "chips told", "problem")
        print_table("Hash boards", heads, boards, left=1)
    if snapshot.fans_rpm:
        console().print(plain("Fans: " + ", ".join(f"{rpm:,} rpm" for rpm in snapshot.fans_rpm)), "\n")
    if snapshot.pools:
        use = {True: "in use", False: "waits", None: UNKNOWN}
        pools = [
            (p.url, p.worker, use[p.active], figure(p.accepted_diff), figure(p.rejected_diff)) for p in snapshot.pools
        ]
        print_table("Pools", ("pool", "worker", "", "accepted difficulty", "rejected"), pools, left=3)
    for text in snapshot.problems:
        console().print(styled(f"Problem: {text}", "bold red"))
    for text in snapshot.doubts:
        console().print(styled(f"Doubtful: {text}", "yellow"))


def _event(fact: Fact) -> dict[str, Any]:
    """One event in words: the fact's kind, and what it says beside the machine itself."""
    said = {
        name: value
        for name in fact.data.__struct_fields__
        if name not in {"asset", "site"} and (value := getattr(fact.data, name)) != ""
    }
    words = ", ".join(f"{name} {value}" for name, value in said.items())
    return {
        "at": format_instant(fact.at // 1_000_000 * 1_000_000),
        "kind": fact.kind,
        "what": f"{_title(fact)}: {words}",
    }


def _title(fact: Fact) -> str:
    return fact.kind.partition(".")[2].replace("-", " ")
