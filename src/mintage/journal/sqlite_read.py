"""Reading a journal file: every query of the `Journal` port, over one connection."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from mintage.journal.core import LotPolicySet, PeriodLocked, PeriodReopened, Reversal
from mintage.journal.fact import decode_fact
from mintage.journal.ledger import Entry
from mintage.journal.lots import Lot, LotBook, LotMove, LotPolicy, Take, present_states
from mintage.journal.rules import Posting
from mintage.journal.store import GENESIS, Balances, LotState, MoveRow, PostingRow, RawRow, Stored
from mintage.units.errors import StoreError

_FIRST, _LAST = date.min, date.max
NEWEST = 2**62
"""Above every number of a fact."""


def day_number(day: date) -> int:
    """A date as the file stores it: 20250630."""
    return day.year * 10000 + day.month * 100 + day.day


@lru_cache(maxsize=32_768)
def number_day(number: int) -> date:
    """The date of a stored number."""
    return date(number // 10000, number // 100 % 100, number % 100)


def like(pattern: str) -> str:
    """Our pattern ("*" for any run) as SQLite's GLOB sees it; other wildcards lose their force."""
    return pattern.replace("[", "[[]").replace("?", "[?]")


def _numbered(table: str, after: int) -> str:
    """Bounds on a fact's number, which lead SQLite by number only where few facts are newer than the one named."""
    plus = "" if after else "+"
    return f"{plus}{table}.seq > ? AND {plus}{table}.seq <= ?"


