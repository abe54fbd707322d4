"""What changes: live state, jobs."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import Query
from starlette.responses import Response

from mintage.api.access import Asked, needs
from mintage.api.problems import NotFound
from mintage.api.reply import ApiRouter
from mintage.api.stream import stream
from mintage.desk.jobs import Job
from mintage.units.errors import InputError

router = ApiRouter(tags=["live"])


class JobList(msgspec.Struct, frozen=True, kw_only=True):
    """The newest jobs.

    Attributes:
        jobs: the newest first.
    """

    jobs: list[Job]


@router.get("/live")
def live(asked: Asked = needs(""), key: Annotated[list[str] | None, Query(max_length=200)] = None) -> Response:
    """Watch keys as server-sent events: `machine:ASSET:COLUMN`, `journal:head`, `job:ID`; "*" stands for any rest."""
    return stream(asked.company.hub, key or [])


@router.get("/jobs")
def jobs(asked: Asked = needs(""), kind: str = "") -> JobList:
    """The newest jobs: long work such as plans, tie-outs and closes."""
    return JobList(jobs=asked.company.jobs.recent(kind or None))


@router.get("/jobs/{id}")
def job(id: str, asked: Asked = needs("")) -> Job:
    """One job: how far it is, or how it ended."""
    return _found(asked, id)


@router.post("/jobs/{id}/cancel")
def cancel_job(id: str, asked: Asked = needs("")) -> Job:
    """Cancel a job that one has started, or any job as administrator."""
    found = _found(asked, id)
    if found.asked_by != asked.caller.name:
        asked.caller.insist("people.write")
    return asked.company.jobs.cancel(id)


def _found(asked: Asked, id_: str) -> Job:
    try:
        return asked.company.jobs.get(id_)
    except InputError as error:
        raise NotFound(error.problem, field="id") from error
