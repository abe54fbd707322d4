"""The contract of the latest state, held by every store of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from mintage.fleet.drivers.port import Identity
from mintage.fleet.latest import LatestState, Machine, Place
from mintage.fleet.latest_store import MemoryLatest, SqliteLatest
from mintage.fleet.readings import Board, Snapshot
from mintage.state.db import StateDb
from mintage.units.errors import StoreError

STORES: dict[str, Callable[[Path], LatestState]] = {
    "memory": lambda _folder: MemoryLatest(),
    "sqlite": lambda folder: SqliteLatest(StateDb(folder / "agent.db")),
}


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> LatestState:
    return STORES[request.param](tmp_path)


def machine(number: int, site: str = "alder", state: str = "hashing") -> Machine:
    board = Board(0, 65.0, 70, 80, b"70 71", b"300 301", b"9 9", "")
    snapshot = Snapshot(at_us=number, values={"state": state, "power_in_w": 3500}, boards=(board,), fans_rpm=(4000,))
    return Machine(
        asset=f"m-{number:012x}",
        site=site,
        identity=Identity(driver="avalon", make="Canaan", model="15-194", name="Avalon A15-194", dna=f"d{number}"),
        place=Place(address=f"10.1.0.{number}", rack="r1", slot=number),
        snapshot=snapshot,
        seen_us=number,
    )


def test_what_is_put_is_there_as_it_was(store: LatestState) -> None:
    """Every part of a machine comes back, also one that was never polled."""
    never = msgspec.structs.replace(machine(2), snapshot=None, seen_us=None)
    store.put([machine(1), never])
    assert store.get(machine(1).asset) == machine(1)
    assert store.all() == [machine(1), never]
    assert store.get("m-nobody") is None


def test_the_last_word_counts(store: LatestState) -> None:
    """A machine put again is replaced, the others stay."""
    store.put([machine(1), machine(2)])
    store.put([machine(1, state="asleep")])
    assert [item.state for item in store.all()] == ["asleep", "hashing"]
    assert store.get(machine(1).asset) == machine(1, state="asleep")


def test_machines_are_told_by_site_and_in_order(store: LatestState) -> None:
    """Whatever the order in which they came, and however many sites there are."""
    store.put([machine(3), machine(1, site="birch"), machine(2)])
    assert [item.asset[-1] for item in store.all()] == ["1", "2", "3"]
    assert [item.asset[-1] for item in store.all("alder")] == ["2", "3"]
    assert store.all("cedar") == []


def test_a_forgotten_machine_is_gone(store: LatestState) -> None:
    """Also for a machine that never was."""
    store.put([machine(1), machine(2)])
    store.forget(machine(1).asset)
    store.forget("m-nobody")
    assert store.all() == [machine(2)]
    assert store.get(machine(1).asset) is None


def test_another_process_sees_what_was_put_and_forgotten(tmp_path: Path) -> None:
    """A command reads what the agent keeps, without being told, and the other way round."""
    agent, command = STORES["sqlite"](tmp_path), STORES["sqlite"](tmp_path)
    agent.put([machine(1), machine(2)])
    assert command.all() == agent.all() == [machine(1), machine(2)]
    agent.put([machine(1, state="offline")])
    assert command.get(machine(1).asset) == machine(1, state="offline")
    command.forget(machine(2).asset)
    assert agent.all() == [machine(1, state="offline")]
    assert agent.get(machine(2).asset) is None


def test_some_machines_are_read_without_the_others(tmp_path: Path) -> None:
    """In order, those that are not there left out, and as they are now, whether all were read before or not."""
    agent, command = SqliteLatest(StateDb(tmp_path / "agent.db")), SqliteLatest(StateDb(tmp_path / "agent.db"))
    agent.put(machine(number) for number in range(1, 9))
    wanted = [machine(number).asset for number in (5, 2, 2)] + ["m-nobody"]
    StateDb(tmp_path / "agent.db").execute("UPDATE latest SET body = x'00ff' WHERE asset = ?", (machine(7).asset,))
    assert command.some(wanted) == [machine(2), machine(5)]
    agent.put([machine(5, state="asleep"), machine(7)])
    assert command.all() == agent.all()
    for store in (agent, command):
        assert store.some(wanted) == [machine(2), machine(5, state="asleep")]
        assert store.some([]) == []


def test_threads_share_one_store(tmp_path: Path) -> None:
    """Each has a connection of its own, and all see what any of them put."""
    store = SqliteLatest(StateDb(tmp_path / "agent.db"))
    seen: list[int] = []

    def work(first: int) -> None:
        for number in range(first, first + 20):
            store.put([machine(number)])
            seen.append(len(store.all()))

    threads = [threading.Thread(target=work, args=(first,)) for first in (1, 101, 201)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.all()) == max(seen) == 60
    assert SqliteLatest(StateDb(tmp_path / "agent.db")).all() == store.all()


def test_sources_are_kept_once_and_come_back(tmp_path: Path) -> None:
    """Machines of one protocol share them; each has its own again when it is read, also after a put that failed."""
    db = StateDb(tmp_path / "agent.db")
    store = SqliteLatest(db)

    def sourced(number: int, key: str) -> Machine:
        plain = machine(number)
        assert plain.snapshot is not None
        snapshot = msgspec.structs.replace(plain.snapshot, sources={"state": key, "power_in_w": "estats.PS[6]"})
        return msgspec.structs.replace(plain, snapshot=snapshot)

    db.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError):
        store.put([sourced(1, "a")])
    db.execute("PRAGMA query_only = OFF")
    told = [sourced(1, "a"), sourced(2, "a"), sourced(3, "b")]
    store.put(told)
    assert SqliteLatest(StateDb(tmp_path / "agent.db")).all() == told
    assert db.rows("SELECT count(*) FROM latest_sources") == [(2,)]


def chips(number: int, at_us: int, slow_us: int | None, texts: bytes) -> Machine:
    """A machine whose chips said something at an instant."""
    snapshot = Snapshot(at_us=at_us, slow_us=slow_us, values={}, boards=(Board(0, 65.0), Board(1, 65.0, 70, 80, texts)))
    return msgspec.structs.replace(machine(number), snapshot=snapshot)


def seen(folder: Path, number: int) -> tuple[int, bytes]:
    """What another process reads: instant of the poll, and what the chips of board 1 say."""
    found = STORES["sqlite"](folder).get(machine(number).asset)
    assert found is not None
    assert found.snapshot is not None
    return found.snapshot.at_us, found.snapshot.boards[1].chips_c_text


def test_chips_are_written_once_per_slow_round_and_the_rest_with_every_poll(tmp_path: Path) -> None:
    """Other processes see each poll with the chips of the last slow round; this one sees its chips, too."""
    agent = STORES["sqlite"](tmp_path)
    for at_us, slow_us, told, kept in ((1, 1, b"70", b"70"), (2, 1, b"71", b"70"), (3, 3, b"72", b"72")):
        agent.put([chips(1, at_us, slow_us, told)])
        assert seen(tmp_path, 1) == (at_us, kept)
        assert agent.all() == [chips(1, at_us, slow_us, told)]
    STORES["sqlite"](tmp_path).put([chips(1, 4, 3, b"73")])
    assert seen(tmp_path, 1) == (4, b"73"), "an agent that starts anew writes them at once"


def test_chips_that_are_told_no_more_are_not_kept(tmp_path: Path) -> None:
    """A board that falls silent within a slow round has no chips left over from before, nor a machine put anew."""
    agent = STORES["sqlite"](tmp_path)
    agent.put([chips(1, 1, 1, b"70")])
    agent.put([chips(1, 2, 1, b"")])
    assert seen(tmp_path, 1) == (2, b"")
    agent.put([chips(1, 3, 1, b"71")])
    agent.forget(machine(1).asset)
    agent.put([chips(1, 4, 1, b"")])
    assert seen(tmp_path, 1) == (4, b"")


def test_chips_of_a_machine_without_slow_rounds_are_those_of_its_last_poll(tmp_path: Path) -> None:
    """Nothing says that they are old, so they are not."""
    agent = STORES["sqlite"](tmp_path)
    for at_us, told in ((1, b"70"), (2, b"71")):
        agent.put([chips(1, at_us, None, told)])
        assert seen(tmp_path, 1) == (at_us, told)


def test_chips_that_a_full_disk_refused_are_written_the_next_time(tmp_path: Path) -> None:
    """A put that failed does not count as their slow round."""
    db = StateDb(tmp_path / "agent.db")
    store = SqliteLatest(db)
    store.put([chips(1, 1, 1, b"70")])
    db.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError):
        store.put([chips(1, 2, 2, b"71")])
    db.execute("PRAGMA query_only = OFF")
    store.put([chips(1, 3, 2, b"72")])
    assert seen(tmp_path, 1) == (3, b"72")


def test_a_put_that_fails_leaves_everything_as_it_was(tmp_path: Path) -> None:
    """A disk that takes no more: the old state stays, on the disk and in memory."""
    db = StateDb(tmp_path / "agent.db")
    store = SqliteLatest(db)
    store.put([machine(1)])
    db.execute("PRAGMA query_only = ON")
    with pytest.raises(StoreError):
        store.put([machine(1, state="offline"), machine(2)])
    db.execute("PRAGMA query_only = OFF")
    assert store.all() == [machine(1)]


def test_a_damaged_row_is_named(tmp_path: Path) -> None:
    """What cannot be read is told with the machine and the remedy."""
    db = StateDb(tmp_path / "agent.db")
    SqliteLatest(db).put([machine(1)])
    db.execute("UPDATE latest SET body = x'00ff'")
    with pytest.raises(StoreError, match=f"{machine(1).asset}.*next poll"):
        SqliteLatest(db).all()
