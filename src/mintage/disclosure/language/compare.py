"""The comparison of a text with its translation: named rules that each return what they find."""

from collections.abc import Callable

from mintage.disclosure.document import Document
from mintage.disclosure.language.figure_rules import FIGURE_RULES
from mintage.disclosure.language.meaning_rules import MEANING_RULES
from mintage.disclosure.language.notes import LanguageNote
from mintage.disclosure.language.passage import Passage, read_passage
from mintage.disclosure.language.period_rules import PERIOD_RULES
from mintage.disclosure.language.terms import TERM_RULES

RULES: tuple[Callable[[Passage], list[LanguageNote]], ...] = (
    *FIGURE_RULES,
    *PERIOD_RULES,
    *MEANING_RULES,
    *TERM_RULES,
)


def compare(document: Document, reporting: str) -> tuple[LanguageNote, ...]:
    """Return every loss of number, unit, period, direction, sentence or term between the two languages.

    Paragraphs without a translation are passed over. `reporting` is the id of the period that the text
    reports on ("2025Q2"). Notes come in the order of the text.
    """
    notes: dict[tuple[int, str, str, str], tuple[int, LanguageNote]] = {}
    for paragraph in document.paragraphs:
        if not paragraph.zh:
            continue
        passage = read_passage(paragraph, paragraph.zh, reporting)
        for rule in RULES:
            for note in rule(passage):
                place = _place(passage, note)
                notes.setdefault((note.line, note.kind, note.source, note.target), (place, note))
    ordered = sorted(notes.values(), key=lambda placed: (placed[1].line, placed[0]))
    return tuple(note for _, note in ordered)


def _place(passage: Passage, note: LanguageNote) -> int:
    place = passage.en.find(note.source) if note.source else -1
    return place if place >= 0 else len(passage.en)
