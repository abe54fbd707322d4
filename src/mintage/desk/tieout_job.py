"""The job that ties a text out: reads, checks, compares the languages, and leaves every form in which it is shown."""

from __future__ import annotations

from typing import Any

import msgspec

from mintage.desk.jobs import Task
from mintage.desk.tieout_view import TieOutView, view_of
from mintage.desk.worker import Teller
from mintage.disclosure.document import parse_document
from mintage.disclosure.language.compare import compare
from mintage.disclosure.page import render_page
from mintage.disclosure.report import Report, report_json
from mintage.disclosure.service import check_figures
from mintage.disclosure.sources import JournalBooks, JournalMarket
from mintage.journal.sqlite import SqliteJournal

STEPS = 5


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the job takes.

    Attributes:
        title: what the text is called.
        period: the period that it reports on.
        text: the text.
    """

    title: str
    period: str
    text: str


class TiedOut(msgspec.Struct, frozen=True, kw_only=True):
    """What the job leaves.

    Attributes:
        view: as the desk shows it.
        report: as `mintage tieout --json` prints it.
        html: the page that a lawyer reads, in one file.
    """

    view: TieOutView
    report: dict[str, Any]
    html: str


def work(journal: SqliteJournal, task: Task, tell: Teller) -> TiedOut:
    """Tie a text out to the journal.

    Raises:
        InputError: it is no text, or its period is none.
    """
    asked = msgspec.convert(task.arguments, Asked)
    tell(0, STEPS, "reading the books and the market")
    document = parse_document(asked.text.encode(), asked.title)
    books, market = JournalBooks(journal), JournalMarket(journal)
    tell(1, STEPS, "finding and checking figures")
    figures = check_figures(document, asked.period, books, market)
    tell(2, STEPS, "comparing the languages")
    report = Report(document, asked.period, figures, compare(document, asked.period))
    tell(3, STEPS, "marking the text")
    view = view_of(report)
    tell(4, STEPS, "writing the page")
    return TiedOut(view=view, report=report_json(report), html=render_page(report))
