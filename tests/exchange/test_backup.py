"""Backup and restore: everything, consistent while others write, whole or not at all."""

from __future__ import annotations

import random
import shutil
import stat
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from mintage.books.facts import ExpenseAccrued
from mintage.exchange.archive import Manifest
from mintage.exchange.backup import BackedUp, back_up
from mintage.exchange.folders import Places
from mintage.exchange.restore import restore
from mintage.fleet.sites import SITE_POINTER, load_site
from mintage.fleet.telemetry.parquet import ParquetStore
from mintage.fleet.telemetry.upkeep import upkeep
from mintage.fleet.uplink.tokens import load_tokens, new_token
from mintage.house import open_journal, rulebook
from mintage.journal.chart import default_chart
from mintage.journal.checks import run_checks
from mintage.journal.fact import Fact
from mintage.state.db import StateDb
from mintage.units import day_end_instant
from mintage.units.errors import InputError, StoreError
from tests.exchange.conftest import EXAMPLE
from tests.exchange.test_tables import files_of_at_most
from tests.fleet.telemetry.telling import MONDAY_S, minutes

DAY = date(2025, 6, 1)
TABLES = "CREATE TABLE IF NOT EXISTS person (name TEXT PRIMARY KEY, hash BLOB NOT NULL) WITHOUT ROWID;"
FIELDS = ("hashrate_ths", "power_in_w", "state")


def expenses(count: int, first: int = 0) -> Iterator[Fact]:
    """Facts, each with a key of its own."""
    for number in range(first, first + count):
        data = ExpenseAccrued(function="ga", expense="office", purpose="rent", amount=100 + number)
        yield Fact(key=f"e{number}", at=day_end_instant(DAY), date=DAY, actor="test", data=data)


def told(store: ParquetStore, site: str) -> list[dict[str, list[object]]]:
    """What a store answers: the newest of each machine, one machine's day, the site's."""
    frames = (
        store.latest(site, FIELDS),
        store.machine_series(site, "m-000000000001", FIELDS, MONDAY_S, MONDAY_S + 7200),
        store.site_series(site, MONDAY_S, MONDAY_S + 7200),
    )
    return [{name: list(map(str, column)) for name, column in frame.columns.items()} for frame in frames]


def telemetry(folder: Path, site: str, flushes: int, seed: int) -> None:
    """Some flushes of a site, and a file that is being written."""
    store = ParquetStore(folder)
    draw = random.Random(seed)
    for number in range(1, flushes + 1):
        store.put(site, number, minutes(draw, MONDAY_S + number * 600, 10))
    store.close()
    some = next(folder.rglob("*.parquet"))
    (some.parent / ".f-000000000000099.parquet.part").write_bytes(b"half")
    (some.parent / ".f-000000000000098.parquet").write_bytes(b"half")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a company with a console, two sites, headquarters and wallets."""
    folder = tmp_path_factory.mktemp("company")
    places = Places.under(folder)
    journal = open_journal(places.db)
    journal.append(expenses(50))
    journal.close()
    db = StateDb(places.state)
    db.define(TABLES)
    db.many("INSERT INTO person VALUES (?, ?)", [(f"p{number}", bytes([number])) for number in range(200)])
    db.close()
    examples = EXAMPLE.parent
    home = folder / "described"
    home.mkdir()
    for name in ("site.toml", "tariff.toml", "site-faults.toml"):
        shutil.copy(examples / name, home / name)
    away = folder / "shared" / "rules.toml"
    away.parent.mkdir()
    away.write_text("")
    text = (home / "site.toml").read_text("utf-8")
    text += f'\n[alerts]\nrules = "{away}"\n'
    text = text.replace("[agent]\n", '[agent]\ncertificate = "site.pem"\nprivate_key = "site.key"\n')
    (home / "site.toml").write_text(text, "utf-8")
    (home / "site.pem").write_text("certificate")
    (home / "site.key").write_text("SECRET")
    places.state.with_suffix(".key").write_bytes(b"SECRET")
    for number, site in enumerate(("alder", "birch")):
        state = StateDb(places.data / site / "agent.db")
        state.define(TABLES)
        state.execute("INSERT INTO person VALUES (?, ?)", (site, b"x"))
        state.close()
        telemetry(places.data / site, site, 3, number)
        outbox = places.data / site / "outbox"
        outbox.mkdir()
        shutil.copy(next((places.data / site / "samples").rglob("f-*.parquet")), outbox / "f-1.parquet")
    (places.data / "alder" / SITE_POINTER).write_text(f"{home / 'site.toml'}\n")
    (places.data / "empty").mkdir()
    new_token(places.headquarters / "sites.toml", "alder")
    StateDb(places.headquarters / "received.db").close()
    telemetry(places.headquarters / "telemetry", "alder", 2, 7)
    shutil.copy(examples / "wallets.toml", places.wallets)
    return folder


@pytest.fixture
def company(built: Path, tmp_path: Path) -> Places:
    """The places of a copy of it; the site's file stays where it is."""
    shutil.copytree(built, tmp_path / "company")
    return Places.under(tmp_path / "company")


