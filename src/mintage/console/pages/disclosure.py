"""Disclosure: texts that were tied out, one with its figures marked in both languages, and the form for another."""

from __future__ import annotations

import re
from functools import partial
from typing import Annotated, Any

from fastapi import Query
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from mintage.api.access import Asked, form_of, needs
from mintage.api.routes.jobs import there
from mintage.console.shell import Page, PageRouter, words_for
from mintage.console.words import Words
from mintage.desk import disclosure as desk
from mintage.desk import disclosure_view
from mintage.desk.disclosure_view import TieOut
from mintage.desk.tieouts import VERDICTS
from mintage.units.errors import InputError, LimitError

router = PageRouter("disclosure")
WORD = Query(max_length=100)
NO_TEXT = {b"%PDF": "a PDF", b"PK\x03\x04": "a Word file or an archive", b"\xd0\xcf\x11\xe0": "a Word file"}
"""How files begin that people take for texts."""
_SENTENCES = re.compile(r"(?<=[.!?]) +(?=[A-Z'0-9$])")
READER = ("contradicts", "ambiguous", "edge")
"""Verdicts that somebody must look at."""


@router.get("/disclosure")
def disclosures(asked: Asked = needs("disclosure.read")) -> Page:
    """Texts that were tied out."""
    more = {"verdicts": VERDICTS}
    return Page(template="disclosure/index.html", answer=desk.listing(asked.company, asked.caller), more=more)


@router.get("/disclosure/new")
def text_choices(asked: Asked = needs("disclosure.run")) -> Page:
    """The form for another text."""
    return _form(asked, {})


@router.post("/disclosure")
def tie_out_text(asked: Asked = needs("disclosure.run"), form: FormData = form_of()) -> Page | Response:
    """Tie a text out; where something is wrong with it, the form says what, and keeps what was typed."""
    told = {name: _text(form, name) for name in ("title", "period", "text", "translation")}
    try:
        for field, file in (("text", "file"), ("translation", "translation_file")):
            told[field] = _upload(form, file, field) or told[field]
        given = form.get("file")
        if not told["title"] and isinstance(given, UploadFile) and given.filename:
            told["title"] = given.filename[: desk.TITLE_MAX]
        row = desk.start(asked.company, asked.caller, desk.NewText(**told), asked.id)
    except InputError as error:
        return _form(asked, told, error)
    return RedirectResponse(f"/disclosure/{row.id}", 303)


@router.get("/disclosure/{id}")
def tie_out(
    id: str,
    asked: Asked = needs("disclosure.read"),
    verdict: Annotated[str, WORD] = "",
    metric: Annotated[str, WORD] = "",
    against: Annotated[str, WORD] = "",
) -> Page:
    """One text with its figures marked."""
    with there():
        answer = disclosure_view.show(asked.company, asked.caller, id, verdict=verdict, metric=metric, against=against)
    return Page(template="disclosure/show.html", answer=answer, more=_shown(asked, answer))


@router.post("/disclosure/{id}/again")
def tie_out_again(id: str, asked: Asked = needs("disclosure.run")) -> Response:
    """Tie a kept text out once more."""
    with there():
        row = desk.again(asked.company, asked.caller, id, asked.id)
    return RedirectResponse(f"/disclosure/{row.id}", 303)


@router.post("/disclosure/{id}/delete")
def delete_tie_out(id: str, asked: Asked = needs("disclosure.run")) -> Response:
    """Forget a text and what came out."""
    with there():
        desk.delete(asked.company, asked.caller, id, asked.id)
    return RedirectResponse("/disclosure?done=deleted", 303)


def why_of(words: Words, note: str) -> str:
    """Why a figure stands as it does, in the reader's language: sentence by sentence, and what was compared apart."""
    return ("" if words.chinese else " ").join(_sentence(words, part) for part in _SENTENCES.split(note) if part)


def _sentence(words: Words, text: str) -> str:
    told = words.told(text)
    what, colon, value = text.removesuffix(".").rpartition(": ")
    if told == text and words.chinese and colon:
        told = f"{words.told(what)}：{words.told(value)}。"
    return told


def _shown(asked: Asked, answer: TieOut) -> dict[str, Any]:
    """What the template looks up while it goes through the text."""
    words = words_for(asked.request)
    figures = {one.number: one for one in answer.figures}
    first = [one for verdict in READER for one in answer.figures if one.verdict == verdict]
    return {
        "figure_of": figures,
        "note_of": {one.number: one for one in answer.notes},
        "listed": answer.figures if answer.verdict or answer.metric else first,
        "verdicts": VERDICTS,
        "why_of": partial(why_of, words),
        "two": any(one.zh is not None for one in answer.paragraphs),
    }


def _form(asked: Asked, told: dict[str, str], error: InputError | None = None) -> Page:
    answer = desk.choices(asked.company)
    more = {"typed": {"period": answer.period, **told}, "error": error, "wrong": _wrong(error)}
    return Page(
        template="disclosure/new.html",
        answer=answer,
        more=more,
        status=200 if error is None else 400,
        twin="/api/v1/disclosure/new",
    )


def _wrong(error: InputError | None) -> str:
    """The field that an error is about, "" where it is about the whole."""
    field = (error.field or "") if error is not None else ""
    return field if field in ("title", "period", "text", "translation") else ""


def _upload(form: FormData, name: str, field: str) -> str:
    """The text of an uploaded file; "" where none was chosen.

    Raises:
        LimitError: it is too large.
        InputError: it is no text in UTF-8.
    """
    file = form.get(name)
    if not isinstance(file, UploadFile) or not file.filename:
        return ""
    raw = file.file.read(desk.TEXT_BYTES_MAX + 1)
    if len(raw) > desk.TEXT_BYTES_MAX:
        raise LimitError(
            f"holds more than {desk.TEXT_BYTES_MAX:,} bytes.",
            field=field,
            remedy="Give the text of one call, release or update.",
        )
    for begin, kind in NO_TEXT.items():
        if raw.startswith(begin):
            raise InputError(f"is {kind}, not a text.", field=field, remedy="Save it as plain text or Markdown.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError(f"is not UTF-8 in line {line}.", field=field, remedy="Save the text as UTF-8.") from error


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""
