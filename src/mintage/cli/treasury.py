"""`mintage treasury`: where the bitcoin is, what it cost, and how close the loans are to a margin call."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from cyclopts import App

from mintage.books.view import View
from mintage.cli.options import Options
from mintage.cli.quantities import Day, Number, btc, dated, rounded, shown, units, usd
from mintage.cli.show import print_json, print_table, progress
from mintage.market.prices import value_cents
from mintage.market.service import last_price
from mintage.treasury.facts_money import LoanAgreed
from mintage.treasury.reserves import Reserve, reserve
from mintage.treasury.service import Holding, LoanStatus, holdings, loan_status, owned
from mintage.treasury.watch import load_wallets, payments
from mintage.units import format_instant
from mintage.units.errors import InputError

app = App(name="treasury", help="Bitcoin by state, lots, loans.")


@app.command(name="holdings")
def holdings_(*, on: Day | None = None, price: Number | None = None, options: Options = Options()) -> None:
    """Bitcoin by state: free, at pools, pledged, receivable, lent; and customers' deposits, which are not owned.

    Example: mintage treasury holdings --on 2025-06-30 --price 107147

    Args:
        on: end of this day; by default everything recorded.
        price: USD per bitcoin, to value it at.
    """
    states = holdings(options.journal_on(on), on)
    all_ = owned(states)
    if options.json:
        found = [_holding(name, held, price) for name, held in states.items()]
        print_json({"on": on, "price_usd": price, "states": found, "owned": _holding("owned", all_, price)})
        return
    order: list[tuple[str, Holding]] = [(name, held) for name, held in states.items() if name != "deposits"]
    order += [("owned", all_), ("deposits of customers, not owned", states["deposits"])]
    rows: list[tuple[Any, ...]] = []
    for name, held in order:
        row = (name, shown(btc(held.sats)), shown(usd(held.carrying)), shown(usd(held.cost)))
        rows.append(row if price is None else (*row, shown(usd(value_cents(held.sats, price)))))
    heads = ("state", "BTC", "carrying USD", "cost USD", *(() if price is None else (f"at {price:,} USD",)))
    print_table(dated("Bitcoin by state", on), heads, rows)


@app.command
def lots(*, commodity: str = "BTC", on: Day | None = None, limit: int = 50, options: Options = Options()) -> None:
    """Open lots by account, oldest first: when and how they were got, what they cost.

    Example: mintage treasury lots --on 2025-06-30 --limit 0

    Args:
        commodity: BTC, or a pattern such as MACHINE.*
        on: end of this day; by default everything recorded.
        limit: at most so many, the oldest; 0 for all.
    """
    states = options.journal_on(on).lot_states(commodity, on)
    some = states[:limit] if limit > 0 else states
    if options.json:
        found = [
            {
                "lot": state.lot.id,
                "commodity": state.lot.commodity,
                "account": state.account,
                "kind": state.lot.kind,
                "acquired_at": format_instant(state.lot.acquired_at),
                "units": units(state.units, state.lot.commodity),
                "cost_usd": usd(state.cost),
            }
            for state in some
        ]
        print_json({"on": on, "count": len(states), "lots": found})
        return
    rows = [
        (
            state.lot.id,
            state.account,
            state.lot.kind,
            format_instant(state.lot.acquired_at)[:10],
            shown(units(state.units, state.lot.commodity)),
            shown(usd(state.cost)),
            shown(usd(state.cost) / held, 2) if (held := units(state.units, state.lot.commodity)) else "",
        )
        for state in some
    ]
    note = "" if len(some) == len(states) else f"the oldest {len(some)} of {len(states):,}; --limit 0 shows all"
    heads = ("lot", "account", "got by", "acquired", "units", "cost USD", "USD per unit")
    print_table(dated(f"Lots of {commodity}", on), heads, rows, note=note, left=4)


@app.command
def loans(*, on: Day | None = None, price: Number | None = None, options: Options = Options()) -> None:
    """Loans secured by bitcoin: loan to value, and the prices of a margin call and of liquidation.

    Example: mintage treasury loans --on 2025-06-30 --price 107147

    Args:
        on: end of this day; by default everything recorded.
        price: USD per bitcoin; by default the last one observed by that day.
    """
    view = View(options.journal_on(on))
    agreed = (fact.data for fact in view.facts(LoanAgreed.kind) if on is None or fact.date <= on)
    lenders = sorted({data.lender for data in agreed if isinstance(data, LoanAgreed)})
    worth, origin = _price(view, on, price)
    found = [loan_status(view.journal, lender, worth, on) for lender in lenders]
    if options.json:
        print_json({"on": on, "price_usd": worth, "price_from": origin, "loans": [_loan(loan) for loan in found]})
        return
    rows = [
        (
            loan.lender,
            shown(usd(loan.debt)),
            shown(btc(loan.collateral)),
            "nothing pledged" if loan.ltv is None else f"{_ltv(loan)}%",
            shown(loan.margin_call_price) if loan.collateral else "",
            shown(loan.liquidation_price) if loan.collateral else "",
            shown(btc(loan.top_up)),
            loan.terms.due,
        )
        for loan in found
    ]
    heads = ("lender", "debt USD", "collateral BTC", "LTV", "margin call", "liquidation", "top up BTC", "due")
    note = "margin call and liquidation: USD per bitcoin below which they follow"
    print_table(dated(f"Loans at {worth:,} USD per bitcoin ({origin})", on), heads, rows, note=note)


@app.command
def watch(wallets: Path = Path("wallets.toml"), *, limit: int = 20, options: Options = Options()) -> int:
    """Read the company's wallets on chain and compare them with the ledger; exit 1 where a balance differs.

    Wallets are watched by their public descriptors; no private key is ever read.

    Example: mintage treasury watch examples/wallets.toml

    Args:
        wallets: file of wallets, as examples/wallets.toml.
        limit: at most so many transactions of each, the newest; 0 for all.
    """
    described = load_wallets(wallets)
    with progress("reading the chain") as step:
        found = []
        for number, wallet in enumerate(described):
            step(number, len(described))
            seen = payments(wallet)
            found.append(reserve(options.journal(), wallet.name, seen, wallet.confirmations))
    if options.json:
        print_json({"wallets": [_reserve(item) for item in found]})
    for item in () if options.json else found:
        _show_reserve(item, limit)
    return 1 if any(item.gap_sats for item in found) else 0


def _reserve(item: Reserve) -> dict[str, Any]:
    amounts = {
        "chain_btc": btc(item.chain_sats),
        "waiting_btc": btc(item.waiting_sats),
        "ledger_btc": btc(item.ledger_sats),
        "gap_btc": btc(item.gap_sats),
    }
    rows = [
        {
            "txid": pair.payment.txid,
            "at": None if pair.payment.at_us is None else format_instant(pair.payment.at_us),
            "btc": btc(pair.payment.sats),
            "confirmations": pair.payment.confirmations,
            "addresses": pair.payment.addresses,
            "fact": pair.fact or None,
        }
        for pair in item.transactions
    ]
    return {"wallet": item.wallet, **amounts, "transactions": rows}


def _show_reserve(item: Reserve, limit: int) -> None:
    shown_ = item.transactions[-limit:] if limit else item.transactions
    rows = [
        (
            "waiting" if pair.payment.at_us is None else format_instant(pair.payment.at_us),
            pair.payment.txid[:16] + "…",
            pair.fact or "no fact tells of it",
            pair.payment.confirmations,
            shown(btc(pair.payment.sats)),
        )
        for pair in shown_
    ]
    agree = "they agree" if not item.gap_sats else f"they differ by {shown(btc(item.gap_sats))} BTC"
    note = (
        f"on chain {shown(btc(item.chain_sats))} BTC, in the ledger {shown(btc(item.ledger_sats))} BTC: {agree}; "
        f"waiting {shown(btc(item.waiting_sats))} BTC; {len(item.unexplained)} without a fact"
    )
    print_table(f"Wallet {item.wallet}", ("time", "transaction", "fact", "blocks", "BTC"), rows, note=note, left=3)


def _holding(name: str, held: Holding, price: Decimal | None) -> dict[str, Any]:
    value = None if price is None else usd(value_cents(held.sats, price))
    amounts = {"carrying_usd": usd(held.carrying), "cost_usd": usd(held.cost), "value_usd": value}
    return {"state": name, "btc": btc(held.sats), **amounts}


def _loan(loan: LoanStatus) -> dict[str, Any]:
    return {
        "lender": loan.lender,
        "debt_usd": usd(loan.debt),
        "collateral_btc": btc(loan.collateral),
        "collateral_usd": usd(loan.collateral_value),
        "ltv_pct": _ltv(loan),
        "margin_call_usd": loan.margin_call_price,
        "liquidation_usd": loan.liquidation_price,
        "top_up_btc": btc(loan.top_up),
        "margin_call_ltv_pct": loan.terms.margin_call_ltv_pct,
        "liquidation_ltv_pct": loan.terms.liquidation_ltv_pct,
        "due": loan.terms.due,
    }


def _ltv(loan: LoanStatus) -> Decimal | None:
    return None if loan.ltv is None else rounded(Decimal(loan.ltv.numerator) * 100 / loan.ltv.denominator)


def _price(view: View, on: Day | None, price: Decimal | None) -> tuple[Decimal, str]:
    """The price to value collateral at, and where it is from.

    Raises:
        InputError: none is given and none was observed.
    """
    if price is not None:
        return price, "as given"
    seen = last_price(view.journal, on)
    if seen is None:
        raise InputError("no price of bitcoin was observed.", remedy="Add --price USD.", field="--price")
    return seen.price, f"{seen.source}, {seen.day} at hour {seen.hour} UTC"
