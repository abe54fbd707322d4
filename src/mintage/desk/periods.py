"""The periods of the books: which there are, which are closed, by whom and when."""

from __future__ import annotations

from typing import Literal

import msgspec

from mintage.books.view import View
from mintage.desk.company import Company
from mintage.journal.core import PeriodLocked, PeriodReopened
from mintage.units import Period, parse_period

PeriodState = Literal["open", "closed", "reopened"]


class PeriodRow(msgspec.Struct, frozen=True, kw_only=True):
    """One period.

    Attributes:
        name: such as 2025Q2.
        kind: year, quarter or month.
        start: first day.
        end: last day.
        state: open, closed, or open again.
        by: who closed it last, "" where nobody did.
        at_us: when, microseconds since 1970 UTC; 0 where nobody did.
        manifest: SHA-256 of the manifest that it was closed with.
        fact: key of the lock.
        reason: why it was opened again.
        over: whether its last day has passed.
        within: name of the closed period that it is a part of, "" where it is closed by itself or open.
    """

    name: str
    kind: Literal["year", "quarter", "month"]
    start: str
    end: str
    state: PeriodState
    by: str = ""
    at_us: int = 0
    manifest: str = ""
    fact: str = ""
    reason: str = ""
    over: bool
    within: str = ""


class PeriodList(msgspec.Struct, frozen=True, kw_only=True):
    """All periods of the ledger.

    Attributes:
        rows: years, quarters and months from the first posting to today, the latest first.
        began: the first day that the books know of; "" in an empty ledger.
        last: the last day on which something is booked.
    """

    rows: tuple[PeriodRow, ...]
    began: str
    last: str


def kind_of(period: Period) -> Literal["year", "quarter", "month", "day"]:
    """What kind of period it is."""
    if "Q" in period.name:
        return "quarter"
    return {4: "year", 7: "month"}.get(len(period.name), "day")  # type: ignore[return-value]  # three of the literals


def period_list(company: Company) -> PeriodList:
    """All periods of the ledger, the latest first."""
    view = company.view()
    if view.began is None or view.days is None:
        return PeriodList(rows=(), began="", last="")
    last = max(view.days[1], company.today())
    names = []
    for year in range(last.year, view.began.year - 1, -1):
        names.append(str(year))
        for quarter in range(4, 0, -1):
            names.append(f"{year}Q{quarter}")
            names += [f"{year}-{month:02}" for month in range(3 * quarter, 3 * quarter - 3, -1)]
    spans = [parse_period(name) for name in names]
    locks = _locks(view)
    rows = tuple(row(company, span, locks) for span in spans if span.start <= last and span.end > view.began)
    return PeriodList(rows=rows, began=view.began.isoformat(), last=view.days[1].isoformat())


_Locks = dict[str, PeriodRow]


def period_row(company: Company, period: Period) -> PeriodRow:
    """One period."""
    return row(company, period, _locks(company.view()))


def row(company: Company, period: Period, locks: _Locks) -> PeriodRow:
    """A period with what became of it."""
    found = locks.get(period.name)
    start, end, over = period.start.isoformat(), period.end.isoformat(), period.end < company.today()
    whole = next((lock for lock in locks.values() if lock.state == "closed" and _covers(lock.name, period)), None)
    if found is not None and (found.state == "closed" or whole is None):
        return msgspec.structs.replace(found, start=start, end=end, over=over)
    kind = kind_of(period)
    bare = PeriodRow(
        name=period.name, kind="month" if kind == "day" else kind, state="open", start=start, end=end, over=over
    )
    if whole is None:
        return bare
    return msgspec.structs.replace(
        bare, state="closed", within=whole.name, by=whole.by, at_us=whole.at_us, fact=whole.fact
    )


def _covers(name: str, period: Period) -> bool:
    whole = parse_period(name)
    return whole.start <= period.start and period.end <= whole.end


def _locks(view: View) -> _Locks:
    """The last lock or reopening of each period, in the order in which they were recorded."""
    stored = sorted([*view.stored(PeriodLocked.kind), *view.stored(PeriodReopened.kind)], key=lambda item: item.seq)
    found: _Locks = {}
    for item in stored:
        data, fact = item.fact.data, item.fact
        if isinstance(data, PeriodLocked):
            kind = kind_of(parse_period(data.period))
            found[data.period] = PeriodRow(
                name=data.period,
                kind="month" if kind == "day" else kind,
                start="",
                end="",
                state="closed",
                by=fact.actor,
                at_us=fact.at,
                manifest=data.manifest,
                fact=fact.key,
                over=True,
            )
        elif isinstance(data, PeriodReopened) and data.period in found:
            found[data.period] = msgspec.structs.replace(
                found[data.period], state="reopened", by=data.approved_by, at_us=fact.at, reason=data.reason
            )
    return found
