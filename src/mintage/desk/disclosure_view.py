"""One tied-out text as it is looked at: its figures, filtered, and what stands differently than it did before."""

from __future__ import annotations

from collections import Counter

import msgspec

from mintage.books.kpis import definitions
from mintage.desk.company import Company
from mintage.desk.jobs import Job
from mintage.desk.tieout_view import FigureView, NoteView, ParagraphView, TieOutView
from mintage.desk.tieouts import VERDICTS, TieOutRow, TieOuts
from mintage.people.caller import Caller
from mintage.units.errors import InputError

EARLIER_MAX = 10


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """A metric that figures of a text are of.

    Attributes:
        id: the KPI's id.
        en: its name in English.
        zh: its name in Traditional Chinese.
        figures: how many figures are of it.
    """

    id: str
    en: str
    zh: str
    figures: int


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A figure that stands differently than in an earlier tie-out.

    Attributes:
        figure: its number now; 0 where it is gone.
        text: the figure as printed.
        metric: what it is of.
        before: its verdict then; "" where it was not there.
        now: its verdict now; "" where it is gone.
    """

    figure: int
    text: str
    metric: str
    before: str
    now: str


class TieOut(msgspec.Struct, frozen=True, kw_only=True):
    """One text with its figures and how they stand.

    Attributes:
        row: the text's place among those that are kept.
        progress: the job, while nothing came out of it.
        verdict: only figures with this verdict are shown; "" for all.
        metric: only figures of this metric are shown; "" for all.
        metrics: metrics of all its figures, the most frequent first.
        paragraphs: the text; with a filter only paragraphs in which something is shown.
        figures: the figures that are shown, in reading order.
        notes: what the translation lost; none with a filter.
        earlier: earlier tie-outs of the same text, or of a text of the same title.
        against: id of the one that it is compared with, "" for none.
        changes: what stands differently since.
        may_delete: whether the reader may delete it.
        may_run: whether the reader may tie it out again.
    """

    row: TieOutRow
    progress: Job | None
    verdict: str
    metric: str
    metrics: list[Metric]
    paragraphs: list[ParagraphView]
    figures: list[FigureView]
    notes: list[NoteView]
    earlier: list[TieOutRow]
    against: str
    changes: list[Change]
    may_delete: bool
    may_run: bool


def show(
    company: Company, caller: Caller, id_: str, *, verdict: str = "", metric: str = "", against: str = ""
) -> TieOut:
    """One text with its figures.

    Args:
        company: whose desk.
        caller: who asks.
        id_: the text.
        verdict: only figures with this verdict.
        metric: only figures of this metric.
        against: an earlier tie-out to compare with.

    Raises:
        InputError: there is none of that id, or the verdict is none.
    """
    if verdict and verdict not in VERDICTS:
        raise InputError(f"'{verdict[:20]}' is no verdict.", field="verdict", remedy=f"One of: {', '.join(VERDICTS)}.")
    kept = TieOuts(company.state, company.jobs)
    row, view = kept.row(id_), kept.view(id_)
    whole = view or TieOutView(paragraphs=(), figures=(), notes=())
    figures = [one for one in whole.figures if verdict in ("", one.verdict) and (not metric or _base(one) == metric)]
    filtered, shown = bool(verdict or metric), {one.number for one in figures}
    earlier = _earlier(kept, row)
    before = kept.view(against) if against in {one.id for one in earlier} else None
    return TieOut(
        row=row,
        progress=None if view is not None else _job(company, row),
        verdict=verdict,
        metric=metric,
        metrics=_metrics(whole),
        paragraphs=[one for one in whole.paragraphs if not filtered or shown & set(one.figures)],
        figures=figures,
        notes=[] if filtered else list(whole.notes),
        earlier=earlier,
        against=against if before is not None else "",
        changes=_changes(before, whole) if before is not None else [],
        may_delete=may_delete(caller, row),
        may_run=caller.may("disclosure.run"),
    )


def may_delete(caller: Caller, row: TieOutRow) -> bool:
    """Whether somebody may delete a text: whoever gave it, and whoever keeps the books."""
    return caller.may("disclosure.run") and (row.asked_by == caller.name or caller.may("books.close"))


def _job(company: Company, row: TieOutRow) -> Job | None:
    try:
        return company.jobs.get(row.job)
    except InputError:
        return None


def _base(figure: FigureView) -> str:
    """The KPI that a figure is of, without what the figure says of it (".yoy")."""
    id_ = figure.metric
    while id_ and id_ not in definitions():
        id_ = id_.rpartition(".")[0]
    return id_ or figure.metric


def _metrics(view: TieOutView) -> list[Metric]:
    counted = Counter(id_ for one in view.figures if (id_ := _base(one)))
    known = definitions()
    return [
        Metric(id=id_, en=known[id_].en if id_ in known else id_, zh=known[id_].zh if id_ in known else "", figures=n)
        for id_, n in counted.most_common()
    ]


def _earlier(kept: TieOuts, row: TieOutRow) -> list[TieOutRow]:
    same = [one for one in kept.rows() if one.sha256 == row.sha256 or one.title == row.title]
    return [one for one in same if one.at_us < row.at_us and one.state == "done"][:EARLIER_MAX]


def _changes(before: TieOutView, now: TieOutView) -> list[Change]:
    """Figures that are new, gone or stand differently: the same figure has the same print, metric and period."""
    then, found = _places(before), []
    for key, one in _places(now).items():
        old = then.pop(key, None)
        if old is None or old.verdict != one.verdict:
            found.append(_change(one.number, one, old.verdict if old else "", one.verdict))
    return [*found, *(_change(0, one, one.verdict, "") for one in then.values())]


def _change(number: int, one: FigureView, before: str, now: str) -> Change:
    return Change(figure=number, text=one.text, metric=one.metric, before=before, now=now)


def _places(view: TieOutView) -> dict[tuple[str, str, str, int], FigureView]:
    """Figures by print, metric and period, and by how often that was said before."""
    seen: Counter[tuple[str, str, str]] = Counter()
    found = {}
    for one in view.figures:
        key = (one.text, one.metric, one.period)
        found[*key, seen[key]] = one
        seen[key] += 1
    return found
