"""Recording facts: typed as JSON or sent as files, tried first or booked, always in the caller's own name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from fastapi import Query
from starlette.datastructures import FormData, UploadFile

from mintage.api.access import Asked, form_of, needs
from mintage.api.reply import ApiRouter, body_of
from mintage.desk import records, reversals
from mintage.people.proposals import Proposal
from mintage.units.errors import InputError, LimitError

router = ApiRouter(tags=["records"])
WORD = Query(max_length=200)
UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                }
            }
        },
    }
}
"""The body of an import in OpenAPI: it is read by hand, after it is known who asks."""


@router.get("/journal/new")
def record_choices(
    asked: Asked = needs(""), kind: Annotated[str, WORD] = "", find: Annotated[str, WORD] = ""
) -> records.RecordForm:
    """Kinds of facts that the caller may record, and the fields of one of them."""
    return records.record_form(asked.company, asked.caller, kind, find)


@router.post("/journal/facts")
def record_facts(asked: Asked = needs(""), told: records.NewFacts = body_of(records.NewFacts)) -> records.Recording:
    """Record facts, all of them or none; with `dry_run` only say what they would post.

    A fact is written as in a JSONL file: `kind`, `key`, `date` and the fields of its kind, amounts as texts with their
    unit. It is recorded in the caller's name. A fact that is sent twice under its key is recorded once.
    """
    with placed("facts"):
        return records.record(asked.company, asked.caller, told, request=asked.id)


@router.get("/journal/import")
def import_choices(asked: Asked = needs("")) -> records.ImportForm:
    """What can be imported, by whom."""
    return records.import_form(asked.caller)


@router.post("/journal/import", openapi_extra=UPLOAD)
def import_facts(*, asked: Asked = needs(""), form: FormData = form_of(), dry_run: bool = False) -> records.Recording:
    """Import fact files (.csv, .toml, .jsonl), all of their facts or none; with `dry_run` only try it."""
    files = uploaded(form, "files")
    with placed("files"):
        return records.import_upload(asked.company, asked.caller, files, dry_run=dry_run, request=asked.id)


@router.get("/journal/reverse")
def reversal_preview(
    asked: Asked = needs("journal.read"), key: Annotated[str, WORD] = "", date: Annotated[str, WORD] = ""
) -> reversals.ReversalPreview:
    """What reversing a fact would do, or why it cannot be."""
    return reversals.preview(asked.company, asked.caller, key, date)


@router.post("/journal/reverse", status_code=201)
def ask_reversal(asked: Asked = needs(""), told: reversals.NewReversal = body_of(reversals.NewReversal)) -> Proposal:
    """Ask that a fact be reversed; it is when a second person approves."""
    return reversals.ask(asked.company, asked.caller, told, request=asked.id)


def uploaded(form: FormData, name: str) -> list[tuple[str, bytes]]:
    """Names and bytes of the files of a form; whatever stands before a name is none of our business."""
    given = [item for item in form.getlist(name) if isinstance(item, UploadFile) and item.filename]
    return [(Path(str(item.filename).replace("\\", "/")).name, item.file.read()) for item in given]


@contextmanager
def placed(field: str) -> Iterator[None]:
    """Errors in what was sent name the place in their words, since problem details have none for file and line.

    Args:
        field: what the facts came in: "facts" or "files".

    Raises:
        InputError: with the place.
    """
    try:
        yield
    except LimitError:
        raise
    except InputError as error:
        if error.line is None and error.file is None:
            raise
        if field == "facts":
            error.field = f"facts[{(error.line or 1) - 1}]" + (f".{error.field}" if error.field else "")
        else:
            error.problem = f"{error.file}, line {error.line or 1}: {error.problem}"
        raise
