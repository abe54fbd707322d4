"""Pages that record facts: one typed into the form of its kind, many as files, and the reversal of one."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from mintage.api.access import Asked, form_of, needs
from mintage.api.routes.records import uploaded
from mintage.console.shell import Page, PageRouter
from mintage.desk import records, reversals, uploads
from mintage.desk.record_form import ROWS, FieldForm, KindForm
from mintage.units.errors import InputError

router = PageRouter("journal")
WORD = Query(max_length=200)
ENVELOPE = ("key", "date", "at", "grade", "source", "note", "sha256")
"""What is told of a fact beside the fields of its kind."""
PASTED = {"csv": "pasted.csv", "toml": "pasted.toml", "jsonl": "pasted.jsonl"}


@router.get("/journal/new")
def record_choices(asked: Asked = needs(""), kind: Annotated[str, WORD] = "", find: Annotated[str, WORD] = "") -> Page:
    """Kinds to choose from, or the form of one."""
    answer = records.record_form(asked.company, asked.caller, kind, find)
    if answer.form is None:
        return Page(template="records/kinds.html", answer=answer)
    return _form(answer, {"key": answer.form.key, "date": answer.form.date.isoformat()})


@router.post("/journal/new")
def record_fact(asked: Asked = needs(""), form: FormData = form_of()) -> Page | Response:
    """Try a fact and show what it would post, or record it; what is wrong is said beside its field."""
    answer = records.record_form(asked.company, asked.caller, _text(form, "kind") or "?")
    if answer.form is None:
        raise AssertionError("a kind that is not there was refused")
    typed = {name: value for name, value in form.items() if isinstance(value, str)}
    files = uploaded(form, "document")
    if files:
        typed["source"] = typed.get("source") or files[0][0]
        typed["sha256"] = sha256(files[0][1]).hexdigest()
    recording = _text(form, "step") == "record"
    told = records.NewFacts(
        facts=[row_of(answer.form, typed)],
        dry_run=not recording,
        source=_plain(typed, "source"),
        sha256=_plain(typed, "sha256"),
    )
    try:
        done = records.record(asked.company, asked.caller, told, request=asked.id)
    except InputError as error:
        return _form(answer, typed, error=error)
    if not recording:
        return _form(answer, typed, tried=done)
    return RedirectResponse(f"{done.facts[0].href}&{urlencode({'done': 'recorded'})}", 303)


@router.get("/journal/import")
def import_choices(asked: Asked = needs("")) -> Page:
    """Files to import."""
    return Page(template="records/import.html", answer=records.import_form(asked.caller), more=_import_more())


@router.post("/journal/import")
def import_files(asked: Asked = needs(""), form: FormData = form_of()) -> Page | Response:
    """Try files and show what they would post, or import them."""
    company, caller = asked.company, asked.caller
    kept, pasted = _text(form, "upload"), _text(form, "pasted")
    more = _import_more(pasted=pasted, form=_text(form, "form") or "csv", upload=kept)
    try:
        files = uploads.take(company, caller, kept) if kept else uploaded(form, "files")
        if pasted.strip() and not kept:
            text = pasted.replace("\r\n", "\n").rstrip("\n") + "\n"
            files.append((PASTED.get(more["form"], PASTED["csv"]), text.encode()))
        dry = not (kept and _text(form, "step") == "record")
        done = records.import_upload(company, caller, files, dry_run=dry, request=asked.id)
    except InputError as error:
        more["error"] = error
        answer = records.import_form(caller)
        return Page(template="records/import.html", answer=answer, more=more, status=400)
    if not dry:
        uploads.drop(company, caller, kept)
        return RedirectResponse("/journal?done=recorded", 303)
    more |= {"done": done, "names": [name for name, _ in files], "upload": kept}
    if not kept:
        more["upload"] = uploads.keep(company, caller, files)
    return Page(template="records/import.html", answer=records.import_form(caller), more=more)


@router.get("/journal/reverse")
def reversal_preview(
    asked: Asked = needs("journal.read"), key: Annotated[str, WORD] = "", date: Annotated[str, WORD] = ""
) -> Page:
    """What reversing a fact would do."""
    answer = reversals.preview(asked.company, asked.caller, key, date)
    return Page(template="records/reverse.html", answer=answer, more={"error": None, "reason": ""})


@router.post("/journal/reverse")
def ask_reversal(asked: Asked = needs(""), form: FormData = form_of()) -> Page | Response:
    """Ask that a fact be reversed."""
    told = reversals.NewReversal(key=_text(form, "key"), reason=_text(form, "reason"), date=_text(form, "date"))
    try:
        made = reversals.ask(asked.company, asked.caller, told, request=asked.id)
    except InputError as error:
        if error.field == "key" or not told.key:
            raise
        day = "" if error.field == "date" else told.date
        answer = reversals.preview(asked.company, asked.caller, told.key, day)
        more = {"error": error, "reason": told.reason}
        return Page(template="records/reverse.html", answer=answer, more=more, status=400)
    return RedirectResponse(f"/approvals/{made.id}?{urlencode({'done': 'asked'})}", 303)


def row_of(form: KindForm, typed: dict[str, str]) -> dict[str, Any]:
    """What a form's fields say, as a row of a file of facts says it; what was left empty is left out."""
    row: dict[str, Any] = {"kind": form.row.kind}
    for name in ("key", "date", "at", "grade", "note"):
        if value := _plain(typed, name):
            row[name] = value
    for field in form.fields:
        value = _value(field, typed)
        if value:
            row[field.name] = value
    return row


def _value(field: FieldForm, typed: dict[str, str]) -> Any:
    name = f"f.{field.name}"
    if field.shape == "lines":
        return [line.strip() for line in typed.get(name, "").splitlines() if line.strip()]
    if field.shape != "rows":
        return _plain(typed, name)
    rows = (
        {part.name: value for part in field.parts if (value := _plain(typed, f"{name}.{number}.{part.name}"))}
        for number in range(ROWS)
    )
    return [row for row in rows if row]


def _form(
    answer: records.RecordForm,
    typed: dict[str, str],
    *,
    tried: records.Recording | None = None,
    error: InputError | None = None,
) -> Page:
    if answer.form is None:
        raise AssertionError("there is a form")
    known = {*(field.name for field in answer.form.fields), *ENVELOPE}
    wrong = ((error.field or "") if error is not None else "").partition("[")[0].partition(".")[0]
    more = {
        "typed": typed,
        "tried": tried,
        "error": error,
        "wrong": wrong if wrong in known else "",
        "rows": range(ROWS),
        "options_of": _options,
        "folded": not any(_value(field, typed) for field in answer.form.fields if not field.required),
    }
    twin = f"/api/v1/journal/new?{urlencode({'kind': answer.form.row.kind})}"
    return Page(template="records/form.html", answer=answer, more=more, status=200 if error is None else 400, twin=twin)


def _options(field: FieldForm) -> list[tuple[str, str]]:
    """Words to choose from; a field with a default of its own offers no empty one."""
    return [*([] if field.default else [("", "–")]), *((word, word) for word in field.choices)]


def _import_more(**values: Any) -> dict[str, Any]:
    return {"done": None, "error": None, "names": [], "upload": "", "pasted": "", "form": "csv", **values}


def _plain(typed: dict[str, str], name: str) -> str:
    return typed.get(name, "").strip()


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
