"""Journals of both stores, and short ways to write facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from mintage.house import memory_journal, open_journal
from mintage.journal.fact import Fact, FactData
from mintage.journal.store import Journal
from mintage.treasury.facts import BitcoinBought, BitcoinMoved, BitcoinSold
from mintage.units import day_end_instant


def made(key: str, day: date, data: FactData) -> Fact:
    """A fact at the end of a day."""
    return Fact(key=key, at=day_end_instant(day), date=day, actor="test", data=data)


def bought(key: str, day: date, sats: int, cost: int, wallet: str = "cold") -> Fact:
    """Bitcoin bought into a wallet."""
    return made(key, day, BitcoinBought(wallet=wallet, bank="dbs", sats=sats, cost=cost))


def sold(key: str, day: date, sats: int, proceeds: int, wallet: str = "cold", lots: tuple[str, ...] = ()) -> Fact:
    """Bitcoin sold from a wallet."""
    return made(key, day, BitcoinSold(wallet=wallet, bank="dbs", sats=sats, proceeds=proceeds, lots=lots))


def moved(key: str, day: date, sats: int, value: int, source: str, target: str) -> Fact:
    """Bitcoin moved between wallets."""
    return made(key, day, BitcoinMoved(from_wallet=source, to_wallet=target, sats=sats, value=value))


Opener = Callable[[], Journal]


@pytest.fixture(params=["memory", "sqlite"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    """An empty journal of each store: the contract holds for both."""
    found: Journal = memory_journal() if request.param == "memory" else open_journal(tmp_path / "journal.db")
    if request.param == "sqlite":
        found.append([])
    yield found
    found.close()
