"""The outbox: what was recorded waits until headquarters has it, through crashes and a full disk."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest

from mintage.fleet.context import Context, Recorder
from mintage.fleet.uplink import outbox as keeping
from mintage.fleet.uplink.envelope import BODY_BYTES_MAX, Envelope, Receipt
from mintage.fleet.uplink.upload import send_some, uploading
from mintage.journal.fact import decode_fact
from mintage.units.clock import StepClock
from mintage.units.errors import DuplicateKey, StoreError, WireError
from tests.fleet.uplink.place import SiteOfTest, action


def keys(parcel: Envelope) -> list[str]:
    """Keys of a parcel's facts."""
    return [decode_fact(line).key for line in parcel.body.splitlines()]


def test_a_fact_is_kept_once(tmp_path: Path) -> None:
    """The same key twice waits once; another content under it is refused and keeps nothing of its batch."""
    site = SiteOfTest(tmp_path)
    recorder: Recorder = site.outbox
    recorder.record([action("alder", 1)])
    recorder.record([action("alder", 1), action("alder", 2)])
    with pytest.raises(DuplicateKey):
        recorder.record([action("alder", 3), action("alder", 1, "sleep")])
    batch = site.outbox.next_batch(10, BODY_BYTES_MAX)
    assert [keys(parcel) for parcel in batch] == [["fleet.action/alder/1"], ["fleet.action/alder/2"]]
    assert all(parcel.intact for parcel in batch)
    site.close()


def test_a_fact_that_was_acknowledged_is_not_sent_again(tmp_path: Path) -> None:
    """A part that records its fact again after a restart does not send it twice."""
    site = SiteOfTest(tmp_path)
    site.outbox.record([action("alder", 1)])
    site.outbox.acknowledge([parcel.seq for parcel in site.outbox.next_batch(10, BODY_BYTES_MAX)])
    site.outbox.record([action("alder", 1)])
    assert site.outbox.next_batch(10, BODY_BYTES_MAX) == []
    site.close()


def test_numbers_rise_across_restarts_and_computers(tmp_path: Path) -> None:
    """A number that was acknowledged is never given again, and a new computer begins above the old one."""
    first = SiteOfTest(tmp_path)
    number = first.outbox.reserve()
    first.outbox.give_up(number)
    first.close()
    again = SiteOfTest(tmp_path)
    assert again.outbox.reserve() > number
    fresh = SiteOfTest(tmp_path / "new")
    assert fresh.outbox.reserve() > number
    assert fresh.outbox.agent != again.outbox.agent
    for site in (again, fresh):
        site.close()


def test_later_parcels_wait_for_a_file_that_is_being_written(tmp_path: Path) -> None:
    """Headquarters takes rising numbers only, so a reserved number holds back those behind it."""
    site = SiteOfTest(tmp_path)
    site.outbox.record([action("alder", 1)])
    number = site.outbox.reserve()
    site.outbox.record([action("alder", 2)])
    assert [keys(parcel) for parcel in site.outbox.next_batch(10, BODY_BYTES_MAX)] == [["fleet.action/alder/1"]]
    site.outbox.give_up(number)
    assert len(site.outbox.next_batch(10, BODY_BYTES_MAX)) == 2
    site.close()


def test_full_outbox_refuses_visibly(tmp_path: Path) -> None:
    """Above its budget the outbox says so, keeps what it has and still takes facts; samples stay at the site."""
    site = SiteOfTest(tmp_path, budget=20_000)
    filled = [site.flush(number) for number in range(4)]
    assert filled[0]
    assert not filled[-1]
    waiting = site.outbox.waiting()
    assert waiting.size <= 20_000
    assert waiting.refused == filled.count(False)
    assert "20000 bytes" in waiting.problem
    site.outbox.record([action("alder", 1)])
    assert site.outbox.waiting().parcels == filled.count(True) + 1
    assert len(site.store.latest("alder", [])) == 3
    site.close()


def test_file_outlives_its_first_name(tmp_path: Path) -> None:
    """The store may merge or drop a file before headquarters has it: the outbox holds a name of its own."""
    site = SiteOfTest(tmp_path)
    site.flush(1)
    for path in site.store.root.rglob("*.parquet"):
        path.unlink()
    assert site.outbox.next_batch(1, BODY_BYTES_MAX)[0].intact
    site.close()


def test_damaged_file_is_refused_and_does_not_block(tmp_path: Path) -> None:
    """A file that the disk lost or changed is named; the parcels behind it go out."""
    site = SiteOfTest(tmp_path)
    for number in (1, 2):
        site.flush(number)
    site.outbox.record([action("alder", 1)])
    first, second = sorted((site.folder / "outbox").iterdir())
    first.write_bytes(b"something else")
    second.unlink()
    assert [keys(parcel) for parcel in site.outbox.next_batch(10, BODY_BYTES_MAX)] == [["fleet.action/alder/1"]]
    assert (site.outbox.waiting().refused, site.outbox.waiting().problem) == (
        2,
        "the file in the outbox is gone or damaged",
    )
    site.close()