def files(folder: Path) -> dict[str, bytes]:
    """Everything under a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def names(manifest: Manifest) -> set[str]:
    return {item.name for item in manifest.files}


def test_everything_comes_back_elsewhere(company: Places, built: Path, tmp_path: Path) -> None:
    """Journal, console, sites with their files, telemetry and headquarters answer as before; only finished files."""
    made = back_up(company, tmp_path / "b.tar.gz")
    there = Places.under(tmp_path / "restored")
    found = restore(made.path, there)
    assert found.problems == ()
    journal, twin = open_journal(company.db), open_journal(there.db)
    assert (twin.head(), list(twin.facts())) == (journal.head(), list(journal.facts()))
    assert (made.manifest.seq, made.manifest.head) == (journal.head()[0], journal.head()[1].hex())
    assert all(result.passed for result in run_checks(twin, default_chart(), rulebook()))
    journal.close()
    twin.close()
    pairs = (
        (company.state, there.state),
        *((company.data / s / "agent.db", there.data / s / "agent.db") for s in ("alder", "birch")),
    )
    for before, after in pairs:
        states = [StateDb(before), StateDb(after)]
        rows = [db.rows("SELECT * FROM person ORDER BY name") for db in states]
        assert rows[0] == rows[1] != []
        for db in states:
            db.close()
    roots = [(company.data / site, there.data / site, site) for site in ("alder", "birch")]
    for before, after, site in (
        *roots,
        (company.headquarters / "telemetry", there.headquarters / "telemetry", "alder"),
    ):
        stores = [ParquetStore(before), ParquetStore(after)]
        assert told(stores[0], site) == told(stores[1], site)
        for store in stores:
            store.close()
    assert load_tokens(there.headquarters / "sites.toml") == load_tokens(company.headquarters / "sites.toml")
    assert there.wallets.read_bytes() == company.wallets.read_bytes()
    assert (there.data / "alder" / "outbox" / "f-1.parquet").is_file()
    assert not [name for name in names(made.manifest) if "/." in name or name.endswith(".part")]
    tariff = Path(load_site(Path((there.data / "alder" / SITE_POINTER).read_text().strip())).tariff)
    assert tariff.read_bytes() == (built / "described" / "tariff.toml").read_bytes()
    assert tariff.is_relative_to(there.data)


def test_secrets_stay_and_what_lies_elsewhere_is_told(company: Places, built: Path, tmp_path: Path) -> None:
    """The private key is not in the backup; a file from another place is, and people are told where it belongs."""
    made = back_up(company, tmp_path / "b.tar.gz")
    restore(made.path, Places.under(tmp_path / "restored"))
    assert not [name for name, raw in files(tmp_path / "restored").items() if b"SECRET" in raw or name.endswith(".key")]
    notes = "\n".join(made.manifest.notes)
    assert str(built / "shared" / "rules.toml") in notes
    assert "private key" in notes
    assert str(company.state.with_suffix(".key")) in notes
    assert "birch: no agent said where" in notes
    assert [name for name in names(made.manifest) if name.startswith("sites/alder/elsewhere/")]
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "restored" / "console.db").stat().st_mode) == 0o600


def test_a_backup_under_writers_is_a_prefix_of_the_chain(company: Places, tmp_path: Path) -> None:
    """While threads append, upload and merge, each backup holds a chain that the journal's own begins with."""
    begun, stop = threading.Event(), threading.Event()
    problems: list[BaseException] = []

    def guarded(work: Callable[[int], object]) -> Callable[[], None]:
        def run() -> None:
            number = 0
            try:
                while not stop.is_set():
                    work(number)
                    number += 1
                    begun.set()
            except BaseException as error:  # noqa: BLE001  told to the test below
                problems.append(error)

        return run

    journal, state = open_journal(company.db), StateDb(company.state)
    store = ParquetStore(company.data / "birch")
    draw = random.Random(5)

    def flush(number: int) -> None:
        store.put("birch", 10 + number, minutes(draw, MONDAY_S + 20_000 + number * 10, 1))
        if number % 4 == 3:
            upkeep(store, MONDAY_S + 3 * 86_400, 10**12)

    works: tuple[Callable[[int], object], ...] = (
        lambda number: journal.append(expenses(3, first=1000 + 3 * number)),
        lambda number: state.execute("INSERT INTO person VALUES (?, ?)", (f"new-{number}", b"x")),
        flush,
    )
    threads = [threading.Thread(target=guarded(work)) for work in works]
    for thread in threads:
        thread.start()
    begun.wait(10)
    made: list[BackedUp] = []
    try:
        made += [back_up(company, tmp_path / f"b{number}.tar.gz") for number in range(3)]
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert problems == []
    chain = {stored.seq: stored.hash.hex() for stored in journal.facts()}
    people = set(state.rows("SELECT name FROM person"))
    for number, item in enumerate(made):
        there = Places.under(tmp_path / f"restored-{number}")
        assert restore(item.path, there).problems == ()
        twin, copy = open_journal(there.db), StateDb(there.state)
        assert twin.head() == (item.manifest.seq, bytes.fromhex(item.manifest.head))
        assert chain[item.manifest.seq] == item.manifest.head
        assert set(copy.rows("SELECT name FROM person")) <= people
        assert item.manifest.notes == made[0].manifest.notes
        twin.close()
        copy.close()
        samples = ParquetStore(there.data / "birch")
        assert len(samples.latest("birch", FIELDS)) == 6
        samples.close()
    assert made[-1].manifest.seq > 50
    journal.close()
    state.close()
    store.close()


