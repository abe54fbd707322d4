"""Accounts with their balances, and their postings with running balances, as pages and API tell them."""

from __future__ import annotations

import re
from datetime import date

import msgspec

from mintage.books.view import View, account_pattern
from mintage.desk.company import Company
from mintage.desk.figure import Figure, minor, trace_account, trace_fact
from mintage.desk.journal import SHOWN, cursor_of, day_of, limit_of
from mintage.journal.search import Place
from mintage.units import parse_date
from mintage.units.errors import InputError

_PATTERN = re.compile(r"[A-Za-z0-9:.*_-]{1,200}")


class PostingLine(msgspec.Struct, frozen=True, kw_only=True):
    """A posting in a register.

    Attributes:
        seq: number of its fact.
        key: key of its fact.
        kind: kind of its fact.
        date: accounting date.
        account: the account.
        amount: signed amount: plus is a debit; leads to the fact.
        balance: of all accounts of the register in its commodity, after it.
    """

    seq: int
    key: str
    kind: str
    date: str
    account: str
    amount: Figure
    balance: Figure


class PostingPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a register, the latest posting first.

    Attributes:
        rows: the postings.
        account: the pattern that was asked for.
        commodity: the commodity that was asked for.
        start: first day, "" without a bound.
        end: last day, "" without a bound.
        opening: sum of the accounts before the first day, by commodity.
        closing: sum of the accounts at the last day, by commodity.
        next: cursor of the next page, "" where there is none.
        accounts: how many accounts fit.
    """

    rows: tuple[PostingLine, ...]
    account: str
    commodity: str
    start: str
    end: str
    opening: tuple[Figure, ...]
    closing: tuple[Figure, ...]
    next: str
    accounts: int


class AccountRow(msgspec.Struct, frozen=True, kw_only=True):
    """An account with what stands on it.

    Attributes:
        account: its name.
        type: asset, liability, equity, income, expense, memo or world.
        line: statement line that it adds to, "" for none.
        balances: by commodity; each leads to its postings.
        href: address of its postings.
    """

    account: str
    type: str
    line: str
    balances: tuple[Figure, ...]
    href: str


class AccountList(msgspec.Struct, frozen=True, kw_only=True):
    """Accounts with balances.

    Attributes:
        rows: by name.
        day: the day at whose end the balances are.
        pattern: which accounts were asked for.
    """

    rows: tuple[AccountRow, ...]
    day: str
    pattern: str


def postings(
    company: Company,
    account: str = "*",
    commodity_: str = "*",
    start: str = "",
    end: str = "",
    after: str = "",
    limit: int = SHOWN,
) -> PostingPage:
    """A page of the postings on the accounts that fit a pattern, with running balances.

    Raises:
        InputError: a day or the cursor is none.
    """
    view, first, last = company.view(), day_of(start, "start"), day_of(end, "end")
    account, commodity_ = pattern_of(account, "account"), pattern_of(commodity_, "commodity")
    opening = _sums(view, account, commodity_, first, before=True) if first else {}
    closing = _sums(view, account, commodity_, last or date.max)
    found = view.journal.register(account, commodity_, first, last, _place(after), limit_of(limit), closing)
    fits = account_pattern(account)
    return PostingPage(
        rows=tuple(
            PostingLine(
                seq=row.posting.seq,
                key=row.posting.key,
                kind=row.posting.kind,
                date=row.posting.date.isoformat(),
                account=row.posting.account,
                amount=minor(row.posting.amount, row.posting.commodity, trace_fact(row.posting.key)),
                balance=minor(row.balance, row.posting.commodity),
            )
            for row in found.rows
        ),
        account=account,
        commodity=commodity_,
        start=start,
        end=end,
        opening=tuple(minor(amount, id_) for id_, amount in sorted(opening.items())),
        closing=tuple(minor(amount, id_) for id_, amount in sorted(closing.items())),
        next=f"{found.next.date.isoformat()}.{found.next.seq}.{found.next.ix}" if found.next else "",
        accounts=len({name for name, _ in view.stock(date.max) if fits(name)}),
    )


def pattern_of(text: str, field: str) -> str:
    """A pattern of names.

    Raises:
        InputError: it has characters that no name has.
    """
    if not _PATTERN.fullmatch(text):
        raise InputError("this is no pattern of names.", field=field, remedy='Write a name; "*" stands for any run.')
    return text


def _place(cursor: str) -> Place | None:
    if not cursor:
        return None
    day, _, rest = cursor.partition(".")
    seq, _, ix = rest.partition(".")
    try:
        return Place(parse_date(day), cursor_of(seq), cursor_of(ix))
    except InputError as error:
        raise InputError("this is no cursor.", field="after", remedy="Begin at the first page.") from error


def _sums(view: View, account: str, commodity_: str, day: date, *, before: bool = False) -> dict[str, int]:
    fits, fits_id = account_pattern(account), account_pattern(commodity_)
    balances = view.stock(date.fromordinal(day.toordinal() - 1) if before else day)
    sums: dict[str, int] = {}
    for (name, id_), amount in balances.items():
        if fits(name) and fits_id(id_):
            sums[id_] = sums.get(id_, 0) + amount
    return {id_: amount for id_, amount in sums.items() if amount}


def accounts(company: Company, pattern: str = "*", day: str = "") -> AccountList:
    """Accounts with their balances at the end of a day.

    Raises:
        InputError: the day is none.
    """
    view, on = company.view(), day_of(day, "day") or company.today()
    pattern = pattern_of(pattern, "pattern")
    fits = account_pattern(pattern if "*" in pattern else f"{pattern}*")
    found: dict[str, dict[str, int]] = {}
    for (name, id_), amount in view.stock(on).items():
        if fits(name):
            found.setdefault(name, {})[id_] = amount
    rows = []
    for name, balances in sorted(found.items()):
        entry = view.chart.entry(name)
        rows.append(
            AccountRow(
                account=name,
                type=entry.type,
                line=entry.line,
                balances=tuple(
                    minor(amount, id_, trace_account(name, id_, end=on.isoformat()))
                    for id_, amount in sorted(balances.items())
                ),
                href=trace_account(name, "*"),
            )
        )
    return AccountList(rows=tuple(rows), day=on.isoformat(), pattern=pattern)
