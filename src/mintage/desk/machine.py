"""One machine's page: who and where it is, what it says and since when, its parts, its life, its alerts and actions."""

from __future__ import annotations

import msgspec

from mintage.desk.company import Company
from mintage.desk.figure import Figure, measured, unknown
from mintage.desk.here import Missing
from mintage.desk.life import LifeRow, life_of
from mintage.desk.record import Carried, EarnedAnswer, Made, carried, earned, made
from mintage.desk.series import telemetry_of
from mintage.desk.site_alerts import SiteAlert, told
from mintage.desk.worth import site_worths
from mintage.fleet.alerts import service as alerts
from mintage.fleet.board.columns import columns
from mintage.fleet.board.page import Row, row_of
from mintage.fleet.control import service as control
from mintage.fleet.control.store import ActionRequest, MachineResult
from mintage.fleet.drivers.port import Identity
from mintage.fleet.latest import Place
from mintage.fleet.models import Model, model_of
from mintage.fleet.readings import Pool, Snapshot, Value, fields
from mintage.fleet.rows import NO_SNAPSHOT
from mintage.people.caller import Caller
from mintage.units.instant import utc_date


class ReadingRow(msgspec.Struct, frozen=True, kw_only=True):
    """One reading with what must be known to believe it.

    Attributes:
        name: its name in telemetry.
        en: label in English.
        zh: label in Traditional Chinese.
        value: its value; None where unknown.
        unit: its unit.
        digits: decimals to print.
        source: what it was read from, "" where unknown.
        age_s: seconds since the machine said it; None where unknown.
        reason: why it is unknown, "" where it is known.
        meaning: what it says.
    """

    name: str
    en: str
    zh: str
    value: Value
    unit: str
    digits: int
    source: str
    age_s: float | None
    reason: str
    meaning: str


class BoardRow(msgspec.Struct, frozen=True, kw_only=True):
    """A hash board with its chips.

    Attributes:
        number: its slot, from 0.
        hashrate: its hash rate.
        chip_avg: mean chip temperature.
        chip_max: its hottest chip.
        problem: what is wrong with it, "" where nothing is known to be.
        chips_c: temperature of each chip; empty where the machine does not tell it.
        chips_v: voltage of each chip.
        chips_work: matching works of each chip.
    """

    number: int
    hashrate: Figure
    chip_avg: Figure
    chip_max: Figure
    problem: str
    chips_c: tuple[int, ...]
    chips_v: tuple[float, ...]
    chips_work: tuple[int, ...]


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """An action that somebody asked for, and what came of it at this machine.

    Attributes:
        request: the request.
        result: what came of it here.
    """

    request: ActionRequest
    result: MachineResult


class MachineAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One machine.

    Attributes:
        site: its site.
        asset: our id of it.
        key: its key in live updates.
        known: local: its agent's state is here; remote: it is known by what its site uploads.
        identity: who it says it is; None where only uploads tell of it.
        place: where it stands.
        serial: its serial number in the factory's facts, "" where not linked.
        model: what its model should do; None where the model is not known.
        state: what it does.
        told_us: instant of its last readings; None where it was never polled.
        seen_us: instant at which it answered last; None where it never did.
        now_us: the site's own time now.
        row: the same as the table of machines has it.
        readings: every reading, known or not.
        boards: its hash boards.
        fans_rpm: speed of each fan.
        pools: the pools that it is set to.
        problems: what it says is wrong.
        doubts: laws that its readings break.
        profit_reason: why its profit is unknown, "" where it is known.
        made: where it comes from.
        carried: what it stands at in the books.
        earned: what it has earned lately.
        life: what happened to it, the newest first.
        alerts: alerts that it is or was part of, the newest first.
        deeds: actions on it, the newest first.
        version: version of the board.
    """

    site: str
    asset: str
    key: str
    known: str
    identity: Identity | None
    place: Place
    serial: str
    model: Model | None
    state: str
    told_us: int | None
    seen_us: int | None
    now_us: int
    row: Row
    readings: list[ReadingRow]
    boards: list[BoardRow]
    fans_rpm: tuple[int, ...]
    pools: tuple[Pool, ...]
    problems: tuple[str, ...]
    doubts: tuple[str, ...]
    profit_reason: str
    made: Made
    carried: Carried
    earned: EarnedAnswer
    life: list[LifeRow]
    alerts: list[SiteAlert]
    deeds: list[Deed]
    version: int


def machine(company: Company, caller: Caller, site: str, asset: str) -> MachineAnswer:
    """One machine.

    Raises:
        Missing: no machine of that id is known there.
        Forbidden: the caller may not see the site.
    """
    caller.insist("fleet.read", site)
    worths, view = site_worths(company), company.board.view
    row = view.rows.get(f"{site}/{asset}")
    if row is None:
        raise Missing(f"no machine '{asset[:80]}' is known at {site[:80]}.", field="asset", remedy="Search for it.")
    desk = company.sites.all().get(site)
    found = desk.latest.get(asset) if desk else None
    cells = row_of(view, row, tuple(columns()))
    now_us = (desk.clock if desk else company.clock).now_us()
    snapshot = found.snapshot or NO_SNAPSHOT if found else _snapshot(cells)
    serial = str(cells["serial"] or "")
    books, today, worth = company.view(), utc_date(now_us), worths.get(site)
    return MachineAnswer(
        site=site,
        asset=asset,
        key=f"{site}/{asset}",
        known=view.sites[site].kind,
        identity=found.identity if found else None,
        place=found.place if found else Place(address=str(cells["address"] or ""), rack=str(cells["rack"] or "")),
        serial=serial,
        model=model_of(str(cells["model"] or "")),
        state=str(cells["state"] or "unknown"),
        told_us=snapshot.at_us or None,
        seen_us=found.seen_us if found else _us(cells["seen_s"]),
        now_us=now_us,
        row=cells,
        readings=_readings(snapshot, now_us),
        boards=_boards(snapshot),
        fans_rpm=snapshot.fans_rpm,
        pools=snapshot.pools,
        problems=snapshot.problems,
        doubts=snapshot.doubts,
        profit_reason=worth.reason if worth else "the site's tariff is not on this machine",
        made=books.once(("machine made", serial), lambda: made(books.journal, serial)),
        carried=carried(books.stock(today), site),
        earned=earned(books.journal, telemetry_of(company, site), site, asset, today),
        life=life_of(desk, books.journal, site, asset),
        alerts=[told(site, alert) for alert in alerts.about(desk.db, asset)] if desk else [],
        deeds=[Deed(request=request, result=result) for request, result in control.about(desk.db, asset)]
        if desk
        else [],
        version=view.version,
    )


def _readings(snapshot: Snapshot, now_us: int) -> list[ReadingRow]:
    rows = []
    for field in fields():
        reading = snapshot.reading(field, now_us)
        rows.append(
            ReadingRow(
                name=field.name,
                en=field.en,
                zh=field.zh,
                value=reading.value,
                unit="" if field.kind == "text" else field.unit,
                digits=columns()[field.name].digits,
                source=reading.source,
                age_s=None if reading.age_s is None else round(max(0.0, reading.age_s), 1),
                reason=reading.reason,
                meaning=field.meaning,
            )
        )
    return rows


def _boards(snapshot: Snapshot) -> list[BoardRow]:
    silent = "the machine does not tell it"
    return [
        BoardRow(
            number=board.number,
            hashrate=_told(board.hashrate_ths, "TH/s", 1, silent),
            chip_avg=_told(board.chip_avg_c, "°C", 0, silent),
            chip_max=_told(board.chip_max_c, "°C", 0, silent),
            problem=board.problem,
            chips_c=board.chips_c,
            chips_v=board.chips_v,
            chips_work=board.chips_work,
        )
        for board in snapshot.boards
    ]


def _told(value: float | None, unit: str, digits: int, reason: str) -> Figure:
    return unknown(reason, unit) if value is None else measured(value, unit, digits)


def _snapshot(cells: Row) -> Snapshot:
    """What an upload tells of a machine, as a snapshot."""
    values = {field.name: value for field in fields() if (value := cells.get(field.name)) is not None}
    reason = str(cells["reason"] or "") or "its site does not upload it"
    return Snapshot(at_us=_us(cells["told_s"]) or 0, values=values, unknown={"": reason})


def _us(seconds: Value) -> int | None:
    return None if seconds is None or isinstance(seconds, str) else round(seconds * 1e6)
