"""The journal as pages and API tell it: facts found by what they say, a page at a time."""

from __future__ import annotations

from datetime import date

import msgspec

from mintage.books.view import View
from mintage.desk.company import Company
from mintage.desk.fact_words import kind_name
from mintage.desk.figure import trace_fact
from mintage.journal.fact import Fact, fact_kinds
from mintage.journal.search import PAGE_MAX, Search
from mintage.journal.store import Stored
from mintage.people.caller import Caller
from mintage.people.facts import Acted
from mintage.units import parse_date
from mintage.units.errors import InputError

SHOWN = 50
"""Rows on a page."""


class FactRow(msgspec.Struct, frozen=True, kw_only=True):
    """A fact in a list.

    Attributes:
        seq: its number.
        key: its key.
        kind: its kind.
        en: what its kind is called in English.
        zh: in Traditional Chinese.
        at_us: instant at which it happened, microseconds since 1970 UTC.
        date: accounting date.
        actor: who wrote it.
        grade: how well it is known.
        source: where it can be verified; "" where the actor alone vouches.
        reversed_by: key of the fact that reversed it, "" where none did.
        href: address of the fact.
    """

    seq: int
    key: str
    kind: str
    en: str
    zh: str
    at_us: int
    date: str
    actor: str
    grade: str
    source: str
    reversed_by: str
    href: str


class FactPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of facts, the latest recorded first.

    Attributes:
        rows: the facts.
        asked: what was looked for.
        next: cursor of the next page, "" where there is none.
        scanned: how many facts were looked through.
        total: number of facts in the journal.
        kinds: kinds of fact that there are, for the filter.
    """

    rows: tuple[FactRow, ...]
    asked: Search
    next: str
    scanned: int
    total: int
    kinds: tuple[str, ...]


def asked_for(kind: str = "", actor: str = "", start: str = "", end: str = "", q: str = "") -> Search:
    """What a query of an address looks for.

    Raises:
        InputError: a day is none.
    """
    return Search(kind=kind, actor=actor, start=day_of(start, "start"), end=day_of(end, "end"), text=q)


def day_of(text: str, field: str) -> date | None:
    """The day that a field of an address names, None where it is empty.

    Raises:
        InputError: it is no day.
    """
    try:
        return parse_date(text) if text else None
    except InputError as error:
        raise error.at(field=field) from error


def may_read(caller: Caller, fact: Fact) -> bool:
    """Whether somebody who may search facts may read this one: who did what is for those who may see the audit."""
    return not isinstance(fact.data, Acted) or caller.may("audit.read")


def facts(company: Company, caller: Caller, asked: Search, after: str = "", limit: int = SHOWN) -> FactPage:
    """A page of facts; those that the caller may not read are left out.

    Raises:
        InputError: the cursor is none.
    """
    view = company.view()
    found = view.journal.search(asked, cursor_of(after), limit_of(limit))
    return FactPage(
        rows=tuple(fact_row(view, item) for item in found.facts if may_read(caller, item.fact)),
        asked=asked,
        next=str(found.next or ""),
        scanned=found.scanned,
        total=view.journal.head()[0],
        kinds=tuple(sorted(fact_kinds())),
    )


def cursor_of(cursor: str) -> int:
    """The number in a cursor, 0 where there is none.

    Raises:
        InputError: it is no cursor.
    """
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 18):
        raise InputError("this is no cursor.", field="after", remedy="Begin at the first page.")
    return int(cursor or 0)


def limit_of(limit: int) -> int:
    """The length of a page.

    Raises:
        InputError: it is out of range.
    """
    if not 1 <= limit <= PAGE_MAX:
        raise InputError(f"a page has 1 to {PAGE_MAX} rows.", field="limit")
    return limit


def fact_row(view: View, stored: Stored) -> FactRow:
    """A fact in a list."""
    fact = stored.fact
    en, zh = kind_name(fact.kind)
    return FactRow(
        seq=stored.seq,
        key=fact.key,
        kind=fact.kind,
        en=en,
        zh=zh,
        at_us=fact.at,
        date=fact.date.isoformat(),
        actor=fact.actor,
        grade=fact.grade,
        source=fact.evidence.source if fact.evidence else "",
        reversed_by=view.reversed_by(fact.key) or "",
        href=trace_fact(fact.key),
    )
