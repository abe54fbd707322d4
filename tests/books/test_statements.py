"""Statements of the small company against figures computed by hand (see company.py), and their layout."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fnmatch import fnmatch

import pytest

from mintage.books.bridge import ebitda_bridge, rows_of
from mintage.books.cashflow import cash_flow, cash_flow_direct, cash_flow_indirect
from mintage.books.close import close_period
from mintage.books.facts import Leg, ManualEntry
from mintage.books.layout import RowDef, Statement, layouts
from mintage.books.statements import balance_sheet, income_statement
from mintage.books.view import View
from mintage.journal.chart import default_chart
from mintage.units import parse_period
from mintage.units.errors import CheckFailed, InputError
from tests.books.company import quarter, stated, usd

Q2 = parse_period("2025Q2")


@pytest.fixture(scope="module")
def view() -> View:
    """The company's second quarter, closed."""
    journal = quarter()
    close_period(journal, Q2)
    return View(journal)


def printed(statement: Statement) -> dict[str, int]:
    """Rows in cents that are not zero."""
    return {row.id: row.now.cents for row in statement.rows if row.now.cents}


def test_income_statement_is_the_one_computed_by_hand(view: View) -> None:
    """Every line, each subtotal and net income agree to the cent; costs are negative contributions."""
    assert printed(income_statement(view, Q2)) == {
        "revenue.products.industrial": usd(150_000),
        "revenue.products": usd(150_000),
        "revenue.mining": usd(28_500),
        "revenue.total": usd(178_500),
        "cost_of_revenue.products.industrial": usd(-99_000),
        "cost_of_revenue.products": usd(-99_000),
        "cost_of_revenue.mining.power": usd(-12_000),
        "cost_of_revenue.mining.site": usd(-1_500),
        "cost_of_revenue.mining.depreciation": -391_667,
        "cost_of_revenue.mining": -1_741_667,
        "cost_of_revenue.total": -11_641_667,
        "gross_profit.total": 6_208_333,
        "opex.rd": usd(-8_000),
        "opex.ga": usd(-5_100),
        "opex.total": usd(-13_100),
        "operating_income": 4_898_333,
        "fair_value.crypto.held": usd(58_000),
        "fair_value.crypto.receivable": usd(2_000),
        "fair_value.crypto": usd(60_000),
        "fair_value.preferred.remaining": usd(-4_000),
        "fair_value.preferred": usd(-4_000),
        "interest.expense": usd(-600),
        "issuance": usd(-1_000),
        "other.income": usd(4_000),
        "income_before_tax": 10_738_333,
        "net_income": 10_738_333,
    }


def test_net_income_per_ads_weighs_each_day(view: View) -> None:
    """1,000 of 1,000,000 ADS are gone for 15 of 91 days: 107,383.33 / 999,835.16 = 0.1074 USD."""
    statement = income_statement(view, Q2)
    assert statement.row("ads.weighted").now.value == 999_835
    assert statement.row("net_income.per_ads").now.value == Decimal("0.1074")


def test_balance_sheet_is_the_one_computed_by_hand(view: View) -> None:
    """Payables are 30,000 parts, 10,000 conversion, 5,000 freight, 2,000 power, 1,500 site; and it foots."""
    assert printed(balance_sheet(view, Q2)) == {
        "cash": usd(1_086_800),
        "receivables": usd(20_000),
        "inventories": usd(33_000),
        "prepayments": usd(4_000),
        "assets.current": usd(1_143_800),
        "cryptocurrency": usd(192_600),
        "crypto_receivable.noncurrent": usd(107_000),
        "property_equipment": 6_508_333,
        "assets.total": 150_848_333,
        "payables": usd(48_500),
        "accrued": usd(2_600),
        "loans.noncurrent": usd(100_000),
        "preferred": usd(54_000),
        "liabilities.total": usd(205_100),
        "share_capital": usd(502_000),
        "treasury_shares": usd(-2_000),
        "retained": 80_338_333,
        "equity.total": 130_338_333,
        "liabilities_equity.total": 150_848_333,
    }


