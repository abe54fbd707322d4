"""A quarter of the whole chain, from wafer to treasury, as facts of every room."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from mintage.books import facts as books
from mintage.capital.facts import AdsRepurchased, PreferredIssued, PreferredRemeasured, RepurchasePrepaid
from mintage.factory.facts import (
    DrawbackClaimed,
    DutyAssessed,
    FreightBilled,
    LateCostBilled,
    MachinesBuilt,
    MaterialsPurchased,
    SupplierPaid,
)
from mintage.fleet.facts import Energized, MachinesInstalled, MachinesMovedToMining
from mintage.journal.core import Reversal
from mintage.journal.fact import Fact, FactData
from mintage.market.facts import PriceObserved
from mintage.mining.facts import Earned, Payout, PowerBilled, SiteCostBilled
from mintage.sales.facts import (
    DepositApplied,
    DepositReceived,
    DepositReceivedBtc,
    MachinesDelivered,
    PaymentReceived,
    PaymentReceivedBtc,
)
from mintage.silicon.facts import ChipBin, ChipsSorted, WafersPrepaid, WafersReceived
from mintage.treasury import facts as treasury
from mintage.treasury.facts_money import InterestAccrued, LoanDrawn

OPENING = date(2025, 3, 31)
SITE, REGION, MODEL = "north", "americas", "a15-194"
HASHRATE = "memo:hashrate"
CLOSING_PRICE = 107_147


def quarter() -> list[Fact]:
    """All facts of the opening and the quarter in order, before the close."""
    days: list[tuple[date, FactData]] = [(OPENING, data) for data in opening()]
    for month in (4, 5, 6):
        days += [(date(2025, month, day), data) for day, data in month_of(month)]
    days += [(date(2025, 6, 29), data) for data in corrections()]
    days += [(date(2025, 6, 30), data) for data in end()]
    return [
        Fact(key=f"f{number}", at=instant(day, number), date=day, actor="test", data=data)
        for number, (day, data) in enumerate(days)
    ]


def instant(day: date, number: int) -> int:
    """One minute a fact within a day."""
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return int(moment.timestamp()) * 1_000_000 + number % 1000 * 60_000_000


def late() -> list[Fact]:
    """Costs and refunds that arrive long after their units were used, sold or installed."""
    wafers, build = keys_of(WafersReceived)[0], keys_of(MachinesBuilt)[0]
    data: list[FactData] = [
        LateCostBilled(origin=wafers, creditor="foundry", amount=777_777_79, reason="surcharge"),
        DutyAssessed(
            origin=build,
            country="us",
            bank="main",
            amount=333_333_37,
            hs_code="8543.70",
            rate_pct=Decimal(10),
            country_of_origin="my",
        ),
        DrawbackClaimed(country="us", origin=build, amount=111_111_13),
    ]
    day = date(2025, 6, 30)
    return [
        Fact(key=f"late{n}", at=instant(day, 900 + n), date=day, actor="test", data=item) for n, item in enumerate(data)
    ]


def end() -> list[FactData]:
    """What the last day's measurement is taken from."""
    return [
        PreferredRemeasured(series="a1", change=123_456_78, event="remaining"),
        PriceObserved(day=date(2025, 6, 30), source="index", hour=24, price=Decimal(CLOSING_PRICE)),
    ]


def opening() -> list[FactData]:
    """Balances of the day before."""
    return [
        books.OpeningBalance(account="assets:cash:main", amount=100_000_000_03),
        books.OpeningBitcoin(
            account="assets:bitcoin:free:treasury",
            sats=140_812_345_678,
            value=116_240_000_11,
            cost=61_000_000_07,
            lot_kind="mined",
        ),
        books.OpeningMachines(site=SITE, model=MODEL, units=33_333, cost=77_777_777_77, depreciation=11_111_111_11),
        books.OpeningMemo(
            account=f"memo:hashrate:installed:{REGION}:{SITE}", commodity="HASHRATE", units=6_600_000_001
        ),
        books.OpeningMemo(
            account=f"memo:hashrate:energized:{REGION}:{SITE}", commodity="HASHRATE", units=5_900_000_001
        ),
        books.OpeningMemo(account="memo:ads", commodity="ADS", units=441_000_007),
        LoanDrawn(lender="bank-a", term="current", bank="main", amount=15_000_000_00, fee=100_000_01),
    ]


