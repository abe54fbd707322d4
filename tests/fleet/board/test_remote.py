"""A site that is known by what it uploads: its newest samples in columns, and facts that say who is who."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from mintage.fleet.board.board import Board
from mintage.fleet.board.page import Filters, every
from mintage.fleet.board.remote import remote_sources
from mintage.fleet.facts_site import MachineAdopted, MachineChanged
from mintage.house import memory_journal
from mintage.journal.fact import Fact, FactData
from mintage.journal.store import Journal
from tests.fleet.telemetry.telling import MONDAY_S, opened, sample

ONE, TWO = "m-00000000000a", "m-00000000000b"


def journal_of(*told: FactData) -> Journal:
    """A journal with some facts."""
    journal = memory_journal()
    journal.append(
        Fact(key=f"f{n}", at=MONDAY_S * 10**6 + n, date=date(2026, 1, 5), actor="test", data=data)
        for n, data in enumerate(told)
    )
    return journal


def adopted(asset: str, address: str) -> MachineAdopted:
    return MachineAdopted(asset=asset, site="alder", make="Canaan", model="15-194", address=address, rack="r1")


def test_newest_samples_stand_in_columns_with_their_age(tmp_path: Path) -> None:
    """The last word of each machine counts, and a machine that only facts know of is not there."""
    store = opened(tmp_path / "telemetry")
    store.put(
        "alder",
        1,
        [
            sample(ONE, MONDAY_S, state="hashing", hashrate_ths=180.0, power_in_w=3600),
            sample(ONE, MONDAY_S + 60, state="hashing", hashrate_ths=190.0, power_in_w=3610, worker="us.1"),
            sample(TWO, MONDAY_S + 30, state="offline"),
        ],
    )
    moved = MachineChanged(asset=ONE, site="alder", what="address", before="10.1.0.1", after="10.1.0.9", known_by="dna")
    journal = journal_of(adopted(ONE, "10.1.0.1"), adopted("m-00000000000c", "10.1.0.3"), moved)
    board = Board(remote_sources(tmp_path, journal))
    rows = {row["asset"]: row for row in every(board.refresh(), Filters())}
    assert set(rows) == {ONE, TWO}
    assert (rows[ONE]["hashrate_ths"], rows[ONE]["told_s"], rows[ONE]["worker"]) == (190.0, MONDAY_S + 60, "us.1")
    assert (rows[ONE]["address"], rows[ONE]["rack"], rows[ONE]["model"]) == ("10.1.0.9", "r1", "15-194")
    assert rows[ONE]["nameplate_ths"] == 194.0
    assert (rows[TWO]["state"], rows[TWO]["hashrate_ths"], rows[TWO]["model"]) == ("offline", None, None)
    assert (board.view.sites["alder"].kind, board.view.sites["alder"].told_s) == ("remote", MONDAY_S + 60)


def test_only_uploads_that_came_since_are_told(tmp_path: Path) -> None:
    """Without a new file the board stays what it is; with one, only what is newer changes."""
    store = opened(tmp_path / "telemetry")
    store.put("alder", 1, [sample(ONE, MONDAY_S, state="hashing"), sample(TWO, MONDAY_S, state="hashing")])
    board = Board(remote_sources(tmp_path, journal_of()))
    first = board.refresh()
    assert board.refresh() is first
    store.put("alder", 2, [sample(TWO, MONDAY_S + 60, state="asleep")])
    board.refresh()
    changes = board.changes_since(first.version)
    assert set(changes.machines) == {f"alder/{TWO}"}
    assert changes.machines[f"alder/{TWO}"]["state"] == "asleep"


def test_without_uploads_there_is_nothing(tmp_path: Path) -> None:
    """A folder that is not there is no error."""
    assert remote_sources(tmp_path / "none", journal_of()) == []
