"""`mintage sales`: what a terahash was sold for, and what is still to be delivered."""

from __future__ import annotations

from decimal import Decimal

from cyclopts import App

from mintage.cli.options import Options
from mintage.cli.quantities import Day, btc, dated, shown, ths, usd
from mintage.cli.show import print_json, print_table
from mintage.sales.service import average_price, backlog
from mintage.units import parse_period

app = App(name="sales", help="Average price and backlog.")
LINES = ("industrial", "home", "other")


@app.command
def asp(period: str, *, options: Options = Options()) -> None:
    """Average selling price: all product revenue over TH/s sold, with the lines that it is made of.

    Example: mintage sales asp 2025Q2

    Args:
        period: a year, quarter, month or day.
    """
    span, view = parse_period(period), options.view()
    gap = view.flow_gap(span)
    balances = {} if gap else view.flow(span.start, span.end)
    lines = []
    for line in LINES:
        prefix, sold = f"income:products:{line}:", f"memo:hashrate:sold:{line}"
        cents = -sum(amount for (name, id_), amount in balances.items() if id_ == "USD" and name.startswith(prefix))
        lines.append((line, usd(cents), ths(balances.get((sold, "HASHRATE"), 0))))
    revenue, hashrate = sum((row[1] for row in lines), Decimal(0)), sum((row[2] for row in lines), Decimal(0))
    price = None if gap else average_price(view.journal, span)
    reason = gap or ("" if price is not None else f"nothing was sold in {period}")
    if options.json:
        rows = [] if gap else [{"line": line, "revenue_usd": usd_, "sold_ths": sold_} for line, usd_, sold_ in lines]
        total = {"revenue_usd": None if gap else revenue, "sold_ths": None if gap else hashrate}
        print_json({"period": period, "asp_usd_ths": price, "reason": reason, **total, "lines": rows})
        return
    table = [] if gap else [(line, shown(usd_), shown(sold_), "") for line, usd_, sold_ in lines]
    table.append(("all products", *((shown(None),) * 2 if gap else (shown(revenue), shown(hashrate))), shown(price)))
    print_table(
        f"Average selling price, {period}", ("line", "revenue USD", "sold TH/s", "USD per TH/s"), table, note=reason
    )


@app.command(name="backlog")
def backlog_(*, on: Day | None = None, options: Options = Options()) -> None:
    """Orders not yet delivered and deposits on them, by customer.

    Example: mintage sales backlog --on 2025-06-30

    Args:
        on: end of this day; by default everything recorded.
    """
    rows = backlog(options.journal_on(on), on)
    if options.json:
        found = [
            {
                "customer": row.customer,
                "amount_usd": usd(row.amount),
                "hashrate_ths": ths(row.hashrate_ghs),
                "deposits_usd": usd(row.deposits),
                "deposits_btc": btc(row.deposits_sat),
            }
            for row in rows
        ]
        print_json({"on": on, "customers": found})
        return
    table = [
        (
            r.customer,
            shown(usd(r.amount)),
            shown(ths(r.hashrate_ghs)),
            shown(usd(r.deposits)),
            shown(btc(r.deposits_sat)),
        )
        for r in rows
    ]
    table.append(
        (
            "all",
            shown(usd(sum(r.amount for r in rows))),
            shown(ths(sum(r.hashrate_ghs for r in rows))),
            shown(usd(sum(r.deposits for r in rows))),
            shown(btc(sum(r.deposits_sat for r in rows))),
        )
    )
    print_table(
        dated("Backlog", on), ("customer", "ordered USD", "ordered TH/s", "deposits USD", "deposits BTC"), table
    )
