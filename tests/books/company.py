"""A small miner-maker's second quarter, booked through the rules of all rooms; its statements are computed by hand.

USD; the bitcoin lies in the wallets "vault" (old and mined lots) and "desk" (payment of a customer).

Income: revenue 150,000 industrial + 28,500 mining (0.1 BTC at 80,000, 100,000 and 105,000) = 178,500.
Machines: 10 wafers 100,000 + packaging 20,000 = chips 120,000; + materials 30,000 + conversion 10,000 + freight 5,000
= 165,000 for 100 machines, 1,650 each; 60 sold = 99,000, 20 to own mining = 33,000, 20 in stock = 33,000.
Mining: power 12,000, site 1,500, depreciation 36,000 / 36 x 3 months + 33,000 / 36 x 1 month (June) = 3,916.67.
Gross profit 178,500 - 99,000 - 17,416.67 = 62,083.33.
Operating: research 8,000; general 3,000 rent + 2,000 share-based + 100 fee. Operating income 48,983.33.
Fair value at 107,000: vault 2 + 0.5 - 1 + 0.3 = 1.8 BTC = 192,600 against 160,000 + 52,000 - 105,000 + 28,500
= 135,500: 57,100; desk 0 against 20,000 - 10,500 - 10,400 = -900: 900; receivable 107,000 against 105,000: 2,000.
Preferred -4,000, interest 100,000 x 7.3% x 30 / 365 = 600, issuance 1,000, depositary 4,000. Net income 107,383.33.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from mintage.books import facts as books
from mintage.capital import facts as capital
from mintage.factory import facts as factory
from mintage.fleet import facts as fleet
from mintage.house import memory_journal
from mintage.journal.fact import Evidence, Fact, FactData
from mintage.journal.memory import MemoryJournal
from mintage.market.facts import PriceObserved
from mintage.mining import facts as mining
from mintage.sales import facts as sales
from mintage.silicon import facts as silicon
from mintage.treasury import facts as treasury
from mintage.treasury import facts_money as money

BTC = 10**8
OPENING = date(2025, 3, 31)


def usd(dollars: float) -> int:
    """Cents of a whole number of dollars, or of one with two decimals."""
    return round(dollars * 100)


def stated(day: date, key: str, data: FactData, evidence: Evidence | None = None) -> Fact:
    """A fact at noon of its day."""
    at = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()) * 1_000_000
    return Fact(key=key, at=at, date=day, actor="test", data=data, evidence=evidence)


def price(day: date, dollars: int, source: str = "index") -> FactData:
    """An observed daily close."""
    return PriceObserved(day=day, source=source, hour=24, price=Decimal(dollars))


def _opening() -> list[FactData]:
    vault = "assets:bitcoin:free:vault"
    return [
        books.OpeningBalance(account="assets:cash:main", amount=usd(1_000_000)),
        books.OpeningBalance(account="equity:shares", amount=usd(-500_000)),
        books.OpeningBitcoin(account=vault, sats=2 * BTC, value=usd(160_000), cost=usd(100_000), lot_kind="mined"),
        books.OpeningMachines(site="texas", model="a14", units=36, cost=usd(36_000)),
        books.OpeningMemo(account="memo:ads", commodity="ADS", units=1_000_000),
        books.KpiReported(id="revenue.total", period="2025Q1", value=Decimal(150_000), unit="USD", document="release"),
        books.KpiReported(id="opex.total", period="2025Q1", value=Decimal(10_000), unit="USD", document="release"),
        books.KpiReported(id="bitcoin.owned", period="2024Q2", value=Decimal("1.4"), unit="BTC", document="release"),
    ]


def _earned(sats: int, price_usd: int) -> FactData:
    value = usd(price_usd * sats / BTC)
    return mining.Earned(
        site="texas",
        pool="ocean",
        sats=sats,
        value=value,
        price=Decimal(price_usd),
        price_source="index",
        price_hour=0,
    )


BUILD = "build"
DAYS: tuple[tuple[str, str, FactData], ...] = (
    ("04-02", "", silicon.WafersPrepaid(foundry="fab", bank="main", amount=usd(100_000))),
    ("04-03", "", capital.PreferredIssued(series="a1", shares=100, bank="main", proceeds=usd(50_000), cost=usd(1_000))),
    ("04-05", "", sales.DepositReceived(customer="buyer", bank="main", amount=usd(50_000))),
    ("04-10", "", silicon.WafersReceived(foundry="fab", wafer="w1", site="hk", wafers=10, cost=usd(100_000))),
    ("04-10", "pool-day-1", _earned(BTC // 10, 80_000)),
    (
        "04-12",
        "",
        silicon.ChipsSorted(
            wafer="w1",
            wafer_site="hk",
            wafers=10,
            site="hk",
            packaging_cost=usd(20_000),
            creditor="osat",
            bins=(silicon.ChipBin(chip="w1-b1", chips=1000),),
        ),
    ),
    ("04-15", "", factory.MaterialsPurchased(plant="penang", creditor="parts", amount=usd(30_000))),
    ("04-15", "", factory.VatPaid(country="my", bank="main", amount=usd(3_000))),
    (
        "04-20",
        BUILD,
        factory.MachinesBuilt(
            plant="penang",
            model="a15",
            units=100,
            serial_first="SN001",
            serial_last="SN100",
            chip="w1-b1",
            chip_site="hk",
            chips=1000,
            materials_cost=usd(30_000),
            conversion_cost=usd(10_000),
            creditor="ems",
        ),
    ),
    ("04-22", "", factory.FreightBilled(origin=BUILD, creditor="carrier", amount=usd(5_000))),
    ("04-25", "", factory.SupplierPaid(creditor="osat", bank="main", amount=usd(20_000))),
    (
        "05-10",
        "",
        sales.MachinesDelivered(
            customer="buyer",
            order="o1",
            line="industrial",
            region="us",
            plant="penang",
            model="a15",
            units=60,
            hashrate=12_000_000,
            revenue=usd(150_000),
        ),
    ),
    ("05-10", "", sales.DepositApplied(customer="buyer", amount=usd(50_000))),
    ("05-10", "", _earned(BTC // 10, 100_000)),
    ("05-15", "", fleet.MachinesMovedToMining(plant="penang", model="a15", units=20, site="texas")),
    (
        "05-20",
        "",
        fleet.MachinesInstalled(site="texas", region="americas", model="a15", units=20, hashrate=4_000_000),
    ),
    ("05-20", "", fleet.Energized(site="texas", region="americas", hashrate=3_000_000)),
    ("05-20", "", sales.PaymentReceived(customer="buyer", bank="main", amount=usd(60_000))),
    (
        "05-21",
        "",
        sales.PaymentReceivedBtc(customer="buyer", wallet="desk", sats=BTC // 5, value=usd(20_000), txid="aa"),
    ),
    ("05-24", "sold-fast", treasury.BitcoinSold(wallet="desk", bank="main", sats=BTC // 10, proceeds=usd(10_500))),
    ("05-31", "", price(date(2025, 5, 31), 104_000)),
    (
        "06-01",
        "",
        treasury.BitcoinBought(wallet="vault", bank="main", sats=BTC // 2, cost=usd(52_000), fee=usd(100)),
    ),
    (
        "06-01",
        "",
        money.LoanAgreed(
            lender="lender",
            rate_pct=Decimal("7.3"),
            margin_call_ltv_pct=Decimal(75),
            liquidation_ltv_pct=Decimal(85),
            due=date(2027, 6, 1),
            cure_hours=24,
        ),
    ),
    ("06-01", "", money.LoanDrawn(lender="lender", term="noncurrent", bank="main", amount=usd(100_000))),
    (
        "06-01",
        "",
        treasury.BitcoinPledgedReusable(
            wallet="vault", lender="lender", term="noncurrent", sats=BTC, value=usd(105_000)
        ),
    ),
    ("06-05", "", capital.RepurchasePrepaid(broker="broker", bank="main", amount=usd(5_000))),
    ("06-10", "", _earned(BTC // 10, 105_000)),
    (
        "06-12",
        "payout",
        mining.Payout(pool="ocean", wallet="vault", sats=3 * BTC // 10, txid="bb", value=usd(28_500)),
    ),
    ("06-15", "", mining.PowerBilled(site="texas", creditor="grid", energy=240_000_000, amount=usd(12_000))),
    ("06-15", "", mining.SiteCostBilled(site="texas", creditor="crew", amount=usd(1_500))),
    ("06-16", "", capital.AdsRepurchased(broker="broker", ads=1_000, cost=usd(2_000))),
    ("06-18", "", factory.SupplierPaid(creditor="grid", bank="main", amount=usd(10_000))),
    ("06-20", "sold-late", treasury.BitcoinSold(wallet="desk", bank="main", sats=BTC // 10, proceeds=usd(10_400))),
    ("06-25", "", books.ExpenseAccrued(function="rd", expense="payroll", purpose="payroll", amount=usd(8_000))),
    ("06-26", "", books.AccruedPaid(purpose="payroll", bank="main", amount=usd(6_000))),
    ("06-26", "", books.ExpensePaid(function="ga", expense="rent", bank="main", amount=usd(3_000))),
    ("06-27", "", factory.VatRefunded(country="my", bank="main", amount=usd(2_000))),
    ("06-27", "", capital.DepositaryAccrued(depositary="custody", amount=usd(4_000))),
    ("06-28", "", capital.DepositaryReceived(depositary="custody", bank="main", amount=usd(4_000))),
    ("06-30", "", books.ShareBasedCompensation(function="ga", amount=usd(2_000))),
    ("06-30", "", capital.PreferredRemeasured(series="a1", change=usd(4_000), event="remaining")),
    ("06-30", "", fleet.HashrateMeasured(site="texas", region="americas", hashrate=2_500_000, window="2025-06")),
    (
        "06-30",
        "",
        fleet.EfficiencyMeasured(site="texas", region="americas", joules_per_th=Decimal("19.5"), window="2025-06"),
    ),
    ("06-30", "price", price(date(2025, 6, 30), 107_000)),
)


def quarter(leave_out: tuple[str, ...] = ()) -> MemoryJournal:
    """The company's journal with all facts of the quarter but those with a key in `leave_out`, not closed."""
    journal = memory_journal()
    facts = [stated(OPENING, f"opening-{number}", data) for number, data in enumerate(_opening())]
    for number, (day, key, data) in enumerate(DAYS):
        evidence = Evidence(source="pool-statement.csv", row=7, sha256="ab" * 32) if key == "pool-day-1" else None
        facts.append(stated(date.fromisoformat(f"2025-{day}"), key or f"fact-{number}", data, evidence))
    journal.append(fact for fact in facts if fact.key not in leave_out)
    return journal
