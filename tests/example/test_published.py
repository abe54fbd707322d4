"""The closed example gives what was published, to the last digit printed."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from mintage.books.checks import run_checks
from mintage.books.kpis import kpi
from mintage.books.statements import balance_sheet
from mintage.books.view import View
from mintage.units import parse_period

HERE = Path(__file__).parent


def table(name: str) -> list[dict[str, str]]:
    """Rows of a CSV beside this file, without its comments."""
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def name(row: dict[str, str]) -> str:
    """How a case is shown."""
    return " ".join(value for value in list(row.values())[:4] if value)


def value(view: View, id_: str, period: str) -> Decimal:
    """A KPI that must be known."""
    found = kpi(view, id_, parse_period(period))
    assert found.value is not None, found.reason
    return found.value


def rounds_to(exact: Decimal, printed: str) -> bool:
    """Whether an exact value is printed so, with half a unit of the last digit as the limit."""
    digit = Decimal(1).scaleb(-len(printed.partition(".")[2]))
    return abs(exact - Decimal(printed)) <= digit / 2


@pytest.mark.parametrize("row", table("published.csv"), ids=name)
def test_published_figure(closed: View, row: dict[str, str]) -> None:
    """Each published figure comes out of the books, or is off as the table owns up to."""
    exact = value(closed, row["id"], row["period"]) / Decimal(row["scale"])
    if row["miss"]:
        assert rounds_to(exact, row["miss"].partition(":")[0])
        assert not rounds_to(exact, row["printed"]), "it is met: take it off the list of misses"
    else:
        assert rounds_to(exact, row["printed"]), f"the books say {exact}"


@pytest.mark.parametrize("row", table("growth.csv"), ids=name)
def test_published_growth(closed: View, row: dict[str, str]) -> None:
    """Each published growth rate follows from the books, or is off as the table owns up to."""
    now, base = (value(closed, row["id"], row[column]) for column in ("period", "base"))
    exact = (now / base - 1) * 100
    if row["miss"]:
        assert rounds_to(exact, row["miss"].partition(":")[0])
        assert not rounds_to(exact, row["printed"]), "it is met: take it off the list of misses"
    else:
        assert rounds_to(exact, row["printed"]), f"the books say {exact:.3f} %"


@pytest.mark.parametrize("day", ["2025-06-30", "2024-12-31"])
def test_balance_sheet_to_the_thousand(closed: View, day: str) -> None:
    """Every published line of both balance sheets is met to the thousand, subtotals included."""
    cells = {row.id: row.now.value for row in balance_sheet(closed, parse_period(day)).rows}
    found = {row["row"]: cells[row["row"]] for row in table("balance_sheet.csv")}
    thousands = {id_: round(amount / 1000) for id_, amount in found.items() if amount is not None}
    assert thousands == {row["row"]: int(row[day]) for row in table("balance_sheet.csv")}


@pytest.mark.parametrize("quarter", ["2025Q1", "2025Q2"])
def test_checks_find_nothing(closed: View, quarter: str) -> None:
    """The books' own checks find no problem in the closed example."""
    problems = [(check.name, check.problems) for check in run_checks(closed, parse_period(quarter)) if check.problems]
    assert problems == []


def test_hold_gain_is_fair_value_less_cost(closed: View) -> None:
    """The bitcoin owned, its cost and the gain held in it are the three the call tells, and they foot."""
    parts = ("bitcoin.owned.fair_value", "bitcoin.owned.cost", "bitcoin.owned.unrealized_gain")
    worth, cost, gain = (value(closed, id_, "2025Q2") for id_ in parts)
    assert worth - cost == gain