def test_cash_flow_divides_bitcoin_sold_by_the_age_of_its_lots(view: View) -> None:
    """Sold three days after receipt is operating, thirty days after it investing; the end is the cash held."""
    rows = printed(cash_flow(view, Q2))
    assert rows["cash.received.bitcoin"] == usd(10_500)
    assert rows["cash.investing.bitcoin_sold"] == usd(10_400)
    assert rows["cash.operating"] == usd(-15_600)
    assert rows["cash.investing"] == usd(-41_600)
    assert rows["cash.financing"] == usd(144_000)
    assert rows["cash"] == usd(1_086_800)


def test_direct_cash_flow_tells_what_came_in_and_went_out(view: View) -> None:
    """Refunded tax counts gross as received, paid tax as operations: 20,000 + 10,000 + 6,000 + 3,000 + 100 + 3,000."""
    assert printed(cash_flow_direct(view, Q2)) == {
        "cash.opening": usd(1_000_000),
        "cash.received.sales": usd(110_000),
        "cash.received.vat": usd(2_000),
        "cash.received.depositary": usd(4_000),
        "cash.received.bitcoin": usd(20_900),
        "cash.received.financing": usd(149_000),
        "cash.paid.wafers": usd(-100_000),
        "cash.paid.operations": usd(-42_100),
        "cash.paid.repurchase": usd(-5_000),
        "cash.paid.bitcoin": usd(-52_000),
        "cash": usd(1_086_800),
    }


def test_indirect_cash_flow_reaches_the_same_operating_cash(view: View) -> None:
    """Net income less what moved no cash: the 9,500 are 20,000 taken as payment less 10,500 sold within days."""
    rows = printed(cash_flow_indirect(view, Q2))
    assert rows["noncash.mined"] == usd(-28_500)
    assert rows["change.bitcoin"] == usd(-9_500)
    assert rows["change.inventories"] == usd(-66_000)
    assert rows["elsewhere"] == usd(1_000)
    assert rows["cash.operating"] == usd(-15_600)


def test_bridge_adds_back_row_by_row(view: View) -> None:
    """107,383.33 + interest 600 + depreciation 3,916.67 = 111,900; + 2,000 + 4,000 + 1,000 = 118,900."""
    rows = printed(ebitda_bridge(view, Q2))
    assert (rows["ebitda"], rows["ebitda.adjusted"]) == (usd(111_900), usd(118_900))
    with pytest.raises(InputError, match="no version 9"):
        ebitda_bridge(view, Q2, version=9)


def test_a_bridge_row_of_a_later_version_is_not_in_an_earlier_one() -> None:
    """Rows and the sums over them follow the version; a row that ended is gone after it."""
    rows = (
        RowDef(id="a", en="", zh="", kind="line"),
        RowDef(id="b", en="", zh="", kind="line", since=2),
        RowDef(id="c", en="", zh="", kind="line", until=1),
        RowDef(id="s", en="", zh="", kind="sum", rows=("a", "b", "-c")),
    )
    assert [row.id for row in rows_of(rows, 1)] == ["a", "c", "s"]
    assert rows_of(rows, 1)[-1].rows == ("a", "-c")
    assert rows_of(rows, 2)[-1].rows == ("a", "b")


def test_comparatives_come_from_the_books_or_from_what_was_reported(view: View) -> None:
    """The opening day has a balance sheet but no income; a reported figure stands in, its source named."""
    income = income_statement(view, Q2)
    revenue, mining = income.row("revenue.total"), income.row("revenue.mining")
    assert (revenue.before.source, revenue.before.reason) == ("reported", "release")
    assert revenue.growth_before.percent == Decimal("19.00")
    assert mining.before.value is None
    assert "opens with balances of 2025-03-31" in mining.before.reason
    assert mining.growth_before.reason == "the earlier figure is unknown"
    assert income.row("opex.total").before.value == -10_000
    assert income.row("opex.total").growth_before.percent == Decimal("31.00")
    cash = balance_sheet(view, Q2).row("cash")
    assert (cash.before.cents, cash.before.source) == (usd(1_000_000), "books")
    assert cash.year_before.reason == "the ledger begins on 2025-03-31"


