"""Disclosure: a call, release or update tied out to the books, to itself and to the market, in both languages."""

from __future__ import annotations

import csv
import io
from typing import Any

import msgspec

from mintage.desk.company import Company
from mintage.desk.disclosure_view import may_delete
from mintage.desk.jobs import Job
from mintage.desk.tieout_view import TieOutView
from mintage.desk.tieouts import KEPT_MAX, Form, TieOutRow, TieOuts
from mintage.disclosure import periods
from mintage.disclosure.document import parse_document
from mintage.disclosure.pairing import interleave
from mintage.people.caller import Caller, Forbidden
from mintage.units import parse_period
from mintage.units.errors import InputError, LimitError

TEXT_BYTES_MAX = 500_000
"""Bytes of one text: an hour's call with its translation is a fifth of it."""
TITLE_MAX = 120
CSV_HEAD = ("line", "speaker", "figure", "metric", "value", "unit", "period", "verdict", "expected", "note")


class NewText(msgspec.Struct, frozen=True, kw_only=True):
    """A text to tie out.

    Attributes:
        text: the text, English alone or with Chinese paragraphs under each.
        period: the period that it reports on, such as 2025Q2.
        title: what it is called; its first line where empty.
        translation: the Chinese text, where it is not in the text already.
    """

    text: str
    period: str
    title: str = ""
    translation: str = ""


class Disclosures(msgspec.Struct, frozen=True, kw_only=True):
    """Texts that were tied out.

    Attributes:
        tieouts: the newest first.
        kept_max: how many are kept at most.
        may_run: whether the reader may tie out another one.
    """

    tieouts: list[TieOutRow]
    kept_max: int
    may_run: bool


class TextChoices(msgspec.Struct, frozen=True, kw_only=True):
    """What can be chosen for a new tie-out.

    Attributes:
        periods: names of periods that the books have closed, the newest first.
        period: the one that is likeliest.
        text_bytes_max: how large a text may be.
    """

    periods: list[str]
    period: str
    text_bytes_max: int


def listing(company: Company, caller: Caller) -> Disclosures:
    """Texts that were tied out."""
    return Disclosures(tieouts=_kept(company).rows(), kept_max=KEPT_MAX, may_run=caller.may("disclosure.run"))


def choices(company: Company) -> TextChoices:
    """What can be chosen for a new tie-out."""
    closed = sorted(company.journal.closed_periods(), key=lambda name: parse_period(name).end, reverse=True)
    quarter = next((name for name in closed if "Q" in name), company.period().name)
    return TextChoices(periods=closed, period=quarter, text_bytes_max=TEXT_BYTES_MAX)


def start(company: Company, caller: Caller, told: NewText, request: str) -> TieOutRow:
    """Keep a text and tie it out beside the desk.

    Raises:
        InputError: it is no text, its languages cannot be paired, or the period is none.
        LimitError: it is too large, or too many are kept.
    """
    period = told.period.strip()
    try:
        periods.kind(parse_period(period).name)
    except InputError as error:
        raise error.at(field="period") from error
    text = _whole(told)
    title = _title(told.title, text)
    kept = _kept(company)
    id_ = kept.add(title, period, text, caller.name, company.wall.now_us())
    job = _begin(company, caller, kept, id_, title, period, text)
    row = kept.row(id_)
    company.record(
        caller, "disclosure.tied-out", title, request=request, detail=f"{period}, sha256 {row.sha256}, job {job.id}"
    )
    return row


def again(company: Company, caller: Caller, id_: str, request: str) -> TieOutRow:
    """Tie a kept text out once more, to the books as they are now.

    Raises:
        InputError: there is none of that id.
        LimitError: too many are kept.
    """
    row = _kept(company).row(id_)
    told = NewText(text=_kept(company).text(id_), period=row.period, title=row.title)
    return start(company, caller, told, request)


