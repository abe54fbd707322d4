"""Rules on figures: numbers changed or lost, units lost, prices no longer per anything, ends exchanged."""

import re
from itertools import permutations

from mintage.disclosure.language.amounts import IDENTIFIER, Amount
from mintage.disclosure.language.english import printed
from mintage.disclosure.language.han import han_pattern
from mintage.disclosure.language.matching import Pair
from mintage.disclosure.language.notes import Kind, LanguageNote
from mintage.disclosure.language.passage import Passage, within
from mintage.disclosure.language.sentences import Span
from mintage.disclosure.language.units import Unit, per_unit, tables
from mintage.disclosure.language.words import word_tables

_START_REACH = 80
_EACH = han_pattern(r"分別[^,。;:]{0,14}$")
_SAID_EACH = re.compile(r"\b(?:each|respectively|apiece|separately)\b", re.IGNORECASE)


def changed_numbers(passage: Passage) -> list[LanguageNote]:
    """A figure whose value is another in the translation."""
    notes = []
    for pair in passage.matching.pairs:
        if pair.same:
            continue
        en, zh = pair.en, pair.zh
        kind: Kind = "unit" if en.face == zh.face else "number"
        why = f"the English says {en.text.strip()}, the Chinese {zh.text.strip()}"
        notes.append(passage.note(kind, en, zh, printed(en), why))
    return notes


def lost_numbers(passage: Passage) -> list[LanguageNote]:
    """A figure that stands on one side only; what the other side says elsewhere is no loss."""
    in_english = {amount.value for amount in passage.en_amounts}
    in_chinese = {amount.value for amount in passage.zh_amounts}
    lost = [
        passage.note("number", en, "", printed(en), "the figure is not in the Chinese")
        for en in passage.matching.en_alone
        if en.value not in in_chinese and not passage.untranslated(passage.bead_at_en(en.start))
    ]
    added = [
        passage.note("number", "", zh, None, "the figure is not in the English")
        for zh in passage.matching.zh_alone
        if zh.value not in in_english
    ]
    return lost + added


def changed_names(passage: Passage) -> list[LanguageNote]:
    """A form, model or series (20-F, A-16) whose number is another in the translation."""
    en = {_plain_name(m[0]): m for m in IDENTIFIER.finditer(passage.en)}
    zh = {_plain_name(m[0]): m for m in IDENTIFIER.finditer(passage.folded)}
    lost = [match for name, match in en.items() if name not in zh]
    notes = []
    for name, found in zh.items():
        if name in en:
            continue
        like = next((m for m in lost if _letters(m[0]) == _letters(name)), None)
        if like is not None:
            why = f"the English names {like[0]}, the Chinese {found[0]}"
            notes.append(passage.note("number", Span(*like.span()), Span(*found.span()), like[0], why))
    return notes


def _plain_name(name: str) -> str:
    return name.replace("-", "").upper()


def _letters(name: str) -> str:
    return re.sub(r"[^A-Z]", "", name.upper())


def wrong_units(passage: Passage) -> list[LanguageNote]:
    """A figure of the right value whose unit is rendered wrongly, changed or dropped."""
    notes = []
    for pair in passage.matching.pairs:
        if not pair.same:
            continue
        en, zh = pair.en, pair.zh
        why = zh.wrong
        if why is None and en.unit and zh.unit and en.base != zh.base:
            why = f"the unit is {en.unit.id}, not {zh.unit.print}"
        if why is None and en.unit and en.unit.keep and zh.unit is None and not _said_nearby(passage, pair):
            why = f"the unit {en.unit.id} is lost"
        if why is not None:
            notes.append(passage.note("unit", en, zh, printed(en), why))
    return notes


def _said_nearby(passage: Passage, pair: Pair) -> bool:
    """Say whether the unit of a figure stands elsewhere in its clause ("每股虧損(美元):0.03")."""
    clause = passage.zh_clause(pair.zh)
    unit = pair.en.unit
    if unit is None:
        return False
    patterns = unit.zh + unit.zh_before
    return any(han_pattern(p).search(passage.folded, clause.start, clause.end) for p in patterns)


def lost_price_parts(passage: Passage) -> list[LanguageNote]:
    """A price whose "per TH/s" or "per day" is rendered wrongly or dropped."""
    notes = []
    for pair in passage.matching.pairs:
        for id_ in pair.en.per:
            row = per_unit(id_)
            if row is None:
                continue
            clause = passage.zh_clause(pair.zh)
            note = _price_part(passage, pair, row, passage.folded[clause.start : clause.end], clause.start)
            if note is not None:
                notes.append(note)
    return notes


