"""The course of one curtailment: what was asked, what is confirmed and held, machine by machine, and its proof."""

from __future__ import annotations

from collections import Counter

import msgspec

from mintage.desk.company import Company
from mintage.desk.energy_answer import EventRow
from mintage.desk.energy_curtail import known
from mintage.desk.energy_ledger import kilowatts
from mintage.desk.energy_open import energy_desk, event_row
from mintage.desk.figure import Figure, measured, trace_fact
from mintage.desk.sites import SiteDesk
from mintage.fleet.curtail import proof as proofs
from mintage.fleet.curtail import service
from mintage.fleet.curtail.asks import Manner
from mintage.fleet.curtail.delivered import total
from mintage.fleet.curtail.proof_page import page
from mintage.fleet.curtail.states import OVER, Event, Minute, Note, Target, mode_of
from mintage.fleet.curtail.store import Book
from mintage.people.caller import Caller
from mintage.units.errors import InputError

TARGETS_MAX = 500
_TROUBLE = ("not-restored", "refused", "silent", "drifted", "sent", "planned", "restoring", "confirmed")
"""States in the order in which machines are listed; the others follow."""


class TargetRow(msgspec.Struct, frozen=True, kw_only=True):
    """One machine of a curtailment.

    Attributes:
        asset: the machine.
        rank: its place in the order of shedding, from 1.
        state: where it stands.
        want: "asleep", "run", or the lower mode.
        before: power that it drew before.
        before_by: who said so.
        sheds: power that shedding it saves.
        efficiency: its energy per hash before.
        confirmed_us: when its readings first bore the shedding out.
        restored_us: when they bore the restoring out.
        told: how often it was told anything.
        drifts: how often it ran again by itself.
        words: its own words, or why it stands where it stands.
        held: whether the curtailment holds it, so that it can be released.
        href: its page.
    """

    asset: str
    rank: int
    state: str
    want: str
    before: Figure
    before_by: str
    sheds: Figure
    efficiency: Figure
    confirmed_us: int | None
    restored_us: int | None
    told: int
    drifts: int
    words: str
    held: bool
    href: str


class MinuteRow(msgspec.Struct, frozen=True, kw_only=True):
    """One minute of a curtailment.

    Attributes:
        at_us: its beginning.
        delivered: mean power shed.
        counted_by: meters, machines or nameplate; "" where nobody could.
        baseline: what it is measured against.
        drawn: what was drawn instead.
        reason: why it is a gap, or what is to be known of the count.
    """

    at_us: int
    delivered: Figure
    counted_by: str
    baseline: Figure
    drawn: Figure
    reason: str


class ProofState(msgspec.Struct, frozen=True, kw_only=True):
    """The proof document.

    Attributes:
        sha256: its hash; "" before it is over.
        unchanged: whether the document is the one that was hashed; None before there is one.
        problem: what is wrong with it.
        fact: the fact that holds the hash; "" before it is in the journal.
    """

    sha256: str
    unchanged: bool | None
    problem: str
    fact: str


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """One curtailment.

    Attributes:
        site: the site.
        event: where it stands.
        scope: which machines.
        rule: rule or source that started it; "" for a person.
        manner: how machines are shed and come back.
        now_us: the site's time.
        starts_us: when it is to begin; None for at once.
        until_us: when machines come back by the ask; None where the longest hold ends it.
        reached_us: when the target was reached; None where it was not yet.
        restoring_us: when restoring began.
        asked: power to be shed.
        confirmed: power that machines' readings bear out.
        share: confirmed over asked, 0 to 1; None where nothing is asked yet.
        states: machines by state.
        machines: how many there are.
        delivered: mean power shed while it was held.
        energy: energy not used.
        counted: minutes by who counted them; "" stands for gaps.
        baselines: power before shedding, by who counted it.
        targets: the first of its machines, those in trouble first.
        minutes: what was delivered, minute by minute.
        log: what happened.
        proof: its proof.
        over: whether it is over.
        attended: whether the site's agent runs.
        may_act: whether the reader may end it.
    """

    site: str
    event: EventRow
    scope: str
    rule: str
    manner: Manner
    now_us: int
    starts_us: int | None
    until_us: int | None
    reached_us: int | None
    restoring_us: int | None
    asked: Figure
    confirmed: Figure
    share: float | None
    states: dict[str, int]
    machines: int
    delivered: Figure
    energy: Figure
    counted: dict[str, int]
    baselines: dict[str, Figure]
    targets: tuple[TargetRow, ...]
    minutes: tuple[MinuteRow, ...]
    log: tuple[Note, ...]
    proof: ProofState
    over: bool
    attended: bool
    may_act: bool


