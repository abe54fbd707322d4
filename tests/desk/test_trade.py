"""Answers of factory and sales: they add up to the books, order by order and lot by lot."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from mintage.books.kpis import kpi
from mintage.books.statements import balance_sheet
from mintage.desk.builds import BuildRow, builds, sortings
from mintage.desk.company import Company
from mintage.desk.factory import factory
from mintage.desk.figure import Figure
from mintage.desk.nrv import nrv
from mintage.desk.sales import sales
from mintage.units import parse_period
from mintage.units.errors import InputError
from tests.desk.example import at_its_desk, encodes

Q1, Q2 = parse_period("2025Q1"), parse_period("2025Q2")


@pytest.fixture(scope="module")
def company(example_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with at_its_desk(example_db, tmp_path_factory.mktemp("desk")) as found:
        yield found


def total(figures: Iterator[Figure]) -> Decimal:
    return sum((figure.value or Decimal(0) for figure in figures), Decimal(0))


def test_stock_adds_up_to_the_balance_sheet(company: Company) -> None:
    """All goods at cost less reserves are the inventories of the balance sheet; stages sum their lines."""
    told = factory(company, Q2)
    sheet = balance_sheet(company.view(), Q2).row("inventories").now.value
    assert told.inventory.value == sheet
    reserves = told.reserves.value or Decimal(0)
    assert total(line.cost for line in told.stock) + reserves == sheet
    for stage, (_, cost) in told.stages.items():
        assert cost.value == total(line.cost for line in told.stock if line.stage == stage)
    assert all(line.age_days is not None and line.age_days >= 0 for line in told.stock if line.stage != "materials")
    assert encodes(told)


def test_prepayments_to_foundries_are_those_of_the_books(company: Company) -> None:
    """Prepaid and reserve by foundry sum to the accounts; wafers received are those of the period."""
    told, balances = factory(company, Q2), company.view().stock(Q2.end)
    prepaid = sum(n for (account, _), n in balances.items() if account.startswith("assets:prepaid:wafers"))
    assert total(row.prepaid for row in told.foundries) + total(row.reserve for row in told.foundries) == Decimal(
        prepaid
    ).scaleb(-2)
    assert total(row.received for row in told.foundries) > 0


def test_finished_machines_are_tested_against_a_price(company: Company) -> None:
    """Each lot: what it will bring is units x TH/s x price; a low price leaves an excess, a high one none."""
    view = company.view()
    low = nrv(view, Q2, Q2.end, Decimal(5))
    assert low.rows
    assert total(row.excess for row in low.rows) == low.excess.value
    assert (low.excess.value or 0) > 0
    high = nrv(view, Q2, Q2.end, Decimal(500))
    assert [high.excess.value, high.write_down.value] == [Decimal(0), Decimal(0)]
    by_default = factory(company, Q2).nrv
    assert (by_default.price_of, by_default.price.value) == ("2025Q2", kpi(view, "asp", Q2).value)
    before = nrv(view, parse_period("2024Q1"), date(2024, 3, 31))
    assert before.problem
    assert before.write_down.value is None


def test_builds_are_told_with_what_a_machine_cost_landed(company: Company) -> None:
    """Rows sum to the whole, page by page every build once; what is left of a build is in stock."""
    rows: list[BuildRow] = []
    after = ""
    while True:
        page = builds(company, after, 7)
        rows += page.rows
        after = page.next
        if not after:
            break
    assert len({row.key for row in rows}) == len(rows) == page.total
    for row in rows:
        parts = (row.chips, row.materials, row.conversion, row.freight, row.duty, row.other)
        assert total(iter(parts)) == row.total.value
        assert row.each.value == round((row.total.value or 0) / (row.units.value or 1), 2)
        assert (row.left.value or 0) <= (row.units.value or 0)
    assert any(row.freight.value for row in rows)
    assert encodes(page)


def test_sorting_runs_are_told_with_their_bins(company: Company) -> None:
    """Bins sum to the good chips and to all of them; the yield of dies is unknown, and why."""
    page = sortings(company)
    assert page.rows
    for row in page.rows:
        assert total(bin_.chips for bin_ in row.bins) == row.chips.value
        assert abs(total(bin_.share for bin_ in row.bins) - 100) <= Decimal("0.2")
        assert row.die_yield.value is None
        assert row.die_yield.reason
    with pytest.raises(InputError, match="no cursor"):
        sortings(company, "x")


@pytest.mark.parametrize("period", [Q1, Q2], ids=str)
def test_sales_add_up_to_the_books(company: Company, period: object) -> None:
    """Lines, deliveries and customers sum to the KPIs of the period."""
    view, told = company.view(), sales(company, period)  # type: ignore[arg-type]  # a period
    found = {line.line: line for line in told.lines}
    for line in ("industrial", "home"):
        assert found[line].revenue.value == kpi(view, f"revenue.products.{line}", period).value  # type: ignore[arg-type]  # as above
        assert found[line].units.value == kpi(view, f"units.{line}", period).value  # type: ignore[arg-type]  # as above
        assert sum(found[line].models.values()) == found[line].units.value
    sold = kpi(view, "hashrate.sold", period).value  # type: ignore[arg-type]  # as above
    assert total(line.hashrate for line in told.lines) == sold
    assert total(row.revenue for row in told.customers) == total(line.revenue for line in told.lines)
    assert (told.prices[-1].period, told.prices[-1].asp.value) == (str(period), kpi(view, "asp", period).value)  # type: ignore[arg-type]  # as above
    assert len(told.deliveries) + told.more == len(
        [1 for _ in view.journal.facts("sales.machines-delivered", *span(period))]
    )
    assert encodes(told)


def span(period: object) -> tuple[date, date]:
    return period.start, period.end  # type: ignore[attr-defined]  # a period


def test_open_orders_are_the_backlog(company: Company) -> None:
    """In the middle of a quarter, what is left of orders sums to the backlog of the books, by customer too."""
    for name in ("2025-02", "2025-05"):
        told = sales(company, parse_period(name))
        left = {row.customer: Decimal(0) for row in told.customers}
        for row in told.orders:
            left[row.customer] = left.get(row.customer, Decimal(0)) + (row.open.value or Decimal(0))
            if row.state == "open":
                assert row.age_days is not None
            parts = (row.cancelled.value or 0) + (row.delivered.value or 0) + (row.open.value or 0)
            assert parts == row.amount.value
        assert sum(left.values()) == told.backlog.value
        assert {name: amount for name, amount in left.items() if amount} == {
            row.customer: row.backlog.value for row in told.customers if row.backlog.value
        }
    assert any(row.state == "open" for row in sales(company, parse_period("2025-05")).orders)


def test_a_customer_that_nobody_screened_is_unknown(company: Company) -> None:
    """No fact tells of a screening, and the answer says so instead of passing anybody."""
    assert {row.screening for row in sales(company, Q2).customers} == {"unknown"}


def test_a_period_without_anything_is_told_as_such(company: Company) -> None:
    """Before the ledger nothing was sold, and no price is made up."""
    told = sales(company, parse_period("2023Q1"))
    assert not told.deliveries
    assert not told.prices
