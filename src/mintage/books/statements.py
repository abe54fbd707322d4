"""Income statement and balance sheet."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from mintage.books.layout import RowDef, Statement, Values, add_up, layouts, statement
from mintage.books.view import View, select
from mintage.capital.service import ads_outstanding_average
from mintage.journal.store import Balances
from mintage.units import Period
from mintage.units.errors import CheckFailed


def income_statement(view: View, period: Period) -> Statement:
    """Revenue to net income per ADS for a period, with the period and the year before.

    Values are contributions to profit: a cost is negative. Net income per ADS is net income over the average of
    the ADS outstanding at the end of each day.
    """
    layout = layouts("statements.toml")["income"]
    return view.once(
        ("income", period),
        lambda: statement(view, "income", layout, period, lambda span: income_values(view, span)),
    )


def income_values(view: View, period: Period) -> Values:
    """Values of the income statement's rows: cents, and exact ratios."""

    def compute() -> Values:
        layout = layouts("statements.toml")["income"]
        values = line_values(view, layout.row, view.flow(period.start, period.end))
        weighted = ads_outstanding_average(view.journal, period)
        if weighted:
            values["ads.weighted"] = weighted
            values["net_income.per_ads"] = Fraction(values["net_income"]) / 100 / weighted
        return values

    return view.once(("income values", period), compute)


def balance_sheet(view: View, period: Period) -> Statement:
    """Assets, liabilities and equity at a period's end, with the end of the period and of the year before.

    Raises:
        CheckFailed: assets differ from liabilities and equity; `mintage check` names the fact.
    """
    layout = layouts("statements.toml")["balance"]
    sheet = view.once(
        ("balance", period),
        lambda: statement(view, "balance", layout, period, lambda span: balance_values(view, span.end)),
    )
    assets, claims = sheet.row("assets.total").now.cents, sheet.row("liabilities_equity.total").now.cents
    if assets != claims:
        raise CheckFailed(
            f"the balance sheet of {period.end} does not foot: assets {assets} cents, liabilities and equity "
            f"{claims} cents. Run `mintage check` to find the fact that does not balance."
        )
    return sheet


def balance_values(view: View, day: date) -> Values:
    """Values of the balance sheet's rows at the end of a day, in cents."""

    def compute() -> Values:
        return line_values(view, layouts("statements.toml")["balance"].row, view.stock(day))

    return view.once(("balance values", day), compute)


def line_values(view: View, rows: tuple[RowDef, ...], balances: Balances) -> Values:
    """Values of the rows that add up the books and of their sums; amounts may be arrays with one element per path."""
    lines = view.lines(balances)
    values: Values = {}
    for row in rows:
        if row.kind == "line":
            values[row.id] = sum(lines.get(line, 0) for line in row.lines)
            values[row.id] -= sum(select(balances, row.accounts, "USD").values())
            if row.results:
                values[row.id] += view.result(balances)
    return add_up(rows, values)
