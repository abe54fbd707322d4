"""Exact quantities, instants and periods, and the errors that speak of them."""

from mintage.units.amount import Amount, format_amount, parse_amount, parse_number, to_units
from mintage.units.commodity import Commodity, commodity, commodity_table
from mintage.units.instant import (
    Period,
    day_end_instant,
    format_instant,
    parse_date,
    parse_instant,
    parse_period,
)

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