def _price_part(passage: Passage, pair: Pair, row: Unit, clause: str, offset: int) -> LanguageNote | None:
    parts = [part.print for part in map(per_unit, pair.en.per) if part]
    right = " ".join([*parts, printed(pair.en)])
    for wrong in row.wrong:
        found = han_pattern(wrong.zh).search(clause)
        if found:
            target = Span(offset + found.start(), offset + found.end())
            return passage.note("unit", pair.en, target, right, wrong.why)
    bead = passage.zh_of(passage.bead_at_zh(pair.zh.start))
    if any(han_pattern(p).search(bead) for p in row.zh):
        return None
    return passage.note("unit", pair.en, pair.zh, right, f"the price is per {row.id}, which the Chinese drops")


def wrong_classifiers(passage: Passage) -> list[LanguageNote]:
    """A measure word that belongs to other things: 1,408 家 says 1,408 companies."""
    notes = []
    for pair in passage.matching.pairs:
        row = next((c for c in tables().classifier if c.zh == pair.zh.classifier), None)
        if row is None:
            continue
        said = passage.en_of(passage.bead_at_en(pair.en.start))
        if re.search(row.en, said, re.IGNORECASE):
            continue
        suggest = (
            printed(pair.en)
            if pair.en.unit
            else f"{printed(pair.en)} 枚"
            if _bitcoin_before(passage, pair.en)
            else None
        )
        why = f"{row.zh} counts {row.counts}; the English counts none"
        notes.append(passage.note("unit", pair.en, pair.zh, suggest, why))
    return notes


def _bitcoin_before(passage: Passage, amount: Amount) -> bool:
    counted = [a.unit.id for a in passage.en_amounts if a.start < amount.start and a.unit]
    counted = [id_ for id_ in counted if id_ in {"BTC", "machines", "shares", "ADS"}]
    return bool(counted) and counted[-1] == "BTC"


def exchanged_ends(passage: Passage) -> list[LanguageNote]:
    """Two figures of one movement told the other way round: from A to B becomes from B to A."""
    notes = []
    beads: dict[int, list[Pair]] = {}
    for pair in passage.matching.pairs:
        if pair.same and pair.en.base:
            beads.setdefault(passage.alignment.en_index(pair.en.start), []).append(pair)
    for first, second in (two for pairs in beads.values() for two in permutations(pairs, 2)):
        if first.en.base != second.en.base or first.en.value == second.en.value:
            continue
        from_first = _starts_en(passage, first.en) and not _starts_en(passage, second.en)
        from_second = _starts_zh(passage, second.zh) and not _starts_zh(passage, first.zh)
        if from_first and from_second:
            source = Span(min(first.en.start, second.en.start), max(first.en.end, second.en.end))
            why = f"the English starts from {first.en.text}, the Chinese from {second.zh.text}"
            notes.append(passage.note("number", source, second.zh, first.zh.text, why))
    return notes


def _starts_en(passage: Passage, amount: Amount) -> bool:
    before = passage.en[max(0, amount.start - _START_REACH) : amount.start]
    return re.search(word_tables().start.en, before, re.IGNORECASE) is not None


def _starts_zh(passage: Passage, amount: Amount) -> bool:
    before = passage.folded[max(0, amount.start - _START_REACH) : amount.start]
    return han_pattern(word_tables().start.zh).search(before) is not None


def each_for_together(passage: Passage) -> list[LanguageNote]:
    """One figure for several people or things together that 分別 gives to each of them."""
    notes = []
    for pair in passage.matching.pairs:
        if pair.en.base in {"", "%"}:
            continue
        found = _EACH.search(passage.folded, max(0, pair.zh.start - _START_REACH), pair.zh.start)
        clause = passage.zh_clause(pair.zh)
        if found is None or found.start() < clause.start:
            continue
        beside = within(passage.zh_amounts, passage.bead_at_zh(pair.zh.start).zh)
        same_base = [a for a in beside if a.base == pair.zh.base and a.start > found.start()]
        said = passage.en_of(passage.bead_at_en(pair.en.start))
        if len(same_base) == 1 and not _SAID_EACH.search(said):
            why = "分別 gives the figure to each of them; the English gives one figure for all"
            target = Span(found.start(), pair.zh.end)
            notes.append(passage.note("number", pair.en, target, f"合計 {printed(pair.en)}", why))
    return notes


FIGURE_RULES = (
    changed_numbers,
    lost_numbers,
    changed_names,
    wrong_units,
    lost_price_parts,
    wrong_classifiers,
    exchanged_ends,
    each_for_together,
)
