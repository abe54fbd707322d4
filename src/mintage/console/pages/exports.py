"""The page on which everything can be taken out, and a backup made."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from mintage.api.access import Asked, form_of, needs
from mintage.api.routes.exports import file_reply
from mintage.console.shell import Page, PageRouter
from mintage.desk import exports as desk
from mintage.exchange.export import Export
from mintage.units import parse_date
from mintage.units.errors import InputError

router = PageRouter("exports")


@router.get("/exports")
def exports(asked: Asked = needs("export.read")) -> Page:
    """What can be taken out, and what was of late."""
    return _page(asked, {}, None)


@router.post("/exports")
def start_export(asked: Asked = needs("export.read"), form: FormData = form_of()) -> Page | Response:
    """Write an export."""
    told = {name: _text(form, name) for name in ("what", "form", "start", "end", "period")}
    what, _, kind = _text(form, "choice").partition(".")
    told["what"], told["form"] = told["what"] or what, told["form"] or kind
    try:
        new = desk.NewExport(
            what=told["what"],
            form=told["form"],
            start=_day(told, "start"),
            end=_day(told, "end"),
            period=told["period"],
        )
        desk.start(asked.company, asked.caller, new, asked.id)
    except InputError as error:
        return _page(asked, told, error)
    return RedirectResponse("/exports?done=started#files", 303)


@router.post("/exports/backup")
def start_backup(asked: Asked = needs("people.write")) -> Response:
    """Save the whole company in one file."""
    desk.back_up(asked.company, asked.caller, asked.id)
    return RedirectResponse("/exports?done=started#backups", 303)


@router.get("/exports/{id}/file")
def export_file(id: str, asked: Asked = needs("export.read")) -> Response:
    """The file that an export or a backup has written."""
    return file_reply(asked, id)


def _page(asked: Asked, told: dict[str, str], error: InputError | None) -> Page:
    answer = desk.listing(asked.company, asked.caller)
    running = [item.job for item in (*answer.files, *answer.backups) if not item.job.over]
    groups: dict[str, list[Export]] = {}
    for item in answer.exports:
        groups.setdefault(item.what, []).append(item)
    more: dict[str, Any] = {
        "groups": groups,
        "chosen": {"period": "", "start": "", "end": "", **told},
        "error": error,
        "running": running,
    }
    live = tuple(f"job:{job.id}" for job in running)
    status = 200 if error is None else 400
    return Page(template="exports/index.html", answer=answer, more=more, live=live, status=status)


def _day(told: dict[str, str], name: str) -> Any:
    try:
        return parse_date(told[name]) if told[name] else None
    except InputError as error:
        raise error.at(field=name) from error


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""
