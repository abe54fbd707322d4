"""The words between figures, read from `data/words.toml` and compiled once."""

import functools
import re
from typing import Any

import msgspec

from mintage.disclosure.lexicon import read_table


class Words(msgspec.Struct, frozen=True):
    """Compiled patterns; each is described in the data file."""

    up: re.Pattern[str]
    down: re.Pattern[str]
    compared: dict[str, re.Pattern[str]]
    base_before: re.Pattern[str]
    difference_before: re.Pattern[str]
    difference_after: re.Pattern[str]
    difference_of: re.Pattern[str]
    share_after: re.Pattern[str]
    share_before: re.Pattern[str]
    outlook: re.Pattern[str]
    ahead_before: re.Pattern[str]
    ahead_after: re.Pattern[str]
    conditional: re.Pattern[str]
    pronoun: re.Pattern[str]
    this_segment: re.Pattern[str]
    topic_max: int
    this_place: re.Pattern[str]
    loss_before: re.Pattern[str]
    span_before: re.Pattern[str]
    dated: re.Pattern[str]
    together: re.Pattern[str]
    ratio_of: re.Pattern[str]
    ratio_gives: re.Pattern[str]
    low: re.Pattern[str]
    high: re.Pattern[str]


@functools.cache
def words() -> Words:
    """Return the words; read on first use."""
    raw = read_table("words.toml")
    growth: dict[str, Any] = raw["growth"]
    return Words(
        up=_any(growth["up"]),
        down=_any(growth["down"]),
        compared={base: re.compile("|".join(growth[base]), re.IGNORECASE) for base in ("yoy", "qoq", "mom")},
        base_before=_re(raw["base"]["before"]),
        difference_before=_re(raw["difference"]["before"]),
        difference_after=_re(raw["difference"]["after"]),
        difference_of=_re(raw["difference"]["of"]),
        share_after=_re(raw["share"]["after"]),
        share_before=_re(raw["share"]["before"]),
        outlook=_re(raw["outlook"]["sentence"]),
        ahead_before=_re(raw["outlook"]["ahead_before"]),
        ahead_after=_re(raw["outlook"]["ahead_after"]),
        conditional=_re(raw["conditional"]["before"]),
        pronoun=_re(raw["pronoun"]["subject"]),
        this_segment=_re(raw["pronoun"]["segment"]),
        topic_max=raw["pronoun"]["topic_words_max"],
        this_place=_re(raw["pronoun"]["place"]),
        loss_before=_re(raw["loss"]["before"]),
        span_before=_re(raw["span"]["before"]),
        dated=_re(raw["span"]["dated"]),
        together=_re(raw["together"]["before"]),
        ratio_of=_re(raw["ratio"]["of"]),
        ratio_gives=_re(raw["ratio"]["gives"]),
        low=_re(raw["extreme"]["low"]),
        high=_re(raw["extreme"]["high"]),
    )


def _re(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _any(patterns: list[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)
