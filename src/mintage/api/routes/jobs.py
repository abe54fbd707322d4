"""Long work: jobs, and the files that they write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Query
from starlette.responses import FileResponse, Response

from mintage.api.access import Asked, needs
from mintage.api.problems import NotFound
from mintage.api.reply import ApiRouter
from mintage.desk import exports, work
from mintage.desk.jobs import Job
from mintage.units.errors import InputError

router = ApiRouter(tags=["jobs"])


@router.get("/jobs")
def jobs(asked: Asked = needs(""), kind: Annotated[str, Query(max_length=20)] = "") -> work.JobList:
    """The newest jobs: long work such as plans, tie-outs, closes and exports."""
    return work.listing(asked.company, asked.caller, kind)


@router.get("/jobs/{id}")
def job(id: str, asked: Asked = needs("")) -> work.JobPage:
    """One job: how far it is, or how it ended."""
    with there():
        return work.show(asked.company, asked.caller, id)


@router.post("/jobs/{id}/cancel")
def cancel_job(id: str, asked: Asked = needs("")) -> Job:
    """Cancel a job that one has started, or any job as administrator."""
    with there():
        return work.cancel(asked.company, asked.caller, id, asked.id)


@router.get("/jobs/{id}/file")
def job_file(id: str, asked: Asked = needs("export.read")) -> Response:
    """The file that an export has written."""
    with there():
        path, told = exports.file(asked.company, asked.caller, id)
    return FileResponse(path, media_type=told.media, filename=told.filename)


@contextmanager
def there() -> Iterator[None]:
    """What is asked for by an id is there, or the answer is 404.

    Raises:
        NotFound: it is not.
    """
    try:
        yield
    except InputError as error:
        if error.field != "id":
            raise
        raise NotFound(error.problem, field="id", remedy=error.remedy) from error
