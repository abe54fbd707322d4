"""A machine's record in the journal: what it earned is its share of its site's work, or unknown with the reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from mintage.cli.fleet_record import Item, record
from mintage.fleet.facts_site import DayWorked
from mintage.fleet.telemetry.upkeep import upkeep
from mintage.house import open_journal
from mintage.journal.fact import Fact, FactData
from mintage.mining.facts import Earned
from tests.fleet.telemetry.telling import MONDAY_S, opened, sample

MONDAY = date(2026, 1, 5)
OURS, OTHER = "m-00000000000a", "m-00000000000b"
WORKED = DayWorked(
    site="alder",
    region="canada",
    accepted_diff=4000,
    rejected_diff=0,
    expected_diff=4000,
    hashrate=388_000,
    machine_energy=170_000,
    machines=2,
    covered_s=86_400,
)
CREDIT = Earned(
    site="alder", pool="pool", sats=100_000, value=9_000, price=Decimal(90_000), price_source="index", price_hour=24
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site whose first machine did 1,000 of the 4,000 that its site did on a Monday."""
    folder = tmp_path_factory.mktemp("site")
    store = opened(folder / "telemetry")
    told = [
        sample(asset, MONDAY_S + hour * 3600, state="hashing", accepted_diff=7 + hour * part // 10)
        for asset, part in ((OURS, 1000), (OTHER, 3000))
        for hour in range(11)
    ]
    store.put("alder", 1, told)
    upkeep(store, MONDAY_S + 2 * 86_400, 10**9)
    return folder


def told(tmp_path: Path, folder: Path, *data: FactData, asset: str = OURS) -> dict[str, Item]:
    """The record on the next day, with some facts in the journal."""
    journal = open_journal(tmp_path / "books.db")
    journal.append(
        Fact(key=f"f{number}", at=MONDAY_S * 1_000_000, date=MONDAY, actor="test", data=item)
        for number, item in enumerate(data)
    )
    journal.close()
    found = record(tmp_path / "books.db", folder, "alder", asset, "", date(2026, 1, 6))
    return {item.name: item for item in found}


def test_earnings_are_the_share_of_the_sites_accepted_work(tmp_path: Path, folder: Path) -> None:
    """A quarter of the work is a quarter of the credit, in bitcoin and in dollars."""
    found = told(tmp_path, folder, WORKED, CREDIT)
    assert (found["earned BTC"].value, found["earned USD"].value) == (Decimal("0.00025"), Decimal("22.5"))
    assert "1 of the last 30 days" in found["earned BTC"].note


def test_a_day_of_another_site_earns_nothing_here(tmp_path: Path, folder: Path) -> None:
    """Credits follow the site that hashed."""
    birch = msgspec.structs.replace(CREDIT, site="birch")
    assert told(tmp_path, folder, WORKED, birch)["earned USD"].value is None


@pytest.mark.parametrize(
    ("data", "asset", "reason"),
    [
        ((), OURS, "no pool credited alder"),
        ((CREDIT,), OURS, "no day's work of alder"),
        ((WORKED, CREDIT), "m-00000000000c", "telemetry of those days has no work of it"),
    ],
)
def test_what_cannot_be_known_is_unknown_with_its_reason(
    tmp_path: Path, folder: Path, data: tuple[FactData, ...], asset: str, reason: str
) -> None:
    """Never a zero: no credit, no day's work, and no telemetry are told apart."""
    found = told(tmp_path, folder, *data, asset=asset)
    assert found["earned BTC"].value is None
    assert reason in found["earned BTC"].note


def test_without_a_journal_everything_is_unknown_and_none_is_made(tmp_path: Path, folder: Path) -> None:
    """A site's computer may have no journal; asking does not make one."""
    found = record(tmp_path / "none.db", folder, "alder", OURS, "A15K000100", MONDAY)
    assert {item.value for item in found} == {None}
    assert not (tmp_path / "none.db").exists()


def test_a_serial_number_that_no_factory_gave_is_told_as_such(tmp_path: Path, folder: Path) -> None:
    """A machine may claim any text as its serial number; the record says so and goes on."""
    open_journal(tmp_path / "books.db").append([])
    (built, *_) = record(tmp_path / "books.db", folder, "alder", OURS, "$(reboot)", MONDAY)
    assert (built.value, "is not a serial number" in built.note) == (None, True)
