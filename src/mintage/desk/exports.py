"""Exports that are written beside the desk, and kept a while to be fetched."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec

from mintage.desk.company import Company
from mintage.desk.export_job import Exported
from mintage.desk.jobs import Job
from mintage.exchange.export import EXPORTS, Export, find
from mintage.people.caller import Caller
from mintage.units.errors import InputError

FILES_MAX = 20
"""Files that are kept; older ones give way."""


class NewExport(msgspec.Struct, frozen=True, kw_only=True):
    """Something to export.

    Attributes:
        what: what is exported: "journal", "facts", "postings" ...
        form: in which form: "csv", "parquet", "beancount" ...
        start: first accounting date; None for the first of all.
        end: last accounting date; None for the last of all.
    """

    what: str
    form: str
    start: date | None = None
    end: date | None = None


class ExportList(msgspec.Struct, frozen=True, kw_only=True):
    """What can be exported, and what was of late.

    Attributes:
        exports: everything that can be, in each form.
        jobs: the newest exports.
    """

    exports: list[Export]
    jobs: list[Job]


def listing(company: Company) -> ExportList:
    """What can be exported, and what was of late."""
    return ExportList(exports=list(EXPORTS.values()), jobs=company.jobs.recent("export"))


def start(company: Company, caller: Caller, told: NewExport, request: str) -> Job:
    """Write an export beside the desk.

    Raises:
        InputError: there is no such export, or the dates are the wrong way round.
    """
    found = find(told.what, told.form)
    if told.start is not None and told.end is not None and told.end < told.start:
        raise InputError(f"{told.end} is before {told.start}.", field="end", remedy="Give the earlier date first.")
    folder = _folder(company)
    _make_room(folder)
    span = f"{told.start or ''}..{told.end or ''}" if told.start or told.end else ""
    arguments = {
        "what": told.what,
        "form": told.form,
        "path": str(folder / f"{request}-{found.filename}"),
        "start": told.start.isoformat() if told.start else None,
        "end": told.end.isoformat() if told.end else None,
    }
    subject = f"{found.filename} {span}".strip()
    job = company.jobs.start("export", subject, arguments, caller.name, "/jobs/{id}")
    company.record(caller, "export.written", subject, request=request, detail=job.id)
    return job


def file(company: Company, id_: str) -> tuple[Path, Exported]:
    """The file that a job has written.

    Raises:
        InputError: there is none, or it has given way to newer ones.
    """
    raw = company.jobs.result(id_)
    try:
        found = msgspec.json.decode(raw or b"", type=Exported)
    except msgspec.MsgspecError as error:
        raise InputError("this job has written no file.", field="id", remedy="See the list of jobs.") from error
    path = Path(found.path)
    if path.parent != _folder(company) or not path.is_file():
        raise InputError("the file is not kept any more.", field="id", remedy="Export it once more.")
    return path, found


def _folder(company: Company) -> Path:
    return company.settings.state.resolve().parent / "exports"


def _make_room(folder: Path) -> None:
    if folder.is_dir():
        kept = sorted((path for path in folder.iterdir() if path.is_file()), key=lambda path: path.stat().st_mtime)
        for path in kept[: max(0, len(kept) - FILES_MAX + 1)]:
            path.unlink(missing_ok=True)
