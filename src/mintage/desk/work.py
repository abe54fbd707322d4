"""Jobs as people see them: those that one may see, how far each is, and its end."""

from __future__ import annotations

import msgspec

from mintage.desk.company import Company
from mintage.desk.jobs import Job
from mintage.people.caller import Caller
from mintage.units.errors import InputError

RIGHTS = {
    "plan": "plan.read",
    "tieout": "disclosure.read",
    "close": "books.read",
    "check": "books.read",
    "reconcile": "production.read",
    "export": "export.read",
    "backup": "people.write",
}
"""The right that it takes to see somebody else's job, by kind."""
RECONCILE = "reconcile"
"""The kind of job that is about one site, which its subject names first."""
LISTED_MAX = 100


class JobList(msgspec.Struct, frozen=True, kw_only=True):
    """The newest jobs.

    Attributes:
        jobs: the newest first.
        kind: only jobs of this kind are shown; "" for all.
        kinds: kinds that the reader may see.
    """

    jobs: list[Job]
    kind: str
    kinds: list[str]


class JobPage(msgspec.Struct, frozen=True, kw_only=True):
    """One job.

    Attributes:
        job: how far it is, or how it ended.
        may_cancel: whether the reader may cancel it.
        file: address of the file that came out, "" where there is none.
    """

    job: Job
    may_cancel: bool
    file: str


def listing(company: Company, caller: Caller, kind: str = "") -> JobList:
    """The newest jobs that somebody may see."""
    found = [job for job in company.jobs.recent(kind or None, LISTED_MAX) if may_see(caller, job)]
    return JobList(jobs=found, kind=kind, kinds=[name for name, right in RIGHTS.items() if caller.may(right)])


def show(company: Company, caller: Caller, id_: str) -> JobPage:
    """One job.

    Raises:
        InputError: there is none of that id that the caller may see.
    """
    job = find(company, caller, id_)
    file = f"/api/v1/jobs/{job.id}/file" if job.kind == "export" and job.state == "done" else ""
    return JobPage(job=job, may_cancel=not job.over and may_cancel(caller, job), file=file)


def find(company: Company, caller: Caller, id_: str) -> Job:
    """A job that somebody may see.

    Raises:
        InputError: there is none.
    """
    job = company.jobs.get(id_)
    if not may_see(caller, job):
        raise InputError(f"there is no job '{id_[:40]}'.", field="id")
    return job


def cancel(company: Company, caller: Caller, id_: str, request: str) -> Job:
    """Cancel a job that one has started, or any job as administrator; one that is over stays as it ended.

    Raises:
        InputError: there is none that the caller may see.
        Forbidden: it is somebody else's.
    """
    job = find(company, caller, id_)
    if job.over:
        return job
    if not may_cancel(caller, job):
        caller.insist("people.write")
    found = company.jobs.cancel(id_)
    company.record(caller, "job.cancelled", job.subject, request=request, detail=f"{job.kind} {job.id}")
    return found


def may_see(caller: Caller, job: Job) -> bool:
    """Whether somebody may see a job: one's own, and those of pages that one may read."""
    site = job.subject.partition(" ")[0] if job.kind == RECONCILE else None
    return job.asked_by == caller.name or caller.may(RIGHTS.get(job.kind, "people.write"), site)


def may_cancel(caller: Caller, job: Job) -> bool:
    """Whether somebody may cancel a job."""
    return job.asked_by == caller.name or caller.may("people.write")
