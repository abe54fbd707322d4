"""Which figures the report shows, read from `data/layout.toml`."""

from __future__ import annotations

import tomllib
from functools import cache

import msgspec

from mintage.report.words import resource


class Layout(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ids of the figures in each place.

    Attributes:
        cards: headline KPIs, in order.
        revenue: parts of revenue.
        groups: group of the KPI table to how the ids of its KPIs begin.
    """

    cards: tuple[str, ...]
    revenue: tuple[str, ...]
    groups: dict[str, tuple[str, ...]]

    def group(self, id_: str) -> str:
        """The group of a KPI: that with the longest beginning of its id, or "other"."""
        found = [
            (len(start), name)
            for name, starts in self.groups.items()
            for start in starts
            if id_ == start or id_.startswith((start + ".", start + "_"))
        ]
        return max(found)[1] if found else "other"


@cache
def layout() -> Layout:
    """The layout as shipped."""
    return msgspec.convert(tomllib.loads(resource("layout.toml")), Layout)
