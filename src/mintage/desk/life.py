"""A machine's life as facts tell it: when it was adopted, what of it changed, who else claimed to be it."""

from __future__ import annotations

import msgspec

from mintage.desk.figure import trace_fact
from mintage.desk.sites import SiteDesk
from mintage.fleet.agent.history import facts_about
from mintage.fleet.facts_site import DuplicateClaimed, MachineAdopted, MachineChanged
from mintage.journal.fact import Fact
from mintage.journal.standing import standing
from mintage.journal.store import Journal

LIFE_MAX = 200


class LifeRow(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to the machine, as a fact tells it.

    Attributes:
        at_us: when.
        what: adopted, changed or claimed.
        subject: what changed or was claimed: address, rack, dna, mac, serial ...; "" for the adoption.
        before: what it was.
        after: what it is.
        by: what it was recognised by, or where a claimant answered.
        key: key of the fact.
        trace: address of the fact, "" where the journal does not have it yet.
    """

    at_us: int
    what: str
    subject: str
    before: str
    after: str
    by: str
    key: str
    trace: str


def life_of(desk: SiteDesk | None, journal: Journal, site: str, asset: str) -> list[LifeRow]:
    """What facts tell of a machine: those of its site's own outbox, where that is here, and those of the journal."""
    own = facts_about(desk.db, asset) if desk else _booked(journal, site, asset)
    rows = [row for fact in own if (row := _row(fact, journal)) is not None]
    return sorted(rows, key=lambda row: row.at_us, reverse=True)[:LIFE_MAX]


def _booked(journal: Journal, site: str, asset: str) -> list[Fact]:
    kinds: tuple[type[MachineAdopted | MachineChanged | DuplicateClaimed], ...] = (
        MachineAdopted,
        MachineChanged,
        DuplicateClaimed,
    )
    return [
        stored.fact
        for kind in kinds
        for stored, data in standing(journal, kind)
        if data.asset == asset and data.site == site
    ]


def _row(fact: Fact, journal: Journal) -> LifeRow | None:
    data = fact.data
    if isinstance(data, MachineAdopted):
        told = ("adopted", "", "", f"{data.make} {data.model}".strip(), data.address)
    elif isinstance(data, MachineChanged):
        told = ("changed", data.what, data.before, data.after, data.known_by)
    elif isinstance(data, DuplicateClaimed):
        told = ("claimed", data.claimed, "", data.claim, data.address)
    else:
        return None
    what, subject, before, after, by = told
    trace = trace_fact(fact.key) if journal.fact(fact.key) else ""
    return LifeRow(
        at_us=fact.at, what=what, subject=subject, before=before, after=after, by=by, key=fact.key, trace=trace
    )
