"""KPIs: values of the small company, unknowns with reasons, reported figures, and the table itself."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from time import perf_counter

import pytest

from mintage.books.close import close_period
from mintage.books.facts import KpiReported
from mintage.books.kpis import definitions, kpi, kpi_table
from mintage.books.layout import layouts
from mintage.books.queries import Composite, RolledQuery, RowQuery
from mintage.books.rollforward import COLUMNS, roll_rows
from mintage.books.view import View
from mintage.fleet.facts import Energized, HashrateMeasured
from mintage.house import memory_journal
from mintage.journal.core import Reversal
from mintage.units import parse_period
from mintage.units.errors import InputError
from tests.books.company import price, quarter, stated

Q2 = parse_period("2025Q2")


@pytest.fixture(scope="module")
def view() -> View:
    """The company's second quarter, closed."""
    journal = quarter()
    close_period(journal, Q2)
    return View(journal)


@pytest.mark.parametrize(
    ("id_", "value"),
    [
        ("revenue.total", "178500.00"),
        ("cost_of_revenue.mining", "17416.67"),
        ("gross_margin.industrial", "34.0"),
        ("operating_income", "48983.33"),
        ("fair_value.preferred", "4000.00"),
        ("fair_value.crypto", "60000.00"),
        ("fair_value.crypto_unrealized_gain", "59100.00"),
        ("net_income.per_ads", "0.1074"),
        ("ebitda.adjusted", "118900.00"),
        ("hashrate.sold", "12000.000"),
        ("asp", "12.50"),
        ("units.industrial", "60"),
        ("hashrate.installed.americas", "4000.000"),
        ("hashrate.operating", "2500.000"),
        ("machines.deployed.americas", "20"),
        ("fleet.efficiency", "19.5"),
        ("bitcoin.mined", "0.30000000"),
        ("bitcoin.owned", "2.80000000"),
        ("bitcoin.owned.change", "0.80000000"),
        ("bitcoin.pledged", "1.00000000"),
        ("bitcoin.sold", "0.20000000"),
        ("bitcoin.owned.fair_value", "299600.00"),
        ("bitcoin.owned.cost", "180500.00"),
        ("bitcoin.owned.unrealized_gain", "119100.00"),
        ("bitcoin.price", "107000.00"),
        ("mining.revenue_per_btc", "95000.00"),
        ("mining.cash_cost_per_btc", "45000.00"),
        ("power.cost_kwh", "0.0500"),
        ("cash.paid.wafers", "100000.00"),
        ("cash.received.vat", "2000.00"),
        ("ads.repurchased", "1000"),
        ("ads.repurchase_spent", "2000.00"),
        ("ads.outstanding", "999000"),
        ("loans.total", "100000.00"),
    ],
)
def test_kpi_is_the_value_computed_by_hand(view: View, id_: str, value: str) -> None:
    """Each in its unit, rounded to the digits of its definition."""
    found = kpi(view, id_, Q2)
    assert str(found.value) == value
    assert found.source == "books"


def test_months_add_up_to_their_quarter(view: View) -> None:
    """The same query answers any period: revenue of the three months is that of the quarter."""
    parts = [kpi(view, "revenue.total", month).value for month in Q2.months()]
    assert sum(part for part in parts if part is not None) == kpi(view, "revenue.total", Q2).value


def test_a_period_that_is_not_over_in_the_books_says_so(view: View) -> None:
    """A quarter with one month booked is no quarter's figure: the value is told as to date."""
    july = stated(date(2025, 7, 31), "july", Energized(site="texas", region="americas", hashrate=1))
    journal = quarter()
    journal.append([july])
    found = kpi(View(journal), "revenue.total", parse_period("2025Q3"))
    assert (found.value, found.reason) == (Decimal("0.00"), "to date: nothing is booked on or after 2025-09-30")
    assert kpi(view, "revenue.total", Q2).reason == ""


def test_a_stock_is_asked_for_any_day(view: View) -> None:
    """Bitcoin owned on the day after it was bought."""
    assert kpi(view, "bitcoin.owned", parse_period("2025-06-02")).value == Decimal("2.80000000")


def test_what_is_unknown_says_why_and_is_never_zero(view: View) -> None:
    """No home machine was sold, no price of the day was seen, the year began before the books did."""
    assert kpi(view, "gross_margin.home", Q2).reason == "revenue.products.home is zero"
    price_then = kpi(view, "bitcoin.price", parse_period("2025-06-29"))
    assert (price_then.value, price_then.reason) == (None, "no price of 2025-06-29 was observed")
    year = kpi(view, "revenue.mining", parse_period("2025"))
    assert year.value is None
    assert "opens with balances of 2025-03-31" in year.shown()
    share = kpi(view, "mining.revenue_per_btc", parse_period("2025"))
    assert share.reason.startswith("revenue.mining: ")


def test_fair_value_on_a_day_without_measurement_is_unknown(view: View) -> None:
    """A carrying amount of last month is not today's fair value."""
    found = kpi(view, "bitcoin.owned.fair_value", parse_period("2025-06-29"))
    assert found.value is None
    assert "was not measured on 2025-06-29" in found.reason


def test_a_reported_figure_stands_in_before_the_ledger_began(view: View) -> None:
    """And only there: the books go before it."""
    before = kpi(view, "revenue.total", parse_period("2025Q1"))
    assert (before.value, before.source, before.reason) == (Decimal("150000.00"), "reported", "release")
    assert kpi(view, "bitcoin.owned", parse_period("2024Q2")).value == Decimal("1.40000000")
    journal = quarter()
    told = KpiReported(id="revenue.total", period="2025Q2", value=Decimal(1), unit="USD", document="rumour")
    journal.append([stated(date(2025, 7, 1), "rumour", told)])
    assert kpi(View(journal), "revenue.total", Q2).value == Decimal("178500.00")


