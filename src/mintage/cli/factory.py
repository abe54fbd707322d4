"""`mintage factory`: what machines cost landed, what lies in stock, and what customs take."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from cyclopts import App, Parameter

from mintage.cli.options import Options
from mintage.cli.quantities import Day, Number, dated, shown, usd
from mintage.cli.show import print_json, print_table
from mintage.factory.facts import DutyAssessed
from mintage.factory.service import landed_cost, nrv_test, stock
from mintage.factory.tariff import duty as duty_cents
from mintage.factory.tariff import duty_problems, duty_rates
from mintage.journal.standing import standing
from mintage.units import parse_amount, parse_period, to_units
from mintage.units.errors import InputError

app = App(name="factory", help="Landed cost, stock and duty.")


@app.command(name="landed-cost")
def landed_cost_(key: str, *, hashrate: str | None = None, options: Options = Options()) -> None:
    """What the units of a build or receipt cost, with freight, duty and other late costs.

    Example: mintage factory landed-cost build-penang-2025-05-12 --hashrate "194 TH/s"

    Args:
        key: key of the fact that brought the units in.
        hashrate: nominal hash rate of one machine, for the cost per TH/s.
    """
    cost = landed_cost(options.journal(), key)
    per_ths = None if hashrate is None else cost.usd_per_ths(_hashrate(hashrate))
    rows = {name: getattr(cost, name) for name in cost.__struct_fields__ if name != "units"}
    if options.json:
        print_json(
            {
                "key": key,
                "units": cost.units,
                "rows": [{"row": name, "usd": usd(cents)} for name, cents in rows.items()],
                "total_usd": usd(cost.total),
                "usd_per_unit": cost.usd_per_unit,
                "usd_per_ths": per_ths,
            }
        )
        return
    each = {name: shown(usd(cents) / cost.units, 2) for name, cents in rows.items()}
    table = [(name, shown(usd(cents)), each[name]) for name, cents in rows.items() if cents]
    table.append(("landed", shown(usd(cost.total)), shown(cost.usd_per_unit)))
    note = f"{shown(per_ths)} USD per TH/s" if hashrate else "--hashrate gives the cost per TH/s"
    print_table(f"Landed cost of {cost.units:,} units of {key}", ("", "USD", "USD per unit"), table, note=note)


@app.command(name="stock")
def stock_(*, on: Day | None = None, options: Options = Options()) -> None:
    """Wafers, chips, materials and finished machines by place, at cost less write-downs.

    Example: mintage factory stock --on 2025-06-30

    Args:
        on: end of this day; by default everything recorded.
    """
    rows = stock(options.journal_on(on), on)
    total = usd(sum(row.cost for row in rows))
    if options.json:
        found = [
            {"goods": row.goods, "place": row.place, "units": row.units or None, "cost_usd": usd(row.cost)}
            for row in rows
        ]
        print_json({"on": on, "rows": found, "total_usd": total})
        return
    table: list[tuple[Any, ...]] = [
        (r.goods, r.place, shown(r.units) if r.units else "", shown(usd(r.cost)), _each(r.cost, r.units)) for r in rows
    ]
    table.append(("all", "", "", shown(total), ""))
    print_table(dated("Stock", on), ("goods", "place", "units", "cost USD", "USD per unit"), table, left=2)


@app.command
def duty(
    *,
    country: str = "us",
    origin: str,
    hs_code: str = "8543.70",
    value: Number,
    on: Day,
    options: Options = Options(),
) -> None:
    """Import duty on goods of an origin on a day, measure by measure with its source.

    Example: mintage factory duty --origin malaysia --value 1,000,000 --on 2025-06-30

    Args:
        country: country of import.
        origin: country of origin.
        hs_code: tariff code; 8543.70 is mining machines.
        value: customs value, USD.
        on: day of entry.
    """
    cents = to_units(value, "USD")
    if cents < 0:
        raise InputError(f"a customs value of {value} USD cannot be.", field="--value")
    rates = duty_rates(country, origin, hs_code, on)
    total = duty_cents(cents, rates)
    rate_pct = sum((rate.rate_pct for rate in rates), Decimal(0))
    if options.json:
        entry = {"country": country, "origin": origin, "hs_code": hs_code, "on": on, "value_usd": usd(cents)}
        measures = [{"measure": r.measure, "rate_pct": r.rate_pct, "source": r.source} for r in rates]
        print_json({**entry, "measures": measures, "rate_pct": rate_pct, "duty_usd": usd(total)})
        return
    table = [(rate.measure, rate.source, rate.rate_pct, shown(usd(duty_cents(cents, [rate])))) for rate in rates]
    table.append(("all", "", rate_pct, shown(usd(total))))
    title = f"Duty of {country} on {shown(usd(cents))} USD of {hs_code} from {origin}, {on}"
    print_table(title, ("measure", "source", "%", "USD"), table, left=2)


@app.command
def nrv(
    *,
    price: Number,
    machine: Annotated[list[str], Parameter(negative=())],
    selling_cost: Number = Decimal(0),
    on: Day,
    options: Options = Options(),
) -> None:
    """Test finished machines at the lower of cost and net realisable value, lot by lot (ASC 330).

    Example: mintage factory nrv --price 9.50 --machine a15-194=194 --on 2025-06-30

    Args:
        price: price of machines, USD per TH/s.
        machine: a model and the nominal TH/s of one machine, "a15-194=194"; may be repeated.
        selling_cost: cost of selling, percent of price.
        on: end of this day.
    """
    pairs = [text.partition("=") for text in machine]
    test = nrv_test(options.journal(), on, price, {model: _hashrate(text) for model, _, text in pairs}, selling_cost)
    amounts = ("cost", "realisable", "excess")
    if options.json:
        rows = [
            {"lot": row.lot, "account": row.account, "units": row.units}
            | {f"{name}_usd": usd(getattr(row, name)) for name in amounts}
            for row in test.rows
        ]
        print_json({"on": on, "lots": rows, "reserve_usd": usd(test.reserve), "write_down_usd": usd(test.write_down)})
        return
    table = [
        (row.lot, row.account, shown(row.units), *(shown(usd(getattr(row, name))) for name in amounts))
        for row in test.rows
    ]
    note = f"reserve {shown(usd(test.reserve))} USD; still to be written down {shown(usd(test.write_down))} USD"
    columns = ("lot", "account", "units", "cost USD", "realisable USD", "excess USD")
    print_table(f"Lower of cost and net realisable value, {on}", columns, table, note=note, left=2)


@app.command
def check(period: str, *, options: Options = Options()) -> int:
    """Compare every customs entry of a period with the tariff table; exit 1 where one departs from it.

    An entry that the table does not cover is unknown, which is no failure.

    Example: mintage factory check 2025Q2

    Args:
        period: a year, quarter, month or day.
    """
    span = parse_period(period)
    rows = []
    for stored, entry in standing(options.journal(), DutyAssessed, span.start, span.end):
        try:
            problems = duty_problems(entry, stored.fact.date)
        except InputError as error:
            rows.append({"key": stored.fact.key, "result": "unknown", "note": error.problem})
        else:
            rows.append({"key": stored.fact.key, "result": "fail" if problems else "pass", "note": " ".join(problems)})
    failed = any(row["result"] == "fail" for row in rows)
    if options.json:
        print_json({"period": period, "passed": not failed, "entries": rows})
    else:
        print_table(f"Customs entries, {period}", ("key", "result", "note"), [tuple(r.values()) for r in rows], left=3)
    return 1 if failed else 0


def _hashrate(text: str) -> int:
    """GH/s of one machine.

    Raises:
        InputError: it is no hash rate above zero.
    """
    ghs = parse_amount(text, "HASHRATE").units
    if ghs <= 0:
        raise InputError(f"'{text}' is no hash rate of a machine.", remedy="Give TH/s above zero.")
    return ghs


def _each(cents: int, count: int) -> str:
    return shown(usd(cents) / count, 2) if count else ""
