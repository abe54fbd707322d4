"""What services say in English, said to readers of Chinese: whole sentences, or sentences with something filled in."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import resources

import msgspec

from mintage.console.catalogues import translations
from mintage.report.words import Words as ReportWords

_HOLE = re.compile(r"\{(\w+)\}")
_END = re.compile(r"(?<=[.!?]) +(?=[A-Z'0-9])")
_STOPS = ("。", "！", "？", "…", ".")
_SHAPES = {"day": r"\d{4}-\d\d-\d\d", "period": r"\d{4}(?:Q\d|-\d\d(?:-\d\d)?)?", "count": r"[\d,.]+"}
"""What a hole of this name takes; any words where it is not here."""
CHARACTERS_MAX = 1_000
"""Longer texts are not looked at: what people write comes here too, and many holes in a long text take long."""
DEPTH_MAX = 3
"""How deep a sentence may stand in a sentence."""


class Sentence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence of a service with holes.

    Attributes:
        en: as the service says it: "the ledger begins on {day}".
        zh: the same in Traditional Chinese, with the same holes in any order.
    """

    en: str
    zh: str


class Pattern(msgspec.Struct, frozen=True):
    """A sentence, ready to be recognized."""

    shape: re.Pattern[str]
    zh: str


@cache
def sentences() -> tuple[Sentence, ...]:
    """The table of sentences."""
    raw = resources.files("mintage.console").joinpath("data/told.toml").read_bytes()
    return msgspec.toml.decode(raw, type=dict[str, tuple[Sentence, ...]])["sentence"]


@cache
def _whole() -> dict[str, str]:
    return {_plain(row.en): row.zh for row in sentences() if not _HOLE.search(row.en)}


@cache
def _patterns() -> dict[str, tuple[Pattern, ...]]:
    """Sentences with holes by their first word, "" for those that begin with one; the most specific comes first."""
    found: dict[str, list[Sentence]] = {}
    for row in sentences():
        if _HOLE.search(row.en):
            found.setdefault(_first(_plain(row.en)), []).append(row)
    return {
        first: tuple(Pattern(_shape(row.en), row.zh) for row in sorted(rows, key=_specific, reverse=True))
        for first, rows in found.items()
    }


@lru_cache(maxsize=8192)
def told_in_chinese(text: str, depth: int = 0) -> str:
    """A sentence of a service in Traditional Chinese; as it is where nobody has translated it, or it is no sentence."""
    if len(text) > CHARACTERS_MAX:
        return text
    parts = _END.split(text)
    if len(parts) > 1:
        told = [_sentence(part, depth) for part in parts]
        if all(told) or _sentence(text, depth) is None:
            return "".join(told_in_chinese(part, depth) for part in parts)
    found = _sentence(text, depth)
    if found is not None:
        return found
    subject, colon, reason = text.partition(": ")
    if not colon or depth >= DEPTH_MAX:
        return text
    why = told_in_chinese(reason, depth + 1)
    return text if why == reason else f"{told_in_chinese(subject, depth + 1)}：{why}"


def _sentence(text: str, depth: int) -> str | None:
    bare = text.strip().removesuffix(".")
    plain = _plain(bare)
    whole = translations().get(text) or translations().get(bare) or translations().get(plain)
    found = whole[0] if whole else _whole().get(plain) or _reason(plain) or _filled(bare, depth)
    if found is None:
        return None
    return f"{found}。" if bare != text.strip() and not found.endswith(_STOPS) else found


def _reason(plain: str) -> str | None:
    """Why a figure is unknown, as the report tells it."""
    found = _report().reason(plain)
    return found if found != plain else None


@cache
def _report() -> ReportWords:
    return ReportWords("zh-Hant")


def _filled(bare: str, depth: int) -> str | None:
    """A sentence with holes; a name that stands first keeps its capital."""
    plain = _plain(bare)
    patterns = _patterns()
    for text, first in ((plain, _first(plain)), (bare, "")):
        for pattern in patterns.get(first, ()):
            match = pattern.shape.fullmatch(text)
            if match:
                values = match.groupdict()
                if depth < DEPTH_MAX:
                    values = {name: told_in_chinese(value, depth + 1) for name, value in values.items()}
                return pattern.zh.format_map(values)
    return None


def _plain(text: str) -> str:
    """A sentence without what differs by where it stands: the capital it begins with and the stop at its end."""
    text = text.strip().removesuffix(".")
    return text[:1].lower() + text[1:]


def _first(plain: str) -> str:
    word = plain.partition(" ")[0]
    return "" if "{" in word else word


def _shape(en: str) -> re.Pattern[str]:
    parts = _HOLE.split(_plain(en))
    named: set[str] = set()
    shape = ""
    for at, part in enumerate(parts):
        if at % 2 == 0:
            shape += re.escape(part)
        elif part in named:
            shape += f"(?P={part})"
        else:
            named.add(part)
            shape += f"(?P<{part}>{_SHAPES.get(part, '.+?')})"
    return re.compile(shape, re.DOTALL)


def _specific(row: Sentence) -> int:
    """How much of a sentence is fixed."""
    return len(_HOLE.sub("", row.en))
