"""Texts that were tied out, kept in the console's file with what came out. No fact ever carries the text itself."""

from __future__ import annotations

import secrets
import zlib
from hashlib import sha256
from typing import Any, Literal

import msgspec

from mintage.desk.jobs import Job, Jobs
from mintage.desk.tieout_view import TieOutView
from mintage.state.db import Row, StateDb
from mintage.units.errors import InputError, LimitError

VERDICTS = ("contradicts", "ambiguous", "edge", "ties", "unchecked")
"""In the order in which a reader needs them."""
KEPT_MAX = 200
"""Texts that are kept; then some must be deleted before another comes."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS tieout (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    period TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    asked_by TEXT NOT NULL,
    at_us INTEGER NOT NULL,
    text BLOB NOT NULL,
    job TEXT NOT NULL DEFAULT '',
    summary TEXT NOT NULL DEFAULT '',
    view BLOB,
    report BLOB,
    html BLOB
) STRICT;
CREATE INDEX IF NOT EXISTS tieout_by_time ON tieout (at_us);
"""
_COLUMNS = "id, title, period, sha256, bytes, asked_by, at_us, job, summary"
Form = Literal["view", "report", "html"]


class TieOutRow(msgspec.Struct, frozen=True, kw_only=True):
    """A text that was tied out.

    Attributes:
        id: its id.
        title: what it is called.
        period: the period that it reports on.
        sha256: hex digest of the text.
        bytes: its size.
        asked_by: who gave it.
        at_us: when, microseconds since 1970 UTC.
        job: id of the job that ties it out.
        state: how far that is.
        figures: how many figures it has; None while that is not known.
        verdicts: how many of them have each verdict; empty while that is not known.
        notes: how many notes on the translation there are; None while that is not known.
    """

    id: str
    title: str
    period: str
    sha256: str
    bytes: int
    asked_by: str
    at_us: int
    job: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    figures: int | None
    verdicts: dict[str, int]
    notes: int | None


class _Left(msgspec.Struct):
    """What the job left, not looked into."""

    view: msgspec.Raw
    report: msgspec.Raw
    html: str


class TieOuts:
    """The kept texts.

    Args:
        db: the console's file of tables.
        jobs: the jobs that tie texts out.
    """

    def __init__(self, db: StateDb, jobs: Jobs) -> None:
        self._db, self._jobs = db, jobs
        db.define(_SCHEMA)

    def add(self, title: str, period: str, text: str, by: str, at_us: int) -> str:
        """Keep a text; its id.

        Raises:
            LimitError: too many are kept.
        """
        self.gather()
        raw, id_ = text.encode(), f"t-{secrets.token_hex(6)}"
        with self._db.transaction():
            if self._db.rows("SELECT count(*) FROM tieout")[0][0] >= KEPT_MAX:
                raise LimitError(f"{KEPT_MAX} texts are kept already.", remedy="Delete some of them first.")
            self._db.execute(
                "INSERT INTO tieout (id, title, period, sha256, bytes, asked_by, at_us, text)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (id_, title, period, sha256(raw).hexdigest(), len(raw), by, at_us, zlib.compress(raw)),
            )
        return id_

    def worked_on(self, id_: str, job: Job) -> None:
        """Note the job that ties a text out."""
        self._db.execute("UPDATE tieout SET job = ? WHERE id = ?", (job.id, id_))

    def gather(self) -> None:
        """Keep what jobs have left since; jobs are forgotten after a while, texts are not."""
        for id_, job in self._db.rows("SELECT id, job FROM tieout WHERE view IS NULL"):
            left = self._jobs.result(job)
            if left is None:
                continue
            parts = msgspec.json.decode(left, type=_Left)
            summary: dict[str, Any] = msgspec.json.decode(parts.report)["summary"]
            self._db.execute(
                "UPDATE tieout SET summary = ?, view = ?, report = ?, html = ? WHERE id = ?",
                (
                    msgspec.json.encode(summary).decode(),
                    zlib.compress(bytes(parts.view)),
                    zlib.compress(bytes(parts.report)),
                    zlib.compress(parts.html.encode()),
                    id_,
                ),
            )

    def rows(self) -> list[TieOutRow]:
        """All kept texts, the newest first."""
        self.gather()
        found = self._db.rows(f"SELECT {_COLUMNS} FROM tieout ORDER BY at_us DESC, id")  # noqa: S608  our own columns
        return [self._row(row) for row in found]

    def row(self, id_: str) -> TieOutRow:
        """One kept text.

        Raises:
            InputError: there is none of that id.
        """
        self.gather()
        found = self._db.rows(f"SELECT {_COLUMNS} FROM tieout WHERE id = ?", (id_,))  # noqa: S608  our own columns
        if not found:
            raise InputError(f"there is no tie-out '{id_[:40]}'.", field="id", remedy="See the list of tie-outs.")
        return self._row(found[0])

    def text(self, id_: str) -> str:
        """The text itself; "" where there is none of that id."""
        found = self._db.rows("SELECT text FROM tieout WHERE id = ?", (id_,))
        return zlib.decompress(found[0][0]).decode() if found else ""

    def form(self, id_: str, form: Form) -> bytes | None:
        """What came out, in one of its forms; None while nothing has."""
        found = self._db.rows(f"SELECT {form} FROM tieout WHERE id = ?", (id_,))  # noqa: S608  one of three words
        return zlib.decompress(found[0][0]) if found and found[0][0] is not None else None

    def view(self, id_: str) -> TieOutView | None:
        """What came out, as the desk shows it; None while nothing has."""
        raw = self.form(id_, "view")
        return None if raw is None else msgspec.json.decode(raw, type=TieOutView)

    def delete(self, id_: str) -> None:
        """Forget a text and what came out."""
        self._db.execute("DELETE FROM tieout WHERE id = ?", (id_,))

    def _row(self, row: Row) -> TieOutRow:
        told: dict[str, Any] = dict(zip(_COLUMNS.split(", "), row, strict=True))
        raw = told.pop("summary")
        summary: dict[str, Any] = msgspec.json.decode(raw) if raw else {}
        return TieOutRow(
            **told,
            state="done" if summary else self._state(told["job"]),
            figures=summary["figures"] - summary["periods"] if summary else None,
            verdicts=_counts(summary) if summary else {},
            notes=summary.get("language"),
        )

    def _state(self, job: str) -> Literal["waiting", "running", "failed", "cancelled"]:
        try:
            state = self._jobs.get(job).state
        except InputError:
            return "failed"
        return "running" if state == "done" else state  # what it left is gathered in the next moment


def _counts(summary: dict[str, Any]) -> dict[str, int]:
    """Figures by verdict; periods, of which none can be checked, are not counted."""
    return {name: summary[name] - (summary["periods"] if name == "unchecked" else 0) for name in VERDICTS}
