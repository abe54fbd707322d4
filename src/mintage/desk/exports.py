"""Exports and backups that are written beside the desk, and kept for a day to be fetched."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec

from mintage.desk.company import Company
from mintage.desk.export_job import Exported
from mintage.desk.jobs import Job
from mintage.exchange.export import EXPORTS, Export, find
from mintage.exchange.folders import HEADQUARTERS, WALLETS
from mintage.people.caller import Caller
from mintage.units import parse_period
from mintage.units.errors import InputError

FILES_MAX = 20
"""Files of a kind that are kept; older ones give way."""
KEPT_US = 86_400_000_000
LISTED = 20
RIGHTS = {"export": "export.read", "backup": "people.write"}
"""The right to a kind of file; a backup holds what every export holds, and the accounts of people."""


class NewExport(msgspec.Struct, frozen=True, kw_only=True):
    """Something to export.

    Attributes:
        what: what is exported: "journal", "facts", "postings" ...
        form: in which form: "csv", "parquet", "beancount" ...
        start: first accounting date; None for the first of all.
        end: last accounting date; None for the last of all.
        period: a period by its name in place of both dates; "" for none.
    """

    what: str
    form: str
    start: date | None = None
    end: date | None = None
    period: str = ""


class WrittenFile(msgspec.Struct, frozen=True, kw_only=True):
    """An export or a backup, while it is written and as long as it is kept.

    Attributes:
        job: the work.
        file: address of the file; "" where there is none yet, or none any more.
        bytes: its size.
        sha256: its hex digest, where it is a backup.
        until_us: until when it is kept.
    """

    job: Job
    file: str
    bytes: int
    sha256: str
    until_us: int


class ExportList(msgspec.Struct, frozen=True, kw_only=True):
    """What can be taken out, and what was of late.

    Attributes:
        exports: everything that can be, in each form.
        files: the newest exports.
        backups: the newest backups; empty for a reader who may not make one.
        may_back_up: whether the reader may make one.
        period: name of the period that is proposed.
    """

    exports: list[Export]
    files: list[WrittenFile]
    backups: list[WrittenFile]
    may_back_up: bool
    period: str


def listing(company: Company, caller: Caller) -> ExportList:
    """What can be taken out, and what was of late."""
    may = caller.may(RIGHTS["backup"])
    return ExportList(
        exports=list(EXPORTS.values()),
        files=[_written(company, job) for job in company.jobs.recent("export", LISTED)],
        backups=[_written(company, job) for job in company.jobs.recent("backup", LISTED)] if may else [],
        may_back_up=may,
        period=company.period().name,
    )


def start(company: Company, caller: Caller, told: NewExport, request: str) -> Job:
    """Write an export beside the desk.

    Raises:
        InputError: there is no such export, the dates are the wrong way round, or it needs a period.
    """
    found = find(told.what, told.form)
    begin, end = _span(told)
    if found.period and (begin is None or end is None):
        raise InputError(
            f"{told.what} is told of a period.", field="period", remedy="Give one, such as 2025Q2, or its two dates."
        )
    folder = _room(company, "export")
    span = told.period or (f"{begin or ''}..{end or ''}" if begin or end else "")
    arguments = {
        "what": told.what,
        "form": told.form,
        "path": str(folder / f"{request}-{found.filename}"),
        "start": begin.isoformat() if begin else None,
        "end": end.isoformat() if end else None,
    }
    subject = f"{found.filename} {span}".strip()
    job = company.jobs.start("export", subject, arguments, caller.name, "/exports")
    company.record(caller, "export.written", subject, request=request, detail=job.id)
    return job


def back_up(company: Company, caller: Caller, request: str) -> Job:
    """Save the whole company in one file beside the desk.

    Raises:
        Forbidden: the caller may not have everything.
    """
    caller.insist(RIGHTS["backup"])
    kept, folder = company.settings, _room(company, "backup")
    name = f"{company.today().isoformat()}-{request}.mintage"
    near = kept.state.resolve().parent
    arguments = {
        "path": str(folder / name),
        "db": str(kept.db),
        "state": str(kept.state),
        "data": str(kept.data),
        "headquarters": str(kept.headquarters or near / HEADQUARTERS),
        "wallets": str(kept.wallets or near / WALLETS),
    }
    job = company.jobs.start("backup", name, arguments, caller.name, "/exports")
    company.record(caller, "backup.written", name, request=request, detail=job.id)
    return job


def file(company: Company, caller: Caller, id_: str) -> tuple[Path, Exported]:
    """The file that a job has written.

    Raises:
        InputError: there is none, or it is not kept any more.
        Forbidden: it is a backup, and the caller may not have everything.
    """
    job = company.jobs.get(id_)
    if job.kind not in RIGHTS:
        raise InputError("this job has written no file.", field="id", remedy="See the list of exports.")
    caller.insist(RIGHTS[job.kind])
    found = _found(company, job)
    if found is None:
        raise InputError("the file is not kept any more.", field="id", remedy="Export it once more.")
    return Path(found.path), found


def _written(company: Company, job: Job) -> WrittenFile:
    found = _found(company, job)
    return WrittenFile(
        job=job,
        file=f"/exports/{job.id}/file" if found else "",
        bytes=found.bytes if found else 0,
        sha256=found.sha256 if found else "",
        until_us=(job.ended_us or job.asked_us) + KEPT_US,
    )


def _found(company: Company, job: Job) -> Exported | None:
    """What a job has written, where it is still kept."""
    if job.state != "done" or (job.ended_us or 0) + KEPT_US < company.wall.now_us():
        return None
    try:
        found = msgspec.json.decode(company.jobs.result(job.id) or b"", type=Exported)
    except msgspec.MsgspecError:
        return None
    path = Path(found.path)
    return found if path.parent == _folder(company, job.kind) and path.is_file() else None


def _span(told: NewExport) -> tuple[date | None, date | None]:
    if told.period:
        try:
            period = parse_period(told.period)
        except InputError as error:
            raise error.at(field="period") from error
        return period.start, period.end
    if told.start is not None and told.end is not None and told.end < told.start:
        raise InputError(f"{told.end} is before {told.start}.", field="end", remedy="Give the earlier date first.")
    return told.start, told.end


def _folder(company: Company, kind: str) -> Path:
    return company.settings.state.resolve().parent / f"{kind}s"


def _room(company: Company, kind: str) -> Path:
    """The folder for files of a kind, from which those go that are too old or too many."""
    folder, now_s = _folder(company, kind), company.wall.now_us() / 1e6
    if folder.is_dir():
        kept = sorted((path.stat().st_mtime, path) for path in folder.iterdir() if path.is_file())
        many = max(0, len(kept) - FILES_MAX + 1)
        for number, (written_s, path) in enumerate(kept):
            if number < many or written_s + KEPT_US / 1e6 < now_s:
                path.unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)  # what is in it is for those who may export alone
    return folder