def delete(company: Company, caller: Caller, id_: str, request: str) -> TieOutRow:
    """Forget a text and what came out.

    Raises:
        InputError: there is none of that id.
        Forbidden: it is somebody else's, and the caller does not keep the books.
    """
    kept = _kept(company)
    row = kept.row(id_)
    if not may_delete(caller, row):
        raise Forbidden("books.close")
    if row.state in ("waiting", "running"):
        company.jobs.cancel(row.job)
    kept.delete(id_)
    company.record(
        caller, "disclosure.deleted", row.title, request=request, detail=f"{row.period}, sha256 {row.sha256}"
    )
    return row


def report(company: Company, id_: str) -> tuple[TieOutRow, dict[str, Any]]:
    """The report as `mintage tieout --json` prints it.

    Raises:
        InputError: there is none of that id, or nothing came out yet.
    """
    row, raw = _form(company, id_, "report")
    found: dict[str, Any] = msgspec.json.decode(raw)
    return row, found


def figures_csv(company: Company, id_: str) -> tuple[TieOutRow, str]:
    """The figures as CSV, one a row. What a spreadsheet would run as a formula is told as text.

    Raises:
        InputError: there is none of that id, or nothing came out yet.
    """
    row, raw = _form(company, id_, "view")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_HEAD)
    for one in msgspec.json.decode(raw, type=TieOutView).figures:
        expected = one.against[0].expected if one.against else ""
        values = (one.line, one.speaker, one.text, one.metric, one.value, one.unit, one.period, one.verdict, expected)
        writer.writerow([_harmless(str(value)) for value in (*values, one.note)])
    return row, out.getvalue()


def html(company: Company, id_: str) -> tuple[TieOutRow, bytes]:
    """The page that a lawyer reads, in one file.

    Raises:
        InputError: there is none of that id, or nothing came out yet.
    """
    return _form(company, id_, "html")


def _kept(company: Company) -> TieOuts:
    return TieOuts(company.state, company.jobs)


def _begin(company: Company, caller: Caller, kept: TieOuts, id_: str, title: str, period: str, text: str) -> Job:
    try:
        job = company.jobs.start(
            "tieout", title, {"title": title, "period": period, "text": text}, caller.name, f"/disclosure/{id_}"
        )
    except InputError:
        kept.delete(id_)
        raise
    kept.worked_on(id_, job)
    return job


def _whole(told: NewText) -> str:
    """The text with its translation, checked as far as can be told at once."""
    for field, text in (("text", told.text), ("translation", told.translation)):
        if len(text.encode()) > TEXT_BYTES_MAX:
            raise LimitError(
                f"holds more than {TEXT_BYTES_MAX:,} bytes.",
                field=field,
                remedy="Give the text of one call, release or update.",
            )
        if "\0" in text:
            raise InputError("is no text.", field=field, remedy="Give plain text or Markdown, in UTF-8.")
    whole = interleave(told.text, told.translation) if told.translation.strip() else told.text
    try:
        parse_document(whole.encode(), "the text")
    except InputError as error:
        raise InputError(error.problem, field="text", remedy=error.remedy) from error
    return whole


def _title(title: str, text: str) -> str:
    """What a text is called: what somebody says, or its first line."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    plain = " ".join((title.strip() or first.strip(" #*\t")).split())
    shown = "".join(char for char in plain if char.isprintable()) or "–"
    if title.strip() and len(shown) > TITLE_MAX:
        raise InputError(f"a title has at most {TITLE_MAX} characters.", field="title", remedy="Shorten it.")
    return shown if len(shown) <= TITLE_MAX else f"{shown[: TITLE_MAX - 1]}…"


def _form(company: Company, id_: str, form: Form) -> tuple[TieOutRow, bytes]:
    kept = _kept(company)
    row = kept.row(id_)
    raw = kept.form(id_, form)
    if raw is None:
        raise InputError("nothing came out of this tie-out yet.", field="id", remedy="Wait, or tie it out again.")
    return row, raw


def _harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula; signs before digits stay."""
    risky = text[:1] in ("=", "+", "-", "@", "\t", "\r") and not text[1:2].isdigit()
    return f"'{text}" if risky else text
