"""The outbox of a site: what headquarters must get, kept until headquarters has it.

Facts are rows; a telemetry file is a second name (hard link) of the file in the store, so that it takes no room of its
own until the store merges it. Numbers rise and are never used twice, even by a new computer at the same site: they
begin at the millisecond since 1970 in which the outbox was made.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import msgspec

from mintage.fleet.telemetry.layout import sync
from mintage.fleet.telemetry.store import Placed
from mintage.fleet.uplink.envelope import BODY_BYTES_MAX, Envelope, Kind
from mintage.journal.fact import Fact, decode_fact, encode_fact, refuse_other_content
from mintage.state.db import StateDb
from mintage.units.clock import Clock
from mintage.units.errors import StoreError

BUDGET_BYTES = 4 << 30
FACTS_BYTES_MAX = 1 << 20
KEPT_DAYS = 400
"""Facts are known by their keys for so long after they happened, and refused parcels are kept: more than a year."""
REFUSED_FILES_MAX = 10_000
"""Telemetry that could not be delivered is noted so often; its samples stay in the store."""

_TABLES = """
CREATE TABLE IF NOT EXISTS outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  body BLOB NOT NULL,       -- facts, one a line; or the name of the file in the outbox's folder
  sha256 TEXT NOT NULL,
  size INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('writing', 'waiting', 'refused')),
  at_us INTEGER NOT NULL,
  problem TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS outbox_by_state ON outbox (state, size, at_us);
