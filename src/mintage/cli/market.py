"""`mintage market`: prices, difficulty, and what a hash earns."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from cyclopts import App

from mintage.cli.options import Options
from mintage.cli.quantities import Day, Number, rounded, shown
from mintage.cli.show import print_json, print_table
from mintage.journal.store import Journal
from mintage.market.network import curtail_above_usd_mwh, hashprice_usd_ph_day, implied_hashrate_ths, payback_days
from mintage.market.series import Reading
from mintage.market.service import difficulty_on, hashprice_on, price_sources, prices_observed
from mintage.units import parse_period
from mintage.units.errors import InputError

app = App(name="market", help="Prices, difficulty, hashprice.")


@app.command
def hashprice(
    *,
    on: Day | None = None,
    source: str | None = None,
    fees: Number = Decimal(0),
    difficulty: Number | None = None,
    reward: Number | None = None,
    price: Number | None = None,
    options: Options = Options(),
) -> None:
    """What one PH/s earns in a day: from what the journal observed, or from three numbers.

    Example: mintage market hashprice --on 2025-06-30
    Example: mintage market hashprice --difficulty 116,958,512,019,762 --reward 3.165 --price 107,147

    Args:
        on: day in UTC; price and difficulty are then those in the journal.
        source: source of the closing price, where the journal has several.
        fees: average fees of a block, BTC, with --on; 0 gives what the subsidy earns.
        difficulty: network difficulty.
        reward: subsidy and average fees of a block, BTC.
        price: USD per bitcoin.
    """
    given = {"difficulty": difficulty, "reward": reward, "price": price}
    if on is not None:
        if any(value is not None for value in given.values()):
            raise InputError("--on takes price and difficulty from the journal.", remedy="Give --on, or the numbers.")
        journal = options.journal()
        found = hashprice_on(journal, on, _source(journal, source), fees)
    elif difficulty is None or reward is None or price is None:
        missing = " ".join(f"--{name}" for name, value in given.items() if value is None)
        raise InputError(f"missing: {missing}.", remedy="Give --on DAY, or --difficulty, --reward and --price.")
    else:
        found = Reading(hashprice_usd_ph_day(difficulty, reward, price))
    value = None if found.value is None else rounded(found.value)
    if options.json:
        print_json({"on": on, "hashprice_usd_ph_day": value, "reason": found.reason})
    else:
        print_table("Hashprice", ("", "USD/PH/day"), [(on or "as given", shown(value))], note=found.reason)


@app.command
def difficulty(*, on: Day, options: Options = Options()) -> None:
    """The difficulty in force on a day, and the network hash rate that it is made for.

    Example: mintage market difficulty --on 2025-06-30

    Args:
        on: day in UTC.
    """
    found = difficulty_on(options.journal(), on)
    network = None if found.value is None else rounded(implied_hashrate_ths(found.value).scaleb(-6), 3)
    value = None if found.value is None else rounded(found.value, 3)
    if options.json:
        print_json({"on": on, "difficulty": value, "network_ehs": network, "reason": found.reason})
        return
    rows = [("difficulty", shown(value, 0)), ("network EH/s", shown(network))]
    print_table(f"Difficulty, {on}", ("", ""), rows, note=found.reason)


@app.command
def prices(period: str, *, source: str | None = None, hour: int = 24, options: Options = Options()) -> None:
    """Prices of bitcoin day by day with mean, low and high; a gap makes them unknown.

    Example: mintage market prices 2025-06

    Args:
        period: a year, quarter, month or day.
        source: whose prices, where the journal has several.
        hour: hour UTC; 24 is the daily close.
    """
    span, journal = parse_period(period), options.journal()
    name = _source(journal, source, hour)
    series = prices_observed(journal, name, hour)
    days = [series.on(span.start + timedelta(days=offset)) for offset in range(span.days)]
    told = {"mean": series.mean, "low": series.low, "high": series.high}
    stats = {label: function(span.start, span.end) for label, function in told.items()}
    if options.json:
        summary = {
            label: {
                "price_usd": None if item.value is None else rounded(item.value),
                "day": item.day,
                "reason": item.reason,
            }
            for label, item in stats.items()
        }
        rows = [{"day": item.day, "price_usd": item.value, "reason": item.reason} for item in days]
        print_json({"period": period, "source": name, "hour": hour, **summary, "days": rows})
        return
    table: list[tuple[Any, ...]] = [(item.day, shown(item.value), "") for item in days]
    table += [(label, shown(item.value, 2), item.day or item.reason) for label, item in stats.items()]
    print_table(f"USD per bitcoin by {name} at hour {hour} UTC, {period}", ("day", "price", ""), table)


@app.command
def breakeven(
    *,
    hashprice: Number,
    efficiency: Number,
    pue: Number = Decimal(1),
    power: Number | None = None,
    machine: Number | None = None,
    options: Options = Options(),
) -> None:
    """The power price above which a machine should be off; with power and machine price, the payback too.

    Example: mintage market breakeven --hashprice 55 --efficiency 18.5 --pue 1.05 --power 46 --machine 11.10

    Args:
        hashprice: USD/PH/day.
        efficiency: of the machine, J/TH.
        pue: energy of the site per energy of its machines.
        power: price of power, USD/MWh.
        machine: price of the machine, USD per TH/s.
    """
    limit = rounded(curtail_above_usd_mwh(hashprice, efficiency, pue))
    days, reason = None, ""
    if power is None or machine is None:
        reason = "--power and --machine give the payback"
    else:
        exact = payback_days(machine, hashprice, efficiency * pue, power)
        days = None if exact is None else rounded(exact, 0)
        reason = "the machine earns nothing over its power" if exact is None else ""
    if options.json:
        print_json({"curtail_above_usd_mwh": limit, "payback_days": days, "reason": reason})
        return
    rows = [("curtail above, USD/MWh", shown(limit)), ("payback, days", shown(days) if not reason else "unknown")]
    print_table("Break-even", ("", ""), rows, note=reason)


def _source(journal: Journal, source: str | None, hour: int = 24) -> str:
    """The source asked for, or the only one that was observed at the hour.

    Raises:
        InputError: there is none, or one must be chosen.
    """
    known = price_sources(journal, hour)
    if source is not None or len(known) == 1:
        return source or known[0]
    if not known:
        raise InputError(f"no price at hour {hour} UTC was observed.", remedy="Record market.price-observed facts.")
    raise InputError("several sources were observed.", remedy=f"Add --source: {', '.join(known)}.", field="--source")
