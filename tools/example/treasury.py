"""The treasury: opening lots, wallets, sales, payments in bitcoin, pledges, loans, options, bitcoin lent."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from tools.example.company import (
    BANK,
    MONTHS,
    OPENING,
    Company,
    days,
    require,
    sats,
    value_cents,
)
from tools.example.lending import treasury_file
from tools.example.market import START
from tools.example.mining import MINED_BTC, OPENING_POOL_SATS
from tools.example.receipts import BTC_APPLIED, BTC_PAID
from tools.example.sheet import Row, add, btc, units, usd
from tools.example.sites import SITES

LOTS = (  # account, day acquired, bitcoin, USD per bitcoin then, how; sums hit the published lines of 2024-12-31
    ("assets:bitcoin:free:vault", "2022-08-19", "64.20", 21_150, "mined"),
    ("assets:bitcoin:free:vault", "2023-02-24", "78.55", 23_800, "mined"),
    ("assets:bitcoin:free:vault", "2023-10-27", "61.30", 34_050, "mined"),
    ("assets:bitcoin:free:vault", "2024-04-19", "72.45", 63_450, "mined"),
    ("assets:bitcoin:free:vault", "2024-09-13", "46.50", 58_900, "received"),
    ("assets:bitcoin:free:vault", "2024-11-15", "37.00", 90_100, "mined"),
    ("assets:bitcoin:free:ops", "2024-10-18", "22.10", 68_100, "mined"),
    ("assets:bitcoin:free:ops", "2024-12-06", "54.1501", 98_300, "mined"),
    ("assets:bitcoin:pledged:stonebridge-bank", "2022-11-25", "58.00", 16_500, "mined"),
    ("assets:bitcoin:pledged:stonebridge-bank", "2023-06-30", "52.00", 26_100, "bought"),
    ("assets:bitcoin-receivable:current:harborlight-lending", "2022-05-20", "131.40", 22_900, "mined"),
    ("assets:bitcoin-receivable:current:harborlight-lending", "2023-04-21", "143.20", 21_800, "mined"),
    ("assets:bitcoin-receivable:current:harborlight-lending", "2024-03-15", "168.10", 64_700, "mined"),
    ("assets:bitcoin-receivable:current:harborlight-lending", "2024-08-16", "97.235", 54_200, "received"),
    ("assets:bitcoin-receivable:noncurrent:quillon-credit", "2023-01-20", "92.40", 21_900, "mined"),
    ("assets:bitcoin-receivable:noncurrent:quillon-credit", "2024-06-21", "111.253", 59_600, "bought"),
)
OWNED_BTC = {  # at month-ends: March, May, June and July are stated, the rest assumed
    "2024-12": "1293.4981",
    "2025-01": "1331.00",
    "2025-02": "1369.00",
    "2025-03": "1407.9705",
    "2025-04": "1418.00",
    "2025-05": "1466.00",
    "2025-06": "1483.5092",
    "2025-07": "1511.02",
    "2025-08": "1536.10",
}
SOLD = (  # day, bitcoin, wallet, how many days of earnings may be named (0: the policy chooses, old lots go)
    (date(2025, 1, 14), sats("12.00"), "ops", 7),
    (date(2025, 3, 18), sats("18.00"), "vault", 0),
    (date(2025, 4, 15), sats("2.00"), "ops", 4),
    (date(2025, 6, 24), sats("3.00"), "vault", 0),
)
PLEDGES = (  # day, kind, lender, term, bitcoin
    (date(2025, 2, 20), "bitcoin-pledged-reusable", "harborlight-lending", "current", sats("60.00")),
    (date(2025, 4, 9), "bitcoin-pledged-reusable", "harborlight-lending", "current", sats("83.2857")),
    (date(2025, 5, 21), "bitcoin-pledged-reusable", "quillon-credit", "noncurrent", sats("97.6355")),
    (date(2025, 6, 5), "bitcoin-pledged", "stonebridge-bank", None, sats("35.00")),
)
LENT = ("meridian-desk", date(2025, 5, 15), sats("20.00"))
LENDING_INTEREST = sats("0.05")
NETWORK_FEE = sats("0.0006")
FLOATS = {1: sats("120"), 4: sats("12")}
"""What the hot wallet keeps beyond a month's payments, from a month of 2025 on."""
REST_CREDITORS = ("psu-castor", "pcb-meridian", "jadeport-packaging")
"""Suppliers who take bitcoin for what the hosts leave over."""