def test_what_is_old_is_forgotten_and_what_waits_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After more than a year: keys of delivered facts and refusals go; what still waits keeps its key and its row."""
    monkeypatch.setattr(keeping, "REFUSED_FILES_MAX", 2)
    site = SiteOfTest(tmp_path)
    site.outbox.record([action("alder", 1)])
    site.outbox.acknowledge([parcel.seq for parcel in site.outbox.next_batch(10, BODY_BYTES_MAX)])
    for number in range(4):
        site.flush(number)
    for parcel in site.outbox.next_batch(10, BODY_BYTES_MAX):
        site.outbox.refuse(parcel.seq, f"no {parcel.seq}")
    newest = site.outbox.waiting().problem
    site.outbox.prune()
    assert (site.outbox.waiting().refused, site.outbox.waiting().problem) == (2, newest)
    assert site.outbox.recorded("fleet.action/alder/1") is not None
    asyncio.run(site.clock.advance(401 * 86_400))
    site.outbox.prune()
    assert site.outbox.waiting().refused == 0
    assert site.outbox.recorded("fleet.action/alder/1") is None
    site.close()
    other = SiteOfTest(tmp_path / "other")
    other.outbox.record([action("alder", 2)])
    asyncio.run(other.clock.advance(401 * 86_400))
    other.outbox.prune()
    assert other.outbox.recorded("fleet.action/alder/2") is not None
    assert other.outbox.waiting().parcels == 1
    other.close()


def test_asking_how_full_it_is_reads_no_refused_row(tmp_path: Path) -> None:
    """It is asked for every file that is written: it must not grow slow with the refusals of a year."""
    site = SiteOfTest(tmp_path)
    plans = [
        row[-1]
        for query in (
            "SELECT count(*), max(seq) FROM outbox WHERE state = 'refused'",
            "SELECT count(*), coalesce(sum(size), 0), min(at_us) FROM outbox WHERE state = 'waiting'",
        )
        for row in site.db.rows(f"EXPLAIN QUERY PLAN {query}")
    ]
    assert all("COVERING INDEX" in plan for plan in plans), plans
    site.close()


def test_batches_keep_their_limits(tmp_path: Path) -> None:
    """A batch holds so many parcels and bytes, but always one."""
    site = SiteOfTest(tmp_path)
    for number in range(5):
        site.outbox.record([action("alder", number)])
    size = len(site.outbox.next_batch(1, BODY_BYTES_MAX)[0].body)
    assert len(site.outbox.next_batch(3, BODY_BYTES_MAX)) == 3
    assert len(site.outbox.next_batch(10, 2 * size)) == 2
    assert len(site.outbox.next_batch(10, 1)) == 1
    site.close()


CONTEXT = cast("Context", None)
"""The upload asks nothing of it."""


class Broken:
    """An uplink that fails so many times, and then takes everything."""

    def __init__(self, failures: int) -> None:
        self.failures, self.calls = failures, 0

    async def send(self, parcels: Sequence[Envelope]) -> list[Receipt]:
        self.calls += 1
        if self.calls <= self.failures:
            raise WireError("nobody is there.", peer="hq")
        return [Receipt(parcel.seq, taken=True) for parcel in parcels]

    async def close(self) -> None:
        """Nothing to let go of."""


def test_upload_goes_on_until_headquarters_is_back(tmp_path: Path) -> None:
    """Pauses grow, trouble is told with its reason, and nothing is lost over an hour of absence."""

    async def run() -> None:
        site, pace = SiteOfTest(tmp_path), StepClock()
        site.outbox.record([action("alder", 1)])
        uplink = Broken(failures=12)
        task = asyncio.ensure_future(uploading(site.outbox, uplink, pace)(CONTEXT))
        await pace.advance(60)
        assert "nobody is there" in site.outbox.waiting().trouble
        tries = uplink.calls
        assert 5 <= tries <= 9
        await pace.advance(3600)
        waiting = site.outbox.waiting()
        assert (waiting.parcels, waiting.trouble) == (0, "")
        assert waiting.heard_us is not None
        task.cancel()
        site.close()

    asyncio.run(run())


def test_site_with_nothing_to_send_is_heard_all_the_same(tmp_path: Path) -> None:
    """Every few minutes an empty batch goes out, and no more often."""

    async def run() -> None:
        site, pace = SiteOfTest(tmp_path), StepClock()
        uplink = Broken(failures=0)
        task = asyncio.ensure_future(uploading(site.outbox, uplink, pace)(CONTEXT))
        await pace.advance(3000)
        assert 8 <= uplink.calls <= 10
        assert site.outbox.waiting().heard_us is not None
        task.cancel()
        site.close()

    asyncio.run(run())


def test_headquarters_that_takes_nothing_is_trouble(tmp_path: Path) -> None:
    """An empty answer is not taken for success, or the agent would send for ever without a pause."""

    class Mute(Broken):
        async def send(self, parcels: Sequence[Envelope]) -> list[Receipt]:
            return [] if parcels else [Receipt(0, taken=True)]

    site = SiteOfTest(tmp_path)
    site.outbox.record([action("alder", 1)])
    with pytest.raises(WireError, match="no parcel"):
        asyncio.run(send_some(site.outbox, Mute(0)))
    assert site.outbox.waiting().parcels == 1
    site.close()


def test_file_that_cannot_be_linked_is_an_error(tmp_path: Path) -> None:
    """Without a second name the file is not said to wait."""
    site = SiteOfTest(tmp_path)
    (site.folder / "outbox").write_text("a file where a folder is needed")
    with pytest.raises(StoreError, match="outbox"):
        site.flush(1)
    assert site.outbox.waiting().parcels == 0
    assert len(site.outbox.unfinished()) == 1
    site.close()
