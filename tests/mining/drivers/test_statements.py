"""CSV statements: read exactly, corrected by later files, refused with file, line and column."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from mintage.mining.drivers.port import PoolDay
from mintage.mining.drivers.registry import open_pool
from mintage.units.errors import InputError
from mintage.wire.http import Web

FIRST, LAST = date(2025, 7, 1), date(2025, 7, 31)


def _days(folder: Path) -> list[PoolDay]:
    async def read() -> list[PoolDay]:
        async with Web() as web:
            return await open_pool("csv", str(folder), "", web).days("acme", FIRST, LAST)

    return asyncio.run(read())


def test_days_and_payouts_of_a_folder_are_read_exactly(tmp_path: Path) -> None:
    """Amounts become satoshis to the last digit; what a column does not say is silent with a reason."""
    (tmp_path / "july.csv").write_text(
        "date,net_btc,fee_btc,hashrate_ths,remark\n2025-07-02,0.00012101,,201.5,x\n2025-07-01,12.00000001,0.1,,y\n",
        "utf-8",
    )
    (tmp_path / "payouts.csv").write_text(f"txid,amount_btc,at\n{'ab' * 32},0.5,2025-07-03T10:00:00Z\n", "utf-8")
    one, two = _days(tmp_path)
    assert (one.day, one.net_sats, one.fee_sats) == (date(2025, 7, 1), 1_200_000_001, 10_000_000)
    assert (two.net_sats, two.fee_sats, two.hashrate_ths) == (12_101, None, Decimal("201.5"))
    assert two.silent["fee_sats"]
    assert one.source.endswith("july.csv")

    async def payouts() -> None:
        async with Web() as web:
            adapter = open_pool("csv", str(tmp_path), "", web)
            (paid,) = await adapter.payouts("acme", FIRST, LAST)
            assert (paid.txid, paid.sats) == ("ab" * 32, 50_000_000)
            assert await adapter.hashrate("acme") is None

    asyncio.run(payouts())


def test_a_payout_that_two_files_state_is_one_payout(tmp_path: Path) -> None:
    """Statements of overlapping spans state a payout twice; two amounts of one transaction are refused."""

    async def payouts() -> list[int]:
        async with Web() as web:
            return [item.sats for item in await open_pool("csv", str(tmp_path), "", web).payouts("acme", FIRST, LAST)]

    for name, amount in (("1.csv", "0.5"), ("2.csv", "0.5"), ("3.csv", "0.6")):
        text = f"txid,amount_btc,at\n{'ab' * 32},{amount},2025-07-03T10:00:00Z\n"
        (tmp_path / name).write_text(text, "utf-8")
        if name == "2.csv":
            assert asyncio.run(payouts()) == [50_000_000]
    with pytest.raises(InputError, match=r"3\.csv: field 'amount_btc': .* stated twice with two amounts"):
        asyncio.run(payouts())


def test_a_later_file_corrects_a_day(tmp_path: Path) -> None:
    """The same day in a file that sorts later is its next revision; twice in one file is a mistake."""
    (tmp_path / "1.csv").write_text("date,net_btc\n2025-07-01,0.1\n", "utf-8")
    (tmp_path / "2.csv").write_text("date,net_btc\n2025-07-01,0.2\n", "utf-8")
    (day,) = _days(tmp_path)
    assert (day.net_sats, day.revision) == (20_000_000, 2)
    (tmp_path / "2.csv").write_text("date,net_btc\n2025-07-01,0.2\n2025-07-01,0.2\n", "utf-8")
    with pytest.raises(InputError, match=r"2\.csv: 2025-07-01 is stated twice"):
        _days(tmp_path)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("date,net_btc\n2025-07-01,0.123456789\n", "BTC in whole satoshis"),
        ("date,net_btc\n2025-07-01,-1\n", "not negative"),
        ("date,net_btc\n2025-07-01,1e999999999\n", "a number"),
        ("date,net_btc\n2025-07-01,\n", "a number"),
        ("date,net_btc\nyesterday,1\n", "ISO 8601"),
        ("net_btc\n1\n", "the column date is missing"),
        ('date,net_btc\n2025-07-01,"1\n', "no CSV"),
    ],
)
def test_a_bad_statement_is_refused_by_file_line_and_column(tmp_path: Path, text: str, told: str) -> None:
    """Nothing of a statement that cannot be read is used."""
    (tmp_path / "bad.csv").write_text(text, "utf-8")
    with pytest.raises(InputError, match=told) as error:
        _days(tmp_path)
    assert "bad.csv" in str(error.value)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A wrong folder is not an empty statement."""
    with pytest.raises(InputError, match="no folder"):
        _days(tmp_path / "none")
