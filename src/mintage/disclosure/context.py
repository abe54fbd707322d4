"""A paragraph with all that is named in it: measures, segments, places, topics and brand names."""

import re

import msgspec

from mintage.disclosure.document import Document
from mintage.disclosure.metrics import Mention, catalogue, find_measures, find_parts
from mintage.disclosure.quantity import Quantity
from mintage.disclosure.words import words

_BRAND = re.compile(r"\b(?P<brand>[A-Z][a-z]{2,}) $")
_FIRST = re.compile(r"(?P<brand>[A-Z][a-z]{2,}) ")
_TOPIC_LASTS = 4
_COMMON = frozenset({"Our", "The", "This", "That", "These", "From", "And", "Both", "Its", "For", "With", "Total"})


class Context(msgspec.Struct):
    """One paragraph. `blanked` has its periods hidden; `topics` gives the segment that each sentence is about."""

    text: str
    blanked: str
    spans: list[tuple[int, int]]
    quantities: list[Quantity]
    measures: list[Mention]
    segments: list[Mention]
    scopes: list[Mention]
    topics: list[str | None] = []

    @classmethod
    def of(
        cls,
        text: str,
        blanked: str,
        spans: list[tuple[int, int]],
        quantities: list[Quantity],
        brands: dict[str, str] | None = None,
    ) -> "Context":
        """Find what `text` names, if it holds quantities. `brands` are names that the document uses for segments."""
        if not quantities:
            return cls(text, blanked, spans, quantities, [], [], [], [None] * len(spans))
        segments = find_parts(text, catalogue().segments)
        for brand, segment in (brands or {}).items():
            found = re.finditer(rf"\b{brand}\b", text)
            segments += [Mention(*match.span(), segment) for match in found]
        segments.sort(key=lambda part: part.start)
        context = cls(
            text, blanked, spans, quantities, find_measures(text), segments, find_parts(text, catalogue().scopes)
        )
        context.topics = _topics(context)
        return context

    def between(self, start: int, end: int, kind: str | None = None) -> int:
        """Return how many quantities (of a kind) lie between two offsets."""
        return sum(
            1 for q in self.quantities if start <= q.start and q.end <= end and (kind is None or q.measured == kind)
        )


def _topics(context: Context) -> list[str | None]:
    """Return for each sentence the segment that a short sentence without figures before it has announced."""
    topics: list[str | None] = []
    topic: str | None = None
    age = 0
    for start, end in context.spans:
        outlook = words().outlook.search(context.text, start, end)
        topics.append(None if outlook or age > _TOPIC_LASTS else topic)
        age += 1
        named = {part.id for part in context.segments if start <= part.start < end}
        if (
            len(named) == 1
            and not context.between(start, end)
            and len(context.text[start:end].split()) <= words().topic_max
        ):
            topic, age = named.pop(), 0
        elif named and topic not in named:
            topic = None
    return topics


def find_brands(document: Document) -> dict[str, str]:
    """Return the names that stand before one kind of product only ("the Hearth home line"), with its segment."""
    seen: dict[str, set[str]] = {}
    lines = tuple(part for part in catalogue().segments if part.parent)
    for paragraph in document.paragraphs:
        for part in find_parts(paragraph.en, lines):
            before = _BRAND.search(paragraph.en, 0, part.start)
            inside = _FIRST.match(paragraph.en, part.start, part.end)
            for match in (before, inside):
                if match and match["brand"] not in _COMMON:
                    seen.setdefault(match["brand"], set()).add(part.id)
    return {brand: segments.pop() for brand, segments in seen.items() if len(segments) == 1}
