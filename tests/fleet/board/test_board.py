"""The board hears of every change and of nothing twice, and a state that somebody reads never changes."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import msgspec
import pytest

from mintage.fleet.alerts import store as alerts
from mintage.fleet.alerts.store import Alert, Member
from mintage.fleet.alerts.subjects import Subject
from mintage.fleet.board.board import Board
from mintage.fleet.board.columns import columns
from mintage.fleet.board.history import History, Step
from mintage.fleet.board.local import LocalSource
from mintage.fleet.board.page import Filters, every
from mintage.fleet.board.source import Worth
from mintage.fleet.board.view import Value, View
from mintage.fleet.latest_store import SqliteLatest
from mintage.state.db import StateDb
from tests.fleet.board.herd import NOON_US, Herd, drawn


def table(view: View) -> dict[Value, dict[str, Value]]:
    """Everything that a state says, by machine."""
    return {row["key"]: row for row in every(view, Filters())}


@pytest.fixture
def herd(tmp_path: Path) -> Herd:
    """Two sites of 60 machines that the board has heard of once."""
    draw = random.Random(1)
    herd = Herd(tmp_path)
    herd.put([drawn(draw, number, ("alder", "birch")[number % 2]) for number in range(120)])
    herd.board.refresh()
    return herd


def test_refreshes_one_by_one_lead_where_one_reading_of_all_leads(herd: Herd) -> None:
    """Machines that come, say something, say nothing and leave: the board is what a new one would be."""
    draw = random.Random(2)
    for step in range(1, 15):
        numbers = draw.sample(range(150), 12)
        herd.put([drawn(draw, n, ("alder", "birch")[n % 2], NOON_US + step * 10**7) for n in numbers])
        if step % 3 == 0:
            for site, agent in herd.agents.items():
                agent.forget(draw.choice(agent.all(site)).asset)
        herd.board.refresh()
        anew = herd.listening()
        anew.refresh()
        assert table(herd.board.view) == table(anew.view)
    assert len(herd.board.view) == sum(len(agent.all()) for agent in herd.agents.values())


def test_a_machine_is_told_as_it_said(herd: Herd) -> None:
    """Each column says what the machine did, in its digits; what it did not say is unknown, never zero."""
    for agent in herd.agents.values():
        for machine in agent.all():
            assert machine.snapshot is not None
            row = table(herd.board.view)[f"{machine.site}/{machine.asset}"]
            read = machine.snapshot.values
            assert row["hashrate_ths"] == read.get("hashrate_ths")
            assert (row["rack"], row["slot"], row["address"]) == (
                machine.place.rack,
                machine.place.slot,
                machine.place.address,
            )
            assert row["worker"] == read.get("worker")
            assert row["serial"] == (machine.serial or None)
            assert row["reason"] == (machine.snapshot.unknown.get("") or None)
            expected = machine.snapshot.efficiency_j_th
            assert row["efficiency_j_th"] == (None if expected is None else round(expected, 1))


def test_only_what_changed_is_read_again(herd: Herd) -> None:
    """A row that says nothing new is not even decoded: spoilt behind the board's back, it is not noticed."""
    db = StateDb(herd.files["alder"])
    spoilt, told = herd.agents["alder"].all("alder")[:2]
    db.execute("UPDATE latest SET body = x'00' WHERE asset = ?", (spoilt.asset,))
    herd.agents["alder"].put([told])
    key = f"alder/{spoilt.asset}"
    assert "cannot be read" not in str(table(herd.board.refresh())[key]["reason"])
    fresh = herd.listening()
    assert len(fresh.refresh()) == 120, "a damaged row hides no other machine"
    assert "cannot be read" in str(table(fresh.view)[key]["reason"])


def test_a_state_that_somebody_reads_never_changes(herd: Herd) -> None:
    """Refreshes make new states; the arrays of an old one stay as they were and cannot be written to."""
    before = herd.board.view
    said = table(before)
    draw = random.Random(3)
    herd.put([drawn(draw, number, "alder", NOON_US + 10**7) for number in range(200)])
    herd.board.refresh()
    assert herd.board.view.version > before.version
    assert table(before) == said
    with pytest.raises(ValueError, match="read-only"):
        herd.board.view.columns["hashrate_ths"][0] = 0


def test_nothing_new_is_no_new_state(herd: Herd) -> None:
    """Who looks twice sees the same object: pages and live updates have nothing to do."""
    assert herd.board.refresh() is herd.board.refresh()


def test_changes_lead_from_an_old_state_to_the_new_one(herd: Herd) -> None:
    """What a page holds plus the changes since is what the page would show now, for machines that come and go too."""
    draw = random.Random(4)
    version, shown = herd.board.view.version, table(herd.board.view)
    for step in range(1, 6):
        herd.put([drawn(draw, n, "alder", NOON_US + step * 10**7) for n in draw.sample(range(0, 160, 2), 9)])
        herd.agents["birch"].forget(herd.agents["birch"].all("birch")[step].asset)
        herd.board.refresh()
    changes = herd.board.changes_since(version)
    assert changes.complete
    assert changes.version == herd.board.view.version
    for key, cells in changes.machines.items():
        empty: dict[str, Value] = {**dict.fromkeys(columns()), "key": key}
        shown[key] = {**shown.get(key, empty), **cells}
    for key in changes.gone:
        shown.pop(key)
    assert shown == table(herd.board.view)
    key = next(iter(changes.machines))
    assert herd.board.changes_since(version, [key]).machines == {key: changes.machines[key]}
    assert herd.board.changes_since(changes.version).machines == {}