def test_a_published_ratio_goes_before_one_of_rounded_published_figures() -> None:
    """ASP 11.10 was said; 71.9 / 6.4 million would be 11.23."""
    journal = quarter()
    told = [("revenue.products", "71900000"), ("hashrate.sold", "6400000")]
    for number, (id_, value) in enumerate(told):
        fact = KpiReported(id=id_, period="2025Q1", value=Decimal(value), unit="", document="call")
        journal.append([stated(date(2025, 7, 1), f"told-{number}", fact)])
    q1 = parse_period("2025Q1")
    assert (kpi(View(journal), "asp", q1).value, kpi(View(journal), "asp", q1).source) == (Decimal("11.23"), "reported")
    said = KpiReported(id="asp", period="2025Q1", value=Decimal("11.10"), unit="USD/TH/s", document="call")
    journal.append([stated(date(2025, 7, 1), "said", said)])
    assert kpi(View(journal), "asp", q1).value == Decimal("11.10")


def test_a_site_with_power_and_no_measurement_makes_the_sum_unknown() -> None:
    """Operating hash rate is not the sum of the sites that happened to report."""
    journal = quarter()
    journal.append([stated(date(2025, 6, 30), "on", Energized(site="ohio", region="americas", hashrate=1000))])
    found = kpi(View(journal), "hashrate.operating", Q2)
    assert (found.value, found.reason) == (None, "no measurement of site ohio by 2025-06-30")
    measured = HashrateMeasured(site="ohio", region="americas", hashrate=500, window="2025-06")
    journal.append([stated(date(2025, 6, 30), "measured", measured)])
    assert kpi(View(journal), "hashrate.operating", Q2).value == Decimal("2500.500")
    late = kpi(View(journal), "hashrate.operating", parse_period("2025-12-31"))
    assert "days old" in late.reason


def test_a_reversed_fact_counts_nowhere() -> None:
    """Sums over facts leave out what was taken back."""
    journal = quarter()
    key = next(stored.fact.key for stored in journal.facts("capital.ads-repurchased"))
    journal.append([stated(date(2025, 6, 30), "undo", Reversal(of=key, reason="wrong broker"))])
    assert kpi(View(journal), "ads.repurchased", Q2).value == 0
    assert kpi(View(journal), "ads.outstanding", Q2).value == 1_000_000


def test_prices_that_differ_by_source_are_not_chosen_between() -> None:
    """Two sources at one hour with two prices: the price is unknown until one is named."""
    journal = quarter()
    journal.append([stated(date(2025, 6, 30), "second", price(date(2025, 6, 30), 106_000, source="other"))])
    assert "differ by source (index, other)" in kpi(View(journal), "bitcoin.price", Q2).reason


def test_printed_form_uses_the_scale_of_its_kind() -> None:
    """Millions for a company that has them, plain dollars for one that has not."""
    journal = quarter()
    assert kpi(View(journal), "revenue.total", Q2).shown() == "0.2 million USD"
    assert kpi(View(journal), "opex.rd", Q2).shown() == "8,000.00 USD"
    assert kpi(View(journal), "gross_margin.industrial", Q2).shown() == "34.0%"
    assert kpi(View(journal), "bitcoin.mined", Q2).shown() == "0.30000000 BTC"
    loss = KpiReported(id="net_income.per_ads", period="2025Q1", value=Decimal("-0.027"), unit="", document="x")
    journal.append([stated(date(2025, 7, 1), "loss", loss)])
    assert kpi(View(journal), "net_income.per_ads", parse_period("2025Q1")).shown() == "-0.03 USD/ADS"


def test_an_unknown_id_names_its_neighbours(view: View) -> None:
    """A misspelt id is an input error that helps."""
    with pytest.raises(InputError, match=r"Did you mean revenue\.mining"):
        kpi(view, "revenue.minning", Q2)


def test_an_empty_ledger_knows_nothing() -> None:
    """Every KPI is unknown with a reason; none is zero."""
    for value in kpi_table(View(memory_journal()), Q2):
        assert value.value is None
        assert value.reason


def test_the_table_refers_only_to_what_exists() -> None:
    """Rows, rollforward columns and other KPIs that a query names are there, and no KPI is made of itself."""
    table = definitions()
    known = {
        "income": layouts("statements.toml")["income"],
        "balance": layouts("statements.toml")["balance"],
        "cash": layouts("cashflow.toml")["sections"],
        "bridge": layouts("bridge.toml")["bridge"],
    }
    rolled = {row.id for row in roll_rows()}
    for id_, row in table.items():
        assert row.en
        assert row.zh
        if isinstance(row.query, RowQuery):
            assert row.query.row in {r.id for r in known[row.query.statement].row}
        if isinstance(row.query, RolledQuery):
            assert set(row.query.rows) <= rolled
            assert row.query.column in COLUMNS
        if isinstance(row.query, Composite):
            order = list(table)
            assert all(order.index(part) < order.index(id_) for part in row.query.parts()), id_


def test_the_whole_table_is_quick(view: View) -> None:
    """Balances are read once per day, so all KPIs of a quarter take well under a second."""
    fresh = View(view.journal)
    start = perf_counter()
    assert len(kpi_table(fresh, Q2)) == len(definitions())
    assert perf_counter() - start < 1