def month_of(month: int) -> list[tuple[int, FactData]]:
    """One month: build, sell, mine, hold and pay."""
    m = month
    sats, value = 9_345_678_901 + m, 9_012_345_67 * m // 4
    return [
        (1, WafersPrepaid(foundry="foundry", bank="main", amount=7_000_001_00 + m)),
        (2, WafersReceived(foundry="foundry", wafer="w5", site="store", wafers=901 + m, cost=6_500_000_33)),
        (
            3,
            ChipsSorted(
                wafer="w5",
                wafer_site="store",
                wafers=900,
                site="store",
                packaging_cost=700_000_01,
                creditor="packager",
                bins=(ChipBin(chip="w5-b1", chips=2_700_011, weight=3), ChipBin(chip="w5-b2", chips=900_007)),
            ),
        ),
        (4, MaterialsPurchased(plant="penang", creditor="supplier", amount=2_500_000_77)),
        (
            5,
            MachinesBuilt(
                plant="penang",
                model=MODEL,
                units=5_601,
                serial_first="",
                serial_last="",
                chip="w5-b1",
                chip_site="store",
                chips=2_688_480,
                materials_cost=2_400_000_31,
                conversion_cost=800_000_07,
                creditor="assembler",
            ),
        ),
        (7, DepositReceived(customer="acme", bank="main", amount=4_000_000_00)),
        (
            9,
            MachinesDelivered(
                customer="acme",
                order="o1",
                line="industrial",
                region="americas",
                plant="penang",
                model=MODEL,
                units=4_007,
                hashrate=4_007 * 194_000,
                revenue=9_100_000_13,
            ),
        ),
        (9, DepositApplied(customer="acme", amount=4_000_000_00)),
        (10, PaymentReceived(customer="acme", bank="main", amount=3_000_000_13)),
        (11, PaymentReceivedBtc(customer="acme", wallet="treasury", sats=2_000_000_003, value=2_000_000_00, txid="")),
        (12, MachinesMovedToMining(plant="penang", model=MODEL, units=1_301, site=SITE)),
        (13, MachinesInstalled(site=SITE, region=REGION, model=MODEL, units=1_301, hashrate=1_301 * 194_000)),
        (13, Energized(site=SITE, region=REGION, hashrate=1_301 * 194_000)),
        (
            15,
            Earned(
                site=SITE,
                pool="pool",
                sats=sats,
                value=value,
                price=Decimal(98_000),
                price_source="index",
                price_hour=24,
            ),
        ),
        (16, Payout(pool="pool", wallet="treasury", sats=sats - 7, value=value - 6, txid="")),
        (17, treasury.BitcoinSold(wallet="treasury", bank="main", sats=5_000_000_001, proceeds=4_900_000_09, fee=999)),
        (18, treasury.BitcoinPledged(wallet="treasury", lender="bank-a", sats=3_000_000_007, value=2_950_000_11)),
        (
            19,
            treasury.BitcoinPledgedReusable(
                wallet="treasury", lender="bank-b", term="current", sats=1_111_111_111, value=1_090_000_77
            ),
        ),
        (20, DepositReceivedBtc(customer="byte", wallet="custody", sats=50_000_003, value=49_000_01, txid="")),
        (25, PowerBilled(site=SITE, creditor="grid", energy=93_000_000_001, amount=4_290_000_19)),
        (26, SiteCostBilled(site=SITE, creditor="crew", amount=401_000_03)),
        (27, SupplierPaid(creditor="grid", bank="main", amount=4_000_000_00)),
        (27, books.ExpensePaid(function="rd", expense="payroll", bank="main", amount=4_500_000_01)),
        (28, books.ExpenseAccrued(function="ga", expense="audit", purpose="audit", amount=333_333_33)),
        (28, books.ShareBasedCompensation(function="ga", amount=2_000_000_09)),
        (28, InterestAccrued(lender="bank-a", amount=112_500_00 + m)),
    ]


def corrections() -> list[FactData]:
    """A late cost of machines sold, installed and in stock, a reversal, and the capital side."""
    return [
        FreightBilled(origin=keys_of(MachinesBuilt)[-1], creditor="carrier", amount=555_555_57),
        Reversal(of=keys_of(treasury.BitcoinSold)[-1], reason="entered twice"),
        RepurchasePrepaid(broker="broker", bank="main", amount=1_000_000_00),
        AdsRepurchased(broker="broker", ads=700_001, cost=600_000_01),
        PreferredIssued(series="a1", shares=1_000, bank="main", proceeds=9_000_000_00, cost=90_000_01),
    ]


def keys_of(kind: type[FactData]) -> list[str]:
    """Keys that `quarter` gives to the facts of a kind in the three months."""
    earlier = [*opening(), *(data for month in (4, 5, 6) for _, data in month_of(month))]
    return [f"f{number}" for number, data in enumerate(earlier) if isinstance(data, kind)]