def course(company: Company, caller: Caller, site: str, id_: str, *, limit: int = 100) -> Course:
    """One curtailment.

    Args:
        company: the company.
        caller: who asks.
        site: the site.
        id_: which curtailment.
        limit: machines to tell.

    Raises:
        Forbidden: the caller may not see the site.
        Missing: there is none of that id here.
    """
    caller.insist("energy.read", site)
    desk = energy_desk(company, caller, site)
    event = known(desk, id_)
    found = service.event(desk, id_, who=caller.name)
    sums, began = total(event, found.minutes), event.began_us is not None
    confirmed_w = sum(target.shed_w for target in found.targets if target.holds and target.state == "confirmed")
    not_begun = "it has not begun."
    targets = sorted(found.targets, key=_trouble)
    return Course(
        site=site,
        event=event_row(caller, site, event),
        scope=event.ask.scope,
        rule=event.ask.rule,
        manner=event.ask.manner,
        now_us=desk.clock.now_us(),
        starts_us=event.ask.starts_us,
        until_us=event.ask.until_us,
        reached_us=event.reached_us,
        restoring_us=event.restoring_us,
        asked=kilowatts(event.asked_w if began else None, not_begun),
        confirmed=kilowatts(confirmed_w if began else None, not_begun),
        share=min(confirmed_w / event.asked_w, 1.0) if began and event.asked_w else None,
        states=dict(Counter(target.state for target in found.targets).most_common()),
        machines=len(found.targets),
        delivered=kilowatts(sums.mean_w, "no whole minute was counted while it was held."),
        energy=_known(sums.wh / 1000 if found.minutes else None, "kWh", 1, "no minute was counted yet."),
        counted=sums.minutes,
        baselines={name: kilowatts(watts) for name, watts in sorted(event.baselines.items())},
        targets=tuple(_target(target, site) for target in targets[: min(limit, TARGETS_MAX)]),
        minutes=tuple(_minute(minute) for minute in found.minutes),
        log=tuple(found.log),
        proof=_proof(company, desk, event),
        over=event.state in OVER,
        attended=desk.attended,
        may_act=caller.may("energy.act", site),
    )


def proof_document(company: Company, caller: Caller, site: str, id_: str) -> bytes:
    """The proof as JSON: the document that was hashed, or the figures so far where it is not over.

    Raises:
        Forbidden: the caller may not see the site.
        Missing: there is none of that id here.
        InputError: the document is gone, or was changed.
    """
    caller.insist("energy.read", site)
    desk = energy_desk(company, caller, site)
    event = known(desk, id_)
    if event.proof:
        return proofs.read(desk.folder, event)
    document = proofs.build(desk.db, desk.site, Book(desk.db), event, now_us=desk.clock.now_us())
    return msgspec.json.format(msgspec.json.encode(document), indent=1)


def proof_page(company: Company, caller: Caller, site: str, id_: str) -> bytes:
    """The proof as one page in both languages, drawn from the document.

    Raises:
        Forbidden: the caller may not see the site.
        Missing: there is none of that id here.
        InputError: the document is gone, or was changed.
    """
    return page(msgspec.json.decode(proof_document(company, caller, site, id_))).encode()


def _trouble(target: Target) -> tuple[int, int]:
    rank = _TROUBLE.index(target.state) if target.state in _TROUBLE else len(_TROUBLE)
    return rank, target.rank


def _target(target: Target, site: str) -> TargetRow:
    unsaid = "nobody knows what it drew."
    return TargetRow(
        asset=target.asset,
        rank=target.rank + 1,
        state=target.state,
        want=mode_of(target.want) or target.want,
        before=kilowatts(target.baseline_w or None, unsaid, 2),
        before_by=target.baseline_by,
        sheds=kilowatts(target.shed_w, digits=2),
        efficiency=measured(
            target.efficiency_j_th, "J/TH", 1, "it did not hash." if not target.efficiency_j_th else ""
        ),
        confirmed_us=target.confirmed_us,
        restored_us=target.restored_us,
        told=target.told,
        drifts=target.drifts,
        words=target.words,
        held=target.holds,
        href=f"/fleet/{site}/{target.asset}",
    )


def _known(value: float | None, unit: str, digits: int, reason: str) -> Figure:
    return measured(value, unit, digits, "" if value is not None else reason)


def _minute(minute: Minute) -> MinuteRow:
    return MinuteRow(
        at_us=minute.minute_us,
        delivered=kilowatts(minute.delivered_w, minute.reason),
        counted_by=minute.counted_by,
        baseline=kilowatts(minute.baseline_w, minute.reason),
        drawn=kilowatts(minute.power_w, minute.reason),
        reason=minute.reason,
    )


def _proof(company: Company, desk: SiteDesk, event: Event) -> ProofState:
    key = f"fleet.curtailed/{desk.site.name}/{event.id}"
    fact = trace_fact(key) if company.journal.fact(key) is not None else ""
    if not event.proof:
        return ProofState(sha256="", unchanged=None, problem="", fact=fact)
    try:
        proofs.read(desk.folder, event)
    except InputError as error:
        return ProofState(sha256=event.proof, unchanged=False, problem=error.problem, fact=fact)
    return ProofState(sha256=event.proof, unchanged=True, problem="", fact=fact)
