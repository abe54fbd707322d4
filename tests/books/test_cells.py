"""What a cell is made of adds up to the cell, for every row of every statement."""

from __future__ import annotations

from typing import get_args

import pytest

from mintage.books.bridge import ebitda_bridge
from mintage.books.cashflow import cash_flow, cash_flow_direct, cash_flow_indirect
from mintage.books.cells import StatementId, layout_of, made_of, part_movements
from mintage.books.layout import Statement
from mintage.books.statements import balance_sheet, income_statement
from mintage.books.view import View
from mintage.units import Period, parse_period
from mintage.units.errors import InputError
from tests.books.company import quarter

PERIODS = tuple(parse_period(name) for name in ("2025Q2", "2025-05", "2025-06-12"))
MAKERS = {
    "income": income_statement,
    "balance": balance_sheet,
    "cash_flow": cash_flow,
    "cash_flow_direct": cash_flow_direct,
    "cash_flow_indirect": cash_flow_indirect,
    "bridge": ebitda_bridge,
}


@pytest.fixture(scope="module")
def view() -> View:
    return View(quarter())


def of(view: View, id_: str, period: Period) -> Statement:
    return MAKERS[id_](view, period)


@pytest.mark.parametrize("period", PERIODS, ids=str)
@pytest.mark.parametrize("id_", get_args(StatementId))
def test_terms_and_parts_add_up_to_the_cell(view: View, id_: StatementId, period: Period) -> None:
    """Each row is a sum of rows, a ratio of rows, or the exact sum of its accounts."""
    sheet = of(view, id_, period)
    counted = 0
    for name in sheet.ids:
        made, cell = made_of(view, id_, name, period), sheet.row(name).now
        if made.row.kind == "sum":
            cents = [term.sign * (sheet.row(term.row.id).now.cents or 0) for term in made.terms]
            assert cell.cents == sum(cents)
        elif made.row.unit == "USD":
            assert cell.cents == sum(part.amount for part in made.parts)
            counted += bool(made.parts)
        assert not (made.terms and made.parts)
    assert counted or period.days == 1


@pytest.mark.parametrize("period", PERIODS, ids=str)
@pytest.mark.parametrize("id_", get_args(StatementId))
def test_the_postings_of_a_part_add_up_to_it(view: View, id_: StatementId, period: Period) -> None:
    """A part leads to postings, or to movements of money, that sum to it."""
    for row in layout_of(id_, period).row:
        if row.kind == "heading":
            continue
        for part in made_of(view, id_, row.id, period).parts:
            if part.nature in {"cash", "elsewhere"}:
                moved = part_movements(view, id_, row, part.account, period)
                assert part.sign * sum(item.amount for item in moved) == part.amount
                assert all(view.journal.fact(item.key) for item in moved)
            else:
                rows = view.journal.postings(part.account, part.commodity, part.start, part.end)
                assert part.sign * sum(row.amount for row in rows) == part.amount


def test_the_average_of_ads_leads_to_their_postings(view: View) -> None:
    """ADS are told by the account that counts them, and a ratio by its two rows."""
    made = made_of(view, "income", "ads.weighted", PERIODS[0])
    assert [(part.account, part.commodity, part.amount) for part in made.parts] == [("memo:ads", "ADS", 999_000)]
    ratio = made_of(view, "income", "net_income.per_ads", PERIODS[0])
    assert [term.row.id for term in ratio.terms] == ["net_income", "ads.weighted"]


def test_what_is_no_cell_is_refused(view: View) -> None:
    """A heading, a row of another statement and an unknown statement are refused with what to do."""
    for id_, row in (("income", "revenue"), ("income", "assets.total"), ("balance", "nothing")):
        with pytest.raises(InputError, match="no row"):
            made_of(view, id_, row, PERIODS[0])  # type: ignore[arg-type]  # from a table
    with pytest.raises(InputError, match="no statement"):
        made_of(view, "income_tax", "tax", PERIODS[0])  # type: ignore[arg-type]  # what a stranger may ask for