def test_only_a_journal_is_needed(company: Places, tmp_path: Path) -> None:
    """A company without sites, console and headquarters is backed up; one without a journal is not."""
    places = Places.under(tmp_path / "bare")
    places.db.parent.mkdir()
    shutil.copy(company.db, places.db)
    made = back_up(places, tmp_path / "b.tar.gz")
    assert names(made.manifest) == {"journal.db"}
    assert restore(made.path, Places.under(tmp_path / "restored")).problems == ()
    places.db.unlink()
    with pytest.raises(InputError, match="no journal"):
        back_up(places, tmp_path / "c.tar.gz")
    assert not (tmp_path / "c.tar.gz").exists()


def test_a_damaged_database_is_not_passed_on(company: Places, tmp_path: Path) -> None:
    """A backup of a file that the disk damaged is refused, and the backup of before stays."""
    made = back_up(company, tmp_path / "b.tar.gz")
    before = made.path.read_bytes()
    raw = bytearray(company.state.read_bytes())
    raw[4096:8192] = random.Random(1).randbytes(4096)
    company.state.write_bytes(raw)
    with pytest.raises(StoreError, match=r"console\.db"):
        back_up(company, made.path)
    assert made.path.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("part", ["mintage.db", "console.db", "sites/alder", "headquarters/x", "wallets.toml"])
