"""Searching a journal file: queries that read what a page shows, and a bounded number of facts beyond it."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import islice

from mintage.journal.fact import decode_fact
from mintage.journal.search import SCAN_MAX, Found, Place, Register, RegisterRow, Search, page, scan
from mintage.journal.sqlite_read import SqliteReader, day_number, like, number_day
from mintage.journal.store import PostingRow, Stored

_NARROW = """
(SELECT seq AS n FROM facts INDEXED BY facts_by_kind
 WHERE kind >= ? AND kind < ? AND date BETWEEN ? AND ? AND +seq < ? AND +seq <= ? ORDER BY seq DESC LIMIT ?)
CROSS JOIN facts ON seq = n
"""
_Pair = tuple[int, str, int, str]
"""Number and name of an account, number and name of a commodity."""
_Leg = tuple[int, int, int, int, str, str]
"""Date, number, place in the entry, amount, account, commodity."""


def search(reader: SqliteReader, asked: Search, before: int, limit: int) -> Found:
    """See `Journal.search`."""
    wanted, values = _conditions(asked)
    test = " AND ".join(["1", *wanted])
    given: tuple[str | int, ...] = (before or reader.until + 1, reader.until)
    source = "facts WHERE seq < ? AND seq <= ?"
    if asked.kind or asked.start or asked.end:
        # The index holds kind, date and number: no body is read of a fact that cannot fit.
        source = _NARROW
        days = day_number(asked.start or date.min), day_number(asked.end or date.max)
        given = (asked.kind, f"{asked.kind}\U0010ffff", *days, *given, (SCAN_MAX if wanted else limit) + 1)
    rows = reader.db.execute(
        f"SELECT seq, CASE WHEN {test} THEN hash END, CASE WHEN {test} THEN body END"  # noqa: S608  our own conditions
        f" FROM {source} ORDER BY seq DESC",
        (*values, *values, *given),
    )
    found = ((seq, Stored(seq, hash_, decode_fact(body)) if body is not None else None) for seq, hash_, body in rows)
    return scan(found, limit)


def _conditions(asked: Search) -> tuple[list[str], list[str]]:
    """What is asked of a fact's stored bytes, as SQL with its values."""
    wanted, values = [], []
    if asked.actor:
        wanted.append("CAST(body AS TEXT) ->> '$.actor' = ?")
        values.append(asked.actor)
    if asked.text:
        wanted.append("CAST(body AS TEXT) LIKE ? ESCAPE '~'")
        needle = asked.needle.decode()
        for sign in "~%_":
            needle = needle.replace(sign, f"~{sign}")
        values.append(f"%{needle}%")
    return wanted, values


def register(
    reader: SqliteReader,
    account: str,
    commodity: str,
    start: date | None,
    end: date | None,
    before: Place | None,
    limit: int,
    closing: Mapping[str, int] | None,
) -> Register:
    """See `Journal.register`."""
    pairs = list(_pairs(reader, account, commodity))
    days = day_number(start or date.min), day_number(end or date.max)
    latest = [_legs(reader, pair, days, before, limit) for pair in pairs]
    legs = list(islice(heapq.merge(*latest, key=lambda leg: leg[:3], reverse=True), limit + 1))
    if not legs:
        return Register(rows=(), next=None)
    if closing is not None and before is None:
        balances = {id_: closing.get(id_, 0) for _, _, _, id_ in pairs}
    else:
        balances = _balances(reader, pairs, legs[0])
    rows = []
    for day, seq, ix, amount, name, id_ in legs:
        key, kind = reader.db.execute("SELECT key, kind FROM facts WHERE seq = ?", (seq,)).fetchone()
        posting = PostingRow(seq, key, kind, number_day(day), name, id_, amount)
        rows.append((Place(posting.date, seq, ix), RegisterRow(posting=posting, ix=ix, balance=balances[id_])))
        balances[id_] -= amount
    return page(rows, limit)


def _pairs(reader: SqliteReader, account: str, commodity: str) -> Iterator[_Pair]:
    """The accounts and commodities that fit and that have postings, by leaps over the index."""
    names = dict(reader.db.execute("SELECT id, name FROM commodities WHERE name GLOB ?", (like(commodity),)))
    accounts = reader.db.execute("SELECT id, name FROM accounts WHERE name GLOB ?", (like(account),)).fetchall()
    leap = "SELECT min(commodity) FROM postings INDEXED BY postings_by_account WHERE account = ? AND commodity > ?"
    for number, name in accounts:
        at = 0
        while (at := reader.db.execute(leap, (number, at)).fetchone()[0]) is not None:
            if at in names:
                yield number, name, at, names[at]


def _legs(reader: SqliteReader, pair: _Pair, days: tuple[int, int], before: Place | None, limit: int) -> Iterator[_Leg]:
    """The latest postings of an account in a commodity."""
    account, name, commodity, id_ = pair
    last = (day_number(before.date), before.seq, before.ix) if before else (99_999_999, 0, 0)
    rows = reader.db.execute(
        "SELECT date, seq, ix, amount FROM postings INDEXED BY postings_by_account"
        " WHERE account = ? AND commodity = ? AND date BETWEEN ? AND ? AND (date, seq, ix) < (?, ?, ?) AND +seq <= ?"
        " ORDER BY date DESC, seq DESC, ix DESC LIMIT ?",
        (account, commodity, days[0], min(days[1], last[0]), *last, reader.until, limit + 1),
    )
    return ((*row, name, id_) for row in rows.fetchall())


def _balances(reader: SqliteReader, pairs: list[_Pair], top: _Leg) -> dict[str, int]:
    """Balances of the register by commodity right after one of its postings."""
    found: dict[str, int] = {}
    for account, _, commodity, id_ in pairs:
        # Halves are summed apart: a sum of whole postings could leave SQLite's 64 bits on its way to one within.
        high, low = reader.db.execute(
            "SELECT coalesce(sum(amount >> 32), 0), coalesce(sum(amount & 0xFFFFFFFF), 0)"
            " FROM postings INDEXED BY postings_by_account"
            " WHERE account = ? AND commodity = ? AND date <= ? AND (date, seq, ix) <= (?, ?, ?) AND +seq <= ?",
            (account, commodity, top[0], *top[:3], reader.until),
        ).fetchone()
        found[id_] = found.get(id_, 0) + (high << 32) + low
    return found
