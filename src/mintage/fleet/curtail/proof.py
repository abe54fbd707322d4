"""The proof of a curtailment: asked, delivered, by whom, when, machine by machine and minute by minute.

A JSON document with a page for people beside it, written once when the curtailment is over. Its SHA-256 goes into the
fact `fleet.curtailed`, so that the document cannot be changed later without showing.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from mintage.fleet.context import Context
from mintage.fleet.curtail.asks import amount_of
from mintage.fleet.curtail.delivered import METER_LAG_US, count, total
from mintage.fleet.curtail.proof_page import page
from mintage.fleet.curtail.states import Event, Minute, Target
from mintage.fleet.curtail.store import Book
from mintage.fleet.energy.readings import supply_meters
from mintage.fleet.facts_site import Curtailed
from mintage.fleet.sites import Site
from mintage.journal.fact import Evidence, Fact
from mintage.state.db import StateDb
from mintage.units.errors import InputError, StoreError

FOLDER = "proofs"


def close(context: Context, book: Book, event: Event, now_us: int) -> None:
    """Write the proof of a curtailment that is over and hand its fact on; again after a crash, with the same result.

    Raises:
        StoreError: the document cannot be written; the next round tries again.
    """
    if event.began_us is None:
        event.recorded = True  # nothing was shed, so there is nothing to prove
        book.save(event)
        return
    if not event.proof:
        meters, _ = supply_meters(context.site)
        if meters and now_us - (event.ended_us or now_us) < METER_LAG_US:
            return
        document = build(context.db, context.site, book, event)
        raw = msgspec.json.format(msgspec.json.encode(document), indent=1)
        folder = context.folder / FOLDER
        _write(folder / f"{event.id}.json", raw)
        _write(folder / f"{event.id}.html", page(document).encode())
        event.proof = sha256(raw).hexdigest()
        book.save(event)
    else:
        raw = read(context.folder, event)
        document = msgspec.json.decode(raw)
    context.recorder.record([_fact(context.site, event, document)])
    event.recorded = True
    book.save(event)


def read(folder: Path, event: Event) -> bytes:
    """The proof document of a curtailment, checked against its SHA-256.

    Raises:
        InputError: there is none yet, it is gone, or it was changed.
    """
    path = folder / FOLDER / f"{event.id}.json"
    if not event.proof:
        raise InputError(f"{event.id} has no proof yet: it is {event.state}.", remedy="Wait until it is over.")
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError("the proof cannot be read.", file=str(path), remedy="Restore it from a copy.") from error
    if sha256(raw).hexdigest() != event.proof:
        raise InputError(
            "the proof was changed after it was written.", file=str(path), remedy="Restore it from a copy."
        )
    return raw


def build(db: StateDb, site: Site, book: Book, event: Event, *, now_us: int | None = None) -> dict[str, Any]:
    """The document of a curtailment, as it stands; before it is over, with what was delivered until now."""
    until_us = event.ended_us or now_us or event.created_us
    minutes = count(db, site, book, event, until_us)
    sums = total(event, minutes)
    targets = book.targets(event.id)
    return {
        "document": "mintage curtailment proof",
        "version": 1,
        "site": site.name,
        "event": event.id,
        "mode": event.ask.mode,
        "asked": amount_of(event.ask.shed),
        "asked_w": event.asked_w,
        "asked_by": event.who,
        "reason": event.ask.reason,
        "scope": event.ask.scope,
        "manner": event.ask.manner,
        "outcome": event.outcome if event.ended_us else f"not over yet: {event.state}",
        "words": event.words,
        "asked_at": stamp(event.created_us),
        "began_at": stamp(event.began_us),
        "reached_at": stamp(event.reached_us),
        "restoring_at": stamp(event.restoring_us),
        "ended_at": stamp(event.ended_us),
        "delivered": {
            "mean_w": None if sums.mean_w is None else round(sums.mean_w),
            "kw_minutes": round(sums.wh * 60 / 1000, 3),
            "wh": round(sums.wh),
            "counted_by": sums.counted_by,
            "minutes_by": {name or "nobody": number for name, number in sorted(sums.minutes.items())},
        },
        "baseline": {
            "what": "mean power of the supply in the five minutes before the first machine was told (meters); "
            "what each machine drew when it was chosen (machines); what other curtailments shed then (others)",
            "watts": {name: round(value) for name, value in sorted(event.baselines.items())},
        },
        "machines": [_machine(target) for target in targets],
        "minutes": [_minute(minute) for minute in minutes],
        "gaps": [
            {"at": stamp(minute.minute_us), "reason": minute.reason} for minute in minutes if not minute.counted_by
        ],
        "log": [
            {"at": stamp(note.at_us), "who": note.who, "what": note.what}
            for note in book.notes(event.id)
            if note.at_us <= until_us
        ],
    }


def stamp(at_us: int | None) -> str | None:
    """An instant as ISO 8601 in UTC."""
    if at_us is None:
        return None
    return datetime.fromtimestamp(at_us / 1e6, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _machine(target: Target) -> dict[str, Any]:
    return {
        "asset": target.asset,
        "rank": target.rank,
        "state": target.state,
        "before_w": round(target.baseline_w),
        "before_by": target.baseline_by,
        "planned_w": round(target.shed_w),
        "efficiency_j_th": None if target.efficiency_j_th is None else round(target.efficiency_j_th, 2),
        "confirmed_at": stamp(target.confirmed_us),
        "restored_at": stamp(target.restored_us),
        "told": target.told,
        "drifts": target.drifts,
        "words": target.words,
    }


def _minute(minute: Minute) -> dict[str, Any]:
    return {
        "at": stamp(minute.minute_us),
        "seconds": round(minute.seconds, 1),
        "delivered_w": None if minute.delivered_w is None else round(minute.delivered_w),
        "counted_by": minute.counted_by or None,
        "baseline_w": None if minute.baseline_w is None else round(minute.baseline_w),
        "power_w": None if minute.power_w is None else round(minute.power_w),
        "note": minute.reason,
    }


def _fact(site: Site, event: Event, document: dict[str, Any]) -> Fact:
    at_us, delivered = event.ended_us or event.created_us, document["delivered"]
    states = [machine["state"] for machine in document["machines"]]
    return Fact(
        key=f"fleet.curtailed/{site.name}/{event.id}",
        at=at_us,
        date=datetime.fromtimestamp(at_us / 1e6, UTC).date(),
        actor=f"agent.{site.name}",
        evidence=Evidence(source=f"{FOLDER}/{event.id}.json", sha256=event.proof),
        data=Curtailed(
            event=event.id,
            site=site.name,
            mode=event.ask.mode,
            asked_by=event.who,
            reason=event.ask.reason,
            asked_w=event.asked_w,
            delivered_w=max(delivered["mean_w"] or 0, 0),
            delivered_wh=max(delivered["wh"], 0),
            counted_by=delivered["counted_by"],
            began=document["began_at"],
            reached=document["reached_at"] or "",
            ended=document["ended_at"],
            machines=len(states),
            not_restored=states.count("not-restored"),
            proof=event.proof,
        ),
    )


def _write(path: Path, raw: bytes) -> None:
    """Write a file whole or not at all."""
    temporary = path.with_suffix(path.suffix + ".tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise StoreError(f"{path}: the proof cannot be written: {error}.") from error
