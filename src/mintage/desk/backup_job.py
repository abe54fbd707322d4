"""The job that saves the whole company in one file."""

from __future__ import annotations

from pathlib import Path

import msgspec

from mintage.desk.export_job import Exported
from mintage.desk.jobs import Task
from mintage.desk.worker import Teller
from mintage.exchange.backup import back_up
from mintage.exchange.folders import Places
from mintage.journal.sqlite import SqliteJournal

MEDIA = "application/octet-stream"


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the job takes.

    Attributes:
        path: the file to write.
        db: the journal.
        state: the console's file.
        data: folder of the sites.
        headquarters: folder of headquarters.
        wallets: file of the watched wallets.
    """

    path: str
    db: str
    state: str
    data: str
    headquarters: str
    wallets: str


def work(_journal: SqliteJournal, task: Task, tell: Teller) -> Exported:
    """Write a backup; the file appears whole or not at all.

    Raises:
        InputError: there is no journal, or a name cannot be kept in a backup.
        StoreError: a file is damaged, or the backup cannot be written.
    """
    asked = msgspec.convert(task.arguments, Asked)
    out = Path(asked.path)
    out.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    places = Places(
        db=Path(asked.db),
        state=Path(asked.state),
        data=Path(asked.data),
        headquarters=Path(asked.headquarters),
        wallets=Path(asked.wallets),
    )
    made = back_up(places, out, lambda done, _total: tell(done, 0, "backup"))
    return Exported(path=asked.path, filename=out.name, media=MEDIA, bytes=made.size, sha256=made.sha256)
