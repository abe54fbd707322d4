"""What was delivered, minute by minute, and who counted it: meters first, then machines, then nameplates.

Delivered power is what was drawn before less what is drawn now. A meter sees the whole site: in a minute in which
several curtailments steer, they divide what it shows by what their machines say. A machine that two curtailments hold
counts for the older one. A minute that nobody can count is a gap with its reason, not zero.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from mintage.fleet.control.store import Desk, in_people_s
from mintage.fleet.curtail.candidates import standby_w
from mintage.fleet.curtail.metered import MINUTE_US, Claim, divided, metered_mean_w
from mintage.fleet.curtail.states import STEERING, Event, Minute, Target
from mintage.fleet.curtail.store import Book
from mintage.fleet.energy.readings import supply_meters
from mintage.fleet.facts_site import Counted
from mintage.fleet.latest import Machine
from mintage.fleet.sites import Site
from mintage.state.db import StateDb

BASELINE_MINUTES = 5
METER_LAG_US = 2 * MINUTE_US
"""Meters are read once a minute; a count waits so long for the reading after its last minute."""
_SAMPLE_S = 5.0
_SPAN_US_MAX = 14 * 86_400_000_000


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What machines say of one curtailment at one instant.

    Attributes:
        machines_w: power shed, as machines' own readings say.
        nameplate_w: power shed by machines whose power is only known from their nameplate.
        others_w: power that other curtailments shed.
        unknown: machines of which nobody knows; they are not counted.
    """

    machines_w: float = 0.0
    nameplate_w: float = 0.0
    others_w: float = 0.0
    unknown: int = 0

    @property
    def shed_w(self) -> float:
        """Power shed, whoever says so."""
        return self.machines_w + self.nameplate_w


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """What a curtailment delivered.

    Attributes:
        mean_w: mean power shed in the whole minutes in which it was held; None where none was counted.
        wh: energy not used, from the first machine told to the last one back.
        counted_by: the least exact of those who counted.
        minutes: minutes by who counted them; "" stands for gaps.
    """

    mean_w: float | None
    wh: float
    counted_by: Counted
    minutes: dict[str, int]


