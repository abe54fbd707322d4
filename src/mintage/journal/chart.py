"""The chart of accounts: which accounts may exist, of which type, and on which statement line they stand.

`chart.toml` names accounts as patterns, "assets:cash:{bank}"; a part in braces is a dimension that the facts fill.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Literal

import msgspec

from mintage.units.errors import UnknownAccount

AccountType = Literal["asset", "liability", "equity", "income", "expense", "memo", "world"]
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")


class AccountEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the chart.

    Attributes:
        pattern: the account's name with its dimensions in braces.
        type: asset, liability, equity, income, expense; memo (counts beside the books); world (outside the company).
        line: id of the statement line that it adds to, or "" for memo and world accounts.
        flow: id of the cash-flow line that a cash movement against it belongs to, or "".
        meaning: one sentence for the docs.
    """

    pattern: str
    type: AccountType
    line: str = ""
    flow: str = ""
    meaning: str

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Names of the parts that facts fill, in order."""
        return tuple(re.findall(r"\{(\w+)\}", self.pattern))


class Chart:
    """The rows of the chart, and the way from an account's name to its row.

    Args:
        entries: rows in the order of the chart.
    """

    def __init__(self, entries: tuple[AccountEntry, ...]) -> None:
        self.entries = entries
        self._by_shape: dict[tuple[int, str], list[tuple[tuple[str, ...], AccountEntry]]] = {}
        self._known: dict[str, AccountEntry] = {}
        for entry in entries:
            parts = tuple(entry.pattern.split(":"))
            self._by_shape.setdefault((len(parts), parts[0]), []).append((parts, entry))

    def entry(self, account: str) -> AccountEntry:
        """The row that an account belongs to.

        Raises:
            UnknownAccount: no row fits the name.
        """
        found = self._known.get(account)
        if found is None:
            found = self._known[account] = self._find(account)
        return found

    def _find(self, account: str) -> AccountEntry:
        parts = tuple(account.split(":"))
        for pattern, entry in self._by_shape.get((len(parts), parts[0]), []):
            if all(p == a or (p[0] == "{" and _NAME.fullmatch(a)) for p, a in zip(pattern, parts, strict=True)):
                return entry
        near = [entry.pattern for entry in self.entries if entry.pattern.split(":")[:2] == list(parts[:2])]
        hint = f"Did you mean {' or '.join(near[:3])}?" if near else "See docs/chart.md for the chart of accounts."
        raise UnknownAccount(f"'{account}' is not in the chart of accounts.", remedy=hint)


@cache
def default_chart() -> Chart:
    """The chart as shipped."""
    text = resources.files("mintage.journal").joinpath("chart.toml").read_text("utf-8")
    rows = tomllib.loads(text)
    return Chart(tuple(msgspec.convert({"pattern": name, **row}, AccountEntry) for name, row in rows.items()))
