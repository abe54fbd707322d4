"""A figure as pages and the API tell it: exact with its unit, or unknown with a reason; and the way to its evidence."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from urllib.parse import urlencode

import msgspec

from mintage.books.figures import Cell, to_decimal
from mintage.books.kpis import KpiValue
from mintage.units import commodity


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure.

    Attributes:
        value: exact; None where it is unknown.
        unit: its unit as printed: "USD", "BTC", "TH/s", "%", "" for a bare count.
        digits: decimals to print.
        reason: why it is unknown, or what a reader must know of it.
        trace: address of the page that walks to its evidence, "" where there is none.
    """

    value: Decimal | None = None
    unit: str = ""
    digits: int = 0
    reason: str = ""
    trace: str = ""


def usd(cents: int, trace: str = "", *, digits: int = 2) -> Figure:
    """An amount of money, from cents."""
    return Figure(value=Decimal(cents).scaleb(-2), unit="USD", digits=digits, trace=trace)


def btc(sats: int, trace: str = "", *, digits: int = 8) -> Figure:
    """An amount of bitcoin, from satoshis."""
    return Figure(value=Decimal(sats).scaleb(-8), unit="BTC", digits=digits, trace=trace)


def minor(amount: int, id_: str, trace: str = "", *, digits: int | None = None) -> Figure:
    """An amount of any commodity, from its minor units; printed as fine as they are unless it is said otherwise."""
    told = commodity(id_)
    shown = told.scale if digits is None else digits
    return Figure(value=Decimal(amount).scaleb(-told.scale), unit=told.unit, digits=shown, trace=trace)


def count(number: int, unit: str = "", trace: str = "") -> Figure:
    """A count."""
    return Figure(value=Decimal(number), unit=unit, trace=trace)


def ratio(value: Fraction, unit: str, digits: int, trace: str = "") -> Figure:
    """An exact ratio, rounded half away from zero to the digits that are printed."""
    return Figure(value=to_decimal(value, digits), unit=unit, digits=digits, trace=trace)


def measured(value: float | None, unit: str, digits: int, reason: str = "") -> Figure:
    """A reading or a statistic, which is a float below; None is unknown."""
    known = None if value is None else Decimal(str(round(value, digits)))
    return Figure(value=known, unit=unit, digits=digits, reason=reason)


def unknown(reason: str, unit: str = "") -> Figure:
    """No figure, and why."""
    return Figure(unit=unit, reason=reason)


def of_cell(cell: Cell, unit: str, digits: int, trace: str = "") -> Figure:
    """A cell of a statement."""
    return Figure(value=cell.value, unit=unit, digits=digits, reason=cell.reason, trace=trace)


def of_kpi(value: KpiValue) -> Figure:
    """A KPI, which leads to its trace."""
    return Figure(
        value=value.value,
        unit=value.unit,
        digits=value.digits,
        reason=value.reason,
        trace=trace_kpi(value.id, str(value.period)),
    )


def trace_kpi(id_: str, period: str) -> str:
    """Address of a KPI's trace."""
    return f"/trace/kpi/{id_}?{urlencode({'period': period})}"


def trace_account(account: str, commodity: str, start: str = "", end: str = "") -> str:
    """Address of the postings on the accounts that fit a pattern ("*" for any run), within days."""
    asked = {"account": account, "commodity": commodity, "start": start, "end": end}
    return f"/journal/postings?{urlencode({name: value for name, value in asked.items() if value})}"


def trace_fact(key: str) -> str:
    """Address of a fact."""
    return f"/journal/fact?{urlencode({'key': key})}"


def trace_lot(lot: str) -> str:
    """Address of a lot's life."""
    return f"/trace/lot?{urlencode({'lot': lot})}"
