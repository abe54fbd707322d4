"""From a printed number back to its evidence, and from a lot back to where it came from, each step a link."""

from __future__ import annotations

from functools import cache

import msgspec

from mintage.books.kpis import definition
from mintage.books.layout import layouts
from mintage.books.nodes import Node, NodeKind
from mintage.books.trace import TABLES, trace
from mintage.books.trace_lot import trace_lot
from mintage.desk.books import KpiRow, kpi_row
from mintage.desk.company import Company
from mintage.desk.figure import trace_account, trace_fact, trace_kpi
from mintage.desk.ledger_words import definition_in_chinese
from mintage.units import Period
from mintage.units.errors import InputError

CHILDREN_MAX = 200
"""Most children shown of an account, group or measurement; the rest is counted."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a trace.

    Attributes:
        kind: what it is.
        label: its id or name.
        value: its amount as printed, or "".
        note: what else a reader must know, in English.
        note_zh: the same in Traditional Chinese, "" where it is told by its pattern.
        href: page of it, "" where there is none.
        steps: what it was made from.
    """

    kind: NodeKind
    label: str
    value: str
    note: str
    note_zh: str
    href: str
    steps: tuple[Step, ...]


class KpiTrace(msgspec.Struct, frozen=True, kw_only=True):
    """A KPI with all that it was made from.

    Attributes:
        kpi: the KPI with its comparatives.
        period: of which period.
        trace: the first step, which is the KPI itself.
    """

    kpi: KpiRow
    period: str
    trace: Step


class LotTrace(msgspec.Struct, frozen=True, kw_only=True):
    """A lot with where its units are, how they came there, and what opened it.

    Attributes:
        lot: its id.
        trace: the first step, which is the lot itself.
    """

    lot: str
    trace: Step


def kpi_trace(company: Company, id_: str, period: Period, limit: int = 10) -> KpiTrace:
    """Walk a KPI back to its evidence.

    Raises:
        InputError: no KPI has this id, or the limit is out of range.
    """
    if not 1 <= limit <= CHILDREN_MAX:
        raise InputError(f"a step shows 1 to {CHILDREN_MAX} of its parts.", field="limit")
    view, id_ = company.view(), definition(id_).id
    found = view.once(("trace", id_, period, limit), lambda: trace(view, id_, period, limit=limit))
    return KpiTrace(kpi=kpi_row(view, id_, period), period=period.name, trace=_step(found, period.name))


def lot_trace(company: Company, lot: str) -> LotTrace:
    """Walk a lot back to the fact that brought it in.

    Raises:
        InputError: there is no such lot.
    """
    return LotTrace(lot=lot, trace=_step(trace_lot(company.view(), lot), ""))


def _step(node: Node, period: str) -> Step:
    return Step(
        kind=node.kind,
        label=node.label,
        value=node.value,
        note=node.note,
        note_zh=_in_chinese(node),
        href=_href(node, period),
        steps=tuple(_step(child, period) for child in node.children),
    )


def _in_chinese(node: Node) -> str:
    """The name or definition that a step's note tells, in Traditional Chinese."""
    match node.kind:
        case "kpi":
            return definition(node.label.partition(" ")[0]).zh
        case "definition":
            return definition_in_chinese(node.note)
        case "term":
            return _row_names().get(node.note, "")
    return ""


@cache
def _row_names() -> dict[str, str]:
    """Names of all rows of statements by their English names."""
    tables = (layout for file in sorted(set(TABLES.values())) for layout in layouts(file).values())
    return {row.en: row.zh for layout in tables for row in layout.row}


def _href(node: Node, period: str) -> str:
    """The page of a step: a KPI's trace, an account's postings, a fact."""
    match node.kind:
        case "kpi":
            return trace_kpi(node.label.partition(" ")[0], period)
        case "account" if node.end:
            return trace_account(node.label, node.commodity, node.start, node.end)
        case "account":
            return trace_account(node.label, "*")
        case "fact":
            return trace_fact(node.label)
    return ""