class SqliteReader:
    """Queries over one connection.

    Facts are never changed, so the journal as it stood earlier is the one without the later numbers.

    Args:
        db: an open connection to a journal of the newest schema.
        until: number of the last fact that is read.
    """

    def __init__(self, db: sqlite3.Connection, until: int = NEWEST) -> None:
        self.db, self.until = db, until

    def _rows(self, sql: str, *arguments: object) -> Iterator[Any]:
        return iter(self.db.execute(sql, arguments))

    def head(self) -> tuple[int, bytes]:
        """See `Journal.head`."""
        row = next(self._rows("SELECT seq, hash FROM facts WHERE seq <= ? ORDER BY seq DESC LIMIT 1", self.until), None)
        return (int(row[0]), bytes(row[1])) if row else (0, GENESIS)

    def fact(self, key: str) -> Stored | None:
        """See `Journal.fact`."""
        row = next(self._rows("SELECT seq, hash, body FROM facts WHERE key = ? AND seq <= ?", key, self.until), None)
        return Stored(row[0], row[1], decode_fact(row[2])) if row else None

    def facts(
        self, kind: str | None = None, start: date | None = None, end: date | None = None, after: int = 0
    ) -> Iterator[Stored]:
        """See `Journal.facts`."""
        bounds = day_number(start or _FIRST), day_number(end or _LAST), after, self.until
        columns = "SELECT seq, hash, body FROM facts"
        if kind is None:
            rows = self._rows(f"{columns} WHERE date BETWEEN ? AND ? AND seq > ? AND seq <= ? ORDER BY seq", *bounds)
        else:
            # Few are newer than a number that is asked for; many may be of the kind.
            way = "NOT INDEXED" if after else "INDEXED BY facts_by_kind"
            rows = self._rows(
                f"{columns} {way} WHERE date BETWEEN ? AND ? AND seq > ? AND seq <= ? AND kind = ? ORDER BY seq",
                *bounds,
                kind,
            )
        for seq, hash_, body in rows:
            yield Stored(seq, hash_, decode_fact(body))

    def raw(self) -> Iterator[RawRow]:
        """See `Journal.raw`."""
        postings = self._grouped("SELECT seq, account, commodity, amount FROM posting_rows ORDER BY seq, ix")
        moves = self._grouped(
            "SELECT seq, lot, place, units, cost, kind, cost_to, value FROM move_rows ORDER BY seq, ix"
        )
        lots = self._grouped(
            "SELECT seq, name, commodity, kind, acquired_at, seq, units, cost FROM lot_rows ORDER BY seq, id"
        )
        for seq, key, kind, at, day, body, hash_ in self._rows(
            "SELECT seq, key, kind, at, date, body, hash FROM facts WHERE seq <= ? ORDER BY seq", self.until
        ):
            entry = Entry(
                tuple(Posting(*row) for row in postings(seq)),
                tuple(LotMove(*row) for row in moves(seq)),
                tuple(Lot(*row) for row in lots(seq)),
            )
            yield RawRow(seq, key, kind, at, number_day(day), bytes(body), bytes(hash_), entry)

    def _grouped(self, sql: str) -> Any:
        """A function that answers the rows of one fact from a query ordered by fact, reading it once."""
        cursor = self._rows(sql)
        waiting: list[Any] = [next(cursor, None)]

        def rows_of(seq: int) -> list[tuple[Any, ...]]:
            found = []
            while waiting[0] is not None and waiting[0][0] <= seq:
                if waiting[0][0] == seq:
                    found.append(waiting[0][1:])
                waiting[0] = next(cursor, None)
            return found

        return rows_of

    def entry(self, key: str) -> Entry | None:
        """See `History.entry`."""
        row = next(self._rows("SELECT seq FROM facts WHERE key = ? AND seq <= ?", key, self.until), None)
        if row is None:
            return None
        postings = self._rows("SELECT account, commodity, amount FROM posting_rows WHERE seq = ? ORDER BY ix", row[0])
        moves = self._rows(
            "SELECT lot, place, units, cost, kind, cost_to, value FROM move_rows WHERE seq = ? ORDER BY ix",
            row[0],
        )
        return Entry(tuple(Posting(*r) for r in postings), tuple(LotMove(*r) for r in moves), tuple(self.lots_of(key)))

    def kind_of(self, key: str) -> str | None:
        """See `History.kind_of`."""
        row = next(self._rows("SELECT kind FROM facts WHERE key = ? AND seq <= ?", key, self.until), None)
        return row[0] if row else None

    def reversed_by(self, key: str) -> str | None:
        """See `History.reversed_by`."""
        found = (
            stored.fact.key
            for stored in self.facts(Reversal.kind)
            if isinstance(stored.fact.data, Reversal) and stored.fact.data.of == key
        )
        return next(found, None)

    def lots_of(self, key: str) -> list[Lot]:
        """See `History.lots_of`."""
        rows = self._rows(
            "SELECT name, commodity, kind, acquired_at, seq, units, cost FROM lot_rows"
            " WHERE seq = (SELECT seq FROM facts WHERE key = ? AND seq <= ?) ORDER BY id",
            key,
            self.until,
        )
        return [Lot(*row) for row in rows]

    def moves_of(self, lot: str) -> list[LotMove]:
        """See `History.moves_of`."""
        rows = self._rows(
            "SELECT lot, place, units, cost, kind, cost_to, value FROM move_rows"
            " WHERE lot = ? AND +seq <= ? ORDER BY seq, ix",
            lot,
            self.until,
        )
        return [LotMove(*row) for row in rows]

    def balances(self, start: date | None = None, end: date | None = None) -> Balances:
        """See `Journal.balances`."""
        accounts = dict(self._rows("SELECT id, name FROM accounts"))
        commodities = dict(self._rows("SELECT id, name FROM commodities"))
        rows = self._rows(
            "SELECT account, commodity, sum(amount >> 32), sum(amount & 0xFFFFFFFF)"
            " FROM postings INDEXED BY postings_by_account WHERE date BETWEEN ? AND ? AND seq <= ?"
            " GROUP BY account, commodity",
            day_number(start or _FIRST),
            day_number(end or _LAST),
            self.until,
        )
        # Halves are summed apart: a sum of whole postings could leave SQLite's 64 bits on its way to one within.
        sums = ((account, id_, (high << 32) + low) for account, id_, high, low in rows)
        try:
            return {(accounts[account], commodities[id_]): amount for account, id_, amount in sums if amount}
        except KeyError as error:
            problem = "the journal is damaged: a posting's account or commodity has lost its name. Run `mintage check`."
            raise StoreError(problem) from error

    def postings(
        self,
        account: str = "*",
        commodity: str = "*",
        start: date | None = None,
        end: date | None = None,
        after: int = 0,
    ) -> Iterator[PostingRow]:
        """See `Journal.postings`."""
        rows = self._rows(
            "SELECT t.seq, f.key, f.kind, t.date, t.account, t.commodity, t.amount"  # noqa: S608  our own bounds
            " FROM posting_rows t JOIN facts f ON f.seq = t.seq"
            f" WHERE t.account GLOB ? AND t.commodity GLOB ? AND t.date BETWEEN ? AND ? AND {_numbered('t', after)}"
            " ORDER BY t.seq, t.ix",
            like(account),
            like(commodity),
            day_number(start or _FIRST),
            day_number(end or _LAST),
            after,
            self.until,
        )
        same: dict[str, str] = {}  # a name is kept once, however many rows have it
        one = same.setdefault
        for seq, key, kind, day, name, id_, amount in rows:
            yield PostingRow(seq, key, one(kind, kind), number_day(day), one(name, name), one(id_, id_), amount)

    def moves(
        self, commodity: str, start: date | None = None, end: date | None = None, after: int = 0
    ) -> Iterator[MoveRow]:
        """See `Journal.moves`."""
        rows = self._rows(
            "SELECT m.seq, f.key, f.kind, f.at, m.date,"  # noqa: S608  our own bounds
            " lot, commodity, lot_kind, acquired_at, lot_seq, lot_units, lot_cost,"
            " lot, place, units, cost, m.kind, cost_to, value"
            " FROM move_rows m JOIN facts f ON f.seq = m.seq"
            f" WHERE m.commodity GLOB ? AND m.date BETWEEN ? AND ? AND {_numbered('m', after)} ORDER BY m.seq, m.ix",
            like(commodity),
            day_number(start or _FIRST),
            day_number(end or _LAST),
            after,
            self.until,
        )
        for seq, key, kind, at, day, *rest in rows:
            yield MoveRow(seq, key, kind, at, number_day(day), Lot(*rest[:7]), LotMove(*rest[7:]))

    def days(self) -> tuple[date, date] | None:
        """See `Journal.days`."""
        query = "SELECT min(date), max(date) FROM postings INDEXED BY postings_by_account WHERE seq <= ?"
        first, last = next(self._rows(query, self.until))
        return None if first is None else (number_day(first), number_day(last))

    def lot_sums(self, commodity: str, end: date | None = None) -> dict[tuple[str, str], list[Take]]:
        """Units and cost of open lots by place and commodity, as the lot ledger sums them."""
        rows = self._rows(
            "SELECT place, sum(units), sum(cost), lot, commodity, lot_kind, acquired_at, lot_seq, lot_units, lot_cost"
            " FROM move_rows WHERE commodity GLOB ? AND date <= ? AND +seq <= ?"
            " GROUP BY place, lot HAVING sum(units) <> 0",
            like(commodity),
            day_number(end or _LAST),
            self.until,
        )
        sums: dict[tuple[str, str], list[Take]] = {}
        for place, units, cost, *lot in rows:
            sums.setdefault((place, lot[1]), []).append(Take(Lot(*lot), units, cost))
        return sums

    def lot_states(self, commodity: str, end: date | None = None) -> list[LotState]:
        """See `Journal.lot_states`."""
        book = LotBook()
        book.policies = self.lot_policies(end)
        states = [
            LotState(take.lot, place, take.units, take.cost)
            for (place, id_), takes in self.lot_sums(commodity, end).items()
            for take in present_states(takes, book.policy(id_).method)
        ]
        return sorted(states, key=lambda state: (state.lot.acquired_at, state.lot.order, state.account))

    def closed_spans(self) -> list[str]:
        """Names of closed periods, in the order in which they were closed."""
        rows = self._rows(
            "SELECT body FROM facts WHERE kind IN (?, ?) AND seq <= ? ORDER BY seq",
            PeriodLocked.kind,
            PeriodReopened.kind,
            self.until,
        )
        closed: dict[str, None] = {}
        for (body,) in rows:
            data = decode_fact(body).data
            if isinstance(data, PeriodLocked):
                closed[data.period] = None
            elif isinstance(data, PeriodReopened):
                closed.pop(data.period, None)
        return list(closed)

    def closed_periods(self) -> list[str]:
        """See `Journal.closed_periods`."""
        return sorted(self.closed_spans())

    def lot_policies(self, end: date | None = None) -> dict[str, LotPolicy]:
        """See `Journal.lot_policies`; those set by the end of a day."""
        policies = {}
        for stored in self.facts(LotPolicySet.kind, end=end):
            data = stored.fact.data
            if isinstance(data, LotPolicySet):
                policies[data.commodity] = LotPolicy(data.method, data.scope)
        return policies
