"""`mintage mining`: what was earned, what a bitcoin cost, and whether pools paid what they owed."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter

from mintage.cli.options import Options
from mintage.cli.quantities import UNKNOWN, Day, Number, btc, shown, usd
from mintage.cli.show import print_json, print_table
from mintage.journal.standing import standing
from mintage.mining.cost import CostRow, cost_by_site, cost_per_bitcoin
from mintage.mining.facts import Earned, EarnedReduced
from mintage.mining.production import check_production, fpps_expected_sats
from mintage.mining.service import problems, settle_joint
from mintage.units import parse_amount, parse_period, to_units
from mintage.units.errors import InputError

app = App(name="mining", help="Cost of one bitcoin, production, the day's truth from shares to satoshis.")
app.command("mintage.cli.mining_day:reconcile", name="reconcile")
app.command("mintage.cli.mining_day:pools", name="pools")


@app.command
def cost(
    period: str,
    *,
    overhead: Number | None = None,
    by_site: Annotated[bool, Parameter(negative=())] = False,
    options: Options = Options(),
) -> None:
    """What one bitcoin cost to mine, row by row; cash cost and all-in cost.

    Example: mintage mining cost 2025Q2 --overhead 1,200,000

    Example: mintage mining cost 2025-06 --by-site

    Args:
        period: a year, quarter, month or day.
        overhead: mining's part of the company's overhead, USD; unknown unless given.
        by_site: the cash rows of each site instead; depreciation and overhead are the company's.
    """
    journal, span = options.journal(), parse_period(period)
    if by_site:
        _cost_by_site(period, cost_by_site(journal, span), as_json=options.json)
        return
    rows = cost_per_bitcoin(journal, span, None if overhead is None else to_units(overhead, "USD"))
    if options.json:
        print_json({"period": period, "rows": [cost_json(row) for row in rows]})
        return
    print_table(f"Cost of mining, {period}", ("row", "USD", "USD per BTC", "why unknown"), map(cost_cells, rows))


def _cost_by_site(period: str, sites: dict[str, tuple[CostRow, ...]], *, as_json: bool) -> None:
    if as_json:
        found = [{"site": site, "rows": [cost_json(row) for row in rows]} for site, rows in sites.items()]
        print_json({"period": period, "sites": found})
        return
    table = [(site, *cost_cells(row)) for site, rows in sites.items() for row in rows]
    heads = ("site", "row", "USD", "USD per BTC", "why unknown")
    print_table(f"Cash cost of mining by site, {period}", heads, table, left=2)


def cost_json(row: CostRow) -> dict[str, Any]:
    """A row of cost as JSON states it."""
    return {
        "row": row.id,
        "usd": None if row.amount is None else usd(row.amount),
        "usd_per_btc": None if row.per_btc is None else shown(row.per_btc, 2).replace(",", ""),
        "reason": row.reason,
    }


def cost_cells(row: CostRow) -> tuple[str, ...]:
    """A row of cost as a table shows it."""
    return (row.id, UNKNOWN if row.amount is None else shown(usd(row.amount)), shown(row.per_btc, 2), row.reason)


@app.command
def days(period: str, *, options: Options = Options()) -> None:
    """What pools credited, by day and site, valued at the price of the stated hour and source.

    A credit that a pool took back later is a row with a minus.

    Example: mintage mining days 2025-06

    Args:
        period: a year, quarter, month or day.
    """
    span = parse_period(period)
    journal = options.journal()
    found = [(stored.fact.date, data) for stored, data in standing(journal, Earned, span.start, span.end)]
    found += [
        (stored.fact.date, _taken(data)) for stored, data in standing(journal, EarnedReduced, span.start, span.end)
    ]
    found.sort(key=lambda pair: (pair[0], pair[1].site, pair[1].pool))
    sats, cents = sum(data.sats for _, data in found), sum(data.value for _, data in found)
    if options.json:
        rows = [
            {
                "day": day,
                "site": data.site,
                "pool": data.pool,
                "earned_btc": btc(data.sats),
                "value_usd": usd(data.value),
                "price_usd": data.price,
                "price_source": data.price_source,
                "price_hour": data.price_hour,
            }
            for day, data in found
        ]
        print_json({"period": period, "days": rows, "earned_btc": btc(sats), "value_usd": usd(cents)})
        return
    table: list[tuple[Any, ...]] = [
        (day, data.site, data.pool, shown(btc(data.sats)), shown(data.price), shown(usd(data.value)))
        for day, data in found
    ]
    sites = sorted({data.site for _, data in found})
    for site in sites if len(sites) > 1 else ():
        own = [data for _, data in found if data.site == site]
        table.append(("all", site, "", shown(btc(sum(d.sats for d in own))), "", shown(usd(sum(d.value for d in own)))))
    table.append(("all", "", "", shown(btc(sats)), "", shown(usd(cents))))
    heads = ("day", "site", "pool", "earned BTC", "USD per BTC", "value USD")
    print_table(f"Earned, {period}", heads, table, left=3)


def _taken(data: EarnedReduced) -> Earned:
    """What a pool took back, as a credit below zero."""
    fields = msgspec.structs.asdict(data)
    return Earned(**{**fields, "sats": -data.sats, "value": -data.value})


@app.command
def check(period: str, *, options: Options = Options()) -> int:
    """Find credits whose value is not bitcoin times price, and joint settlements that do not add up; exit 1 if any.

    Example: mintage mining check 2025Q2

    Args:
        period: a year, quarter, month or day.
    """
    found = problems(options.journal(), parse_period(period))
    if options.json:
        print_json({"period": period, "passed": not found, "problems": found})
    elif found:
        rows = [(item.key, f"{item.what} {item.remedy}") for item in found]
        print_table(f"Problems of mining, {period}", ("fact", "problem"), rows, left=2)
    else:
        print(f"✓ {period}: every credit is worth bitcoin times price, every joint settlement adds up")
    return 1 if found else 0


@app.command
def fpps(
    earned: str,
    *,
    hashrate: str,
    difficulty: Number,
    subsidy: Number = Decimal("3.125"),
    fees: Number,
    pool_fee: Number = Decimal(0),
    tolerance: Number = Decimal(2),
    options: Options = Options(),
) -> int:
    """Compare a day's credit with what a pool owes under FPPS; exit 1 where the gap is above the tolerance.

    Example: mintage mining fpps "3.12 BTC" --hashrate "6.57 EH/s" --difficulty 116,958,512,019,762 --fees 0.04

    Args:
        earned: what the pool credited for the day.
        hashrate: average operating hash rate of the day.
        difficulty: network difficulty of the day.
        subsidy: subsidy of a block, BTC.
        fees: average fees of a block, BTC.
        pool_fee: the pool's fee, percent.
        tolerance: largest gap that passes, percent.
    """
    if tolerance < 0:
        raise InputError(f"a tolerance of {tolerance} percent cannot be.", field="--tolerance")
    rate = Decimal(parse_amount(hashrate, "HASHRATE").units).scaleb(-3)
    owed = fpps_expected_sats(rate, difficulty, to_units(subsidy, "BTC"), fees.scaleb(8), pool_fee_pct=pool_fee)
    found = check_production(parse_amount(earned, "BTC").units, owed, tolerance)
    if options.json:
        gap = None if found.gap_pct is None else shown(found.gap_pct, 4).replace(",", "")
        amounts = {"earned_btc": btc(found.earned_sats), "expected_btc": btc(owed)}
        print_json({**amounts, "gap_pct": gap, "passed": found.ok, "reason": found.reason})
    else:
        rows = [
            ("earned BTC", shown(btc(found.earned_sats))),
            ("owed BTC", shown(btc(owed))),
            ("gap %", shown(found.gap_pct, 2)),
        ]
        note = found.reason or f"{'within' if found.ok else 'BEYOND'} the tolerance of {tolerance}%"
        print_table("A day under FPPS", ("", ""), rows, note=note)
    return 0 if found.ok else 1


@app.command
def settle(site: str, host: str, net: Number, *, on: Day, options: Options = Options()) -> None:
    """Share a joint site's result under the contract in force; nothing is recorded.

    Example: mintage mining settle alder hostco 250,000 --on 2025-06-30

    Args:
        site: mining site.
        host: partner.
        net: what is shared, USD: revenue net of power and operating cost.
        on: accounting date of the settlement.
    """
    found = settle_joint(options.journal(), site, host, to_units(net, "USD"), on)
    parts = {"company": found.company_share, "host": found.host_share, "recovered": found.recovered}
    if options.json:
        shares = {f"{name}_usd": usd(cents) for name, cents in parts.items()}
        print_json({"site": site, "host": host, "on": on, "net_usd": usd(found.net_revenue), **shares})
        return
    rows = [(name, shown(usd(cents))) for name, cents in parts.items()]
    note = "recovered: of the company's part, what counts towards its capital"
    print_table(f"{shown(usd(found.net_revenue))} USD of {site} shared with {host}, {on}", ("", "USD"), rows, note=note)
