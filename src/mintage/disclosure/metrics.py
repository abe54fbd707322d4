"""What figures measure, read from `data/metrics.toml`: measures, segments, scopes, and their metrics."""

import functools
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec

from mintage.disclosure.lexicon import read_table


class Measure(msgspec.Struct, frozen=True):
    """What is counted. `nature` is "flow", "stock" or "rate"; `unit` is meant where none is printed."""

    id: str
    kinds: frozenset[str]
    nature: str
    en: str
    zh: str
    nouns: re.Pattern[str]
    verbs: re.Pattern[str] | None
    negative: str | None
    needs: re.Pattern[str] | None
    unit: str = ""
    default_of: str = ""
    floor: Decimal | None = None
    ceiling: Decimal | None = None
    sited: bool = False


class Part(msgspec.Struct, frozen=True):
    """A segment of the business or a place, with the words that name it."""

    id: str
    pattern: re.Pattern[str]
    parent: str | None = None
    contains: tuple[str, ...] = ()


class Catalogue(msgspec.Struct, frozen=True):
    """All measures, segments and scopes, and which metric a measure of a segment is."""

    measures: tuple[Measure, ...]
    segments: tuple[Part, ...]
    scopes: tuple[Part, ...]
    table: dict[tuple[str, str | None], str]
    shares: dict[tuple[str, str], str]

    def metric(self, measure: str, segment: str | None) -> str:
        """Return the metric's id; a pair without one of its own means the measure's whole."""
        return self.table.get((measure, segment)) or self.table.get((measure, None)) or measure

    def segments_of(self, measure: str) -> frozenset[str]:
        """Return the segments for which a measure has a metric of its own."""
        return _segments_of(measure)

    def parent(self, segment: str) -> str | None:
        """Return the segment that holds this one."""
        return next((part.parent for part in self.segments if part.id == segment), None)


class Mention(msgspec.Struct, frozen=True):
    """A word of the catalogue found at `[start, end)` of a text."""

    start: int
    end: int
    id: str
    strong: bool = True


@functools.cache
def catalogue() -> Catalogue:
    """Return the catalogue; read on first use."""
    raw = read_table("metrics.toml")
    return Catalogue(
        measures=tuple(_measure(entry) for entry in raw["measure"]),
        segments=tuple(_part(entry) for entry in raw["segment"]),
        scopes=tuple(_part(entry) for entry in raw["scope"]),
        table={(entry["measure"], entry.get("segment")): entry["id"] for entry in raw["metric"]},
        shares={(entry["part"], entry["whole"]): entry["id"] for entry in raw["share"]},
    )


@functools.cache
def measures_by_id() -> dict[str, Measure]:
    """Return the measures under their ids."""
    return {measure.id: measure for measure in catalogue().measures}


@functools.cache
def _segments_of(measure: str) -> frozenset[str]:
    return frozenset(segment for (owner, segment) in catalogue().table if owner == measure and segment)


def _words(patterns: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<!\w)(?:{pattern})(?!\w)" for pattern in patterns), re.IGNORECASE)


def _measure(entry: dict[str, Any]) -> Measure:
    return Measure(
        id=entry["id"],
        kinds=frozenset(entry["kinds"]),
        nature=entry["nature"],
        en=entry["en"],
        zh=entry["zh"],
        nouns=_words(entry["phrases"]),
        verbs=_words(entry["verbs"]) if "verbs" in entry else None,
        negative="|".join(entry["negative"]) if "negative" in entry else None,
        needs=_words([entry["needs"]]) if "needs" in entry else None,
        unit=entry.get("unit", ""),
        default_of=entry.get("default_of", ""),
        sited=entry.get("sited", False),
        floor=Decimal(entry["min"]) if "min" in entry else None,
        ceiling=Decimal(entry["max"]) if "max" in entry else None,
    )


def _part(entry: dict[str, Any]) -> Part:
    return Part(entry["id"], _words(entry["phrases"]), entry.get("parent"), tuple(entry.get("contains", ())))


def find_measures(text: str) -> list[Mention]:
    """Find the measures named in `text`; a noun inside a longer one that counts the same kind yields to it."""
    found: list[Mention] = []
    for measure in catalogue().measures:
        if measure.needs and not measure.needs.search(text):
            continue
        found.extend(Mention(*match.span(), measure.id) for match in measure.nouns.finditer(text) if match[0])
        if measure.verbs:
            found.extend(Mention(*match.span(), measure.id, strong=False) for match in measure.verbs.finditer(text))
    return _longest(found, _share_a_kind)


def _share_a_kind(one: Mention, two: Mention) -> bool:
    return bool(measures_by_id()[one.id].kinds & measures_by_id()[two.id].kinds)


def _always(_one: Mention, _two: Mention) -> bool:
    return True


def find_parts(text: str, parts: tuple[Part, ...]) -> list[Mention]:
    """Find the segments or scopes named in `text`; of overlapping ones the longest wins."""
    found = [Mention(*match.span(), part.id) for part in parts for match in part.pattern.finditer(text) if match[0]]
    return _longest(found, _always)


def _longest(found: list[Mention], rivals: Callable[[Mention, Mention], bool]) -> list[Mention]:
    """Drop a mention inside a longer rival; equal spans all stay, for the figure's unit decides between them."""
    kept: list[Mention] = []
    for one in sorted(found, key=lambda mention: (mention.start - mention.end, mention.start)):
        covered = any(
            other.start <= one.start and one.end <= other.end and (other.start, other.end) != (one.start, one.end)
            and other.strong and rivals(one, other)
            for other in kept
        )  # fmt: skip
        if not covered:
            kept.append(one)
    return sorted(kept, key=lambda mention: mention.start)