def test_a_version_too_old_to_tell_is_said_to_be() -> None:
    """Then the page is asked for anew; the history does not grow without end."""
    history = History(1)
    for version in range(2, 3000):
        history.add(Step(version, [], {}, ("alder/m-1",)))
    assert not history.since(1).complete
    assert history.since(2990).complete
    assert not history.since(10**9).complete, "a version of another process"


def test_alerts_of_a_machine_are_counted_and_forgotten(herd: Herd) -> None:
    """Open ones only; a look at them is made at most every two seconds."""
    db, asset = StateDb(herd.files["alder"]), herd.agents["alder"].all("alder")[0].asset
    key = f"alder/{asset}"
    alerts.define(db)
    alerts.add(
        db,
        Alert(
            id="al-1",
            rule="offline",
            severity="critical",
            kind="one",
            place=asset,
            title_en="Offline",
            title_zh="離線",
            remedy_en="look",
            remedy_zh="查看",
            opened_us=1,
        ),
    )
    alerts.save_members(db, "al-1", [Member(subject=Subject(asset, asset), detail_en="", detail_zh="", since_us=1)])
    assert table(herd.board.refresh())[key]["alerts"] == 0
    herd.now_s = 3.0
    assert table(herd.board.refresh())[key]["alerts"] == 1
    alerts.update(db, "al-1", state="closed", closed_us=2)
    herd.now_s = 6.0
    assert table(herd.board.refresh())[key]["alerts"] == 0


def test_profit_follows_readings_and_prices(herd: Herd) -> None:
    """Revenue at the hashprice less power; unknown where a reading or a price is, and worked out as prices move."""
    for price in (0.05, 0.04):
        herd.board.price({"alder": Worth(price, 60.0, 1.1)})
        for row in table(herd.board.view).values():
            rate, power = row["hashrate_ths"], row["power_in_w"]
            if row["site"] == "birch" or not isinstance(rate, float) or not isinstance(power, int):
                assert row["profit_usd_day"] is None
                continue
            assert row["profit_usd_day"] == pytest.approx(rate * price - power * 24e-6 * 1.1 * 60, abs=0.01)


def test_a_site_that_cannot_be_read_stays_as_it_was(herd: Herd) -> None:
    """Its machines stay with their last readings, and the site says why."""
    db = StateDb(herd.files["alder"])
    db.execute("ALTER TABLE latest RENAME TO hidden")
    herd.put([])
    db.execute("UPDATE latest_changes SET number = number + 1")
    view = herd.board.refresh()
    assert "latest" in view.sites["alder"].problem
    assert len(view) == 120
    db.execute("ALTER TABLE hidden RENAME TO latest")
    assert herd.board.refresh().sites["alder"].problem == ""


def test_readers_see_whole_states_while_the_board_is_refreshed(tmp_path: Path) -> None:
    """Every machine says the same number in each round; a reader never sees two rounds mixed."""
    herd, draw = Herd(tmp_path, ("alder",)), random.Random(5)
    machines = [drawn(draw, number) for number in range(40)]

    def say(number: int) -> None:
        herd.put(
            [
                msgspec.structs.replace(
                    machine, snapshot=msgspec.structs.replace(machine.snapshot, values={"uptime_s": number})
                )
                for machine in machines
                if machine.snapshot is not None
            ]
        )

    say(0)
    herd.board.refresh()
    mixed: list[set[Value]] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            told = {row["uptime_s"] for row in every(herd.board.view, Filters(), "uptime_s")}
            if len(told) != 1:
                mixed.append(told)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(1, 40):
        say(number)
        herd.board.refresh()
    done.set()
    for reader in readers:
        reader.join()
    assert mixed == []
    assert {row["uptime_s"] for row in every(herd.board.view, Filters())} == {39}


def test_a_file_of_an_earlier_version_is_brought_up(tmp_path: Path) -> None:
    """Its machines are there after the first look, and later changes are noticed."""
    draw, db = random.Random(6), StateDb(tmp_path / "agent.db")
    SqliteLatest(db).put([drawn(draw, 1), drawn(draw, 2)])
    for statement in (
        "CREATE TABLE old (asset TEXT PRIMARY KEY, site TEXT NOT NULL, body BLOB NOT NULL) WITHOUT ROWID",
        "INSERT INTO old SELECT asset, site, body FROM latest",
        "DROP TABLE latest",
        "DROP TABLE latest_changes",
        "ALTER TABLE old RENAME TO latest",
    ):
        db.execute(statement)
    board = Board([LocalSource("alder", StateDb(tmp_path / "agent.db"))])
    assert len(board.refresh()) == 2
    agent = SqliteLatest(StateDb(tmp_path / "agent.db"))
    agent.put([drawn(draw, 3)])
    agent.forget(drawn(draw, 1).asset)
    assert len(agent.all()) == len(board.refresh()) == 2
