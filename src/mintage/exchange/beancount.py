"""The journal as a beancount file: whole, exact, and stating at its end the balances that it must come to.

Every commodity balances by itself, so nothing needs a price or a cost: the USD on an account are its carrying amount.
What lies outside the company (`world:`) and what counts beside the books (`memo:`) stands under Equity.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from hashlib import sha256

from mintage.exchange.posted import Progress, Standing, Transaction, natural, scale_of, transactions
from mintage.exchange.spelt import spelt
from mintage.journal.store import Journal
from mintage.units import commodity

NAME_CHARACTERS_MAX = 24
"""Longer names of commodities are refused by beancount 2."""
OUTSIDE = {"world": "Equity:World", "memo": "Equity:Memo"}
"""Roots that beancount does not have, and where they stand there. No account of the chart's own has such a name."""
HEAD = """\
;; The journal of a company, from Mintage. Facts stand in the order in which they were booked, each with its key and
;; the hash of the chain; `mintage facts show KEY` tells all of a fact. The balances at the end prove the file.
option "title" "Mintage"
option "operating_currency" "USD"
"""


@cache
def beancount_account(account: str) -> str:
    """An account's name in beancount: "assets:bitcoin:free:cold" is Assets:Bitcoin:Free:Cold.

    No two accounts share a name: ours have no capitals, so that the only capitals within a part are its first letter
    and the "Dot" that stands for a full stop, which is never the first.
    """
    root, *parts = account.split(":")
    return ":".join([OUTSIDE.get(root, root.capitalize()), *(_part(part) for part in parts)])


def _part(part: str) -> str:
    return (part[:1].upper() + part[1:]).replace(".", "Dot")


@cache
def beancount_commodity(id_: str) -> str:
    """A commodity's name in beancount: "MACHINE.a15-194" is MACHINE.A15-194.

    Members of families have no capitals, so capitals keep them apart. A name that ends in a full stop or a hyphen, or
    that is too long, carries an apostrophe, which ours never have, and the first digits of its SHA-256.
    """
    name = id_.upper()
    if len(name) <= NAME_CHARACTERS_MAX and re.fullmatch(r"[A-Z][A-Z0-9.-]*[A-Z0-9]", name):
        return name
    mark = f"'{sha256(id_.encode()).hexdigest()[:12].upper()}"
    return f"{name[: NAME_CHARACTERS_MAX - len(mark)]}{mark}"


def beancount_lines(
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
    lines = [f'\n{item.date} * "{_quoted(title)}" "{_quoted(what)}"']
    lines += [
        f"  {name}: {value}" if isinstance(value, int) else f'  {name}: "{_quoted(value)}"'
        for name, value in item.told()
    ]
    lines += [
        f"  {beancount_account(leg.account)}  {natural(leg.amount, scale_of(leg.commodity))}"
        f" {beancount_commodity(leg.commodity)}"
        for leg in item.legs
    ]
    lines.append("")
    return "\n".join(lines)


def _closing(standing: Standing, day: date) -> Iterator[str]:
    yield "\n;; What there is: accounts with their first day, commodities with their units.\n"
    for account, begun in sorted(standing.begun.items()):
        yield f'{begun} open {beancount_account(account)}\n  account: "{account}"\n'
    for id_, begun in sorted(standing.commodities.items()):
        yield f'{begun} commodity {beancount_commodity(id_)}\n  commodity: "{id_}"\n  unit: "{commodity(id_).unit}"\n'
    head = standing.hash.hex() or "none"
    yield f"\n;; What it comes to, exactly. The last fact is {standing.seq}, its hash {head}.\n"
    for (account, id_), amount in sorted(standing.balances.items()):
        yield (
            f"{day} balance {beancount_account(account)}"
            f"  {natural(amount, scale_of(id_))} ~ 0 {beancount_commodity(id_)}\n"
        )


_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"})


def _quoted(text: str) -> str:
    """What stands between the quotes of a string."""
    return spelt(text).translate(_ESCAPES)
