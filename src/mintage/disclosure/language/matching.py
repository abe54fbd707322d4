"""Which amount of a paragraph is which in its translation.

Amounts of equal value are paired first, the nearest sentence and place first, because languages reorder
clauses. What is left on both sides of one sentence is then paired as "said differently".
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from mintage.disclosure.language.amounts import Amount
from mintage.disclosure.language.sentences import Alignment


class Pair(msgspec.Struct, frozen=True):
    """An English amount and a Chinese one; `same` says that their values agree within the print."""

    en: Amount
    zh: Amount
    same: bool


class Matching(msgspec.Struct, frozen=True):
    """The pairs, and the strict amounts of either side that have no counterpart."""

    pairs: tuple[Pair, ...]
    en_alone: tuple[Amount, ...]
    zh_alone: tuple[Amount, ...]


_SENTENCES_APART_MAX = 8
_SENTENCE_COST = 1.0
_PLACE_COST = 0.5
_ROUNDED_COST = 0.4
_OTHER_UNIT_COST = 3.0
_NO_UNIT_COST = 0.3


def match(en: Sequence[Amount], zh: Sequence[Amount], alignment: Alignment) -> Matching:
    """Pair amounts one to one at the least cost, cheapest first."""
    en_beads = [alignment.en_index(a.start) for a in en]
    zh_beads = [alignment.zh_index(a.start) for a in zh]
    near = _near(en_beads, zh_beads)
    en_places, zh_places = _places(en_beads), _places(zh_beads)

    def apart(i: int, j: int) -> float:
        return _SENTENCE_COST * abs(en_beads[i] - zh_beads[j]) + _PLACE_COST * abs(en_places[i] - zh_places[j])

    equal = [(cost + apart(i, j), i, j) for i, j in near if (cost := value_cost(en[i], zh[j])) is not None]
    chosen = _cheapest(equal, set(), set())
    en_used, zh_used = {i for i, _ in chosen}, {j for _, j in chosen}
    other = [
        (_unlikeness(en[i], zh[j]) + apart(i, j), i, j)
        for i, j in near
        if en_beads[i] == zh_beads[j] and _comparable(en[i], zh[j])
    ]
    differing = _cheapest(other, en_used, zh_used)
    en_used |= {i for i, _ in differing}
    zh_used |= {j for _, j in differing}
    pairs = [Pair(en[i], zh[j], same=True) for i, j in chosen]
    pairs += [Pair(en[i], zh[j], same=False) for i, j in differing]
    return Matching(
        pairs=tuple(sorted(pairs, key=lambda pair: pair.en.start)),
        en_alone=tuple(a for i, a in enumerate(en) if i not in en_used and a.strict),
        zh_alone=tuple(b for j, b in enumerate(zh) if j not in zh_used and b.strict),
    )


def _near(en_beads: Sequence[int], zh_beads: Sequence[int]) -> list[tuple[int, int]]:
    """Return the pairs of amounts whose sentences lie close enough to be one said late."""
    pairs: list[tuple[int, int]] = []
    for i, bead in enumerate(en_beads):
        first = bisect_left(zh_beads, bead - _SENTENCES_APART_MAX)
        last = bisect_right(zh_beads, bead + _SENTENCES_APART_MAX)
        pairs.extend((i, j) for j in range(first, last))
    return pairs


def _comparable(en: Amount, zh: Amount) -> bool:
    return en.vague == zh.vague and (en.vague or (en.strict and zh.strict))


def _places(beads: Sequence[int]) -> list[float]:
    """Return each amount's place within its sentence, from 0 to 1; `beads` never fall."""
    places = []
    for index, bead in enumerate(beads):
        first, last = bisect_left(beads, bead), bisect_right(beads, bead) - 1
        places.append((index - first) / (last - first) if last > first else 0.5)
    return places


def _cheapest(costs: list[tuple[float, int, int]], en_used: set[int], zh_used: set[int]) -> list[tuple[int, int]]:
    left, right, chosen = set(en_used), set(zh_used), []
    for _, i, j in sorted(costs):
        if i not in left and j not in right:
            left.add(i)
            right.add(j)
            chosen.append((i, j))
    return chosen


def value_cost(en: Amount, zh: Amount) -> float | None:
    """Return the cost of taking both as one figure; None where their values differ."""
    if en.vague or zh.vague:
        return _ROUNDED_COST if _vague_meets(en, zh) and _same_base(en, zh) else None
    if _same_base(en, zh):
        unsaid = _NO_UNIT_COST * (bool(en.base) != bool(zh.base))
        gap = abs(en.value - zh.value)
        if gap == 0:
            return unsaid
        # A translation may round; it may not print digits that the English does not have.
        rounded = gap <= zh.tolerance and zh.step * zh.scale >= en.step * en.scale and _fine_enough(zh)
        return _ROUNDED_COST + unsaid if rounded else None
    return _OTHER_UNIT_COST if en.face == zh.face else None


def _same_base(en: Amount, zh: Amount) -> bool:
    return not en.base or not zh.base or en.base == zh.base


def _fine_enough(amount: Amount) -> bool:
    """A rounding keeps two digits at least: 1 億 for 1.4 億 is no rounding of it."""
    return amount.step == 0 or amount.face / amount.step >= 10


def _vague_meets(en: Amount, zh: Amount) -> bool:
    low_en, high_en = _span(en)
    low_zh, high_zh = _span(zh)
    return low_en <= high_zh and low_zh <= high_en


def _span(amount: Amount) -> tuple[Decimal, Decimal]:
    if not amount.vague:
        return amount.value, amount.value
    return amount.step * amount.scale, amount.step * amount.scale * 10 - 1


def _unlikeness(en: Amount, zh: Amount) -> float:
    """Return how little two amounts of different value look like one said wrongly."""
    digits = {str(a.face.normalize().as_tuple().digits) for a in (en, zh)}
    return (
        (0.0 if en.base == zh.base else 1.2) - (0.8 if len(digits) == 1 else 0.0) - (0.8 if en.face == zh.face else 0)
    )
