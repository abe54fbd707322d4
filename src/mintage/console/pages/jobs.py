"""Long work: the list of jobs, one job as it goes on, and what stands in other pages while one does."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from mintage.api.access import Asked, form_of, needs
from mintage.api.routes.jobs import there
from mintage.console.pages.frame import local
from mintage.console.shell import Page, PageRouter, show
from mintage.desk import work

router = PageRouter("jobs")


@router.get("/jobs")
def jobs(asked: Asked = needs(""), kind: Annotated[str, Query(max_length=20)] = "") -> Page:
    """The newest jobs."""
    return Page(template="jobs/index.html", answer=work.listing(asked.company, asked.caller, kind))


@router.get("/jobs/{id}")
def job(id: str, asked: Asked = needs("")) -> Page:
    """One job."""
    with there():
        return Page(template="jobs/job.html", answer=work.show(asked.company, asked.caller, id))


@router.get("/jobs/{id}/progress")
def job_progress(id: str, asked: Asked = needs("")) -> Response:
    """How far a job is, for the place where a page shows it; when it is over, the page loads itself anew."""
    with there():
        answer = work.show(asked.company, asked.caller, id)
    reply = show(asked.request, Page(template="jobs/progress.html", answer=answer), asked.caller, "jobs")
    if answer.job.over:
        reply.headers["HX-Refresh"] = "true"
    return reply


@router.post("/jobs/{id}/cancel")
def cancel_job(id: str, asked: Asked = needs(""), form: FormData = form_of()) -> Response:
    """Cancel a job."""
    with there():
        found = work.cancel(asked.company, asked.caller, id, asked.id)
    back = local(str(form.get("back", "") or f"/jobs/{found.id}"))
    return RedirectResponse(f"{back}{'&' if '?' in back else '?'}done=cancelled", 303)
