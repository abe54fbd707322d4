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
from mintage.books.restricted import Restricted, restricted
from mintage.books.view import DAY, View
from mintage.journal.store import MoveRow
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


@cache
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


def roll_items(view: View, period: Period) -> list[RollItem]:
    """What the rows between opening and closing are made of, by fact; by row and column they sum to the rollforward."""

    def collect() -> list[RollItem]:
        roll = _Roll(view, period)
        roll.run()
        return roll.items

    return view.once(("roll items", period), collect)


Table = dict[str, dict[str, int]]
"""Row id to column to amount."""
EDGES = frozenset({"opening", "closing"})
"""Rows that sum all time up to a day; what they are made of is the accounts' postings."""


class RollItem(msgspec.Struct, frozen=True, kw_only=True):
    """What one fact gives to a row of the rollforward.

    Attributes:
        row: the row.
        column: held, receivable or deposits.
        key: the fact.
        account: the account.
        units: satoshis.
        cost: cost basis, cents.
        fair_value: carrying amount, cents.
    """

    row: str
    column: str
    key: str
    account: str
    units: int = 0
    cost: int = 0
    fair_value: int = 0


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
        self.items: list[RollItem] = []

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
        for row in self.view.moves_within("BTC", None, self.period.end):
            place = column(row.move.account)
            if not place:
                continue
            if row.date < self.period.start:
                self._add("opening", place, row)
            else:
                self._add(self._nature(row, place), place, row)
            self._add("closing", place, row)

    def _add(self, id_: str, place: str, row: MoveRow) -> None:
        if id_ not in EDGES:
            units, cost = row.move.units, row.move.cost
            self.items.append(
                RollItem(row=id_, column=place, key=row.key, account=row.move.account, units=units, cost=cost)
            )
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
        measured = [
            RollItem(row="", column=column(leg.account), key=leg.key, account=leg.account, fair_value=leg.amount)
            for leg in legs(self.view, self.period)
            if leg.counter.startswith("income:fair-value:") and column(leg.account)
        ]
        for leg in legs(self.view, self.period):
            place, other = column(leg.account), column(leg.counter)
            if place and not leg.counter.startswith("income:fair-value:"):
                id_ = "transfer" if other else self.natures.get((leg.seq, place), "addition.other")
                self._value(RollItem(row=id_, column=place, key=leg.key, account=leg.account, fair_value=leg.amount))
        # Netted per asset: bitcoin with a net gain goes wholly to gains (ASC 350-60-50-3).
        owned = sum(item.fair_value for item in measured if item.column in SUMS["owned"])
        for item in measured:
            self._value(msgspec.structs.replace(item, row="gains" if owned >= 0 else "losses"))

    def _value(self, item: RollItem) -> None:
        self.items.append(item)
        self.value[item.row][item.column] = self.value[item.row].get(item.column, 0) + item.fair_value

    def _realised(self) -> tuple[int, int, int]:
        """Gains and losses over cost by disposal; a reversed disposal realised nothing."""
        view, by_fact, cumulative = self.view, dict[str, int](), 0
        for row in view.moves_within("BTC", None, self.period.end):
            disposed = row.move.kind and row.move.kind not in RESHARED
            sign = -1 if row.key in self.undone else 1
            if not disposed or row.move.units * sign >= 0:
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
