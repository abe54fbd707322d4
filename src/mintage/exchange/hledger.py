"""The journal as an hledger file: whole, exact, strict, and asserting at its end the balances that it must come to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache

from mintage.exchange.posted import Progress, Standing, Transaction, natural, scale_of, transactions
from mintage.exchange.spelt import spelt
from mintage.journal.store import Journal
from mintage.units import commodity

OUTSIDE = {"world": "equity:world", "memo": "equity:memo"}
"""Roots that hledger has no type for, and where they stand there. No account of the chart's own has such a name."""
TYPES = {"assets": "A", "liabilities": "L", "equity": "E", "income": "R", "expenses": "X", "world": "E", "memo": "E"}
HEAD = """\
; The journal of a company, from Mintage. Facts stand in the order in which they were booked, each with its key and the
; hash of the chain; `mintage facts show KEY` tells all of a fact. The assertions at the end prove the file.
; In tags a comma, a semicolon, a percent sign and a line's end are written as in a URL: %2C, %3B, %25, %0A.
decimal-mark .
"""


@cache
def hledger_account(account: str) -> str:
    """An account's name in hledger: ours, with `world:` and `memo:` under equity."""
    root, colon, rest = account.partition(":")
    return f"{OUTSIDE.get(root, root)}{colon}{rest}"


@cache
def hledger_commodity(id_: str) -> str:
    """A commodity's name in hledger: ours, in quotes where it is not letters alone."""
    return id_ if re.fullmatch(r"[A-Z]+", id_) else f'"{id_}"'


def hledger_lines(
    journal: Journal, start: date | None = None, end: date | None = None, progress: Progress | None = None
) -> Iterator[str]:
    """The file, piece by piece.

    Args:
        journal: what is told.
        start: first accounting date; balances before it are one transaction of that day.
        end: last accounting date.
        progress: called now and then with the facts told and None.
    """
    yield HEAD
    standing = Standing()
    for item in transactions(journal, start, end, progress):
        standing.add(item)
        yield _transaction(item)
    yield from _closing(standing, standing.end(end))


def _transaction(item: Transaction) -> str:
    fact = item.fact
    title, what = (fact.kind, fact.key) if fact else ("opening", f"balances before {item.date}")
    lines = [f"\n{item.date} * ({item.seq}) {_escaped(title)} | {_escaped(what)}"]
    lines += [f"    ; {name}:{_escaped(str(value))}" for name, value in item.told()]
    lines += [
        f"    {hledger_account(leg.account)}  {natural(leg.amount, scale_of(leg.commodity))}"
        f" {hledger_commodity(leg.commodity)}"
        for leg in item.legs
    ]
    lines.append("")
    return "\n".join(lines)


def _closing(standing: Standing, day: date) -> Iterator[str]:
    yield "\n; What there is: accounts and commodities.\n"
    for account in sorted(standing.begun):
        yield f"account {hledger_account(account)}  ; type:{TYPES[account.partition(':')[0]]}\n"
    for id_ in sorted(standing.commodities):
        sample = "1000." + "0" * scale_of(id_)
        yield f"commodity {sample} {hledger_commodity(id_)}  ; unit:{commodity(id_).unit}\n"
    yield f"\n; What it comes to. The last fact is {standing.seq}, its hash {standing.hash.hex() or 'none'}.\n"
    if standing.balances:
        yield f"{day} * balances\n"
    for (account, id_), amount in sorted(standing.balances.items()):
        name = hledger_commodity(id_)
        yield f"    {hledger_account(account)}  0 {name} = {natural(amount, scale_of(id_))} {name}\n"


_ESCAPES = str.maketrans({character: f"%{ord(character):02X}" for character in "%,;\n\t"})


def _escaped(text: str) -> str:
    """Text as the value of a tag, which ends at a comma or a line's end and loses blanks at its ends."""
    text = spelt(text).translate(_ESCAPES)
    before, after = len(text) - len(text.lstrip(" ")), len(text.rstrip(" "))
    return "%20" * before + text[before:after] + "%20" * (len(text) - max(before, after))
