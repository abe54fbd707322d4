"""Accounting policies of the books, as data."""

from __future__ import annotations

from functools import cache

import msgspec

from mintage.books.layout import read_table


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the company decided where the standards leave a choice.

    Attributes:
        version: goes up with every change; each close is stamped with it.
        sold_nearly_immediately_days: bitcoin sold within so many days of receipt is an operating cash flow.
        sold_nearly_immediately_kinds: how it must have been received; what was bought is an investment at once.
        useful_life_months: life of mining machines by model; "*" is the default.
        interest_days_in_year: interest of a day is the yearly rate over so many days.
        measurement_days_max: a measured hash rate or efficiency older than this is unknown.
    """

    version: int
    sold_nearly_immediately_days: int
    sold_nearly_immediately_kinds: tuple[str, ...]
    useful_life_months: dict[str, int]
    interest_days_in_year: int
    measurement_days_max: int

    def life_months(self, model: str) -> int:
        """Useful life of a machine model."""
        return self.useful_life_months.get(model, self.useful_life_months["*"])


@cache
def policy() -> Policy:
    """The policies as shipped."""
    return msgspec.convert(read_table("policy.toml"), Policy)
