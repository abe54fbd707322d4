"""A small miner's second quarter of 2025, from opening balances to power bills, for tests of what is printed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from mintage.books.facts import (
    ExpenseAccrued,
    KpiReported,
    OpeningBalance,
    OpeningBitcoin,
    OpeningMachines,
    OpeningMemo,
    ShareBasedCompensation,
)
from mintage.capital.facts import AdsIssued, PreferredIssued, PreferredRemeasured
from mintage.factory.facts import DutyAssessed, FreightBilled, MachinesBuilt, MaterialsPurchased
from mintage.fleet.facts import EfficiencyMeasured, Energized, HashrateMeasured
from mintage.house import open_journal
from mintage.journal.fact import Fact, FactData
from mintage.market.facts import DifficultyObserved, PriceObserved
from mintage.mining.facts import Earned, JointContractSet, PowerBilled, SiteCostBilled
from mintage.mining.service import earned
from mintage.sales.facts import DepositReceived, MachinesDelivered, OrderPlaced, PaymentReceived
from mintage.silicon.facts import ChipBin, ChipsSorted, WafersPrepaid, WafersReceived
from mintage.treasury.facts import BitcoinPledged
from mintage.treasury.facts_money import LoanAgreed, LoanDrawn

OPENING = date(2025, 3, 31)
FIRST = date(2025, 4, 1)
DAYS = 91
SATS_A_DAY = 312_000_000
BUILD = "build-penang-1"
RELEASE = 'repayment & release <script>alert("x")</script>'
"""Free text that a page must escape."""
CLOSE = 24


def price_on(day: date) -> Decimal:
    """A price that rises by 250 USD a day from 82,550, with a dip every week."""
    step = (day - OPENING).days
    return Decimal(82_550 + 250 * step - (1_900 if step % 7 == 3 else 0))


def opening() -> Iterator[tuple[date, FactData]]:
    """What there was when the ledger began, and what was reported for the quarters before."""
    yield OPENING, PriceObserved(day=OPENING, source="index", hour=CLOSE, price=price_on(OPENING))
    yield OPENING, OpeningBalance(account="assets:cash:main", amount=40_000_000_00)
    yield OPENING, OpeningBalance(account="equity:shares", amount=-50_000_000_00)
    yield (
        OPENING,
        OpeningBitcoin(
            account="assets:bitcoin:free:cold",
            sats=200 * 10**8,
            value=16_510_000_00,
            cost=9_000_000_00,
            lot_kind="mined",
        ),
    )
    yield OPENING, OpeningMachines(site="alder", model="a14-150", units=10_000, cost=12_000_000_00, depreciation=0)
    yield OPENING, OpeningMemo(account="memo:ads", commodity="ADS", units=300_000_000)
    yield (
        OPENING,
        OpeningMemo(account="memo:hashrate:installed:americas:alder", commodity="HASHRATE", units=1_500_000_000),
    )
    for id_, value, unit in (
        ("revenue.total", "9900000", "USD"),
        ("revenue.products", "2000000", "USD"),
        ("revenue.mining", "7900000", "USD"),
        ("bitcoin.mined", "259", "BTC"),
        ("asp", "10.5", "USD/TH/s"),
    ):
        yield OPENING, KpiReported(id=id_, period="2025Q1", value=Decimal(value), unit=unit, document="release <Q1>")
    yield OPENING, KpiReported(id="revenue.total", period="2024Q2", value=Decimal(7_000_000), unit="USD", document="r")


def chain() -> Iterator[tuple[date, FactData]]:
    """From wafers to machines, an order and its delivery."""
    yield FIRST, WafersPrepaid(foundry="foundry", bank="main", amount=1_000_000_00)
    yield FIRST, WafersReceived(foundry="foundry", wafer="w5", site="store", wafers=100, cost=1_000_000_00)
    yield (
        FIRST,
        ChipsSorted(
            wafer="w5",
            wafer_site="store",
            wafers=100,
            site="store",
            packaging_cost=200_000_00,
            creditor="packager",
            bins=(ChipBin(chip="w5-b1", chips=300_000),),
        ),
    )
    yield FIRST, MaterialsPurchased(plant="penang", creditor="supplier", amount=400_000_00)
    yield (
        FIRST,
        MachinesBuilt(
            plant="penang",
            model="a15-194",
            units=1_000,
            serial_first="A15K000000",
            serial_last="A15K000999",
            chip="w5-b1",
            chip_site="store",
            chips=240_000,
            materials_cost=300_000_00,
            conversion_cost=80_000_00,
            creditor="assembler",
        ),
    )
    yield date(2025, 5, 2), FreightBilled(origin=BUILD, creditor="carrier", amount=20_000_00)
    yield (
        date(2025, 5, 2),
        DutyAssessed(
            origin=BUILD,
            country="us",
            bank="main",
            amount=126_000_00,
            hs_code="8543.70",
            rate_pct=Decimal("12.6"),
            country_of_origin="malaysia",
        ),
    )
    ordered = {"customer": "acme", "order": "po-1", "line": "industrial"}
    yield FIRST, OrderPlaced(**ordered, hashrate=194_000_000, amount=2_100_000_00)  # type: ignore[arg-type]  # one dict for both facts
    yield FIRST, DepositReceived(customer="acme", bank="main", amount=500_000_00)
    yield (
        date(2025, 6, 10),
        MachinesDelivered(
            **ordered,  # type: ignore[arg-type]  # as above
            region="americas",
            plant="penang",
            model="a15-194",
            units=900,
            hashrate=174_600_000,
            revenue=1_890_000_00,
            backlog=1_890_000_00,
            backlog_hashrate=174_600_000,
        ),
    )
    yield date(2025, 6, 20), PaymentReceived(customer="acme", bank="main", amount=1_000_000_00)


def mining() -> Iterator[tuple[date, FactData]]:
    """A day's credit for each day, bills for each month, what the fleet ran."""
    for offset in range(DAYS):
        day = FIRST + timedelta(days=offset)
        price, sats = price_on(day), SATS_A_DAY + 1_000_000 * (offset % 9) - 2_000_000 * (offset % 4)
        yield day, PriceObserved(day=day, source="index", hour=CLOSE, price=price)
        yield day, earned(site="alder", pool="f2", sats=sats, price=price, price_source="index", price_hour=CLOSE)
    for month in (4, 5, 6):
        day = date(2025, month, 30)
        yield day, PowerBilled(site="alder", creditor="grid", energy=90_000_000_000, amount=4_100_000_00)
        yield day, SiteCostBilled(site="alder", creditor="crew", amount=300_000_00)
        yield day, ExpenseAccrued(function="ga", expense="payroll", purpose="payroll", amount=900_000_00)
    yield FIRST, Energized(site="alder", region="americas", hashrate=1_400_000_000)
    last = date(2025, 6, 30)
    yield last, HashrateMeasured(site="alder", region="americas", hashrate=1_310_000_000, window="2025-06-30")
    yield last, EfficiencyMeasured(site="alder", region="americas", joules_per_th=Decimal("20.4"), window="2025-06")
    yield date(2025, 6, 29), DifficultyObserved(day=date(2025, 6, 29), source="node", height=903_168, bits="170254ff")
    yield FIRST, JointContractSet(site="alder", host="hostco", form="even", share_pct=Decimal(50))