def write_treasury(company: Company) -> None:
    """All facts about bitcoin, loans, options and lending after the opening."""
    _sales(company)
    outs = _monthly_outs()
    for month in MONTHS:
        _pay_in_bitcoin(company, month, outs)
    _vault(company, outs)
    _pledges(company)


def _monthly_outs() -> dict[str, int]:
    """Bitcoin that must be paid to creditors in each month for the stated holdings, in satoshis."""
    found = {}
    before = sats(OWNED_BTC["2024-12"])
    for month in MONTHS:
        name = f"{month:%Y-%m}"
        got = sats(MINED_BTC[name])
        got += sum(amount for _, day, amount in (BTC_PAID, BTC_APPLIED) if f"{day:%Y-%m}" == name)
        got += LENDING_INTEREST if name == "2025-06" else 0
        gone = sum(amount for day, amount, _, _ in SOLD if f"{day:%Y-%m}" == name) + NETWORK_FEE
        found[name] = before + got - gone - sats(OWNED_BTC[name])
        before = sats(OWNED_BTC[name])
    return found


def _sales(company: Company) -> None:
    for day, amount, wallet, recent in SOLD:
        proceeds = company.value(amount, day)
        fee = proceeds // 1000
        fields = {"wallet": wallet, "bank": BANK, "sats": btc(amount), "proceeds": usd(proceeds), "fee": usd(fee)}
        lots = _recent(company, day, recent) if recent else None
        note = "Assumed: sold within days of receipt, so an operating cash flow; the lots are named." if lots else None
        add(treasury_file(company, day), "treasury.bitcoin-sold", f"sold:{day}", day, **fields, lots=lots, note=note)
        company.pay(day, "bitcoin.sold", -proceeds)
        company.pay(day, "paid.operations", fee)


def _recent(company: Company, day: date, back: int) -> list[str]:
    """Lots that the last payout brought in: the pool days before its Monday, as many as the sale needs."""
    monday = day - timedelta(days=day.weekday())
    names = list(SITES)
    inside = days(monday - timedelta(days=back), monday - timedelta(days=1))
    known = {
        str(row["key"])
        for path, content in company.sheet.files.items()
        if path.endswith("pool-earnings.csv")
        for row in content.rows
    }
    return [key for d in reversed(inside) for name in names if (key := f"earned:{d}:{name}") in known]


