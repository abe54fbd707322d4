"""Everything that can be taken out, written beside the desk and fetched within a day."""

from __future__ import annotations

from starlette.responses import FileResponse, Response

from mintage.api.access import Asked, needs
from mintage.api.reply import ApiRouter, body_of
from mintage.api.routes.jobs import there
from mintage.desk import exports
from mintage.desk.jobs import Job

router = ApiRouter(tags=["exports"])


@router.get("/exports")
def export_choices(asked: Asked = needs("export.read")) -> exports.ExportList:
    """What can be taken out in which form, and the newest files."""
    return exports.listing(asked.company, asked.caller)


@router.post("/exports", status_code=201)
def start_export(asked: Asked = needs("export.read"), told: exports.NewExport = body_of(exports.NewExport)) -> Job:
    """Write an export beside the desk.

    It goes on as a job; the file is fetched when the job is done, and kept for a day.
    """
    return exports.start(asked.company, asked.caller, told, asked.id)


@router.post("/exports/backup", status_code=201)
def start_backup(asked: Asked = needs("people.write")) -> Job:
    """Save the whole company in one file: journal, people and settings, sites with their telemetry."""
    return exports.back_up(asked.company, asked.caller, asked.id)


@router.get("/exports/{id}/file")
def export_file(id: str, asked: Asked = needs("export.read")) -> Response:
    """The file that an export or a backup has written; a backup takes the right people.write as well."""
    return file_reply(asked, id)


def file_reply(asked: Asked, id_: str) -> Response:
    """The file of a job as an answer that a browser keeps.

    Raises:
        NotFound: there is none.
    """
    with there():
        path, told = exports.file(asked.company, asked.caller, id_)
    headers = {"Cache-Control": "private, no-store"}
    return FileResponse(path, media_type=told.media, filename=told.filename, headers=headers)
