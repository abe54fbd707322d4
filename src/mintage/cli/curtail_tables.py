"""Tables of curtailments: what would be shed, what runs, what became of each machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from mintage.cli.show import print_table
from mintage.fleet.curtail.asks import Ask, Manner, amount_of
from mintage.fleet.curtail.choice import Plan
from mintage.fleet.curtail.delivered import total
from mintage.fleet.curtail.follower import Standing
from mintage.fleet.curtail.proof import stamp
from mintage.fleet.curtail.rows import PlanRow
from mintage.fleet.curtail.rules import Rules
from mintage.fleet.curtail.service import Detail
from mintage.fleet.curtail.states import Event, mode_of


def print_plan(title: str, rows: Sequence[PlanRow], plan: Plan, ask: Ask, limit: int) -> None:
    """What would be shed, the order of it, and everything that nobody said."""
    cells = [
        (
            row.asset,
            row.rack,
            row.model,
            row.then,
            f"{row.power_w / 1000:.2f}",
            _number(row.efficiency_j_th, 1),
            _number(row.earns_usd_mwh, 1),
            _number(row.costs_usd_mwh, 1),
            f"{row.shed_w / 1000:.2f}",
        )
        for row in rows[:limit]
    ]
    heads = ("machine", "rack", "model", "then", "kW now", "J/TH", "earns USD/MWh", "costs USD/MWh", "kW shed")
    lost_ths = sum(item.lost_ths for item in plan.choices)
    notes = [
        (
            f"{len(plan.choices):,} machines, {plan.shed_w / 1000:,.1f} kW of {plan.wanted_w / 1000:,.1f} kW wanted; "
            f"gives up {lost_ths:,.0f} TH/s"
        )
    ]
    if len(rows) > limit:
        notes.append(f"{len(rows) - limit:,} more are not printed")
    if plan.words:
        notes.append(plan.words)
    notes += _unknown_worth(plan, rows)
    if any(row.costs_usd_mwh is None for row in rows):
        notes.append("costs: unknown, for no power price is known; tell it with --price or `mintage curtail price`")
    reasons = Counter(item.blocked for item in plan.left_out)
    notes += [f"left out: {number:,} machines, {reason}" for reason, number in reasons.most_common(8)]
    notes.append(_manner(ask.manner))
    until = stamp(ask.until_us)
    notes.append(f"ends: {until or f'after {ask.manner.hold_max_s / 60:,.0f} min at the latest'}")
    print_table(title, heads, cells, note=".\n".join(notes), left=4)


def print_events(site: str, events: Sequence[Event], standings: Mapping[str, Standing]) -> None:
    """The latest curtailments."""
    rows = [
        (
            event.id,
            event.state,
            event.ask.mode,
            amount_of(event.ask.shed),
            f"{event.asked_w / 1000:,.1f}" if event.began_us else "",
            _short(event.began_us),
            _short(event.ended_us or event.ends_us),
            event.who,
            event.words or event.ask.reason,
        )
        for event in events
    ]
    heads = ("id", "state", "mode", "asked", "kW", "began (UTC)", "ends (UTC)", "by", "words")
    notes = [f"{name} is paused by {found.paused_by}" for name, found in standings.items() if found.paused_by]
    notes += [f"{name} cannot be followed: {found.problem}" for name, found in standings.items() if found.problem]
    print_table(f"Curtailments at {site}", heads, rows, note="\n".join(notes), left=4)


def print_detail(detail: Detail, limit: int) -> None:
    """One curtailment: its machines, its minutes, its log."""
    event = detail.event
    sums = total(event, detail.minutes)
    states = Counter(target.state for target in detail.targets)
    mean = "unknown" if sums.mean_w is None else f"{sums.mean_w / 1000:,.1f} kW"
    title = f"{event.id}: {event.state}; {amount_of(event.ask.shed)}, {event.asked_w / 1000:,.1f} kW"
    rows = [
        (
            target.asset,
            f"{target.state} ({mode_of(target.want) or target.want})",
            f"{target.baseline_w / 1000:.2f}",
            _number(target.efficiency_j_th, 1),
            stamp(target.confirmed_us) or "",
            stamp(target.restored_us) or "",
            target.told,
            target.words,
        )
        for target in sorted(detail.targets, key=lambda item: (item.state in ("confirmed", "restored"), item.rank))
    ][:limit]
    notes = [
        f"machines: {', '.join(f'{number:,} {state}' for state, number in states.most_common()) or 'none yet'}",
        (
            f"delivered: {mean} on average while held, {sums.wh / 1000:,.1f} kWh "
            f"({sums.wh * 60 / 1000:,.0f} kW-minutes); counted by {counted_by(sums.minutes)}"
        ),
        (
            f"began {stamp(event.began_us) or 'not yet'}, reached {stamp(event.reached_us) or 'not yet'}, "
            f"ends {stamp(event.ends_us) or 'not yet'}, over {stamp(event.ended_us) or 'not yet'}"
        ),
        _manner(event.ask.manner),
    ]
    notes += [f"{stamp(note.at_us)}  {note.who}: {note.what}" for note in detail.log[-12:]]
    heads = ("machine", "state", "kW before", "J/TH", "confirmed", "restored", "times told", "words")
    print_table(title, heads, rows, note="\n".join(notes), left=2)


def print_rules(site: str, rules: Rules, standings: Mapping[str, Standing]) -> None:
    """The rules in force."""
    rows = [
        (
            rule.name,
            amount_of(rule.shed),
            rule.scope,
            "; ".join(
                f"{','.join(window.days)} {window.start:%H:%M}-{window.end:%H:%M} {window.zone}" for window in rule.when
            )
            or "always",
            _standing(standings.get(rule.name)),
            rule.reason,
        )
        for rule in rules.rule
    ]
    rows += [
        (
            source.name,
            f"may {', '.join(source.may)} up to {source.kw_max:,} kW",
            source.scope,
            "when it signals",
            _standing(standings.get(source.name)),
            "",
        )
        for source in rules.source
    ]
    heads = ("name", "sheds", "scope", "when", "stands", "reason")
    print_table(f"Rules of {site}", heads, rows, note=_manner(rules.manner), left=len(heads))


def _standing(found: Standing | None) -> str:
    if found is None:
        return "in force"
    return f"paused by {found.paused_by}" if found.paused_by else found.problem


def _manner(manner: Manner) -> str:
    restore = manner.restore
    size = " and ".join(
        [f"{restore.machines:,} machines"] * bool(restore.machines) + [f"{restore.kw:,} kW"] * bool(restore.kw)
    )
    back = f"{size} every {restore.every_s:g} s" if size else "all at once"
    return (
        f"comes back: {back}; runs at least {manner.run_min_s:g} s, rests at least {manner.rest_min_s:g} s; "
        f"told up to {manner.tries_max} times, shed anew up to {manner.drifts_max} times; "
        f"never shed: {manner.exclude or 'none'}; shed last: {manner.heat or 'none'}"
    )


def _short(at_us: int | None) -> str:
    """An instant of these weeks: month, day, hour, minute."""
    return (stamp(at_us) or "")[5:16].replace("T", " ")


def counted_by(minutes: Mapping[str, int]) -> str:
    """Who counted how many of a curtailment's minutes: "meters 131 of 133 minutes, nobody 2"."""
    whole = sum(minutes.values())
    parts = [f"{name or 'nobody'} {number:,}" for name, number in minutes.items()]
    return ", ".join([f"{parts[0]} of {whole:,} minutes", *parts[1:]]) if whole else "nobody: no minute is over yet"


def _unknown_worth(plan: Plan, rows: Sequence[PlanRow]) -> list[str]:
    """Why it is not known what machines earn, and what to do about it."""
    unknown = [choice for choice, row in zip(plan.choices, rows, strict=True) if row.earns_usd_mwh is None]
    workless = sum(not choice.shed_w for choice in unknown)
    found = [f"earns: unknown of {workless:,} machines, for shedding them saves nothing"] if workless else []
    if len(unknown) > workless:
        found.insert(0, "earns: unknown, for no hashprice is known; tell it: mintage curtail price --hashprice 38.2")
    return found


def _number(value: float | None, digits: int) -> str:
    return "unknown" if value is None else f"{value:,.{digits}f}"
