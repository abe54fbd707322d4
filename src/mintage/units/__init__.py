"""Exact quantities, instants and periods, and the errors that speak of them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mintage.units.amount import Amount, format_amount, parse_amount, parse_number, to_units
    from mintage.units.commodities import Commodity, commodity, commodity_table
    from mintage.units.instant import (
        Period,
        day_end_instant,
        format_instant,
        parse_date,
        parse_instant,
        parse_period,
    )

_HOMES = {
    "amount": ("Amount", "format_amount", "parse_amount", "parse_number", "to_units"),
    "commodities": ("Commodity", "commodity", "commodity_table"),
    "instant": ("Period", "day_end_instant", "format_instant", "parse_date", "parse_instant", "parse_period"),
}

__all__ = [
    "Amount",
    "Commodity",
    "Period",
    "commodity",
    "commodity_table",
    "day_end_instant",
    "format_amount",
    "format_instant",
    "parse_amount",
    "parse_date",
    "parse_instant",
    "parse_number",
    "parse_period",
    "to_units",
]


def __getattr__(name: str) -> Any:
    """Load a name when it is first used: a shell's start must not wait for what `mintage --help` does not need."""
    for home, names in _HOMES.items():
        if name in names:
            value = getattr(import_module(f"mintage.units.{home}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module 'mintage.units' has no attribute '{name}'")
