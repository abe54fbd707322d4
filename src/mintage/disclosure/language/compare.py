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
    notes: dict[tuple[int, str, str, str], LanguageNote] = {}
    for paragraph in document.paragraphs:
        if not paragraph.zh:
            continue
        passage = read_passage(paragraph, paragraph.zh, reporting)
        found = [note for rule in RULES for note in rule(passage)]
        for note in sorted(found, key=lambda note: len(passage.en) if note.start is None else note.start):
            notes.setdefault((note.line, note.kind, note.source, note.target), note)
    return tuple(notes.values())