def _pay_in_bitcoin(company: Company, month: date, outs: dict[str, int]) -> None:
    """On the 10th hosts and power suppliers get what they billed, then suppliers the rest, at the day's close."""
    day = month.replace(day=10)
    price, left = company.market.closes[day], outs[f"{month:%Y-%m}"]
    owed = company.owed(day)
    hosts = list(dict.fromkeys(site.creditor for site in SITES.values()))
    for creditor in [name for host in hosts for name in (host, f"joint:{host}")]:
        amount = min(left, int(owed.get(creditor, 0) * 10**6 // price))
        if amount > 10**6:
            left -= amount
            _paid(company, day, creditor, amount)
    for creditor in REST_CREDITORS:
        amount = min(left, int(owed.get(creditor, 0) * 10**6 // price))
        if amount > 10**6 or amount == left:
            left -= amount
            if amount:
                _paid(company, day, creditor, amount)
    require(holds=not left, message=f"{month}: {left} satoshis find no creditor")
    if day > START:
        fee = usd(company.value(NETWORK_FEE, day))
        fields = {"wallet": "ops", "sats": btc(NETWORK_FEE), "value": fee}
        add(treasury_file(company, day), "treasury.network-fee-paid", f"network-fee:{day}", day, **fields)


def _paid(company: Company, day: date, creditor: str, amount: int) -> None:
    value = company.value(amount, day)
    fields = {"wallet": "ops", "sats": btc(amount), "value": usd(value)}
    if creditor.startswith("joint:"):
        host = creditor.removeprefix("joint:")
        add(treasury_file(company, day), "mining.joint-paid-btc", f"joint-paid:{day}:{host}", day, host=host, **fields)
    else:
        key = f"paid-btc:{day}:{creditor}"
        add(treasury_file(company, day), "treasury.bitcoin-paid", key, day, creditor=creditor, **fields)
    company.owe(day, creditor, -value)


def _vault(company: Company, outs: dict[str, int]) -> None:
    """On the 28th what the coming month does not need goes from the hot wallet to the vault."""
    for month, following in pairwise(MONTHS):
        day = month.replace(day=28)
        held = _ops_balance(company, day)
        coming = sum(amount for d, amount, wallet, _ in SOLD if wallet == "ops" and d.month == following.month)
        spare = held - outs[f"{following:%Y-%m}"] - coming - FLOATS[max(m for m in FLOATS if m <= month.month)]
        if spare > 10**7:
            amount = spare // 10**6 * 10**6
            fields = {"from_wallet": "ops", "to_wallet": "vault", "sats": btc(amount)}
            value = usd(company.value(amount, day))
            add(treasury_file(company, day), "treasury.bitcoin-moved", f"moved:{day}:vault", day, **fields, value=value)


def _ops_balance(company: Company, day: date) -> int:
    """What the hot wallet holds at the end of a day, from the facts written so far."""
    held = sum(sats(amount) for account, _, amount, _, _ in LOTS if account.endswith(":ops"))
    for content in company.sheet.files.values():
        for row in content.rows:
            if str(row["date"]) <= day.isoformat() and "sats" in row:
                held += units(row, "sats") * _direction(row)
    return held


def _direction(row: Row) -> int:
    """1 where a fact brings bitcoin into the hot wallet, -1 where it takes some out, else 0."""
    if "ops" not in (row.get("wallet"), row.get("from_wallet"), row.get("to_wallet")):
        return 0
    comes_in = row.get("to_wallet") == "ops" or (
        row.get("wallet") == "ops" and bool({"txid", "from_wallet"} & set(row))
    )
    return 1 if comes_in else -1


def _pledges(company: Company) -> None:
    for day, kind, lender, term, amount in PLEDGES:
        fields = {"wallet": "vault", "lender": lender, "term": term, "sats": btc(amount)}
        value = usd(company.value(amount, day))
        add(treasury_file(company, day), f"treasury.{kind}", f"pledged:{day}:{lender}", day, **fields, value=value)
    borrower, day, amount = LENT
    fields = {"borrower": borrower, "wallet": "vault", "sats": btc(amount), "value": usd(company.value(amount, day))}
    add(treasury_file(company, day), "treasury.bitcoin-lent", f"lent:{day}:{borrower}", day, **fields)
    day, amount = date(2025, 6, 30), LENDING_INTEREST
    fields = {"borrower": borrower, "sats": btc(amount), "value": usd(company.value(amount, day))}
    add(treasury_file(company, day), "treasury.lending-interest", f"lending-interest:{day}:{borrower}", day, **fields)


def opening_bitcoin(company: Company) -> None:
    """Lots of bitcoin owned when the ledger began; the pools' part is the last week's earnings."""
    target = company.sheet.file(
        "opening/bitcoin.csv",
        "Bitcoin owned on 2024-12-31, by lot; `at` is when the lot was acquired.",
        kind="books.opening-bitcoin",
        grade="assumed",
        source="lot register of 2024-12-31",
        note="The three lines of the balance sheet are published; lots are assumed so that the hold gain of about"
        " USD 82 million comes out.",
    )
    policy = company.sheet.file(
        "opening/lot-policy.toml",
        "Which lot of bitcoin goes first.",
        grade="assumed",
        source="accounting manual",
        note="The method was not published; first in, first out by wallet is the common choice.",
    )
    chosen = {"commodity": "BTC", "method": "fifo", "scope": "account", "reason": "accounting manual, from the start"}
    add(policy, "journal.lot-policy-set", "lot-policy:btc", OPENING, at="2020-01-01T00:00:00Z", **chosen)
    pools = tuple((f"assets:bitcoin:pool:{pool}", amount) for pool, amount in OPENING_POOL_SATS.items())
    for number, (account, day, amount, price, how) in enumerate(LOTS, 1):
        held = sats(amount)
        fields = {"account": account, "sats": btc(held), "value": usd(company.value(held, OPENING))}
        cost = usd(value_cents(held, Decimal(price)))
        key = f"opening:bitcoin:{number:02d}"
        at = f"{day}T12:00:00Z"
        add(target, "books.opening-bitcoin", key, OPENING, at=at, **fields, cost=cost, lot_kind=how)
    for account, held in pools:
        worth = usd(company.value(held, OPENING))
        fields = {"account": account, "sats": btc(held), "value": worth, "cost": worth, "lot_kind": "mined"}
        key = f"opening:bitcoin:{account.rpartition(':')[2]}"
        add(target, "books.opening-bitcoin", key, OPENING, at="2024-12-31T23:59:59Z", **fields)
