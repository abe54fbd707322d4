"""KPIs: every printed number has an id, a definition with a version, a unit, a rounding and a query."""

from __future__ import annotations

from decimal import Decimal
from difflib import get_close_matches
from fractions import Fraction
from functools import cache

import msgspec

from mintage.books.figures import Source, to_decimal
from mintage.books.layout import read_table
from mintage.books.queries import Composite, Exact, Query
from mintage.books.view import View
from mintage.units import Period
from mintage.units.errors import InputError


class Shown(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a KPI is printed: the value over 10^scale, with so many digits, in this unit."""

    unit: str
    scale: int
    digits: int


class Kpi(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of the KPI table.

    Attributes:
        id: what releases, pages and the tie-out call it.
        en: name in English.
        zh: name in Traditional Chinese.
        definition: what it is, in one sentence.
        version: of the definition.
        unit: of the value.
        digits: decimals of the value.
        query: where it comes from.
        shown: how it is printed, where not as it is.
    """

    id: str
    en: str
    zh: str
    definition: str
    version: int
    unit: str
    digits: int
    query: Query
    shown: Shown | None = None


class KpiValue(msgspec.Struct, frozen=True, kw_only=True):
    """A KPI's value in a period.

    Attributes:
        value: in the unit, rounded to `digits`; None where it is unknown, never 0 instead.
        source: from the books, reported before the ledger began (or computed from such figures), or unknown.
        reason: why it is unknown, the document that reported it, or that the period is not over in the books.
        printed: as it is printed.
    """

    id: str
    en: str
    zh: str
    period: str
    unit: str
    digits: int
    value: Decimal | None
    source: Source
    reason: str
    printed: str

    def shown(self) -> str:
        """As it is printed: "100.2 million USD", "8.15 EH/s", "unknown: why"."""
        return self.printed


@cache
def definitions() -> dict[str, Kpi]:
    """The KPI table as shipped, in its order."""
    return {id_: msgspec.convert({"id": id_, **row}, Kpi) for id_, row in read_table("kpis.toml").items()}


def definition(id_: str) -> Kpi:
    """The row of a KPI.

    Raises:
        InputError: no KPI has this id.
    """
    found = definitions().get(id_)
    if found is None:
        near = get_close_matches(id_, definitions(), n=3)
        hint = f"Did you mean {' or '.join(near)}?" if near else "See `mintage books kpis`."
        raise InputError(f"'{id_}' is not the id of a KPI.", remedy=hint)
    return found


def exact(view: View, id_: str, period: Period) -> Exact:
    """The exact value of a KPI before rounding, or why it is unknown.

    What the ledger does not cover comes from what was reported; a published figure goes before one computed from
    rounded published figures.

    Raises:
        InputError: no KPI has this id.
    """
    return view.once(("kpi", id_, period), lambda: _exact(view, definition(id_), period))


def _exact(view: View, row: Kpi, period: Period) -> Exact:
    computed = None
    if isinstance(row.query, Composite):
        computed = row.query.answer(lambda id_: exact(view, id_, period))
        if computed.source == "books":
            return computed
        reason = computed.reason
    else:
        reason = row.query.gap(view, period)
        if not reason:
            return row.query.answer(view, period, row.unit)
    reported = view.reported(row.id, period.name)
    if reported is not None:
        return Exact(Fraction(reported.value), "reported", reported.document)
    return computed or Exact(None, "unknown", reason)


def kpi(view: View, id_: str, period: Period) -> KpiValue:
    """A KPI's value in a period (year, quarter, month or day; stocks are at its end).

    Raises:
        InputError: no KPI has this id.
    """
    row = definition(id_)
    found = exact(view, id_, period)
    return KpiValue(
        id=id_,
        en=row.en,
        zh=row.zh,
        period=period.name,
        unit=row.unit,
        digits=row.digits,
        value=None if found.value is None else to_decimal(found.value, row.digits),
        source=found.source,
        reason=found.reason or view.to_date(period.end),
        printed=_print(row, found),
    )


def _print(row: Kpi, found: Exact) -> str:
    if found.value is None:
        return f"unknown: {found.reason}"
    plain = Shown(unit=row.unit, scale=0, digits=row.digits)
    shown = row.shown or plain
    number = to_decimal(found.value / 10**shown.scale, shown.digits)
    if found.value and (not number or (shown.scale and abs(number) * 10 < 1)):
        # A small company's figures are not told in millions, nor rounded away.
        shown, number = plain, to_decimal(found.value, plain.digits)
    return f"{number:,f}%" if shown.unit == "%" else f"{number:,f} {shown.unit}"


def kpi_table(view: View, period: Period) -> list[KpiValue]:
    """All KPIs of a period, in the order of the table."""
    return [kpi(view, id_, period) for id_ in definitions()]
