"""Sentences of a paragraph, and which sentences of its translation they stand beside.

Alignment follows Gale and Church (1993): lengths of a sentence and its translation vary around a fixed
ratio. Numbers and Latin names that both sides share, or only one side has, tell as much as length here.
"""

import math
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import cache

import msgspec

from mintage.disclosure.language.han import fold, han_pattern
from mintage.disclosure.language.words import word_tables

_ENGLISH_END = re.compile(r"(?<=[.!?])[\"”’)\]]?\s+(?=[\"“(\[]?[A-Z0-9\"])|\n+|\s--\s(?=[A-Z])")
_ABBREVIATION = re.compile(r"(?:\b(?:Mr|Ms|Mrs|Dr|Inc|Ltd|Corp|Co|No|vs|approx|Sr|Jr|St|U\.S|a\.m|p\.m)|\b[A-Z])\.$")
_CHINESE_END = re.compile(r"(?<=[。!?])[」』”\")]?|\n+")
_WORD = re.compile(r"[A-Za-z]{2,}")
_LATIN = re.compile(r"[A-Za-z0-9 .,]")
_DIGITS = re.compile(r"\d[\d,]*(?:\.\d+)?")

CHARACTERS_PER_LETTER = 0.31
"""Chinese characters for one character of English prose, spaces counted: the mean of bilingual calls."""

_VARIANCE_PER_CHARACTER = 1.6
_BEADS = {(1, 1): 0.0, (1, 2): 3.0, (2, 1): 3.0, (2, 2): 6.0, (1, 3): 6.0, (3, 1): 6.0, (1, 0): 7.0, (0, 1): 7.0}
_BAND = 4
_ANCHOR_WEIGHT = 1.6
_WORD_WEIGHT = 1.2


class Span(msgspec.Struct, frozen=True):
    """A sentence: `text[start:end]` of its paragraph."""

    start: int
    end: int


class Bead(msgspec.Struct, frozen=True):
    """Sentences that say the same: spans of the English and of the Chinese; either may be empty."""

    en: tuple[Span, ...]
    zh: tuple[Span, ...]


class Alignment(msgspec.Struct, frozen=True):
    """The beads of a paragraph in order, and for each side the place and index of those that it takes part in."""

    beads: tuple[Bead, ...]
    en_starts: tuple[tuple[int, int], ...]
    zh_starts: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, beads: Sequence[Bead]) -> "Alignment":
        """Index beads by the place of their first sentence on either side."""
        en = tuple((bead.en[0].start, index) for index, bead in enumerate(beads) if bead.en)
        zh = tuple((bead.zh[0].start, index) for index, bead in enumerate(beads) if bead.zh)
        return cls(tuple(beads), en, zh)

    def en_index(self, start: int) -> int:
        """Return the index of the bead whose English holds the character at `start`."""
        return _index_at(self.en_starts, start)

    def zh_index(self, start: int) -> int:
        """Return the index of the bead whose Chinese holds the character at `start`."""
        return _index_at(self.zh_starts, start)


def _index_at(starts: tuple[tuple[int, int], ...], start: int) -> int:
    at = bisect_right(starts, start, key=lambda pair: pair[0])
    return starts[at - 1][1] if at else 0


def split_english(text: str) -> list[Span]:
    """Cut English prose into sentences; "Inc.", "U.S." and initials do not end one."""
    return _cut(text, _ENGLISH_END, lambda before: _ABBREVIATION.search(before) is None)


def split_chinese(text: str) -> list[Span]:
    """Cut Chinese prose at 。！？ and line ends."""
    return _cut(fold(text), _CHINESE_END, lambda _: True)


def _cut(text: str, pattern: re.Pattern[str], ends: Callable[[str], bool]) -> list[Span]:
    spans, start = [], 0
    for match in pattern.finditer(text):
        if not ends(text[start : match.start()]):
            continue
        spans.append((start, match.end()))
        start = match.end()
    spans.append((start, len(text)))
    return [Span(*_stripped(text, a, b)) for a, b in spans if text[a:b].strip()]


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    inner = text[start:end]
    return start + len(inner) - len(inner.lstrip()), end - (len(inner) - len(inner.rstrip()))