def test_nothing_is_replaced(company: Places, tmp_path: Path, part: str) -> None:
    """Where something is in one of the places, nothing at all is restored; an empty folder is no hindrance."""
    made = back_up(company, tmp_path / "b.tar.gz")
    target = tmp_path / "restored"
    (target / "sites").mkdir(parents=True)
    (target / part).parent.mkdir(parents=True, exist_ok=True)
    (target / part).write_text("mine")
    before = files(target)
    with pytest.raises(InputError, match="already"):
        restore(made.path, Places.under(target))
    assert files(target) == before == {part: b"mine"}


def test_a_full_disk_leaves_nothing(company: Places, tmp_path: Path) -> None:
    """The system refuses to let a file grow, as a full disk does: no folder, no file, no temporary name stays."""
    made = back_up(company, tmp_path / "b.tar.gz")
    largest = max(item.size for item in made.manifest.files)
    before = sorted(tmp_path.iterdir())
    with files_of_at_most(largest - 1), pytest.raises(StoreError, match="Nothing was restored"):
        restore(made.path, Places.under(tmp_path / "new" / "restored"))
    assert sorted(tmp_path.iterdir()) == before
    assert restore(made.path, Places.under(tmp_path / "new" / "restored")).problems == ()


def test_a_backup_on_a_full_disk_leaves_what_was_there(company: Places, tmp_path: Path) -> None:
    """A backup that runs out of room is refused; the one of before stays, and nothing lies beside it."""
    out = tmp_path / "out" / "b.tar.gz"
    out.parent.mkdir()
    out.write_bytes(b"before")
    with files_of_at_most(20_000), pytest.raises(StoreError):
        back_up(company, out)
    assert files(out.parent) == {"b.tar.gz": b"before"}


def test_too_little_room_is_told_before_anything_is_written(
    company: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk with less room than the backup needs is named with what is needed."""
    made = back_up(company, tmp_path / "b.tar.gz")
    monkeypatch.setattr("mintage.exchange.restore.ROOM_BYTES", 1 << 60)
    with pytest.raises(StoreError, match="are needed"):
        restore(made.path, Places.under(tmp_path / "restored"))
    assert not (tmp_path / "restored").exists()


def test_what_is_put_in_a_place_meanwhile_is_kept(company: Places, tmp_path: Path) -> None:
    """Somebody makes a journal while the backup is unpacked: it stays, and all that was put in place goes again."""
    made = back_up(company, tmp_path / "b.tar.gz")
    target = tmp_path / "restored"

    def meddle(done: int, total: int | None) -> None:
        if done == total:
            (target / "mintage.db").write_text("mine")

    with pytest.raises(StoreError, match="Nothing was restored"):
        restore(made.path, Places.under(target), meddle)
    assert files(target) == {"mintage.db": b"mine"}


def test_an_archive_that_changes_while_it_is_read_is_refused(company: Places, tmp_path: Path) -> None:
    """After it was verified, while it is unpacked, its rest is overwritten: nothing of it is put in place."""
    (company.data / "birch" / "big.parquet").write_bytes(random.Random(3).randbytes(4 << 20))
    made = back_up(company, tmp_path / "b.tar.gz")

    def overwrite(done: int, _total: int | None) -> None:
        if done == 1:
            with made.path.open("r+b") as file:
                file.seek(made.size // 2)
                file.write(bytes(made.size // 4))

    with pytest.raises(InputError, match="no sound backup"):
        restore(made.path, Places.under(tmp_path / "restored"), overwrite)
    assert not (tmp_path / "restored").exists()