class Sampler:
    """Keeps what machines say of each open curtailment, once a minute.

    Args:
        context: the site.
    """

    def __init__(self, context: Desk) -> None:
        self._context = context
        self._next_us = 0
        self._seen: dict[str, list[Tally]] = defaultdict(list)
        self._first_us: dict[str, int] = {}

    def sample(
        self,
        book: Book,
        events: Iterable[Event],
        targets: Mapping[str, Mapping[str, Target]],
        machines: Mapping[str, Machine],
        now_us: int,
    ) -> None:
        """Look at every open curtailment where that is due, and keep each minute that has passed."""
        steering = [event for event in events if event.state in STEERING]
        stale_s = stale_after_s(self._context)
        for event_id in set(self._seen) - {event.id for event in steering}:
            # It is over: its last minute is not a whole one.
            self._keep(book, event_id, now_us + MINUTE_US, stale_s)
            del self._seen[event_id]
        every_us = round(_SAMPLE_S * 1e6)
        if self._next_us - every_us <= now_us < self._next_us:
            return
        self._next_us = now_us + every_us
        tallies = tally([event.id for event in steering], targets, machines, now_us, stale_s)
        for event in steering:
            self._first_us[event.id] = event.began_us or now_us
            self._seen[event.id].append(tallies[event.id])
            self._keep(book, event.id, now_us, stale_s)

    def _keep(self, book: Book, event_id: str, until_us: int, stale_s: float) -> None:
        """Keep the minutes that ended before an instant."""
        seen, last_us = self._seen[event_id], book.minute_last_us(event_id)
        first_us = self._first_us[event_id] // MINUTE_US * MINUTE_US if last_us is None else last_us + MINUTE_US
        # A clock that was set right by years leaves no years of minutes behind.
        first_us = max(first_us, (until_us - round(stale_s * 1e6)) // MINUTE_US * MINUTE_US - MINUTE_US)
        for minute_us in range(first_us, until_us // MINUTE_US * MINUTE_US, MINUTE_US):
            # After a long silence only the last minutes are known; the others stay gaps.
            if until_us - minute_us <= stale_s * 1e6 + MINUTE_US:
                book.save_tally(event_id, minute_us, msgspec.json.encode(_mean(seen)))
                self._seen[event_id] = seen[-1:]


def stale_after_s(desk: Desk) -> float:
    """Age at which a machine's readings no longer say what it does now."""
    return max(3 * desk.site.agent.poll_s, in_people_s(desk.clock, 15.0), 120.0)


def answers(machine: Machine | None, now_us: int, stale_s: float) -> bool:
    """Whether a machine answered lately."""
    snapshot = machine.snapshot if machine else None
    is_heard = machine is not None and machine.state not in ("offline", "unknown")
    return snapshot is not None and is_heard and (now_us - snapshot.at_us) / 1e6 <= stale_s


def tally(
    events: Iterable[str],
    targets: Mapping[str, Mapping[str, Target]],
    machines: Mapping[str, Machine],
    now_us: int,
    stale_s: float,
) -> dict[str, Tally]:
    """What machines say of each curtailment, oldest first, now; the older one counts a machine that two hold."""
    counted: set[str] = set()
    own: dict[str, Tally] = {}
    for event in events:
        machines_w = nameplate_w = 0.0
        unknown = 0
        for target in targets[event].values():
            if target.asset in counted or not target.told or target.state in ("restored", "released"):
                continue
            counted.add(target.asset)
            power_w, by = _drawn(target, machines.get(target.asset), now_us, stale_s)
            if power_w is None:
                unknown += 1
            elif by == "machine":
                machines_w += target.baseline_w - power_w
            else:
                nameplate_w += target.baseline_w - power_w
        own[event] = Tally(machines_w=machines_w, nameplate_w=nameplate_w, unknown=unknown)
    all_w = sum(item.shed_w for item in own.values())
    return {name: msgspec.structs.replace(item, others_w=all_w - item.shed_w) for name, item in own.items()}


def baselines(
    context: Desk,
    event: Event,
    targets: Mapping[str, Mapping[str, Target]],
    machines: Mapping[str, Machine],
    now_us: int,
) -> dict[str, float]:
    """What a curtailment is measured against: power by meters and machines just before, and what others shed then."""
    found = {"machines": sum(target.baseline_w for target in targets[event.id].values())}
    others = {name: found_targets for name, found_targets in targets.items() if name != event.id}
    shed = tally(others, others, machines, now_us, 600.0)
    found["others"] = sum(item.shed_w for item in shed.values())
    meters, _ = supply_meters(context.site)
    metered_w, _ = metered_mean_w(context.db, meters, now_us - BASELINE_MINUTES * MINUTE_US, now_us)
    if metered_w is not None:
        found["meters"] = metered_w
    return found


def count(db: StateDb, site: Site, book: Book, event: Event, until_us: int) -> list[Minute]:
    """Every minute of a curtailment from its beginning, by the best who counted it.

    Args:
        db: state of the site.
        site: its description.
        book: its curtailments.
        event: the curtailment.
        until_us: last instant to be counted.
    """
    if event.began_us is None:
        return []
    told = _tallies(book, event)
    meters, _ = supply_meters(site)
    rivals = [(other, _tallies(book, other)) for other in book.steered(event, until_us)] if meters else []
    found = []
    first_us = max(event.began_us, until_us - _SPAN_US_MAX)  # where it began by a wrong clock, the last days count
    for minute_us in range(first_us // MINUTE_US * MINUTE_US, until_us, MINUTE_US):
        span = max(minute_us, event.began_us), min(minute_us + MINUTE_US, until_us)
        claims = [_claim(event, told, minute_us, until_us)]
        claims += [_claim(other, tallies, minute_us, other.ended_us) for other, tallies in rivals]
        claims = [claim for claim in claims if claim.seconds > 0]
        shared = divided(db, meters, event, claims, minute_us) if len(claims) > 1 else None
        found.append(shared or _minute(db, meters, event, span, told.get(minute_us)))
    return found


def total(event: Event, minutes: Sequence[Minute]) -> Total:
    """What the minutes add up to."""
    held_from, held_to = event.reached_us or event.began_us or 0, event.restoring_us or event.ended_us or 1 << 62
    spans = [(minute, minute.minute_us, minute.minute_us + minute.seconds * 1e6) for minute in minutes]
    # Minutes of ramping up or down are not minutes of holding, unless there are no others.
    whole = [minute for minute, start, end in spans if start >= held_from and end <= held_to]
    held = whole or [minute for minute, start, end in spans if end > held_from and start < held_to]
    known = [(minute.delivered_w, minute.seconds) for minute in held if minute.delivered_w is not None]
    span_s = sum(seconds for _, seconds in known)
    by: dict[str, int] = defaultdict(int)
    for minute in minutes:
        by[minute.counted_by] += 1
    least: Counted = "nameplate" if by.get("nameplate") else "machines" if by.get("machines") else "meters"
    return Total(
        mean_w=sum(watts * seconds for watts, seconds in known) / span_s if span_s else None,
        wh=sum((m.delivered_w or 0.0) * m.seconds / 3600 for m in minutes),
        counted_by=least if any(name for name in by) else "nameplate",
        minutes=dict(by),
    )


def _minute(db: StateDb, meters: tuple[str, ...], event: Event, span: tuple[int, int], tallied: Tally | None) -> Minute:
    start_us, end_us = span
    seconds = (end_us - start_us) / 1e6
    reason = "the site has no meter of its supply"
    base_w = event.baselines.get("meters")
    if meters:
        power_w, reason = metered_mean_w(db, meters, start_us, end_us)
        spread, reason = reason, reason if base_w is not None else "no meter was read before it began"
        if power_w is not None and base_w is not None:
            others_w = tallied.others_w - event.baselines.get("others", 0.0) if tallied else 0.0
            return Minute(
                minute_us=start_us,
                seconds=seconds,
                delivered_w=base_w - power_w - others_w,
                counted_by="meters",
                baseline_w=base_w,
                power_w=power_w,
                reason="; ".join(filter(None, (_of_others(others_w), spread))),
            )
    if tallied is None:
        return Minute(
            minute_us=start_us,
            seconds=seconds,
            delivered_w=None,
            counted_by="",
            reason=f"{reason}; no machine was read",
        )
    return Minute(
        minute_us=start_us,
        seconds=seconds,
        delivered_w=tallied.shed_w,
        counted_by="nameplate" if tallied.nameplate_w else "machines",
        baseline_w=event.baselines.get("machines"),
        power_w=event.baselines.get("machines", 0.0) - tallied.shed_w,
        reason="; ".join(
            filter(None, (reason, f"{tallied.unknown:,} machines not counted" if tallied.unknown else ""))
        ),
    )


def _tallies(book: Book, event: Event) -> dict[int, Tally]:
    return {at_us: msgspec.json.decode(body, type=Tally) for at_us, body in book.tallies(event.id).items()}


def _claim(event: Event, told: Mapping[int, Tally], minute_us: int, until_us: int | None) -> Claim:
    """What machines say of a curtailment in a minute; one that is not over belongs to all of it."""
    end_us = minute_us + MINUTE_US if until_us is None else min(minute_us + MINUTE_US, until_us)
    tallied = told.get(minute_us)
    seconds = (end_us - max(minute_us, event.began_us or end_us)) / 1e6
    return Claim(event=event, shed_w=tallied.shed_w if tallied else None, seconds=max(seconds, 0.0))


def _of_others(others_w: float) -> str:
    """What a meter's count had to be corrected by, in words."""
    if abs(others_w) <= 50:
        return ""
    if others_w < 0:
        return f"{-others_w / 1000:,.1f} kW taken over from another curtailment"
    return f"less {others_w / 1000:,.1f} kW of other curtailments"


def _drawn(target: Target, machine: Machine | None, now_us: int, stale_s: float) -> tuple[float | None, str]:
    """What a machine draws now and who says so; None where nobody knows, or where nobody knew before."""
    snapshot = machine.snapshot if machine else None
    if machine is None or snapshot is None or (now_us - snapshot.at_us) / 1e6 > stale_s:
        return None, ""
    if target.baseline_by not in ("machine", "nameplate"):
        return None, ""
    power_w, by = machine.power_w
    if power_w is None and machine.state == "asleep":
        return standby_w(machine), "nameplate"
    return power_w, "nameplate" if target.baseline_by == "nameplate" else by


def _mean(seen: list[Tally]) -> Tally:
    size = len(seen)
    return Tally(
        machines_w=sum(item.machines_w for item in seen) / size,
        nameplate_w=sum(item.nameplate_w for item in seen) / size,
        others_w=sum(item.others_w for item in seen) / size,
        unknown=max(item.unknown for item in seen),
    )
