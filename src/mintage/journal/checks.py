"""Named checks of a journal, each a pure function that returns the problems it found.

They trust nothing but the stored rows: the chain is re-hashed, balances re-summed, lots re-counted, and every fact
is booked again by today's rules on an empty ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

import msgspec

from mintage.journal.chart import Chart
from mintage.journal.core import PeriodLocked, PeriodReopened
from mintage.journal.fact import decode_fact
from mintage.journal.ledger import Entry
from mintage.journal.memory import MemoryJournal
from mintage.journal.rules import Rulebook
from mintage.journal.store import GENESIS, Journal, RawRow, chain_hash
from mintage.units import Period, commodity, format_amount, parse_period
from mintage.units.errors import InputError, MintageError

PROBLEMS_MAX = 20  # a check stops listing after so many: the first ones show the cause


class Problem(msgspec.Struct, frozen=True):
    """One thing that is wrong.

    Attributes:
        where: the fact's number and key, or the account.
        what: one sentence.
    """

    where: str
    what: str


class Result(msgspec.Struct, frozen=True):
    """What a check found.

    Attributes:
        name: the check's name.
        meaning: what it verifies, in a few words.
        problems: empty when it passed.
    """

    name: str
    meaning: str
    problems: tuple[Problem, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing was found."""
        return not self.problems


Check = Callable[[Journal, Chart, Rulebook], Iterator[Problem]]


def check_store(journal: Journal, _chart: Chart, _rulebook: Rulebook) -> Iterator[Problem]:
    """The file is sound, its triggers are in place, and its rows carry the dates of their facts."""
    for text in journal.integrity():
        yield Problem("database file", text)


def check_chain(journal: Journal, _chart: Chart, _rulebook: Rulebook) -> Iterator[Problem]:
    """Every fact and entry hashes onto the one before; none is missing."""
    last, expected = GENESIS, 1
    for row in journal.raw():
        if row.seq != expected:
            yield Problem(f"fact {expected}", f"is missing: fact {row.seq} ('{row.key}') follows fact {expected - 1}.")
        expected = row.seq + 1
        if chain_hash(last, row.body, row.entry) != row.hash:
            yield Problem(_place(row), "its content, postings or lots are not those that were hashed.")
        last = row.hash


def check_rows(journal: Journal, _chart: Chart, _rulebook: Rulebook) -> Iterator[Problem]:
    """The searchable columns say what the fact says."""
    for row in journal.raw():
        try:
            item = decode_fact(row.body)
        except InputError as error:
            yield Problem(_place(row), f"cannot be decoded: {error}")
            continue
        for name, column, said in (
            ("key", row.key, item.key),
            ("kind", row.kind, item.kind),
            ("at", row.at, item.at),
            ("date", row.date, item.date),
        ):
            if column != said:
                yield Problem(_place(row), f"its {name} column says {column}, the fact says {said}.")


def check_balance(journal: Journal, _chart: Chart, _rulebook: Rulebook) -> Iterator[Problem]:
    """In each fact, every commodity sums to zero."""
    for row in journal.raw():
        sums: dict[str, int] = {}
        for leg in row.entry.postings:
            sums[leg.commodity] = sums.get(leg.commodity, 0) + leg.amount
        for id_, amount in sums.items():
            if amount:
                yield Problem(_place(row), f"{format_amount(amount, id_)} too much on one side.")


def check_lots(journal: Journal, _chart: Chart, _rulebook: Rulebook) -> Iterator[Problem]:
    """Open lots add up to the balances, in units and, where carried at cost, in USD."""
    balances = journal.balances()
    units: dict[tuple[str, str], int] = {}
    costs: dict[str, int] = {}
    commodities: dict[str, str] = {}
    for row in journal.raw():
        commodities.update((lot.id, lot.commodity) for lot in row.entry.lots)
        for move in row.entry.moves:
            id_ = commodities.get(move.lot, "?")
            units[move.account, id_] = units.get((move.account, id_), 0) + move.units
            if id_ != "?" and commodity(id_).carrying == "cost":
                costs[move.account] = costs.get(move.account, 0) + move.cost
    held: dict[tuple[str, str], int] = {}
    for (account, id_), amount in balances.items():
        if account.startswith("assets:") and commodity(id_).has_lots:
            stem = account.rpartition(":")[0]
            place = stem if units.get((stem, id_)) else account  # a global pool stands under the stem
            held[place, id_] = held.get((place, id_), 0) + amount
    for slot in sorted(units.keys() | held.keys()):
        counted, balance = units.get(slot, 0), held.get(slot, 0)
        if counted != balance:
            problem = f"lots hold {format_amount(counted, slot[1])}, the balance is {format_amount(balance, slot[1])}."
            yield Problem(slot[0], problem)
    for account, cost in sorted(costs.items()):
        carried = balances.get((account, "USD"), 0)
        if cost != carried:
            yield Problem(
                account, f"lots cost {format_amount(cost, 'USD')}, the balance is {format_amount(carried, 'USD')}."
            )


