"""One verdict per figure from all that was found about it, and who is to blame where figures disagree."""

from collections.abc import Callable

from mintage.disclosure.checks.evidence import Evidence, Finding, Outcome
from mintage.disclosure.figures import Figure
from mintage.disclosure.when import NOW

_SURE = 0.6
"""Below this confidence in the metric a contradiction may be a misreading, and is only called ambiguous."""

_ORDER: tuple[Outcome, ...] = ("contradicts", "ambiguous", "edge", "ties")


def judge(evidence: Evidence, findings: list[Finding]) -> dict[str, tuple[Outcome, tuple[Finding, ...]]]:
    """Return each figure's verdict with its findings, those that decided first.

    The books outrank the text. Where figures of the text disagree with each other, the one with the books
    against it, or with less support than the rest, is the one that contradicts; with equal support all do.
    """
    of: dict[str, list[Finding]] = {figure.id: [] for figure in evidence.figures}
    for found in findings:
        of[found.figure].append(found)
    booked = {id_: _booked(found) for id_, found in of.items()}
    support = {id_: _support(found) for id_, found in of.items()}
    result: dict[str, tuple[Outcome, tuple[Finding, ...]]] = {}
    for id_, own in of.items():
        counted = [one for one in own if _counts(one, booked, support)]
        change = evidence.by_id[id_].role in {"growth", "difference"}
        outcome = _verdict(counted, booked[id_], change=change)
        if (
            outcome == "contradicts"
            and evidence.by_id[id_].confidence < _SURE
            and not any(one.wording for one in counted)
        ):
            outcome = "ambiguous"
        rank = {name: place for place, name in enumerate(_ORDER)}
        shown = sorted(own, key=lambda one: (one not in counted, one.outcome != outcome, rank.get(one.outcome, 9)))
        result[id_] = (outcome, tuple(shown))
    return result


def _booked(found: list[Finding]) -> Outcome | None:
    """Return what the books say of the value itself, or None where they do not know it."""
    outcomes = [one.outcome for one in found if one.kind == "books" and not one.wording]
    return next((name for name in _ORDER if name in outcomes), None)


def _support(found: list[Finding]) -> int:
    return sum(1 for one in found if one.outcome == "ties" and not one.wording)


def _counts(one: Finding, booked: dict[str, Outcome | None], support: dict[str, int]) -> bool:
    """Say whether a finding bears on its own figure, or is another figure's fault."""
    if one.wording or one.kind == "books" or one.outcome in {"ties", "unchecked"}:
        return True
    if booked[one.figure] in {"ties", "edge"}:
        return False
    if one.outcome != "contradicts" or not one.others:
        return True
    if any(booked.get(other) == "contradicts" for other in one.others):
        return False
    mine = support[one.figure]
    if any(booked.get(other) in {"ties", "edge"} for other in one.others) and len(one.others) == 1:
        return True
    theirs = min(support.get(other, 0) for other in one.others)
    return not (mine > theirs and theirs == 0)


def _verdict(counted: list[Finding], booked: Outcome | None, *, change: bool) -> Outcome:
    """Return the worst of the findings; a change ties where any pair of levels gives it exactly."""
    outcomes = {one.outcome for one in counted}
    if "contradicts" in outcomes:
        return "contradicts"
    if change and any(one.outcome == "ties" and one.kind == "arithmetic" for one in counted):
        return "ties"
    if booked is not None:
        wording = any(one.outcome == "ambiguous" and one.kind != "books" for one in counted)
        return "ambiguous" if wording and booked != "contradicts" else booked
    values = [one for one in counted if one.kind != "figure" or one.outcome != "ties"]
    for name in ("ambiguous", "edge", "ties"):
        if any(one.outcome == name for one in values):
            return name
    return "ties" if "ties" in outcomes else "unchecked"


def reason_unchecked(figure: Figure, evidence: Evidence) -> str:
    """Say why a figure could not be checked."""
    own = next((text for applies, text in _REASONS if applies(figure)), None)
    if own is not None:
        return own
    if evidence.books is None:
        return "No books were given, and nothing else in the text speaks of it."
    reason = next((why for (metric, _), why in evidence.reasons.items() if metric == figure.metric), None)
    return f"The books do not know {figure.metric}: {reason}." if reason else "Nothing else speaks of it."


_REASONS: tuple[tuple[Callable[[Figure], bool], str], ...] = (
    (lambda figure: figure.role == "period", "A period: it dates the figures beside it."),
    (lambda figure: figure.conditional, "Said under an 'if': a rule or an assumption, not a report."),
    (lambda figure: figure.metric is None, "Not a metric that the books, the text or the market speak of."),
    (lambda figure: (figure.metric or "").startswith("guidance."), "An outlook: nothing to check it against yet."),
    (lambda figure: figure.period == NOW, "Said of the day of speaking, which the text does not name."),
)
