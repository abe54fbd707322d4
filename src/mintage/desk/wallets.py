"""Wallets against the chain: what each was read to hold, when, and what the ledger says.

Reading the chain is slow and may fail, so a reading is kept with its instant. A wallet that nobody has read yet is
unknown, and an old reading says how old it is.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Literal

import msgspec

from mintage.desk.company import Company
from mintage.desk.figure import Figure, btc, trace_account, trace_fact, unknown
from mintage.people.caller import Caller
from mintage.treasury.reserves import reserve
from mintage.treasury.watch import Wallet, load_wallets, payments
from mintage.units.errors import InputError, MintageError

DEADLINE_S = 20.0
"""Real seconds within which a wallet's server must have answered."""
READ_AT_ONCE = 4
TRANSACTIONS_SHOWN = 50
_SCHEMA = """
CREATE TABLE IF NOT EXISTS wallet_reading (wallet TEXT PRIMARY KEY, at_us INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
"""
NEVER = "it was not read yet"
WalletState = Literal["agrees", "differs", "unread", "failed"]


class Transaction(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction of a wallet.

    Attributes:
        txid: its id.
        at_us: time of its block, microseconds since 1970 UTC; None while it waits.
        sats: what the wallet received less what it spent.
        confirmations: blocks on it.
        fact: key of the fact that tells of it, "" where none does.
    """

    txid: str
    at_us: int | None
    sats: int
    confirmations: int
    fact: str


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What a wallet was read to hold.

    Attributes:
        chain_sats: by transactions that are deep enough.
        waiting_sats: what the others would change.
        transactions: the newest.
        unexplained: how many transactions no fact tells of.
        problem: why it could not be read, "" where it was.
    """

    chain_sats: int = 0
    waiting_sats: int = 0
    transactions: tuple[Transaction, ...] = ()
    unexplained: int = 0
    problem: str = ""


class TransactionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction as shown.

    Attributes:
        txid: its id.
        at_us: time of its block; None while it waits.
        amount: in (+) or out (-).
        confirmations: blocks on it.
        fact: key of the fact that tells of it, "" where none does.
        href: address of that fact.
    """

    txid: str
    at_us: int | None
    amount: Figure
    confirmations: int
    fact: str
    href: str


class WalletRow(msgspec.Struct, frozen=True, kw_only=True):
    """One wallet, on chain and in the ledger.

    Attributes:
        wallet: its name.
        network: the chain that it is on.
        state: agrees, differs, unread or failed.
        chain: what it holds on chain.
        waiting: what transactions would change that are not deep enough.
        ledger: what the ledger says.
        gap: how much more the chain holds.
        at_us: when it was read, microseconds since 1970 UTC; None where it never was.
        confirmations: blocks that make a transaction count.
        unexplained: how many transactions no fact tells of.
        transactions: the newest.
        problem: why it could not be read.
    """

    wallet: str
    network: str
    state: WalletState
    chain: Figure
    waiting: Figure
    ledger: Figure
    gap: Figure
    at_us: int | None
    confirmations: int
    unexplained: int
    transactions: tuple[TransactionRow, ...]
    problem: str


class WalletList(msgspec.Struct, frozen=True, kw_only=True):
    """All wallets that are watched.

    Attributes:
        rows: as the file of wallets has them.
        reason: why there are none, "" where there are some.
    """

    rows: tuple[WalletRow, ...]
    reason: str = ""


def wallets(company: Company) -> WalletList:
    """All wallets with what was last read of them.

    Raises:
        InputError: the file of wallets cannot be read.
    """
    if company.settings.wallets is None:
        return WalletList(rows=(), reason="no file of wallets was named (mintage serve --wallets)")
    company.state.define(_SCHEMA)
    kept = {
        name: (at_us, msgspec.json.decode(body, type=Reading))
        for name, at_us, body in company.state.rows("SELECT wallet, at_us, body FROM wallet_reading")
    }
    described = load_wallets(company.settings.wallets)
    return WalletList(rows=tuple(_row(company, wallet, *kept.get(wallet.name, (None, None))) for wallet in described))


def read_wallets(company: Company, caller: Caller, name: str = "", *, request: str) -> WalletList:
    """Read wallets from the chain now, all or one, and keep what was read.

    Raises:
        InputError: no such wallet is watched.
    """
    caller.insist("treasury.write")
    path = company.settings.wallets
    described = [wallet for wallet in (load_wallets(path) if path else ()) if name in {"", wallet.name}]
    if not described:
        raise InputError("no such wallet is watched.", field="wallet", remedy="Name one of the file of wallets.")
    company.state.define(_SCHEMA)
    with ThreadPoolExecutor(READ_AT_ONCE) as pool:
        readings = list(pool.map(lambda wallet: _read(company, wallet), described))
    with company.state.transaction():
        for wallet, reading in zip(described, readings, strict=True):
            company.state.execute(
                "INSERT INTO wallet_reading VALUES (?, ?, ?)"
                " ON CONFLICT (wallet) DO UPDATE SET at_us = excluded.at_us, body = excluded.body",
                (wallet.name, company.clock.now_us(), msgspec.json.encode(reading)),
            )
    company.record(caller, "treasury.wallets-read", name or "all", request=request)
    return wallets(company)


def _read(company: Company, wallet: Wallet) -> Reading:
    try:
        found = payments(wallet, DEADLINE_S)
    except MintageError as error:
        return Reading(problem=str(error))
    told = reserve(company.view().journal, wallet.name, found, wallet.confirmations)
    newest = tuple(
        Transaction(
            txid=item.payment.txid,
            at_us=item.payment.at_us,
            sats=item.payment.sats,
            confirmations=item.payment.confirmations,
            fact=item.fact,
        )
        for item in told.transactions[: -TRANSACTIONS_SHOWN - 1 : -1]
    )
    return Reading(
        chain_sats=told.chain_sats,
        waiting_sats=told.waiting_sats,
        transactions=newest,
        unexplained=len(told.unexplained),
    )


def _row(company: Company, wallet: Wallet, at_us: int | None, reading: Reading | None) -> WalletRow:
    ledger = reserve_in_books(company, wallet.name)
    reason = NEVER if reading is None else reading.problem
    known = reading is not None and not reading.problem
    found = reading or Reading()
    state: WalletState = "unread" if reading is None else "failed" if reading.problem else "agrees"
    if known and found.chain_sats != ledger:
        state = "differs"
    return WalletRow(
        wallet=wallet.name,
        network=wallet.network,
        state=state,
        chain=btc(found.chain_sats) if known else unknown(reason, "BTC"),
        waiting=btc(found.waiting_sats) if known else unknown(reason, "BTC"),
        ledger=btc(ledger, trace_account(f"assets:bitcoin:*:{wallet.name}", "BTC")),
        gap=btc(found.chain_sats - ledger) if known else unknown(reason, "BTC"),
        at_us=at_us,
        confirmations=wallet.confirmations,
        unexplained=found.unexplained,
        transactions=tuple(
            TransactionRow(
                txid=item.txid,
                at_us=item.at_us,
                amount=btc(item.sats),
                confirmations=item.confirmations,
                fact=item.fact,
                href=trace_fact(item.fact) if item.fact else "",
            )
            for item in found.transactions
        ),
        problem=found.problem,
    )


def reserve_in_books(company: Company, wallet: str) -> int:
    """Satoshis that the ledger has in a wallet, own and customers'."""
    return reserve(company.view().journal, wallet, (), 1).ledger_sats
