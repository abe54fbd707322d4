"""What one bitcoin cost to mine, row by row.

Cash cost is power, hosting and site cost over bitcoin mined; all-in adds depreciation and overhead, each in a row
of its own, as the SEC staff asked a miner to show it. A row that is not known makes each total that needs it
unknown too, and says why; it never counts as nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import chain

import msgspec

from mintage.journal.standing import standing
from mintage.journal.store import Balances, Journal
from mintage.mining.facts import Earned, EarnedReduced
from mintage.mining.posting import POOLS
from mintage.units import Period

_SATS_PER_BTC = 10**8
_ACCOUNTS = {
    "power": "expenses:cost:mining:power:",
    "hosting": "expenses:cost:mining:hosting:",
    "site": "expenses:cost:mining:site:",
    "depreciation": "expenses:cost:mining:depreciation:",
}
CASH_ROWS = ("power", "hosting", "site")
ALL_IN_ROWS = (*CASH_ROWS, "depreciation", "overhead")


class CostRow(msgspec.Struct, frozen=True):
    """One row of the table.

    Attributes:
        id: power, hosting, site, cash, depreciation, overhead or all-in.
        amount: cost of the period, cents; None where it is unknown.
        per_btc: USD per bitcoin mined, not rounded; None where it is unknown.
        reason: why it is unknown, or "".
    """

    id: str
    amount: int | None
    per_btc: Decimal | None
    reason: str = ""


def cost_per_bitcoin(journal: Journal, period: Period, overhead_cents: int | None = None) -> tuple[CostRow, ...]:
    """The rows of a period: power, hosting, site, cash, depreciation, overhead, all-in.

    Power or hosting may be nothing at a site where the other is booked: a host's bill often contains the power.
    Site cost and depreciation must be booked for at least one site.

    Args:
        journal: the books.
        period: the accounting period.
        overhead_cents: overhead of mining in the period, cents. The chart does not part it from the company's
            overhead, so it is unknown unless it is given.

    Source: sums of `expenses:cost:mining:*` over bitcoin that pools credited (`world:pools`).
    """
    balances = journal.balances(period.start, period.end)
    mined = -balances.get((POOLS, "BTC"), 0)
    booked = {id_: _booked(balances, prefix) for id_, prefix in _ACCOUNTS.items()}
    bare = sorted(_booked(balances, "income:mining:").keys() - booked["power"].keys() - booked["hosting"].keys())
    powerless = f"neither power nor hosting is booked for {', '.join(bare)} in {period}." if bare else ""
    reasons = {"power": powerless, "hosting": powerless}
    reasons |= {id_: f"nothing is booked in {period}." for id_ in ("site", "depreciation") if not booked[id_]}
    rows = {id_: _row(id_, sum(sites.values()), mined, reasons.get(id_, "")) for id_, sites in booked.items()}
    unsaid = "overhead of mining is not parted from the company's." if overhead_cents is None else ""
    rows["overhead"] = _row("overhead", overhead_cents or 0, mined, unsaid)
    cash = _total("cash", (rows[id_] for id_ in CASH_ROWS), mined)
    all_in = _total("all-in", (rows[id_] for id_ in ALL_IN_ROWS), mined)
    return (*(rows[id_] for id_ in CASH_ROWS), cash, rows["depreciation"], rows["overhead"], all_in)


def cost_by_site(journal: Journal, period: Period) -> dict[str, tuple[CostRow, ...]]:
    """The cash rows of each site of a period: power, hosting, site, cash; a site is one that earned or cost.

    Power or hosting may be nothing where the other is booked, as for the company; everything else that is not booked
    is unknown.

    Source: sums of `expenses:cost:mining:*` of the site over bitcoin that pools credited it.
    """
    balances = journal.balances(period.start, period.end)
    booked = {id_: _booked(balances, _ACCOUNTS[id_]) for id_ in CASH_ROWS}
    mined = mined_by_site(journal, period)
    sites = mined.keys() | {site for costs in booked.values() for site in costs}
    return {site: _site_rows(site, booked, mined.get(site, 0), period) for site in sorted(sites)}


def mined_by_site(journal: Journal, period: Period) -> dict[str, int]:
    """Satoshis that pools credited each site in a period, net of what they took back."""
    earned = ((data.site, data.sats) for _, data in standing(journal, Earned, period.start, period.end))
    reduced = ((data.site, -data.sats) for _, data in standing(journal, EarnedReduced, period.start, period.end))
    mined: dict[str, int] = {}
    for site, sats in chain(earned, reduced):
        mined[site] = mined.get(site, 0) + sats
    return mined


def _site_rows(site: str, booked: dict[str, dict[str, int]], mined: int, period: Period) -> tuple[CostRow, ...]:
    powered = site in booked["power"] or site in booked["hosting"]
    powerless = "" if powered else f"neither power nor hosting is booked for {site} in {period}."
    unsaid = "" if site in booked["site"] else f"nothing is booked for {site} in {period}."
    reasons = {"power": powerless, "hosting": powerless, "site": unsaid}
    rows = [_row(id_, booked[id_].get(site, 0), mined, reasons[id_]) for id_ in CASH_ROWS]
    return (*rows, _total("cash", rows, mined))


def _booked(balances: Balances, prefix: str) -> dict[str, int]:
    """Site to cents, for the accounts that anything was posted to."""
    return {
        account.removeprefix(prefix): amount
        for (account, commodity), amount in balances.items()
        if commodity == "USD" and account.startswith(prefix)
    }


def _row(id_: str, amount: int, mined: int, reason: str) -> CostRow:
    if reason:
        return CostRow(id_, None, None, reason)
    if mined <= 0:
        return CostRow(id_, amount, None, "no bitcoin was mined.")
    return CostRow(id_, amount, Decimal(amount) / 100 * _SATS_PER_BTC / mined)


def _total(id_: str, rows: Iterable[CostRow], mined: int) -> CostRow:
    parts = list(rows)
    known = [row.amount for row in parts if row.amount is not None]
    missing = [row.id for row in parts if row.amount is None]
    return _row(id_, sum(known), mined, f"not known: {', '.join(missing)}." if missing else "")