CREATE TABLE IF NOT EXISTS outbox_fact (key TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox_state (
  agent TEXT NOT NULL,
  heard_us INTEGER,         -- when headquarters last took something
  trouble TEXT NOT NULL DEFAULT ''
);
"""


class Waiting(msgspec.Struct, frozen=True):
    """How full the outbox is.

    Attributes:
        parcels: parcels that wait.
        size: their bytes.
        oldest_us: instant at which the oldest was made; None where none waits.
        refused: parcels that headquarters or a full outbox refused; they stay at the site.
        problem: why the last of them was refused.
        heard_us: instant at which headquarters last took something; None where it never did.
        trouble: why it takes nothing now; "" where it does.
    """

    parcels: int
    size: int
    oldest_us: int | None
    refused: int
    problem: str
    heard_us: int | None
    trouble: str


class Outbox:
    """The outbox on a site's state file; it is the site's `Recorder`.

    Args:
        db: the site's state.
        folder: folder for telemetry files, on the file system of the telemetry.
        site: the site's name.
        clock: stamps parcels.
        budget: bytes that may wait. Above it telemetry is refused, visibly: it stays at the site. Facts are small and
            are taken as long as the disk takes them.
    """

    def __init__(self, db: StateDb, folder: Path, site: str, clock: Clock, budget: int = BUDGET_BYTES) -> None:
        self._db, self._folder, self._site, self._clock, self._budget = db, folder, site, clock, budget
        db.define(_TABLES)
        with db.transaction():
            if not db.rows("SELECT 1 FROM outbox_state"):
                db.execute("INSERT INTO outbox_state (agent) VALUES (?)", (os.urandom(8).hex(),))
            if not db.rows("SELECT 1 FROM sqlite_sequence WHERE name = 'outbox'"):
                # Real time, whatever clock the site goes by: a virtual site may begin at the same instant twice.
                db.execute("INSERT INTO sqlite_sequence VALUES ('outbox', ?)", (time.time_ns() // 1_000_000,))

    @property
    def agent(self) -> str:
        """Which agent this is, for as long as its state lasts; headquarters takes a site's parcels from one only."""
        return str(self._db.rows("SELECT agent FROM outbox_state")[0][0])

    # --- what goes in --------------------------------------------------------------------------------------

    def record(self, facts: Iterable[Fact]) -> None:
        """See `Recorder.record`.

        Raises:
            DuplicateKey: a key is taken by a fact with another content.
            StoreError: the disk is full; none was kept.
        """
        lines: list[bytes] = []
        with self._db.transaction():
            for item in facts:
                known = self._db.rows("SELECT body FROM outbox_fact WHERE key = ?", (item.key,))
                if known:
                    refuse_other_content(decode_fact(known[0][0]), item)
                    continue
                line = encode_fact(item)
                self._db.execute("INSERT INTO outbox_fact VALUES (?, ?)", (item.key, line))
                if lines and sum(map(len, lines)) + len(line) > FACTS_BYTES_MAX:
                    self._keep_facts(lines)
                    lines = []
                lines.append(line)
            if lines:
                self._keep_facts(lines)

    def recorded(self, key: str) -> Fact | None:
        """A fact that was recorded here, whether headquarters has it yet or not."""
        known = self._db.rows("SELECT body FROM outbox_fact WHERE key = ?", (key,))
        return decode_fact(known[0][0]) if known else None

    def reserve(self) -> int:
        """A number for a telemetry file that is about to be written."""
        return self._insert("telemetry", b"", "", 0, "writing")

    def fill(self, placed: Placed) -> bool:
        """Queue a telemetry file under its number; False where the outbox is full and the file stays at the site.

        Raises:
            StoreError: the file cannot be linked.
        """
        if placed.path is None:
            raise StoreError("samples that are in no file cannot be sent on.")
        problem = ""
        if self.waiting().size + placed.size > self._budget:
            problem = f"the outbox holds its {self._budget} bytes and headquarters does not take them"
        elif placed.size > BODY_BYTES_MAX:
            problem = f"the file is larger than {BODY_BYTES_MAX} bytes; flush more often"
        else:
            self._link(placed.path, placed.number)
        self._db.execute(
            "UPDATE outbox SET body = ?, sha256 = ?, size = ?, state = ?, problem = ? WHERE seq = ?",
            (
                placed.path.name.encode(),
                placed.sha256,
                placed.size,
                "refused" if problem else "waiting",
                problem,
                placed.number,
            ),
        )
        return not problem

    def unfinished(self) -> list[int]:
        """Numbers that were reserved and neither filled nor given up: a crash came between."""
        return [int(seq) for (seq,) in self._db.rows("SELECT seq FROM outbox WHERE state = 'writing' ORDER BY seq")]

    def give_up(self, number: int) -> None:
        """Forget a number under which nothing was written."""
        self._db.execute("DELETE FROM outbox WHERE seq = ? AND state = 'writing'", (number,))

    # --- what goes out -------------------------------------------------------------------------------------

    def next_batch(self, parcels_max: int, bytes_max: int) -> list[Envelope]:
        """The next parcels in order of their numbers, one at least where any waits.

        A file that is gone or damaged is refused here, visibly.
        """
        batch: list[Envelope] = []
        size = 0
        query = "SELECT seq, kind, body, sha256 FROM outbox WHERE state = 'waiting' ORDER BY seq LIMIT ?"
        # A number below, still being written, must go first: headquarters takes rising numbers only.
        floor = min(self.unfinished(), default=1 << 62)
        for seq, kind, body, digest in self._db.rows(query, (parcels_max,)):
            if seq > floor:
                break
            content = body if kind == "facts" else self._read(seq)
            if content is None or sha256(content).hexdigest() != digest:
                self.refuse(seq, "the file in the outbox is gone or damaged")
                continue
            if batch and size + len(content) > bytes_max:
                break
            size += len(content)
            batch.append(Envelope(site=self._site, seq=seq, kind=kind, sha256=digest, body=content))
        return batch

    def acknowledge(self, seqs: Iterable[int]) -> None:
        """Forget parcels that headquarters has in place."""
        gone = list(seqs)
        self._db.many("DELETE FROM outbox WHERE seq = ?", [(seq,) for seq in gone])
        for seq in gone:
            self._spooled(seq).unlink(missing_ok=True)

    def refuse(self, seq: int, problem: str) -> None:
        """Note that a parcel cannot be delivered; it stays at the site."""
        self._db.execute("UPDATE outbox SET state = 'refused', problem = ? WHERE seq = ?", (problem, seq))
        self._spooled(seq).unlink(missing_ok=True)

    def waiting(self) -> Waiting:
        """How full it is."""
        count, size, oldest = self._db.rows(
            "SELECT count(*), coalesce(sum(size), 0), min(at_us) FROM outbox WHERE state = 'waiting'"
        )[0]
        refused = self._db.rows("SELECT count(*), max(seq) FROM outbox WHERE state = 'refused'")[0]
        last = self._db.rows("SELECT problem FROM outbox WHERE seq = ?", (refused[1],))
        heard_us, trouble = self._db.rows("SELECT heard_us, trouble FROM outbox_state")[0]
        problem = last[0][0] if last else ""
        return Waiting(int(count), int(size), oldest, int(refused[0]), problem, heard_us, trouble)

    def tell(self, trouble: str) -> None:
        """Note why headquarters takes nothing, or "" when it took something."""
        if trouble:
            self._db.execute("UPDATE outbox_state SET trouble = ? WHERE trouble != ?", (trouble, trouble))
        else:
            self._db.execute("UPDATE outbox_state SET trouble = '', heard_us = ?", (self._clock.now_us(),))

    def sweep(self) -> None:
        """Remove files whose parcels are gone: a crash came between the two."""
        known = {int(seq) for (seq,) in self._db.rows("SELECT seq FROM outbox WHERE state = 'waiting'")}
        for path in self._folder.glob("*.parquet"):
            if int(path.stem) not in known:
                path.unlink(missing_ok=True)

    def prune(self) -> None:
        """Forget what nobody will ask for again: keys of old facts that were delivered, and old or too many refusals.

        A fact that still waits, or was refused, keeps its key; headquarters knows the others by their keys too.
        """
        since_us = self._clock.now_us() - KEPT_DAYS * 86_400 * 1_000_000
        with self._db.transaction():
            self._db.execute("DELETE FROM outbox WHERE state = 'refused' AND at_us < ?", (since_us,))
            self._db.execute(
                "DELETE FROM outbox WHERE state = 'refused' AND kind = 'telemetry' AND seq <= (SELECT seq FROM outbox "
                "WHERE state = 'refused' AND kind = 'telemetry' ORDER BY seq DESC LIMIT 1 OFFSET ?)",
                (REFUSED_FILES_MAX,),
            )
            oldest = self._db.rows("SELECT min(at_us) FROM outbox WHERE kind = 'facts'")[0][0]
            # A fact is recorded when it happened or later, so one older than every parcel left is in none of them.
            until_us = since_us if oldest is None else min(since_us, oldest - 86_400 * 1_000_000)
            self._db.execute(
                "DELETE FROM outbox_fact WHERE CAST(json_extract(CAST(body AS TEXT), '$.at') AS INTEGER) < ?",
                (until_us,),
            )

    # --- rows and files ------------------------------------------------------------------------------------

    def _keep_facts(self, lines: list[bytes]) -> None:
        body = b"\n".join(lines)
        self._insert("facts", body, sha256(body).hexdigest(), len(body), "waiting")

    def _insert(self, kind: Kind, body: bytes, digest: str, size: int, state: str) -> int:
        return self._db.insert(
            "INSERT INTO outbox (kind, body, sha256, size, state, at_us) VALUES (?, ?, ?, ?, ?, ?)",
            (kind, body, digest, size, state, self._clock.now_us()),
        )

    def _link(self, path: Path, number: int) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._spooled(number).unlink(missing_ok=True)
            self._spooled(number).hardlink_to(path)
            sync(self._folder)
        except OSError as error:
            raise StoreError(f"{path}: cannot be linked into {self._folder}: {error.strerror}.") from error

    def _spooled(self, number: int) -> Path:
        return self._folder / f"{number:015}.parquet"

    def _read(self, number: int) -> bytes | None:
        try:
            return self._spooled(number).read_bytes()
        except OSError:
            return None