def test_no_growth_is_told_from_zero_or_a_loss(view: View) -> None:
    """A rate from a base that is zero or negative says nothing."""
    payables = balance_sheet(view, Q2).row("payables")
    assert payables.growth_before.percent is None
    assert payables.growth_before.reason == "the earlier figure is zero or negative"


def test_a_sheet_that_does_not_foot_is_an_error() -> None:
    """Money posted to a memo account is outside the balance sheet: the statement refuses to be printed."""
    journal = quarter()
    legs = (Leg(account="assets:cash:main", amount="1.00 USD"), Leg(account="memo:backlog:x", amount="-1.00 USD"))
    journal.append([stated(date(2025, 6, 30), "wrong", ManualEntry(legs=legs, purpose="a mistake"))])
    with pytest.raises(CheckFailed, match="does not foot"):
        balance_sheet(View(journal), Q2)


def lines_of(*types: str) -> set[str]:
    """Statement lines of the chart's accounts of these types."""
    return {entry.line for entry in default_chart().entries if entry.type in types}


def test_every_line_of_the_chart_stands_once_in_its_statement() -> None:
    """No account can be left out of a statement, or be counted twice."""
    tables = layouts("statements.toml")
    income = [line for row in tables["income"].row for line in row.lines]
    balance = [line for row in tables["balance"].row for line in row.lines]
    assert sorted(balance) == sorted(lines_of("asset", "liability", "equity"))
    assert sorted([*income, "fv.preferred"]) == sorted(lines_of("income", "expense"))


def test_every_cash_flow_line_of_the_chart_stands_once_in_each_form() -> None:
    """Receipts and payments may be told apart, but then both are there."""
    flows = {entry.flow for entry in default_chart().entries} - {"bitcoin"}
    wanted = sorted(flows | {"bitcoin.bought", "bitcoin.sold.operating", "bitcoin.sold.investing"})
    for name in ("sections", "direct"):
        told = [flow for row in layouts("cashflow.toml")[name].row for flow in row.flows]
        halves = {flow.removesuffix(".in") for flow in told if flow.endswith(".in")}
        assert halves == {flow.removesuffix(".out") for flow in told if flow.endswith(".out")}
        whole = [flow for flow in told if not flow.endswith((".in", ".out"))]
        assert sorted([*whole, *halves]) == wanted


def test_the_indirect_form_foots_by_construction() -> None:
    """Each balance-sheet account stands in one residual; each result taken out is put somewhere once."""
    rows = layouts("cashflow.toml")["indirect"].row
    back = [pattern for row in rows for pattern in row.back]
    forth = [pattern for row in rows for pattern in row.forth]
    assert sorted(back) == sorted(forth)
    residuals = [pattern for row in rows for pattern in row.residual]
    for entry in default_chart().entries:
        if entry.type in {"asset", "liability", "equity"} and entry.line != "cash":
            assert sum(fnmatch(entry.pattern, pattern) for pattern in residuals) == 1, entry.pattern


def test_no_expense_is_added_back_twice() -> None:
    """Any account of the chart, with any kind that the facts use, fits at most one row of the bridge."""
    rows = [row for row in layouts("bridge.toml")["bridge"].row if row.accounts]
    kinds = ("share-based", "depreciation", "amortization", "payroll", "retirement", "texas", "converted")
    for entry in default_chart().entries:
        if entry.type in {"income", "expense"}:
            for kind in kinds:
                name = ":".join(kind if part.startswith("{") else part for part in entry.pattern.split(":"))
                fits = [
                    row.id
                    for row in rows
                    if any(fnmatch(name, pattern) for pattern in row.accounts)
                    and not any(fnmatch(name, pattern) for pattern in row.without)
                ]
                assert len(fits) <= 1, (name, fits)


def test_every_sum_adds_rows_above_it_and_both_languages_are_there() -> None:
    """A statement reads top down, in English and in Chinese."""
    for name in ("statements.toml", "cashflow.toml", "bridge.toml"):
        for layout in layouts(name).values():
            seen: set[str] = set()
            for row in layout.row:
                assert row.en
                assert row.zh
                assert {id_.lstrip("-") for id_ in row.rows} <= seen
                assert row.id not in seen
                seen.add(row.id)
