"""Treasury: bitcoin by state over time, lots and their policies, loans, wallets against the chain."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import msgspec
from fastapi import Query

from mintage.api.access import Asked, needs
from mintage.api.queries import IsoDay
from mintage.api.reply import ApiRouter, body_of
from mintage.desk import loans as loans_desk
from mintage.desk import lots as lots_desk
from mintage.desk import treasury as desk
from mintage.desk import wallets as wallets_desk
from mintage.journal.search import PAGE_MAX
from mintage.units import parse_number
from mintage.units.errors import InputError

router = ApiRouter(tags=["treasury"])
DAYS_MAX = 3660
Number = Annotated[str, Query(max_length=30)]


class ReadBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Wallets to be read from the chain.

    Attributes:
        wallet: one wallet; "" for all.
    """

    wallet: Annotated[str, msgspec.Meta(max_length=100)] = ""


def number_of(text: str, field: str) -> Decimal | None:
    """The number that a query gives, or None.

    Raises:
        InputError: it is none.
    """
    try:
        return parse_number(text) if text else None
    except InputError as error:
        raise error.at(field=field) from error


@router.get("/treasury")
def treasury(
    asked: Asked = needs("treasury.read"),
    on: IsoDay | None = None,
    days: Annotated[int, Query(ge=2, le=DAYS_MAX, description="Length of the history.")] = desk.HISTORY_DAYS,
) -> desk.TreasuryAnswer:
    """Bitcoin by state at the end of a day and over time, with carrying amount, cost and worth."""
    return desk.treasury(asked.company, on, days)


@router.get("/treasury/loans")
def treasury_loans(
    asked: Asked = needs("treasury.read"), on: IsoDay | None = None, price: Number = "", target: Number = ""
) -> loans_desk.LoanList:
    """Loans secured by bitcoin: LTV, margin-call and liquidation price, and what to add for a target LTV."""
    return loans_desk.loans(asked.company, on, number_of(price, "price"), number_of(target, "target"))


@router.get("/treasury/lots")
def treasury_lots(
    asked: Asked = needs("treasury.read"),
    commodity: Annotated[str, Query(max_length=60)] = "BTC",
    on: IsoDay | None = None,
    account: Annotated[str, Query(max_length=200)] = "*",
    after: Annotated[str, Query(max_length=300)] = "",
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = lots_desk.SHOWN,
) -> lots_desk.LotPage:
    """Open lots, the oldest first, with cost, worth and the policies that choose them."""
    return lots_desk.lots(asked.company, commodity, on, account, after, limit)


@router.get("/treasury/wallets")
def treasury_wallets(asked: Asked = needs("treasury.read")) -> wallets_desk.WalletList:
    """Wallets against the chain, as they were last read."""
    return wallets_desk.wallets(asked.company)


@router.post("/treasury/wallets")
def read_wallets(asked: Asked = needs("treasury.write"), told: ReadBody = body_of(ReadBody)) -> wallets_desk.WalletList:
    """Read wallets from the chain now."""
    return wallets_desk.read_wallets(asked.company, asked.caller, told.wallet, request=asked.id)
