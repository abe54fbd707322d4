"""`mintage mining reconcile` and its companions, on a site whose pool states its days in CSV files."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mintage.fleet.facts_site import DayWorked
from mintage.house import open_journal
from mintage.journal.fact import Fact, FactData
from mintage.market.facts import BlockFeesObserved, DifficultyObserved, PriceObserved
from mintage.market.network import difficulty, target_from_bits
from mintage.mining.production import fpps_credit
from mintage.units import day_end_instant
from tests.cli.shell import Shell, refused
from tests.daily.test_power import FLAT
from tests.daily.world import BITS, ENERGY_WH, WORK

DAY = date(2025, 7, 1)
CREDIT = fpps_credit(WORK, difficulty(target_from_bits(BITS)), Decimal(314_500_000), Decimal("0.5"))
SITE = """\
name = "alder"
region = "canada"
pue = "1.05"
ranges = ["127.0.10.0/26"]
tariff = "tariff.toml"
supplier = "alder-power"
price_source = "index"
[[pool]]
name = "north"
adapter = "csv"
url = "statements"
account = "acme"
stratum = ["stratum+tcp://127.0.0.1:1"]
workers = ["acme.*"]
fee_pct = "0.5"
"""


def _facts() -> list[tuple[str, FactData]]:
    worked = DayWorked(
        site="alder",
        region="canada",
        accepted_diff=WORK,
        rejected_diff=0,
        expected_diff=WORK,
        hashrate=200_000_000,
        machine_energy=ENERGY_WH,
        machines=50,
        covered_s=86_400,
        metered_energy=ENERGY_WH * 105 // 100,
    )
    return [
        ("epoch", DifficultyObserved(day=DAY, source="node", height=903_168, bits=BITS)),
        ("fees", BlockFeesObserved(day=DAY, source="node", blocks=144, fees=144 * 2_000_000)),
        ("price", PriceObserved(day=DAY, source="index", hour=24, price=Decimal(100_000))),
        ("worked", worked),
    ]


def _statement(folder: Path, net_sats: int, name: str = "july.csv") -> None:
    gross, fee = (Decimal(sats).scaleb(-8) for sats in (CREDIT.gross_sats, CREDIT.gross_sats - net_sats))
    (folder / "statements").mkdir(exist_ok=True)
    (folder / "statements" / name).write_text(
        "date,net_btc,gross_btc,fee_btc,accepted_difficulty\n"
        f"{DAY},{Decimal(net_sats).scaleb(-8):f},{gross:f},{fee:f},{WORK}\n",
        "utf-8",
    )


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """A command line on a journal with a day's observations, beside a site's files."""
    (tmp_path / "alder.toml").write_text(SITE, "utf-8")
    (tmp_path / "tariff.toml").write_text(FLAT, "utf-8")
    _statement(tmp_path, CREDIT.net_sats)
    journal = open_journal(tmp_path / "books.db")
    journal.append(Fact(key=key, at=day_end_instant(DAY), date=DAY, actor="agent", data=data) for key, data in _facts())
    journal.close()
    return Shell(tmp_path / "books.db", capsys)


def _words(shell: Shell, *more: str) -> tuple[str, ...]:
    folder = shell.db.parent
    named = ("--site", str(folder / "alder.toml"), "--data", str(folder / "sites"))
    return ("mining", "reconcile", "--day", str(DAY), *named, *more)


def _steps(told: Any) -> dict[str, Any]:
    return {step["step"]: step for step in told["steps"]}


def test_a_day_is_reconciled_recorded_once_and_costed(shell: Shell) -> None:
    """JSON states exact amounts in BTC, kWh and USD; a second run records nothing; the cost rows follow the books."""
    told = shell.json(*_words(shell))
    steps = _steps(told)
    assert told["closed"] is True
    assert {step["verdict"] for name, step in steps.items() if name != "chain"} == {"ok"}
    assert steps["chain"]["reason"] == "no wallet is watched."
    assert Decimal(steps["credit-net"]["amount"]) == Decimal(CREDIT.net_sats).scaleb(-8)
    assert Decimal(steps["power-cost"]["amount"]) == Decimal("4725.00")
    assert Decimal(steps["energy-metered"]["amount"]) == Decimal(94500)
    assert told["recorded"] == [
        "pool-day:2025-07-01:alder:north",
        "earned:2025-07-01:alder:north",
        "power:2025-07-01:alder",
    ]
    cost = {row["row"]: row for row in told["cost"]}
    assert Decimal(cost["power"]["usd"]) == Decimal("4725.00")
    assert cost["site"]["usd"] is None
    assert "site" in cost["cash"]["reason"]
    assert shell.json(*_words(shell))["recorded"] == []
    by_site = shell.json("mining", "cost", str(DAY), "--by-site")["sites"]
    assert by_site == [{"site": "alder", "rows": told["cost"]}]


def test_a_step_beyond_its_tolerance_ends_with_1(shell: Shell) -> None:
    """A fee of 4 % instead of 0.5 % is printed with its mark, and the command says so by its exit code."""
    _statement(shell.db.parent, CREDIT.gross_sats * 96 // 100)
    answer = shell.run(*_words(shell, "--no-record"))
    assert (answer.code, answer.err) == (1, "")
    line = next(line for line in answer.out.splitlines() if line.startswith("pool's fee"))
    assert "✗ BEYOND" in line
    assert "✓ ok" in answer.out
    assert "would record earned:2025-07-01:alder:north" in answer.out
    assert shell.head()[0] == len(_facts())


def test_a_later_file_corrects_the_day(shell: Shell) -> None:
    """A corrected statement adds the difference, and the days of mining show it with its sign."""
    shell.json(*_words(shell))
    _statement(shell.db.parent, CREDIT.net_sats - 1_000, "july2.csv")
    answer = shell.run(*_words(shell, "--json"))
    assert '"earned:2025-07-01:alder:north:2"' in answer.out
    days = shell.json("mining", "days", "2025-07")
    assert [Decimal(row["earned_btc"]) for row in days["days"]] == [
        Decimal(CREDIT.net_sats).scaleb(-8),
        Decimal(-1_000).scaleb(-8),
    ]
    assert Decimal(days["earned_btc"]) == Decimal(CREDIT.net_sats - 1_000).scaleb(-8)
    assert shell.run("mining", "check", "2025-07").code == 0


def test_a_day_that_has_not_ended_is_refused(shell: Shell) -> None:
    """Today and tomorrow have no truth yet."""
    words = [*_words(shell)]
    words[words.index(str(DAY))] = "2199-01-01"
    assert "has not ended" in refused(shell, *words)


def test_a_statement_that_cannot_be_read_is_a_reason_with_file_and_column(shell: Shell) -> None:
    """A garbled statement leaves the pool's steps unknown and says where; the machines' side stands."""
    (shell.db.parent / "statements" / "july.csv").write_text("date,net_btc\n2025-07-01,much\n", "utf-8")
    told = shell.json(*_words(shell))
    steps = _steps(told)
    assert steps["credit-net"]["amount"] is None
    assert "field 'net_btc'" in steps["credit-net"]["reason"]
    assert steps["work-machines"]["verdict"] == "ok"
    assert told["closed"] is False


def test_the_pools_are_listed_with_their_sources(shell: Shell) -> None:
    """Every adapter names where its form was taken from."""
    pools = {pool["name"]: pool for pool in shell.json("mining", "pools")["pools"]}
    assert {"braiins", "csv", "f2pool", "luxor", "ocean", "viabtc", "virtual"} <= pools.keys()
    assert all(pool["source"] for pool in pools.values())
    assert "Braiins" in shell.run("mining", "pools").out


def test_a_site_asks_its_pools_and_a_silent_one_says_why(shell: Shell) -> None:
    """What a pool sees now is a figure or a reason: CSV files cannot tell, a dead pool does not answer."""
    folder = shell.db.parent
    (folder / "alder.toml").write_text(
        SITE
        + SITE[SITE.index("[[pool]]") :]
        .replace("north", "south")
        .replace("csv", "virtual")
        .replace("statements", "http://127.0.0.1:9"),
        "utf-8",
    )
    words = ("mining", "pools", "--ask", "--site", str(folder / "alder.toml"))
    north, south = shell.json(*words)["accounts"]
    assert (north["hashrate_ths"], north["reason"]) == (None, "this source does not tell the hash rate of now.")
    assert "127.0.0.1:9" in south["reason"]
    assert "unknown" in shell.run(*words).out
