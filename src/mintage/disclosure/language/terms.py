"""Rules on words: the trade's glossary, and what speech recognition misheard and a machine translated literally."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

import msgspec

from mintage.disclosure.language.han import han_pattern, load_table
from mintage.disclosure.language.notes import Kind, LanguageNote
from mintage.disclosure.language.passage import Passage
from mintage.disclosure.language.sentences import Bead, Span


class Rendering(msgspec.Struct, frozen=True):
    """A wrong Chinese rendering. `weak` ones are wrong only without a right one; `unless_en` excuses them."""

    zh: str
    why: str
    weak: bool = False
    unless_en: str | None = None


class Term(msgspec.Struct, frozen=True):
    """A term of the trade: English patterns, the Chinese to print, right and wrong renderings."""

    en: tuple[str, ...]
    zh: str
    right: tuple[str, ...] = ()
    required: bool = False
    kind: Kind = "term"
    wrong: tuple[Rendering, ...] = ()


class Misheard(msgspec.Struct, frozen=True):
    """Words that speech recognition wrote for others, and their literal translation."""

    heard: tuple[str, ...]
    meant: str
    zh: str
    literal: tuple[str, ...]
    right: tuple[str, ...]
    certain: bool = False
    context: str | None = None


@cache
def glossary() -> tuple[Term, ...]:
    """Return the glossary, special terms before general ones."""
    return msgspec.convert(load_table("glossary.toml")["term"], tuple[Term, ...])


@cache
def misheard_words() -> tuple[Misheard, ...]:
    """Return the table of misheard words."""
    return msgspec.convert(load_table("misheard.toml")["word"], tuple[Misheard, ...])


@cache
def _english(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<!\w)(?:{p})(?!\w)" for p in patterns), re.IGNORECASE)


@cache
def _chinese(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return han_pattern("|".join(patterns))


def words_of(passage: Passage) -> list[LanguageNote]:
    """Return the notes on misheard words and terms, sentence by sentence; each Chinese place is noted once."""
    notes: list[LanguageNote] = []
    misheard = [word for word in misheard_words() if _english(word.heard).search(passage.en)]
    terms = [term for term in glossary() if _english(term.en).search(passage.en)]
    for bead in passage.beads:
        if not bead.en or not bead.zh:
            continue
        en, zh = Span(bead.en[0].start, bead.en[-1].end), Span(bead.zh[0].start, bead.zh[-1].end)
        # A figure with a wrong unit has its own note.
        claimed = [Span(a.start, a.end) for a in passage.zh_amounts if a.wrong]
        notes.extend(_misheard(passage, misheard, en, zh, claimed))
        for term in terms:
            notes.extend(_wrong_renderings(passage, term, en, zh, claimed))
        notes.extend(_missing_terms(passage, terms, bead, claimed))
    return notes


def _misheard(
    passage: Passage, words: Sequence[Misheard], en: Span, zh: Span, claimed: list[Span]
) -> Iterator[LanguageNote]:
    taken: list[Span] = []
    sentence = passage.en[en.start : en.end]
    for word in words:
        if word.context and not re.search(word.context, sentence, re.IGNORECASE):
            continue
        for heard in _english(word.heard).finditer(passage.en, en.start, en.end):
            span = Span(*heard.span())
            if _overlaps(span, taken):
                continue
            literal = _free(_chinese(word.literal), passage.folded, zh, claimed)
            right = word.right and _chinese(word.right).search(passage.folded, zh.start, zh.end)
            if literal is None and (not word.certain or right):
                continue
            taken.append(span)
            if literal is not None:
                claimed.append(literal)
            why = f"heard as '{heard[0]}'; '{word.meant}' is meant"
            yield passage.note("term", span, literal or "", word.zh, why)


def _wrong_renderings(passage: Passage, term: Term, en: Span, zh: Span, claimed: list[Span]) -> Iterator[LanguageNote]:
    sources = [Span(*m.span()) for m in _english(term.en).finditer(passage.en, en.start, en.end)]
    if not sources:
        return
    sentence = passage.en[en.start : en.end]
    right = term.right and _chinese(term.right).search(passage.folded, zh.start, zh.end)
    count = 0
    for wrong in term.wrong:
        if wrong.weak and right:
            continue
        if wrong.unless_en and re.search(wrong.unless_en, sentence, re.IGNORECASE):
            continue
        while (found := _free(_chinese((wrong.zh,)), passage.folded, zh, claimed)) is not None:
            claimed.append(found)
            source = sources[min(count, len(sources) - 1)]
            count += 1
            yield passage.note(term.kind, source, found, term.zh, wrong.why)


def _missing_terms(passage: Passage, terms: Sequence[Term], bead: Bead, claimed: list[Span]) -> Iterator[LanguageNote]:
    """Yield a note for each required term of a sentence whose translation has no rendering of it at all."""
    en, zh = Span(bead.en[0].start, bead.en[-1].end), Span(bead.zh[0].start, bead.zh[-1].end)
    if len(bead.en) > 1 and len(bead.zh) > 1:
        return
    for term in (t for t in terms if t.required):
        source = _english(term.en).search(passage.en, en.start, en.end)
        if source is None or _chinese(term.right).search(passage.folded, zh.start, zh.end):
            continue
        if any(
            w.unless_en and re.search(w.unless_en, passage.en[en.start : en.end], re.IGNORECASE) for w in term.wrong
        ):
            continue
        wrong = [Span(*m.span()) for w in term.wrong for m in _chinese((w.zh,)).finditer(passage.folded)]
        if any(span in claimed for span in wrong) or _chinese(term.right).search(passage.folded):
            continue
        why = f"the Chinese has no rendering of '{source[0]}'"
        yield passage.note(term.kind, Span(*source.span()), "", term.zh, why)


def _free(pattern: re.Pattern[str], folded: str, zh: Span, claimed: list[Span]) -> Span | None:
    """Return the first place of a pattern within `zh` that nothing has claimed."""
    for match in pattern.finditer(folded, zh.start, zh.end):
        span = Span(*match.span())
        if not _overlaps(span, claimed):
            return span
    return None


def _overlaps(span: Span, others: list[Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in others)


TERM_RULES = (words_of,)
