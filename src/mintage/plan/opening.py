"""Where a plan begins: the balances and lots of a journal, or those that the assumptions give."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from mintage.books.depreciation import depreciation_due
from mintage.books.facts import OpeningBalance, OpeningBitcoin, OpeningMachines, OpeningMemo
from mintage.books.interest import interest_due
from mintage.books.view import View
from mintage.house import memory_journal
from mintage.journal.fact import Fact, FactData
from mintage.journal.lots import Lot, share
from mintage.journal.store import Balances, Journal, LotState
from mintage.plan.assumptions import Assumptions
from mintage.units import Period, day_end_instant, parse_period
from mintage.units.errors import InputError

START = date(2025, 6, 30)
"""The day that the shipped assumptions describe."""
BANK, WALLET, SITE, REGION = "bank", "treasury", "site", "all"
FREE = "assets:bitcoin:free:"
ENERGIZED = "memo:hashrate:energized:"


class HeldLot(msgspec.Struct, frozen=True):
    """Units of a lot on an account, with their cost."""

    account: str
    lot: Lot
    units: int
    cost: int


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """What the company has when the plan begins, and where the plan goes on.

    Attributes:
        day: last day before the plan.
        balances: of all accounts.
        lots: what is held, oldest first.
        depreciation: what the machines that are there will be depreciated by, in cents by name of the month and site.
        interest: what the loans that are owed will cost, in cents by name of the month and lender.
        notes: what a reader of the plan should know about it.
        bank: bank account that the plan pays from: the one with most money.
        wallets: wallets with free bitcoin, the fullest first.
        sites: (region, site) with energized hash rate, the largest first.
    """

    day: date
    balances: Balances
    lots: tuple[HeldLot, ...]
    depreciation: dict[tuple[str, str], int]
    interest: dict[tuple[str, str], int]
    notes: tuple[str, ...]
    bank: str
    wallets: tuple[str, ...]
    sites: tuple[tuple[str, str], ...]


def open_journal_at(journal: Journal, months: int, day: date | None = None) -> Opening:
    """Begin from a journal.

    Args:
        journal: the books.
        months: how far the plan goes.
        day: last day before the plan, the end of a month; by default the end of the last closed period.

    Raises:
        InputError: no day is given and no period is closed, the day ends no month, or the books are empty on it.
    """
    closed = journal.closed_periods()
    if day is None and not closed:
        raise InputError("no period is closed yet.", remedy="Close one, or name the day that the plan begins after.")
    day = day or max(parse_period(name).end for name in closed)
    months_ahead = list(months_after(day, months))
    view = View(journal)
    ahead = Period(months_ahead[0].start, months_ahead[-1].end, "plan")
    balances = journal.balances(end=day)
    if not balances:
        raise InputError(f"the books are empty on {day}.", remedy="Import facts first, or plan from assumptions.")
    states = [state for state in journal.lot_states("*", end=day) if state.units]
    notes = [
        f"The books take lots of {id_} by {policy.method} ({policy.scope}); the plan takes them fifo by account."
        for id_, policy in sorted(journal.lot_policies().items())
        if (policy.method, policy.scope) != ("fifo", "account")
    ]
    return Opening(
        day=day,
        balances=balances,
        lots=tuple(_deal(states, balances)),
        depreciation=_by_name(depreciation_due(view, ahead)),
        interest=_by_name(interest_due(view, ahead)),
        notes=tuple(notes),
        bank=next(iter(_members(balances, "assets:cash:", "USD")), BANK),
        wallets=_members(balances, FREE, "BTC") or (WALLET,),
        sites=tuple(_region_site(rest) for rest in _members(balances, ENERGIZED, "HASHRATE")) or ((REGION, SITE),),
    )


def open_from_assumptions(assumptions: Assumptions, months: int, day: date = START) -> Opening:
    """Begin from the rows "opening.*": the same opening facts that a ledger begins with.

    Raises:
        InputError: the day ends no month.
    """
    units = assumptions.units
    sats = units("opening.bitcoin", 8)
    facts: list[FactData] = [
        OpeningBalance(account=f"assets:cash:{BANK}", amount=units("opening.cash", 2)),
        OpeningBitcoin(
            account=f"{FREE}{WALLET}",
            sats=sats,
            value=share(sats, units("market.price", 2), 10**8),
            cost=share(sats, units("opening.bitcoin-cost", 2), 10**8),
            lot_kind="mined",
        ),
        OpeningMachines(
            site=SITE,
            model="installed",
            units=units("opening.machines", 0),
            cost=units("opening.machines-cost", 2),
            depreciation=units("opening.machines-depreciation", 2),
        ),
        OpeningMemo(
            account=f"memo:hashrate:installed:{REGION}:{SITE}",
            commodity="HASHRATE",
            units=units("opening.installed", 9),
        ),
        OpeningMemo(account=f"{ENERGIZED}{REGION}:{SITE}", commodity="HASHRATE", units=units("opening.energized", 9)),
    ]
    journal = memory_journal()
    at = day_end_instant(day)
    journal.append(
        Fact(key=f"opening/{number}", at=at, date=day, actor="plan", grade="assumed", data=data)
        for number, data in enumerate(facts)
    )
    return open_journal_at(journal, months, day)


def months_after(day: date, count: int) -> Iterator[Period]:
    """The calendar months that begin after a day.

    Raises:
        InputError: the day is not the last of a month.
    """
    start = day + timedelta(days=1)
    if start.day != 1:
        raise InputError(f"{day} is within a month.", remedy="A plan begins after a month's last day.", field="day")
    for _ in range(count):
        month = parse_period(start.strftime("%Y-%m"))
        yield month
        start = month.end + timedelta(days=1)


def _by_name(due: dict[tuple[Period, str], int]) -> dict[tuple[str, str], int]:
    return {(month.name, place): cents for (month, place), cents in due.items()}


def _region_site(rest: str) -> tuple[str, str]:
    region, _, site = rest.partition(":")
    return region, site


def _members(balances: Balances, stem: str, commodity: str) -> tuple[str, ...]:
    """What follows the stem in the accounts that hold a commodity, the largest balance first."""
    held = {
        account.removeprefix(stem): amount
        for (account, id_), amount in balances.items()
        if id_ == commodity and account.startswith(stem) and amount > 0
    }
    return tuple(sorted(held, key=lambda name: (-held[name], name)))


def _deal(states: list[LotState], balances: Balances) -> list[HeldLot]:
    """Lots by account; a lot pooled over a whole chart entry goes to that entry's accounts in order of their names."""
    dealt: list[HeldLot] = []
    room = dict(sorted(balances.items()))
    for state in states:
        slots = [(state.account, state.lot.commodity)]
        if slots[0] not in balances:
            slots = [
                slot
                for slot in room
                if slot[1] == state.lot.commodity and slot[0].rpartition(":")[0] == state.account and room[slot] > 0
            ]
        units, cost = state.units, state.cost
        for slot in slots:
            part = min(units, room[slot])
            part_cost = share(cost, part, units)
            dealt.append(HeldLot(slot[0], state.lot, part, part_cost))
            room[slot] -= part
            units, cost = units - part, cost - part_cost
            if not units:
                break
    return dealt
