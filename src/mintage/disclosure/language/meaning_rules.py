"""Rules on what is said of a figure, and on whole sentences: direction, sign, bound, basis, omission."""

from mintage.disclosure.language.amounts import Amount
from mintage.disclosure.language.notes import LanguageNote
from mintage.disclosure.language.passage import Passage
from mintage.disclosure.language.sentences import CHARACTERS_PER_LETTER, Bead, Span
from mintage.disclosure.language.words import Axis, Basis, word_tables

_SHORTENED_LETTERS_MIN = 110
_SHORTENED_SHARE = 0.4
_ADDED_CHARACTERS_MIN = 16
_BESIDE_CHARACTERS = 20


def turned_directions(passage: Passage) -> list[LanguageNote]:
    """A figure that rises in one language and falls in the other, or is a profit here and a loss there.

    Where no figure shows it, sentences are compared as a whole.
    """
    notes = []
    turned = []
    for pair in passage.matching.pairs:
        for axis in word_tables().axis:
            if axis.beside:
                continue
            en_span, zh_span = passage.en_clause(pair.en), passage.zh_clause(pair.zh)
            note = _turned(passage, axis, en_span, zh_span)
            if note is not None:
                notes.append(note)
                turned.append(passage.bead_at_en(pair.en.start))
    rest = [bead for bead in passage.beads if bead not in turned]
    return notes + _turned_sentences(passage, rest)


def _turned_sentences(passage: Passage, beads: list[Bead]) -> list[LanguageNote]:
    """A sentence that says "up" less often and "down" more often than its English, or the other way round."""
    notes = []
    direction = next(axis for axis in word_tables().axis if axis.id == "direction")
    for bead in beads:
        if len(bead.en) != 1 or len(bead.zh) != 1:
            continue
        en, zh = bead.en[0], bead.zh[0]
        said_en = {k: [*w.english.finditer(passage.en, en.start, en.end)] for k, w in direction.poles.items()}
        said_zh = {k: [*w.chinese.finditer(passage.folded, zh.start, zh.end)] for k, w in direction.poles.items()}
        more = {name: len(said_zh[name]) - len(said_en[name]) for name in direction.poles}
        lost = next((name for name in more if more[name] < 0), None)
        gained = next((name for name in more if more[name] > 0), None)
        if lost is None or gained is None:
            continue
        source, target = Span(*said_en[lost][0].span()), Span(*said_zh[gained][-1].span())
        why = f"{direction.name}: the English says '{said_en[lost][0][0].strip()}', the Chinese the opposite"
        notes.append(passage.note("missing", source, target, direction.poles[lost].print, why))
    return notes


def _turned(passage: Passage, axis: Axis, en: Span, zh: Span) -> LanguageNote | None:
    """Compare the poles of an axis in two stretches; note them when each side has only the other's opposite."""
    said_en = {name: words.english.search(passage.en, en.start, en.end) for name, words in axis.poles.items()}
    said_zh = {name: words.chinese.search(passage.folded, zh.start, zh.end) for name, words in axis.poles.items()}
    only_en = [name for name, found in said_en.items() if found]
    only_zh = [name for name, found in said_zh.items() if found]
    if len(only_en) != 1 or len(only_zh) != 1 or only_en == only_zh:
        return None
    source, target = said_en[only_en[0]], said_zh[only_zh[0]]
    if source is None or target is None:
        return None
    why = f"{axis.name}: the English says '{source[0].strip()}', the Chinese the opposite"
    right = axis.poles[only_en[0]].print
    return passage.note("missing", Span(*source.span()), Span(*target.span()), right, why)


def turned_bounds(passage: Passage) -> list[LanguageNote]:
    """A "more than" that becomes "less than", or the other way round."""
    notes = []
    for axis in (a for a in word_tables().axis if a.beside):
        for pair in passage.matching.pairs:
            en = _beside(axis, passage.en, pair.en, english=True)
            zh = _beside(axis, passage.folded, pair.zh, english=False)
            if en and zh and en != zh:
                right = axis.poles[en].print
                why = f"{axis.name} the figure: the English says {en}, the Chinese {zh}"
                notes.append(passage.note("number", pair.en, pair.zh, f"{right} {pair.zh.text}", why))
    return notes


def _beside(axis: Axis, text: str, amount: Amount, *, english: bool) -> str | None:
    before = text[max(0, amount.start - _BESIDE_CHARACTERS) : amount.start]
    after = text[amount.end : amount.end + 4]
    for name, words in axis.poles.items():
        pattern = words.english if english else words.chinese
        if any(found.end() == len(before) for found in pattern.finditer(before)):
            return name
        if not english and pattern.match(after):
            return name
    return None


def changed_bases(passage: Passage) -> list[LanguageNote]:
    """A growth rate measured against the year before that is now against the quarter before, or against nothing."""
    notes = []
    for pair in passage.matching.pairs:
        if pair.en.base != "%":
            continue
        en = _nearest_basis(passage.en, passage.en_clause(pair.en), pair.en, english=True)
        if en is None:
            continue
        zh = _nearest_basis(passage.folded, passage.zh_clause(pair.zh), pair.zh, english=False)
        bead = passage.zh_of(passage.bead_at_zh(pair.zh.start))
        if zh is not None and zh.id != en.id:
            why = f"the growth is on the {en.id} before, the Chinese says on the {zh.id}"
            notes.append(passage.note("period", pair.en, _with_before(passage, pair.zh), en.print, why))
        elif zh is None and not en.chinese.search(bead):
            why = f"the growth is on the {en.id} before; the Chinese does not say on what"
            notes.append(passage.note("period", pair.en, pair.zh, en.print, why))
    return notes


def _nearest_basis(text: str, clause: Span, amount: Amount, *, english: bool) -> Basis | None:
    found: list[tuple[int, Basis]] = []
    for basis in word_tables().basis:
        pattern = basis.english if english else basis.chinese
        for match in pattern.finditer(text, clause.start, clause.end):
            gap = match.start() - amount.end if match.start() >= amount.end else amount.start - match.end()
            found.append((gap, basis))
    return min(found, key=lambda pair: pair[0])[1] if found else None


def _with_before(passage: Passage, amount: Amount) -> Span:
    return Span(passage.zh_clause(amount).start, amount.end)


def lost_sentences(passage: Passage) -> list[LanguageNote]:
    """A sentence with no counterpart, either way, or one cut to less than half."""
    notes = []
    for bead in passage.beads:
        en, zh = passage.en_of(bead), passage.zh_of(bead)
        if passage.untranslated(bead):
            notes.append(passage.note("missing", bead.en[0], "", None, "the sentence has no counterpart in Chinese"))
        elif not bead.en and len(zh) >= _ADDED_CHARACTERS_MIN:
            notes.append(
                passage.note("missing", "", _whole(bead.zh), None, "the sentence has no counterpart in English")
            )
        elif _cut_short(bead, en, zh):
            why = "less than half of the sentence is translated"
            notes.append(passage.note("missing", _whole(bead.en), _whole(bead.zh), None, why))
    return notes


def _whole(spans: tuple[Span, ...]) -> Span:
    return Span(spans[0].start, spans[-1].end)


def _cut_short(bead: Bead, en: str, zh: str) -> bool:
    if not bead.zh or not bead.en:
        return False
    return len(en) >= _SHORTENED_LETTERS_MIN and len(zh) < len(en) * CHARACTERS_PER_LETTER * _SHORTENED_SHARE


MEANING_RULES = (turned_directions, turned_bounds, changed_bases, lost_sentences)
