"""Tariffs as data: what is read, what is refused, and what one more MWh costs."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from mintage.fleet.energy.tariff import Tariff, load_tariff, price_usd_mwh
from mintage.units import parse_instant
from mintage.units.errors import InputError

EXAMPLE = Path(__file__).parents[3] / "examples/tariff.toml"
HEAD = 'name = "t"\nzone = "America/Chicago"\n'
FIXED = '[[version.energy]]\nkind = "fixed"\nname = "energy"\nusd_mwh = "40"\n'
SERIES = '[[series]]\nname = "index"\nfile = "p.csv"\ncolumn = "usd"\ntime = "end"\n'
PRICES = "end,usd\n2025-01-01T06:15:00Z,30\n2025-01-01T06:30:00Z,-12.5\n"


def tariff(tmp_path: Path, body: str, head: str = HEAD) -> Tariff:
    """A tariff of a text, with a small file of prices beside it."""
    (tmp_path / "p.csv").write_text(PRICES, "utf-8")
    (tmp_path / "t.toml").write_text(head + body, "utf-8")
    return load_tariff(tmp_path / "t.toml")


def price(found: Tariff, instant: str, load_mw: str | None = None) -> Decimal | None:
    """A marginal price."""
    return price_usd_mwh(found, parse_instant(instant), None if load_mw is None else Decimal(load_mw)).usd_mwh


def test_the_example_tells_its_prices() -> None:
    """Peak, day, night and holiday prices with delivery, losses, tax and the expected coincident-peak charge."""
    found = load_tariff(EXAMPLE)
    factor = Decimal("1.015") * Decimal("1.05")
    assert price(found, "2025-01-15T12:30:00Z") == (41 + Decimal("4.20")) * factor  # Wednesday 07:30
    assert price(found, "2025-01-15T07:00:00Z") == (Decimal("28.50") + Decimal("4.20")) * factor
    assert price(found, "2025-01-15T22:00:00Z") == (62 + Decimal("4.20")) * factor
    assert price(found, "2025-07-01T20:30:00Z") == (41 + Decimal("4.20")) * factor  # a holiday has no peak
    peak = price(found, "2025-07-02T20:30:00Z")  # 16:30 in July: 38.40 USD/kW over four quarters at 0.6 %
    assert peak == (62 + Decimal("4.20")) * factor + 9600 * Decimal("0.006") * 4 * Decimal("1.05")
    assert price(found, "2026-03-01T12:00:00Z") == Decimal("39.75") * factor
    before = price_usd_mwh(found, parse_instant("2024-12-31T12:00:00Z"))
    assert (before.usd_mwh, "no version" in before.reason) == (None, True)
    assert found.gaps() == []


def test_an_index_is_its_price_with_factor_and_adder_and_unknown_where_it_has_none(tmp_path: Path) -> None:
    """A negative price stays negative; an instant without a price is unknown, not free."""
    body = '[[version]]\nfrom = 2025-01-01\n[[version.energy]]\nkind = "indexed"\nname = "energy"\nseries = "index"\n'
    found = tariff(tmp_path, SERIES + body + 'factor = "1.02"\nadder_usd_mwh = "2.5"\n')
    assert price(found, "2025-01-01T06:00:00Z") == 30 * Decimal("1.02") + Decimal("2.5")
    assert price(found, "2025-01-01T06:20:00Z") == Decimal("-12.5") * Decimal("1.02") + Decimal("2.5")
    gap = price_usd_mwh(found, parse_instant("2025-01-01T07:00:00Z"))
    assert (gap.usd_mwh, gap.reason) == (None, "index has no price for that interval.")


def test_within_a_block_one_more_mwh_costs_what_its_resale_would_bring(tmp_path: Path) -> None:
    """Within a block bought ahead power costs the resale price, or nothing where it cannot be sold back."""
    block = (
        '[[version]]\nfrom = 2025-01-01\n[[version.energy]]\nkind = "block-and-index"\nname = "power"\n'
        'series = "index"\nblock_mw = "2"\nblock_usd_mwh = "45"\nadder_usd_mwh = "3"\nresale_fee_usd_mwh = "1"\n'
    )
    resale = tariff(tmp_path, SERIES + block + "resale = true\n")
    assert price(resale, "2025-01-01T06:00:00Z", "1.5") == 29
    assert price(resale, "2025-01-01T06:00:00Z", "2.5") == 33
    assert price(resale, "2025-01-01T06:00:00Z") == 33
    assert price(tariff(tmp_path, SERIES + block), "2025-01-01T06:00:00Z", "1.5") == 0


BAND = '[[version.energy.band]]\nname = "{}"\nusd_mwh = "1"\nwhen = [{{ hours = ["{}"] }}]\n'
USE = '[[version]]\nfrom = 2025-01-01\n[[version.energy]]\nkind = "time-of-use"\nname = "energy"\n'


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (f"[[version]]\nfrom = 2025-01-01\n{FIXED}[[version]]\nfrom = 2026-01-01\n{FIXED}", "overlap. End the earlier"),
        (f"[[version]]\nfrom = 2025-01-01\nuntil = 2025-01-01\n{FIXED}", "ends before it begins"),
        (USE + BAND.format("a", "00:00-12:00"), "no band covers the time on mon in month 1 at 12:00"),
        (USE + BAND.format("a", "00:00-13:00") + BAND.format("b", "12:00-24:00"), "bands a and b overlap on mon"),
        (
            USE + BAND.format("a", "00:00-12:07") + BAND.format("b", "12:07-24:00"),
            "12:07 lies within an interval of 15",
        ),
        (
            '[[version]]\nfrom = 2025-01-01\n[[version.energy]]\nkind = "indexed"\nname = "e"\nseries = "x"\n',
            "no series",
        ),
        (f"[[version]]\nfrom = 2025-01-01\n{FIXED}{FIXED}", "two rows of a version have one name"),
        ("[[version]]\nfrom = 2025-01-01\n[[version.energy]]\nkind = 'free'\nname = 'e'\n", "Invalid value 'free'"),
        (f"[[version]]\nfrom = 2025-01-01\nlosses = 1\n{FIXED}", "unknown field `losses`"),
        (f'[[version]]\nfrom = 2025-01-01\nlosses_pct = "NaN"\n{FIXED}', "losses_pct is no number"),
        (f'[[version]]\nfrom = 2025-01-01\ntax_pct = "-1"\n{FIXED}', "tax_pct is negative"),
        ("", "missing required field `version`"),
        ("version = [", "this is not TOML"),
    ],
)
def test_a_tariff_that_cannot_be_is_refused_with_its_place(tmp_path: Path, body: str, problem: str) -> None:
    """Overlaps, gaps in hours, unknown names and slips are told with the file; nothing is guessed."""
    with pytest.raises(InputError, match=problem) as caught:
        tariff(tmp_path, body)
    assert str(tmp_path / "t.toml") in str(caught.value)


def test_an_unknown_zone_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    """A zone that is not in the database is named, and so is a file that is not there."""
    with pytest.raises(InputError, match="'Central' is no time zone"):
        tariff(tmp_path, f"[[version]]\nfrom = 2025-01-01\n{FIXED}", 'name = "t"\nzone = "Central"\n')
    with pytest.raises(InputError, match="no such tariff file"):
        load_tariff(tmp_path / "none.toml")


def test_a_gap_between_versions_is_told_and_unknown(tmp_path: Path) -> None:
    """Days that no version covers are found, and a price there is unknown with its reason."""
    body = f"[[version]]\nfrom = 2025-01-01\nuntil = 2025-03-01\n{FIXED}[[version]]\nfrom = 2025-04-01\n{FIXED}"
    found = tariff(tmp_path, body)
    assert found.gaps() == ["no version covers 2025-03-01 to 2025-03-31"]
    told = price_usd_mwh(found, parse_instant("2025-03-15T12:00:00Z"))
    assert (told.usd_mwh, told.reason) == (None, "no version of tariff t covers 2025-03-15.")
