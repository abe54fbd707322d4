"""Rollforward of bitcoin: units, cost basis and fair value from the start of a period to its end.

Source: ASC 350-60-50-3 and 50-4 (additions and dispositions by nature, gains and losses netted per asset, realised
gains and losses), 50-6 (restrictions).
"""

from __future__ import annotations

from functools import cache
from typing import Literal

import msgspec

from mintage.books.cashflow import legs
from mintage.books.layout import read_table
from mintage.books.view import DAY, View, select
from mintage.journal.store import Balances, MoveRow
from mintage.treasury.facts_money import LoanAgreed
from mintage.units import Period

Section = Literal["opening", "addition", "transfer", "disposition", "remeasurement", "closing"]
COLUMNS = ("held", "receivable", "owned", "deposits", "total")
SUMS = {"owned": ("held", "receivable"), "total": ("held", "receivable", "deposits")}
RESHARED = frozenset({"cost", "average", "policy"})
"""Kinds of lines of the lot ledger that move cost, not units."""


class RollRowDef(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row as the data file declares it; a row of its section without kinds takes what no other row does."""

    id: str
    en: str
    zh: str
    section: Section
    kinds: tuple[str, ...] = ()


class RollRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row, by column: "held" and "receivable" add up to "owned"; customers' "deposits" are held, not owned.

    Attributes:
        units: satoshis.
        cost: cost basis of the lots, cents.
        fair_value: carrying amount at fair value, cents.
    """

    id: str
    en: str
    zh: str
    section: Section
    units: dict[str, int]
    cost: dict[str, int]
    fair_value: dict[str, int]


class Restricted(msgspec.Struct, frozen=True, kw_only=True):
    """Bitcoin that a lender or borrower holds.

    Attributes:
        holder: who.
        account: where it stands in the books.
        control_kept: False where the holder may re-use it and it is carried as a receivable.
        sats: how much.
        cost: cost basis in cents; None where a global lot policy knows no cost by holder.
        fair_value: carrying amount, cents.
        loan: what is owed to the holder, cents.
        release: what makes the restriction lapse.
        due: when that is due, an ISO date; "" where no terms are recorded.
    """

    holder: str
    account: str
    control_kept: bool
    sats: int
    cost: int | None
    fair_value: int
    loan: int
    release: str
    due: str


class Rollforward(msgspec.Struct, frozen=True, kw_only=True):
    """The rollforward of a period.

    Attributes:
        rows: opening, additions, transfers, dispositions, gains, losses, closing.
        realised_gains: gains over cost of the period's disposals of owned bitcoin, cents.
        realised_losses: losses likewise, as a negative number of cents.
        realised_cumulative: both, over all disposals up to the period's end.
        restricted: what was restricted at its end.
    """

    period: str
    columns: tuple[str, ...]
    rows: tuple[RollRow, ...]
    realised_gains: int
    realised_losses: int
    realised_cumulative: int
    restricted: tuple[Restricted, ...]

    def row(self, id_: str) -> RollRow:
        """The row with this id; KeyError where there is none."""
        return {row.id: row for row in self.rows}[id_]


@cache
def roll_rows() -> tuple[RollRowDef, ...]:
    """The rows as shipped."""
    return tuple(msgspec.convert(row, RollRowDef) for row in read_table("rollforward.toml")["row"])


def column(account: str) -> str:
    """The column that a bitcoin account belongs to, or ""."""
    parts = account.split(":")
    if parts[0] != "assets" or parts[1] not in {"bitcoin", "bitcoin-receivable"}:
        return ""
    if parts[1] == "bitcoin-receivable":
        return "receivable"
    return "deposits" if parts[2] == "deposits" else "held"


def bitcoin_rollforward(view: View, period: Period) -> Rollforward:
    """The rollforward of all bitcoin for a period; every column foots in units, cost and fair value."""
    return view.once(("rollforward", period), lambda: _Roll(view, period).run())


Table = dict[str, dict[str, int]]
"""Row id to column to amount."""


class _Roll:
    """Collects one period's movements by row and column."""

    def __init__(self, view: View, period: Period) -> None:
        self.view, self.period = view, period
        self.units: Table = {row.id: {} for row in roll_rows()}
        self.cost: Table = {row.id: {} for row in roll_rows()}
        self.value: Table = {row.id: {} for row in roll_rows()}
        self.kinds = {kind: row.id for row in roll_rows() for kind in row.kinds}
        self.undone = view.reversals
        self.natures: dict[tuple[int, str], str] = {}

    def run(self) -> Rollforward:
        self._lots()
        self._values()
        gains, losses, cumulative = self._realised()
        return Rollforward(
            period=self.period.name,
            columns=COLUMNS,
            rows=tuple(
                RollRow(
                    id=row.id,
                    en=row.en,
                    zh=row.zh,
                    section=row.section,
                    units=_with_sums(self.units[row.id]),
                    cost=_with_sums(self.cost[row.id]),
                    fair_value=_with_sums(self.value[row.id]),
                )
                for row in roll_rows()
            ),
            realised_gains=gains,
            realised_losses=losses,
            realised_cumulative=cumulative,
            restricted=restricted(self.view, self.period),
        )

    def _lots(self) -> None:
        """Units and cost, from the lot ledger."""
        for row in self.view.moves("BTC"):
            place = column(row.move.account)
            if row.date > self.period.end or not place:
                continue
            if row.date < self.period.start:
                self._add("opening", place, row)
            else:
                self._add(self._nature(row, place), place, row)
            self._add("closing", place, row)

    def _add(self, id_: str, place: str, row: MoveRow) -> None:
        for table, amount in ((self.units, row.move.units), (self.cost, row.move.cost)):
            table[id_][place] = table[id_].get(place, 0) + amount

    def _nature(self, row: MoveRow, place: str) -> str:
        """The row that a line of the lot ledger belongs to; the reversal of a line belongs to the same."""
        if not row.move.kind:
            return "transfer"
        if row.move.kind in RESHARED:
            return "addition.other"
        sign = -1 if row.key in self.undone else 1
        other = "addition.other" if row.move.units * sign > 0 else "disposition.other"
        nature = self.natures[row.seq, place] = self.kinds.get(row.move.kind, other)
        return nature

    def _values(self) -> None:
        """Carrying amounts at fair value, from the postings of USD."""
        for id_, day in (("opening", self.period.start - DAY), ("closing", self.period.end)):
            for (account, commodity), amount in self.view.stock(day).items():
                place = column(account)
                if commodity == "USD" and place:
                    self.value[id_][place] = self.value[id_].get(place, 0) + amount
        measured: dict[str, int] = {}
        for leg in legs(self.view, self.period):
            place, other = column(leg.account), column(leg.counter)
            if not place:
                continue
            if leg.counter.startswith("income:fair-value:"):
                measured[place] = measured.get(place, 0) + leg.amount
                continue
            id_ = "transfer" if other else self.natures.get((leg.seq, place), "addition.other")
            self.value[id_][place] = self.value[id_].get(place, 0) + leg.amount
        # Netted per asset: bitcoin with a net gain goes wholly to gains (ASC 350-60-50-3).
        self.value["gains" if _with_sums(measured)["owned"] >= 0 else "losses"] = measured

    def _realised(self) -> tuple[int, int, int]:
        """Gains and losses over cost by disposal; a reversed disposal realised nothing."""
        view, by_fact, cumulative = self.view, dict[str, int](), 0
        for row in view.moves("BTC"):
            disposed = row.move.kind and row.move.kind not in RESHARED
            sign = -1 if row.key in self.undone else 1
            if not disposed or row.move.units * sign >= 0 or row.date > self.period.end:
                continue
            if column(row.move.account) in {"held", "receivable"}:
                gain = row.move.value + row.move.cost
                cumulative += gain
                if row.date in self.period:
                    key = self.undone.get(row.key, row.key)
                    by_fact[key] = by_fact.get(key, 0) + gain
        gains = sum(gain for gain in by_fact.values() if gain > 0)
        return gains, sum(by_fact.values()) - gains, cumulative


def _with_sums(row: dict[str, int]) -> dict[str, int]:
    return {name: sum(row.get(part, 0) for part in SUMS.get(name, (name,))) for name in COLUMNS}


RESTRICTED = ("assets:bitcoin:pledged:*", "assets:bitcoin-receivable:*")


def restricted(view: View, period: Period) -> tuple[Restricted, ...]:
    """Bitcoin in the hands of lenders and borrowers at a period's end, by account."""
    balances = view.stock(period.end)
    costs: dict[str, int] = {}
    for row in view.moves("BTC"):
        if row.date <= period.end:
            costs[row.move.account] = costs.get(row.move.account, 0) + row.move.cost
    terms = {
        fact.data.lender: fact.data
        for fact in view.facts(LoanAgreed.kind)
        if isinstance(fact.data, LoanAgreed) and fact.date <= period.end
    }
    held = select(balances, RESTRICTED, "BTC")
    return tuple(_restriction(balances, costs, terms, account, sats) for account, sats in sorted(held.items()))


def _restriction(
    balances: Balances, costs: dict[str, int], terms: dict[str, LoanAgreed], account: str, sats: int
) -> Restricted:
    holder = account.rpartition(":")[2]
    loan = terms.get(holder)
    return Restricted(
        holder=holder,
        account=account,
        control_kept=account.startswith("assets:bitcoin:pledged:"),
        sats=sats,
        cost=costs.get(account),
        fair_value=balances.get((account, "USD"), 0),
        loan=-sum(select(balances, (f"liabilities:loan:*:{holder}",), "USD").values()),
        release=loan.release if loan else "",
        due=loan.due.isoformat() if loan else "",
    )
