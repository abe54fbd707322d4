"""The job that writes an export into a file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec

from mintage.desk.jobs import Task
from mintage.desk.worker import Teller
from mintage.exchange.export import export, find
from mintage.journal.sqlite import SqliteJournal


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the job takes.

    Attributes:
        what: what is exported; see `mintage.exchange.export.EXPORTS`.
        form: in which form.
        path: the file to write.
        start: first accounting date.
        end: last accounting date.
    """

    what: str
    form: str
    path: str
    start: date | None = None
    end: date | None = None


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """What the job leaves.

    Attributes:
        path: the file that was written.
        filename: what it is called where it is downloaded.
        media: its media type.
        bytes: its size.
        sha256: its hex digest, "" where nobody needs it.
    """

    path: str
    filename: str
    media: str
    bytes: int
    sha256: str = ""


def work(journal: SqliteJournal, task: Task, tell: Teller) -> Exported:
    """Write an export; the file appears whole or not at all.

    Raises:
        InputError: there is no such export.
        StoreError: the file cannot be written.
    """
    asked = msgspec.convert(task.arguments, Asked)
    found, path = find(asked.what, asked.form), Path(asked.path)
    tell(0, 0, asked.what)
    path.parent.mkdir(parents=True, exist_ok=True)
    export(
        journal,
        asked.what,
        asked.form,
        path,
        lambda done, total: tell(done, total or 0, asked.what),
        asked.start,
        asked.end,
    )
    return Exported(path=asked.path, filename=found.filename, media=found.media, bytes=path.stat().st_size)
