"""The job that closes a period, or opens it again, as a second person has approved it."""

from __future__ import annotations

from typing import Literal

import msgspec

from mintage.books.close import close_period, reopen
from mintage.books.prices import ClosingPrice
from mintage.desk.jobs import Task
from mintage.desk.worker import Teller
from mintage.journal.sqlite import SqliteJournal
from mintage.units import parse_number, parse_period
from mintage.units.errors import InputError


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the job takes: the body of the proposal that was approved, and who decided.

    Attributes:
        period: the period.
        what: "close" or "reopen".
        price: USD per bitcoin at the end; "" for what the journal observed.
        source: who says so, with a price.
        hour: hour UTC of the period's last day that the price is of.
        rates: USD for one unit of each currency that is held.
        at_us: instant of the close, microseconds since 1970 UTC.
        reason: why the period is opened again.
        approved_by: who approved it.
    """

    period: str
    what: Literal["close", "reopen"] = "close"
    price: str = ""
    source: str = ""
    hour: int = 24
    rates: dict[str, str] = {}
    at_us: int | None = None
    reason: str = ""
    approved_by: str = ""


class ClosedBooks(msgspec.Struct, frozen=True, kw_only=True):
    """What the job leaves.

    Attributes:
        period: the period.
        what: what was done to it.
        already: whether it was closed before.
        sha256: hex digest of the manifest, "" where there is none.
        facts: keys of the facts that were written.
    """

    period: str
    what: Literal["close", "reopen"]
    already: bool
    sha256: str
    facts: list[str]


def work(journal: SqliteJournal, task: Task, tell: Teller) -> ClosedBooks:
    """Close or reopen a period; what it writes is whole or not there.

    Raises:
        InputError: it cannot be closed or opened, or a number is none.
        CheckFailed: the books do not foot; the period stays open.
    """
    asked = msgspec.convert(task.arguments, Asked)
    period, actor = parse_period(asked.period), task.asked_by
    if asked.what == "reopen":
        tell(0, 1, f"opening {period} again")
        fact = reopen(journal, period, reason=asked.reason, approved_by=asked.approved_by, actor=actor, at=asked.at_us)
        return ClosedBooks(period=period.name, what="reopen", already=False, sha256="", facts=[fact.key])
    price = None
    if asked.price:
        if not asked.source:
            raise InputError("a stated price needs its source.", field="source", remedy="Say who states it.")
        price = ClosingPrice(price=parse_number(asked.price), day=period.end, hour=asked.hour, source=asked.source)
    rates = {name: parse_number(text) for name, text in asked.rates.items()}
    tell(0, 1, f"closing {period}")
    closed = close_period(journal, period, actor=actor, price=price, rates=rates, at=asked.at_us)
    keys = [fact.key for fact in closed.facts]
    return ClosedBooks(period=period.name, what="close", already=closed.already, sha256=closed.sha256, facts=keys)
