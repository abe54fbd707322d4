"""Where each English amount stands in the translation, as the comparison of the two languages paired them."""

import msgspec

from mintage.disclosure.document import Document
from mintage.disclosure.language.passage import read_passage


class Counterpart(msgspec.Struct, frozen=True):
    """An amount at `[start, end)` of a paragraph's English and at `[zh_start, zh_end)` of its translation.

    `same` says that the two agree within the print.
    """

    paragraph: int
    start: int
    end: int
    zh_start: int
    zh_end: int
    same: bool


def counterparts(document: Document, reporting: str) -> tuple[Counterpart, ...]:
    """Return the pairs of all paragraphs that have a translation; `reporting` is the period reported on."""
    found = []
    for index, paragraph in enumerate(document.paragraphs):
        if paragraph.zh:
            for pair in read_passage(paragraph, paragraph.zh, reporting).matching.pairs:
                en, zh = pair.en, pair.zh
                found.append(Counterpart(index, en.start, en.end, zh.start, zh.end, pair.same))
    return tuple(found)
