"""What one cell of a statement is made of, down to postings and facts."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlencode

import msgspec

from mintage.books.cells import Nature, Part, StatementId, Term, made_of, part_movements
from mintage.books.facts import KpiReported
from mintage.books.figures import Cell
from mintage.books.layout import Row, RowDef, Statement
from mintage.desk.books import MAKERS, slug, trace_cell
from mintage.desk.company import Company
from mintage.desk.figure import Figure, of_cell, trace_account, trace_fact, usd
from mintage.units import Period, commodity

MOVEMENTS_SHOWN = 200
"""Movements of money shown at once; the rest is counted, and the account's register has them all."""


class CellTerm(msgspec.Struct, frozen=True, kw_only=True):
    """A row that the cell adds up or is a ratio of.

    Attributes:
        id: the row.
        en: name in English.
        zh: name in Traditional Chinese.
        sign: 1 where it is added, -1 where it is taken off.
        figure: its figure, which leads to what it is made of.
    """

    id: str
    en: str
    zh: str
    sign: int
    figure: Figure


class CellPart(msgspec.Struct, frozen=True, kw_only=True):
    """What an account gives to the cell.

    Attributes:
        account: the account.
        nature: its balance, its change, or money moved against it.
        sign: 1 where debits count as plus, -1 where credits do.
        figure: what it gives, which leads to its postings or movements.
        share: of the sum of what all accounts give, whatever their sign; 0 to 1.
    """

    account: str
    nature: Nature
    sign: int
    figure: Figure
    share: Decimal


class CellMovement(msgspec.Struct, frozen=True, kw_only=True):
    """Money that moved against an account.

    Attributes:
        key: key of the fact.
        seq: its number.
        flow: cash-flow line that it belongs to.
        figure: in (+) or out (-), which leads to the fact.
    """

    key: str
    seq: int
    flow: str
    figure: Figure


class CellAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a cell is made of.

    Attributes:
        statement: the statement.
        statement_en: its name in English.
        statement_zh: its name in Traditional Chinese.
        row: the row.
        en: its name in English.
        zh: its name in Traditional Chinese.
        kind: line, sum or ratio.
        period: the column.
        figure: the cell.
        source: from the books, or reported before the ledger began, or unknown.
        terms: rows that it adds up.
        parts: accounts whose amounts add up to it, the largest first.
        total: sum of the parts; the same as the figure.
        account: the account whose movements are listed, "" where none are.
        movements: its movements of money.
        more: how many movements are not listed.
        document: document of a reported figure.
        fact: key of the fact that reports it.
    """

    statement: StatementId
    statement_en: str
    statement_zh: str
    row: str
    en: str
    zh: str
    kind: str
    period: str
    figure: Figure
    source: str
    terms: tuple[CellTerm, ...] = ()
    parts: tuple[CellPart, ...] = ()
    total: Figure | None = None
    account: str = ""
    movements: tuple[CellMovement, ...] = ()
    more: int = 0
    document: str = ""
    fact: str = ""


def cell(company: Company, id_: StatementId, row_id: str, period: Period, account: str = "") -> CellAnswer:
    """What a cell is made of; with an account, also the movements of money against it.

    Raises:
        InputError: the statement has no such row.
    """
    view = company.view()
    made = made_of(view, id_, row_id, period)
    sheet = MAKERS[id_](view, period)
    now = sheet.row(row_id).now
    told = CellAnswer(
        statement=id_,
        statement_en=sheet.en,
        statement_zh=sheet.zh,
        row=row_id,
        en=made.row.en,
        zh=made.row.zh,
        kind=made.row.kind,
        period=period.name,
        figure=_figure(now, made.row),
        source=now.source,
    )
    if now.source == "reported":
        return msgspec.structs.replace(told, document=now.reason, fact=_reporting(company, row_id, period))
    if now.value is None:
        return told
    told = msgspec.structs.replace(told, terms=tuple(_term(sheet, id_, term) for term in made.terms))
    if made.terms:
        return told
    whole = sum(abs(part.amount) for part in made.parts)
    parts = tuple(_part(id_, row_id, period, part, whole) for part in made.parts)
    total = None if made.row.unit != "USD" else usd(sum(part.amount for part in made.parts))
    told = msgspec.structs.replace(told, parts=parts, total=total)
    return _with_movements(company, told, made.row, period, account) if account else told


def _figure(found: Cell, row: RowDef | Row, trace: str = "") -> Figure:
    return of_cell(found, row.unit, {"USD": 2, "USD/ADS": 4}.get(row.unit, 0), trace)


def _term(sheet: Statement, id_: StatementId, term: Term) -> CellTerm:
    row = sheet.row(term.row.id)
    trace = trace_cell(id_, row.id, sheet.period)
    return CellTerm(id=row.id, en=row.en, zh=row.zh, sign=term.sign, figure=_figure(row.now, row, trace))


def _part(id_: StatementId, row_id: str, period: Period, part: Part, whole: int) -> CellPart:
    if part.nature in {"cash", "elsewhere"}:
        asked = {"statement": slug(id_), "row": row_id, "period": period.name, "account": part.account}
        trace = f"/books/cell?{urlencode(asked)}"
    else:
        start = part.start.isoformat() if part.start else ""
        trace = trace_account(part.account, part.commodity, start, part.end.isoformat())
    return CellPart(
        account=part.account,
        nature=part.nature,
        sign=part.sign,
        figure=_minor(part.amount, part.commodity, trace),
        share=(Decimal(abs(part.amount)) / whole).quantize(Decimal("0.0001")),
    )


def _minor(amount: int, id_: str, trace: str) -> Figure:
    scale = commodity(id_).scale
    return Figure(value=Decimal(amount).scaleb(-scale), unit=id_, digits=scale, trace=trace)


def _with_movements(company: Company, told: CellAnswer, row: RowDef, period: Period, account: str) -> CellAnswer:
    found = part_movements(company.view(), told.statement, row, account, period)
    listed = tuple(
        CellMovement(key=item.key, seq=item.seq, flow=item.flow, figure=usd(item.amount, trace_fact(item.key)))
        for item in found[:MOVEMENTS_SHOWN]
    )
    return msgspec.structs.replace(told, account=account, movements=listed, more=len(found) - len(listed))


def _reporting(company: Company, row_id: str, period: Period) -> str:
    """Key of the fact that reported a figure."""
    for fact in company.view().facts(KpiReported.kind):
        if isinstance(fact.data, KpiReported) and (fact.data.id, fact.data.period) == (row_id, period.name):
            return fact.key
    return ""