def money() -> Iterator[tuple[date, FactData]]:
    """A loan on pledged bitcoin, preferred shares, ADS and stock compensation."""
    yield (
        FIRST,
        LoanAgreed(
            lender="lender",
            rate_pct=Decimal(9),
            margin_call_ltv_pct=Decimal(75),
            liquidation_ltv_pct=Decimal(85),
            due=date(2026, 4, 1),
            cure_hours=24,
            release=RELEASE,
        ),
    )
    yield FIRST, LoanDrawn(lender="lender", term="current", bank="main", amount=5_000_000_00)
    yield FIRST, BitcoinPledged(wallet="cold", lender="lender", sats=100 * 10**8, value=8_255_000_00)
    yield FIRST, PreferredIssued(series="a1", shares=1_000, bank="main", proceeds=3_000_000_00)
    yield date(2025, 6, 30), PreferredRemeasured(series="a1", change=250_000_00, event="remaining")
    yield date(2025, 5, 16), AdsIssued(ads=9_100_000, bank="main", proceeds=6_000_000_00)
    yield date(2025, 6, 30), ShareBasedCompensation(function="ga", amount=700_000_00)


def facts() -> list[Fact]:
    """All of it, in the order of the days."""
    data = [pair for part in (opening, chain, mining, money) for pair in part()]
    found = []
    for number, (day, item) in enumerate(sorted(data, key=lambda pair: pair[0])):
        at = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000_000 + number
        key = BUILD if isinstance(item, MachinesBuilt) else f"f{number}"
        found.append(Fact(key=key, at=at, date=day, actor="test", data=item))
    return found


def write(path: Path) -> Path:
    """The journal of that company in a file."""
    journal = open_journal(path)
    journal.append(facts())
    journal.close()
    return path


def first_credit() -> Earned:
    """The credit of the first day."""
    return next(item for _, item in mining() if isinstance(item, Earned))
