"""One paragraph beside its translation, read and aligned: what every rule of the comparison looks at."""

import re
from collections.abc import Sequence
from typing import Protocol, TypeVar

import msgspec

from mintage.disclosure.document import Paragraph
from mintage.disclosure.language.amounts import Amount, chinese_amounts
from mintage.disclosure.language.chinese_dates import Mention, chinese_mentions
from mintage.disclosure.language.english import english_amounts, english_mentions
from mintage.disclosure.language.han import fold
from mintage.disclosure.language.matching import Matching, match
from mintage.disclosure.language.notes import Kind, LanguageNote
from mintage.disclosure.language.sentences import Alignment, Bead, Span, align
from mintage.disclosure.when import find_periods

_EN_CLAUSE_END = re.compile(r"[,;:]\s|[.?!]\s|\s(?:and|while|but|with|versus)\s|\s--\s")
_ZH_CLAUSE_END = re.compile(
    r"(?<!\d),|,(?!\d{3}(?!\d))|[;:。?!、]|并且?(?=[年季较比月])|和(?=[年季较比月])|以及|而(?=[第上])"
)

_CLAUSE_REACH = 600
_SENTENCE_LETTERS_MIN = 40
_SENTENCE_WORDS_MIN = 7
_FILLER = re.compile(
    r"^(?:yes|yeah|okay|ok|well|thank|thanks|great|sure|right|hi|hello|I (?:think|hope))\b", re.IGNORECASE
)


class Located(Protocol):
    """Something that stands at `[start, end)` of a text."""

    @property
    def start(self) -> int: ...  # noqa: D102 - what the class says
    @property
    def end(self) -> int: ...  # noqa: D102 - what the class says


T = TypeVar("T", bound=Located)


class Passage(msgspec.Struct, frozen=True):
    """An English paragraph `en` and its translation `zh`; `folded` is `zh` in one script."""

    paragraph: Paragraph
    en: str
    zh: str
    folded: str
    alignment: Alignment
    en_amounts: tuple[Amount, ...]
    zh_amounts: tuple[Amount, ...]
    en_mentions: tuple[Mention, ...]
    zh_mentions: tuple[Mention, ...]
    matching: Matching

    @property
    def beads(self) -> tuple[Bead, ...]:
        """The sentences that belong together, in order."""
        return self.alignment.beads

    def note(
        self, kind: Kind, source: Located | str, target: Located | str, suggest: str | None, why: str
    ) -> LanguageNote:
        """Make a note on this paragraph; source and target are places in its texts, or words that stand nowhere."""
        said, start = _words(self.en, source)
        written, zh_start = _words(self.zh, target)
        return LanguageNote(
            line=self.paragraph.line if start is None else self.paragraph.line_at(start),
            kind=kind,
            source=said,
            target=written,
            suggest=suggest,
            zh_line=self.paragraph.zh_line or self.paragraph.line,
            why=why,
            start=start,
            zh_start=zh_start,
        )

    def bead_at_en(self, start: int) -> Bead:
        """Return the bead whose English sentence holds the character at `start`."""
        return self.beads[self.alignment.en_index(start)]

    def bead_at_zh(self, start: int) -> Bead:
        """Return the bead whose Chinese sentence holds the character at `start`."""
        return self.beads[self.alignment.zh_index(start)]

    def en_of(self, bead: Bead) -> str:
        """Return the English of a bead."""
        return " ".join(self.en[s.start : s.end] for s in bead.en)

    def zh_of(self, bead: Bead) -> str:
        """Return the folded Chinese of a bead."""
        return "".join(self.folded[s.start : s.end] for s in bead.zh)

    def untranslated(self, bead: Bead) -> bool:
        """Say whether a sentence of substance has no counterpart in Chinese."""
        en = self.en_of(bead)
        long = len(en) >= _SENTENCE_LETTERS_MIN and len(en.split()) >= _SENTENCE_WORDS_MIN
        return not bead.zh and long and (len(en) >= 2 * _SENTENCE_LETTERS_MIN or _FILLER.match(en) is None)

    def en_clause(self, place: Located) -> Span:
        """Return the clause of the English around a place."""
        return _clause(self.en, place, _EN_CLAUSE_END)

    def zh_clause(self, place: Located) -> Span:
        """Return the clause of the Chinese around a place."""
        return _clause(self.folded, place, _ZH_CLAUSE_END)


def read_passage(paragraph: Paragraph, zh: str, reporting: str) -> Passage:
    """Read and align one paragraph with its translation `zh`."""
    en = paragraph.en
    alignment = align(en, zh)
    zh_mentions = tuple(chinese_mentions(zh))
    periods = find_periods(en, reporting)
    en_amounts = tuple(english_amounts(en, periods))
    zh_amounts = tuple(chinese_amounts(zh, list(zh_mentions)))
    return Passage(
        paragraph=paragraph,
        en=en,
        zh=zh,
        folded=fold(zh),
        alignment=alignment,
        en_amounts=en_amounts,
        zh_amounts=zh_amounts,
        en_mentions=tuple(english_mentions(en, periods)),
        zh_mentions=zh_mentions,
        matching=match(en_amounts, zh_amounts, alignment),
    )


def within(places: Sequence[T], spans: Sequence[Span]) -> list[T]:
    """Return the places that start inside one of the spans."""
    return [place for place in places if any(s.start <= place.start < s.end for s in spans)]


def _words(text: str, place: Located | str) -> tuple[str, int | None]:
    """Return the words at a place, without spaces around them, and where they begin."""
    if isinstance(place, str):
        return place, None
    words = text[place.start : place.end]
    return " ".join(words.split()), place.start + len(words) - len(words.lstrip())


def _clause(text: str, place: Located, pattern: re.Pattern[str]) -> Span:
    """Return the clause around a place; it never reaches further than `_CLAUSE_REACH` to either side."""
    start, end = max(0, place.start - _CLAUSE_REACH), min(len(text), place.end + _CLAUSE_REACH)
    for found in pattern.finditer(text, start, end):
        if found.end() <= place.start:
            start = found.end()
        elif found.start() >= place.end:
            end = found.start()
            break
    return Span(start, end)
