"""`mintage capital`: how many ADS and shares there are."""

from __future__ import annotations

from decimal import Decimal

from cyclopts import App

from mintage.capital.service import (
    CLASS_A_PER_ADS,
    ads_outstanding,
    ads_outstanding_average,
    preferred_outstanding,
    shares_of_ads,
)
from mintage.cli.options import Options
from mintage.cli.quantities import Day, dated, rounded, shown
from mintage.cli.show import print_json, print_table
from mintage.units import parse_period

app = App(name="capital", help="Shares and ADS.")


@app.command
def shares(*, on: Day | None = None, options: Options = Options()) -> None:
    """ADS outstanding, the class A shares that they stand for, and preferred shares by series.

    Example: mintage capital shares --on 2025-06-30

    Args:
        on: end of this day; by default everything recorded.
    """
    balances = options.journal_on(on).balances(end=on)
    ads, preferred = ads_outstanding(balances), preferred_outstanding(balances)
    if options.json:
        print_json({"on": on, "ads": ads, "class_a_shares": shares_of_ads(ads), "preferred": preferred})
        return
    rows = [
        ("ADS", shown(ads)),
        (f"class A shares behind them, {CLASS_A_PER_ADS} an ADS", shown(shares_of_ads(ads))),
        *((f"preferred shares, series {series}", shown(count)) for series, count in preferred.items()),
    ]
    print_table(dated("Outstanding, without those repurchased", on), ("", "number"), rows)


@app.command
def average(period: str, *, options: Options = Options()) -> None:
    """Weighted average of the ADS outstanding over a period, as per-share figures use it (ASC 260).

    Example: mintage capital average 2025Q2

    Args:
        period: a year, quarter, month or day.
    """
    span, view = parse_period(period), options.view()
    reason = view.flow_gap(span)
    exact = None if reason else ads_outstanding_average(view.journal, span)
    value = None if exact is None else rounded(Decimal(exact.numerator) / exact.denominator)
    if options.json:
        print_json({"period": period, "ads_average": value, "reason": reason})
    else:
        print_table(f"Weighted average, {period}", ("", "number"), [("ADS", shown(value))], note=reason)