def align(en: str, zh: str) -> Alignment:
    """Pair the sentences of a paragraph with those of its translation, in order, at the least cost."""
    left, right = split_english(en), split_chinese(zh)
    folded = fold(zh)
    # Only what the English paragraph says at all can be lost from a sentence of it.
    said = {stem: pair for stem, pair in _anchor_words().items() if pair[0].search(en)}
    left_traits = [_english_traits(en[s.start : s.end], said) for s in left]
    right_traits = [_chinese_traits(folded[s.start : s.end], said) for s in right]
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    for i in range(len(left) + 1):
        for j in range(len(right) + 1):
            off_diagonal = abs(i * len(right) - j * len(left)) > _BAND * max(len(left), len(right))
            if (i, j) not in best or off_diagonal:
                continue
            for (di, dj), prior in _BEADS.items():
                to = (i + di, j + dj)
                if to[0] > len(left) or to[1] > len(right):
                    continue
                cost = best[i, j][0] + prior + _distance(left_traits[i : to[0]], right_traits[j : to[1]])
                if to not in best or cost < best[to][0]:
                    best[to] = (cost, (i, j))
    return Alignment.of(_walk_back(best, left, right))


def _walk_back(
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]], left: list[Span], right: list[Span]
) -> list[Bead]:
    beads = []
    at = (len(left), len(right))
    while at != (0, 0):
        before = best[at][1]
        beads.append(Bead(tuple(left[before[0] : at[0]]), tuple(right[before[1] : at[1]])))
        at = before
    return beads[::-1]


AnchorWords = dict[str, tuple[re.Pattern[str], re.Pattern[str]]]
"""Stems of words that a translation keeps, with their English and Chinese patterns."""


class _Traits(msgspec.Struct, frozen=True):
    """What an alignment looks at in a sentence: length in Chinese characters, digits and names, common words."""

    length: float
    anchors: frozenset[str]
    words: frozenset[str]


def _english_traits(text: str, said: AnchorWords) -> _Traits:
    words = frozenset(stem for stem, (english, _) in said.items() if english.search(text))
    return _Traits(len(text) * CHARACTERS_PER_LETTER, _anchors(text), words)


def _chinese_traits(folded: str, said: AnchorWords) -> _Traits:
    """Traits of Chinese; a Latin letter or digit left in the text takes about a third of a character."""
    latin = len(_LATIN.findall(folded))
    words = frozenset(stem for stem, (_, chinese) in said.items() if chinese.search(folded))
    return _Traits(len(folded) - latin + latin * CHARACTERS_PER_LETTER, _anchors(folded), words)


@cache
def _anchor_words() -> AnchorWords:
    rows = word_tables().anchors.items()
    return {stem: (re.compile(rf"\b{stem}", re.IGNORECASE), han_pattern(zh)) for stem, zh in rows}


def _distance(en: list[_Traits], zh: list[_Traits]) -> float:
    """Return how unlikely the lengths and anchors of two stretches are as translations of each other."""
    if not en or not zh:
        # An omission is an act, not a matter of length: a long one is as likely as a short one.
        return 0.0
    size, expected = sum(t.length for t in zh), sum(t.length for t in en)
    delta = (size - expected) / math.sqrt((size + expected) / 2 * _VARIANCE_PER_CHARACTER)
    en_anchors, zh_anchors = _joined(t.anchors for t in en), _joined(t.anchors for t in zh)
    alone = len(zh_anchors - en_anchors) + len(en_anchors - zh_anchors) * 0.6
    lost_words = len(_joined(t.words for t in en) - _joined(t.words for t in zh))
    return delta * delta / 2 + alone * _ANCHOR_WEIGHT + lost_words * _WORD_WEIGHT


def _joined(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)


def _anchors(text: str) -> frozenset[str]:
    """Return what survives translation: Latin words in capitals and the digits of numbers."""
    words = {w.lower() for w in _WORD.findall(text) if w[0].isupper() and sum(map(str.isupper, w)) > 1}
    digits = {d.replace(",", "").replace(".", "").strip("0") for d in _DIGITS.findall(text)}
    return frozenset(words | {d for d in digits if d})