def check_accounts(journal: Journal, chart: Chart, _rulebook: Rulebook) -> Iterator[Problem]:
    """Every account that carries a balance is in the chart."""
    for account, _ in journal.balances():
        try:
            chart.entry(account)
        except InputError as error:
            yield Problem(account, str(error))


def check_periods(journal: Journal, _chart: Chart, _rulebook: Rulebook) -> Iterator[Problem]:
    """No fact was written into a period while it was closed."""
    closed: dict[str, Period] = {}
    for row in journal.raw():
        inside = [name for name, period in closed.items() if row.date in period]
        if inside and row.kind != PeriodReopened.kind:
            yield Problem(_place(row), f"is dated {row.date} in {inside[0]}, which was closed then.")
        if row.kind in {PeriodLocked.kind, PeriodReopened.kind}:
            data = decode_fact(row.body).data
            if isinstance(data, PeriodLocked):
                closed[data.period] = parse_period(data.period)
            elif isinstance(data, PeriodReopened):
                closed.pop(data.period, None)


def check_unknowns(journal: Journal, _chart: Chart, _rulebook: Rulebook) -> Iterator[Problem]:
    """No lot was opened at a cost of zero: an unknown price must not pass as a free coin."""
    for row in journal.raw():
        for lot in row.entry.lots:
            if lot.units and not lot.cost:
                yield Problem(_place(row), f"lot '{lot.id}' of {format_amount(lot.units, lot.commodity)} cost nothing.")


def check_replay(journal: Journal, chart: Chart, rulebook: Rulebook) -> Iterator[Problem]:
    """Booking every fact again by today's rules gives the stored postings and lots."""
    twin = MemoryJournal(chart, rulebook)
    for row in journal.raw():
        try:
            item = decode_fact(row.body)
            twin.append([item])
        except MintageError as error:
            yield Problem(_place(row), f"is refused when booked again: {error}")
            return
        entry = twin.entry(item.key)
        if entry != row.entry:
            yield Problem(_place(row), _difference(row.entry, entry))


def _difference(stored: Entry, again: Entry | None) -> str:
    again = again or Entry()
    for name in ("postings", "moves", "lots"):
        for mine, theirs in zip(getattr(stored, name), getattr(again, name), strict=False):
            if mine != theirs:
                return f"stored {name[:-1]} {mine} should be {theirs}."
        if len(getattr(stored, name)) != len(getattr(again, name)):
            return f"{len(getattr(stored, name))} {name} are stored, {len(getattr(again, name))} should be."
    return "differs."


def _place(row: RawRow) -> str:
    return f"fact {row.seq} ('{row.key}')"


CHECKS: dict[str, Check] = {
    "store": check_store,
    "chain": check_chain,
    "rows": check_rows,
    "balance": check_balance,
    "lots": check_lots,
    "accounts": check_accounts,
    "periods": check_periods,
    "unknowns": check_unknowns,
    "replay": check_replay,
}


def run_checks(
    journal: Journal, chart: Chart, rulebook: Rulebook, names: tuple[str, ...] = tuple(CHECKS)
) -> list[Result]:
    """Run checks, by default all; one that cannot read the file reports that instead."""
    results = []
    for name in names:
        check = CHECKS[name]
        try:
            problems = tuple(islice(check(journal, chart, rulebook), PROBLEMS_MAX))
        except MintageError as error:
            problems = (Problem("database file", str(error)),)
        except (ValueError, TypeError, LookupError) as error:
            # Rows of a damaged file may hold anything; what they break is the finding.
            problems = (Problem("database file", f"a row cannot be read: {error}"),)
        results.append(Result(name, (check.__doc__ or "").strip(), problems))
    return results
